"""The data dictionary of an assessment's tables: every column's type, unit, bounds and meaning.

The same dictionary checks a table when a stage hands it over, when it is saved and when it is loaded, and is written
beside the CSV files, so that the files and their description cannot disagree. A name that ends in `*` stands for a
family of columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from contactline.core.errors import ContactlineError, UnknownNameError
from contactline.core.frame import Column, Table, checked
from contactline.topics.allies import schema as allies
from contactline.topics.bargain import schema as bargain
from contactline.topics.choice import schema as choice
from contactline.topics.claims import schema as claims
from contactline.topics.fighting import schema as fighting
from contactline.topics.front import schema as front
from contactline.topics.guarantee import schema as guarantee
from contactline.topics.history import schema as history
from contactline.topics.proposals import schema as proposals
from contactline.topics.sensitivity import schema as sensitivity
from contactline.topics.support import schema as support
from contactline.topics.truce import schema as truce
from contactline.topics.trust import schema as trust

TOPICS = (
    front, fighting, proposals, truce, history, guarantee, support, allies, choice, bargain, sensitivity, claims, trust,
)  # fmt: skip
"""Topics in the order of the report."""

TABLES: dict[str, Table] = {table.name: table for topic in TOPICS for table in topic.TABLES}


def declared(name: str) -> Table:
    """The table of that name. Raises UnknownNameError: what cannot be explained is not written."""
    if name not in TABLES:
        raise UnknownNameError("table", name, TABLES)
    return TABLES[name]


def from_text(
    table: Table, frame: pd.DataFrame, where: str, error: type[ContactlineError], remedy: str
) -> pd.DataFrame:
    """`checked` for a table whose cells are all text, as file `where` holds them: an empty number or day is missing."""
    frame = frame.reset_index(drop=True)
    for name in frame.columns:
        column = table.column(name)
        if column is not None and column.kind != "text":
            frame[name] = frame[name].where(frame[name] != "", None)
    return checked(table, frame, where, error, remedy)


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
            {
                "name": c,
                "type": _json_type(entry),
                "unit": entry.unit,
                "description": entry.meaning,
                "constraints": entry.constraints,
            }
            for c in map(str, frames[name].columns)
            if (entry := table.column(c)) is not None
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
        table, schema = TABLES[resource["name"]], resource["schema"]
        about = f"{resource['description']}. Key: {', '.join(schema['primaryKey'])}."
        lines += ["", f"## {resource['path']}", "", about, ""]
        lines += ["| column | type | unit | range | meaning |", "|---|---|---|---|---|"]
        lines += [
            f"| {f['name']} | {f['type']} | {f['unit']} | {entry.range} | {f['description']} |"
            for f in schema["fields"]
            if (entry := table.column(f["name"])) is not None
        ]
    return "\n".join(lines) + "\n"


def _json_type(column: Column) -> str:
    return {"day": "date", "text": "string", "number": "number", "whole": "integer", "flag": "boolean"}[
        column.kind
    ]
