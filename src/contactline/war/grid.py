"""The theatre as a graph of cells: who borders whom, how large each cell is, which sector it lies in.

Built once from the case's cells; the kernel, the fit of the capture rule and the measures of the line share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import scipy

from contactline.core.errors import InputError
from contactline.front.cells import as_indexes

MAX_NEIGHBOURS = 6
"""A hexagon has six; H3's twelve pentagons have five. Cells drawn with 7 or 8 vertices still have six neighbours."""

STRANDED_SHARE = 0.01
"""Share of the theatre's area that may lie in parts which the line never touches (islets, spits) without an error."""


@dataclass(frozen=True, eq=False)
class Grid:
    """The theatre, one row a cell.

    cell : ndarray[cell] str, H3 indexes; neighbours : ndarray[cell, 6] int32, −1 where none is in the theatre
    km2 : ndarray[cell] float32; sector : ndarray[cell] int16, position in `sectors`
    """

    cell: np.ndarray
    neighbours: np.ndarray
    km2: np.ndarray
    sector: np.ndarray
    sectors: tuple[str, ...]


def grid_from_cells(cells: pd.DataFrame, sector: np.ndarray, sectors: tuple[str, ...]) -> Grid:
    """The graph of a case's table 'cells' (columns cell, km2).

    sector : ndarray[cell], index of each cell's operational direction in `sectors`.
    Raises InputError for a table without cells, a cell listed twice, cells of several resolutions, or a sector that
    is missing or unknown.
    """
    names = cells["cell"].to_numpy().astype(str)
    if not len(names):
        raise InputError(
            "theatre: the table 'cells' has no rows; give at least two cells that border each other."
        )
    indexes = as_indexes(names)
    resolutions = sorted({h3.get_resolution(index) for index in indexes.tolist()})
    if len(resolutions) > 1:
        raise InputError(
            f"theatre: cells of H3 resolutions {', '.join(map(str, resolutions))}; a theatre has one resolution, "
            "so rebuild the table 'cells' at one of them."
        )
    if len(set(indexes.tolist())) != len(names):
        twice = pd.Series(names)[pd.Series(names).duplicated()].iloc[0]
        raise InputError(f"theatre: cell {twice} is listed twice; keep one row a cell.")
    neighbours = neighbours_of(tuple(names.tolist())).copy()
    grid = Grid(
        names, neighbours, cells["km2"].to_numpy(dtype=np.float32), np.asarray(sector).astype(np.int16), tuple(sectors)
    )  # fmt: skip
    check_grid(grid)
    return grid


@lru_cache(maxsize=4)
def neighbours_of(cells: tuple[str, ...]) -> np.ndarray:
    """Indexes of each cell's neighbours among the cells : ndarray[cell, 6] int32, −1 where there is none.

    Kept, since every line drawn on a theatre asks for the same; callers do not write into it.
    """
    indexes = as_indexes(np.array(cells)).tolist()
    position = {index: row for row, index in enumerate(indexes)}
    neighbours = np.full((len(cells), MAX_NEIGHBOURS), -1, dtype=np.int32)
    for row, index in enumerate(indexes):
        near = [position[n] for n in h3.grid_disk(index, 1).tolist() if n != index and n in position]
        neighbours[row, : len(near)] = near
    return neighbours


@lru_cache(maxsize=4)
def check_grid(grid: Grid) -> None:
    """Raise InputError where the arrays of a grid do not fit each other; the compiled loop trusts them.

    A grid that fits is looked at once: its arrays are not written to.
    """
    count = len(grid.cell)
    for name, shape in {"neighbours": (count, MAX_NEIGHBOURS), "km2": (count,), "sector": (count,)}.items():
        if getattr(grid, name).shape != shape:
            raise InputError(
                f"theatre: {name} has shape {getattr(grid, name).shape}; {count} cells need {shape}."
            )
    bad = ~(np.isfinite(grid.km2) & (grid.km2 > 0))
    if bad.any():
        row = int(bad.argmax())
        raise InputError(f"theatre: cell {grid.cell[row]} has {grid.km2[row]} km²; an area is above 0.")
    unknown = (grid.sector < 0) | (grid.sector >= len(grid.sectors))
    if unknown.any():
        row = int(unknown.argmax())
        raise InputError(
            f"theatre: cell {grid.cell[row]} lies in sector {grid.sector[row]}; allowed are 0 to "
            f"{len(grid.sectors) - 1} ({', '.join(grid.sectors)}): give every cell one of them."
        )
    if grid.neighbours.min() < -1 or grid.neighbours.max() >= count:
        raise InputError(
            f"theatre: a neighbour lies outside 0 to {count - 1}; build the grid with grid_from_cells."
        )
    here, there = pairs(grid)
    links = here * np.int64(count) + there
    if (here == there).any() or len(np.unique(links)) != len(links):
        raise InputError(
            "theatre: a cell is its own neighbour or lists one twice; build it with grid_from_cells."
        )
    back = there * np.int64(count) + here
    if not np.array_equal(np.sort(links), np.sort(back)):
        row = int(here[~np.isin(links, back)][0])
        raise InputError(
            f"theatre: cell {grid.cell[row]} lists a neighbour that does not list it; build it with grid_from_cells."
        )


