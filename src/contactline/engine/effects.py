"""What follows from beliefs before any course is chosen: support's effects, losses, forces, aims, the war ahead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from contactline.case.labels import SUPPORT, TEMPO
from contactline.case.schema import Case
from contactline.core.graph import Reads, node
from contactline.engine.design import DESIGN
from contactline.engine.inputs import Beliefs
from contactline.engine.luck import CLAIMED, CLAIMS_POOL, LUCK
from contactline.engine.models import model_of
from contactline.engine.tempo import EXPECTED
from contactline.support.adequacy import support
from contactline.truce.aims import draw_aims
from contactline.truce.breakdown import LOOK_AHEAD_WEEKS
from contactline.war.manpower import flows, strength_path, strength_raiser
from contactline.war.slots import COLLAPSE, ENDING, CollapseHazard

BIAS = "losses.attacker_true_per_claimed"


class Pressed(NamedTuple):
    """Support's factors : ndarray[set, week]; factor on gains, raising on the rate of collapses, bleeding on the
    defender's losses."""

    factor: np.ndarray
    raising: np.ndarray
    bleeding: np.ndarray


@node("strikes", kept=False)
def STRIKES(reads: Reads) -> np.ndarray:
    """What air defence lets through to cities a week of war, mean over the horizon under the scenario's support path :
    ndarray[set], missiles and drones of the kinds that the case counts (`fired_a_week`)."""
    case: Case = reads["case"]
    fired = {one.id: one.fired_a_week.value for one in case.capabilities if one.fired_a_week is not None}
    if not fired:
        return np.zeros(reads["first"])
    leaks = support(case, reads["support"], reads["weeks"]).leakage(beliefs_of(reads, 1, SUPPORT))
    found: np.ndarray = sum(count * leaks[name].mean(axis=1) for name, count in fired.items())
    return np.broadcast_to(found, (reads["first"],))


class Ahead(NamedTuple):
    """What two years of war bring on average in a belief set : ndarray[set]; gain in km², losses in the challenger's
    killed and wounded."""

    gain: np.ndarray
    losses: np.ndarray


def beliefs_of(reads: Reads, futures: int | None = None, prefix: str = "") -> Beliefs:
    """Every belief by draw (or by set, with one future), in the units of the case : name → ndarray[draw]."""
    return Beliefs(
        reads, reads["futures"] if futures is None else futures, (*reads.of(DESIGN).columns, TEMPO), prefix
    )


@node("support.factors", kept=False)
def PRESSED(reads: Reads) -> Pressed:
    """Support's factors on the war under the scenario's path; ones where nothing differs from today."""
    case: Case = reads["case"]
    path = support(case, reads["support"], reads["weeks"])
    if not case.capabilities or not path.cuts.cuts:
        ones = np.ones((reads["first"], reads["weeks"]))
        return Pressed(ones, ones, ones)
    eta = beliefs_of(reads, 1, SUPPORT)
    return Pressed(path.tempo_factor(eta), path.collapse_factor(eta), path.losses_factor(eta))


@node("collapse hazard", kept=False)
def COLLAPSE_HAZARD(reads: Reads) -> CollapseHazard:
    """How often the front collapses, how far and how long, by the scenario's model : a row a belief set."""
    return model_of(reads, COLLAPSE).hazard(beliefs_of(reads, 1), reads.of(PRESSED).raising)


@node("ending", kept=False)
def END_RATE(reads: Reads) -> np.ndarray:
    """Chance a week that fighting ends by itself, by the scenario's model : ndarray[set]."""
    return model_of(reads, ENDING).hazard(beliefs_of(reads, 1), reads["first"])


@node("claims", kept=False)
def CLAIMS(reads: Reads) -> np.ndarray:
    """The challenger's true killed and wounded a week : ndarray[draw, week]."""
    found: np.ndarray = reads.of(CLAIMED) * np.repeat(reads[BIAS], reads["futures"])[:, None]
    return found


@node("strength", kept=False)
def FORCE(reads: Reads) -> np.ndarray:
    """The defender's force over today's if it fights on : ndarray[draw, week]."""
    return defender_strength(
        beliefs_of(reads), reads.of(CLAIMS), np.repeat(reads.of(PRESSED).bleeding, reads["futures"], axis=0)
    )


@node("raiser", kept=False)
def RAISER(reads: Reads) -> np.ndarray:
    """What the defender's shortage at the week's start does to the rate of collapses : ndarray[draw, week]."""
    return raiser_of(reads.of(FORCE), np.repeat(reads.of(COLLAPSE_HAZARD).kappa, reads["futures"]))


@node("aims", kept=False)
def AIMS(reads: Reads) -> np.ndarray:
    """The code of the challenger's type (truce/aims.py) : ndarray[draw] int8."""
    if "fixed.aims" in reads:
        return np.full(reads["first"] * reads["futures"], int(reads["fixed.aims"]), dtype=np.int8)
    case: Case = reads["case"]
    return draw_aims(case.conduct, beliefs_of(reads), reads.of(LUCK).aims_luck)


@node("reading", kept=False)
def READING(reads: Reads) -> np.ndarray:
    """Index of the reading of what makes peace last that each draw's belief set holds : ndarray[draw] int8."""
    if "fixed.reading" in reads:
        return np.full(reads["first"] * reads["futures"], int(reads["fixed.reading"]), dtype=np.int8)
    return np.repeat(reads.of(DESIGN).reading[: reads["first"]], reads["futures"])


@node("ahead", kept=False)
def AHEAD(reads: Reads) -> Ahead:
    """What a challenger can know of the war ahead: the mean over all futures of a set, however few are looked at."""
    first, gain = reads["first"], reads.of(EXPECTED)
    gain = (gain * reads.of(PRESSED).factor[:, : gain.shape[1]]).mean(axis=1)
    losses = reads.of(CLAIMED_AHEAD)[:first] * reads[BIAS]
    return Ahead(gain * LOOK_AHEAD_WEEKS, losses * LOOK_AHEAD_WEEKS)


@node("claims.expected", kept=False)
def CLAIMED_AHEAD(reads: Reads) -> np.ndarray:
    """Claimed losses a week over the weeks looked ahead, a mean over all futures of every set : ndarray[set]."""
    weekly = reads.of(CLAIMS_POOL)[:, :LOOK_AHEAD_WEEKS]
    found: np.ndarray = weekly.mean(axis=1).reshape(reads["sets"], -1).mean(axis=1)
    return found


def raiser_of(strength: np.ndarray, kappa: np.ndarray) -> np.ndarray:
    """What the shortage at each week's start does to the rate of collapses : ndarray[draw, week], factor.

    strength : ndarray[draw, week], force over today's; kappa : ndarray[draw], log factor per share missing
    """
    before = np.concatenate([np.ones((len(strength), 1)), strength[:, :-1]], axis=1)
    return strength_raiser(before, kappa)


def defender_strength(
    beliefs: Mapping[str, np.ndarray], attacker_losses: np.ndarray, bleeding: np.ndarray | float = 1.0
) -> np.ndarray:
    """The defender's force over today's, fighting on : ndarray[draw, week].

    attacker_losses : ndarray[draw, week], the attacker's true killed and wounded a week
    bleeding : ndarray[draw, week], support's factor on the defender's losses
    """
    losses = attacker_losses * beliefs["losses.defender_per_attacker"][:, None]
    losses *= bleeding
    return strength_path(losses, flows(beliefs, "defender"))
