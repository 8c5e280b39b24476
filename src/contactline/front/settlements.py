"""Settlements and who holds them: measured from the maps, and from cells for lines that no map shows.

A settlement is held by who holds the centre of the H3 cell it lies in, so that a line drawn on the grid (after
a settlement of the war) and a line on the map count people in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from contactline.case.tables import check_table
from contactline.core.errors import EvidenceError
from contactline.evidence.boundaries import Region
from contactline.evidence.deepstate import ControlArchive
from contactline.front.cells import as_text, centres_of, inside, settlement_cells
from contactline.front.control_history import held_on_maps
from contactline.front.edges import edge_history, project
from contactline.front.line import Ground

LEAST_POPULATION = 500
COLUMNS = ("geonameid", "name", "latitude", "longitude", "population")


def measure_settlements(
    settlements: pd.DataFrame,
    archive: ControlArchive,
    regions: Mapping[str, Region],
    ground: Ground,
    resolution: int,
) -> pd.DataFrame:
    """Settlements of 500 people or more in `regions`, with who held them first and last: table 'settlements'.

    settlements : frame with geonameid, name, latitude, longitude, population and, if there is one, region. The
    region is the one whose polygon holds the point; a point in none (on a shore) keeps the region it came with
    if that is one of `regions`, and is left out otherwise. Raises EvidenceError if a column is missing.
    """
    lacking = [name for name in COLUMNS if name not in settlements.columns]
    if lacking:
        raise EvidenceError(
            f"settlements: columns {lacking} are missing; given are {list(settlements.columns)}. Read them with "
            "contactline.evidence.geonames."
        )
    towns = settlements[settlements["population"] >= LEAST_POPULATION]
    given = towns["region"].to_numpy() if "region" in towns.columns else np.full(len(towns), "", dtype=object)
    points = towns[["longitude", "latitude"]].to_numpy(dtype=float)
    within = inside(edge_history([region.polygons for region in regions.values()]), project(points))
    names = np.array(list(regions), dtype=object)
    region = np.where(
        within.any(axis=0), names[within.argmax(axis=0)], np.where(np.isin(given, names), given, "")
    )
    towns, region = towns[region != ""], region[region != ""]

    cells = settlement_cells(towns, resolution)
    held = held_on_maps(archive, centres_of(cells), ground)
    table = towns[list(COLUMNS)].assign(
        region=region,
        cell=as_text(cells),
        first_holder=held[0].astype(int),
        last_holder=held[-1].astype(int),
        changed=_last_change(archive, held),
    )
    return check_table("settlements", table.sort_values("geonameid"), "measured settlements")


def holder_in_cells(settlements: pd.DataFrame, cells: pd.DataFrame, holder: np.ndarray) -> np.ndarray:
    """Who holds each settlement if `holder` (ndarray[cell], 0 or 1) holds the cells: int8 ndarray[settlement], a code.

    Outside the theatre's cells the last measured holder stands.
    """
    by_cell = pd.Series(np.asarray(holder), index=cells["cell"].to_numpy())
    held = settlements["cell"].map(by_cell)
    return held.fillna(settlements["last_holder"]).to_numpy(dtype=np.int8)


def _last_change(archive: ControlArchive, held: np.ndarray) -> np.ndarray:
    """Day of the last change of holder, NaT for none: datetime64[ns] ndarray[point]."""
    days = np.array([day.day for day in archive.days], dtype="datetime64[ns]")
    moved = held[1:] != held[:-1]
    last = len(days) - 1 - moved[::-1].argmax(axis=0) if len(moved) else np.zeros(held.shape[1], dtype=int)
    return np.where(moved.any(axis=0), days[last], np.datetime64("NaT", "ns"))
