"""`contactline data …` and `contactline sql`: what is stored, bringing evidence in, fetching it, asking it.

An import reads and checks everything it was given before it stores anything, so bad input leaves the store
as it was. The command line mounts `app` as `data` and `sql_command` as `sql`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from contactline.core.dates import parse_day
from contactline.core.errors import EvidenceError
from contactline.core.files import DATA_DIR_VARIABLE, data_dir
from contactline.core.progress import Stages, Tick, terminal
from contactline.evidence import kinds
from contactline.evidence.boundaries import Region, regions_from_table
from contactline.evidence.deepstate import read_control_archive
from contactline.evidence.fetch import Download, fetch, files_of
from contactline.evidence.loss_estimates import join_losses
from contactline.evidence.oblasts import ID_OF_OFFICIAL_NAME
from contactline.evidence.sources import SOURCES, RemoteFile, read_sidecar
from contactline.evidence.store import Store, open_store

app = typer.Typer(help="Evidence: what is stored, importing it, fetching it.", no_args_is_help=True)

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        envvar=DATA_DIR_VARIABLE,
        help="Folder of the local store and of fetched files.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("status")
def status_command(data_dir_: DataDir = None, as_json: AsJson = False) -> None:
    """Say what is stored, where it came from and what has been fetched."""
    store = open_store(data_dir_)
    fetched = [_fetched(file, _archive_folder(data_dir_, file)) for file in files_of()]
    tables = [
        {
            "table": table.name,
            "rows": table.rows,
            "imported": table.imported,
            **table.provenance.as_dict(),
        }
        for table in store.tables()
    ]
    if as_json:
        _echo_json({"folder": str(data_dir(data_dir_)), "tables": tables, "files": fetched})
        return
    console = terminal()
    console.print(f"Data directory: {data_dir(data_dir_)}", soft_wrap=True)
    shown = [{**table, "imported": str(table["imported"])[:10]} for table in tables]
    _print_rows(console, "Stored tables", shown, ("table", "rows", "imported", "source"))
    _print_rows(console, "Files to fetch", fetched, ("source", "file", "fetched"))
    if not tables:
        console.print(
            "No tables are stored. `contactline data fetch` and `contactline data import` bring some in."
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
    data_dir_: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Read, check and store evidence; all of it or, if anything is wrong, nothing."""
    day = parse_day(as_of, "--as-of") if as_of else None
    store = open_store(data_dir_)
    stages = Stages(terminal(stderr=True), quiet=as_json)
    found, passed_over = [], []
    for path in paths:
        more, others = kinds.find_evidence(path, kind)
        found += more
        passed_over += others
    tables = read_all(found, store, stages, as_of=day)
    with stages.stage("storing"):
        store.put_all(tables)
    rows = [
        {"table": name, "rows": len(frame), "source": source.source, "note": source.note}
        for name, (frame, source) in tables.items()
    ]
    if as_json:
        _echo_json(
            {"stored": rows, "passed_over": [str(path) for path in passed_over], "seconds": stages.timings}
        )
        return
    console = terminal()
    _print_rows(console, "Stored", rows, ("table", "rows", "source", "note"))
    for path in passed_over:
        console.print(f"passed over, not evidence of a known kind: {path}", soft_wrap=True, highlight=False)


