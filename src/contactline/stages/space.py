"""Stage two, on the map: the fitted spatial model fought out by the kernel, and what is read off its event log.

Where a case's record is too thin for the spatial model, the stage says so and the war stage falls back on cells
falling nearest to the line first (`war.territory`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import h3
import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase
from contactline.case.schema import Case, Objective
from contactline.core.errors import ContactlineError
from contactline.core.files import data_dir
from contactline.core.streams import Streams
from contactline.front.cells import EARTH_KM
from contactline.stages.front import Front
from contactline.war.capture_data import History, history
from contactline.war.events import EventLog
from contactline.war.grid import check_front
from contactline.war.kernel import simulate_front
from contactline.war.objectives import Fall, Fighting, at_week
from contactline.war.record import TempoRecord
from contactline.war.space import Plan, SpaceFit, fit_space
from contactline.war.space_cache import keep_space, load_space, space_key

FRONT_DRAWS = 2000
"""Trajectories fought out on the map, evenly spaced among the run's draws: a chance of 20% is then good to 1 point."""


OPENS_DRAWS, OPENS_WEEKS = 400, 104
"""Paired trajectories and weeks of the question what a place opens."""

CHUNK = 50
"""Trajectories a piece of work: small, so that few trajectories still fill every core."""

NEVER = -30.0
"""Log weight of a cell that may not fall: e^-30 of another's chance."""


@dataclass(frozen=True)
class SimulatedFront:
    """A run of the kernel on the futures.

    rows : ndarray[front draw], which of the run's draws each trajectory follows
    """

    log: EventLog
    rows: np.ndarray

    def fall(self, wanted: np.ndarray, share: float, fighting: Fighting, km2: np.ndarray) -> Fall:
        """When `share` of the wanted cells' area is held, and the whole front's losses by then."""
        week = np.asarray(self.log.first_week(wanted, share), dtype=float)
        return Fall(
            week,
            at_week(fighting.attacker_losses[self.rows], week),
            at_week(fighting.defender_losses[self.rows], week),
            float(km2[wanted & (self.log.holder0 == 0)].sum()),
        )

    def chance_held(self, weeks: Sequence[int]) -> np.ndarray:
        """Chance that the challenger holds each cell : ndarray[len(weeks), cell]."""
        return self.log.chance_held(weeks)

    def line_km(self, weeks: Sequence[int]) -> np.ndarray:
        """Length of the line of contact : ndarray[front draw, len(weeks)], km."""
        return self.log.line_km(weeks)


def fit_front(loaded: LoadedCase, front: Front, streams: Streams) -> tuple[SpaceFit | None, tuple[str, ...]]:
    """The spatial models fitted to the case's control history, and what the reader must know about them.

    The theatre is one that `readiness.check_theatre` let pass; sectors that the front has left behind, and parts that
    the line never touches, are named among the notes.
    """
    case, cells = loaded.case, loaded.evidence("cells")
    try:
        past = history(cells, loaded.evidence("changes"), case.as_of)
        maps, others = other_maps(case, front.record, past)
        fitted = _fitted(past, streams, front.settlements, others, maps)
    except ContactlineError as error:
        return None, (f"the spatial model was not fitted, so cells fall nearest to the line first: {error}",)
    islands = case.theatre.islands
    told = check_front(fitted.grid(), front.ground.holder, idle_sectors=True, islands=islands)
    return fitted, (*fitted.warnings(), *told)


def _fitted(
    past: History, streams: Streams, settlements: pd.DataFrame, others: np.ndarray, maps: tuple[str, ...]
) -> SpaceFit:
    """The fit of an earlier run of the same, or a fresh one, which is kept."""
    folder = data_dir() / "fits" / "space"
    key = space_key(past, settlements, others, maps, streams.seed)
    fitted = load_space(folder, key, past, maps)
    if fitted is None:
        fitted = fit_space(past, streams, settlements=settlements, others=others, maps=maps)
        keep_space(folder, key, fitted)
    return fitted


def other_maps(case: Case, record: TempoRecord, past: History) -> tuple[tuple[str, ...], np.ndarray]:
    """Maps other than the one that the cells come from, and their weekly net km² over the history's weeks :
    ndarray[week, map], NaN where a map has no reading."""
    names = tuple(name for name in record.maps if name != case.headline_series.id)
    net = np.full((past.weeks, len(names)), np.nan)
    for k, name in enumerate(names):
        column = record.net[:, record.column(name)][-past.weeks :]
        net[past.weeks - len(column) :, k] = column
    return names, net


