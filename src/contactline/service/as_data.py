"""A saved run as one record for other programs: judgements, figures with their ranges, and the list of its tables.

What it holds is read off the run; nothing is simulated. `docs/report.md` describes every key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from contactline.case.quantities import quantity_names
from contactline.core.output import finite_or_none
from contactline.topics.assessment import Assessment
from contactline.topics.choice.show.said import key_hinges
from contactline.topics.claims.make.quantities import quantity
from contactline.topics.claims.make.quantity_parts import Material, NoValueError, Quantity
from contactline.topics.contents import key_numbers
from contactline.topics.proposals.schema import DEALS
from contactline.topics.showing.judgements import band, focus_proposal
from contactline.topics.tables import dictionary_json

FORMAT = "contactline-run-1"
"""Changes when a key changes its meaning or goes."""


def run_record(assessment: Assessment) -> dict[str, Any]:
    """Run, case, proposals, judgements, key numbers, quantities and tables, as plain data; missing values None."""
    case = assessment.case
    quantities, without = _quantities(assessment)
    return {
        "format": FORMAT,
        "run": assessment.run.as_record(),
        "case": {
            "id": case.id,
            "title": case.title,
            "invented": case.invented,
            "challenger": {"id": case.challenger.id, "name": case.challenger.name},
            "defender": {"id": case.defender.id, "name": case.defender.name},
        },
        "proposals": _proposals(assessment),
        "judgements": [
            asdict(judgement)
            | {"likelihood": band(judgement.probability) if judgement.probability is not None else None}
            for judgement in assessment.judgements
        ],
        "key_numbers": [asdict(number) for number in key_numbers(assessment)],
        "hinges": [asdict(hinge) for hinge in key_hinges(assessment, 9)],
        "quantities": quantities,
        "quantities_without_value": without,
        "tables": _tables(assessment),
    }


def _proposals(assessment: Assessment) -> list[dict[str, Any]]:
    """Those assessed, and which one single-proposal sentences speak of."""
    deals = assessment.tables.get(DEALS)
    if deals is None:
        return []
    names = {proposal.id: proposal.name for proposal in assessment.case.proposals}
    focus = focus_proposal(assessment.case, assessment.tables)
    return [
        {"id": name, "name": names.get(name, name), "in_focus": name == focus}
        for name in dict.fromkeys(deals["proposal"])
    ]


def _quantities(assessment: Assessment) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Every quantity that a claim on the case can be about: those with a value, and why the others have none."""
    material = Material(assessment.case, assessment.tables, assessment.ensemble)
    found, without = [], {}
    for name in quantity_names(assessment.case):
        try:
            found.append(_entry(quantity(material, name)))
        except NoValueError as error:
            without[name] = str(error)
    return found, without


def _entry(found: Quantity) -> dict[str, Any]:
    figure = found.figure
    return {
        "name": found.name,
        "label": found.label,
        "unit": found.unit,
        "kind": found.kind,
        "low": finite_or_none(figure.low),
        "central": finite_or_none(figure.central),
        "high": finite_or_none(figure.high),
        "range": found.spans,
    }


def _tables(assessment: Assessment) -> list[Mapping[str, Any]]:
    """Each table with its file, rows, meaning and columns."""
    return [
        {
            "name": resource["name"],
            "file": f"tables/{resource['path']}",
            "rows": len(assessment.tables[resource["name"]]),
            "meaning": resource["description"],
            "columns": resource["schema"]["fields"],
        }
        for resource in dictionary_json(assessment.tables)["resources"]
    ]
