"""What the record says of the pace after a town has fallen: the event study of `war/hubs.py` on a case's own maps."""

from __future__ import annotations

import h3
import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase
from contactline.case.schema import Case
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.engine.ground import TOTAL
from contactline.engine.run import Run
from contactline.front.cells import EARTH_KM
from contactline.front.gains import weekly_gains
from contactline.topics.fighting.schema import HUB_STUDY
from contactline.war.hubs import Falls, HubStudy, Moves, around, front_study, local_study

WINDOWS = (4, 13, 26)
"""Weeks before and after a fall."""

REACHES = {"front": None, "km_15": 15.0, "km_30": 30.0}
"""How far from the place the pace is measured, km; None for the whole front."""

LARGE = 10_000
"""People of a large town before the war: the smallest that reports of falls name one by one. *Assumption*."""

COARSER = 3
"""Stretches of the front are H3 cells so many steps coarser than the theatre's: about 45 km across for the built-in
ones of resolution 7, so that reaches within one overlap and those of the next but one do not."""


def hub_study(loaded: LoadedCase, settlements: pd.DataFrame) -> pd.DataFrame:
    """The pace before and after falls, by kind of place, reach and length of window. Columns as table 'hub_study'."""
    case = loaded.case
    moves, falls, cell = record_of_falls(loaded)
    people = settlements.groupby("cell")["population"].max().reindex(cell).to_numpy(dtype=float)
    kinds = {
        "towns": ("towns and villages", people > 0),
        "large_towns": (f"towns of {LARGE:,} or more", people >= LARGE),
        "hubs": ("junctions that a source names", np.isin(cell, hub_cells(case))),
    }
    local = {km: around(moves, falls, km) for km in REACHES.values() if km is not None}
    rows = []
    for kind, (name, chosen) in kinds.items():
        for reach, km in REACHES.items():
            for weeks in WINDOWS:
                if km is None:
                    found = front_study(moves, falls.week[chosen], weeks)
                else:
                    found = local_study(moves, falls, chosen, weeks, km, local[km])
                rows.append(
                    {"places": kind, "name": name, "reach": reach, "weeks": weeks} | _row(found, chosen)
                )
    return HUB_STUDY.frame(rows)


def record_of_falls(loaded: LoadedCase) -> tuple[Moves, Falls, np.ndarray]:
    """The record of control in whole weeks that end on the as-of weekday, what has fallen in it for good, and the cell
    of each fall : ndarray[fall] str. km east and north are counted from the middle of all changes."""
    case = loaded.case
    total = weekly_gains(loaded.evidence("areas"), case.headline_series.id, TOTAL, case.as_of)
    ends = total["week_end"].to_numpy().astype("datetime64[D]")
    cells = loaded.evidence("cells")[["cell", "km2", "holder"]].rename(columns={"holder": "first"})
    changes = loaded.evidence("changes").sort_values(["date", "cell"], kind="stable").merge(cells, on="cell")
    day = changes["date"].to_numpy().astype("datetime64[D]")
    inside = (day > ends[0] - 7) & (day <= ends[-1])
    changes = changes[inside].assign(week=np.searchsorted(ends, day[inside]))
    degrees = np.array([h3.cell_to_latlng(cell) for cell in changes["cell"]]).reshape(-1, 2)
    north = EARTH_KM * np.radians(degrees[:, 0])
    east = (
        EARTH_KM
        * np.radians(degrees[:, 1])
        * np.cos(np.radians(degrees[:, 0].mean() if len(degrees) else 0.0))
    )
    at, week = np.column_stack([east, north]), changes["week"].to_numpy()
    gained = np.where(changes["holder"] == 1, 1.0, -1.0) * changes["km2"].to_numpy()
    moves = Moves(week, gained, at, total["km2"].to_numpy(), float(cells["km2"].median()))
    final = ~changes["cell"].duplicated(keep="last")
    fell = np.flatnonzero(final & (changes["holder"] == 1) & (changes["first"] == 0))
    cell = changes["cell"].to_numpy().astype(str)[fell]
    stretch = [h3.cell_to_parent(name, max(case.theatre.resolution - COARSER, 0)) for name in cell]
    block = np.unique(stretch, return_inverse=True)[1].reshape(-1)
    order = np.lexsort((week[fell], block))
    fell = fell[order]
    return moves, Falls(week[fell], at[fell], block[order]), cell[order]


def hub_cells(case: Case) -> list[str]:
    """H3 cells of the centres of the settlement objectives that the case calls hubs."""
    return [
        h3.latlng_to_cell(o.latitude, o.longitude, case.theatre.resolution)
        for o in case.objectives
        if o.hub and o.latitude is not None and o.longitude is not None
    ]


def _row(found: HubStudy, chosen: np.ndarray) -> dict[str, object]:
    spread = float(found.placebo.std()) if len(found.placebo) else np.nan
    return {
        "fallen": int(chosen.sum()), "used": found.used, "log_ratio": found.effect, "low": found.low,
        "high": found.high, "placebo_sd": spread, "p_value": found.p_value, "contrast": found.contrast,
        "independent": found.independent, "verdict": found.verdict,
    }  # fmt: skip


@node("tables.hubs")
def HUB_TABLES(reads: Reads) -> Tables:
    """The table of what the record says of the pace after a fall."""
    run = Run(reads)
    return made({HUB_STUDY: hub_study(run.loaded, run.front.settlements)})
