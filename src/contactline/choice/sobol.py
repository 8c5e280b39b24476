"""Sobol indices from belief sets already drawn: how much of the disagreement each belief accounts for.

A sparse polynomial chaos expansion (Blatman & Sudret 2011, J. Comput. Phys. 230:2345) of the outcome in the ranks
of the beliefs; with independent beliefs the squared coefficients are the parts of the variance (Sudret 2008,
Reliab. Eng. Syst. Saf. 93:964). Saltelli's design, which SALib evaluates, would run the courses again some ten
thousand times.

Terms enter one at a time while a test on the strongest one left, over all candidates at once, stands out (Foster
& George 1994, Ann. Stat. 22:1947), so of outcomes in which nothing matters one in twenty names anything; and no
more of them stay than hold up in sets left out. What is not found is zero with an upper bound, the smallest share
that would be found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy

from contactline.choice.smooth import legendre, ranks
from contactline.core.errors import InputError

ERROR = 0.05
"""Chance that anything at all is named where nothing matters."""
FEW = 10
"""Up to so many beliefs, polynomials go to HIGH; beyond, to LOW, and two beliefs act together through their product."""
HIGH, LOW = 8, 3
ENDS = (0.03, 0.97)
"""Quantiles over resamples that make a 90% range: wider than 0.05 and 0.95, since the terms are held fixed; measured on
a planted outcome, where they cover about nine times in ten."""
FOLDS = 5
MOST, LEFT = 50, 1e-3
"""Terms at most, and the share of the variance below which nothing more is asked for."""
SHARES = (0.5, 0.25, 0.25)
"""How ERROR is split over straight lines, curves, and pairs."""


@dataclass(frozen=True)
class Sobol:
    """Parts of the variance of an outcome over belief sets.

    first, total : ndarray[belief], shares: alone, and with all that it does together with others
    first_low, first_high, total_low, total_high : ndarray[belief], their 90% ranges
    found : ndarray[belief] bool; where False the index is zero and the high end the smallest share that would have
    been found
    explained : share of the variance in all terms; noise : share that is chance within sets, if it was given
    """

    names: tuple[str, ...]
    first: np.ndarray
    first_low: np.ndarray
    first_high: np.ndarray
    total: np.ndarray
    total_low: np.ndarray
    total_high: np.ndarray
    found: np.ndarray
    explained: float
    noise: float


@dataclass(frozen=True)
class _Terms:
    """Candidate terms: columns : ndarray[set, term]; members : beliefs of each; group : 0 line, 1 curve, 2 pair."""

    columns: np.ndarray
    members: list[tuple[int, ...]]
    group: np.ndarray


def sobol_indices(
    beliefs: Mapping[str, np.ndarray],
    outcome: np.ndarray,
    rng: np.random.Generator,
    *,
    noise: float = 0.0,
    resamples: int = 200,
) -> Sobol:
    """First-order and total indices of `outcome` : ndarray[set] over beliefs : name → ndarray[set].

    noise : variance of the outcome that is chance within a set, in its unit squared (`set_noise`); taken off the
    total resamples : of the sets, for the 90% ranges of the terms found

    Raises InputError for fewer than 30 sets, columns of other lengths, or values that are not finite.
    """
    names = tuple(beliefs)
    y = _checked(beliefs, outcome)
    varying = [i for i, name in enumerate(names) if np.ptp(beliefs[name]) > 0]
    variance = float(np.var(y))
    luck = min(noise / variance, 1.0) if variance > 0 else 0.0
    zero = np.zeros(len(names))
    if not varying or variance == 0.0 or luck >= 1.0:
        none = np.zeros(len(names), dtype=bool)
        return Sobol(names, zero, zero, zero + 1.0, zero, zero, zero + 1.0, none, 0.0, luck)
    terms = _candidates([ranks(beliefs[names[i]]) for i in varying], varying)
    chosen = _completed(terms, _select(terms, y)[: _held_up(terms, y, rng)], len(y))
    members = [terms.members[k] for k in chosen]
    wanted = terms.columns[:, chosen]
    kept = 1.0 - luck
    first, total, explained = _indices(wanted, y, members, len(names), kept)
    draws = [rng.integers(0, len(y), len(y)) for _ in range(resamples if chosen else 0)]
    again = [_indices(wanted[rows], y[rows], members, len(names), kept)[:2] for rows in draws]
    found = np.zeros(len(names), dtype=bool)
    found[[i for member in members for i in member]] = True
    least = _least_share(terms, len(y)) / kept
    ends = [_ends([pair[k] for pair in again], found, least, len(names)) for k in (0, 1)]
    return Sobol(names, first, *ends[0], total, *ends[1], found, explained, luck)


def set_noise(draws: np.ndarray, futures: int) -> float:
    """Variance of a set's mean that is chance within the set, from draws : ndarray[draw], `futures` to a set."""
    within = draws.reshape(-1, futures).var(axis=1, ddof=1)
    return float(within.mean() / futures)


