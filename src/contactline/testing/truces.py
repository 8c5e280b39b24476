"""Laws of slots credibility and breakdown: no promise protects nobody, and a firmer one invites no breach."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from contactline.case.load import load_case
from contactline.core.streams import Streams
from contactline.testing.hazards import DRAWS, ROWS, WEEKS, doubled, made_beliefs, some_of
from contactline.testing.law import Law, Outputs, Trial, alone, common, first, lower
from contactline.truce.breakdown import READINGS, Challenge, TruceTerms, cumulated_hazard
from contactline.truce.guarantee import Promise, PromiseLuck, base_credibility, draw_pledge_luck
from contactline.truce.slots import (
    BREAKDOWN,
    CREDIBILITY,
    Beliefs,
    BreakdownFace,
    CredibilityFace,
)

LEVELS = (0.0, 0.2, 0.5, 0.9)
"""Credibilities that the law of deterrence compares, lowest first."""
TEXTS = {
    "plain": TruceTerms(),
    "belt lost": TruceTerms(belt_lost=True),
    "zone, monitored": TruceTerms(zone=True, monitored=True),
    "imposed": TruceTerms(imposed=True),
    "relief, cap": TruceTerms(relief=True, cap_share=0.7),
}


@dataclass(frozen=True)
class PromiseGiven:
    """promises : by name; beliefs : name → ndarray[draw], each in its unit; luck : shared by all promises."""

    promises: dict[str, Promise]
    beliefs: Beliefs
    luck: PromiseLuck

    def run(self, face: CredibilityFace, streams: Streams) -> tuple[Outputs, Any]:
        """The path of every promise."""
        return {
            name: face.paths(promise, self.beliefs, self.luck) for name, promise in self.promises.items()
        }, None

    def some(self) -> tuple[PromiseGiven, np.ndarray]:
        """A few of the draws, and which."""
        promises = {name: one.of(ROWS) for name, one in self.promises.items()}
        return PromiseGiven(promises, some_of(self.beliefs, ROWS), self.luck.of(ROWS)), ROWS


@dataclass(frozen=True)
class BreakdownGiven:
    """beliefs : name → ndarray[draw], each in its unit; challenge : what the challenger decides on."""

    beliefs: Beliefs
    challenge: Challenge

    def run(self, face: BreakdownFace, streams: Streams) -> tuple[Outputs, Any]:
        """The cumulated hazard of truces on several texts, and what it is made of."""
        found: dict[str, np.ndarray] = {}
        for name, terms in TEXTS.items():
            decision = face.decision(terms, self.beliefs, self.challenge)
            found |= {f"{name}: {part}": array for part, array in decision._asdict().items()}
            found[f"{name}: hazard"] = cumulated_hazard(decision, self.challenge.credibility.shape[1])
        return found, None

    def some(self) -> tuple[BreakdownGiven, np.ndarray]:
        """A few of the draws, and which."""
        few = Challenge(*(getattr(self.challenge, part.name)[ROWS] for part in fields(self.challenge)))
        return BreakdownGiven(some_of(self.beliefs, ROWS), few), ROWS

    def believing(self, level: float) -> BreakdownGiven:
        """The same under a credibility that is the same in all weeks."""
        level_everywhere = np.full_like(self.challenge.credibility, level)
        return replace(self, challenge=replace(self.challenge, credibility=level_everywhere))


@cache
def made_promises() -> PromiseGiven:
    """The guarantees of the invented case, each as it stands, signed late, and on terms that cede defences."""
    case = load_case("borderland").case
    luck = PromiseLuck(
        Streams(2).rng("crisis").random((DRAWS, WEEKS)), draw_pledge_luck(case, DRAWS // 2, 2, Streams(2))
    )
    promises: dict[str, Promise] = {}
    for one in case.guarantees:
        base = base_credibility(one, DRAWS, Streams(2))
        promise = Promise(one, base, case.as_of, at_signature=one.stated)
        promises |= {
            one.id: promise,
            f"{one.id}, signed late": replace(promise, signed=WEEKS // 2),
            f"{one.id}, defences ceded": replace(promise, ceded=True),
        }
    return PromiseGiven(promises, made_beliefs(), luck)


@cache
def made_challenge() -> BreakdownGiven:
    """A challenger under the beliefs of the invented case, whose guarantor may act."""
    rng = np.random.default_rng(8)
    challenge = Challenge(
        reading=(np.arange(DRAWS) % len(READINGS)).astype(np.int8),
        gain=rng.lognormal(7.0, 1.0, DRAWS) * (np.arange(DRAWS) % 10 > 0),
        losses=rng.lognormal(11.0, 0.5, DRAWS),
        wanted=rng.random(DRAWS),
        credibility=rng.random((DRAWS, 1)) * (rng.random((DRAWS, WEEKS)) > 0.3),
        honoured=rng.random(DRAWS),
        penalty=rng.random(DRAWS),
        leaving=0.002 * rng.random(DRAWS),
    )
    return BreakdownGiven(made_beliefs(), challenge)


def _nothing_promised(trial: Trial) -> str | None:
    promise = next(iter(trial.given.promises.values()))
    empty = {
        "no guarantee": replace(promise, guarantee=None),
        "a base of zero": replace(promise, base=np.zeros_like(promise.base)),
    }
    paths, _ = trial.run(replace(trial.given, promises=empty))
    return first(f"{name}: up to {path.max():.3g}" if path.any() else None for name, path in paths.items())


def _firmer(trial: Trial) -> str | None:
    firmer = {
        name: replace(one, base=one.base + 0.5 * (1.0 - one.base) * (one.base > 0))
        for name, one in trial.given.promises.items()
    }
    more, _ = trial.run(replace(trial.given, promises=firmer))
    return first(lower(name, path, more[name], 1e-9) for name, path in trial.outputs.items())


def _hazards(outputs: Outputs) -> dict[str, np.ndarray]:
    return {name: array for name, array in outputs.items() if name.endswith(": hazard")}


def _mounts(trial: Trial) -> str | None:
    for name, cumulated in _hazards(trial.outputs).items():
        if not np.isfinite(cumulated).all() or (np.diff(cumulated, axis=1, prepend=0.0) < 0).any():
            return f"{name}: it falls, or is not finite"
    return None


def _deters(trial: Trial) -> str | None:
    found = [_hazards(trial.run(trial.given.believing(level))[0]) for level in LEVELS]
    return first(
        lower(f"{name} at a lower credibility", high[name], low[name], 1e-9)
        for low, high in pairwise(found)
        for name in low
    )


def _breaks_sooner(trial: Trial) -> str | None:
    more, _ = trial.run(replace(trial.given, beliefs=doubled(trial.given.beliefs, "truce.history_war")))
    return first(lower(name, was, more[name]) for name, was in _hazards(trial.outputs).items())


LAWS = (
    *common(CREDIBILITY, made_promises),
    alone(CREDIBILITY, made_promises),
    Law(
        CREDIBILITY,
        "nothing_promised",
        "without a guarantee or a base nobody acts",
        _nothing_promised,
        made_promises,
    ),
    Law(CREDIBILITY, "base_raises", "a higher base never lowers the chance", _firmer, made_promises),
    *common(BREAKDOWN, made_challenge),
    alone(BREAKDOWN, made_challenge),
    Law(BREAKDOWN, "mounts", "the cumulated hazard is finite and never falls", _mounts, made_challenge),
    Law(
        BREAKDOWN,
        "deters",
        "a higher credibility never raises the hazard of breakdown",
        _deters,
        made_challenge,
    ),
    Law(
        BREAKDOWN,
        "belief_raises",
        "a higher truce.history_war never lowers the hazard",
        _breaks_sooner,
        made_challenge,
    ),
)
