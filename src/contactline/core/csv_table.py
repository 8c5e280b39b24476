"""CSV as text, read strictly: every row as long as the header, no column twice, a line end behind the last value.

Pandas would fill a short row with missing values, shift rows that are too long, rename a repeated column and take
`12` for the cut end of `12000`; here it stops and the line is named.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pandas as pd

from contactline.core.errors import ContactlineError, EvidenceError


def read_text_table(
    data: bytes,
    where: object,
    remedy: str,
    error: type[ContactlineError] = EvidenceError,
    required: Sequence[str] = (),
) -> pd.DataFrame:
    """All columns as text, indexed by line number in the file.

    where : names the file in messages; remedy : what to do about a damaged file, such as "Fetch it again"
    required : columns that must be there; more are read as well

    Raises `error` for bytes that are no CSV in UTF-8, a missing column or one that stands twice, a row whose length
    differs from the header's, and rows that do not end in a line end: a cut file ends so, even where the cut lies
    inside its last number.
    """
    header, rows = _records(data, where, remedy, error)
    missing = [name for name in required if name not in header]
    if missing:
        raise error(f"{where}: has columns {header}; missing {missing}. Check that it is the right file.")
    twice = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    if twice:
        raise error(f"{where}: columns {twice} stand twice; allowed is once. Rename or remove one.")
    for line, row in rows.items():
        if len(row) != len(header):
            raise error(
                f"{where}, line {line}: has {len(row)} fields; allowed are the header's {len(header)}. "
                f"The file may be cut. {remedy}."
            )
    if rows and not data.endswith((b"\n", b"\r")):
        raise error(
            f"{where}, line {max(rows)}: the file does not end in a line end, so it may be cut inside its last value. "
            f"{remedy}; if it is whole, add a line end."
        )
    return pd.DataFrame(list(rows.values()), index=list(rows), columns=header, dtype=object)


def header_of(
    data: bytes, where: object, remedy: str, error: type[ContactlineError] = EvidenceError
) -> list[str]:
    """The names of the columns. Raises `error` for bytes that are no CSV in UTF-8."""
    return _records(data, where, remedy, error, header_only=True)[0]


def _records(
    data: bytes, where: object, remedy: str, error: type[ContactlineError], header_only: bool = False
) -> tuple[list[str], dict[int, list[str]]]:
    """Names of the columns, and rows by line."""
    rows: dict[int, list[str]] = {}
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        header = [name.strip() for name in next(reader, [])]
        for row in () if header_only else reader:
            if row:
                rows[reader.line_num] = row
    except (UnicodeDecodeError, csv.Error) as fault:
        raise error(f"{where}: is not a CSV file in UTF-8 ({fault}). {remedy}.") from None
    return header, rows
