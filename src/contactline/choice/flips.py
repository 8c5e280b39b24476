"""Which beliefs move the ranking, and smooth maps of the share that prefers a course.

Given a belief, a set's place among all sets by the advantage of a course is a smooth curve plus what the other beliefs,
the weights and chance scatter around it; the share preferring the course is the share of that scatter above zero. The
curve is fitted in the belief's rank (`choice/smooth.py`). Where the ranking turns is not read off a curve: the belief
is held there and both courses are fought again (`choice/held.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from contactline.case.labels import BeliefLabel
from contactline.choice.held import Turning
from contactline.choice.smooth import clear, legendre, p_value, placed, ranks
from contactline.core.errors import InputError

GRID = np.linspace(0.01, 0.99, 197)
"""Ranks at which a curve is read."""
COLUMNS = (
    "belief", "label", "unit", "present_low", "present_high", "share_low", "share_high", "flip_value", "flip_low",
    "flip_high", "turns", "inside", "tried_low", "tried_high", "p_value", "watch",
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


def ranked(
    beliefs: Mapping[str, np.ndarray], advantage: np.ndarray, names: Iterable[str]
) -> list[tuple[str, float, bool]]:
    """The beliefs by how strongly they move the ranking: name, p-value, whether it stands out.

    beliefs : name → ndarray[set]; advantage : ndarray[set], value of one course over another; names : those asked
    about. p-value : chance of as strong a curve through the sets' places (`placed`) if the belief did not matter; of
    those that stand out, at most one in ten does so by luck on average. Raises InputError for fewer than 30 sets or
    columns of other lengths.
    """
    advantage = np.asarray(advantage, dtype=float)
    if len(advantage) < 30:
        raise InputError(f"flip points: got {len(advantage)} belief sets; allowed are 30 or more.")
    asked = [name for name in names if name in beliefs and np.ptp(beliefs[name]) > 0]
    for name in asked:
        if np.shape(beliefs[name]) != advantage.shape:
            raise InputError(
                f"flip points: belief {name!r} has {len(beliefs[name])} sets, the advantage {len(advantage)}."
            )
    place = placed(advantage)
    chances = np.array([p_value(beliefs[name], place) for name in asked])
    stands = clear(chances)
    order = np.argsort(chances, kind="stable")
    return [(asked[i], float(chances[i]), bool(stands[i])) for i in order]


def flip_row(
    name: str, label: BeliefLabel, column: np.ndarray, found: Turning, p: float = float("nan")
) -> dict[str, object]:
    """One row of table flips or hinges; column : ndarray[set], the belief's draws in its unit; p : probability."""
    low, high = (float(q) for q in np.quantile(column, [0.1, 0.9]))
    return {
        "belief": name,
        "label": label.label,
        "unit": label.unit,
        "present_low": low,
        "present_high": high,
        "share_low": found.share_low,
        "share_high": found.share_high,
        "flip_value": found.value,
        "flip_low": found.low,
        "flip_high": found.high,
        "turns": found.turns,
        "inside": low <= found.value <= high,
        "tried_low": found.first,
        "tried_high": found.last,
        "p_value": p,
        "watch": label.watch,
    }


def surface(
    beliefs: Mapping[str, np.ndarray], advantage: np.ndarray, x: str, y: str, points: int = 21
) -> Surface:
    """Share preferring a course over any two beliefs, the others as drawn, from sets already drawn.

    beliefs : name → ndarray[set], in its unit; advantage : ndarray[set], utility; points : number along each axis at
    most.

    A quadratic in both ranks with their product through the sets' places (`placed`), plus the scatter around it: no
    course is run again, so a sharp turn is rounded off. `break_even_surface` runs them. Points further than 0.1 in rank
    from every set are marked as not near.
    """
    u, v = ranks(beliefs[x]), ranks(beliefs[y])
    at = np.linspace(0.02, 0.98, points)
    # A belief that stands at a bound in many sets has the same value at many ranks: one point stands for them.
    (x_values, x_first), (y_values, y_first) = (
        np.unique(np.quantile(beliefs[name], at), return_index=True) for name in (x, y)
    )
    grid_v, grid_u = (m.ravel() for m in np.meshgrid(at[y_first], at[x_first], indexing="ij"))
    design, wanted = _plane(u, v), _plane(grid_u, grid_v)
    place = placed(advantage)
    solution, *_ = np.linalg.lstsq(design, place, rcond=None)
    scatter = place - design @ solution
    share = np.array([np.mean(scatter > -level) for level in wanted @ solution])
    distance = np.hypot(grid_u[:, None] - u, grid_v[:, None] - v).min(axis=1)
    shape = (len(y_values), len(x_values))
    return Surface(
        x_values,
        y_values,
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


def _plane(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    a, b = legendre(u, 2), legendre(v, 2)
    return np.column_stack([np.ones(len(u)), a, b, a[:, 0] * b[:, 0]])
