"""Figures read off the fronts fought out on the map: the length of the line ahead, and what each place opens."""

from __future__ import annotations

import pandas as pd

from contactline.core.rounding import amount, number, points
from contactline.topics.assessment import Assessment
from contactline.topics.fighting.schema import LINE_FAN, OPENS
from contactline.topics.fighting.show.said import first_settlement, main_target, points_range
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
        **{column: 100 * table[column] for column in ("difference", "low", "high", "given", "denied")},
    )
    order = shown.sort_values(["target", "difference"], ascending=False)["place"].drop_duplicates().tolist()
    kinds = [f"of {name}" for key, name in targets.items() if (table["target"] == key).any()]
    y = alt.Y("place:N", title=None, sort=order, axis=rows_axis(30))
    x = alt.X("low:Q", title="points more held after two years", axis=alt.Axis(format=".1~f", tickCount=6))
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
    tip = ["place:N", "of:N"] + [
        alt.Tooltip(f"{c}:Q", format=".1f") for c in ("difference", "low", "high", "given", "denied")
    ]
    zero = alt.Chart(inline(pd.DataFrame([{"zero": 0}]))).mark_rule(color=MUTED, strokeDash=[3, 3])
    chart = alt.layer(
        zero.encode(x=alt.X("zero:Q", title="points more held after two years")),
        base.mark_bar(height=5, opacity=0.55).encode(x=x, x2="high:Q", tooltip=tip),
        base.mark_point(filled=True, size=65, opacity=1).encode(x="difference:Q", tooltip=tip),
    )
    title = _opens_title(assessment, table)
    subtitle = (
        "Paired futures: the place given at once against never falling; the place itself is not counted. The weekly "
        "km² are the same both ways, so a place that never falls also sends them elsewhere. Dot: mean; bar: its 90% "
        f"range from the simulation alone (of {len(table)} such ranges, about one in ten misses). The model knows "
        "neighbourhood and momentum, not roads or supply. " + source_line(assessment, "own model")
    )
    height = 50 + 36 * shown["place"].nunique()
    alt_text = f"Intervals per place. {title}.{_most(table, 'belts', targets['belts'])}"
    return [Figure("opens", "fighting", title, subtitle, alt_text, spec_of(chart, height))]


RECIPES = (
    Recipe("line_ahead", "fighting", "length of the line ahead", (LINE_FAN,), line_ahead),
    Recipe("opens", "fighting", "what each place opens", (OPENS,), opens),
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
    """Where the first settlement objective stands, and the most that any place opens of the main target."""
    main = table[table["target"] == "main_region"]
    target = main_target(assessment.case)
    if main.empty:
        return "What each place opens of the belts, given at once against never falling"
    top, first = main.iloc[int(main["difference"].argmax())], first_settlement(assessment.case, table)
    if top["difference"] <= 0:
        most = f"no place, given at once, adds to the share of {target} held after two years"
    else:
        most = f"no place adds more than {points(top['difference'])} ({top['name']})"
    if first is None or top["difference"] <= 0:
        return most[0].upper() + most[1:]
    if first["low"] <= 0 <= first["high"]:
        span = f" (90% range {points(first['low'])} to {points(first['high'])} points)"
        return (
            f"{first['name']}, given at once, opens no measurable part of {target} in two years{span}; {most}"
        )
    verb = "adds" if first["difference"] > 0 else "takes"
    into = "to" if first["difference"] > 0 else "from"
    return (
        f"{first['name']}, given at once, {verb} {points(abs(first['difference']))} percentage points {into} the share "
        f"of {target} held after two years; {most}"
    )


def _most(table: pd.DataFrame, key: str, target: str) -> str:
    """A sentence on the place that opens most of a target; empty where the table has none."""
    own = table[table["target"] == key]
    if own.empty:
        return ""
    top = own.iloc[int(own["difference"].argmax())]
    return f" Of {target}, {top['name']} opens most: {points_range(top)}."
