"""Fronts fought out from any line, at a steady pace, so that courses of action can read what a gain takes from it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from contactline.core.streams import Streams
from contactline.stages.front import Front
from contactline.stages.space import SimulatedFront, fight_on_map
from contactline.war.falls import Line, LineOf, SimulatedLine
from contactline.war.space import Plan, SpaceFit

TRAJECTORIES = 240
PACE_KM2 = 100.0
"""km² a week: within the record's range; what falls for a given gain depends little on the pace."""
WEEKS = 260


def lines(fitted: SpaceFit, front: Front, beliefs: Mapping[str, np.ndarray], streams: Streams) -> LineOf:
    """What falls from a given line, simulated once a line and kept.

    Each of the run's draws follows a trajectory that shares its beliefs on the belt and on the main region as nearly as
    TRAJECTORIES allow: draws and trajectories are matched in order of belt resistance, then of regional shift.
    """
    draws = len(beliefs["war.belt_resistance"])
    order = np.lexsort((beliefs["war.region_shift"], beliefs["war.belt_resistance"]))
    count = min(TRAJECTORIES, draws)
    chosen = order[(np.arange(count) * draws) // count]
    known: dict[bytes, Line] = {}
    few = {name: beliefs[name][chosen] for name in ("war.belt_resistance", "war.region_shift")}

    pace = np.full((count, WEEKS), PACE_KM2)

    @cache
    def plan() -> Plan:
        return fitted.plan(pace, streams)

    def line_of(holder: np.ndarray) -> Line:
        key = holder.astype(np.int8).tobytes()
        if key not in known:
            front_now: SimulatedFront = fight_on_map(
                fitted, front, pace, few, streams, count, holder=holder, plan=plan()
            )
            follows = np.empty(draws, dtype=np.int64)
            follows[order] = (np.arange(draws) * count) // draws
            known[key] = SimulatedLine(front_now.log, follows)
        return known[key]

    return line_of
