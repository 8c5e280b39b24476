"""The boundary edges of control polygons over time: which edges there ever were, and which came and went each day.

Daily maps repeat almost everything: of 1.5 million edges in 512 days only some 19,000 differ. All measures of
the front are sums over edges, so this table of changes is what they are computed from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numba
import numpy as np
from pyproj import Transformer

Polygons = tuple[tuple[np.ndarray, ...], ...]
"""polygon → rings, the first one the shell, the others holes → float64 [vertex, 2] longitude, latitude in degrees."""

EQUAL_AREA = "EPSG:6933"
"""Cylindrical equal-area projection on WGS84 (Brodzik et al. 2012): x and y in metres, areas true everywhere."""


@dataclass(frozen=True)
class EdgeHistory:
    """Every edge the maps ever had, numbered, and the changes day by day.

    lonlat  : ndarray[edge, 4], degrees: longitude and latitude of both ends, the smaller end first
    xy      : ndarray[edge, 4], metres in the equal-area projection, same order
    start   : ndarray[day + 1], day d's changes are start[d] .. start[d+1] of the next two
    changed : ndarray[change], edge number
    delta   : ndarray[change], change of the edge's count: +1 an edge with the held ground on its left came
    """

    lonlat: np.ndarray
    xy: np.ndarray
    start: np.ndarray
    changed: np.ndarray
    delta: np.ndarray

    @property
    def days(self) -> int:
        """Number of maps in the history."""
        return len(self.start) - 1

    def counts(self, day: int) -> np.ndarray:
        """How often each edge stands in map number `day`, negative for the reverse direction: ndarray[edge]."""
        count = np.zeros(len(self.xy), dtype=np.int64)
        stop = self.start[day + 1]
        np.add.at(count, self.changed[:stop], self.delta[:stop])
        return count

    def cumulate(self, value: np.ndarray) -> np.ndarray:
        """Sum of count × value over all edges, per map: ndarray[day, …] from ndarray[edge, …] (any number type)."""
        weight = self.delta.reshape((-1,) + (1,) * (value.ndim - 1)).astype(value.dtype)
        steps = value[self.changed] * weight
        sums = np.zeros((len(steps) + 1, *value.shape[1:]), dtype=value.dtype)
        np.cumsum(steps, axis=0, out=sums[1:])
        found: np.ndarray = sums[self.start[1:]]
        return found


def edge_history(maps: Sequence[Polygons]) -> EdgeHistory:
    """The edges of a sequence of maps and their changes; the first map's edges are all changes.

    Rings may run either way: a shell counts as counter-clockwise and a hole as clockwise, whatever the file says.
    Two edges are one if their four coordinates agree to the last bit; an edge run to and fro cancels.
    """
    rings = [
        (day, place, ring)
        for day, map_ in enumerate(maps)
        for poly in map_
        for place, ring in enumerate(poly)
    ]
    stops = np.cumsum([0] + [len(ring) for _, _, ring in rings])
    points = np.concatenate([ring for _, _, ring in rings]) if rings else np.zeros((0, 2))
    points = np.ascontiguousarray(points[:, :2], dtype=np.float64)
    hole = np.array([place > 0 for _, place, _ in rings], dtype=np.bool_)
    ring_day = np.array([day for day, _, _ in rings], dtype=np.int64)
    number, sign, ends = _number_edges(points, stops.astype(np.int64))
    xy = project(points[ends].reshape(-1, 2)).reshape(-1, 4)
    sign = _oriented(number, sign, stops.astype(np.int64), hole, xy)
    map_starts = stops[np.searchsorted(ring_day, np.arange(len(maps) + 1))]
    start, changed, delta = _difference(number, sign, map_starts, len(xy))
    return EdgeHistory(points[ends].reshape(-1, 4), xy, start, changed, delta)


def project(lonlat: np.ndarray) -> np.ndarray:
    """Longitude, latitude in degrees → x, y in metres of the equal-area projection: ndarray[point, 2]."""
    x, y = _to_equal_area().transform(lonlat[:, 0], lonlat[:, 1])
    return np.column_stack([x, y])


def unproject(xy: np.ndarray) -> np.ndarray:
    """x, y in metres of the equal-area projection → longitude, latitude in degrees: ndarray[point, 2]."""
    lon, lat = _to_equal_area().transform(xy[:, 0], xy[:, 1], direction="INVERSE")
    return np.column_stack([lon, lat])


@lru_cache(maxsize=1)
def _to_equal_area() -> Transformer:
    return Transformer.from_crs("EPSG:4326", EQUAL_AREA, always_xy=True)


@numba.njit(cache=True)
def _number_edges(points, stops):  # type: ignore[no-untyped-def]
    """Each vertex's outgoing edge: its number (-1 for none) and direction; and the end points of every number."""
    total = len(points)
    size = 1024
    while size < 2 * total:
        size *= 2
    table = np.full(size, -1, dtype=np.int32)
    bits = points.view(np.uint64)
    number = np.full(total, -1, dtype=np.int32)
    sign = np.zeros(total, dtype=np.int8)
    ends = np.empty((total, 2), dtype=np.int32)
    known = 0
    for ring in range(len(stops) - 1):
        first, last = stops[ring], stops[ring + 1]
        for i in range(first, last - 1):
            a, b, direction = i, i + 1, 1
            if points[a, 0] == points[b, 0] and points[a, 1] == points[b, 1]:
                continue
            if points[a, 0] > points[b, 0] or (points[a, 0] == points[b, 0] and points[a, 1] > points[b, 1]):
                a, b, direction = b, a, -1
            key = bits[a, 0] * np.uint64(0x9E3779B97F4A7C15)
            key = (key ^ (key >> np.uint64(29)) ^ bits[a, 1]) * np.uint64(0xBF58476D1CE4E5B9)
            key = (key ^ (key >> np.uint64(32)) ^ bits[b, 0]) * np.uint64(0x94D049BB133111EB)
            key = (key ^ (key >> np.uint64(29)) ^ bits[b, 1]) * np.uint64(0x9E3779B97F4A7C15)
            slot = np.int64((key >> np.uint64(33)) & np.uint64(size - 1))
            while True:
                edge = table[slot]
                if edge < 0:
                    break
                p, q = ends[edge, 0], ends[edge, 1]
                if (
                    bits[p, 0] == bits[a, 0]
                    and bits[p, 1] == bits[a, 1]
                    and bits[q, 0] == bits[b, 0]
                    and bits[q, 1] == bits[b, 1]
                ):
                    break
                slot = (slot + 1) & (size - 1)
            if edge < 0:
                edge = known
                known += 1
                table[slot] = edge
                ends[edge, 0], ends[edge, 1] = a, b
            number[i], sign[i] = edge, direction
    return number, sign, ends[:known].copy()


