"""The local store and the archives of sources: what is there, bringing evidence in, fetching it, asking it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from contactline.core.errors import EvidenceError, StoreError, printable
from contactline.core.files import data_dir, sha256_of
from contactline.core.progress import Stages
from contactline.evidence import kinds
from contactline.evidence.answers import json_records, plain
from contactline.evidence.fetch import fetch, files_of
from contactline.evidence.inputs import unpack_limit
from contactline.evidence.query import MEMORY, ROWS, SECONDS, Answer, Limits, ended_after
from contactline.evidence.sources import FETCHED, SOURCES, RemoteFile, read_sidecar
from contactline.evidence.store import OK, open_store
from contactline.service.importing import NOTHING_SAID, Origin, read_all, replaced

__all__ = [
    "FETCHED", "KINDS", "MEMORY", "ROWS", "SECONDS", "SOURCES", "Limits", "Origin", "json_records",
    "unpack_limit",
]  # fmt: skip

KINDS = kinds.KINDS


@dataclass(frozen=True)
class Status:
    """What is stored and what has been fetched, one record each."""

    folder: Path
    tables: list[dict[str, Any]]
    files: list[dict[str, str]]

    def check(self) -> None:
        """Raise StoreError that names what is no longer what was stored or fetched."""
        bad = [f"table {row['table']} is {row['state']}" for row in self.tables if row["state"] != OK]
        bad += [f"file {row['file']} is {row['state']}" for row in self.files if row["state"] not in ("", OK)]
        if bad:
            raise StoreError(
                f"{'; '.join(bad)}: not what was recorded when it came. Import a table's source again; move a changed "
                "file away and fetch it again."
            )


def status(folder: Path | None = None) -> Status:
    """What the data directory holds and where it came from."""
    store = open_store(folder)
    states = store.states()
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
    return Status(data_dir(folder), tables, [_fetched(file, _archives(folder, file)) for file in files_of()])


@dataclass(frozen=True)
class Imported:
    """What an import stored, with the source that a table replaced, and what it passed over with the reason."""

    stored: list[dict[str, Any]]
    passed_over: list[dict[str, str]]


def import_evidence(
    paths: Sequence[Path],
    stages: Stages,
    *,
    kind: str | None = None,
    as_of: date | None = None,
    origin: Origin = NOTHING_SAID,
    folder: Path | None = None,
) -> Imported:
    """Read, check and store evidence: all of it or, if anything is wrong, nothing. Raises EvidenceError, StoreError."""
    store = open_store(folder)
    store.check_writable()
    found, passed_over = [], []
    for path in paths:
        more, others = kinds.find_evidence(path, kind)
        found += more
        passed_over += others
    tables = read_all(found, store, stages, as_of=as_of, origin=origin)
    former = replaced(tables, store)
    with stages.stage("storing"):
        store.put_all(tables)
    rows = [
        {"table": name, "rows": len(frame), "source": made_by.source, "note": made_by.note}
        | ({"replaced": former[name].source} if name in former else {})
        for name, (frame, made_by) in tables.items()
    ]
    return Imported(rows, [{"path": printable(one.path), "why": printable(one.why)} for one in passed_over])


def fetch_files(
    sources: Sequence[str],
    stages: Stages,
    *,
    name: str | None = None,
    sha256: str = "",
    folder: Path | None = None,
) -> Iterator[dict[str, Any]]:
    """Download files of sources, all without any; one record each as it is done.

    name : only the file of this name; sha256 : digest that a single file must have. Raises EvidenceError, FetchError.
    """
    files = [file for file in files_of(sources) if name is None or file.name == name]
    if not files:
        raise EvidenceError(
            f"--file {name}: no such file; allowed are {', '.join(f.name for f in files_of(sources))}."
        )
    if sha256 and len(files) != 1:
        raise EvidenceError("--sha256 goes with a single file; name it with --file.")
    for file in files:
        with stages.stage(file.name) as tick:
            done = fetch(replace(file, sha256=sha256 or file.sha256), _archives(folder, file), tick=tick)
        yield {
            "source": file.source,
            "path": str(done.path),
            "sha256": done.sha256,
            "bytes": done.size,
            "resumed_from": done.resumed_from,
            "unchanged": done.unchanged,
        }


def query(text: str, limits: Limits, *, whole: bool, folder: Path | None = None) -> tuple[pd.DataFrame, bool]:
    """The answer to a query of the stored tables, and whether it has more rows than the limit.

    whole : raise where it has more, as data for other programs must. Raises InputError and its kin.
    """
    with ended_after(limits):
        store = open_store(folder)
        answer = Answer(store.sql(text, limits), False) if whole else store.ask(text, limits)
    return plain(answer.frame), answer.more


def _archives(folder: Path | None, file: RemoteFile) -> Path:
    return data_dir(folder) / "archives" / file.source


def _fetched(file: RemoteFile, folder: Path) -> dict[str, str]:
    path = folder / file.name
    recorded = read_sidecar(path)
    state = "" if not recorded else "missing" if not path.is_file() else OK
    if state == OK and recorded.get("sha256") != sha256_of(path):
        state = "changed"
    return {
        "source": file.source,
        "file": file.name,
        "fetched": recorded.get("retrieved", "") if path.is_file() else "",
        "state": state,
        "licence": SOURCES[file.source].licence,
        "url": file.url,
        "note": file.note,
    }
