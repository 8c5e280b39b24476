"""Scoring of the claims forecast: calibrated on its own process, overconfidence caught, errors that say what to do."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from contactline.case.load import load_case
from contactline.core.dates import week_ends
from contactline.core.errors import InputError
from contactline.score.backtest import backtest
from contactline.score.losses import COVERAGE_BAR, ClaimsForecaster, RandomWalk, backtest_losses
from contactline.score.rolling import Rolling
from contactline.war.losses import weekly_claims

WEEKS = 240


def process(seed: int, weeks: int = WEEKS) -> np.ndarray:
    """The claims process with a known half-life of 20 weeks and a stationary sd of 0.3."""
    rng = np.random.default_rng(seed)
    phi = 0.5 ** (1 / 20)
    s = 0.3 * np.sqrt(1 - phi**2) / np.sqrt(8 / 6)
    level, path = 0.0, []
    for _ in range(weeks):
        level = phi * level + s * rng.standard_t(8)
        path.append(7000 * np.exp(level))
    return np.array(path)


def ends_of(weeks: int) -> np.ndarray:
    first = date(2020, 1, 5)
    return week_ends(first, first + timedelta(days=7 * weeks))[:weeks]


def test_the_claims_process_is_calibrated_on_itself_and_beats_the_baselines():
    ends = ends_of(WEEKS)
    results = [
        backtest_losses(process(seed), ends, rolling=Rolling(seed, step=8, draws=500)) for seed in range(5)
    ]
    bars = [r.bars.set_index(["measure", "baseline", "horizon"])["value"] for r in results]
    coverage = np.mean([b["in80", "", 0] for b in bars])
    assert 0.68 < coverage < 0.92, coverage
    for baseline in ("mean-13", "random-walk"):
        assert np.mean([b["crps_ratio", baseline, 0] for b in bars]) < 1.0


def test_an_overconfident_forecast_misses_the_coverage_bar():
    # Negative control: the same centre with a fifth of the width.
    class Sure(ClaimsForecaster):
        def __call__(self, history, horizon, draws, rng, *, origin):
            path = super().__call__(history, horizon, draws, rng, origin=origin)
            return np.median(path, axis=0) + 0.2 * (path - np.median(path, axis=0))

    ends = ends_of(WEEKS)
    shares = []
    for seed in range(3):
        found = backtest(
            process(seed), ends, [Sure()], [RandomWalk()], rolling=Rolling(seed=seed, draws=300, step=8)
        )
        shares.append(found.summary.loc[found.summary["forecaster"] == "claims", "in80"].mean())
    assert np.mean(shares) < COVERAGE_BAR[0] - 0.2


def test_the_random_walk_is_centred_on_the_last_week():
    history = process(3)
    path = RandomWalk()(history, 37, 4000, np.random.default_rng(0), origin=WEEKS - 1)
    assert np.median(path[:, 12]) == pytest.approx(history[-1], rel=0.1)
    assert np.log(path[:, 36]).std() / np.log(path[:, 8]).std() == pytest.approx(2.0, rel=0.1)


def test_bars_carry_their_windows_and_verdicts():
    result = backtest_losses(process(0), ends_of(WEEKS), rolling=Rolling(step=12, draws=200))
    bars = result.bars
    assert list(bars[bars["measure"] == "in80"]["horizon"]) == [0, 4, 13, 26, 37]
    assert set(bars["baseline"]) == {"", "mean-13", "random-walk"}
    assert (bars["independent"] > 0).all()
    met = (bars["value"] >= bars["least"]) & (bars["value"] <= bars["most"])
    assert ((bars["verdict"] == "met") == met).all()
    assert "persons" in result.made_by["method"]


def test_the_seed_decides_and_the_workers_do_not():
    claims, ends = process(1, 120), ends_of(120)
    one, two = (
        backtest_losses(claims, ends, rolling=Rolling(4, step=16, draws=200, workers=n)) for n in (1, 2)
    )
    assert one.scores.equals(two.scores)
    assert not one.scores.equals(backtest_losses(claims, ends, rolling=Rolling(5, step=16, draws=200)).scores)


def test_a_missing_week_is_refused_by_name():
    claims = process(0)
    claims[7] = np.nan
    with pytest.raises(InputError, match=r"week ending 2020-03-01 is nan; allowed is a positive number"):
        backtest_losses(claims, ends_of(WEEKS))


def test_the_built_in_case_can_be_scored():
    loaded = load_case("ukraine_2025")
    evidence = loaded.case.evidence
    claims = weekly_claims(
        loaded.evidence("losses"),
        evidence.attacker_loss_series,
        "russia",
        evidence.fit_from,
        loaded.case.as_of,
    )
    ends = week_ends(evidence.fit_from, loaded.case.as_of)
    result = backtest_losses(claims, ends, rolling=Rolling(step=12, draws=300))
    assert result.scores["crps"].min() > 0
    assert result.bars["value"].notna().all()
