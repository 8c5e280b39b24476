"""A scenario: everything that determines a run, frozen and with a digest. There is no other way in.

Every face (command, Python, report, page) makes one and asks the service; nothing that moves a number stands outside.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date

from contactline.case.debate import OUTCOMES, priced
from contactline.case.labels import TEMPO, TEMPO_MOST, belief_labels
from contactline.case.schema import Case
from contactline.core.digest import digest_of_values
from contactline.core.errors import InputError, UnknownNameError

DEFAULT_CASE = "ukraine_2025"
AS_TODAY = "as_today"
"""The support path in which nothing changes."""
HORIZON_WEEKS = 260
LEAST_WEEKS = 13
"""Fewest weeks that can be simulated: a quarter, below which no objective and no proposal is in question."""
MOST_WEEKS = 1040
SETS, FUTURES = 200, 50
"""Belief sets and futures of each for a report."""
FIRST_FUTURES = 10
"""Futures of a first answer: 200 sets of 10 err by two points where 40 of 50 err by six."""

SIGN_WEEK = "sign_week"
DEADLINE = "deadline"
LEVERS = {
    SIGN_WEEK: "week in which the proposals are signed, the fighting going on until then",
    DEADLINE: "days from the as-of date within which an answer to the proposals is asked for: an ultimatum to a "
    "defender who did not write them",
}
"""What an actor sets: name → meaning."""

Value = float | tuple[float, float]
"""A held belief: one value, or the ends of the range over which it is drawn evenly."""
Given = Mapping[str, Value] | Iterable[tuple[str, Value]]


@dataclass(frozen=True)
class Scenario:
    """Everything that determines a run.

    case : id of a built-in case or a case folder; as_of : the case's own date, None for it; seed : whole number ≥ 0
    sets, futures : belief sets, and futures of each (chance only), so sets × futures trajectories; weeks : horizon
    support : id of a support path of the case; proposals : ids, none for the case's own choice
    held : belief → value, or (low, high) over which it is drawn evenly; levers : name in LEVERS → value
    prices : ACTOR:OUTCOME → (low, high, per): what every viewpoint of the actor gives for `per` more of the outcome,
    in its units of value, drawn evenly between; below zero it wants less of it
    models : slot → name of a model (`contactline.war.slots`), for those that are not the default

    Raises InputError for a value that no case allows; names are checked by `check` against a case.
    """

    case: str = DEFAULT_CASE
    as_of: date | None = None
    seed: int = 0
    sets: int = SETS
    futures: int = FUTURES
    weeks: int = HORIZON_WEEKS
    support: str = AS_TODAY
    proposals: tuple[str, ...] = ()
    held: tuple[tuple[str, Value], ...] = field(default=())
    levers: tuple[tuple[str, float], ...] = field(default=())
    prices: tuple[tuple[str, tuple[float, float, float]], ...] = field(default=())
    models: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "case", str(self.case))
        object.__setattr__(self, "proposals", tuple(dict.fromkeys(self.proposals)))
        object.__setattr__(self, "held", _pairs("held belief", self.held))
        object.__setattr__(self, "levers", _pairs("lever", self.levers))
        object.__setattr__(self, "prices", _pairs("price", self.prices))
        object.__setattr__(self, "models", _pairs("model slot", self.models))
        _whole("seed", self.seed, 0, 2**63 - 1)
        _whole("sets", self.sets, 2, 10**6)
        _whole("futures", self.futures, 2, FUTURES)
        _whole("--weeks", self.weeks, LEAST_WEEKS, MOST_WEEKS)
        for name, value in self.held:
            ends = value if isinstance(value, tuple) else (value, value)
            if len(ends) != 2 or not all(math.isfinite(end) for end in ends) or ends[0] > ends[1]:
                raise InputError(
                    f"held belief {name!r}: got {value!r}; allowed is a number, or two ends of a range, low first."
                )
        for name, price in self.prices:
            low, high, per = price
            one_sign = low <= high and low * high >= 0 and (low, high) != (0, 0)
            if not (all(map(math.isfinite, price)) and one_sign and per > 0):
                raise InputError(
                    f"price {name!r}: got {low:g} to {high:g} per {per:g}; allowed are two ends of one sign, low "
                    "first, not both zero, and a number above 0 of the outcome's unit."
                )

    @property
    def draws(self) -> int:
        """Trajectories in all."""
        return self.sets * self.futures

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over every field."""
        return digest_of_values({part.name: getattr(self, part.name) for part in fields(self)})

    def holding(self, **held: Value) -> Scenario:
        """The same with beliefs held, as `holding(**{"war.end_rate": 0.1})`; a belief held already gets this value."""
        return replace(self, held=tuple({**dict(self.held), **held}.items()))

    def first(self, futures: int = FIRST_FUTURES) -> Scenario:
        """The same with the first few futures of every belief set: a quick answer on the same beliefs."""
        return replace(self, futures=min(futures, self.futures))


