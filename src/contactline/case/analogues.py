"""Reads a case's analogues.csv, strictly: one row a settlement of the past, typed columns, errors with line and column.

The table is optional. What is wrong is collected and said in one CaseError, as for the YAML files of a case.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contactline.case.pledges import Analogue
from contactline.core.errors import CaseError, nearest

FILE = "analogues.csv"
COLUMNS: tuple[str, ...] = tuple(Analogue.model_fields)
FLAGS = ("defences_ceded", "dmz", "troops")
SHOWN = 10


def read_analogues(folder: Path) -> tuple[Analogue, ...]:
    """The analogues of the case in `folder`, in the order of the file; none where it has no analogues.csv.

    Raises CaseError: not UTF-8, columns missing or unknown, rows of another length, an id that stands twice, values
    outside of what is allowed (each with line, column, what came and what is allowed).
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            header = next(reader, [])
            rows = [(reader.line_num, row) for row in reader if row]
    except UnicodeDecodeError as error:
        raise CaseError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8.") from None
    except csv.Error as error:
        raise CaseError(f"{path}: not CSV: {error}. Check quotes and commas.") from None
    _check_header(path, header)
    found: dict[str, Analogue] = {}
    problems: list[str] = []
    for line, row in rows:
        if len(row) != len(header):
            problems.append(f"line {line}: {len(row)} values; allowed are {len(header)}, one a column")
            continue
        cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
        analogue, wrong = _parsed(cells)
        problems += [f"line {line}, {text}" for text in wrong]
        if analogue is None:
            continue
        if analogue.id in found:
            problems.append(f"line {line}, column 'id': {analogue.id!r} stands twice; each id may stand once")
        found[analogue.id] = analogue
    _raise(path, problems)
    return tuple(found.values())


def check_days(folder: Path, analogues: tuple[Analogue, ...], as_of: date) -> None:
    """Raise CaseError for an analogue dated after the as-of date: a case holds nothing later."""
    last = as_of.isoformat()
    problems = [
        f"{row.id}, column {column!r}: got {value}, after as_of {as_of}; a case holds nothing later. Remove it"
        for row in analogues
        for column, value in (("year", str(row.year)), ("violated_when", row.violated_when))
        if value and value > last[: len(value)]
    ]
    _raise(folder / FILE, problems)


def _check_header(path: Path, header: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in header]
    for name in header:
        if name not in COLUMNS:
            near = nearest(name, COLUMNS, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise CaseError(
                f"{path}: line 1: unknown column {name!r}; {hint}Allowed are {', '.join(COLUMNS)}."
            )
    if missing or len(set(header)) < len(header):
        what = f"missing columns {', '.join(missing)}" if missing else "a column stands twice"
        raise CaseError(f"{path}: line 1: {what}; allowed are {', '.join(COLUMNS)}, each once.")


def _parsed(cells: Mapping[str, str]) -> tuple[Analogue | None, list[str]]:
    """One row as a record, or what is wrong with it."""
    values: dict[str, Any] = dict(cells)
    wrong = []
    for name in FLAGS:
        if cells[name] not in ("yes", "no"):
            wrong.append(_said(name, cells, "yes or no"))
        values[name] = cells[name] == "yes"
    values["guarantors"] = tuple(part.strip() for part in cells["guarantors"].split(";") if part.strip())
    values["distance_km"] = cells["distance_km"] or None
    try:
        analogue = Analogue.model_validate(values)
    except ValidationError as error:
        return None, wrong + [_worded(detail, cells) for detail in error.errors(include_url=False)]
    numbers = [name for name in ("distance_km", "years_observed") if not _finite(getattr(analogue, name))]
    wrong += [_said(name, cells, "a finite number") for name in numbers]
    return (None if wrong else analogue), wrong


def _finite(value: float | None) -> bool:
    return value is None or math.isfinite(value)


def _worded(detail: Any, cells: Mapping[str, str]) -> str:
    """One pydantic error in plain words."""
    if not detail["loc"]:
        said = str(detail.get("ctx", {}).get("error", detail["msg"]))
        return f"row {cells['id']}: {said}"
    name = str(detail["loc"][0])
    if detail["type"] == "literal_error":
        allowed = detail["ctx"]["expected"].replace("'", "")
        near = nearest(cells[name], [part.strip() for part in allowed.replace(" or ", ",").split(",")], 1)
        return _said(name, cells, f"one of {allowed}" + (f" (did you mean {near[0]}?)" if near else ""))
    if detail["type"] == "string_pattern_mismatch":
        forms = {
            "url": "an address that starts with http:// or https://",
            "violated_when": "YYYY, YYYY-MM or YYYY-MM-DD, or nothing",
        }
        short = "a short name of lower-case letters, digits and underscores that starts with a letter"
        return _said(name, cells, forms.get(name, short))
    text = detail["msg"].removeprefix("Input should be ").split(", unable to parse")[0]
    return _said(name, cells, text)


def _said(name: str, cells: Mapping[str, str], allowed: str) -> str:
    return f"column {name!r} ({cells['id'] or 'no id'}): got {cells[name]!r}; allowed is {allowed}"


def _raise(path: Path, problems: list[str]) -> None:
    if not problems:
        return
    shown = [f"{text}." for text in problems[:SHOWN]]
    if len(problems) > SHOWN:
        shown.append(f"and {len(problems) - SHOWN} more.")
    if len(problems) == 1:
        raise CaseError(f"{path}: {shown[0]}")
    raise CaseError(f"{path}: {len(problems)} problems:\n  " + "\n  ".join(shown))
