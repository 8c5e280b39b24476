"""Reading the archives that the tables of past wars are derived from: only the columns that are used, strictly.

Each is a CSV file as published or as an R package exports it; an unknown number is negative there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from contactline.core.csv_table import read_text_table
from contactline.core.errors import EvidenceError

_SPELL = ("StartMonth{0}", "StartDay{0}", "StartYear{0}", "EndMonth{0}", "EndDay{0}", "EndYear{0}")
WAR_LIST, DISPUTES, PARTS = "interstate_war_v4.csv", "gml_dirdisp.csv", "gml_part.csv"
RIVALRIES, MAJORS, CAPABILITIES, CIVIL_WARS = (
    "td_rivalries.csv", "cow_majors.csv", "cow_nmc.csv", "ucdp_term_acd_3_2021.csv",
)  # fmt: skip
NUMBERS: dict[str, tuple[str, ...]] = {
    WAR_LIST: (
        "WarNum", "ccode", "Side", *(c.format(s) for s in (1, 2) for c in _SPELL), "WhereFought", "Outcome", "BatDeath",
    ),
    DISPUTES: (
        "dispnum", "ccode1", "ccode2", "year", "fatality1", "fatality2", "hostlev1", "hostlev2", "numa", "numb",
        "fatality", "stmon",
    ),
    PARTS: ("dispnum", "ccode", "styear", "stmon", "stday"),
    RIVALRIES: ("ccode1", "ccode2", "styear", "endyear"),
    MAJORS: ("ccode", "styear", "stmonth", "stday", "endyear", "endmonth", "endday"),
    CAPABILITIES: ("ccode", "year", "cinc"),
    CIVIL_WARS: ("conflictep_id", "confterm", "year", "intensity_level", "type_of_conflict", "outcome"),
}  # fmt: skip
"""Columns that are read as numbers, by file."""
TEXTS: dict[str, tuple[str, ...]] = {
    WAR_LIST: ("WarName", "StateName"),
    CIVIL_WARS: ("location", "start_date2"),
}


def archive_bytes(path: Path) -> bytes:
    """What an archive holds; the list of wars is published without an end behind its last line, and gets one."""
    data = path.read_bytes()
    return data + b"\r" if path.name == WAR_LIST and not data.endswith((b"\r", b"\n")) else data


def read_source(folder: Path, name: str) -> pd.DataFrame:
    """The used columns of one archive, a missing number as NaN; index: line of the file.

    Raises EvidenceError where the file is not there, is damaged, or holds what is no number.
    """
    where = folder / name
    if not where.is_file():
        raise EvidenceError(
            f"{where}: no such file; `contactline history build` reads {', '.join(NUMBERS)} from the folder. "
            "Put it there, or give another folder with --from."
        )
    wanted = (*NUMBERS[name], *TEXTS.get(name, ()))
    table = read_text_table(archive_bytes(where), where, "Fetch it again", required=wanted)
    out = {column: _numbers(table[column], where) for column in NUMBERS[name]}
    return pd.DataFrame(out | {column: table[column] for column in TEXTS.get(name, ())}, index=table.index)


def _numbers(values: pd.Series, where: Path) -> pd.Series:
    found = pd.to_numeric(values.where(values != ""), errors="coerce")
    wrong = found.isna() & (values != "")
    if wrong.any():
        raise EvidenceError(
            f"{where}, line {values.index[wrong][0]}, column {values.name!r}: got {values[wrong].iloc[0]!r}; "
            "allowed is a number. Fetch it again."
        )
    return found


def day_of(year: float, month: float, day: float, where: str) -> pd.Timestamp | Any:
    """A day from its parts, NaT without a year; an unknown month is July, an unknown day the 15th.

    Raises EvidenceError that names `where` for a day that no calendar has.
    """
    if not year > 0:
        return pd.NaT
    try:
        return pd.Timestamp(int(year), int(month) if month > 0 else 7, int(day) if day > 0 else 15)
    except (ValueError, OverflowError):
        raise EvidenceError(
            f"{where}: got the day {year:.0f}-{month:.0f}-{day:.0f}; allowed is a day of the calendar, or a negative "
            "number where it is unknown. Correct the row, or fetch the file again."
        ) from None
