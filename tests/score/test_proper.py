"""Scores against closed forms, brute force and scoringrules; statistical claims carry a failing control."""

from __future__ import annotations

import numpy as np
import pytest
import scoringrules
from scipy import stats

from contactline.core.errors import InputError
from contactline.score import proper


def quantile_draws(distribution, size: int = 4001) -> np.ndarray:
    """Evenly spaced quantiles: the distribution without sampling noise."""
    return distribution.ppf((np.arange(size) + 0.5) / size)


@pytest.mark.parametrize("observed", [-3.0, 0.0, 0.4, 5.0])
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (2.0, 0.3), (-1.0, 7.0)])
def test_crps_of_normal(observed, mean, sd):
    z = (observed - mean) / sd
    exact = sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    draws = quantile_draws(stats.norm(mean, sd))
    assert proper.crps_ensemble(draws, observed) == pytest.approx(exact, abs=2e-3 * sd)
    assert proper.crps_ensemble(draws, observed) != pytest.approx(exact * 1.01 + 0.01 * sd, abs=2e-3 * sd)


@pytest.mark.parametrize("observed", [0.0, 0.2, 0.5, 1.0])
def test_crps_of_uniform(observed):
    exact = observed**2 - observed + 1 / 3
    assert proper.crps_ensemble(quantile_draws(stats.uniform), observed) == pytest.approx(exact, abs=1e-3)


def test_crps_equals_its_double_sum_and_scoringrules():
    rng = np.random.default_rng(1)
    draws, observed = rng.gamma(2.0, 50.0, size=(37, 6, 2)) - 60, rng.normal(0, 100, size=(6, 2))
    error = np.abs(draws - observed).mean(axis=0)
    pairs = np.abs(draws[:, None] - draws[None]).sum(axis=(0, 1))
    for fair, estimator, number in ((True, "fair", 37 * 36), (False, "nrg", 37 * 37)):
        ours = proper.crps_ensemble(draws, observed, fair=fair)
        np.testing.assert_allclose(ours, error - pairs / number / 2, rtol=1e-11)
        oracle = scoringrules.crps_ensemble(observed, draws, m_axis=0, estimator=estimator)
        np.testing.assert_allclose(ours, oracle, rtol=1e-9)


def test_crps_of_one_draw_is_the_absolute_error():
    assert proper.crps_ensemble(np.array([3.0]), 5.5, fair=False) == 2.5


def test_fair_crps_is_unbiased_where_the_plain_one_is_not():
    rng = np.random.default_rng(2)
    draws, observed = rng.standard_normal((5, 40_000)), np.zeros(40_000)
    exact = 2 * stats.norm.pdf(0) - 1 / np.sqrt(np.pi)
    fair = proper.crps_ensemble(draws, observed)
    plain = proper.crps_ensemble(draws, observed, fair=False)
    assert abs(fair.mean() - exact) < 3 * fair.std() / 200
    assert abs(plain.mean() - exact) > 10 * plain.std() / 200


def test_crps_moves_and_grows_with_the_data():
    rng = np.random.default_rng(3)
    draws, observed = rng.normal(size=(50, 8)), rng.normal(size=8)
    base = proper.crps_ensemble(draws, observed)
    np.testing.assert_allclose(proper.crps_ensemble(draws + 300, observed + 300), base, rtol=1e-9)
    np.testing.assert_allclose(proper.crps_ensemble(-7 * draws, -7 * observed), 7 * base, rtol=1e-9)
    np.testing.assert_allclose(
        proper.crps_ensemble(rng.permutation(draws, axis=0), observed), base, rtol=1e-9
    )


@pytest.mark.parametrize("score", [proper.crps_ensemble, proper.log_score_ensemble])
def test_scores_are_proper(score):
    """Saying what one believes is best; too narrow, too wide and shifted are worse."""
    rng = np.random.default_rng(4)
    observed = rng.normal(0, 10, size=2000)
    truth, narrow, wide, shifted = (
        score(
            np.broadcast_to(quantile_draws(stats.norm(mean, sd), 201)[:, None], (201, 2000)), observed
        ).mean()
        for mean, sd in ((0, 10), (0, 4), (0, 25), (8, 10))
    )
    assert truth < min(narrow, wide, shifted)


def test_log_score_is_the_mixture_density():
    rng = np.random.default_rng(5)
    draws = rng.gamma(3.0, 20.0, size=300)
    observed = 45.0
    spread = min(draws.std(ddof=1), np.subtract(*np.quantile(draws, [0.75, 0.25])) / 1.349)
    width = 0.9 * spread * 300**-0.2
    oracle = -np.log(stats.norm.pdf(observed, draws, width).mean())
    assert proper.log_score_ensemble(draws, observed) == pytest.approx(oracle, rel=1e-12)


