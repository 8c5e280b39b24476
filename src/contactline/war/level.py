"""A log local level: positive tempo that random-walks in its logarithm with heavy-tailed steps.

    l' = l + s·t₃,   y_k ~ ρ_k·e^l + √((c_k·e^l)² + b_k²)·t₃,   e^l clipped to 2 … 250 km²/week

Prior of s LogN(ln .10, .5) (*assumption* of the developers: a typical quarter moves tempo by a third to a half);
map readings as in `contactline.war.tempo`. It has no mean to return to: one third of the headline pool says that
the recent level is all we know. Alone it explodes at long horizons and is never shown alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from contactline.war.grid_filter import Dynamics, filter_draws
from contactline.war.importance import Parameter, Posterior, sample_posterior
from contactline.war.record import TempoRecord
from contactline.war.tempo import FASTEST, pick, read_off, reading_priors, readings, start

LOWEST = 2.0
"""Slowest level the model can hold, km²/week: below this a front counts as static."""

STATES = np.arange(np.log(LOWEST), np.log(FASTEST) + 0.04, 0.05)
STEP_NU = 3.0
DRAWS, ROUNDS = 500, 3


def level_priors(maps: tuple[str, ...]) -> list[Parameter]:
    """All priors of the model, in order."""
    return [Parameter("step", scipy.stats.norm(np.log(0.10), 0.5), log=True), *reading_priors(maps)]


@dataclass(frozen=True)
class LevelFit:
    """A fitted local level: posterior draws and the filtered log level at the end of the record.

    filtered : ndarray[draw, state], weights of the log level on STATES after the last week
    """

    maps: tuple[str, ...]
    posterior: Posterior
    filtered: np.ndarray

    name = "level"
    label = "local level"

    def predict(self, weeks: int, draws: int, rng: np.random.Generator, series: str) -> np.ndarray:
        """Weekly net change as map `series` would read it : ndarray[draw, week], km²/week."""
        chosen = pick(self.posterior.weight, draws, rng)
        step = self.posterior.natural("step")[chosen]
        level = start(self.filtered, STATES, chosen, rng)
        g = np.empty((draws, weeks))
        for week in range(weeks):
            level = np.clip(level + step * rng.standard_t(STEP_NU, draws), STATES[0], STATES[-1])
            g[:, week] = np.exp(level)
        return read_off(g, self.posterior, self.maps, series, chosen, rng)


def fit_level(
    record: TempoRecord, rng: np.random.Generator, draws: int = DRAWS, rounds: int = ROUNDS
) -> LevelFit:
    """Fit the model to a record; draws, rounds : number of posterior draws in a round, and of rounds. Deterministic
    given `rng`."""
    parameters = level_priors(record.maps)
    g = np.exp(STATES)
    kept: list[np.ndarray] = []

    def log_likelihood(working: np.ndarray) -> np.ndarray:
        trial = Posterior(tuple(parameters), working, np.ones(len(working)), np.empty(0))
        size = len(working)
        value, filtered = filter_draws(
            STATES, g, record.net,
            Dynamics(np.ones(size), np.zeros(size), trial.natural("step"), np.full(size, STEP_NU)),
            readings(trial, record.maps),
        )  # fmt: skip
        kept.append(filtered)
        return value

    posterior = sample_posterior(parameters, log_likelihood, rng, draws, rounds)
    return LevelFit(record.maps, posterior, np.vstack(kept))
