"""A case as it is described, and whether it can be assessed."""

from __future__ import annotations

from typing import Any

from contactline.case.check import ENGINE_BELIEFS
from contactline.case.check_pledges import RESTRAINT
from contactline.case.load import LoadedCase
from contactline.case.tables import TABLES
from contactline.core.errors import UnknownNameError
from contactline.engine.readiness import hindrances
from contactline.front.control_history import holder_on
from contactline.service.question import Asked, Question
from contactline.truce.reach import check_ground
from contactline.war.territory import ground

PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "actors": ("actors", ("id", "name", "role", "summary")),
    "regions": ("regions", ("id", "name", "focus")),
    "objectives": ("objectives", ("id", "name", "kind", "region")),
    "proposals": ("proposals", ("id", "name", "author", "published", "guarantee")),
    "guarantees": ("guarantees", ("id", "name", "form", "troops", "years", "credibility")),
    "calendar": ("calendar", ("id", "guarantor", "day", "what", "chance", "weight")),
    "analogues": (
        "analogues",
        ("id", "guarantors", "form", "troops", "violated", "honoured", "years_observed"),
    ),
    "beliefs": ("beliefs", ("name", "distribution", "unit", "label")),
    "capabilities": ("capabilities", ("id", "name", "donors")),
    "support_paths": ("support_paths", ("id", "name", "cuts")),
    "values": ("values", ("actor", "viewpoint", "default", "vetoes")),
    "issues": ("issues", ("id", "name", "low", "high")),
    "positions": ("positions", ("day", "actor", "issue", "position", "stance")),
    "stakes": ("stakes", ("actor", "issues", "salience", "leverage")),
    "events": ("events", ("id", "name", "start", "end")),
    "claims": ("claims", ("id", "text", "reading")),
    "benchmarks": ("benchmarks", ("day", "text", "sources")),
    "bibliography": ("bibliography", ("id", "title", "source", "day", "confidence")),
}
"""Parts of a case: name → the case's collection and the fields shown first."""


class CaseParts(Question[Any]):
    """A case as plain data: an overview, or the records of one of its parts, or one proposal with its clauses."""

    what: str | None = None

    def answer(self, asked: Asked) -> Any:
        """Raises UnknownNameError that offers the nearest part or proposal."""
        case = asked.loaded.case
        if self.what is None:
            return _overview(asked.loaded)
        if self.what in PARTS:
            return [record.model_dump(mode="json") for record in getattr(case, PARTS[self.what][0])]
        proposals = {proposal.id: proposal for proposal in case.proposals}
        if self.what not in proposals:
            raise UnknownNameError("part or proposal", self.what, [*PARTS, *proposals])
        return proposals[self.what].model_dump(mode="json")


class Readiness(Question[dict[str, Any]]):
    """Whether a case and its evidence are valid, what keeps it from being assessed, and beliefs that nothing uses."""

    def answer(self, asked: Asked) -> dict[str, Any]:
        """A record. Raises CaseError, EvidenceError for what is broken."""
        loaded, case = asked.loaded, asked.loaded.case
        rows = {name: len(loaded.evidence(name)) for name in TABLES if loaded.has_evidence(name)}
        if {"cells", "changes"} <= rows.keys():
            cells, changes = loaded.evidence("cells"), loaded.evidence("changes")
            check_ground(case, ground(cells, changes, holder_on(cells, changes, case.as_of)))
        found = hindrances(loaded)
        own = {f"{RESTRAINT}.{actor.id}" for actor in case.actors}
        unused = [b.name for b in case.beliefs if b.name not in ENGINE_BELIEFS and b.name not in own]
        return {
            "case": case.id,
            "digest": loaded.digest,
            "evidence_rows": rows,
            "beliefs_not_used": unused,
            "assessable": not found,
            "hindrances": found,
        }


def _overview(loaded: LoadedCase) -> dict[str, Any]:
    """The case in a few fields."""
    case = loaded.case
    return {
        "id": case.id,
        "title": case.title,
        "as_of": case.as_of.isoformat(),
        "summary": case.summary,
        "invented": case.invented,
        "digest": loaded.digest,
        "folder": str(loaded.folder),
        "sides": {side.role: side.id for side in case.sides},
        "counts": {name: len(getattr(case, key)) for name, (key, _columns) in PARTS.items()},
        "default_proposals": list(case.default_proposals),
        "evidence": [name for name in TABLES if loaded.has_evidence(name)],
    }
