"""Operational directions, drawn from the record and not by hand.

The rule: the cells that lay on the line in any week of the record are joined by Ward's method on their positions;
going down from the top, a group is split while both parts are worth a sector of their own (enough captures, or a
long quiet stretch); every other cell of the theatre belongs to the sector of the nearest of those cells, by steps
between neighbours. The same evidence gives the same sectors, for any case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from contactline.core.errors import EvidenceError
from contactline.war.capture_data import CAPTURE, History, exposed

LEAST_CAPTURES = 40
"""Captures a part needs to be a sector: with fewer its weekly counts say little about its own course."""

LEAST_QUIET = 80
"""Cells on the line that make a quiet stretch a sector of its own (about 100 km of line at resolution 7)."""

MOST_SECTORS = 12
NAMING_STEPS = 3
"""A sector is named for the largest settlement within this many cells of its captures (of its line, if it had none)."""

EARTH_KM = 6371.0


@dataclass(frozen=True)
class Sectors:
    """Which sector each cell belongs to.

    of : ndarray[cell] int, 0 to count − 1, ordered by the number of captures (most first)
    name : names, unique; captures, front : ndarray[sector] int, captures and cells on the line in the record
    """

    of: np.ndarray
    name: tuple[str, ...]
    captures: np.ndarray
    front: np.ndarray

    @property
    def count(self) -> int:
        """Number of sectors."""
        return len(self.name)


def draw_sectors(
    past: History, settlements: pd.DataFrame | None = None, *, least_captures: int = LEAST_CAPTURES
) -> Sectors:
    """The sectors of a record by the module's rule; named for settlements where table 'settlements' is given.

    least_captures : number that a sector has at least. Raises EvidenceError where no cell of the theatre ever lies on
    the line.
    """
    front = front_cells(past)
    if not len(front):
        raise EvidenceError(
            "cells: no cell of the theatre lies on the line in any week, so there is nothing to divide into "
            "sectors. Check that table 'cells' has holders on both sides."
        )
    captured = np.bincount(past.event_cell[past.event_holder == CAPTURE], minlength=len(past.cell))
    place = kilometres(past.lonlat)
    nearest = (
        scipy.spatial.cKDTree(place[front]).query(place[captured > 0])[1]
        if captured.any()
        else np.empty(0, int)
    )
    weight = np.bincount(nearest, weights=captured[captured > 0], minlength=len(front))
    group = _split(place[front], weight, least_captures)
    of = _spread(past.neighbour, place, front, group)
    size = int(group.max()) + 1
    totals = np.bincount(of, weights=captured, minlength=size).astype(int)
    # Order by captures, then by longitude, so that numbers do not depend on how the groups were found.
    east = np.array([place[front][group == s, 0].mean() for s in range(size)])
    rank = np.lexsort((east, -totals))
    renumber = np.empty(size, int)
    renumber[rank] = np.arange(size)
    of, group = renumber[of], renumber[group]
    names = _names(past, of, front, settlements, size)
    return Sectors(of, names, totals[rank], np.bincount(group, minlength=size))


def front_cells(past: History) -> np.ndarray:
    """Cells exposed to the challenger at the start or end of any week, and cells captured : ndarray[front] int."""
    holder = past.first.copy()
    seen = exposed(past.neighbour, holder) > 0
    for week in range(past.weeks):
        now = past.event_week == week
        holder[past.event_cell[now]] = past.event_holder[now]
        seen |= exposed(past.neighbour, holder) > 0
    seen[past.event_cell] = True
    return np.flatnonzero(seen)


def kilometres(lonlat: np.ndarray) -> np.ndarray:
    """Positions on a plane, km (equirectangular about their mean latitude; good for grouping) : ndarray[cell, 2]."""
    lon, lat = np.radians(lonlat).T
    return EARTH_KM * np.column_stack([lon * np.cos(lat.mean()), lat])


def _split(place: np.ndarray, weight: np.ndarray, least: int) -> np.ndarray:
    """Group of each front cell by the top-down rule : ndarray[front] int."""
    count = len(place)
    if count == 1:
        return np.zeros(1, int)
    tree = scipy.cluster.hierarchy.linkage(place, "ward")
    children = {count + k: (int(a), int(b)) for k, (a, b) in enumerate(tree[:, :2])}
    leaves: dict[int, list[int]] = {i: [i] for i in range(count)}
    for node, (a, b) in children.items():
        leaves[node] = leaves[a] + leaves[b]
    captures = {node: float(weight[members].sum()) for node, members in leaves.items()}

    def stands(node: int) -> bool:
        return captures[node] >= least or len(leaves[node]) >= LEAST_QUIET

    groups: list[int] = []
    queue = [max(leaves)]
    while queue:
        # The tallest open node first: if the number of sectors is capped, the widest groups are split.
        node = queue.pop(queue.index(max(queue)))
        parts = children.get(node)
        # Two quiet parts stay one: a split must separate something that moves.
        worth = (
            parts is not None
            and all(stands(part) for part in parts)
            and max(captures[part] for part in parts) >= least
            and len(groups) + len(queue) + 2 <= MOST_SECTORS
        )
        if parts is not None and worth:
            queue += list(parts)
        else:
            groups.append(node)
    group = np.empty(count, int)
    for number, node in enumerate(groups):
        group[leaves[node]] = number
    return group


def _spread(neighbour: np.ndarray, place: np.ndarray, front: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Group of every cell: that of the nearest front cell by steps (ties: the lower group) : ndarray[cell] int."""
    none = int(group.max()) + 1
    of = np.full(len(neighbour) + 1, none)
    of[front] = group
    while True:
        reach = of[neighbour].min(axis=1)
        fresh = (of[:-1] == none) & (reach < none)
        if not fresh.any():
            break
        of[:-1][fresh] = reach[fresh]
    lost = of[:-1] == none
    if lost.any():
        of[:-1][lost] = group[scipy.spatial.cKDTree(place[front]).query(place[lost])[1]]
    return of[:-1]


def _names(
    past: History, of: np.ndarray, front: np.ndarray, settlements: pd.DataFrame | None, size: int
) -> tuple[str, ...]:
    """Largest settlement near each sector's line, else its main region; a number tells equal names apart."""
    near = np.zeros(len(of) + 1, bool)
    near[past.event_cell[past.event_holder == CAPTURE]] = True
    still = np.flatnonzero(np.bincount(of[near[:-1]], minlength=size) == 0)
    near[front[np.isin(of[front], still)]] = True
    for _ in range(NAMING_STEPS):
        near[:-1] |= near[past.neighbour].any(axis=1)
        near[-1] = False
    close = set(past.cell[near[:-1]])
    sector = dict(zip(past.cell, of, strict=True))
    table = None if settlements is None else settlements[settlements["cell"].isin(close)]
    names: list[str] = []
    for s in range(size):
        region, counts = np.unique(past.region[front][of[front] == s], return_counts=True)
        name = str(region[counts.argmax()])
        if table is not None:
            own = table[table["cell"].map(sector) == s].sort_values(["population", "name"], ascending=False)
            name = str(own["name"].iloc[0]) if len(own) else name
        same = sum(1 for other in names if other == name or other.startswith(f"{name} "))
        names.append(f"{name} {same + 1}" if same else name)
    return tuple(names)
