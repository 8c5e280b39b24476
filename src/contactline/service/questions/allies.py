"""Who stands where, what bargaining models make of it, and what shocks left in the record."""

from __future__ import annotations

import pandas as pd

from contactline.case.schema import Case
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.frame import Tables
from contactline.core.limits import Cost, check_cost, check_whole
from contactline.core.streams import Streams
from contactline.service.question import Asked, Question
from contactline.topics.allies.make import DRAWS as DRAWS
from contactline.topics.allies.make import cohesion_tables, event_tables
from contactline.topics.allies.schema import EVENTS

COST = Cost(0.36e9, 26e3, 4.0, 3.2e-3)
"""What so many draws take, as measured on the reference case (docs/limits.md)."""


class Positions(Question[Tables]):
    """Where actors stand and since when, how far supporters are apart, where models settle each issue.

    issue : one with a scale, else all; draws : of position, salience and leverage
    """

    issue: str | None = None
    draws: int = DRAWS

    def answer(self, asked: Asked) -> Tables:
        """Tables positions, movement, division, bargaining and wedge, by the scenario's seed."""
        check_whole("--draws", self.draws, 10)
        check_cost(f"--draws {self.draws}", COST, self.draws, "Ask for fewer draws")
        case = asked.loaded.case
        scaled = {issue.id for issue in case.issues if issue.scaled}
        if not scaled:
            raise InputError(
                f"case {case.id!r} has no issue with a scale; add `issues` to its positions.yaml."
            )
        if self.issue is not None and self.issue not in scaled:
            raise UnknownNameError("issue", self.issue, scaled)
        return cohesion_tables(only(case, self.issue), Streams(asked.scenario.seed), self.draws)


class Events(Question[pd.DataFrame]):
    """What tempo and losses did around known shocks, against all other windows of the same length."""

    def answer(self, asked: Asked) -> pd.DataFrame:
        """Table events. Raises InputError for a case without any."""
        tables = event_tables(asked.loaded)
        if not tables:
            raise InputError(
                f"case {asked.loaded.case.id!r} has no events; add an events.yaml (docs/events.md)."
            )
        return tables[EVENTS]


def only(case: Case, issue: str | None) -> Case:
    """The case with one issue's positions; the wedge then speaks of that issue alone."""
    if issue is None:
        return case
    changed = {
        "issues": tuple(i for i in case.issues if i.id == issue),
        "positions": tuple(p for p in case.positions if p.issue == issue),
        "wedge": case.wedge.model_copy(update={"issues": (issue,)}) if case.wedge else None,
    }
    return case.model_copy(update=changed)
