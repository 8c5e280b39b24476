"""How soon a truce between states has broken, by severity: competing causes fitted to the truces since 1823.

    h_c(t) = exp(α + d_c + x_c′β_c) · k · t^(k−1)     c = small (1–100 dead), mid (101–999), war (1,000 up), years
    α ~ N(ln 0.03, 1.2²), ln k ~ N(−0.3, 0.5²), d_c ~ N(0, 1.5²)
    β_small ~ N(0, 1) on no victor, ln(1 + earlier fatal disputes), post-1945, rivalry
    β_mid = β_war ~ N(0, 0.15²) on no victor, rivalry, major power, contiguity

A pair of states is watched for each cause until the first break that bad or worse: a small break ends nothing but the
watch for small ones. Each row's likelihood is raised to its weight, so that one ending of a war counts once. Fitted in
one stacked Poisson-like likelihood with exact derivatives; the posterior is its Laplace approximation (Tierney & Kadane
1986). Competing causes: Kalbfleisch & Prentice 2002, ch. 8. Priors are ours: the tight one says that covariates have
not been shown to tell at that level (docs/history.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import scipy

from contactline.case.schema import Case
from contactline.core.errors import FitError, InputError
from contactline.evidence.history.tables import used

Cause = Literal["small", "mid", "war"]
CAUSES: tuple[Cause, ...] = ("small", "mid", "war")
AT_LEAST = {"small": "any", "mid": "gt100", "war": "war"}
"""The column of the table of truces that tells the first break of a cause or worse."""
SMALL = ("no_victor", "earlier_fatal_disputes", "post_1945", "rivalry")
BIG = ("no_victor", "rivalry", "major_power", "contiguous")
LEVEL, LOG_SHAPE, CAUSE_SD, SMALL_SD, BIG_SD = (float(np.log(0.03)), 1.2), (-0.3, 0.5), 1.5, 1.0, 0.15
"""Priors: mean and standard deviation of α and ln k, standard deviations of d and of the two sets of effects."""
HORIZON = 5.0
"""Years over which hazards are cumulated for the posterior's summary."""
FEWEST = 10
"""Used rows below which nothing is fitted."""


@dataclass(frozen=True)
class Situation:
    """What was known of a truce on the day on which it began.

    no_victor : nobody won; earlier_fatal_disputes : disputes of the two with dead in the 25 years before the war
    post_1945 : it begins after 1945; rivalry : a strategic rivalry; major_power : one of the two is one
    contiguous : a common border on land, or at most 24 miles of water between them
    """

    no_victor: bool
    earlier_fatal_disputes: int
    post_1945: bool
    rivalry: bool
    major_power: bool
    contiguous: bool

    def __post_init__(self) -> None:
        if not 0 <= self.earlier_fatal_disputes <= 100:
            raise InputError(
                f"earlier_fatal_disputes: got {self.earlier_fatal_disputes}; allowed is a number from 0 to 100. Count "
                "the disputes of the two states in which somebody died, in the 25 years before the war."
            )


@dataclass(frozen=True)
class BreakDraws:
    """Draws of the posterior in one situation.

    five_years : ndarray[draw, cause], cumulated hazard of small, mid, war over five years (−ln of no such break)
    shape : ndarray[draw], k: below 1 a hazard falls with the truce's age
    """

    five_years: np.ndarray
    shape: np.ndarray

    def hazard(self, years: np.ndarray) -> np.ndarray:
        """h_c(t) = five_years_c · k · t^(k−1) / 5^k : ndarray[draw, cause, year], per year.

        years : ndarray[year], above 0
        """
        k = self.shape[:, None, None]
        return np.asarray(self.five_years[:, :, None] * k * np.asarray(years, float) ** (k - 1) / HORIZON**k)


