"""The tempo model: the filter against brute force, recovery of known parameters, and a control that must fail."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from contactline.core.streams import Streams
from contactline.war.climatology import Climatology
from contactline.war.forecast import MEMBERS, fit_forecast
from contactline.war.grid_filter import Dynamics, Readings, filter_draws
from contactline.war.importance import Parameter, sample_posterior
from contactline.war.record import TempoRecord
from contactline.war.tempo import FASTEST, SLOWEST, fit_tempo, speed


def synthetic(
    weeks: int, seed: int, half_life: float = 15.0, mean: float = 1.3, sd: float = 0.8
) -> TempoRecord:
    """A record drawn from the model itself: one map, c .3, b 10."""
    rng = np.random.default_rng(seed)
    phi = 2 ** (-1 / half_life)
    x, net = mean, np.empty(weeks)
    for week in range(weeks):
        x = mean + phi * (x - mean) + sd * np.sqrt(1 - phi**2) * rng.standard_t(8) / np.sqrt(8 / 6)
        g = speed(np.array(x))
        net[week] = g + np.hypot(0.3 * g, 10.0) * rng.standard_t(3)
    ends = np.datetime64("2020-01-05") + 7 * np.arange(weeks)
    return TempoRecord(ends, ("map",), net[:, None], np.zeros((weeks, 1), dtype=bool))


def test_the_filter_equals_a_sum_over_every_path():
    x = np.array([-1.0, 0.0, 1.0])
    g = np.array([-20.0, 5.0, 40.0])
    y = np.array([[3.0, np.nan], [30.0, 25.0], [-5.0, 10.0]])
    phi, m, s, nu = 0.9, 0.2, 0.5, 4.0
    rho, c, b = np.array([1.0, 0.8]), np.array([0.3, 0.2]), np.array([10.0, 6.0])
    step = stats.t.pdf((x[None, :] - m - phi * (x[:, None] - m)) / s, nu)
    step /= step.sum(axis=1, keepdims=True)

    def density(week: int, state: int) -> float:
        value = 1.0
        for k in range(2):
            if np.isfinite(y[week, k]):
                sigma = np.hypot(c[k] * g[state], b[k])
                value *= stats.t.pdf((y[week, k] - rho[k] * g[state]) / sigma, 3) / sigma
        return value

    total, last = 0.0, np.zeros(3)
    for path in itertools.product(range(3), repeat=3):
        p = density(0, path[0]) / 3
        for week in (1, 2):
            p *= step[path[week - 1], path[week]] * density(week, path[week])
        total += p
        last[path[2]] += p
    one = np.ones(1)
    found, filtered = filter_draws(
        x, g, y, Dynamics(phi * one, m * one, s * one, nu * one), Readings(rho[None], c[None], b[None])
    )
    assert found[0] == pytest.approx(np.log(total), rel=1e-12)
    assert filtered[0] == pytest.approx(last / total, rel=1e-10)


def test_importance_draws_recover_a_known_posterior():
    data = np.random.default_rng(1).normal(2.0, 1.0, 20)
    prior = Parameter("mean", stats.norm(0.0, 3.0))
    posterior = sample_posterior(
        [prior], lambda w: stats.norm.logpdf(data[None, :], w, 1.0).sum(axis=1), np.random.default_rng(2)
    )
    precision = 20 + 1 / 9
    mean = float(posterior.weight @ posterior.working[:, 0])
    assert mean == pytest.approx(data.sum() / precision, abs=0.02)
    assert posterior.effective > 500
    assert posterior.at_edge() == []


def test_a_record_far_outside_the_prior_is_reported_at_its_edge():
    data = np.random.default_rng(1).normal(9.0, 0.1, 50)
    prior = Parameter("mean", stats.norm(0.0, 3.0))
    posterior = sample_posterior(
        [prior], lambda w: stats.norm.logpdf(data[None, :], w, 0.1).sum(axis=1), np.random.default_rng(2)
    )
    assert posterior.at_edge() == ["mean"]


def test_known_parameters_are_recovered_within_their_own_uncertainty():
    """Twelve synthetic fronts: the central 90% holds the truth about as often as it says, for level and mean tempo."""
    inside = 0
    for seed in range(12):
        fit = fit_tempo(synthetic(150, seed), Streams(seed).rng("fit"), draws=200, rounds=2)
        low, high = fit.posterior.quantile("mean", [0.05, 0.95])
        inside += low <= 1.3 <= high
    assert inside >= 8


def test_forecasts_of_the_true_model_are_calibrated_and_a_wrong_one_is_not():
    """The share of outcomes in the 80% band over synthetic fronts; the control is half as fast and narrow."""
    hits = control = 0
    for seed in range(16):
        record = synthetic(130, 100 + seed)
        fit = fit_tempo(record.until(103), Streams(seed).rng("fit"), draws=150, rounds=2)
        total = record.net[104:, 0].sum()
        draws = fit.predict(26, 600, Streams(seed).rng("predict"), "map").sum(axis=1)
        low, high = np.quantile(draws, [0.1, 0.9])
        hits += low <= total <= high
        narrow = np.quantile(0.5 * draws, [0.45, 0.55])
        control += narrow[0] <= total <= narrow[1]
    assert 9 <= hits <= 16
    assert control <= 5


def test_speed_is_signed_square_and_clipped():
    assert speed(np.array([0.0, 1.0, -1.0])).tolist() == [0.0, 30.0, -30.0]
    assert speed(np.array([9.0, -9.0])).tolist() == [FASTEST, SLOWEST]


def test_the_pool_is_a_third_of_each_member_and_deterministic():
    forecast = fit_forecast(synthetic(80, 3), "map", Streams(1), draws=100, rounds=2)
    pool = forecast.predict("headline", 13, 300, Streams(9))
    assert np.array_equal(pool, forecast.predict("headline", 13, 300, Streams(9)))
    for index, member in enumerate(MEMBERS):
        assert np.array_equal(pool[index::3], forecast.predict(member, 13, 100, Streams(9)))


def test_climatology_repeats_only_what_was_seen():
    past = np.array([1.0, 2.0, 3.0, np.nan, 50.0])
    draws = Climatology(past, factor=2.0).predict(40, 50, np.random.default_rng(0))
    assert set(np.unique(draws)) == {2.0, 4.0, 6.0, 100.0}
