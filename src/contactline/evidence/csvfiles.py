"""CSV files of a known header, read strictly: every row as long as the header, every value of its type.

Pandas would fill a cut row with missing values and read on; here it stops and the line is named.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from contactline.core.errors import EvidenceError


def read_csv(path: Path, required: Sequence[str]) -> pd.DataFrame:
    """All columns as text, indexed by line number in the file.

    Raises EvidenceError for a missing, empty or undecodable file, a missing column, or a row whose length
    differs from the header's (a cut file ends so).
    """
    path = Path(path)
    if not path.is_file():
        raise EvidenceError(f"{path}: there is no such file; give a CSV file.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            rows = dict((reader.line_num, row) for row in reader if row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvidenceError(f"{path}: is not a CSV file in UTF-8 ({error}). Fetch it again.") from None
    missing = [name for name in required if name not in header]
    if missing:
        raise EvidenceError(
            f"{path}: has columns {header}; missing {missing}. Check that it is the right file."
        )
    if not rows:
        raise EvidenceError(f"{path}: has a header and no rows; allowed is at least one row. Fetch it again.")
    for line, row in rows.items():
        if len(row) != len(header):
            raise EvidenceError(
                f"{path}, line {line}: has {len(row)} fields; allowed are the header's {len(header)}. "
                "The file may be cut; fetch it again."
            )
    return pd.DataFrame.from_dict(rows, orient="index", columns=header)


def numbers(values: pd.Series, path: Path, *, optional: bool = False, high: float = math.inf) -> pd.Series:
    """A text column as float64. Raises EvidenceError that names the line of the first value that is not a
    finite number from 0 to `high`; an empty one, or NA, is allowed (NaN) only where `optional`."""
    parsed = [
        _number(text.strip(), f"{path}, line {line}, column {values.name!r}", optional, high)
        for line, text in values.items()
    ]
    return pd.Series(parsed, index=values.index, name=values.name, dtype="float64")


def _number(text: str, where: str, optional: bool, high: float) -> float:
    if text in ("", "NA") and optional:
        return math.nan
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not 0 <= number <= high:
        allowed = "a number from 0 up" if high == math.inf else f"a number from 0 to {high:g}"
        raise EvidenceError(f"{where}: got {text!r}; allowed is {allowed}. Correct the value.")
    return number


def days(values: pd.Series, path: Path, form: str = "%Y-%m-%d") -> pd.Series:
    """A text column as datetime64[ns] days. Raises EvidenceError that names the line."""
    parsed = [
        _day(text, f"{path}, line {line}, column {values.name!r}", form) for line, text in values.items()
    ]
    return pd.Series(pd.to_datetime(parsed), index=values.index, name=values.name).astype("datetime64[ns]")


def _day(text: str, where: str, form: str) -> date:
    try:
        return datetime.strptime(text.strip(), form).date()
    except ValueError:
        shown = form.replace("%Y", "YYYY").replace("%m", "MM").replace("%d", "DD")
        raise EvidenceError(
            f"{where}: got {text!r}; allowed is a day as {shown}. Correct the date."
        ) from None


def check_order(values: pd.Series, path: Path) -> None:
    """Raise EvidenceError unless days run one way through the file, oldest first or newest first."""
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


def first_line(wrong: pd.Series) -> int:
    """The line of the first True in a column of flags indexed by line."""
    return int(wrong.index.to_numpy()[wrong.to_numpy().argmax()])
