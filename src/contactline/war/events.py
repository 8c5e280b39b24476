"""What a run of the kernel recorded: every change of control, and the measures that are read off it.

A trajectory takes about two bytes an event and two a week; weeks and holders are unpacked on demand. Weeks count
from 1, the first week of the run, so "after w weeks" includes all events of week w.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from contactline.core.errors import InputError
from contactline.front.line import ZIGZAG, cell_borders
from contactline.war import events_loops as loops
from contactline.war.grid import Grid


@dataclass(frozen=True, eq=False)
class EventLog:
    """All changes of control of a set of trajectories.

    draw_start : ndarray[draw + 1] int64, where each trajectory's events begin
    code : ndarray[event] uint16 or uint32, twice the cell's position plus its new holder, in order of time
    week_end : ndarray[draw, week], events of the trajectory until the end of each week
    unspent_km2 : ndarray[draw, 2] float32, km² ordered that no exposed cell could take: captures, recaptures
    holder0 : ndarray[cell] or ndarray[draw, cell] int8, holders at the start; seed, first_draw : how it was drawn
    """

    draw_start: np.ndarray
    code: np.ndarray
    week_end: np.ndarray
    unspent_km2: np.ndarray
    weeks: int
    grid: Grid
    holder0: np.ndarray
    seed: int
    first_draw: int = 0

    @property
    def draws(self) -> int:
        """Number of trajectories."""
        return len(self.draw_start) - 1

    @property
    def cell(self) -> np.ndarray:
        """Which cell changed hands : ndarray[event], position in the grid."""
        found: np.ndarray = self.code >> self.code.dtype.type(1)
        return found

    @property
    def holder(self) -> np.ndarray:
        """Who took it : ndarray[event] uint8, 1 for the challenger."""
        found: np.ndarray = (self.code & self.code.dtype.type(1)).astype(np.uint8)
        return found

    @property
    def week(self) -> np.ndarray:
        """In which week, from 1 : ndarray[event] uint16."""
        counts: np.ndarray = np.diff(self.week_end.astype(np.int64), axis=1, prepend=0)
        return np.repeat(np.tile(np.arange(1, self.weeks + 1, dtype=np.uint16), self.draws), counts.ravel())

    @property
    def bytes_per_draw(self) -> float:
        """Memory of the log per trajectory, bytes."""
        held = self.code.nbytes + self.week_end.nbytes + self.draw_start.nbytes + self.unspent_km2.nbytes
        return held / max(self.draws, 1)

    def events_of(self, draw: int) -> pd.DataFrame:
        """One trajectory's events in order: columns week, cell (H3 index), holder."""
        rows = slice(self.draw_start[self._draw(draw)], self.draw_start[draw + 1])
        code = self.code[rows].astype(np.int64)
        counts = np.diff(self.week_end[draw].astype(np.int64), prepend=0)
        return pd.DataFrame(
            {
                "week": np.repeat(np.arange(1, self.weeks + 1), counts),
                "cell": self.grid.cell[code >> 1],
                "holder": code & 1,
            }
        )

    def holder_after(self, draw: int, week: int) -> np.ndarray:
        """Who holds each cell of one trajectory after `week` weeks : ndarray[cell] int8; 0 is the start."""
        held = self._start(self._draw(draw)).copy()
        if self._weeks([week])[0]:
            start = self.draw_start[draw]
            code = self.code[start : start + int(self.week_end[draw, week - 1])].astype(np.int64)
            held[code >> 1] = code & 1  # in order of time: the last event of a cell stands
        return held

    def chance_held(self, weeks: Sequence[int]) -> np.ndarray:
        """Share of trajectories in which the challenger holds each cell after a week : ndarray[len(weeks), cell]."""
        asked = self._weeks(weeks)
        order = np.argsort(asked, kind="stable")
        change = loops.changes_until(
            self.draw_start, self.code, self.week_end, asked[order], len(self.grid.cell)
        )
        start = self.holder0.astype(float)
        if start.ndim == 2:
            start = start.mean(axis=0)
        chance = np.empty(change.shape, dtype=np.float32)
        chance[order] = start + np.cumsum(change, axis=0) / self.draws
        return chance

    def first_week(self, cells: np.ndarray, share: float = 1.0) -> np.ndarray:
        """First week at whose end, or within which, the challenger holds `share` of the area : ndarray[draw] float.

        cells : ndarray[cell] bool. 0 where that is so at the start, inf where it never is.
        """
        mask = np.asarray(cells)
        if mask.shape != self.grid.cell.shape or mask.dtype != bool:
            raise InputError(
                f"objective: got an array {mask.dtype}{list(mask.shape)}; allowed is one bool for each of the "
                f"{len(self.grid.cell)} cells."
            )
        if not mask.any():
            raise InputError(
                "objective: no cell of the theatre belongs to it; widen the objective or the theatre."
            )
        if not 0 < share <= 1:
            raise InputError(f"objective: share {share!r}; allowed is above 0 and at most 1.")
        km2 = np.where(mask, self.grid.km2, 0.0).astype(float)
        wanted = share * km2.sum() - 1e-6  # sums of areas are exact to far less than a square metre
        return loops.first_week(self.draw_start, self.code, self.week_end, self._starts(), km2, wanted)

    def held_km2(self, labels: np.ndarray, regions: int | None = None) -> np.ndarray:
        """Area that the challenger holds of each region : ndarray[draw, week, region], km², exact sums of cells.

        labels : ndarray[cell] int, region of each cell from 0; −1 leaves a cell out.
        """
        label = np.asarray(labels)
        if label.shape != self.grid.cell.shape or label.dtype.kind not in "iu":
            raise InputError(
                f"regions: got labels {label.dtype}{list(label.shape)}; allowed is one whole number for each of the "
                f"{len(self.grid.cell)} cells, −1 for none."
            )
        count = int(label.max()) + 1 if regions is None else regions
        if label.max() >= count or label.min() < -1:
            raise InputError(
                f"regions: labels run from {label.min()} to {label.max()}; allowed: −1 to {count - 1}."
            )
        return loops.held_km2(
            self.draw_start, self.code, self.week_end, self._starts(), self.grid.km2.astype(float),
            label.astype(np.int64), count,
        )  # fmt: skip

    def line_km(
        self, weeks: Sequence[int], draws: np.ndarray | None = None, *, zigzag: float = ZIGZAG
    ) -> np.ndarray:
        """Length of the line of contact after given weeks : ndarray[draw, len(weeks)], km.

        draws : which trajectories (default all). zigzag : km of line per km of cell border, see front.line.
        """
        chosen = np.arange(self.draws) if draws is None else np.asarray([self._draw(int(d)) for d in draws])
        asked = self._weeks(weeks)
        order = np.argsort(asked, kind="stable")
        km = np.empty((len(chosen), len(asked)))
        borders = border_km(self.grid)
        km[:, order] = loops.line_km(
            self.draw_start, self.code, self.week_end, self._starts(), self.grid.neighbours, borders, chosen,
            asked[order],
        )  # fmt: skip
        return km * zigzag

    def _starts(self) -> np.ndarray:
        return np.atleast_2d(self.holder0)

    def _start(self, draw: int) -> np.ndarray:
        return self.holder0 if self.holder0.ndim == 1 else self.holder0[draw]

    def _draw(self, draw: int) -> int:
        if not 0 <= draw < self.draws:
            raise InputError(f"trajectory {draw}: allowed are 0 to {self.draws - 1}.")
        return draw

    def _weeks(self, weeks: Sequence[int]) -> np.ndarray:
        asked = np.asarray(weeks, dtype=np.int64)
        if asked.size and (asked.min() < 0 or asked.max() > self.weeks):
            raise InputError(
                f"weeks {list(weeks)}: the run has {self.weeks} weeks; allowed are 0 to {self.weeks}."
            )
        return asked


def border_km(grid: Grid) -> np.ndarray:
    """Length of the border with each neighbour : ndarray[cell, 6], km; 0 where there is none."""
    pairs, km = cell_borders(grid.cell)
    count = len(grid.cell)
    keys = np.concatenate([pairs[:, 0] * count + pairs[:, 1], pairs[:, 1] * count + pairs[:, 0]])
    order = np.argsort(keys)
    here, slot = np.nonzero(grid.neighbours >= 0)
    wanted = here * count + grid.neighbours[here, slot]
    out = np.zeros(grid.neighbours.shape)
    out[here, slot] = np.concatenate([km, km])[order][np.searchsorted(keys[order], wanted)]
    return out
