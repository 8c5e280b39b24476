"""Builds a case's embedded evidence from the raw archives: read, measure, check, write, the same bytes every time.

What is written is measured by us or cut from openly licensed tables; the archives themselves are never copied.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from contactline.case.load import EVIDENCE, PROVENANCE, LoadedCase
from contactline.case.schema import Case
from contactline.case.tables import TABLES, check_table
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.files import atomic_path, write_text
from contactline.core.folders import check_folder, replaced_folder
from contactline.core.progress import Tick, no_tick
from contactline.core.provenance import Provenance
from contactline.evidence.boundaries import Region, read_boundaries
from contactline.evidence.deepstate import ControlArchive, read_control_archive
from contactline.evidence.economist import read_fires, read_isw_areas
from contactline.evidence.general_staff import read_personnel
from contactline.evidence.geojson import Bounds, extent_of
from contactline.evidence.geonames import read_settlements
from contactline.evidence.inputs import unpack_limit
from contactline.evidence.kinds import KINDS, look_through
from contactline.evidence.loss_estimates import join_losses, read_estimates, read_uk_mod
from contactline.evidence.recognise import CONTROL
from contactline.front.areas import measure_areas, total_area
from contactline.front.control_history import Marks, control_history
from contactline.front.line import contact_ground, measure_line
from contactline.front.outlines import simplified_outlines
from contactline.front.settlements import measure_settlements
from contactline.topics.fighting.schema import CELLS
from contactline.topics.front.schema import CHANGES, OUTLINES, SETTLEMENTS

__all__ = ["build_evidence", "find_archives", "unpack_limit"]

MEASURED = ("areas", "regions", "line", "cells", "changes", "settlements", "losses", "fires", "outlines")
COMMAND = "case build"
ROOM = 50_000_000
"""Bytes that the tables of a build may take on disk; those of the reference case take a tenth of it."""

DECIMALS = 6
"""Decimals kept of km² and km: one square metre, far below what any map knows, and stable across processors."""


@dataclass(frozen=True)
class Archives:
    """Where the raw files lie in a folder of archives."""

    control: Path
    boundaries: Path
    areas: Path
    fires: Path
    estimates: Path
    uk_mod: Path
    personnel: Path
    settlements: Path | None


ROLES = {
    "control": CONTROL,
    "boundaries": "boundaries",
    "areas": "areas",
    "fires": "fires",
    "estimates": "estimates",
    "uk_mod": "uk_mod",
    "personnel": "personnel",
}
"""What a build needs → the kind of evidence it is."""


def find_archives(folder: Path) -> Archives:
    """The files that a build needs, in `folder` and below, told by their content, whatever they are called.

    Raises InputError that names what lacks, with the files that were passed over, or what is there twice.
    """
    if not folder.is_dir():
        raise InputError(f"--from {folder}: no such folder. Give the folder that holds the raw archives.")
    pieces, passed_over = look_through(folder)
    found: dict[str, Path] = {}
    for role, kind in ROLES.items():
        hits = [piece.path for piece in pieces if piece.kind == kind]
        if len(hits) > 1:
            raise InputError(
                f"--from {folder}: holds several files for {role}: {', '.join(map(str, hits))}. Leave one there."
            )
        if not hits:
            over = "; ".join(f"{one.path.name}: {one.why}" for one in passed_over[:5])
            raise InputError(
                f"--from {folder}: found nothing of the kind {kind} ({KINDS[kind].what}); the build needs it for "
                f"{role}." + (f" Passed over: {over}." if over else "")
            )
        found[role] = hits[0]
    dumps = [piece.path for piece in pieces if piece.kind == "geonames"]
    return Archives(**found, settlements=dumps[0] if dumps else None)


def places_of(case: Case) -> Bounds | None:
    """West, south, east, north of the case's towns, degrees; None where it names none."""
    towns = [objective for objective in case.objectives if objective.kind == "settlement"]
    if not towns:
        return None
    longitudes = [float(town.longitude or 0.0) for town in towns]
    latitudes = [float(town.latitude or 0.0) for town in towns]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def build_evidence(
    loaded: LoadedCase,
    folder: Path,
    out: Path | None = None,
    stage: Callable[[str], Tick] = lambda _: no_tick,
) -> dict[str, int]:
    """Measure every evidence table of a case from the archives in `folder`; returns table → number of rows.

    Writes to `out`, by default the case's own evidence folder, which is replaced as a whole once all tables were
    measured; tables that a build does not measure stay.
    Raises EvidenceError or InputError for anything missing or broken in the archives, and for a folder that cannot be
    written or that no build wrote, before anything is measured.
    """
    case, paths = loaded.case, find_archives(folder)
    target, option = (loaded.folder / EVIDENCE, "evidence") if out is None else (out, "--out")
    check_folder(target, option, ours_of_build, ROOM)
    _check_no_csv(target)
    known, _notes, from_boundaries = read_boundaries(paths.boundaries, bounds=places_of(case))
    bounds = extent_of(region.polygons for region in known.values())
    control_maps = read_control_archive(paths.control, bounds=bounds, tick=stage("read control maps"))
    archive = until(control_maps, case.as_of)
    regions = regions_of(case, known)
    series = case.headline_series.id
    measured = archive.provenance
    tables: dict[str, tuple[pd.DataFrame, tuple[Provenance, ...]]] = {}

    isw, from_isw = read_isw_areas(paths.areas)
    control = measure_areas(archive, regions, series=series, tick=stage("measure areas"))
    tables["areas"] = (pd.concat([control, isw], ignore_index=True), (measured, from_boundaries, from_isw))
    tables["regions"] = (total_area(regions), (from_boundaries,))
    ground = contact_ground(archive, regions)
    line = measure_line(archive, ground, series=series, tick=stage("measure the line"))
    tables["line"] = (line, (measured, from_boundaries))
    towns, from_towns = read_settlements(paths.settlements)
    focus = {region.id: regions[region.id] for region in case.regions if region.focus}
    cells, changes = control_history(
        archive, focus, ground, case.theatre, Marks(case.objectives, case.belts, towns),
        tick=stage("measure control of cells"),
    )  # fmt: skip
    tables[CELLS] = (cells, (measured, from_boundaries, from_towns))
    tables[CHANGES] = (changes, (measured,))
    settled = measure_settlements(towns, archive, focus, ground, case.theatre.resolution)
    tables[SETTLEMENTS] = (settled, (from_towns, measured))
    personnel, from_personnel = read_personnel(paths.personnel)
    estimates, from_estimates = read_estimates(paths.estimates, as_of=case.as_of)
    uk_mod, from_uk_mod = read_uk_mod(paths.uk_mod)
    losses = join_losses(personnel, estimates, uk_mod)
    tables["losses"] = (losses, (from_personnel, from_estimates, from_uk_mod))
    fires, from_fires = read_fires(paths.fires)
    tables["fires"] = (fires, (from_fires,))
    tables[OUTLINES] = (simplified_outlines(regions), (from_boundaries,))

    checked = {name: check_table(name, _cut(frame, case.as_of), name) for name, (frame, _) in tables.items()}
    origins = {name: joined(sources).as_dict() for name, (_, sources) in tables.items()}
    kept = {name: entry for name, entry in _provenance(target).items() if name not in tables}
    with replaced_folder(target, option, COMMAND, ours_of_build, record=False) as staged:
        for name, frame in checked.items():
            write_table(frame, staged / f"{name}.parquet")
        text = json.dumps(kept | origins, indent=1, sort_keys=True, ensure_ascii=False)
        write_text(staged / PROVENANCE, text + "\n")
    return {name: len(frame) for name, frame in checked.items()}


