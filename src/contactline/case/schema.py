"""The schema of a case: what a policy analyst writes in YAML, checked field by field.

Every number carries sources or an assumption's owner; constraints are data on the field they constrain.
`contactline.case.load` reads the files and turns a violation into one CaseError.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contactline.case.beliefs import Belief, Distribution, Frozen, Sourced

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Side(Frozen):
    """A belligerent. `role` says who holds the initiative on the map: the challenger's area is measured."""

    id: Slug
    name: str
    role: Literal["challenger", "defender"]
    persons: int | None = Field(default=None, gt=0)
    """Persons under arms on the as-of date: what a force cap on this side is measured from."""
    persons_sources: tuple[str, ...] = ()


class Actor(Frozen):
    """Someone who chooses: a belligerent, or an outside state or group."""

    id: Slug
    name: str
    role: Literal["challenger", "defender", "guarantor", "supporter", "other"]
    summary: str = ""


class Region(Frozen):
    """A first-level unit: `source_name` is its name in the boundary file; `focus` marks those of the theatre."""

    id: Slug
    name: str
    source_name: str
    focus: bool = False


class Objective(Sourced):
    """A named place or area that the fighting may reach: a settlement with a radius, a region's remainder, or an area
    of the user's own, given as a polygon."""

    id: Slug
    name: str
    kind: Literal["settlement", "region_remainder", "area"]
    region: Slug
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    radius_km: float | None = Field(default=None, gt=0, le=30)
    polygon: tuple[tuple[float, float], ...] = ()
    """For an area: longitude and latitude of its corners in order, degrees; the last need not repeat the first."""
    taken_share: Share = 0.9
    """The share of its cells that must be held for it to count as taken."""

    @model_validator(mode="after")
    def _placed(self) -> Objective:
        if self.kind == "settlement" and None in (self.latitude, self.longitude, self.radius_km):
            raise ValueError("a settlement needs latitude, longitude and radius_km")
        if (self.kind == "area") != bool(self.polygon):
            raise ValueError("a polygon belongs to kind area, and an area needs one")
        if self.polygon and len(self.polygon) < 3:
            raise ValueError(
                f"polygon has {len(self.polygon)} corners; an area needs three or more, as [lon, lat]"
            )
        if any(abs(lon) > 180 or abs(lat) > 90 for lon, lat in self.polygon):
            raise ValueError("polygon corners are [longitude, latitude] in degrees")
        return self


class Belt(Sourced):
    """A fortified line of cities: the objectives along it, in order, and the width of its works."""

    id: Slug
    name: str
    objectives: tuple[Slug, ...] = Field(min_length=1)
    half_width_km: float = Field(gt=0, le=30)


class Theatre(Frozen):
    """The grid that matters: H3 resolution, and how far from the recorded lines it reaches."""

    resolution: int = Field(ge=5, le=8)
    reach_km: float = Field(gt=0, le=300)
    always_regions: tuple[Slug, ...] = ()
    """Regions of which every cell belongs to the theatre, however far from the line."""


class Series(Frozen):
    """A published map or count: id, what it is, licence; `headline` marks the map that statements resolve on."""

    id: Slug
    name: str
    url: str
    licence: str
    headline: bool = False
    note: str = ""


class Place(Frozen):
    """A point named for measuring distances to the line (a large city behind the front)."""

    id: Slug
    name: str
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


# --- terms of a proposal ---------------------------------------------------------------------------------


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


class Donor(Sourced):
    """What one donor supplies of one capability: share of present need met, and when it could change."""

    actor: Slug
    share: Share
    substitute_share: Share = 0.0
    """Further share of need this donor could take over if another stopped."""
    substitute_weeks: float = Field(default=0, ge=0)


class Capability(Sourced):
    """Something the defender needs and others supply; `elasticity` η: tempo × exp(−η·(adequacy − 1))."""

    id: Slug
    name: str
    need: str
    donors: tuple[Donor, ...] = Field(min_length=1)
    elasticity: Distribution
    elasticity_assumption: str = Field(min_length=10)

    @model_validator(mode="after")
    def _once(self) -> Capability:
        names = [donor.actor for donor in self.donors]
        repeated = {name for name in names if names.count(name) > 1}
        if repeated:
            raise ValueError(f"donor {sorted(repeated)[0]!r} is counted twice; merge its entries")
        if sum(donor.share for donor in self.donors) > 1.5:
            raise ValueError("the donors' shares add up to more than 1.5 of need; shares are of present need")
        return self


class SupportPath(Sourced):
    """A change of supply: from `week` on, the listed donors supply `factor` times their present share."""

    id: Slug
    name: str
    cuts: tuple[SupportCut, ...] = ()


class SupportCut(Frozen):
    """One donor's supply of the listed capabilities (empty: all) times `factor` from `week` on, for `weeks`."""

    actor: Slug
    capabilities: tuple[Slug, ...] = ()
    week: float = Field(default=0, ge=0)
    weeks: float | None = Field(default=None, gt=0)
    factor: float = Field(ge=0, le=5)


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


class Reference(Frozen):
    """An entry of the bibliography: a published page or study, or a sourced fact."""

    id: Slug
    title: str
    source: str
    url: str
    day: str = ""
    confidence: Literal["high", "medium", "low", ""] = ""
    note: str = ""


class Evidence(Frozen):
    """How the embedded evidence is measured: starting day of fits and the map that statements resolve on."""

    fit_from: date
    attacker_loss_series: Slug
    loss_bias: Literal["measured", "belief"] = "measured"
    """Whether the attacker's true losses per claimed are measured from all published series, where at least three
    independent ones are there, or taken from the beliefs."""
    country_km2: float = Field(gt=0)
    country_km2_source: str


class Case(Frozen):
    """A conflict as data, with an as-of date; nothing in it was published later."""

    id: Slug
    title: str
    as_of: date
    summary: str
    invented: bool = False
    sides: tuple[Side, ...] = Field(min_length=2, max_length=2)
    actors: tuple[Actor, ...]
    theatre: Theatre
    regions: tuple[Region, ...] = Field(min_length=1)
    objectives: tuple[Objective, ...] = Field(min_length=1)
    belts: tuple[Belt, ...] = ()
    places: tuple[Place, ...] = ()
    series: tuple[Series, ...] = Field(min_length=1)
    evidence: Evidence
    beliefs: tuple[Belief, ...]
    proposals: tuple[Proposal, ...] = Field(min_length=1)
    default_proposals: tuple[Slug, ...] = Field(min_length=1)
    guarantees: tuple[Guarantee, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    support_paths: tuple[SupportPath, ...] = ()
    values: tuple[Values, ...] = Field(min_length=1)
    positions: tuple[Position, ...] = ()
    claims: tuple[Claim, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    bibliography: tuple[Reference, ...] = ()

    @property
    def challenger(self) -> Side:
        """The side whose area is measured."""
        return next(side for side in self.sides if side.role == "challenger")

    @property
    def defender(self) -> Side:
        """The side that would be asked to give ground."""
        return next(side for side in self.sides if side.role == "defender")

    @property
    def headline_series(self) -> Series:
        """The map that statements resolve on."""
        return next((series for series in self.series if series.headline), self.series[0])
