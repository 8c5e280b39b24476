"""What the kernel is given: rules of capture, levers, a plan of both, and the means to run it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contactline.core.progress import Tick, no_tick

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
