"""Figures of the choice: break-even of beliefs, hinges and outcomes of courses."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from contactline.core.rounding import amount, percent
from contactline.topics.assessment import Assessment
from contactline.topics.choice.schema import BREAKEVEN, BREAKEVEN_CURVE, COURSES, HINGES
from contactline.topics.choice.show.said import NO_HINGES
from contactline.topics.fighting.show.cost import interval_chart
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    rows_axis,
    source_line,
    spec_of,
    wrapped,
)
from contactline.topics.showing.judgements import focus_proposal, proposal_name
from contactline.topics.showing.shares import PERCENT, colour_of_share, outlined, swings
from contactline.topics.showing.summary import is_event
from contactline.topics.showing.theme import CATEGORIES, INK, MUTED
from contactline.topics.truce.schema import TRUCE

CLEAR = 0.9
"""A share of cases above which a break-even map has nothing to show and a sentence does."""

OVERLAP = 1.12
"""How far a cell of the break-even map reaches into the next, in half steps: no seams show."""


def breakeven(assessment: Assessment) -> list[Figure]:
    """One map of beliefs per proposal: share preferring acceptance over credibility and rate of collapse."""
    table = assessment.tables[BREAKEVEN]
    focus = focus_proposal(assessment.case, assessment.tables)
    grids = {str(p): grid for p, grid in table.groupby("proposal", sort=False)}
    order = sorted(grids, key=lambda p: p != focus)
    settled = [p for p in order if p != focus and one_sided(grids[p])]
    note = "".join(
        f"{proposal_name(assessment.case, p)}: {one_sided(grids[p])} everywhere. " for p in settled
    )
    drawn = [p for p in order if p not in settled]
    return [_breakeven_of(assessment, p, grids[p], note if p == drawn[0] else "") for p in drawn]


def one_sided(grid: pd.DataFrame) -> str:
    """Which course is better in over nine cases of ten at every point of the map; empty if neither is."""
    low, high = grid["share_accept"].min(), grid["share_accept"].max()
    if low > CLEAR:
        return f"accepting is better in {_at_least(low)} of cases"
    return f"fighting on is better in {_at_least(1 - high)} of cases" if high < 1 - CLEAR else ""


def hinges(assessment: Assessment) -> list[Figure]:
    """How far each belief, moved over its present range, moves the share preferring acceptance."""
    table = assessment.tables[HINGES]
    swing = (table["share_high"] - table["share_low"]).abs()
    ranked = (
        table.assign(swing=swing, row=[wrapped(label, 30) for label in table["label"]])
        .sort_values("swing", ascending=False)
        .head(10)
    )
    top = ranked.iloc[0]
    crosses = (ranked[["share_low", "share_high"]].min(axis=1) < 0.5) & (
        ranked[["share_low", "share_high"]].max(axis=1) > 0.5
    )
    alone = len(ranked) == 1
    title = (
        f"The choice hinges {'on' if alone else 'most on'} “{top['label']}”: from one end of its present range to the "
        "other the share in which accepting is better goes from "
        f"{percent(top['share_low'])} to {percent(top['share_high'])}"
        + ("" if crosses.any() else "; no single belief turns the verdict within its present range")
        + ("; no other stands out from the noise" if alone else "")
    )
    order = list(ranked["row"])
    y = alt.Y("row:N", title=None, sort=order, axis=rows_axis(30))
    chart = alt.layer(_half_rule(), *swings(ranked, "belief at its lower end", "at its upper end", y))
    about = proposal_name(assessment.case, str(top["proposal"]))
    subtitle = (
        f"{about}, {top['viewpoint']}: the belief held at either end of its present 80% range, all others as drawn. "
        + source_line(assessment, "own model")
    )
    lines = 1 + max(name.count("\n") for name in ranked["row"])
    height = 40 + max(30, 14 * lines + 8) * len(ranked)
    return [Figure("hinges", "choice", title, subtitle, f"Bars per belief. {title}.", spec_of(chart, height))]


def outcomes(assessment: Assessment) -> list[Figure]:
    """One figure per outcome that is a quantity: its median and 80% range under each course of action."""
    table = assessment.tables[COURSES]
    figures = []
    for outcome, own in table.groupby("outcome", sort=False):
        if is_event(own):
            continue
        label, unit = str(own["label"].iloc[0]), str(own["unit"].iloc[0])
        fight = own[own["course"].str.startswith("fight")].head(1)
        title = f"{label[0].upper()}{label[1:]}"
        if not fight.empty:
            row = fight.iloc[0]
            title += f": fighting on, {amount(row['q50'], row['q10'], row['q90'], '' if unit == 'share' else unit)}"
        subtitle = f"{unit}; dot: median, bar: middle 80%, at the horizon. " + source_line(
            assessment, "own model"
        )
        chart = interval_chart(own, "name", "", unit, CATEGORIES[6])
        spec = spec_of(chart, 46 + 34 * len(own))
        figures.append(
            Figure(f"outcome_{outcome}", "choice", title, subtitle, f"Intervals per course. {title}.", spec)
        )
    return figures


RECIPES = (
    Recipe("breakeven", "choice", "break-even of beliefs", (BREAKEVEN,), breakeven),
    Recipe("hinges", "choice", "what the choice hinges on", (HINGES,), hinges, NO_HINGES),
    Recipe("courses", "choice", "outcomes of each course", (COURSES,), outcomes),
)

_STACKED = {"columns": 1}


def _breakeven_of(assessment: Assessment, proposal: str, grid: pd.DataFrame, note: str) -> Figure:
    rates, levels = np.sort(grid["collapse_rate"].unique()), np.sort(grid["credibility"].unique())
    half = [_half_step(rates), _half_step(levels)]
    cells = grid.assign(
        x=(grid["collapse_rate"] - half[0]).clip(lower=rates[0]),
        x2=(grid["collapse_rate"] + OVERLAP * half[0]).clip(upper=rates[-1]),
        y=(grid["credibility"] - half[1]).clip(lower=levels[0]),
        y2=(grid["credibility"] + OVERLAP * half[1]).clip(upper=levels[-1]),
    )
    x = alt.X(
        "x:Q",
        title="collapses of the defence per year, if the fighting goes on",
        scale=_tight(rates),
        axis=alt.Axis(tickCount=6),
    )
    y = alt.Y("y:Q", title="chance that the guarantor acts", scale=_tight(levels), axis=PERCENT)
    tip = [
        alt.Tooltip("collapse_rate:Q", title="collapses per year", format=".2~f"),
        alt.Tooltip("credibility:Q", title="guarantor acts", format=".0%"),
        alt.Tooltip("share_accept:Q", title="accepting better", format=".0%"),
    ]
    columns = ["x", "x2", "y", "y2", "collapse_rate", "credibility", "share_accept"]
    layers = [
        alt.Chart(inline(cells[columns], 3))
        .mark_rect()
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=colour_of_share(), tooltip=tip)
    ]
    curve = _curve(assessment, proposal)
    if not curve.empty:
        layers.append(
            alt.Chart(inline(curve))
            .mark_line(color=INK, strokeWidth=2.4)
            .encode(x=alt.X("collapse_rate:Q"), y=alt.Y("credibility:Q"))
        )
    box = present_box(assessment, proposal, rates)
    if box is not None:
        layers.append(outlined(box))
    title = _breakeven_title(assessment, proposal, grid, curve, box)
    focused = proposal == focus_proposal(assessment.case, assessment.tables)
    subtitle = (
        "Read as the figure above. "
        if not focused
        else (
            "Violet: accepting is better in most sampled beliefs and weights; amber: fighting on. "
            + _default_view(assessment)
            + ("Line: half and half. " if not curve.empty else "")
            + ("Dashed frame: the present 80% ranges of both beliefs. " if box is not None else "")
        )
    )
    subtitle += note + source_line(assessment, "own model")
    alt_text = f"Heat map over credibility and collapse rate. {title}."
    return Figure(
        f"breakeven_{proposal}", "choice", title, subtitle, alt_text, spec_of(alt.layer(*layers), 300)
    )


def present_box(assessment: Assessment, proposal: str, rates: np.ndarray) -> pd.DataFrame | None:
    """The present 80% ranges of credibility (table truce) and of the case's collapse rate, as one rectangle.

    rates : ndarray[step], collapses a year that the chart spans
    """
    truce, present = assessment.tables.get(TRUCE), _present_collapse(assessment)
    if truce is None or present is None:
        return None
    rows = truce[(truce["proposal"] == proposal) & (truce["variant"] == "as_written")]
    if rows.empty or rows[["credibility_q10", "credibility_q90"]].isna().any(axis=None):
        return None
    low, high = np.clip(present, rates[0], rates[-1])
    return pd.DataFrame(
        [{"x": low, "x2": high, "y": rows["credibility_q10"].iloc[0], "y2": rows["credibility_q90"].iloc[0]}]
    )


def _present_collapse(assessment: Assessment) -> np.ndarray | None:
    """The present 80% range of the rate of collapse, per year: from the hinges, else from the case's beliefs."""
    hinge = assessment.tables.get(HINGES)
    if hinge is not None:
        rows = hinge[hinge["belief"].str.contains("collapse_rate|collapse.rate", regex=True)]
        if not rows.empty:
            return rows[["present_low", "present_high"]].iloc[0].to_numpy(dtype=float)
    belief = next((b for b in assessment.case.beliefs if b.name.endswith("collapse_rate")), None)
    return None if belief is None else belief.quantile(np.array([0.1, 0.9]))


