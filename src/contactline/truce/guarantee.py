"""Credibility of a guarantee: the chance that the guarantor acts if the truce is broken in a given week.

    logit q(t) = logit(base) + restraint + term·[t after the guarantor's term] + crisis·[a crisis runs at t]

The base is the case's distribution for that guarantee (literature base rates disagree: 22 to 75 %); the shifts are
beliefs. Crises elsewhere arrive as a Poisson process and last half a year on average (*assumption*).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from contactline.case.pledges import Guarantee
from contactline.core.dates import DAYS_PER_WEEK, WEEKS_PER_YEAR
from contactline.core.streams import Streams

CRISIS_WEEKS = 26.0


def base_credibility(guarantee: Guarantee | None, draws: int, streams: Streams) -> np.ndarray:
    """Base chance of being honoured : ndarray[draw]; zero where no guarantee stands behind the terms."""
    if guarantee is None or guarantee.form == "none":
        return np.zeros(draws)
    rng = streams.rng(f"truce.credibility.{guarantee.id}")
    return np.clip(
        guarantee.credibility.quantile((rng.permutation(draws) + rng.random(draws)) / draws), 0.0, 1.0
    )


def credibility_paths(
    base: np.ndarray,
    beliefs: Mapping[str, np.ndarray],
    guarantee: Guarantee | None,
    as_of: date,
    weeks: int,
    crisis_luck: np.ndarray,
) -> np.ndarray:
    """q : ndarray[draw, week], chance of being honoured if invoked that week.

    base : ndarray[draw]; beliefs : name → ndarray[draw]; crisis_luck : ndarray[draw, week] uniform, shared by courses
    """
    if guarantee is None or not base.any():
        return np.zeros((len(base), weeks))
    inside = np.clip(base, 1e-6, 1 - 1e-6)
    logit = np.log(inside / (1 - inside)) + beliefs["truce.restraint_shift"]
    paths = np.repeat(logit[:, None], weeks, axis=1)
    week = np.arange(weeks)
    if guarantee.term_ends is not None:
        after = week >= (guarantee.term_ends - as_of).days / DAYS_PER_WEEK
        paths += beliefs["truce.term_shift"][:, None] * after
    paths += beliefs["truce.crisis_shift"][:, None] * crises(beliefs["truce.crisis_rate"], crisis_luck)
    credibility = 1.0 / (1.0 + np.exp(-paths))
    if guarantee.years is not None:
        credibility = np.where(week < guarantee.years * WEEKS_PER_YEAR, credibility, 0.0)
    return credibility


def crises(rate: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Weeks in which a crisis elsewhere runs : ndarray[draw, week] bool.

    rate : ndarray[draw], arrivals a year. Arrival and end are both geometric in weeks, driven by the same luck.
    """
    arrives = -np.expm1(-rate / WEEKS_PER_YEAR)
    ends = 1.0 / CRISIS_WEEKS
    running = np.zeros(len(rate), dtype=bool)
    paths = np.empty(luck.shape, dtype=bool)
    for week in range(luck.shape[1]):
        running = np.where(running, luck[:, week] >= ends, luck[:, week] < arrives)
        paths[:, week] = running
    return paths
