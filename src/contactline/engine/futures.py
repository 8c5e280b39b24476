"""Futures: belief sets times random futures, drawn once and shared by every course of action and proposal.

A run of N draws holds B belief sets of FUTURES draws each. Within a set the beliefs stand still and only chance
moves, so an average over a set is what someone holding those beliefs would expect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from contactline.case.beliefs import HasQuantile, require_beliefs, sample_beliefs
from contactline.case.labels import SUPPORT, credibility_belief, elasticity_belief, pledge_belief
from contactline.case.pledges import Guarantee
from contactline.case.schema import Case
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.errors import UnknownNameError
from contactline.core.reads import Kept, Noted, note, unnoted
from contactline.core.streams import Streams
from contactline.support.adequacy import Support, sample_elasticities
from contactline.truce.aims import BELIEFS as AIM_BELIEFS
from contactline.truce.aims import MAXIMAL, draw_aims
from contactline.truce.breakdown import BELIEFS as BREAKDOWN_BELIEFS
from contactline.truce.breakdown import LOOK_AHEAD_WEEKS, READINGS
from contactline.truce.calendar import PledgeLuck
from contactline.truce.guarantee import BELIEFS as PLEDGE_BELIEFS
from contactline.truce.guarantee import base_credibility, draw_pledge_luck, signature_chance
from contactline.war.falls import Line, LineOf
from contactline.war.manpower import BELIEFS as MANPOWER_BELIEFS
from contactline.war.manpower import STRENGTH, flows, strength_path, strength_raiser

FUTURES = 50
LINE = "line"
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


@dataclass(frozen=True)
class Futures:
    """Everything random, one row a draw, and what follows from it, worked out when it is first asked for.

    sets : number of belief sets; draw i belongs to set i // FUTURES
    beliefs : name → ndarray[draw]
    given : what was drawn or is held, by the names of the properties below; the luck arrays are unit exponentials or
        uniforms, each read by its name: collapse_luck, breakdown_luck, honour_luck, end_luck, peace_luck, crisis_luck,
        aims_luck, discretion_luck

    What a property read, beliefs included, is noted (core/reads.py): futures that differ in something keep what did
    not read it.
    """

    sets: int
    beliefs: Noted[np.ndarray]
    given: Noted[Any]
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)
    whole: Futures | None = field(default=None, repr=False, compare=False)
    """The run of which these are a part: what is averaged or matched over all draws is its, so they live the same."""
    rows: np.ndarray | None = field(default=None, repr=False, compare=False)
    """Which draws of the whole these are : ndarray[draw]."""

    def __getattr__(self, name: str) -> Any:
        """What was drawn : net, claimed ndarray[draw, week]; luck; support, conduct, pledge_luck, lines."""
        if name.startswith("_") or name not in self.given:
            raise AttributeError(name)
        return self.given[name]

    @property
    def draws(self) -> int:
        """Trajectories in all."""
        with unnoted():
            return len(self.given["net"])

    @property
    def weeks(self) -> int:
        """Weeks of the horizon."""
        with unnoted():
            return int(self.given["net"].shape[1])

    @property
    def claims(self) -> np.ndarray:
        """The challenger's true killed and wounded a week : ndarray[draw, week]."""
        bias = "losses.attacker_true_per_claimed"
        return self._part("claims", lambda: self.claimed * self.beliefs[bias][:, None])

    @property
    def factor(self) -> np.ndarray:
        """Support's factor on gains : ndarray[draw, week]."""
        return self._part("factor", lambda: self._pressed().factor)

    @property
    def raising(self) -> np.ndarray:
        """Support's factor on the rate of collapses : ndarray[draw, week]."""
        return self._part("raising", lambda: self._pressed().raising)

    @property
    def bleeding(self) -> np.ndarray:
        """Support's factor on the defender's losses : ndarray[draw, week]."""
        return self._part("bleeding", lambda: self._pressed().bleeding)

    @property
    def strength(self) -> np.ndarray:
        """The defender's force over today's if it fights on : ndarray[draw, week]."""
        return self._part("strength", lambda: defender_strength(self.beliefs, self.claims, self.bleeding))

    @property
    def raiser(self) -> np.ndarray:
        """What the defender's shortage at the week's start does to the rate of collapses : ndarray[draw, week]."""
        return self._part("raiser", lambda: raiser_of(self.strength, self.beliefs[STRENGTH]))

    @property
    def aims(self) -> np.ndarray:
        """The challenger's type (truce/aims.py) : ndarray[draw] int8."""
        return self._part("aims", lambda: draw_aims(self.conduct, self.beliefs, self.aims_luck))

    @property
    def expected_gain(self) -> np.ndarray:
        """km² that two years of war bring on average in the draw's belief set : ndarray[draw]."""
        if self.whole is not None:
            return self.whole.expected_gain[self.rows]
        return self._part("expected_gain", lambda: _set_mean_ahead(self.net * self.factor, self.sets))

    @property
    def expected_losses(self) -> np.ndarray:
        """The challenger's killed and wounded in two years of war, as expected_gain : ndarray[draw]."""
        if self.whole is not None:
            return self.whole.expected_losses[self.rows]
        return self._part("expected_losses", lambda: _set_mean_ahead(self.claims, self.sets))

    @property
    def maximal(self) -> np.ndarray:
        """Draws in which the challenger's aims are maximal : ndarray[draw] bool."""
        found: np.ndarray = self.aims == MAXIMAL
        return found

    def line(self, holder: np.ndarray) -> Line | None:
        """What falls from the line between holders ndarray[cell]; None for the rule that the nearest falls first."""
        if self.whole is not None:
            found = self.whole.line(holder)
            return None if found is None else found.followed_by(self.rows)
        if self.lines is None:
            return None
        key = (LINE, np.ascontiguousarray(holder, dtype=np.int8).tobytes())
        line: Line = self.kept.part(key, lambda: self.lines(holder, self.beliefs))
        return line

    @property
    def line_reads(self) -> frozenset[str]:
        """Names that the fronts fought so far from any line have read."""
        return (self.whole or self).kept.reads(lambda key: isinstance(key, tuple) and key[0] == LINE)

    def with_belief(self, name: str, value: float) -> Futures:
        """The same futures with one belief, a guarantee's chance at signature included, held at a value everywhere.

        Raises UnknownNameError.
        """
        with unnoted():
            known = {*self.beliefs, *self.given["guarantees"]}
        if name not in known:
            raise UnknownNameError("belief", name, known)
        beliefs = self.beliefs.changed(**{name: np.full(self.draws, float(value))})
        whole = None if self.whole is None else self.whole.with_belief(name, value)
        return replace(self, beliefs=beliefs, kept=self.kept.without(name), whole=whole)

    def with_support(self, support: Support, times: float = 1.0) -> Futures:
        """The same futures under another support path, and with gains `times` as large a week."""
        whole = None if self.whole is None else self.whole.with_support(support, times)
        changed = {"support": support} | ({} if times == 1.0 else {"net": self.net * times})
        return replace(self.holding(**changed), whole=whole)

    def holding(self, **given: Any) -> Futures:
        """The same futures with what was drawn, or what follows from it, held at other values by name."""
        return replace(self, given=self.given.changed(**given), kept=self.kept.without(*given))

    def first(self, sets: int) -> Futures:
        """The futures of the first belief sets alone."""
        return self._some(np.arange(sets * (self.draws // self.sets)), sets)

    def thinned(self, futures: int) -> Futures:
        """The first `futures` futures of every belief set."""
        return self._some(
            np.flatnonzero(np.arange(self.draws) % (self.draws // self.sets) < futures), self.sets
        )

    def column(self, name: str, ceded: bool = False) -> np.ndarray:
        """A belief : ndarray[draw]; for a guarantee the chance at signature, under terms that cede defences or not."""
        return self.beliefs[name] if name in self.beliefs else self.at_signature(self.guarantees[name], ceded)

    def at_signature(self, guarantee: Guarantee, ceded: bool) -> np.ndarray:
        """Chance that enough guarantors act if a truce is broken at once : ndarray[draw]; as held or stated, else as it
        comes from the record of promises, restraint, discretion and cession."""
        name = credibility_belief(guarantee.id)
        note((name,))
        if name in self.beliefs:
            return self.beliefs[name]
        found: np.ndarray = self.kept.part(
            (name, ceded),
            lambda: signature_chance(
                self.beliefs[pledge_belief(guarantee.id)], self.beliefs, guarantee, self.pledge_luck, ceded
            ),
        )
        return found

    def set_mean(self, values: np.ndarray) -> np.ndarray:
        """Mean over the futures of each belief set : ndarray[set]."""
        found: np.ndarray = values.reshape(self.sets, -1).mean(axis=1)
        return found

    def _some(self, rows: np.ndarray, sets: int) -> Futures:
        with unnoted():
            beliefs = {name: column[rows] for name, column in self.beliefs.items()}
            given = {name: draws_at(value, rows) for name, value in self.given.items()}
        return Futures(sets, Noted(beliefs), Noted(given), whole=self, rows=rows)

    def _part(self, name: str, work: Callable[[], np.ndarray]) -> np.ndarray:
        note((name,))
        found: np.ndarray = self.given[name] if name in self.given else self.kept.part(name, work)
        return found

    def _pressed(self) -> Pressed:
        shape = (self.draws, self.weeks)
        found: Pressed = self.kept.part("pressed", lambda: support_factors(self.support, self.beliefs, shape))
        return found


def draw_futures(
    case: Case,
    net: np.ndarray,
    claims: np.ndarray,
    support: Support,
    streams: Streams,
    *,
    measured: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType({}),
    lines: LineOf | None = None,
) -> Futures:
    """Draw beliefs and luck for ready-made paths of net gain and claimed losses.

    net, claims : ndarray[draw, week]; the number of draws must be a multiple of FUTURES
    measured : belief name → quantile function that takes the place of the case's distribution (war/source_bias.py)
    lines : what falls from a given line; None for the rule that the nearest falls first
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
    once = sample_beliefs(sampled, sets, streams)
    beliefs = {name: np.repeat(column, FUTURES) for name, column in once.items()}
    for guarantee in case.guarantees:
        base = base_credibility(guarantee, sets, streams)
        name = credibility_belief(guarantee.id) if guarantee.stated else pledge_belief(guarantee.id)
        beliefs[name] = np.repeat(base, FUTURES)
    elasticity = sample_elasticities(case, sets, streams)
    beliefs |= {elasticity_belief(name): np.repeat(column, FUTURES) for name, column in elasticity.items()}
    # A third of the belief sets each, in random order, so that none of the readings is over-represented by luck.
    reading = streams.rng("truce.reading").permutation(np.arange(sets) % len(READINGS))
    given = {
        "net": net,
        "claimed": claims,
        "support": support,
        "conduct": case.conduct,
        "lines": lines,
        "guarantees": {credibility_belief(guarantee.id): guarantee for guarantee in case.guarantees},
        "reading": np.repeat(reading, FUTURES).astype(np.int8),
        "aims_luck": streams.rng("truce.type").random((draws,)),
        "collapse_luck": streams.rng("war.collapse").exponential(size=(draws, SPELLS)),
        "breakdown_luck": streams.rng("truce.breakdown").exponential(size=(draws,)),
        "honour_luck": streams.rng("truce.honour").random((draws,)),
        "end_luck": streams.rng("war.end").exponential(size=(draws,)),
        "peace_luck": streams.rng("war.peace").exponential(size=(draws,)),
        "crisis_luck": streams.rng("truce.crisis").random((draws, weeks)),
        "discretion_luck": streams.rng("truce.discretion").random((draws,)),
        "pledge_luck": draw_pledge_luck(case, sets, FUTURES, streams),
    }
    return Futures(sets, Noted(beliefs), Noted(given))


def draws_at(value: Any, rows: np.ndarray) -> Any:
    """Some draws of what was drawn, an array or a record of arrays; anything else as it is."""
    if isinstance(value, PledgeLuck):
        return PledgeLuck(*(getattr(value, part.name)[rows] for part in fields(value)))
    return value[rows] if isinstance(value, np.ndarray) else value


class Pressed(NamedTuple):
    """Support's factors : ndarray[draw, week] on gains, on the rate of collapses and on the defender's losses."""

    factor: np.ndarray
    raising: np.ndarray
    bleeding: np.ndarray


def support_factors(support: Support, beliefs: Noted[np.ndarray], shape: tuple[int, ...]) -> Pressed:
    """Support's factors on the war under a path; ones where nothing differs from today."""
    eta = Noted(beliefs, prefix=SUPPORT)
    if not eta or not support.cuts.cuts:
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
    return np.repeat(total.reshape(sets, -1).mean(axis=1), len(total) // sets)


def defender_strength(
    beliefs: Mapping[str, np.ndarray], attacker_losses: np.ndarray, bleeding: np.ndarray | float = 1.0
) -> np.ndarray:
    """The defender's force over today's, fighting on : ndarray[draw, week].

    attacker_losses : ndarray[draw, week], the attacker's true killed and wounded a week
    bleeding : ndarray[draw, week], support's factor on the defender's losses
    """
    losses = attacker_losses * beliefs["losses.defender_per_attacker"][:, None] * bleeding
    return strength_path(losses, flows(beliefs, "defender"))


def attacker_strength(futures: Futures) -> np.ndarray:
    """The attacker's force over today's, fighting on, for display : ndarray[draw, week]; no course reads it."""
    return strength_path(futures.claims, flows(futures.beliefs, "attacker"))


@dataclass(frozen=True)
class _Measured:
    """A measured distribution in a belief's place."""

    quantile: Callable[[np.ndarray], np.ndarray]


def weekly(rate: np.ndarray) -> np.ndarray:
    """A yearly rate as a weekly one : same shape."""
    return rate / WEEKS_PER_YEAR
