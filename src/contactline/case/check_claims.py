"""Checks of the debate: claims speak of quantities that exist, vetoes of clauses that exist; claims of other texts.

A user's own text is a YAML file with `claims` and, if it cites sources that the case lacks, `bibliography`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contactline.case.quantities import FAMILIES, clause_names, nearest_names, parse
from contactline.case.read import Problem, place_of, problems_in, read_file
from contactline.case.schema import Case
from contactline.core.errors import CaseError, UnknownNameError, nearest

TEXT_KEYS = ("claims", "bibliography")
"""What may stand at the top of a text's file."""

SHOWN = 10


def claims(case: Case) -> Iterator[Problem]:
    """Every test of a claim names a quantity of the case, and puts a probability between 0 and 1."""
    for i, claim in enumerate(case.claims):
        for j, test in enumerate(claim.tests):
            where = ("claims", i, "tests", j)
            try:
                named = parse(case, test.quantity)
            except UnknownNameError:
                yield Problem((*where, "quantity"), unknown_quantity(case, test.quantity))
                continue
            for key in ("value", "low", "high"):
                got = getattr(test, key)
                if named.family.unit == "probability" and got is not None and not 0 <= got <= 1:
                    text = (
                        f"got {got:g}; {test.quantity} is a probability, so allowed is a number from 0 to 1"
                    )
                    yield Problem((*where, key), text + (f": {got / 100:g}?" if 1 < got <= 100 else ""))


def vetoes(case: Case) -> Iterator[Problem]:
    """Every veto names a clause kind, or a kind with one of its forms."""
    names = clause_names()
    for i, values in enumerate(case.values):
        for j, veto in enumerate(values.vetoes):
            if veto in names:
                continue
            near = nearest(veto, names)
            known = ", ".join(name for name in names if ":" not in name)
            hint = (
                f"did you mean {' or '.join(near)}?" if near else f"known are {known}, each also with a form"
            )
            yield Problem(("values", i, "vetoes", j), f"unknown clause kind {veto!r}; {hint}")


def unknown_quantity(case: Case, name: str) -> str:
    """What to say of a quantity that does not exist: the nearest valid names, or the families."""
    near = nearest_names(case, name)
    if near:
        return f"unknown quantity {name!r}; did you mean {' or '.join(near)}?"
    heads = sorted({family.template.split(".")[0] for family in FAMILIES})
    return (
        f"unknown quantity {name!r}; names start with {', '.join(heads)}; `contactline claims --quantities` "
        "lists all of them"
    )


def read_text(case: Case, path: Path) -> Case:
    """The case with the claims of another text in the place of its own, and the text's sources added.

    Raises CaseError that lists every problem with file, key path and line: fields, unknown quantities (the nearest
    valid names are offered), sources that neither the case nor the text lists.
    """
    path = Path(path)
    if not path.is_file():
        raise CaseError(
            f"--text {path}: no such file. Allowed is a YAML file with the key claims; see docs/claims.md."
        )
    raw = read_file(path, TEXT_KEYS)
    if not raw.get("claims"):
        raise CaseError(
            f"{path}: holds no claims. Allowed is a list under the key claims; see docs/claims.md."
        )
    own = [entry.id for entry in case.bibliography]
    merged: dict[str, Any] = case.model_dump(mode="json") | {"claims": raw["claims"]}
    added = raw.get("bibliography") or []
    merged["bibliography"] = [*merged["bibliography"], *added] if isinstance(added, list) else added
    try:
        found = Case.model_validate(merged)
    except ValidationError as error:
        _raise(path, problems_in(error, merged), merged, len(own))
        raise  # pragma: no cover - a ValidationError always has details
    _raise(path, [*claims(found), *_repeated(found), *_unsourced(found)], merged, len(own))
    return found


def _repeated(case: Case) -> Iterator[Problem]:
    for key in ("claims", "bibliography"):
        names = [record.id for record in getattr(case, key)]
        for i, name in enumerate(names):
            if name in names[:i]:
                yield Problem((key, i, "id"), f"{name!r} stands twice; each id may stand once")


def _unsourced(case: Case) -> Iterator[Problem]:
    known = [entry.id for entry in case.bibliography]
    for i, claim in enumerate(case.claims):
        for key in ("sources", "support", "contest", "context"):
            for j, name in enumerate(getattr(claim, key)):
                if name not in known:
                    near = nearest(name, known)
                    hint = (
                        f"did you mean {' or '.join(near)}?"
                        if near
                        else "add it under bibliography in this file"
                    )
                    yield Problem(("claims", i, key, j), f"unknown bibliography entry {name!r}; {hint}")


def _raise(path: Path, problems: list[Problem], raw: dict[str, Any], own: int) -> None:
    """One CaseError for all problems of a text; key paths count the text's own bibliography from 0."""
    if not problems:
        return
    text = path.read_text(encoding="utf-8")
    lines = []
    for problem in problems[:SHOWN]:
        where, node = problem.path, raw
        if len(where) > 1 and where[0] == "bibliography" and isinstance(where[1], int):
            where = ("bibliography", where[1] - own, *where[2:])
            node = {**raw, "bibliography": raw["bibliography"][own:]}
        end = "" if problem.text.endswith("?") else "."
        lines.append(f"{place_of(where, node, text)}: {problem.text}{end}")
    if len(problems) > SHOWN:
        lines.append(f"and {len(problems) - SHOWN} more.")
    raise CaseError(f"{path}: " + (lines[0] if len(lines) == 1 else "\n  ".join(["", *lines]).strip()))
