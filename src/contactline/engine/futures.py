"""Futures: belief sets times random futures, shared by every course of action and proposal.

A run holds belief sets of some futures each. Within a set the beliefs stand still and only chance moves, so an average
over a set is what someone holding those beliefs would expect.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from contactline.case.labels import credibility_belief, pledge_belief
from contactline.case.pledges import Guarantee
from contactline.case.schema import Case
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.errors import UnknownNameError
from contactline.core.graph import Reads
from contactline.engine.effects import AHEAD, AIMS, CLAIMS, FORCE, PRESSED, RAISER, READING, beliefs_of
from contactline.engine.inputs import Beliefs
from contactline.engine.luck import CLAIMED, LUCK, Chance
from contactline.engine.tempo import NET
from contactline.truce.aims import MAXIMAL
from contactline.truce.calendar import PledgeLuck
from contactline.truce.guarantee import signature_chance
from contactline.war.manpower import flows, strength_path


class Futures:
    """Everything random, one row a draw, and what follows from it, worked out when it is first asked for.

    Draw i belongs to belief set i // futures. Nothing is held here that the reader it stands on has not recorded.
    """

    def __init__(self, reads: Reads) -> None:
        self.reads = reads

    @cached_property
    def sets(self) -> int:
        """Number of belief sets."""
        return int(self.reads["first"])

    @cached_property
    def each(self) -> int:
        """Number of futures of a belief set."""
        return int(self.reads["futures"])

    @property
    def draws(self) -> int:
        """Number of trajectories in all."""
        return self.sets * self.each

    @cached_property
    def weeks(self) -> int:
        """Weeks of the horizon."""
        return int(self.reads["weeks"])

    @cached_property
    def case(self) -> Case:
        """The case that the futures are about."""
        case: Case = self.reads["case"]
        return case

    @cached_property
    def beliefs(self) -> Beliefs:
        """Belief → ndarray[draw], in its unit."""
        return beliefs_of(self.reads)

    @cached_property
    def net(self) -> np.ndarray:
        """Weekly net gain without support's effects and collapses : ndarray[draw, week], km²."""
        return self.reads.of(NET("headline"))

    @cached_property
    def claimed(self) -> np.ndarray:
        """The challenger's losses a week as its ruler claims them : ndarray[draw, week], persons."""
        return self.reads.of(CLAIMED)

    @cached_property
    def claims(self) -> np.ndarray:
        """The challenger's true killed and wounded a week : ndarray[draw, week]."""
        return self.reads.of(CLAIMS)

    @cached_property
    def factor(self) -> np.ndarray:
        """Support's factor on gains : ndarray[draw, week]."""
        return np.repeat(self.reads.of(PRESSED).factor, self.each, axis=0)

    @cached_property
    def raising(self) -> np.ndarray:
        """Support's factor on the rate of collapses : ndarray[draw, week]."""
        return np.repeat(self.reads.of(PRESSED).raising, self.each, axis=0)

    @cached_property
    def bleeding(self) -> np.ndarray:
        """Support's factor on the defender's losses : ndarray[draw, week]."""
        return np.repeat(self.reads.of(PRESSED).bleeding, self.each, axis=0)

    @cached_property
    def strength(self) -> np.ndarray:
        """The defender's force over today's if it fights on : ndarray[draw, week]."""
        return self.reads.of(FORCE)

    @cached_property
    def raiser(self) -> np.ndarray:
        """What the defender's shortage at the week's start does to the rate of collapses : ndarray[draw, week]."""
        return self.reads.of(RAISER)

    @cached_property
    def aims(self) -> np.ndarray:
        """The code of the challenger's type (truce/aims.py) : ndarray[draw] int8."""
        return self.reads.of(AIMS)

    @cached_property
    def reading(self) -> np.ndarray:
        """Index of the reading of what makes peace last that each draw holds : ndarray[draw] int8."""
        return self.reads.of(READING)

    @cached_property
    def expected_gain(self) -> np.ndarray:
        """km² that two years of war bring on average in the draw's belief set : ndarray[draw]."""
        return np.repeat(self.reads.of(AHEAD).gain, self.each)

    @cached_property
    def expected_losses(self) -> np.ndarray:
        """The challenger's killed and wounded in two years of war, as expected_gain : ndarray[draw]."""
        return np.repeat(self.reads.of(AHEAD).losses, self.each)

    @property
    def maximal(self) -> np.ndarray:
        """Draws in which the challenger's aims are maximal : ndarray[draw] bool."""
        found: np.ndarray = self.aims == MAXIMAL
        return found

    @cached_property
    def luck(self) -> Chance:
        """Chance, one row a draw."""
        return self.reads.of(LUCK)

    @property
    def pledge_luck(self) -> PledgeLuck:
        """Chance of what time brings to guarantees."""
        return self.luck.pledge_luck

    @property
    def collapse_luck(self) -> np.ndarray:
        """Unit exponentials : ndarray[draw, spell]."""
        return self.luck.collapse_luck

    def with_belief(self, name: str, value: float) -> Futures:
        """The same futures with one belief, a guarantee's chance at signature included, held at a value everywhere.

        Raises UnknownNameError.
        """
        return Futures(self.reads.under({"held": {name: float(value)}}))

    def with_support(self, path: str, times: float = 1.0) -> Futures:
        """The same futures under another support path of the case, and with gains `times` as large a week."""
        more = {} if times == 1.0 else {"fixed": {"gain_times": times}}
        return Futures(self.reads.under({"support": path, **more}))

    def holding(self, **fixed: float) -> Futures:
        """The same futures with something drawn held at a number in every draw: a luck, `aims`, `reading`."""
        return Futures(self.reads.under({"fixed": {name: float(value) for name, value in fixed.items()}}))

    def first_sets(self, sets: int) -> Futures:
        """The futures of the first belief sets alone, `sets` in number."""
        return Futures(self.reads.under({"first": min(sets, self.sets)}))

    def thinned(self, futures: int) -> Futures:
        """The first futures of every belief set, `futures` in number."""
        return Futures(self.reads.under({"futures": min(futures, self.each)}))

    def column(self, name: str, ceded: bool = False) -> np.ndarray:
        """A belief : ndarray[draw]; for a guarantee the chance at signature, under terms that cede defences or not."""
        named = {credibility_belief(guarantee.id): guarantee for guarantee in self.case.guarantees}
        if name in self.beliefs:
            return self.beliefs[name]
        if name not in named:
            raise UnknownNameError("belief", name, {*self.beliefs, *named})
        return self.at_signature(named[name], ceded)

    def at_signature(self, guarantee: Guarantee, ceded: bool) -> np.ndarray:
        """Chance that enough guarantors act if a truce is broken at once : ndarray[draw]; as held or stated, else as it
        comes from the record of promises, restraint, discretion and cession."""
        name = credibility_belief(guarantee.id)
        if name in self.beliefs:
            return self.beliefs[name]
        base = self.beliefs[pledge_belief(guarantee.id)]
        return signature_chance(base, self.beliefs, guarantee, self.pledge_luck, ceded)

    def set_mean(self, values: np.ndarray) -> np.ndarray:
        """Mean over the futures of each belief set, in the unit of `values` ndarray[draw] : ndarray[set]."""
        found: np.ndarray = values.reshape(self.sets, -1).mean(axis=1)
        return found


def attacker_strength(futures: Futures) -> np.ndarray:
    """The attacker's force over today's, fighting on, for display : ndarray[draw, week]; no course reads it."""
    return strength_path(futures.claims, flows(futures.beliefs, "attacker"))


def weekly(rate: np.ndarray) -> np.ndarray:
    """A yearly rate as a weekly one : same shape."""
    return rate / WEEKS_PER_YEAR
