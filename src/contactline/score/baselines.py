"""The baselines that a forecast must beat: straight lines, last values, climatology, AutoARIMA.

Each takes weekly net km² and gives draws of the weeks ahead. Only the totals from the origin to a week are
meant: draws keep their rank from week to week, so a single week inside a draw carries no meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from contactline.core.errors import FitError, InputError
from contactline.score.forecaster import Forecaster

LEAST_ERRORS = 8
"""Fewest past errors or windows that stand for a distribution by themselves. Assumption of ours."""
BLOCK_WEEKS = 13
"""Length of the blocks drawn where the record has too few windows: a season. Assumption of ours."""


@dataclass(frozen=True)
class StraightLine:
    """Ordinary least squares through the cumulative of the last `weeks` weeks (fewer where fewer exist).

    The line starts at the last observed point. Its band is the regression's own standard error, as an
    analyst draws it, with Student t (n − 2 degrees of freedom):
    `slope`    the error of the slope alone: total(h) = h·(b + se(b)·t);
    `scatter`  the error of a new point off the line: total(h) = h·b + s·√(1 + 1/n + (x_h − x̄)²/Sxx)·t.
    Both take the points as independent, which a cumulative is not: that is the baseline's flaw, not a slip.
    """

    weeks: int
    band: str = "slope"

    def __post_init__(self) -> None:
        if self.weeks < 3 or self.band not in ("slope", "scatter"):
            raise InputError(
                f"straight line: got weeks={self.weeks!r}, band={self.band!r}; allowed are 3 weeks or "
                "more and 'slope' or 'scatter'."
            )

    @property
    def name(self) -> str:
        """See Forecaster."""
        return f"line-{self.weeks}" + ("" if self.band == "slope" else f"-{self.band}")

    @property
    def label(self) -> str:
        """See Forecaster."""
        return f"straight line, {self.weeks} weeks" + (
            "" if self.band == "slope" else ", band of the scatter"
        )

    def __call__(
        self, history: np.ndarray, horizon: int, draws: int, rng: np.random.Generator, *, origin: int
    ) -> np.ndarray:
        """ndarray[draw, week], weekly net km². Raises InputError where `history` is under 3 weeks."""
        _need_weeks(self.name, history, 3)
        level = np.concatenate([[0.0], np.cumsum(history[-self.weeks :])])
        count = len(level)
        x = np.arange(count) - (count - 1) / 2
        moment = x @ x
        slope = x @ level / moment
        residual = level - level.mean() - slope * x
        error = np.sqrt(residual @ residual / (count - 2))
        ahead = np.arange(1, horizon + 1)
        if self.band == "slope":
            width = ahead * error / np.sqrt(moment)
        else:
            width = error * np.sqrt(1 + 1 / count + (x[-1] + ahead) ** 2 / moment)
        shock = rng.standard_t(count - 2, size=(draws, 1))
        return _weekly(slope * ahead + width * shock)


@dataclass(frozen=True)
class LastValues:
    """The mean of the last `weeks` weeks goes on, with the errors that this rule made in the past.

    total(h) = h·mean + an error of the same rule at horizon h, resampled from every origin in the history.
    Horizons with fewer than `LEAST_ERRORS` past errors take those of the longest horizon that has enough,
    grown in proportion to the horizon. With weeks = 1 its centre is the random walk's.
    """

    weeks: int

    def __post_init__(self) -> None:
        if self.weeks < 1:
            raise InputError(f"last values: got weeks={self.weeks!r}; allowed is 1 or more.")

    @property
    def name(self) -> str:
        """See Forecaster."""
        return f"mean-{self.weeks}" if self.weeks > 1 else "last-week"

    @property
    def label(self) -> str:
        """See Forecaster."""
        return f"mean of the last {self.weeks} weeks" if self.weeks > 1 else "last week goes on"

    def __call__(
        self, history: np.ndarray, horizon: int, draws: int, rng: np.random.Generator, *, origin: int
    ) -> np.ndarray:
        """ndarray[draw, week], weekly net km². Raises InputError where `history` is too short for errors."""
        _need_weeks(self.name, history, self.weeks + LEAST_ERRORS)
        level = np.concatenate([[0.0], np.cumsum(history)])
        mean = (level[self.weeks :] - level[: -self.weeks]) / self.weeks
        reached = level[self.weeks :]
        longest = len(reached) - LEAST_ERRORS

        def totals(ahead: int) -> np.ndarray:
            span = min(ahead, longest)
            error = (reached[span:] - reached[:-span] - span * mean[:-span]) * (ahead / span)
            return np.asarray(ahead * mean[-1] + error)

        return _resampled(totals, horizon, draws, rng)


@dataclass(frozen=True)
class Climatology:
    """The future is like the past: the total over h weeks is that of a past window of h weeks, resampled.

    Where the record holds fewer than `LEAST_ERRORS` windows of that length, or none, totals come from a
    circular block bootstrap with blocks of `BLOCK_WEEKS` weeks (Politis and Romano 1992).
    """

    name: str = "climatology"
    label: str = "climatology: past windows"

    def __call__(
        self, history: np.ndarray, horizon: int, draws: int, rng: np.random.Generator, *, origin: int
    ) -> np.ndarray:
        """ndarray[draw, week], weekly net km². Raises InputError where `history` has no week."""
        _need_weeks(self.name, history, 1)
        level = np.concatenate([[0.0], np.cumsum(history)])
        longest = len(history) - LEAST_ERRORS + 1
        blocks = np.cumsum(_block_paths(history, horizon, draws, rng), axis=1) if horizon > longest else None

        def totals(ahead: int) -> np.ndarray:
            if blocks is not None and ahead > longest:
                return np.asarray(blocks[:, ahead - 1])
            return np.asarray(level[ahead:] - level[:-ahead])

        return _resampled(totals, horizon, draws, rng)


@dataclass(frozen=True)
class AutoArima:
    """AutoARIMA (Hyndman and Khandakar 2008) on the cumulative: statsforecast's fit and its normal bands."""

    name: str = "autoarima"
    label: str = "AutoARIMA on the cumulative"

    def __call__(
        self, history: np.ndarray, horizon: int, draws: int, rng: np.random.Generator, *, origin: int
    ) -> np.ndarray:
        """ndarray[draw, week], weekly net km². Raises InputError (no statsforecast) and FitError."""
        model = _autoarima_model()
        _need_weeks(self.name, history, 12)
        level = np.concatenate([[0.0], np.cumsum(history)])
        one_sd = 68.26894921370858  # per cent inside ±1 sd of a normal
        try:
            forecast = model(season_length=1).forecast(y=level, h=horizon, level=[one_sd])
        except Exception as error:
            raise FitError(f"autoarima: no fit at week {origin} of the record ({error}).") from error
        centre = np.asarray(forecast["mean"], float) - level[-1]
        width = (np.asarray(forecast[f"hi-{one_sd}"]) - np.asarray(forecast[f"lo-{one_sd}"])) / 2
        return _weekly(centre + width * rng.standard_normal((draws, 1)))


