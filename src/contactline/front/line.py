"""The line of contact: the boundary of the held ground inside the country, without coast and state border.

A control map draws its own coast and border, up to a kilometre and a half from the official ones. Boundary
edges count as line of contact where they run deeper inside the country than that, and face no coastal water.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod, Transformer

from contactline.case.tables import check_table
from contactline.core.errors import InputError
from contactline.core.progress import Tick, no_tick
from contactline.evidence.boundaries import Region
from contactline.evidence.deepstate import ControlArchive
from contactline.front.cells import as_indexes
from contactline.front.edges import EdgeHistory
from contactline.front.overlaps import as_shape, sound_history

BORDER_TOLERANCE_KM = 1.5
"""How far a map's own coast or border may run inside the official one and still be that: beyond 1.5 km only
7 of the 2,130 km that the DeepState map draws outside the official boundary are left (docs/front.md)."""

ZIGZAG = 0.936
"""Length of the line over length of the H3 cell borders that stand for it, resolution 7: median of the monthly
ratios on the DeepState archive from August 2024 to December 2025, which range from 0.90 to 0.98 (docs/front.md)."""

_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Ground:
    """Where a boundary of held ground is line of contact.

    interior : shapely polygon, plane metres: the country without coastal waters, shrunk by the tolerance
    waters   : shapely polygon, plane metres: bays within the official boundary that no side's ground reaches
    centre   : longitude and latitude, degrees, of the azimuthal plane
    """

    interior: shapely.Geometry
    waters: shapely.Geometry
    centre: tuple[float, float]

    def to_plane(self, lonlat: np.ndarray) -> np.ndarray:
        """Longitude, latitude in degrees → x, y in metres: ndarray[point, 2]."""
        return np.column_stack(_plane(self.centre).transform(lonlat[:, 0], lonlat[:, 1]))

    def to_degrees(self, xy: np.ndarray) -> np.ndarray:
        """x, y in metres → longitude, latitude in degrees: ndarray[point, 2]."""
        return np.column_stack(_plane(self.centre).transform(xy[:, 0], xy[:, 1], direction="INVERSE"))

    def inland(self, lonlat: np.ndarray) -> np.ndarray:
        """Points moved to the nearest place of the interior, if they lie outside it: ndarray[point, 2], degrees."""
        xy = self.to_plane(lonlat)
        shapely.prepare(self.interior)
        out = np.flatnonzero(~shapely.contains_xy(self.interior, xy))
        rings = shapely.get_rings(shapely.get_parts(self.interior))
        if not len(out) or not len(rings):
            return lonlat
        points, ring = shapely.get_coordinates(rings, return_index=True)
        ends = np.stack([points[:-1], points[1:]], axis=1)[ring[:-1] == ring[1:]]
        border = shapely.STRtree(shapely.linestrings(ends))
        moved = shapely.points(xy[out])
        nearest = border.geometries[border.query_nearest(moved, all_matches=False)[1]]
        arrived = lonlat.copy()
        arrived[out] = self.to_degrees(shapely.get_coordinates(shapely.shortest_line(moved, nearest))[1::2])
        return arrived


def contact_ground(
    archive: ControlArchive, regions: Mapping[str, Region], *, tolerance_km: float = BORDER_TOLERANCE_KM
) -> Ground:
    """The ground on which lines count, for all regions of a country together.

    Coastal waters are found, not listed: a part of the country that touches its outer boundary, is not held on
    the archive's first and last map, and is cut off from the defender's main ground on both. An official boundary
    runs across the mouth of a bay, a control map along its shore; without this a shore would count as front.
    """
    if not regions:
        raise InputError("line of contact: no regions were given; give all regions of the country.")
    degrees = shapely.union_all([as_shape(region.polygons) for region in regions.values()])
    west, south, east, north = degrees.bounds
    ground = Ground(shapely.Polygon(), shapely.Polygon(), ((west + east) / 2, (south + north) / 2))
    country = _valid(shapely.simplify(shapely.transform(degrees, ground.to_plane), 50.0))
    metres = 1000.0 * tolerance_km
    waters = shapely.intersection(*(_cut_off(country, _held(archive, n, ground), metres) for n in (0, -1)))
    interior = shapely.buffer(shapely.difference(country, waters), -metres, quad_segs=4)
    return Ground(interior, waters, ground.centre)


def measure_line(
    archive: ControlArchive, ground: Ground, *, series: str, tick: Tick = no_tick
) -> pd.DataFrame:
    """Length of the line of contact per calendar day, km along the WGS84 ellipsoid: table 'line'.

    Days without a map carry the day before, as in table 'areas', where they are flagged.
    """
    history, _ = sound_history([day.polygons for day in archive.days])
    tick(0.3)
    km = _length_km(history.lonlat) * _share_inside(history, ground)
    tick(0.9)
    present = np.abs(_standing_sums(history, km))
    days = pd.DatetimeIndex([day.day for day in archive.days])
    calendar = pd.date_range(days[0], days[-1])
    values = present[np.searchsorted(days, calendar, side="right") - 1]
    return check_table(
        "line", pd.DataFrame({"series": series, "date": calendar, "km": values}), "measured line"
    )


def edges_in_contact(history: EdgeHistory, ground: Ground) -> np.ndarray:
    """Which edges run, at least partly, over ground on which they are line of contact: ndarray[edge], bool."""
    return _share_inside(history, ground) > 0


def cell_line_length(holder: np.ndarray, cells: np.ndarray, *, zigzag: float = ZIGZAG) -> float:
    """Length of the line between cells of different holders, km, corrected for the zigzag of hexagons.

    holder : ndarray[cell], who holds each; cells : ndarray[cell] of H3 indexes (text or uint64), all one resolution.
    zigzag : line km per km of cell border; 1 gives the bare borders.
    """
    pairs, km = cell_borders(cells)
    held = np.asarray(holder)
    return float(km[held[pairs[:, 0]] != held[pairs[:, 1]]].sum() * zigzag)


def cell_borders(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Borders between neighbouring cells: ndarray[border, 2] of positions in `cells`, and ndarray[border], km."""
    return _borders(as_indexes(cells).tobytes())


