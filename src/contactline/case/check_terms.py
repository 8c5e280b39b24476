"""Clauses of one proposal that cannot all be carried out, and days that cannot be, each said with its clause.

What only the map can tell (a zone outside the theatre, a line that nobody stands before) is checked where the terms
meet the ground, in `contactline.truce.reach`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from contactline.case.clauses import (
    Alliance,
    Cession,
    Clause,
    Deadline,
    Dmz,
    ForceCap,
    ForeignTroops,
    Freeze,
    GuaranteeClause,
    GuaranteeConditions,
    Proposal,
    Sanctions,
    Withdrawal,
)
from contactline.case.read import KeyPath, Problem
from contactline.case.schema import Case

Said = Iterator[tuple[int, str]]
"""Number of a clause, and what is wrong with it."""

C = TypeVar("C", bound=Clause)


def terms_problems(case: Case) -> Iterator[Problem]:
    """Every contradiction within a proposal, and between it and the case's sides, guarantees and as-of date."""
    for i, proposal in enumerate(case.proposals):
        checks = (
            _ground(case, proposal),
            _zones(proposal),
            _caps(case, proposal),
            _promises(proposal),
            _guarantees(case, proposal),
            _days(case, proposal),
        )
        for check in checks:
            for j, text in check:
                yield Problem(("proposals", i, "clauses", j), text)
        if proposal.effective is not None and proposal.effective < case.as_of:
            text = (
                f"got {proposal.effective}, before as_of {case.as_of}; a proposal on the table enters into force on "
                "that day or later. Leave it out, or move as_of in case.yaml"
            )
            yield Problem(("proposals", i, "effective"), text)


def terms_pointers(case: Case) -> Iterator[tuple[KeyPath, str, str]]:
    """Every (key path, kind of record, id) by which a clause names a record of the case."""
    for i, proposal in enumerate(case.proposals):
        for j, clause in enumerate(proposal.clauses):
            path: KeyPath = ("proposals", i, "clauses", j)
            for k, region in enumerate(getattr(clause, "regions", ())):
                yield (*path, "regions", k), "regions", region
            for key in ("recognised_by", "monitored_by", "by"):
                for k, actor in enumerate(getattr(clause, key, ())):
                    yield (*path, key, k), "actors", actor
            if isinstance(clause, Withdrawal | ForceCap):
                yield (*path, "side"), "sides", clause.side
            if isinstance(clause, GuaranteeClause | GuaranteeConditions):
                yield (*path, "guarantee"), "guarantees", clause.guarantee


def _of(proposal: Proposal, kind: type[C]) -> list[tuple[int, C]]:
    return [(j, clause) for j, clause in enumerate(proposal.clauses) if isinstance(clause, kind)]


def _ground(case: Case, proposal: Proposal) -> Said:
    """A region kept and left, ceded and kept, left by both, or left to two holders."""
    frozen = {name for _, clause in _of(proposal, Freeze) for name in clause.regions}
    left: dict[str, Withdrawal] = {}
    for j, clause in _of(proposal, Withdrawal):
        if clause.to == _role(case, clause.side):
            yield j, f"{clause.side!r} leaves ground to itself; `to` is the other side, or dmz"
        for name in clause.regions:
            if name in frozen:
                yield j, f"{clause.side!r} withdraws from {name!r}, which another clause freezes; keep one"
            before = left.setdefault(name, clause)
            if before.side != clause.side:
                yield j, f"both {before.side!r} and {clause.side!r} withdraw from {name!r}; keep one"
            elif before.to != clause.to and _whole(before) and _whole(clause):
                yield (
                    j,
                    f"{name!r} is left to the {before.to} by one clause and to the {clause.to} here; keep one",
                )
    returned = {
        name
        for _, clause in _of(proposal, Withdrawal)
        if clause.to == "defender" and _whole(clause)
        for name in clause.regions
    }
    forms: dict[str, str] = {}
    for j, ceded in _of(proposal, Cession):
        for name in sorted(set(ceded.regions)):
            if ceded.area == "whole" and name in frozen:
                yield j, f"{name!r} is ceded whole here and frozen on the line by another clause; keep one"
            if name in returned:
                yield j, f"{name!r} is ceded here and given back to the defender by another clause; keep one"
            if forms.setdefault(name, ceded.form) != ceded.form:
                yield j, f"{name!r} is ceded {forms[name]} and {ceded.form}; keep one"


def _zones(proposal: Proposal) -> Said:
    """A zone by place needs somebody who leaves that place; else it would stay full of troops."""
    leaving = _of(proposal, Withdrawal)
    emptied = {name for _, clause in leaving for name in clause.regions}
    unbounded = any(not clause.regions for _, clause in leaving)
    for j, zone in _of(proposal, Dmz):
        for name in zone.regions:
            if name not in emptied and not unbounded:
                yield (
                    j,
                    f"makes {name!r} a demilitarised zone, but no clause has anyone leave it; add a withdrawal "
                    "from it, or give `depth_km` on each side of the line",
                )
        if zone.polygon and not leaving:
            yield j, "demilitarises a polygon, but no clause has anyone leave it; add a withdrawal from it"


