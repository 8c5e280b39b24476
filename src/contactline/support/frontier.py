"""The possibility frontier in figures: paired differences, what drives them, what a path costs, the smallest package.

Plain arithmetic on results that a stage has simulated; every comparison is draw by draw on the same futures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from contactline.case.scenario import AS_TODAY
from contactline.case.schema import Case
from contactline.case.supply import Capability, SupportPath
from contactline.core.dates import WEEKS_PER_MONTH
from contactline.support.adequacy import supplied, support_path

NORMAL_90 = 1.645


@dataclass(frozen=True)
class Paired:
    """Mean difference of two outcomes on the same draws, in their unit, with the 90% range of that mean (simulation
    noise alone)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class PathCost:
    """Money that a path takes beyond the path as today, in billions of euros.

    monthly : average of the months; total : over all weeks, `once` included; once : paid a single time
    unpriced : names of capabilities that the path changes and whose cost nobody gives
    """

    monthly: float
    total: float
    once: float
    unpriced: tuple[str, ...]


@dataclass(frozen=True)
class Package:
    """The smallest factor that reaches a likelihood; NaN where even the largest tried does not.

    chance : likelihood reached at `factor`, or at the largest tried; tried : the largest tried
    """

    factor: float
    chance: float
    tried: float


def paired(values: np.ndarray, reference: np.ndarray, sets: np.ndarray | None = None) -> Paired:
    """Mean of values − reference : ndarray[draw] each, in one unit, and its 90% range.

    sets : ndarray[draw], belief set of each draw: draws of one set are not independent, so that the range is taken
    over the sets' means.
    """
    difference = np.asarray(values, dtype=float) - np.asarray(reference, dtype=float)
    if sets is not None:
        _, which = np.unique(sets, return_inverse=True)
        counts = np.bincount(which)
        units = np.bincount(which, weights=difference) / counts
    else:
        units = difference
    mean = float(difference.mean())
    if len(units) < 2:
        return Paired(mean, float("nan"), float("nan"))
    wide = NORMAL_90 * float(units.std(ddof=1)) / np.sqrt(len(units))
    return Paired(mean, mean - wide, mean + wide)


def variance_shares(difference: np.ndarray, beliefs: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Share of the variance of a difference that each belief carries alone : name → squared rank correlation.

    difference, beliefs : ndarray[set]. Beliefs are drawn independently, so the shares add up to about one where
    nothing interacts; pure chance gives 1/(sets − 1) each. Beliefs that stand still have no share: 0.
    """
    wanted = _ranks(difference)
    found = {}
    for name, column in beliefs.items():
        ranks = _ranks(column)
        if ranks.std() == 0 or wanted.std() == 0:
            found[name] = 0.0
        else:
            found[name] = float(np.corrcoef(ranks, wanted)[0, 1] ** 2)
    return found


def path_cost(case: Case, path: SupportPath, weeks: int) -> PathCost:
    """What a path costs beyond the path as today over `weeks`; supply above need is paid for as well."""
    today = support_path(case, AS_TODAY)
    monthly = np.zeros(weeks)
    once = 0.0
    unpriced = []
    for c in case.capabilities:
        more = supplied(c, path, weeks, as_of=case.as_of) - supplied(c, today, weeks, as_of=case.as_of)
        if not np.any(np.abs(more) > 1e-12):
            continue
        price = full_price(c)
        if price is None:
            unpriced.append(c.name)
        elif c.cost is not None and c.cost.per == "once":
            once += price * max(float(more.max()), 0.0)
        else:
            monthly += price * more
    total = float(monthly.sum() / WEEKS_PER_MONTH) + once
    return PathCost(float(monthly.mean()) if weeks else 0.0, total, once, tuple(unpriced))


def full_price(capability: Capability) -> float | None:
    """Billions of euros for the whole need, a month or once; None where no cost is given."""
    cost = capability.cost
    if cost is None:
        return None
    if cost.per != "unit":
        return cost.billions_eur
    assert capability.needed is not None
    return cost.billions_eur * capability.needed.value


def smallest_package(
    chance: Callable[[float], float],
    likelihood: float,
    *,
    least: float = 0.0,
    at_least: float | None = None,
    most: float = 3.0,
    steps: int = 6,
) -> Package:
    """The smallest factor in [least, most] at which chance(factor) ≥ likelihood, to (most − least)/2^steps.

    Method: bisection. chance : must not fall with the factor, as it does not on common random numbers with
    positive η; at_least : its value at `least`, where the caller knows it.
    """
    low, high = least, most
    at_low = chance(low) if at_least is None else at_least
    if at_low >= likelihood:
        return Package(low, at_low, most)
    at_high = chance(high)
    if at_high < likelihood:
        return Package(float("nan"), at_high, most)
    for _ in range(steps):
        middle = 0.5 * (low + high)
        reached = chance(middle)
        if reached >= likelihood:
            high, at_high = middle, reached
        else:
            low = middle
    return Package(high, at_high, most)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Average ranks : same shape."""
    _, inverse, counts = np.unique(np.asarray(values, dtype=float), return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - 0.5 * (counts - 1))[inverse.ravel()].astype(float)
