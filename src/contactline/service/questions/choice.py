"""Fight on or accept: outcomes of each course, who prefers which, and where two beliefs make them even."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from contactline.case.load import built_in_cases, load_case
from contactline.case.scenario import Scenario, check
from contactline.case.schema import Case
from contactline.choice.pair import Pair as Found
from contactline.choice.verdict import default_values
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.frame import checked
from contactline.core.limits import Cost, check_cost, check_whole
from contactline.service.question import Asked, Question
from contactline.service.runs import saved_run
from contactline.topics.assessment import Assessment
from contactline.topics.choice.make.courses import consent_rows, courses_table, verdict_row
from contactline.topics.choice.make.pair import POINTS, SETS, break_even_pair, named_belief
from contactline.topics.choice.schema import CONSENT, COURSES, VERDICT
from contactline.topics.showing.judgements import focus_proposal

__all__ = ["POINTS", "SETS", "Consent", "Courses", "Even", "Found", "Pair", "Verdict", "as_in"]

COST = Cost(0.0, 0.0, 0.0, 2.5e-5)
"""Seconds for each trajectory at each pair of values, beside what the run takes (docs/limits.md)."""


class Courses(Question[pd.DataFrame]):
    """Mean and spread of every outcome of every course of action: fighting on, and accepting each proposal."""

    def answer(self, asked: Asked) -> pd.DataFrame:
        """Table courses."""
        run = asked.ready()
        return checked(COURSES, courses_table(run.case, run.runs))


class Verdict(Question[pd.DataFrame]):
    """The share of beliefs under which accepting a proposal is better than fighting on, by published viewpoints.

    actor, viewpoint : whose values; without them every viewpoint of the case
    """

    proposal: str
    actor: str | None = None
    viewpoint: str | None = None

    def answer(self, asked: Asked) -> pd.DataFrame:
        """Rows of table verdict. Raises UnknownNameError for a proposal, actor or viewpoint that the case lacks."""
        about = asked.loaded.case
        actors = {values.actor for values in about.values}
        if self.actor is not None and self.actor not in actors:
            raise UnknownNameError("actor with values", self.actor, actors)
        chosen = [values for values in about.values if self.actor in (None, values.actor)]
        if self.viewpoint is not None:
            known = {values.viewpoint for values in chosen}
            chosen = [values for values in chosen if values.viewpoint == self.viewpoint]
            if not chosen:
                raise UnknownNameError("viewpoint", self.viewpoint, known)
        run = asked.about(replace(asked.scenario, proposals=(self.proposal,))).ready()
        settlement = run.settlements[self.proposal]
        rows = [
            verdict_row(about, settlement, values, run.runs, run.outlook, run.streams) for values in chosen
        ]
        return checked(VERDICT, pd.DataFrame(rows))


class Consent(Question[pd.DataFrame]):
    """The share of beliefs under which both belligerents would sign a proposal, by pairs of published viewpoints.

    defender, challenger : viewpoints, by their names; without them every viewpoint of that side
    """

    proposal: str
    defender: str | None = None
    challenger: str | None = None

    def answer(self, asked: Asked) -> pd.DataFrame:
        """Rows of table consent. Raises UnknownNameError for a proposal or a viewpoint that the case lacks."""
        about = asked.loaded.case
        for side, wanted in ((about.defender, self.defender), (about.challenger, self.challenger)):
            known = {values.viewpoint for values in about.values if values.actor == side.id}
            if wanted is not None and wanted not in known:
                raise UnknownNameError(f"viewpoint of {side.name}", wanted, known)
        run = asked.about(replace(asked.scenario, proposals=(self.proposal,))).ready()
        rows = [
            row
            for row in consent_rows(run, run.settlements[self.proposal])
            if self.defender in (None, row["defender_viewpoint"])
            and self.challenger in (None, row["challenger_viewpoint"])
        ]
        return checked(CONSENT, CONSENT.frame(rows))


@dataclass(frozen=True)
class Even:
    """A map of two beliefs, and the case that it is about."""

    case: Case
    pair: Found


class Pair(Question[Even]):
    """Where two beliefs make accepting a proposal and fighting on even: both fought out again at every pair of values.

    x, y : names of beliefs; proposal : by default the one in focus; actor : whose default values, else the defender's
    points : values of each belief, 3 to 41; sets : belief sets fought at each pair, in place of the scenario's
    run : folder of a saved run whose seed, horizon, support and held beliefs are taken
    """

    x: str
    y: str
    proposal: str | None = None
    actor: str | None = None
    points: int = POINTS
    sets: int = SETS
    run: Path | None = None

    def answer(self, asked: Asked) -> Even:
        """Raises InputError for a size or a run that does not fit, UnknownNameError for unknown names."""
        saved = (
            None if self.run is None else saved_run(self.run, asked.loaded.case.id if asked.named else None)
        )
        scenario = replace(asked.scenario if saved is None else as_in(saved, asked), sets=self.sets)
        about = load_case(scenario.case).case
        for name in (self.x, self.y):
            named_belief(about, name)
        default_values(about, self.actor or about.defender.id)
        check_whole("--points", self.points, 3, 41)
        if self.x == self.y:
            raise InputError(f"--x and --y: both are {self.x!r}; allowed are two different beliefs.")
        for name in {self.x, self.y} & set(dict(scenario.held)):
            raise InputError(
                f"belief {name!r}: is held, and moved along the map; hold another, or map another."
            )
        check_cost(
            f"--points {self.points} --draws {scenario.draws}", COST, self.points**2 * scenario.draws,
            "Ask for fewer points or draws",
        )  # fmt: skip
        default = focus_proposal(about, saved.tables) if saved else check(scenario, about)[0]
        proposal = self.proposal or default
        ready = asked.about(replace(scenario, proposals=(proposal,))).ready()
        with asked.stages.stage("fight both courses at every pair") as tick:
            found = break_even_pair(
                ready, proposal, self.x, self.y, actor=self.actor, points=self.points, tick=tick
            )
        return Even(about, found)


def as_in(saved: Assessment, asked: Asked) -> Scenario:
    """The asker's scenario, or the saved run's case, with seed, horizon, support and held beliefs of the saved run.

    Raises InputError where the run's case is not at hand, or has changed since.
    """
    info = saved.run
    if not asked.named and info.case_id not in built_in_cases():
        raise InputError(
            f"--run: is an assessment of {info.case_id!r}, which is not built in; name its folder as CASE as well."
        )
    case = asked.scenario.case if asked.named else info.case_id
    if load_case(case).digest != info.case_digest:
        raise InputError(
            f"--run: the case {info.case_id!r} has changed since that assessment was made. Assess it again, or "
            "leave --run out."
        )
    return replace(
        asked.scenario, case=case, seed=info.seed, weeks=info.horizon_weeks, support=info.support_path, held=info.held
    )  # fmt: skip