@dataclass(frozen=True)
class BreakFit:
    """The posterior of the causes' hazards, as a normal distribution.

    mean : ndarray[parameter], α, ln k, d (small, mid, war), effects on small, effects on mid and war
    covariance : ndarray[parameter, parameter]; rows : truces used; weight : endings of wars that they stand for
    """

    mean: np.ndarray
    covariance: np.ndarray
    small: tuple[str, ...]
    big: tuple[str, ...]
    rows: int
    weight: float

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, in order."""
        return (
            "level", "log_shape", *(f"cause_{cause}" for cause in CAUSES),
            *(f"small_{name}" for name in self.small), *(f"big_{name}" for name in self.big),
        )  # fmt: skip

    def draws(self, situation: Situation, count: int, rng: np.random.Generator) -> BreakDraws:
        """`count` draws (a number) of the posterior in `situation`."""
        rates, shape = self.rates(as_rows([situation]), self.parameters(count, rng))
        return BreakDraws(rates[:, 0] * HORIZON ** shape[:, None], shape)

    def parameters(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draws of the parameters : ndarray[draw, parameter]."""
        root = np.linalg.cholesky(self.covariance)
        return np.asarray(self.mean + rng.standard_normal((count, len(self.mean))) @ root.T)

    def rates(self, table: pd.DataFrame, parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(ndarray[draw, row, cause], with which H_c(t) = rate·t^k; k : ndarray[draw]), for rows of a table."""
        linear = np.einsum("dp,cnp->dnc", _without_shape(parameters), _stacked(table, self.small, self.big))
        return np.exp(linear), np.exp(parameters[:, 1])

    def correlations(self, situation: Situation) -> pd.DataFrame:
        """Posterior correlations of ln five_years of small, mid, war and of ln k, exact for the normal posterior."""
        shape = np.eye(len(self.mean))[1:2]
        found = self._correlated(np.concatenate([self._directions(situation), shape]))
        labels = [*CAUSES, "log_shape"]
        return pd.DataFrame(found, index=labels, columns=labels)

    def correlations_with(self, situation: Situation) -> pd.DataFrame:
        """Posterior correlations of every parameter (rows) with ln five_years of small, mid, war (columns)."""
        both = np.concatenate([np.eye(len(self.mean)), self._directions(situation)])
        found = self._correlated(both)[: len(self.mean), len(self.mean) :]
        return pd.DataFrame(found, index=list(self.names), columns=list(CAUSES))

    def _directions(self, situation: Situation) -> np.ndarray:
        """Derivatives of ln five_years by the parameters, at their mean : ndarray[cause, parameter]."""
        rows = _stacked(as_rows([situation]), self.small, self.big)[:, 0]
        return np.insert(rows, 1, np.exp(self.mean[1]) * np.log(HORIZON), axis=1)

    def _correlated(self, directions: np.ndarray) -> np.ndarray:
        spread = directions @ self.covariance @ directions.T
        scale = np.sqrt(np.diag(spread))
        return np.asarray(spread / np.outer(scale, scale))


def situation_of(case: Case) -> Situation:
    """Where a case stands among the wars of the past: its key `history`, or what stands in for it."""
    own = case.among_wars
    return Situation(
        own.no_victor, own.earlier_fatal_disputes, own.post_1945, own.rivalry, own.major_power, own.contiguous
    )


def fit_breaks(
    table: pd.DataFrame, small: tuple[str, ...] = SMALL, big: tuple[str, ...] = BIG, big_sd: float = BIG_SD
) -> BreakFit:
    """The posterior from the used rows of a table of truces (evidence.history.tables.TRUCES).

    small, big : covariates of small breaks and of mid and war; big_sd : prior deviation of the latter's effects
    Raises FitError for fewer than 10 used rows, or where the posterior has no peak.
    """
    rows = used(table)
    if len(rows) < FEWEST:
        raise FitError(
            f"the table of truces has {len(rows)} used rows; {FEWEST} are needed. Give a longer table."
        )
    problem = _Problem.of(rows, small, big, big_sd)
    found = scipy.optimize.minimize(
        problem.value, problem.prior_mean, method="trust-exact", jac=problem.gradient, hess=problem.curvature,
        options={"gtol": 1e-6, "maxiter": 500},
    )  # fmt: skip
    curvature = problem.curvature(found.x)
    if np.abs(found.jac).max() > 1e-3 or np.linalg.eigvalsh(curvature)[0] <= 0:
        raise FitError(
            "the posterior of the truces has no peak that was found. Check the table's years and weights."
        )
    covariance = np.linalg.inv(curvature)
    return BreakFit(found.x, (covariance + covariance.T) / 2, small, big, len(rows), float(rows["w"].sum()))


def survival(draws: BreakDraws, cause_at_least: Cause, years: np.ndarray) -> np.ndarray:
    """Chance that no break of this cause or a worse one came by then : ndarray[draw, year]; years : ndarray[year].

    Raises InputError for another cause.
    """
    if cause_at_least not in CAUSES:
        raise InputError(f"cause: got {cause_at_least!r}; allowed are {', '.join(CAUSES)}.")
    total = draws.five_years[:, CAUSES.index(cause_at_least) :].sum(axis=1)
    return np.asarray(np.exp(-total[:, None] * (np.asarray(years, float) / HORIZON) ** draws.shape[:, None]))


def covariates(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Every covariate of the rows of a table of truces : name → ndarray[row]; counts as ln(1 + count)."""
    return {
        "no_victor": table["no_victor"].to_numpy(float),
        "earlier_fatal_disputes": np.log1p(table["prior_fatal_mids25"].to_numpy(float)),
        "post_1945": table["post45"].to_numpy(float),
        "rivalry": table["rival_td"].to_numpy(float),
        "major_power": table["major"].to_numpy(float),
        "contiguous": table["contig"].to_numpy(float),
    }


def as_rows(situations: list[Situation]) -> pd.DataFrame:
    """Situations as rows of a table of truces, with the columns of their covariates only."""
    return pd.DataFrame(
        {
            "no_victor": [s.no_victor for s in situations],
            "prior_fatal_mids25": [s.earlier_fatal_disputes for s in situations],
            "post45": [s.post_1945 for s in situations],
            "rival_td": [s.rivalry for s in situations],
            "major": [s.major_power for s in situations],
            "contig": [s.contiguous for s in situations],
        }
    )


@dataclass(frozen=True)
class _Problem:
    """Minus the log posterior. design : ndarray[row, parameter without ln k], rows of the three causes one after the
    other; broke, weight, log_years : ndarray[row]; prior_mean, precision : ndarray[parameter]."""

    design: np.ndarray
    broke: np.ndarray
    weight: np.ndarray
    log_years: np.ndarray
    prior_mean: np.ndarray
    precision: np.ndarray

    @classmethod
    def of(cls, rows: pd.DataFrame, small: tuple[str, ...], big: tuple[str, ...], big_sd: float) -> _Problem:
        years = np.stack([rows[f"t_{AT_LEAST[cause]}"].to_numpy(float) for cause in CAUSES])
        ended = np.stack([rows[f"ev_{AT_LEAST[cause]}"].to_numpy(float) for cause in CAUSES])
        worse = np.zeros_like(ended)
        worse[:2] = (ended[1:] == 1) & (years[1:] <= years[:2] + 1e-9)
        deviations = [LEVEL[1], LOG_SHAPE[1], *[CAUSE_SD] * 3, *[SMALL_SD] * len(small), *[big_sd] * len(big)]
        mean = np.zeros(len(deviations))
        mean[:2] = LEVEL[0], LOG_SHAPE[0]
        return cls(
            np.concatenate(_stacked(rows, small, big)), (ended * (1 - worse)).ravel(),
            np.tile(rows["w"].to_numpy(float), 3), np.log(years.ravel()), mean, np.array(deviations) ** -2.0,
        )  # fmt: skip

    def value(self, at: np.ndarray) -> float:
        linear, shape, expected = self._expected(at)
        events = self.broke * (linear + at[1] + (shape - 1) * self.log_years)
        off = at - self.prior_mean
        return float(-(self.weight * (events - expected)).sum() + (self.precision * off * off).sum() / 2)

    def gradient(self, at: np.ndarray) -> np.ndarray:
        _, shape, expected = self._expected(at)
        left = self.weight * (self.broke - expected)
        slope = self.weight * (self.broke * (1 + shape * self.log_years) - expected * shape * self.log_years)
        out = np.insert(self.design.T @ left, 1, slope.sum())
        return np.asarray(self.precision * (at - self.prior_mean) - out)

    def curvature(self, at: np.ndarray) -> np.ndarray:
        _, shape, expected = self._expected(at)
        mass, scaled = self.weight * expected, shape * self.log_years
        inner = self.design.T @ (mass[:, None] * self.design)
        cross = self.design.T @ (mass * scaled)
        own = (mass * (scaled + scaled**2) - self.weight * self.broke * scaled).sum()
        out = np.insert(np.insert(inner, 1, cross, axis=0), 1, np.insert(cross, 1, own), axis=1)
        return np.asarray(out + np.diag(self.precision))

    def _expected(self, at: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
        """(log of the scale, k, cumulated hazard) : ndarray[row], number, ndarray[row]."""
        linear = self.design @ np.delete(at, 1)
        shape = float(np.exp(at[1]))
        return linear, shape, np.exp(np.minimum(linear + shape * self.log_years, 50.0))


def _without_shape(parameters: np.ndarray) -> np.ndarray:
    return np.delete(parameters, 1, axis=1)


def _stacked(rows: pd.DataFrame, small: tuple[str, ...], big: tuple[str, ...]) -> np.ndarray:
    """Design : ndarray[cause, row, parameter without ln k]: level, cause, effects on small, effects on mid and war."""
    known = covariates(rows)
    out = np.zeros((3, len(rows), 4 + len(small) + len(big)))
    out[:, :, 0] = 1.0
    for cause in range(3):
        out[cause, :, 1 + cause] = 1.0
    for at, name in enumerate(small):
        out[0, :, 4 + at] = known[name]
    for at, name in enumerate(big):
        out[1:, :, 4 + len(small) + at] = known[name]
    return out
