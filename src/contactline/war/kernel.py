"""The front, simulated: which cells change hands week by week, given budgets of km², a capture rule and levers.

An event-driven (kinetic) Monte Carlo on the theatre's graph. Each week's budget is spent by drawing exposed cells in
proportion to exp(log weight); weights are renewed after every event. Public function and its records are here; the
compiled loop is in kernel_loop, the order of cells in kernel_layout, checks of what comes in in kernel_checks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from contactline.core.progress import Tick
from contactline.war.events import EventLog
from contactline.war.grid import Grid
from contactline.war.kernel_checks import Run, prepare
from contactline.war.kernel_given import Means, Plan
from contactline.war.kernel_loop import gather, run_chunk
from contactline.war.kernel_store import Checkpoint

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
