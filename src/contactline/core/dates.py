"""Days and weeks. Every day is a calendar date (no clock, no zone); weeks end on the as-of date's weekday,
so that the last observed week always ends exactly on the as-of date."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from contactline.core.errors import InputError

FIRST_DAY, LAST_DAY = date(1700, 1, 1), date(2199, 12, 31)
"""The days that are read. Time stamps in nanoseconds hold 1677 to 2262 and turn any other day into one of another
century without a word; room for a horizon stays behind the last day."""

DAYS_PER_WEEK = 7
WEEKS_PER_YEAR = 365.25 / 7
DAYS_PER_MONTH = 365.25 / 12
WEEKS_PER_MONTH = DAYS_PER_MONTH / DAYS_PER_WEEK


def parse_day(text: str | date, where: str = "date") -> date:
    """A date from ISO text. Raises InputError that names `where`, the form allowed and the days that are read."""
    try:
        day = text if isinstance(text, date) else date.fromisoformat(str(text))
    except ValueError:
        raise InputError(
            f"{where}: got {text!r}; allowed is a day as YYYY-MM-DD, such as 2025-12-07."
        ) from None
    if not readable(day):
        raise InputError(f"{where}: got {day}; allowed are days from {FIRST_DAY} to {LAST_DAY}.")
    return day


def readable(day: date) -> bool:
    """Whether a day lies between FIRST_DAY and LAST_DAY (a time of day or zone does not matter)."""
    return FIRST_DAY.year <= day.year <= LAST_DAY.year


def week_ends(first: date, as_of: date) -> np.ndarray:
    """Week-end days from the first full week after `first` up to `as_of`: ndarray[week] datetime64[D], ascending."""
    count = (as_of - first).days // DAYS_PER_WEEK
    ends = [as_of - timedelta(weeks=back) for back in range(count - 1, -1, -1)]
    return np.array(ends, dtype="datetime64[D]")


def day_after_weeks(as_of: date, weeks: float) -> date:
    """The day `weeks` weeks after the as-of date (fractions round to whole days)."""
    return as_of + timedelta(days=round(weeks * DAYS_PER_WEEK))
