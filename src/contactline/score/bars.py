"""How good is good: ratios of scores to the baselines, their uncertainty, and the bars they are held to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from contactline.core.streams import Streams

RESAMPLES = 2000
INTERVAL = 0.9
"""Share of resamples between the columns `low` and `high`."""
ALL_HORIZONS = 0
"""Stands in the column `horizon` for the (geometric) mean over horizons."""


@dataclass(frozen=True)
class Bar:
    """One bar: `measure` is 'crps_ratio' (to `baseline`) or a coverage column such as 'in80', a share; allowed is
    `least` to `most`."""

    name: str
    measure: str
    baseline: str
    least: float
    most: float
    source: str


DESIGN_BARS = "DESIGN, How good is good"
BARS = (
    Bar("line-52", "crps_ratio", "line-52", 0.0, 0.70, DESIGN_BARS),
    Bar("line-13", "crps_ratio", "line-13", 0.0, 0.90, DESIGN_BARS),
    Bar("mean-13", "crps_ratio", "mean-13", 0.0, 0.90, DESIGN_BARS),
    Bar("autoarima", "crps_ratio", "autoarima", 0.0, 0.80, DESIGN_BARS),
    Bar("coverage 80%", "in80", "", 0.65, 0.95, DESIGN_BARS),
    Bar("coverage 90%", "in90", "", 0.80, 1.0, DESIGN_BARS),
    Bar("line-52, wider band", "crps_ratio", "line-52-scatter", 0.0, 0.70, "ours: the harder straight line"),
    Bar("line-13, wider band", "crps_ratio", "line-13-scatter", 0.0, 0.90, "ours: the harder straight line"),
)


def ratio_table(scores: pd.DataFrame, baselines: list[str], step: int, seed: int) -> pd.DataFrame:
    """CRPS of every forecaster over that of every baseline, by horizon and as the geometric mean over them.

    `low` and `high` bound the central 90% of a circular block bootstrap over origins (Politis and Romano
    1992). A block spans the horizon, so windows that overlap travel together; the geometric mean resamples
    the same origins for all horizons, in blocks of the longest. Few blocks: read the range as a floor.
    Columns: forecaster, baseline, horizon (weeks; 0 for the geometric mean), ratio, low, high.
    """
    streams = Streams(seed)
    names = list(scores["forecaster"].unique())
    horizons = sorted(int(horizon) for horizon in scores["horizon"].unique())
    crps = {
        horizon: part.pivot_table(index="origin_date", columns="forecaster", values="crps")[names]
        for horizon, part in scores.groupby("horizon")
    }
    origins = scores["origin_date"].drop_duplicates().sort_values()
    tables, joint = [], []
    for horizon in horizons:
        own = crps[horizon]
        count = _block_counts(len(own), horizon, step, streams.rng("score.bootstrap", horizon))
        tables.append((horizon, *_ratios(own, baselines, count)))
        joint.append(own.reindex(origins))
    count = _block_counts(len(origins), horizons[-1], step, streams.rng("score.bootstrap", ALL_HORIZONS))
    parts = [_ratios(frame, baselines, count) for frame in joint]
    with np.errstate(invalid="ignore", divide="ignore"):
        overall = [np.exp(np.mean([np.log(part[which]) for part in parts], axis=0)) for which in (0, 1)]
    tables.append((ALL_HORIZONS, overall[0], overall[1]))
    return pd.concat([_ratio_rows(names, baselines, *table) for table in tables], ignore_index=True)


def bar_table(scores: pd.DataFrame, ratios: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Each forecaster of `names` against each bar.

    `verdict` is met, not met, or not measured (its baseline was not run), by the value alone. `low` and `high` are
    those of the ratio; coverage has none here (see coverage_table). `range_verdict` asks the whole range: meets it,
    crosses it, misses it, or no range.
    Columns: forecaster, bar, measure, baseline, least, most, value, low, high, verdict, range_verdict, source.
    """
    rows = []
    for name in names:
        own = scores[scores["forecaster"] == name]
        for bar in BARS:
            value, low, high = _measured(bar, name, own, ratios)
            verdict = (
                "not measured" if np.isnan(value) else "met" if bar.least <= value <= bar.most else "not met"
            )
            rows.append(
                {
                    "forecaster": name,
                    "bar": bar.name,
                    "measure": bar.measure,
                    "baseline": bar.baseline,
                    "least": bar.least,
                    "most": bar.most,
                    "value": value,
                    "low": low,
                    "high": high,
                    "verdict": verdict,
                    "range_verdict": _range_verdict(bar, low, high),
                    "source": bar.source,
                }
            )
    columns = ["forecaster", "bar", "measure", "baseline", "least", "most"]
    return pd.DataFrame(
        rows, columns=[*columns, "value", "low", "high", "verdict", "range_verdict", "source"]
    )


def _range_verdict(bar: Bar, low: float, high: float) -> str:
    """Whether the whole range of a measure meets its bar: "meets it", "crosses it", "misses it" or "no range"."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return "no range"
    if bar.least <= low and high <= bar.most:
        return "meets it"
    return "misses it" if high < bar.least or low > bar.most else "crosses it"


def _measured(bar: Bar, name: str, own: pd.DataFrame, ratios: pd.DataFrame) -> tuple[float, float, float]:
    """Value, low and high of one bar's measure, averaged over horizons; NaN where it was not measured."""
    if bar.measure != "crps_ratio":
        return float(own.groupby("horizon")[bar.measure].mean().mean()), np.nan, np.nan
    row = ratios[
        (ratios["forecaster"] == name)
        & (ratios["baseline"] == bar.baseline)
        & (ratios["horizon"] == ALL_HORIZONS)
    ]
    if row.empty:
        return np.nan, np.nan, np.nan
    return float(row["ratio"].iloc[0]), float(row["low"].iloc[0]), float(row["high"].iloc[0])


def _block_counts(origins: int, horizon: int, step: int, rng: np.random.Generator) -> np.ndarray:
    """ndarray[resample, origin]: how often each origin is drawn, in circular blocks one horizon long."""
    block = min(-(-horizon // step), origins)
    starts = rng.integers(origins, size=(RESAMPLES, -(-origins // block)))
    drawn = (starts[:, :, None] + np.arange(block)) % origins
    drawn = drawn.reshape(RESAMPLES, -1)[:, :origins]
    return np.stack([np.bincount(row, minlength=origins) for row in drawn])


def _ratios(crps: pd.DataFrame, baselines: list[str], count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ratios of mean CRPS: ndarray[forecaster, baseline], and of each resample: [resample, ...].

    Origins without a score at this horizon have no weight; a resample of none but those is NaN, and so is
    a ratio to a baseline that is never wrong.
    """
    scored = crps.notna().all(axis=1).to_numpy()
    values = crps.to_numpy()[scored]
    weight = count[:, scored].astype(float)
    base = [list(crps.columns).index(name) for name in baselines]
    mean = values.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        resampled = weight @ values / weight.sum(axis=1, keepdims=True)
        return mean[:, None] / mean[None, base], resampled[:, :, None] / resampled[:, None, base]


def _ratio_rows(
    names: list[str], baselines: list[str], horizon: int, ratio: np.ndarray, resampled: np.ndarray
) -> pd.DataFrame:
    low, high = np.nanquantile(resampled, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2], axis=0)
    return pd.DataFrame(
        {
            "forecaster": np.repeat(names, len(baselines)),
            "baseline": np.tile(baselines, len(names)),
            "horizon": horizon,
            "ratio": ratio.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
        }
    )