def check_front(
    grid: Grid, holder: np.ndarray, *, idle_sectors: bool = False, islands: str = "refuse"
) -> tuple[str, ...]:
    """Whether a front that can move runs through the theatre; sentences on parts that it never touches.

    holder : ndarray[cell], 1 where the challenger holds. Raises InputError where no cell is exposed, where parts
    cut off from the line make up more than STRANDED_SHARE of the area, or where a sector has no exposed cell;
    `idle_sectors` lets such sectors pass with a sentence, for sectors of a record that the front has left behind.
    islands : the case's theatre.islands; "keep" lets parts of any size pass with a sentence: they keep their holder.
    """
    exposed = exposed_cells(grid, holder)
    if not exposed.any():
        raise InputError(
            "theatre: no cell of one side borders a cell of the other, so no line of contact runs through it; widen "
            "the theatre or check who holds its cells."
        )
    part = parts(grid)
    area = np.bincount(part, weights=grid.km2)
    touched = np.bincount(part, weights=exposed) > 0
    stranded = [
        f"{np.count_nonzero(part == k)} cells ({area[k]:,.0f} km²) around {grid.cell[int((part == k).argmax())]}"
        for k in np.argsort(-area) if not touched[k]
    ]  # fmt: skip
    if islands == "refuse" and area[~touched].sum() > STRANDED_SHARE * area.sum():
        raise InputError(
            f"theatre: it is split in {len(area)} parts, and the line touches {touched.sum()} of them; it never "
            f"reaches {'; '.join(stranded[:3])}. Join the parts by the cells between them, leave them out "
            "of the theatre, or write `islands: keep` under theatre in case.yaml: they then keep their holder."
        )
    idle = [name for k, name in enumerate(grid.sectors) if not exposed[grid.sector == k].any()]
    if idle and not idle_sectors:
        raise InputError(
            f"theatre: sector {', '.join(idle)} has no exposed cell, so nothing can be taken or lost there; join it "
            f"with a sector that the line runs through. Sectors: {', '.join(grid.sectors)}."
        )
    told = []
    if stranded:
        cells, km2 = np.count_nonzero(~touched[part]), area[~touched].sum()
        told.append(
            f"The line touches no part of {cells} cells cut off from the rest ({km2:,.0f} km²): they keep their holder."
        )
    told += [
        f"Sector {name} of the front has no cell on the line any more: nothing can be taken or lost there unless the "
        "line comes back to it."
        for name in idle
    ]
    return tuple(told)


def exposed_cells(grid: Grid, holder: np.ndarray) -> np.ndarray:
    """Cells that border a cell of the other side : ndarray[cell] bool."""
    held = check_holder(grid, holder)
    here, there = pairs(grid)
    return np.bincount(here, weights=held[here] != held[there], minlength=len(held)) > 0


def check_holder(grid: Grid, holder: np.ndarray) -> np.ndarray:
    """Who holds each cell, code 0 or 1 : ndarray[cell] or [draw, cell], int8.

    Raises InputError for another length or values other than 0 and 1.
    """
    held = np.asarray(holder)
    if held.shape[-1:] != grid.cell.shape or held.ndim not in (1, 2):
        raise InputError(
            f"holders: got shape {held.shape}; allowed is one value a cell, ({len(grid.cell)},), or one row a draw."
        )
    if not np.isin(held, (0, 1)).all():
        raise InputError("holders: allowed are 0 (defender) and 1 (challenger); other values came.")
    return held.astype(np.int8)


def parts(grid: Grid) -> np.ndarray:
    """Number of the connected part of the theatre that each cell belongs to : ndarray[cell] int, from 0."""
    here, there = pairs(grid)
    links = scipy.sparse.coo_array(
        (np.ones(len(here), dtype=np.int8), (here, there)), shape=(len(grid.cell), len(grid.cell))
    )
    return np.asarray(scipy.sparse.csgraph.connected_components(links, directed=False)[1])


def pairs(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of every neighbourhood, each seen from either side : two ndarray[link] int64, indexes of cells."""
    here, slot = np.nonzero(grid.neighbours >= 0)
    return here, grid.neighbours[here, slot].astype(np.int64)
