"""Fronts fought out from any line, at a steady pace, so that courses of action can read what a gain takes from it.

Fronts are fought once a line, at a few levels of the two beliefs that move them; a draw follows a trajectory of one of
the levels next to its own beliefs, the nearer the likelier. So no belief fights a front anew, held or drawn.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass

import numpy as np

from contactline.case.beliefs import Belief
from contactline.case.schema import Case
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.fits import SPACE
from contactline.engine.fronts import fight_on_map
from contactline.engine.futures import Futures
from contactline.engine.ground import FRONT
from contactline.war.falls import FallLog, Line, NearestFirst, SimulatedLine
from contactline.war.territory import Ground

BELT, REGION = "war.belt_resistance", "war.region_shift"
EACH, FEW = 10, 3
"""Trajectories at each pair of levels; fewer where many lines are only compared."""
PACE_KM2 = 100.0
"""km² a week: within the record's range; what falls for a given gain depends little on the pace."""
WEEKS = 260


@dataclass(frozen=True)
class Fallen:
    """Fronts fought from one line, `each` at every pair of levels of belt resistance (log) and of regional shift.

    belt, region : ndarray[level], rising; trajectory (i · len(region) + j) · each + k stands at belt[i] and region[j]
    """

    line: SimulatedLine
    belt: np.ndarray
    region: np.ndarray
    each: int

    def followed(self, belt: np.ndarray, region: np.ndarray, luck: np.ndarray) -> SimulatedLine:
        """The line for draws with these beliefs : ndarray[draw] each; luck : ndarray[draw, 3], uniform."""
        at = _level(self.belt, np.log(belt), luck[:, 0]) * len(self.region) + _level(
            self.region, region, luck[:, 1]
        )
        return self.line.followed_by(at * self.each + (luck[:, 2] * self.each).astype(np.int64))


@node("line", shared=True)
def LINE(reads: Reads, holder: str, each: str) -> Fallen | None:
    """What falls from a line, fought out; None where the record is too thin for the spatial model."""
    fitted = reads.of(SPACE).fitted
    if fitted is None:
        return None
    case: Case = reads["case"]
    belt, region = (
        levels(belief, log) for belief, log in ((_named(case, BELT), True), (_named(case, REGION), False))
    )
    pairs = np.stack(np.meshgrid(belt, region, indexing="ij"), axis=-1).reshape(-1, 2)
    count = len(pairs) * int(each)
    beliefs = {BELT: np.exp(np.repeat(pairs[:, 0], int(each))), REGION: np.repeat(pairs[:, 1], int(each))}
    pace, streams, front = np.full((count, WEEKS), PACE_KM2), Streams(reads["seed"]), reads.of(FRONT)
    own = holder_of(holder, len(front.ground.cell))
    log = fight_on_map(fitted, front, pace, beliefs, streams, count, holder=own).log
    fallen = FallLog(log.draw_start, log.code, log.grid.km2.astype(float))
    return Fallen(SimulatedLine(fallen, np.arange(count)), belt, region, int(each))


def levels(belief: Belief, log: bool) -> np.ndarray:
    """Levels at which fronts are fought : ndarray[level], of the logarithm if `log`: four or three even steps over the
    central 98% of the belief, and beyond on each side as far as a reader may hold it (choice/held.reach)."""
    low, high = (float(q) for q in belief.quantile(np.array([0.01, 0.99])))
    if log:
        inner = np.linspace(np.log(low), np.log(high), 4)
        least = -np.inf if belief.low is None or belief.low <= 0 else np.log(belief.low)
        most = np.inf if belief.high is None else np.log(belief.high)
        outer = (max(inner[0] - np.log(3.0), least), min(inner[-1] + np.log(3.0), most))
    else:
        inner = np.linspace(low, high, 3)
        outer = (2.0 * low - high, 2.0 * high - low)
    return np.unique([outer[0], *inner, outer[1]])


def line_from(ground: Ground, futures: Futures) -> Line:
    """The line between holders of `ground`: simulated where the run has the spatial model, else nearest first."""
    reads = futures.reads
    each = reads.get("fixed.line_each", EACH)
    found = reads.of(LINE(name_of_holder(ground.holder), str(int(each))))
    beliefs = futures.beliefs
    if found is None:
        return NearestFirst(ground, beliefs["war.built_up_resistance"])
    return found.followed(beliefs[BELT], beliefs[REGION], futures.luck.line_luck)


def name_of_holder(holder: np.ndarray) -> str:
    """Holders ndarray[cell], codes 0 or 1, as a short text that a node's name can hold."""
    packed = zlib.compress(np.packbits(holder.astype(bool)).tobytes(), 9)
    return base64.urlsafe_b64encode(packed).decode()


def holder_of(name: str, cells: int) -> np.ndarray:
    """The holders that `name_of_holder` made a text of : ndarray[cell] int8, codes 0 or 1."""
    packed = np.frombuffer(zlib.decompress(base64.urlsafe_b64decode(name)), dtype=np.uint8)
    return np.unpackbits(packed, count=cells).astype(np.int8)


def _level(marks: np.ndarray, values: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """One of the two levels next to each value : ndarray[draw] int, each as likely as the value is near to it."""
    at = np.interp(values, marks, np.arange(len(marks)))
    below = np.minimum(at.astype(np.int64), len(marks) - 2) if len(marks) > 1 else np.zeros(len(at), np.int64)
    found: np.ndarray = below + (luck < at - below)
    return found


def _named(case: Case, name: str) -> Belief:
    return next(belief for belief in case.beliefs if belief.name == name)