def default_baselines(autoarima: bool = False) -> tuple[Forecaster, ...]:
    """Every baseline in the order of the tables. AutoARIMA needs statsforecast, a development dependency.

    Raises InputError if `autoarima` is asked for and statsforecast is not installed.
    """
    plain: tuple[Forecaster, ...] = (
        StraightLine(52),
        StraightLine(13),
        StraightLine(52, "scatter"),
        StraightLine(13, "scatter"),
        LastValues(1),
        LastValues(13),
        Climatology(),
    )
    if not autoarima:
        return plain
    _autoarima_model()
    return (*plain, AutoArima())


def autoarima_available() -> bool:
    """True where statsforecast can be imported."""
    try:
        _autoarima_model()
    except InputError:
        return False
    return True


def _autoarima_model() -> type:
    try:
        from statsforecast.models import AutoARIMA
    except ImportError:
        raise InputError(
            "autoarima: statsforecast is not installed; it serves this baseline only. Install it with "
            "`pip install statsforecast`, or leave this baseline out."
        ) from None
    return AutoARIMA


def _resampled(
    totals: Callable[[int], np.ndarray], horizon: int, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Weekly paths whose total over each `ahead` weeks is resampled from `totals(ahead)`, km².

    A draw keeps its rank at every horizon: only so can each horizon use all its own past windows.
    """
    rank = rng.random(draws)
    pick = partial(np.quantile, q=rank, method="inverted_cdf")
    return _weekly(np.stack([pick(totals(ahead)) for ahead in range(1, horizon + 1)], axis=1))


def _block_paths(history: np.ndarray, horizon: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """ndarray[draw, week], weekly net km²: circular blocks of the history, one after another."""
    block = min(BLOCK_WEEKS, len(history))
    starts = rng.integers(len(history), size=(draws, -(-horizon // block)))
    index = (starts[:, :, None] + np.arange(block)) % len(history)
    return np.asarray(history[index.reshape(draws, -1)[:, :horizon]])


def _weekly(totals: np.ndarray) -> np.ndarray:
    """Weekly net km² from totals since the origin: ndarray[draw, week] both."""
    return np.diff(totals, axis=1, prepend=0.0)


def _need_weeks(name: str, history: np.ndarray, least: int) -> None:
    if len(history) < least:
        raise InputError(
            f"{name}: the history has {len(history)} weeks; at least {least} are needed. Start origins later."
        )
