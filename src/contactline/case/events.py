"""Known shocks to support or pressure as data: when, what was expected to happen, and what else happened then."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from contactline.case.beliefs import Share, Slug, Sourced


class Event(Sourced):
    """A shock whose trace is looked for in tempo and losses.

    `end` is its last day (the as-of date if it goes on). `expected` says which way tempo should move if the shock
    mattered. `confounders` name what else moved at the time: with one, no effect is claimed. `on_map` is False
    where the place that was hit lies outside the map series.
    """

    id: Slug
    name: str
    start: date
    end: date | None = None
    expected: Literal["faster", "slower", "either"] = "either"
    capability: Slug | None = None
    adequacy_drop: tuple[Share, Share] | None = None
    """By how much the capability's adequacy fell, as a range of shares of need: what turns an effect into η."""
    on_map: bool = True
    confounders: tuple[str, ...] = ()
    text: str = Field(min_length=10)

    @model_validator(mode="after")
    def _ordered(self) -> Event:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}")
        if self.adequacy_drop is not None:
            low, high = self.adequacy_drop
            if not 0 < low <= high:
                raise ValueError(
                    f"adequacy_drop [{low:g}, {high:g}]: allowed is [low, high] with 0 < low ≤ high"
                )
            if self.capability is None:
                raise ValueError("adequacy_drop needs the `capability` that it belongs to")
        return self
