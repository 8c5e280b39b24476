"""Event studies by placebo: did a weekly series behave differently in a window than in all others of its length?

    effect(t) = mean of weeks t … t+L−1  −  mean of the B weeks before t
    p = (1 + #{placebo |effect| ≥ |effect|}) / (1 + number of placebos)

The null is the record itself: every window of the same length that overlaps neither the event nor its baseline
(randomisation inference; Fisher 1935, in the use of Abadie, Diamond & Hainmueller 2010, JASA 105:493). Windows
overlap each other, so the number that are independent is small and is said. Functions take plain arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

LEAST_WEEKS = 4
"""A shorter window is read as noise of the map: on days without an update a week's change is nought or double."""

LEAST_INDEPENDENT = 5
"""With fewer independent placebo windows no p below one in six can occur, so nothing could be found."""

LEAST_BASELINE = 8
"""Weeks before the event that its window is compared with, at least; longer windows take their own length."""


@dataclass(frozen=True)
class Study:
    """One event, one series. Rates are in the series' unit per week; NaN where the series does not reach.

    placebo : ndarray[window], the effects at all placebo dates; independent : how many of them do not overlap
    low, high : effects that the placebo spread leaves possible (90%); reasons : why no effect is claimed, empty if
    one could be
    """

    weeks: int
    baseline_weeks: int
    before: float
    during: float
    effect: float
    p_value: float
    low: float
    high: float
    smallest_visible: float
    independent: int
    placebo: np.ndarray = field(repr=False)
    reasons: tuple[str, ...] = ()

    @property
    def identified(self) -> bool:
        """Whether the design could tell an effect from ordinary variation and from what else happened."""
        return not self.reasons

    @property
    def verdict(self) -> str:
        """`not identified`, or else `no effect seen` or `differs from placebo` at one in ten."""
        if not self.identified:
            return "not identified"
        return "differs from placebo" if self.p_value <= 0.1 else "no effect seen"


def study(
    series: np.ndarray,
    start: int,
    stop: int,
    confounders: Sequence[str] = (),
    on_map: bool = True,
    skip: Sequence[tuple[int, int]] = (),
) -> Study:
    """Compare weeks start … stop−1 of `series` with the weeks before, and with every placebo window.

    series : ndarray[week] (NaN: no reading); skip : further (start, stop) windows, of other events, that no placebo
    may overlap. A window that the series does not cover gives NaN figures and says so in `reasons`.
    """
    length = max(stop - start, 1)
    baseline = max(length, LEAST_BASELINE)
    whole = start - baseline >= 0 and stop <= len(series)
    here = _effect(series, start, length, baseline) if whole else (np.nan, np.nan)
    own = (start - baseline, start + length)
    placebo = np.array([
        after - before
        for at in range(baseline, len(series) - length + 1)
        if not _overlaps((at - baseline, at + length), [own, *skip])
        for before, after in [_effect(series, at, length, baseline)]
        if np.isfinite(after - before)
    ])  # fmt: skip
    independent = _independent(series, length, baseline, [own, *skip])
    before, during = here
    effect = during - before
    covered = bool(np.isfinite(effect))
    reasons = _reasons(length, covered, independent, on_map, confounders)
    if not covered or len(placebo) == 0:
        return Study(
            length,
            baseline,
            before,
            during,
            effect,
            np.nan,
            np.nan,
            np.nan,
            np.nan,
            independent,
            placebo,
            reasons,
        )
    centred = placebo - np.median(placebo)
    width = float(np.quantile(np.abs(centred), 0.9))
    p = (1 + int((np.abs(placebo) >= abs(effect)).sum())) / (1 + len(placebo))
    ends = (effect - width, effect + width)
    return Study(length, baseline, before, during, effect, p, *ends, width, independent, placebo, reasons)


def elasticity_range(found: Study, drop: tuple[float, float]) -> tuple[float, float]:
    """The η that the study leaves possible, from tempo × exp(−η·Δadequacy) : (low, high), 90%.

    drop : by how much adequacy (a share) fell, as a range. The range is (−inf, inf) where the window was not measured,
    and open at an end where the effect left possible would stop or reverse the tempo.
    """
    if not np.isfinite(found.low) or found.before <= 0:
        return -np.inf, np.inf
    ends = []
    for effect in (found.low, found.high):
        ratio = (found.before + effect) / found.before
        ends += [np.log(ratio) / size if ratio > 0 else -np.inf for size in drop]
    return float(min(ends)), float(max(ends))


def _effect(series: np.ndarray, at: int, length: int, baseline: int) -> tuple[float, float]:
    """Mean before and mean within; NaN if more than a quarter of either has no reading."""
    parts = series[at - baseline : at], series[at : at + length]
    if any(np.isnan(part).mean() > 0.25 for part in parts):
        return np.nan, np.nan
    return float(np.nanmean(parts[0])), float(np.nanmean(parts[1]))


def _overlaps(window: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(window[0] < stop and start < window[1] for start, stop in others)


def _independent(series: np.ndarray, length: int, baseline: int, taken: Sequence[tuple[int, int]]) -> int:
    """How many placebo windows, baseline included, fit side by side."""
    count, at = 0, 0
    size = length + baseline
    while at + size <= len(series):
        clear = not _overlaps((at, at + size), taken) and np.isfinite(
            sum(_effect(series, at + baseline, length, baseline))
        )
        count += int(clear)
        at += size if clear else 1
    return count


def _reasons(
    length: int, covered: bool, independent: int, on_map: bool, confounders: Sequence[str]
) -> tuple[str, ...]:
    found = []
    if not on_map:
        found.append("the place that was hit lies off this map")
    if not covered:
        found.append("the series does not cover the event and the weeks before it")
    if length < LEAST_WEEKS:
        found.append(
            f"the window of {length} week{'s' if length > 1 else ''} is too short (fewer than {LEAST_WEEKS})"
        )
    if independent < LEAST_INDEPENDENT:
        windows = "window" if independent == 1 else "windows"
        found.append(
            f"the record holds {independent} independent placebo {windows} (fewer than {LEAST_INDEPENDENT})"
        )
    found += [f"confounder: {text.rstrip('.')}" for text in confounders]
    return tuple(found)
