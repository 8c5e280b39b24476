"""Fronts fought out from any line, at a steady pace, so that courses of action can read what a gain takes from it."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass

import numpy as np

from contactline.case.scenario import FUTURES
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.fits import SPACE
from contactline.engine.fronts import fight_on_map
from contactline.engine.futures import Futures
from contactline.engine.ground import FRONT
from contactline.engine.luck import rows_of
from contactline.war.falls import FallLog, Line, NearestFirst, SimulatedLine
from contactline.war.territory import Ground

TRAJECTORIES = 240
PACE_KM2 = 100.0
"""km² a week: within the record's range; what falls for a given gain depends little on the pace."""
WEEKS = 260


@dataclass(frozen=True)
class Fallen:
    """Fronts fought from one line. trajectory : ndarray[pool draw], which of them each draw follows."""

    line: SimulatedLine
    trajectory: np.ndarray


@node("line")
def LINE(reads: Reads, holder: str) -> Fallen | None:
    """What falls from a line, fought out; None where the record is too thin for the spatial model.

    Each of the run's draws follows a trajectory that shares its beliefs on the belt and on the main region as nearly as
    TRAJECTORIES allow: draws and trajectories are matched in order of belt resistance, then of regional shift.
    """
    spatial = reads.of(SPACE)
    if spatial.fitted is None:
        return None
    streams, whole = Streams(reads["seed"]), reads.under({"first": reads["sets"]})
    belt = np.repeat(whole["war.belt_resistance"], FUTURES)
    region = np.repeat(whole["war.region_shift"], FUTURES)
    draws, order = len(belt), np.lexsort((region, belt))
    count = min(TRAJECTORIES, draws)
    chosen = order[(np.arange(count) * draws) // count]
    few = {"war.belt_resistance": belt[chosen], "war.region_shift": region[chosen]}
    pace = np.full((count, WEEKS), PACE_KM2)
    plan = spatial.fitted.plan(pace, streams)
    front = reads.of(FRONT)
    fought = fight_on_map(
        spatial.fitted,
        front,
        pace,
        few,
        streams,
        count,
        holder=holder_of(holder, len(front.ground.cell)),
        plan=plan,
    )
    follows = np.empty(draws, dtype=np.int64)
    follows[order] = (np.arange(draws) * count) // draws
    log = FallLog(fought.log.draw_start, fought.log.code, front.ground.km2.astype(np.float32).astype(float))
    return Fallen(SimulatedLine(log, np.arange(count)), follows)


def line_from(ground: Ground, futures: Futures) -> Line:
    """The line between holders of `ground`: simulated where the run has the spatial model, else nearest first."""
    found = futures.reads.of(LINE(name_of_holder(ground.holder)))
    if found is None:
        return NearestFirst(ground, futures.beliefs["war.built_up_resistance"])
    rows = rows_of(futures.reads)
    return found.line.followed_by(found.trajectory if rows is None else found.trajectory[rows])


def name_of_holder(holder: np.ndarray) -> str:
    """Holders ndarray[cell], 0 or 1, as a short text that a node's name can hold."""
    packed = zlib.compress(np.packbits(holder.astype(bool)).tobytes(), 9)
    return base64.urlsafe_b64encode(packed).decode()


def holder_of(name: str, cells: int) -> np.ndarray:
    """The holders that `name_of_holder` made a text of : ndarray[cell] int8."""
    packed = np.frombuffer(zlib.decompress(base64.urlsafe_b64decode(name)), dtype=np.uint8)
    return np.unpackbits(packed, count=cells).astype(np.int8)