def _checked(beliefs: Mapping[str, np.ndarray], outcome: np.ndarray) -> np.ndarray:
    y = np.asarray(outcome, dtype=float)
    if y.ndim != 1 or len(y) < 30:
        raise InputError(
            f"Sobol indices: got {y.shape} outcomes; allowed are 30 belief sets or more in one row."
        )
    for name, column in beliefs.items():
        if np.shape(column) != y.shape:
            raise InputError(
                f"Sobol indices: belief {name!r} has shape {np.shape(column)}, the outcome {y.shape}."
            )
        if not np.all(np.isfinite(column)):
            raise InputError(f"Sobol indices: belief {name!r} holds values that are not finite.")
    if not np.all(np.isfinite(y)):
        raise InputError("Sobol indices: the outcome holds values that are not finite.")
    return y


def _candidates(columns: list[np.ndarray], which: list[int]) -> _Terms:
    """Every line, curve and pair of the beliefs as one matrix."""
    degree = HIGH if len(columns) <= FEW else LOW
    together = HIGH if len(columns) <= FEW else 2
    powers = [legendre(u, degree) for u in columns]
    found: list[np.ndarray] = []
    members: list[tuple[int, ...]] = []
    group: list[int] = []
    for own, i in zip(powers, which, strict=True):
        for k in range(degree):
            found.append(own[:, k])
            members.append((i,))
            group.append(0 if k == 0 else 1)
    for (a, i), (b, j) in combinations(list(zip(powers, which, strict=True)), 2):
        for k in range(1, together):
            for m in range(1, together - k + 1):
                found.append(a[:, k - 1] * b[:, m - 1])
                members.append((i, j))
                group.append(2)
    return _Terms(np.column_stack(found), members, np.array(group))


