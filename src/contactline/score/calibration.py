"""Whether stated probabilities come true: coverage, the PIT histogram, and how little a record can say.

Windows that overlap share weeks, so they are counted twice here: all of them for the figure, and only those
that do not overlap for how far chance alone could move it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
import pandas as pd
import scipy

from contactline.core.errors import InputError

LEVELS = (0.5, 0.8, 0.9)
"""Central intervals that are scored."""
CHANCE = 0.95
"""Share of calibrated forecasters that would fall inside the `chance_low`–`chance_high` columns."""


def level_column(level: float) -> str:
    """Name of the column that says whether the observation lay inside the central interval: in80."""
    return f"in{round(100 * level)}"


def by_forecaster_and_horizon(scores: pd.DataFrame) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """Name, horizon (weeks) and rows of each group of scores, in the order they stand."""
    for key, group in scores.groupby(["forecaster", "horizon"], sort=False):
        name, horizon = cast(tuple[str, int], key)
        yield name, int(horizon), group


def independent_windows(origin_dates: pd.Series | np.ndarray, horizon: int) -> int:
    """How many of the windows of `horizon` weeks that start at these origins (ndarray[origin], days) fit without
    overlap."""
    days = np.unique(np.asarray(origin_dates, dtype="datetime64[D]"))
    count, free_from = 0, None
    for day in days:
        if free_from is None or day >= free_from:
            count += 1
            free_from = day + np.timedelta64(7 * horizon, "D")
    return count


def coverage_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Coverage by forecaster, horizon and level, with what chance allows a calibrated forecaster.

    The allowance is binomial over the windows that do not overlap; `consistent` says whether the share lies
    in it. With two or three such windows nearly everything is consistent: that is the truth of the record.
    Columns: forecaster, horizon (weeks), level, share, windows, independent, chance_low, chance_high,
    consistent. `scores` is that of a BacktestResult.
    """
    rows = []
    for forecaster, horizon, group in by_forecaster_and_horizon(scores):
        independent = independent_windows(group["origin_date"], horizon)
        for level in LEVELS:
            low, high = _chance_range(level, independent)
            share = float(group[level_column(level)].mean())
            rows.append(
                {
                    "forecaster": forecaster,
                    "horizon": horizon,
                    "level": level,
                    "share": share,
                    "windows": len(group),
                    "independent": independent,
                    "chance_low": low,
                    "chance_high": high,
                    "consistent": low <= share <= high,
                }
            )
    return pd.DataFrame(rows)


def pit_histogram(scores: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Counts of PIT values in equal bins by forecaster and horizon; a calibrated forecaster's are flat.

    Heaps at both ends mean bands too narrow, a hump in the middle bands too wide, a heap at one end a bias.
    `chance_low` and `chance_high` bound the share of windows in a bin for a calibrated forecaster (binomial
    over the windows that do not overlap).
    Columns: forecaster, horizon (weeks), low, high, count, share, chance_low, chance_high. Raises InputError.
    """
    if bins < 2:
        raise InputError(f"bins: got {bins!r}; allowed is 2 or more.")
    edges = np.linspace(0, 1, bins + 1)
    rows = []
    for forecaster, horizon, group in by_forecaster_and_horizon(scores):
        count = np.histogram(group["pit"], edges)[0]
        independent = independent_windows(group["origin_date"], horizon)
        chance_low, chance_high = _chance_range(1 / bins, independent)
        rows.append(
            pd.DataFrame(
                {
                    "forecaster": forecaster,
                    "horizon": horizon,
                    "low": edges[:-1],
                    "high": edges[1:],
                    "count": count,
                    "share": count / len(group),
                    "chance_low": chance_low,
                    "chance_high": chance_high,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def _chance_range(probability: float, trials: int) -> tuple[float, float]:
    """Central range of the share of `trials` independent events of this probability."""
    low, high = scipy.stats.binom.ppf([(1 - CHANCE) / 2, (1 + CHANCE) / 2], trials, probability) / trials
    return float(low), float(high)
