"""The local store: evidence tables as Parquet files, a manifest that says which are current, SQL over them.

A table's file is named for its content and never rewritten; replacing the manifest is the one step that
makes new tables current. So a kill at any moment leaves the old tables or the new, and nothing in between.

The manifest names every file that is ours, those of an import under way (`pending`) included, so that what a killed
import left is swept by the next and nothing else is ever touched. Whatever is read is compared with its digest.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from contactline.core.errors import EvidenceError, InputError, StoreError, UnknownNameError
from contactline.core.files import abandoned, beside, data_dir, sha256_of, try_folder, write_text
from contactline.core.frame import Table, checked
from contactline.core.locks import locked
from contactline.core.provenance import Provenance
from contactline.evidence import query
from contactline.evidence.tables import STORED

FORMAT = 1
NAME = re.compile(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)?")
LOCK_SECONDS = 30.0
OK, MISSING, CHANGED = "ok", "missing", "changed"
_FILE = re.compile(r"[\w.-]+\.parquet")

Entry = tuple[pd.DataFrame, Provenance]


@dataclass(frozen=True)
class StoredTable:
    """One table of the store: its name, file, number of rows, digest of the file, moment of import and provenance."""

    name: str
    path: Path
    rows: int
    sha256: str
    imported: str
    provenance: Provenance


@dataclass(frozen=True)
class Store:
    """A folder of tables. Names are `table` or `table/part` (`areas/isw`): parts are read together under
    the table's name, and one part is replaced without touching the others."""

    folder: Path

    def put(self, name: str, frame: pd.DataFrame, provenance: Provenance) -> None:
        """Store one table; see put_all."""
        self.put_all({name: (frame, provenance)})

    def put_all(self, tables: Mapping[str, Entry]) -> None:
        """Check all tables, write them, and make all of them current at once.

        Raises EvidenceError if one breaks its table's rules (nothing is stored then) and StoreError if the
        store is broken, locked for 30 seconds or not writable.
        """
        checked = {name: (_checked(name, frame), source) for name, (frame, source) in tables.items()}
        with _writing(self.folder), locked(self.folder / ".lock", LOCK_SECONDS):
            stored = self.tables()  # a manifest with a broken entry is not written over
            manifest, pending = self._manifest()
            self._sweep(pending, {table.path.name for table in stored})
            for left in filter(abandoned, self.folder.iterdir()):
                left.unlink(missing_ok=True)
            made = {name: self._made(name, frame, source) for name, (frame, source) in checked.items()}
            try:
                pending = {entry["file"]: entry["sha256"] for entry, _ in made.values()}
                self._commit(manifest, pending)
                for entry, temporary in made.values():
                    temporary.replace(self.folder / entry["file"])
                manifest |= {name: entry for name, (entry, _) in made.items()}
                old = {table.path.name: table.sha256 for table in stored}
                self._commit(manifest, old)
            finally:
                for _, temporary in made.values():
                    temporary.unlink(missing_ok=True)
            self._sweep(old, {entry["file"] for entry in manifest.values()})

    def check_writable(self) -> None:
        """Raise StoreError where the store could not be written, before evidence is read for it."""
        above = self.folder
        while not above.exists():
            above = above.parent
        try:
            try_folder(above, f"{self.folder}")
        except InputError as error:
            raise StoreError(f"{error} --data-dir names another data directory.") from None
        self.tables()

    def get(self, name: str) -> pd.DataFrame:
        """A table, or all parts of it one above the other.

        Raises UnknownNameError for a name not stored and StoreError for a file that is damaged or whose table breaks
        its declaration.
        """
        while True:
            wanted = self._named(name)
            try:
                return pd.concat([_frame(table) for table in wanted], ignore_index=True)
            except FileNotFoundError:
                if self._named(name) == wanted:  # else an import replaced the table between the two steps
                    gone = next((table for table in wanted if not table.path.is_file()), wanted[0])
                    raise _damaged(gone, "is missing") from None

    def tables(self) -> tuple[StoredTable, ...]:
        """What is stored, in order of name. Raises StoreError if the manifest is broken."""
        manifest, _ = self._manifest()
        return tuple(self._entry(name, entry) for name, entry in sorted(manifest.items()))

    def states(self) -> dict[str, str]:
        """Stored table → `ok`, or `missing` or `changed` where its file is gone or has another digest."""
        return {table.name: _state(table) for table in self.tables()}

    def _entry(self, name: str, entry: dict[str, Any]) -> StoredTable:
        try:
            table = StoredTable(
                name,
                self.folder / entry["file"],
                int(entry["rows"]),
                str(entry["sha256"]),
                str(entry["imported"]),
                Provenance(**entry["provenance"]),
            )
            if not NAME.fullmatch(name) or not _FILE.fullmatch(entry["file"]):
                raise ValueError(f"file {entry['file']!r} is none of the store")
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            fault = f"the entry of {name!r} cannot be read: {type(error).__name__} {error}"
            raise StoreError(_broken(self._manifest_path, fault)) from None
        return table

    def _named(self, name: str) -> list[StoredTable]:
        stored = self.tables()
        found = [table for table in stored if table.name == name or table.name.startswith(f"{name}/")]
        if not found:
            raise UnknownNameError("stored table", name, {table.name for table in stored})
        return found

    def sql(self, text: str, limits: query.Limits = query.LIMITS) -> pd.DataFrame:
        """The whole answer to one read-only query. Raises what `ask` raises, and InputError for too many rows."""
        answer = self.ask(text, limits)
        if answer.more:
            raise InputError(
                f"sql: the answer has more than {limits.rows:,} rows, the limit; data are given whole or not at all. "
                "Add LIMIT to the query, or raise it with --rows."
            )
        return answer.frame

    def ask(self, text: str, limits: query.Limits = query.LIMITS) -> query.Answer:
        """The answer to one read-only query, cut at the limit of rows. Views: `areas` for all parts of a table,
        `areas_isw` for one.

        Raises InputError for anything but one query, for one that does not run and for one that reaches a limit, and
        StoreError where any stored table is missing or changed.
        """
        views: dict[str, list[pa.Table]] = {}
        for table in self.tables():
            try:
                read = pq.read_table(io.BytesIO(_bytes(table)))
            except FileNotFoundError:
                raise _damaged(table, "is missing") from None
            base, _, part = table.name.partition("/")
            views.setdefault(base, []).append(read)
            if part:
                views[f"{base}_{part}"] = [read]
        return query.run(text, views, limits)

    @property
    def _manifest_path(self) -> Path:
        return self.folder / "manifest.json"

    def _manifest(self) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
        """Entries by table, and the files (name → digest) that a writer was about to add or to remove."""
        path = self._manifest_path
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}, {}
        except (ValueError, OSError, RecursionError) as error:
            raise StoreError(_broken(path, str(error))) from None
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            found = document.get("format") if isinstance(document, dict) else type(document).__name__
            raise StoreError(_broken(path, f"format {found!r}; this version reads format {FORMAT}"))
        parts = []
        for what, part in (
            ("tables", document.get("tables")),
            ("pending files", document.get("pending", {})),
        ):
            if not isinstance(part, dict):
                raise StoreError(_broken(path, f"its {what} are a {type(part).__name__}, not an object"))
            parts.append(part)
        return parts[0], parts[1]

    def _commit(self, tables: Mapping[str, Mapping[str, Any]], pending: Mapping[str, str]) -> None:
        """Replace the manifest; what is pending and not current may be swept by its digest."""
        current = {entry["file"] for entry in tables.values()}
        waiting = {file: digest for file, digest in pending.items() if file not in current}
        document = {"format": FORMAT, "tables": tables} | ({"pending": waiting} if waiting else {})
        write_text(
            self._manifest_path, json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        )

    def _made(self, name: str, frame: pd.DataFrame, provenance: Provenance) -> tuple[dict[str, Any], Path]:
        """One table written beside: its entry in the manifest, and the temporary file to be renamed."""
        stem = name.replace("/", "__")
        wanted = self.folder / f"{stem}.parquet"
        temporary = beside(wanted)
        with temporary.open("xb") as file:
            frame.to_parquet(file, index=False)
            file.flush()
            os.fsync(file.fileno())
        digest = sha256_of(temporary)
        entry = {
            "file": f"{stem}-{digest[:16]}.parquet",
            "rows": len(frame),
            "sha256": digest,
            "imported": datetime.now(UTC).isoformat(timespec="seconds"),
            "provenance": provenance.as_dict(),
        }
        return entry, temporary

    def _sweep(self, files: Mapping[str, str], current: set[str]) -> None:
        """Remove files of ours that are no longer current, if they still are what we wrote."""
        for name, digest in files.items():
            path = self.folder / name
            if name not in current and _FILE.fullmatch(name) and path.is_file() and sha256_of(path) == digest:
                path.unlink(missing_ok=True)


