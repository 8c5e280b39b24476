"""A tempo model in thirty lines: a random walk with drift, read with error, fitted by moments (docs/models.md)."""

from dataclasses import dataclass

import numpy as np

from contactline.core.errors import FitError


@dataclass(frozen=True)
class DriftFit:
    """Level now, drift a week and its standard error, standard deviation of a step and of a reading; all km²/week."""

    level: float
    drift: float
    error: float
    step: float
    reading: float

    def predict(self, weeks, draws, streams):
        """Weekly net change : ndarray[draw, week], km²/week."""
        rng = streams.rng("war.tempo.drift")
        drift = self.drift + self.error * rng.standard_normal((draws, 1))
        level = self.level + np.cumsum(drift + self.step * rng.standard_normal((draws, weeks)), axis=1)
        return level + self.reading * rng.standard_normal((draws, weeks))


class DriftTempo:
    id = "drift"
    label = "a random walk with drift, fitted by moments"

    def fit(self, record, series, streams):
        """Changes from week to week have variance step² + 2·reading², and −reading² in common with the next."""
        net = record.net[:, record.column(series)]
        change = np.diff(net[np.isfinite(net)])
        if len(change) < 25:
            raise FitError(f"{series} has {len(change) + 1} weeks; 26 are needed. Give a longer record.")
        common = min(np.cov(change[1:], change[:-1])[0, 1], 0.0)
        step = np.sqrt(max(change.var() + 2 * common, 1.0))
        level = net[np.isfinite(net)][-4:].mean()
        return DriftFit(level, change.mean(), change.std() / np.sqrt(len(change)), step, np.sqrt(-common))
