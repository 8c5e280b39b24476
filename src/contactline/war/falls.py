"""What falls when a given net gain has been made from a given line: people, belts, ground by region.

A line is the start of a war: the present one, or the one that terms leave. What lies in the ground that a gain takes
is read off fronts simulated from that line, trajectory by trajectory, so that two courses of action that gain the same
number of km² from different lines lose different towns. Where the record is too thin for the spatial model, cells fall
nearest to the line first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numba import njit, prange

from contactline.war.territory import Ground, order_of_fall

STEP_KM2 = 50.0
"""Gains between which a simulated front is read; in between, linear."""
MOST_KM2 = 30_000.0


class Line(Protocol):
    """A line from which a war is fought."""

    def lost(self, values: np.ndarray, gain: np.ndarray) -> np.ndarray:
        """What has fallen once the challenger has gained so much : ndarray[draw, quantity].

        values : ndarray[cell, quantity], in whatever unit, e.g. people in each cell; gain : ndarray[draw], km² ≥ 0
        """
        ...


@dataclass(frozen=True, eq=False)
class FallLog:
    """Trajectories of fronts, as far as what falls is read off them.

    draw_start : ndarray[trajectory + 1] int64, where each one's events begin; code : ndarray[event], twice the cell's
    position plus its new holder, in order of time; km2 : ndarray[cell], area of each cell
    """

    draw_start: np.ndarray
    code: np.ndarray
    km2: np.ndarray


@dataclass(frozen=True, eq=False)
class SimulatedLine:
    """Fronts fought out from one line.

    log : trajectories at some tempo; trajectory : ndarray[draw], which of them each of the run's draws follows
    """

    log: FallLog
    trajectory: np.ndarray
    _tables: dict[bytes, np.ndarray] = field(default_factory=dict, repr=False)

    def lost(self, values: np.ndarray, gain: np.ndarray) -> np.ndarray:
        """See Line. A gain beyond what was simulated takes what the longest simulated one did."""
        key = hashlib.sha256(np.ascontiguousarray(values, dtype=float).tobytes()).digest()
        if key not in self._tables:
            self._tables[key] = self._read(np.ascontiguousarray(values, dtype=float))
        return read_levels(self._tables[key], self.trajectory, np.maximum(gain, 0.0) / STEP_KM2)

    def followed_by(self, trajectory: np.ndarray) -> SimulatedLine:
        """The same line for draws that follow other trajectories : ndarray[draw]; what was read off is shared."""
        return replace(self, trajectory=trajectory)

    def _read(self, values: np.ndarray) -> np.ndarray:
        """Quantities taken by level of gain : ndarray[trajectory, level, quantity]."""
        log, levels = self.log, int(MOST_KM2 / STEP_KM2) + 1
        table: np.ndarray = taken_by_gain(log.draw_start, log.code, log.km2, values, STEP_KM2, levels)
        return table


@dataclass(frozen=True, eq=False)
class NearestFirst:
    """Cells fall in order of their distance from the line, built-up ones at `resistance` times the cost.

    resistance : ndarray[draw]
    """

    ground: Ground
    resistance: np.ndarray

    def lost(self, values: np.ndarray, gain: np.ndarray) -> np.ndarray:
        """See Line."""
        here = self.ground
        order = order_of_fall(here)

        def climb(column: np.ndarray) -> np.ndarray:
            return np.concatenate([np.zeros((1, *column.shape[1:])), np.cumsum(column[order], axis=0)])

        norm = 1.0 + (self.resistance - 1.0) * here.built_record
        return left_behind(
            np.asarray(gain, dtype=float), self.resistance, norm, climb(np.where(here.built, 0.0, here.km2)),
            climb(np.where(here.built, here.km2, 0.0)), climb(np.asarray(values, dtype=float)),
        )  # fmt: skip


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def taken_by_gain(
    draw_start: np.ndarray, code: np.ndarray, km2: np.ndarray, values: np.ndarray, step: float, levels: int
) -> np.ndarray:  # fmt: skip
    """Quantities taken when the net gain first reaches each level : ndarray[trajectory, level, quantity].

    values : ndarray[cell, quantity], each in its unit; step : km² between levels. Other arguments as in `Events`.
    """
    draws, count = draw_start.size - 1, values.shape[1]
    out = np.zeros((draws, levels, count))
    for d in prange(draws):
        held = np.zeros(count)
        gain = 0.0
        level = 1
        for at in range(draw_start[d], draw_start[d + 1]):
            event = np.int64(code[at])
            cell, sign = event >> 1, 2 * (event & 1) - 1
            gain += km2[cell] * sign
            for k in range(count):
                held[k] += values[cell, k] * sign
            while level < levels and gain >= level * step:
                out[d, level] = held
                level += 1
        for rest in range(level, levels):
            out[d, rest] = out[d, level - 1]
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def read_levels(table: np.ndarray, row: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Linear between levels : ndarray[draw, quantity], in its unit; at : ndarray[draw], levels, a number with a part.

    On one thread: the work takes less than it takes to wake another.
    """
    out = np.empty((at.size, table.shape[2]))
    top = table.shape[1] - 1
    for d in range(at.size):
        low = min(int(at[d]), top)
        high = min(low + 1, top)
        part = min(at[d] - low, 1.0)
        for k in range(table.shape[2]):
            first = table[row[d], low, k]  # in this form two equal levels give themselves
            out[d, k] = first + part * (table[row[d], high, k] - first)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def left_behind(
    effort: np.ndarray, resistance: np.ndarray, norm: np.ndarray,
    open_km2: np.ndarray, built_km2: np.ndarray, values: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """What lies in the cells that an effort has taken : ndarray[draw, quantity].

    effort : [draw], km² of average captured ground; resistance, norm : [draw]; open_km2, built_km2 : [cell + 1] and
    values : [cell + 1, quantity] are cumulated in the order of fall, beginning with 0. A cell partly paid for counts
    in part.
    """
    draws, cells = effort.size, open_km2.size
    out = np.zeros((draws, values.shape[1]))
    for d in range(draws):
        want = max(effort[d], 0.0) * norm[d]
        low, high = 0, cells - 1
        while low < high:  # the last cell whose cumulated cost is within the effort
            middle = (low + high + 1) // 2
            if open_km2[middle] + resistance[d] * built_km2[middle] <= want:
                low = middle
            else:
                high = middle - 1
        part = 0.0
        if low + 1 < cells:
            here = open_km2[low] + resistance[d] * built_km2[low]
            step = open_km2[low + 1] + resistance[d] * built_km2[low + 1] - here
            part = (want - here) / step if step > 0.0 else 0.0
        after = min(low + 1, cells - 1)
        for k in range(values.shape[1]):
            out[d, k] = values[low, k] + part * (values[after, k] - values[low, k])
    return out
