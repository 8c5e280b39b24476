"""`contactline data …` and `contactline sql`: what is stored, bringing evidence in, fetching it, asking it.

An import reads and checks everything it was given before it stores anything, so bad input leaves the store
as it was. The command line mounts `app` as `data` and `sql_command` as `sql`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from contactline.core.dates import parse_day
from contactline.core.errors import EvidenceError, StoreError, printable
from contactline.core.files import DATA_DIR_VARIABLE, data_dir, sha256_of
from contactline.core.output import print_csv, print_json
from contactline.core.progress import Stages, terminal, visible
from contactline.core.screen import figure, print_table, say, words
from contactline.evidence import kinds
from contactline.evidence.answers import json_records, plain
from contactline.evidence.fetch import Download, fetch, files_of
from contactline.evidence.inputs import LIMIT_MB, unpack_limit
from contactline.evidence.query import MEMORY, ROWS, SECONDS, Answer, Limits, ended_after
from contactline.evidence.sources import FETCHED, SOURCES, RemoteFile, read_sidecar
from contactline.evidence.store import OK, open_store
from contactline.faces.cli.base import App
from contactline.service.importing import Origin, read_all, replaced

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
UnpackLimit = Annotated[
    int | None,
    typer.Option(
        "--unpack-limit",
        metavar="MB",
        help=f"Megabytes that one file may hold or unpack to; {LIMIT_MB} if not given.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("status")
def status_command(data_dir_: DataDir = None, as_json: AsJson = False) -> None:
    """Say what is stored, where it came from and what has been fetched."""
    store = open_store(data_dir_)
    states = store.states()
    fetched = [_fetched(file, _archive_folder(data_dir_, file)) for file in files_of()]
    tables = [
        {
            "table": table.name,
            "rows": table.rows,
            "state": states[table.name],
            "imported": table.imported,
            **table.provenance.as_dict(),
        }
        for table in store.tables()
    ]
    if as_json:
        print_json({"folder": str(data_dir(data_dir_)), "tables": tables, "files": fetched})
        _raise_if_damaged(tables, fetched)
        return
    console = terminal()
    say(console, f"Data directory: {data_dir(data_dir_)}")
    shown = [{**table, "imported": str(table["imported"])[:10]} for table in tables]
    _print_rows(console, "Stored tables", shown, ("table", "rows", "state", "imported", "source"))
    _print_rows(console, "Files to fetch", fetched, ("source", "file", "fetched", "state"))
    if not tables:
        say(
            console,
            "No tables are stored. `contactline data fetch` and `contactline data import` bring some in.",
        )
    _raise_if_damaged(tables, fetched)


def _raise_if_damaged(tables: list[dict[str, Any]], files: list[dict[str, str]]) -> None:
    """Raise StoreError that names what is no longer what was stored or fetched."""
    bad = [f"table {row['table']} is {row['state']}" for row in tables if row["state"] != OK]
    bad += [f"file {row['file']} is {row['state']}" for row in files if row["state"] not in ("", OK)]
    if bad:
        raise StoreError(
            f"{'; '.join(bad)}: not what was recorded when it came. Import a table's source again; move a changed "
            "file away and fetch it again."
        )


@app.command("import")
def import_command(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: archives, CSV, JSON, GeoJSON.")],
    kind: Annotated[
        str | None,
        typer.Option("--kind", help=f"Kind of evidence, if not told by itself: {', '.join(kinds.KINDS)}."),
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
            help=f"Whose the files are: any name, or one of {', '.join(SOURCES)}. Outranks what they tell themselves.",
        ),
    ] = None,
    licence: Annotated[str | None, typer.Option("--licence", help="Licence of the files.")] = None,
    unpack_limit_mb: UnpackLimit = None,
    data_dir_: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Read, check and store evidence; all of it or, if anything is wrong, nothing."""
    day, origin = parse_day(as_of, "--as-of") if as_of else None, Origin(source, licence)
    store = open_store(data_dir_)
    store.check_writable()
    stages = Stages(terminal(stderr=True), quiet=as_json)
    found, passed_over = [], []
    with unpack_limit(unpack_limit_mb):
        for path in paths:
            more, others = kinds.find_evidence(path, kind)
            found += more
            passed_over += others
        tables = read_all(found, store, stages, as_of=day, origin=origin)
    former = replaced(tables, store)
    with stages.stage("storing"):
        store.put_all(tables)
    rows = [
        {"table": name, "rows": len(frame), "source": made_by.source, "note": made_by.note}
        | ({"replaced": former[name].source} if name in former else {})
        for name, (frame, made_by) in tables.items()
    ]
    over = [{"path": printable(one.path), "why": printable(one.why)} for one in passed_over]
    if as_json:
        print_json({"stored": rows, "passed_over": over, "seconds": stages.timings})
        return
    console = terminal()
    _print_rows(console, "Stored", rows, ("table", "rows", "source", "note"))
    for row in rows:
        if "replaced" in row:
            say(
                console,
                f"replaced: {row['table']} was from {row['replaced']}, and is now from {row['source']}",
            )
    for one in over:
        say(console, f"passed over: {one['path']}: {one['why']}")


