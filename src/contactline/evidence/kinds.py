"""The kinds of evidence, what is found of them at a path, and what each becomes.

Nothing is guessed: a path given by name that fits no kind is an error that asks for the kind, and files beside the
evidence in a folder are listed as passed over, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from contactline.core.errors import EvidenceError, UnknownNameError
from contactline.core.provenance import Provenance
from contactline.evidence import (
    boundaries,
    economist,
    general_staff,
    geonames,
    kiel,
    kiel_csv,
    loss_estimates,
)
from contactline.evidence.geojson import Bounds
from contactline.evidence.recognise import CONTROL, Told, kind_of
from contactline.evidence.records import DAILY_NAME
from contactline.evidence.sources import SIDECAR

Tables = dict[str, tuple[pd.DataFrame, Provenance]]


@dataclass(frozen=True)
class Kind:
    """One kind of evidence: its name, the stored table it becomes, and what the file is."""

    name: str
    table: str
    what: str


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(CONTROL, "areas", "daily control polygons (folder, tar archive or unified GeoJSON)"),
        Kind("areas", "areas/isw", "The Economist, area_assessed_as_controlled_by_russia.csv"),
        Kind("fires", "fires", "The Economist, strikes_by_location_and_day.csv"),
        Kind("estimates", "losses/estimates", "The Economist, raw_estimates.csv"),
        Kind("uk_mod", "losses/uk_mod", "The Economist, UK MoD's monthly losses (CSV)"),
        Kind("personnel", "losses/general_staff", "General Staff, russia_losses_personnel.json"),
        Kind("equipment", "equipment", "General Staff, russia_losses_equipment.json"),
        Kind("boundaries", "boundaries", "regions with names, GeoJSON"),
        Kind("geonames", "places", "GeoNames, cities500.txt or cities500.zip"),
        Kind(
            "kiel", "support", "Kiel Institute, Ukraine Support Tracker: workbook, or donors by month (CSV)"
        ),
        Kind("kiel_totals", "support_totals", "Kiel Institute, allocations by month (CSV)"),
        Kind(
            "kiel_procurement", "support_procurement", "Kiel Institute, military aid by month and way (CSV)"
        ),
    )
}
"""Control polygons become `areas/SERIES`, named for whose map they are; measuring them needs the front room, so the
command does it."""


@dataclass(frozen=True)
class Found:
    """One piece of evidence and its kind."""

    kind: str
    path: Path


@dataclass(frozen=True)
class PassedOver:
    """A file in a folder that is not read, and why."""

    path: Path
    why: str


def find_evidence(path: Path, kind: str | None = None) -> tuple[list[Found], list[PassedOver]]:
    """The evidence at `path`, and the files in a folder that are none.

    kind : name of the kind, where the caller says it; otherwise told from the content.

    Raises UnknownNameError for a kind that is not known and EvidenceError for a path that does not exist, cannot be
    opened or holds no evidence, and for a file whose kind is not sure.
    """
    if kind is not None and kind not in KINDS:
        raise UnknownNameError("kind of evidence", kind, KINDS)
    if not path.exists():
        raise EvidenceError(f"{path}: there is no such file or folder; give a path to evidence.")
    if kind is not None:
        return [Found(kind, path)], []
    if not path.is_dir():
        told = kind_of(path) if path.is_file() else Told(None, "it is a special file")
        if told.broken:
            raise EvidenceError(f"{path}: {told.why}.")
        if told.kind is None:
            raise EvidenceError(f"{path}: holds no evidence of a known kind for sure: {told.why}. {_ASK}")
        return [Found(told.kind, path)], []
    found, passed_over = look_through(path)
    if not found:
        reasons = "; ".join(f"{one.path.name}: {one.why}" for one in passed_over[:3]) or "it is empty"
        raise EvidenceError(f"{path}: holds no evidence of a known kind ({reasons}). {_ASK}")
    return found, passed_over


def look_through(folder: Path) -> tuple[list[Found], list[PassedOver]]:
    """The evidence in a folder and below, told from the content, and the files that are none."""
    return _walk(folder, set())


_ASK = f"If you know what it is, name it with --kind; allowed are {', '.join(KINDS)}."


def read(found: Found, *, as_of: date | None = None, bounds: Bounds | None = None) -> Tables:
    """The stored tables that one piece of evidence becomes (any kind but control polygons).

    as_of : leave out estimates of losses that were published later.
    bounds : where boundaries are expected, if that is known.

    Raises EvidenceError.
    """
    monthly = found.kind == "kiel" and kiel_csv.is_csv(found.path)
    readers: Mapping[str, Callable[[Path], tuple[pd.DataFrame, Provenance]]] = {
        "areas": economist.read_isw_areas,
        "fires": economist.read_fires,
        "estimates": lambda path: loss_estimates.read_estimates(path, as_of=as_of),
        "uk_mod": loss_estimates.read_uk_mod,
        "personnel": general_staff.read_personnel,
        "equipment": general_staff.read_equipment,
        "boundaries": lambda path: _boundaries(path, bounds),
        "geonames": geonames.read_settlements,
        "kiel": lambda path: (kiel_csv.read_donors if monthly else kiel.read_support_tracker)(path),
        "kiel_totals": kiel_csv.read_totals,
        "kiel_procurement": kiel_csv.read_procurement,
    }
    tables = {KINDS[found.kind].table: readers[found.kind](found.path)}
    if monthly:
        tables["support_months"] = kiel_csv.read_months(found.path)
    return tables


def _boundaries(path: Path, bounds: Bounds | None) -> tuple[pd.DataFrame, Provenance]:
    regions, _notes, provenance = boundaries.read_boundaries(path, bounds=bounds)
    return boundaries.regions_to_table(regions), provenance


def _walk(folder: Path, seen: set[Path]) -> tuple[list[Found], list[PassedOver]]:
    """Evidence in a folder and below; `seen` are the real paths of the folders read so far, each read once."""
    here = folder.resolve()
    if here in seen:
        return [], [PassedOver(folder, "is a link to a folder that is read already")]
    seen.add(here)
    try:
        children = sorted(folder.iterdir())
    except OSError as error:
        return [], [PassedOver(folder, f"cannot be opened ({error.strerror or error})")]
    days = {child for child in children if DAILY_NAME.match(child.name) and child.is_file()}
    found: list[Found] = [Found(CONTROL, folder)] if days else []
    passed_over: list[PassedOver] = []
    for child in children:
        ours = child.name.endswith((SIDECAR, ".partial", ".partial.json"))
        if child in days or child.name.startswith(".") or ours:
            continue
        if child.is_dir():
            more, others = _walk(child, seen)
            found += more
            passed_over += others
            continue
        told = kind_of(child) if child.is_file() else None
        if told is not None and told.kind is not None:
            found.append(Found(told.kind, child))
        else:
            why = told.why if told else "is a broken link or a special file"
            passed_over.append(PassedOver(child, why))
    return found, passed_over
