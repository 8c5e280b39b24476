"""The fitted hazards of truces: known truth recovered, derivatives, the study's reference case, what is monotone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy

from contactline.core.errors import FitError, InputError
from contactline.evidence.history.tables import SEVERITIES, TRUCES, shipped, used
from contactline.truce.breaks import (
    BIG,
    CAUSES,
    SMALL,
    BreakFit,
    Situation,
    _Problem,
    fit_breaks,
    survival,
)

REFERENCE = Situation(
    no_victor=True, earlier_fatal_disputes=1, post_1945=True, rivalry=True, major_power=True, contiguous=True
)
STUDY = {"small": (0.67, 0.47, 0.37, 0.23), "mid": (0.88, 0.79, 0.72, 0.62), "war": (0.92, 0.85, 0.80, 0.72)}
YEARS = np.array([1.0, 3.0, 5.0, 10.0])


@pytest.fixture(scope="module")
def fit() -> BreakFit:
    return fit_breaks(shipped()[TRUCES])


@pytest.mark.parametrize("cause", CAUSES)
def test_the_reference_case_is_the_study_s(fit: BreakFit, cause: str) -> None:
    drawn = fit.draws(REFERENCE, 20_000, np.random.default_rng(0))
    assert survival(drawn, cause, YEARS).mean(axis=0) == pytest.approx(STUDY[cause], abs=0.02)  # type: ignore[arg-type]


def test_survival_is_monotone_in_severity_and_time(fit: BreakFit) -> None:
    drawn = fit.draws(REFERENCE, 500, np.random.default_rng(1))
    years = np.linspace(0, 20, 41)
    kept = np.stack([survival(drawn, cause, years) for cause in CAUSES])
    assert (np.diff(kept, axis=0) > 0)[:, :, 1:].all() and (np.diff(kept, axis=2) < 0).all()
    assert (kept[:, :, 0] == 1).all()


def test_hazard_integrates_to_the_five_years(fit: BreakFit) -> None:
    drawn = fit.draws(REFERENCE, 20, np.random.default_rng(2))
    edges = np.geomspace(1e-9, 5, 20_001)
    inside = np.sqrt(edges[1:] * edges[:-1])
    total = (drawn.hazard(inside) * np.diff(edges)).sum(axis=2)
    assert total == pytest.approx(drawn.five_years, rel=1e-3)


def test_derivatives_are_those_of_the_value() -> None:
    problem = _Problem.of(used(shipped()[TRUCES]), SMALL, BIG, 0.15)
    at = problem.prior_mean + 0.3 * np.random.default_rng(3).standard_normal(13)
    for i, step in enumerate(1e-5 * np.eye(13)):
        slope = (problem.value(at + step) - problem.value(at - step)) / 2e-5
        bend = (problem.gradient(at + step) - problem.gradient(at - step)) / 2e-5
        assert problem.gradient(at)[i] == pytest.approx(slope, rel=1e-5, abs=1e-5)
        assert problem.curvature(at)[i] == pytest.approx(bend, rel=1e-5, abs=1e-5)


def test_correlations_are_those_of_the_draws(fit: BreakFit) -> None:
    drawn = fit.draws(REFERENCE, 100_000, np.random.default_rng(4))
    sampled = np.corrcoef(np.column_stack([np.log(drawn.five_years), np.log(drawn.shape)]).T)
    assert fit.correlations(REFERENCE).to_numpy() == pytest.approx(sampled, abs=0.02)


def synthetic(rng: np.random.Generator, truth: np.ndarray) -> pd.DataFrame:
    """A table of truces with the real covariates, weights and watches, whose breaks follow the parameters `truth`."""
    rows = used(shipped()[TRUCES])
    real = fit_breaks(rows)
    rate, shape = BreakFit(truth, real.covariance, SMALL, BIG, 0, 0.0).rates(rows, truth[None, :])
    watched = (rows["cens_date"] - rows["end"]).dt.days.to_numpy() / 365.25
    own = (rng.exponential(size=rate[0].shape) / rate[0]) ** (1 / shape[0])
    rows["w"] = 1.0
    for at, severity in enumerate(SEVERITIES):
        first = own[:, at:].min(axis=1)
        rows[f"ev_{severity}"] = (first <= watched).astype(int)
        rows[f"t_{severity}"] = np.minimum(first, watched)
    return rows


def test_known_parameters_are_recovered_at_the_stated_rate() -> None:
    """Truth drawn from the prior: 80% intervals of five-year hazards and of k cover .7 to .9."""
    rng = np.random.default_rng(5)
    deviations = np.array([1.2, 0.5, *[1.5] * 3, *[1.0] * 4, *[0.15] * 4]) * np.array([0.6] * 5 + [1.0] * 8)
    start = np.zeros(13)
    start[:2] = np.log(0.03), -0.3
    inside = []
    for _ in range(60):
        truth = start + deviations * rng.standard_normal(13)
        found = fit_breaks(synthetic(rng, truth))
        one = BreakFit(truth, np.eye(13) * 1e-12, SMALL, BIG, 0, 0.0)
        for situation in (REFERENCE, Situation(False, 0, False, False, False, False)):
            real = one.draws(situation, 1, np.random.default_rng(0))
            drawn = found.draws(situation, 1_000, rng)
            low, high = np.quantile(drawn.five_years, [0.1, 0.9], axis=0)
            inside += list((low <= real.five_years[0]) & (real.five_years[0] <= high))
            low, high = np.quantile(drawn.shape, [0.1, 0.9])
            inside.append(bool(low <= real.shape[0] <= high))
    assert 0.7 < np.mean(inside) < 0.9


def test_shuffled_covariates_tell_nothing(fit: BreakFit) -> None:
    """The negative control: post-1945 and earlier disputes stand out in the record (z above 2), not when shuffled."""
    rng = np.random.default_rng(6)
    rows = used(shipped()[TRUCES])
    names = ["no_victor", "prior_fatal_mids25", "post45", "rival_td", "major", "contig"]
    scores = []
    for _ in range(40):
        order = rng.permutation(len(rows))
        mixed = rows.assign(**{name: rows[name].to_numpy()[order] for name in names})
        found = fit_breaks(mixed)
        scores.append((found.mean / np.sqrt(np.diag(found.covariance)))[5:9])
    real = (fit.mean / np.sqrt(np.diag(fit.covariance)))[5:9]
    assert real[1] > 2 and real[2] > 2
    assert (np.abs(np.array(scores)) > 2).mean() < 0.15
    assert np.abs(np.median(scores, axis=0)).max() < 0.7


def test_a_weight_of_two_is_two_rows() -> None:
    rows = used(shipped()[TRUCES])
    twice = pd.concat([rows, rows.assign(id=rows["id"] + "b")], ignore_index=True)
    heavy = rows.assign(w=2 * rows["w"])
    assert fit_breaks(heavy).mean == pytest.approx(fit_breaks(twice).mean, abs=1e-5)


def test_without_covariates_and_priors_k_is_the_weibull_s() -> None:
    """One cause, flat priors, no censoring: the mode is scipy's fit of a Weibull law."""
    rng = np.random.default_rng(7)
    rows = used(shipped()[TRUCES])
    big = pd.concat([rows] * 20, ignore_index=True)
    years = rng.weibull(0.7, len(big)) * 12
    big = big.assign(w=1.0, **{f"t_{s}": years for s in SEVERITIES}, **{f"ev_{s}": 1 for s in SEVERITIES})
    shape = scipy.stats.weibull_min.fit(years, floc=0)[0]
    assert np.exp(fit_breaks(big, (), ()).mean[1]) == pytest.approx(shape, rel=5e-3)


def test_bad_questions_are_refused(fit: BreakFit) -> None:
    with pytest.raises(InputError, match="earlier_fatal_disputes: got -1; allowed is a number from 0 to 100"):
        Situation(True, -1, True, True, True, True)
    with pytest.raises(InputError, match="cause: got 'big'; allowed are small, mid, war"):
        survival(fit.draws(REFERENCE, 2, np.random.default_rng(0)), "big", YEARS)  # type: ignore[arg-type]
    with pytest.raises(FitError, match="has 9 used rows; 10 are needed"):
        fit_breaks(used(shipped()[TRUCES]).head(9))
