"""Paths and chance of a run: drawn once for every future of every belief set, looked at in part where less is asked.

A run of fewer futures is the first few of each set of a larger one, so a quick answer stands on the same beliefs and
the same luck as the report's.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from contactline.case.scenario import FUTURES
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.fits import FORECAST, LOSS_FIT
from contactline.truce.calendar import PledgeLuck
from contactline.truce.guarantee import draw_pledge_luck

SPELLS = 6
"""Collapses a trajectory can hold; six in five years is more than any belief set expects."""


@dataclass(frozen=True)
class Chance:
    """What differs between the futures of a belief set, one row a draw.

    collapse_luck : [draw, spell], breakdown_luck, end_luck, peace_luck : [draw], unit exponentials
    crisis_luck : [draw, week], honour_luck, aims_luck, discretion_luck : [draw], uniforms
    """

    collapse_luck: np.ndarray
    breakdown_luck: np.ndarray
    honour_luck: np.ndarray
    end_luck: np.ndarray
    peace_luck: np.ndarray
    crisis_luck: np.ndarray
    aims_luck: np.ndarray
    discretion_luck: np.ndarray
    pledge_luck: PledgeLuck


OWN = tuple(part.name for part in fields(Chance) if part.name != "pledge_luck")


@node("pool.net", kept=False)
def NET_POOL(reads: Reads, model: str) -> np.ndarray:
    """Weekly net gain by a model, without support's effects and collapses : ndarray[pool draw, week], km²."""
    if "given.net" in reads:
        return np.asarray(reads["given.net"])
    streams = Streams(reads["seed"])
    return reads.of(FORECAST).predict(model, reads["weeks"], reads["sets"] * FUTURES, streams)


@node("pool.claims", kept=False)
def CLAIMS_POOL(reads: Reads) -> np.ndarray:
    """Weekly losses of the challenger as its ruler claims them : ndarray[pool draw, week], persons."""
    if "given.claims" in reads:
        return np.asarray(reads["given.claims"])
    rng = Streams(reads["seed"]).rng("war.losses")
    return reads.of(LOSS_FIT).predict(reads["weeks"], reads["sets"] * FUTURES, rng)


@node("pool.luck", kept=False)
def LUCK_POOL(reads: Reads) -> Chance:
    """Chance for every future of every belief set."""
    streams, draws = Streams(reads["seed"]), reads["sets"] * FUTURES
    return Chance(
        aims_luck=streams.rng("truce.type").random((draws,)),
        collapse_luck=streams.rng("war.collapse").exponential(size=(draws, SPELLS)),
        breakdown_luck=streams.rng("truce.breakdown").exponential(size=(draws,)),
        honour_luck=streams.rng("truce.honour").random((draws,)),
        end_luck=streams.rng("war.end").exponential(size=(draws,)),
        peace_luck=streams.rng("war.peace").exponential(size=(draws,)),
        crisis_luck=streams.rng("truce.crisis").random((draws, reads["weeks"])),
        discretion_luck=streams.rng("truce.discretion").random((draws,)),
        pledge_luck=draw_pledge_luck(reads["case"], reads["sets"], FUTURES, streams),
    )


@node("net", kept=False)
def NET(reads: Reads, model: str) -> np.ndarray:
    """The same for the draws asked for : ndarray[draw, week], km²."""
    net = seen(reads, reads.of(NET_POOL(model)))
    return net * reads["fixed.gain_times"] if "fixed.gain_times" in reads else net


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
        pledge = PledgeLuck(*(getattr(pool.pledge_luck, part.name)[rows] for part in fields(PledgeLuck)))
        pool = Chance(**{name: getattr(pool, name)[rows] for name in OWN}, pledge_luck=pledge)
    fixed = [name for name in OWN if f"fixed.{name}" in reads]
    return replace(
        pool, **{name: np.full_like(getattr(pool, name), reads[f"fixed.{name}"]) for name in fixed}
    )


def seen(reads: Reads, pool: np.ndarray) -> np.ndarray:
    """The rows of a pool [pool draw, …] that are asked for; the pool itself where all are."""
    rows = rows_of(reads)
    return pool if rows is None else pool[rows]


def rows_of(reads: Reads) -> np.ndarray | None:
    """Which draws of the pool are asked for : ndarray[draw]; None for all."""
    first, futures = reads["first"], reads["futures"]
    if futures == FUTURES and first == reads["sets"]:
        return None
    found: np.ndarray = (np.arange(first)[:, None] * FUTURES + np.arange(futures)[None, :]).ravel()
    return found
