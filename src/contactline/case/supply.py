"""Support as data: what the defender needs, who supplies it, what it does to the war, and how supply may change.

Pressure on the challenger (sanctions, export controls, the price of oil) is written the same way: what is needed is
then all the pressure that could be put on, and donors are those who put it on. Every number has sources or an owner.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Literal

from pydantic import Field, model_validator

from contactline.case.beliefs import Distribution, Frozen, Share, Slug, Sourced
from contactline.core.dates import WEEKS_PER_MONTH

EffectOn = Literal["losses", "collapse", "recruitment", "leakage"]
"""What a capability may move beside the tempo: the defender's losses, the hazard of collapse, the challenger's
recruitment, and the share of missiles or drones that get through."""
ALLOCATIONS_FROM = date(2024, 4, 1)
"""Kiel's tracker counts allocations since April 2024 and counted commitments before: vintages that do not mix."""
SHARES_AT_MOST = 1.5


class Amount(Sourced):
    """A number in the capability's unit, with its sources; `as_of` is the day of the count it was taken from."""

    value: float = Field(ge=0)
    as_of: date | None = None


class Growth(Sourced):
    """How fast a donor's own production grows, and for how long: supply × (1 + per_year)^years."""

    per_year: float = Field(gt=-1, le=3)
    weeks: float = Field(default=52, gt=0)


class Donor(Sourced):
    """What one donor supplies of one capability, the defender's own industry included.

    promised, allocated and delivered are numbers in the capability's unit and are kept apart; `share` is the share of
    present need that is met, left out where need and delivered are given as numbers.
    """

    actor: Slug
    share: Share | None = None
    promised: Amount | None = None
    allocated: Amount | None = None
    delivered: Amount | None = None
    growth: Growth | None = None
    substitute_share: Share = 0.0
    """Further share of need this donor could take over if another stopped."""
    substitute_weeks: float = Field(default=0, ge=0)
    """After so many weeks from the day the other stopped."""
    substitute_date: date | None = None
    """And not before this day."""
    substitutes_for: tuple[Slug, ...] = ()
    """For whom it can step in; empty: for anyone else."""

    @model_validator(mode="after")
    def _in_order(self) -> Donor:
        stages = [(name, getattr(self, name)) for name in ("promised", "allocated", "delivered")]
        known = [(name, amount.value) for name, amount in stages if amount is not None]
        for (above, most), (below, value) in pairwise(known):
            if value > most:
                raise ValueError(
                    f"{self.actor}: {below} {value:g} is above {above} {most:g}; allowed is at most what was {above}"
                )
        if self.actor in self.substitutes_for:
            raise ValueError(f"{self.actor} cannot stand in for itself; remove it from substitutes_for")
        return self


class Reading(Sourced):
    """Someone else's reading of who supplies how much; donors not named keep the share of the case's own reading."""

    by: str = Field(min_length=3)
    shares: dict[Slug, Share] = Field(min_length=1)


class Effect(Sourced):
    """What a change in adequacy does beside the tempo: log effect per unit of need, and whether data identify it."""

    moves: EffectOn
    elasticity: Distribution
    identified: Literal["data", "judgement"] = "judgement"


class Cost(Sourced):
    """What supply costs in money: per month of the whole need, per unit, or once for the whole need."""

    value: float = Field(ge=0)
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    scale: Literal["units", "millions", "billions"] = "billions"
    per: Literal["month", "unit", "once"] = "month"
    rate: Amount | None = None
    """Euros for one unit of another currency."""

    @model_validator(mode="after")
    def _in_euro(self) -> Cost:
        if self.currency != "EUR" and self.rate is None:
            raise ValueError(
                f"cost is in {self.currency}; costs are added up in EUR, so give `rate` (EUR per {self.currency}, "
                "with its source) or the cost in EUR"
            )
        if self.currency == "EUR" and self.rate is not None:
            raise ValueError("cost is in EUR and has a rate; remove the rate or name the currency")
        return self

    @property
    def billions_eur(self) -> float:
        """The value in billions of euros."""
        size = {"units": 1e-9, "millions": 1e-3, "billions": 1.0}[self.scale]
        return self.value * size * (self.rate.value if self.rate else 1.0)


