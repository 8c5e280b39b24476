"""Laws of the slots that give paths: tempo and losses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from contactline.core.dates import week_ends
from contactline.core.errors import FitError
from contactline.core.plugins import Slot
from contactline.core.streams import Streams
from contactline.testing.law import Given, Law, Outputs, Trial, common, unequal
from contactline.war.record import TempoRecord
from contactline.war.slots import LOSSES, TEMPO, LossFace, TempoFace

LEAST_RECORD = 26
"""Weeks of the shortest record that a model is given."""
QUARTER = 13


@dataclass(frozen=True)
class TempoGiven:
    """A record, the map that predictions resolve on, and how much to predict."""

    record: TempoRecord
    series: str
    weeks: int = 52
    draws: int = 90

    def run(self, face: TempoFace, streams: Streams) -> tuple[Outputs, Any]:
        """Paths, asked for twice of one fit."""
        fitted = face.fit(self.record, self.series, streams)
        return _twice(fitted, self.weeks, self.draws, streams), fitted

    def thin(self) -> TempoGiven:
        """The shortest record that a model is given."""
        known = np.flatnonzero(np.isfinite(self.record.net[:, 0]).cumsum() >= LEAST_RECORD)
        return replace(self, record=self.record.until(int(known[0])))

    def plausible(self) -> tuple[float, float]:
        """Where a median of the next quarter lies if it is in km² a week: the record's range, three times as wide."""
        past = self.record.net[:, self.record.column(self.series)]
        low, high = np.nanmin(past), np.nanmax(past)
        return float(low - (high - low)), float(high + (high - low))


@dataclass(frozen=True)
class LossGiven:
    """Weekly claims (ndarray[week], persons, NaN where not known) and how much to predict."""

    claims: np.ndarray
    weeks: int = 52
    draws: int = 90

    def run(self, face: LossFace, streams: Streams) -> tuple[Outputs, Any]:
        """Paths, asked for twice of one fit."""
        fitted = face.fit(self.claims, streams)
        return _twice(fitted, self.weeks, self.draws, streams), fitted

    def thin(self) -> LossGiven:
        """The shortest record that a model is given."""
        known = np.flatnonzero(np.isfinite(self.claims).cumsum() >= LEAST_RECORD)
        return replace(self, claims=self.claims[: int(known[0]) + 1])

    def plausible(self) -> tuple[float, float]:
        """Where a median of the next quarter lies if it is in persons a week: ten times the record either way."""
        return float(np.nanmin(self.claims) / 10), float(np.nanmax(self.claims) * 10)


@cache
def made_tempo() -> TempoGiven:
    """A record that wanders about 30 km² a week on two maps: one short, both with weeks that were not read."""
    rng = np.random.default_rng(3)
    ends = week_ends(date(2024, 8, 18), date(2025, 6, 29))
    x = np.empty(len(ends))
    level = 0.0
    for week in range(len(ends)):
        level = 0.95 * level + 4.0 * rng.standard_normal()
        x[week] = 30.0 + level
    net = np.column_stack(
        [x + 12.0 * rng.standard_normal(len(x)), 0.9 * x + 8.0 * rng.standard_normal(len(x))]
    )
    net[33, 0] = np.nan
    net[:10, 1] = np.nan
    return TempoGiven(TempoRecord(ends, ("one", "other"), net, np.zeros(net.shape, bool)), "other")


@cache
def made_losses() -> LossGiven:
    """Claims about 7,000 a week, some weeks not known."""
    rng = np.random.default_rng(4)
    claims = np.exp(np.log(7000.0) + 0.2 * rng.standard_normal(80))
    claims[[5, 6, 33]] = np.nan
    return LossGiven(claims)


def _twice(fitted: Any, weeks: int, draws: int, streams: Streams) -> Outputs:
    return {name: fitted.predict(weeks, draws, streams) for name in ("paths", "paths asked for again")}


def _remembers(trial: Trial) -> str | None:
    return unequal("paths", *trial.outputs.values())


def _sizes(trial: Trial) -> str | None:
    for weeks, draws in ((1, 1), (QUARTER, 2), (trial.given.weeks, 3)):
        trial.fitted.predict(weeks, draws, Streams(0))  # the face raises where the shape is another
    return None


def _spread(trial: Trial) -> str | None:
    still = np.flatnonzero(np.ptp(trial.outputs["paths"], axis=0) == 0)
    return f"in week {still[0]} all {trial.given.draws} draws are alike" if len(still) else None


def _seeded(trial: Trial) -> str | None:
    size = trial.given.weeks, trial.given.draws
    paths = [trial.fitted.predict(*size, Streams(seed)) for seed in (0, 1)]
    return "seeds 0 and 1 give the same paths" if np.array_equal(*paths) else None


def _units(trial: Trial) -> str | None:
    middle = float(np.median(trial.outputs["paths"][:, :QUARTER]))
    low, high = trial.given.plausible()
    return (
        None
        if low <= middle <= high
        else f"the median is {middle:.4g}; the record puts it in {low:.4g} to {high:.4g}"
    )


def _thin(trial: Trial) -> str | None:
    try:
        trial.run(trial.given.thin())
    except FitError:
        return None
    return None


def _path_laws(slot: Slot[Any], given: Callable[[], Given], unit: str) -> tuple[Law, ...]:
    return (
        *common(slot, given),
        Law(slot, "no_memory", "a fit asked twice gives the same paths", _remembers, given),
        Law(slot, "any_size", "one week, one draw, or many", _sizes, given),
        Law(slot, "no_point", "draws differ in every week: what will come is not known", _spread, given),
        Law(
            slot,
            "seed_counts",
            "another seed gives other paths, and 0 is a seed like any other",
            _seeded,
            given,
        ),
        Law(slot, "unit", f"the next quarter is {unit}, near what the record shows", _units, given),
        Law(slot, "thin_record", f"{LEAST_RECORD} weeks are fitted, or FitError says why not", _thin, given),
    )


LAWS = (
    *_path_laws(TEMPO, made_tempo, "km² a week"),
    *_path_laws(LOSSES, made_losses, "persons a week"),
)
