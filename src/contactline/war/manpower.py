"""Manpower: each side's force as a stock with weekly flows, and what its shortage does to the line.

    force' = force + recruits − killed − wounded + ρ·wounded(λ weeks ago) − a·(1 − b)·force
    strength = force / force today,      raiser = exp(κ · max(0, 1 − strength of the defender))

All wounded leave the force; the share ρ comes back λ weeks later and the rest are the severely wounded. Absences are
given in persons a month at today's force and follow its size (rate a); the share b of them returns. The raiser
multiplies the rate of collapses, beside weak supply and the morale shock of imposed terms; κ fixed at 0 switches it
off. Nothing here is fitted: flows are beliefs of the case with sources and wide priors, and no record of force
identifies κ. A state that runs short and calls up more is not modelled, so low strength late in a long war is overdone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numba import njit

from contactline.core.dates import WEEKS_PER_MONTH

STRENGTH = "war.collapse_strength"
"""The belief κ: log hazard of a collapse per unit of strength lost."""
FLOWS = ("strength", "recruits", "wounded_return", "return_weeks", "absences", "absence_return")
"""What each side needs, as manpower.<attacker or defender>_<flow>."""
LONGEST_LAG = 104
"""Weeks a wounded soldier may take to come back; longer lags are cut to this."""


def manpower_beliefs(who: str) -> tuple[str, ...]:
    """Names of the beliefs of one side; `who` is 'attacker' or 'defender'."""
    return tuple(f"manpower.{who}_{flow}" for flow in FLOWS)


BELIEFS = (*manpower_beliefs("attacker"), *manpower_beliefs("defender"), STRENGTH)


@dataclass(frozen=True)
class Flows:
    """One side's flows, ndarray[draw] each.

    force : persons today; recruits : persons a week; killed_share : killed among killed and wounded
    wounded_return : share of the wounded who come back; return_weeks : after how many weeks
    absence_rate : share of the force that leaves without leave a week; absence_return : share of those who return
    """

    force: np.ndarray
    recruits: np.ndarray
    killed_share: np.ndarray
    wounded_return: np.ndarray
    return_weeks: np.ndarray
    absence_rate: np.ndarray
    absence_return: np.ndarray


def flows(beliefs: Mapping[str, np.ndarray], who: str) -> Flows:
    """One side's flows, persons a week, from drawn beliefs : name → ndarray[draw], in the belief's unit."""
    force, recruits, back, lag, absences, absent_back = (beliefs[name] for name in manpower_beliefs(who))
    return Flows(
        force=force,
        recruits=recruits / WEEKS_PER_MONTH,
        killed_share=beliefs[f"losses.{who}_killed_share"],
        wounded_return=back,
        return_weeks=lag,
        absence_rate=absences / WEEKS_PER_MONTH / force,
        absence_return=absent_back,
    )


def strength_path(losses: np.ndarray, side: Flows) -> np.ndarray:
    """Force at the end of each week over the force today : ndarray[draw, week], 1 = today, never below 0.

    losses : ndarray[draw, week], killed and wounded of this side a week. Those who were wounded before today come
    back at the first week's rate: the hospitals are as full as that week fills them.
    """
    lag = np.clip(np.rint(side.return_weeks), 0, LONGEST_LAG).astype(int)
    stay = 1.0 - side.absence_rate * (1.0 - side.absence_return)
    surviving = 1.0 - side.killed_share
    strength: np.ndarray = _levels(
        losses, side.force, side.recruits, surviving, side.wounded_return, lag, stay
    )
    return strength


@njit(cache=True, nogil=True, error_model="numpy")
def _levels(
    losses: np.ndarray, force: np.ndarray, recruits: np.ndarray, surviving: np.ndarray, back: np.ndarray,
    lag: np.ndarray, stay: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Force at the end of each week over today's : ndarray[draw, week]; losses : [draw, week], the others : [draw].

    surviving : share of the losses who are wounded; back : share of those who return, after `lag` weeks
    """
    strength = np.empty_like(losses)
    for d in range(losses.shape[0]):
        level = 1.0
        for week in range(losses.shape[1]):
            returned = back[d] * (losses[d, max(week - lag[d], 0)] * surviving[d])
            inflow = (recruits[d] + returned - losses[d, week]) / force[d]
            level = max(level * stay[d] + inflow, 0.0)
            strength[d, week] = level
    return strength


def strength_raiser(strength: np.ndarray, kappa: np.ndarray) -> np.ndarray:
    """Factor on the rate of collapses : ndarray[draw, week]; 1 at today's strength or above, and where κ is 0."""
    found: np.ndarray = np.exp(kappa[:, None] * np.maximum(1.0 - strength, 0.0))
    return found
