"""The centre page in words and rows: who prefers what under which beliefs, what would turn it, and what to watch.

Everything is computed from the saved tables, so that page, terminal and JSON say the same. Shares count sets of
beliefs and weights; no sentence here says how likely anything is.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from contactline.topics.assessment import Assessment
from contactline.topics.choice.schema import VERDICT
from contactline.topics.choice.show.consent import beside
from contactline.topics.sensitivity.schema import BOXES, FLIPS, REGRET
from contactline.topics.showing.judgements import course_names, focus_proposal, percent, proposal_name
from contactline.topics.showing.precision import of_cases, sets_of
from contactline.topics.showing.summary import shown, shown_range
from contactline.topics.truce.schema import TIMING
from contactline.topics.words import listed

DECIDING = ("defender", "challenger", "guarantor")
"""Roles whose choice the proposals need; others are shown below them."""

NOTHING = "no belief stands out"


@dataclass(frozen=True)
class View:
    """A viewpoint's view of a proposal. share : of beliefs and weights that prefer it; words : the same as far as the
    run's size carries it; refuses : points, or empty."""

    proposal: str
    share: float
    words: str
    refuses: str


@dataclass(frozen=True)
class ViewpointRow:
    """One viewpoint across the proposals, and the belief that moves its view of the proposal in focus most."""

    actor: str
    name: str
    values: str
    default: bool
    deciding: bool
    cells: tuple[View, ...]
    decides: str


@dataclass(frozen=True)
class ActorSentences:
    """Three sentences on an actor: what it prefers, what would turn it, what it would have to believe."""

    actor: str
    name: str
    deciding: bool
    sentences: tuple[str, str, str]


