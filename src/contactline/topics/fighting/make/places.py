"""What places open, and how far each is surrounded, read off fronts fought out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import h3
import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase
from contactline.case.schema import Case, Objective
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.fronts import CHUNK, SimulatedFront
from contactline.engine.ground import Front
from contactline.engine.outlook import GAINED
from contactline.engine.run import Run
from contactline.front.cells import EARTH_KM
from contactline.topics.fighting.schema import OPENS, THREATS
from contactline.war.kernel import simulate_front
from contactline.war.kernel_given import Means
from contactline.war.slots import Space

OPENS_DRAWS, OPENS_WEEKS = 200, 104
"""Paired trajectories and weeks of the question what a place opens."""


NEVER = -30.0
"""Log weight of a cell that may not fall: e^-30 of another's chance."""


def what_opens(
    fitted: Space,
    loaded: LoadedCase,
    front: Front,
    net: np.ndarray,
    beliefs: Mapping[str, np.ndarray],
    streams: Streams,
) -> pd.DataFrame:
    """What each place opens: the same futures with the place given at once and with it never falling.

    net : ndarray[draw, week], km². For each settlement objective and each belt: the mean share of the belts (without
    the place itself) and of the main region's remainder that the challenger holds after OPENS_WEEKS, both ways, and
    the paired difference with its 90% range. Columns as table 'opens'.
    """
    case, here = loaded.case, front.ground
    rows = np.linspace(0, len(net) - 1, OPENS_DRAWS).astype(int)
    plan = fitted.plan(net[rows, :OPENS_WEEKS], streams)
    grid = fitted.grid()
    usual = np.where(here.belt != "", -np.log(np.median(beliefs["war.belt_resistance"])), 0.0)
    levers = {o.id: (o.name, here.place == o.id) for o in case.objectives if o.kind == "settlement"}
    levers |= {belt.id: (belt.name, here.belt == belt.id) for belt in case.belts}
    free = here.holder == 0
    targets = {"main_region": free & (here.region == front.theatre.main_region)}
    if case.belts:
        targets["belts"] = free & (here.belt != "")
    found = []
    for lever, (name, own) in levers.items():
        if not (own & free).any():
            continue
        held = {}
        for way in ("given", "denied"):
            holder = np.where(own & (way == "given"), 1, here.holder).astype(np.int8)
            resistance = np.where(own & (way == "denied"), NEVER, usual).astype(np.float32)
            held_so = replace(plan, levers=replace(plan.levers, resistance=resistance))
            log = simulate_front(grid, holder, held_so, seed=streams.seed, means=Means(chunk=CHUNK))
            for target, wanted in targets.items():
                rest = wanted & ~own
                if rest.any():
                    label = np.where(rest, 0, -1)
                    held[way, target] = log.held_km2(label, 1)[:, -1, 0] / here.km2[rest].sum()
        for target in targets:
            if ("given", target) in held:
                difference = held["given", target] - held["denied", target]
                spread = 1.645 * difference.std(ddof=1) / np.sqrt(len(difference))
                mean = float(difference.mean())
                found.append(
                    {
                        "lever": lever, "name": name, "target": target,
                        "given": float(held["given", target].mean()), "denied": float(held["denied", target].mean()),
                        "difference": mean, "low": mean - float(spread), "high": mean + float(spread),
                    }
                )  # fmt: skip
    return OPENS.frame(found)


DIRECTIONS = 12


AROUND_KM = 15.0


CLOSED_SHARE, SURROUNDED = 0.5, 9
"""A direction is closed when the challenger holds half the ground in it within 15 km of the place; a place counts as
surrounded with nine of its twelve directions closed. *Assumption* of the developers: a drone-watched road of 15 km."""


def threats(simulated: SimulatedFront, case: Case, front: Front, weeks: Sequence[int]) -> pd.DataFrame:
    """How far each settlement objective is surrounded, now and `weeks` later. Columns as table 'threats'.

    Ground within AROUND_KM of a place, without the place itself, is split into twelve directions.
    """
    here = front.ground
    centres = np.array([h3.cell_to_latlng(cell) for cell in here.cell])
    rows = []
    for objective in case.objectives:
        if objective.kind != "settlement":
            continue
        label = _directions(centres, objective, here.place == objective.id)
        size = np.bincount(label[label >= 0], weights=here.km2[label >= 0], minlength=DIRECTIONS)
        now = np.bincount(
            label[label >= 0], weights=(here.km2 * here.holder)[label >= 0], minlength=DIRECTIONS
        )
        if not size.any():
            continue
        held = [np.tile(now, (len(simulated.rows), 1))]
        later = simulated.log.held_km2(label, DIRECTIONS)[:, np.array(weeks) - 1]
        held += [later[:, k] for k in range(len(weeks))]
        for week, km2 in zip((0, *weeks), held, strict=True):
            closed = ((km2 >= CLOSED_SHARE * size) & (size > 0)).sum(axis=1)
            rows.append(
                {
                    "objective": objective.id,
                    "name": objective.name,
                    "week": week,
                    "directions": float(closed.mean()),
                    "p_surrounded": float(np.mean(closed >= SURROUNDED)),
                }
            )
    return THREATS.frame(rows)


def _directions(centres: np.ndarray, objective: Objective, own: np.ndarray) -> np.ndarray:
    """Direction from the place of each cell within AROUND_KM : ndarray[cell] int; −1 elsewhere and in it."""
    assert objective.latitude is not None and objective.longitude is not None
    north = np.radians(centres[:, 0] - objective.latitude) * EARTH_KM
    east = np.radians(centres[:, 1] - objective.longitude) * EARTH_KM * np.cos(np.radians(objective.latitude))
    near = (np.hypot(north, east) <= AROUND_KM) & ~own
    turn = (np.degrees(np.arctan2(east, north)) % 360.0) / (360.0 / DIRECTIONS)
    return np.where(near, turn.astype(int) % DIRECTIONS, -1)


@node("tables.opens")
def OPENS_TABLES(reads: Reads) -> Tables:
    """The table of what each place opens; none where the record is too thin for fronts on the map."""
    run = Run(reads)
    if run.spatial is None:
        return Tables()
    net = reads.of(GAINED("headline"))
    opens = what_opens(run.spatial, run.loaded, run.front, net, run.futures.beliefs, run.streams)
    return made({OPENS: opens})
