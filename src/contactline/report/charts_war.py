"""Figures of the fighting: gains by month, the outlook, objective dates, losses, and the price of land."""

from __future__ import annotations

import math
from datetime import date

import altair as alt
import pandas as pd

from contactline.core.dates import day_after_weeks
from contactline.report.assessment import Assessment
from contactline.report.figures import (
    Figure,
    Recipe,
    headline_of,
    inline,
    listed,
    region_name,
    rows_axis,
    series_name,
    short_name,
    side_name,
    source_line,
    spec_of,
    wrapped,
)
from contactline.report.judgements import (
    amount,
    focus_proposal,
    measured,
    number,
    percent,
    plain_day,
)
from contactline.report.theme import CATEGORIES, CHALLENGER, DEFENDER, INK, MUTED

SHOWN_REGIONS = 5
"""Regions with a colour of their own; the rest are summed as "other regions"."""

HISTORY_WEEKS = 156
"""Weeks of history shown before the outlook."""


def gains_by_month(assessment: Assessment) -> list[Figure]:
    """Stacked columns by region for the headline map, the other map's total as a tick."""
    table = assessment.tables["front_monthly"]
    headline = headline_of(assessment, list(table["series"].unique()))
    own, others = table[table["series"] == headline], table[table["series"] != headline]
    total = _totals(own)
    parts = _by_region(assessment, own[own["region"] != "total"])
    bars = (
        alt.Chart(inline(parts))
        .mark_bar()
        .encode(
            x=alt.X(
                "yearmonth(month):T",
                title=None,
                axis=alt.Axis(format="%b %y", labelOverlap="parity", labelSeparation=4),
            ),
            y=alt.Y("km2:Q", title="km² net, per month"),
            color=alt.Color("region:N", title=None, sort=list(dict.fromkeys(parts["region"]))),
            tooltip=[alt.Tooltip("month:T", format="%B %Y"), "region:N", alt.Tooltip("km2:Q", format=",.0f")],
        )
    )
    layers: list[alt.Chart] = [bars]
    shown = others[(others["region"] == "total") & (others["month"] >= total["month"].min())]
    names = [short_name(assessment, s) for s in shown["series"].unique()]
    if not shown.empty:
        named = shown.assign(map=shown["series"].map(lambda s: f"{short_name(assessment, s)}, total"))
        layers.append(
            alt.Chart(inline(named[["map", "month", "km2"]]))
            .mark_point(filled=True, size=55, color=INK, opacity=1)
            .encode(
                x=alt.X("yearmonth(month):T", bandPosition=0.5),
                y="km2:Q",
                shape=alt.Shape("map:N", title=None, legend=alt.Legend(orient="bottom")),
                tooltip=[
                    "map:N",
                    alt.Tooltip("month:T", format="%B %Y"),
                    alt.Tooltip("km2:Q", format=",.0f"),
                ],
            )
        )
    chart = alt.layer(*layers).resolve_scale(color="independent", shape="independent")
    title, alt_text = _gains_title(assessment, total)
    notes = [
        f"Columns: {short_name(assessment, headline)} by region.",
        f"Points: {listed(names)}." if names else "",
        _flagged_months(assessment, table, total["month"].min()),
        _partial_month(assessment.case.as_of, total["month"].max()),
        source_line(assessment, *(series_name(assessment, s) for s in table["series"].unique())),
    ]
    return [Figure("gains", "front", title, " ".join(n for n in notes if n), alt_text, spec_of(chart, 300))]


