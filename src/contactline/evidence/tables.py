"""The tables of the local store: those of a case, and what an import alone reads (outlines, places, equipment, aid)."""

from __future__ import annotations

from contactline.case.tables import DAY, TABLES
from contactline.core.frame import Column, Table
from contactline.evidence.kiel import KINDS

_BILLION = "billion EUR"
_PLACE = (
    Column("latitude", "number", "°N", "WGS84", -90, 90),
    Column("longitude", "number", "°E", "WGS84", -180, 180),
)
_MONTH = Column("month", "day", "calendar day", "first day of the month")
_KINDS = tuple(Column(kind, "number", _BILLION, f"allocated, {kind}", 0) for kind in KINDS)

STORED: dict[str, Table] = TABLES | {
    table.name: table
    for table in (
        Table(
            "boundaries",
            "Outlines of regions as published, one row a vertex",
            (
                Column("name", "text", "name", "the region's name as published"),
                Column("polygon", "whole", "number", "polygon of the region", 0),
                Column("ring", "whole", "number", "ring of the polygon: 0 is the outer one", 0),
                Column("vertex", "whole", "number", "vertex of the ring, in order", 0),
                *_PLACE,
            ),
            ("name", "polygon", "ring", "vertex"),
        ),
        Table(
            "places",
            "Populated places of the gazetteer",
            (
                Column("geonameid", "whole", "id", "GeoNames identifier", 0),
                Column("name", "text", "name", "GeoNames name"),
                *_PLACE,
                Column("population", "number", "persons", "GeoNames figure", 0),
                Column("admin1", "text", "name", "GeoNames code of the first-order division", optional=True),
                Column(
                    "region", "text", "name", "region id of that division, where it is known", optional=True
                ),
            ),
            ("geonameid",),
        ),
        Table(
            "equipment",
            "Claimed losses of equipment, cumulative",
            (
                DAY,
                Column("*", "number", "pieces", "claimed since the war began, by category", 0, optional=True),
            ),
            ("date",),
        ),
        Table(
            "support",
            "Aid by donor and kind, from one release of the tracker",
            (
                Column("vintage", "text", "name", "what the release counts: commitments or allocations"),
                Column("donor", "text", "name", "donor as published"),
                Column("kind", "text", "name", "kind of aid"),
                Column("promised", "number", _BILLION, "all that was committed", 0, optional=True),
                Column("allocated", "number", _BILLION, "the part tied to a purpose", 0, optional=True),
                Column("delivered", "number", _BILLION, "handed over, where it says", 0, optional=True),
                Column("first_day", "day", "calendar day", "of the first row with a day", optional=True),
                Column("last_day", "day", "calendar day", "of the last row with a day", optional=True),
                Column("undated", "whole", "count", "rows without a day", 0),
            ),
            ("vintage", "donor", "kind"),
        ),
        Table(
            "support_months",
            "Aid by donor and month, from one release of the tracker",
            (
                Column("donor", "text", "name", "donor as published"),
                _MONTH,
                Column("total", "number", _BILLION, "allocated, all kinds", 0),
                *_KINDS,
                Column("commitments", "number", _BILLION, "all that was committed", 0),
                Column(
                    "to_be_allocated",
                    "number",
                    _BILLION,
                    "committed and not allocated; below 0 where used up",
                ),
            ),
            ("donor", "month"),
        ),
        Table(
            "support_totals",
            "All donors' allocations by month, from one release of the tracker",
            (_MONTH, Column("total_allocations", "number", _BILLION, "allocated, all kinds", 0), *_KINDS),
            ("month",),
        ),
        Table(
            "support_procurement",
            "Military allocations by month and way, from one release of the tracker",
            (
                _MONTH,
                Column("stockpile", "number", _BILLION, "from stocks", 0),
                Column("procurement", "number", _BILLION, "newly bought", 0),
                Column("unspecified", "number", _BILLION, "where the release does not say", 0),
                Column(
                    "nato_purl",
                    "number",
                    _BILLION,
                    "bought through NATO's list; missing if not said",
                    0,
                    optional=True,
                ),
            ),
            ("month",),
        ),
    )
}
"""Name of a stored table → its declaration; parts such as `areas/isw` are declared by what stands before the stroke."""
