"""CSV files of a known header, read strictly: every row as long as the header, every value of its type."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from contactline.core import csv_table
from contactline.core.csv_table import read_text_table
from contactline.core.errors import EvidenceError
from contactline.evidence.days import check_day, check_silences
from contactline.evidence.inputs import read_input

REMEDY = "Fetch it again"
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def read_csv(path: Path, required: Sequence[str]) -> pd.DataFrame:
    """All columns as text, indexed by line number in the file.

    Raises EvidenceError for a missing, empty or undecodable file, and for all that `read_text_table` refuses.
    """
    path = Path(path)
    table = read_text_table(read_input(path, "a CSV file"), path, REMEDY, required=required)
    if not len(table):
        raise EvidenceError(f"{path}: has a header and no rows; allowed is at least one row. Fetch it again.")
    return table


def header_of(path: Path) -> list[str]:
    """The names of a CSV file's columns. Raises EvidenceError for a file that is none."""
    return csv_table.header_of(read_input(path, "a CSV file"), path, REMEDY)


def numbers(
    values: pd.Series, path: Path, *, optional: bool = False, low: float = 0.0, high: float = math.inf
) -> pd.Series:
    """A text column as float64. Raises EvidenceError that names the line of the first value that is not a
    finite number from `low` to `high`; an empty one, or NA, is allowed (NaN) only where `optional`."""
    parsed = [
        _number(text.strip(), f"{path}, line {line}, column {values.name!r}", optional, low, high)
        for line, text in values.items()
    ]
    return pd.Series(parsed, index=values.index, name=values.name, dtype="float64")


def _number(text: str, where: str, optional: bool, low: float, high: float) -> float:
    if text in ("", "NA") and optional:
        return math.nan
    # Python reads 1_17_000 and digits of other scripts as numbers; a table that holds them is misspelt.
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(number) or not low <= number <= high:
        start = f" from {low:g}" if low > -math.inf else ""
        allowed = f"a number{start}" + (f" to {high:g}" if high < math.inf else " up" if start else "")
        shown = text if len(text) <= 60 else text[:57] + "..."
        raise EvidenceError(f"{where}: got {shown!r}; allowed is {allowed}. Correct the value.")
    return number


def days(values: pd.Series, path: Path, form: str = "%Y-%m-%d") -> pd.Series:
    """A text column as datetime64[ns] days. Raises EvidenceError that names the line, for days that cannot be too."""
    parsed = [
        _day(text, f"{path}, line {line}, column {values.name!r}", form) for line, text in values.items()
    ]
    return pd.Series(pd.to_datetime(parsed), index=values.index, name=values.name).astype("datetime64[ns]")


def _day(text: str, where: str, form: str) -> date:
    try:
        day = datetime.strptime(text.strip() if text.isascii() else "", form).date()
    except ValueError:
        shown = form.replace("%Y", "YYYY").replace("%m", "MM").replace("%d", "DD")
        raise EvidenceError(
            f"{where}: got {text!r}; allowed is a day as {shown}. Correct the date."
        ) from None
    return check_day(day, where)


def check_order(values: pd.Series, path: Path) -> None:
    """Raise EvidenceError unless days run one way through the file, oldest first or newest first, without a
    pause of years."""
    steps = values.diff().dt.days.to_numpy()[1:]
    newest_first = bool(len(steps) and values.iloc[0] > values.iloc[-1])
    backwards = pd.Series([False, *((steps > 0) if newest_first else (steps < 0))], index=values.index)
    if backwards.any():
        line = first_line(backwards)
        day, before = values.loc[line], values.shift().loc[line]
        raise EvidenceError(
            f"{path}, line {line}: date {day:%Y-%m-%d} comes after {before:%Y-%m-%d}; rows must "
            "stand in order of date. Sort the file by date."
        )
    check_silences((day.date(), f"{path}, line {line}") for line, day in values.items())


def first_line(wrong: pd.Series) -> int:
    """The line of the first True in a column of flags indexed by line."""
    return int(wrong.index.to_numpy()[wrong.to_numpy().argmax()])
