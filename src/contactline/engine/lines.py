"""Fronts fought out from any line, at a steady pace, so that courses of action can read what a gain takes from it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from contactline.core.streams import Streams
from contactline.engine.fronts import fight_on_map
from contactline.engine.ground import Front
from contactline.war.falls import Line, LineOf, SimulatedLine
from contactline.war.space import Plan, SpaceFit

TRAJECTORIES = 240
PACE_KM2 = 100.0
"""km² a week: within the record's range; what falls for a given gain depends little on the pace."""
WEEKS = 260


def lines(fitted: SpaceFit, front: Front, streams: Streams) -> LineOf:
    """What falls from a given line under given beliefs, simulated anew at each call.

    Each of the run's draws follows a trajectory that shares its beliefs on the belt and on the main region as nearly as
    TRAJECTORIES allow: draws and trajectories are matched in order of belt resistance, then of regional shift.
    """

    @cache
    def steady(count: int) -> tuple[np.ndarray, Plan]:
        pace = np.full((count, WEEKS), PACE_KM2)
        return pace, fitted.plan(pace, streams)

    def line_of(holder: np.ndarray, beliefs: Mapping[str, np.ndarray]) -> Line:
        belt, region = beliefs["war.belt_resistance"], beliefs["war.region_shift"]
        draws, order = len(belt), np.lexsort((region, belt))
        count = min(TRAJECTORIES, draws)
        chosen = order[(np.arange(count) * draws) // count]
        few = {"war.belt_resistance": belt[chosen], "war.region_shift": region[chosen]}
        pace, plan = steady(count)
        fought = fight_on_map(fitted, front, pace, few, streams, count, holder=holder, plan=plan)
        follows = np.empty(draws, dtype=np.int64)
        follows[order] = (np.arange(draws) * count) // draws
        return SimulatedLine(fought.log, follows)

    return line_of