@app.command("fetch")
def fetch_command(
    sources: Annotated[
        list[str] | None, typer.Argument(help=f"Sources: {', '.join(FETCHED)}. All if none.")
    ] = None,
    sha256: Annotated[
        str, typer.Option("--sha256", help="Digest that the file must have; with a single file only.")
    ] = "",
    name: Annotated[str | None, typer.Option("--file", help="Fetch only the file of this name.")] = None,
    data_dir_: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Download public sources into the data directory; a broken download goes on where it stopped."""
    files = [file for file in files_of(sources or ()) if name is None or file.name == name]
    if not files:
        raise EvidenceError(
            f"--file {name}: no such file; allowed are {', '.join(f.name for f in files_of(sources or ()))}."
        )
    if sha256 and len(files) != 1:
        raise EvidenceError("--sha256 goes with a single file; name it with --file.")
    stages = Stages(terminal(stderr=True), quiet=as_json)
    rows = []
    for file in files:
        wanted = RemoteFile(file.source, file.name, file.url, file.note, sha256 or file.sha256)
        with stages.stage(file.name) as tick:
            done = fetch(wanted, _archive_folder(data_dir_, file), tick=tick)
        rows.append(_downloaded(file, done))
        if not as_json:
            say(terminal(), f"{done.path}  {'unchanged' if done.unchanged else f'{done.size:,} bytes'}")
    if as_json:
        print_json({"files": rows})
    else:
        folder = data_dir(data_dir_) / "archives"
        say(terminal(), f"Next: contactline data import {folder}")


def sql_command(
    query: Annotated[str, typer.Argument(help="One query, such as 'SELECT * FROM areas LIMIT 5'.")],
    data_dir_: DataDir = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    rows_: Annotated[
        int | None,
        typer.Option(
            "--rows",
            help=f"Most rows. Default: {SHOWN_ROWS:,} on the screen, {ROWS:,} as CSV or JSON.",
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(help="Most seconds.")] = SECONDS,
    memory: Annotated[str, typer.Option(help="Most memory, such as 500MB or 4GB.")] = MEMORY,
) -> None:
    """Ask the stored tables in SQL (DuckDB); reading only, within limits of rows, time and memory."""
    data = as_json or as_csv
    limits = Limits(memory, seconds, rows_ if rows_ is not None else ROWS if data else SHOWN_ROWS)
    with ended_after(limits):
        store = open_store(data_dir_)
        answer = Answer(store.sql(query, limits), False) if data else store.ask(query, limits)
    result = plain(answer.frame)
    if as_json:
        print_json(json_records(result))
    elif as_csv:
        print_csv(result.to_csv(index=False))
    else:
        rows: list[dict[str, Any]] = [
            {str(k): v for k, v in row.items()} for row in result.to_dict("records")
        ]
        _print_rows(terminal(), f"{len(result)} row(s)", rows, tuple(map(str, result.columns)))
        if answer.more:
            terminal(stderr=True).print(
                f"The answer has more rows; the first {limits.rows:,} are shown. Raise that with --rows, or use --csv."
            )


def _archive_folder(folder: Path | None, file: RemoteFile) -> Path:
    return data_dir(folder) / "archives" / file.source


def _fetched(file: RemoteFile, folder: Path) -> dict[str, str]:
    path = folder / file.name
    recorded = read_sidecar(path)
    state = "" if not recorded else "missing" if not path.is_file() else OK
    if state == OK and recorded.get("sha256") != sha256_of(path):
        state = "changed"
    day = recorded.get("retrieved", "") if path.is_file() else ""
    licence = SOURCES[file.source].licence
    return {
        "source": file.source,
        "file": file.name,
        "fetched": day,
        "state": state,
        "licence": licence,
        "url": file.url,
        "note": file.note,
    }


def _downloaded(file: RemoteFile, done: Download) -> dict[str, Any]:
    return {
        "source": file.source,
        "path": str(done.path),
        "sha256": done.sha256,
        "bytes": done.size,
        "resumed_from": done.resumed_from,
        "unchanged": done.unchanged,
    }


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
