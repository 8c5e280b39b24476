"""The verdict on a claim: what figures and sourced facts together allow one to say, by one rule for all claims.

A figure is an interval. It *agrees* with a test if the whole interval satisfies it, *disagrees* if no part does, and
*straddles* otherwise. A belief that nobody has measured says nothing either way: a claim that only such beliefs bear
on is not testable. A sourced fact weighs if its confidence is high or medium; one of low confidence is named, no more.

    figures agree, no fact that weighs contests        supported
    figures agree, a fact that weighs contests         contested
    figures straddle, or some agree and some disagree  contested
    figures disagree, a fact that weighs supports      contested
    figures disagree, none supports                    not supported
    no figure that weighs, such facts on both sides    contested
    no figure that weighs, otherwise                   not testable

Facts on one side alone do not test a claim, since nothing measured could have gone against it. A claim of which its
author says why it cannot be tested is not testable whatever the facts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from contactline.core.errors import InputError

VERDICTS = ("supported", "contested", "not supported", "not testable")
AGREES, DISAGREES, STRADDLES = "agrees", "disagrees", "straddles"
WEIGHS = ("high", "medium")
"""Confidence of a fact that can turn a verdict."""


@dataclass(frozen=True)
class Known:
    """A quantity as known, in its own unit: `low` to `high` is its 80% range or the span of its sources; `central` lies
    within."""

    low: float
    central: float
    high: float

    def __post_init__(self) -> None:
        if any(math.isnan(v) for v in (self.low, self.high)) or self.low > self.high:
            raise InputError(f"figure: got {self.low} to {self.high}; allowed is a range from low to high.")


def agreement(figure: Known, bounds: tuple[float, float]) -> str:
    """Whether a figure agrees with a test : "agrees", "disagrees" or "straddles".

    bounds : lowest and highest value at which the claim holds, both included, in the figure's unit
    """
    low, high = bounds
    if figure.high < low or figure.low > high:
        return DISAGREES
    return AGREES if low <= figure.low and figure.high <= high else STRADDLES


def verdict(
    agreements: Sequence[str], supporting: Sequence[str], contesting: Sequence[str], testable: bool = True
) -> str:
    """The verdict on a claim, by the rule of this module : one of VERDICTS.

    agreements : one of "agrees", "disagrees", "straddles" for each test on a quantity that weighs
    supporting, contesting : the confidence of each sourced fact on either side ("high", "medium", "low" or "")
    testable : False where the claim's author gives a reason why figures cannot decide it
    """
    backed = any(confidence in WEIGHS for confidence in supporting)
    disputed = any(confidence in WEIGHS for confidence in contesting)
    if not testable:
        return "not testable"
    if not agreements:
        return "contested" if backed and disputed else "not testable"
    if all(found == AGREES for found in agreements):
        return "contested" if disputed else "supported"
    if all(found == DISAGREES for found in agreements):
        return "contested" if backed else "not supported"
    return "contested"