class Capability(Sourced):
    """Something the defender needs and others supply, or pressure on the challenger.

    `elasticity` η: tempo × exp(−η·(adequacy − adequacy as today)).
    """

    id: Slug
    name: str
    kind: Literal["supply", "pressure"] = "supply"
    need: str
    unit: str = ""
    needed: Amount | None = None
    """Need in `unit`, a month unless the unit says otherwise; with it, shares follow from what is delivered."""
    stock: Amount | None = None
    """What lies in the defender's stores: in `unit` where need is given as a number, else in weeks of need."""
    leaks_today: Amount | None = None
    """Air defence: the share of what is fired that gets through today, 0 to 1."""
    fired_a_week: Amount | None = None
    """Air defence: how many of what it stops are fired at cities a week today."""
    donors: tuple[Donor, ...] = Field(min_length=1)
    other_readings: tuple[Reading, ...] = ()
    elasticity: Distribution
    elasticity_assumption: str = Field(min_length=10)
    identified: Literal["data", "judgement"] = "judgement"
    """Whether data identify the effect on the tempo."""
    effects: tuple[Effect, ...] = ()
    cost: Cost | None = None

    @model_validator(mode="after")
    def _once(self) -> Capability:
        names = [donor.actor for donor in self.donors]
        repeated = {name for name in names if names.count(name) > 1}
        if repeated:
            raise ValueError(f"donor {sorted(repeated)[0]!r} is counted twice; merge its entries")
        moved = [effect.moves for effect in self.effects]
        twice = {on for on in moved if moved.count(on) > 1}
        if twice:
            raise ValueError(f"effect on {sorted(twice)[0]!r} stands twice; give it once")
        for reading in self.other_readings:
            for name in reading.shares:
                if name not in names:
                    raise ValueError(
                        f"reading by {reading.by!r} names {name!r}, which is no donor here; donors are "
                        f"{', '.join(names)}"
                    )
        for donor in self.donors:
            self._share_of(donor)
        for shares in self.readings():
            if sum(shares.values()) > SHARES_AT_MOST:
                raise ValueError(
                    f"the donors' shares add up to {sum(shares.values()):.2f}, more than {SHARES_AT_MOST} of need; "
                    "shares are of present need"
                )
        return self

    @model_validator(mode="after")
    def _measured(self) -> Capability:
        if self.needed is not None and not (self.unit and self.needed.value > 0):
            raise ValueError("needed must be above 0 and `unit` must say in what")
        if self.leaks_today is not None and self.leaks_today.value > 1:
            raise ValueError(f"leaks_today is {self.leaks_today.value:g}; allowed is a share between 0 and 1")
        if any(effect.moves == "leakage" for effect in self.effects) and self.leaks_today is None:
            raise ValueError("an effect on leakage needs leaks_today, the share that gets through today")
        if self.fired_a_week is not None and (self.leaks_today is None or self.fired_a_week.value < 0):
            raise ValueError(
                "fired_a_week must be 0 or more, and needs leaks_today, the share that gets through today"
            )
        if self.cost is not None and self.cost.per == "unit" and self.needed is None:
            raise ValueError("a cost per unit needs `needed`, the number of units")
        return self

    def readings(self) -> tuple[dict[str, float], ...]:
        """Donor → share of need: the case's own reading first, then the others."""
        own = {donor.actor: self._share_of(donor) for donor in self.donors}
        return (own, *(own | dict(reading.shares) for reading in self.other_readings))

    @property
    def stock_weeks(self) -> float:
        """Weeks of full need that the stores hold."""
        if self.stock is None:
            return 0.0
        if self.needed is None:
            return self.stock.value
        return self.stock.value / self.needed.value * WEEKS_PER_MONTH

    def effect_on(self, on: str) -> Effect | None:
        """The effect on something beside the tempo, if there is one."""
        return next((effect for effect in self.effects if effect.moves == on), None)

    def _share_of(self, donor: Donor) -> float:
        counted = self.needed is not None and donor.delivered is not None
        if counted and donor.share is not None:
            raise ValueError(
                f"{donor.actor}: share is given beside needed and delivered, from which it follows; keep one"
            )
        if counted:
            assert self.needed is not None and donor.delivered is not None
            return donor.delivered.value / self.needed.value if self.needed.value > 0 else 0.0
        if donor.share is None:
            raise ValueError(
                f"{donor.actor}: share is missing; give it, or `needed` and `delivered` as numbers"
            )
        return donor.share


class SupportPath(Sourced):
    """A change of supply: from `week` on, the listed donors supply `factor` times their present share."""

    id: Slug
    name: str
    cuts: tuple[SupportCut, ...] = ()


class SupportCut(Frozen):
    """One donor's supply of the listed capabilities (empty: all of kind supply) times `factor` from `week` on, for
    `weeks`; with `ramp_weeks` it gets there in a straight line."""

    actor: Slug
    capabilities: tuple[Slug, ...] = ()
    week: float = Field(default=0, ge=0)
    weeks: float | None = Field(default=None, gt=0)
    ramp_weeks: float = Field(default=0, ge=0)
    factor: float = Field(ge=0, le=5)
