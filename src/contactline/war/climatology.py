"""Climatology: the future as a resampling of stretches of the past, with no model of tempo at all.

Stationary bootstrap (Politis & Romano 1994, JASA 89:1303): stretches of the record of geometric length (mean 26
weeks, *assumption*: about the half-life of tempo) follow each other. It keeps what happened, including setbacks,
and claims nothing about now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from contactline.core.errors import FitError

MEAN_STRETCH_WEEKS = 26.0


@dataclass(frozen=True)
class Climatology:
    """past : ndarray[week], weekly net change, km²; factor : from the map it was read on to the map asked for."""

    past: np.ndarray
    factor: float = 1.0

    name = "climatology"
    label = "past stretches resampled"

    def predict(self, weeks: int, draws: int, rng: np.random.Generator) -> np.ndarray:
        """Weekly net change : ndarray[draw, week], km²/week. Raises FitError on an empty record."""
        past = self.past[np.isfinite(self.past)]
        if past.size == 0:
            raise FitError("climatology: the record holds no week with a reading; give a longer record.")
        fresh = rng.random((draws, weeks)) < 1.0 / MEAN_STRETCH_WEEKS
        fresh[:, 0] = True
        starts = rng.integers(past.size, size=(draws, weeks))
        week = np.arange(weeks)
        began = np.maximum.accumulate(np.where(fresh, week, 0), axis=1)
        index = np.take_along_axis(starts, began, axis=1) + week - began
        found: np.ndarray = self.factor * past[index % past.size]
        return found
