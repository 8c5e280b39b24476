"""The baselines against oracles and hand counts, and the laws that all of them keep."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy import stats

from contactline.core.errors import InputError
from contactline.score import baselines as base

PLAIN = {forecaster.name: forecaster for forecaster in base.default_baselines()}


def history(weeks: int = 80, seed: int = 1) -> np.ndarray:
    """Weekly net km² with a wandering tempo."""
    rng = np.random.default_rng(seed)
    return 50 + np.cumsum(rng.normal(0, 8, weeks)) + rng.standard_t(3, weeks) * 20


def totals(forecaster, past: np.ndarray, horizon: int = 37, draws: int = 400, seed: int = 9) -> np.ndarray:
    """ndarray[draw, week], km² since the origin."""
    path = forecaster(past, horizon, draws, np.random.default_rng(seed), origin=len(past) - 1)
    return np.cumsum(path, axis=1)


@pytest.mark.parametrize("weeks", [26, 80])
@pytest.mark.parametrize("name", PLAIN)
def test_laws_of_every_baseline(name, weeks):
    """Shape, no change of the past, the same stream the same draws, and moving or scaling with the data."""
    past = history(weeks)
    kept = past.copy()
    first = totals(PLAIN[name], past)
    assert first.shape == (400, 37)
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(past, kept)
    np.testing.assert_array_equal(first, totals(PLAIN[name], past))
    assert (first != totals(PLAIN[name], past, seed=10)).any()
    ahead = np.arange(1, 38)
    np.testing.assert_allclose(totals(PLAIN[name], past + 30.0), first + 30.0 * ahead, rtol=1e-8, atol=1e-6)
    np.testing.assert_allclose(totals(PLAIN[name], 3.0 * past), 3.0 * first, rtol=1e-8, atol=1e-6)


def test_names_are_different_and_labels_speak():
    assert len(PLAIN) == len(base.default_baselines()) == 7
    assert PLAIN["line-52"].label == "straight line, 52 weeks"
    assert PLAIN["line-13-scatter"].label.endswith("band of the scatter")


@pytest.mark.parametrize("weeks", [13, 52])
def test_straight_line_is_the_regression(weeks):
    past = history()
    level = np.concatenate([[0.0], np.cumsum(past[-weeks:])])
    fit = stats.linregress(np.arange(weeks + 1), level)
    drawn = totals(base.StraightLine(weeks), past, horizon=20, draws=40_000)
    student = stats.t(weeks - 1)
    for level_share in (0.1, 0.5, 0.9):
        expected = 20 * (fit.slope + fit.stderr * student.ppf(level_share))
        assert np.quantile(drawn[:, -1], level_share) == pytest.approx(expected, abs=20 * fit.stderr * 0.04)
    wide = totals(base.StraightLine(weeks, "scatter"), past, horizon=20, draws=40_000)
    x = np.arange(weeks + 1)
    error = np.sqrt(((level - fit.intercept - fit.slope * x) ** 2).sum() / (weeks - 1))
    leverage = 1 / (weeks + 1) + (weeks + 20 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum()
    expected = 20 * fit.slope + error * np.sqrt(1 + leverage) * student.ppf(0.9)
    assert np.quantile(wide[:, -1], 0.9) == pytest.approx(expected, abs=error * 0.08)


def test_straight_line_through_a_straight_record_has_no_width():
    drawn = totals(base.StraightLine(13), np.full(30, 12.5), horizon=10)
    np.testing.assert_allclose(drawn, np.broadcast_to(12.5 * np.arange(1, 11), drawn.shape), rtol=1e-9)


@pytest.mark.parametrize("weeks", [1, 13])
def test_last_values_add_errors_that_the_rule_made(weeks):
    past = history(60)
    drawn = totals(base.LastValues(weeks), past, horizon=5, draws=4000)[:, -1]
    errors = [
        past[end : end + 5].sum() - 5 * past[end - weeks : end].mean() for end in range(weeks, len(past) - 4)
    ]
    allowed = np.sort(5 * past[-weeks:].mean() + np.array(errors))
    nearest = np.abs(drawn[:, None] - allowed[None])
    assert nearest.min(axis=1).max() < 1e-6
    counts = np.bincount(nearest.argmin(axis=1), minlength=len(allowed))
    assert stats.chisquare(counts).pvalue > 0.001


def test_last_values_grow_the_errors_beyond_the_record():
    past = history(30)
    longest = 30 - 13 + 1 - base.LEAST_ERRORS
    drawn = totals(base.LastValues(13), past, horizon=40)
    centre = past[-13:].mean() * np.arange(1, 41)
    error = drawn - centre
    np.testing.assert_allclose(error[:, 39], error[:, longest - 1] * 40 / longest, rtol=1e-9)


def test_climatology_resamples_every_past_window():
    past = history(60)
    for horizon in (4, 37):
        drawn = totals(base.Climatology(), past, horizon=37, draws=4000)[:, horizon - 1]
        windows = np.array([past[start : start + horizon].sum() for start in range(60 - horizon + 1)])
        gap = np.abs(drawn[:, None] - windows[None])
        assert gap.min(axis=1).max() < 1e-6
        assert stats.chisquare(np.bincount(gap.argmin(axis=1), minlength=len(windows))).pvalue > 0.001


def test_climatology_beyond_the_record_draws_blocks():
    past = history(20)
    drawn = totals(base.Climatology(), past, horizon=60, draws=4000)
    assert drawn[:, 59].mean() == pytest.approx(60 * past.mean(), abs=4 * drawn[:, 59].std() / np.sqrt(4000))
    assert (np.abs(drawn[:, 59]) <= 60 * np.abs(past).max()).all()
    paths = base._block_paths(past, 60, 50, np.random.default_rng(2))
    place = np.array([[int(np.flatnonzero(past == value)[0]) for value in row] for row in paths])
    steps = np.delete(np.diff(place, axis=1) % 20, np.arange(12, 59, 13), axis=1)
    assert (steps == 1).all()


def test_autoarima_is_that_of_statsforecast():
    models = pytest.importorskip("statsforecast.models")
    past = history(60)
    drawn = totals(base.AutoArima(), past, horizon=13, draws=20_000)[:, -1]
    level = np.concatenate([[0.0], np.cumsum(past)])
    oracle = models.AutoARIMA(season_length=1).forecast(y=level, h=13, level=[80])
    centre, low, high = (np.asarray(oracle[key])[-1] - level[-1] for key in ("mean", "lo-80", "hi-80"))
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx([low, centre, high], abs=(high - low) * 0.02)


def test_autoarima_without_statsforecast_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsforecast.models", None)
    assert not base.autoarima_available()
    for call in (
        lambda: base.default_baselines(autoarima=True),
        lambda: totals(base.AutoArima(), history()),
    ):
        with pytest.raises(
            InputError, match=r"statsforecast is not installed.*pip install.*leave this baseline out"
        ):
            call()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: base.StraightLine(2), ["weeks=2", "3 weeks or more"]),
        (lambda: base.StraightLine(13, "wide"), ["'wide'", "'slope' or 'scatter'"]),
        (lambda: base.LastValues(0), ["weeks=0", "1 or more"]),
        (lambda: totals(base.LastValues(13), history(20)), ["mean-13", "20 weeks", "at least 21", "later"]),
        (lambda: totals(base.StraightLine(52), history(2)), ["line-52", "2 weeks", "at least 3"]),
    ],
)
def test_wrong_input_is_named(call, words):
    with pytest.raises(InputError) as error:
        call()
    assert all(word in str(error.value) for word in words), str(error.value)
