"""Maps whose polygons overlap or cross themselves: found cheaply, and united before anything is measured.

Sums over edges count ground as often as rings wind around it. On a valid map that is 0 or 1 everywhere; on
others the held ground is defined here as the union of the polygons, each one made valid first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
import shapely

from contactline.front.edges import EdgeHistory, Polygons, edge_history


def sound_history(maps: Sequence[Polygons]) -> tuple[EdgeHistory, list[int]]:
    """The edge history of `maps` with overlapping ones united, and the numbers of the maps that were.

    Cheap filters name suspects: edges that meet while both stand, vertices with more than two edges, and rings
    that start inside another polygon. Only suspects are given to GEOS, which decides.
    """
    history = edge_history(maps)
    suspects = np.flatnonzero(_crossed(history) | _knotted(history) | _nested(maps))
    wrong = [number for number in suspects.tolist() if not as_shape(maps[number]).is_valid]
    if not wrong:
        return history, []
    mended = list(maps)
    for number in wrong:
        mended[number] = united(maps[number])
    return edge_history(mended), wrong


def united(polygons: Polygons) -> Polygons:
    """The union of the polygons, each made valid first (even-odd where a ring crosses itself)."""
    parts = [shapely.make_valid(shapely.Polygon(poly[0], list(poly[1:]))) for poly in polygons]
    shape = shapely.union_all(parts)
    return tuple(
        (shapely.get_coordinates(part.exterior), *(shapely.get_coordinates(hole) for hole in part.interiors))
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
    )


def as_shape(polygons: Polygons) -> shapely.MultiPolygon:
    """The polygons as one shapely geometry, in the coordinates they come in."""
    return shapely.MultiPolygon([(poly[0], list(poly[1:])) for poly in polygons])


def _crossed(history: EdgeHistory) -> np.ndarray:
    """Maps in which two edges cross: ndarray[map], bool."""
    alive = _alive(history.start, history.changed, history.delta, len(history.xy))
    order = np.argsort(history.lonlat[:, 0], kind="stable")
    bits = _crossings(np.ascontiguousarray(history.lonlat[order]), np.ascontiguousarray(alive[order]))
    return np.unpackbits(bits.view(np.uint8), bitorder="little")[: history.days].astype(bool)


def _knotted(history: EdgeHistory) -> np.ndarray:
    """Maps in which rings touch themselves or each other in a vertex: ndarray[map], bool."""
    points = np.ascontiguousarray(history.lonlat.reshape(-1, 2)).view(np.complex128).ravel()
    _, vertex = np.unique(points, return_inverse=True)
    found: np.ndarray = _has_knot(
        history.start, history.changed, history.delta, vertex.reshape(-1, 2), vertex.max(initial=0) + 1
    )
    return found


def _nested(maps: Sequence[Polygons]) -> np.ndarray:
    """Maps with a shell that starts inside other polygons, or a hole that starts outside: ndarray[map], bool."""
    wrong = np.zeros(len(maps), dtype=bool)
    for number, polygons in enumerate(maps):
        rings = [ring for poly in polygons for ring in poly]
        expected = np.array([place > 0 for poly in polygons for place in range(len(poly))])
        if len(rings) > 1:
            stops = np.cumsum([0] + [len(ring) for ring in rings])
            wrong[number] = _misplaced(np.concatenate(rings), stops, expected)
    return wrong


@numba.njit(cache=True)
def _alive(start, changed, delta, edges):  # type: ignore[no-untyped-def]
    """Bit d of row e says whether edge e stands in map d: uint64 ndarray[edge, word]."""
    maps = len(start) - 1
    bits = np.zeros((edges, maps // 64 + 1), dtype=np.uint64)
    count = np.zeros(edges, dtype=np.int64)
    since = np.zeros(edges, dtype=np.int64)
    for day in range(maps + 1):
        first = start[day] if day < maps else 0
        last = start[day + 1] if day < maps else edges
        for k in range(first, last):
            edge = changed[k] if day < maps else k
            if count[edge] != 0:
                for d in range(since[edge], day):
                    bits[edge, d // 64] |= np.uint64(1) << np.uint64(d % 64)
            if day < maps:
                count[edge] += delta[k]
            since[edge] = day
    return bits


@numba.njit(cache=True)
def _crossings(ends, alive):  # type: ignore[no-untyped-def]
    """Maps (as bits) in which two edges without a common end meet; `ends` ascend in their first x."""
    found = np.zeros(alive.shape[1], dtype=np.uint64)
    for i in range(len(ends)):
        ax, ay, bx, by = ends[i, 0], ends[i, 1], ends[i, 2], ends[i, 3]
        low, high = min(ay, by), max(ay, by)
        for j in range(i + 1, len(ends)):
            cx, cy, dx, dy = ends[j, 0], ends[j, 1], ends[j, 2], ends[j, 3]
            if cx > bx:
                break
            if min(cy, dy) > high or max(cy, dy) < low:
                continue
            c_side = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
            d_side = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
            a_side = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
            b_side = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
            if c_side * d_side > 0.0 or a_side * b_side > 0.0:
                continue
            c_is_end = (ax == cx and ay == cy) or (bx == cx and by == cy)
            d_is_end = (ax == dx and ay == dy) or (bx == dx and by == dy)
            if not (c_is_end or d_is_end):
                for word in range(alive.shape[1]):
                    found[word] |= alive[i, word] & alive[j, word]
    return found


@numba.njit(cache=True)
def _has_knot(start, changed, delta, vertex, vertices):  # type: ignore[no-untyped-def]
    """Maps in which a vertex has more than two edges, or an edge stands twice."""
    maps = len(start) - 1
    count = np.zeros(len(vertex), dtype=np.int64)
    degree = np.zeros(vertices, dtype=np.int64)
    knots = 0
    wrong = np.zeros(maps, dtype=np.bool_)
    for day in range(maps):
        for k in range(start[day], start[day + 1]):
            edge = changed[k]
            more = abs(count[edge] + delta[k]) - abs(count[edge])
            count[edge] += delta[k]
            for end in range(2):
                at = vertex[edge, end]
                knots -= degree[at] > 2
                degree[at] += more
                knots += degree[at] > 2
        wrong[day] = knots > 0
    return wrong


@numba.njit(cache=True)
def _misplaced(points, stops, expected):  # type: ignore[no-untyped-def]
    """Whether any ring's first vertex lies inside the wrong number of other rings (even-odd)."""
    for ring in range(len(expected)):
        x, y = points[stops[ring], 0], points[stops[ring], 1]
        inside = False
        for other in range(len(expected)):
            if other == ring:
                continue
            for i in range(stops[other], stops[other + 1] - 1):
                ax, ay, bx, by = points[i, 0], points[i, 1], points[i + 1, 0], points[i + 1, 1]
                if (ax <= x) != (bx <= x) and ay + (x - ax) * (by - ay) / (bx - ax) > y:
                    inside = not inside
        if inside != expected[ring]:
            return True
    return False
