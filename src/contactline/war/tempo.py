"""The tempo model: a latent signed tempo that wanders about a mean and comes back to it.

    x' = m + φ·(x − m) + s·ε,  ε ~ Student-t(ν),  φ = 2^(−1/half-life),  s chosen so that x has stationary sd σ
    g(x) = 30·x·|x| km²/week, clipped to −150 … 250
    y_k ~ ρ_k·g + √((c_k·g)² + b_k²)·t₃      for each map series k; ρ = 1 for the reference map

Priors (DESIGN, from feasibility studies on the same series): half-life LogN(ln 20, .9) weeks, m N(1, 1),
σ LogN(ln .9, .4), ν log-uniform 2.5–20; reference map c LogN(ln .4, .4), b LogN(ln 12, .4); other maps
ρ LogN(ln .9, .15), c LogN(ln .3, .4), b LogN(ln 8, .4). Fitted by the grid filter and importance draws.
Used alone it answers "if the present tempo persists"; `contactline.war.forecast` pools it with others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from contactline.war.grid_filter import Dynamics, Readings, filter_draws
from contactline.war.importance import Parameter, Posterior, sample_posterior
from contactline.war.record import TempoRecord

SLOWEST, FASTEST = -150.0, 250.0
"""Bounds of weekly net change the model can hold, km²: collapse is a separate process."""

STATES = np.arange(-2.6, 3.4001, 0.05)
DRAWS, ROUNDS = 800, 3


def speed(x: np.ndarray) -> np.ndarray:
    """g(x), km²/week : same shape, signed square, so that noise grows with tempo and a lull is not a wall."""
    found: np.ndarray = np.clip(30.0 * x * np.abs(x), SLOWEST, FASTEST)
    return found


def reading_priors(maps: tuple[str, ...]) -> list[Parameter]:
    """Priors of how each map reads the true tempo: ρ (not for the reference), c, b (km²/week)."""
    priors = []
    for index, name in enumerate(maps):
        if index > 0:
            priors.append(Parameter(f"rho.{name}", scipy.stats.norm(np.log(0.9), 0.15), log=True))
        proportional, floor = (0.4, 12.0) if index == 0 else (0.3, 8.0)
        priors.append(Parameter(f"c.{name}", scipy.stats.norm(np.log(proportional), 0.4), log=True))
        priors.append(Parameter(f"b.{name}", scipy.stats.norm(np.log(floor), 0.4), log=True))
    return priors


def readings(posterior: Posterior, maps: tuple[str, ...]) -> Readings:
    """ρ, c (factors), b (km²/week) as ndarray[draw, map] from a posterior over `reading_priors`."""
    ones = np.ones(len(posterior.weight))
    return Readings(
        np.column_stack([posterior.natural(f"rho.{name}") if k else ones for k, name in enumerate(maps)]),
        np.column_stack([posterior.natural(f"c.{name}") for name in maps]),
        np.column_stack([posterior.natural(f"b.{name}") for name in maps]),
    )


def tempo_priors(maps: tuple[str, ...]) -> list[Parameter]:
    """All priors of the model, in order."""
    return [
        Parameter("half_life", scipy.stats.norm(np.log(20.0), 0.9), log=True),
        Parameter("mean", scipy.stats.norm(1.0, 1.0)),
        Parameter("sd", scipy.stats.norm(np.log(0.9), 0.4), log=True),
        Parameter(
            "nu",
            scipy.stats.uniform(np.log(2.5), np.log(20.0 / 2.5)),
            log=True,
            low=np.log(2.5),
            high=np.log(20.0),
        ),
        *reading_priors(maps),
    ]


@dataclass(frozen=True)
class TempoFit:
    """A fitted tempo model: posterior draws and the filtered state at the end of the record.

    filtered : ndarray[draw, state], weights of x on STATES after the last week
    """

    maps: tuple[str, ...]
    posterior: Posterior
    filtered: np.ndarray

    name = "tempo"
    label = "if the present tempo persists"

    def paths(self, weeks: int, draws: int, rng: np.random.Generator) -> np.ndarray:
        """Latent weekly tempo g : ndarray[draw, week], km²/week, before any map's reading error."""
        return self._simulate(weeks, draws, rng)[0]

    def predict(self, weeks: int, draws: int, rng: np.random.Generator, series: str) -> np.ndarray:
        """Weekly net change as map `series` would read it : ndarray[draw, week], km²/week."""
        g, chosen = self._simulate(weeks, draws, rng)
        return read_off(g, self.posterior, self.maps, series, chosen, rng)

    def _simulate(self, weeks: int, draws: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        posterior = self.posterior
        chosen = pick(posterior.weight, draws, rng)
        phi, m, s, nu = dynamics(posterior)
        phi, m, s, nu = phi[chosen], m[chosen], s[chosen], nu[chosen]
        x = start(self.filtered, STATES, chosen, rng)
        g = np.empty((draws, weeks))
        for week in range(weeks):
            x = m + phi * (x - m) + s * rng.standard_t(nu)
            # The grid ends where speed is clipped; the state may not wander further or it would never come back.
            x = np.clip(x, STATES[0], STATES[-1])
            g[:, week] = speed(x)
        return g, chosen


def fit_tempo(
    record: TempoRecord, rng: np.random.Generator, draws: int = DRAWS, rounds: int = ROUNDS
) -> TempoFit:
    """Fit the model to a record. Deterministic given `rng`; about 5 CPU seconds for 160 weeks of two maps."""
    parameters = tempo_priors(record.maps)
    g = speed(STATES)

    def run(working: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        trial = Posterior(tuple(parameters), working, np.ones(len(working)), np.empty(0))
        return filter_draws(STATES, g, record.net, dynamics(trial), readings(trial, record.maps))

    kept: list[np.ndarray] = []

    def log_likelihood(working: np.ndarray) -> np.ndarray:
        value, filtered = run(working)
        kept.append(filtered)
        return value

    posterior = sample_posterior(parameters, log_likelihood, rng, draws, rounds)
    return TempoFit(record.maps, posterior, np.vstack(kept))


def dynamics(posterior: Posterior) -> Dynamics:
    """φ, m, s, ν per draw : ndarray[draw] each; s scales a unit Student-t so that x has stationary sd σ."""
    phi = 2.0 ** (-1.0 / posterior.natural("half_life"))
    nu = posterior.natural("nu")
    s = posterior.natural("sd") * np.sqrt((1.0 - phi**2) * (nu - 2.0) / nu)
    return Dynamics(phi, posterior.natural("mean"), s, nu)


def pick(weight: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Indices of `draws` posterior draws in proportion to weight (systematic, then shuffled): ndarray[draw]."""
    ladder = (np.arange(draws) + rng.random()) / draws
    chosen = np.searchsorted(np.cumsum(weight), ladder).clip(max=len(weight) - 1)
    return rng.permutation(chosen)


def start(
    filtered: np.ndarray, states: np.ndarray, chosen: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """A first state for each chosen draw, ndarray[draw], from its filtered weights, spread evenly within a grid
    step."""
    heights = np.cumsum(filtered[chosen], axis=1)
    index = (heights < rng.random(len(chosen))[:, None] * heights[:, -1:]).sum(axis=1)
    step = states[1] - states[0]
    found: np.ndarray = states[index.clip(max=len(states) - 1)] + step * (rng.random(len(chosen)) - 0.5)
    return found


def read_off(
    g: np.ndarray,
    posterior: Posterior,
    maps: tuple[str, ...],
    series: str,
    chosen: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """What map `series` would show of true tempo g : ndarray[draw, week], km²/week.

    The error is drawn afresh each week, so that two maps drift apart by about 50·√weeks km², as they have done.
    """
    k = maps.index(series)
    rho, c, b = (part[chosen, k][:, None] for part in readings(posterior, maps))
    found: np.ndarray = rho * g + np.hypot(c * g, b) * rng.standard_t(3.0, g.shape)
    return found
