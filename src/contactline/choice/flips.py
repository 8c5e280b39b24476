"""Where the ranking turns: the value of a belief at which half of all cases prefer each course, and its range.

Given a belief, the advantage of a course is a smooth curve plus what the other beliefs, the weights and chance
scatter around it; the share preferring the course is the share of that scatter above zero. The curve is fitted in
the belief's rank (`choice/smooth.py`); resampling the sets gives the range of the value at which the share
crosses one half.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from contactline.choice.futures import BeliefLabel
from contactline.choice.smooth import clear, legendre, p_value, ranks
from contactline.core.errors import InputError

GRID = np.linspace(0.01, 0.99, 197)
"""Ranks at which the curve is read: a value outside the central 98% of a belief is no finding of this run."""
RESAMPLES = 200
COLUMNS = (
    "belief", "label", "unit", "present_low", "present_high", "share_low", "share_high", "flip_value", "flip_low",
    "flip_high", "turns", "p_value", "watch",
)  # fmt: skip


@dataclass(frozen=True)
class Surface:
    """Share preferring a course over two beliefs.

    x, y : values of the beliefs; share : ndarray[y, x]; near : ndarray[y, x] bool, where sets were drawn near by
    """

    x: np.ndarray
    y: np.ndarray
    share: np.ndarray
    near: np.ndarray


def flip_points(
    beliefs: Mapping[str, np.ndarray],
    advantage: np.ndarray,
    labels: Mapping[str, BeliefLabel],
    rng: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    all_beliefs: bool = False,
) -> pd.DataFrame:
    """The beliefs that move the ranking, strongest first, and the value at which it turns.

    beliefs : name → ndarray[set]; advantage : ndarray[set], value of one course over another share_low,
    share_high : share preferring the course at the 10% and the 90% point of the belief flip_value : where the
    share crosses one half within the belief's central 98%, else missing; flip_low, flip_high : its 80% range over
    resamples that cross; turns : share of resamples that cross all_beliefs : also those that do not stand out (at
    most one in ten of the beliefs named does so by luck)

    Raises InputError for fewer than 30 sets or columns of other lengths.
    """
    advantage = np.asarray(advantage, dtype=float)
    if len(advantage) < 30:
        raise InputError(f"flip points: got {len(advantage)} belief sets; allowed are 30 or more.")
    names = [name for name in beliefs if name in labels and np.ptp(beliefs[name]) > 0]
    for name in names:
        if np.shape(beliefs[name]) != advantage.shape:
            raise InputError(
                f"flip points: belief {name!r} has {len(beliefs[name])} sets, the advantage {len(advantage)}."
            )
    p_values = np.array([p_value(beliefs[name], advantage) for name in names])
    stands = clear(p_values)
    order = [i for i in np.argsort(p_values, kind="stable") if stands[i] or all_beliefs]
    rows = [
        _row(names[i], beliefs[names[i]], advantage, labels[names[i]], p_values[i], rng, resamples)
        for i in order
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def share_curve(column: np.ndarray, advantage: np.ndarray, at: np.ndarray = GRID) -> np.ndarray:
    """Share preferring the course, given the belief's rank : ndarray[at]; at : ranks within (0, 1)."""
    curve, scatter = _fitted(ranks(column), advantage, at)
    return np.array([np.mean(scatter > -level) for level in curve])


def surface(
    beliefs: Mapping[str, np.ndarray], advantage: np.ndarray, x: str, y: str, points: int = 21
) -> Surface:
    """Share preferring a course over any two beliefs, the others as drawn, from sets already drawn.

    A quadratic in both ranks with their product, plus the scatter around it: no course is run again, so a sharp
    turn is rounded off. `break_even_surface` runs them. Points further than 0.1 in rank from every set are marked
    as not near.
    """
    u, v = ranks(beliefs[x]), ranks(beliefs[y])
    at = np.linspace(0.02, 0.98, points)
    grid_v, grid_u = (m.ravel() for m in np.meshgrid(at, at, indexing="ij"))
    design, wanted = _plane(u, v), _plane(grid_u, grid_v)
    solution, *_ = np.linalg.lstsq(design, advantage, rcond=None)
    scatter = advantage - design @ solution
    share = np.array([np.mean(scatter > -level) for level in wanted @ solution])
    distance = np.hypot(grid_u[:, None] - u, grid_v[:, None] - v).min(axis=1)
    shape = (points, points)
    return Surface(
        np.quantile(beliefs[x], at),
        np.quantile(beliefs[y], at),
        share.reshape(shape),
        (distance <= 0.1).reshape(shape),
    )


