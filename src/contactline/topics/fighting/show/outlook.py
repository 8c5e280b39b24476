"""Figures of what fighting on can still take: the outlook of gains, objectives, the line, and what a place opens."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd

from contactline.core.dates import day_after_weeks
from contactline.core.rounding import amount, percent
from contactline.topics.assessment import Assessment
from contactline.topics.fighting.schema import GAIN_FAN, OBJECTIVES
from contactline.topics.fighting.show.said import headline_objectives
from contactline.topics.front.schema import AREA_HISTORY
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    rows_axis,
    series_name,
    short_name,
    source_line,
    spec_of,
    time_x,
    wrapped,
)
from contactline.topics.showing.theme import CATEGORIES, CHALLENGER, INK, MUTED

HISTORY_WEEKS = 156
"""Weeks of history shown before the outlook."""


def outlook(assessment: Assessment) -> list[Figure]:
    """History and forecast fan of the cumulative net gain: headline bands, tempo dashed."""
    fan = assessment.tables[GAIN_FAN]
    as_of = assessment.case.as_of
    start = pd.DataFrame([{"week": 0, "date": pd.Timestamp(as_of)} | dict.fromkeys(_Q, 0.0)])
    head = pd.concat([start, fan[fan["model"] == "headline"]], ignore_index=True)
    tempo = pd.concat([start, fan[fan["model"] == "tempo"]], ignore_index=True)
    past = _past(assessment)
    x = time_x("date", [*past["date"], *head["date"]])
    band = alt.Chart(inline(head[["date", *_Q]]))
    tip = [
        alt.Tooltip("date:T"),
        *(
            alt.Tooltip(f"{q}:Q", title=f"{int(q[1:])}%", format=",.0f")
            for q in ("q10", "q25", "q50", "q75", "q90")
        ),
    ]
    label = "km² net, from the as-of date"
    layers = [
        band.mark_area(color=CHALLENGER, opacity=0.16).encode(x=x, y=alt.Y("q10:Q", title=label), y2="q90:Q"),
        band.mark_area(color=CHALLENGER, opacity=0.26).encode(x=x, y="q25:Q", y2="q75:Q"),
        band.mark_line(color=CHALLENGER, strokeWidth=2.4).encode(x=x, y="q50:Q", tooltip=tip),
    ]
    if len(tempo) > 1:
        lines = tempo.melt(["date"], ["q10", "q50", "q90"], "quantile", "km2")
        layers.append(
            alt.Chart(inline(lines))
            .mark_line(color=MUTED, strokeDash=[5, 4], strokeWidth=1.4)
            .encode(x=x, y="km2:Q", detail="quantile:N")
        )
    if len(past):
        colours = alt.Scale(range=[INK, CATEGORIES[3], CATEGORIES[4]])
        layers.append(
            alt.Chart(inline(past))
            .mark_line(strokeWidth=1.6)
            .encode(x=x, y="km2:Q", color=alt.Color("series:N", title="measured", scale=colours))
        )
    layers.append(alt.Chart(inline(start[["date"]])).mark_rule(color=MUTED, strokeWidth=1).encode(x=x))
    one, two = _fan_at(head, 52), _fan_at(head, 104)
    title = (
        f"Fighting on gains {assessment.case.challenger.name} {amount(two['q50'], two['q10'], two['q90'], 'km²')} "
        "net in two years"
        if two is not None
        else "What further fighting gains"
    )
    subtitle = (
        "Dark and pale bands: the middle 50% and 80% of the headline forecast, which pools several models. "
        "Dashed: median and 80% range if the present tempo persists. Left of the rule: as measured. "
        + source_line(assessment, *_area_sources(assessment))
    )
    alt_text = f"Fan chart of cumulative net gain. {title}."
    if one is not None:
        alt_text += f" After one year: {amount(one['q50'], one['q10'], one['q90'], 'km²')}."
    return [Figure("outlook", "fighting", title, subtitle, alt_text, spec_of(alt.layer(*layers), 340))]


def objective_dates(assessment: Assessment) -> list[Figure]:
    """For each objective, the median date and the 80% interval, both forecasts."""
    table = assessment.tables[OBJECTIVES]
    as_of, horizon = assessment.case.as_of, assessment.run.horizon_weeks
    end = pd.Timestamp(day_after_weeks(as_of, horizon))
    rows = [_objective_row(row, as_of, horizon) for _, row in table.iterrows()]
    frame = pd.DataFrame(rows)
    order = frame[frame["model"] == HEADLINE].sort_values("sort")["name"].tolist() or frame["name"].tolist()
    y = alt.Y("name:N", title=None, sort=order, axis=rows_axis(20))
    offset = alt.YOffset("model:N", sort=[HEADLINE, TEMPO])
    colour = alt.Color(
        "model:N",
        title=None,
        scale=alt.Scale(domain=[HEADLINE, TEMPO], range=[CHALLENGER, MUTED]),
        sort=[HEADLINE],
        legend=alt.Legend(columns=1),
    )
    ends = pd.DataFrame({"day": [pd.Timestamp(as_of), end]})
    x = time_x("low", ends["day"])
    base = alt.Chart(inline(frame)).encode(y=y, yOffset=offset, color=colour)
    tip = ["name:N", "model:N", alt.Tooltip("text:N", title="when")]
    layers = [
        alt.Chart(inline(ends)).mark_point(opacity=0).encode(x=time_x("day", ends["day"])),
        base.transform_filter("datum.low != null")
        .mark_bar(height=5, opacity=0.55)
        .encode(x=x, x2="high:T", tooltip=tip),
        base.transform_filter("datum.mid != null")
        .mark_point(filled=True, size=70, opacity=1)
        .encode(x="mid:T", tooltip=tip),
    ]
    if frame["open"].any():
        arrow = base.transform_filter("datum.open").mark_text(text="▸", align="left", dx=-2, fontSize=14)
        layers.append(arrow.encode(x="high:T"))
    if frame["low"].isna().any():
        never = base.transform_filter("datum.low == null").mark_text(align="right", text=BEYOND, fontSize=11)
        layers.append(never.encode(x="high:T"))
    chart = alt.layer(*layers)
    title = _objective_title(assessment, table)
    subtitle = (
        "Bar: middle 80% of the dates on which it would be taken; dot: median; an arrow runs beyond the horizon of "
        f"{horizon} weeks. Both forecasts assume that the fighting goes on. "
        + source_line(assessment, "own model")
    )
    alt_text = f"Intervals of dates per objective. {title}."
    height = 60 + 46 * frame["name"].nunique()
    return [Figure("objectives", "fighting", title, subtitle, alt_text, spec_of(chart, height))]


RECIPES = (
    Recipe("outlook", "fighting", "outlook of further gains", (GAIN_FAN,), outlook),
    Recipe("objectives", "fighting", "dates of objectives", (OBJECTIVES,), objective_dates),
)

HEADLINE, TEMPO = "headline forecast", "if the present tempo persists"
BEYOND = "beyond the horizon in at least 90% of draws"
_Q = ["q05", "q10", "q25", "q50", "q75", "q90", "q95"]


def _area_sources(assessment: Assessment) -> list[str]:
    if AREA_HISTORY not in assessment.tables:
        return ["own model"]
    return [
        *(series_name(assessment, s) for s in assessment.tables[AREA_HISTORY]["series"].unique()),
        "own model",
    ]


def _past(assessment: Assessment) -> pd.DataFrame:
    """Measured history of each series, shifted to zero on the as-of date: date, km2, series."""
    none = pd.DataFrame(columns=["date", "km2", "series"])
    if AREA_HISTORY not in assessment.tables:
        return none
    table = assessment.tables[AREA_HISTORY]
    since = pd.Timestamp(assessment.case.as_of) - pd.Timedelta(weeks=HISTORY_WEEKS)
    rebased = []
    for series, own in table.sort_values("date").groupby("series", sort=False):
        own = own[own["date"] >= since]
        if not own.empty:
            named = short_name(assessment, str(series))
            rebased.append(own.assign(km2=own["km2"] - own["km2"].iloc[-1], series=named))
    return pd.concat(rebased) if rebased else none


def _fan_at(fan: pd.DataFrame, week: int) -> pd.Series | None:
    rows = fan[fan["week"] == week]
    return None if rows.empty else rows.iloc[0]


def _objective_row(row: pd.Series, as_of: date, horizon: int) -> dict[str, object]:
    low, mid, high = (row[f"week_{q}"] for q in ("q10", "q50", "q90"))
    day = {
        q: pd.Timestamp(day_after_weeks(as_of, w)) if w == w else None
        for q, w in zip("lmh", (low, mid, high), strict=True)
    }
    end = pd.Timestamp(day_after_weeks(as_of, horizon))
    text = f"{_day_text(day['l'])} – {_day_text(day['h'])}, median {_day_text(day['m'])}"
    return {
        "name": wrapped(str(row["name"]), 20),
        "model": {"headline": HEADLINE, "tempo": TEMPO}.get(row["model"], row["model"]),
        "low": day["l"],
        "mid": day["m"],
        "high": day["h"] if day["h"] is not None else end,
        "open": day["l"] is not None and day["h"] is None,
        "sort": mid if mid == mid else (low if low == low else math.inf) + 10_000,
        "text": text,
    }


def _day_text(day: pd.Timestamp | None) -> str:
    return "beyond the horizon" if day is None else f"{day:%B %Y}"


def _objective_title(assessment: Assessment, table: pd.DataFrame) -> str:
    """What the headline forecast says about the region's remainder, or about the last objective listed."""
    head = headline_objectives(assessment, table)
    chosen = head[head["remainder"]]
    row = (chosen if not chosen.empty else head if not head.empty else table).iloc[0]
    name = str(row["name"])
    as_of = assessment.case.as_of
    two, five = percent(row["p_104"]), percent(row["p_260"])
    return (
        f"{name[0].upper()}{name[1:]}: taken by {day_after_weeks(as_of, 104):%B %Y} in {two} of draws, "
        f"by {day_after_weeks(as_of, 260):%B %Y} in {five}"
    )
