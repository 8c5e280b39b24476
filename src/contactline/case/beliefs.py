"""Beliefs: uncertain inputs with a distribution, a unit, and a source or an assumption's owner.

A belief is sampled by inverse transform from its own named stream, so changing one belief, or adding one,
moves no draw of another, and two runs that differ in one belief are paired draw by draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.special import betaincinv, ndtri

from contactline.core.errors import FitError, UnknownNameError
from contactline.core.streams import Streams

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Frozen(BaseModel):
    """Base of every record of a case: unknown keys are errors, values cannot be reassigned."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Fixed(Frozen):
    """A known number, in the belief's unit."""

    kind: Literal["fixed"]
    value: float

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """Value at probability `p` : ndarray[draw] each, in the belief's unit."""
        return np.full_like(p, self.value)


class Uniform(Frozen):
    """Flat between `low` and `high`, in the belief's unit."""

    kind: Literal["uniform"]
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if not self.low < self.high:
            raise ValueError(f"low {self.low:g} must be below high {self.high:g}")
        return self

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """Value at probability `p` : ndarray[draw] each, in the belief's unit."""
        return self.low + p * (self.high - self.low)


class LogUniform(Frozen):
    """Flat in the logarithm between `low` > 0 and `high`, in the belief's unit."""

    kind: Literal["loguniform"]
    low: float = Field(gt=0)
    high: float = Field(gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> LogUniform:
        if not self.low < self.high:
            raise ValueError(f"low {self.low:g} must be below high {self.high:g}")
        return self

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """Value at probability `p` : ndarray[draw] each, in the belief's unit."""
        return self.low * (self.high / self.low) ** p


class Normal(Frozen):
    """Normal with mean and standard deviation, in the belief's unit."""

    kind: Literal["normal"]
    mean: float
    sd: float = Field(gt=0)

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """Value at probability `p` : ndarray[draw] each, in the belief's unit."""
        found: np.ndarray = ndtri(p) * self.sd + self.mean
        return found


class HalfNormal(Frozen):
    """The part above zero of a normal around zero with this scale, in the belief's unit."""

    kind: Literal["halfnormal"]
    scale: float = Field(gt=0)

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """Value at probability `p` : ndarray[draw] each, in the belief's unit."""
        found: np.ndarray = self.scale * ndtri((1.0 + p) / 2.0)
        return found


class Fitted(Frozen):
    """What a record of the past says of the belief, fitted when a run begins (engine/past.py)."""

    kind: Literal["fitted"]
    record: Literal["truces", "wars"]

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """Value at probability `p` : ndarray[draw] each, in the belief's unit. Raises FitError: the record says it, not
        the case."""
        raise FitError(
            f"a belief fitted to the record of past {self.record} is drawn by a run, not by the case alone."
        )


class LogNormal(Frozen):
    """Log-normal with its median, in the belief's unit, and the standard deviation of the logarithm."""

    kind: Literal["lognormal"]
    median: float = Field(gt=0)
    sigma: float = Field(gt=0)

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """Value at probability `p` : ndarray[draw] each, in the belief's unit."""
        found: np.ndarray = self.median * np.exp(self.sigma * ndtri(p))
        return found


class Beta(Frozen):
    """Beta on shares 0 to 1 with its mean and its weight (the number of observations it is worth)."""

    kind: Literal["beta"]
    mean: float = Field(gt=0, lt=1)
    weight: float = Field(gt=0)

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """Value at probability `p` : ndarray[draw] each, in the belief's unit."""
        found: np.ndarray = betaincinv(self.mean * self.weight, (1 - self.mean) * self.weight, p)
        return found


Distribution = Annotated[
    Fixed | Uniform | LogUniform | Normal | HalfNormal | LogNormal | Beta | Fitted,
    Field(discriminator="kind"),
]


class Assumption(Frozen):
    """A number without a published source: who assumes it, and why that value and that width."""

    by: str = Field(min_length=2)
    why: str = Field(min_length=10)


class Sourced(Frozen):
    """A record whose content rests on sources (ids of the bibliography or of facts) or on an assumption."""

    sources: tuple[str, ...] = ()
    assumption: Assumption | None = None

    @model_validator(mode="after")
    def _owned(self) -> Sourced:
        if not self.sources and self.assumption is None:
            raise ValueError(
                "needs `sources` (bibliography or fact ids) or an `assumption` with `by` and `why`"
            )
        return self


class Belief(Sourced):
    """One uncertain input: dotted name, what it means, unit, distribution, and what evidence would move it."""

    name: str = Field(pattern=r"^[a-z_]+(\.[a-z0-9_]+)+$")
    label: str
    unit: str
    distribution: Distribution
    low: float | None = None
    high: float | None = None
    watch: str = ""
    """The evidence a reader could watch to learn this belief."""

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """Value at probability `p` : ndarray[draw] each, in `unit`; within `low` and `high` where they are given."""
        found: np.ndarray = np.clip(
            self.distribution.quantile(np.asarray(p, dtype=float)),
            -np.inf if self.low is None else self.low,
            np.inf if self.high is None else self.high,
        )
        return found


class HasQuantile(Protocol):
    """Anything that can be sampled by inverse transform: a belief, or a posterior that stands in for one."""

    def quantile(self, p: np.ndarray) -> np.ndarray:
        """Value at probability `p` : ndarray[draw] each, in the belief's unit."""
        ...


def sample_beliefs(beliefs: Mapping[str, HasQuantile], draws: int, streams: Streams) -> dict[str, np.ndarray]:
    """One column of draws per belief: name → ndarray[draw] in the belief's unit.

    Stratified within each belief (one draw in each of `draws` equal slices of probability, shuffled by the
    belief's own stream), which halves the noise of a mean at no cost: McKay, Beckman & Conover (1979).
    """
    columns = {}
    for name, belief in sorted(beliefs.items()):
        rng = streams.rng(f"belief.{name}")
        slices = (rng.permutation(draws) + rng.random(draws)) / draws
        columns[name] = belief.quantile(slices)
    return columns


def require_beliefs(beliefs: Mapping[str, Belief], names: tuple[str, ...]) -> None:
    """Raise UnknownNameError for the first of `names` that the case does not define."""
    for name in names:
        if name not in beliefs:
            raise UnknownNameError("belief", name, beliefs)
