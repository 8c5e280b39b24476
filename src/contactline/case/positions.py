"""Positions over time as data: the issues and what their scales mean, who stands where since when, how much each
cares and weighs, and what a split among the supporters may bring on.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field, model_validator

from contactline.case.beliefs import Distribution, Frozen, Share, Slug, Sourced


class Issue(Frozen):
    """A question on a scale from 0 to 100; `low` and `high` say in words what its ends mean, `middle` what 50 means.

    Without `low` and `high` it has no scale: stances on it are listed and enter no figure.
    """

    id: Slug
    name: str
    low: str = ""
    high: str = ""
    middle: str = ""

    @property
    def scaled(self) -> bool:
        """Whether positions on it can be numbers."""
        return bool(self.low and self.high)


class Position(Sourced):
    """What an actor said on an issue on a day, and where that lies on the issue's scale.

    `position` is a reading of the stance, uncertain by `give` points to each side; a stance without a number is
    listed but enters no figure.
    """

    actor: Slug
    issue: Slug
    day: date
    stance: str
    position: float | None = Field(default=None, ge=0, le=100)
    give: float = Field(default=5, ge=0, le=50)


class Stake(Sourced):
    """How much an actor cares (`salience`) and what it can bring to bear (`leverage`, any unit, the same for all).

    Both are ranges. `issues` empty: on all issues for which no other stake of the actor is given.
    """

    actor: Slug
    issues: tuple[Slug, ...] = ()
    salience: tuple[Share, Share]
    leverage: tuple[float, float]

    @model_validator(mode="after")
    def _ordered(self) -> Stake:
        for name, (low, high) in (("salience", self.salience), ("leverage", self.leverage)):
            if not 0 < low <= high:
                raise ValueError(
                    f"{name} [{low:g}, {high:g}]: allowed is [low, high] with 0 < low ≤ high; write the range so"
                )
        return self


class Wedge(Sourced):
    """What a split may bring on: the rate at which `donor` cuts its support, if it stands with `others` on the
    issues and if it stands at the far end of the scale from them; in between the rate is interpolated."""

    donor: Slug
    others: tuple[Slug, ...] = Field(min_length=1)
    issues: tuple[Slug, ...] = ()
    """The issues over which the distance is averaged; empty: all on which both sides have a position."""
    support_path: Slug | None = None
    """The support path that a cut means."""
    rate_together: Distribution
    """Cuts per year at distance 0."""
    rate_apart: Distribution
    """Cuts per year at distance 100."""
