"""Smooth curves through belief sets: what an outcome is on average, given one belief, all others as drawn.

A belief enters by its rank, so that a long tail bends no curve and the basis is the same for every belief:
orthonormal Legendre polynomials on the ranks, which are uniform by construction.
"""

from __future__ import annotations

import numpy as np
import scipy

DEGREE = 3
"""Curves may bend twice: more would follow the noise of a few hundred belief sets."""


def ranks(column: np.ndarray) -> np.ndarray:
    """Ranks of a belief's draws within (0, 1), ties in the middle : ndarray[set]."""
    found: np.ndarray = (scipy.stats.rankdata(column) - 0.5) / len(column)
    return found


def placed(advantage: np.ndarray) -> np.ndarray:
    """A course's advantage as its rank among the belief sets, above zero where the course is better : ndarray[set],
    share of sets; advantage : ndarray[set], units of value.

    Which course is better is a sign, and values have heavy tails: where a truce breaks, war is lost at once. A curve
    through the values follows the few sets in the tail and misses what turns the others (docs/sensitivity.md).
    """
    found: np.ndarray = ranks(advantage) - np.mean(np.asarray(advantage) <= 0)
    return found


def legendre(u: np.ndarray, degree: int) -> np.ndarray:
    """Orthonormal Legendre polynomials of a uniform on (0, 1) : ndarray[set, degree], the constant left out."""
    x = 2.0 * np.asarray(u) - 1.0
    columns = [np.ones_like(x), x]
    for k in range(1, degree):
        columns.append(((2 * k + 1) * x * columns[k] - k * columns[k - 1]) / (k + 1))
    return np.stack([np.sqrt(2 * k + 1) * columns[k] for k in range(1, degree + 1)], axis=-1)


def basis(column: np.ndarray, degree: int = DEGREE) -> np.ndarray:
    """Orthonormal columns that span constants and polynomials in a belief's rank : ndarray[set, degree + 1]."""
    full = np.column_stack([np.ones(len(column)), legendre(ranks(column), degree)])
    q, r = np.linalg.qr(full)
    return q[:, np.abs(np.diag(r)) > 1e-9 * abs(r[0, 0])]


def p_value(column: np.ndarray, outcome: np.ndarray, degree: int = DEGREE) -> float:
    """Chance of as strong a curve where the belief does not matter (F test against a constant).

    column, outcome : ndarray[set], a belief's draws and what may depend on them.

    A belief that does not vary has p = 1.
    """
    q = basis(column, degree)
    spare, used = len(outcome) - q.shape[1], q.shape[1] - 1
    if used < 1 or spare < 1:
        return 1.0
    centred = outcome - outcome.mean()
    explained = float(np.sum((q.T @ centred) ** 2))
    left = max(float(centred @ centred) - explained, 0.0)
    if left <= 1e-12 * max(explained, 1e-300):
        return 0.0 if explained > 0 else 1.0
    return float(scipy.stats.f.sf(explained / used / (left / spare), used, spare))


def p_values(columns: np.ndarray, outcome: np.ndarray, degree: int = DEGREE) -> np.ndarray:
    """p_value of each of many beliefs at once : ndarray[belief], probabilities; columns : ndarray[set, belief]."""
    sets, count = columns.shape
    found = np.ones(count)
    if not count:
        return found
    u = (scipy.stats.rankdata(columns, axis=0) - 0.5) / sets
    full = np.concatenate([np.ones((count, sets, 1)), legendre(u.T, degree)], axis=2)
    q, r = np.linalg.qr(full)
    size = np.abs(np.diagonal(r, axis1=1, axis2=2))
    whole = np.all(size > 1e-9 * size[:, :1], axis=1)  # beliefs of a few values span less: one by one
    found[~whole] = [p_value(columns[:, i], outcome, degree) for i in np.flatnonzero(~whole)]
    spare = sets - degree - 1
    if spare < 1 or not whole.any():
        return found
    centred = outcome - outcome.mean()
    explained = np.sum((np.swapaxes(q[whole], 1, 2) @ centred) ** 2, axis=1)
    left = np.maximum(float(centred @ centred) - explained, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = scipy.stats.f.sf(explained / degree / (left / spare), degree, spare)
    none = left <= 1e-12 * np.maximum(explained, 1e-300)
    found[whole] = np.where(none, np.where(explained > 0, 0.0, 1.0), chance)
    return found


def clear(p_values: np.ndarray, rate: float = 0.1) -> np.ndarray:
    """Which of many tests stand out : ndarray[test] bool; of those named, at most `rate` by luck on average.

    Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57:289.
    """
    count = len(p_values)
    if not count:
        return np.zeros(0, dtype=bool)
    order = np.argsort(p_values)
    below = np.asarray(p_values)[order] <= rate * np.arange(1, count + 1) / count
    last = int(np.flatnonzero(below).max()) + 1 if below.any() else 0
    found = np.zeros(count, dtype=bool)
    found[order[:last]] = True
    return found
