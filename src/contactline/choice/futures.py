"""Futures: belief sets times random futures, drawn once and shared by every course of action and proposal.

A run of N draws holds B belief sets of FUTURES draws each. Within a set the beliefs stand still and only chance
moves, so an average over a set is what someone holding those beliefs would expect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from contactline.case.beliefs import HasQuantile, require_beliefs, sample_beliefs
from contactline.case.schema import Case
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.streams import Streams
from contactline.support.adequacy import Support, sample_elasticities
from contactline.truce.guarantee import base_credibility
from contactline.war.manpower import BELIEFS as MANPOWER_BELIEFS
from contactline.war.manpower import (
    DEFENDER_READS,
    STRENGTH,
    flows,
    manpower_beliefs,
    strength_path,
    strength_raiser,
)

FUTURES = 50
SPELLS = 6
"""Collapses a trajectory can hold; six in five years is more than any belief set expects."""

BELIEFS = (
    "war.region_shift",
    "war.built_up_resistance",
    "war.belt_resistance",
    "war.collapse_rate",
    "war.collapse_speed",
    "war.collapse_weeks",
    "war.end_rate",
    "losses.attacker_true_per_claimed",
    "losses.attacker_killed_share",
    "losses.defender_per_attacker",
    "losses.defender_killed_share",
    "truce.honoured_tempo",
    "truce.renewed_tempo_belt_lost",
    "truce.renewed_tempo_rebuild",
    "truce.morale_collapse",
    "truce.defender_losses_truce",
    "truce.restraint_shift",
    "truce.term_shift",
    "truce.crisis_rate",
    "truce.crisis_shift",
    *MANPOWER_BELIEFS,
)
"""What the courses need beside the breakdown hazard's own beliefs."""


@dataclass(frozen=True)
class BeliefLabel:
    """What a belief means, its unit, and the evidence that would move it."""

    label: str
    unit: str
    watch: str


@dataclass(frozen=True)
class Futures:
    """Everything random, one row a draw.

    sets : number of belief sets; draw i belongs to set i // FUTURES
    beliefs : name → ndarray[draw]; net, share, claims, factor, crisis_luck : ndarray[draw, week]
    strength : ndarray[draw, week], the defender's force over today's; raiser : ndarray[draw, week], what its shortage
        does to the rate of collapses. First version: both follow the losses of fighting on, whatever the course, so a
        truce does not let the force recover and a renewed war finds it weaker than it would be.
    maximal : ndarray[draw] bool; the luck arrays are unit exponentials or uniforms
    """

    sets: int
    beliefs: dict[str, np.ndarray]
    net: np.ndarray
    share: np.ndarray
    claims: np.ndarray
    factor: np.ndarray
    strength: np.ndarray
    raiser: np.ndarray
    maximal: np.ndarray
    collapse_luck: np.ndarray
    breakdown_luck: np.ndarray
    honour_luck: np.ndarray
    end_luck: np.ndarray
    peace_luck: np.ndarray
    crisis_luck: np.ndarray

    @property
    def draws(self) -> int:
        """Trajectories in all."""
        return len(self.net)

    @property
    def weeks(self) -> int:
        """Weeks of the horizon."""
        return self.net.shape[1]

    def with_belief(self, name: str, value: float) -> Futures:
        """The same futures with one belief held at a value everywhere; the defender's strength follows."""
        beliefs = {**self.beliefs, name: np.full(self.draws, value)}
        if name not in DEFENDER_READS and name != STRENGTH:
            return replace(self, beliefs=beliefs)
        strength = defender_strength(beliefs, self.claims) if name in DEFENDER_READS else self.strength
        raiser = strength_raiser(strength, beliefs[STRENGTH])
        return replace(self, beliefs=beliefs, strength=strength, raiser=raiser)

    def with_share(self, share: np.ndarray) -> Futures:
        """The same futures with another split between the main region and the rest : ndarray[draw, week]."""
        return replace(self, share=share)

    def set_mean(self, values: np.ndarray) -> np.ndarray:
        """Mean over the futures of each belief set : ndarray[set]."""
        return values.reshape(self.sets, FUTURES).mean(axis=1)


