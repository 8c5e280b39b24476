"""Salients: ground that one side holds and the other has on most sides of it.

A cell is *enclosed* when, of twelve directions around it, more than half are closed: the other side holds at least
half of the ground in that direction within 15 km. Connected enclosed cells of one holder make a salient.
"""

from __future__ import annotations

from dataclasses import dataclass

import h3
import numpy as np
import scipy
from numba import njit

from contactline.front.cells import EARTH_KM
from contactline.war.grid import Grid, pairs

DIRECTIONS = 12
AROUND_KM = 15.0
CLOSED_SHARE = 0.5
ENCLOSED_DIRECTIONS = 7
"""Directions closed of twelve that make a cell enclosed: more than half. A straight line closes about five."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Who lies around each cell, by direction; compressed rows.

    start : ndarray[cell + 1]; other : ndarray[link], cells within AROUND_KM; direction : ndarray[link] int8, 0 is north
    size : ndarray[cell, direction], km² of ground; neighbours : ndarray[cell, 6]
    reach : steps between neighbours within which all those cells lie
    """

    start: np.ndarray
    other: np.ndarray
    direction: np.ndarray
    size: np.ndarray
    neighbours: np.ndarray
    reach: int


def surroundings(grid: Grid) -> Surroundings:
    """Cells within AROUND_KM of each cell and the direction in which they lie."""
    centre = np.radians(np.array([h3.cell_to_latlng(name) for name in grid.cell]))
    flat = EARTH_KM * np.column_stack([centre[:, 1] * np.cos(centre[:, 0].mean()), centre[:, 0]])
    # A plane serves to find candidates only: distance and direction are taken at each cell's own latitude.
    pair = scipy.spatial.cKDTree(flat).query_pairs(1.3 * AROUND_KM, output_type="ndarray")
    here, there = np.concatenate([pair, pair[:, ::-1]]).T
    north = EARTH_KM * (centre[there, 0] - centre[here, 0])
    east = EARTH_KM * (centre[there, 1] - centre[here, 1]) * np.cos(centre[here, 0])
    away = np.hypot(north, east)
    kept = np.flatnonzero(away <= AROUND_KM)
    kept = kept[np.argsort(here[kept], kind="stable")]
    turn = (np.degrees(np.arctan2(east[kept], north[kept])) % 360.0) / (360.0 / DIRECTIONS)
    direction = turn.astype(int) % DIRECTIONS
    size = np.bincount(
        here[kept] * DIRECTIONS + direction, weights=grid.km2[there[kept]], minlength=len(grid.cell) * DIRECTIONS
    ).reshape(-1, DIRECTIONS)  # fmt: skip
    start = np.concatenate([[0], np.cumsum(np.bincount(here[kept], minlength=len(grid.cell)))])
    # On a hexagonal lattice a cell k steps away lies at least k·√3/2 spacings away.
    reach = int(np.ceil(AROUND_KM / (np.sqrt(0.75) * away.min()))) if len(away) else 1
    return Surroundings(
        start, there[kept].astype(np.int32), direction.astype(np.int8), size, grid.neighbours, reach
    )


def enclosed(around: Surroundings, km2: np.ndarray, holder: np.ndarray) -> np.ndarray:
    """Cells that the other side has on more than half of their sides : ndarray[cell] bool.

    km2, holder : ndarray[cell]. A direction without any ground of the theatre is open.
    """
    closed = _closed(
        around.start, around.other, around.direction, around.size, around.neighbours, around.reach,
        km2.astype(float), holder.astype(np.int8),
    )  # fmt: skip
    return np.asarray(closed >= ENCLOSED_DIRECTIONS)


def salients(grid: Grid, holder: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Number of the salient that each enclosed cell belongs to : ndarray[cell] int, −1 elsewhere.

    inside : ndarray[cell] bool, from `enclosed`. Numbered from 0, the largest by area first.
    """
    here, there = pairs(grid)
    linked = inside[here] & inside[there] & (holder[here] == holder[there])
    count = len(grid.cell)
    links = scipy.sparse.coo_array(
        (np.ones(linked.sum(), np.int8), (here[linked], there[linked])), shape=(count, count)
    )
    part = scipy.sparse.csgraph.connected_components(links, directed=False)[1]
    area = np.bincount(part[inside], weights=grid.km2[inside], minlength=int(part.max()) + 1)
    rank = np.empty(len(area), int)
    rank[np.argsort(-area, kind="stable")] = np.arange(len(area))
    return np.where(inside, rank[part], -1)


@njit(cache=True, nogil=True)
def _closed(
    start: np.ndarray, other: np.ndarray, direction: np.ndarray, size: np.ndarray, neighbours: np.ndarray,
    reach: int, km2: np.ndarray, holder: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Closed directions of each cell : ndarray[cell] int64; only cells within `reach` steps of the line have any."""
    cells = holder.size
    out = np.zeros(cells, dtype=np.int64)
    lost = np.zeros(DIRECTIONS)
    queue = np.empty(cells, dtype=np.int64)
    steps = np.full(cells, -1, dtype=np.int64)
    first, last = 0, 0
    for c in range(cells):
        for j in neighbours[c]:
            if j >= 0 and holder[j] != holder[c]:
                steps[c] = 0
                queue[last] = c
                last += 1
                break
    while first < last:
        c = queue[first]
        first += 1
        if steps[c] < reach:
            for j in neighbours[c]:
                if j >= 0 and steps[j] < 0:
                    steps[j] = steps[c] + 1
                    queue[last] = j
                    last += 1
        lost[:] = 0.0
        for k in range(start[c], start[c + 1]):
            j = other[k]
            if holder[j] != holder[c]:
                lost[direction[k]] += km2[j]
        for d in range(DIRECTIONS):
            if size[c, d] > 0.0 and lost[d] >= CLOSED_SHARE * size[c, d]:
                out[c] += 1
    return out
