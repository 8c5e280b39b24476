"""Bueno de Mesquita's challenge (expected-utility) model of a group decision, round by round, as others replicated it.

    P_ij = Σ_k max(v_k, 0) / Σ_k |v_k|,  v_k = c_k s_k (|x_k − x_j| − |x_k − x_i|)   (who stands with i against j)
    E_ij = s_j (P_ij S_ij + (1 − P_ij) F_ij) + (1 − s_j) S_ij − Q                       (i's gain from challenging j)
    S = 2 − 4 (½ − ½ d)^r,  F = 2 − 4 (½ + ½ d)^r,  Q = 2 − 4 (½)^r,  d = |x_i − x_j| / (max x − min x)

Equations of Scholz, Calbert & Smith (2011), "Unravelling Bueno de Mesquita's group decision model" (ICAART; J.
Theoretical Politics 23:510), after Bueno de Mesquita (1985, 1994). Their text leaves gaps: `TextReading` says how each
is filled. `docs/cohesion.md` sets our rounds beside the published ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from contactline.core.errors import InputError

CONFLICT, COMPROMISE, YIELD = 0, 1, 2
"""What a challenge asks of its target: to lose a fight, to move part of the way, to give in; met in this order."""


@dataclass(frozen=True)
class TextReading:
    """How the published text is read where it leaves a choice.

    pooled_votes : divide support by the votes over all pairs of positions (the authors' code, as transcribed by
    J. McKibben, github.com/jmckib/bdm-scholz-expected-utility-model) rather than over this pair (their equation 31)
    low_compromise : of several compromises take the one that pulls towards the low end of the scale (the same code)
    rather than the one that asks for the smallest move (their text). It makes the answer depend on which end of
    the scale is called 0.
    """

    pooled_votes: bool = False
    low_compromise: bool = False


EQUATIONS = TextReading()
AUTHORS_CODE = TextReading(pooled_votes=True, low_compromise=True)


@dataclass(frozen=True)
class Rounds:
    """positions : ndarray[round, ..., actor], points, the start first; risk : ndarray[round, ..., actor], exponents
    r."""

    positions: np.ndarray
    risk: np.ndarray


def challenge_rounds(
    position: np.ndarray,
    weight: np.ndarray,
    salience: np.ndarray,
    rounds: int,
    reading: TextReading = EQUATIONS,
    fixed: np.ndarray | None = None,
) -> Rounds:
    """Let every actor challenge every other for some rounds.

    position, salience : ndarray[..., actor] (salience 0 to 1); weight : ndarray[..., actor], capability × salience;
    leading axes are draws; fixed : ndarray[actor] bool, actors that never move. Raises InputError for fewer than
    two actors or for values out of range.
    """
    if position.shape[-1] < 2:
        raise InputError(f"challenge model: got {position.shape[-1]} actors; allowed are two or more.")
    if np.any(weight <= 0) or np.any((salience <= 0) | (salience > 1)):
        raise InputError("challenge model: allowed are weights above 0 and saliences above 0 up to 1.")
    now = np.array(position, dtype=float)
    span = np.maximum(np.ptp(now, axis=-1), 1e-12)[..., None, None]
    path, risks = [now], []
    stay = np.zeros(position.shape[-1], dtype=bool) if fixed is None else fixed
    for _ in range(rounds):
        chance = support_chance(now, weight, reading)
        risk = _risk(_gain(now, span, salience, chance, np.ones_like(now)[..., None]))
        # What i may gain, and what i believes j may gain from challenging i: both by i's own attitude to risk.
        mine = _gain(now, span, salience, chance, risk[..., None])
        theirs = np.swapaxes(_gain(now, span, salience, chance, risk[..., None, :]), -1, -2)
        moved = _moves(now, mine, theirs, reading)
        now = np.where(stay, now, moved)
        path.append(now)
        risks.append(risk)
    return Rounds(np.stack(path), np.stack(risks))


def support_chance(position: np.ndarray, weight: np.ndarray, reading: TextReading = EQUATIONS) -> np.ndarray:
    """Chance that i wins against j : ndarray[..., i, j]; 0 where both stand at one place."""
    gap = np.abs(position[..., :, None] - position[..., None, :])
    votes = weight[..., :, None, None] * (gap[..., :, None, :] - gap[..., :, :, None])
    pro, cast = np.maximum(votes, 0).sum(axis=-3), np.abs(votes).sum(axis=-3)
    if reading.pooled_votes:
        cast = np.broadcast_to(cast.sum(axis=(-1, -2), keepdims=True), cast.shape)
    found: np.ndarray = np.divide(pro, cast, out=np.zeros_like(pro), where=cast > 0)
    return found


def _gain(
    position: np.ndarray, span: np.ndarray, salience: np.ndarray, chance: np.ndarray, risk: np.ndarray
) -> np.ndarray:
    """E_ij, the gain that i expects from challenging j : ndarray[..., i, j]."""
    distance = np.minimum(np.abs(position[..., :, None] - position[..., None, :]) / span, 1.0)
    success = 2 - 4 * (0.5 - 0.5 * distance) ** risk
    failure = 2 - 4 * (0.5 + 0.5 * distance) ** risk
    resists = salience[..., None, :]
    contest = chance * success + (1 - chance) * failure
    found: np.ndarray = resists * contest + (1 - resists) * success - (2 - 4 * 0.5**risk)
    return found


def _risk(gain: np.ndarray) -> np.ndarray:
    """Risk exponent from how much the others expect to gain from challenging each : ndarray[..., actor], ½ to 2."""
    exposed = gain.sum(axis=-2) - np.diagonal(gain, axis1=-2, axis2=-1)
    high, low = exposed.max(axis=-1, keepdims=True), exposed.min(axis=-1, keepdims=True)
    spread = high - low
    basis = np.divide(2 * exposed - high - low, spread, out=np.zeros_like(exposed), where=spread > 1e-12)
    found: np.ndarray = (1 - basis / 3) / (1 + basis / 3)
    return found


def _moves(position: np.ndarray, mine: np.ndarray, theirs: np.ndarray, reading: TextReading) -> np.ndarray:
    """Where each actor stands after taking the challenge that asks least of it : ndarray[..., actor]."""
    here, there = position[..., :, None], position[..., None, :]
    kind = np.full(mine.shape, 9)
    kind[(theirs > mine) & (mine > 0)] = CONFLICT
    bend = (theirs > 0) & (mine < 0)
    kind[bend & (theirs > -mine)] = COMPROMISE
    kind[bend & (theirs <= -mine)] = YIELD
    kind[np.broadcast_to(here == there, kind.shape)] = 9
    part = np.divide(-mine, theirs, out=np.zeros_like(mine), where=kind == COMPROMISE)
    target = np.where(kind == COMPROMISE, here + (there - here) * part, np.broadcast_to(there, mine.shape))
    effort = np.abs(target - here)
    if reading.low_compromise:
        size = np.abs(mine) + np.abs(theirs)
        pull = (np.abs(mine) * here + np.abs(theirs) * there) / np.where(size > 0, size, 1)
        effort = np.where(kind == COMPROMISE, pull, effort)
    first = kind.min(axis=-1, keepdims=True)
    effort = np.where(kind == first, effort, np.inf)
    chosen = np.take_along_axis(target, effort.argmin(axis=-1)[..., None], axis=-1)[..., 0]
    return np.where(first[..., 0] == 9, position, chosen)