def _breakeven_title(
    assessment: Assessment, proposal: str, grid: pd.DataFrame, curve: pd.DataFrame, box: pd.DataFrame | None
) -> str:
    name = proposal_name(assessment.case, proposal)
    share = grid["share_accept"]
    if curve.empty:
        if (share > 0.5).all():
            return f"{name}: accepting is better in most cases at every credibility and collapse rate shown"
        if (share < 0.5).all():
            return f"{name}: fighting on is better in most cases at every credibility and collapse rate shown"
    if box is None or curve.empty:
        return f"{name}: which course is better depends on credibility and on the rate of collapse"
    inside = curve[
        (curve["collapse_rate"] >= box["x"].iloc[0]) & (curve["collapse_rate"] <= box["x2"].iloc[0])
    ]
    if inside.empty:
        within = grid[grid["collapse_rate"].between(box["x"].iloc[0], box["x2"].iloc[0])]
        better = "accepting" if within["share_accept"].mean() > 0.5 else "fighting on"
        return f"{name}: over the present range of collapse rates, {better} is better at any credibility"
    low, high = (_to_five(inside["credibility"].min()), _to_five(inside["credibility"].max()))
    span = percent(low) if low == high else f"{percent(low)} to {percent(high)}"
    return (
        f"{name}: over the present range of collapse rates, accepting breaks even where the guarantor acts with "
        f"a chance of about {span}"
    )