def _caps(case: Case, proposal: Proposal) -> Said:
    """Two caps of one kind, a cap on a side of unknown strength, and a cap above present strength."""
    present = {side.id: side.persons for side in case.sides}
    caps: dict[tuple[str, str, float | None], int | None] = {}
    for j, cap in _of(proposal, ForceCap):
        number = cap.persons if cap.type == "personnel" else cap.number
        before = caps.setdefault((cap.side, cap.type, cap.range_km), number)
        if before != number:
            what = "" if cap.type == "personnel" else f" on {cap.type.replace('_', ' ')}"
            yield (
                j,
                f"{cap.side!r} is capped{what} at {before or 'nothing'} and at {number or 'nothing'}; keep one",
            )
        if cap.persons is None or cap.side not in present:
            continue
        strength = present[cap.side]
        if strength is None:
            yield (
                j,
                f"caps {cap.side!r}, whose strength is not given; add `persons` to this side in case.yaml",
            )
        elif cap.persons > strength:
            yield (
                j,
                f"caps {cap.side!r} at {cap.persons:,} persons, above its present {strength:,} (`persons` in "
                "case.yaml), so it would limit nothing; give a lower cap, or write `rule: none` with the figure in "
                "the text, or correct `persons`",
            )


def _promises(proposal: Proposal) -> Said:
    """Two clauses that promise opposites: on an alliance, foreign troops, sanctions."""
    rules: dict[str, str] = {}
    for j, alliance in _of(proposal, Alliance):
        name = alliance.organisation.casefold()
        if rules.setdefault(name, alliance.rule) != alliance.rule:
            yield j, f"{alliance.organisation}: both {rules[name]} and {alliance.rule}; keep one"
    stationed = _of(proposal, ForeignTroops)
    for j, troops in stationed:
        if "barred" in (troops.rule, stationed[0][1].rule) and troops.rule != stationed[0][1].rule:
            yield j, f"foreign troops are both {stationed[0][1].rule} and {troops.rule}; keep one"
    relief = _of(proposal, Sanctions)
    for j, sanctions in relief:
        if sanctions.relief == "none" and sanctions.snap_back:
            yield (
                j,
                "sanctions snap back but none are relieved; give `relief: phased` or `full`, or no `snap_back`",
            )
        if sanctions.relief != relief[0][1].relief:
            yield j, f"sanctions relief is both {relief[0][1].relief} and {sanctions.relief}; keep one"


def _guarantees(case: Case, proposal: Proposal) -> Said:
    """Two guarantees, one that only the belligerents give, conditions of another, troops that may not come."""
    known = {guarantee.id: guarantee for guarantee in case.guarantees}
    sides = {side.id for side in case.sides}
    for n, (j, clause) in enumerate(_of(proposal, GuaranteeClause)):
        if n:
            yield j, "a second guarantee; a proposal carries at most one. Describe both in one guarantee"
        pledge = known.get(clause.guarantee)
        if pledge is not None and set(pledge.guarantors) <= sides:
            yield (
                j,
                f"guarantee {pledge.id!r} has no guarantor but the belligerents ({', '.join(pledge.guarantors)}); "
                "name an outside actor in guarantees.yaml, or leave the clause out",
            )
    carried = known.get(proposal.guarantee or "")
    for j, conditions in _of(proposal, GuaranteeConditions):
        if conditions.guarantee != proposal.guarantee:
            came = repr(proposal.guarantee) if proposal.guarantee else "no guarantee"
            yield j, f"conditions of {conditions.guarantee!r}, but the proposal carries {came}; name the same"
    for j, troops in _of(proposal, ForeignTroops):
        if troops.rule == "barred" and carried is not None and carried.troops:
            yield (
                j,
                f"bars foreign troops, but guarantee {carried.id!r} stations them (`troops: true` in "
                "guarantees.yaml); keep one",
            )


def _days(case: Case, proposal: Proposal) -> Said:
    """A deadline lies ahead, or is marked as lapsed; none lies before the proposal, and one is enough."""
    for n, (j, deadline) in enumerate(_of(proposal, Deadline)):
        if n:
            yield j, "a second deadline; keep the one that stands"
        if deadline.day < proposal.published:
            yield (
                j,
                f"got {deadline.day}, before the proposal was published ({proposal.published}); correct one",
            )
        elif deadline.day < case.as_of and not deadline.lapsed:
            yield (
                j,
                f"got {deadline.day}, before as_of {case.as_of}; a deadline that passed is `lapsed: true`, one that "
                "stands lies on as_of or later",
            )
        elif deadline.day >= case.as_of and deadline.lapsed:
            yield (
                j,
                f"{deadline.day} is marked as lapsed, but is not before as_of {case.as_of}; leave `lapsed` out",
            )


def _whole(clause: Withdrawal) -> bool:
    """Whether it empties its regions entirely."""
    return not (clause.polygon or clause.to_line or clause.back_km)


def _role(case: Case, side: str) -> str:
    return next((s.role for s in case.sides if s.id == side), "")
