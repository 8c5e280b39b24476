"""Area held per region and day: exact areas of control ∩ region, computed from the edges that changed.

For a polygon P with edges e and a region O, area(P ∩ O) = Σ_e ±∫ G_O(x, y_e(x)) dx over the edge's span, where
G_O(x, y) is how much of region O lies north of the point (x, y): Green's theorem with a one-sided kernel.
The sum is additive over edges and needs no intersection points, so an edge is clipped once in its life.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numba
import numpy as np
import pandas as pd
import shapely

from contactline.case.tables import check_table
from contactline.core.dates import DAYS_PER_WEEK
from contactline.core.errors import EvidenceError, InputError
from contactline.core.progress import Tick, no_tick
from contactline.evidence.boundaries import Region
from contactline.evidence.deepstate import ControlArchive
from contactline.front.edges import EdgeHistory, Polygons, edge_history, project
from contactline.front.overlaps import as_shape, sound_history, united

TOTAL = "total"
"""Region id of the sum over all given regions."""

COLUMN_METRES = 1024.0
"""Width of the index columns; a power of two, so that column borders are exact."""
QUANTUM = 2.0**-20
"""Square metres. Contributions of edges are rounded to this once and added as integers, so sums are exact:
a day measured from its changes equals the day measured from scratch, bit for bit."""

JUMP_FLOOR_KM2 = 100.0
JUMP_WINDOW_DAYS = 91
JUMP_AFTER_DAYS = 56


@dataclass(frozen=True)
class RegionIndex:
    """Region edges sorted into columns of equal width in x, for clipping.

    names  : region ids, in order
    origin : metres, subtracted from all coordinates
    edges  : ndarray[edge, 4], metres from origin: x1, y1, x2, y2 with x1 < x2
    sign   : ndarray[edge], +1 if the region lies south of the edge, −1 if north
    west   : number of the first column; column c spans x from c × COLUMN_METRES
    top    : ndarray[column, region], metres, the northernmost y of the region's edges in the column
    start  : ndarray[column × region + 1]; from start[c·regions + r] on, `entry` lists the edges of r in c
    """

    names: tuple[str, ...]
    origin: tuple[float, float]
    edges: np.ndarray
    sign: np.ndarray
    west: int
    top: np.ndarray
    start: np.ndarray
    entry: np.ndarray


def measure_areas(
    archive: ControlArchive, regions: Mapping[str, Region], *, series: str, tick: Tick = no_tick
) -> pd.DataFrame:
    """Area held by the challenger per day and region, km²: table 'areas', with `total` the sum over `regions`.

    Every calendar day from the archive's first to its last has a row. A day without a map carries the day
    before and is flagged `missing`; other flags are `duplicate` (two maps, the last counts), `overlap` (the
    map's polygons overlap or cross themselves and were united first) and `jump` (see `flag_jumps`). Nothing is
    smoothed. Raises EvidenceError if a region's boundary is not a valid polygon.

    Method: DESIGN, "Front areas"; equal to GEOS within 1e-9 (tests/front/test_front_areas.py).
    """
    history, united = sound_history([day.polygons for day in archive.days])
    tick(0.4)
    index = index_regions(regions)
    tick(0.7)
    km2 = areas_of(history, index)
    tick(0.8)
    overlapping = [archive.days[number].day for number in united]
    return _table([day.day for day in archive.days], km2, index.names, archive, overlapping, series)


def areas_of(history: EdgeHistory, index: RegionIndex) -> np.ndarray:
    """Area held per map and region: ndarray[map, region], km²."""
    return km2_of(history.cumulate(clip_edges(history.xy, index)))


def areas_after(before: Polygons, held: np.ndarray, after: Polygons, index: RegionIndex) -> np.ndarray:
    """Areas of the map `after` from those of the map `before`, clipping only what changed.

    held : int64 ndarray[region], quanta (`km2_of` turns them into km²), areas of `before`; zeros if `before` is ().
    Returns the areas of `after` in the same form, the same bits as from scratch.
    """
    history = edge_history([before, after])
    news = slice(history.start[1], history.start[2])
    step = clip_edges(history.xy[history.changed[news]], index) * history.delta[news, None]
    found: np.ndarray = held + step.sum(axis=0)
    return found


def km2_of(quanta: np.ndarray) -> np.ndarray:
    """Integer sums of `clip_edges` in km² : same shape; less than a square metre either way is rounding and counts as
    none."""
    km2 = quanta * (QUANTUM / 1e6)
    return np.where(np.abs(km2) < 1e-6, 0.0, km2)


def clip_edges(xy: np.ndarray, index: RegionIndex) -> np.ndarray:
    """Contribution of each edge, run from its first to its second end with the held ground on the left.

    xy : ndarray[edge, 4], metres, equal-area. Returns int64 ndarray[edge, region], units of QUANTUM m².
    """
    local = np.ascontiguousarray(xy - np.array(index.origin * 2))
    found: np.ndarray = _clip(local, index.edges, index.sign, index.west, index.top, index.start, index.entry)
    return found


def index_regions(regions: Mapping[str, Region]) -> RegionIndex:
    """Region boundaries made ready for clipping. Raises EvidenceError for an invalid boundary, InputError for none."""
    if not regions:
        raise InputError("areas: no regions were given; give at least one region with its boundary.")
    names = tuple(regions)
    _check_valid(regions)
    history = edge_history([regions[name].polygons for name in names])
    # Each "map" of this history is one region; its edges with their counts are the region's boundary.
    parts = [(history.counts(number), number) for number in range(len(names))]
    xy = np.concatenate([history.xy[count != 0] for count, _ in parts])
    sign = -np.concatenate([count[count != 0] for count, _ in parts])
    owner = np.concatenate([np.full(np.count_nonzero(count), number) for count, number in parts])
    origin = (float(np.round(xy[:, [0, 2]].mean())), float(np.round(xy[:, [1, 3]].mean())))
    local = xy - np.array(origin * 2)
    # The order of ends was taken in degrees; x grows with longitude, so it holds in metres too.
    upright = local[:, 0] == local[:, 2]
    local, sign, owner = local[~upright], sign[~upright], owner[~upright]
    west = int(local[:, 0].min() // COLUMN_METRES)
    columns = int(local[:, 2].max() // COLUMN_METRES) - west + 1
    start, entry, top = _columns(local, owner, west, columns, len(names))
    return RegionIndex(names, origin, local, sign.astype(np.float64), west, top, start, entry)


def total_area(regions: Mapping[str, Region]) -> pd.DataFrame:
    """Size of each region within its boundary, km²: table 'regions'."""
    sizes = [sum(map(_polygon_km2, region.polygons)) for region in regions.values()]
    return check_table("regions", pd.DataFrame({"region": list(regions), "km2": sizes}), "measured regions")


def held_outside(archive: ControlArchive, areas: pd.DataFrame) -> tuple[date, float, float]:
    """The archive's last day, the area its map holds then, and how much of it lies outside all regions; km².

    areas : what `measure_areas` gave for the archive. Regions that overlap count their common ground twice in
    `total`; what lies outside is then that much less, never below 0.
    """
    last = archive.days[-1]
    polygons = last.polygons if as_shape(last.polygons).is_valid else united(last.polygons)
    held = sum(_polygon_km2(polygon) for polygon in polygons)
    inside = areas.loc[(areas["region"] == TOTAL) & (areas["date"] == pd.Timestamp(last.day)), "km2"].iloc[0]
    return last.day, held, max(0.0, held - float(inside))


def flag_jumps(days: Sequence[date], km2: np.ndarray) -> np.ndarray:
    """Which records step further at once than the front moved in any week of the quarter before: ndarray[record], bool.

    A record is a jump if its change since the record before exceeds 100 km² and every absolute seven-day change
    of the 91 days before it; the first eight weeks have nothing to be compared with and are never jumps. The
    rule looks only back, so a flag does not change as the record grows. It marks; it corrects nothing.
    """
    day = np.array(days, dtype="datetime64[D]").astype(np.int64)
    step = np.abs(np.diff(km2, prepend=km2[:1]))
    week_before = np.searchsorted(day, day - DAYS_PER_WEEK, side="right") - 1
    weekly = np.where(week_before >= 0, np.abs(km2 - km2[np.maximum(week_before, 0)]), 0.0)
    jumps: np.ndarray = (step > JUMP_FLOOR_KM2) & (day - day[0] >= JUMP_AFTER_DAYS)
    for i in np.flatnonzero(jumps):
        jumps[i] = step[i] > weekly[(day >= day[i] - JUMP_WINDOW_DAYS) & (day < day[i])].max()
    return jumps


def _table(
    days: Sequence[date],
    km2: np.ndarray,
    names: Sequence[str],
    archive: ControlArchive,
    overlapping: Sequence[date],
    series: str,
) -> pd.DataFrame:
    """The measured days laid on the calendar: table 'areas'."""
    values = np.column_stack([km2, km2.sum(axis=1)])
    calendar = [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]
    last = np.searchsorted(
        np.array(days, dtype="datetime64[D]"), np.array(calendar, dtype="datetime64[D]"), "right"
    )
    flag_of = {day: "jump" for day, jump in zip(days, flag_jumps(days, values[:, -1]), strict=True) if jump}
    flag_of |= dict.fromkeys(archive.duplicates, "duplicate")
    flag_of |= dict.fromkeys(overlapping, "overlap")
    flag_of |= dict.fromkeys(set(calendar) - set(days), "missing")
    columns = len(names) + 1
    table = pd.DataFrame(
        {
            "series": series,
            "date": np.repeat(np.array(calendar, dtype="datetime64[ns]"), columns),
            "region": np.tile(np.array([*names, TOTAL], dtype=object), len(calendar)),
            "km2": values[last - 1].ravel(),
            "flag": np.repeat(np.array([flag_of.get(day, "") for day in calendar], dtype=object), columns),
        }
    )
    return check_table("areas", table, "measured areas")


def _polygon_km2(polygon: Sequence[np.ndarray]) -> float:
    shell, *holes = polygon
    return _ring_km2(shell) - sum(map(_ring_km2, holes))


def _ring_km2(ring: np.ndarray) -> float:
    xy = project(ring) - project(ring[:1])
    return float(abs(np.sum(xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1])) / 2e6)


def _check_valid(regions: Mapping[str, Region]) -> None:
    for name, region in regions.items():
        shape = as_shape(region.polygons)
        if not shape.is_valid:
            raise EvidenceError(
                f"boundary of region {name!r} ({region.name}): {shapely.is_valid_reason(shape)}; allowed is a valid "
                "polygon. Repair the boundary file (shapely.make_valid) before measuring."
            )


@numba.njit(cache=True)
def _columns(edges, owner, west, columns, regions):  # type: ignore[no-untyped-def]
    """List every edge in each column it spans, grouped by region; and the northernmost y per column, region."""
    top = np.full((columns, regions), -np.inf)
    start = np.zeros(columns * regions + 1, dtype=np.int64)
    for i in range(len(edges)):
        for column in range(
            int(edges[i, 0] // COLUMN_METRES) - west, int(edges[i, 2] // COLUMN_METRES) - west + 1
        ):
            start[column * regions + owner[i] + 1] += 1
            top[column, owner[i]] = max(top[column, owner[i]], edges[i, 1], edges[i, 3])
    start = np.cumsum(start)
    place = start[:-1].copy()
    entry = np.empty(start[-1], dtype=np.int64)
    for i in range(len(edges)):
        for column in range(
            int(edges[i, 0] // COLUMN_METRES) - west, int(edges[i, 2] // COLUMN_METRES) - west + 1
        ):
            group = column * regions + owner[i]
            entry[place[group]] = i
            place[group] += 1
    return start, entry, top


@numba.njit(cache=True)
def _clip(xy, edges, sign, west, top, start, entry):  # type: ignore[no-untyped-def]
    """Per edge and region: ∫ of the region's height above the edge, column by column, in integer quanta.

    Over a stretch where both are straight, the height of region edge f above edge e is linear, and only its
    positive part counts: a trapezoid, a triangle, or nothing. A region wholly south adds exactly 0.
    """
    columns, regions = top.shape
    areas = np.zeros((len(xy), regions), dtype=np.int64)
    sums = np.zeros(regions)
    for i in range(len(xy)):
        x1, y1, x2, y2 = xy[i, 0], xy[i, 1], xy[i, 2], xy[i, 3]
        if not x1 < x2:
            continue
        slope = (y2 - y1) / (x2 - x1)
        low = min(y1, y2)
        sums[:] = 0.0
        first = max(int(x1 // COLUMN_METRES) - west, 0)
        last = min(int(x2 // COLUMN_METRES) - west, columns - 1)
        for column in range(first, last + 1):
            begin = max(x1, (west + column) * COLUMN_METRES)
            end = min(x2, (west + column + 1) * COLUMN_METRES)
            for region in range(regions):
                if top[column, region] <= low:
                    continue
                group = column * regions + region
                for k in range(start[group], start[group + 1]):
                    f = entry[k]
                    u, v = edges[f, 0], edges[f, 2]
                    a, b = max(begin, u), min(end, v)
                    if a >= b:
                        continue
                    tilt = (edges[f, 3] - edges[f, 1]) / (v - u)
                    above_a = (edges[f, 1] + (a - u) * tilt) - (y1 + (a - x1) * slope)
                    above_b = (edges[f, 1] + (b - u) * tilt) - (y1 + (b - x1) * slope)
                    if above_a >= 0.0 and above_b >= 0.0:
                        sums[region] += sign[f] * 0.5 * (above_a + above_b) * (b - a)
                    elif above_a > 0.0:
                        sums[region] += sign[f] * 0.5 * above_a * (above_a / (above_a - above_b)) * (b - a)
                    elif above_b > 0.0:
                        sums[region] += sign[f] * 0.5 * above_b * (above_b / (above_b - above_a)) * (b - a)
        for region in range(regions):
            areas[i, region] = np.int64(np.rint(sums[region] / QUANTUM))
    return areas
