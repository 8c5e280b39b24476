"""The debate as data: what actors value, where they stand, what is claimed, and published forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from contactline.case.beliefs import Assumption, Frozen, Slug, Sourced

OUTCOMES: tuple[str, ...] = (
    "km2_held",
    "people_held",
    "belt_held",
    "defender_losses",
    "challenger_losses",
    "weeks_of_war",
    "collapsed",
    "truce_holds",
    "guarantee_failed",
    "offensives",
    "incidents",
    "people_occupied",
    "strikes",
    "recognised",
    "alliance_barred",
)
"""The outcomes of a run that an actor may value."""


class Attribute(Sourced):
    """One thing an actor values: `outcome` of a run, its direction, the range of its weight, and its scale."""

    outcome: Slug
    label: str
    better: Literal["more", "less"]
    weight_low: float = Field(ge=0)
    weight_high: float = Field(ge=0)
    scale: float = Field(gt=0)
    """The change in the outcome that counts as one unit of value (in the outcome's unit)."""

    @model_validator(mode="after")
    def _ordered(self) -> Attribute:
        if self.weight_low > self.weight_high:
            raise ValueError(
                f"weight_low {self.weight_low:g} must not exceed weight_high {self.weight_high:g}"
            )
        return self


class TimePreference(Sourced):
    """What a year later is worth to an actor: 1 as much as now, 0.9 a tenth less; a range, like weights.

    It enters the game of a settlement alone (docs/choice.md): outcomes are recorded at the horizon, so the shares and
    regrets compare them without regard to when they came.
    """

    low: float = Field(gt=0, le=1)
    high: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> TimePreference:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} must not exceed high {self.high:g}")
        return self


class Values(Sourced):
    """What one actor values, as one published viewpoint puts it; vetoes are clause kinds it calls unacceptable."""

    actor: Slug
    viewpoint: str
    attributes: tuple[Attribute, ...] = Field(min_length=1)
    vetoes: tuple[str, ...] = ()
    default: bool = False
    time_preference: TimePreference | None = None
    """Left out: a year later is worth as much."""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What the viewpoint weighs."""
        return tuple(attribute.outcome for attribute in self.attributes)

    @model_validator(mode="after")
    def _weighable(self) -> Values:
        if not any(attribute.weight_high > 0 for attribute in self.attributes):
            raise ValueError(
                "every weight is zero, so the weights cannot be normalised; give at least one attribute a "
                "weight_high above 0"
            )
        return self


class ClaimTest(Frozen):
    """What a claim says of one named quantity (see `case/quantities.py`), so that figures can agree or not.

    at_least, at_most : `value`; about : `value` give or take `tolerance`; between : `low` to `high`.
    The unit is the quantity's; `note` says why the claim's words are read this way.
    """

    quantity: str
    says: Literal["at_least", "at_most", "about", "between"]
    value: float | None = None
    tolerance: float | None = Field(default=None, ge=0)
    low: float | None = None
    high: float | None = None
    note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> ClaimTest:
        keys = ("value", "tolerance", "low", "high")
        wanted = {"about": ("value", "tolerance"), "between": ("low", "high")}.get(self.says, ("value",))
        missing = [key for key in wanted if getattr(self, key) is None]
        spare = [key for key in keys if key not in wanted and getattr(self, key) is not None]
        if missing or spare:
            needs = f"`says: {self.says}` needs {' and '.join(wanted)}"
            came = f"; missing {', '.join(missing)}" if missing else ""
            raise ValueError(needs + came + (f"; remove {', '.join(spare)}" if spare else ""))
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low:g} must not exceed high {self.high:g}")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """The values at which the claim holds, both ends included, in the quantity's unit."""
        value, give = self.value or 0.0, self.tolerance or 0.0
        low, high = self.low or 0.0, self.high or 0.0
        inf = float("inf")
        return {
            "at_least": (value, inf),
            "at_most": (-inf, value),
            "about": (value - give, value + give),
            "between": (low, high),
        }[self.says]


class Claim(Sourced):
    """A claim of a debate: paraphrase, who made it, what it says of named quantities, the facts on either side.

    Where figures cannot decide, `not_testable` says why; a claim holds tests or that reason, never both.
    """

    id: Slug
    text: str
    by: str
    tests: tuple[ClaimTest, ...] = ()
    not_testable: str = ""
    support: tuple[str, ...] = ()
    contest: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    reading: str = ""

    @model_validator(mode="after")
    def _decided(self) -> Claim:
        if self.tests and self.not_testable:
            raise ValueError("has `tests` and a reason in `not_testable`; keep one of them")
        return self


class Benchmark(Sourced):
    """A published forecast or rate that our figures are set beside, never fitted to."""

    id: Slug
    text: str
    objective: Slug | None = None
    day: date | None = None


def priced(values: Values, prices: Mapping[str, tuple[float, float, float]]) -> Values:
    """A viewpoint that also weighs what a reader prices: outcome → (low, high, per), value for `per` more of it in the
    outcome's unit, below zero where less is better."""
    by = Assumption(by="the reader", why="A price set for this run.")
    added = tuple(
        Attribute(
            outcome=outcome, label=outcome, better="more" if high > 0 else "less", scale=per,
            weight_low=min(abs(low), abs(high)), weight_high=max(abs(low), abs(high)), assumption=by,
        )
        for outcome, (low, high, per) in prices.items()
    )  # fmt: skip
    return values.model_copy(update={"attributes": (*values.attributes, *added)})
