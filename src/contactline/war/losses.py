"""Losses of both sides: a log process for the published weekly claims, and what they mean in killed and wounded.

    log claimed' = m + φ·(log claimed − m) + s·ε,  ε ~ Student-t(ν)       (weekly claims of one count)
    attacker's killed and wounded = claimed × bias;  defender's = attacker's × ratio

Priors: half-life LogN(ln 26, .8) weeks, m N(log of the record's median, .5), stationary sd LogN(ln .35, .4), ν
log-uniform 2.5–20 (*assumption* of the developers: wide, centred on the record). Bias and ratio are beliefs of
the case. Losses per km² are an outcome of a run, never a driver.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import scipy

from contactline.core.dates import week_ends
from contactline.core.errors import FitError
from contactline.war.importance import Parameter, Posterior, sample_posterior
from contactline.war.tempo import dynamics, pick


def weekly_claims(losses: pd.DataFrame, series: str, side: str, fit_from: date, as_of: date) -> np.ndarray:
    """Weekly claimed killed and wounded : ndarray[week], persons, NaN where a week's ends were not published.

    From table 'losses'. Raises FitError if fewer than 26 weeks are there.
    """
    rows = losses[
        (losses["series"] == series) & (losses["side"] == side) & (losses["kind"] == "killed_wounded")
    ]
    ends = week_ends(fit_from, as_of)
    edges = pd.DatetimeIndex(np.concatenate([[ends[0] - np.timedelta64(7, "D")], ends]))
    cumulative = rows.drop_duplicates("date", keep="last").set_index("date")["cumulative"]
    weekly = np.diff(cumulative.reindex(edges).to_numpy())
    if np.isfinite(weekly).sum() < 26:
        raise FitError(
            f"losses: series {series!r} for side {side!r} gives {int(np.isfinite(weekly).sum())} full weeks between "
            f"{fit_from} and {as_of}; 26 are needed. Choose another evidence.attacker_loss_series."
        )
    return np.where(weekly > 0, weekly, np.nan)


def loss_priors(claims: np.ndarray) -> list[Parameter]:
    """All priors of the model, in order; the mean is centred on the record, ndarray[week] of weekly claims."""
    known = np.log(claims[np.isfinite(claims)])
    return [
        Parameter("half_life", scipy.stats.norm(np.log(26.0), 0.8), log=True),
        Parameter("mean", scipy.stats.norm(float(np.median(known)), 0.5)),
        Parameter("sd", scipy.stats.norm(np.log(0.35), 0.4), log=True),
        Parameter(
            "nu", scipy.stats.uniform(np.log(2.5), np.log(8.0)), log=True, low=np.log(2.5), high=np.log(20.0)
        ),
    ]


@dataclass(frozen=True)
class LossFit:
    """A fitted claims process: posterior draws and the last observed log claim."""

    posterior: Posterior
    last: float

    def predict(self, weeks: int, draws: int, rng: np.random.Generator) -> np.ndarray:
        """Weekly claims while the war goes on : ndarray[draw, week], persons."""
        chosen = pick(self.posterior.weight, draws, rng)
        phi, m, s, nu = (column[chosen] for column in dynamics(self.posterior))
        level = np.full(draws, self.last)
        claims = np.empty((draws, weeks))
        for week in range(weeks):
            level = m + phi * (level - m) + s * rng.standard_t(nu)
            claims[:, week] = np.exp(level)
        # A heavy-tailed log process has no finite mean: four times the record's scale is more than any army holds.
        found: np.ndarray = np.minimum(claims, 4.0 * np.exp(self.posterior.natural("mean")[chosen][:, None]))
        return found


def fit_losses(claims: np.ndarray, rng: np.random.Generator, draws: int = 800, rounds: int = 3) -> LossFit:
    """Fit the claims process to ndarray[week] of weekly claims (NaN: unknown). Deterministic given `rng`."""
    log_claims = np.log(claims)
    parameters = loss_priors(claims)
    before, after = log_claims[:-1], log_claims[1:]
    both = np.isfinite(before) & np.isfinite(after)

    def log_likelihood(working: np.ndarray) -> np.ndarray:
        trial = Posterior(tuple(parameters), working, np.ones(len(working)), np.empty(0))
        phi, m, s, nu = (column[:, None] for column in dynamics(trial))
        expected = m + phi * (before[both] - m)
        found: np.ndarray = scipy.stats.t.logpdf((after[both] - expected) / s, nu).sum(
            axis=1
        ) - both.sum() * np.log(s[:, 0])
        return found

    return LossFit(
        sample_posterior(parameters, log_likelihood, rng, draws, rounds),
        float(log_claims[np.isfinite(log_claims)][-1]),
    )
