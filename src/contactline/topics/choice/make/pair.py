"""Break-even on any two beliefs: both courses fought out again with the two held at each pair of values.

Unlike the smoothed map of the report nothing is fitted: every point is a run, so a part of the belief sets is used.
A course that reads only one of the two beliefs is fought once for each of its values instead of once a pair.
"""

from __future__ import annotations

import numpy as np

from contactline.case.labels import BeliefLabel, belief_labels
from contactline.case.schema import Case
from contactline.choice.flips import break_even_surface
from contactline.choice.pair import Pair
from contactline.choice.verdict import advantage, default_values, vetoed_clauses
from contactline.core.errors import UnknownNameError
from contactline.core.progress import Tick, no_tick
from contactline.core.rounding import share as as_percent
from contactline.core.rounding import short
from contactline.engine.courses import COURSE, FIGHT_ON
from contactline.engine.run import Run

SETS = 60
"""Belief sets of a map by default: shares are then good to some six points."""
POINTS = 11
"""Values of each belief by default."""
ENDS = (0.02, 0.98)
"""The part of each belief's draws that a map covers."""


def named_belief(case: Case, name: str) -> BeliefLabel:
    """The belief of that name. Raises UnknownNameError for an unknown one."""
    known = belief_labels(case)
    if name not in known:
        raise UnknownNameError("belief", name, known)
    return known[name]


def break_even_pair(
    run: Run,
    proposal: str,
    x: str,
    y: str,
    *,
    actor: str | None = None,
    points: int = POINTS,
    tick: Tick = no_tick,
) -> Pair:
    """Break-even of a settled proposal over two beliefs, by an actor's default viewpoint (the defender's without one).

    points : values of each belief, evenly spaced over the central 96% of its draws
    Raises UnknownNameError for an unknown belief or actor.
    """
    case, futures = run.case, run.futures
    labels = [named_belief(case, name) for name in (x, y)]
    values = default_values(case, actor or case.defender.id)
    settlement = run.settlements[proposal]
    drawn = [futures.column(name, bool(settlement.belts_lost)) for name in (x, y)]
    axes = [_axis(column, points) for column in drawn]
    done = 0

    def at(a: float, b: float) -> np.ndarray:
        nonlocal done
        done += 1
        tick(done / points**2)
        # What a course does not read is not part of its key, so it is fought once for all values of it.
        held = run.reads.under({"held": {x: a, y: b}})
        return advantage(values, held.of(COURSE(proposal)), held.of(COURSE(FIGHT_ON)), futures, run.streams)

    share = break_even_surface(at, axes[0], axes[1]).share
    curve = np.array([_crossing(axes[0], row) for row in share])
    present = tuple((float(np.quantile(column, 0.1)), float(np.quantile(column, 0.9))) for column in drawn)
    read = run.reads.inputs_of(COURSE(proposal)) | run.reads.inputs_of(COURSE(FIGHT_ON))
    notes = [f"{name} moves neither course here." for name in (x, y) if name not in read]
    refused = vetoed_clauses(values, case, settlement.proposal)
    if refused:
        notes.append(f"This viewpoint refuses {', '.join(refused)} at any price, which no share expresses.")
    name = next(a.name for a in case.actors if a.id == values.actor)
    return Pair(
        proposal, settlement.proposal.name, f"{name}, “{values.viewpoint}”", x, y, labels[0].label, labels[1].label,
        labels[0].unit, labels[1].unit, axes[0], axes[1], share, curve, (present[0], present[1]), futures.sets,
        run.streams.seed, _finding(labels, axes, share, curve, present), tuple(notes),
    )  # fmt: skip


def _axis(column: np.ndarray, points: int) -> np.ndarray:
    low, high = (float(np.quantile(column, end)) for end in ENDS)
    return np.linspace(low, high, points)


def _crossing(values: np.ndarray, share: np.ndarray) -> float:
    """Where a row crosses one half, by linear interpolation; NaN if it stays on one side."""
    above = share >= 0.5
    turns = np.flatnonzero(above[1:] != above[:-1])
    if not len(turns):
        return float("nan")
    i = int(turns[0])
    return float(values[i] + (0.5 - share[i]) / (share[i + 1] - share[i]) * (values[i + 1] - values[i]))


def _finding(
    labels: list[BeliefLabel],
    axes: list[np.ndarray],
    share: np.ndarray,
    curve: np.ndarray,
    present: tuple[tuple[float, float], ...],
) -> str:
    """What the map shows, in a sentence: one course throughout, or where x turns it over the present range of y."""
    low, high = float(share.min()), float(share.max())
    if low >= 0.5 or high < 0.5:
        better = "accepting" if low >= 0.5 else "fighting on"
        return (
            f"No pair of values shown turns it: {better} is better in most sets throughout (accepting in "
            f"{as_percent(low)} to {as_percent(high)})."
        )
    within = (axes[1] >= present[1][0]) & (axes[1] <= present[1][1])
    turns = curve[within & np.isfinite(curve)]
    unit = "" if labels[0].unit in ("share", "probability", "multiplier") else f" {labels[0].unit}"
    if not len(turns):
        return (
            f"Over the present 80% range of “{labels[1].label}” no value of “{labels[0].label}” shown turns it; "
            "beyond that range some do."
        )
    return (
        f"Over the present 80% range of “{labels[1].label}”, half of the sets prefer each course where "
        f"“{labels[0].label}” is {short(turns.min(), 2)} to {short(turns.max(), 2)}{unit}."
    )
