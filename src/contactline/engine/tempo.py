"""Tempo is a belief: the headline's paths of gains, dealt to belief sets by their mean over two years.

The paths are ranked by that mean and cut into as many slices as there are belief sets; each set holds one slice, whose
mean is its belief `war.tempo` and whose paths are its futures. So the belief has the forecast's own distribution, all
draws together are the forecast's paths, each once, and what a set does not know is luck within its slice.

A set that holds another value gets paths of the pool about that value. What is left of the difference, as a rule far
less than a path's distance to the next, is a shift: the same km² in each week of the two years, so that lumps and
tails stay as they are, and later as much of it as the pool's own paths keep of theirs. The same rule carries a value
beyond the pool, to which no path comes near: the outermost paths, shifted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from contactline.case.labels import TEMPO
from contactline.case.scenario import FIRST_FUTURES, FUTURES
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.fits import FORECAST, HEADLINE, HEADLINE_FIT
from contactline.engine.luck import seen

AHEAD_WEEKS = 104
"""Weeks over which the belief is a mean; the whole horizon where that is shorter."""
BANDS = 20
"""Each run of so many belief sets takes a slice from every twentieth of the pool, so that a few sets are a sample."""
WIDTHS = (4, 2, 1)
"""Slices from which a held value's paths are taken, the widest whose mean can have the value: wide, so that sets that
hold the same value do not live the same futures; narrow at the pool's ends, so that the paths are near to it."""


@dataclass(frozen=True)
class Ranked:
    """The pool in order of gain. order : ndarray[rank], row of the pool; gain : ndarray[rank], km²/week over
    AHEAD_WEEKS, rising; persists : share of a path's difference from the pool's mean gain that it keeps later."""

    order: np.ndarray
    gain: np.ndarray
    persists: float


@dataclass(frozen=True)
class Drawn:
    """The belief as drawn. slice : ndarray[set], of the ranked pool; value : ndarray[set], its mean gain, km²/week."""

    slice: np.ndarray
    value: np.ndarray


@dataclass(frozen=True)
class Dealt:
    """rows : ndarray[set, future], row of the pool that each future follows; shift : ndarray[set], km²/week on top of
    it, zero for a belief as drawn."""

    rows: np.ndarray
    shift: np.ndarray


@node("pool.net", kept=False)
def NET_POOL(reads: Reads, model: str) -> np.ndarray:
    """Weekly net gain by a model, without support's effects and collapses : ndarray[pool draw, week], km²."""
    if "given.net" in reads:
        return np.asarray(reads["given.net"])
    streams, draws = Streams(reads["seed"]), reads["sets"] * FUTURES
    if model == HEADLINE:
        return reads.of(HEADLINE_FIT).predict(reads["weeks"], draws, streams)
    return reads.of(FORECAST).predict(model, reads["weeks"], draws, streams)


@node("tempo.ranked", kept=False)
def RANKED(reads: Reads) -> Ranked:
    """The headline's paths by their mean gain over two years; equal ones in the order in which they were drawn."""
    net = reads.of(NET_POOL(HEADLINE))
    gain = net[:, :AHEAD_WEEKS].mean(axis=1)
    order, spread = np.argsort(gain, kind="stable"), gain - gain.mean()
    later = net[:, AHEAD_WEEKS:].mean(axis=1) if net.shape[1] > AHEAD_WEEKS else gain
    variance = float(spread @ spread)
    return Ranked(order, gain[order], float(spread @ later) / variance if variance > 0.0 else 1.0)


@node("tempo.drawn")
def DRAWN(reads: Reads) -> Drawn:
    """Which slice of the ranked pool each belief set holds, in an order of its own, and the slice's mean gain."""
    sets = reads["sets"]
    held = in_bands(sets, BANDS, Streams(reads["seed"]).rng(f"belief.{TEMPO}"))
    means = reads.of(RANKED).gain.reshape(sets, FUTURES).mean(axis=1)
    return Drawn(held, means[held])


