"""Scores of the fitted history: trained on what was known by a day, tested on the truces after it; calibration by
decade; the cases nearest to a situation.

The score is the mean log probability of the time bin in which a truce broke, weighted as in the fit; one still whole
when its watch ended scores the probability of that. Rivals: the prior rate that stood in the reference case before, a
constant rate, and the fit without covariates of mid and war, or with free ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from contactline.evidence.history.tables import SEVERITIES, used
from contactline.truce.breaks import BreakFit, Situation, as_rows, covariates, fit_breaks

EDGES = np.array([0.0, 0.25, 1.0, 2.0, 3.0, 5.0, 15.0, 25.0, 40.0])
"""Years at which bins begin; the last is open."""
SPLITS = (1945, 1965, 1985)
OLD_RATE = (0.1, 0.6)
"""Median a year and log deviation of the rate that the reference case assumed until this fit (truce.base_rate)."""
DRAWS = 1000
YEAR = 365.25
FREE_SD = 1.0
CALIBRATED_YEARS = 5.0
FIRST_DECADE = 1900
"""Decades before it have too few truces behind them to fit."""

Survival = Callable[[np.ndarray], np.ndarray]
"""Chance that no such break came within years[row] : ndarray[row] → ndarray[row]."""


def known_by(truces: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The used rows that had begun before `day`, watched until it."""
    rows = used(truces)
    rows = rows[rows["end"] < day].reset_index(drop=True)
    watched = (day - rows["end"]).dt.days.to_numpy() / YEAR
    for severity in SEVERITIES:
        later = rows[f"t_{severity}"].to_numpy() > watched
        rows[f"ev_{severity}"] = np.where(later, 0, rows[f"ev_{severity}"])
        rows[f"t_{severity}"] = np.minimum(rows[f"t_{severity}"], watched)
    return rows.assign(cens_date=rows["cens_date"].where(rows["cens_date"] < day, day))


