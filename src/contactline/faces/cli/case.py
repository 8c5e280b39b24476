"""`contactline case show|validate|new|fork|build`: look at a case, check one's own, start one, measure its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from contactline.case.load import EVIDENCE, load_case
from contactline.core.errors import ContactlineError
from contactline.core.output import print_json
from contactline.core.progress import Tick, no_tick, terminal
from contactline.core.screen import figure, print_table, say, words
from contactline.faces.cli.base import App
from contactline.faces.cli.options import DEFAULT_CASE, CaseArgument, Json, UnpackLimit, ask, scenario
from contactline.service.cases import fork_case, new_case
from contactline.service.questions.cases import PARTS, CaseParts, Readiness

app = App(help="Cases: conflicts described as data.", no_args_is_help=True)


@app.command("show")
def show(
    case: CaseArgument = DEFAULT_CASE,
    what: Annotated[
        str | None, typer.Argument(help=f"One of: {', '.join(PARTS)}, or a proposal's id.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a case: an overview, or one of its parts, or one proposal clause by clause."""
    with _plain_errors():
        data = ask(CaseParts(what=what), scenario(case)).value
    if as_json:
        print_json(data, indent=2)
    elif what is None:
        _print_overview(terminal(), data)
    elif what in PARTS:
        key, names = PARTS[what]
        _print_records(terminal(), getattr(load_case(case).case, key), names)
    else:
        _print_proposal(terminal(), data)


@app.command("validate")
def validate(
    path: Annotated[str, typer.Argument(help="The folder of a case, or the id of a built-in one.")],
    as_json: Json = False,
) -> None:
    """Check a case and every evidence table it holds; exit code 2 and the reasons if something is wrong."""
    with _plain_errors():
        report = ask(Readiness(), scenario(path)).value
        case = load_case(path).case
    if as_json:
        print_json(report, indent=2)
        return
    typer.echo(f"{case.id}: valid ({len(case.beliefs)} beliefs, {len(case.proposals)} proposals, ", nl=False)
    typer.echo(f"{len(case.bibliography)} sources). Digest {report['digest'][:16]}.")
    held = ", ".join(f"{name} ({count} rows)" for name, count in report["evidence_rows"].items())
    typer.echo(f"Evidence: {held or 'none yet; see docs/case.md'}.")
    for hindrance in report["hindrances"]:
        typer.echo(f"It cannot be assessed yet: {hindrance}")
    if report["beliefs_not_used"]:
        typer.echo(
            f"Not asked of every case: {', '.join(report['beliefs_not_used'])}. After a run `contactline graph BELIEF` "
            "says whether a model has read one."
        )


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Id of the new case: lower-case letters, digits, underscores.")],
    folder: Annotated[Path, typer.Option("--dir", help="Where to put the folder NAME.")] = Path(),
) -> None:
    """Start a case: copy the commented template, with invented evidence, into a folder of this name."""
    with _plain_errors():
        target = new_case(name, folder)
    typer.echo(f"Wrote {target}. Change its files, then: contactline case validate {target}")


@app.command("fork")
def fork(
    case: Annotated[str, typer.Argument(help="The case to copy: a built-in one's id, or a case folder.")],
    folder: Annotated[Path, typer.Argument(help="Folder of the copy, new or empty.")],
    name: Annotated[
        str | None, typer.Option("--id", help="Id of the copy. Default: the name of the folder.")
    ] = None,
) -> None:
    """Copy a case with all its evidence under a new id, to change what you see otherwise."""
    with _plain_errors():
        target = fork_case(case, folder, name)
        own = load_case(target).case
    typer.echo(f"Wrote {target}: case {own.id}, as of {own.as_of}, a copy of {case}.")
    typer.echo(f"Change its files, then: contactline case validate {target}")
    typer.echo(f"And then: contactline assess {target}")


@app.command("build")
def build(
    case: CaseArgument = DEFAULT_CASE,
    source: Annotated[Path, typer.Option("--from", help="Folder of the raw archives.")] = Path(),
    out: Annotated[
        Path | None, typer.Option(help="Write here instead of into the case's evidence folder.")
    ] = None,
    unpack_limit_mb: UnpackLimit = None,
) -> None:
    """Measure a case's embedded evidence from the raw archives; the same archives give the same bytes."""
    # Loads every reader of sources, which the other commands of a case do without.
    from contactline.service.build import build_evidence, unpack_limit

    def stage(name: str) -> Tick:
        say(terminal(stderr=True), name)
        return no_tick

    with unpack_limit(unpack_limit_mb):
        rows = build_evidence(load_case(case), source, out, stage)
    counted = [(name, f"{count:,}") for name, count in rows.items()]
    print_table(terminal(), (words("table"), figure("rows")), counted)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Prints a ContactlineError as one message on the error stream and leaves with its exit code."""
    try:
        yield
    except ContactlineError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(error.exit_code) from None


def _print_overview(console: Console, data: dict[str, Any]) -> None:
    invented = " (invented)" if data["invented"] else ""
    say(console, Text.assemble((data["title"], "bold"), invented))
    say(console, f"{data['id']}, as of {data['as_of']}, digest {data['digest'][:16]}")
    say(console, data["summary"])
    console.print()
    rows = [(name, str(count)) for name, count in data["counts"].items()]
    print_table(console, (words("part"), figure("records")), rows)
    console.print()
    say(console, f"Assessed by default: {', '.join(data['default_proposals'])}")
    held = ", ".join(data["evidence"]) or f"none in {Path(data['folder']) / EVIDENCE}"
    say(console, f"Evidence: {held}")


def _print_records(console: Console, records: Sequence[Any], names: Sequence[str]) -> None:
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
        parts = [f"{name} {part if isinstance(part, str) else f'{part:g}'}" for name, part in fields.items()]
        return f"{value.kind}({', '.join(parts)})"
    if isinstance(value, tuple):
        return ", ".join(str(getattr(item, "actor", item)) for item in value)
    if value is None or value is False:
        return ""
    return "yes" if value is True else str(value)
