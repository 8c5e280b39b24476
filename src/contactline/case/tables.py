"""The evidence tables of a case and of the store: every column's type, unit and range, and the check of it.

The same dictionary validates a table when it is read, documents it (`docs/data-dictionary.md`) and is
written beside exported CSV files, so the three cannot disagree.
"""

from __future__ import annotations

import pandas as pd

from contactline.core.errors import EvidenceError, UnknownNameError
from contactline.core.frame import Column, Table, checked

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
    first row that holds it (core/frame.py).
    """
    table = table_named(name)
    found = checked(table, frame, where, EvidenceError)
    return found[[column.name for column in table.columns]]
