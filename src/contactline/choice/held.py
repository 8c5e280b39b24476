"""Both courses fought out again with one belief held at each of several values: what it does, and where it turns them.

Drawn sets show a belief only over its own range, together with all others; held, it can be asked about wherever it
may lie. A few futures of every belief set are enough: what moves a set is what the set believes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from contactline.case.labels import TEMPO, TEMPO_MOST, belief_labels
from contactline.case.schema import Case
from contactline.core.graph import Reads, node
from contactline.engine.courses import COURSE, FIGHT_ON, Outcomes
from contactline.engine.futures import Futures
from contactline.engine.ground import SETTLEMENT

FUTURES_HELD = 10
"""Futures of each belief set that are fought again: 200 sets of 10 err by two points where 40 of 50 err by six."""
QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)
RESAMPLES = 200

Held = Callable[[str], "Sweep"]
"""A belief's name → its sweep."""


@dataclass(frozen=True)
class Sweep:
    """Outcomes of both courses with a belief held.

    values : ndarray[point], in the belief's unit, rising, from the least to the most that the belief is tried at
    runs : one a value: course → outcome → ndarray[set], mean over the futures of each belief set
    """

    belief: str
    values: np.ndarray
    runs: tuple[Mapping[str, Mapping[str, np.ndarray]], ...]


def reach(
    column: np.ndarray, unit: str, low: float | None = None, high: float | None = None
) -> tuple[float, float]:
    """The least and the most that a belief is tried at, from its draws : ndarray[set or draw].

    A chance or share: 1% to 99%. Else a third of its 1% point to three times its 99% point, by sign; a belief of both
    signs, or of one with `low` below zero, as far again to either side. Never beyond `low` and `high`, what the belief
    may be at all.
    """
    least, most = (float(q) for q in np.quantile(column, [0.01, 0.99]))
    if unit in ("probability", "share") and least >= 0.0 and most <= 1.0:
        first, last = min(least, 0.01), max(most, 0.99)
    elif least > 0.0 and (low is None or low >= 0.0):
        first, last = least / 3.0, most * 3.0
    elif most < 0.0:
        first, last = least * 3.0, most / 3.0
    else:
        first, last = 2.0 * least - most, 2.0 * most - least
    return max(first, -np.inf if low is None else low), min(last, np.inf if high is None else high)


@node("sweep")
def SWEEP(reads: Reads, proposal: str, belief: str) -> Sweep:
    """Fighting on and a proposal with one belief held at each of several values; a course that the belief does not
    enter is not fought again."""
    case: Case = reads["case"]
    ceded = bool(reads.of(SETTLEMENT(proposal)).belts_lost)
    futures = Futures(reads)
    column = futures.column(belief, ceded).reshape(futures.sets, -1)[:, 0]
    bounds = {one.name: (one.low, one.high) for one in case.beliefs} | {TEMPO: (-TEMPO_MOST, TEMPO_MOST)}
    ends = reach(column, belief_labels(case)[belief].unit, *bounds.get(belief, (None, None)))
    values = np.unique([*ends, *np.clip(np.quantile(column, QUANTILES), *ends)])
    few = reads.under({"futures": min(FUTURES_HELD, futures.each)})
    runs = []
    for value in values:
        held = few.under({"held": {belief: float(value)}})
        runs.append({name: set_means(futures.sets, held.of(COURSE(name))) for name in (FIGHT_ON, proposal)})
    return Sweep(belief, values, tuple(runs))


@dataclass(frozen=True)
class Turning:
    """Where a course becomes the better one in half of the belief sets as one belief is held at rising values.

    share_low, share_high : share preferring it with the belief at its 10% and its 90% point
    value : where the share crosses one half, the crossing nearest the belief's middle; NaN where it never does
    low, high : its 80% range over resampled sets; turns : share of resamples in which it crosses at all
    first, last : the least and the most that the belief was held at
    """

    share_low: float
    share_high: float
    value: float
    low: float
    high: float
    turns: float
    first: float
    last: float


def turning(
    sweep: Sweep,
    gaps: np.ndarray,
    column: np.ndarray,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> Turning:
    """gaps : ndarray[point, set], value of the course over the other; column : ndarray[set], the belief's draws in its
    unit; resamples : number of bootstraps of the sets."""
    values, better = sweep.values, gaps > 0
    middle, ends = float(np.median(column)), np.quantile(column, [0.1, 0.9])
    share = better.mean(axis=1)
    low, high = np.interp(ends, values, share)
    value = crossing(values, share, middle)
    again = [
        crossing(values, better[:, rng.integers(0, better.shape[1], better.shape[1])].mean(axis=1), middle)
        for _ in range(resamples)
    ]
    crossed = np.array([found for found in again if found == found])
    turns = len(crossed) / resamples if resamples else float("nan")
    # A crossing that most resamples do not share is no finding.
    if value != value or turns < 0.5:
        value, crossed = float("nan"), np.empty(0)
    spread = np.quantile(crossed, [0.1, 0.9]) if len(crossed) else (np.nan, np.nan)
    return Turning(
        float(low),
        float(high),
        value,
        float(spread[0]),
        float(spread[1]),
        turns,
        float(values[0]),
        float(values[-1]),
    )


def crossing(values: np.ndarray, share: np.ndarray, middle: float) -> float:
    """Where a share (ndarray[point]) crosses one half, between values by a straight line, in their unit; of several,
    the one nearest the middle."""
    above = share >= 0.5
    at = np.flatnonzero(above[1:] != above[:-1])
    if not len(at):
        return float("nan")
    found = values[at] + (0.5 - share[at]) / (share[at + 1] - share[at]) * (values[at + 1] - values[at])
    return float(found[np.argmin(np.abs(found - middle))])


def set_means(sets: int, run: Outcomes) -> dict[str, np.ndarray]:
    """Every outcome's mean over the futures of each belief set, in its unit : name → ndarray[set]; run : name →
    ndarray[draw]; sets : their number."""
    return {name: values.reshape(sets, -1).mean(axis=1) for name, values in run.items()}
