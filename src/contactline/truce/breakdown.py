"""Whether a truce holds: each week a challenger may find that renewed war pays, and accidents happen.

    hazard(t) = base/52.18 · exp(γ_z·zone + γ_m·monitored + γ_i·imposed) · [ a + (1 − a)·(value(t)/cost(t))^γ ]
    value/cost = v·G·w / (L·(1 + relief)) · r(t) · s(t)^(−η) · (1 − q(t)·(1 − h)) / (1 + q(t)·p)

G is the ground that two years of renewed war would bring at the tempo of this war, w the part of it that the
challenger wants (its type, read off fronts simulated from the line that the terms left), v the losses it accepts for a
km² of it, L the losses of two years; r is what both sides rebuilt, s the defender's strength over that at signature,
q the guarantee's credibility, h the tempo that is left if it is honoured and p what that costs on top. `base` is the
rate at which truces break where renewed war just pays. Published findings disagree on terms: strong agreements last
(Fortna 2004, International Organization 57:337), pressed ones fail (Werner & Yuen 2005, IO 59:261), neither shows in a
larger replication (Lo, Hashimoto & Reiter 2008, IO 62:717); each belief set follows one of the three readings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit, prange

from contactline.core.dates import WEEKS_PER_YEAR

READINGS = ("fortna", "werner_yuen", "lo_hashimoto_reiter")
"""Whose finding on the durability of peace a belief set follows; each has a third of the sets (*assumption*)."""
STRONG_TERMS = np.array([1.0, 0.0, 0.0])
PRESSED_TERMS = np.array([0.0, 1.0, 0.0])
LOOK_AHEAD_WEEKS = 104
"""How far ahead a challenger counts what renewed war brings and costs: *assumption* of the developers."""
REBUILD_WEEKS = 52.0
"""Weeks in which forces rebuild, and a force settles at its peacetime size, by a factor e: *assumption*."""
LEAST_STRENGTH = 0.5
"""No truce leaves the defender with less than this part of its force, and no shortage of people below it speeds the
challenger up further: a state that runs so short calls up more. *Assumption* of the developers."""

BELIEFS = (
    "truce.base_rate",
    "truce.accident_share",
    "truce.effect_gain",
    "truce.value_per_km2",
    "truce.effect_dmz",
    "truce.effect_monitoring",
    "truce.effect_imposed",
    "truce.relief_lost",
    "truce.honoured_cost",
    "truce.peacetime_strength",
    "truce.morale_absence",
    "war.tempo_strength",
    "truce.renewed_tempo_belt_lost",
    "truce.renewed_tempo_rebuild",
)


class Decision(NamedTuple):
    """What enters the challenger's weekly decision, ndarray[draw] float64 each (credibility: [draw, week]).

    quiet : weekly rate at which truces break where renewed war just pays, with the terms' own effects
    accident : share of it that no calculation drives; gamma : how sharply the rate follows value over cost
    log_ratio : log value/cost at signature without a guarantee; log_rebuild : log of tempo gained by a full rebuild
    eta : log tempo lost per log of the defender's strength
    honoured : tempo left if the guarantee is honoured; penalty : what that adds to the challenger's cost
    peacetime : defender's strength that a long truce settles at, over that at signature; leaving : share of the force
    that leaves a week beyond the usual because the terms were imposed
    """

    quiet: np.ndarray
    accident: np.ndarray
    gamma: np.ndarray
    log_ratio: np.ndarray
    log_rebuild: np.ndarray
    eta: np.ndarray
    credibility: np.ndarray
    honoured: np.ndarray
    penalty: np.ndarray
    peacetime: np.ndarray
    leaving: np.ndarray


class TruceTerms(NamedTuple):
    """What of a settlement enters the hazard; a variant changes one of these and leaves the rest."""

    belt_lost: bool = False
    zone: bool = False
    monitored: bool = False
    imposed: bool = False
    relief: bool = False
    """Sanctions were eased and come back on a breach, so renewed war has something more to lose."""
    cap_share: float = math.inf
    """The defender's cap over its present strength."""


@dataclass(frozen=True)
class Challenge:
    """What the challenger decides on, ndarray[draw] each where not said otherwise.

    reading : int, index into READINGS: whose finding on terms the draw follows
    gain, losses : km² that two years of war would bring, and the challenger's killed and wounded in them
    wanted : share of that ground it wants; credibility : ndarray[draw, week]; honoured : tempo left if the guarantee
    is honoured; penalty : what that costs on top
    leaving : share of the defender's force that leaves a week beyond the usual after imposed terms
    """

    reading: np.ndarray
    gain: np.ndarray
    losses: np.ndarray
    wanted: np.ndarray
    credibility: np.ndarray
    honoured: np.ndarray
    penalty: np.ndarray
    leaving: np.ndarray


