"""Daily control polygons in the DeepState archive's format: a folder, a tar archive or one unified file.

Every record is checked (schema, CRS, rings, swapped or projected coordinates, truncation) and a broken one
stops the reading with its name; missing and repeated days are reported, never filled or hidden.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from contactline.core.errors import EvidenceError
from contactline.core.progress import Tick, no_tick
from contactline.core.provenance import Provenance
from contactline.evidence.geojson import Bounds, Polygons
from contactline.evidence.records import control_records
from contactline.evidence.sources import provenance_of

MAP_BOUNDS = (20.0, 43.0, 42.0, 54.0)
"""West, south, east, north, degrees: a generous box around the territory that the DeepState map draws."""


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
    bounds: Bounds | None = MAP_BOUNDS,
    tick: Tick = no_tick,
) -> ControlArchive:
    """Read a folder of `deepstatemap_data_YYYYMMDD.geojson`, a tar archive of such files (also .gz, .xz,
    .bz2; streamed, never unpacked to disk) or a unified `.geojson[.gz]` whose features carry a `date`.

    bounds : (west, south, east, north), degrees; a record that lies outside is refused, which catches
    swapped coordinates. None checks only that values are degrees.

    Raises EvidenceError that names file and record for anything broken, truncated, empty or projected.
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
    return ControlArchive(
        days=ordered,
        missing=_missing(days),
        duplicates=tuple(sorted(duplicates)),
        provenance=provenance_of(path, "deepstate"),
    )


def _missing(days: Iterable[date]) -> tuple[date, ...]:
    present = set(days)
    first, last = min(present), max(present)
    calendar = (first + timedelta(days=offset) for offset in range((last - first).days))
    return tuple(day for day in calendar if day not in present)
