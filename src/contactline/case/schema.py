"""The schema of a case: what a policy analyst writes in YAML, checked field by field.

Every number carries sources or an assumption's owner; constraints are data on the field they constrain.
`contactline.case.load` reads the files and turns a violation into one CaseError.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from contactline.case.beliefs import Assumption, Belief, Frozen, Share, Slug, Sourced
from contactline.case.clauses import Proposal
from contactline.case.conduct import Conduct
from contactline.case.debate import Benchmark, Claim, Values
from contactline.case.events import Event
from contactline.case.pledges import Analogue, Guarantee, PoliticalEvent
from contactline.case.positions import Issue, Position, Stake, Wedge
from contactline.case.supply import Capability, SupportPath
from contactline.core import notebook


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
    hub: bool = False
    """Whether a source calls the settlement a rail or road junction: its fall is studied on its own."""

    @model_validator(mode="after")
    def _placed(self) -> Objective:
        if self.kind == "settlement" and None in (self.latitude, self.longitude, self.radius_km):
            raise ValueError("a settlement needs latitude, longitude and radius_km")
        if self.hub and self.kind != "settlement":
            raise ValueError(f"hub is true of kind {self.kind}; only a settlement can be one: leave it out")
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
    islands: Literal["refuse", "keep"] = "refuse"
    """What to do where more than a hundredth of the theatre lies in parts that the line never touches, as where a
    neck of land is narrower than a cell: refuse to assess, or let them keep their holder."""


class Series(Frozen):
    """A published map or count: id, what it is, licence; `headline` marks the map that statements resolve on."""

    id: Slug
    name: str
    url: str
    licence: str
    headline: bool = False
    note: str = ""


class Place(Frozen):
    """A point, degrees, named for measuring distances to the line (a large city behind the front)."""

    id: Slug
    name: str
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Reference(Frozen):
    """An entry of the bibliography: a published page or study, or a sourced fact."""

    id: Slug
    title: str
    source: str
    url: str
    day: str = ""
    confidence: Literal["high", "medium", "low", ""] = ""
    note: str = ""
    value: float | None = None
    """The figure that the page gives, where a claim is checked against it; `low` and `high` are its range."""
    low: float | None = None
    high: float | None = None
    unit: str = ""


class Evidence(Frozen):
    """How the embedded evidence is measured: starting day of fits and the map that statements resolve on."""

    fit_from: date
    attacker_loss_series: Slug
    loss_bias: Literal["measured", "belief"] = "measured"
    """Whether the attacker's true losses per claimed are measured from all published series, where at least three
    independent ones are there, or taken from the beliefs."""
    country_km2: float = Field(gt=0)
    country_km2_source: str


class PastWars(Sourced):
    """Where the case stands among the wars of the past: where fitted history is read (docs/history.md).

    A case that says nothing takes the defaults: a war that nobody wins, between two neighbours and rivals that are no
    major powers, without dead between them in the 25 years before.
    """

    no_victor: bool = True
    """The fighting would cease without a victory of either side."""
    earlier_fatal_disputes: int = Field(default=0, ge=0, le=100)
    """Disputes of the two states in which somebody died, in the 25 years before the war."""
    post_1945: bool = True
    rivalry: bool = True
    """The two are strategic rivals."""
    major_power: bool = False
    """One of the two is a major power."""
    contiguous: bool = True
    """A common border on land, or at most 24 miles of water between them."""
    began: date | None = None
    """First day of the war; without it the fighting is taken to be as old as `evidence.fit_from`."""


DEFAULT_HISTORY = PastWars(
    assumption=Assumption(
        by="contactline developers", why="The case does not say where it stands among the wars of the past."
    )
)
"""What a case without the key `history` is taken to be."""


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
    history: PastWars | None = None
    beliefs: tuple[Belief, ...]
    proposals: tuple[Proposal, ...] = Field(min_length=1)
    default_proposals: tuple[Slug, ...] = Field(min_length=1)
    guarantees: tuple[Guarantee, ...] = ()
    conduct: Conduct | None = None
    calendar: tuple[PoliticalEvent, ...] = ()
    analogues: tuple[Analogue, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    support_paths: tuple[SupportPath, ...] = ()
    values: tuple[Values, ...] = Field(min_length=1)
    issues: tuple[Issue, ...] = ()
    positions: tuple[Position, ...] = ()
    stakes: tuple[Stake, ...] = ()
    wedge: Wedge | None = None
    events: tuple[Event, ...] = ()
    claims: tuple[Claim, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    bibliography: tuple[Reference, ...] = ()

    def __repr__(self) -> str:
        """One line; `model_dump` gives the whole."""
        return notebook.line("Case", f"{self.id} as of {self.as_of}, {notebook.short(self.title)}")

    __str__ = __repr__

    @property
    def challenger(self) -> Side:
        """The side whose area is measured."""
        return next(side for side in self.sides if side.role == "challenger")

    @property
    def defender(self) -> Side:
        """The side that would be asked to give ground."""
        return next(side for side in self.sides if side.role == "defender")

    @property
    def among_wars(self) -> PastWars:
        """Where the case stands among the wars of the past, by its key `history` or by default."""
        return self.history or DEFAULT_HISTORY

    @property
    def war_years(self) -> float:
        """Age of the war on the as-of date, in years."""
        return (self.as_of - (self.among_wars.began or self.evidence.fit_from)).days / 365.25

    @property
    def headline_series(self) -> Series:
        """The map that statements resolve on."""
        return next((series for series in self.series if series.headline), self.series[0])
