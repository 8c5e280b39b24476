"""Fighting one support path out: tempo, losses and collapses on a run's futures, and the belts on the map.

Everything that does not depend on the path is prepared once, so that paths and packages of support can be compared
by the dozen on common random numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from contactline.case.labels import SUPPORT
from contactline.case.schema import Case
from contactline.core.streams import Streams
from contactline.engine.effects import CLAIMS, beliefs_of, defender_strength, raiser_of
from contactline.engine.fronts import share_of_main
from contactline.engine.futures import Futures
from contactline.engine.ground import Front
from contactline.engine.models import model_of
from contactline.engine.tempo import NET
from contactline.support.adequacy import Support
from contactline.war.collapse import collapse_spells, fighting_path
from contactline.war.events import EventLog
from contactline.war.grid import Grid
from contactline.war.kernel import simulate_front
from contactline.war.kernel_given import Levers, Means, Plan
from contactline.war.objectives import objective_cells
from contactline.war.slots import COLLAPSE, CollapseFace, Space

CHUNK = 50


class Asked(Mapping[str, np.ndarray]):
    """Beliefs of some draws : name → ndarray[draw], with the names that were asked for in any part of them."""

    def __init__(
        self, beliefs: Mapping[str, np.ndarray], rows: np.ndarray | None = None, asked: set[str] | None = None
    ) -> None:
        self._beliefs, self._rows = beliefs, rows
        self.asked: set[str] = set() if asked is None else asked

    def at(self, rows: np.ndarray) -> Asked:
        """Some of the draws; rows : ndarray[draw], their indices."""
        return Asked(self._beliefs, rows if self._rows is None else self._rows[rows], self.asked)

    def __getitem__(self, name: str) -> np.ndarray:
        column = self._beliefs[name]
        self.asked.add(name)  # once it is known to be there
        return column if self._rows is None else column[self._rows]

    def __iter__(self) -> Iterator[str]:
        return iter(self._beliefs)

    def __len__(self) -> int:
        return len(self._beliefs)


@dataclass(frozen=True)
class Sample:
    """Some draws of a run's futures over the first weeks, with what support acts on.

    net, claims : ndarray[draw, week]; luck : ndarray[draw, spell]; set : ndarray[draw], belief set of each draw
    elasticity : key of `sample_elasticities` → ndarray[draw]; read : names of inputs that made net and claims
    """

    beliefs: Asked
    elasticity: dict[str, np.ndarray]
    net: np.ndarray
    claims: np.ndarray
    luck: np.ndarray
    set: np.ndarray
    collapse: CollapseFace
    read: frozenset[str] = frozenset()

    @property
    def weeks(self) -> int:
        """Weeks looked ahead."""
        found: int = self.net.shape[1]
        return found

    def spaced(self, most: int) -> Sample:
        """At most so many of the draws, evenly spaced."""
        draws = len(self.net)
        rows = np.arange(draws) if draws <= most else np.linspace(0, draws - 1, most).astype(int)
        eta = {name: column[rows] for name, column in self.elasticity.items()}
        return Sample(
            self.beliefs.at(rows),
            eta,
            self.net[rows],
            self.claims[rows],
            self.luck[rows],
            self.set[rows],
            self.collapse,
            self.read,
        )


def sample_of(futures: Futures, weeks: int) -> Sample:
    """All draws of a run over the first weeks."""
    eta = dict(beliefs_of(futures.reads, prefix=SUPPORT))
    weeks = min(weeks, futures.weeks)
    read = futures.reads.inputs_of(CLAIMS) | futures.reads.inputs_of(NET("headline"))
    which = np.arange(futures.draws) // futures.each
    return Sample(
        Asked(futures.beliefs),
        eta,
        futures.net[:, :weeks],
        futures.claims[:, :weeks],
        futures.collapse_luck,
        which,
        model_of(futures.reads, COLLAPSE),
        read,
    )


@dataclass(frozen=True)
class Fought:
    """What fighting on under one path brings. gained : ndarray[draw, week], km²/week; losses : ndarray[draw],
    killed and wounded of the defender by the last week; collapsed : ndarray[draw] bool."""

    gained: np.ndarray
    losses: np.ndarray
    collapsed: np.ndarray

    def gain(self, most: float) -> np.ndarray:
        """Net gain by the last week : ndarray[draw], km², never more than what there is to gain."""
        found: np.ndarray = np.minimum(self.gained.sum(axis=1), most)
        return found


def fight(sample: Sample, worked: Support) -> Fought:
    """Fight one path out: its tempo, the defender's losses and the force they leave, and collapses."""
    beliefs = sample.beliefs
    tempo = worked.tempo_factor(sample.elasticity)
    # The defender's losses follow the attacker's by a ratio; support moves the defender's part of it.
    inflicted = sample.claims * worked.losses_factor(sample.elasticity)
    strength = defender_strength(beliefs, inflicted)
    hazard = sample.collapse.hazard(beliefs, worked.collapse_factor(sample.elasticity))
    raiser = raiser_of(strength, hazard.kappa) * hazard.raising
    running = collapse_spells(hazard.rate, hazard.length, sample.luck, raiser)
    gained = fighting_path(sample.net, tempo, running, hazard.speed)
    losses = inflicted.sum(axis=1) * beliefs["losses.defender_per_attacker"]
    return Fought(gained, losses, np.asarray(running.any(axis=1)))