def check(scenario: Scenario, case: Case) -> tuple[str, ...]:
    """The proposals that the scenario is about, once every name and value has been found in the case.

    Raises UnknownNameError for a name that the case lacks, InputError for a date that is not the case's or a held value
    that a belief cannot have.
    """
    if scenario.as_of not in (None, case.as_of):
        raise InputError(
            f"--as-of {scenario.as_of}: case {case.id!r} holds evidence as of {case.as_of}; allowed is that day."
        )
    known = {proposal.id for proposal in case.proposals}
    for name in scenario.proposals:
        if name not in known:
            raise UnknownNameError("proposal", name, known)
    paths = {path.id for path in case.support_paths}
    if scenario.support not in {*paths, AS_TODAY}:
        raise UnknownNameError("support path", scenario.support, {*paths, AS_TODAY})
    labels = belief_labels(case)
    for name, value in scenario.held:
        if name not in labels:
            raise UnknownNameError("belief", name, labels)
        low, high = support_of(case, name)
        for end in value if isinstance(value, tuple) else (value,):
            if not low <= end <= high:
                raise InputError(
                    f"belief {name!r}: got {end:g}; allowed is {_between(low, high)} ({labels[name].unit}: "
                    f"{labels[name].label}). Hold it at another value."
                )
    valued = {values.actor for values in case.values}
    for name, _ in scenario.prices:
        actor, _, outcome = name.partition(":")
        if actor not in valued:
            raise UnknownNameError("actor with values", actor, valued)
        if outcome not in OUTCOMES:
            raise UnknownNameError("outcome", outcome, OUTCOMES)
    for name, number in scenario.levers:
        if name not in LEVERS:
            raise UnknownNameError("lever", name, LEVERS)
        if name == SIGN_WEEK and not (0 <= number < scenario.weeks and number == int(number)):
            raise InputError(
                f"lever {name!r}: got {number:g}; allowed is a whole number from 0 to {scenario.weeks - 1}."
            )
        if name == DEADLINE and not (0 <= number <= 7 * scenario.weeks and number == int(number)):
            raise InputError(
                f"--deadline: got {number:g} days from {case.as_of}; allowed is a day from then to the horizon, "
                f"{scenario.weeks} weeks later."
            )
    return scenario.proposals or tuple(case.default_proposals)


def with_prices(case: Case, scenario: Scenario) -> Case:
    """The case with the reader's prices in the viewpoints of the actors whose they are; itself without any.

    Raises InputError where a viewpoint weighs the outcome already.
    """
    if not scenario.prices:
        return case
    own: dict[str, dict[str, tuple[float, float, float]]] = {}
    for name, price in scenario.prices:
        actor, _, outcome = name.partition(":")
        own.setdefault(actor, {})[outcome] = price
        owner = next((v for v in case.values if v.actor == actor and outcome in v.outcomes), None)
        if owner is not None:
            raise InputError(
                f"price {name!r}: the viewpoint {owner.viewpoint!r} weighs {outcome} already; a price adds what the "
                "case's viewpoints leave out. Change the case's values.yaml to weigh it otherwise."
            )
    values = tuple(priced(one, own[one.actor]) if one.actor in own else one for one in case.values)
    return case.model_copy(update={"values": values})


def support_of(case: Case, name: str) -> tuple[float, float]:
    """The least and the most that a belief can be, whatever anyone holds of it: its own bounds, else its unit's and
    its distribution's. ±inf where nothing bounds it."""
    if name == TEMPO:
        return -TEMPO_MOST, TEMPO_MOST
    unit = belief_labels(case)[name].unit
    low, high = (0.0, 1.0) if unit in ("probability", "share") else (-math.inf, math.inf)
    for belief in case.beliefs:
        if belief.name == name:
            if belief.distribution.kind in ("lognormal", "loguniform"):
                low = max(low, math.ulp(0.0))
            if belief.distribution.kind == "beta":
                low, high = max(low, 0.0), min(high, 1.0)
            low = low if belief.low is None else belief.low
            high = high if belief.high is None else belief.high
    return low, high


def _between(low: float, high: float) -> str:
    if low == math.ulp(0.0):
        return "a number above 0" if math.isinf(high) else f"a number above 0 and up to {high:g}"
    if math.isinf(low):
        return "any number" if math.isinf(high) else f"a number up to {high:g}"
    return f"a number from {low:g} up" if math.isinf(high) else f"a number from {low:g} to {high:g}"


def _pairs(what: str, given: object) -> tuple[tuple[str, object], ...]:
    """Name and value of each, in order of names. Raises InputError for a name given two values."""
    pairs = list(given.items()) if isinstance(given, Mapping) else [(name, value) for name, value in given]  # type: ignore[attr-defined]
    found: dict[str, object] = {}
    for name, value in pairs:
        value = tuple(value) if isinstance(value, list) else value
        former = found.setdefault(str(name), value)
        if former is not value and former != value:
            raise InputError(f"{what} {name!r}: got two values, {found[name]!r} and {value!r}; give one.")
    return tuple(sorted(found.items()))


def _whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(f"{name}: got {value!r}; allowed is a whole number from {low} to {high}.")
