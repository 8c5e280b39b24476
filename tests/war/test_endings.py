"""How soon wars end: the study's figures, closed forms of the laws, known truth recovered, the second class."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy

from contactline.core.errors import FitError, InputError
from contactline.evidence.history.tables import CIVIL, WARS, shipped
from contactline.war.endings import LAWS, EndingFit, civil_rate, fit_endings

AGE = 3.75
AHEAD = np.array([1.0, 2.0, 5.0])


@pytest.fixture(scope="module")
def fit() -> EndingFit:
    return fit_endings(shipped()[WARS])


def test_the_study_s_figures(fit: EndingFit) -> None:
    """Averaged over the posterior, a little below the study's, whose figures the modes give."""
    assert fit.chance(AGE, AHEAD) == pytest.approx((0.28, 0.45, 0.71), abs=0.025)
    assert fit.chance(AGE, AHEAD, "tie") == pytest.approx((0.11, 0.18, 0.28), abs=0.02)
    years = np.concatenate([[AGE], AGE + AHEAD])
    modes = sum(
        one.weight * -np.expm1(np.diff(one.log_survival(years, np.zeros((1, 2)))[0][[0, 1, 0, 2, 0, 3]])[::2])
        for one in fit.laws
    )
    assert modes == pytest.approx((0.28, 0.45, 0.71), abs=0.02)


@pytest.mark.parametrize(
    ("law", "known"),
    [
        ("log-logistic", scipy.stats.fisk(1.7, scale=0.8)),
        ("lognormal", scipy.stats.lognorm(1.7, scale=0.8)),
        ("Lomax", scipy.stats.lomax(1.7, scale=0.8)),
    ],
)
def test_laws_are_scipy_s(law: str, known: object) -> None:
    years = np.array([0.1, 1.0, 7.0])
    survived, density = LAWS[law](years, np.array([1.7]), np.log(np.array([0.8])))
    assert survived == pytest.approx(known.logsf(years)) and density == pytest.approx(known.logpdf(years))  # type: ignore[attr-defined]


def test_draws_average_to_the_chance(fit: EndingFit) -> None:
    drawn = fit.draws(AGE, 40_000, np.random.default_rng(0))
    expected = (fit.chance(AGE, 2.0)[0], fit.chance(AGE, 2.0, "tie")[0])
    assert drawn.mean(axis=0) == pytest.approx(expected, abs=0.005)
    assert (drawn[:, 1] < drawn[:, 0]).all() and ((drawn > 0) & (drawn < 1)).all()


def test_ties_belong_to_the_time_since_1945(fit: EndingFit) -> None:
    assert fit.tie_share(True) > 0.3 > 0.1 > fit.tie_share(False)
    assert fit.chance(AGE, 2.0, "tie", post_1945=False)[0] < fit.chance(AGE, 2.0, "tie")[0] / 5


def test_known_lengths_are_recovered_at_the_stated_rate() -> None:
    """Wars of a known lognormal law: 80% intervals of the chance within two years cover .7 to .9."""
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(80):
        sigma, scale = np.exp(rng.normal(0.25, 0.2)), np.exp(rng.normal(-0.3, 0.4))
        known = scipy.stats.lognorm(sigma, scale=scale)
        days = np.maximum(np.rint(365.25 * known.rvs(100, random_state=rng)), 1)
        start = pd.Timestamp(1900, 1, 1)
        wars = pd.DataFrame({"dur_days": days, "outcome": "victory", "end": start})
        truth = 1 - known.sf(AGE + 2) / known.sf(AGE)
        low, high = np.quantile(fit_endings(wars).draws(AGE, 1_000, rng)[:, 0], [0.1, 0.9])
        inside.append(low <= truth <= high)
    assert 0.7 <= np.mean(inside) <= 0.9


def test_civil_wars_are_a_reference_class_of_their_own() -> None:
    rate = civil_rate(shipped()[CIVIL], AGE)
    assert rate.mean == pytest.approx(0.07, abs=0.015)
    low, middle, high = rate.quantiles()
    assert low < middle < high and rate.chance(AHEAD) == pytest.approx(
        1 - np.exp(-rate.mean * AHEAD), abs=0.01
    )


def test_bad_questions_are_refused(fit: EndingFit) -> None:
    with pytest.raises(InputError, match="age_years: got -1; allowed is a number from 0 to 100"):
        fit.chance(-1, 1.0)
    with pytest.raises(InputError, match="by: got 'draw'; allowed are 'any' and 'tie'"):
        fit.chance(AGE, 1.0, "draw")  # type: ignore[arg-type]
    with pytest.raises(FitError, match="10 are needed"):
        fit_endings(shipped()[WARS].head(9))
    with pytest.raises(FitError, match="no civil war"):
        civil_rate(shipped()[CIVIL], 99)
