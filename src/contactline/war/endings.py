"""How soon a war between states that has lasted so long ends, in any way and by a tie: three laws mixed.

    log-logistic, lognormal, Lomax, each for the length of wars that lasted at least half a year (left-truncated there)
    ln shape ~ N(0, 1.5²), ln scale ~ N(0, 3²), years;   each law's weight its Laplace evidence
    P(ended within t | lasted a) = 1 − S(a + t) / S(a);   by a tie: times the share of ties of the era

A war that went on as another kind of war has not ended (censored). Short wars say nothing about long ones, hence the
truncation. A tie is a compromise or a stalemate; its share is Beta(½ + ties, ½ + others) over wars of a month and
more that ended in the era, since too few outlast a year to fit its trend with length. Jeffreys priors throughout.

Beside it stands another reference class: civil wars with foreign troops (UCDP), by a constant rate a year at that age.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import scipy

from contactline.core.errors import FitError, InputError

Law = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
YEAR = 365.25
LEAST_YEARS = 0.5
"""Years that a war must have lasted to tell how long wars last that have lasted."""
LEAST_DAYS_TIE = 30
SHAPE_SD, SCALE_SD = 1.5, 3.0
TIES = ("compromise", "stalemate")
WENT_ON = "transformed"
FEWEST = 10
"""Wars below which nothing is fitted."""
DRAWN_YEARS = 2.0
"""Years ahead for which draws of the chance are given."""
NODES = 25
"""Points an axis over which chances are averaged (Gauss–Hermite)."""


def _log_logistic(years: np.ndarray, shape: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    odds = shape * (np.log(years) - scale)
    survived = -np.logaddexp(0.0, odds)
    return survived, np.log(shape) - np.log(years) + odds + 2 * survived


def _lognormal(years: np.ndarray, shape: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    z = (np.log(years) - scale) / shape
    return scipy.special.log_ndtr(-z), -0.5 * z * z - np.log(years * shape) - 0.5 * np.log(2 * np.pi)


def _lomax(years: np.ndarray, shape: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    survived = -shape * np.log1p(years / np.exp(scale))
    return survived, np.log(shape) - scale + survived - np.log1p(years / np.exp(scale))


LAWS: dict[str, Law] = {"log-logistic": _log_logistic, "lognormal": _lognormal, "Lomax": _lomax}
"""Log survival and log density : ndarray, from years, shape and the log of the scale."""


@dataclass(frozen=True)
class LawFit:
    """One law's posterior, normal in ln shape and ln scale. mean : ndarray[2]; root : ndarray[2, 2], Cholesky factor of
    the covariance; weight : the law's share of the mixture."""

    law: str
    mean: np.ndarray
    root: np.ndarray
    weight: float

    def log_survival(self, years: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """ln S : ndarray[draw, year]; years : ndarray[year]; noise : ndarray[draw, 2], standard normal."""
        log_shape, scale = (self.mean + noise @ self.root.T).T[:, :, None]
        return LAWS[self.law](np.asarray(years, float)[None, :], np.exp(log_shape), scale)[0]


@dataclass(frozen=True)
class EndingFit:
    """The mixture of laws, and ties among endings. ties : post-1945? → number of (ties, other endings); wars : number
    that entered."""

    laws: tuple[LawFit, ...]
    ties: dict[bool, tuple[int, int]]
    wars: int

    def draws(
        self, age_years: float, count: int, rng: np.random.Generator, post_1945: bool = True
    ) -> np.ndarray:
        """Chance to end within two years, any way and by a tie : ndarray[draw, 2], of a war that is `age_years` old.

        post_1945 : the era whose share of ties counts. Raises InputError for an age that is no number from 0 to 100.
        """
        age = _checked("age_years", age_years)
        slices = (rng.permutation(count) + rng.random(count)) / count
        law = np.searchsorted(np.cumsum([one.weight for one in self.laws])[:-1], slices, side="right")
        noise, share = rng.standard_normal((count, 2)), rng.beta(*self._beta(post_1945), count)
        years = np.array([age, age + DRAWN_YEARS])
        logs = np.stack([one.log_survival(years, noise) for one in self.laws])[law, np.arange(count)]
        ended = -np.expm1(logs[:, 1] - logs[:, 0])
        return np.column_stack([ended, ended * share])

    def chance(
        self,
        age_years: float,
        years: float | np.ndarray,
        by: Literal["any", "tie"] = "any",
        post_1945: bool = True,
    ) -> np.ndarray:
        """Chance to end within `years` (ndarray[year] or one), averaged over the posterior : ndarray[year].

        Raises InputError for an age or years that are no numbers from 0 to 100, or another `by`.
        """
        age = _checked("age_years", age_years)
        ahead = np.atleast_1d(np.asarray(years, float))
        for value in ahead:
            _checked("years", float(value))
        if by not in ("any", "tie"):
            raise InputError(f"by: got {by!r}; allowed are 'any' and 'tie'.")
        points, mass = np.polynomial.hermite_e.hermegauss(NODES)
        noise = np.stack(np.meshgrid(points, points, indexing="ij"), axis=-1).reshape(-1, 2)
        mass = np.outer(mass, mass).ravel() / (2 * np.pi)
        out = np.zeros(len(ahead))
        for one in self.laws:
            logs = one.log_survival(np.concatenate([[age], age + ahead]), noise)
            out += one.weight * (mass @ -np.expm1(logs[:, 1:] - logs[:, :1]))
        a, b = self._beta(post_1945)
        return out * (a / (a + b)) if by == "tie" else out

    def tie_share(self, post_1945: bool = True) -> float:
        """Share of ties among endings of the era, posterior mean, 0 to 1."""
        a, b = self._beta(post_1945)
        return a / (a + b)

    def _beta(self, post_1945: bool) -> tuple[float, float]:
        ties, others = self.ties[post_1945]
        return 0.5 + ties, 0.5 + others


@dataclass(frozen=True)
class CivilRate:
    """Endings of civil wars with foreign troops at an age: a Gamma(½ + endings, years) posterior of the rate a year.

    endings, agreed : a number; years : years watched at that age or later
    """

    endings: int
    agreed: int
    years: int

    @property
    def mean(self) -> float:
        """Rate a year, posterior mean."""
        return (0.5 + self.endings) / self.years

    def quantiles(self, at: tuple[float, ...] = (0.1, 0.5, 0.9)) -> np.ndarray:
        """Quantiles of the rate : ndarray[quantile], per year."""
        return np.asarray(scipy.special.gammaincinv(0.5 + self.endings, np.asarray(at)) / self.years)

    def chance(self, years: float | np.ndarray) -> np.ndarray:
        """Chance to end within `years` (ndarray[year] or one), averaged over the posterior : ndarray[year]."""
        ahead = np.atleast_1d(np.asarray(years, float))
        return np.asarray(1 - (1 + ahead / self.years) ** -(0.5 + self.endings))


def fit_endings(table: pd.DataFrame) -> EndingFit:
    """The posterior from a table of wars (evidence.history.tables.WARS).

    Raises FitError where fewer than ten wars lasted half a year, or a law has no peak.
    """
    years = table["dur_days"].to_numpy(float) / YEAR
    went_on = (table["outcome"] == WENT_ON).to_numpy()
    long = years > LEAST_YEARS
    if long.sum() < FEWEST:
        raise FitError(
            f"the table of wars has {long.sum()} that lasted half a year; {FEWEST} are needed. Give a longer table."
        )
    fits, evidence = zip(*(_law(law, years[long], went_on[long]) for law in LAWS), strict=True)
    weights = np.exp(np.array(evidence) - scipy.special.logsumexp(evidence))
    laws = tuple(
        LawFit(law, mean, root, float(weight))
        for law, (mean, root), weight in zip(LAWS, fits, weights, strict=True)
    )
    counts = ~went_on & (table["dur_days"] >= LEAST_DAYS_TIE).to_numpy()
    tie, late = table["outcome"].isin(TIES).to_numpy(), (table["end"].dt.year > 1945).to_numpy()
    ties = {
        era: (int((counts & (late == era) & tie).sum()), int((counts & (late == era) & ~tie).sum()))
        for era in (False, True)
    }
    return EndingFit(laws, ties, int(long.sum()))


def civil_rate(table: pd.DataFrame, age_years: float) -> CivilRate:
    """Endings a year of civil wars with foreign troops (table CIVIL) that are at least `age_years` (years) old.

    A year counts if the war was that old when it began. Raises InputError for an age that is no number from 0 to 100,
    FitError where no war got so old.
    """
    age = _checked("age_years", age_years)
    first = pd.to_datetime(table["year"].astype(int).astype(str) + "-01-01")
    old = table[(first - table["start"]).dt.days / YEAR >= age]
    if old.empty:
        raise FitError(
            f"no civil war with foreign troops was watched at {age:g} years or later. Give a lower age."
        )
    return CivilRate(int(old["ended"].sum()), int(old["agreed"].sum()), len(old))


def _law(law: str, years: np.ndarray, went_on: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], float]:
    """((mode, Cholesky factor of its covariance), log evidence) of one law."""

    def minus_posterior(at: np.ndarray) -> float:
        if abs(at[0]) > 10:
            return float("inf")
        shape = np.exp(at[:1])
        survived, density = LAWS[law](years, shape, at[1:])
        entered = LAWS[law](np.array([LEAST_YEARS]), shape, at[1:])[0]
        prior = (at[0] / SHAPE_SD) ** 2 / 2 + (at[1] / SCALE_SD) ** 2 / 2
        return float(prior - (np.where(went_on, survived, density) - entered).sum())

    found = scipy.optimize.minimize(
        minus_posterior, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9}
    )
    curvature = _curvature(minus_posterior, found.x)
    if not found.success or np.linalg.eigvalsh(curvature)[0] <= 0:
        raise FitError(f"the {law} law of wars' lengths has no peak that was found. Check the table of wars.")
    priors = np.log(SHAPE_SD) + np.log(SCALE_SD)
    evidence = -found.fun - np.linalg.slogdet(curvature)[1] / 2 - priors
    return (found.x, np.linalg.cholesky(np.linalg.inv(curvature))), float(evidence)


def _curvature(value: Callable[[np.ndarray], float], at: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """Second derivatives by central differences : ndarray[2, 2]."""
    moves = step * np.eye(len(at))
    out = np.empty((len(at), len(at)))
    for i, a in enumerate(moves):
        for j, b in enumerate(moves):
            out[i, j] = value(at + a + b) - value(at + a - b) - value(at - a + b) + value(at - a - b)
    return out / (4 * step * step)


def _checked(name: str, value: float) -> float:
    if not 0 <= value <= 100:
        raise InputError(f"{name}: got {value}; allowed is a number from 0 to 100, in years.")
    return float(value)
