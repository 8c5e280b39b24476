"""What stands behind a settlement: guarantees, and what is known of those who give them.

A guarantee is judged by the promises that wars called on (evidence/history/honours.py) and by a record of the case:
settlements of the past as analogues, and the political calendar of its guarantors.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, PrivateAttr, model_validator

from contactline.case.beliefs import Distribution, Frozen, Share, Slug, Sourced

Form = Literal["treaty", "executive", "statement", "none"]


class PoliticalEvent(Sourced):
    """A date on which the government of a guarantor ends or may change; the successor's stance is drawn."""

    id: Slug
    guarantor: Slug
    seat: str
    """What changes hands (a presidency, one member's government); a later event of the same seat replaces it."""
    day: date
    what: str
    chance: Share = 1.0
    """Chance that another government follows."""
    weight: Share = 1.0
    """How much of the guarantor's stance rests on this seat."""


class Analogue(Frozen):
    """A settlement of the past: what was ceded or frozen, who stood behind it and how, and what became of it."""

    id: Slug
    case: str = Field(min_length=3)
    year: int = Field(ge=1648)
    """Year of the settlement or promise."""
    family: Slug
    """Cases of one family share a conflict or a decade and are not independent."""
    guarantors: tuple[str, ...]
    guarantor_kind: Literal["state", "several", "organisation", "none"]
    form: Form
    territory: Literal["ceded", "frozen", "returned", "no"]
    defences_ceded: bool
    """Whether prepared defences were handed over."""
    dmz: bool
    troops: bool
    """Whether the guarantor's troops stood in the protected state or zone."""
    distance_km: float | None = Field(default=None, gt=0)
    """Capital of the first-named guarantor to capital of the protected state, great circle."""
    violated: Literal["yes", "minor", "no"]
    """yes: war renewed or the line overrun; minor: incidents, and the line held; no: it held."""
    violated_when: str = Field(default="", pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")
    """First such breach; empty for never."""
    honoured: Literal["yes", "partly", "no", "not_invoked", "no_guarantor"]
    """What the guarantor did once the promise was called on."""
    years_observed: float = Field(ge=0)
    """Years from settlement to the breach that ended it, or without one to the end of the promise or the as-of date."""
    url: str = Field(pattern=r"^https?://\S+$")
    confidence: Literal["high", "medium", "low"]
    from_memory: str = ""
    """Which columns rest on general knowledge and not on the page."""
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Analogue:
        nobody = not self.guarantors
        if nobody != (self.guarantor_kind == "none") or nobody != (self.honoured == "no_guarantor"):
            raise ValueError(
                "guarantors is empty if and only if guarantor_kind is none and honoured is no_guarantor; "
                f"got {len(self.guarantors)} guarantors, {self.guarantor_kind} and {self.honoured}"
            )
        if nobody and (self.troops or self.form != "none"):
            raise ValueError("a row without guarantors has form none and troops no")
        if (self.violated == "no") == bool(self.violated_when):
            raise ValueError("violated_when stands if and only if violated is yes or minor")
        if self.violated_when and int(self.violated_when[:4]) < self.year:
            raise ValueError(f"violated_when {self.violated_when} lies before year {self.year}")
        return self


class PledgeRecord(Frozen):
    """What guarantees of a case are judged by."""

    analogues: tuple[Analogue, ...] = ()
    calendar: tuple[PoliticalEvent, ...] = ()
    post_1945: bool = True
    """Whether the case lies after 1945: promises were kept less often since."""


class Guarantee(Sourced):
    """A promise to act if the truce is broken: who, in what form, with what on the ground."""

    id: Slug
    name: str
    guarantors: tuple[Slug, ...] = Field(min_length=1)
    enough: Literal["any", "all"] | int = "any"
    """How many of the guarantors must act for it to count as honoured."""
    form: Form
    troops: bool
    """Whether the guarantor's troops stand in the protected state (a tripwire)."""
    discretion: bool
    """Whether the guarantor decides case by case what to do."""
    distance_km: float | None = Field(default=None, gt=0)
    """Capital of the guarantor to the protected state's; of several, the geometric mean. Left out: not counted."""
    responses: tuple[Literal["troops", "air", "supplies", "sanctions"], ...] = ("supplies", "sanctions")
    """What honouring it consists of, as far as the text says."""
    years: float | None = Field(default=None, gt=0)
    term_ends: date | None = None
    """Last day in office of the government that gave it, where that is known and not in the case's calendar."""
    credibility: Distribution | None = None
    """Chance that enough guarantors act if the truce is broken at once, everything counted but what time brings: an
    own number in place of the record, of discretion, restraint and cession. Left out: drawn from the promises that
    wars called on, moved by the case's analogues and by those."""
    revoked_by: tuple[str, ...] = ()
    """What the promise is forfeited by, in the words of the text."""
    text: str = ""
    _record: PledgeRecord = PrivateAttr(default_factory=PledgeRecord)

    @model_validator(mode="after")
    def _enough_of_them(self) -> Guarantee:
        count = len(self.guarantors)
        if isinstance(self.enough, int) and not 1 <= self.enough <= count:
            raise ValueError(
                f"enough: got {self.enough} of {count} guarantors; allowed is any, all or 1 to {count}"
            )
        if len(set(self.guarantors)) < count:
            raise ValueError("guarantors: one stands twice; name each once")
        if self.form == "none" and self.troops:
            raise ValueError(
                "form none with troops on the ground contradict each other; a force that stays is at least a statement"
            )
        return self

    @property
    def record(self) -> PledgeRecord:
        """What it is judged by: analogues, calendar and era of its case (empty outside of a loaded case)."""
        return self._record

    def judged_by(self, record: PledgeRecord) -> Guarantee:
        """The same guarantee with another record."""
        copy = self.model_copy()
        copy._record = record
        return copy

    @property
    def stated(self) -> bool:
        """Whether the case itself states the chance at signature, so that no record is drawn."""
        return self.credibility is not None or self.form == "none"

    @property
    def needed(self) -> int:
        """How many guarantors must act."""
        return {"any": 1, "all": len(self.guarantors)}.get(str(self.enough)) or int(self.enough)