@node("tempo.order", kept=False)
def ORDER(reads: Reads) -> tuple[np.ndarray, np.ndarray]:
    """Order of a set's futures within its slice, and which of the paths about a held value each follows :
    ndarray[set, future] int and uniform.

    Any FIRST_FUTURES of them from the first on hold one of each tenth of the slice. Stream luck.tempo, with the belief
    set's number as key, so a set's futures are the same whichever other sets are looked at.
    """
    drawn = [Streams(reads["seed"]).rng("luck.tempo", one) for one in range(reads["sets"])]
    order = np.stack([in_bands(FUTURES, FIRST_FUTURES, rng) for rng in drawn])
    return order, np.stack([rng.random(FUTURES) for rng in drawn])


@node("tempo.dealt", kept=False)
def DEALT(reads: Reads) -> Dealt:
    """The paths of the belief sets asked for, by what they hold of the tempo."""
    first, ranked, drawn = reads["first"], reads.of(RANKED), reads.of(DRAWN)
    order, luck = (part[:first] for part in reads.of(ORDER))
    value: np.ndarray = reads[TEMPO]
    ranks = drawn.slice[:first, None] * FUTURES + order
    shift = np.zeros(first)
    other = np.flatnonzero(value != drawn.value[:first])
    if len(other):
        ranks[other] = near(ranked.gain, value[other], order[other], luck[other])
        shift[other] = value[other] - ranked.gain[ranks[other]].mean(axis=1)
    return Dealt(ranked.order[ranks], shift)


def near(gain: np.ndarray, value: np.ndarray, order: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Ranks of the paths that stand for held values : ndarray[set, future].

    gain : ndarray[rank], km²/week, rising; value : ndarray[set], km²/week; order, luck : as ORDER gives them for the
    sets. One path from each of FUTURES even parts of the window of ranks whose mean is nearest to the value.
    """
    total = np.concatenate([[0.0], np.cumsum(gain)])
    start, width = np.zeros(len(value), dtype=np.int64), np.full(len(value), FUTURES)
    open_ = np.ones(len(value), dtype=bool)
    for slices in WIDTHS:
        wide = min(slices * FUTURES, len(gain))
        means = np.maximum.accumulate((total[wide:] - total[:-wide]) / wide)
        found = np.searchsorted((means[1:] + means[:-1]) / 2, value)
        start[open_], width[open_] = found[open_], wide
        open_ &= (value < means[0]) | (value > means[-1])
    ranks: np.ndarray = start[:, None] + ((order + luck) * width[:, None] / FUTURES).astype(np.int64)
    return ranks


def in_bands(count: int, bands: int, rng: np.random.Generator) -> np.ndarray:
    """The numbers below `count` in random order, so that each run of `bands` has one of every band : ndarray[count]."""
    parts = [rng.permutation(part) for part in np.array_split(np.arange(count), min(bands, count))]
    longest = max(len(part) for part in parts)
    rounds = [[part[k] for part in parts if k < len(part)] for k in range(longest)]
    return np.concatenate([rng.permutation(one) for one in rounds])


@node("net", kept=False)
def NET(reads: Reads, model: str) -> np.ndarray:
    """The same for the draws asked for : ndarray[draw, week], km². The headline's paths are dealt by the belief about
    the tempo; another model's are shown beside it, as it draws them."""
    pool = reads.of(NET_POOL(model))
    net = _dealt(reads, pool) if model == HEADLINE else seen(reads, pool)
    return net * reads["fixed.gain_times"] if "fixed.gain_times" in reads else net


@node("net.expected", kept=False)
def EXPECTED(reads: Reads) -> np.ndarray:
    """A belief set's mean gain a week over AHEAD_WEEKS, by the headline : ndarray[set, week], km².

    Over all its futures, however few are looked at: what one can know who holds the set's beliefs."""
    dealt = reads.of(DEALT)
    pool = np.ascontiguousarray(reads.of(NET_POOL(HEADLINE))[:, :AHEAD_WEEKS])
    net: np.ndarray = pool[dealt.rows].mean(axis=1) + dealt.shift[:, None]
    return net * reads["fixed.gain_times"] if "fixed.gain_times" in reads else net


def _dealt(reads: Reads, pool: np.ndarray) -> np.ndarray:
    dealt, futures = reads.of(DEALT), reads["futures"]
    net: np.ndarray = pool[dealt.rows[:, :futures].ravel()]
    if dealt.shift.any():
        shift = np.repeat(dealt.shift, futures)[:, None]
        net[:, :AHEAD_WEEKS] += shift
        net[:, AHEAD_WEEKS:] += shift * reads.of(RANKED).persists
    return net
