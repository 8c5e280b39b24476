"""The front as an agent-based model in Mesa: one agent an exposed cell, each knows its own weight.

Same model as contactline.war.kernel, other random numbers. Only the frontier is populated (an agent for each of the
15,000 cells would be many times slower), and agents renew their weight only when something near them has changed.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import accumulate

import mesa
import numpy as np

from contactline.war.grid import Grid
from contactline.war.kernel_given import CaptureRule


def own(rows: np.ndarray, row: int) -> np.ndarray:
    """The trajectory's row of a rule's array; one row stands for all."""
    return rows[row if len(rows) > 1 else 0]


class ExposedCell(mesa.Agent):
    """A cell that borders the other side."""

    def __init__(self, model: FrontModel, cell: int) -> None:
        super().__init__(model)
        self.cell = cell
        self.weight = 0.0

    def look_around(self) -> None:
        """Renew the weight from neighbours and local activity."""
        model, cell = self.model, self.cell
        side = model.held[cell]
        opposed = sum(model.held[j] != side for j in model.around[cell])
        level = bisect_right(model.edges[side], model.activity[side][cell])
        self.weight = (
            model.by_neighbours[side][opposed] * model.by_heat[side][level] * model.by_cell[side][cell]
            * model.by_sector[model.sector[cell]]
        )  # fmt: skip


class FrontModel(mesa.Model):
    """The theatre with its frontier agents; a step is a week."""

    def __init__(
        self, grid: Grid, holder0: np.ndarray, rules: tuple[CaptureRule, CaptureRule], near: dict,
        sector_log_weight: np.ndarray, *, seed: int, initial_heat: np.ndarray | None = None, row: int = 0,
    ) -> None:  # fmt: skip
        super().__init__(seed=seed)
        self.held = holder0.tolist()
        self.around = [[j for j in row_ if j >= 0] for row_ in grid.neighbours.tolist()]
        self.km2, self.sector = grid.km2.tolist(), grid.sector.tolist()
        start = np.zeros(len(self.held)) if initial_heat is None else initial_heat
        self.activity = [start.tolist(), start.tolist()]
        self.near = {
            c: list(zip(cells.tolist(), steps.tolist(), strict=True)) for c, (cells, steps) in near.items()
        }
        self.ring = [rule.ring_weight.tolist() for rule in rules]
        self.decay = [float(own(rule.decay, row)) for rule in rules]
        self.edges = [rule.heat_edges.tolist() for rule in rules]
        self.by_neighbours = [np.exp(own(r.neighbours, row)).tolist() for r in rules]
        self.by_heat = [np.exp(own(r.heat, row)).tolist() for r in rules]
        self.by_cell = [np.exp(rule.static).tolist() for rule in rules]
        self.by_sector = [math.exp(w) for w in sector_log_weight]
        self.left = [-self.random.random() * float(grid.km2.mean()) for _ in range(2)]
        self.events = 0
        self.exposed: tuple[dict[int, ExposedCell], dict[int, ExposedCell]] = ({}, {})
        for cell in range(len(self.held)):
            self.populate(cell)

    def populate(self, cell: int) -> None:
        """Make, keep or remove the agent of a cell, and let it look around."""
        side = self.held[cell]
        gone = self.exposed[1 - side].pop(cell, None)
        if gone is not None:
            gone.remove()
        agent = self.exposed[side].get(cell)
        if any(self.held[j] != side for j in self.around[cell]):
            if agent is None:
                agent = self.exposed[side][cell] = ExposedCell(self, cell)
            agent.look_around()
        elif agent is not None:
            del self.exposed[side][cell]
            agent.remove()

    def step(self) -> None:
        """One week: `self.budget` km² for capture and recapture are spent."""
        for side in range(2):
            decay = self.decay[side]
            self.activity[side] = [a * decay if a else 0.0 for a in self.activity[side]]
            self.left[side] += self.budget[side]
        self.agents.do("look_around")
        stuck = [False, False]
        while True:
            on = [self.left[s] > 0 and not stuck[s] for s in range(2)]
            if not any(on):
                break
            side = int(self.random.random() * sum(self.left) >= self.left[0]) if all(on) else int(on[1])
            agents = list(self.exposed[side].values())
            reach = list(accumulate(agent.weight for agent in agents))
            if not reach or reach[-1] <= 0:
                stuck[side] = True
                continue
            cell = agents[bisect_right(reach, self.random.random() * reach[-1])].cell
            self.flip(cell)
            self.left[side] -= self.km2[cell]
            stuck[1 - side] = False
            self.events += 1
        self.left = [min(km2, 0.0) for km2 in self.left]

    def flip(self, cell: int) -> None:
        """The cell changes hands; everyone within reach looks around again."""
        self.held[cell] = 1 - self.held[cell]
        for j, steps in self.near[cell]:
            for side in range(2):
                if steps < len(self.ring[side]):
                    self.activity[side][j] += self.ring[side][steps]
        for j, _ in self.near[cell]:
            self.populate(j)


def simulate(
    grid: Grid, holder0: np.ndarray, rules: tuple[CaptureRule, CaptureRule], near: dict, capture_km2: np.ndarray,
    recapture_km2: np.ndarray, sector_log_weight: np.ndarray, *, seed: int, initial_heat: np.ndarray | None = None,
    row: int = 0,
) -> tuple[np.ndarray, int]:  # fmt: skip
    """One trajectory : holders at the end, ndarray[cell], and the number of events."""
    model = FrontModel(
        grid, holder0, rules, near, sector_log_weight, seed=seed, initial_heat=initial_heat, row=row
    )
    for week in range(len(capture_km2)):
        model.budget = (capture_km2[week], recapture_km2[week])
        model.step()
    return np.array(model.held, dtype=np.int8), model.events
