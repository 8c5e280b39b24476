"""`contactline case show|validate|new`: look at a case, check one's own, start one from the template.

The lead command adds `case build`, which needs rooms above this one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from contactline.case.check import ENGINE_BELIEFS
from contactline.case.check_pledges import RESTRAINT
from contactline.case.load import EVIDENCE, LoadedCase, built_in_cases, find_case, load_case
from contactline.case.tables import TABLES
from contactline.core.errors import ContactlineError, InputError, UnknownNameError
from contactline.core.files import write_text
from contactline.core.folders import replaced_folder
from contactline.core.output import print_json
from contactline.core.progress import terminal
from contactline.core.screen import figure, print_table, say, words
from contactline.engine.readiness import hindrances
from contactline.faces.cli.base import App
from contactline.front.control_history import holder_on
from contactline.truce.reach import check_ground
from contactline.war.territory import ground

app = App(help="Cases: conflicts described as data.", no_args_is_help=True)

TEMPLATE = "borderland"
DEFAULT_CASE = "ukraine_2025"
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "actors": ("actors", ("id", "name", "role", "summary")),
    "regions": ("regions", ("id", "name", "focus")),
    "objectives": ("objectives", ("id", "name", "kind", "region")),
    "proposals": ("proposals", ("id", "name", "author", "published", "guarantee")),
    "guarantees": ("guarantees", ("id", "name", "form", "troops", "years", "credibility")),
    "base_rates": ("base_rates", ("id", "name", "honoured", "worth", "period")),
    "calendar": ("calendar", ("id", "guarantor", "day", "what", "chance", "weight")),
    "analogues": (
        "analogues",
        ("id", "guarantors", "form", "troops", "violated", "honoured", "years_observed"),
    ),
    "beliefs": ("beliefs", ("name", "distribution", "unit", "label")),
    "capabilities": ("capabilities", ("id", "name", "donors")),
    "support_paths": ("support_paths", ("id", "name", "cuts")),
    "values": ("values", ("actor", "viewpoint", "default", "vetoes")),
    "issues": ("issues", ("id", "name", "low", "high")),
    "positions": ("positions", ("day", "actor", "issue", "position", "stance")),
    "stakes": ("stakes", ("actor", "issues", "salience", "leverage")),
    "events": ("events", ("id", "name", "start", "end")),
    "claims": ("claims", ("id", "text", "reading")),
    "benchmarks": ("benchmarks", ("day", "text", "sources")),
    "bibliography": ("bibliography", ("id", "title", "source", "day", "confidence")),
}
"""What `case show` can list: name → the case's collection and the columns shown."""