def score_history(
    truces: pd.DataFrame, rng: np.random.Generator, splits: Sequence[int] = SPLITS
) -> pd.DataFrame:
    """One row a split (year), severity and model: mean log probability, truces and endings of wars tested."""
    rows = []
    for year in splits:
        day = pd.Timestamp(year, 1, 1)
        train, test = known_by(truces, day), used(truces)
        test = test[test["end"] >= day].reset_index(drop=True)
        fits = {
            "fitted": fit_breaks(train),
            "no_big": fit_breaks(train, big=()),
            "free_big": fit_breaks(train, big_sd=FREE_SD),
        }
        for severity in SEVERITIES:
            models = {name: fitted_survival(fit, test, severity, rng) for name, fit in fits.items()}
            models |= {"prior": prior_survival(), "constant": constant_survival(train, severity)}
            for name, survival in models.items():
                score = mean_log_score(test, severity, survival)
                rows.append(
                    {
                        "split": year, "severity": severity, "model": name, "log_score": score,
                        "truces": len(test), "endings": float(test["w"].sum()),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def mean_log_score(test: pd.DataFrame, severity: str, survival: Survival) -> float:
    """Weighted mean log probability of each row's bin, in nats; higher is better."""
    years, broke = test[f"t_{severity}"].to_numpy(float), test[f"ev_{severity}"].to_numpy() == 1
    at = np.searchsorted(EDGES, years, side="right") - 1
    low = survival(EDGES[at])
    high = np.where(at + 1 < len(EDGES), survival(EDGES[np.minimum(at + 1, len(EDGES) - 1)]), 0.0)
    chance = np.where(broke, low - high, survival(years))
    return float(np.average(np.log(np.maximum(chance, 1e-12)), weights=test["w"]))


def fitted_survival(fit: BreakFit, test: pd.DataFrame, severity: str, rng: np.random.Generator) -> Survival:
    """Survival of the rows of `test`, averaged over draws of the posterior."""
    rates, shape = fit.rates(test, fit.parameters(DRAWS, rng))
    total = rates[:, :, SEVERITIES.index(severity) :].sum(axis=2)

    def survival(years: np.ndarray) -> np.ndarray:
        return np.asarray(np.exp(-total * np.asarray(years)[None, :] ** shape[:, None]).mean(axis=0))

    return survival


def prior_survival() -> Survival:
    """Survival under the rate that the reference case assumed, averaged over its lognormal distribution."""
    points, mass = np.polynomial.hermite_e.hermegauss(60)
    rates, mass = OLD_RATE[0] * np.exp(OLD_RATE[1] * points), mass / mass.sum()
    return lambda years: np.asarray(np.exp(-np.outer(years, rates)) @ mass)


def constant_survival(train: pd.DataFrame, severity: str) -> Survival:
    """Survival at the constant rate of the rows of `train` (breaks over years watched, both weighted)."""
    rate = np.average(train[f"ev_{severity}"], weights=train["w"]) / np.average(
        train[f"t_{severity}"], weights=train["w"]
    )
    return lambda years: np.asarray(np.exp(-rate * np.asarray(years)))


def calibration(truces: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row a decade and severity: truces, endings, breaks within five years as expected by the fit to what was known
    when the decade began, with an 80% range, and as observed. Weighted; a shorter watch expects less."""
    rows = used(truces)
    decade = rows["end"].dt.year // 10 * 10
    out = []
    for start in sorted(set(decade[decade >= FIRST_DECADE])):
        fit = fit_breaks(known_by(truces, pd.Timestamp(int(start), 1, 1)))
        own = rows[decade == start].reset_index(drop=True)
        parameters = fit.parameters(DRAWS, rng)
        rates, shape = fit.rates(own, parameters)
        watched = np.minimum((own["cens_date"] - own["end"]).dt.days.to_numpy() / YEAR, CALIBRATED_YEARS)
        weight = own["w"].to_numpy()
        for at, severity in enumerate(SEVERITIES):
            total = rates[:, :, at:].sum(axis=2)
            chance = -np.expm1(-total * watched[None, :] ** shape[:, None])
            happened = (rng.random(chance.shape) < chance) @ weight
            broke = (own[f"ev_{severity}"] == 1) & (own[f"t_{severity}"] <= CALIBRATED_YEARS)
            low, high = np.quantile(happened, [0.1, 0.9])
            out.append(
                {
                    "decade": int(start), "severity": severity, "truces": len(own), "endings": weight.sum(),
                    "expected": (chance @ weight).mean(), "q10": low, "q90": high, "observed": weight @ broke,
                }
            )  # fmt: skip
    return pd.DataFrame(out)


def nearest(truces: pd.DataFrame, situation: Situation, count: int = 12) -> pd.DataFrame:
    """The `count` (a number) used rows nearest to a situation, one an ending of a war, nearest first, with their
    `distance`: the sum over the covariates of the difference over its standard deviation in the record; of equal ones
    the later truce comes first."""
    rows = used(truces)
    known, wanted = covariates(rows), covariates(as_rows([situation]))
    apart = sum(np.abs(values - wanted[name][0]) / values.std() for name, values in known.items())
    return (
        rows.assign(distance=apart)
        .sort_values(["distance", "end"], ascending=[True, False], kind="stable")
        .drop_duplicates(["war", "spell"])
        .head(count)
        .reset_index(drop=True)
    )


def kaplan_meier(truces: pd.DataFrame, severity: str, years: np.ndarray) -> np.ndarray:
    """Weighted share of used rows without such a break by then : ndarray[year]; years : ndarray[year].

    Kaplan & Meier 1958, with the weights of the fit.
    """
    rows = used(truces)
    time, broke, weight = (rows[name].to_numpy(float) for name in (f"t_{severity}", f"ev_{severity}", "w"))
    events = np.unique(time[broke == 1])
    at_risk = np.array([weight[time >= event].sum() for event in events])
    fell = np.array([weight[(time == event) & (broke == 1)].sum() for event in events])
    left = np.concatenate([[1.0], np.cumprod(1 - fell / at_risk)])
    return np.asarray(left[np.searchsorted(events, years, side="right")])
