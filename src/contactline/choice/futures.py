"""Futures: belief sets times random futures, drawn once and shared by every course of action and proposal.

A run of N draws holds B belief sets of FUTURES draws each. Within a set the beliefs stand still and only chance
moves, so an average over a set is what someone holding those beliefs would expect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from contactline.case.beliefs import HasQuantile, require_beliefs, sample_beliefs
from contactline.case.conduct import Conduct
from contactline.case.schema import Case
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.streams import Streams
from contactline.support.adequacy import Support, sample_elasticities
from contactline.truce.aims import BELIEFS as AIM_BELIEFS
from contactline.truce.aims import MAXIMAL, draw_aims
from contactline.truce.breakdown import BELIEFS as BREAKDOWN_BELIEFS
from contactline.truce.breakdown import LOOK_AHEAD_WEEKS, READINGS
from contactline.truce.calendar import PledgeLuck
from contactline.truce.guarantee import BELIEFS as PLEDGE_BELIEFS
from contactline.truce.guarantee import base_credibility, draw_pledge_luck
from contactline.war.falls import LineOf
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
SUPPORT = "support."
"""How the names of beliefs on support begin."""
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
    "truce.other_value",
    "truce.response_troops",
    "truce.response_air",
    "truce.response_supplies",
    "truce.response_sanctions",
    "truce.response_weeks",
    "truce.warning_weeks",
    "truce.mobilisation_weeks",
    "truce.surprise_tempo",
    "truce.morale_collapse",
    "truce.defender_losses_truce",
    *PLEDGE_BELIEFS,
    *AIM_BELIEFS,
    *MANPOWER_BELIEFS,
)
"""What the courses need beside the breakdown hazard's own beliefs."""


WATCH_PLEDGE = (
    "Whether the duty is ratified and written down; forces, stocks and money set aside for it beforehand."
)
WATCH_SUPPLY = "Gains and losses in the weeks after deliveries stop or surge."
"""Evidence that would move the beliefs which a case does not list one by one."""


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
    beliefs : name → ndarray[draw]; net, claims, factor, crisis_luck : ndarray[draw, week]
    raising, bleeding : ndarray[draw, week], support's factors on the rate of collapses and on the defender's losses
    strength : ndarray[draw, week], the defender's force over today's if it fights on; raiser : ndarray[draw, week],
        what its shortage at the week's start does to the rate of collapses
    aims : ndarray[draw] int8, the challenger's type (truce/aims.py); reading : ndarray[draw] int8, whose finding on the
        durability of peace holds (truce/breakdown.py); expected_gain, expected_losses : ndarray[draw], km² and the
        challenger's killed and wounded that two years of war bring on average in the draw's belief set
    line_of : what falls from a given line, None for
        the rule that the nearest falls first; the luck arrays are unit exponentials or uniforms
    """

    sets: int
    beliefs: dict[str, np.ndarray]
    net: np.ndarray
    claims: np.ndarray
    factor: np.ndarray
    raising: np.ndarray
    bleeding: np.ndarray
    strength: np.ndarray
    raiser: np.ndarray
    aims: np.ndarray
    reading: np.ndarray
    expected_gain: np.ndarray
    expected_losses: np.ndarray
    collapse_luck: np.ndarray
    breakdown_luck: np.ndarray
    honour_luck: np.ndarray
    end_luck: np.ndarray
    peace_luck: np.ndarray
    crisis_luck: np.ndarray
    aims_luck: np.ndarray
    discretion_luck: np.ndarray
    pledge_luck: PledgeLuck | None = None
    conduct: Conduct | None = None
    support: Support | None = None
    line_of: LineOf | None = None

    @cached_property
    def kept(self) -> dict[object, object]:
        """What courses work out once from these futures and use again; futures that differ start with nothing."""
        return {}

    @property
    def draws(self) -> int:
        """Trajectories in all."""
        return len(self.net)

    @property
    def maximal(self) -> np.ndarray:
        """Draws in which the challenger's aims are maximal : ndarray[draw] bool."""
        return self.aims == MAXIMAL

    @property
    def weeks(self) -> int:
        """Weeks of the horizon."""
        return self.net.shape[1]

    def with_belief(self, name: str, value: float) -> Futures:
        """The same futures with one belief held at a value everywhere; the defender's strength follows."""
        beliefs = {**self.beliefs, name: np.full(self.draws, value)}
        changed = replace(self, beliefs=beliefs)
        if name in AIM_BELIEFS:
            changed = replace(changed, aims=draw_aims(self.conduct, beliefs, self.aims_luck))
        if name.startswith(SUPPORT) and self.support is not None:
            return changed.with_support(self.support)
        if name not in DEFENDER_READS and name != STRENGTH:
            return changed
        strength = (
            defender_strength(beliefs, self.claims, self.bleeding)
            if name in DEFENDER_READS
            else self.strength
        )
        return replace(changed, strength=strength, raiser=raiser_of(strength, beliefs[STRENGTH]))

    def with_support(self, support: Support, times: float = 1.0) -> Futures:
        """The same futures under another support path, and with gains `times` as large a week."""
        pressed = support_factors(support, self.beliefs, self.net.shape)
        net = self.net * times
        strength = defender_strength(self.beliefs, self.claims, pressed.bleeding)
        return replace(
            self,
            net=net,
            factor=pressed.factor,
            raising=pressed.raising,
            bleeding=pressed.bleeding,
            support=support,
            strength=strength,
            raiser=raiser_of(strength, self.beliefs[STRENGTH]),
            expected_gain=_set_mean_ahead(net * pressed.factor, self.sets),
        )

    def with_lines(self, line_of: LineOf) -> Futures:
        """The same futures with fronts simulated from given lines."""
        return replace(self, line_of=line_of)

    def set_mean(self, values: np.ndarray) -> np.ndarray:
        """Mean over the futures of each belief set : ndarray[set]."""
        return values.reshape(self.sets, FUTURES).mean(axis=1)


