"""How often promises to fight were kept when war called on them: a small logit, fitted to each study by itself.

    kept_ij ~ Binomial(n_ij, p_ij)
    logit p_ij = a + e·[war j after 1945] + t·[promise to fight] + b·[two states] + u_j
    a ~ N(0, 1.5²)   e, t, b ~ N(0, 1)   u_j ~ N(0, σ²)   σ ~ half-normal(0.75)

Many promises hang on one big war, and u_j makes them count as less than independent; for a war that is still to come
u is drawn. The studies judge overlapping promises by different rules, so they are mixed and never added: a draw
believes one of them, each as often as another. σ is summed over a grid with a Laplace approximation at each point,
as in truce/analogues.py. Deterministic; milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from contactline.evidence.history.honours import read_counts
from contactline.truce.analogues import GRID, INTERCEPT, SIGMA
from contactline.truce.laplace import Regression, mode_of

EFFECTS = ("post_1945", "active", "bilateral")
"""Columns of the counts that have an effect beside the intercept, in this order."""
EFFECT_SD = 1.0
"""Width of the prior of each effect: an odds ratio within 1/7 to 7 with 95%."""


@dataclass(frozen=True)
class HonourFit:
    """The posterior of each study, logit: at each point of GRID (σ) a weight, a mean and a covariance.

    studies : ids; weight : ndarray[study, point], one in each study; mean : ndarray[study, point, effect] and
    covariance : ndarray[study, point, effect, effect], intercept first, then EFFECTS
    """

    studies: tuple[str, ...]
    weight: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray

    def draws(
        self, active: bool, post_1945: bool, count: int, rng: np.random.Generator, bilateral: bool = True
    ) -> np.ndarray:
        """Chance that such a promise is kept in a war to come, its war effect drawn : ndarray[draw], logit."""
        return self.drawn(active, post_1945, count, rng, bilateral)[1]

    def drawn(
        self, active: bool, post_1945: bool, count: int, rng: np.random.Generator, bilateral: bool = True
    ) -> tuple[np.ndarray, np.ndarray]:
        """The same with the study that each draw believes : ndarray[draw] int, ndarray[draw] logit.

        Studies and points are stratified, so that each study is drawn `count` / studies times, give or take one.
        """
        kind = np.array([1.0, post_1945, active, bilateral])
        centre = self.mean @ kind
        width = np.sqrt(kind @ self.covariance @ kind + GRID**2)
        share = (self.weight / len(self.studies)).ravel()
        slices = (rng.permutation(count) + rng.random(count)) / count
        at = np.minimum(np.searchsorted(np.cumsum(share), slices), len(share) - 1)
        return at // len(GRID), centre.ravel()[at] + width.ravel()[at] * rng.standard_normal(count)


def fit_honouring(table: pd.DataFrame) -> HonourFit:
    """The posterior of every study in a table of counts (evidence/history/honours.py), each fitted to its own rows.

    Raises FitError where a mode is not found, which a proper prior should not allow.
    """
    studies = tuple(dict.fromkeys(table["study"]))
    fits = [_fit(table[table["study"] == study], study) for study in studies]
    weight, mean, covariance = (np.array(part) for part in zip(*fits, strict=True))
    return HonourFit(studies, weight, mean, covariance)


@cache
def honour_record() -> HonourFit:
    """The fit to the counts that come with contactline."""
    return fit_honouring(read_counts())


def _fit(own: pd.DataFrame, study: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weight ndarray[point], mean ndarray[point, effect], covariance ndarray[point, effect, effect] of one study."""
    width = 1 + len(EFFECTS)
    wars, index = np.unique(own["war"].to_numpy(), return_inverse=True)
    kinds = np.column_stack([np.ones(len(own)), own[list(EFFECTS)].to_numpy(dtype=float)])
    seen = Regression(
        np.hstack([kinds, np.eye(len(wars))[index]]),
        own["honoured"].to_numpy(dtype=float),
        own["promises"].to_numpy(dtype=float),
    )
    prior_mean = np.zeros(width + len(wars))
    prior_mean[0], intercept_sd = INTERCEPT["honoured"]
    score, means, covariances = [], [], []
    mode = prior_mean
    for sigma, step in zip(GRID, np.gradient(GRID), strict=True):
        scale = np.array([intercept_sd, *[EFFECT_SD] * len(EFFECTS), *[sigma] * len(wars)])
        mode, precision, height = mode_of(seen, prior_mean, scale, mode, f"promises of {study}")
        prior = -0.5 * (sigma / SIGMA) ** 2
        score.append(height - 0.5 * np.linalg.slogdet(precision)[1] + prior + np.log(step))
        means.append(mode[:width])
        covariances.append(np.linalg.inv(precision)[:width, :width])
    weight = np.exp(np.array(score) - max(score))
    return weight / weight.sum(), np.array(means), np.array(covariances)
