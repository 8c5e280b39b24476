"""Stage two, on the map: the fitted spatial model fought out by the kernel, and what is read off its event log.

Where a case's record is too thin for the spatial model, the stage says so and the war stage falls back on cells
falling nearest to the line first (`war.territory`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from contactline.case.schema import Case
from contactline.core.streams import Streams
from contactline.engine.ground import Front
from contactline.war.events import EventLog
from contactline.war.grid import Grid
from contactline.war.kernel import simulate_front
from contactline.war.kernel_given import Means
from contactline.war.objectives import Fall, Fighting, at_week
from contactline.war.slots import Space

FRONT_DRAWS = 1000
"""Trajectories fought out on the map, evenly spaced among the draws: a chance of 20% is then good to 1.3 points."""


CHUNK = 50
"""Trajectories a piece of work: small, so that few trajectories still fill every core."""


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


def belt_resistance(case: Case, cells: pd.DataFrame) -> np.ndarray:
    """Log weight of capture that the belief on fortified belts, at its median, adds : ndarray[cell] float32."""
    belief = next(b for b in case.beliefs if b.name == "war.belt_resistance")
    level = float(belief.distribution.quantile(np.array([0.5]))[0])
    return np.where((cells["belt"] != "").to_numpy(), -np.log(level), 0.0).astype(np.float32)


def front_rows(draws: int, most: int = FRONT_DRAWS) -> np.ndarray:
    """Which of the run's draws are fought out on the map, `most` in number at most : ndarray[front draw], indices."""
    return np.arange(draws) if draws <= most else np.linspace(0, draws - 1, most).astype(int)


def share_of_main(front: Front, grid: Grid) -> np.ndarray:
    """Share of each sector's cells that lie in the main region : ndarray[sector]."""
    inside = pd.Series(front.ground.region == front.theatre.main_region).groupby(grid.sector).mean()
    found: np.ndarray = inside.reindex(range(len(grid.sectors))).fillna(0.0).to_numpy()
    return found


def fight_on_map(
    fitted: Space,
    front: Front,
    net: np.ndarray,
    beliefs: Mapping[str, np.ndarray],
    streams: Streams,
    most: int = FRONT_DRAWS,
    holder: np.ndarray | None = None,
) -> SimulatedFront:
    """Fight net paths ndarray[draw, week] out on the map, `most` of them at the most, from the present line or another.

    holder : ndarray[cell], who holds each cell at the start if not as now

    Two beliefs enter that the record cannot tell: cells of a belt are taken `war.belt_resistance` times less readily
    (no cell of a belt has ever fallen), and `war.region_shift` moves the sectors of the main region.
    """
    rows = front_rows(len(net), most)
    plan = fitted.plan(net[rows], streams)
    grid = fitted.grid()
    share = share_of_main(front, grid)
    shift = (beliefs["war.region_shift"][rows, None, None] * share[None, None, :]).astype(np.float32)
    weight = shift if plan.levers.sector_log_weight is None else plan.levers.sector_log_weight + shift
    levers = replace(
        plan.levers,
        sector_log_weight=weight,
        resistance=np.where(front.ground.belt != "", -1.0, 0.0),
        resistance_scale=np.log(beliefs["war.belt_resistance"][rows]),
    )
    log = simulate_front(
        grid,
        (front.ground.holder if holder is None else holder).astype(np.int8),
        replace(plan, levers=levers),
        seed=streams.seed,
        means=Means(chunk=CHUNK),
    )
    return SimulatedFront(log, rows)
