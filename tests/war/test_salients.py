"""Enclosed ground: what a straight line, a finger and a pocket close, against a plain rewrite; sides are mirrored."""

from __future__ import annotations

import h3
import numpy as np
import pandas as pd
import pytest

from contactline.war.grid import Grid, grid_from_cells
from contactline.war.salients import AROUND_KM, CLOSED_SHARE, DIRECTIONS, enclosed, salients, surroundings

CENTRE = h3.latlng_to_cell(48.3, 37.2, 7)


@pytest.fixture(scope="module")
def grid() -> Grid:
    names = sorted(h3.grid_disk(CENTRE, 18))
    km2 = [h3.cell_area(name, unit="km^2") for name in names]
    return grid_from_cells(pd.DataFrame({"cell": names, "km2": km2}), np.zeros(len(names)), ("all",))


def places(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Kilometres north and east of the centre."""
    at = np.array([h3.cell_to_latlng(name) for name in grid.cell])
    return 111.2 * (at[:, 0] - 48.3), 111.2 * np.cos(np.radians(48.3)) * (at[:, 1] - 37.2)


def plain(grid: Grid, holder: np.ndarray, c: int) -> int:
    """Closed directions of one cell, cell by cell."""
    size, lost = np.zeros(DIRECTIONS), np.zeros(DIRECTIONS)
    here = np.radians(h3.cell_to_latlng(grid.cell[c]))
    for j, name in enumerate(grid.cell):
        there = np.radians(h3.cell_to_latlng(name))
        north = 6371.0088 * (there[0] - here[0])
        east = 6371.0088 * (there[1] - here[1]) * np.cos(here[0])
        if j == c or np.hypot(north, east) > AROUND_KM:
            continue
        d = int((np.degrees(np.arctan2(east, north)) % 360) // (360 / DIRECTIONS))
        size[d] += grid.km2[j]
        lost[d] += grid.km2[j] * (holder[j] != holder[c])
    return int(np.sum((size > 0) & (lost >= CLOSED_SHARE * size)))


def test_a_straight_line_encloses_nothing_and_a_pocket_everything_in_it(grid: Grid):
    north, east = places(grid)
    around = surroundings(grid)
    assert not enclosed(around, grid.km2, (east > 0).astype(np.int8)).any()
    pocket = np.hypot(north, east) <= 5
    assert np.array_equal(enclosed(around, grid.km2, np.where(pocket, 0, 1)), pocket)


def test_it_agrees_with_a_plain_rewrite_on_any_front(grid: Grid):
    rng = np.random.default_rng(0)
    north, east = places(grid)
    holder = (east + 6 * np.sin(north / 4) > 0).astype(np.int8)
    flipped = rng.random(len(holder)) < 0.03
    holder[flipped] = 1 - holder[flipped]
    found = enclosed(surroundings(grid), grid.km2, holder)
    assert 0 < found.sum() < len(found)
    for c in [*rng.choice(len(holder), 15), *rng.choice(np.flatnonzero(found), 8)]:
        assert found[c] == (plain(grid, holder, int(c)) >= 7)


def test_both_sides_are_measured_alike(grid: Grid):
    north, east = places(grid)
    holder = ((np.abs(north) < 4) & (east > -12)).astype(np.int8)
    around = surroundings(grid)
    assert np.array_equal(enclosed(around, grid.km2, holder), enclosed(around, grid.km2, 1 - holder))


def test_salients_are_numbered_by_area_and_never_join_two_holders(grid: Grid):
    north, east = places(grid)
    small, large = np.hypot(north - 20, east) <= 3, np.hypot(north + 15, east) <= 5
    holder = np.where(small | large, 0, 1).astype(np.int8)
    inside = enclosed(surroundings(grid), grid.km2, holder)
    label = salients(grid, holder, inside)
    assert set(label[large]) == {0} and set(label[small]) == {1}
    assert np.all(label[~inside] == -1)
