"""The baselines on the real record: what the documentation says is what comes out, and quickly."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from score_tables import score_markdown, window_markdown

from contactline.score import baselines as base
from contactline.score.backtest import BacktestResult, backtest
from contactline.score.rolling import Rolling

DOCUMENT = Path(__file__).parents[2] / "docs" / "backtest.md"
BLOCK = re.compile(r"<!-- (?P<name>[\w-]+) begins -->\n(?P<text>.*?)\n<!-- (?P=name) ends -->", re.S)


@pytest.fixture(scope="module")
def record(archives) -> pd.Series:
    """Weekly net km² on ISW's map, weeks ending on Sundays, after the retreat from Kherson city."""
    frame = pd.read_csv(
        archives / "economist" / "area_assessed_as_controlled_by_russia.csv",
        parse_dates=["date"],
        index_col="date",
    )
    level = frame["area_assessed_as_russia_controlled"] / 1e6
    return level[level.index.dayofweek == 6].diff()["2022-11-20":"2025-12-07"]


def run(record: pd.Series, baselines=None, **plan) -> BacktestResult:
    return backtest(record.to_numpy(), record.index.to_numpy(), (), baselines, Rolling(**plan))


def block(name: str) -> str:
    return {found["name"]: found["text"] for found in BLOCK.finditer(DOCUMENT.read_text("utf-8"))}[name]


def cells(table: str) -> dict[str, list[float]]:
    """Numbers of a Markdown table by the name in its first column."""
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return {row[0]: [float(cell) for cell in row[1:]] for row in rows}


def check_table(documented: str, measured: str) -> None:
    """Same rows; CRPS within 1% and coverage within .03: other machines round a draw or two differently."""
    said, found = cells(documented), cells(measured)
    assert list(said) == list(found), f"rows differ; measured:\n{measured}"
    for name, values in found.items():
        for documented_value, value in zip(said[name], values, strict=True):
            slack = 0.03 if value <= 1 else 0.01 * value + 1
            assert abs(documented_value - value) <= slack, f"{name}: measured:\n{measured}"


def test_plain_baselines_are_quick_and_as_documented(record):
    assert len(record) == 160
    assert record.index[-1] == pd.Timestamp("2025-12-07")
    started = time.process_time()
    result = run(record)
    assert time.process_time() - started < 5
    plain = [line for line in block("baselines").splitlines() if "autoarima" not in line]
    check_table("\n".join(plain), score_markdown(result))
    assert block("windows") == window_markdown(result)


def test_straight_lines_hold_almost_nothing(record):
    """DESIGN: their 80% bands hold 3–12%."""
    coverage = run(record).summary.groupby("forecaster")["in80"].mean()
    assert 0.03 <= coverage["line-52"] <= 0.12
    assert 0.03 <= coverage["line-13"] <= 0.12
    assert coverage["mean-13"] > 0.6


def test_autoarima_is_as_documented(record):
    if not base.autoarima_available():
        pytest.skip("statsforecast is not installed")
    result = run(record, baselines=[base.AutoArima()])
    row = [line for line in block("baselines").splitlines() if "autoarima" in line]
    check_table("\n".join(["", "", *row]), score_markdown(result))


def test_a_later_start_is_as_documented(record):
    result = run(record, first_history=52)
    plain = [line for line in block("later-start").splitlines() if "autoarima" not in line]
    check_table("\n".join(plain), score_markdown(result))


def test_totals_scored_are_changes_of_the_map(record):
    scores = run(record, baselines=[base.Climatology()], draws=50).scores
    level = record.cumsum()
    for row in scores.sample(10, random_state=1).itertuples():
        end = row.origin_date + pd.Timedelta(weeks=row.horizon)
        assert row.observed == pytest.approx(level[end] - level[row.origin_date], abs=1e-6)
    assert np.isfinite(scores["log_score"]).all()
