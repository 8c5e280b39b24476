"""Kept fits: the same numbers back, a new key for anything that matters, a broken file is no fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from contactline.core.streams import Streams
from contactline.war.fit_cache import fit_key, keep_fit, load_fit
from contactline.war.forecast import fit_forecast
from contactline.war.losses import fit_losses
from contactline.war.record import TempoRecord


def record(shift: float = 0.0) -> TempoRecord:
    net = 50 + shift + 20 * np.random.default_rng(0).standard_normal((60, 1))
    ends = np.datetime64("2024-01-07") + 7 * np.arange(60)
    return TempoRecord(ends, ("map",), net, np.zeros((60, 1), dtype=bool))


CLAIMS = np.exp(np.random.default_rng(1).normal(8, 0.1, 60))


def test_a_kept_fit_predicts_the_same_bytes(tmp_path: Path):
    fitted = fit_forecast(record(), "map", Streams(0), draws=60, rounds=2)
    losses = fit_losses(CLAIMS, Streams(0).rng("l"), draws=60, rounds=2)
    key = fit_key(record(), "map", CLAIMS, 0)
    keep_fit(tmp_path, key, fitted, losses)
    again, losses_again = load_fit(tmp_path, key, record(), "map", CLAIMS)
    assert np.array_equal(
        again.predict("headline", 20, 90, Streams(1)), fitted.predict("headline", 20, 90, Streams(1))
    )
    rng = [np.random.default_rng(3) for _ in range(2)]
    assert np.array_equal(losses_again.predict(10, 20, rng[0]), losses.predict(10, 20, rng[1]))
    assert again.warnings() == fitted.warnings()


def test_a_broken_or_absent_file_is_no_fit(tmp_path: Path):
    key = fit_key(record(), "map", CLAIMS, 0)
    assert load_fit(tmp_path, key, record(), "map", CLAIMS) is None
    (tmp_path / f"{key}.npz").write_bytes(b"PK half a file")
    assert load_fit(tmp_path, key, record(), "map", CLAIMS) is None


def test_every_input_enters_the_key():
    keys = {
        fit_key(record(), "map", CLAIMS, 0),
        fit_key(record(1.0), "map", CLAIMS, 0),
        fit_key(record(), "other", CLAIMS, 0),
        fit_key(record(), "map", CLAIMS + 1, 0),
        fit_key(record(), "map", CLAIMS, 1),
    }
    assert len(keys) == 5
