"""Event study of falls: does the pace change once a town has fallen, near it or on the whole front?

    D = log[(gain of the L weeks after + κ) / (gain of the L weeks before + κ)]        κ: one cell, what a map resolves
    β = (mean D of the falls studied − mean D of placebos) / (mean X of the falls − mean X of placebos)

X is the mean number of such falls within the L weeks before each week, after less before: windows overlap, so that
other dates hold the effect of falls too, and β is the log factor on the pace that *one* fall leaves for L weeks. For
the front the placebos are all other dates; near a place they are all other cells that fell, and what the whole front
did at the time is taken off D (a difference in differences). The null is the record itself: the falls' marks are
rotated as one block through the placebos, so that their clustering stays as it was (randomisation inference: Fisher
1935; rotation of a marked series: Lotwick & Silverman 1982, JRSS B 44:406). Functions take plain arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from contactline.support.event_study import LEAST_INDEPENDENT

LEAST_FALLS = 5
"""With fewer falls one battle decides the mean."""

LEAST_CONTRAST = 0.5
"""Falls that the windows studied hold more of than placebos do: below half a fall, there is nothing to compare."""

CLAIMED = 1.5
"""Factor on the pace that a place said to "open the way" would have, at least. *Assumption* of the developers: nobody
who says so puts a number to it; half as much again is about the spread of one quarter's pace over the next."""

LEVEL = 0.9

_SAME_KM = 0.01


@dataclass(frozen=True, eq=False)
class Moves:
    """Every change of control in the record.

    week : ndarray[change] int, 0 for the record's first whole week; km2 : ndarray[change], negative where it was taken
    back; at : ndarray[change, 2], km east and north; total : ndarray[week], km² net on the whole front
    cell_km2 : area of a cell, km²
    """

    week: np.ndarray
    km2: np.ndarray
    at: np.ndarray
    total: np.ndarray
    cell_km2: float


@dataclass(frozen=True, eq=False)
class Falls:
    """Cells that the challenger took and still holds, in an order in which neighbours in space and time stand together.

    week : ndarray[fall] int; at : ndarray[fall, 2], km east and north; block : ndarray[fall] int, a code of the stretch
    of front that each lies in
    """

    week: np.ndarray
    at: np.ndarray
    block: np.ndarray


@dataclass(frozen=True, eq=False)
class HubStudy:
    """What the record says of one kind of place, one reach, one length of window.

    used : falls with whole windows on both sides; effect : β, log factor on the pace after one fall, NaN where nothing
    can be compared; low, high : its 90% range; placebo : ndarray[rotation], β at every other place of the marks
    contrast : falls, the denominator of β; independent : number of placebos that do not overlap
    """

    used: int
    effect: float
    low: float
    high: float
    p_value: float
    contrast: float
    independent: int
    placebo: np.ndarray = field(repr=False)

    @property
    def verdict(self) -> str:
        """`not identified`, `no effect seen`, or `differs from placebo` at one in ten."""
        thin = self.used < LEAST_FALLS or self.independent < LEAST_INDEPENDENT
        if thin or not self.contrast >= LEAST_CONTRAST:
            return "not identified"
        if self.low <= 0.0 <= self.high:
            return "not identified" if self.high >= np.log(CLAIMED) else "no effect seen"
        return "differs from placebo"


def front_study(moves: Moves, fallen: np.ndarray, weeks: int) -> HubStudy:
    """The pace of the whole front before and after falls in the weeks `fallen` : ndarray[place] int, against all dates.

    weeks : length of each window; the week of the fall itself is in neither.
    """
    total = moves.total
    count = np.bincount(fallen[(fallen >= 0) & (fallen < len(total))], minlength=len(total)).astype(float)
    whole = max(len(total) - 2 * weeks, 0)
    return _study(
        _log_change(total, weeks, moves.cell_km2), _change(_in_force(count, weeks), weeks) / weeks,
        count[weeks : weeks + whole], whole // (2 * weeks + 1),
    )  # fmt: skip


