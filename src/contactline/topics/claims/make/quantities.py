"""The values of the quantities that claims are about, read off an assessment's case, tables and draws.

Nothing is simulated here: a saved run is enough. A quantity whose table is absent has no value, and says which.
"""

from __future__ import annotations

from collections.abc import Callable

from contactline.case.quantities import Named, parse
from contactline.case.schema import Case
from contactline.topics.claims.make import quantities_deal, quantities_war
from contactline.topics.claims.make.quantities_read import STANDING
from contactline.topics.claims.make.quantity_parts import Material, Quantity, Read


def quantity(material: Material, name: str) -> Quantity:
    """The quantity with this name. Raises UnknownNameError (no such name) or NoValueError (not in this run)."""
    named = parse(material.case, name)
    label, unit, figure, spans = READERS[named.family.template](material, named)
    kind = named.family.kind
    if named.family.template == "belief.{belief}" and _rests_on_sources(material.case, named.slots["belief"]):
        kind = "published"
    if named.family.template.startswith("supply.") and _supply_assumed(
        material.case, named.slots["capability"]
    ):
        kind = "assumed"
    return Quantity(name, label, unit, kind, figure, spans)


def _rests_on_sources(case: Case, name: str) -> bool:
    """Whether a belief rests on published sources alone, without an assumption of anyone's."""
    found = next((b for b in case.beliefs if b.name == name), None)
    return found is not None and bool(found.sources) and found.assumption is None


def _supply_assumed(case: Case, name: str) -> bool:
    """Whether any donor's share of a capability is an assumption: the whole is then no better known."""
    capability = next(c for c in case.capabilities if c.id == name)
    return any(donor.assumption is not None for donor in capability.donors)


READERS: dict[str, Callable[[Material, Named], Read]] = {
    **STANDING,
    "tempo.net_km2_{months}_months": quantities_war.tempo,
    "gain.{year}.km2": quantities_war.gain_year,
    "gain.{year}.share_of_country": quantities_war.gain_year,
    "line.km": quantities_war.line,
    "distance.{place}": quantities_war.distance,
    "losses.{side}.{year}": quantities_war.losses_year,
    "losses.per_km2.{year}": quantities_war.losses_per_km2,
    "published.{reference}": quantities_deal.published,
    "supply.{capability}.{actor}": quantities_deal.supply,
    "supply.{capability}.without_{actor}_{weeks}_weeks": quantities_deal.without,
    "objective.{objective}.p_{weeks}": quantities_war.p_objective,
    "objective.{objective}.months": quantities_war.objective_months,
    "opens.{lever}.{target}": quantities_war.opens,
    "price.{proposal}.{price}": quantities_deal.price,
    "truce.{proposal}.change.{variant}": quantities_deal.truce_change,
    "verdict.{proposal}.{viewpoint}": quantities_deal.verdict,
    "collapse.chance": quantities_war.collapse,
    "course.{course}.{outcome}": quantities_deal.course,
    "benchmark.{benchmark}": quantities_war.benchmark,
    "belief.{belief}": quantities_deal.belief,
    "manpower.absences_per_recruit": quantities_deal.absences,
    "proposal.{proposal}.{deal}": quantities_deal.deal,
    "proposal.{proposal}.given_up_per_km2_taken_{months}_months": quantities_deal.per_km2_taken,
    "proposal.{proposal}.days_to_answer": quantities_deal.days_to_answer,
    "proposal.{proposal}.has.{clause}": quantities_deal.has,
}
"""One reader for every family of names; a test compares the two lists."""
