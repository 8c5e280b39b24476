"""Terms applied to the map: what is handed over and returned, the line after, and what the clauses do to a truce.

Every clause of a proposal appears in the clause table; one without a modelled effect says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeVar

import numpy as np
import pandas as pd

from contactline.case.beliefs import Assumption
from contactline.case.clauses import (
    Alliance,
    ArmsSupply,
    Cession,
    Clause,
    Deadline,
    Dmz,
    ForceCap,
    ForeignTroops,
    Monitoring,
    Proposal,
    Sanctions,
)
from contactline.case.pledges import Guarantee
from contactline.case.schema import Case
from contactline.core.errors import UnknownNameError
from contactline.truce.effects import UNMODELLED, clause_effect
from contactline.truce.reach import CHALLENGER, DEFENDER, ZONE, apply_clauses
from contactline.war.territory import Ground

__all__ = [
    "CHALLENGER",
    "DEFENDER",
    "ZONE",
    "Settlement",
    "apply_terms",
    "clause_effect",
    "clause_table",
    "proposal_named",
]

C = TypeVar("C", bound=Clause)


@dataclass(frozen=True)
class Settlement:
    """A proposal applied to the ground, and what its clauses say, typed.

    after : ndarray[cell] int8 (DEFENDER, CHALLENGER, ZONE)
    given_up, returned : ndarray[cell] bool, cells the defender leaves or gets back
    belts_lost : ids of belts any of whose cells are given up or lie in a demilitarised zone
    zone : ndarray[cell] bool, ground without forces; a part may lie on each side of the line
    """

    proposal: Proposal
    guarantee: Guarantee | None
    after: np.ndarray
    given_up: np.ndarray
    returned: np.ndarray
    belts_lost: tuple[str, ...]
    ground_after: Ground
    """The ground as the next war would find it: a zone that only the defender has left counts as lost, since the
    challenger alone stands next to it in strength."""
    has_zone: bool
    force_cap: int | None
    imposed: bool
    zone: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    zone_depth_km: float = 0.0
    """How far apart the zone keeps the forces, km: the depths of both sides, or its area over its border."""
    zone_who: str = "not_said"
    """Who may be in it under arms (`Dmz.enter`)."""
    zone_monitored: bool = False
    zone_recognised_as: str = "not_said"
    recognition: Literal["none", "de_facto", "de_jure"] = "none"
    """The strongest form in which any region is ceded."""
    sanctions_relief: Literal["none", "phased", "full"] = "none"
    snap_back: bool = False
    foreign_troops: Literal["not_said", "barred", "allowed", "planned"] = "not_said"
    alliances: Mapping[str, str] = field(default_factory=dict)
    """Organisation → ban, open or path."""
    caps: Mapping[str, int] = field(default_factory=dict)
    """Type of force → most the defender may keep (`force_cap` is that of personnel)."""
    challenger_caps: Mapping[str, int] = field(default_factory=dict)
    arms_supply: Literal["not_said", "stopped", "limited", "free"] = "not_said"
    deadline: date | None = None
    """Day by which the proposer asks for an answer; None where there is none or it has lapsed."""
    monitoring: tuple[str, ...] = ()
    """Forms in which the truce is watched: observers, remote, commission, council."""

    @property
    def monitored(self) -> bool:
        """Whether somebody watches the line itself: observers, remote means, a commission, or a zone that the text has
        watched. A council that only judges breaches does not count."""
        return self.zone_monitored or any(form != "council" for form in self.monitoring)


def proposal_named(case: Case, name: str) -> Proposal:
    """A proposal of the case by id. Raises UnknownNameError with the nearest ids."""
    known = {proposal.id: proposal for proposal in case.proposals}
    if name not in known:
        raise UnknownNameError("proposal", name, known)
    return known[name]


def with_deadline(proposal: Proposal, day: date) -> Proposal:
    """The proposal with an answer asked for by a day, in place of any deadline it has."""
    said = Deadline(
        kind="deadline", day=day, point="asked", text=f"An answer is asked for by {day:%-d %B %Y}.",
        assumption=Assumption(by="the reader", why="A deadline set for this run."),
    )  # fmt: skip
    kept = tuple(clause for clause in proposal.clauses if not isinstance(clause, Deadline))
    return proposal.model_copy(update={"clauses": (*kept, said)})


def apply_terms(case: Case, proposal: Proposal, here: Ground) -> Settlement:
    """The settlement that a proposal makes of the ground as it is.

    Raises CaseError where a clause does not fit the map (`contactline.truce.reach`).
    """
    after, zone = apply_clauses(case, proposal, here)
    given_up = (here.holder == DEFENDER) & (after != DEFENDER)
    zone_cells = np.zeros(len(after), dtype=bool) if zone is None else zone.cells
    undefended = given_up | (zone_cells & (here.holder == DEFENDER))
    guarantees = {guarantee.id: guarantee for guarantee in case.guarantees}
    zones, relief = _of(proposal, Dmz), _of(proposal, Sanctions)
    forms = {cession.form for cession in _of(proposal, Cession)}
    own_caps = _caps(proposal, case.defender.id)
    standing = [clause.day for clause in _of(proposal, Deadline) if not clause.lapsed]
    return Settlement(
        proposal=proposal,
        guarantee=guarantees.get(proposal.guarantee or ""),
        after=after,
        given_up=given_up,
        returned=(here.holder == CHALLENGER) & (after == DEFENDER),
        belts_lost=tuple(sorted({belt for belt in here.belt[undefended] if belt})),
        ground_after=here.with_holder((after != DEFENDER).astype(np.int8)),
        has_zone=bool(zones),
        force_cap=own_caps.get("personnel"),
        imposed=_imposed(case, proposal, bool(given_up.any()), bool(standing)),
        zone=zone_cells,
        zone_depth_km=zone.depth_km if zone else 0.0,
        zone_who=zones[0].enter if zones else "not_said",
        zone_monitored=any(clause.monitored for clause in zones),
        zone_recognised_as=zones[0].recognised_as if zones else "not_said",
        recognition="de_jure" if "de_jure" in forms else "de_facto" if forms else "none",
        sanctions_relief=relief[0].relief if relief else "none",
        snap_back=any(clause.snap_back for clause in relief),
        foreign_troops=next((clause.rule for clause in _of(proposal, ForeignTroops)), "not_said"),
        alliances={clause.organisation: clause.rule for clause in _of(proposal, Alliance)},
        caps=own_caps,
        challenger_caps=_caps(proposal, case.challenger.id),
        arms_supply=next((clause.rule for clause in _of(proposal, ArmsSupply)), "not_said"),
        deadline=min(standing, default=None),
        monitoring=tuple(clause.form for clause in _of(proposal, Monitoring)),
    )


def clause_table(case: Case, proposal: Proposal) -> pd.DataFrame:
    """Every clause, in the proposal's order: number, point, kind, text, whether it is modelled, and its effect."""
    rows = []
    for number, clause in enumerate(proposal.clauses, start=1):
        effect = clause_effect(case, clause)
        rows.append(
            {
                "proposal": proposal.id,
                "clause": number,
                "point": clause.point,
                "kind": clause.kind,
                "text": clause.text,
                "modelled": bool(effect),
                "effect": effect or UNMODELLED,
                "sources": ", ".join(clause.sources) or "assumption",
            }
        )
    return pd.DataFrame(rows)


def _of(proposal: Proposal, kind: type[C]) -> list[C]:
    return [clause for clause in proposal.clauses if isinstance(clause, kind)]


def _caps(proposal: Proposal, side: str) -> dict[str, int]:
    """Type of force → the lowest cap on `side`."""
    caps: dict[str, int] = {}
    for cap in _of(proposal, ForceCap):
        number = cap.persons if cap.type == "personnel" else cap.number
        if cap.side == side and number is not None:
            caps[cap.type] = min(number, caps.get(cap.type, number))
    return caps


def _imposed(case: Case, proposal: Proposal, gives_ground: bool, deadline: bool) -> bool:
    """Whether outside pressure makes the settlement: the defender gives ground it holds, or faces a deadline,
    in a text it did not write (the condition of Werner & Yuen 2005)."""
    defender = case.defender
    written_by_defender = proposal.author in (defender.id, defender.name)
    return (gives_ground or deadline) and not written_by_defender