def local_study(
    moves: Moves,
    falls: Falls,
    chosen: np.ndarray,
    weeks: int,
    reach_km: float,
    local: np.ndarray | None = None,
) -> HubStudy:
    """The pace within `reach_km` of places that fell, the cell itself not counted, against all other cells that fell.

    chosen : ndarray[fall] bool, the places studied; local : ndarray[fall, week], km² net around each fall where that
    has been worked out before (see `around`); weeks : length of each window.
    """
    span = len(moves.total)
    local = around(moves, falls, reach_km) if local is None else local
    towns = np.zeros((int(chosen.sum()), span))
    towns[np.arange(len(towns)), falls.week[chosen]] = 1.0
    near = (_apart(falls.at, falls.at[chosen]) <= reach_km**2).astype(float)
    in_force = _in_force(near @ towns, weeks)
    kept = (falls.week >= weeks) & (falls.week < span - weeks)
    at = falls.week[kept] - weeks
    rows = np.flatnonzero(kept)
    change = _log_change(local, weeks, moves.cell_km2)[rows, at]
    change -= _log_change(moves.total, weeks, moves.cell_km2)[at]
    exposure = (_change(in_force, weeks) / weeks)[rows, at]
    apart = np.unique(np.stack([falls.block[kept], falls.week[kept] // (2 * weeks + 1)]), axis=1).shape[1]
    return _study(change, exposure, chosen[kept].astype(float), apart)


def around(moves: Moves, falls: Falls, reach_km: float) -> np.ndarray:
    """Net gain a week within `reach_km` of each fall, its own cell left out : ndarray[fall, week], km²."""
    by_week = np.zeros((len(moves.week), len(moves.total)), dtype=np.float32)
    by_week[np.arange(len(moves.week)), moves.week] = moves.km2
    apart = _apart(falls.at, moves.at)
    near = (apart <= reach_km**2) & (apart > _SAME_KM**2)
    found: np.ndarray = (near.astype(np.float32) @ by_week).astype(float)
    return found


def _apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Squares of distances, km² : ndarray[one, other]."""
    east, north = (one[:, None, axis] - other[None, :, axis] for axis in (0, 1))
    found: np.ndarray = east**2 + north**2
    return found


def _change(series: np.ndarray, weeks: int) -> np.ndarray:
    """Sum of the weeks after less that before, for each week with both : ndarray[…, week − 2·weeks]."""
    before, after = _windows(series, weeks)
    found: np.ndarray = after - before
    return found


def _windows(series: np.ndarray, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    """Sums of the `weeks` weeks before and after each week that has both, itself in neither."""
    climb = np.concatenate([np.zeros((*series.shape[:-1], 1)), np.cumsum(series, axis=-1)], axis=-1)
    at = np.arange(weeks, max(series.shape[-1] - weeks, weeks))
    return climb[..., at] - climb[..., at - weeks], climb[..., at + 1 + weeks] - climb[..., at + 1]


def _log_change(series: np.ndarray, weeks: int, cell_km2: float) -> np.ndarray:
    """D of the module's formula : ndarray[…, week − 2·weeks]; a net loss counts as nothing gained."""
    before, after = (np.maximum(part, 0.0) + cell_km2 for part in _windows(series, weeks))
    found: np.ndarray = np.log(after / before)
    return found


def _in_force(count: np.ndarray, weeks: int) -> np.ndarray:
    """How many places fell in the `weeks` weeks before each week : ndarray[…, week]."""
    climb = np.concatenate([np.zeros((*count.shape[:-1], 1)), np.cumsum(count, axis=-1)], axis=-1)
    at = np.arange(count.shape[-1])
    found: np.ndarray = climb[..., at] - climb[..., np.maximum(at - weeks, 0)]
    return found


def _study(change: np.ndarray, exposure: np.ndarray, marks: np.ndarray, independent: int) -> HubStudy:
    """β with the range that the rotations of the marks leave. change, exposure, marks : ndarray[candidate]."""
    used, nothing = int(marks.sum()), np.zeros(0)
    if used == 0 or used == len(marks):
        return HubStudy(used, np.nan, np.nan, np.nan, np.nan, 0.0, independent, nothing)
    centred = change - change.mean()
    contrast = float(marks @ (exposure - exposure.mean())) / used
    if contrast <= 0.0:
        return HubStudy(used, np.nan, np.nan, np.nan, np.nan, contrast, independent, nothing)
    # Rotations by the Fourier transform: entry k is the effect with every mark k places on.
    turned = np.fft.irfft(np.conj(np.fft.rfft(marks)) * np.fft.rfft(centred), n=len(marks)) / used / contrast
    effect, placebo = float(turned[0]), turned[1:]
    width = float(np.quantile(np.abs(placebo), LEVEL))
    p = (1 + int((np.abs(placebo) >= abs(effect)).sum())) / (1 + len(placebo))
    return HubStudy(used, effect, effect - width, effect + width, p, contrast, independent, placebo)
