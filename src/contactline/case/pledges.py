"""What stands behind a settlement: guarantees, and what is known of those who give them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from contactline.case.beliefs import Distribution, Slug, Sourced


class Guarantee(Sourced):
    """A promise to act if the truce is broken: who, in what form, with what on the ground."""

    id: Slug
    name: str
    guarantors: tuple[Slug, ...] = Field(min_length=1)
    form: Literal["treaty", "executive", "statement", "none"]
    troops: bool
    """Whether the guarantor's troops stand in the protected state (a tripwire)."""
    discretion: bool
    """Whether the guarantor decides case by case what to do."""
    years: float | None = Field(default=None, gt=0)
    term_ends: date | None = None
    """Last day in office of the government that gave it, where that is known."""
    credibility: Distribution
    """Chance that the guarantor acts if the guarantee is invoked, before observed restraint and other shifts."""
    revoked_by: tuple[str, ...] = ()
    text: str = ""