def centre_rows(assessment: Assessment) -> list[ViewpointRow]:
    """One row a viewpoint, sides and guarantors first; empty without table verdict."""
    table = assessment.tables.rows(VERDICT)
    if table.empty:
        return []
    roles = {actor.id: actor.role for actor in assessment.case.actors}
    rows = []
    for (actor, values), own in table.groupby(["actor", "values"], sort=False):
        first = own.iloc[0]
        cells = tuple(
            View(str(r["proposal"]), share, of_cases(share, sets_of(assessment)), str(r["refuses"]))
            for share, (_, r) in zip(own["share_accept"].astype(float), own.iterrows(), strict=True)
        )
        rows.append(
            ViewpointRow(
                str(actor), str(first["actor_name"]), str(values), bool(first["default"]),
                roles.get(str(actor), "other") in DECIDING, cells, _decides(assessment, first),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: not row.deciding)


def proposals_shown(assessment: Assessment) -> list[str]:
    """Names of the proposals in the order of the table."""
    table = assessment.tables.rows(VERDICT)
    return [proposal_name(assessment.case, p) for p in dict.fromkeys(table["proposal"])]


def actor_sentences(assessment: Assessment) -> list[ActorSentences]:
    """Three sentences an actor, by its default viewpoint, sides and guarantors first."""
    rows = centre_rows(assessment)
    focus = focus_proposal(assessment.case, assessment.tables)
    said = []
    for row in rows:
        if row.default:
            others = [other for other in rows if other.actor == row.actor and not other.default]
            sentences = (
                _prefers(assessment, row, focus),
                brief(assessment, _turns(assessment, row)),
                brief(assessment, _must_believe(assessment, row, others, focus)),
            )
            said.append(ActorSentences(row.actor, row.name, row.deciding, sentences))
    return said


def regret_sentence(assessment: Assessment) -> str:
    """Which course's regret is smallest, by whom; empty without table regret."""
    table = assessment.tables.rows(REGRET)
    if table.empty:
        return ""
    best = table[table["minimax_q95"]].drop_duplicates("viewpoint")
    names = course_names(assessment.case)
    both = beside(assessment.case, assessment.tables, sets_of(assessment))
    parts = [
        f"{names.get(str(course), str(course))} by {count} of {len(best)} viewpoints"
        for course, count in best["course"].value_counts(sort=True).items()
    ]
    return (
        f"Least to regret, counting all but the worst twentieth of the draws and as if every course could be had: "
        f"{listed(parts)}{f' (but {both})' if both else ''}. "
        "Regret is how much worse a course turns out than the best one, were the beliefs known."
    )


def waiting_sentence(assessment: Assessment, weeks: int = 52) -> str:
    """What a year's wait is worth for the proposal in focus, from table timing; empty without it."""
    table = assessment.tables.get(TIMING)
    focus = focus_proposal(assessment.case, assessment.tables)
    if table is None:
        return ""
    own = table[(table["proposal"] == focus) & (table["week"] == weeks)].set_index("terms")
    if "same" not in own.index:
        return ""
    name, row = proposal_name(assessment.case, focus), own[own.index == "same"].iloc[0]
    text = (
        f"Waiting: signing {name} a year later on the same terms is better for the defender than signing now under "
        f"{percent(float(row['p_better_than_now']))} of beliefs"
    )
    needed = float(row["offer_must_survive"])
    if needed != needed:
        text += ", and on average worse even if the offer is sure to stay"
    elif needed == 0:
        text += ", and on average no worse even if the offer lapses"
    else:
        text += f"; on average it pays if the offer is still there in over {percent(needed)} of cases"
    if "line_reached" in own.index:
        line = own[own.index == "line_reached"].iloc[0]
        text += (
            f". Freezing the line then reached, with the same clauses and nothing handed over, would be better under "
            f"{percent(float(line['p_better_than_now']))}"
        )
    return text + "."


def brief(assessment: Assessment, text: str) -> str:
    """The text with labels of guarantees' credibility cut to what they mean; each proposal has but one guarantee."""
    for guarantee in assessment.case.guarantees:
        text = text.replace(f": {guarantee.name}”", "”").replace(f"is broken: {guarantee.name}", "is broken")
    return text


def _decides(assessment: Assessment, row: pd.Series) -> str:
    moving = moving_beliefs(assessment, str(row["actor_name"]), str(row["values"]))
    if moving is None:
        return ""
    return NOTHING if moving.empty else brief(assessment, str(moving["label"].iloc[0]))


def moving_beliefs(assessment: Assessment, name: str, values: str) -> pd.DataFrame | None:
    """A viewpoint's rows of table flips, largest swing first; None where it was not examined."""
    table = assessment.tables.get(FLIPS)
    if table is None:
        return None
    own = table[table["viewpoint"] == f"{name}: {values}"]
    swing = (own["share_high"] - own["share_low"]).abs()
    return own.loc[swing.sort_values(ascending=False, kind="stable").index]


def _prefers(assessment: Assessment, row: ViewpointRow, focus: str) -> str:
    cells = {cell.proposal: cell for cell in row.cells}
    main = cells.get(focus) or row.cells[0]
    about = of_cases(main.share, sets_of(assessment), " of the beliefs and weights drawn")
    text = (
        f"By the viewpoint “{row.values}”, accepting “{proposal_name(assessment.case, main.proposal)}” does better "
        f"than fighting on under {about}"
    )
    same: dict[str, list[str]] = {}
    for cell in row.cells:
        if cell is not main:
            same.setdefault(of_cases(cell.share, sets_of(assessment)), []).append(
                f"“{proposal_name(assessment.case, cell.proposal)}”"
            )
    others = [f"{listed(names)} under {share}" for share, names in same.items()]
    both = beside(assessment.case, assessment.tables, sets_of(assessment), [main.proposal, *(
        cell.proposal for cell in row.cells if cell is not main
    )])  # fmt: skip
    return text + (f"; {', and '.join(others)}" if others else "") + (f". But {both}." if both else ".")


def _turns(assessment: Assessment, row: ViewpointRow) -> str:
    moving = moving_beliefs(assessment, row.name, row.values)
    if moving is None:
        return "Which belief would turn it was not examined: that takes 30 belief sets, 1,500 draws."
    turning = moving[moving["flip_value"].notna()]
    if not turning.empty:
        top = turning.iloc[0]
        unit, flip = str(top["unit"]), float(top["flip_value"])
        now = shown_range(top["present_low"], top["present_high"], unit)
        more = f", and {len(turning) - 1} more would" if len(turning) > 1 else ""
        at = shown(flip, unit)
        if top["flip_low"] == top["flip_low"] and top["flip_low"] < top["flip_high"]:
            at += f" ({shown_range(top['flip_low'], top['flip_high'], unit)} over resampled draws)"
        where = "the belief now lies at" if top["inside"] else "that is outside the present 80% range of"
        text = f"“{top['label']}” would turn it{more}: half of the cases prefer each course at about {at}"
        return f"{text}, and {where} {now}."
    if moving.empty:
        return "No single belief turns it, and none stands out from the noise of this run as moving it."
    top, sets = moving.iloc[0], sets_of(assessment)
    tried = shown_range(top["tried_low"], top["tried_high"], str(top["unit"]))
    return (
        f"No single belief turns it, wherever it was tried; “{top['label']}” (tried from {tried}) moves it most, from "
        f"{of_cases(top['share_low'], sets)} to {of_cases(top['share_high'], sets)} of the cases as the belief goes "
        "from one end of its present range to the other."
    )


def _must_believe(assessment: Assessment, row: ViewpointRow, others: list[ViewpointRow], focus: str) -> str:
    own = next((cell for cell in row.cells if cell.proposal == focus), row.cells[0])
    name = proposal_name(assessment.case, own.proposal)
    if own.refuses:
        return (
            f"It refuses {points_words(own.refuses)} of “{name}” at any price, so no belief makes the proposal "
            "acceptable; the share above counts only what it gains and loses."
        )
    text = _box_words(assessment, row, own.share)
    refusing = [o for o in others for c in o.cells if c.proposal == own.proposal and c.refuses]
    if refusing:
        points = next(c.refuses for c in refusing[0].cells if c.proposal == own.proposal)
        text += f", while “{refusing[0].values}” refuses {points_words(points)} at any price"
    return text + "."


def _box_words(assessment: Assessment, row: ViewpointRow, share: float) -> str:
    """What it would have to believe to prefer the course that fewer beliefs prefer."""
    minority, words = ("fight", "fighting on") if share >= 0.5 else ("accept", "accepting")
    table = assessment.tables.get(BOXES)
    own = pd.DataFrame() if table is None else table[table["viewpoint"] == f"{row.name}: {row.values}"]
    own = own[own["better"] == minority] if not own.empty else own
    if own.empty:
        return f"What it would have to believe to prefer {words} was not examined (too few belief sets)"
    box = own.iloc[0]
    where = str(box["sentence"]).partition(" where ")[2].partition(". ")[0].partition(", it is in ")[0]
    if not box["holds"] or not where or box["fresh"] <= box["base"]:
        return (
            f"No one or two beliefs single out futures in which {words} is better: over all of them it is in "
            f"{of_cases(float(box['base']), sets_of(assessment))}"
        )
    where = where.rstrip(".")
    if box["fresh"] >= 0.5:
        return f"To prefer {words} it would have to believe that {where}"
    cases = of_cases(float(box["fresh"]), sets_of(assessment))
    return f"Even if it believed that {where}, {words} would be better in {cases} of futures"


def points_words(points: str) -> str:
    """ "point 7", "points 7, 9", or the clause that a name stands for."""
    many = "," in points
    return f"{'points' if many else 'point'} {points}" if points[:1].isdigit() else f"its clause on {points}"
