"""The quantities a claim may be about: their names, what each means, and its unit.

A name is a family with its slots filled in: `objective.{objective}.p_{weeks}` becomes
`objective.donetsk_rest.p_104`. Names are checked against the case alone, so that a claim on an unknown quantity
fails when the case is read; `topics/claims/make/quantities.py` computes the values from an assessment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import get_args

from contactline.case.clauses import AnyClause, Withdrawal
from contactline.case.debate import Values
from contactline.case.labels import TEMPO
from contactline.case.schema import Case
from contactline.core.errors import UnknownNameError, nearest

KINDS: dict[str, str] = {
    "measured": "read off the case's own record of maps and published counts",
    "published": "a figure that others published, in the bibliography or in a belief that rests on sources",
    "simulated": "computed by the models of this run",
    "assumed": "a belief with an owner and no measurement: it can neither support nor refute a claim",
    "text": "read off the text of a proposal as coded in the case",
}
"""Where a quantity's value comes from."""

FORM_FIELDS = ("form", "rule", "relief", "use")
"""Fields of a clause that a veto or a claim may name after a colon: `cession:de_jure`."""


@dataclass(frozen=True)
class Family:
    """Quantities of one kind: the template of their names, what they mean, and their unit."""

    template: str
    meaning: str
    unit: str
    kind: str


@dataclass(frozen=True)
class Named:
    """A quantity's name taken apart: its family and the value of each slot."""

    name: str
    family: Family
    slots: Mapping[str, str]


FAMILIES: tuple[Family, ...] = tuple(
    Family(*row)
    for row in (
        ("tempo.net_km2_{months}_months", "net gain of the challenger over the last full months", "km²", "measured"),
        ("gain.{year}.km2", "net gain of the challenger in the full months of a year", "km²", "measured"),
        ("gain.{year}.share_of_country", "the same as a share of the country", "share", "measured"),
        ("line.km", "length of the line of contact on the as-of date", "km", "measured"),
        ("distance.{place}", "from a named place to the nearest ground held by the challenger", "km", "measured"),
        ("losses.{side}.{year}", "killed and wounded of a side in a year, as publishers count", "persons", "measured"),
        ("losses.per_km2.{year}", "the challenger's published losses of a year over its net gain", "persons per km²",
         "measured"),
        ("objective.{objective}.km2_left", "what the challenger does not hold of an objective", "km²", "measured"),
        ("published.{reference}", "the figure of an entry of the bibliography", "its own", "published"),
        ("supply.{capability}.{actor}", "share of present need that a donor supplies", "share", "published"),
        ("supply.{capability}.without_{actor}_{weeks}_weeks", "share of present need still met some weeks after a "
         "donor stopped, with what others take over", "share", "published"),
        ("gain.next_{weeks}_weeks", "forecast net gain, fighting on", "km²", "simulated"),
        ("losses.{side}.next_{weeks}_weeks", "forecast killed and wounded of a side, fighting on", "persons",
         "simulated"),
        ("objective.{objective}.p_{weeks}", "chance that an objective is taken within some weeks", "probability",
         "simulated"),
        ("objective.{objective}.months", "months until an objective is taken", "months", "simulated"),
        ("objective.{objective}.attacker_losses", "killed and wounded of the challenger until it is taken, draws in "
         "which it is", "persons", "simulated"),
        ("opens.{lever}.{target}", "share of a target held after two years more if a place is given at once rather "
         "than never, under war.hub_effect", "share", "simulated"),
        ("surrounded.{objective}.p_{weeks}", "chance that a place is surrounded after some weeks", "probability",
         "simulated"),
        ("price.{proposal}.{price}", "what seizing by force what a proposal hands over would take", "as named",
         "simulated"),
        ("truce.{proposal}.p_hold_{weeks}", "chance that a truce on a proposal holds", "probability", "simulated"),
        ("truce.{proposal}.change.{variant}", "what changing one term adds to its chance to hold three years",
         "probability points", "assumed"),
        ("truce.{proposal}.credibility", "chance that the guarantor acts if the truce breaks at once", "probability",
         "simulated"),
        ("verdict.{proposal}.{viewpoint}", "share of beliefs and weights in which accepting is better", "share",
         "simulated"),
        ("support.{path}.gain_difference", "mean net gain in two years under a support path, less that as today",
         "km²", "simulated"),
        ("support.{path}.collapse_difference", "chance of a collapse under a support path, less that as today",
         "probability points", "simulated"),
        ("collapse.chance", "chance of at least one collapse of the front within the horizon, fighting on",
         "probability", "simulated"),
        ("course.{course}.{outcome}", "outcome of a course of action at the horizon", "as named", "simulated"),
        ("benchmark.{benchmark}", "chance that a published forecast's objective falls by its day", "probability",
         "simulated"),
        ("belief.{belief}", "a belief of the case", "its own", "assumed"),
        ("manpower.absences_per_recruit", "the defender's absences without leave, less returns, per recruit", "ratio",
         "assumed"),
        ("proposal.{proposal}.{deal}", "what a proposal changes on the map", "as named", "text"),
        ("proposal.{proposal}.given_up_per_km2_taken_{months}_months", "land a proposal hands over, as a multiple of "
         "the net gain of the last months", "ratio", "text"),
        ("proposal.{proposal}.days_to_answer", "days from publication to the answer asked for", "days", "text"),
        ("proposal.{proposal}.has.{clause}", "1 if the text holds such a clause, else 0", "0 or 1", "text"),
    )
)  # fmt: skip

NUMBERS: dict[str, tuple[int, int, tuple[int, ...]]] = {
    "months": (1, 120, (12, 36)),
    "weeks": (1, 260, (52, 104, 156, 260)),
    "year": (1900, 2200, ()),
}
"""Slots that take a whole number: lowest, highest, and the values that suggestions name."""

