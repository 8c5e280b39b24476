"""Regret: how much worse a course is than the best one, were the beliefs known; whose worst is least bad.

Savage (1951), J. Am. Stat. Assoc. 46:55. Largest regrets over a finite number of belief sets grow with that
number, so the 95% point stands beside the largest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from contactline.core.errors import InputError


def regrets(values: np.ndarray) -> np.ndarray:
    """Best value of a set less each course's own, utility : ndarray[..., set, course], from values of the same
    shape."""
    found: np.ndarray = values.max(axis=-1, keepdims=True) - values
    return found


def regret_table(values: np.ndarray, courses: Sequence[str]) -> pd.DataFrame:
    """One row a course: mean value, share of sets in which it is best, mean, 95% and largest regret, minimax or not.

    values : ndarray[set, course] or ndarray[set, weight, course], units of value. A tie is shared among its
    courses. Raises InputError for other shapes, values that are not finite, or fewer than two courses.
    """
    values = checked(values, courses)
    flat = values.reshape(-1, values.shape[-1])
    regret = regrets(flat)
    ties = regret <= 1e-12
    best = (ties / ties.sum(axis=1, keepdims=True)).mean(axis=0)
    largest, high = regret.max(axis=0), np.quantile(regret, 0.95, axis=0)
    return pd.DataFrame(
        {
            "course": list(courses),
            "mean_value": flat.mean(axis=0),
            "share_best": best,
            "regret_mean": regret.mean(axis=0),
            "regret_q95": high,
            "regret_max": largest,
            "minimax": largest <= largest.min() + 1e-12,
            "minimax_q95": high <= high.min() + 1e-12,
        }
    )


def checked(values: np.ndarray, courses: Sequence[str]) -> np.ndarray:
    """Values, utility, as floats : ndarray[set, course] or ndarray[set, weight, course].

    Raises InputError for what no course can be compared on.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim not in (2, 3) or values.shape[-1] != len(courses):
        raise InputError(
            f"values: got shape {values.shape} for {len(courses)} courses; allowed is [set, course] or "
            "[set, weight, course]."
        )
    if len(courses) < 2:
        raise InputError("values: got one course; a comparison needs two or more.")
    if not np.all(np.isfinite(values)):
        raise InputError("values: some are not finite; every course needs a value in every set.")
    return values
