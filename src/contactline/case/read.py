"""Reads a case folder's YAML files into one plain mapping, strictly, and words what is wrong with it.

A misspelt file, a key in the wrong file, `2025-13-01` for a day: each is a problem with a file, a line and a key path.
What YAML itself allows is bounded in `yaml_text`.
"""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from contactline.case.schema import Case
from contactline.case.yaml_text import line_of, read_yaml
from contactline.core.dates import FIRST_DAY, LAST_DAY
from contactline.core.errors import CaseError, nearest

FILES: dict[str, tuple[str, ...]] = {
    "case.yaml": (
        "id",
        "title",
        "as_of",
        "summary",
        "invented",
        "sides",
        "actors",
        "theatre",
        "regions",
        "objectives",
        "belts",
        "places",
        "series",
        "evidence",
        "history",
    ),
    "beliefs.yaml": ("beliefs",),
    "proposals.yaml": ("default_proposals", "proposals"),
    "conduct.yaml": ("conduct",),
    "guarantees.yaml": ("guarantees", "calendar"),
    "support.yaml": ("capabilities", "support_paths"),
    "values.yaml": ("values",),
    "positions.yaml": ("issues", "positions", "stakes", "wedge"),
    "events.yaml": ("events",),
    "claims.yaml": ("claims", "benchmarks"),
    "bibliography.yaml": ("bibliography",),
}
"""The files of a case and the keys that may stand at the top of each."""

REQUIRED_FILES = ("case.yaml", "beliefs.yaml", "proposals.yaml", "values.yaml")
HOME = {key: file for file, keys in FILES.items() for key in keys}
"""Key at the top of a case → the file it lives in."""

SHOWN = 10
"""At most this many problems are listed; the rest are counted."""

KeyPath = tuple[str | int, ...]

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Problem:
    """One violation: where in the case (key path from the top of the merged case) and what is wrong."""

    path: KeyPath
    text: str