CaseName = Annotated[str, typer.Argument(help="Id of a built-in case, or the folder of your own.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


@app.command("show")
def show(
    case: CaseName = DEFAULT_CASE,
    what: Annotated[
        str | None, typer.Argument(help=f"One of: {', '.join(PARTS)}, or a proposal's id.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a case: an overview, or one of its parts, or one proposal clause by clause."""
    with _plain_errors():
        loaded = load_case(case)
        data = _data(loaded, what)
    console = terminal()
    if as_json:
        print_json(data, indent=2)
    elif what is None:
        _print_overview(console, loaded)
    elif what in PARTS:
        _print_records(console, loaded, what)
    else:
        _print_proposal(console, data)


@app.command("validate")
def validate(
    path: Annotated[str, typer.Argument(help="The folder of a case, or the id of a built-in one.")],
    as_json: Json = False,
) -> None:
    """Check a case and every evidence table it holds; exit code 2 and the reasons if something is wrong."""
    with _plain_errors():
        loaded = load_case(path)
        rows = {name: len(loaded.evidence(name)) for name in TABLES if loaded.has_evidence(name)}
        if {"cells", "changes"} <= rows.keys():
            _terms_fit_the_map(loaded)
        found = hindrances(loaded)
    case = loaded.case
    own = tuple(f"{RESTRAINT}.{actor.id}" for actor in case.actors)
    unused = [b.name for b in case.beliefs if b.name not in ENGINE_BELIEFS and b.name not in own]
    report = {"case": case.id, "digest": loaded.digest, "evidence_rows": rows, "beliefs_not_used": unused,
              "assessable": not found, "hindrances": found}  # fmt: skip
    if as_json:
        print_json(report, indent=2)
        return
    typer.echo(f"{case.id}: valid ({len(case.beliefs)} beliefs, {len(case.proposals)} proposals, ", nl=False)
    typer.echo(f"{len(case.bibliography)} sources). Digest {loaded.digest[:16]}.")
    held = ", ".join(f"{name} ({count} rows)" for name, count in rows.items())
    typer.echo(f"Evidence: {held or 'none yet; see docs/case.md'}.")
    for hindrance in found:
        typer.echo(f"It cannot be assessed yet: {hindrance}")
    if unused:
        typer.echo(f"The engine does not use these beliefs: {', '.join(unused)}.")


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Id of the new case: lower-case letters, digits, underscores.")],
    folder: Annotated[Path, typer.Option("--dir", help="Where to put the folder NAME.")] = Path(),
) -> None:
    """Start a case: copy the commented template, with invented evidence, into a folder of this name."""
    with _plain_errors():
        target = new_case(name, folder)
    typer.echo(f"Wrote {target}. Change its files, then: contactline case validate {target}")


def new_case(name: str, parent: Path) -> Path:
    """Copy the template into `parent/name` and give it the new id; the folder written.

    Raises InputError for a name that is no id, an existing target, or a parent that is no folder.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError(
            f"case name: got {name!r}; allowed are lower-case letters, digits and underscores, first a letter."
        )
    if name in built_in_cases():
        raise InputError(f"case name: {name!r} is a built-in case; choose another name.")
    if not parent.is_dir():
        raise InputError(f"--dir: {parent} is not a folder; create it first.")
    target = parent / name
    if target.exists():
        raise InputError(f"{target} exists and is not overwritten; choose another name or another --dir.")
    with replaced_folder(target, "case new", "case new", record=False) as staged:
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(find_case(TEMPLATE), staged, ignore=ignored, dirs_exist_ok=True)
        text = (staged / "case.yaml").read_text(encoding="utf-8")
        renamed = re.sub(
            rf"^id: {TEMPLATE}( *)", lambda match: f"id: {name}{match[1]}", text, flags=re.MULTILINE
        )
        write_text(staged / "case.yaml", renamed)
    return target


def _terms_fit_the_map(loaded: LoadedCase) -> None:
    """Raise CaseError for a clause that the map contradicts, such as a zone outside the theatre."""
    cells, changes = loaded.evidence("cells"), loaded.evidence("changes")
    check_ground(loaded.case, ground(cells, changes, holder_on(cells, changes, loaded.case.as_of)))


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Prints a ContactlineError as one message on the error stream and leaves with its exit code."""
    try:
        yield
    except ContactlineError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(error.exit_code) from None


def _data(loaded: LoadedCase, what: str | None) -> Any:
    """What `show` prints, as plain data."""
    if what is None:
        return _overview(loaded)
    if what in PARTS:
        return [record.model_dump(mode="json") for record in getattr(loaded.case, PARTS[what][0])]
    return _proposal(loaded, what)


def _overview(loaded: LoadedCase) -> dict[str, Any]:
    """The case in a few fields."""
    case = loaded.case
    return {
        "id": case.id,
        "title": case.title,
        "as_of": case.as_of.isoformat(),
        "summary": case.summary,
        "invented": case.invented,
        "digest": loaded.digest,
        "folder": str(loaded.folder),
        "sides": {side.role: side.id for side in case.sides},
        "counts": {name: len(getattr(case, key)) for name, (key, _columns) in PARTS.items()},
        "default_proposals": list(case.default_proposals),
        "evidence": [name for name in TABLES if loaded.has_evidence(name)],
    }


def _proposal(loaded: LoadedCase, what: str) -> dict[str, Any]:
    """One proposal with its clauses. Raises UnknownNameError that offers the nearest part or proposal."""
    proposals = {proposal.id: proposal for proposal in loaded.case.proposals}
    if what not in proposals:
        raise UnknownNameError("part or proposal", what, [*PARTS, *proposals])
    return proposals[what].model_dump(mode="json")


def _print_overview(console: Console, loaded: LoadedCase) -> None:
    data = _overview(loaded)
    invented = " (invented)" if data["invented"] else ""
    say(console, Text.assemble((data["title"], "bold"), invented))
    say(console, f"{data['id']}, as of {data['as_of']}, digest {loaded.digest[:16]}")
    say(console, data["summary"])
    console.print()
    rows = [(name, str(count)) for name, count in data["counts"].items()]
    print_table(console, (words("part"), figure("records")), rows)
    console.print()
    say(console, f"Assessed by default: {', '.join(data['default_proposals'])}")
    held = ", ".join(data["evidence"]) or f"none in {loaded.folder / EVIDENCE}"
    say(console, f"Evidence: {held}")


def _print_records(console: Console, loaded: LoadedCase, what: str) -> None:
    key, names = PARTS[what]
    records = getattr(loaded.case, key)
    columns = [
        figure(name) if any(_is_figure(getattr(record, name)) for record in records) else words(name)
        for name in names
    ]
    print_table(console, columns, [[_cell(getattr(record, name)) for name in names] for record in records])


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _print_proposal(console: Console, data: dict[str, Any]) -> None:
    say(console, Text.assemble((data["name"], "bold"), f", {data['author']}, {data['published']}"))
    say(console, data["summary"])
    console.print()
    rows = [
        (
            clause["point"], clause["kind"], clause["text"],
            ", ".join(clause["sources"]) + (" + assumption" if clause["assumption"] else ""),
        )
        for clause in data["clauses"]
    ]  # fmt: skip
    print_table(console, (words("point"), words("kind"), words("text"), words("sources", 1)), rows)


def _cell(value: Any) -> str:
    """A field as short text: distributions as `normal(mean 0, sd 0.5)`, records by their actor or id."""
    if hasattr(value, "kind"):
        fields = value.model_dump(exclude={"kind"})
        return f"{value.kind}({', '.join(f'{name} {number:g}' for name, number in fields.items())})"
    if isinstance(value, tuple):
        return ", ".join(str(getattr(item, "actor", item)) for item in value)
    if value is None or value is False:
        return ""
    return "yes" if value is True else str(value)
