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

OPENS_DRAWS, OPENS_WEEKS = 120, 104
"""Futures, each fought out three ways on the same luck, and weeks of the question what a place opens."""


NEVER = -30.0
"""Log weight of a cell that may not fall: e^-30 of another's chance."""

HUB_EFFECT = "war.hub_effect"

LEVELS = (0.05, 0.95)


def what_opens(
    fitted: Space,
    loaded: LoadedCase,
    front: Front,
    net: np.ndarray,
    beliefs: Mapping[str, np.ndarray],
    streams: Streams,
    draws: int = OPENS_DRAWS,
) -> pd.DataFrame:
    """What each place opens: the same futures with the place given at once and with it never falling.

    net : ndarray[draw, week], km². For each settlement objective and each belt: the mean share of the belts (without
    the place itself) and of the main region's remainder that the challenger holds after OPENS_WEEKS, both ways, and
    the paired difference with its 90% range. With the same km² each week in both, a place can only redistribute them;
    a third way, given at once with each week's gain times `war.hub_effect`, is what its fall brings if it changes the
    pace. draws : number of futures. Columns as table 'opens'.
    """
    case, here = loaded.case, front.ground
    rows = np.linspace(0, len(net) - 1, draws).astype(int)
    path, factor = net[rows, :OPENS_WEEKS], beliefs[HUB_EFFECT][rows]
    plan = fitted.plan(path, streams)
    # As in fighting on, a factor acts on gains only: a faster challenger does not lose faster.
    faster = fitted.plan(np.where(path > 0, path * factor[:, None], path), streams)
    ways = {"given": (plan, 1), "denied": (plan, 0)} | (
        {"pace": (faster, 1)} if (factor != 1.0).any() else {}
    )
    grid = fitted.grid()
    usual = np.where(here.belt != "", -np.log(np.median(beliefs["war.belt_resistance"])), 0.0)
    targets = _targets(case, front)
    found = []
    for lever, (name, hub, own) in _levers(case, front).items():
        rest = {target: wanted & ~own for target, wanted in targets.items() if (wanted & ~own).any()}
        held = {}
        for way, (fought, given) in ways.items():
            holder = np.where(own & (given == 1), 1, here.holder).astype(np.int8)
            resistance = np.where(own & (given == 0), NEVER, usual).astype(np.float32)
            held_so = replace(fought, levers=replace(fought.levers, resistance=resistance))
            log = simulate_front(grid, holder, held_so, seed=streams.seed, means=Means(chunk=CHUNK))
            for target, wanted in rest.items():
                label = np.where(wanted, 0, -1)
                held[way, target] = log.held_km2(label, 1)[:, -1, 0] / here.km2[wanted].sum()
        for target in rest:
            given, denied = held["given", target], held["denied", target]
            pace = held.get(("pace", target), given)
            found.append(
                {"lever": lever, "name": name, "target": target, "hub": hub}
                | _redistributed(given, denied)
                | _paced(given, denied, pace, factor, beliefs[HUB_EFFECT])
            )
    return OPENS.frame(found)


def _levers(case: Case, front: Front) -> dict[str, tuple[str, bool, np.ndarray]]:
    """Settlement objectives and belts of which the defender holds a cell: id → name, whether a hub, its cells."""
    here = front.ground
    levers = {o.id: (o.name, o.hub, here.place == o.id) for o in case.objectives if o.kind == "settlement"}
    levers |= {belt.id: (belt.name, False, here.belt == belt.id) for belt in case.belts}
    return {key: lever for key, lever in levers.items() if (lever[2] & (here.holder == 0)).any()}


def _targets(case: Case, front: Front) -> dict[str, np.ndarray]:
    """What is asked about, as the defender holds it now: target → ndarray[cell] bool."""
    here = front.ground
    free = here.holder == 0
    belts = {"belts": free & (here.belt != "")} if case.belts else {}
    return {"main_region": free & (here.region == front.theatre.main_region)} | belts


def _redistributed(given: np.ndarray, denied: np.ndarray) -> dict[str, float]:
    """Both ways with each week's km² the same, and the difference with the 90% range of its mean."""
    difference = given - denied
    spread = 1.645 * difference.std(ddof=1) / np.sqrt(len(difference))
    mean = float(difference.mean())
    return {
        "given": float(given.mean()), "denied": float(denied.mean()),
        "difference": mean, "low": mean - float(spread), "high": mean + float(spread),
    }  # fmt: skip


def _paced(
    given: np.ndarray, denied: np.ndarray, pace: np.ndarray, fought: np.ndarray, factor: np.ndarray
) -> dict[str, float]:
    """The difference if the fall changes the pace, and its range over the belief with luck averaged out.

    fought, factor : the belief in the futures fought out, and in all. Of one future the change is mostly luck, so it
    is read off the least-squares line of the change on the factor less one, which is nothing at a factor of one.
    """
    off, change, size = fought - 1.0, pace - given, len(given)
    square = float(off @ off) or 1.0
    slope, least = float(off @ change) / square, float((given - denied).mean())
    mean, *ends = (
        least + slope * (level - 1.0)
        for level in (float(factor.mean()), *np.quantile(factor, LEVELS).tolist())
    )
    ends = [float(np.clip(end, -1.0, 1.0)) for end in ends]  # a line knows no bounds, a share does
    weight = size * (float(factor.mean()) - 1.0) / square
    error = (given - denied) + weight * off * (change - slope * off)
    return {
        "pace_difference": mean, "pace_error": float(error.std(ddof=1) / np.sqrt(size)),
        "pace_low": min(ends), "pace_high": max(ends),
    }  # fmt: skip


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
