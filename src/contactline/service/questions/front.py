"""What the maps show: gains by month, gains between two days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from contactline.case.schema import Case
from contactline.core.frame import Tables, made
from contactline.engine.ground import measure_front
from contactline.front.gains import gains_by_region
from contactline.service.question import Asked, Question
from contactline.topics.fighting.schema import CELLS
from contactline.topics.front.make import cells_now, front_tables


@dataclass(frozen=True)
class Measured:
    """The front of a case as measured: `tables` of topic front, and cells."""

    case: Case
    digest: str
    tables: Tables


class Front(Question[Measured]):
    """What the maps show: gains by month and region, the line then and now."""

    def answer(self, asked: Asked) -> Measured:
        """Measure the front of the scenario's case."""
        loaded = asked.loaded
        measured = measure_front(loaded)
        tables = front_tables(loaded, measured) | made({CELLS: cells_now(measured)})
        return Measured(loaded.case, loaded.digest, tables)


@dataclass(frozen=True)
class Between:
    """Net gains between two days: `gains` one row a region and one in all, km²."""

    case: Case
    start: date
    end: date
    gains: pd.DataFrame

    @property
    def days(self) -> str:
        """ "from 2025-08-31 to 2025-09-30"."""
        return f"from {self.start} to {self.end}"


class Gains(Question[Between]):
    """Gains by region between two days, by default up to the as-of date, on one map series, else the headline's."""

    start: date
    end: date | None = None
    series: str | None = None

    def answer(self, asked: Asked) -> Between:
        """Raises InputError for days outside the record or out of order, UnknownNameError for an unknown series."""
        loaded, case = asked.loaded, asked.loaded.case
        end = self.end or case.as_of
        found = gains_by_region(
            loaded.evidence("areas"), self.series or case.headline_series.id, self.start, end,
            sizes=loaded.evidence("regions"), country_km2=case.evidence.country_km2,
        )  # fmt: skip
        return Between(case, self.start, end, found)
