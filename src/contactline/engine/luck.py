"""Chance of a run, and paths of losses: drawn once for every future, looked at in part where less is asked.

A run of fewer futures is the first few of each set of a larger one, so a quick answer stands on the same beliefs and
the same luck as the report's.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.special import ndtri

from contactline.case.scenario import FUTURES
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.fits import LOSS_FIT
from contactline.truce.calendar import PledgeLuck
from contactline.truce.guarantee import ceded_effect

SPELLS = 6
"""Collapses a trajectory can hold; six in five years is more than any belief set expects."""
SMALL = SPELLS + 10
"""Numbers of a future beside those of its weeks and of the calendar."""


@dataclass(frozen=True)
class Chance:
    """What differs between the futures of a belief set, one row a draw.

    collapse_luck : [draw, spell], breakdown_luck, end_luck, peace_luck : [draw], unit exponentials
    crisis_luck : [draw, week], line_luck : [draw, 3], honour_luck, aims_luck, discretion_luck : [draw], uniforms
    """

    collapse_luck: np.ndarray
    breakdown_luck: np.ndarray
    honour_luck: np.ndarray
    end_luck: np.ndarray
    peace_luck: np.ndarray
    crisis_luck: np.ndarray
    aims_luck: np.ndarray
    discretion_luck: np.ndarray
    line_luck: np.ndarray
    pledge_luck: PledgeLuck


OWN = tuple(part.name for part in fields(Chance) if part.name != "pledge_luck")


@node("pool.claims", kept=False)
def CLAIMS_POOL(reads: Reads) -> np.ndarray:
    """Weekly losses of the challenger as its ruler claims them : ndarray[pool draw, week], persons."""
    if "given.claims" in reads:
        return np.asarray(reads["given.claims"])
    return reads.of(LOSS_FIT).predict(reads["weeks"], reads["sets"] * FUTURES, Streams(reads["seed"]))


@node("pool.luck", kept=False)
def LUCK_POOL(reads: Reads) -> Chance:
    """Chance for every future of every belief set."""
    case, sets, streams = reads["case"], reads["sets"], Streams(reads["seed"])
    small, changes, crisis = luck_of_sets(range(sets), reads["weeks"], len(case.calendar) + 1, streams)
    ceded = np.repeat(ceded_effect(case, sets, streams), FUTURES)
    pledge = PledgeLuck(changes[:, 0], ndtri(changes[:, 1]), exponential(small[:, 12]), ceded)
    return Chance(
        collapse_luck=exponential(small[:, :SPELLS]),
        breakdown_luck=exponential(small[:, 6]),
        end_luck=exponential(small[:, 7]),
        peace_luck=exponential(small[:, 8]),
        honour_luck=small[:, 9],
        aims_luck=small[:, 10],
        discretion_luck=small[:, 11],
        line_luck=small[:, 13:],
        crisis_luck=crisis,
        pledge_luck=pledge,
    )


def luck_of_sets(
    sets: range, weeks: int, events: int, streams: Streams
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Uniforms of some belief sets, the same whichever others are drawn.

    Returns ndarray[draw, SMALL], ndarray[draw, 2, event] and ndarray[draw, week], each between 0 and 1.
    Streams luck, luck.calendar and luck.crisis, with the belief set's number as key.
    """
    small = [streams.rng("luck", one).random((FUTURES, SMALL)) for one in sets]
    changes = [streams.rng("luck.calendar", one).random((FUTURES, 2, events)) for one in sets]
    crisis = [streams.rng("luck.crisis", one).random((FUTURES, weeks)) for one in sets]
    return np.concatenate(small), np.concatenate(changes), np.concatenate(crisis)


def exponential(uniform: np.ndarray) -> np.ndarray:
    """Unit exponentials from uniforms : same shape."""
    found: np.ndarray = -np.log1p(-uniform)
    return found


@node("claimed", kept=False)
def CLAIMED(reads: Reads) -> np.ndarray:
    """Claimed losses for the draws asked for : ndarray[draw, week], persons."""
    return seen(reads, reads.of(CLAIMS_POOL))


@node("luck", kept=False)
def LUCK(reads: Reads) -> Chance:
    """Chance for the draws asked for, where a number stands in its place that in every draw."""
    pool = reads.of(LUCK_POOL)
    rows = rows_of(reads)
    if rows is not None:
        pool = Chance(
            **{name: getattr(pool, name)[rows] for name in OWN}, pledge_luck=pool.pledge_luck.of(rows)
        )
    fixed = [name for name in OWN if f"fixed.{name}" in reads]
    return replace(
        pool, **{name: np.full_like(getattr(pool, name), reads[f"fixed.{name}"]) for name in fixed}
    )


def seen(reads: Reads, pool: np.ndarray) -> np.ndarray:
    """The rows of a pool ndarray[pool draw, …] that are asked for, units kept; the pool itself where all are."""
    rows = rows_of(reads)
    return pool if rows is None else pool[rows]


def rows_of(reads: Reads) -> np.ndarray | None:
    """Indices of the draws of the pool that are asked for : ndarray[draw]; None for all."""
    first, futures = reads["first"], reads["futures"]
    if futures == FUTURES and first == reads["sets"]:
        return None
    found: np.ndarray = (np.arange(first)[:, None] * FUTURES + np.arange(futures)[None, :]).ravel()
    return found
