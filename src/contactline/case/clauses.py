"""Terms of a proposal as typed data: every clause says what the engine may do with it.

Kinds without a modelled effect are typed all the same, so that two texts can be set side by side; what the engine
does with each is said by `contactline.truce.effects`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contactline.case.beliefs import Slug, Sourced

Corner = tuple[float, float]
"""Longitude and latitude, degrees."""

ForceType = Literal["personnel", "tanks", "artillery", "combat_aircraft", "long_range_missiles"]


class Clause(Sourced):
    """What every clause has: where it stands in the text, and a plain paraphrase of it."""

    point: str = ""
    text: str = Field(min_length=5)

    @property
    def denies(self) -> bool:
        """Whether the clause only says that nothing of its kind applies (an amnesty that was dropped)."""
        return "none" in (getattr(self, "rule", ""), getattr(self, "relief", ""))


class Withdrawal(Clause):
    """`side` leaves ground it holds; `to` says who may hold it then (dmz: civil rule by the other side).

    Which ground: in `regions`; or inside `polygon`; or all that lies before `to_line`, a line of corners to which it
    falls back; or a strip `back_km` deep behind its present line. With `regions` beside one of these, where both hold.
    """

    kind: Literal["withdrawal"]
    side: Slug
    regions: tuple[Slug, ...] = ()
    polygon: tuple[Corner, ...] = ()
    to_line: tuple[Corner, ...] = ()
    back_km: float | None = Field(default=None, gt=0, le=200)
    to: Literal["challenger", "defender", "dmz"]
    weeks: float = Field(default=4, gt=0, le=520)

    @model_validator(mode="after")
    def _placed(self) -> Withdrawal:
        ways = [name for name in ("polygon", "to_line", "back_km") if getattr(self, name)]
        if not ways and not self.regions:
            raise ValueError("says no ground; give `regions`, or one of `polygon`, `to_line` and `back_km`")
        if len(ways) > 1:
            raise ValueError(f"gives {' and '.join(ways)}; give one of them, and a clause for each other")
        _check_corners("polygon", self.polygon, 3)
        _check_corners("to_line", self.to_line, 2)
        return self


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
    recognised_by: tuple[Slug, ...] = ()
    """Actors the text names as recognising it."""


class Dmz(Clause):
    """A demilitarised zone: in `regions` or `polygon` (the part left by a withdrawal), or by depth from the line.

    `depth_km` is the depth on each side; `depth_defender_km` and `depth_challenger_km` where they differ.
    """

    kind: Literal["dmz"]
    regions: tuple[Slug, ...] = ()
    polygon: tuple[Corner, ...] = ()
    depth_km: float | None = Field(default=None, gt=0, le=200)
    depth_defender_km: float | None = Field(default=None, ge=0, le=200)
    depth_challenger_km: float | None = Field(default=None, ge=0, le=200)
    enter: Literal["not_said", "nobody", "police", "international", "challenger", "defender"] = "not_said"
    """Who may be in it under arms: police of whoever rules it, an international force, or one side's forces."""
    monitored: bool = False
    monitored_by: tuple[Slug, ...] = ()
    recognised_as: Literal["not_said", "challenger", "defender", "neither"] = "not_said"

    @property
    def depths(self) -> tuple[float, float]:
        """Depth on the defender's and on the challenger's side of the line, km; zero where none is given."""
        both = self.depth_km or 0.0
        ours, theirs = self.depth_defender_km, self.depth_challenger_km
        return (both if ours is None else ours, both if theirs is None else theirs)

    @model_validator(mode="after")
    def _placed(self) -> Dmz:
        _check_corners("polygon", self.polygon, 3)
        if not self.regions and not self.polygon and not any(self.depths):
            raise ValueError(
                "a demilitarised zone with neither place nor depth; give `regions` or `polygon` (the ground that "
                "another clause has a side leave), or `depth_km` on each side of the line"
            )
        if self.monitored_by and not self.monitored:
            raise ValueError("names `monitored_by` but says `monitored: false`; set `monitored: true`")
        return self


