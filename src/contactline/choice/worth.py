"""What a run's outcomes are worth to an actor draw by draw, and runs on some of the futures where that is enough."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from contactline.case.debate import Values
from contactline.choice.slots import ADDITIVE, Judge
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.limits import check_whole
from contactline.engine.courses import OUTCOMES
from contactline.engine.futures import Futures


def worth(values: Values, outcomes: Mapping[str, np.ndarray], model: Judge = ADDITIVE) -> np.ndarray:
    """Value of each draw's outcomes with every weight at the middle of its range : ndarray[draw], units of value.

    Only differences mean anything: an attribute's zero is arbitrary. Raises UnknownNameError for an unknown outcome.
    """
    for attribute in values.attributes:
        if attribute.outcome not in OUTCOMES:
            raise UnknownNameError("outcome", attribute.outcome, OUTCOMES)
    return model.worth(values, outcomes)


def first_sets(futures: Futures, sets: int) -> Futures:
    """The futures of the first belief sets alone; all of them where there are no more than `sets` (a number).

    Belief sets are drawn in random order, so the first are a sample. Raises InputError for fewer than one set.
    """
    check_whole("belief sets", sets, 1)
    if sets >= futures.sets:
        return futures
    return futures.first_sets(sets)


def discounted(
    early: np.ndarray, whole: np.ndarray, until: np.ndarray, rate: float, years: float
) -> np.ndarray:
    """Present value of gains that run evenly, at one pace until a break and at another after it : ndarray[draw].

    early : what the horizon would bring at the first pace; whole : what it brings in all, undiscounted; until : the
    share of the horizon before the break (1: none); rate : what a year later is worth today, from above 0 to 1.
    With rate 1 it is `whole`. That gains run evenly within each part is an assumption of the developers: outcomes
    are recorded at the horizon. Raises InputError for another rate.
    """
    if not 0 < rate <= 1:
        raise InputError(
            f"discount: got {rate:g}; allowed is a number above 0 and at most 1, what a year later is worth."
        )
    before = early * until
    soon = _mean_factor(np.zeros_like(until), until, rate, years)
    late = _mean_factor(until, np.ones_like(until), rate, years)
    found: np.ndarray = before * soon + (whole - before) * late
    return found


def _mean_factor(start: np.ndarray, end: np.ndarray, rate: float, years: float) -> np.ndarray:
    """Mean of rate^(years·u) for u from start to end : ndarray[draw]."""
    k = -np.log(rate) * years
    width = np.maximum(end - start, 1e-12)
    if k == 0:
        return np.ones_like(width)
    found: np.ndarray = (np.exp(-k * start) - np.exp(-k * (start + width))) / (k * width)
    return found
