"""Collapse: short spells in which the line moves many times faster.

    a spell begins when the cumulated hazard  Σ rate/52.18 · raisers  passes a unit exponential;  tempo × speed

History gives spells (Kharkiv 2022, the Hundred Days of 1918) but no rate for a war like this one, so the rate is
a belief of the case, swept widely, and the break-even figure puts it on an axis.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def collapse_spells(rate: np.ndarray, length: np.ndarray, luck: np.ndarray, raiser: np.ndarray) -> np.ndarray:
    """Weeks in which a collapse runs : ndarray[draw, week] bool.

    rate : ndarray[draw], spells a week; length : ndarray[draw], weeks a spell lasts
    luck : ndarray[draw, spell], unit exponentials shared by all courses of action (common random numbers)
    raiser : ndarray[draw, week], factor on the rate: weak supply times a shortage of people (war/manpower.py)
    """
    draws, weeks = raiser.shape
    running = np.zeros((draws, weeks), dtype=np.bool_)
    for d in prange(draws):
        left = cumulated = 0.0
        spell = 0
        for week in range(weeks):
            if left > 0.0:
                left -= 1.0
            elif spell < luck.shape[1]:
                cumulated += rate[d] * raiser[d, week]
                if cumulated >= luck[d, spell]:
                    cumulated = 0.0
                    spell += 1
                    left = length[d]
            running[d, week] = left > 0.0
    return running


def fighting_path(net: np.ndarray, factor: np.ndarray, running: np.ndarray, speed: np.ndarray) -> np.ndarray:
    """Weekly net change with support's factor and collapses : ndarray[draw, week], km²/week.

    Factors act on gains only: a stronger challenger gains faster but does not lose faster.
    """
    supported = np.where(net > 0, net * factor, net)
    return np.where(running, np.maximum(supported, 0.0) * speed[:, None], supported)