@dataclass(frozen=True)
class Belt:
    """The belts under one path. fallen : ndarray[draw], week in which their first town falls (inf: not yet);
    held : ndarray[draw, week], share of the belt ground free today that the defender still holds."""

    fallen: np.ndarray
    held: np.ndarray


@dataclass(frozen=True)
class Board:
    """The map set up for a sample: all that stays the same from path to path.

    holder : ndarray[cell], codes 0 or 1; km2, weight : ndarray[cell], area in km² and weight of a region
    parts : draws by level of belt resistance; resistance : one ndarray[cell] a part; belt : ndarray[cell] bool
    towns : cells and share of each town of a belt that still stands
    """

    spatial: Space
    streams: Streams
    grid: Grid
    holder: np.ndarray
    km2: np.ndarray
    plan: Plan
    weight: np.ndarray
    parts: tuple[np.ndarray, ...]
    resistance: tuple[np.ndarray, ...]
    towns: tuple[tuple[np.ndarray, float], ...]
    belt: np.ndarray

    def belts(self, gained: np.ndarray) -> Belt:
        """Fight net paths ndarray[draw, week] out; the same luck whatever the path."""
        captured, recaptured = self.spatial.gross(gained, self.streams)
        fallen = np.full(len(gained), np.inf)
        held = np.empty(gained.shape)
        free = np.where(self.belt, 0, -1)
        for part, resistance in zip(self.parts, self.resistance, strict=True):
            levers = Levers(
                captured[part].astype(np.float32), recaptured[part].astype(np.float32), self.weight[part],
                resistance=resistance,
            )  # fmt: skip
            plan = replace(self.plan, levers=levers, rule_of_draw=np.asarray(self.plan.rule_of_draw)[part])
            log = simulate_front(
                self.grid, self.holder, plan, seed=self.streams.seed, first_draw=int(part[0]),
                means=Means(chunk=CHUNK),
            )  # fmt: skip
            fallen[part] = self._first_town(log)
            held[part] = 1.0 - log.held_km2(free, 1)[:, :, 0] / self.km2[self.belt].sum()
        return Belt(fallen, held)

    def _first_town(self, log: EventLog) -> np.ndarray:
        weeks = [np.asarray(log.first_week(cells, share), dtype=float) for cells, share in self.towns]
        return np.min(weeks, axis=0) if weeks else np.full(log.draws, np.inf)


def set_up(
    case: Case, front: Front, spatial: Space, sample: Sample, streams: Streams, levels: int = 3
) -> Board | None:
    """The board for a sample, None where no town of a belt is left to hold.

    levels : number of parts into which the draws are split by belt resistance, each at its own median, as in
        engine/fronts.py
    """
    here = front.ground
    towns = []
    named = {name for belt in case.belts for name in belt.objectives}
    for objective in case.objectives:
        if objective.id not in named:
            continue
        cells = objective_cells(here, objective)
        now = float(here.km2[cells & (here.holder == 1)].sum() / here.km2[cells].sum())
        if now < objective.taken_share:
            towns.append((cells, objective.taken_share))
    belt = (here.belt != "") & (here.holder == 0)
    if not towns or not belt.any():
        return None
    plan = spatial.plan(sample.net, streams)
    grid = spatial.grid()
    share = share_of_main(front, grid)
    weight = (sample.beliefs["war.region_shift"][:, None, None] * share[None, None, :]).astype(np.float32)
    if plan.levers.sector_log_weight is not None:
        weight = plan.levers.sector_log_weight + weight
    order = np.argsort(sample.beliefs["war.belt_resistance"], kind="stable")
    parts = tuple(np.sort(part) for part in np.array_split(order, levels))
    level = [float(np.median(sample.beliefs["war.belt_resistance"][part])) for part in parts]
    whole = here.belt != ""
    return Board(
        spatial, streams, grid, here.holder.astype(np.int8), here.km2,
        replace(plan, levers=Levers(plan.levers.capture_km2)), weight, parts,
        tuple(np.where(whole, -np.log(one), 0.0).astype(np.float32) for one in level), tuple(towns), belt,
    )  # fmt: skip
