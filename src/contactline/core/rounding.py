"""How every figure is rounded, for report and terminal alike: once, here, to what its range can carry.

Charts are drawn from values cut to DRAWN significant digits and rounded half up by the browser; `percent` and `share`
round the same cut value the same way, so that a bar, its label and its sentence never differ by a point.
"""

from __future__ import annotations

import math

from contactline.core.errors import InputError

DRAWN = 4
"""Significant digits of a value that a chart draws."""

FINER = 2
"""Digits by which a value far below the width of its range may be finer than that width's own two digits."""


def drawn(value: float, digits: int = DRAWN) -> float:
    """`value`, in any unit, as a chart draws it: to so many significant digits."""
    return float(f"{value:.{digits}g}")


def percent(p: float) -> str:
    """A chance as a whole percentage; below 1% and above 99% with one decimal; never 0% or 100%.

    Raises InputError outside [0, 1].
    """
    if not 0 <= p <= 1:
        raise InputError(f"probability: got {p!r}; allowed is a number from 0 to 1.")
    if p < 0.001:
        return "below 0.1%"
    if p > 0.999:
        return "above 99.9%"
    if p < 0.01 or p > 0.99:
        return f"{100 * p:.1f}%"
    return share(p)


def share(part: float) -> str:
    """A share as a whole percentage, half up; unlike a chance it may be nothing or all. "–" if missing."""
    return "–" if part != part else f"{math.floor(100 * drawn(part) + 0.5)}%".replace("-", "−")


def points(part: float) -> str:
    """A difference of shares in percentage points, one decimal."""
    return f"{round(100 * part, 1) + 0.0:.1f}".replace("-", "−")


def step_of(value: float, low: float = math.nan, high: float = math.nan) -> float:
    """What `value` is rounded to: two digits of the width of its range or two of its own, whichever is finer.

    The width alone would make one "100,000" of 66,790, 53,354 and 92,623 in ranges a million wide. A value far below
    the width is not told to its last digit (see FINER). NaN where there is nothing to round.
    """
    own, width = abs(value), abs(high - low)
    if not math.isfinite(own):
        return math.nan
    fine = [_two_digits(size) for size in (own, width) if math.isfinite(size) and size > 0]
    if not fine:
        return math.nan
    known = math.isfinite(width) and width > 0
    return max(min(fine), _two_digits(width) / 10**FINER) if known else min(fine)


def rounded(value: float, low: float = math.nan, high: float = math.nan) -> float:
    """`value` rounded to `step_of` it and its range, in their unit."""
    step = step_of(value, low, high)
    return round(value / step) * step if step == step else value


def number(value: float, low: float = math.nan, high: float = math.nan) -> str:
    """`value`, in any unit, with thousands separated, rounded to what its range supports (see `step_of`)."""
    shown, step = rounded(value, low, high) + 0.0, step_of(value, low, high)
    if not math.isfinite(shown):
        return "beyond the horizon"
    if abs(shown) >= 10 or shown == round(shown):
        return f"{shown:,.0f}".replace("-", "−")
    least, decimals = (1 if abs(shown) >= 1 else 2), max(0, -math.floor(math.log10(step) + 1e-9))
    text = f"{shown:.{max(decimals, least)}f}"
    while text.endswith("0") and len(text.partition(".")[2]) > least:
        text = text[:-1]
    return text.replace("-", "−")


def measured(value: float) -> str:
    """A measured size to three significant digits and no decimals, thousands separated; "–" if missing."""
    return "–" if value != value else f"{drawn(value, 3) + 0.0:,.0f}".replace("-", "−")


def short(value: float, digits: int = 3) -> str:
    """A score or a setting to so many significant digits, thousands separated; "–" if missing."""
    if value != value:
        return "–"
    text = f"{value:,.0f}" if abs(value) >= 10**digits else f"{drawn(value, digits):g}"
    return text.replace("-", "−")


def amount(median: float, low: float, high: float, unit: str = "", level: int = 80) -> str:
    """ "about 450,000 persons (80% range 280,000–800,000)"; says so where an end lies beyond the horizon."""
    tail = f" {unit}" if unit else ""
    ends = interval(low, high)
    if not math.isfinite(median):
        return f"beyond the horizon ({level}% range {ends}{tail})"
    return f"about {number(median, low, high)}{tail} ({level}% range {ends})"


def interval(low: float, high: float) -> str:
    """ "280,000–800,000", or "−2 to 5", in any unit; says so where an end lies beyond the horizon."""
    if not math.isfinite(low):
        return "beyond the horizon throughout"
    if not math.isfinite(high):
        return f"{number(low)} to beyond the horizon"
    ends = f"{number(low, low, high)}", f"{number(high, low, high)}"
    return "–".join(ends) if low >= 0 else " to ".join(ends)


def wilson(share: float, count: int, z: float) -> tuple[float, float]:
    """Middle and half the width of the range of a share seen in `count` independent draws, z standard errors to either
    side; never of no width.

    E. B. Wilson 1927, Journal of the American Statistical Association 22:209.
    """
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return middle, half


def _two_digits(size: float) -> float:
    return 10.0 ** (math.floor(math.log10(size)) - 1)