def open_store(folder: Path | str | None = None) -> Store:
    """The store under `folder`, else $CONTACTLINE_DATA, else the user's data directory. Nothing is created
    before the first table is put. Raises StoreError if the path is a file."""
    root = data_dir(folder)
    if root.exists() and not root.is_dir():
        raise StoreError(
            f"{root}: is a file; the data directory must be a folder. Choose another with --data-dir."
        )
    return Store(root / "store")


def _checked(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    if not NAME.fullmatch(name):
        raise StoreError(f"table name {name!r}; allowed are names like areas or areas/isw.")
    return checked(_declared(name), frame, name, EvidenceError)


def _declared(name: str) -> Table:
    """What a stored table must be. Raises UnknownNameError for a table that nothing declares."""
    base = name.partition("/")[0]
    if base not in STORED:
        raise UnknownNameError("stored table", base, STORED)
    return STORED[base]


def _bytes(table: StoredTable) -> bytes:
    """The table's file. Raises StoreError where it is not what was stored, FileNotFoundError where it is gone."""
    data = table.path.read_bytes()
    if hashlib.sha256(data).hexdigest() != table.sha256:
        raise _damaged(table, "does not have the digest that the manifest recorded")
    return data


def _frame(table: StoredTable) -> pd.DataFrame:
    """The table, held to its declaration. Raises StoreError, FileNotFoundError."""
    frame = pd.read_parquet(io.BytesIO(_bytes(table)))
    remedy = f"Import its source again ({table.provenance.source})."
    return checked(_declared(table.name), frame, str(table.path), StoreError, remedy)


def _state(table: StoredTable) -> str:
    if not table.path.is_file():
        return MISSING
    return OK if sha256_of(table.path) == table.sha256 else CHANGED


def _damaged(table: StoredTable, fault: str) -> StoreError:
    return StoreError(
        f"{table.path}: the file of stored table {table.name!r} {fault}. Import its source again "
        f"({table.provenance.source})."
    )


def _broken(path: Path, fault: str) -> str:
    return (
        f"{path}: the store's manifest is broken ({fault}). Move the folder {path.parent} away and import or "
        "fetch the sources again; the embedded evidence of built-in cases does not depend on it."
    )


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be written ({error}). Choose another data directory with --data-dir."
        ) from None
