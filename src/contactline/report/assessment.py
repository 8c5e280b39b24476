"""The records that an assessment consists of: what the pipeline hands over and every report reads.

They are frozen and carry how they were made (case digest, seed, version), so that a report can be rendered
again at any time without running a simulation. `report.store` saves and loads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import xarray as xr

from contactline.case.schema import Case

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
    support_path: str = "as_today"
    """Id of the support path under which everything here was computed."""


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


@dataclass(frozen=True)
class Assessment:
    """Everything a report needs. `tables` follow the dictionary in `report.tables`; absent ones are allowed:
    the section that would show one then says what is missing."""

    case: Case
    run: RunInfo
    ensemble: xr.Dataset
    tables: Mapping[str, pd.DataFrame]
    judgements: tuple[Judgement, ...]