@app.command("fetch")
def fetch_command(
    sources: Annotated[
        list[str] | None, typer.Argument(help=f"Sources: {', '.join(SOURCES)}. All if none.")
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
            terminal().print(
                f"{done.path}  {'unchanged' if done.unchanged else f'{done.size:,} bytes'}", soft_wrap=True
            )
    if as_json:
        _echo_json({"files": rows})
    else:
        folder = data_dir(data_dir_) / "archives"
        terminal().print(f"Next: contactline data import {folder}", soft_wrap=True, highlight=False)


def sql_command(
    query: Annotated[str, typer.Argument(help="One query, such as 'SELECT * FROM areas LIMIT 5'.")],
    data_dir_: DataDir = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Ask the stored tables in SQL (DuckDB); reading only."""
    result = open_store(data_dir_).sql(query)
    if as_json:
        typer.echo(result.to_json(orient="records", date_format="iso", force_ascii=False))
    elif as_csv:
        typer.echo(result.to_csv(index=False), nl=False)
    else:
        rows: list[dict[str, Any]] = [
            {str(k): v for k, v in row.items()} for row in result.to_dict("records")
        ]
        _print_rows(terminal(), f"{len(result)} row(s)", rows, tuple(map(str, result.columns)))


def read_all(
    found: list[kinds.Found], store: Store, stages: Stages, *, as_of: date | None = None
) -> kinds.Tables:
    """The tables that evidence becomes, boundaries first because areas are measured within them.

    Raises EvidenceError for broken evidence, and where two pieces would become the same table.
    """
    tables: kinds.Tables = {}
    for piece in sorted(found, key=lambda piece: piece.kind == kinds.CONTROL):
        with stages.stage(f"reading {piece.path.name}") as tick:
            if piece.kind == kinds.CONTROL:
                new = {"areas/deepstate": _measured(piece.path, _regions(tables, store, piece.path), tick)}
            else:
                new = kinds.read(piece, as_of=as_of)
        for name in new:
            if name in tables:
                raise EvidenceError(
                    f"{piece.path}: table {name} is already read from another path of this import; give one of them."
                )
        tables |= new
    return _losses_once(tables, store)


def _regions(tables: kinds.Tables, store: Store, path: Path) -> dict[str, Region]:
    if "boundaries" in tables:
        frame = tables["boundaries"][0]
    elif any(table.name == "boundaries" for table in store.tables()):
        frame = store.get("boundaries")
    else:
        raise EvidenceError(
            f"{path}: areas are measured within regions and no boundaries are stored. Import them first or together: "
            "contactline data import oblast.geojson ARCHIVE."
        )
    regions = regions_from_table(frame)
    return {ID_OF_OFFICIAL_NAME.get(name, name): region for name, region in regions.items()}


def _measured(path: Path, regions: Mapping[str, Region], tick: Tick) -> tuple[pd.DataFrame, Any]:
    from contactline.front.areas import measure_areas  # compiles on first use: only when it is needed

    archive = read_control_archive(path, tick=lambda share: tick(share / 2))
    areas = measure_areas(archive, regions, series="deepstate", tick=lambda share: tick(0.5 + share / 2))
    return areas, archive.provenance


def _losses_once(tables: kinds.Tables, store: Store) -> kinds.Tables:
    """Take UK MoD's monthly counts out of the collected estimates where the monthly table is there too, so
    that the stored parts of `losses` never repeat a count. Raises EvidenceError if the two disagree."""
    estimates, monthly = "losses/estimates", "losses/uk_mod"
    stored = {table.name: table for table in store.tables()}
    if not ({estimates, monthly} & set(tables)) or not {estimates, monthly} <= set(tables) | set(stored):
        return tables
    both = {
        name: tables[name] if name in tables else (store.get(name), stored[name].provenance)
        for name in (estimates, monthly)
    }
    join_losses(both[estimates][0], both[monthly][0])
    frame, provenance = both[estimates]
    key = ["series", "side", "kind", "date"]
    repeated = frame.set_index(key).index.isin(both[monthly][0].set_index(key).index)
    return tables | {estimates: (frame[~repeated].reset_index(drop=True), provenance)}


def _archive_folder(folder: Path | None, file: RemoteFile) -> Path:
    return data_dir(folder) / "archives" / file.source


def _fetched(file: RemoteFile, folder: Path) -> dict[str, str]:
    path = folder / file.name
    day = read_sidecar(path).get("retrieved", "") if path.is_file() else ""
    licence = SOURCES[file.source].licence
    return {
        "source": file.source,
        "file": file.name,
        "fetched": day,
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
    if not rows:
        return
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("table", "file"))
    for row in rows:
        table.add_row(*(_shown(row[column]) for column in columns))
    console.print(table)


def _shown(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else str(value)
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return str(value)


def _echo_json(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