def ours_of_build(folder: Path) -> dict[str, str] | None:
    """Which files of an evidence folder a build may replace: the tables it measures and their provenance; None where
    no provenance of a case's evidence lies there."""
    if not _provenance(folder):
        return None
    return dict.fromkeys([PROVENANCE, *(f"{name}.parquet" for name in MEASURED)], COMMAND)


def _provenance(folder: Path) -> dict[str, Any]:
    """Table → entry of the folder's provenance.json; empty without one that can be read."""
    try:
        found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    known = isinstance(found, dict) and all(isinstance(entry, dict) for entry in found.values())
    return {name: entry for name, entry in found.items() if name in TABLES} if known else {}


def _check_no_csv(folder: Path) -> None:
    """Raise InputError where a table that is about to be written would lie there twice, as CSV and as Parquet."""
    for name in MEASURED:
        if (folder / f"{name}.csv").exists():
            raise InputError(
                f"{folder / f'{name}.csv'}: a case holds each table once, and the build writes {name}.parquet. "
                "Move the CSV tables away, or give another folder with --out."
            )


def regions_of(case: Case, known: Mapping[str, Region]) -> dict[str, Region]:
    """The case's regions by id, from boundaries keyed by their official names. Raises UnknownNameError."""
    for region in case.regions:
        if region.source_name not in known:
            raise UnknownNameError(f"boundary of region {region.id!r}", region.source_name, known)
    return {region.id: known[region.source_name] for region in case.regions}


def until(archive: ControlArchive, as_of: date) -> ControlArchive:
    """The archive without days after `as_of`."""
    days = tuple(day for day in archive.days if day.day <= as_of)
    if not days or days[-1].day < as_of:
        last = archive.days[-1].day
        raise InputError(
            f"control maps end on {last}, before as_of {as_of}: an as-of date after the data. "
            "Fetch newer maps or move as_of in case.yaml."
        )
    return ControlArchive(
        days,
        tuple(day for day in archive.missing if day <= as_of),
        tuple(day for day in archive.duplicates if day <= as_of),
        archive.provenance,
    )


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """One Parquet file, the same bytes for the same table: no index, no pandas metadata, fixed compression."""
    rounded = frame.copy()
    for name in ("km2", "km"):
        if name in rounded.columns:
            rounded[name] = rounded[name].round(DECIMALS)
    for column in rounded.select_dtypes("datetime").columns:
        rounded[column] = rounded[column].dt.date
    table = pa.Table.from_pandas(rounded, preserve_index=False).replace_schema_metadata(None)
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", compression_level=19, use_dictionary=True)


def joined(sources: tuple[Provenance, ...]) -> Provenance:
    """One provenance for a table made from several sources; digests in the same order."""
    distinct = list(dict.fromkeys(sources))

    def text(name: str) -> str:
        return "; ".join(dict.fromkeys(value for source in distinct if (value := getattr(source, name))))

    return Provenance(*(text(name) for name in ("source", "url", "licence", "retrieved", "sha256", "note")))


def _cut(frame: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Rows up to the as-of date."""
    if "date" not in frame.columns:
        return frame
    return frame[frame["date"] <= pd.Timestamp(as_of)].reset_index(drop=True)
