"""Whether a truce holds: history says how often truces break, and the reasons of this one move it from there.

    h_c(t) = fitted_c(t) · { a + (1 − a)·exp[ s_c·z(t) − s_c²/2 ] } · exp(b_c·ceded),   c = incident, offensive, war
    fitted_c(t) = H_c·k·t^(k − 1)/5^k,  t in years
    z(t) = log value/cost(t) + terms − reference,  within ±3
    value/cost = v·G·w / (L·(1 + relief)) · [r(t)·s(t)^(−η)]^(1 − ε) · (1 − q(t)·(1 − h)) / (1 + q(t)·p)

H_c is the cumulated hazard of five years in a truce of this kind (truce/breaks.py), by severity: incidents (1–100
dead), limited offensives (101–999) and war. z is how far renewed war pays here compared with truces at large: the
reference is the log of value over cost in a typical one, and one unit a factor e. s_c says how far such reasons move
what history shows; their mean over the reference class is one by construction, so history's rate stays history's. a is
the share that accidents and local commanders bring. G is the ground that two years of renewed war would bring at the
tempo of this war, w the part of it that the challenger wants (its type), v the losses it accepts for a km² of it, L the
losses of two years, which follow the pace with elasticity ε; r is what both sides rebuilt, s the defender's strength
over that at signature, q the guarantee's credibility, h the tempo that is left if it is honoured, p what that costs on
top. b is what ceding prepared defences does beyond all this, a belief with both signs: the next war is cheaper (Powell
2006, International Organization 60:169), or what was wanted has been given.

Published findings disagree on terms: strong agreements last (Fortna 2004, IO 57:337), pressed ones fail (Werner & Yuen
2005, IO 59:261), neither shows in a larger replication (Lo, Hashimoto & Reiter 2008, IO 62:717); each belief set
follows one of the three readings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

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

MOST_Z = 3.0
"""How many standard deviations of the reference class a truce can lie from its middle: beyond it has no precedent."""
MECHANISM = 0.6
"""The strength of the mechanism at which a term moves the hazard of war as much as its study found: the scale of the
prior of truce.mechanism_war. Elsewhere it moves it in proportion."""
HISTORY_YEARS = 5.0
"""Years over which the hazards of history are cumulated."""

Each = float | np.ndarray
"""A number, or one a draw : ndarray[draw]."""

SEVERITIES = ("incident", "offensive", "war")
"""1 to 100 dead, 101 to 999, and 1,000 or more."""

BELIEFS = (
    "truce.history_incident",
    "truce.history_offensive",
    "truce.history_war",
    "truce.history_shape",
    "truce.accident_share",
    "truce.mechanism_war",
    "truce.mechanism_small",
    "truce.reference_worth",
    "truce.belt_ceded",
    "truce.incident_dead",
    "truce.offensive_dead",
    "war.losses_follow_pace",
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
    """What enters the weekly hazards of breaks, ndarray[draw] float64 each (credibility: [draw, week]).

    incident, offensive, war : hazard of each severity cumulated over five years in truces of this kind; shape : k of
    its change with the truce's age, the same in all draws of a belief set
    accident : share of it that no calculation drives; push, push_small : log hazard of offensives and war, and of
    incidents, per unit of z; reference : log value/cost in a typical truce
    log_ratio : log value/cost at signature without a guarantee; terms : what the clauses add to it
    ceded : log hazard that ceding prepared defences adds to offensives and war
    felt : part of a change of pace that value/cost feels; log_rebuild : log of tempo gained by a full rebuild
    eta : log tempo lost per log of the defender's strength
    honoured : tempo left if the guarantee is honoured; penalty : what that adds to the challenger's cost
    peacetime : defender's strength that a long truce settles at, over that at signature; leaving : share of the force
    that leaves a week beyond the usual because the terms were imposed
    """

    incident: np.ndarray
    offensive: np.ndarray
    war: np.ndarray
    shape: np.ndarray
    accident: np.ndarray
    push: np.ndarray
    push_small: np.ndarray
    reference: np.ndarray
    log_ratio: np.ndarray
    terms: np.ndarray
    ceded: np.ndarray
    felt: np.ndarray
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
    if terms.relief:
        ratio = ratio / (1.0 + beliefs["truce.relief_lost"])
    with np.errstate(divide="ignore"):  # nothing to gain: the log is −inf, and z its least
        log_ratio = np.log(ratio)
    push = beliefs["truce.mechanism_war"]
    return Decision(
        incident=_hazard(beliefs["truce.history_incident"]),
        offensive=_hazard(beliefs["truce.history_offensive"]),
        war=_hazard(beliefs["truce.history_war"]),
        shape=beliefs["truce.history_shape"],
        accident=beliefs["truce.accident_share"],
        push=push,
        push_small=push * beliefs["truce.mechanism_small"],
        reference=beliefs["truce.reference_worth"],
        log_ratio=log_ratio,
        terms=effect / MECHANISM,
        ceded=beliefs["truce.belt_ceded"] if terms.belt_lost else np.zeros(len(reading)),
        felt=1.0 - beliefs["war.losses_follow_pace"],
        log_rebuild=np.log(beliefs["truce.renewed_tempo_rebuild"]),
        eta=beliefs["war.tempo_strength"],
        credibility=challenge.credibility,
        honoured=challenge.honoured,
        penalty=challenge.penalty,
        peacetime=np.minimum(beliefs["truce.peacetime_strength"], terms.cap_share),
        leaving=leaving if terms.imposed else np.zeros_like(leaving),
    )


def _hazard(chance: np.ndarray) -> np.ndarray:
    """The cumulated hazard behind a chance of at least one break : same shape."""
    found: np.ndarray = -np.log1p(-np.minimum(chance, 1.0 - 1e-9))
    return found


def five_year_shares(shape: np.ndarray, weeks: int) -> np.ndarray:
    """Part of five years' hazard that each week of a truce's age brings : ndarray[…, week]; shape : ndarray[…], k."""
    age = np.arange(weeks + 1) / (HISTORY_YEARS * WEEKS_PER_YEAR)
    found: np.ndarray = np.diff(age ** np.asarray(shape)[..., None], axis=-1)
    return found


def clock_of(shape: np.ndarray, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    """five_year_shares of every different shape : ndarray[kind, week], and the kind of each draw : ndarray[draw]."""
    kinds, own = np.unique(shape, return_inverse=True)
    return five_year_shares(kinds, weeks), own.astype(np.int64)


@njit(cache=True, nogil=True, error_model="numpy")
def standing(
    reference: Each, log_ratio: Each, terms: Each, felt: Each, log_pace: Each, deterred: Each
) -> Any:
    """z of this week: how far renewed war pays compared with truces at large, in units of a factor e.

    log_pace : log of the tempo of renewed war over the present one; deterred : from `deterrence`. Of numbers where it
    is compiled; uncompiled (`standing.py_func`) of ndarray[draw] too.
    """
    pays = log_ratio + terms + felt * log_pace + deterred - reference
    return np.minimum(np.maximum(pays, -MOST_Z), MOST_Z)


@njit(cache=True, nogil=True, error_model="numpy")
def moved(accident: Each, push: Each, z: Each) -> Any:
    """Factor on history's hazard of a severity that the reasons of this truce make, 1 on average in its class. Of
    numbers, or ndarray[draw], as `standing`; push : log hazard per unit of z."""
    return accident + (1.0 - accident) * np.exp(push * z - 0.5 * push * push)


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


def cumulated_hazard(d: Decision, weeks: int) -> np.ndarray:
    """Cumulated hazard of war in a truce that began at week 0 : ndarray[draw, week].

    exp(−cumulated) is the chance that no war broke out, exact given the draw; it does in the first week in which the
    cumulated hazard passes a unit exponential. That of limited offensives is the same times offensive/war.
    """
    return _cumulated(d, *clock_of(d.shape, weeks), False)


def cumulated_incidents(d: Decision, weeks: int) -> np.ndarray:
    """Cumulated hazard of incidents in a truce that began at week 0 : ndarray[draw, week]."""
    return _cumulated(d, *clock_of(d.shape, weeks), True)


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _cumulated(d: Decision, clock: np.ndarray, own: np.ndarray, small: bool) -> np.ndarray:
    draws, weeks = own.size, clock.shape[1]
    out = np.empty((draws, weeks))
    done = rebuilt_shares(weeks)
    for i in prange(draws):
        total, strength = 0.0, 1.0
        known, deterred = 0.0, 0.0  # credibility changes in few weeks, so its logs are kept until it does
        often = d.incident[i] if small else d.war[i] * math.exp(d.ceded[i])
        push = d.push_small[i] if small else d.push[i]
        for week in range(weeks):
            q = d.credibility[i, week]
            if q != known:
                known, deterred = q, deterrence(q, d.honoured[i], d.penalty[i])
            pace = d.log_rebuild[i] * done[week] - d.eta[i] * math.log(strength)
            z = standing(d.reference[i], d.log_ratio[i], d.terms[i], d.felt[i], pace, deterred)
            total += often * clock[own[i], week] * moved(d.accident[i], push, z)
            strength = truce_strength(strength, d.peacetime[i], d.leaving[i])
            out[i, week] = total
    return out


def chance_to_hold(d: Decision, weeks: int) -> np.ndarray:
    """Chance that no war breaks out for `weeks` weeks : ndarray[draw], exact given the draw (no luck needed)."""
    held: np.ndarray = np.exp(-cumulated_hazard(d, weeks)[:, -1])
    return held


def moved_at_signature(d: Decision) -> tuple[np.ndarray, np.ndarray]:
    """Factors on history's hazards of incidents, and of offensives and war, before anything is rebuilt or a guarantee
    counts : ndarray[draw] each."""
    z = standing.py_func(d.reference, d.log_ratio, d.terms, d.felt, 0.0, 0.0)
    small, large = (moved.py_func(d.accident, push, z) for push in (d.push_small, d.push))
    return small, large * np.exp(d.ceded)


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
