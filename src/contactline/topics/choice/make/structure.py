"""Structural choices: the verdict at several horizons, with refusal priced, and under every combination of choices.

A specification curve (Simonsohn, Simmons & Nelson 2020, Nature Human Behaviour 4:1208): choices on which no fit can
decide are axes, and the verdict is computed in every cell of their product.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from contactline.case.debate import Values
from contactline.choice.consent import accepts, consent
from contactline.choice.held import set_means
from contactline.choice.verdict import advantage, default_values, vetoed_clauses
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, in_parallel, node
from contactline.engine.courses import (
    COURSE,
    FAR_COURSE,
    FAR_FUTURES,
    FAR_YEARS,
    FIGHT_ON,
    answered,
    read_at,
    refused,
    ultimatum,
    weeks_of,
)
from contactline.engine.ground import SETTLEMENT
from contactline.engine.run import Run
from contactline.support.ledger import actor_name
from contactline.topics.choice.schema import CHOICES, HORIZONS, REFUSAL, SPECIFICATION

SPECIFIED = 3
"""Proposals for which every combination is computed: the first of the run."""
SPEC_FUTURES = 2
"""Futures of a belief set in each combination: 200 sets err by 4 points at most, whatever the futures."""
SPEC_YEARS = (5, 20)


@dataclass(frozen=True)
class Setting:
    """One way to make a structural choice. held : belief → value; fixed : what is drawn → number in every draw."""

    id: str
    label: str
    held: Mapping[str, float]
    fixed: Mapping[str, float]


def _held(name: str, label: str, **held: float) -> Setting:
    return Setting(name, label, {belief.replace("__", "."): value for belief, value in held.items()}, {})


AXES: dict[str, tuple[str, tuple[Setting, ...]]] = {
    "pace": (
        "losses of renewed war",
        (
            _held("fixed", "do not follow its pace", war__losses_follow_pace=0.0),
            _held("follow", "follow its pace", war__losses_follow_pace=1.0),
        ),
    ),
    "aims": (
        "what the other side wants",
        (
            Setting("narrow", "what it asks for now", {}, {"aims": 0.0}),
            Setting("maximal", "whatever it can get", {}, {"aims": 2.0}),
        ),
    ),
    "reading": (
        "what makes peace last",
        (
            Setting("strong", "strong terms do (Fortna)", {}, {"reading": 0.0}),
            Setting("pressed", "pressed terms fail (Werner and Yuen)", {}, {"reading": 1.0}),
        ),
    ),
    "belt": (
        "ceding the belt",
        (
            _held("appeases", "makes the next war rarer", truce__belt_ceded=-0.5),
            _held("invites", "makes the next war likelier", truce__belt_ceded=0.5),
        ),
    ),
    "ending": (
        "wars that last as long",
        (
            Setting("states", "end by a tie as wars between states do", {}, {}),
            _held(
                "civil",
                "end at .07 a year, as civil wars with foreign troops do in any way",
                war__end_rate=0.07,
            ),
        ),
    ),
    "mechanism": (
        "reasons of this truce",
        (
            _held("history", "do not count: history alone", truce__mechanism_war=0.0),
            _held("reasons", "count fully", truce__mechanism_war=1.0),
        ),
    ),
}
"""Axis → what is chosen, and the ways to choose it. Horizon and refusal are read off the same runs."""
HORIZON = {"5": "five years", "20": "twenty years"}
PRICED = {"unpriced": "costs nothing", "priced": "has its price"}
READ_OFF = {"horizon": ("horizon", HORIZON), "refusal": ("refusing the offer", PRICED)}

Means = Mapping[str, np.ndarray]
"""Outcome → ndarray[set], its mean over the futures of each belief set."""


@node("structure", kept=False)
def STRUCTURE(reads: Reads, cell: str) -> Mapping[str, tuple[Means, ...]]:
    """Course → its outcomes at SPEC_YEARS, under one combination of structural choices : outcome → ndarray[set]."""
    held: dict[str, float] = {}
    fixed: dict[str, float] = {}
    for name, (_, settings) in zip(cell.split("/"), AXES.values(), strict=True):
        chosen = next(one for one in settings if one.id == name)
        held |= chosen.held
        fixed |= chosen.fixed
    there = reads.under({"held": held, "fixed": fixed, "futures": min(SPEC_FUTURES, reads["futures"])})
    offers = reads["proposals"][:SPECIFIED]
    found = {course: there.of(MEANS(course)) for course in (FIGHT_ON, *offers)}
    for offer in offers:  # a refusal that nobody answers is fighting on
        costs = answered(reads.of(SETTLEMENT(offer)))
        found[refused(offer)] = there.of(MEANS(refused(offer))) if costs else found[FIGHT_ON]
    return found


@node("far means")
def MEANS(reads: Reads, course: str) -> tuple[Means, ...]:
    """Outcomes of a course at SPEC_YEARS : outcome → ndarray[set]. What a choice does not enter is not run again."""
    return tuple(set_means(reads["first"], one) for one in read_at(reads, course, weeks_of(SPEC_YEARS)))


def cells() -> list[str]:
    """Names of every combination of structural choices."""
    return ["/".join(names) for names in product(*([one.id for one in ways] for _, ways in AXES.values()))]


def horizons_table(run: Run) -> pd.DataFrame:
    """Verdict of every viewpoint at FAR_YEARS, and what either course came to."""
    rows: list[dict[str, object]] = []
    few = run.futures.thinned(FAR_FUTURES)
    fought = run.reads.of(FAR_COURSE(FIGHT_ON))
    for name, settlement in run.settlements.items():
        signed = run.reads.of(FAR_COURSE(name))
        for years, accepting, fighting in zip(FAR_YEARS, signed, fought, strict=True):
            amounts = {
                f"{what}{course}": float(outcomes[what].mean())
                for course, outcomes in (("", accepting), ("_fighting", fighting))
                for what in ("km2_held", "defender_losses", "challenger_losses")
            }
            war = {"p_war": float(accepting["truce_broken"].mean())}
            for values in run.case.values:
                gain = advantage(values, accepting, fighting, few, run.streams)
                rows.append(
                    {"proposal": name, "name": settlement.proposal.name, **_whose(run, values), "years": years,
                     "share_accept": float(np.mean(accepts(gain)))} | war | amounts
                )  # fmt: skip
    return HORIZONS.frame(rows)


def refusal_table(run: Run) -> pd.DataFrame:
    """Verdict of every viewpoint against fighting on as if nothing answered a refusal, and against refusing."""
    rows: list[dict[str, object]] = []
    fought, futures = run.runs[FIGHT_ON], run.futures
    chance = float(futures.beliefs["support.cut_if_refused"].mean())
    for name, settlement in run.settlements.items():
        turned = run.reads.of(COURSE(refused(name)))
        path = settlement.proposal.if_refused
        cost = {
            f"{what}_diff": float((fought[what] - turned[what]).mean())
            for what in ("km2_held", "people_held", "truce_holds")
        } | {
            f"{what}_diff": float((turned[what] - fought[what]).mean())
            for what in ("defender_losses", "collapsed")
        }
        for values in run.case.values:
            shares = {
                key: float(np.mean(accepts(advantage(values, run.runs[name], other, futures, run.streams))))
                for key, other in (("share_accept", fought), ("share_accept_priced", turned))
            }
            rows.append(
                {"proposal": name, "name": settlement.proposal.name, **_whose(run, values), "path": path or "",
                 "p_answered": chance if path else 0.0, "ultimatum": ultimatum(settlement)} | shares | cost
            )  # fmt: skip
    return REFUSAL.frame(rows)


def specification_tables(run: Run) -> Tables:
    """The verdict under every combination of structural choices, and what each choice does to it."""
    found = {cell: run.reads.of(STRUCTURE(cell)) for cell in cells()}
    table = SPECIFICATION.frame(list(_specified(run, found)))
    return made({SPECIFICATION: table, CHOICES: choices_table(table)})


def _specified(run: Run, found: Mapping[str, Mapping[str, tuple[Means, ...]]]) -> Iterator[dict[str, object]]:
    """One row a combination, offer and viewpoint of a belligerent."""
    sides = (run.case.defender.id, run.case.challenger.id)
    views = [values for values in run.case.values if values.actor in sides]
    defaults = [views.index(default_values(run.case, side)) for side in sides]
    offers = list(run.settlements.items())[:SPECIFIED]
    refused_points = {
        name: [vetoed_clauses(one, run.case, settlement.proposal) for one in views]
        for name, settlement in offers
    }
    for cell, runs in found.items():
        chosen = dict(zip(AXES, cell.split("/"), strict=True))
        for name, settlement in offers:
            for k, years in enumerate(SPEC_YEARS):
                signs: dict[int, list[np.ndarray]] = {}
                for refusal, other in (("unpriced", FIGHT_ON), ("priced", refused(name))):
                    against = runs[other]
                    if id(against) not in signs:  # a refusal that costs nothing is fighting on
                        signs[id(against)] = [
                            accepts(
                                advantage(one, runs[name][k], against[k], run.futures, run.streams), points
                            )
                            for one, points in zip(views, refused_points[name], strict=True)
                        ]
                    each = signs[id(against)]
                    both = consent(*(each[at] for at in defaults)).both
                    for one, own in zip(views, each, strict=True):
                        yield {
                            "proposal": name, "name": settlement.proposal.name, **_whose(run, one), **chosen,
                            "horizon": str(years), "refusal": refusal, "share_accept": float(np.mean(own)),
                            "share_both": both,
                        }  # fmt: skip


def choices_table(specification: pd.DataFrame) -> pd.DataFrame:
    """For every offer and default viewpoint: the share for accepting under each way to make each choice, over all ways
    to make the others. specification : as table SPECIFICATION."""
    ways = {
        axis: (what, {one.id: one.label for one in settings}) for axis, (what, settings) in AXES.items()
    } | READ_OFF
    rows = []
    for (proposal, actor), own in specification[specification["default"]].groupby(
        ["proposal", "actor"], sort=False
    ):
        first = own.iloc[0]
        for axis, (what, labels) in ways.items():
            for setting, label in labels.items():
                share = own.loc[own[axis] == setting, "share_accept"]
                rows.append(
                    {"proposal": proposal, "name": first["name"], "actor": actor, "actor_name": first["actor_name"],
                     "values": first["values"], "axis": axis, "choice": what, "setting": setting, "label": label,
                     "share_mean": float(share.mean()), "share_least": float(share.min()),
                     "share_most": float(share.max()), "turned": float(np.mean(share > 0.5))}
                )  # fmt: skip
    return CHOICES.frame(rows)


def _whose(run: Run, values: Values) -> dict[str, object]:
    return {
        "actor": values.actor,
        "actor_name": actor_name(run.case, values.actor),
        "values": values.viewpoint,
        "default": values.default,
    }


@node("tables.structure")
def STRUCTURE_TABLES(reads: Reads) -> Tables:
    """Tables of horizons, refusal and the specification curve."""
    run = Run(reads)
    in_parallel(reads, [STRUCTURE(cell) for cell in cells()])
    return made({HORIZONS: horizons_table(run), REFUSAL: refusal_table(run)}) | specification_tables(run)
