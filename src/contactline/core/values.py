"""What stands in a column, read as days or as numbers and as nothing else: what is neither comes back as missing."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

import numpy as np
import pandas as pd

from contactline.core.dates import FIRST_DAY, LAST_DAY, readable

_DAY = re.compile(r"\d{4}-\d\d-\d\d([T ]00:00(:00(\.0+)?)?)?", re.ASCII)


def days(values: pd.Series) -> pd.Series:
    """Calendar days as datetime64[ns]; NaT for what is none: a number, a time of day, a day that is not read.

    Nanoseconds hold no year before 1677 or after 2262 and would turn it into one of another century, so the range is
    checked before.
    """
    if not (pd.api.types.is_datetime64_dtype(values) or pd.api.types.is_object_dtype(values)):
        values = values.astype("object").map(lambda value: value if isinstance(value, str) else None)
    if pd.api.types.is_object_dtype(values):
        codes, distinct = pd.factorize(
            values.map(lambda value: value if isinstance(value, str | date) else None)
        )
        known = np.array([*map(_day, distinct), np.datetime64("NaT", "s")], dtype="datetime64[s]")
        values = pd.Series(known[codes], index=values.index)  # code -1, nothing, is the last
    within = values.between(pd.Timestamp(FIRST_DAY), pd.Timestamp(LAST_DAY)) & (
        values == values.dt.floor("D")
    )
    return values.where(within).astype("datetime64[ns]")


def _day(value: str | date) -> np.datetime64:
    """A day in seconds; NaT for anything but a day as YYYY-MM-DD (with midnight, if any), a date or a time stamp."""
    nothing = np.datetime64("NaT", "s")
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value if _DAY.fullmatch(value) else "")
        except ValueError:
            return nothing
    if pd.isna(value) or not readable(value) or getattr(value, "tzinfo", None):
        return nothing
    return np.datetime64(value.isoformat()[:19], "s")


def numbers(values: pd.Series) -> pd.Series:
    """Numbers as float64; NaN for anything else, also for text that only Python reads as one (1_17_000)."""
    try:
        return pd.to_numeric(values, errors="coerce").astype("float64")
    except (OverflowError, TypeError, ValueError):  # a whole number of hundreds of digits
        return values.map(_number).astype("float64")


def _number(value: object) -> float:
    try:
        return float(pd.to_numeric(value, errors="coerce"))  # type: ignore[call-overload]
    except (OverflowError, TypeError, ValueError):
        return math.nan
