"""The local store: evidence tables as Parquet files, a manifest that says which are current, SQL over them.

A table's file is named for its content and never rewritten; replacing the manifest is the one step that
makes new tables current. So a kill at any moment leaves the old tables or the new, and nothing in between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from contactline.core.errors import EvidenceError, StoreError, UnknownNameError
from contactline.core.files import atomic_path, data_dir, sha256_of, write_text
from contactline.core.frame import Table, checked
from contactline.core.provenance import Provenance
from contactline.evidence import query
from contactline.evidence.locks import locked
from contactline.evidence.tables import STORED

FORMAT = 1
NAME = re.compile(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)?")
LOCK_SECONDS = 30.0

Entry = tuple[pd.DataFrame, Provenance]


@dataclass(frozen=True)
class StoredTable:
    """One table of the store: its name, file, rows, digest of the file, moment of import and provenance."""

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
            self.tables()  # a manifest with a broken entry is not written over
            manifest = self._manifest()
            for name, (frame, provenance) in checked.items():
                manifest[name] = self._write(name, frame, provenance)
            text = json.dumps(
                {"format": FORMAT, "tables": manifest}, indent=1, sort_keys=True, ensure_ascii=False
            )
            write_text(self._manifest_path, text + "\n")
            self._sweep({entry["file"] for entry in manifest.values()})

    def get(self, name: str) -> pd.DataFrame:
        """A table, or all parts of it one above the other.

        Raises UnknownNameError for a name not stored and StoreError for a file that is damaged or whose table breaks
        its declaration.
        """
        while True:
            wanted = self._named(name)
            try:
                return pd.concat([_read(table) for table in wanted], ignore_index=True)
            except FileNotFoundError:
                if self._named(name) == wanted:  # else an import replaced the table between the two steps
                    gone = next((table for table in wanted if not table.path.is_file()), wanted[0])
                    raise _damaged(gone, "is missing") from None

    def tables(self) -> tuple[StoredTable, ...]:
        """What is stored, in order of name. Raises StoreError if the manifest is broken."""
        return tuple(self._entry(name, entry) for name, entry in sorted(self._manifest().items()))

    def _entry(self, name: str, entry: dict[str, Any]) -> StoredTable:
        try:
            return StoredTable(
                name,
                self.folder / entry["file"],
                int(entry["rows"]),
                entry["sha256"],
                entry["imported"],
                Provenance(**entry["provenance"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            fault = f"the entry of {name!r} cannot be read: {type(error).__name__} {error}"
            raise StoreError(_broken(self._manifest_path, fault)) from None

    def _named(self, name: str) -> list[StoredTable]:
        stored = self.tables()
        found = [table for table in stored if table.name == name or table.name.startswith(f"{name}/")]
        if not found:
            raise UnknownNameError("stored table", name, {table.name for table in stored})
        return found

    def sql(self, text: str) -> pd.DataFrame:
        """The result of one read-only query. Views: `areas` for all parts of a table, `areas_isw` for one.

        Raises InputError for anything but one query, and for one that does not run.
        """
        views: dict[str, list[Path]] = {}
        for table in self.tables():
            if not table.path.is_file():
                raise _damaged(table, "is missing")
            base, _, part = table.name.partition("/")
            views.setdefault(base, []).append(table.path)
            if part:
                views[f"{base}_{part}"] = [table.path]
        return query.run(text, views)

    @property
    def _manifest_path(self) -> Path:
        return self.folder / "manifest.json"

    def _manifest(self) -> dict[str, dict[str, Any]]:
        path = self._manifest_path
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (ValueError, OSError) as error:
            raise StoreError(_broken(path, str(error))) from None
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            found = document.get("format") if isinstance(document, dict) else type(document).__name__
            raise StoreError(_broken(path, f"format {found!r}; this version reads format {FORMAT}"))
        tables = document.get("tables")
        if not isinstance(tables, dict):
            raise StoreError(_broken(path, f"its tables are a {type(tables).__name__}, not an object"))
        return tables

    def _write(self, name: str, frame: pd.DataFrame, provenance: Provenance) -> dict[str, Any]:
        scratch = self.folder / f".{name.replace('/', '__')}.parquet"
        with atomic_path(scratch) as path:
            frame.to_parquet(path, index=False)
            digest = sha256_of(path)
        target = self.folder / f"{name.replace('/', '__')}-{digest[:16]}.parquet"
        scratch.replace(target)
        imported = datetime.now(UTC).isoformat(timespec="seconds")
        return {
            "file": target.name,
            "rows": len(frame),
            "sha256": digest,
            "imported": imported,
            "provenance": provenance.as_dict(),
        }

    def _sweep(self, current: set[str]) -> None:
        """Remove files that no manifest names: tables replaced, and what a killed import left behind."""
        for path in self.folder.iterdir():
            stale = path.suffix == ".parquet" and path.name not in current
            if stale or path.suffix == ".part":
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


def _read(table: StoredTable) -> pd.DataFrame:
    if sha256_of(table.path) != table.sha256:
        raise _damaged(table, "does not have the digest that the manifest recorded")
    frame = pd.read_parquet(table.path)
    remedy = f"Import its source again ({table.provenance.source})."
    return checked(_declared(table.name), frame, str(table.path), StoreError, remedy)


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
