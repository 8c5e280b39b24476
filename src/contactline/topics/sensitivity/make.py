"""What would have to be true: which beliefs and weights decide between the courses, in tables.

Works on draws already made (course outcomes, belief sets); only where the ranking turns are courses fought again,
with a belief held. For the default viewpoint of each actor the proposal in focus is set against fighting on; regret and
acceptability compare all courses by all viewpoints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from contactline.case.debate import Values
from contactline.case.labels import BeliefLabel, belief_labels, credibility_belief
from contactline.case.schema import Case
from contactline.choice.acceptability import Acceptability, acceptability, attribute_values, draw_weights
from contactline.choice.flips import COLUMNS, flip_row, ranked, surface
from contactline.choice.held import SWEEP, Held, Sweep, turning
from contactline.choice.information import value_of_information, value_of_waiting
from contactline.choice.regret import regret_table
from contactline.choice.scenarios import Box, find_box
from contactline.choice.smooth import placed
from contactline.choice.sobol import Sobol, set_noise, sobol_indices
from contactline.choice.verdict import default_values, hinges, vetoed_clauses
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.frame import Table, Tables, made
from contactline.core.graph import Reads, node
from contactline.core.rounding import share as as_percent
from contactline.core.rounding import short
from contactline.core.streams import Streams
from contactline.engine.courses import COURSE, FIGHT_ON, Runs
from contactline.engine.futures import Futures
from contactline.engine.run import Run
from contactline.topics.choice.schema import HINGES
from contactline.topics.sensitivity.schema import (
    ACCEPTABILITY,
    BOXES,
    CENTRAL_WEIGHTS,
    FLIPS,
    INFORMATION,
    REGRET,
    SOBOL,
    SURFACE,
    WAITING,
)
from contactline.truce.terms import Settlement

SURFACE_POINTS = 21


@dataclass(frozen=True)
class ExpectedValues:
    """One viewpoint's expected values. values : ndarray[set, course]; weights : ndarray[set, attribute]."""

    viewpoint: Values
    courses: tuple[str, ...]
    values: np.ndarray
    weights: np.ndarray

    def advantage(self, course: str, over: str) -> np.ndarray:
        """Value of one course over another : ndarray[set]."""
        found: np.ndarray = (
            self.values[:, self.courses.index(course)] - self.values[:, self.courses.index(over)]
        )
        return found


def compare(viewpoint: Values, runs: Runs, sets: int, streams: Streams) -> ExpectedValues:
    """Expected value of every course to a viewpoint, one weight vector drawn for each belief set.

    The weights are those of `choice.verdict.advantage` (the same streams), so the differences are its advantages.
    """
    parts = attribute_values(viewpoint, runs, sets)
    columns = []
    for attribute in viewpoint.attributes:
        rng = streams.rng(f"choice.weight.{viewpoint.actor}.{viewpoint.viewpoint}.{attribute.outcome}")
        columns.append(
            attribute.weight_low + (attribute.weight_high - attribute.weight_low) * rng.random(sets)
        )
    weights = np.column_stack(columns)
    return ExpectedValues(viewpoint, tuple(runs), np.einsum("sa,sac->sc", weights, parts), weights)