HOLD_WEEKS = (52, 156, 260)
"""Weeks after signature for which the chance that a truce holds is stated."""
PRICE = ("months", "attacker_losses", "defender_losses", "p_within_horizon")
DEAL = ("km2_given_up", "km2_returned", "people_given_up", "line_km_change")
VARIANTS = ("no_guarantee", "troops", "belt_kept", "no_cap", "agreed")
TARGETS = ("main_region", "belts")


def parse(case: Case, name: str) -> Named:
    """A quantity's name as family and slots. Raises UnknownNameError that offers the nearest valid names."""
    slots = _slots(case)
    for family in FAMILIES:
        found = _pattern(family.template).fullmatch(name)
        if found and all(_allowed(family, slot, value, slots) for slot, value in found.groupdict().items()):
            return Named(name, family, found.groupdict())
    raise UnknownNameError("quantity", name, nearest_names(case, name) or [f.template for f in FAMILIES])


def nearest_names(case: Case, name: str, count: int = 3) -> list[str]:
    """Up to `count` (a number of names) valid ones closest to `name`: of its own family where the first word is one,
    else of all."""
    names = quantity_names(case)
    own = [other for other in names if other.split(".")[0] == name.split(".")[0]]
    return nearest(name, own or names, count)


def quantity_names(case: Case) -> list[str]:
    """Every valid name of a case; whole-number slots stand with their usual values only."""
    slots = _slots(case)
    found: list[str] = []
    for family in FAMILIES:
        keys = re.findall(r"{(\w+)}", family.template)
        values = [_suggested(family, key, slots, case) for key in keys]
        found += [
            family.template.format(**dict(zip(keys, chosen, strict=True))) for chosen in product(*values)
        ]
    return found


def viewpoint_id(values: Values) -> str:
    """Name of a viewpoint inside a quantity: `ukraine.lives_first`."""
    words = re.sub(r"[^a-z0-9]+", "_", values.viewpoint.casefold()).strip("_")
    return f"{values.actor}.{words}"


@cache
def clause_names() -> tuple[str, ...]:
    """Clauses that a veto or a claim may name: a kind, or a kind with a form: `cession`, `cession:de_jure`."""
    names: list[str] = []
    for clause in get_args(get_args(AnyClause)[0]):
        kind = get_args(clause.model_fields["kind"].annotation)[0]
        names.append(kind)
        for field in FORM_FIELDS:
            if field in clause.model_fields:
                names += [f"{kind}:{form}" for form in get_args(clause.model_fields[field].annotation)]
        if clause is Withdrawal:
            names += [f"{kind}:{role}" for role in ("defender", "challenger")]
    return tuple(names)


def _slots(case: Case) -> dict[str, list[str]]:
    """The values that each slot may take in this case."""
    proposals = [proposal.id for proposal in case.proposals]
    objectives = [objective.id for objective in case.objectives]
    beliefs = [*(belief.name for belief in case.beliefs), TEMPO]
    beliefs += [f"guarantee.{guarantee.id}" for guarantee in case.guarantees]
    beliefs += [f"support.{capability.id}" for capability in case.capabilities]
    return {
        "place": [place.id for place in case.places]
        + [objective.id for objective in case.objectives if objective.latitude is not None],
        "side": [side.id for side in case.sides],
        "objective": objectives,
        "reference": [entry.id for entry in case.bibliography if entry.value is not None],
        "capability": [capability.id for capability in case.capabilities],
        "actor": sorted({donor.actor for capability in case.capabilities for donor in capability.donors}),
        "lever": objectives + [belt.id for belt in case.belts],
        "target": list(TARGETS),
        "proposal": proposals,
        "price": list(PRICE),
        "variant": list(VARIANTS),
        "viewpoint": [viewpoint_id(values) for values in case.values],
        "path": [path.id for path in case.support_paths],
        "course": ["fight_on", *proposals],
        "outcome": ["km2_held", "people_held", "belt_held", "defender_losses", "challenger_losses", "weeks_of_war",
                    "collapsed", "truce_holds", "truce_broken", "guarantee_failed"],
        "benchmark": [b.id for b in case.benchmarks if b.objective is not None and b.day is not None],
        "belief": beliefs,
        "deal": list(DEAL),
        "clause": list(clause_names()),
    }  # fmt: skip


def _suggested(family: Family, slot: str, slots: Mapping[str, list[str]], case: Case) -> list[str]:
    if slot == "year":
        return [str(case.as_of.year)]
    if slot == "weeks" and ".p_hold_" in family.template:
        return [str(weeks) for weeks in HOLD_WEEKS]
    return [str(n) for n in NUMBERS[slot][2]] if slot in NUMBERS else slots[slot]


def _allowed(family: Family, slot: str, value: str, slots: Mapping[str, list[str]]) -> bool:
    if slot not in NUMBERS:
        return value in slots[slot]
    if ".p_hold_" in family.template:
        return value in map(str, HOLD_WEEKS)
    low, high, _ = NUMBERS[slot]
    return low <= int(value) <= high


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """The template as a pattern with one group a slot; whole-number slots take digits."""
    return re.compile("".join(_pieces(template)))


def _pieces(template: str) -> Iterator[str]:
    for piece in re.split(r"({\w+})", template):
        if not piece.startswith("{"):
            yield re.escape(piece)
            continue
        slot = piece[1:-1]
        form = "[0-9]{1,4}" if slot in NUMBERS else _DOTTED.get(slot, "[^.]+")
        yield f"(?P<{slot}>{form})"


_DOTTED = {"belief": ".+", "viewpoint": r"[^.]+\.[^.]+"}
"""Slots whose values have dots of their own."""
