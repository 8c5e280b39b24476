"""How well the weekly claims of losses are forecast: rolling origins, against the mean of a quarter and a random walk.

What is scored is the attacker's claimed killed and wounded from the origin to the end of the horizon. The claim is the
only weekly count there is; what it stands for (war/source_bias.py) cannot be scored, for nobody publishes the truth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from contactline.core.errors import InputError
from contactline.score.backtest import BacktestResult, backtest
from contactline.score.bars import ALL_HORIZONS
from contactline.score.baselines import LastValues
from contactline.score.rolling import USUAL, Rolling
from contactline.war.losses import fit_losses

COVERAGE_BAR = (0.75, 0.95)
"""Where the share of 80% bands that hold what happened should lie: DESIGN, How good is good."""


@dataclass(frozen=True)
class ClaimsForecaster:
    """The model of war/losses.py, refitted at every origin on the weeks known there."""

    name: str = "claims"
    label: str = "claims process"

    def __call__(
        self, history: np.ndarray, horizon: int, draws: int, rng: np.random.Generator, *, origin: int
    ) -> np.ndarray:
        """Weekly claims : ndarray[draw, week], persons."""
        return fit_losses(history, rng).predict(horizon, draws, rng)


@dataclass(frozen=True)
class RandomWalk:
    """The last week goes on, times weekly changes resampled from the record: log claims walk at random."""

    name: str = "random-walk"
    label: str = "log random walk"

    def __call__(
        self, history: np.ndarray, horizon: int, draws: int, rng: np.random.Generator, *, origin: int
    ) -> np.ndarray:
        """Weekly claims : ndarray[draw, week], persons. Raises InputError where no two weeks are there."""
        if len(history) < 2:
            raise InputError(f"{self.name}: the history has {len(history)} weeks; at least 2 are needed.")
        steps = np.diff(np.log(history))
        walk = np.cumsum(rng.choice(steps - steps.mean(), size=(draws, horizon)), axis=1)
        return np.asarray(history[-1] * np.exp(walk))


def backtest_losses(
    claims: np.ndarray,
    ends: np.ndarray,
    rolling: Rolling = USUAL,
) -> BacktestResult:
    """Score the claims process and its baselines from every `rolling.step`-th week on.

    claims : ndarray[week], persons claimed killed and wounded (war.losses.weekly_claims); ends : ndarray[week] of
    datetime64[D]. The result is that of score.backtest.backtest with persons for km²; its bars are the coverage of
    the 80% bands, over all horizons (0) and at each, and the CRPS ratio to each baseline, which should be below one.
    Raises InputError where a week is missing, not positive, or the record is too short.
    """
    claims = np.asarray(claims, float)
    bad = np.flatnonzero(~(np.isfinite(claims) & (claims > 0)))
    if len(bad):
        raise InputError(
            f"claims: the week ending {np.asarray(ends)[bad[0]]} is {claims[bad[0]]}; allowed is a positive number of "
            "persons. Score a stretch without gaps, or choose another evidence.attacker_loss_series."
        )
    result = backtest(claims, ends, [ClaimsForecaster()], [LastValues(13), RandomWalk()], rolling)
    made_by = result.made_by | {
        "method": "rolling-origin backtest of claimed losses from origin to horizon, persons"
    }
    return replace(result, bars=loss_bars(result), made_by=made_by)


def loss_bars(result: BacktestResult) -> pd.DataFrame:
    """The claims process against its bars. Columns: measure, baseline, horizon (weeks, 0: all), least, most, value,
    low, high (of the ratio's bootstrap), independent (windows that do not overlap), verdict (met or not met).
    """
    own = result.summary[result.summary["forecaster"] == ClaimsForecaster.name]
    coverage = dict(zip(own["horizon"].astype(int), own["in80"].astype(float), strict=True))
    independent = dict(zip(own["horizon"].astype(int), own["independent"].astype(int), strict=True))
    independent[ALL_HORIZONS] = min(independent.values())
    coverage = {ALL_HORIZONS: float(np.mean(list(coverage.values()))), **coverage}
    rows = [
        ("in80", "", horizon, *COVERAGE_BAR, value, np.nan, np.nan, independent[horizon])
        for horizon, value in coverage.items()
    ]
    ratios = result.ratios[result.ratios["forecaster"] == ClaimsForecaster.name]
    fields = (ratios[name] for name in ("baseline", "horizon", "ratio", "low", "high"))
    rows += [
        ("crps_ratio", baseline, horizon, 0.0, 1.0, ratio, low, high, independent[horizon])
        for baseline, horizon, ratio, low, high in zip(*fields, strict=True)
    ]
    columns = ["measure", "baseline", "horizon", "least", "most", "value", "low", "high", "independent"]
    table = pd.DataFrame(rows, columns=columns)
    met = (table["value"] >= table["least"]) & (table["value"] <= table["most"])
    return table.assign(verdict=np.where(met, "met", "not met"))
