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
    title = _settings_title(table, defender, challenger)
    subtitle = (
        "Bars: the lines that each side prefers to fighting on under at least half of the beliefs drawn; shaded: the "
        "bargaining range. " + _other_settings(table) + source_line(assessment, "own model")
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
