"""From evidence that was found to the tables that are stored: read, measured, given its origin, checked together.

Control maps are measured within boundaries, so boundaries come first, and where they lie is where maps are expected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from contactline.core.errors import EvidenceError, InputError, printable
from contactline.core.progress import Stages, Tick
from contactline.core.provenance import Provenance
from contactline.evidence import kinds
from contactline.evidence.boundaries import Region, regions_from_table
from contactline.evidence.deepstate import read_control_archive
from contactline.evidence.geojson import extent_of
from contactline.evidence.loss_estimates import join_losses
from contactline.evidence.oblasts import ID_OF_OFFICIAL_NAME
from contactline.evidence.recognise import CONTROL
from contactline.evidence.sources import UNKNOWN, claimed, series_of
from contactline.evidence.store import Store

LONGEST_NAME = 200


@dataclass(frozen=True)
class Origin:
    """What the user says of the files: whose they are and under which licence; None where nothing is said.

    Raises InputError for a text that could not be stored or printed.
    """

    source: str | None = None
    licence: str | None = None

    def __post_init__(self) -> None:
        for option, text in (("--source", self.source), ("--licence", self.licence)):
            if text is not None and not (text.strip() and text.isprintable() and len(text) <= LONGEST_NAME):
                raise InputError(
                    f"{option}: got {text!r}; allowed is one line of up to {LONGEST_NAME} printable characters."
                )


NOTHING_SAID = Origin()


def read_all(
    found: Sequence[kinds.Found],
    store: Store,
    stages: Stages,
    *,
    as_of: date | None = None,
    origin: Origin = NOTHING_SAID,
) -> kinds.Tables:
    """The tables that evidence becomes, boundaries first because areas are measured within them.

    Raises EvidenceError for broken evidence, and where two pieces would become the same table.
    """
    tables: kinds.Tables = {}
    for piece in sorted(found, key=lambda piece: piece.kind == CONTROL):
        with stages.stage(f"reading {printable(piece.path.name)}") as tick:
            if piece.kind == CONTROL:
                new = _measured(piece.path, _regions(tables, store, piece.path), origin, tick)
            else:
                read = kinds.read(piece, as_of=as_of)
                new = {
                    name: (frame, claimed(source, origin.source, origin.licence))
                    for name, (frame, source) in read.items()
                }
        for name in new:
            if name in tables:
                raise EvidenceError(
                    f"{piece.path}: table {name} is already read from another path of this import; give one of them."
                )
        if "boundaries" in new:
            _check_orientation(new["boundaries"][0], store, piece.path)
        tables |= new
    return _losses_once(tables, store)


def replaced(tables: kinds.Tables, store: Store) -> dict[str, Provenance]:
    """Stored tables that `tables` would replace by another source's: name → what is stored now.

    Of two files of unknown origin nobody can say that they are one source's, unless they are the same.
    """
    return {
        table.name: table.provenance
        for table in store.tables()
        if table.name in tables and not _one_source(table.provenance, tables[table.name][1])
    }


def _one_source(one: Provenance, other: Provenance) -> bool:
    return one.source == other.source and (one.source != UNKNOWN or one.sha256 == other.sha256)


def _check_orientation(frame: pd.DataFrame, store: Store, path: Path) -> None:
    """Raise EvidenceError for boundaries that lie where the stored ones do only with swapped coordinates."""
    if not any(table.name == "boundaries" for table in store.tables()):
        return
    stored = store.get("boundaries")
    (west, south), (east, north) = (
        (frame["longitude"].agg(which), frame["latitude"].agg(which)) for which in ("min", "max")
    )
    low = stored[["longitude", "latitude"]].min().to_numpy()
    high = stored[["longitude", "latitude"]].max().to_numpy()

    def apart(x_low: float, y_low: float, x_high: float, y_high: float) -> bool:
        return bool(x_low > high[0] or x_high < low[0] or y_low > high[1] or y_high < low[1])

    if apart(west, south, east, north) and not apart(south, west, north, east):
        raise EvidenceError(
            f"{path}: latitude and longitude are swapped: the regions lie at x {west:g} to {east:g}, y {south:g} to "
            f"{north:g}, and only the other way round where the stored boundaries do (x {low[0]:g} to {high[0]:g}, "
            f"y {low[1]:g} to {high[1]:g}). GeoJSON allows [longitude, latitude]; swap them in the file."
        )


def _regions(tables: kinds.Tables, store: Store, path: Path) -> dict[str, Region]:
    if "boundaries" in tables:
        frame = tables["boundaries"][0]
    elif any(table.name == "boundaries" for table in store.tables()):
        frame = store.get("boundaries")
    else:
        raise EvidenceError(
            f"{path}: areas are measured within regions and no boundaries are stored. Import them first or together: "
            "contactline data import oblast.geojson ARCHIVE."
        )
    regions = regions_from_table(frame)
    return {ID_OF_OFFICIAL_NAME.get(name, name): region for name, region in regions.items()}


def _measured(path: Path, regions: Mapping[str, Region], origin: Origin, tick: Tick) -> kinds.Tables:
    """The table of areas of one archive, with a note on the ground held outside all regions.

    Raises EvidenceError if none of the ground lies in any region: the boundaries are of another place.
    """
    from contactline.front.areas import held_outside, measure_areas  # compiles on first use: only when needed

    bounds = extent_of(region.polygons for region in regions.values())
    archive = read_control_archive(path, bounds=bounds, tick=lambda share: tick(share / 2))
    provenance = claimed(archive.provenance, origin.source, origin.licence)
    series = series_of(provenance)
    areas = measure_areas(archive, regions, series=series, tick=lambda share: tick(0.5 + share / 2))
    day, held, outside = held_outside(archive, areas)
    if not (areas["km2"] > 0).any():
        raise EvidenceError(
            f"{path}: none of the {held:,.0f} km² held on {day} lies in any of the {len(regions)} regions; the "
            "boundaries are of another place. Import those that belong to the map, before it or together with it."
        )
    share = "" if outside < 0.5 else f" ({outside / held:.1%})"
    note = f"{day}: {outside:,.0f} of {held:,.0f} km² held lie outside all regions{share}"
    return {f"areas/{series}": (areas, replace(provenance, note=note))}


def _losses_once(tables: kinds.Tables, store: Store) -> kinds.Tables:
    """Take UK MoD's monthly counts out of the collected estimates where the monthly table is there too, so
    that the stored parts of `losses` never repeat a count. Raises EvidenceError if the two disagree."""
    estimates, monthly = "losses/estimates", "losses/uk_mod"
    stored = {table.name: table for table in store.tables()}
    if not ({estimates, monthly} & set(tables)) or not {estimates, monthly} <= set(tables) | set(stored):
        return tables
    both: dict[str, tuple[pd.DataFrame, Provenance]] = {
        name: tables[name] if name in tables else (store.get(name), stored[name].provenance)
        for name in (estimates, monthly)
    }
    join_losses(both[estimates][0], both[monthly][0])
    frame, provenance = both[estimates]
    key = ["series", "side", "kind", "date"]
    repeated = frame.set_index(key).index.isin(both[monthly][0].set_index(key).index)
    return tables | {estimates: (frame[~repeated].reset_index(drop=True), provenance)}
