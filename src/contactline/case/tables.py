"""The evidence tables of a case and of the store: every column's type, unit and range, and the check of it.

The same dictionary validates a table when it is read, documents it (`docs/data-dictionary.md`) and is
written beside exported CSV files, so the three cannot disagree.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from contactline.core.dates import FIRST_DAY, LAST_DAY, readable
from contactline.core.errors import EvidenceError, UnknownNameError

_DAY = re.compile(r"\d{4}-\d\d-\d\d([T ]00:00(:00(\.0+)?)?)?", re.ASCII)


@dataclass(frozen=True)
class Column:
    """One column: `kind` is day, text, number, whole or flag; `low` and `high` bound numbers (inclusive)."""

    name: str
    kind: str
    unit: str
    meaning: str
    low: float = -np.inf
    high: float = np.inf
    optional: bool = False
    """True where a missing value is allowed."""


@dataclass(frozen=True)
class Table:
    """One table: its columns in order and the columns that identify a row."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


DAY = Column("date", "day", "calendar day", "day the value stands for")
CELL = Column("cell", "text", "H3 index", "hexagon of the theatre at the case's resolution")
HOLDER = Column("holder", "whole", "0 or 1", "1 if the challenger holds the cell's centre, 0 if not", 0, 1)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "areas",
            "Area held by the challenger, per day, map series and region",
            (
                Column("series", "text", "name", "whose map: a series id of the case (e.g. deepstate, isw)"),
                DAY,
                Column("region", "text", "name", "region id of the case, or 'total' for the whole series"),
                Column("km2", "number", "km²", "area held by the challenger", 0),
                Column(
                    "flag",
                    "text",
                    "name",
                    "empty, or what is unusual about the day: missing (value carried from the day before), "
                    "duplicate (two records, the last kept), overlap (the map's polygons overlapped and were united), "
                    "jump (a redrawn map rather than a week's fighting); several are joined by '+'",
                ),
            ),
            ("series", "date", "region"),
        ),
        Table(
            "line",
            "Length of the line of contact inside the country, per day",
            (
                Column("series", "text", "name", "whose map"),
                DAY,
                Column("km", "number", "km", "length of the boundary between holders", 0),
            ),
            ("series", "date"),
        ),
        Table(
            "cells",
            "The theatre: cells, their region and who held each on the first day of the control history",
            (
                CELL,
                Column("region", "text", "name", "region id of the case"),
                Column("km2", "number", "km²", "area of the cell", 0),
                HOLDER,
                Column("belt", "text", "name", "id of the belt the cell belongs to, or empty"),
                Column("place", "text", "name", "id of the objective the cell belongs to, or empty"),
                Column(
                    "town", "whole", "0 or 1", "1 where a settlement of 500 people or more lies in it", 0, 1
                ),
            ),
            ("cell",),
        ),
        Table(
            "changes",
            "Control history: every change of a cell's holder after the first day",
            (CELL, DAY, HOLDER),
            ("cell", "date"),
        ),
        Table(
            "losses",
            "Published losses of each side, per series",
            (
                Column("series", "text", "name", "who published it"),
                Column(
                    "root",
                    "text",
                    "name",
                    "whose count it rests on: series sharing a root are not independent",
                ),
                Column("side", "text", "name", "side id of the case"),
                Column("kind", "text", "name", "killed, killed_wounded or killed_missing"),
                DAY,
                Column("cumulative", "number", "persons", "count since the war began, central", 0),
                Column(
                    "low", "number", "persons", "lower bound where the source gives one", 0, optional=True
                ),
                Column(
                    "high", "number", "persons", "upper bound where the source gives one", 0, optional=True
                ),
                Column("flag", "text", "name", "empty, or duplicate, revised (count fell), missing"),
            ),
            ("series", "side", "kind", "date"),
        ),
        Table(
            "settlements",
            "Settlements of 500 people or more in the theatre's regions",
            (
                Column("geonameid", "whole", "id", "GeoNames identifier", 0),
                Column("name", "text", "name", "GeoNames name"),
                Column("latitude", "number", "°N", "WGS84", -90, 90),
                Column("longitude", "number", "°E", "WGS84", -180, 180),
                Column("population", "number", "persons", "GeoNames figure, before the war", 0),
                Column("region", "text", "name", "region id of the case"),
                CELL,
                Column(
                    "first_holder", "whole", "0 or 1", "holder on the first day of the control history", 0, 1
                ),
                Column("last_holder", "whole", "0 or 1", "holder on the as-of date", 0, 1),
                Column(
                    "changed",
                    "day",
                    "calendar day",
                    "day of the last change of holder, if any",
                    optional=True,
                ),
            ),
            ("geonameid",),
        ),
        Table(
            "fires",
            "War-related fires seen from space, per day",
            (
                DAY,
                Column("war_fires", "number", "fires", "fires classified as war-related", 0),
                Column("cloud", "number", "share", "cloud cover of the country", 0, 1, optional=True),
            ),
            ("date",),
        ),
        Table(
            "outlines",
            "Simplified region outlines for maps (not for measuring)",
            (
                Column("region", "text", "name", "region id of the case"),
                Column("ring", "whole", "number", "ring number within the region", 0),
                Column("vertex", "whole", "number", "vertex number within the ring", 0),
                Column("longitude", "number", "°E", "WGS84", -180, 180),
                Column("latitude", "number", "°N", "WGS84", -90, 90),
            ),
            ("region", "ring", "vertex"),
        ),
        Table(
            "regions",
            "Measured size of each region of the case",
            (
                Column("region", "text", "name", "region id of the case"),
                Column("km2", "number", "km²", "area within the official boundary, equal-area projection", 0),
            ),
            ("region",),
        ),
    )
}


