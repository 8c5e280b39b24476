"""The records that an assessment consists of: what the pipeline hands over and every report reads.

They are frozen and carry how they were made (case digest, seed, version), so that a report can be rendered
again at any time without running a simulation. `topics.store` saves and loads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import xarray as xr

from contactline.case.scenario import AS_TODAY, Scenario, Value
from contactline.case.schema import Case
from contactline.core import notebook
from contactline.core.frame import Tables

CONFIDENCE_LEVELS = ("low", "moderate", "high")


@dataclass(frozen=True)
class RunInfo:
    """How an assessment was made. `timings` maps stage to seconds; `notes` are warnings of the fits."""

    case_id: str
    case_digest: str
    as_of: date
    seed: int
    draws: int
    horizon_weeks: int
    version: str
    timings: Mapping[str, float]
    notes: tuple[str, ...] = ()
    support_path: str = AS_TODAY
    """Id of the support path under which everything here was computed."""
    scenario: Scenario | None = None
    """All that determined the run, the case by its id; None in runs saved before there was one."""

    @property
    def held(self) -> tuple[tuple[str, Value], ...]:
        """Beliefs that the reader held."""
        return () if self.scenario is None else self.scenario.held

    def as_record(self) -> dict[str, Any]:
        """The record as plain data, days in ISO form; `of_record` reads it back."""
        record = asdict(self) | {"as_of": self.as_of.isoformat(), "notes": list(self.notes)}
        if self.scenario is not None and self.scenario.as_of is not None:
            record["scenario"]["as_of"] = self.scenario.as_of.isoformat()
        return record

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> RunInfo:
        """The run that a record holds. Raises KeyError, TypeError, ValueError or InputError where it holds none."""
        changed: dict[str, Any] = {
            "as_of": date.fromisoformat(record["as_of"]),
            "notes": tuple(record["notes"]),
        }
        if record.get("scenario") is not None:
            scenario = dict(record["scenario"])
            scenario["as_of"] = date.fromisoformat(scenario["as_of"]) if scenario["as_of"] else None
            changed["scenario"] = Scenario(**scenario)
        return cls(**{**record, **changed})

    def __repr__(self) -> str:
        return notebook.line("RunInfo", self._about())

    def _repr_html_(self) -> str:
        about = f"case digest {self.case_digest[:16]}, contactline {self.version}"
        return notebook.html(self._about(), about, more=self.notes)

    def _about(self) -> str:
        return (
            f"{self.case_id} as of {self.as_of}, {self.draws:,} draws, {self.horizon_weeks} weeks, seed {self.seed}, "
            f"support {self.support_path}"
        )


@dataclass(frozen=True)
class Judgement:
    """One judgement: a sentence in ICD 203 words, and apart from it the confidence and its reason.

    `probability` is the figure that the words stand for, or None where the sentence states no likelihood.
    """

    topic: str
    sentence: str
    probability: float | None
    confidence: str
    confidence_reason: str

    def __repr__(self) -> str:
        chance = "" if self.probability is None else f"probability {self.probability:.3g}, "
        sentence = notebook.short(self.sentence)
        return notebook.line("Judgement", f"{self.topic}: {sentence} ({chance}confidence {self.confidence})")

    def _repr_html_(self) -> str:
        return notebook.html(self.sentence, f"Confidence: {self.confidence}. {self.confidence_reason}")


@dataclass(frozen=True)
class Assessment:
    """Everything a report needs. `tables` follow the dictionary in `topics.tables`; absent ones are allowed:
    the section that would show one then says what is missing."""

    case: Case
    run: RunInfo
    ensemble: xr.Dataset
    tables: Tables
    judgements: tuple[Judgement, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.tables, Tables):
            object.__setattr__(self, "tables", Tables(self.tables))

    def __repr__(self) -> str:
        run = self.run
        return notebook.line(
            "Assessment",
            f"{self.case.id} as of {run.as_of}, {run.draws:,} draws, seed {run.seed}; "
            f"{len(self.judgements)} judgements, {len(self.tables)} tables",
        )

    def _repr_html_(self) -> str:
        return notebook.told(self)