def draw_futures(
    case: Case,
    net: np.ndarray,
    share: np.ndarray,
    claims: np.ndarray,
    support: Support,
    needed: tuple[str, ...],
    streams: Streams,
    *,
    measured: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType({}),
) -> Futures:
    """Draw beliefs and luck for ready-made paths of net gain, main-region share and claimed losses.

    net, share, claims : ndarray[draw, week]; the number of draws must be a multiple of FUTURES
    measured : belief name → quantile function that takes the place of the case's distribution (war/source_bias.py)
    """
    draws, weeks = net.shape
    sets = draws // FUTURES
    named = {belief.name: belief for belief in case.beliefs}
    require_beliefs(named, (*BELIEFS, *needed))
    require_beliefs(named, tuple(measured))
    sampled: dict[str, HasQuantile] = {
        **named,
        **{name: _Measured(found) for name, found in measured.items()},
    }
    # The attacker's force moves no outcome (see attacker_strength), and a belief that cannot decide is no hinge.
    idle = manpower_beliefs("attacker")
    once = sample_beliefs({n: b for n, b in sampled.items() if n not in idle}, sets, streams)
    beliefs = {name: np.repeat(column, FUTURES) for name, column in once.items()}
    for guarantee in case.guarantees:
        base = base_credibility(guarantee, sets, streams)
        beliefs[credibility_belief(guarantee.id)] = np.repeat(base, FUTURES)
    elasticity = {
        name: np.repeat(column, FUTURES) for name, column in sample_elasticities(case, sets, streams).items()
    }
    beliefs |= {elasticity_belief(name): column for name, column in elasticity.items()}
    factor = support.tempo_factor(elasticity) if elasticity else np.ones((draws, weeks))
    losses = claims * beliefs["losses.attacker_true_per_claimed"][:, None]
    strength = defender_strength(beliefs, losses)
    return Futures(
        sets=sets,
        beliefs=beliefs,
        net=net,
        share=share,
        claims=losses,
        factor=factor,
        strength=strength,
        raiser=strength_raiser(strength, beliefs[STRENGTH]),
        maximal=streams.rng("truce.type").random(draws) < beliefs["truce.maximal_aims"],
        collapse_luck=streams.rng("war.collapse").exponential(size=(draws, SPELLS)),
        breakdown_luck=streams.rng("truce.breakdown").exponential(size=(draws,)),
        honour_luck=streams.rng("truce.honour").random((draws,)),
        end_luck=streams.rng("war.end").exponential(size=(draws,)),
        peace_luck=streams.rng("war.peace").exponential(size=(draws,)),
        crisis_luck=streams.rng("truce.crisis").random((draws, weeks)),
    )


def defender_strength(beliefs: Mapping[str, np.ndarray], attacker_losses: np.ndarray) -> np.ndarray:
    """The defender's force over today's, fighting on : ndarray[draw, week].

    attacker_losses : ndarray[draw, week], the attacker's true killed and wounded a week
    """
    losses = attacker_losses * beliefs["losses.defender_per_attacker"][:, None]
    return strength_path(losses, flows(beliefs, "defender"))


def attacker_strength(case: Case, futures: Futures, streams: Streams) -> np.ndarray:
    """The attacker's force over today's, fighting on, for display : ndarray[draw, week].

    Drawn apart from the futures, from the same named streams: no course of action reads it.
    """
    named = {belief.name: belief for belief in case.beliefs}
    wanted = {name: named[name] for name in manpower_beliefs("attacker")}
    once = sample_beliefs(wanted, futures.sets, streams)
    beliefs = futures.beliefs | {name: np.repeat(column, FUTURES) for name, column in once.items()}
    return strength_path(futures.claims, flows(beliefs, "attacker"))


@dataclass(frozen=True)
class _Measured:
    """A measured distribution in a belief's place."""

    quantile: Callable[[np.ndarray], np.ndarray]


def credibility_belief(guarantee: str) -> str:
    """Name under which a guarantee's base credibility stands among the beliefs."""
    return f"guarantee.{guarantee}"


def elasticity_belief(capability: str) -> str:
    """Name under which a capability's elasticity stands among the beliefs."""
    return f"support.{capability}"


def belief_labels(case: Case) -> dict[str, BeliefLabel]:
    """Every belief a run draws, the case's own and those of guarantees and capabilities : name → label."""
    labels = {b.name: BeliefLabel(b.label, b.unit, b.watch) for b in case.beliefs}
    for guarantee in case.guarantees:
        text = f"Chance that the guarantor acts if the truce is broken: {guarantee.name}"
        labels[credibility_belief(guarantee.id)] = BeliefLabel(text, "probability", "")
    for capability in case.capabilities:
        text = f"How strongly {capability.name} moves the tempo (elasticity)"
        labels[elasticity_belief(capability.id)] = BeliefLabel(text, "log tempo per unit of need", "")
    return labels


def weekly(rate: np.ndarray) -> np.ndarray:
    """A yearly rate as a weekly one : same shape."""
    return rate / WEEKS_PER_YEAR