def break_even_surface(
    evaluate: Callable[[float, float], np.ndarray], x: np.ndarray, y: np.ndarray
) -> Surface:
    """Share preferring a course at each pair of values, by running it again with both beliefs held there.

    evaluate : (value of x, value of y) → advantage : ndarray[set]; as costly as len(x) × len(y) runs
    """
    share = np.array([[float(np.mean(evaluate(float(a), float(b)) > 0)) for a in x] for b in y])
    return Surface(np.asarray(x), np.asarray(y), share, np.ones(share.shape, dtype=bool))


def _row(
    name: str,
    column: np.ndarray,
    advantage: np.ndarray,
    label: BeliefLabel,
    p: float,
    rng: np.random.Generator,
    resamples: int,
) -> dict[str, object]:
    u = ranks(column)
    ends = share_curve(column, advantage, np.array([0.1, 0.9]))
    crossing = _crossing(*_fitted(u, advantage, GRID))
    again = []
    for _ in range(resamples):
        rows = rng.integers(0, len(u), len(u))
        again.append(_crossing(*_fitted(u[rows], advantage[rows], GRID)))
    crossed = np.array([found for found in again if found == found])
    low, high = np.quantile(crossed, [0.1, 0.9]) if len(crossed) else (np.nan, np.nan)
    # A crossing that most resamples do not share is no finding.
    turning = crossing == crossing and (not resamples or len(crossed) >= resamples / 2)
    value, value_low, value_high = (
        float(np.quantile(column, at)) if turning and at == at else np.nan for at in (crossing, low, high)
    )
    return {
        "belief": name,
        "label": label.label,
        "unit": label.unit,
        "present_low": float(np.quantile(column, 0.1)),
        "present_high": float(np.quantile(column, 0.9)),
        "share_low": float(ends[0]),
        "share_high": float(ends[1]),
        "flip_value": value,
        "flip_low": value_low,
        "flip_high": value_high,
        "turns": len(crossed) / resamples if resamples else np.nan,
        "p_value": float(p),
        "watch": label.watch,
    }


def _fitted(u: np.ndarray, outcome: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Curve at ranks `at`, and the scatter around it at the sets; the degree is chosen by BIC, at most two bends."""
    best = None
    sets = len(outcome)
    for degree in (1, 2, 3):
        design = np.column_stack([np.ones(sets), legendre(u, degree)])
        solution, *_ = np.linalg.lstsq(design, outcome, rcond=None)
        scatter = outcome - design @ solution
        score = sets * np.log(max(float(scatter @ scatter), 1e-300)) + (degree + 1) * np.log(sets)
        if best is None or score < best[0]:
            best = (score, np.column_stack([np.ones(len(at)), legendre(at, degree)]) @ solution, scatter)
    assert best is not None  # three degrees were tried
    return best[1], best[2]


def _crossing(curve: np.ndarray, scatter: np.ndarray) -> float:
    """Rank, of those on GRID, at which half the scatter lies above zero; the one nearest the middle; NaN if none."""
    level = curve + np.median(scatter)
    turns = np.flatnonzero(np.sign(level[1:]) != np.sign(level[:-1]))
    if not len(turns):
        return float("nan")
    found = [GRID[i] - level[i] * (GRID[i + 1] - GRID[i]) / (level[i + 1] - level[i]) for i in turns]
    return float(min(found, key=lambda rank: abs(rank - 0.5)))


def _plane(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    a, b = legendre(u, 2), legendre(v, 2)
    return np.column_stack([np.ones(len(u)), a, b, a[:, 0] * b[:, 0]])