def _to_five(share: float) -> float:
    """To the nearest 5%, which is what the grid and its sampling noise support; never 0 or 1."""
    return min(max(round(20 * share) / 20, 0.01), 0.99)


def _curve(assessment: Assessment, proposal: str) -> pd.DataFrame:
    if BREAKEVEN_CURVE not in assessment.tables:
        return pd.DataFrame(columns=["collapse_rate", "credibility"])
    table = assessment.tables[BREAKEVEN_CURVE]
    own = table[(table["proposal"] == proposal) & table["credibility"].notna()]
    return own[["collapse_rate", "credibility"]].sort_values("collapse_rate")


def _at_least(share: float) -> str:
    """A share that is a lower bound, rounded down."""
    return "over 99%" if share > 0.99 else f"at least {math.floor(100 * share)}%"


def _half_rule() -> alt.Chart:
    half = alt.Chart(inline(pd.DataFrame([{"half": 0.5}])))
    found: alt.Chart = half.mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x="half:Q")
    return found


def _half_step(values: np.ndarray) -> float:
    return float(np.diff(values).min() / 2) if len(values) > 1 else 0.5


def _tight(values: np.ndarray) -> alt.Scale:
    return alt.Scale(domain=[float(values[0]), float(values[-1])], nice=False)


def _default_view(assessment: Assessment) -> str:
    """Whose values the figure applies, in a sentence."""
    own = [v for v in assessment.case.values if v.actor == assessment.case.defender.id]
    chosen = next((v for v in own if v.default), own[0] if own else None)
    return f"Values: {assessment.case.defender.name}, “{chosen.viewpoint}”. " if chosen else ""
