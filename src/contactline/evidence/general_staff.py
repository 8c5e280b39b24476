"""Daily claims of the General Staff of the Armed Forces of Ukraine: Russian personnel and equipment.

The counts are cumulative claims by a party to the war, not measurements. The `personnel` figure was first
published as "eliminated"; it is the claimed total of killed and wounded, and is read as that.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from contactline.case.tables import check_table
from contactline.core.dates import parse_day
from contactline.core.errors import EvidenceError, InputError
from contactline.core.provenance import Provenance
from contactline.core.strict_json import parse_json
from contactline.evidence.days import check_day, check_silences
from contactline.evidence.inputs import read_input
from contactline.evidence.sources import provenance_of

NOT_COUNTS = ("date", "day", "greatest losses direction")
PERSONNEL = "personnel"
EQUIPMENT = (
    "aircraft", "helicopter", "tank", "APC", "field artillery", "MRL", "drone", "naval ship",
    "anti-aircraft warfare", "special equipment", "vehicles and fuel tanks", "cruise missiles",
)  # fmt: skip
"""Categories of the equipment file; beside `personnel` they tell a file of corrections, which is no count."""

MOST = 1e9
"""More than any count can be."""

LEAST_KEPT = 0.5
"""A cumulative count is revised now and then; one that loses more than half at once is no cumulative count."""


def read_personnel(path: Path) -> tuple[pd.DataFrame, Provenance]:
    """Table `losses`, series and root general_staff, side russia, kind killed_wounded, from
    russia_losses_personnel.json.

    The field `personnel*` says how the source words the count ("about", "more") and carries no number;
    `POW`, given until 2022-04-28, is not read. Of a repeated day the last record is kept and flagged
    `duplicate`; a day without a record carries the day before (`missing`); `revised` marks a count that
    fell. A day gets the first that fits of missing, revised, duplicate.

    Raises EvidenceError that names file and record for a wrong structure, date, count or order, and
    for a file of corrections or other counts that are not cumulative.
    """
    path = Path(path)
    counts: dict[date, float] = {}
    repeated: set[date] = set()
    highest = 0.0
    for day, record, where in _records(path):
        mixed = [name for name in EQUIPMENT if name in record]
        if mixed:
            raise EvidenceError(
                f"{where}: holds {', '.join(map(repr, mixed))} beside 'personnel', as the publisher's corrections do "
                "(signed differences); allowed are cumulative counts of personnel alone. Give "
                "russia_losses_personnel.json."
            )
        if day in counts:
            repeated.add(day)
        count = _count(record.get(PERSONNEL), f"{where}, field 'personnel'")
        if count < LEAST_KEPT * highest:
            raise EvidenceError(
                f"{where}, field 'personnel': got {count:,.0f} after {highest:,.0f}; a cumulative count does not lose "
                "more than half at once. The file may hold daily figures or corrections; give the cumulative one."
            )
        counts[day], highest = count, max(count, highest)
    series = pd.Series(counts).sort_index()
    series.index = pd.DatetimeIndex(series.index)
    calendar = pd.date_range(series.index[0], series.index[-1])
    missing = calendar.difference(series.index)
    series = series.reindex(calendar).ffill()
    flag = pd.Series("", index=calendar)
    flag[pd.DatetimeIndex(sorted(repeated))] = "duplicate"
    flag[series.diff() < 0] = "revised"
    flag[missing] = "missing"
    frame = pd.DataFrame(
        {
            "series": "general_staff",
            "root": "general_staff",
            "side": "russia",
            "kind": "killed_wounded",
            "date": calendar,
            "cumulative": series.to_numpy(),
            "low": float("nan"),
            "high": float("nan"),
            "flag": flag.to_numpy(),
        }
    )
    return check_table("losses", frame, str(path)), provenance_of(path, "general_staff")


def read_equipment(path: Path) -> tuple[pd.DataFrame, Provenance]:
    """Claimed equipment losses, cumulative pieces: column `date`, then one float column per category of
    russia_losses_equipment.json in order of first mention; NaN where a category was not reported.

    Categories changed on 2022-05-01 (`military auto` and `fuel tank` were joined, `cruise missiles` came
    in); they are kept as published. Raises EvidenceError that names file and record.
    """
    path = Path(path)
    rows = []
    for day, record, where in _records(path):
        if PERSONNEL in record:
            raise EvidenceError(
                f"{where}: holds 'personnel' beside equipment, as the publisher's corrections do (signed "
                "differences); allowed are cumulative pieces. Give russia_losses_equipment.json."
            )
        counts = {
            name: _count(value, f"{where}, field {name!r}")
            for name, value in record.items()
            if name not in NOT_COUNTS and value is not None
        }
        rows.append({"date": pd.Timestamp(day), **counts})
    frame = pd.DataFrame(rows)
    repeated = frame["date"].duplicated()
    if repeated.any():
        number = int(repeated.to_numpy().argmax())
        raise EvidenceError(
            f"{path}, record {number}: repeats {frame['date'].iloc[number]:%Y-%m-%d}; each day may stand "
            "once. Remove one."
        )
    return frame, provenance_of(path, "general_staff")


def _records(path: Path) -> list[tuple[date, dict[str, Any], str]]:
    """(day, record, where) in the file's order, which must be the order of days."""
    what = "the General Staff's JSON file"
    document = parse_json(read_input(path, what), str(path), what)
    if not isinstance(document, list) or not document:
        raise EvidenceError(
            f"{path}: got {type(document).__name__}; allowed is a list of one or more records."
        )
    records: list[tuple[date, dict[str, Any], str]] = []
    for number, record in enumerate(document):
        where = f"{path}, record {number}"
        if not isinstance(record, dict) or "date" not in record:
            raise EvidenceError(
                f"{where}: has no field 'date'; allowed are objects with a date. Remove the record."
            )
        try:
            day = check_day(parse_day(record["date"], f"{where}, field 'date'"), f"{where}, field 'date'")
        except EvidenceError:
            raise
        except InputError as error:
            raise EvidenceError(str(error)) from None
        if records and day < records[-1][0]:
            raise EvidenceError(
                f"{where}: date {day} comes after {records[-1][0]}; records must stand in order of date. "
                "Sort them."
            )
        records.append((day, record, where))
    check_silences((day, where) for day, _record, where in records)
    return records


def _count(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST:
        shown = repr(value)
        raise EvidenceError(
            f"{where}: got {shown if len(shown) <= 60 else shown[:57] + '...'}; allowed is a number from 0 up. "
            "Correct the record."
        )
    return float(value)
