"""Compiled passes over an event log: each reads every event once, trajectory by trajectory."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def changes_until(
    draw_start: np.ndarray, code: np.ndarray, week_end: np.ndarray, asked: np.ndarray, cells: int
) -> np.ndarray:
    """Net number of trajectories that turned to the challenger between asked weeks : ndarray[len(asked), cell] int64.

    asked : ascending weeks; row k counts events after asked[k − 1] up to asked[k].
    """
    out = np.zeros((asked.size, cells), dtype=np.int64)
    for d in range(draw_start.size - 1):
        at = draw_start[d]
        for k in range(asked.size):
            stop = draw_start[d] + (np.int64(week_end[d, asked[k] - 1]) if asked[k] > 0 else 0)
            while at < stop:
                event = np.int64(code[at])
                out[k, event >> 1] += 2 * (event & 1) - 1
                at += 1
    return out


@njit(cache=True, nogil=True)
def first_week(
    draw_start: np.ndarray, code: np.ndarray, week_end: np.ndarray, starts: np.ndarray, km2: np.ndarray,
    wanted: float,
) -> np.ndarray:  # fmt: skip
    """Week in which the held area first reaches `wanted` : ndarray[draw], 0 at the start, inf if never.

    km2 : [cell], 0 for cells that do not count; starts : [1 or draw, cell]
    """
    draws, weeks = week_end.shape
    out = np.full(draws, np.inf)
    common = 0.0
    for c in range(km2.size):
        common += km2[c] * starts[0, c]
    for d in range(draws):
        held = common
        if starts.shape[0] > 1:
            held = 0.0
            for c in range(km2.size):
                held += km2[c] * starts[d, c]
        if held >= wanted:
            out[d] = 0.0
            continue
        at = draw_start[d]
        for week in range(weeks):
            stop = draw_start[d] + np.int64(week_end[d, week])
            while at < stop:
                event = np.int64(code[at])
                held += km2[event >> 1] * (2 * (event & 1) - 1)
                at += 1
                if held >= wanted:
                    out[d] = week + 1.0
                    break
            if held >= wanted:
                break
    return out


@njit(cache=True, nogil=True)
def held_km2(
    draw_start: np.ndarray, code: np.ndarray, week_end: np.ndarray, starts: np.ndarray, km2: np.ndarray,
    label: np.ndarray, regions: int,
) -> np.ndarray:  # fmt: skip
    """Area held of each region at the end of each week : ndarray[draw, week, region], km²."""
    draws, weeks = week_end.shape
    out = np.empty((draws, weeks, regions))
    common = np.zeros(regions)
    held = np.zeros(regions)
    for d in range(draws):
        if d == 0 or starts.shape[0] > 1:
            common[:] = 0.0
            for c in range(km2.size):
                if label[c] >= 0:
                    common[label[c]] += km2[c] * starts[d, c]
        held[:] = common
        at = draw_start[d]
        for week in range(weeks):
            stop = draw_start[d] + np.int64(week_end[d, week])
            while at < stop:
                event = np.int64(code[at])
                cell = event >> 1
                if label[cell] >= 0:
                    held[label[cell]] += km2[cell] * (2 * (event & 1) - 1)
                at += 1
            for r in range(regions):
                out[d, week, r] = held[r]
    return out


@njit(cache=True, nogil=True)
def line_km(
    draw_start: np.ndarray, code: np.ndarray, week_end: np.ndarray, starts: np.ndarray, neighbours: np.ndarray,
    border: np.ndarray, chosen: np.ndarray, asked: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Length of borders between cells of different holders : ndarray[chosen, asked], km.

    neighbours, border : [cell, 6]; asked : ascending weeks
    """
    out = np.empty((chosen.size, asked.size))
    cells, degree = neighbours.shape
    holder = np.empty(cells, dtype=np.int8)
    for row in range(chosen.size):
        d = chosen[row]
        holder[:] = starts[d if starts.shape[0] > 1 else 0]
        length = 0.0
        for c in range(cells):
            for i in range(degree):
                j = neighbours[c, i]
                if j > c and holder[j] != holder[c]:
                    length += border[c, i]
        at = draw_start[d]
        for k in range(asked.size):
            stop = draw_start[d] + (np.int64(week_end[d, asked[k] - 1]) if asked[k] > 0 else 0)
            while at < stop:
                cell = np.int64(code[at]) >> 1
                for i in range(degree):
                    j = neighbours[cell, i]
                    if j >= 0:
                        length += border[cell, i] * (1.0 if holder[j] == holder[cell] else -1.0)
                holder[cell] = 1 - holder[cell]
                at += 1
            out[row, k] = length
    return out