class ForceCap(Clause):
    """`side` may keep at most so much: `persons` under arms, or `number` of another `type`.

    `rule`: cap; unnumbered (ceilings without figures in the text); none (the text sets no limit, or drops one).
    """

    kind: Literal["force_cap"]
    side: Slug
    type: ForceType = "personnel"
    rule: Literal["cap", "unnumbered", "none"] = "cap"
    persons: int | None = Field(default=None, gt=0)
    number: int | None = Field(default=None, ge=0)
    range_km: float | None = Field(default=None, gt=0)
    """For missiles: those that reach farther are counted."""

    @model_validator(mode="after")
    def _counted(self) -> ForceCap:
        wanted, other = ("persons", "number") if self.type == "personnel" else ("number", "persons")
        if self.rule == "cap" and getattr(self, wanted) is None:
            raise ValueError(
                f"a cap on {self.type.replace('_', ' ')} needs `{wanted}`; "
                "a text without a figure is `rule: unnumbered`"
            )
        if self.rule != "cap" and (self.persons is not None or self.number is not None):
            raise ValueError(f"gives a figure with `rule: {self.rule}`; a figure belongs to `rule: cap`")
        if getattr(self, other) is not None:
            raise ValueError(f"gives `{other}` for type {self.type}; give `{wanted}`")
        return self


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

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: object) -> object:
        if isinstance(data, dict) and not data.get("guarantee"):
            raise ValueError(
                "a guarantee without guarantor; name one of guarantees.yaml in `guarantee`, or leave the clause out"
            )
        return data


class GuaranteeConditions(Clause):
    """What the guarantee costs and what forfeits it; the conditions themselves stand with the guarantee."""

    kind: Literal["guarantee_conditions"]
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

    @property
    def denies(self) -> bool:
        """A scheme that was dropped."""
        return self.use == "dropped"


class ArmsSupply(Clause):
    """Supply of foreign arms and intelligence to the defender."""

    kind: Literal["arms_supply"]
    rule: Literal["stopped", "limited", "free"]


class Elections(Clause):
    """The defender holds elections within `days` of signature."""

    kind: Literal["elections"]
    days: int = Field(gt=0)


class Amnesty(Clause):
    """Acts in the war go unpunished: full, limited, or none (also where an earlier text's amnesty is dropped)."""

    kind: Literal["amnesty"]
    rule: Literal["full", "limited", "none"]


class PrisonerExchange(Clause):
    """Exchange of prisoners: all for all, or part; `civilians` if detained civilians and children return too."""

    kind: Literal["prisoner_exchange"]
    scope: Literal["all_for_all", "partial"]
    civilians: bool = False


class Monitoring(Clause):
    """Who watches the truce, and how: observers on the ground, remote means, a commission of the sides and
    others, or a council of politicians that judges breaches."""

    kind: Literal["monitoring"]
    form: Literal["observers", "remote", "commission", "council"]
    by: tuple[Slug, ...] = ()


class Deadline(Clause):
    """The proposer asks for an answer by this day; `lapsed` if the day passed without the consequence."""

    kind: Literal["deadline"]
    day: date
    lapsed: bool = False


class Other(Clause):
    """A clause without effect in the model; shown as such, never ignored silently."""

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
    | GuaranteeConditions
    | Sanctions
    | FrozenAssets
    | ArmsSupply
    | Elections
    | Amnesty
    | PrisonerExchange
    | Monitoring
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
    effective: date | None = None
    """Day on which it would enter into force, where the text names one."""
    summary: str = Field(min_length=20)
    clauses: tuple[AnyClause, ...] = Field(min_length=1)
    if_refused: Slug | None = None
    """The support path by which supporters may answer a refusal (belief support.cut_if_refused); none: they do not."""

    @property
    def guarantee(self) -> str | None:
        """Id of the guarantee it carries, if any."""
        return next((c.guarantee for c in self.clauses if isinstance(c, GuaranteeClause)), None)


def _check_corners(key: str, corners: tuple[Corner, ...], least: int) -> None:
    if corners and len(corners) < least:
        raise ValueError(
            f"{key} has {len(corners)} corners; allowed are {least} or more, as [longitude, latitude]"
        )
    off = next(((lon, lat) for lon, lat in corners if abs(lon) > 180 or abs(lat) > 90), None)
    if off is not None:
        raise ValueError(
            f"{key} has the corner [{off[0]:g}, {off[1]:g}]; allowed are corners [longitude, latitude] in degrees, "
            "in this order"
        )
