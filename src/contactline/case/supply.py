"""Support as data: what the defender needs, who supplies it, and how that may change."""

from __future__ import annotations

from pydantic import Field, model_validator

from contactline.case.beliefs import Distribution, Frozen, Share, Slug, Sourced


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
