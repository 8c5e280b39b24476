"""How a belligerent has behaved and what it may want: its possible aims, and the agreements it kept or broke."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from contactline.case.beliefs import Frozen, Slug, Sourced


class Aim(Sourced):
    """What the challenger may be fighting for: the ground it wants. `regions` empty: whatever it can get."""

    id: Literal["narrow", "claimed", "maximal"]
    label: str = Field(min_length=5)
    regions: tuple[Slug, ...] = ()


class Agreement(Sourced):
    """An earlier agreement of the challenger with the defender, and how it went.

    `disputed`: both sides blame each other and no neutral monitor settles it; it counts for neither reading.
    """

    id: Slug
    name: str
    signed: str = Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    outcome: Literal["kept", "broken", "disputed"]
    text: str = Field(min_length=5)


class Conduct(Frozen):
    """The challenger's aims and record, and since when its stated demands have not moved."""

    aims: tuple[Aim, ...] = Field(min_length=3, max_length=3)
    agreements: tuple[Agreement, ...] = ()
    unmoved_months: float = Field(default=0, ge=0)
    """Months up to the as-of date in which its stated demands did not move."""
    unmoved_sources: tuple[str, ...] = ()
