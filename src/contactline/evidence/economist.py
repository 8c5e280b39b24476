"""The Economist's published tables: area held by day (after ISW's maps), and war fires seen from space.

Repeated and missing days and redrawn maps are flagged, never corrected: what to do about them is the
model's choice. The same repository's estimates of losses are read by `loss_estimates`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from contactline.case.tables import check_table
from contactline.core.provenance import Provenance
from contactline.evidence.csvfiles import check_order, days, numbers, read_csv
from contactline.evidence.sources import provenance_of

AREA_COLUMNS = ("date", "area_assessed_as_russia_controlled")
FIRES_COLUMNS = ("date", "war_fires_per_day", "cloud_cover_in_country")

M2_PER_KM2 = 1e6

JUMP_WINDOW_DAYS = 28
JUMP_RATIO = 15.0
JUMP_KM2 = 60.0
"""A day is a jump if the area changes by 60 km² or more and by 15 times the median daily change (absolute)
within 28 days before and after. On the archive to 2025-12-07 this catches every jump known to be in the
source (2023-03-04, 2023-06-06 to 09, 2023-07-26, 2025-11-24). Assumption: thresholds chosen on that archive.
Near the end of a series only the past is there to compare with, so a flag there may change as days arrive."""

REAL_MOVES: tuple[tuple[date, date, str], ...] = (
    (date(2022, 2, 24), date(2022, 4, 12), "invasion, and withdrawal from the north"),
    (date(2022, 9, 6), date(2022, 10, 9), "counter-offensive in Kharkiv oblast, Lyman and north of Kherson"),
    (date(2022, 11, 9), date(2022, 11, 13), "withdrawal from the right bank of the Dnipro at Kherson"),
    (date(2024, 5, 10), date(2024, 5, 13), "new front at Vovchansk and Lyptsi, Kharkiv oblast"),
)
"""Periods in which the line really moved that fast; days in them are not called jumps."""


def read_isw_areas(path: Path) -> tuple[pd.DataFrame, Provenance]:
    """Table `areas`, series `isw`, region `total`, km², from area_assessed_as_controlled_by_russia.csv.

    The source counts Crimea and is in m². Of a repeated day the last record is kept and flagged
    `duplicate`; a day without a record carries the day before and is flagged `missing`; `jump` marks what
    JUMP_RATIO describes. A day gets the first that fits of missing, jump, duplicate.

    Raises EvidenceError for a wrong header, value, negative area, dates out of order or years apart.
    """
    column = AREA_COLUMNS[1]
    raw = read_csv(path, AREA_COLUMNS)
    day = days(raw["date"], path)
    check_order(day, path)
    km2 = pd.Series((numbers(raw[column], path) / M2_PER_KM2).to_numpy(), index=pd.DatetimeIndex(day))
    km2 = km2.sort_index(kind="stable")
    repeated = km2.index[km2.index.duplicated()].unique()
    km2 = km2[~km2.index.duplicated(keep="last")]
    calendar = pd.date_range(km2.index[0], km2.index[-1])
    missing = calendar[~calendar.isin(km2.index)]
    km2 = km2.reindex(calendar).ffill()
    flag = pd.Series("", index=calendar)
    flag[repeated] = "duplicate"
    flag[jumps(km2)] = "jump"
    flag[missing] = "missing"
    frame = pd.DataFrame(
        {"series": "isw", "date": calendar, "region": "total", "km2": km2.to_numpy(), "flag": flag.to_numpy()}
    )
    note = _count_note(flag, len(repeated))
    return check_table("areas", frame, str(path)), provenance_of(Path(path), "economist", note)


def jumps(km2: pd.Series) -> pd.Series:
    """True for days on which a daily series of areas (km², indexed by day) jumps; see JUMP_RATIO."""
    change = km2.diff().abs()
    window = 2 * JUMP_WINDOW_DAYS + 1
    usual = change.rolling(window, center=True, min_periods=JUMP_WINDOW_DAYS // 2).median()
    jump = (change >= JUMP_KM2) & (change >= JUMP_RATIO * usual)
    for first, last, _why in REAL_MOVES:
        jump &= ~((km2.index >= pd.Timestamp(first)) & (km2.index <= pd.Timestamp(last)))
    return jump


def read_fires(path: Path) -> tuple[pd.DataFrame, Provenance]:
    """Table `fires` from strikes_by_location_and_day.csv: fires classified as war-related (NASA FIRMS) in
    the whole country and its cloud cover, a share. Missing days stay out and are counted in the note.

    Raises EvidenceError for a wrong header or value, a repeated day or dates out of order.
    """
    raw = read_csv(path, FIRES_COLUMNS)
    day = days(raw["date"], path)
    check_order(day, path)
    frame = pd.DataFrame(
        {
            "date": day,
            "war_fires": numbers(raw["war_fires_per_day"], path),
            "cloud": numbers(raw["cloud_cover_in_country"], path, optional=True, high=1.0),
        }
    ).sort_values("date", ignore_index=True)
    table = check_table("fires", frame, str(path))
    absent = len(pd.date_range(day.min(), day.max())) - len(table)
    note = f"{absent} day(s) without a record" if absent else ""
    return table, provenance_of(Path(path), "economist", note)


def _count_note(flag: pd.Series, repeated: int) -> str:
    counts = {name: int(np.sum(flag == name)) for name in ("jump", "missing")} | {"duplicate": repeated}
    return "flagged days: " + ", ".join(f"{count} {name}" for name, count in counts.items())
