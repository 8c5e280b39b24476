"""What proposals say and do to the map; nothing here is simulated."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from contactline.case.clauses import Proposal
from contactline.case.scenario import check
from contactline.case.schema import Case
from contactline.core.frame import Tables
from contactline.core.limits import check_whole
from contactline.engine.ground import measure_front
from contactline.engine.settle import settle
from contactline.service.question import Asked, Question
from contactline.topics.proposals.make.compare import compare_table, compare_tables
from contactline.truce.compare import TOWN_PEOPLE as TOWN_PEOPLE
from contactline.truce.effects import clause_effect, clause_words
from contactline.truce.terms import clause_table, proposal_named


class Deals(Question[list[dict[str, object]]]):
    """The proposals of a case: who made each, when, and how many clauses the models use."""

    def answer(self, asked: Asked) -> list[dict[str, object]]:
        """One record a proposal, in the case's order."""
        case = asked.loaded.case
        return [
            {
                "proposal": proposal.id,
                "name": proposal.name,
                "author": proposal.author,
                "published": proposal.published.isoformat(),
                "clauses": len(proposal.clauses),
                "modelled": sum(bool(clause_effect(case, clause)) for clause in proposal.clauses),
                "by_default": proposal.id in case.default_proposals,
            }
            for proposal in case.proposals
        ]


@dataclass(frozen=True)
class Read:
    """A proposal and its clauses, each with what it says in words and what the models do with it."""

    proposal: Proposal
    clauses: pd.DataFrame


class DealText(Question[Read]):
    """One proposal, clause by clause."""

    proposal: str

    def answer(self, asked: Asked) -> Read:
        """Raises UnknownNameError for a proposal that the case lacks."""
        case = asked.loaded.case
        chosen = proposal_named(case, self.proposal)
        said = [clause_words(case, clause) for clause in chosen.clauses]
        return Read(chosen, clause_table(case, chosen).assign(words=said))


@dataclass(frozen=True)
class Compared:
    """Proposals side by side: `items` as table deal_compare; `tables` what a page of them needs, if asked for."""

    case: Case
    digest: str
    items: pd.DataFrame
    tables: Tables


class SideBySide(Question[Compared]):
    """The scenario's proposals side by side: ground, line, depth, cities, what was asked for, clauses.

    town_people : from how many inhabitants a town can be held; maps : whether the tables of a page are wanted too
    """

    town_people: int = round(TOWN_PEOPLE)
    maps: bool = False

    def answer(self, asked: Asked) -> Compared:
        """Apply the proposals to the ground and read off what they do."""
        check_whole("--town-people", self.town_people, 1)
        loaded, case = asked.loaded, asked.loaded.case
        chosen = check(asked.scenario, case)
        front = measure_front(loaded)
        settlements = settle(case, front, chosen)
        items = compare_table(case, front, settlements, self.town_people)
        tables = compare_tables(loaded, front, settlements, items) if self.maps else Tables()
        return Compared(case, loaded.digest, items, tables)
