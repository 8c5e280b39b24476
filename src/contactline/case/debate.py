"""The debate as data: what actors value, where they stand, what is claimed, and published forecasts."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from contactline.case.beliefs import Slug, Sourced


class Attribute(Sourced):
    """One thing an actor values: `outcome` of a run, its direction, the range of its weight, and its scale."""

    outcome: Slug
    label: str
    better: Literal["more", "less"]
    weight_low: float = Field(ge=0)
    weight_high: float = Field(gt=0)
    scale: float = Field(gt=0)
    """The change in the outcome that counts as one unit of value (in the outcome's unit)."""

    @model_validator(mode="after")
    def _ordered(self) -> Attribute:
        if self.weight_low > self.weight_high:
            raise ValueError(
                f"weight_low {self.weight_low:g} must not exceed weight_high {self.weight_high:g}"
            )
        return self


class Values(Sourced):
    """What one actor values, as one published viewpoint puts it; vetoes are clause kinds it calls unacceptable."""

    actor: Slug
    viewpoint: str
    attributes: tuple[Attribute, ...] = Field(min_length=1)
    vetoes: tuple[str, ...] = ()
    default: bool = False


class Position(Sourced):
    """What an actor said on an issue on a day."""

    actor: Slug
    issue: Slug
    day: date
    stance: str


class Claim(Sourced):
    """A claim of the debate: paraphrase, who made it, and the facts on either side."""

    id: Slug
    text: str
    by: str
    support: tuple[str, ...] = ()
    contest: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    reading: str = ""


class Benchmark(Sourced):
    """A published forecast or rate that our figures are set beside, never fitted to."""

    id: Slug
    text: str
    objective: Slug | None = None
    day: date | None = None