def test_log_score_of_normal():
    """Kernels widen a normal to a normal: the closed form has the bandwidth's variance added."""
    draws = quantile_draws(stats.norm(5, 2))
    widened = np.hypot(2, 0.9 * 2 * len(draws) ** -0.2)
    for observed in (1.0, 5.0, 8.0):
        exact = -stats.norm.logpdf(observed, 5, widened)
        assert proper.log_score_ensemble(draws, observed) == pytest.approx(exact, abs=2e-3)


def test_log_score_far_out_is_large_but_finite_and_a_point_has_no_density():
    draws = np.linspace(-1, 1, 101)
    assert 1e4 < proper.log_score_ensemble(draws, 1e3) < np.inf
    np.testing.assert_array_equal(
        proper.log_score_ensemble(np.full((9, 2), 0.1), np.array([0.1, 0.2])), [-np.inf, np.inf]
    )


def test_brier_and_skill():
    probability, happened = np.array([0.0, 0.5, 0.9, 1.0]), np.array([0, 1, 1, 0])
    assert proper.brier_score(probability, happened) == pytest.approx((0 + 0.25 + 0.01 + 1) / 4)
    oracle = scoringrules.brier_score(happened, probability).mean()
    assert proper.brier_score(probability, happened) == pytest.approx(oracle)
    assert proper.brier_skill(happened.astype(float), probability, happened) == 1.0
    assert proper.brier_skill(probability, probability, happened) == 0.0
    assert proper.brier_skill(probability, np.full(4, 0.5), happened) < 0


def test_auc_counts_pairs_and_ignores_the_scale():
    rng = np.random.default_rng(6)
    happened = (rng.random(200) < 0.3).astype(int)
    score = np.round(rng.normal(happened, 1.0), 1)
    gap = score[happened == 1][:, None] - score[happened == 0][None]
    pairs = ((gap > 0) + 0.5 * (gap == 0)).mean()
    assert proper.auc(score, happened) == pytest.approx(pairs, rel=1e-12)
    assert proper.auc(np.exp(score), happened) == pytest.approx(pairs, rel=1e-12)
    assert proper.auc(-score, happened) == pytest.approx(1 - pairs, rel=1e-12)
    assert proper.auc(np.zeros(200), happened) == 0.5


def test_pit_is_uniform_for_the_truth_ties_included_and_not_for_an_overconfident_one():
    rng = np.random.default_rng(7)
    observed = rng.poisson(3.0, size=4000).astype(float)
    truth = rng.poisson(3.0, size=(19, 4000)).astype(float)
    narrow = 3.0 + 0.4 * (truth - 3.0)
    calibrated = proper.pit_ensemble(truth, observed, np.random.default_rng(8))
    overconfident = proper.pit_ensemble(narrow, observed, np.random.default_rng(8))
    assert ((calibrated > 0) & (calibrated < 1)).all()
    assert stats.kstest(calibrated, "uniform").pvalue > 0.01
    assert stats.kstest(overconfident, "uniform").pvalue < 1e-6


def test_inside_central_counts_its_share():
    draws = np.linspace(0, 1, 1001)[:, None]
    observed = np.linspace(0, 1, 2001)
    for level in (0.5, 0.8, 0.9):
        inside = proper.inside_central(np.broadcast_to(draws, (1001, 2001)), observed, level)
        assert inside.mean() == pytest.approx(level, abs=1e-3)
    assert proper.inside_central(np.array([1.0, 1.0]), 1.0, 0.5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: proper.crps_ensemble(np.zeros((5, 2)), np.zeros(3)), ["(5, 2)", "(3,)", "draws[draw, ...]"]),
        (lambda: proper.crps_ensemble(np.zeros((1, 2)), np.zeros(2)), ["got 1", "at least 2"]),
        (lambda: proper.crps_ensemble(np.array([1.0, np.nan]), 0.0), ["draws", "1 values", "not finite"]),
        (lambda: proper.inside_central(np.zeros(3), 0.0, 80), ["level", "80", "0.8"]),
        (lambda: proper.brier_score(np.array([0.2, 1.2]), np.array([0, 1])), ["entry 1", "1.2", "0 to 1"]),
        (
            lambda: proper.brier_score(np.array([0.2, 0.2]), np.array([0, 2])),
            ["happened", "entry 1", "0 or 1"],
        ),
        (lambda: proper.brier_score(np.zeros(0), np.zeros(0)), ["two lists of one length"]),
        (lambda: proper.brier_skill(np.ones(1), np.ones(1), np.ones(1)), ["reference", "not defined"]),
        (lambda: proper.auc(np.zeros(3), np.zeros(3)), ["0 of 3", "both kinds"]),
        (lambda: proper.auc(np.array([np.nan]), np.zeros(1)), ["entry 0", "not finite"]),
    ],
)
def test_wrong_input_is_named(call, words):
    with pytest.raises(InputError) as error:
        call()
    assert all(word in str(error.value) for word in words), str(error.value)
