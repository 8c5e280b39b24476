"""Terms applied to the map: what is handed over and returned, the line after, and what the clauses do to a truce.

Every clause of a proposal appears in the clause table; one without a modelled effect says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from contactline.case.clauses import (
    AnyClause,
    Cession,
    Deadline,
    Dmz,
    ForceCap,
    Freeze,
    GuaranteeClause,
    Proposal,
    Withdrawal,
)
from contactline.case.pledges import Guarantee
from contactline.case.schema import Case
from contactline.core.errors import UnknownNameError
from contactline.war.territory import Ground

DEFENDER, CHALLENGER, ZONE = 0, 1, 2
"""Holder after a settlement; ZONE is a demilitarised zone left by the defender's forces."""


@dataclass(frozen=True)
class Settlement:
    """A proposal applied to the ground.

    after : ndarray[cell] int8 (DEFENDER, CHALLENGER, ZONE)
    given_up, returned : ndarray[cell] bool, cells the defender leaves or gets back
    belts_lost : ids of belts any of whose cells are given up
    """

    proposal: Proposal
    guarantee: Guarantee | None
    after: np.ndarray
    given_up: np.ndarray
    returned: np.ndarray
    belts_lost: tuple[str, ...]
    ground_after: Ground
    """The ground as the next war would find it: a zone the defender has left counts as lost, since only the
    challenger stands next to it in strength."""
    has_zone: bool
    force_cap: int | None
    imposed: bool


def proposal_named(case: Case, name: str) -> Proposal:
    """A proposal of the case by id. Raises UnknownNameError with the nearest ids."""
    known = {proposal.id: proposal for proposal in case.proposals}
    if name not in known:
        raise UnknownNameError("proposal", name, known)
    return known[name]


def apply_terms(case: Case, proposal: Proposal, here: Ground) -> Settlement:
    """The settlement that a proposal makes of the ground as it is."""
    after = here.holder.copy()
    zone_regions = {region for c in proposal.clauses if isinstance(c, Dmz) for region in c.regions}
    for clause in proposal.clauses:
        if isinstance(clause, Withdrawal):
            leaving = DEFENDER if clause.side == case.defender.id else CHALLENGER
            left = np.isin(here.region, clause.regions) & (here.holder == leaving)
            holds = {"challenger": CHALLENGER, "defender": DEFENDER, "dmz": ZONE}[clause.to]
            after[left] = holds
            if leaving == DEFENDER and zone_regions:
                after[left & np.isin(here.region, list(zone_regions))] = ZONE
    given_up = (here.holder == DEFENDER) & (after != DEFENDER)
    guarantees = {guarantee.id: guarantee for guarantee in case.guarantees}
    caps = [c.persons for c in proposal.clauses if isinstance(c, ForceCap) and c.side == case.defender.id]
    return Settlement(
        proposal=proposal,
        guarantee=guarantees.get(proposal.guarantee or ""),
        after=after,
        given_up=given_up,
        returned=(here.holder == CHALLENGER) & (after == DEFENDER),
        belts_lost=tuple(sorted({belt for belt in here.belt[given_up] if belt})),
        ground_after=here.with_holder((after != DEFENDER).astype(np.int8)),
        has_zone=any(isinstance(c, Dmz) for c in proposal.clauses),
        force_cap=min(caps, default=None),
        imposed=_imposed(case, proposal, bool(given_up.any())),
    )


def clause_table(case: Case, proposal: Proposal) -> pd.DataFrame:
    """Every clause, in the proposal's order: point, kind, text, whether it is modelled, and its effect."""
    rows = []
    for clause in proposal.clauses:
        effect = clause_effect(case, clause)
        rows.append(
            {
                "proposal": proposal.id,
                "point": clause.point,
                "kind": clause.kind,
                "text": clause.text,
                "modelled": bool(effect),
                "effect": effect or "shown, without a modelled effect in this version",
                "sources": ", ".join(clause.sources) or "assumption",
            }
        )
    return pd.DataFrame(rows)


def clause_effect(case: Case, clause: AnyClause) -> str:
    """What the models do with a clause, in words; empty where they do nothing with it."""
    if isinstance(clause, Withdrawal):
        who = case.defender.name if clause.side == case.defender.id else case.challenger.name
        return f"moves the line: {who} leaves {', '.join(clause.regions)}"
    if isinstance(clause, Freeze):
        return "keeps the line of contact where it is"
    if isinstance(clause, Cession):
        return ""
    if isinstance(clause, Dmz):
        return "changes the breakdown hazard by truce.effect_dmz"
    if isinstance(clause, ForceCap) and clause.side == case.defender.id:
        return "changes the breakdown hazard by truce.effect_force_cap"
    if isinstance(clause, GuaranteeClause):
        return "sets who may honour the truce, with which credibility"
    if isinstance(clause, Deadline):
        return "marks the settlement as imposed if the defender did not write it"
    return ""


def _imposed(case: Case, proposal: Proposal, gives_ground: bool) -> bool:
    """Whether outside pressure makes the settlement: the defender gives ground it holds, or faces a deadline,
    in a text it did not write (the condition of Werner & Yuen 2005)."""
    defender = case.defender
    written_by_defender = proposal.author in (defender.id, defender.name)
    pressed = gives_ground or any(isinstance(c, Deadline) for c in proposal.clauses)
    return pressed and not written_by_defender
