"""Acceptability over beliefs and weights: in what share of both a course is best, and what one must value for it to be.

Stochastic multicriteria acceptability analysis: Lahdelma, Hokkanen & Salminen (1998), EJOR 106:137; Lahdelma &
Salminen (2001), Oper. Res. 49:444 (ranks). It replaces an average of scores, in which small favours buy anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from contactline.case.debate import Values
from contactline.core.errors import InputError

WEIGHTS = 200
"""Weight vectors drawn for each belief set together."""


@dataclass(frozen=True)
class Acceptability:
    """Over belief sets × weights.

    ranks : ndarray[course, rank], share of both in which the course takes that rank (first = best)
    central : ndarray[course, attribute], mean weights, summing to one, of those who choose the course; NaN if nobody
    confidence : ndarray[course], share of belief sets in which it is best for someone with its central weights
    """

    courses: tuple[str, ...]
    attributes: tuple[str, ...]
    ranks: np.ndarray
    central: np.ndarray
    confidence: np.ndarray

    @property
    def first(self) -> np.ndarray:
        """Share of beliefs and weights in which each course is best : ndarray[course]."""
        return self.ranks[:, 0]


def attribute_values(
    values: Values, outcomes: Mapping[str, Mapping[str, np.ndarray]], sets: int
) -> np.ndarray:
    """Expected outcomes in units of value, before weighting : ndarray[set, attribute, course].

    outcomes : course → outcome → ndarray[draw], the draws of a set standing together
    """
    stacked = [
        [
            (1.0 if a.better == "more" else -1.0)
            * np.asarray(run[a.outcome]).reshape(sets, -1).mean(axis=1)
            / a.scale
            for run in outcomes.values()
        ]
        for a in values.attributes
    ]
    return np.moveaxis(np.array(stacked, dtype=float), 2, 0)


def draw_weights(values: Values, rng: np.random.Generator, draws: int = WEIGHTS) -> np.ndarray:
    """Weights within each attribute's range, scaled to sum to one : ndarray[weight, attribute].

    Raises InputError where a viewpoint's weights are all zero and cannot be scaled.
    """
    low = np.array([a.weight_low for a in values.attributes])
    high = np.array([a.weight_high for a in values.attributes])
    drawn = low + (high - low) * rng.random((draws, len(low)))
    return normalised(drawn, f"values of {values.actor}, {values.viewpoint!r}")


def normalised(weights: np.ndarray, whose: str = "weights") -> np.ndarray:
    """Weights, ndarray[..., clause], scaled to sum to one along the last axis.

    Raises InputError for negative, infinite or all-zero ones.
    """
    weights = np.asarray(weights, dtype=float)
    total = weights.sum(axis=-1, keepdims=True)
    if not np.all(np.isfinite(weights)) or np.any(weights < 0) or np.any(total <= 0):
        came = "negative" if np.any(weights < 0) else "all zero" if np.any(total <= 0) else "not finite"
        raise InputError(
            f"{whose}: some weights are {came} and cannot be normalised; allowed are finite numbers from 0 up, "
            "at least one of them above 0."
        )
    found: np.ndarray = weights / total
    return found


def acceptability(
    changes: np.ndarray, weights: np.ndarray, courses: Sequence[str], attributes: Sequence[str]
) -> Acceptability:
    """Acceptability of courses. changes : ndarray[set, attribute, course]; weights : ndarray[weight, attribute].

    Raises InputError where shapes disagree or weights cannot be normalised.
    """
    weights = normalised(weights)
    if changes.shape[1:] != (len(attributes), len(courses)) or weights.shape[1] != len(attributes):
        raise InputError(
            f"acceptability: got changes {changes.shape} and weights {weights.shape} for {len(attributes)} attributes "
            f"and {len(courses)} courses; allowed are [set, attribute, course] and [weight, attribute]."
        )
    value = np.einsum("wa,sac->swc", weights, changes)
    order = np.argsort(np.argsort(-value, axis=2, kind="stable"), axis=2, kind="stable")
    count = len(courses)
    shares = np.array([[np.mean(order[:, :, c] == r) for r in range(count)] for c in range(count)])
    choosing = (order == 0).sum(axis=0).astype(float)
    total = choosing.sum(axis=0)
    central = np.where(
        total[:, None] > 0, choosing.T @ weights / np.where(total > 0, total, 1.0)[:, None], np.nan
    )
    best_for = np.einsum("ca,sad->scd", np.nan_to_num(central), changes)
    confidence = np.array(
        [np.mean(best_for[:, c].argmax(axis=1) == c) if total[c] else np.nan for c in range(count)]
    )
    return Acceptability(tuple(courses), tuple(attributes), shares, central, confidence)
