"""The data dictionary of an assessment's tables: every column's type, unit and meaning.

The same dictionary types a table when it is saved or loaded, and is written beside the CSV files, so that
the files and their description cannot disagree. A name that ends in `*` stands for a family of columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd

from contactline.case.tables import Column, Table
from contactline.core.errors import InputError, UnknownNameError
from contactline.report import (
    tables_choice,
    tables_claims,
    tables_cohesion,
    tables_deal,
    tables_game,
    tables_guarantee,
    tables_support,
    tables_truce,
    tables_trust,
    tables_war,
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        *tables_war.TABLES,
        *tables_deal.TABLES,
        *tables_truce.TABLES,
        *tables_guarantee.TABLES,
        *tables_support.TABLES,
        *tables_cohesion.TABLES,
        *tables_choice.TABLES,
        *tables_claims.TABLES,
        *tables_game.TABLES,
        *tables_trust.TABLES,
    )
}


def column_for(table: Table, name: str) -> Column | None:
    """The dictionary entry that covers column `name`, families included; None if there is none."""
    return next((column for column in table.columns if fnmatchcase(name, column.name)), None)


def typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with each column in its canonical type.

    Raises UnknownNameError for a table the dictionary lacks, InputError for columns that are missing or
    not described: what cannot be explained is not written.
    """
    if name not in TABLES:
        raise UnknownNameError("table", name, TABLES)
    table = TABLES[name]
    present = [str(column) for column in frame.columns]
    missing = [c.name for c in table.columns if "*" not in c.name and c.name not in present]
    undescribed = [column for column in present if column_for(table, column) is None]
    if missing or undescribed:
        raise InputError(
            f"assessment table {name!r}: columns {present}"
            + (f"; missing {missing}" if missing else "")
            + (f"; not in the dictionary {undescribed}" if undescribed else "")
            + ". Allowed are those of contactline.report.tables."
        )
    return pd.DataFrame({c: _canonical(frame[c], column_for(table, c)) for c in present}).reset_index(
        drop=True
    )


def to_csv(frame: pd.DataFrame) -> str:
    """A table as CSV text, the same bytes wherever it is written: ISO days, nine significant digits."""
    text: str = frame.to_csv(index=False, float_format="%.9g", date_format="%Y-%m-%d", lineterminator="\n")
    return text


def dictionary_json(frames: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """The dictionary of the tables in `frames` as plain data, in the shape of a Frictionless data package."""
    resources = []
    for name in sorted(frames):
        table = TABLES[name]
        fields = [
            {"name": c, "type": _json_type(entry), "unit": entry.unit, "description": entry.meaning}
            for c in map(str, frames[name].columns)
            if (entry := column_for(table, c)) is not None
        ]
        schema = {"fields": fields, "primaryKey": list(table.key)}
        resources.append(
            {"name": name, "path": f"{name}.csv", "description": table.meaning, "schema": schema}
        )
    return {"name": "contactline-assessment", "resources": resources}


def dictionary_markdown(frames: Mapping[str, pd.DataFrame]) -> str:
    """The same dictionary for people to read."""
    lines = [
        "# Tables of this assessment",
        "",
        "Dates are ISO days, an empty field is a missing value, numbers are written to nine significant digits.",
    ]
    for resource in dictionary_json(frames)["resources"]:
        lines += ["", f"## {resource['path']}", "", f"{resource['description']}.", ""]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [
            f"| {f['name']} | {f['type']} | {f['unit']} | {f['description']} |"
            for f in resource["schema"]["fields"]
        ]
    return "\n".join(lines) + "\n"


def _json_type(column: Column) -> str:
    return {"day": "date", "text": "string", "number": "number", "whole": "integer", "flag": "boolean"}[
        column.kind
    ]


def _canonical(values: pd.Series, column: Column | None) -> pd.Series:
    kind = column.kind if column else "text"
    if kind == "day":
        return pd.to_datetime(values).astype("datetime64[ns]")
    if kind == "flag":
        return values.map(lambda v: v if isinstance(v, bool | np.bool_) else str(v) == "True").astype(bool)
    if kind == "text":
        return values.map(lambda v: "" if v is None or v is pd.NA or v != v else str(v)).astype(object)
    numbers = pd.to_numeric(values).astype("float64")
    return numbers.astype("int64") if kind == "whole" and numbers.notna().all() else numbers
