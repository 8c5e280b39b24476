"""`contactline data …` and `contactline sql`: what is stored, bringing evidence in, fetching it, asking it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from contactline.core.dates import parse_day
from contactline.core.files import DATA_DIR_VARIABLE, data_dir
from contactline.core.frame import as_records
from contactline.core.output import print_csv, print_json
from contactline.core.progress import Stages, terminal, visible
from contactline.core.screen import figure, print_table, say, words
from contactline.faces.cli.base import App
from contactline.faces.cli.options import Json, UnpackLimit
from contactline.service import data as service

app = App(help="Evidence: what is stored, importing it, fetching it.", no_args_is_help=True)

SHOWN_ROWS = 1_000
"""Rows of an answer that are printed on a screen unless more are asked for."""

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        envvar=DATA_DIR_VARIABLE,
        help="Folder of the local store and of fetched files.",
        show_default=False,
    ),
]


@app.command("status")
def status_command(data_dir_: DataDir = None, as_json: Json = False) -> None:
    """Say what is stored, where it came from and what has been fetched."""
    found = service.status(data_dir_)
    if as_json:
        print_json({"folder": str(found.folder), "tables": found.tables, "files": found.files})
    else:
        console = terminal()
        say(console, f"Data directory: {found.folder}")
        shown = [{**table, "imported": str(table["imported"])[:10]} for table in found.tables]
        _print_rows(console, "Stored tables", shown, ("table", "rows", "state", "imported", "source"))
        _print_rows(console, "Files to fetch", found.files, ("source", "file", "fetched", "state"))
        if not found.tables:
            say(
                console,
                "No tables are stored. `contactline data fetch` and `contactline data import` bring some in.",
            )
    found.check()


@app.command("import")
def import_command(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: archives, CSV, JSON, GeoJSON.")],
    kind: Annotated[
        str | None,
        typer.Option("--kind", help=f"Kind of evidence, if not told by itself: {', '.join(service.KINDS)}."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DAY", help="Leave out estimates of losses published after this day."
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source",
            help=f"Whose the files are: any name, or one of {', '.join(service.SOURCES)}. Outranks what they tell "
            "themselves.",
        ),
    ] = None,
    licence: Annotated[str | None, typer.Option("--licence", help="Licence of the files.")] = None,
    unpack_limit_mb: UnpackLimit = None,
    data_dir_: DataDir = None,
    as_json: Json = False,
) -> None:
    """Read, check and store evidence; all of it or, if anything is wrong, nothing."""
    stages = Stages(terminal(stderr=True), quiet=as_json)
    day, origin = parse_day(as_of, "--as-of") if as_of else None, service.Origin(source, licence)
    with service.unpack_limit(unpack_limit_mb):
        found = service.import_evidence(paths, stages, kind=kind, as_of=day, origin=origin, folder=data_dir_)
    if as_json:
        print_json({"stored": found.stored, "passed_over": found.passed_over, "seconds": stages.timings})
        return
    console = terminal()
    _print_rows(console, "Stored", found.stored, ("table", "rows", "source", "note"))
    for row in found.stored:
        if "replaced" in row:
            say(
                console,
                f"replaced: {row['table']} was from {row['replaced']}, and is now from {row['source']}",
            )
    for one in found.passed_over:
        say(console, f"passed over: {one['path']}: {one['why']}")


@app.command("fetch")
def fetch_command(
    sources: Annotated[
        list[str] | None, typer.Argument(help=f"Sources: {', '.join(service.FETCHED)}. All if none.")
    ] = None,
    sha256: Annotated[
        str, typer.Option("--sha256", help="Digest that the file must have; with a single file only.")
    ] = "",
    name: Annotated[str | None, typer.Option("--file", help="Fetch only the file of this name.")] = None,
    data_dir_: DataDir = None,
    as_json: Json = False,
) -> None:
    """Download public sources into the data directory; a broken download goes on where it stopped."""
    stages = Stages(terminal(stderr=True), quiet=as_json)
    rows = []
    for row in service.fetch_files(sources or (), stages, name=name, sha256=sha256, folder=data_dir_):
        rows.append(row)
        if not as_json:
            size = "unchanged" if row["unchanged"] else f"{row['bytes']:,} bytes"
            say(terminal(), f"{row['path']}  {size}")
    if as_json:
        print_json({"files": rows})
    else:
        say(terminal(), f"Next: contactline data import {data_dir(data_dir_) / 'archives'}")


def sql_command(
    query: Annotated[str, typer.Argument(help="One query, such as 'SELECT * FROM areas LIMIT 5'.")],
    data_dir_: DataDir = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    rows_: Annotated[
        int | None,
        typer.Option(
            "--rows",
            help=f"Most rows. Default: {SHOWN_ROWS:,} on the screen, {service.ROWS:,} as CSV or JSON.",
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(help="Most seconds.")] = service.SECONDS,
    memory: Annotated[str, typer.Option(help="Most memory, such as 500MB or 4GB.")] = service.MEMORY,
) -> None:
    """Ask the stored tables in SQL (DuckDB); reading only, within limits of rows, time and memory."""
    whole = as_json or as_csv
    limits = service.Limits(
        memory, seconds, rows_ if rows_ is not None else service.ROWS if whole else SHOWN_ROWS
    )
    result, more = service.query(query, limits, whole=whole, folder=data_dir_)
    if as_json:
        print_json(service.json_records(result))
    elif as_csv:
        print_csv(result.to_csv(index=False))
    else:
        _print_rows(terminal(), f"{len(result)} row(s)", as_records(result), tuple(map(str, result.columns)))
        if more:
            terminal(stderr=True).print(
                f"The answer has more rows; the first {limits.rows:,} are shown. Raise that with --rows, or use --csv."
            )


def _print_rows(console: Console, title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    """Rows as a table: a column in which every value is a number, a day or missing holds figures."""
    if not rows:
        return
    made = [figure(name) if all(_is_figure(row[name]) for row in rows) else words(name) for name in columns]
    print_table(console, made, [[_shown(row[name]) for name in columns] for row in rows], title=title)
    console.print()


def _is_figure(value: Any) -> bool:
    return value is None or (isinstance(value, int | float | pd.Timestamp) and not isinstance(value, bool))


def _shown(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value).removesuffix(" 00:00:00")
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return visible(str(value))