def table_named(name: str) -> Table:
    """The dictionary entry of a table. Raises UnknownNameError."""
    if name not in TABLES:
        raise UnknownNameError("table", name, TABLES)
    return TABLES[name]


def check_table(name: str, frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """`frame` with its columns in dictionary order and their canonical types, or EvidenceError.

    `where` names the file. Nothing is repaired: a wrong value stops the reading and the message names the
    first row that holds it.
    """
    table = table_named(name)
    expected = [column.name for column in table.columns]
    missing = [column for column in expected if column not in frame.columns]
    extra = [column for column in frame.columns if column not in expected]
    if missing or extra:
        raise EvidenceError(
            f"{where}: table {name!r} has columns {list(frame.columns)}; allowed are {expected}"
            + (f"; missing {missing}" if missing else "")
            + (f"; not known {extra}" if extra else "")
            + ". Rename or remove columns so that they match."
        )
    checked = pd.DataFrame({c.name: _check_column(frame[c.name], c, where) for c in table.columns})
    repeated = checked.duplicated(list(table.key))
    if repeated.any():
        row = int(np.flatnonzero(repeated)[0])
        values = {key: str(checked[key].iloc[row]) for key in table.key}
        raise EvidenceError(
            f"{where}: row {row} repeats {values}; each {' + '.join(table.key)} may stand once. Remove one."
        )
    return checked.reset_index(drop=True)


def _check_column(values: pd.Series, column: Column, where: str) -> pd.Series:
    """One column in its canonical type; raises EvidenceError that names the first wrong row."""
    if column.kind == "text":
        result = values.astype("object")
        wrong = ~result.map(lambda value: isinstance(value, str))
    elif column.kind == "day":
        result = _days(values)
        wrong = result.isna() & values.notna() | (values.isna() & (not column.optional))
    else:
        result = _numbers(values)
        given = values.notna() if column.optional else pd.Series(True, index=values.index)
        wrong = given & ~(result.between(column.low, column.high) & np.isfinite(result))
        if column.kind == "whole":
            wrong |= given & (result != result.round())
            result = result if wrong.any() or column.optional else result.astype("int64")
    if wrong.any():
        row = int(np.flatnonzero(wrong.to_numpy())[0])
        bounds = f" between {column.low:g} and {column.high:g}" if column.kind in ("number", "whole") else ""
        bounds = f" between {FIRST_DAY} and {LAST_DAY}" if column.kind == "day" else bounds
        raise EvidenceError(
            f"{where}: row {row}, column {column.name!r}: got {_plain(values.iloc[row])!r}; allowed is a "
            f"{column.kind}{bounds} ({column.unit}: {column.meaning}). Correct the value."
        )
    return result


def _days(values: pd.Series) -> pd.Series:
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


def _numbers(values: pd.Series) -> pd.Series:
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


def _plain(value: object) -> object:
    """A numpy scalar as the plain number that a reader would have written."""
    return value.item() if isinstance(value, np.generic) else value
