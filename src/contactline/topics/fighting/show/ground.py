"""Figures read off the fronts fought out on the map: the length of the line ahead, and what each place opens."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from contactline.core.rounding import amount, number
from contactline.topics.assessment import Assessment
from contactline.topics.fighting.schema import HUB_STUDY, LINE_FAN, OPENS
from contactline.topics.fighting.show.said import (
    first_settlement,
    main_target,
    pace_factor,
    paced,
    points_range,
    record_row,
)
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    rows_axis,
    source_line,
    spec_of,
    time_x,
    wrapped,
)
from contactline.topics.showing.theme import CHALLENGER, INK, MUTED

_HELD, _PACED = ("difference", "low", "high", "given", "denied"), ("pace_difference", "pace_low", "pace_high")
_REACH = {"front": "whole front", "km_15": "within 15 km", "km_30": "within 30 km"}
_FACTORS = (0.25, 4.0)
_FACTOR = "factor on weekly km² after one fall"

TWO_YEARS = 104
"""Weeks after which the length of the line is named in the title, where the horizon reaches that far."""


def line_ahead(assessment: Assessment) -> list[Figure]:
    """Median and 80% band of the length of the line on the grid, fighting on."""
    table = assessment.tables[LINE_FAN].sort_values("week")
    dated = table.assign(
        date=pd.Timestamp(assessment.case.as_of) + pd.to_timedelta(7 * table["week"], unit="D")
    )
    base = alt.Chart(inline(dated[["date", "q10", "q50", "q90"]])).encode(x=time_x("date", dated["date"]))
    tip = [alt.Tooltip("date:T"), *(alt.Tooltip(f"{q}:Q", format=",.0f") for q in ("q10", "q50", "q90"))]
    label = alt.Y("q10:Q", title="km, on the grid", scale=alt.Scale(zero=True))
    chart = base.mark_area(color=INK, opacity=0.16).encode(y=label, y2="q90:Q") + base.mark_line(
        color=INK, strokeWidth=2.2
    ).encode(y="q50:Q", tooltip=tip)
    title, alt_text = _line_title(table)
    subtitle = (
        "Line: median; band: middle 80%. Measured along the cells of the grid: compare it with itself, not with the "
        "length on the map. Where gains reach the edge of the modelled zone the line there is not counted, which "
        "pulls the low end down in later years. " + source_line(assessment, "own model")
    )
    return [Figure("line_ahead", "fighting", title, subtitle, alt_text, spec_of(chart, 240))]


def opens(assessment: Assessment) -> list[Figure]:
    """One row per place: what giving it at once against never losing it adds elsewhere, in percentage points."""
    table = assessment.tables[OPENS]
    case = assessment.case
    targets = {"main_region": main_target(case), "belts": "the belts" if len(case.belts) > 1 else "the belt"}
    shown = table.assign(
        place=[wrapped(name, 30) for name in table["name"]],
        of=[f"of {targets.get(target, target)}" for target in table["target"]],
        **{column: 100 * table[column] for column in (*_HELD, *_PACED)},
    )
    order = shown.sort_values(["target", "difference"], ascending=False)["place"].drop_duplicates().tolist()
    kinds = [f"of {name}" for key, name in targets.items() if (table["target"] == key).any()]
    y = alt.Y("place:N", title=None, sort=order, axis=rows_axis(30))
    title = "points more held after two years"
    x = alt.X("low:Q", title=title, axis=alt.Axis(format=".1~f", tickCount=6))
    base = alt.Chart(inline(shown)).encode(
        y=y,
        yOffset=alt.YOffset("of:N", sort=kinds),
        color=alt.Color(
            "of:N",
            title=None,
            sort=kinds,
            scale=alt.Scale(domain=kinds, range=[CHALLENGER, MUTED]),
            legend=alt.Legend(columns=1),
        ),
    )
    tip = ["place:N", "of:N"] + [alt.Tooltip(f"{c}:Q", format=".1f") for c in (*_HELD, *_PACED)]
    zero = alt.Chart(inline(pd.DataFrame([{"zero": 0}]))).mark_rule(color=MUTED, strokeDash=[3, 3])
    chart = alt.layer(
        zero.encode(x=alt.X("zero:Q", title=title)),
        base.mark_rule(opacity=0.8).encode(x=alt.X("pace_low:Q", title=title), x2="pace_high:Q", tooltip=tip),
        base.mark_point(filled=False, size=65, opacity=1).encode(x="pace_difference:Q", tooltip=tip),
        base.mark_bar(height=5, opacity=0.55).encode(x=x, x2="high:Q", tooltip=tip),
        base.mark_point(filled=True, size=65, opacity=1).encode(x="difference:Q", tooltip=tip),
    )
    title = _opens_title(assessment, table)
    subtitle = (
        "Paired futures: the place given at once against never falling; the place itself is not counted. Filled dot: "
        "the weekly km² are the same both ways, so that a place can only redistribute them; bar: the 90% range of its "
        f"mean from the simulation alone (of {len(table)} such ranges, about one in ten misses). Ring: the fall "
        "changes the front's pace as the belief war.hub_effect has it, and the same for every place; line: the 90% "
        "range of that belief. The model knows neighbourhood and momentum, not roads or supply. "
        + source_line(assessment, "own model")
    )
    height = 50 + 36 * shown["place"].nunique()
    alt_text = f"Intervals per place. {title}.{_most(table, 'belts', targets['belts'])}"
    return [Figure("opens", "fighting", title, subtitle, alt_text, spec_of(chart, height))]


def hub_study(assessment: Assessment) -> list[Figure]:
    """One row per reach and length of window: the factor on the pace after a fall, by kind of place."""
    table = assessment.tables[HUB_STUDY]
    found = table[table["log_ratio"].notna()]
    if found.empty:
        return []
    low, high = _FACTORS
    shown = found.assign(
        row=[f"{_REACH[reach]}, {weeks} weeks" for reach, weeks in zip(found["reach"], found["weeks"], strict=True)],
        factor=np.exp(found["log_ratio"]).clip(low, high),
        least=np.exp(found["low"]).clip(low, high), most=np.exp(found["high"]).clip(low, high),
        shade=np.where(found["verdict"] == "not identified", 0.35, 1.0),
    )  # fmt: skip
    kinds = shown["name"].drop_duplicates().tolist()
    scale = alt.Scale(type="log", domain=[low, high])
    x = alt.X("least:Q", title=_FACTOR, scale=scale, axis=alt.Axis(values=[0.25, 0.5, 1, 2, 4], format="~g"))
    base = alt.Chart(inline(shown)).encode(
        y=alt.Y("row:N", title=None, sort=shown["row"].drop_duplicates().tolist(), axis=rows_axis(30)),
        yOffset=alt.YOffset("name:N", sort=kinds),
        color=alt.Color(
            "name:N", title=None, sort=kinds, scale=alt.Scale(domain=kinds, range=[CHALLENGER, MUTED, INK]),
            legend=alt.Legend(columns=1),
        ),
        opacity=alt.Opacity("shade:Q", scale=None, legend=None),
    )  # fmt: skip
    tip = ["name:N", "row:N", "used:Q", "verdict:N"] + [
        alt.Tooltip(f"{column}:Q", format=".2f") for column in ("factor", "least", "most", "p_value")
    ]
    one = alt.Chart(inline(pd.DataFrame([{"one": 1.0}]))).mark_rule(color=MUTED, strokeDash=[3, 3])
    chart = alt.layer(
        one.encode(x=alt.X("one:Q", title=_FACTOR, scale=scale)),
        base.mark_rule(strokeWidth=2).encode(x=x, x2="most:Q", tooltip=tip),
        base.mark_point(filled=True, size=60).encode(x=alt.X("factor:Q", scale=scale), tooltip=tip),
    )
    title = _hub_title(table)
    apart = found[found["verdict"] == "differs from placebo"]
    subtitle = (
        "Net km² a week after one fall over those before it, beyond what placebos lead to expect: other dates for the "
        "whole front, other cells that fell for the ground near a place. Line: 90% range; pale: not identified (too "
        "few falls or windows that do not overlap, or a range that holds both no effect and half as much again). "
        f"Of {len(found)} ranges {len(apart)} differ from placebo, where luck alone would make about one in ten. "
        + source_line(assessment, "own calculation")
    )
    height = 60 + 40 * shown["row"].nunique()
    return [
        Figure(
            "hub_study",
            "fighting",
            title,
            subtitle,
            f"Intervals per reach and window. {title}.",
            spec_of(chart, height),
        )
    ]


RECIPES = (
    Recipe("line_ahead", "fighting", "length of the line ahead", (LINE_FAN,), line_ahead),
    Recipe("opens", "fighting", "what each place opens", (OPENS,), opens),
    Recipe("hub_study", "fighting", "the pace after towns fell", (HUB_STUDY,), hub_study),
)


def _line_title(table: pd.DataFrame) -> tuple[str, str]:
    """The length after two years against the first one computed, and an alternative text with the last."""
    first, last = table.iloc[0], table.iloc[-1]
    row = table[table["week"] <= max(TWO_YEARS, first["week"])].iloc[-1]
    when = "two years" if row["week"] == TWO_YEARS else f"{row['week']:.0f} weeks"
    start = number(first["q50"], first["q10"], first["q90"])
    if row["q10"] <= first["q50"] <= row["q90"]:
        word = "not clearly longer or shorter than"
    else:
        word = "longer than" if row["q50"] > first["q50"] else "shorter than"
    length = amount(row["q50"], row["q10"], row["q90"], "km")
    title = (
        f"Fighting on, the line after {when} is {length} long on the grid: {word} the {start} km "
        f"{first['week']:.0f} weeks from now"
    )
    if row["week"] == first["week"]:
        title = f"Fighting on, the line after {when} is {length} long on the grid"
    end = amount(last["q50"], last["q10"], last["q90"], "km")
    return title, f"Fan chart of the length of the line. {title}. After {last['week']:.0f} weeks: {end}."


def _opens_title(assessment: Assessment, table: pd.DataFrame) -> str:
    """What the first settlement objective brings under the belief, and that it only redistributes without it."""
    first = first_settlement(assessment.case, table)
    if first is None:
        return "What each place opens, given at once against never falling"
    return (
        f"With weekly km² held equal a place only redistributes them; if its fall changes the pace, {first['name']} "
        f"given at once makes the share of {main_target(assessment.case)} held after two years {paced(first)}"
    )


def _hub_title(table: pd.DataFrame) -> str:
    """The whole front's pace after a fall, all places of the record."""
    row = record_row(table, ("towns",))
    if row is None:
        return "The pace after places fell, near them"
    return (
        f"After a place fell, the whole front's pace over {row['weeks']:.0f} weeks was {pace_factor(row)} times that "
        f"at placebo dates: {row['verdict']}"
    )


def reach_words(reach: str) -> str:
    """A reach of table `hub_study` in words."""
    return _REACH[reach]


def factor_words(row: Mapping[str, float]) -> str:
    """The factor of a row of table `hub_study` with its 90% range; "–" where nothing can be compared."""
    value = row["log_ratio"]
    return "–" if value is None or value != value else pace_factor(row).replace(" (90% range ", " (")


def _most(table: pd.DataFrame, key: str, target: str) -> str:
    """A sentence on the place that opens most of a target; empty where the table has none."""
    own = table[table["target"] == key]
    if own.empty:
        return ""
    top = own.iloc[int(own["difference"].argmax())]
    return f" Of {target}, {top['name']} opens most: {points_range(top)}."
