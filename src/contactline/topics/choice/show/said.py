"""The choice in sentences: the section's finding, the judgement, and the beliefs it hinges on."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from contactline.core.rounding import percent
from contactline.topics.assessment import Assessment, Judgement
from contactline.topics.choice.schema import HINGES, VERDICT
from contactline.topics.choice.show.consent import beside
from contactline.topics.sensitivity.schema import ACCEPTABILITY
from contactline.topics.showing.judgements import course_names, judgement, proposal_name
from contactline.topics.showing.precision import MOST, error_of_share, in_points, sets_of
from contactline.topics.showing.summary import shown_range, turns_at
from contactline.topics.showing.topic import Drafting
from contactline.topics.showing.whose import of_one_proposal
from contactline.topics.truce.schema import AIMS
from contactline.topics.words import listed

NO_HINGES = (
    "No single belief, from one end of its present range to the other, moves the share in which accepting is "
    "better by more than the noise of the simulation; more draws may tell some apart."
)
"""What a table `hinges` without rows means."""


@dataclass(frozen=True)
class Hinge:
    """One belief that decides: what it is, its present range, where the verdict turns, what to watch."""

    label: str
    present: str
    effect: str
    turns: str
    watch: str


def key_hinges(assessment: Assessment, count: int = 3) -> list[Hinge]:
    """The beliefs that move the share preferring acceptance most, largest first."""
    table = assessment.tables.rows(HINGES)
    swing = (table["share_high"] - table["share_low"]).abs()
    return [
        _hinge(row) for _, row in table.loc[swing.sort_values(ascending=False).index].head(count).iterrows()
    ]


def no_hinges(assessment: Assessment) -> str:
    """NO_HINGES where the beliefs were examined and none stood out, else empty."""
    table = assessment.tables.get(HINGES)
    return NO_HINGES if table is not None and table.empty else ""


def finding(assessment: Assessment) -> str:
    """Which course is best most often, since better than fighting on is not best; and what the aims make of it."""
    said = []
    both = beside(assessment.case, assessment.tables, sets_of(assessment))
    table = assessment.tables.rows(ACCEPTABILITY)
    if len(table):
        best = table.loc[table.groupby("viewpoint", sort=False)["first"].idxmax(), "course"]
        ranked = best.value_counts()
        names = course_names(assessment.case)
        parts = [f"{names.get(str(course), str(course))} by {count}" for course, count in ranked.items()]
        said.append(
            f"Of all courses compared, the best in most cases is {listed(parts)} of {len(best)} viewpoints: better "
            "than fighting on, which the figure below asks, is not the same as best, and what is best for one "
            "side takes the other's signature too" + (f": {both}." if both else ".")
        )
    aims = assessment.tables.rows(AIMS)
    own = of_one_proposal(assessment, aims)[0]
    own = own.set_index("aim") if len(own) else own
    if len(own):
        first, last = own.iloc[0], own.iloc[-1]
        said.append(
            f"Accepting “{first['name']}” does better than fighting on under {percent(first['share_accept'])} of "
            f"beliefs if the other side's aims are {own.index[0]}, under {percent(last['share_accept'])} if they are "
            f"{own.index[-1]} ({assessment.case.defender.name}'s default viewpoint)."
        )
    return " ".join(said)


VETO_WORDS = "(calls a clause unacceptable)"


def choice_judgement(asked: Drafting) -> list[Judgement]:
    """Under which share of beliefs and weights accepting does better, where the run is large enough to say."""
    case, sets, proposal = asked.case, asked.sets, asked.proposal
    rows = asked.tables.rows(VERDICT)
    rows = rows[rows["proposal"] == proposal]
    if rows.empty:
        return []
    own = rows[rows["viewpoint"].str.startswith(case.defender.name)]
    rows = own if len(own) > 1 else rows
    vetoed = rows["viewpoint"].str.contains(VETO_WORDS, regex=False)
    refusals = int(vetoed.sum())
    rows = rows if vetoed.all() else rows[~vetoed]
    whose = (
        f"{len(rows)} viewpoints of {case.defender.name} examined"
        if len(own) > 1
        else "the viewpoints examined"
    )
    low, high = rows["share_accept"].min(), rows["share_accept"].max()
    span, error = _span_of_sets(float(low), float(high), sets), error_of_share(sets)
    if not span:
        return []
    sentence = (
        f"By the values of {whose}, accepting “{proposal_name(case, proposal)}” does better than fighting on under "
        f"{span} of the beliefs and weights drawn"
    )
    both = beside(case, asked.tables, sets, [proposal])
    sentence += f"; {both}." if both else "."
    if refusals and not vetoed.all():
        sentence += f" {refusals} more {'calls' if refusals == 1 else 'call'} a clause of it unacceptable at any price."
    reason = (
        "Values and beliefs are ranges set by hand; the share counts sets of beliefs, one for every fifty draws, "
        f"and is not a forecast. With {sets:,} sets it is good to {in_points(error)}."
    )
    return [judgement("choice", sentence, None, "low", reason)]


def _span_of_sets(low: float, high: float, sets: int) -> str:
    """Shares from `low` to `high` as their error allows: in numbers, as "most" or "less than half", or not at all."""
    error = error_of_share(sets)
    if error <= MOST:
        return percent(low) if percent(low) == percent(high) else f"{percent(low)} to {percent(high)}"
    if low - error > 0.5:
        return "most"
    return "less than half" if high + error < 0.5 else ""


def _hinge(row: pd.Series) -> Hinge:
    unit = str(row["unit"])
    return Hinge(
        label=str(row["label"]),
        present=shown_range(row["present_low"], row["present_high"], unit),
        effect=f"{percent(row['share_low'])} to {percent(row['share_high'])}",
        turns=turns_at(row),
        watch=str(row["watch"]),
    )
