"""Stage two, shape of the line: how much ground each side holds in salients, now and on the simulated fronts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from contactline.case.schema import Case
from contactline.core.blocks import in_blocks
from contactline.core.graph import Reads, node
from contactline.engine.fits import SPACE
from contactline.engine.fronts import SimulatedFront
from contactline.engine.ground import Front
from contactline.war.salients import Surroundings, enclosed, salients, surroundings

SALIENT_DRAWS = 100
"""Fronts measured: a chance of 20% is then good to 4 points."""

LEAST_KM2 = 50.0
MOST_NAMED = 6


@node("surroundings")
def SURROUNDINGS(reads: Reads) -> Surroundings | None:
    """Who lies around each cell of the theatre; None where the record is too thin for fronts on the map."""
    fitted = reads.of(SPACE).fitted
    return None if fitted is None else surroundings(fitted.grid())


def salient_table(
    simulated: SimulatedFront, around: Surroundings, case: Case, front: Front, weeks: Sequence[int]
) -> pd.DataFrame:
    """Ground of each side in salients, now and after given weeks, and what becomes of the ones that are there now.

    Rows named 'all' hold a side's whole enclosed ground, km²; the others a salient of today of LEAST_KM2 or more, named
    for the largest settlement in or beside it: how much of it its holder still has. Columns as table 'salients'.
    """
    here = front.ground
    grid = simulated.log.grid
    holder = here.holder.astype(np.int8)
    sides = {case.defender.id: 0, case.challenger.id: 1}
    now = enclosed(around, here.km2, holder)
    label = salients(grid, holder, now)
    named = _named(case, front, holder, label)
    later = _later(simulated, around, here.km2, weeks, [mask for _, _, mask in named])
    rows = []
    for side, held in sides.items():
        total = float(here.km2[now & (holder == held)].sum())
        paths = later[:, :, held]
        rows += _rows(0, "all", side, total, paths, weeks)
    names = {number: side for side, number in sides.items()}
    for k, (name, held, mask) in enumerate(named):
        still = later[:, :, 2 + k] if held == 1 else here.km2[mask].sum() - later[:, :, 2 + k]
        rows += _rows(k + 1, name, names[held], float(here.km2[mask].sum()), still, weeks)
    return pd.DataFrame(rows)


def _later(
    simulated: SimulatedFront,
    around: Surroundings,
    km2: np.ndarray,
    weeks: Sequence[int],
    masks: Sequence[np.ndarray],
) -> np.ndarray:
    """ndarray[front draw, week, 2 + mask], km²: enclosed ground of defender and challenger, then of each mask what the
    challenger holds."""
    log = simulated.log
    draws = range(0, log.draws, max(log.draws // SALIENT_DRAWS, 1))
    found = np.empty((len(draws), len(weeks), 2 + len(masks)))

    def measure(rows: range) -> None:
        for at in rows:
            for k, week in enumerate(weeks):
                holder = log.holder_after(draws[at], week)
                inside = enclosed(around, km2, holder)
                found[at, k, 0] = km2[inside & (holder == 0)].sum()
                found[at, k, 1] = km2[inside & (holder == 1)].sum()
                found[at, k, 2:] = [km2[mask & (holder == 1)].sum() for mask in masks]

    in_blocks(measure, len(draws), 10)
    return found


def _named(
    case: Case, front: Front, holder: np.ndarray, label: np.ndarray
) -> list[tuple[str, int, np.ndarray]]:
    """The largest salients of today: name, holder, cells."""
    here = front.ground
    found: list[tuple[str, int, np.ndarray]] = []
    objective = {o.id: o.name for o in case.objectives}
    place = dict(zip(here.cell, here.place, strict=True))
    for number in range(int(label.max()) + 1):
        mask = label == number
        if here.km2[mask].sum() < LEAST_KM2 or len(found) == MOST_NAMED:
            break
        towns = front.settlements[front.settlements["cell"].isin(here.cell[mask])]
        if towns.empty:
            continue
        town = towns.sort_values(["population", "name"], ascending=[False, True]).iloc[0]
        name = objective.get(place[town["cell"]], str(town["name"]))
        found.append((name, int(holder[mask][0]), mask))
    return found


def _rows(
    salient: int, name: str, side: str, now: float, later: np.ndarray, weeks: Sequence[int]
) -> list[dict[str, object]]:
    """Rows of one salient, or of all: today's km² and quantiles later; half is the chance that half of it is left."""
    about = {"salient": salient, "name": name, "side": side}
    rows: list[dict[str, object]] = [about | {"week": 0, "q10": now, "q50": now, "q90": now, "p_half": 1.0}]
    for k, week in enumerate(weeks):
        low, middle, high = (float(q) for q in np.quantile(later[:, k], [0.1, 0.5, 0.9]))
        # Never all or nothing from a hundred draws (Jeffreys' rule).
        half = float((np.sum(later[:, k] >= 0.5 * now) + 0.5) / (len(later) + 1.0))
        rows.append(about | {"week": week, "q10": low, "q50": middle, "q90": high, "p_half": half})
    return rows
