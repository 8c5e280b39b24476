"""Terms of a proposal as typed data: every clause says what the engine may do with it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from contactline.case.beliefs import Slug, Sourced


class Clause(Sourced):
    """What every clause has: where it stands in the text, and a plain paraphrase of it."""

    point: str = ""
    text: str = Field(min_length=5)


class Withdrawal(Clause):
    """`side` leaves what it holds in `regions`; `to` says who may hold it then (dmz: civil rule by the other side)."""

    kind: Literal["withdrawal"]
    side: Slug
    regions: tuple[Slug, ...] = Field(min_length=1)
    to: Literal["challenger", "defender", "dmz"]
    weeks: float = Field(default=4, gt=0, le=520)


class Freeze(Clause):
    """The line of contact is frozen in `regions` (empty: everywhere not covered by another clause)."""

    kind: Literal["freeze"]
    regions: tuple[Slug, ...] = ()


class Cession(Clause):
    """`regions` are recognised as the other side's, in law or in fact; `area` whole region or the part held."""

    kind: Literal["cession"]
    regions: tuple[Slug, ...] = Field(min_length=1)
    form: Literal["de_jure", "de_facto"]
    area: Literal["whole", "held"] = "whole"


class Dmz(Clause):
    """A demilitarised zone: in `regions` (the part left by a withdrawal) or `depth_km` each side of the line."""

    kind: Literal["dmz"]
    regions: tuple[Slug, ...] = ()
    depth_km: float | None = Field(default=None, gt=0, le=200)
    monitored: bool = False


class ForceCap(Clause):
    """`side` may keep at most `persons` under arms."""

    kind: Literal["force_cap"]
    side: Slug
    persons: int = Field(gt=0)


class Alliance(Clause):
    """Membership of an alliance or union: banned, left open, or promised."""

    kind: Literal["alliance"]
    organisation: str
    rule: Literal["ban", "open", "path"]


class ForeignTroops(Clause):
    """Whether foreign troops may be stationed with the defender."""

    kind: Literal["foreign_troops"]
    rule: Literal["barred", "allowed", "planned"]


class GuaranteeClause(Clause):
    """The proposal carries the guarantee with this id."""

    kind: Literal["guarantee"]
    guarantee: Slug


class Sanctions(Clause):
    """Relief for the challenger: none, phased, or full; `snap_back` if it returns on breach."""

    kind: Literal["sanctions"]
    relief: Literal["none", "phased", "full"]
    snap_back: bool = False


class FrozenAssets(Clause):
    """Use of the challenger's frozen assets; `amount` in billions of `currency` where the text gives one."""

    kind: Literal["frozen_assets"]
    use: Literal["reconstruction", "returned", "stay_frozen", "dropped"]
    amount: float | None = Field(default=None, ge=0)
    currency: str = "USD"


class Elections(Clause):
    """The defender holds elections within `days` of signature."""

    kind: Literal["elections"]
    days: int = Field(gt=0)


class Deadline(Clause):
    """The proposer asks for an answer by this day."""

    kind: Literal["deadline"]
    day: date


class Other(Clause):
    """A clause without a modelled effect in this version; shown as such, never ignored silently."""

    kind: Literal["other"]
    topic: Slug


AnyClause = Annotated[
    Withdrawal
    | Freeze
    | Cession
    | Dmz
    | ForceCap
    | Alliance
    | ForeignTroops
    | GuaranteeClause
    | Sanctions
    | FrozenAssets
    | Elections
    | Deadline
    | Other,
    Field(discriminator="kind"),
]


class Proposal(Sourced):
    """A settlement on the table: who made it, when it was published, and its clauses as data."""

    id: Slug
    name: str
    author: str
    published: date
    summary: str = Field(min_length=20)
    clauses: tuple[AnyClause, ...] = Field(min_length=1)

    @property
    def guarantee(self) -> str | None:
        """Id of the guarantee it carries, if any."""
        return next((c.guarantee for c in self.clauses if isinstance(c, GuaranteeClause)), None)
