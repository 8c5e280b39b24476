"""Tables of the measured front: every column with its type, unit and meaning."""

from __future__ import annotations

from contactline.case.tables import TABLES as CASE_TABLES
from contactline.core.frame import Column, Table
from contactline.topics.columns import (
    NAME,
    REGION,
    SERIES,
    day,
    name_of,
    num,
)

FRONT_MONTHLY = Table(
    "front_monthly",
    "Net change of the area held by the challenger, month by month",
    (
        SERIES,
        day("month", "first day of the month"),
        REGION,
        num("km2", "km²", "net change over the month"),
        Column("flagged", "flag", "true or false", "a day of the month is missing, duplicated or a jump"),
    ),
    ("series", "month", "region"),
)

AREA_HISTORY = Table(
    "area_history",
    "Net change of the area held by the challenger since the first day that the map series share",
    (
        SERIES,
        day("date", "end of the week"),
        num("km2", "km²", "net change since the common start"),
    ),
    ("series", "date"),
)

LINE_HISTORY = Table(
    "line_history",
    "Length of the line of contact",
    (day("date", "day"), num("km", "km", "length of the line inside the country", 0)),
    ("date",),
)

CHANGES = CASE_TABLES["changes"]

OUTLINES = CASE_TABLES["outlines"]

SETTLEMENTS = CASE_TABLES["settlements"]

PLACES = Table(
    "places",
    "Points named on maps",
    (
        name_of("id", "place id of the case"),
        NAME,
        num("latitude", "°N", "WGS84", -90, 90),
        num("longitude", "°E", "WGS84", -180, 180),
    ),
    ("id",),
)

TABLES: tuple[Table, ...] = (
    FRONT_MONTHLY,
    AREA_HISTORY,
    LINE_HISTORY,
    CHANGES,
    OUTLINES,
    SETTLEMENTS,
    PLACES,
)