def _select(terms: _Terms, y: np.ndarray) -> list[int]:
    """Terms that stand out, strongest first: orthogonal matching pursuit with a test over all candidates."""
    left = y - y.mean()
    size = float(left @ left)
    allowed = _allowed(terms)
    free = terms.columns - terms.columns.mean(axis=0)
    norms = np.sqrt(np.sum(free**2, axis=0))
    free = free / np.where(norms > 0, norms, 1.0)
    chosen: list[int] = []
    while len(chosen) < min(len(y) // 4, MOST) and float(left @ left) > LEFT * size:
        share = (free.T @ left) ** 2 / float(left @ left)
        spare = len(y) - 2 - len(chosen)
        t = np.sqrt(np.clip(share, 0, 1 - 1e-15) * spare / np.clip(1 - share, 1e-15, None))
        chance = 2.0 * scipy.stats.t.sf(t, spare)
        chance[chosen] = 1.0
        best = int(np.argmin(chance / allowed))
        if chance[best] >= allowed[best]:
            break
        chosen.append(best)
        direction = free[:, best].copy()
        left = left - direction * (direction @ left)
        # What is left of every candidate is kept at right angles to what was taken, so a step costs one product.
        free = free - np.outer(direction, direction @ free)
        norms = np.sqrt(np.sum(free**2, axis=0))
        free = np.where(norms > 1e-6, free / np.where(norms > 0, norms, 1.0), 0.0)
    return chosen


def _completed(terms: _Terms, chosen: list[int], sets: int) -> list[int]:
    """The terms with every power of the beliefs that act alone: what a line leaves of a bend would be lost."""
    alone = {terms.members[k] for k in chosen if len(terms.members[k]) == 1}
    powers = [k for k, own in enumerate(terms.members) if own in alone and k not in chosen]
    return [*chosen, *powers] if len(chosen) + len(powers) <= sets // 4 else chosen


def _held_up(terms: _Terms, y: np.ndarray, rng: np.random.Generator) -> int:
    """How many terms predict sets left out of their own choice: the fewest within one standard error of the best.

    Once the strong terms are in, what a few hundred sets show of the weak ones may be a likeness to something
    that is no candidate (three beliefs together, say); such terms do not carry over.
    """
    fold = rng.permutation(np.arange(len(y)) % FOLDS)
    errors = np.full((FOLDS, MOST + 1), np.nan)
    for k in range(FOLDS):
        seen, unseen = fold != k, fold == k
        part = _Terms(terms.columns[seen], terms.members, terms.group)
        chosen = _select(part, y[seen])
        design = np.column_stack([np.ones(len(y)), terms.columns[:, chosen]])
        # In the basis that a factorisation gives, one more term changes no coefficient before it.
        q, r = np.linalg.qr(design[seen])
        steps = np.linalg.solve(r.T, design[unseen].T).T * (q.T @ y[seen])
        left = y[unseen][:, None] - np.cumsum(steps, axis=1)
        errors[k, : len(chosen) + 1] = np.mean(left**2, axis=0)
        errors[k, len(chosen) + 1 :] = errors[k, len(chosen)]
    mean = errors.mean(axis=0)
    best = int(mean.argmin())
    slack = float(np.std(errors[:, best] - errors[:, 0], ddof=1) / np.sqrt(FOLDS)) if best else 0.0
    if mean[best] < 0.02 * mean[0]:
        return MOST  # next to nothing is left: a function without chance, of which every term counts
    return int(np.flatnonzero(mean <= mean[best] + slack)[0])


def _allowed(terms: _Terms) -> np.ndarray:
    """Chance below which each candidate stands out : ndarray[term]."""
    counts = np.array([max(int(np.sum(terms.group == g)), 1) for g in range(3)])
    present = np.array([np.any(terms.group == g) for g in range(3)])
    shares = np.where(present, SHARES, 0.0)
    found: np.ndarray = (ERROR * shares / shares.sum() / counts)[terms.group]
    return found


def _least_share(terms: _Terms, sets: int) -> float:
    """The smallest part of the variance that a straight line must hold to be found."""
    t = float(scipy.stats.t.isf(float(_allowed(terms)[terms.group == 0][0]) / 2, sets - 2))
    return t**2 / (t**2 + sets - 2)


def _indices(
    columns: np.ndarray, y: np.ndarray, members: list[tuple[int, ...]], count: int, kept: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """First-order and total index of each belief, and the share of the variance in all terms."""
    first, total = np.zeros(count), np.zeros(count)
    variance = float(np.var(y)) * kept
    if not members or variance <= 0:
        return first, total, 0.0
    design = np.column_stack([np.ones(len(y)), columns])
    # The columns are nearly orthonormal, so the normal equations lose nothing and cost a fraction of a factorisation.
    inverse = np.linalg.pinv(design.T @ design, hermitian=True)
    solution = inverse @ (design.T @ y)
    spare = max(len(y) - design.shape[1], 1)
    left = float(np.sum((y - design @ solution) ** 2)) / spare
    errors = left * np.diag(inverse)
    # A squared coefficient overstates by its own error's square.
    parts = np.clip(solution[1:] ** 2 - errors[1:], 0.0, None) / variance
    for part, own in zip(parts, members, strict=True):
        for i in own:
            total[i] += part
        if len(own) == 1:
            first[own[0]] += part
    return np.minimum(first, 1.0), np.minimum(total, 1.0), min(float(parts.sum()), 1.0)


def _ends(
    again: list[np.ndarray], found: np.ndarray, least: float, count: int
) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.zeros(count), np.full(count, min(least, 1.0))
    if again:
        ends = np.quantile(np.stack(again), ENDS, axis=0)
        low, high = np.where(found, ends[0], low), np.where(found, ends[1], high)
    return low, high
