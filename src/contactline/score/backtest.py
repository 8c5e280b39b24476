"""Rolling-origin backtest: stand at past weeks, forecast from what was known, score what then happened.

What is scored is the net km² from the origin to the end of the horizon. A forecaster is handed a copy of the
weeks up to its origin and nothing else, so it cannot see what it is scored on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from contactline.core import notebook
from contactline.core.errors import FitError, InputError
from contactline.core.frame import checked
from contactline.core.streams import Streams
from contactline.core.version import VERSION
from contactline.score import bars
from contactline.score.baselines import default_baselines
from contactline.score.calibration import (
    LEVELS,
    by_forecaster_and_horizon,
    independent_windows,
    level_column,
)
from contactline.score.columns import SCORE_TABLES
from contactline.score.forecaster import Forecaster
from contactline.score.proper import crps_ensemble, inside_central, log_score_ensemble, pit_ensemble
from contactline.score.rolling import USUAL, Rolling

HORIZONS = (4, 13, 26, 37)
DRAWS = 2000
QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


@dataclass(frozen=True)
class BacktestResult:
    """Scores of a backtest and how they were made.

    scores   one row per forecaster, origin and horizon: forecaster, origin_date (last day known), horizon
             (weeks), crps (km²), log_score (nats), pit (0–1), in50, in80, in90 (true or false), observed
             (km² from origin to horizon), q05 … q95 (km², quantiles of the forecast)
    summary  one row per forecaster and horizon: label, origins, independent (windows that do not overlap),
             mean crps, log_score and shares in50, in80, in90, width80 (km², mean width of the 80% band)
    ratios   CRPS ratio of each forecaster to each baseline (see bars.ratio_table)
    bars     the candidates against each bar (see bars.bar_table)
    made_by  version, seed, draws, origins, digest of the series, forecasters
    """

    scores: pd.DataFrame
    summary: pd.DataFrame
    ratios: pd.DataFrame
    bars: pd.DataFrame
    made_by: dict[str, Any]

    def __repr__(self) -> str:
        return notebook.line("BacktestResult", self._about())

    def _repr_html_(self) -> str:
        return notebook.html("Backtest", self._about()) + self.summary.to_html(index=False, border=0)

    def _about(self) -> str:
        models = self.summary["forecaster"].nunique()
        return (
            f"{models} forecasters, horizons {', '.join(map(str, sorted(self.summary['horizon'].unique())))} weeks, "
            f"{len(self.scores):,} scores"
        )


def backtest(
    weekly: np.ndarray,
    week_ends: np.ndarray,
    candidates: Sequence[Forecaster] = (),
    baselines: Sequence[Forecaster] | None = None,
    rolling: Rolling = USUAL,
) -> BacktestResult:
    """Score `candidates` and `baselines` from every `rolling.step`-th week on, at each horizon.

    weekly : ndarray[week], net km²; week_ends : ndarray[week] of datetime64[D], the last day of each week.
    The first origin has `rolling.first_history` weeks behind it; the last of a horizon leaves room for it. Each
    forecaster is called once an origin, for the longest horizon; 2,000 draws and HORIZONS where `rolling` names
    none. `baselines` defaults to all but AutoARIMA.
    Method: Tashman (2000), rolling origin; scores as in `score.proper`. Raises InputError, and FitError
    where a forecaster returns draws of a wrong shape or that are not finite.
    """
    baselines = default_baselines() if baselines is None else baselines
    forecasters = [*candidates, *baselines]
    weekly, week_ends = _checked_record(weekly, week_ends)
    draws = DRAWS if rolling.draws is None else rolling.draws
    horizons = _checked_plan(len(weekly), forecasters, rolling, draws)
    origins = range(rolling.first_history - 1, len(weekly) - horizons[0], rolling.step)
    streams = Streams(rolling.seed)
    jobs = [(forecaster, origin) for forecaster in forecasters for origin in origins]

    def run(job: tuple[Forecaster, int]) -> pd.DataFrame:
        return _score_origin(*job, weekly, week_ends, horizons, draws, streams)

    parts = []
    with ThreadPoolExecutor(rolling.workers) as pool:
        for done, part in enumerate(pool.map(run, jobs), start=1):
            parts.append(part)
            rolling.tick(done / len(jobs))
    scores = pd.concat(parts, ignore_index=True)
    ratios = bars.ratio_table(
        scores, [forecaster.name for forecaster in baselines], rolling.step, rolling.seed
    )
    tables = {
        "scores": scores,
        "summary": _summary(scores, {forecaster.name: forecaster.label for forecaster in forecasters}),
        "ratios": ratios,
        "bars": bars.bar_table(scores, ratios, [forecaster.name for forecaster in candidates]),
    }
    return BacktestResult(
        **{name: checked(SCORE_TABLES[name], table) for name, table in tables.items()},
        made_by={
            "method": "rolling-origin backtest of net km² from origin to horizon",
            "version": VERSION,
            "seed": int(rolling.seed),
            "draws": int(draws),
            "horizons": list(horizons),
            "step": int(rolling.step),
            "weeks": len(weekly),
            "first_week": str(week_ends[0]),
            "last_week": str(week_ends[-1]),
            "first_origin": str(week_ends[origins[0]]),
            "last_origin": str(week_ends[origins[-1]]),
            "series_sha256": hashlib.sha256(weekly.astype("<f8").tobytes()).hexdigest(),
            "candidates": [forecaster.name for forecaster in candidates],
            "baselines": [forecaster.name for forecaster in baselines],
        },
    )


def _score_origin(
    forecaster: Forecaster,
    origin: int,
    weekly: np.ndarray,
    week_ends: np.ndarray,
    horizons: Sequence[int],
    draws: int,
    streams: Streams,
) -> pd.DataFrame:
    """The rows of one forecaster at one origin: one per horizon that the record leaves room for."""
    longest = horizons[-1]
    rng = streams.rng(f"score.{forecaster.name}", origin, longest)
    # A copy, not a view: a view would carry the rest of the record in its `base`.
    path = np.asarray(forecaster(weekly[: origin + 1].copy(), longest, draws, rng, origin=origin))
    if path.shape != (draws, longest) or not np.isfinite(path).all():
        raise FitError(
            f"forecaster {forecaster.name!r} at origin {week_ends[origin]}: got draws of shape {path.shape}"
            f"{'' if np.isfinite(path).all() else ' with values that are not finite'}; allowed is finite "
            f"draws[draw, week] of shape {(draws, longest)}. Correct the forecaster."
        )
    fits = [horizon for horizon in horizons if origin + horizon < len(weekly)]
    ends = np.array(fits)
    totals = np.cumsum(path, axis=1)[:, ends - 1]
    known = np.cumsum(weekly[origin + 1 : origin + 1 + fits[-1]])
    observed = known[ends - 1]
    chance = streams.rng(f"score.{forecaster.name}.pit", origin, longest)
    columns: dict[str, Any] = {
        "forecaster": forecaster.name,
        "origin_date": pd.Timestamp(week_ends[origin]),
        "horizon": ends,
        "crps": crps_ensemble(totals, observed),
        "log_score": log_score_ensemble(totals, observed),
        "pit": pit_ensemble(totals, observed, chance),
    }
    columns |= {level_column(level): inside_central(totals, observed, level) for level in LEVELS}
    columns["observed"] = observed
    quantiles = np.quantile(totals, QUANTILES, axis=0)
    columns |= {f"q{round(100 * q):02d}": value for q, value in zip(QUANTILES, quantiles, strict=True)}
    return pd.DataFrame(columns)


def _summary(scores: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """One row per forecaster and horizon, in the order of the scores."""
    wide = scores.assign(width80=scores["q90"] - scores["q10"])
    shares = [level_column(level) for level in LEVELS]
    groups = wide.groupby(["forecaster", "horizon"], sort=False)
    table = groups[["crps", "log_score", *shares, "width80"]].mean().reset_index()
    windows = [
        (len(g), independent_windows(g["origin_date"], h)) for _, h, g in by_forecaster_and_horizon(wide)
    ]
    table.insert(2, "origins", [count for count, _ in windows])
    table.insert(3, "independent", [apart for _, apart in windows])
    table.insert(1, "label", table["forecaster"].map(labels))
    return table


def _checked_record(weekly: np.ndarray, week_ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays; raises InputError on a wrong length, a value that is not finite or a missing week."""
    weekly = np.asarray(weekly, float)
    week_ends = np.asarray(week_ends, dtype="datetime64[D]")
    if weekly.ndim != 1 or weekly.shape != week_ends.shape:
        raise InputError(
            f"weekly: got shape {weekly.shape} with {week_ends.shape} week ends; allowed is one value a week."
        )
    if not np.isfinite(weekly).all():
        week = int(np.flatnonzero(~np.isfinite(weekly))[0])
        raise InputError(
            f"weekly: the week ending {week_ends[week]} is {weekly[week]}; allowed is a number of km²."
        )
    gaps = np.flatnonzero(np.diff(week_ends) != np.timedelta64(7, "D"))
    if len(gaps):
        before, after = week_ends[gaps[0]], week_ends[gaps[0] + 1]
        raise InputError(
            f"week_ends: {after} follows {before}; allowed are steps of 7 days. Fill or cut the gap."
        )
    return weekly, week_ends


def _checked_plan(weeks: int, forecasters: list[Forecaster], rolling: Rolling, draws: int) -> list[int]:
    """The horizons, ascending; raises InputError where the plan cannot be run on `weeks` weeks."""
    rolling.check(draws, least_history=1)
    horizons = HORIZONS if rolling.horizons is None else rolling.horizons
    ordered = sorted(set(horizons))
    if not ordered or ordered[0] < 1 or len(ordered) != len(horizons):
        raise InputError(
            f"horizons: got {list(horizons)}; allowed are different whole numbers of weeks from 1 up."
        )
    needed = rolling.first_history + ordered[-1]
    if needed > weeks:
        raise InputError(
            f"the record has {weeks} weeks; a history of {rolling.first_history} and a horizon of {ordered[-1]} need "
            f"{needed}. Shorten one of them."
        )
    names = [forecaster.name for forecaster in forecasters]
    if not names or len(set(names)) != len(names):
        raise InputError(f"forecasters: got {names}; allowed are one or more with different names.")
    return ordered
