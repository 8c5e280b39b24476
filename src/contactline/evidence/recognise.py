"""Which kind of evidence a file is, told by several features of it, or why that cannot be told.

One key is never enough: a file of corrections holds the key of the counts it corrects, and a control map may name
its ground as a file of boundaries does. Where features are few or speak against each other the answer is "unsure",
and the reason is for the user, who can name the kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contactline.core.errors import EvidenceError, printable
from contactline.core.strict_json import parse_json
from contactline.evidence import boundaries, economist, general_staff, kiel, kiel_csv, loss_estimates
from contactline.evidence.csvfiles import header_of
from contactline.evidence.geojson import features_of
from contactline.evidence.inputs import read_input
from contactline.evidence.oblasts import ID_OF_OFFICIAL_NAME
from contactline.evidence.records import (
    DAILY_NAME,
    TAR_ENDINGS,
    UNIFIED_ENDINGS,
    holds_daily_files,
    parse_archive_day,
)
from contactline.evidence.rings import coordinate_spans

CONTROL = "deepstate"

CSV_COLUMNS: dict[str, tuple[str, ...]] = {
    "areas": economist.AREA_COLUMNS,
    "fires": economist.FIRES_COLUMNS,
    "estimates": loss_estimates.ESTIMATE_COLUMNS,
    "uk_mod": loss_estimates.UK_MOD_COLUMNS,
    "kiel": kiel_csv.DONOR_COLUMNS,
    "kiel_totals": kiel_csv.TOTAL_COLUMNS,
    "kiel_procurement": kiel_csv.PROCUREMENT_COLUMNS,
}
"""Kind → columns that all stand in its file."""

ORDINARY = {"date", "year", "month", "country", "source", "total"}
"""Columns of any table; they tell nothing."""

OF_TIME = re.compile(
    r"(^|_|\b)(date|day|time|timestamp|start|end|begin|from|to|until|valid\w*)($|_|\b)", re.I
)
"""Properties of a map that stands for a time, as boundaries do not."""

OF_REGIONS = re.compile(r"bound|border|admin|adm\d|region|oblast|province|district|gadm|natural.?earth", re.I)
"""Names of files that say that they hold regions."""

LEAST_CATEGORIES = 3


@dataclass(frozen=True)
class Told:
    """The kind of a file, or None and why it cannot be told; `broken` where it could not even be read."""

    kind: str | None
    why: str = ""
    broken: bool = False


def kind_of(path: Path) -> Told:
    """The kind of one file. A file that names itself as evidence and is broken is of its kind: its reader words
    what is wrong."""
    name = path.name.lower()
    try:
        if name.endswith(TAR_ENDINGS):
            return _tar(path)
        if DAILY_NAME.match(path.name):
            return Told(CONTROL)
        if name in ("cities500.txt", "cities500.zip"):
            return Told("geonames")
        if name.endswith(".xlsx"):
            return Told("kiel") if kiel.is_support_tracker(path) else Told(None, kiel.WHY_NOT)
        if name.endswith(".csv"):
            return _csv(header_of(path))
        if name.endswith(UNIFIED_ENDINGS):
            return _json(path, read_input(path))
    except EvidenceError as error:
        return Told(None, _said(path, str(error)), broken=True)
    return Told(None, "not a kind of file that evidence comes in")


def _tar(path: Path) -> Told:
    if holds_daily_files(path):
        return Told(CONTROL)
    return Told(None, "the archive holds no file named deepstatemap_data_YYYYMMDD.geojson")


def _csv(header: Sequence[str]) -> Told:
    fits = [kind for kind, columns in CSV_COLUMNS.items() if set(columns) <= set(header)]
    if len(fits) == 1:
        return Told(fits[0])
    if fits:
        return Told(None, f"its columns fit the kinds {' and '.join(fits)}")
    for kind, columns in CSV_COLUMNS.items():
        shared = [name for name in columns if name in header and name not in ORDINARY]
        if shared:
            lacks = [name for name in columns if name not in header]
            return Told(
                None, f"has {', '.join(map(repr, shared))} as kind {kind} does, but lacks {', '.join(lacks)}"
            )
    return Told(None, "its columns are those of no known kind")


def _json(path: Path, data: bytes) -> Told:
    try:
        document = parse_json(_without_coordinates(data), str(path))
        if isinstance(document, dict) and document.get("type") == "FeatureCollection":
            return _features(path, features_of(document, str(path)))
    except EvidenceError as error:
        return _broken(path, data, str(error))
    if isinstance(document, list):
        return _counts(document)
    return Told(None, "is neither a list of records nor a GeoJSON FeatureCollection")


def _without_coordinates(data: bytes) -> bytes:
    """GeoJSON without the numbers, which are most of it and tell nothing about the kind."""
    kept, last = [], 0
    for start, end in coordinate_spans(data):
        kept += [data[last:start], b"[]"]
        last = end
    return b"".join([*kept, data[last:]])


def _broken(path: Path, data: bytes, fault: str) -> Told:
    """A file that cannot be parsed: of the kind that its text names, so that it stops the import, or of none."""
    if b'"FeatureCollection"' in data:
        if re.search(rb'"properties"\s*:\s*\{[^{}]*"date"\s*:', data):
            return Told(CONTROL)
        names = [layout.name for layout in boundaries.LAYOUTS if layout.name != "name"]
        if OF_REGIONS.search(path.name) or any(f'"{name}"'.encode() in data for name in names):
            return Told("boundaries")
    elif b'"date"' in data:
        if b'"personnel*"' in data:
            return Told("personnel")
        if b'"tank"' in data and b'"personnel"' not in data:
            return Told("equipment")
    return Told(None, _said(path, fault), broken=True)


def _said(path: Path, fault: str) -> str:
    """A reader's message as a reason that stands behind the path."""
    return fault.removeprefix(printable(f"{path}: ")).rstrip(".")


