"""What falls is counted without residue: a belt taken cell by cell, in any order and again, is lost to the last bit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.case.load import load_case
from contactline.front.control_history import holder_on
from contactline.front.line import cell_borders
from contactline.war.falls import left_behind, read_levels, taken_by_gain
from contactline.war.territory import ground

CELLS = 500


GRAIN = 2**22
"""Areas of 2 to 8 km² in 24 bits are whole multiples of 2⁻²² km² at the finest."""


def fought(km2: np.ndarray, seed: int) -> np.ndarray:
    """Areas taken by level of gain : ndarray[level]; a trajectory takes all, gives half back and takes it again."""
    rng = np.random.default_rng(seed)
    first, again = rng.permutation(CELLS), rng.permutation(CELLS)[: CELLS // 2]
    code = np.concatenate([2 * first + 1, 2 * again, 2 * again[::-1] + 1])
    table: np.ndarray = taken_by_gain(np.array([0, len(code)]), code, km2, km2[:, None], 10.0, 400)[0, :, 0]
    return table


def test_what_is_taken_and_given_back_leaves_no_residue() -> None:
    raw = np.random.default_rng(3).uniform(3.9, 6.1, CELLS)
    kept = raw.astype(np.float32).astype(np.float64)
    grains = np.concatenate([fought(kept, seed) for seed in range(20)]) * GRAIN
    assert (grains == np.rint(grains)).all()
    rest = np.concatenate([fought(raw, seed) for seed in range(20)]) * GRAIN
    assert (rest != np.rint(rest)).any(), "the control: areas in 53 bits do"


def test_between_two_equal_levels_lies_the_same_value() -> None:
    level = np.full((1, 3, 1), 0.1 + 0.2)
    at = np.linspace(0.0, 5.0, 97)
    assert (read_levels(level, np.zeros(97, dtype=int), at)[:, 0] == 0.1 + 0.2).all()
    climb = np.array([0.0, 1.0, 2.0])
    values = np.array([[0.0], [0.3], [0.3]])
    ones = np.ones(97)
    found = left_behind(np.linspace(1.0, 3.0, 97), ones, ones, climb, np.zeros(3), values)[:, 0]
    assert (found == 0.3).all()


def test_the_areas_of_a_case_sum_to_the_same_in_any_order() -> None:
    loaded = load_case("ukraine_2025")
    cells, changes = loaded.evidence("cells"), loaded.evidence("changes")
    here = ground(cells, changes, holder_on(cells, changes, loaded.case.as_of))
    order = np.random.default_rng(0).permutation(len(here.km2))
    total = np.cumsum(here.km2)[-1]
    assert total == np.cumsum(here.km2[::-1])[-1] == np.cumsum(here.km2[order])[-1] == here.km2.sum()
    assert np.abs(here.km2 / cells["km2"].to_numpy() - 1).max() < 1e-7
    borders = cell_borders(here.cell)[1]
    assert np.cumsum(borders)[-1] == np.cumsum(borders[::-1])[-1]


def test_nothing_is_left_of_a_line_when_all_cells_are_taken() -> None:
    """Each border enters when one of its cells falls and leaves when the other does."""
    loaded = load_case("borderland")
    cells = loaded.evidence("cells")["cell"].to_numpy()
    pairs, km = cell_borders(cells)
    rank = np.empty(len(cells), dtype=int)
    rank[np.random.default_rng(1).permutation(len(cells))] = np.arange(len(cells))
    steps = pd.DataFrame({"at": np.concatenate([rank[pairs].min(axis=1), rank[pairs].max(axis=1)]),
                          "km": np.concatenate([km, -km])}).sort_values("at", kind="stable")  # fmt: skip
    assert np.cumsum(steps["km"].to_numpy())[-1] == 0.0
