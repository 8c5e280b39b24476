"""H3 cells and points: which cells regions have, their centres and areas, points in polygons, distances.

Points are compared with polygons in the same equal-area plane in which areas are measured, so a cell's holder
and the area table never disagree about a boundary.
"""

from __future__ import annotations

from collections.abc import Mapping

import h3.api.numpy_int as h3
import numba
import numpy as np
import pandas as pd
import scipy
import shapely

from contactline.evidence.boundaries import Region
from contactline.front.edges import EdgeHistory, edge_history, project
from contactline.front.overlaps import as_shape

EARTH_KM = 6371.0088
SAMPLE_KM = 0.5
"""Lines are sampled this densely to measure distances from them; the error is below 0.05 km from 1 km on."""


def inside(history: EdgeHistory, xy: np.ndarray) -> np.ndarray:
    """Which points lie in each map's polygons: bool ndarray[map, point], from plane metres ndarray[point, 2].

    By winding number; of a point exactly on an edge the southern or western neighbour decides.
    """
    order = np.argsort(xy[:, 0], kind="stable")
    x, y = np.ascontiguousarray(xy[order, 0]), np.ascontiguousarray(xy[order, 1])
    first = np.searchsorted(x, history.xy[:, 0], side="left")
    last = np.searchsorted(x, history.xy[:, 2], side="left")
    found = np.zeros((history.days, len(xy)), dtype=np.bool_)
    found[:, order] = _inside(x, y, history.xy, first, last, history.start, history.changed, history.delta)
    return found


def cells_of(regions: Mapping[str, Region], resolution: int) -> tuple[np.ndarray, np.ndarray]:
    """All H3 cells whose centre lies in a region: uint64 ndarray[cell], ascending, and region number ndarray[cell]."""
    shapes = [as_shape(region.polygons) for region in regions.values()]
    hull = shapely.convex_hull(shapely.union_all([shapely.convex_hull(shape) for shape in shapes]))
    corners = [(lat, lon) for lon, lat in shapely.get_coordinates(shapely.buffer(hull, 0.1))]
    cells = np.sort(np.asarray(h3.polygon_to_cells(h3.LatLngPoly(corners), resolution), dtype=np.uint64))
    history = edge_history([region.polygons for region in regions.values()])
    within = inside(history, project(centres_of(cells)))
    belongs = within.any(axis=0)
    return cells[belongs], within[:, belongs].argmax(axis=0)


def settlement_cells(settlements: pd.DataFrame, resolution: int) -> np.ndarray:
    """The H3 cell of a resolution (0 to 15) that each settlement lies in: uint64 ndarray[settlement]."""
    places = zip(settlements["latitude"], settlements["longitude"], strict=True)
    return np.array([h3.latlng_to_cell(lat, lon, resolution) for lat, lon in places], dtype=np.uint64)


def centres_of(cells: np.ndarray) -> np.ndarray:
    """Centres of H3 cells (text or uint64), degrees: ndarray[cell, 2] longitude, latitude."""
    latlng = np.array([h3.cell_to_latlng(cell) for cell in as_indexes(cells)]).reshape(-1, 2)
    return latlng[:, ::-1]


def cell_km2(cells: np.ndarray) -> np.ndarray:
    """Area of each cell on the WGS84 ellipsoid, km²: ndarray[cell]. (H3's own figure is on a sphere.)"""
    rings = [h3.cell_to_boundary(cell) for cell in as_indexes(cells)]
    stops = np.cumsum([0] + [len(ring) for ring in rings])
    xy = project(np.array([(lon, lat) for ring in rings for lat, lon in ring]).reshape(-1, 2))
    owner = np.repeat(np.arange(len(rings)), np.diff(stops))
    following = np.arange(1, len(xy) + 1)
    following[stops[1:] - 1] = stops[:-1]
    local = xy - xy[stops[:-1]][owner]
    cross = local[:, 0] * local[following, 1] - local[following, 0] * local[:, 1]
    return np.abs(np.bincount(owner, weights=cross, minlength=len(rings))) / 2e6


def as_text(cells: np.ndarray) -> np.ndarray:
    """H3 indexes as text: object ndarray[cell]."""
    return np.array([f"{int(cell):x}" for cell in cells], dtype=object)


def as_indexes(cells: np.ndarray) -> np.ndarray:
    """H3 indexes as uint64, from text or whole numbers: ndarray[cell]."""
    cells = np.asarray(cells)
    if cells.dtype.kind in "ui":
        return cells.astype(np.uint64)
    return np.array([int(cell, 16) for cell in cells], dtype=np.uint64)


def sampled(edges: np.ndarray) -> np.ndarray:
    """Points along edges (ndarray[edge, 4], degrees), at most SAMPLE_KM apart: ndarray[point, 2], degrees."""
    width = np.radians(edges[:, 2] - edges[:, 0]) * np.cos(np.radians(edges[:, 1]))
    length = EARTH_KM * np.hypot(width, np.radians(edges[:, 3] - edges[:, 1]))
    pieces = np.maximum(1, np.ceil(length / SAMPLE_KM).astype(int))
    edge = np.repeat(np.arange(len(edges)), pieces + 1)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces + 1) - pieces - 1, pieces + 1)
    share = (step / pieces[edge])[:, None]
    found: np.ndarray = edges[edge, :2] * (1 - share) + edges[edge, 2:] * share
    return found


def distance_km(lonlat: np.ndarray, targets: np.ndarray, *, within_km: float = np.inf) -> np.ndarray:
    """Great-circle distance from each point to the nearest target, km: ndarray[point]; inf beyond `within_km`."""
    if not len(targets):
        return np.full(len(lonlat), np.inf)
    reach = 1.001 * within_km / EARTH_KM  # a chord is never longer than its arc
    chord, _ = scipy.spatial.cKDTree(_on_sphere(targets)).query(
        _on_sphere(lonlat), distance_upper_bound=reach
    )
    away = 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1.0))
    return np.where(np.isfinite(chord), away, np.inf)


def _on_sphere(lonlat: np.ndarray) -> np.ndarray:
    lon, lat = np.radians(lonlat).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


@numba.njit(cache=True)
def _inside(x, y, edges, first, last, start, changed, delta):  # type: ignore[no-untyped-def]
    """Winding numbers of points sorted by x, map by map; each changed edge visits the points north of it."""
    maps = len(start) - 1
    found = np.zeros((maps, len(x)), dtype=np.bool_)
    winding = np.zeros(len(x), dtype=np.int64)
    for day in range(maps):
        for k in range(start[day], start[day + 1]):
            edge = changed[k]
            x1, y1, x2, y2 = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
            for i in range(first[edge], last[edge]):
                if y1 + (x[i] - x1) * (y2 - y1) / (x2 - x1) < y[i]:
                    winding[i] += delta[k]
        for i in range(len(x)):
            found[day, i] = winding[i] != 0
    return found
