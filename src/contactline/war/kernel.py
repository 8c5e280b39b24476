"""The front, simulated: which cells change hands week by week, given budgets of km², a capture rule and levers.

An event-driven (kinetic) Monte Carlo on the theatre's graph. Each week's budget is spent by drawing exposed cells in
proportion to exp(log weight); weights are renewed after every event. Public function and its records are here; the
compiled loop is in kernel_loop, the order of cells in kernel_layout, checks of what comes in in kernel_checks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contactline.core.progress import Tick, no_tick
from contactline.war.events import EventLog
from contactline.war.grid import Grid
from contactline.war.kernel_checks import Run, prepare
from contactline.war.kernel_loop import gather, run_chunk
from contactline.war.kernel_store import Checkpoint

CHUNK = 512
"""Trajectories a thread simulates between two reports: about a fifth of a second on the built-in theatre."""


@dataclass(frozen=True, eq=False)
class CaptureRule:
    """Conditional-logit weights of which exposed cell falls; one row a trajectory (or posterior draw), or one for all.

    neighbours : ndarray[rule, 7], log weight by number of neighbours that the taker holds; entry 0 is never used,
        since a cell without such a neighbour is not exposed
    heat : ndarray[rule, level], log weight by level of local activity, at most 16 levels
    heat_edges : ndarray[level − 1], ascending; level k begins at heat_edges[k − 1] (activity ≥ edge)
    decay : ndarray[rule], factor a week on local activity, 0 to 1
    ring_weight : ndarray[ring] ≥ 0, what a change of control adds to the activity of cells 0, 1, 2… steps away
    static : ndarray[cell], log weight from town, belt, works; −inf bars a cell

    Local activity counts changes of control in either direction. A change counts at once, in its own week with
    factor 1, in the next with `decay`, then `decay`²; an activity at the start has decayed once when week 1 begins.
    """

    neighbours: np.ndarray
    heat: np.ndarray
    heat_edges: np.ndarray
    decay: np.ndarray
    ring_weight: np.ndarray
    static: np.ndarray


@dataclass(frozen=True, eq=False)
class Levers:
    """What a course of action sets week by week. A first axis of length 1 stands for all draws, a second for all weeks.

    capture_km2, recapture_km2 : ndarray[draw, week] ≥ 0, gross km² that challenger and defender take in the week
    sector_log_weight : ndarray[draw, week, sector], added to the log weight of every cell of a sector; −inf closes it
    resistance : ndarray[cell], added to the log weight of capture (negative: harder), such as prepared works
    frozen : ndarray[draw, week] bool, a pause: nothing moves, budgets of the week are void, activity decays
    resistance_scale : ndarray[draw], factor on `resistance` in each trajectory, for a belief on its strength
    """

    capture_km2: np.ndarray
    recapture_km2: np.ndarray | None = None
    sector_log_weight: np.ndarray | None = None
    resistance: np.ndarray | None = None
    frozen: np.ndarray | None = None
    resistance_scale: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """What is fought out: rules, levers and what they start from.

    rule_of_draw : ndarray[draw], index of the rules' row (default: the only row, or one row a draw)
    initial_heat : ndarray[cell] or [rule, cell], activity at the start (default: none)
    draws, weeks : numbers, needed only where no array has that axis
    """

    capture: CaptureRule
    recapture: CaptureRule
    levers: Levers
    rule_of_draw: np.ndarray | None = None
    initial_heat: np.ndarray | None = None
    draws: int | None = None
    weeks: int | None = None


@dataclass(frozen=True, eq=False)
class Means:
    """By what means a front is simulated; none of them changes the result.

    threads : number, None for all cores; chunk : trajectories that a thread simulates between two reports
    max_bytes : that the log of events may take, None for half of the machine's memory
    checkpoint : folder that keeps finished chunks; calling again with the same input goes on where it was cut
    """

    threads: int | None = None
    chunk: int = CHUNK
    max_bytes: int | None = None
    tick: Tick = no_tick
    checkpoint: Path | None = None


USUAL = Means()


def simulate_front(
    grid: Grid, holder0: np.ndarray, plan: Plan, *, seed: int, first_draw: int = 0, means: Means = USUAL
) -> EventLog:
    """Simulate the front; the result is the same, bit for bit, by whatever means.

    holder0 : ndarray[cell] or ndarray[draw, cell], 1 where the challenger holds
    first_draw : number of the first trajectory; trajectories 500–999 of one run equal a run of 500 with first_draw 500

    Each week's km² are spent cell by cell, captures and recaptures in random order (the next is a capture with
    probability in proportion to what is left to capture). What is left carries over, from a random start within one
    cell, so that the expected area equals the budget in every week and any path stays within one cell of it. Budget
    that meets no exposed cell is not carried on but reported as `unspent_km2`.

    Method: conditional logit choices (McFadden 1974) by kinetic Monte Carlo (Bortz, Kalos & Lebowitz 1975) over a
    sum tree. Raises InputError for arrays that do not fit, with what came and what is allowed, and where the log of
    events would not fit in memory.
    """
    run = prepare(grid, holder0, plan, seed=seed, first_draw=first_draw, max_bytes=means.max_bytes)
    store = Checkpoint(means.checkpoint, run, means.chunk) if means.checkpoint is not None else None
    return _gathered(run, _chunks(run, means.chunk), _workers(means.threads), store, means.tick)


def _workers(threads: int | None) -> int:
    if threads is not None:
        return max(1, threads)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _chunks(run: Run, chunk: int) -> list[slice]:
    size = max(1, chunk)
    return [slice(first, min(first + size, run.draws)) for first in range(0, run.draws, size)]


def _gathered(run: Run, chunks: list[slice], workers: int, store: Checkpoint | None, tick: Tick) -> EventLog:
    """Simulate the chunks on threads and lay their events one after another, in order of trajectories."""
    code = np.empty(int(run.room.sum()), dtype=run.code_type)
    week_end = np.empty((run.draws, run.weeks), dtype=run.count_type)
    unspent = np.empty((run.draws, 2), dtype=np.float32)
    at = 0
    with ThreadPoolExecutor(workers) as pool:
        work = _simulate if store is None else store.kept(_simulate)
        futures = [pool.submit(work, run, rows) for rows in chunks]
        try:
            for number, rows in enumerate(chunks):
                packed, week_end[rows], unspent[rows] = futures[number].result()
                futures[number] = None  # type: ignore[call-overload]  # its buffer may go
                code[at : at + len(packed)] = packed
                at += len(packed)
                tick((number + 1) / len(chunks))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    start = np.concatenate([[0], np.cumsum(week_end[:, -1], dtype=np.int64)])
    return EventLog(
        start, code[:at], week_end, unspent, run.weeks, run.grid, run.holder0, run.seed, run.first_draw
    )


Outcome = tuple[np.ndarray, np.ndarray, np.ndarray]
Work = Callable[[Run, slice], Outcome]


def _simulate(run: Run, rows: slice) -> Outcome:
    """One chunk: codes without gaps, events until each week's end, unspent km²."""
    draws = rows.stop - rows.start
    room = np.concatenate([[0], np.cumsum(run.room[rows])]).astype(np.int64)
    code = np.empty(int(room[-1]), dtype=np.uint32)
    week_end = np.empty((draws, run.weeks), dtype=np.uint32)
    unspent = np.empty((draws, 2), dtype=np.float32)
    run_chunk(*run.arguments(rows.start, draws), room, code, week_end, unspent)  # type: ignore[call-arg,arg-type]
    packed = np.empty(int(week_end[:, -1].sum()), dtype=run.code_type)
    gather(code, room, week_end, packed)
    return packed, week_end.astype(run.count_type), unspent
