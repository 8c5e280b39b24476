"""The war's own forecasts in the shape that a backtest scores: refitted at every origin on what was known then."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from contactline.core.streams import Streams
from contactline.war.forecast import Forecast, fit_forecast
from contactline.war.record import TempoRecord

LABELS = {
    "headline": "headline pool",
    "tempo": "if the present tempo persists",
    "level": "local level alone",
}


@dataclass
class Refits:
    """One fit per origin (the index of a week), shared by the members scored there.

    Fits depend on seed and origin alone; draws, rounds : numbers of posterior draws and of rounds that find them.
    """

    record: TempoRecord
    series: str
    seed: int
    draws: int = 500
    rounds: int = 3
    _fits: dict[int, Forecast] = field(default_factory=dict, repr=False)
    _locks: dict[int, Lock] = field(default_factory=dict, repr=False)
    _guard: Lock = field(default_factory=Lock, repr=False)

    def at(self, origin: int) -> Forecast:
        """The forecast fitted to the record up to week `origin` (inclusive), all maps cut there."""
        with self._guard:
            lock = self._locks.setdefault(origin, Lock())
        with lock:
            if origin not in self._fits:
                streams = Streams(self.seed)
                known = known_maps(self.record.until(origin))
                self._fits[origin] = fit_forecast(
                    known, self.series, streams, draws=self.draws, rounds=self.rounds
                )
            return self._fits[origin]


@dataclass(frozen=True)
class ModelForecaster:
    """A member of the forecast (or "headline") as a forecaster of the reference map."""

    member: str
    refits: Refits

    @property
    def name(self) -> str:
        """Short name."""
        return self.member

    @property
    def label(self) -> str:
        """Name for tables and figures."""
        return LABELS[self.member]

    def __call__(
        self, history: np.ndarray, horizon: int, draws: int, rng: np.random.Generator, *, origin: int
    ) -> np.ndarray:
        """Weekly net km² : ndarray[draw, week]."""
        seed = int(rng.integers(2**31))
        return self.refits.at(origin).predict(self.member, horizon, draws, Streams(seed))


def model_forecasters(record: TempoRecord, seed: int) -> list[ModelForecaster]:
    """Headline pool, tempo model and local level, scored on the record's reference map; seed : a whole number."""
    refits = Refits(record, record.maps[0], seed)
    return [ModelForecaster(member, refits) for member in LABELS]


def known_maps(record: TempoRecord) -> TempoRecord:
    """The record without maps that had no reading yet: they cannot inform a fit, only slow it."""
    known = [k for k in range(len(record.maps)) if np.isfinite(record.net[:, k]).any()]
    return TempoRecord(
        record.ends, tuple(record.maps[k] for k in known), record.net[:, known], record.flagged[:, known]
    )