def belt_resistance(case: Case, cells: pd.DataFrame) -> np.ndarray:
    """Log weight of capture that the belief on fortified belts, at its median, adds : ndarray[cell] float32."""
    belief = next(b for b in case.beliefs if b.name == "war.belt_resistance")
    level = float(belief.distribution.quantile(np.array([0.5]))[0])
    return np.where((cells["belt"] != "").to_numpy(), -np.log(level), 0.0).astype(np.float32)


def front_rows(draws: int, most: int = FRONT_DRAWS) -> np.ndarray:
    """Which of the run's draws are fought out on the map : ndarray[front draw]."""
    return np.arange(draws) if draws <= most else np.linspace(0, draws - 1, most).astype(int)


def fight_on_map(
    fitted: SpaceFit,
    front: Front,
    net: np.ndarray,
    beliefs: Mapping[str, np.ndarray],
    streams: Streams,
    most: int = FRONT_DRAWS,
    holder: np.ndarray | None = None,
    plan: Plan | None = None,
) -> SimulatedFront:
    """Fight net paths ndarray[draw, week] out on the map, `most` of them at the most, from the present line or another.

    holder : ndarray[cell], who holds each cell at the start if not as now; plan : that of these paths, where the
    caller fights them from several lines

    Two beliefs enter that the record cannot tell: cells of a belt are taken `war.belt_resistance` times less readily
    (no cell of a belt has ever fallen), and `war.region_shift` moves the sectors of the main region.
    """
    rows = front_rows(len(net), most)
    plan = plan or fitted.plan(net[rows], streams)
    inside = pd.Series(front.ground.region == front.theatre.main_region)
    share = (
        inside.groupby(fitted.sectors.of).mean().reindex(range(fitted.sectors.count)).fillna(0.0).to_numpy()
    )
    shift = (beliefs["war.region_shift"][rows, None, None] * share[None, None, :]).astype(np.float32)
    weight = shift if plan.levers.sector_log_weight is None else plan.levers.sector_log_weight + shift
    levers = replace(
        plan.levers,
        sector_log_weight=weight,
        resistance=np.where(front.ground.belt != "", -1.0, 0.0),
        resistance_scale=np.log(beliefs["war.belt_resistance"][rows]),
    )
    log = simulate_front(
        fitted.grid(),
        (front.ground.holder if holder is None else holder).astype(np.int8),
        plan.capture,
        plan.recapture,
        levers,
        seed=streams.seed,
        rule_of_draw=plan.rule_of_draw,
        initial_heat=plan.initial_heat,
        chunk=CHUNK,
    )
    return SimulatedFront(log, rows)


def what_opens(
    fitted: SpaceFit,
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
            log = simulate_front(
                grid, holder, plan.capture, plan.recapture, replace(plan.levers, resistance=resistance),
                seed=streams.seed, rule_of_draw=plan.rule_of_draw, initial_heat=plan.initial_heat, chunk=CHUNK,
            )  # fmt: skip
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
    columns = ["lever", "name", "target", "given", "denied", "difference", "low", "high"]
    return pd.DataFrame(found, columns=columns)


DIRECTIONS = 12
AROUND_KM = 15.0
CLOSED_SHARE, SURROUNDED = 0.5, 9
"""A direction is closed when the challenger holds half the ground in it within 15 km of the place; a place counts as
surrounded with nine of its twelve directions closed. *Assumption* of the developers: a drone-watched road of 15 km."""


def threats(simulated: SimulatedFront, case: Case, front: Front, weeks: Sequence[int]) -> pd.DataFrame:
    """How far each settlement objective is surrounded, now and later. Columns as table 'threats'.

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
    return pd.DataFrame(rows, columns=["objective", "name", "week", "directions", "p_surrounded"])


def _directions(centres: np.ndarray, objective: Objective, own: np.ndarray) -> np.ndarray:
    """Direction from the place of each cell within AROUND_KM : ndarray[cell] int; −1 elsewhere and in it."""
    assert objective.latitude is not None and objective.longitude is not None
    north = np.radians(centres[:, 0] - objective.latitude) * EARTH_KM
    east = np.radians(centres[:, 1] - objective.longitude) * EARTH_KM * np.cos(np.radians(objective.latitude))
    near = (np.hypot(north, east) <= AROUND_KM) & ~own
    turn = (np.degrees(np.arctan2(east, north)) % 360.0) / (360.0 / DIRECTIONS)
    return np.where(near, turn.astype(int) % DIRECTIONS, -1)
