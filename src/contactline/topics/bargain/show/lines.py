"""Figures of bargaining: who accepts which line, where acceptances overlap, and what moves or empties the range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from contactline.case.scenario import AS_TODAY
from contactline.core.frame import as_records
from contactline.core.rounding import percent, share
from contactline.topics.assessment import Assessment
from contactline.topics.bargain.schema import BARGAINING_RANGE, RANGE_SUMMARY
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    region_name,
    rows_axis,
    source_line,
    spec_of,
    wrapped,
)
from contactline.topics.showing.theme import ACCEPT, CHALLENGER, DEFENDER, INK, MUTED

NONE = "none"
_SHARE = {"domain": [0, 1], "nice": False}
_PERCENT = {"format": ".0%", "tickCount": 5}


def acceptance(assessment: Assessment) -> list[Figure]:
    """Share of beliefs under which each belligerent accepts each line, and under which both do."""
    table = assessment.tables[BARGAINING_RANGE]
    summary = assessment.tables[RANGE_SUMMARY]
    here = _focus(summary)
    rows = table[(table["order"] == here["order"]) & (table["scenario"] == AS_TODAY)]
    rows = rows[rows["guarantee"] == here["guarantee"]]
    defender, challenger = assessment.case.defender, assessment.case.challenger
    both = rows[rows["actor"] == "both"]
    best = both.loc[both["share_accept"].idxmax()]
    region = region_name(assessment, str(here["region"]))
    title = f"Lines in {region}: {here['finding']}"
    if float(best["share_accept"]) > 0:
        title += (
            f"; most often both accept {share(best['line']) if best['line'] else 'the present line'}"
            f"{' handed over' if best['line'] else ''}, under {percent(best['share_accept'])} of the beliefs drawn"
        )
    names = {defender.id: f"{defender.name} accepts", challenger.id: f"{challenger.name} accepts"}
    sides = rows[rows["actor"].isin(names)].assign(who=lambda t: t["actor"].map(names))
    x = alt.X(
        "line:Q",
        title=f"share handed over of what {defender.name} holds in {region}",
        scale=_SHARE,
        axis=_PERCENT,
    )
    y = alt.Y("share_accept:Q", title="share of beliefs", scale=alt.Scale(domain=[0, 1]), axis=_PERCENT)
    colour = alt.Color(
        "who:N",
        title=None,
        sort=[*names.values(), "both accept"],
        scale=alt.Scale(domain=[*names.values(), "both accept"], range=[DEFENDER, CHALLENGER, ACCEPT]),
        legend=alt.Legend(columns=3, symbolOpacity=1),
    )
    tip: list[str | alt.Tooltip] = [
        "who:N",
        alt.Tooltip("line:Q", format=".0%"),
        alt.Tooltip("share_accept:Q", format=".0%"),
    ]
    shaded = alt.Chart(inline(both.assign(who="both accept")[["line", "share_accept", "who"]]))
    columns = ["line", "share_accept", "who", "km2_given_up"]
    lines = alt.Chart(inline(sides[columns])).encode(x=x, y=y, color=colour, tooltip=tip)
    half = (
        alt.Chart(inline(pd.DataFrame([{"half": 0.5}])))
        .mark_rule(color=MUTED, strokeDash=[3, 3])
        .encode(y="half:Q")
    )
    chart = alt.layer(
        shaded.mark_area(opacity=0.35).encode(x=x, y=y, color=colour, tooltip=tip),
        half,
        lines.mark_line(strokeWidth=2.4),
        lines.mark_point(filled=True, size=50, opacity=1),
    )
    subtitle = (
        f"Agreed lines, handed over {'as the ground would fall' if here['order'] == 'nearest_first' else 'belt last'}, "
        f"{_backed(here)}. Accepting is compared with fighting on, each side by its own default values; shaded: both, "
        f"if they share their beliefs. {int(here['sets'])} belief sets. "
        + source_line(assessment, "own model")
    )
    alt_text = f"Lines of the share of beliefs under which each side accepts. {title}."
    return [Figure("bargaining_range", "choice", title, subtitle, alt_text, spec_of(chart, 260))]


def depth(assessment: Assessment) -> list[Figure]:
    """How much each belligerent gains of each line, in its stakes; the smaller of the two is the depth."""
    table, here = assessment.tables[BARGAINING_RANGE], _focus(assessment.tables[RANGE_SUMMARY])
    own = table[(table["order"] == here["order"]) & (table["scenario"] == AS_TODAY)]
    own = own[(own["guarantee"] == here["guarantee"]) & own["depth"].notna()]
    defender, challenger = assessment.case.defender, assessment.case.challenger
    names = {defender.id: defender.name, challenger.id: challenger.name}
    sides = own[own["actor"].isin(names)].assign(who=lambda t: t["actor"].map(names))
    if sides.empty:
        return []
    region = region_name(assessment, str(here["region"]))
    x = alt.X(
        "line:Q",
        title=f"share handed over of what {defender.name} holds in {region}",
        scale=_SHARE,
        axis=_PERCENT,
    )
    y = alt.Y(
        "depth:Q", title="gain over fighting on, in the stakes", axis=alt.Axis(format=".0%", tickCount=6)
    )
    colours = alt.Scale(domain=list(names.values()), range=[DEFENDER, CHALLENGER])
    lines = alt.Chart(inline(sides[["line", "depth", "who"]])).encode(
        x=x, y=y, color=alt.Color("who:N", title=None, scale=colours),
        tooltip=["who:N", alt.Tooltip("line:Q", format=".0%"), alt.Tooltip("depth:Q", format=".0%")],
    )  # fmt: skip
    zero = alt.Chart(inline(pd.DataFrame([{"zero": 0.0}]))).mark_rule(color=MUTED, strokeDash=[3, 3])
    chart = alt.layer(
        zero.encode(y="zero:Q"),
        lines.mark_line(strokeWidth=2.4),
        lines.mark_point(filled=True, size=50, opacity=1),
    )
    title = f"How deep the range is: {_ends(sides, names)}"
    subtitle = (
        "Median over belief sets of what a side gains over fighting on, set against its stakes: what lies for it "
        "between the best and the worst line of the family. At the dashed line it would as soon fight on. Between the "
        f"ends, {depth_words(here)}. " + source_line(assessment, "own model")
    )
    alt_text = f"Lines of each side's gain. {title}."
    return [Figure("range_depth", "choice", title, subtitle, alt_text, spec_of(chart, 240))]


def _ends(sides: pd.DataFrame, names: Mapping[str, str]) -> str:
    """What each side gains at either end of the family, in its stakes."""
    said = []
    for actor, name in names.items():
        own = sides[sides["actor"] == actor].sort_values("line")["depth"].astype(float).tolist()
        if own:
            said.append(
                f"{name} gains {share(own[0])} of its stakes at the present line, {share(own[-1])} at the last"
            )
    return "; ".join(said)


def depth_words(row: Mapping[str, Any]) -> str:
    """How deep a bargaining range is, or how far from one the sides are: row : of table range_summary."""
    if row["depth"] != row["depth"]:
        return "none of its lines is free of a clause that a side refuses at any price"
    at = share(row["deepest_line"]) + " handed over" if row["deepest_line"] else "the present line"
    size = share(abs(row["depth"]))
    if row["depth"] > 0:
        return f"the side that gains less gains most at {at}, {size} of its stakes"
    return f"even at {at}, where they are nearest, one side is {size} of its stakes short of signing"


def settings(assessment: Assessment) -> list[Figure]:
    """What each belligerent would settle for under every guarantee, support path and tempo, and the overlap."""
    table = assessment.tables[RANGE_SUMMARY].copy()
    table["row"] = [wrapped(_setting_name(row), 26) for row in as_records(table)]
    defender, challenger = assessment.case.defender.name, assessment.case.challenger.name
    order = list(table["row"])
    y = alt.Y("row:N", title=None, sort=order, axis=rows_axis(26))
    bars = [
        {"row": row["row"], "who": who, "low": low, "high": high}
        for row in as_records(table)
        for who, low, high in (
            (f"{defender} accepts", 0.0, row["defender_most"]),
            (f"{challenger} accepts", row["challenger_least"], 1.0),
        )
        if low == low and high == high
    ]
    spans = pd.DataFrame(bars, columns=["row", "who", "low", "high"])
    met = table[table["range_low"].notna()]
    apart = table[table["range_low"].isna()].assign(at=0.02)
    apart["said"] = [f"empty: {row['finding']}" for row in as_records(apart)]
    x = alt.X("low:Q", title="share handed over", scale=_SHARE, axis=_PERCENT)
    layers: list[alt.Chart] = []
    for k, who in enumerate((f"{defender} accepts", f"{challenger} accepts")):
        own = spans[spans["who"] == who]
        if own.empty:
            continue
        layers.append(
            alt.Chart(inline(own))
            .mark_rule(strokeWidth=5, yOffset=8 * k - 4, strokeCap="butt")
            .encode(
                x=x, x2="high:Q", y=y,
                color=alt.Color("who:N", title=None, scale=alt.Scale(
                    domain=[f"{defender} accepts", f"{challenger} accepts"], range=[DEFENDER, CHALLENGER])),
                tooltip=["row:N", "who:N", alt.Tooltip("low:Q", format=".0%"), alt.Tooltip("high:Q", format=".0%")],
            )
        )  # fmt: skip
    if not met.empty:
        ends = met.rename(columns={"range_low": "low", "range_high": "high"})[["row", "low", "high"]]
        shaded = alt.Chart(inline(ends)).mark_rule(
            strokeWidth=20, color=ACCEPT, opacity=0.25, strokeCap="butt"
        )
        layers.insert(0, shaded.encode(x=x, x2="high:Q", y=y))
    if not apart.empty:
        words = alt.Chart(inline(apart[["row", "said", "at"]])).mark_text(
            color=INK, fontSize=11, fontStyle="italic", align="left", dy=10
        )
        layers.append(words.encode(x=alt.X("at:Q"), y=y, text="said:N"))
    deep = table.assign(end=0.99, deep=[_deep(row) for row in as_records(table)])
    sizes = alt.Chart(inline(deep[["row", "end", "deep"]])).mark_text(
        color=MUTED, fontSize=10, align="right", dy=17
    )
    layers.append(sizes.encode(x=alt.X("end:Q"), y=y, text="deep:N"))
    title = _settings_title(table, defender, challenger)
    subtitle = (
        "Bars: the lines that each side prefers to fighting on under at least half of the beliefs drawn; shaded: the "
        "bargaining range; at the right what the side that gains less gains at most, in its stakes, or how far it is "
        "short. " + _other_settings(table) + source_line(assessment, "own model")
    )
    spec = spec_of(alt.layer(*layers), 40 + 42 * len(table))
    return [Figure("range_settings", "choice", title, subtitle, f"Bars per setting. {title}.", spec)]


RECIPES = (
    Recipe(
        "bargaining_range",
        "choice",
        "the bargaining range",
        (BARGAINING_RANGE, RANGE_SUMMARY),
        acceptance,
    ),
    Recipe(
        "range_depth", "choice", "how deep the bargaining range is", (BARGAINING_RANGE, RANGE_SUMMARY), depth
    ),
    Recipe("range_settings", "choice", "what moves the bargaining range", (RANGE_SUMMARY,), settings),
)


def _focus(summary: pd.DataFrame) -> dict[str, Any]:
    """The setting that the first figure shows: today's support, the first proposal's guarantee."""
    scenarios = summary[summary["scenario"] != AS_TODAY]
    wanted = scenarios["guarantee"].iloc[0] if len(scenarios) else NONE
    base = summary[(summary["scenario"] == AS_TODAY) & (summary["order"] == "nearest_first")]
    own = base[base["guarantee"] == wanted]
    return as_records(own if len(own) else base)[0]


def _backed(row: Mapping[str, Any]) -> str:
    return "without a guarantee" if row["guarantee"] == NONE else f"guarantee: {row['guarantee_name']}"


def _other_settings(table: pd.DataFrame) -> str:
    """With which guarantee the settings other than today's support are computed, as their rows say."""
    others = table[table["scenario"] != AS_TODAY]
    kinds = [_backed(row) for row in as_records(others.drop_duplicates("guarantee"))]
    return f"Other support and tempo {'; '.join(kinds)}. " if kinds else ""


def _setting_name(row: Mapping[str, Any]) -> str:
    if row["order"] == "belt_last":
        return "The belt handed over last"
    return str(row["guarantee_name"] if row["scenario"] == AS_TODAY else row["scenario_name"])


def _deep(row: Mapping[str, Any]) -> str:
    if row["depth"] != row["depth"]:
        return ""
    return f"{share(row['depth'])} deep" if row["depth"] > 0 else f"{share(-row['depth'])} short"


def _settings_title(table: pd.DataFrame, defender: str, challenger: str) -> str:
    empty = table[table["range_low"].isna()]
    if len(empty) == len(table):
        return f"No line that {defender} and {challenger} both accept, under any guarantee, support or tempo shown"
    if len(empty):
        names = "; ".join(_setting_name(row) for row in as_records(empty))
        return f"The bargaining range vanishes in {len(empty)} of {len(table)} settings: {names}"
    low = table["range_low"]
    width = table["range_high"] - low
    narrow = as_records(table)[int(width.to_numpy().argmin())]
    return (
        f"A bargaining range is left in all {len(table)} settings; narrowest, from {share(narrow['range_low'])} to "
        f"{share(narrow['range_high'])} handed over, in: {_setting_name(narrow)}"
    )
