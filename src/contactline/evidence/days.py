"""Days in evidence: which are read, and how long a silence between two records may be filled.

A typo in a year must not move a record to another century, nor carry a day forward for decades.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from contactline.core.dates import FIRST_DAY, LAST_DAY, readable
from contactline.core.errors import EvidenceError

LONGEST_SILENCE = 731
"""Days. A longer pause between two records of a daily series is taken for a wrong date; it is not filled."""

RELEASED = date(2026, 1, 1)
"""A clock that stands before this day is wrong and judges nothing."""

AHEAD = timedelta(days=366)
"""Nothing is published with a day this far ahead of the clock; so much is left to clocks that are slow."""


def check_day(day: date, where: str) -> date:
    """`day`, or EvidenceError that names `where` if it lies outside the days that are read, or in the future."""
    if not readable(day):
        raise EvidenceError(
            f"{where}: got {day.isoformat()[:10]}; allowed are days from {FIRST_DAY} to {LAST_DAY}. Correct the date."
        )
    today = max(date.today(), RELEASED)
    if date(day.year, day.month, day.day) > today + AHEAD:
        raise EvidenceError(
            f"{where}: got {day.isoformat()[:10]}, years ahead of today ({today}); allowed are days that have been. "
            "Correct the date."
        )
    return day


def check_silences(days: Iterable[tuple[date, str]]) -> None:
    """Raise EvidenceError for a pause of more than LONGEST_SILENCE between neighbours of an ordered series.

    days : (day, where it stands), in the series' order, oldest or newest first.
    """
    before: date | None = None
    for day, where in days:
        if before is not None and abs((day - before).days) > LONGEST_SILENCE:
            raise EvidenceError(
                f"{where}: date {day} lies {abs((day - before).days):,} days from its neighbour {before}; days "
                f"without a record carry the day before, and allowed is a pause of {LONGEST_SILENCE} at most. "
                "Correct the date, or give the two periods in files of their own."
            )
        before = day
