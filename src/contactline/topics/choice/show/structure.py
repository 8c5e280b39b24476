"""What the verdict stands on: structural choices one and all, horizons, the price of refusing.

One sentence a reader can quote, two figures an offer as small multiples, two tables.
"""

from __future__ import annotations

import pandas as pd

from contactline.core.frame import as_records
from contactline.topics.assessment import Assessment
from contactline.topics.choice.schema import AXIS, CHOICES, HORIZONS, REFUSAL, SPECIFICATION
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
from contactline.topics.showing.judgements import focus_proposal, percent, proposal_name
from contactline.topics.showing.precision import sets_of, too_few
from contactline.topics.showing.shares import PERCENT, UNIT
from contactline.topics.showing.theme import CATEGORIES, CHALLENGER, DEFENDER, INK, MUTED
from contactline.topics.words import listed

HEIGHT = 190
"""Pixels of a curve: several stand side by side."""


def specification_sentence(assessment: Assessment) -> str:
    """In how many combinations of structural choices either side is for the offer in focus, and which choice moves it
    most; empty without the tables."""
    case, choices = assessment.case, assessment.tables.rows(CHOICES)
    table = assessment.tables.rows(SPECIFICATION)
    focus = focus_proposal(case, assessment.tables)
    own = table[(table["proposal"] == focus) & table["default"].astype(bool)]
    if own.empty or too_few(sets_of(assessment)):
        return ""
    parts = []
    for side in (case.defender, case.challenger):
        rows = own[own["actor"] == side.id]
        parts.append(f"for {side.name} in {int((rows['share_accept'] > 0.5).sum())} of {len(rows)}")
    both = own.drop_duplicates(_axes())
    signed = int((both["share_both"] > 0.5).sum())
    mine = choices[(choices["proposal"] == focus) & (choices["actor"] == case.defender.id)]
    spans = mine.groupby("axis", sort=False)["share_mean"].agg(["min", "max"])
    most = str((spans["max"] - spans["min"]).idxmax())
    ways = mine[mine["axis"] == most].sort_values("share_mean")
    low, high = ways.iloc[0], ways.iloc[-1]
    return (
        f"Accepting “{proposal_name(case, focus)}” is the better course in most cases {listed(parts)} combinations of "
        f"structural choices; in {signed} both would sign in most cases. What moves {case.defender.name}’s side most "
        f"is “{low['choice']}”: {percent(low['share_mean'])} with “{low['label']}”, {percent(high['share_mean'])} with "
        f"“{high['label']}”."
    )


def curve(assessment: Assessment) -> list[Figure]:
    """Every combination of structural choices in order of the share, one figure an offer."""
    table, case = assessment.tables[SPECIFICATION], assessment.case
    sides = {case.defender.id: case.defender.name, case.challenger.id: case.challenger.name}
    both = "both sign"
    order = [*sides.values(), both]
    colour = alt.Color(
        "who:N", title=None, sort=order, scale=alt.Scale(domain=order, range=[DEFENDER, CHALLENGER, INK])
    )
    figures = []
    for proposal, own in table[table["default"].astype(bool)].groupby("proposal", sort=False):
        lines = [
            _ranked(sides[str(actor)], rows["share_accept"])
            for actor, rows in own.groupby("actor", sort=False)
        ]
        cells = own.drop_duplicates(_axes())
        data = pd.concat([*lines, _ranked(both, cells["share_both"])], ignore_index=True)
        base = alt.Chart(inline(data)).mark_line(strokeWidth=2)
        drawn = base.encode(
            x=alt.X("rank:Q", title="combinations, lowest first", axis=alt.Axis(format=".0%", tickCount=3)),
            y=alt.Y("share:Q", title="share for signing", scale=UNIT, axis=PERCENT),
            color=colour,
            tooltip=["who:N", alt.Tooltip("share:Q", format=".0%")],
        )
        half = alt.Chart(inline(pd.DataFrame({"share": [0.5]}))).mark_rule(color=MUTED, strokeDash=[3, 3])
        most = int((cells["share_both"] > 0.5).sum())
        title = (
            f"{proposal_name(case, str(proposal))}: both would sign in most cases in {most} of {len(cells)} "
            "combinations of structural choices"
        )
        subtitle = (
            "Share of beliefs in which each side’s default viewpoint finds signing better, in each combination; "
            "dashed: one half. " + source_line(assessment, "own model")
        )
        spec = spec_of(half.encode(y="share:Q") + drawn, HEIGHT)
        figures.append(
            Figure(f"specification_{proposal}", "choice", title, subtitle, f"Curves in order. {title}.", spec)
        )
    return figures


