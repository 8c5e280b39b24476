"""What fighting on brings: paths of gains with support and collapses, losses, and fronts fought out on the map."""

from __future__ import annotations

import numpy as np

from contactline.case.schema import Case
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.effects import COLLAPSE_HAZARD, PRESSED, RAISER, beliefs_of
from contactline.engine.fits import HEADLINE_FIT, SPACE
from contactline.engine.fronts import FRONT_DRAWS, SimulatedFront, fight_on_map
from contactline.engine.futures import Futures
from contactline.engine.ground import FRONT, Front
from contactline.engine.luck import LUCK
from contactline.engine.tempo import NET
from contactline.war.collapse import collapse_spells, fighting_path
from contactline.war.objectives import Fall, Fighting, fall_of, objective_cells
from contactline.war.slots import Paths
from contactline.war.territory import Ground, regional_shares, share_windows, shift_share

MODELS = ("headline", "tempo")
"""Models of the tempo whose fronts are fought out."""


@node("collapses", kept=False)
def COLLAPSES(reads: Reads) -> np.ndarray:
    """Weeks in which a collapse runs, fighting on : ndarray[draw, week] bool."""
    hazard, each = reads.of(COLLAPSE_HAZARD), reads["futures"]
    return collapse_spells(
        np.repeat(hazard.rate, each), np.repeat(hazard.length, each), reads.of(LUCK).collapse_luck,
        np.repeat(hazard.raising, each, axis=0) * reads.of(RAISER),
    )  # fmt: skip


@node("gained", kept=False)
def GAINED(reads: Reads, model: str) -> np.ndarray:
    """Net gain a week, support and collapses included for MODELS : ndarray[draw, week], km²."""
    net = reads.of(NET(model))
    if model not in MODELS:
        return net
    factor = np.repeat(reads.of(PRESSED).factor, reads["futures"], axis=0)
    return fighting_path(
        net, factor, reads.of(COLLAPSES), np.repeat(reads.of(COLLAPSE_HAZARD).speed, reads["futures"])
    )


@node("fighting", kept=False)
def FIGHTING(reads: Reads, model: str) -> Fighting:
    """Losses of both sides week by week, and where the map is not fought out the effort spent on each region."""
    futures, front = Futures(reads), reads.of(FRONT)
    effort = {} if reads.of(SPACE).fitted is not None else _effort(front, futures, reads.of(GAINED(model)))
    attacker = np.cumsum(futures.claims, axis=1)
    defender = np.cumsum(futures.claims * futures.bleeding, axis=1)
    defender *= futures.beliefs["losses.defender_per_attacker"][:, None]
    streams = Streams(reads["seed"])
    return Fighting(effort, attacker, defender, futures.beliefs["war.built_up_resistance"], streams)


@node("fought front")
def FOUGHT(reads: Reads, model: str) -> SimulatedFront | None:
    """The front fought out on the map along the gains of a model; None where the record is too thin for it."""
    fitted = reads.of(SPACE).fitted
    if fitted is None:
        return None
    most = FRONT_DRAWS if model == MODELS[0] else FRONT_DRAWS // 2
    gained, streams = reads.of(GAINED(model)), Streams(reads["seed"])
    return fight_on_map(fitted, reads.of(FRONT), gained, beliefs_of(reads), streams, most)


@node("objective", kept=False)
def FALL(reads: Reads, objective: str, model: str) -> Fall:
    """When an objective of the case is taken, and what that has cost by then."""
    case: Case = reads["case"]
    here = reads.of(FRONT).ground
    own = next(one for one in case.objectives if one.id == objective)
    return Outlook(reads).fall(own.id, here, objective_cells(here, own), own.taken_share, model)


class Outlook:
    """What fighting on brings, read as it is asked for."""

    def __init__(self, reads: Reads) -> None:
        self.reads = reads

    @property
    def forecast(self) -> Paths:
        """The fitted model of the tempo."""
        return self.reads.of(HEADLINE_FIT)

    @property
    def futures(self) -> Futures:
        """The futures shared by every course."""
        return Futures(self.reads)

    def fighting(self, model: str = "headline") -> Fighting:
        """What fighting on costs by a model."""
        return self.reads.of(FIGHTING(model))

    def front(self, model: str = "headline") -> SimulatedFront | None:
        """The front fought out along a model's gains; None where the case is too thin for the spatial model."""
        return self.reads.of(FOUGHT(model))

    def gains(self, model: str) -> np.ndarray:
        """Cumulated net gain by a model, support and collapses included for MODELS : ndarray[draw, week], km²."""
        return np.cumsum(self.reads.of(GAINED(model)), axis=1)

    def falls(self, objective: str, model: str) -> Fall:
        """When an objective of the case is taken by a model."""
        return self.reads.of(FALL(objective, model))

    def fall(
        self, name: str, here: Ground, wanted: np.ndarray, share: float, model: str = "headline"
    ) -> Fall:
        """When `share` of the wanted cells, ndarray[cell] bool, is held: on the simulated front, else nearest-first."""
        front = self.front(model)
        if front is not None:
            return front.fall(wanted, share, self.fighting(model), here.km2)
        return fall_of(name, here, wanted, share, self.fighting(model))


def _effort(front: Front, futures: Futures, gained: np.ndarray) -> dict[str, np.ndarray]:
    """Weekly gains split over regions and cumulated : region → ndarray[draw, week], km² of average ground.

    The main region's share is that of the record, shifted by a belief; the rest is as in the record.
    """
    names, shares = regional_shares(front.weekly)
    streams = Streams(futures.reads["seed"])
    windows = share_windows(len(shares), futures.weeks, futures.draws, streams.rng("war.regions"))
    main = names.index(front.theatre.main_region)
    moved = shift_share(shares[windows, main], futures.beliefs["war.region_shift"])
    rest = np.maximum(1.0 - shares[windows, main], 1e-9)
    effort = {}
    for k, name in enumerate(names):
        part = moved if k == main else (1.0 - moved) * shares[windows, k] / rest
        effort[name] = np.cumsum(gained * part, axis=1)
    return effort
