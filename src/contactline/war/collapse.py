"""Collapse: short spells in which the line moves many times faster.

    chance of a spell in a week = 1 − exp(−rate / 52.18 · raisers),  tempo × speed for `weeks` weeks

History gives spells (Kharkiv 2022, the Hundred Days of 1918) but no rate for a war like this one, so the rate is
a belief of the case, swept widely, and the break-even figure puts it on an axis.
"""

from __future__ import annotations

import numpy as np

from contactline.core.dates import WEEKS_PER_YEAR


def collapse_spells(
    rate: np.ndarray, weeks_long: np.ndarray, weeks: int, luck: np.ndarray, raiser: np.ndarray | float = 1.0
) -> np.ndarray:
    """Weeks in which a collapse runs : ndarray[draw, week] bool.

    rate : ndarray[draw], spells a year at `raiser` 1; weeks_long : ndarray[draw], weeks a spell lasts
    luck : ndarray[draw, week], uniform draws shared by all courses of action (common random numbers)
    raiser : ndarray[draw] or ndarray[draw, week], factor on the rate (weak supply, morale)
    """
    hazard = np.broadcast_to(np.asarray(rate)[:, None] / WEEKS_PER_YEAR * np.atleast_2d(raiser).T
                             if np.ndim(raiser) == 1 else np.asarray(rate)[:, None] / WEEKS_PER_YEAR * raiser,
                             (len(rate), weeks))  # fmt: skip
    begins = luck < -np.expm1(-hazard)
    week = np.arange(weeks)
    last = np.maximum.accumulate(np.where(begins, week, -(10**6)), axis=1)
    return week - last < np.asarray(weeks_long)[:, None]
