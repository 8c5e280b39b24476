"""The front in plain numpy, as one would first write it: exact, one event after another, arrays over all cells.

Same model as contactline.war.kernel, other random numbers. `plain` weighs every cell of the theatre at every event;
`frontier` weighs only the exposed ones and updates counts and activity in place, the best that plain numpy gave us.
"""

from __future__ import annotations

import numpy as np

from contactline.war.grid import Grid
from contactline.war.kernel_given import CaptureRule


def rings(grid: Grid, cells: np.ndarray, count: int) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Cells within `count` rings of each given cell and their distances, the cell itself first."""
    found = {}
    for cell in cells.tolist():
        near, edge = {cell: 0}, [cell]
        for step in range(1, count):
            edge = sorted({j for i in edge for j in grid.neighbours[i].tolist() if j >= 0 and j not in near})
            near.update(dict.fromkeys(edge, step))
        found[cell] = (np.array(list(near)), np.array(list(near.values())))
    return found


def own(rows: np.ndarray, row: int) -> np.ndarray:
    """The trajectory's row of a rule's array; one row stands for all."""
    return rows[row if len(rows) > 1 else 0]


class Front:
    """State of one trajectory."""

    def __init__(
        self, grid: Grid, holder0: np.ndarray, rules: tuple[CaptureRule, CaptureRule], near: dict,
        initial_heat: np.ndarray | None = None, row: int = 0,
    ) -> None:  # fmt: skip
        self.grid, self.near, self.rules = grid, near, rules
        self.valid = grid.neighbours >= 0
        self.held = holder0.astype(np.int8)
        self.activity = np.zeros((2, len(grid.cell)))
        if initial_heat is not None:
            self.activity += initial_heat
        self.opposed = ((self.held[grid.neighbours] != self.held[:, None]) & self.valid).sum(axis=1)
        self.factor = [
            (np.exp(own(rule.neighbours, row)), np.exp(own(rule.heat, row)), np.exp(rule.static), rule.heat_edges)
            for rule in rules
        ]  # fmt: skip
        self.decay = [float(own(rule.decay, row)) for rule in rules]

    def plain(self, side: int, by_sector: np.ndarray, rng: np.random.Generator) -> int:
        """Draw a cell; every cell of the theatre is weighed anew. −1 where none is exposed."""
        neighbours, heat, static, edges = self.factor[side]
        level = np.searchsorted(edges, self.activity[side], side="right")
        other = ((self.held[self.grid.neighbours] != self.held[:, None]) & self.valid).sum(axis=1)
        weight = neighbours[other] * heat[level] * static * by_sector[self.grid.sector]
        weight[(self.held != side) | (other == 0)] = 0.0
        reach = np.cumsum(weight)
        if reach[-1] <= 0:
            return -1
        return int(np.searchsorted(reach, rng.random() * reach[-1], side="right"))

    def frontier(self, side: int, by_sector: np.ndarray, rng: np.random.Generator) -> int:
        """Draw a cell; only the exposed ones are weighed."""
        cells = np.flatnonzero((self.opposed > 0) & (self.held == side))
        if not len(cells):
            return -1
        neighbours, heat, static, edges = self.factor[side]
        level = np.searchsorted(edges, self.activity[side][cells], side="right")
        weight = (
            neighbours[self.opposed[cells]] * heat[level] * static[cells] * by_sector[self.grid.sector[cells]]
        )
        reach = np.cumsum(weight)
        return int(cells[np.searchsorted(reach, rng.random() * reach[-1], side="right")])

    def flip(self, cell: int) -> None:
        """The cell changes hands."""
        self.held[cell] ^= 1
        around = self.grid.neighbours[cell][self.valid[cell]]
        same = self.held[around] == self.held[cell]
        self.opposed[around] += np.where(same, -1, 1)
        self.opposed[cell] = len(around) - same.sum() if len(around) else 0
        cells, steps = self.near[cell]
        for side, rule in enumerate(self.rules):
            reached = steps < len(rule.ring_weight)
            self.activity[side][cells[reached]] += rule.ring_weight[steps[reached]]


def simulate(
    grid: Grid, holder0: np.ndarray, rules: tuple[CaptureRule, CaptureRule], near: dict, capture_km2: np.ndarray,
    recapture_km2: np.ndarray, sector_log_weight: np.ndarray, rng: np.random.Generator, *, method: str = "plain",
    initial_heat: np.ndarray | None = None, row: int = 0,
) -> tuple[np.ndarray, int]:  # fmt: skip
    """One trajectory : holders at the end, ndarray[cell], and the number of events.

    capture_km2, recapture_km2 : ndarray[week]; sector_log_weight : ndarray[sector]; near : from `rings`
    """
    front = Front(grid, holder0, rules, near, initial_heat, row)
    draw = getattr(front, method)
    by_sector = np.exp(sector_log_weight)
    left = -rng.random(2) * float(grid.km2.mean())
    events = 0
    for week in range(len(capture_km2)):
        for side in range(2):
            front.activity[side] *= front.decay[side]
        left += (capture_km2[week], recapture_km2[week])
        stuck = np.zeros(2, dtype=bool)
        while True:
            on = (left > 0) & ~stuck
            if not on.any():
                break
            side = int(rng.random() * left.sum() >= left[0]) if on.all() else int(on[1])
            cell = draw(side, by_sector, rng)
            if cell < 0:
                stuck[side] = True
                continue
            front.flip(cell)
            left[side] -= grid.km2[cell]
            stuck[1 - side] = False
            events += 1
        left = np.minimum(left, 0.0)
    return front.held, events