def decision(terms: TruceTerms, beliefs: Mapping[str, np.ndarray], challenge: Challenge) -> Decision:
    """The challenger's decision under given terms; beliefs : name → ndarray[draw], in its unit."""
    reading, gain, leaving = challenge.reading, challenge.gain, challenge.leaving
    effect = np.zeros(len(reading))
    for written, kind, belief in (
        (terms.zone, STRONG_TERMS, "truce.effect_dmz"),
        (terms.monitored, STRONG_TERMS, "truce.effect_monitoring"),
        (terms.imposed, PRESSED_TERMS, "truce.effect_imposed"),
    ):
        if written:
            effect = effect + kind[reading] * beliefs[belief]
    losses = np.maximum(challenge.losses, 1.0)
    ratio = beliefs["truce.value_per_km2"] * np.maximum(gain, 0.0) * challenge.wanted / losses
    if terms.belt_lost:
        ratio = ratio * beliefs["truce.renewed_tempo_belt_lost"]
    if terms.relief:
        ratio = ratio / (1.0 + beliefs["truce.relief_lost"])
    with np.errstate(divide="ignore"):  # nothing to gain: the log is −inf and only accidents remain
        log_ratio = np.log(ratio)
    return Decision(
        quiet=beliefs["truce.base_rate"] / WEEKS_PER_YEAR * np.exp(effect),
        accident=beliefs["truce.accident_share"],
        gamma=beliefs["truce.effect_gain"],
        log_ratio=log_ratio,
        log_rebuild=np.log(beliefs["truce.renewed_tempo_rebuild"]),
        eta=beliefs["war.tempo_strength"],
        credibility=challenge.credibility,
        honoured=challenge.honoured,
        penalty=challenge.penalty,
        peacetime=np.minimum(beliefs["truce.peacetime_strength"], terms.cap_share),
        leaving=leaving if terms.imposed else np.zeros_like(leaving),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def weekly_hazard(
    quiet: float, accident: float, gamma: float, log_ratio: float, log_rebuilt: float, eta: float,
    log_strength: float, deterred: float,
) -> float:  # fmt: skip
    """Chance that the truce breaks this week, as a rate; the equation of this module for one week.

    deterred : what the guarantee adds to log value/cost, from `deterrence`
    """
    surplus = log_ratio + log_rebuilt - eta * log_strength + deterred
    return quiet * (accident + (1.0 - accident) * math.exp(gamma * surplus))


@njit(cache=True, nogil=True, error_model="numpy")
def deterrence(q: float, honoured: float, penalty: float) -> float:
    """What a guarantee of credibility q adds to log value/cost: 0 or less."""
    return math.log1p(-q * (1.0 - honoured)) - math.log1p(q * penalty)


@njit(cache=True, nogil=True, error_model="numpy")
def truce_strength(strength: float, target: float, leaving: float) -> float:
    """The defender's strength a week later under a truce: towards its peacetime size, less those who leave."""
    return max(strength + (target - strength) / REBUILD_WEEKS - leaving * strength, LEAST_STRENGTH)


@njit(cache=True, nogil=True, error_model="numpy")
def rebuilt_shares(weeks: int) -> np.ndarray:
    """Part of a full rebuild that is done after so many weeks of truce : ndarray[week]."""
    shares = np.empty(weeks)
    for age in range(weeks):
        shares[age] = 1.0 - math.exp(-age / REBUILD_WEEKS)
    return shares


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def cumulated_hazard(d: Decision, weeks: int) -> np.ndarray:
    """Cumulated hazard of a truce that began at week 0 : ndarray[draw, week].

    exp(−cumulated) is the chance that it still holds, exact given the draw; it breaks in the first week in which the
    cumulated hazard passes a unit exponential.
    """
    draws = d.quiet.size
    out = np.empty((draws, weeks))
    done = rebuilt_shares(weeks)
    for i in prange(draws):
        total, strength = 0.0, 1.0
        known, deterred = 0.0, 0.0  # credibility changes in few weeks, so its logs are kept until it does
        for week in range(weeks):
            q = d.credibility[i, week]
            if q != known:
                known, deterred = q, deterrence(q, d.honoured[i], d.penalty[i])
            total += weekly_hazard(
                d.quiet[i], d.accident[i], d.gamma[i], d.log_ratio[i], d.log_rebuild[i] * done[week], d.eta[i],
                math.log(strength), deterred,
            )  # fmt: skip
            strength = truce_strength(strength, d.peacetime[i], d.leaving[i])
            out[i, week] = total
    return out


def chance_to_hold(d: Decision, weeks: int) -> np.ndarray:
    """Chance that the truce holds for `weeks` weeks : ndarray[draw], exact given the draw (no luck needed)."""
    held: np.ndarray = np.exp(-cumulated_hazard(d, weeks)[:, -1])
    return held


def hazard_at_signature(d: Decision) -> np.ndarray:
    """The weekly hazard before anything is rebuilt or a guarantee counts : ndarray[draw]."""
    rate: np.ndarray = d.quiet * (d.accident + (1.0 - d.accident) * np.exp(d.gamma * d.log_ratio))
    return rate


def deterring_credibility(ratio: np.ndarray, honoured: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    """The credibility from which renewed war no longer pays : same shape; above 1 where no guarantee deters, 0 where
    none is needed.

    Closed form of value = cost:  ratio·(1 − q·(1 − h)) = 1 + q·p   ⇒   q* = (ratio − 1) / (ratio·(1 − h) + p)
    ratio : value over cost without a guarantee. The textbook condition that a threat deters where the chance that it
    is carried out times what it takes away exceeds the gain (Huth & Russett 1984, World Politics 36:496).
    """
    need = np.maximum(ratio - 1.0, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = need / (ratio * (1.0 - honoured) + penalty)
    return np.where(need > 0, found, 0.0)


def enough_strength(ratio: np.ndarray, eta: np.ndarray) -> np.ndarray:
    """The defender's strength, over that at signature, from which renewed war does not pay without any guarantee:
    same shape.

    Closed form of ratio·s^(−η) = 1: s* = ratio^(1/η); inf where strength has no effect and war pays.
    """
    with np.errstate(divide="ignore", over="ignore"):
        return np.where(eta > 0, ratio ** (1.0 / eta), np.where(ratio > 1.0, np.inf, 0.0))