def read_folder(folder: Path) -> dict[str, Any]:
    """The YAML files of `folder` merged into one mapping of the case's top-level keys.

    Raises CaseError for missing or unknown files, syntax errors (line and column), repeated keys, keys in
    the wrong file, numbers that are not finite, and days beyond those that are read.
    """
    missing = [name for name in REQUIRED_FILES if not (folder / name).is_file()]
    if missing:
        raise CaseError(
            f"{folder}: the case has no {' and no '.join(missing)}. A case folder needs "
            f"{', '.join(REQUIRED_FILES)}; `contactline case new NAME` writes a complete one to change."
        )
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        if not path.is_file():
            raise CaseError(f"{path}: is not a file; allowed is a YAML file of this name, or none.")
        if path.name not in FILES:
            near = nearest(path.name, FILES, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise CaseError(f"{path}: not a file of a case; {hint}Allowed are {', '.join(FILES)}.")
    merged: dict[str, Any] = {}
    for name, allowed in FILES.items():
        if (folder / name).is_file():
            merged |= read_file(folder / name, allowed)
    strange = [
        Problem(where, f"got {_short(value)}; allowed is a finite number below 1e300")
        for where, value in _numbers(merged)
        if not (math.isfinite(value) if isinstance(value, float) else abs(value) < 10**300)
    ]
    strange += [
        Problem(where, f"got {day}; allowed are days from {FIRST_DAY} to {LAST_DAY}")
        for where, day in _unread_days(merged)
    ]
    raise_problems(folder, strange, merged)
    return merged


def validated(folder: Path, raw: dict[str, Any]) -> Case:
    """The merged mapping as a Case. Raises CaseError that lists every violation of the schema."""
    try:
        return Case.model_validate(raw)
    except ValidationError as error:
        raise_problems(folder, problems_in(error, raw), raw)
        raise  # pragma: no cover - a ValidationError always has details


def problems_in(error: ValidationError, raw: dict[str, Any], root: KeyPath = ()) -> list[Problem]:
    """Every violation of the schema that pydantic found in `raw` (at `root` of it), worded for people."""
    details = error.errors(include_url=False)
    # A list whose entry was refused counts as too short as well; the entry says what is wrong.
    refused = {detail["loc"][:end] for detail in details for end in range(len(detail["loc"]))}
    kept = [d for d in details if d["type"] != "too_short" or d["loc"] not in refused]
    return [_worded(d | {"loc": (*root, *d["loc"])}, raw) for d in kept]


def raise_problems(folder: Path, problems: list[Problem], raw: dict[str, Any]) -> None:
    """Raise one CaseError that lists `problems` with file, key path and line; return if there are none."""
    if not problems:
        return
    texts: dict[str, str] = {}
    lines = []
    for problem in problems[:SHOWN]:
        file = HOME.get(str(problem.path[0]), "case.yaml")
        if file not in texts and (folder / file).is_file():
            texts[file] = (folder / file).read_text(encoding="utf-8")
        end = "" if problem.text.endswith("?") else "."
        lines.append(f"{file}: {place_of(problem.path, raw, texts.get(file))}: {problem.text}{end}")
    if len(problems) > SHOWN:
        lines.append(f"and {len(problems) - SHOWN} more.")
    if len(problems) == 1:
        raise CaseError(f"{folder}: {lines[0]}")
    raise CaseError(f"{folder}: the case has {len(problems)} problems:\n  " + "\n  ".join(lines))


def dotted(path: KeyPath) -> str:
    """A key path as people write it: `beliefs[3].distribution.low`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read_file(path: Path, allowed: tuple[str, ...]) -> dict[str, Any]:
    """One YAML file as a mapping whose keys belong in it."""
    data = read_yaml(path)
    if not isinstance(data, dict):
        came = "nothing" if data is None else f"a {type(data).__name__}"
        raise CaseError(f"{path}: got {came}; allowed is a mapping with the keys {', '.join(allowed)}.")
    for key in data:
        if key in allowed:
            continue
        if key in HOME:
            raise CaseError(f"{path}: key {key!r} belongs in {HOME[key]}; move it there.")
        near = nearest(str(key), HOME)
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        raise CaseError(f"{path}: unknown key {key!r}: {hint}Allowed in this file: {', '.join(allowed)}.")
    return data


def _numbers(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, float]]:
    """Every number in nested data with its key path."""
    if isinstance(value, float | int):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _numbers(inner, (*path, index))


def _unread_days(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Every text that is a day (YYYY-MM-DD) outside the days that are read, with its key path."""
    if isinstance(value, str):
        if _DAY.fullmatch(value) and not FIRST_DAY.isoformat() <= value <= LAST_DAY.isoformat():
            yield path, value
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _unread_days(inner, (*path, key))


def place_of(path: KeyPath, raw: dict[str, Any], text: str | None) -> str:
    """The key path with the line it stands in and the id of the record, so that a reader finds it."""
    node: Any = raw
    record = ""
    for part in path:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(part, int) and isinstance(node, dict):
            record = str(node.get("id") or node.get("name") or record or node.get("actor") or "")
    line = line_of(text, path) if text else None
    hints = ", ".join(hint for hint in (f"line {line}" if line else "", record) if hint)
    return f"{dotted(path)} ({hints})" if hints else dotted(path)


def _worded(detail: Any, raw: dict[str, Any]) -> Problem:
    """One pydantic error as a problem: what came, what is allowed."""
    path, model = _resolve(detail["loc"], raw)
    kind, came, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "missing":
        return Problem(path, "is missing; add it")
    if kind == "extra_forbidden":
        allowed = [name for name in model.model_fields] if model else []
        near = nearest(str(path[-1]), allowed)
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        if " " in str(path[-1]):
            hint = "if it is part of a text between braces, put the text in quotes; "
        return Problem(path, f"unknown key; {hint}allowed are {', '.join(allowed)}")
    if kind == "union_tag_not_found":
        return Problem((*path, "kind"), "is missing; add it: it says which kind of record this is")
    if kind == "union_tag_invalid":
        tags = [tag.strip("' ") for tag in context["expected_tags"].split(",")]
        near = nearest(context["tag"], tags, 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        return Problem((*path, "kind"), f"got {context['tag']!r}; allowed is one of {', '.join(tags)}{hint}")
    if kind == "value_error":
        return Problem(path, str(context.get("error", detail["msg"])))
    return Problem(path, f"got {_short(came)}; allowed is {_allowed(kind, detail['msg'], context)}")


def _allowed(kind: str, message: str, context: dict[str, Any]) -> str:
    """Pydantic's wording of a constraint, as a noun phrase."""
    if kind == "string_pattern_mismatch":
        if context["pattern"] == "^[a-z][a-z0-9_]*$":
            return "a short name of lower-case letters, digits and underscores that starts with a letter"
        return f"text of the form {context['pattern']}"
    if kind.startswith("date"):
        return "a day as YYYY-MM-DD, such as 2025-12-07"
    if kind == "string_too_short":
        return f"a text of {context['min_length']} characters or more"
    if kind == "tuple_type":
        return "a list"
    if kind == "too_short":
        return f"a list of {context.get('min_length', 1)} or more"
    if kind.startswith("model"):
        return "a mapping of keys to values"
    text = message.removeprefix("Input should be ").removeprefix("Input should have ")
    text = text.split(", unable to parse")[0]
    return f"a number {text}" if kind.startswith(("greater", "less")) else text


def _short(value: Any) -> str:
    """What came, short enough for a message."""
    if isinstance(value, dict):
        return f"a mapping with keys {', '.join(map(str, value))}"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _resolve(location: tuple[Any, ...], raw: dict[str, Any]) -> tuple[KeyPath, type[BaseModel] | None]:
    """Pydantic's location without the tags of unions, and the record type whose keys stand there."""
    path: list[str | int] = []
    node: Any = raw
    models: list[type[BaseModel]] = [Case]
    holder: type[BaseModel] | None = Case
    for part in location:
        if isinstance(node, dict) and part not in node and part == node.get("kind"):
            models = [m for m in models if part in typing.get_args(m.model_fields["kind"].annotation)]
            continue
        path.append(part)
        holder = models[0] if models else None
        if isinstance(part, str) and holder and part in holder.model_fields:
            models = list(_models_in(holder.model_fields[part].annotation))
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            node = None
    return tuple(path), holder


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The record types inside an annotation such as `tuple[Annotated[A | B, ...], ...]`."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for inner in typing.get_args(annotation):
        yield from _models_in(inner)
