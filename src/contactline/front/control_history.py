"""Control of H3 cells over time: who holds the centre of each cell of the theatre, day by day.

A centre is held where the control polygon winds around it. An edge that comes or goes changes that count for
the centres north of it only, so a day's history costs its changed edges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import shapely

from contactline.case.schema import Belt, Objective, Theatre
from contactline.case.tables import check_table
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.progress import Tick, no_tick
from contactline.evidence.boundaries import Region
from contactline.evidence.deepstate import ControlArchive
from contactline.front.cells import (
    as_text,
    cell_km2,
    cells_of,
    centres_of,
    distance_km,
    inside,
    sampled,
    settlement_cells,
)
from contactline.front.edges import project
from contactline.front.line import Ground, edges_in_contact
from contactline.front.overlaps import sound_history


@dataclass(frozen=True)
class Marks:
    """What cells are marked with: objectives, belts, and settlements.

    settlements : frame with latitude and longitude, degrees; a cell with one of them has town = 1
    """

    objectives: Sequence[Objective] = ()
    belts: Sequence[Belt] = ()
    settlements: pd.DataFrame | None = None


NONE = Marks()


def control_history(
    archive: ControlArchive,
    regions: Mapping[str, Region],
    ground: Ground,
    theatre: Theatre,
    marks: Marks = NONE,
    tick: Tick = no_tick,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The theatre's cells with their first holder, and every later change: tables 'cells' and 'changes'.

    Raises UnknownNameError for a region that a theatre or objective names and `regions` lacks, InputError if no
    cell is left.
    """
    cells = theatre_cells(archive, regions, ground, theatre, marks)
    tick(0.6)
    if marks.settlements is not None:
        towns = settlement_cells(marks.settlements, theatre.resolution)
        cells["town"] = cells["cell"].isin(as_text(towns)).astype(int)
    held = held_on_maps(archive, centres_of(cells["cell"].to_numpy()), ground)
    tick(0.9)
    cells["holder"] = held[0].astype(int)
    map_, cell = np.nonzero(held[1:] != held[:-1])
    days = np.array([day.day for day in archive.days], dtype="datetime64[ns]")
    changes = pd.DataFrame(
        {
            "cell": cells["cell"].to_numpy()[cell],
            "date": days[map_ + 1],
            "holder": held[map_ + 1, cell].astype(int),
        }
    )
    return check_table("cells", cells, "measured cells"), check_table("changes", changes, "measured changes")


def theatre_cells(
    archive: ControlArchive,
    regions: Mapping[str, Region],
    ground: Ground,
    theatre: Theatre,
    marks: Marks = NONE,
) -> pd.DataFrame:
    """The cells that matter, sorted by index: columns cell, region, km2, belt, place, town (0).

    A cell belongs to the region that holds its centre. It is in the theatre if its centre lies within `reach_km`
    of the line of contact of any map, or in one of `always_regions`, or belongs to an objective or belt. Coastal
    waters (see `contact_ground`) are nobody's ground and are left out.
    """
    for name in (*theatre.always_regions, *(objective.region for objective in marks.objectives)):
        if name not in regions:
            raise UnknownNameError("region", name, regions)
    cells, region = cells_of(regions, theatre.resolution)
    centres = centres_of(cells)
    names = np.array(list(regions), dtype=object)[region]
    place = _places(centres, marks.objectives)
    belt = _belts(centres, marks.belts, marks.objectives)
    history, _ = sound_history([day.polygons for day in archive.days])
    line = history.lonlat[edges_in_contact(history, ground)]
    near = distance_km(centres, sampled(line), within_km=theatre.reach_km) <= theatre.reach_km
    wet = shapely.contains_xy(ground.waters, ground.to_plane(centres))
    keep = (near | np.isin(names, theatre.always_regions) | (place != "") | (belt != "")) & ~wet
    if not keep.any():
        raise InputError(
            f"theatre: no cell of the regions lies within {theatre.reach_km:g} km of any line of contact; "
            "raise theatre.reach_km or name always_regions."
        )
    chosen = cells[keep]
    columns = {
        "region": names[keep],
        "km2": cell_km2(chosen),
        "belt": belt[keep],
        "place": place[keep],
        "town": 0,
    }
    return pd.DataFrame({"cell": as_text(chosen), **columns})


def holder_on(cells: pd.DataFrame, changes: pd.DataFrame, day: date) -> np.ndarray:
    """Who holds each cell at the end of the map dated `day`: int8 ndarray[cell], 1 the challenger, 0 not."""
    holder = pd.Series(cells["holder"].to_numpy(dtype=np.int8), index=cells["cell"].to_numpy())
    last = changes[changes["date"] <= pd.Timestamp(day)].sort_values("date", kind="stable")
    last = last.drop_duplicates("cell", keep="last")
    holder.loc[last["cell"].to_numpy()] = last["holder"].to_numpy(dtype=np.int8)
    return holder.to_numpy()


def held_on_maps(archive: ControlArchive, lonlat: np.ndarray, ground: Ground) -> np.ndarray:
    """Which points the challenger holds on each map: bool ndarray[map, point], from degrees ndarray[point, 2].

    A point on the strip along coast and border where the map's own boundary and the official one disagree is held
    if it or the nearest point further in is; else every held shore would look like a front.
    """
    history, _ = sound_history([day.polygons for day in archive.days])
    held = inside(history, project(lonlat))
    inland = ground.inland(lonlat)
    moved = np.flatnonzero((inland != lonlat).any(axis=1))
    held[:, moved] |= inside(history, project(inland[moved]))
    return held


def _places(centres: np.ndarray, objectives: Sequence[Objective]) -> np.ndarray:
    """Id of the settlement objective within whose radius each centre lies (the nearest by share of radius)."""
    place = np.full(len(centres), "", dtype=object)
    best = np.ones(len(centres))
    for objective in objectives:
        if objective.kind == "settlement" and objective.radius_km:
            away = distance_km(centres, np.array([[objective.longitude, objective.latitude]], dtype=float))
            closer = away / objective.radius_km <= best
            place[closer], best[closer] = objective.id, away[closer] / objective.radius_km
    return place


def _belts(centres: np.ndarray, belts: Sequence[Belt], objectives: Sequence[Objective]) -> np.ndarray:
    """Id of the belt whose line through its objectives lies within its half width of each centre."""
    points = {o.id: (o.longitude, o.latitude) for o in objectives if o.kind == "settlement"}
    belt = np.full(len(centres), "", dtype=object)
    for one in belts:
        for name in one.objectives:
            if name not in points:
                raise UnknownNameError("settlement objective", name, points)
        stations = np.array([points[name] for name in one.objectives], dtype=float)
        legs = (
            np.hstack([stations[:-1], stations[1:]]) if len(stations) > 1 else np.hstack([stations, stations])
        )
        belt[distance_km(centres, sampled(legs)) <= one.half_width_km] = one.id
    return belt
