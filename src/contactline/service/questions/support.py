"""Who can provide what, adequacy along a path, and what each path makes possible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from contactline.case.scenario import AS_TODAY
from contactline.case.schema import Case
from contactline.core.dates import WEEKS_PER_MONTH, day_after_weeks
from contactline.core.errors import InputError
from contactline.core.frame import Tables
from contactline.core.limits import check_whole
from contactline.service.own_paths import read_paths
from contactline.service.question import Asked, Question
from contactline.support.adequacy import support_path
from contactline.topics.support.make import (
    HOLD_WEEKS,
    WEEKS,
    PathsAsked,
    adequacy_table,
    ledger_tables,
    support_tables,
)


class Ledger(Question[Tables]):
    """Who provides what, what only one donor provides, and for how long until substitutes."""

    def answer(self, asked: Asked) -> Tables:
        """Tables support_ledger, support_reliance and support_capabilities."""
        return ledger_tables(_with_capabilities(asked))


@dataclass(frozen=True)
class Followed:
    """A support path, by id and name, and table support_adequacy along it."""

    path: str
    name: str
    table: pd.DataFrame


class Adequacy(Question[Followed]):
    """Supplied over needed for every capability along a path, every fourth week.

    path : of the case, or of `file`, a YAML file with paths of one's own; months : 1 to 120
    """

    path: str
    months: int = 24
    file: Path | None = None

    def answer(self, asked: Asked) -> Followed:
        """Raises UnknownNameError for an unknown path, CaseError for a broken file."""
        check_whole("--months", self.months, 1, 120)
        case = _with_capabilities(asked)
        own = {path.id: path for path in read_paths(self.file, case)} if self.file else {}
        path = own.get(self.path) or support_path(case, self.path)
        table = adequacy_table(case, [path], round(self.months * WEEKS_PER_MONTH) + 1)
        return Followed(path.id, path.name, table)


@dataclass(frozen=True)
class Fought:
    """Every path fought out from `as_of`: tables of topic support."""

    as_of: date
    tables: Tables


class SupportPaths(Question[Fought]):
    """What two years of fighting on can achieve under each support path, and the smallest package that holds the belt.

    file : YAML file with paths of one's own; hold_until : day until which packages must hold the belt, by default a
    year; likelihood : and how likely, between 0 and 1, by default as likely as on the path as today
    """

    file: Path | None = None
    hold_until: date | None = None
    likelihood: float | None = None

    def answer(self, asked: Asked) -> Fought:
        """The scenario's weeks, support path and proposals are not used."""
        case = _with_capabilities(asked)
        hold_weeks = _hold_weeks(case, self.hold_until)
        if self.likelihood is not None and not 0 < self.likelihood < 1:
            raise InputError(
                f"--likelihood: got {self.likelihood}; allowed is a number between 0 and 1, such as 0.8."
            )
        more = read_paths(self.file, case) if self.file else []
        ready = asked.about(replace(asked.scenario, weeks=WEEKS, support=AS_TODAY, proposals=())).ready()
        with asked.stages.stage("compare the paths") as tick:
            about = PathsAsked(more, hold_weeks, self.likelihood, thorough=True)
            tables = support_tables(ready, about, tick)
        return Fought(case.as_of, tables)


def _with_capabilities(asked: Asked) -> Case:
    case = asked.loaded.case
    if not case.capabilities:
        raise InputError(
            f"case {case.id!r} has no capabilities; write some in its support.yaml (docs/support.md says how)."
        )
    return case


def _hold_weeks(case: Case, hold_until: date | None) -> int:
    if hold_until is None:
        return HOLD_WEEKS
    weeks = round((hold_until - case.as_of).days / 7)
    if not 4 <= weeks <= WEEKS:
        raise InputError(
            f"--hold-until: got {hold_until}; allowed is a day from {day_after_weeks(case.as_of, 4)} to "
            f"{day_after_weeks(case.as_of, WEEKS)}, four weeks to two years after the as-of date."
        )
    return weeks
