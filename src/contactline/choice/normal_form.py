"""The reduced normal form of a game between two players, and its mixed equilibria by enumeration of supports.

Method: von Stengel (2002), Handbook of Game Theory 3, chapter 45. In a game without ties it finds every equilibrium;
with ties it finds those whose supports have equal size.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

from contactline.core.errors import InputError

TINY = 1e-9
MOST_SUPPORTS = 50_000


def mixed_equilibria(row: np.ndarray, column: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Equilibria in which both mix, of a game with pay-offs row, column : ndarray[row action, column action].

    Returns pairs of ndarray[row action] and ndarray[column action], chances. Raises InputError if there are more
    supports than can be tried.
    """
    m, n = row.shape
    count = sum(comb(m, k) * comb(n, k) for k in range(2, min(m, n) + 1))
    if count > MOST_SUPPORTS:
        raise InputError(
            f"mixed equilibria: {m} × {n} strategies have {count} pairs of supports; at most {MOST_SUPPORTS} are "
            "tried. Ask for pure equilibria alone (mixed=False)."
        )
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for size in range(2, min(m, n) + 1):
        for rows in combinations(range(m), size):
            for columns in combinations(range(n), size):
                pair = _on_supports(row, column, list(rows), list(columns))
                if pair is not None:
                    found.append(pair)
    return found


def _on_supports(
    row: np.ndarray, column: np.ndarray, rows: list[int], columns: list[int]
) -> tuple[np.ndarray, np.ndarray] | None:
    """The equilibrium on these supports, if there is one: each side makes the other indifferent over its support."""
    y = _indifferent(row[np.ix_(rows, columns)])
    x = _indifferent(column[np.ix_(rows, columns)].T)
    if x is None or y is None:
        return None
    full_x, full_y = np.zeros(row.shape[0]), np.zeros(row.shape[1])
    full_x[rows], full_y[columns] = x, y
    got_row, got_column = row @ full_y, full_x @ column
    if got_row.max() > got_row[rows].min() + TINY or got_column.max() > got_column[columns].min() + TINY:
        return None
    return full_x, full_y


def _indifferent(payoff: np.ndarray) -> np.ndarray | None:
    """The chances y > 0 with payoff @ y constant and Σy = 1; None if there are none or more than one."""
    size = len(payoff)
    system = np.zeros((size + 1, size + 1))
    system[:size, :size] = payoff
    system[:size, size] = -1.0
    system[size, :size] = 1.0
    if np.linalg.matrix_rank(system) <= size:
        return None
    y = np.linalg.solve(system, np.append(np.zeros(size), 1.0))[:size]
    return y if y.min() > TINY else None
