"""Break-even on two beliefs as a record, which `topics/choice/make/pair.py` fights out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pair:
    """Share of belief sets that prefer accepting, at pairs of values of two beliefs.

    x_values, y_values : ndarray[x], ndarray[y], in the beliefs' units; share : ndarray[y, x]
    curve : ndarray[y], the value of x at which the share crosses one half, NaN where it does not
    present : the 80% ranges of x and y; refuses : points that the viewpoint calls unacceptable
    """

    proposal: str
    proposal_name: str
    viewpoint: str
    x: str
    y: str
    x_label: str
    y_label: str
    x_unit: str
    y_unit: str
    x_values: np.ndarray
    y_values: np.ndarray
    share: np.ndarray
    curve: np.ndarray
    present: tuple[tuple[float, float], tuple[float, float]]
    sets: int
    seed: int
    finding: str
    notes: tuple[str, ...]