def _counts(records: list[Any]) -> Told:
    """The General Staff's files: which of the two, if all features agree."""
    if not records or not all(isinstance(record, dict) and "date" in record for record in records):
        return Told(None, "is a list of something other than records with a date")
    names = {name for record in records for name in record}
    everywhere = names.intersection(*records)
    categories = [name for name in general_staff.EQUIPMENT if name in names]
    values = [value for record in records for value in record.values()]
    if any(isinstance(value, int | float) and value < 0 for value in values):
        return Told(None, "holds negative numbers: daily corrections, not cumulative counts")
    if "personnel" in names and categories:
        return Told(
            None,
            f"holds 'personnel' beside {', '.join(map(repr, categories))}: corrections, or two files in one, where "
            "each published file of counts holds one of them",
        )
    if "personnel" in everywhere and names & {"personnel*", "day"}:
        return Told("personnel")
    if len(everywhere.intersection(general_staff.EQUIPMENT)) >= LEAST_CATEGORIES:
        return Told("equipment")
    if "personnel" in names or categories:
        found = ", ".join(map(repr, sorted(names & {"personnel", *categories})))
        return Told(None, f"holds {found}, but too little else to tell a file of the General Staff's counts")
    return Told(None, "its records are those of no known kind")


def _features(path: Path, features: list[dict[str, Any]]) -> Told:
    """Control map or boundaries, by dates, names, what stands beside them, and the file's name."""
    properties = [f["properties"] if isinstance(f.get("properties"), dict) else {} for f in features]
    dated = [_is_day(one.get("date")) for one in properties]
    times = sorted({key for one in properties for key in one if OF_TIME.search(key)})
    layout = boundaries.layout_of(features)
    if layout is not None and boundaries.is_marked(features, layout):
        return Told("boundaries")
    if all(dated):
        return Told(CONTROL)
    if any("date" in one for one in properties):
        return Told(
            None,
            f"{sum(dated)} of {len(dated)} features have a day under 'date', as all have in a control map",
        )
    if layout is None:
        return Told(None, "its features have neither a day under 'date' nor a region's name that all share")
    named = f"its features have a name under {layout.name!r}, as regions do"
    if times:
        return Told(None, f"{named}, but also {', '.join(map(repr, times))}, as a control map does")
    official = {str(one[layout.name]).strip() for one in properties} <= set(ID_OF_OFFICIAL_NAME)
    if layout.name != "name" or official or OF_REGIONS.search(path.name):
        return Told("boundaries")
    return Told(None, f"{named}, and nothing else that tells boundaries from a control map")


def _is_day(value: object) -> bool:
    try:
        parse_archive_day(value, "date")
    except EvidenceError:
        return isinstance(value, str) and value[:4].isdecimal()  # a day that cannot be: the reader says so
    return True
