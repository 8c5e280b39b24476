"""The theatre's graph: neighbours, parts, and clear words about theatres on which no front can move."""

from __future__ import annotations

from dataclasses import replace

import h3
import numpy as np
import pandas as pd
import pytest
from front_samples import CENTRE, east_held, patch, path

from contactline.core.errors import InputError
from contactline.war.grid import check_front, check_grid, exposed_cells, grid_from_cells, parts


def table(names):
    return pd.DataFrame({"cell": names, "km2": [h3.cell_area(name, "km^2") for name in names]})


def one_sector(names):
    return grid_from_cells(table(names), np.zeros(len(names), int), ("all",))


def test_neighbours_are_h3s():
    grid = patch(3)
    for row, name in enumerate(grid.cell):
        near = {grid.cell[j] for j in grid.neighbours[row] if j >= 0}
        assert near == set(h3.grid_ring(name, 1)) & set(grid.cell)


def test_pentagon_and_cells_of_more_vertices_keep_their_neighbours():
    pentagon = next(iter(h3.get_pentagons(7)))
    grid = one_sector(sorted(h3.grid_disk(pentagon, 2)))
    degree = (grid.neighbours >= 0).sum(axis=1)
    assert degree[list(grid.cell).index(pentagon)] == 5
    assert degree.max() == 6


def test_parts_and_exposed_cells():
    far = h3.latlng_to_cell(50.9, 34.5, 7)
    grid = one_sector(sorted([*h3.grid_disk(CENTRE, 2), *h3.grid_disk(far, 1)]))
    assert sorted(np.bincount(parts(grid)).tolist()) == [7, 19]
    holder = np.zeros(10, np.int8)
    holder[4:6] = 1
    assert np.flatnonzero(exposed_cells(path(10), holder)).tolist() == [3, 4, 5, 6]


def test_small_parts_without_a_line_are_told_large_ones_refused():
    islet = h3.latlng_to_cell(46.5, 31.6, 7)
    grid = one_sector(sorted([*h3.grid_disk(CENTRE, 8), islet]))
    (sentence,) = check_front(grid, east_held(grid))
    assert (
        sentence
        == "The line touches no part of 1 cells cut off from the rest (5 km²): they keep their holder."
    )
    grid = one_sector(sorted([*h3.grid_disk(CENTRE, 3), *h3.grid_disk(islet, 3)]))
    holder = np.where(np.isin(grid.cell, list(h3.grid_disk(CENTRE, 3))), east_held(grid, 0.2), 0)
    with pytest.raises(
        InputError, match="split in 2 parts, and the line touches 1 of them; it never reaches 37 cells"
    ):
        check_front(grid, holder)


def test_no_line_at_all():
    grid = patch(3)
    with pytest.raises(InputError, match="no line of contact runs through it; widen the theatre"):
        check_front(grid, np.zeros(len(grid.cell), np.int8))


def test_sector_without_exposed_cells():
    grid = patch(6)
    east = np.array([h3.cell_to_latlng(name)[1] for name in grid.cell])
    by_east = replace(
        grid, sector=np.searchsorted(np.quantile(east, [0.3]), east).astype(np.int16), sectors=("a", "b")
    )
    with pytest.raises(InputError, match=r"sector a has no exposed cell.*Sectors: a, b"):
        check_front(by_east, east_held(grid, 0.3))
    told = check_front(by_east, east_held(grid, 0.3), idle_sectors=True)
    assert told == (
        "Sector a of the front has no cell on the line any more: nothing can be taken or lost there unless the line "
        "comes back to it.",
    )
    assert check_front(by_east, east_held(grid, 0.7)) == ()


def test_wrong_tables():
    names = sorted(h3.grid_disk(CENTRE, 1))
    with pytest.raises(InputError, match="no rows"):
        one_sector([])
    with pytest.raises(InputError, match=f"cell {names[2]} is listed twice"):
        one_sector([*names, names[2]])
    with pytest.raises(InputError, match="H3 resolutions 6, 7"):
        one_sector([*names, h3.cell_to_parent(CENTRE, 6)])
    with pytest.raises(InputError, match="lies in sector 1; allowed are 0 to 0 \\(all\\)"):
        grid_from_cells(table(names), np.ones(7, int), ("all",))
    with pytest.raises(InputError, match=r"has 0\.0 km²; an area is above 0"):
        grid_from_cells(table(names).assign(km2=0.0), np.zeros(7, int), ("all",))


def test_neighbourhood_must_be_mutual():
    grid = path(5)
    grid.neighbours[2, 1] = -1
    with pytest.raises(InputError, match="cell0003 lists a neighbour that does not list it"):
        check_grid(grid)
    grid = path(5)
    grid.neighbours[2, 1] = 9
    with pytest.raises(InputError, match="outside 0 to 4"):
        check_grid(grid)
    grid = path(5)
    grid.neighbours[2, 2] = 1
    with pytest.raises(InputError, match="lists one twice"):
        check_grid(grid)
