"""Losses: weekly claims from cumulative counts, recovery of a known process, bounds."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from contactline.core.errors import FitError
from contactline.core.streams import Streams
from contactline.war.losses import fit_losses, weekly_claims


def table(days: int) -> pd.DataFrame:
    dates = pd.date_range("2024-01-01", periods=days)
    return pd.DataFrame(
        {"series": "staff", "side": "east", "kind": "killed_wounded", "date": dates,
         "cumulative": 100.0 * np.arange(days)}
    )  # fmt: skip


def test_weekly_claims_are_differences_of_the_count():
    claims = weekly_claims(table(400), "staff", "east", date(2024, 1, 2), date(2024, 12, 29))
    assert set(claims) == {700.0}
    assert len(claims) == 51


def test_a_week_without_both_counts_is_unknown_not_guessed():
    frame = table(400)
    claims = weekly_claims(
        frame[frame["date"] != "2024-12-22"], "staff", "east", date(2024, 1, 2), date(2024, 12, 29)
    )
    assert np.isnan(claims).sum() == 2


def test_too_short_a_record_is_refused_with_what_to_do():
    with pytest.raises(FitError, match=r"26 are needed\. Choose another evidence.attacker_loss_series"):
        weekly_claims(table(100), "staff", "east", date(2024, 1, 2), date(2024, 4, 7))


def test_a_known_process_is_recovered_and_its_bands_hold():
    rng = np.random.default_rng(5)
    level, claims = np.log(7000), []
    for _ in range(300):
        level = np.log(7000) + 0.97 * (level - np.log(7000)) + 0.06 * rng.standard_normal()
        claims.append(np.exp(level))
    fit = fit_losses(np.array(claims[:200]), Streams(0).rng("fit"))
    low, high = fit.posterior.quantile("mean", [0.02, 0.98])
    assert low < np.log(7000) < high
    draws = fit.predict(100, 2000, Streams(0).rng("draw")).sum(axis=1)
    low, high = np.quantile(draws, [0.05, 0.95])
    assert low < sum(claims[200:]) < high
    assert high / low < 4
