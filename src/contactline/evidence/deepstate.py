"""Daily control polygons in the DeepState archive's format: a folder, a tar archive or one unified file.

Every record is checked (schema, CRS, rings, swapped or projected coordinates, truncation) and a broken one
stops the reading with its name; missing and repeated days are reported, never filled or hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from contactline.core.errors import EvidenceError
from contactline.core.progress import Tick, no_tick
from contactline.core.provenance import Provenance
from contactline.evidence.days import check_silences
from contactline.evidence.geojson import Bounds, Polygons, extent_of
from contactline.evidence.records import DAILY_NAME, control_records
from contactline.evidence.sources import provenance_of

ORIGIN = "deepstate"
UNIFIED_NAMES = ("deepstate-map-data.geojson", "deepstate-map-data.geojson.gz")
DRAWN = (20.0, 43.0, 42.0, 54.0)
"""West, south, east, north, degrees: a generous box around the territory that the DeepState map draws. With the
archive's own file names it tells that map from others in the same format; it refuses nothing."""


@dataclass(frozen=True)
class ControlDay:
    """What the challenger held on one day.

    polygons : polygon → rings (the first is the outer one) → float64 ndarray[vertex, 2], lon and lat in
    degrees (WGS84), closed (first vertex == last). Rings that did not change from one record to the next
    are the same array object, so `is` tells quickly that nothing moved. Arrays are read-only.
    source : the file or record it came from.
    """

    day: date
    polygons: Polygons
    source: str


@dataclass(frozen=True)
class ControlArchive:
    """All days of one archive, ascending, one for each calendar day present in it.

    missing : calendar days between first and last without a record.
    duplicates : days with more than one record; the last one in the source is kept.
    """

    days: tuple[ControlDay, ...]
    missing: tuple[date, ...]
    duplicates: tuple[date, ...]
    provenance: Provenance


def read_control_archive(
    path: Path,
    *,
    bounds: Bounds | None = None,
    tick: Tick = no_tick,
) -> ControlArchive:
    """Read a folder of `deepstatemap_data_YYYYMMDD.geojson`, a tar archive of such files (also .gz, .xz,
    .bz2; streamed, never unpacked to disk) or a unified `.geojson[.gz]` whose features carry a `date`.

    bounds : where the regions lie, see `extent_of`; a record far outside is refused, and one that would lie inside
    with latitude and longitude swapped. None checks only that values are degrees.

    The provenance names DeepState only if every file has the archive's own name and lies where that map draws, or
    if `data fetch` brought the file; otherwise the origin is unknown.

    Raises EvidenceError that names file and record for anything broken, truncated, empty or projected, for a day
    that cannot be, and for a pause of years between two days.
    """
    path = Path(path)
    days: dict[date, ControlDay] = {}
    duplicates: set[date] = set()
    for day, polygons, source in control_records(path, bounds, tick):
        if day in days:
            duplicates.add(day)
        days[day] = ControlDay(day, polygons, source)
    if not days:
        raise EvidenceError(f"{path}: holds no control polygons; give an archive with at least one day.")
    ordered = tuple(days[day] for day in sorted(days))
    check_silences((record.day, record.source) for record in ordered)
    return ControlArchive(
        days=ordered,
        missing=_missing(days),
        duplicates=tuple(sorted(duplicates)),
        provenance=provenance_of(path, _origin(path, ordered)),
    )


def _origin(path: Path, days: Iterable[ControlDay]) -> str | None:
    """DeepState's source id if file names and place say so, else None."""
    if path.name not in UNIFIED_NAMES and not all(
        DAILY_NAME.match(re.split(r"[/:]", day.source)[-1]) for day in days
    ):
        return None
    west, south, east, north = DRAWN
    low_x, low_y, high_x, high_y = extent_of(day.polygons for day in days)
    return ORIGIN if west <= low_x and high_x <= east and south <= low_y and high_y <= north else None


def _missing(days: Iterable[date]) -> tuple[date, ...]:
    present = set(days)
    first, last = min(present), max(present)
    calendar = (first + timedelta(days=offset) for offset in range((last - first).days))
    return tuple(day for day in calendar if day not in present)