@lru_cache(maxsize=8)
def _borders(cells: bytes) -> tuple[np.ndarray, np.ndarray]:
    indexes = np.frombuffer(cells, dtype=np.uint64)
    place = {cell: number for number, cell in enumerate(indexes.tolist())}
    pairs, km = [], []
    for cell, number in place.items():
        for edge in h3.origin_to_directed_edges(cell):
            other = place.get(int(h3.get_directed_edge_destination(edge)))
            if other is not None and other > number:
                pairs.append((number, other))
                km.append(h3.edge_length(edge, unit="km"))
    # In 24 bits, so that sums in 64 are exact: a line that is gone has no length of 1e-13 km left.
    return np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(km, dtype=np.float32).astype(np.float64)


def _cut_off(country: shapely.Geometry, held: shapely.Geometry, metres: float) -> shapely.Geometry:
    """Unheld parts of the country that reach its outer boundary, except the main one; grown up to the shore.

    The two coastlines leave strips along the shore that join everything; they are narrower than the tolerance.
    """
    free = shapely.get_parts(shapely.difference(country, held))
    open_ = shapely.union_all(free[shapely.intersects(free, shapely.boundary(country))])
    parts = shapely.get_parts(shapely.difference(open_, shapely.buffer(held, metres, quad_segs=4)))
    bays = parts[np.argsort(shapely.area(parts))][:-1]
    return shapely.intersection(shapely.union_all(shapely.buffer(bays, 1.5 * metres, quad_segs=4)), country)


def _held(archive: ControlArchive, number: int, ground: Ground) -> shapely.Geometry:
    return _valid(shapely.transform(as_shape(archive.days[number].polygons), ground.to_plane))


def _valid(shape: shapely.Geometry) -> shapely.Geometry:
    """The shape made valid, polygons only."""
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def _share_inside(history: EdgeHistory, ground: Ground) -> np.ndarray:
    """Which share of each edge runs over the ground's interior: ndarray[edge], 0 to 1."""
    lines = _as_lines(history, ground)
    shapely.prepare(ground.interior)
    share: np.ndarray = shapely.contains(ground.interior, lines).astype(float)
    partly = np.flatnonzero((share == 0) & shapely.intersects(ground.interior, lines))
    share[partly] = shapely.length(shapely.intersection(lines[partly], ground.interior)) / shapely.length(
        lines[partly]
    )
    return share


def _as_lines(history: EdgeHistory, ground: Ground) -> np.ndarray:
    found: np.ndarray = shapely.linestrings(ground.to_plane(history.lonlat.reshape(-1, 2)).reshape(-1, 2, 2))
    return found


def _length_km(lonlat: np.ndarray) -> np.ndarray:
    found: np.ndarray = _GEOD.inv(*lonlat.T)[2] / 1000.0
    return found


def _standing_sums(history: EdgeHistory, value: np.ndarray) -> np.ndarray:
    """Sum of `value` over the edges that stand in each map, whichever way they run: ndarray[map]."""
    count = np.zeros(len(value), dtype=np.int64)
    step = np.empty(len(history.changed))
    for k, (edge, delta) in enumerate(zip(history.changed, history.delta, strict=True)):
        step[k] = value[edge] * (int(count[edge] + delta != 0) - int(count[edge] != 0))
        count[edge] += delta
    found: np.ndarray = np.concatenate([[0.0], np.cumsum(step)])[history.start[1:]]
    return found


@lru_cache(maxsize=8)
def _plane(centre: tuple[float, float]) -> Transformer:
    return Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lon_0={centre[0]} +lat_0={centre[1]} +datum=WGS84", always_xy=True
    )
