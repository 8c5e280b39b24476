"""How good a share is in a run of a given size, and what may be said with it: fewer belief sets say less."""

from __future__ import annotations

import math

from contactline.case.scenario import FUTURES
from contactline.core.rounding import percent
from contactline.topics.assessment import Assessment

TWO_SIDED = 1.96
"""Standard errors of a 95% range."""
MOST = 0.10
"""Error up to which a share of belief sets is given as a number, 97 sets: *assumption* of the developers."""
_80 = 2.563
"""Width of an 80% range in standard deviations of a normal distribution."""


def sets_of(assessment: Assessment) -> int:
    """Number of belief sets of the run."""
    return max(assessment.run.draws // FUTURES, 1)


def error_of_share(sets: int) -> float:
    """Half the width of the 95% range of a share near one half, counted over belief sets."""
    return TWO_SIDED * math.sqrt(0.25 / sets)


def error_of_mean(low: float, high: float, sets: int) -> float:
    """The same of a mean over a number of belief sets whose 80% range is `low` to `high`, in their unit."""
    return TWO_SIDED * (high - low) / _80 / math.sqrt(sets)


def in_points(error: float) -> str:
    """ "7 points", rounded up."""
    size = math.ceil(round(100 * error, 6))
    return f"{size} point{'' if size == 1 else 's'}"


def size_words(sets: int) -> str:
    """ "shares ±7 points": how good a share of belief sets is in the run."""
    return f"shares ±{in_points(error_of_share(sets))}"


def of_cases(share: float, sets: int, tail: str = "") -> str:
    """A share counted over belief sets: the ends are words, since 0 and 100% would claim too much, and so is all of it
    where the sets are too few for a number."""
    error = error_of_share(sets)
    if error > MOST:
        words = "most" if share - error > 0.5 else "the smaller part" if share + error < 0.5 else "about half"
        return f"{words}{tail}"
    if share > 0.99:
        return f"nearly all{tail}"
    return f"hardly any{tail}" if share < 0.01 else f"{percent(share)}{tail}"


def too_few(sets: int) -> str:
    """What a run of so few belief sets leaves unsaid, in a sentence; empty where its shares carry numbers."""
    error = error_of_share(sets)
    if error <= MOST:
        return ""
    needed = math.ceil(0.25 * (TWO_SIDED / MOST) ** 2) * FUTURES
    return (
        f"A small run: shares of beliefs are good to {in_points(error)}, so they are given in words or not at all, and "
        f"other runs of this size may find otherwise. From {needed:,} draws on they carry numbers."
    )