@numba.njit(cache=True)
def _oriented(number, sign, stops, hole, xy):  # type: ignore[no-untyped-def]
    """Directions as if shells ran counter-clockwise and holes clockwise in the plane.

    Decided in the plane, not in degrees: a sliver may turn over between the two, since neither straightens the other.
    """
    turned = sign.copy()
    for ring in range(len(hole)):
        first, last = stops[ring], stops[ring + 1]
        twice, x, y = 0.0, np.nan, np.nan
        for i in range(first, last):
            edge = number[i]
            if edge >= 0:
                if np.isnan(x):  # about a vertex of the ring, so that large coordinates do not cancel
                    x, y = xy[edge, 0], xy[edge, 1]
                ax, ay, bx, by = xy[edge, 0] - x, xy[edge, 1] - y, xy[edge, 2] - x, xy[edge, 3] - y
                twice += sign[i] * (ax * by - bx * ay)
        if (twice > 0) == hole[ring]:
            for i in range(first, last):
                turned[i] = -sign[i]
    return turned


@numba.njit(cache=True)
def _difference(number, sign, map_starts, edges):  # type: ignore[no-untyped-def]
    """Changes of every edge's count from map to map: start[map + 1], edge number[change], delta[change]."""
    maps = len(map_starts) - 1
    now = np.zeros(edges, dtype=np.int64)
    before = np.zeros(edges, dtype=np.int64)
    start = np.zeros(maps + 1, dtype=np.int64)
    changed = np.empty(2 * len(number), dtype=np.int32)
    delta = np.empty(2 * len(number), dtype=np.int64)
    changes = 0
    for day in range(maps):
        for i in range(map_starts[day], map_starts[day + 1]):
            if number[i] >= 0:
                now[number[i]] += sign[i]
        # Visit today's edges and yesterday's; a visited edge has before == now, so none is written twice.
        for i in range(map_starts[max(day - 1, 0)], map_starts[day + 1]):
            edge = number[i]
            if edge >= 0 and now[edge] != before[edge]:
                changed[changes], delta[changes] = edge, now[edge] - before[edge]
                before[edge] = now[edge]
                changes += 1
        for i in range(map_starts[day], map_starts[day + 1]):
            if number[i] >= 0:
                now[number[i]] = 0
        start[day + 1] = changes
    return start, changed[:changes].copy(), delta[:changes].copy()