def line_length(assessment: Assessment) -> list[Figure]:
    """Length of the line of contact over time."""
    table = assessment.tables["line_history"].sort_values("date")
    first, last = table.iloc[0], table.iloc[-1]
    change = last["km"] - first["km"]
    word = "longer" if change > 0 else "shorter"
    title = (
        f"The line is {last['km']:,.0f} km long, {abs(change):,.0f} km {word} "
        f"than on {plain_day(first['date'].date())}"
    )
    chart = (
        alt.Chart(inline(table))
        .mark_line(color=INK, strokeWidth=1.8)
        .encode(
            x=alt.X("date:T", title=None),
            y=alt.Y("km:Q", title="km", scale=alt.Scale(zero=False)),
            tooltip=[alt.Tooltip("date:T"), alt.Tooltip("km:Q", format=",.0f")],
        )
    )
    subtitle = "Length inside the country of the boundary between holders. " + source_line(
        assessment, series_name(assessment, assessment.case.headline_series.id)
    )
    alt_text = f"Line chart of the length of the line of contact. {title}."
    return [Figure("line_length", "front", title, subtitle, alt_text, spec_of(chart, 180))]


def outlook(assessment: Assessment) -> list[Figure]:
    """History and forecast fan of the cumulative net gain: headline bands, tempo dashed."""
    fan = assessment.tables["gain_fan"]
    as_of = assessment.case.as_of
    start = pd.DataFrame([{"week": 0, "date": pd.Timestamp(as_of)} | dict.fromkeys(_Q, 0.0)])
    head = pd.concat([start, fan[fan["model"] == "headline"]], ignore_index=True)
    tempo = pd.concat([start, fan[fan["model"] == "tempo"]], ignore_index=True)
    x = alt.X("date:T", title=None)
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
    layers += _past(assessment)
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
    table = assessment.tables["objectives"]
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
    x = alt.X("low:T", title=None)
    base = alt.Chart(inline(frame)).encode(y=y, yOffset=offset, color=colour)
    tip = ["name:N", "model:N", alt.Tooltip("text:N", title="when")]
    ends = pd.DataFrame({"day": [pd.Timestamp(as_of), end]})
    layers = [
        alt.Chart(inline(ends)).mark_point(opacity=0).encode(x=alt.X("day:T", title=None)),
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


def losses_by_month(assessment: Assessment) -> list[Figure]:
    """Published monthly losses, one figure per side that has any."""
    table = assessment.tables["losses_history"]
    figures = []
    for side, own in table.groupby("side", sort=False):
        name = side_name(assessment, str(side))
        named = own.assign(series=own["series"].map(lambda s: short_name(assessment, s)))
        recent = (
            own[own["month"] >= own["month"].max() - pd.DateOffset(months=5)]
            .groupby("series")["value"]
            .mean()
        )
        span = number(recent.min(), 0, recent.max())
        if len(recent) > 1 and number(recent.max(), 0, recent.max()) != span:
            span += f" to {number(recent.max(), 0, recent.max())}"
        title = f"Published counts put {name}'s losses at about {span} a month over the last six months"
        chart = (
            alt.Chart(inline(named))
            .mark_line(strokeWidth=1.8)
            .encode(
                x=alt.X("month:T", title=None),
                y=alt.Y("value:Q", title="killed and wounded per month"),
                color=alt.Color("series:N", title=None),
                tooltip=[
                    "series:N",
                    alt.Tooltip("month:T", format="%B %Y"),
                    alt.Tooltip("value:Q", format=",.0f"),
                ],
            )
        )
        subtitle = (
            "Killed and wounded, as each publisher counts them; counts that rest on the same root are not independent. "
            + source_line(assessment, *named["series"].unique())
        )
        alt_text = f"Line chart of losses per month. {title}."
        figures.append(Figure(f"losses_{side}", "fighting", title, subtitle, alt_text, spec_of(chart, 220)))
    return figures


def losses_ahead(assessment: Assessment) -> list[Figure]:
    """Forecast of cumulative killed and wounded of both sides."""
    table = assessment.tables["losses_fan"]
    kind = "killed_wounded" if (table["kind"] == "killed_wounded").any() else str(table["kind"].iloc[0])
    words = {"killed_wounded": "killed and wounded"}.get(kind, kind.replace("_", " "))
    own = table[table["kind"] == kind]
    as_of = pd.Timestamp(assessment.case.as_of)
    named = own.assign(
        date=as_of + pd.to_timedelta(7 * own["week"], unit="D"),
        side=own["side"].map(lambda s: side_name(assessment, s)),
    )
    case = assessment.case
    scale = alt.Scale(domain=[case.challenger.name, case.defender.name], range=[CHALLENGER, DEFENDER])
    colour = alt.Color("side:N", title=None, scale=scale)
    base = alt.Chart(inline(named[["side", "date", "q10", "q50", "q90"]])).encode(
        x=alt.X("date:T", title=None)
    )
    tip = [
        "side:N",
        alt.Tooltip("date:T"),
        *(alt.Tooltip(f"{q}:Q", format=",.0f") for q in ("q10", "q50", "q90")),
    ]
    chart = base.mark_area(opacity=0.2).encode(
        y=alt.Y("q10:Q", title=f"{words}, cumulative"), y2="q90:Q", color=colour
    ) + base.mark_line(strokeWidth=2.2).encode(y="q50:Q", color=colour, tooltip=tip)
    year = own[own["week"] == 52]
    parts = [
        f"{side_name(assessment, row['side'])} {amount(row['q50'], row['q10'], row['q90'])}"
        for _, row in year.iterrows()
    ]
    title = (
        f"A further year of fighting: {'; '.join(parts)} {words}" if parts else f"{words.capitalize()} ahead"
    )
    subtitle = "Line: median; band: middle 80%. " + source_line(assessment, "own model of published counts")
    alt_text = f"Fan chart of cumulative losses by side. {title}."
    return [Figure("losses_ahead", "fighting", title, subtitle, alt_text, spec_of(chart, 240))]


def price_of_land(assessment: Assessment) -> list[Figure]:
    """Months and losses needed to seize what each proposal hands over: one figure each."""
    table = assessment.tables["price"]
    table = table[table["km2"] > 0]
    if table.empty:
        return []
    named = table.assign(
        deal=[
            f"{n}: {region_name(assessment, r)}" for n, r in zip(table["name"], table["region"], strict=True)
        ]
    )
    focus = named[named["proposal"] == focus_proposal(assessment.case, assessment.tables)]
    row = (focus if not focus.empty else named).sort_values("km2", ascending=False).iloc[0]
    place = f"the {measured(row['km2'])} km² of {region_name(assessment, row['region'])}"
    challenger = assessment.case.challenger.name
    chance = percent(float(row["p_within_horizon"]))
    years = f"{assessment.run.horizon_weeks * 7 / 365.25:.0f} years"
    month_range = amount(row["months_q50"], row["months_q10"], row["months_q90"], "months")
    loss_range = amount(row["attacker_losses_q50"], row["attacker_losses_q10"], row["attacker_losses_q90"])
    titles = {
        "months": f"{challenger} would need {month_range} to seize {place}; "
        f"it does so within {years} in {chance} of draws",
        "attacker_losses": f"By the time it has seized {place}, {challenger} counts {loss_range} "
        "killed and wounded on the whole front",
    }
    labels = {"months": "months of fighting", "attacker_losses": f"killed and wounded of {challenger}"}
    return [
        Figure(
            f"price_{stem}",
            "price",
            titles[stem],
            "Dot: median; bar: middle 80%; an open end lies beyond the horizon. Losses: draws in which it falls. "
            + source_line(assessment, "own model"),
            f"Intervals per proposal. {titles[stem]}.",
            spec_of(interval_chart(named, "deal", stem, labels[stem], CHALLENGER), 50 + 40 * len(named)),
        )
        for stem in titles
    ]


def interval_chart(frame: pd.DataFrame, label: str, stem: str, axis: str, colour: str) -> alt.TopLevelMixin:
    """Dot and 80% bar per row of `frame`; an end that is missing is drawn as an arrow at the right edge."""
    low, mid, high = (f"{stem}_{q}".strip("_") for q in ("q10", "q50", "q90"))
    rows = frame[[label, low, mid, high]].rename(columns={label: "row", low: "low", mid: "mid", high: "high"})
    known = rows[["low", "mid", "high"]].to_numpy(dtype=float)
    edge = 1.15 * pd.Series(known.ravel()).max() if not pd.isna(known).all() else 1.0
    rows["row"] = [wrapped(str(name)) for name in rows["row"]]
    rows = rows.assign(open=rows["high"].isna() & rows["low"].notna(), end=rows["high"].fillna(edge))
    y = alt.Y("row:N", title=None, sort=None, axis=rows_axis())
    largest = abs(pd.Series(known.ravel())).max()
    far = pd.Series(known.ravel()).min() > 0.5 * largest
    base = alt.Chart(inline(rows)).transform_filter("datum.low != null")
    tip = ["row:N", *(alt.Tooltip(f"{c}:Q", format=",.3~g") for c in ("low", "mid", "high"))]
    return alt.layer(
        base.mark_bar(height=7, opacity=0.5, color=colour).encode(
            x=alt.X(
                "low:Q",
                title=axis,
                scale=alt.Scale(zero=not far),
                axis=alt.Axis(format=",.0f" if largest > 5 else ".2~f", tickCount=4),
            ),
            x2="end:Q",
            y=y,
            tooltip=tip,
        ),
        base.transform_filter("datum.mid != null")
        .mark_point(filled=True, size=80, color=colour, opacity=1)
        .encode(x="mid:Q", y=y, tooltip=tip),
        *(
            [
                base.transform_filter("datum.open")
                .mark_text(text="▸", align="left", dx=-2, fontSize=15, color=colour)
                .encode(x="end:Q", y=y)
            ]
            if rows["open"].any()
            else []
        ),
    )


RECIPES = (
    Recipe("gains", "front", "gains by month and region", ("front_monthly",), gains_by_month),
    Recipe("line_length", "front", "length of the line", ("line_history",), line_length),
    Recipe("outlook", "fighting", "outlook of further gains", ("gain_fan",), outlook),
    Recipe("objectives", "fighting", "dates of objectives", ("objectives",), objective_dates),
    Recipe("losses_history", "fighting", "published losses", ("losses_history",), losses_by_month),
    Recipe("losses_ahead", "fighting", "losses ahead", ("losses_fan",), losses_ahead),
    Recipe("price", "price", "price of handed-over land", ("price",), price_of_land),
)

HEADLINE, TEMPO = "headline forecast", "if the present tempo persists"
BEYOND = "beyond the horizon in at least 90% of draws"
_Q = ["q05", "q10", "q25", "q50", "q75", "q90", "q95"]


def _totals(own: pd.DataFrame) -> pd.DataFrame:
    """Month and km² of the whole series; the sum of its regions where no total is given."""
    total = own[own["region"] == "total"]
    if total.empty:
        return own.groupby("month").agg(km2=("km2", "sum")).reset_index()
    return total[["month", "km2"]]


def _by_region(assessment: Assessment, regions: pd.DataFrame) -> pd.DataFrame:
    """Rows of month, region name, km²; small regions summed; the total alone if there are no regions."""
    if regions.empty:
        table = assessment.tables["front_monthly"]
        headline = headline_of(assessment, list(table["series"].unique()))
        return _totals(table[table["series"] == headline]).assign(region="total")
    size = regions.groupby("region")["km2"].apply(lambda v: v.abs().sum()).sort_values(ascending=False)
    moved = list(size.index[size > 0])
    kept = moved[:SHOWN_REGIONS] if len(moved) > SHOWN_REGIONS + 1 else moved
    names = {r: region_name(assessment, str(r)) for r in kept}
    named = regions.assign(region=[names.get(r, "other regions") for r in regions["region"]])
    summed = named.groupby(["month", "region"]).agg(km2=("km2", "sum")).reset_index()
    summed = summed[(summed["region"] != "other regions") | (len(moved) > len(kept))]
    rank = {name: i for i, name in enumerate([*names.values(), "other regions"])}
    order = summed["region"].map(rank)
    return summed.assign(rank=order).sort_values(["rank", "month"])[["month", "region", "km2"]]


def _gains_title(assessment: Assessment, total: pd.DataFrame) -> tuple[str, str]:
    as_of = pd.Timestamp(assessment.case.as_of)
    full = total[total["month"] + pd.offsets.MonthEnd(0) <= as_of].sort_values("month")
    if full.empty:
        return "Net gains by month", "Columns of net gain by month and region."
    last, year = full.iloc[-1], full.tail(12)
    mean = year["km2"].mean()
    verb = "gained" if last["km2"] >= 0 else "lost"
    side = assessment.case.challenger.name
    title = (
        f"{side} {verb} a net {measured(abs(last['km2']))} km² in {last['month']:%B %Y}; "
        f"the mean of the last {len(year)} full months is {measured(mean)}"
    )
    peak = full.iloc[int(full["km2"].argmax())]
    return title, f"Columns of net gain by month and region. {title}. Highest: {peak['month']:%B %Y}."


def _partial_month(as_of: date, last: pd.Timestamp) -> str:
    """Says so where the last column stands for part of a month."""
    whole = last + pd.offsets.MonthEnd(0) <= pd.Timestamp(as_of)
    return "" if whole else f"{as_of:%B %Y} runs to day {as_of.day} only."


def _flagged_months(assessment: Assessment, table: pd.DataFrame, since: pd.Timestamp) -> str:
    """Which months of which map hold days that are missing, doubled or redrawn."""
    parts = []
    for series, own in table[table["flagged"] & (table["month"] >= since)].groupby("series", sort=False):
        months = [f"{month:%b %Y}" for month in own["month"].drop_duplicates().sort_values()]
        parts.append(f"{short_name(assessment, str(series))} in {listed(months)}")
    return f"Days missing, doubled or redrawn: {'; '.join(parts)}." if parts else ""


def _area_sources(assessment: Assessment) -> list[str]:
    if "area_history" not in assessment.tables:
        return ["own model"]
    return [
        *(series_name(assessment, s) for s in assessment.tables["area_history"]["series"].unique()),
        "own model",
    ]


def _past(assessment: Assessment) -> list[alt.Chart]:
    """Measured history of each series, shifted to zero on the as-of date."""
    if "area_history" not in assessment.tables:
        return []
    table = assessment.tables["area_history"]
    since = pd.Timestamp(assessment.case.as_of) - pd.Timedelta(weeks=HISTORY_WEEKS)
    rebased = []
    for series, own in table.sort_values("date").groupby("series", sort=False):
        own = own[own["date"] >= since]
        if not own.empty:
            named = short_name(assessment, str(series))
            rebased.append(own.assign(km2=own["km2"] - own["km2"].iloc[-1], series=named))
    if not rebased:
        return []
    colours = alt.Scale(range=[INK, CATEGORIES[3], CATEGORIES[4]])
    return [
        alt.Chart(inline(pd.concat(rebased)))
        .mark_line(strokeWidth=1.6)
        .encode(x="date:T", y="km2:Q", color=alt.Color("series:N", title="measured", scale=colours))
    ]


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
    head = table[table["model"] == "headline"]
    remainder = [o.id for o in assessment.case.objectives if o.kind == "region_remainder"]
    chosen = head[head["objective"].isin(remainder)]
    row = (chosen if not chosen.empty else head if not head.empty else table).iloc[0]
    name = str(row["name"])
    as_of = assessment.case.as_of
    two, five = percent(row["p_104"]), percent(row["p_260"])
    return (
        f"{name[0].upper()}{name[1:]}: taken by {day_after_weeks(as_of, 104):%B %Y} in {two} of draws, "
        f"by {day_after_weeks(as_of, 260):%B %Y} in {five}"
    )
