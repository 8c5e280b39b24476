"""Which source a file or folder comes from, told by its name and first bytes; and what each kind becomes.

Nothing is guessed: a path given by name that fits no kind is an error, and files beside the evidence in a
folder are listed as passed over.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from contactline.core.errors import EvidenceError, UnknownNameError
from contactline.core.provenance import Provenance
from contactline.evidence import boundaries, economist, general_staff, geonames, kiel, loss_estimates
from contactline.evidence.records import DAILY_NAME, TAR_ENDINGS, UNIFIED_ENDINGS
from contactline.evidence.sources import SIDECAR

Tables = dict[str, tuple[pd.DataFrame, Provenance]]

CONTROL = "deepstate"
"""Control polygons: measuring them needs the front room, so the command does it."""


@dataclass(frozen=True)
class Kind:
    """One kind of evidence: its name, the stored table it becomes, and what the file is."""

    name: str
    table: str
    what: str


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(CONTROL, "areas/deepstate", "daily control polygons (folder, tar archive or unified GeoJSON)"),
        Kind("areas", "areas/isw", "The Economist, area_assessed_as_controlled_by_russia.csv"),
        Kind("fires", "fires", "The Economist, strikes_by_location_and_day.csv"),
        Kind("estimates", "losses/estimates", "The Economist, raw_estimates.csv"),
        Kind("uk_mod", "losses/uk_mod", "The Economist, uk_mod_monthly.csv"),
        Kind("personnel", "losses/general_staff", "General Staff, russia_losses_personnel.json"),
        Kind("equipment", "equipment", "General Staff, russia_losses_equipment.json"),
        Kind("boundaries", "boundaries", "regions with names, GeoJSON"),
        Kind("geonames", "places", "GeoNames, cities500.txt or cities500.zip"),
        Kind("kiel", "support", "Kiel Institute, Ukraine Support Tracker workbook (.xlsx)"),
    )
}

_BY_HEADER = {
    "area_assessed_as_russia_controlled": "areas",
    "war_fires_per_day": "fires",
    "estimate_type": "estimates",
    "casualties in month": "uk_mod",
}
_SNIFFED = 4096


@dataclass(frozen=True)
class Found:
    """One piece of evidence and its kind."""

    kind: str
    path: Path


def find_evidence(path: Path, kind: str | None = None) -> tuple[list[Found], list[Path]]:
    """The evidence at `path`, and the files in a folder that are none.

    kind : name of the kind, where the caller says it; otherwise told from the content.

    Raises UnknownNameError for a kind that is not known and EvidenceError for a path that does not exist or
    holds no evidence.
    """
    if kind is not None and kind not in KINDS:
        raise UnknownNameError("kind of evidence", kind, KINDS)
    if not path.exists():
        raise EvidenceError(f"{path}: there is no such file or folder; give a path to evidence.")
    if kind is not None:
        return [Found(kind, path)], []
    found, passed_over = _walk(path)
    if not found:
        kinds = "; ".join(f"{known.name}: {known.what}" for known in KINDS.values())
        raise EvidenceError(
            f"{path}: holds no evidence of a known kind; allowed are {kinds}. Or name it with --kind."
        )
    return found, passed_over


def read(found: Found, *, as_of: date | None = None) -> Tables:
    """The stored tables that one piece of evidence becomes (any kind but control polygons).

    as_of : leave out estimates of losses that were published later. Raises EvidenceError.
    """
    readers: Mapping[str, Callable[[Path], tuple[pd.DataFrame, Provenance]]] = {
        "areas": economist.read_isw_areas,
        "fires": economist.read_fires,
        "estimates": lambda path: loss_estimates.read_estimates(path, as_of=as_of),
        "uk_mod": loss_estimates.read_uk_mod,
        "personnel": general_staff.read_personnel,
        "equipment": general_staff.read_equipment,
        "boundaries": _boundaries,
        "geonames": geonames.read_settlements,
        "kiel": kiel.read_support_tracker,
    }
    return {KINDS[found.kind].table: readers[found.kind](found.path)}


def _boundaries(path: Path) -> tuple[pd.DataFrame, Provenance]:
    regions, _notes, provenance = boundaries.read_boundaries(path)
    return boundaries.regions_to_table(regions), provenance


def _walk(path: Path) -> tuple[list[Found], list[Path]]:
    if path.is_file():
        kind = _kind_of_file(path)
        return ([Found(kind, path)], []) if kind else ([], [path])
    children = sorted(path.iterdir())
    days = {child for child in children if DAILY_NAME.match(child.name)}
    found: list[Found] = [Found(CONTROL, path)] if days else []
    passed_over: list[Path] = []
    for child in children:
        if (
            child in days
            or child.name.startswith(".")
            or child.name.endswith((SIDECAR, ".partial", ".partial.json"))
        ):
            continue
        more, others = _walk(child)
        found += more
        passed_over += others
    return found, passed_over


def _kind_of_file(path: Path) -> str | None:
    name = path.name.lower()
    if (
        name.endswith(TAR_ENDINGS)
        or DAILY_NAME.match(path.name)
        or ("deepstate" in name and "geojson" in name)
    ):
        return CONTROL
    if name in ("cities500.txt", "cities500.zip"):
        return "geonames"
    if name.endswith(".xlsx"):
        return "kiel" if kiel.is_support_tracker(path) else None
    if name.endswith(".csv"):
        header = _head(path).split(b"\n", 1)[0].decode("utf-8", "replace").strip().split(",")
        return next((kind for column, kind in _BY_HEADER.items() if column in header), None)
    if name.endswith(".json"):
        head = _head(path)
        return "personnel" if b'"personnel"' in head else "equipment" if b'"tank"' in head else None
    if name.endswith(UNIFIED_ENDINGS):
        return _kind_of_geojson(path)
    return None


def _kind_of_geojson(path: Path) -> str | None:
    """Features with a date are control polygons, features with a region's name are boundaries. Names may
    stand behind long geometry, so the whole file is searched."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error):
        return None
    if re.search(rb'"properties"\s*:\s*\{[^{}]*"date"\s*:', data):
        return CONTROL
    names = b"|".join(key.encode() for key in boundaries.NAME_PROPERTIES)
    return "boundaries" if re.search(rb'"properties"\s*:\s*\{[^{}]*"(?:' + names + rb')"\s*:', data) else None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SNIFFED)