def sensitivity_tables(
    case: Case,
    runs: Runs,
    beliefs: Mapping[str, np.ndarray],
    labels: Mapping[str, BeliefLabel],
    proposal: str,
    streams: Streams,
    held: Held,
) -> Tables:
    """Tables hinges, flips, boxes, sobol, information, waiting and surface (`proposal` against fighting on), regret,
    acceptability and central_weights (all courses, all viewpoints).

    hinges are those of the defender's default viewpoint; flips cover every viewpoint, boxes the default one of each
    actor, sobol that of sides and guarantors, information, waiting and surface that of the two sides: each is costlier
    than the one before it, and bears on fewer questions.

    beliefs : name → ndarray[set], each in its own unit; labels : the beliefs that enter this comparison
    held : both courses fought again with a belief held at several values
    Raises UnknownNameError for a course that was not run, InputError where draws do not divide into sets.
    """
    for course in (proposal, FIGHT_ON):
        if course not in runs:
            raise UnknownNameError("course", course, runs)
    sets = len(next(iter(beliefs.values())))
    draws = len(next(iter(runs[FIGHT_ON].values())))
    if draws % sets:
        raise InputError(f"sensitivity: {draws} draws do not divide into {sets} belief sets.")
    used = {name: column for name, column in beliefs.items() if name in labels}
    names = actor_names(case)
    roles = {actor.id: actor.role for actor in case.actors}
    found: dict[Table, list[pd.DataFrame]] = {}
    for viewpoint in case.values:
        compared = compare(viewpoint, runs, sets, streams)
        who = {"viewpoint": f"{names[viewpoint.actor]}: {viewpoint.viewpoint}"}
        tables = _all_courses(compared, _acceptable(case, viewpoint, runs), sets, streams)
        pair = _Pair(case, compared, runs, used, labels, proposal, draws // sets, streams, held)
        tables |= {table: frame.assign(proposal=proposal) for table, frame in pair.tables(roles).items()}
        for table, frame in tables.items():
            found.setdefault(table, []).append(frame.assign(**who))
    return made({table: _joined(frames) for table, frames in found.items()})


def sensitivity_of(run: Run, proposal: str) -> Tables:
    """The tables for a proposal against fighting on. Raises InputError where the belief sets are too few."""
    beliefs, labels, held = _entering(run, proposal)
    return sensitivity_tables(run.case, run.runs, beliefs, labels, proposal, run.streams, held)


def hinges_of(run: Run, proposal: str) -> pd.DataFrame:
    """Table hinges alone: the beliefs that decide by the defender's default viewpoint, and where each turns it."""
    case, futures = run.case, run.futures
    beliefs, labels, held = _entering(run, proposal)
    viewpoint = default_values(case, case.defender.id)
    two = {course: run.runs[course] for course in (FIGHT_ON, proposal)}
    compared = compare(viewpoint, two, futures.sets, run.streams)
    pair = _Pair(case, compared, two, beliefs, labels, proposal, futures.each, run.streams, held)
    whose = f"{actor_names(case)[viewpoint.actor]}: {viewpoint.viewpoint}"
    return pair.hinges().assign(proposal=proposal, viewpoint=whose)


def _entering(run: Run, proposal: str) -> tuple[dict[str, np.ndarray], dict[str, BeliefLabel], Held]:
    """The beliefs that enter a comparison : name → ndarray[set], their labels, and sweeps of each."""
    case, futures, settlement = run.case, run.futures, run.settlements[proposal]
    entering = run.reads.inputs_of(COURSE(proposal)) | run.reads.inputs_of(COURSE(FIGHT_ON))
    entering -= behind_the_guarantee(settlement, run.reads)
    labels = {name: label for name, label in belief_labels(case).items() if name in entering}
    ceded = bool(settlement.belts_lost)
    beliefs = {name: futures.column(name, ceded).reshape(futures.sets, -1)[:, 0] for name in sorted(labels)}

    def held(belief: str) -> Sweep:
        return run.reads.of(SWEEP(proposal, belief))

    return beliefs, labels, held


@node("at signature", kept=False)
def AT_SIGNATURE(reads: Reads, guarantee: str, ceded: str) -> np.ndarray:
    """Chance that enough guarantors act if a truce is broken at once : ndarray[draw], probability."""
    case: Case = reads["case"]
    own = next(one for one in case.guarantees if one.id == guarantee)
    return Futures(reads).at_signature(own, ceded == "ceded")


def behind_the_guarantee(settlement: Settlement, reads: Reads) -> frozenset[str]:
    """Beliefs that make up a guarantee's chance at signature: they are asked about through it, on the scale on which a
    reader sets it, and not once more beside it."""
    if settlement.guarantee is None:
        return frozenset()
    own = settlement.guarantee.id
    names = reads.inputs_of(AT_SIGNATURE(own, "ceded" if settlement.belts_lost else "kept"))
    return names - {credibility_belief(own)}


def actor_names(case: Case) -> dict[str, str]:
    """Actor id → name."""
    return {actor.id: actor.name for actor in case.actors} | {
        values.actor: values.actor
        for values in case.values
        if values.actor not in {a.id for a in case.actors}
    }


def box_sentence(box: Box, labels: Mapping[str, BeliefLabel], course: str) -> str:
    """The box in plain words: "accepting is better in 8 of 10 futures where …"; says so where there is none."""
    if not box.holds or _tenths(box.fresh) == _tenths(box.base):
        return f"No range of beliefs stands out; over all futures drawn {course} is better in {_tenths(box.base)}."
    where = " and ".join(_limit_words(labels[name], *ends) for name, ends in box.limits.items())
    if box.fresh < 0.5:
        return (
            f"No range of beliefs makes {course} better in most futures; where {where}, it is in {_tenths(box.fresh)}, "
            f"over all of them in {_tenths(box.base)}."
        )
    return (
        f"{course[0].upper()}{course[1:]} is better in {_tenths(box.fresh)} futures where {where}. These hold "
        f"{as_percent(box.mass)} of all futures drawn; over all of them it is better in {_tenths(box.base)}."
    )


def _tenths(share: float) -> str:
    """ "8 of 10"; the ends in words, since 0 and 10 of 10 would claim too much."""
    tenths = round(10 * share)
    return {0: "hardly any", 10: "nearly all"}.get(tenths, f"{tenths} of 10")


def _limit_words(label: BeliefLabel, low: float, high: float) -> str:
    name = f"“{label.label}”"
    unit = "" if label.unit in ("share", "probability", "multiplier", "logit") else f" {label.unit}"
    if np.isinf(low):
        return f"{name} is at most {short(high, 2)}{unit}"
    if np.isinf(high):
        return f"{name} is at least {short(low, 2)}{unit}"
    return f"{name} lies between {short(low, 2)} and {short(high, 2)}{unit}"


@dataclass(frozen=True)
class _Pair:
    """One proposal against fighting on, by one viewpoint."""

    case: Case
    compared: ExpectedValues
    runs: Runs
    beliefs: Mapping[str, np.ndarray]
    labels: Mapping[str, BeliefLabel]
    proposal: str
    futures: int
    streams: Streams
    held: Held

    def rng(self, what: str) -> np.random.Generator:
        """A stream of its own for each analysis and viewpoint."""
        values = self.compared.viewpoint
        return self.streams.rng(f"choice.sensitivity.{what}.{values.actor}.{values.viewpoint}")

    def noise(self) -> float:
        """Variance of the advantage that is chance within sets, weights in the middle of their ranges."""
        total = np.zeros(len(next(iter(self.runs[FIGHT_ON].values()))))
        for attribute in self.compared.viewpoint.attributes:
            weight = (attribute.weight_low + attribute.weight_high) / 2 / attribute.scale
            sign = 1.0 if attribute.better == "more" else -1.0
            gap = self.runs[self.proposal][attribute.outcome] - self.runs[FIGHT_ON][attribute.outcome]
            total = total + sign * weight * gap
        return set_noise(total, self.futures)

    def tables(self, roles: Mapping[str, str]) -> dict[Table, pd.DataFrame]:
        """The analyses of the pair that this viewpoint's actor, of one of the `roles`, calls for."""
        advantage = self.compared.advantage(self.proposal, FIGHT_ON)
        found = {FLIPS: self._flips(advantage)}
        viewpoint, noise = self.compared.viewpoint, self.noise()
        role = roles.get(viewpoint.actor, "other")
        if viewpoint == default_values(self.case, self.case.defender.id):
            found[HINGES] = self.hinges()
        if not viewpoint.default:
            return found
        found[BOXES] = self._boxes(advantage)
        if role in ("challenger", "defender", "guarantor"):
            found[SOBOL] = self._sobol(advantage, noise)
        if role in ("challenger", "defender"):
            information = self._information(noise)
            found |= {
                INFORMATION: information,
                WAITING: self._waiting(information),
                SURFACE: self._surface(advantage),
            }
        return found

    def hinges(self) -> pd.DataFrame:
        """The beliefs that decide, strongest first, and where each turns the ranking."""
        advantage = self.compared.advantage(self.proposal, FIGHT_ON)
        return self._turning_at([(name, np.nan) for name in hinges(advantage, self.beliefs, self.labels)])

    def _flips(self, advantage: np.ndarray) -> pd.DataFrame:
        order = ranked(self.beliefs, advantage, self.labels)
        return self._turning_at([(name, p) for name, p, stands_out in order if stands_out])

    def _turning_at(self, named: Sequence[tuple[str, float]]) -> pd.DataFrame:
        """Where the ranking turns on each belief, held at one value after another; the weights are those drawn."""
        rows, rng = [], self.rng("turning")
        for name, p in named:
            sweep = self.held(name)
            sets = len(self.compared.weights)
            gaps = []
            for run in sweep.runs:
                both = {course: run[course] for course in (self.proposal, FIGHT_ON)}
                parts = attribute_values(self.compared.viewpoint, both, sets)
                gaps.append(np.einsum("sa,sa->s", self.compared.weights, parts[:, :, 0] - parts[:, :, 1]))
            column = self.beliefs[name]
            rows.append(
                flip_row(name, self.labels[name], column, turning(sweep, np.array(gaps), column, rng), p)
            )
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def _sobol(self, advantage: np.ndarray, noise: float) -> pd.DataFrame:
        """Of the sets' places by advantage, in which a few disasters do not hide what divides the others.

        Weights stand beside beliefs: whether values or beliefs divide is a question of its own.
        """
        attributes = self.compared.viewpoint.attributes
        weights = {f"weight.{a.outcome}": self.compared.weights[:, i] for i, a in enumerate(attributes)}
        place = placed(advantage)
        luck = noise * np.var(place) / max(np.var(advantage), np.finfo(float).tiny)  # the same share of it
        found = sobol_indices({**self.beliefs, **weights}, place, self.rng("sobol"), noise=float(luck))
        named = {name: label.label for name, label in self.labels.items()}
        named |= {f"weight.{a.outcome}": f"Weight given to: {a.label}" for a in attributes}
        return sobol_frame(found, named)

    def _boxes(self, advantage: np.ndarray) -> pd.DataFrame:
        rows = []
        for key, words, better in (
            ("accept", "accepting", advantage > 0),
            ("fight", "fighting on", advantage < 0),
        ):
            box = find_box(self.beliefs, better, self.rng(f"boxes.{key}"))
            rows.append(
                {
                    "better": key,
                    "sentence": box_sentence(box, self.labels, words),
                    "limits": "; ".join(
                        f"{name} {low:.4g} to {high:.4g}" for name, (low, high) in box.limits.items()
                    ),
                    "density": box.density,
                    "fresh": box.fresh,
                    "coverage": box.coverage,
                    "mass": box.mass,
                    "base": box.base,
                    "holds": box.holds,
                }
            )
        return pd.DataFrame(rows)

    def _two(self) -> tuple[np.ndarray, tuple[str, str]]:
        at = [self.compared.courses.index(name) for name in (FIGHT_ON, self.proposal)]
        return self.compared.values[:, at], (FIGHT_ON, self.proposal)

    def _information(self, noise: float) -> pd.DataFrame:
        values, courses = self._two()
        table = value_of_information(
            values, courses, self.beliefs, self.labels, self.rng("information"), noise=noise
        )
        return table.assign(equals_losses=table["value"] * self._losses_per_unit())

    def _losses_per_unit(self) -> float:
        """Killed and wounded of its own that one unit of value stands for, weights in the middle; NaN if not valued."""
        side = self.case.challenger.id if self.compared.viewpoint.actor == self.case.challenger.id else ""
        wanted = "challenger_losses" if side else "defender_losses"
        own = [a for a in self.compared.viewpoint.attributes if a.outcome == wanted]
        return 2 * own[0].scale / (own[0].weight_low + own[0].weight_high) if own else float("nan")

    def _waiting(self, information: pd.DataFrame) -> pd.DataFrame:
        """For the belief most worth learning: what choosing after part of it shows is worth."""
        top = information[(information["belief"] != "everything") & information["stands_out"]].head(1)
        values, _ = self._two()
        frames = []
        for name in top["belief"]:
            found = value_of_waiting(values, self.beliefs[name], self.rng("waiting"), name=str(name))
            columns = {
                "belief": name,
                "label": self.labels[name].label,
                "resolved": found.resolved,
                "gain": found.gain,
            }
            frames.append(pd.DataFrame(columns).assign(equals_losses=found.gain * self._losses_per_unit()))
        names = ["belief", "label", "resolved", "gain", "equals_losses"]
        return pd.concat(frames) if frames else pd.DataFrame(columns=names)

    def _surface(self, advantage: np.ndarray) -> pd.DataFrame:
        """The two strongest beliefs; the pair of this debate has a figure of its own, for which courses are run."""
        x, y = self._axes(advantage)
        found = surface(self.beliefs, advantage, x, y, SURFACE_POINTS)
        mesh_y, mesh_x = np.meshgrid(found.y, found.x, indexing="ij")
        columns = {"x": x, "y": y, "x_value": mesh_x.ravel(), "y_value": mesh_y.ravel()}
        return pd.DataFrame(columns | {"share_accept": found.share.ravel(), "near": found.near.ravel()})

    def _axes(self, advantage: np.ndarray) -> tuple[str, str]:
        """The two beliefs that move the ranking most."""
        order = ranked(self.beliefs, advantage, self.labels)
        return order[0][0], order[1][0]


def sobol_frame(found: Sobol, labels: Mapping[str, str]) -> pd.DataFrame:
    """Sobol indices as a table, largest total first, with a row for what chance within sets accounts for."""
    frame = pd.DataFrame(
        {
            "belief": found.names,
            "label": [labels.get(name, name) for name in found.names],
            "first": found.first,
            "first_low": found.first_low,
            "first_high": found.first_high,
            "total": found.total,
            "total_low": found.total_low,
            "total_high": found.total_high,
            "found": found.found,
        }
    )
    frame = frame.sort_values(["total", "first"], ascending=False, kind="stable")
    rest = max(1.0 - found.explained, 0.0)
    frame["unexplained"], frame["noise"] = rest, found.noise
    return frame.reset_index(drop=True)


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables of several viewpoints as one; one without rows adds none, and is kept where all are."""
    filled = [frame for frame in frames if not frame.empty]
    return pd.concat(filled or list(frames[:1]), ignore_index=True)


def _acceptable(case: Case, viewpoint: Values, runs: Runs) -> Runs:
    """The courses without proposals that hold a clause the viewpoint calls unacceptable: no value buys those."""
    refused = {p.id for p in case.proposals if vetoed_clauses(viewpoint, case, p)}
    return {course: run for course, run in runs.items() if course not in refused}


def _all_courses(
    compared: ExpectedValues, runs: Runs, sets: int, streams: Streams
) -> dict[Table, pd.DataFrame]:
    """Regret and acceptability of the courses left by one viewpoint; none where fewer than two are left."""
    if len(runs) < 2:
        return {}
    values, courses = compared.viewpoint, tuple(runs)
    regret = regret_table(compared.values[:, [compared.courses.index(c) for c in courses]], courses)
    rng = streams.rng(f"choice.acceptability.{values.actor}.{values.viewpoint}")
    found = acceptability(
        attribute_values(values, runs, sets), draw_weights(values, rng), courses,
        [a.outcome for a in values.attributes],
    )  # fmt: skip
    table = pd.DataFrame(
        {
            "course": found.courses,
            "first": found.first,
            "last": found.ranks[:, -1],
            "confidence": found.confidence,
        }
    )
    return {REGRET: regret, ACCEPTABILITY: table, CENTRAL_WEIGHTS: _central(found, values)}


def _central(found: Acceptability, values: Values) -> pd.DataFrame:
    labels: Sequence[str] = [a.label for a in values.attributes]
    rows = [
        {"course": course, "attribute": name, "label": label, "weight": float(weight)}
        for course, weights in zip(found.courses, found.central, strict=True)
        for name, label, weight in zip(found.attributes, labels, weights, strict=True)
    ]
    return pd.DataFrame(rows)


@node("tables.hinges")
def HINGE_TABLES(reads: Reads, proposal: str) -> Tables:
    """The table of hinges for a proposal."""
    return made({HINGES: hinges_of(Run(reads), proposal)})


@node("tables.sensitivity")
def SENSITIVITY_TABLES(reads: Reads, proposal: str) -> tuple[Tables, tuple[str, ...]]:
    """Tables of what would have to be true for a proposal, or none and a note where the belief sets are too few."""
    try:
        return sensitivity_of(Run(reads), proposal), ()
    except InputError as error:
        return Tables(), (f"what decides was not worked out; more draws help: {error}",)