def ways(assessment: Assessment) -> list[Figure]:
    """What each structural choice does to the defender's share, one figure an offer."""
    case, table = assessment.case, assessment.tables[CHOICES]
    figures = []
    for proposal, own in table[table["actor"] == case.defender.id].groupby("proposal", sort=False):
        labels = [f"{c}: {label}" for c, label in zip(own["choice"], own["label"], strict=True)]
        rows = own.assign(row=[wrapped(label, 40) for label in labels])
        base = alt.Chart(inline(rows[["row", "share_mean", "share_least", "share_most"]])).encode(
            y=alt.Y("row:N", title=None, sort=list(rows["row"]), axis=rows_axis(40))
        )
        tip = [alt.Tooltip(f"share_{what}:Q", format=".0%") for what in ("mean", "least", "most")]
        bars = base.mark_rule(strokeWidth=5, opacity=0.3, color=CATEGORIES[0]).encode(
            x=alt.X("share_least:Q", title="share for signing", scale=UNIT, axis=PERCENT),
            x2="share_most:Q",
            tooltip=tip,
        )
        dots = base.mark_point(filled=True, size=60, opacity=1, color=INK).encode(
            x="share_mean:Q", tooltip=tip
        )
        spans = own.groupby("axis", sort=False)["share_mean"].agg(["min", "max"])
        axis = str((spans["max"] - spans["min"]).idxmax())
        found = own[own["axis"] == axis].sort_values("share_mean")
        title = (
            f"{proposal_name(case, str(proposal))}: what moves {case.defender.name}’s verdict most is "
            f"“{found['choice'].iloc[0]}”, from {percent(found['share_mean'].iloc[0])} to "
            f"{percent(found['share_mean'].iloc[-1])}"
        )
        subtitle = (
            "Dot: mean over all ways to make the other choices; bar: from the least to the most of them. "
            + source_line(assessment, "own model")
        )
        spec = spec_of(bars + dots, 40 + 34 * len(rows))
        figures.append(
            Figure(f"structure_{proposal}", "choice", title, subtitle, f"Dots with ranges. {title}.", spec)
        )
    return figures


def horizon_rows(assessment: Assessment) -> list[dict[str, object]]:
    """The verdict of both sides' default viewpoints at each horizon, offer by offer, as records."""
    table = assessment.tables.rows(HORIZONS)
    sides = {assessment.case.defender.id, assessment.case.challenger.id}
    own = table[table["default"].astype(bool) & table["actor"].isin(sides)] if len(table) else table
    return as_records(own)


def refusal_rows(assessment: Assessment) -> list[dict[str, object]]:
    """Both sides' default viewpoints on offers whose refusal has a price, as records."""
    table = assessment.tables.rows(REFUSAL)
    sides = {assessment.case.defender.id, assessment.case.challenger.id}
    if table.empty:
        return []
    priced = (table["path"] != "") | table["ultimatum"].astype(bool)
    return as_records(table[table["default"].astype(bool) & table["actor"].isin(sides) & priced])


RECIPES = (
    Recipe("specification", "choice", "the verdict under every structural choice", (SPECIFICATION,), curve),
    Recipe("structure_choices", "choice", "what each structural choice does", (CHOICES,), ways),
)


def _axes() -> list[str]:
    """The columns of a combination of structural choices."""
    return [column.name for column in AXIS]


def _ranked(who: str, share: pd.Series) -> pd.DataFrame:
    ordered = share.sort_values().to_numpy()
    rank = [(k + 1) / len(ordered) for k in range(len(ordered))]
    return pd.DataFrame({"who": who, "rank": rank, "share": ordered})