def draw_futures(
    case: Case,
    net: np.ndarray,
    claims: np.ndarray,
    support: Support,
    streams: Streams,
    *,
    measured: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType({}),
) -> Futures:
    """Draw beliefs and luck for ready-made paths of net gain and claimed losses.

    net, claims : ndarray[draw, week]; the number of draws must be a multiple of FUTURES
    measured : belief name → quantile function that takes the place of the case's distribution (war/source_bias.py)
    """
    draws, weeks = net.shape
    sets = draws // FUTURES
    named = {belief.name: belief for belief in case.beliefs}
    require_beliefs(named, (*BELIEFS, *BREAKDOWN_BELIEFS))
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
    losses = claims * beliefs["losses.attacker_true_per_claimed"][:, None]
    pressed = support_factors(support, beliefs, (draws, weeks))
    strength = defender_strength(beliefs, losses, pressed.bleeding)
    aims_luck = streams.rng("truce.type").random((draws,))
    # A third of the belief sets each, in random order, so that none of the readings is over-represented by luck.
    reading = streams.rng("truce.reading").permutation(np.arange(sets) % len(READINGS))
    return Futures(
        sets=sets,
        beliefs=beliefs,
        net=net,
        claims=losses,
        factor=pressed.factor,
        raising=pressed.raising,
        bleeding=pressed.bleeding,
        strength=strength,
        raiser=raiser_of(strength, beliefs[STRENGTH]),
        aims=draw_aims(case.conduct, beliefs, aims_luck),
        reading=np.repeat(reading, FUTURES).astype(np.int8),
        expected_gain=_set_mean_ahead(net * pressed.factor, sets),
        expected_losses=_set_mean_ahead(losses, sets),
        collapse_luck=streams.rng("war.collapse").exponential(size=(draws, SPELLS)),
        breakdown_luck=streams.rng("truce.breakdown").exponential(size=(draws,)),
        honour_luck=streams.rng("truce.honour").random((draws,)),
        end_luck=streams.rng("war.end").exponential(size=(draws,)),
        peace_luck=streams.rng("war.peace").exponential(size=(draws,)),
        crisis_luck=streams.rng("truce.crisis").random((draws, weeks)),
        aims_luck=aims_luck,
        discretion_luck=streams.rng("truce.discretion").random((draws,)),
        pledge_luck=draw_pledge_luck(case, sets, FUTURES, streams),
        conduct=case.conduct,
        support=support,
    )


class Pressed(NamedTuple):
    """Support's factors : ndarray[draw, week] on gains, on the rate of collapses and on the defender's losses."""

    factor: np.ndarray
    raising: np.ndarray
    bleeding: np.ndarray


def support_factors(support: Support, beliefs: Mapping[str, np.ndarray], shape: tuple[int, ...]) -> Pressed:
    """Support's factors on the war under a path; ones where the case has no capabilities."""
    eta = {name.removeprefix(SUPPORT): column for name, column in beliefs.items() if name.startswith(SUPPORT)}
    if not eta:
        ones = np.ones(shape)
        return Pressed(ones, ones, ones)
    return Pressed(support.tempo_factor(eta), support.collapse_factor(eta), support.losses_factor(eta))


def raiser_of(strength: np.ndarray, kappa: np.ndarray) -> np.ndarray:
    """What the shortage at each week's start does to the rate of collapses : ndarray[draw, week]."""
    before = np.concatenate([np.ones((len(strength), 1)), strength[:, :-1]], axis=1)
    return strength_raiser(before, kappa)


def _set_mean_ahead(weekly_values: np.ndarray, sets: int) -> np.ndarray:
    """Sum over the weeks a challenger looks ahead, averaged over each belief set's futures : ndarray[draw]."""
    ahead = weekly_values[:, :LOOK_AHEAD_WEEKS]
    total = ahead.sum(axis=1) * LOOK_AHEAD_WEEKS / ahead.shape[1]
    return np.repeat(total.reshape(sets, FUTURES).mean(axis=1), FUTURES)


def defender_strength(
    beliefs: Mapping[str, np.ndarray], attacker_losses: np.ndarray, bleeding: np.ndarray | float = 1.0
) -> np.ndarray:
    """The defender's force over today's, fighting on : ndarray[draw, week].

    attacker_losses : ndarray[draw, week], the attacker's true killed and wounded a week
    bleeding : ndarray[draw, week], support's factor on the defender's losses
    """
    losses = attacker_losses * beliefs["losses.defender_per_attacker"][:, None] * bleeding
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
    return f"{SUPPORT}{capability}"


def belief_labels(case: Case) -> dict[str, BeliefLabel]:
    """Every belief a run draws, the case's own and those of guarantees and capabilities : name → label."""
    labels = {b.name: BeliefLabel(b.label, b.unit, b.watch) for b in case.beliefs}
    for guarantee in case.guarantees:
        text = f"Chance that the guarantor acts if the truce is broken: {guarantee.name}"
        labels[credibility_belief(guarantee.id)] = BeliefLabel(text, "probability", WATCH_PLEDGE)
    for capability in case.capabilities:
        text = f"How strongly {capability.name} moves the tempo (elasticity)"
        labels[elasticity_belief(capability.id)] = BeliefLabel(
            text, "log tempo per unit of need", WATCH_SUPPLY
        )
    return labels


def weekly(rate: np.ndarray) -> np.ndarray:
    """A yearly rate as a weekly one : same shape."""
    return rate / WEEKS_PER_YEAR
