"""Where results lie: in memory up to a size, and below it a file a key in a folder that processes share.

What is known of runs (which names each read, under which key) stands in a small database beside the files and outlives
them: a result that was dropped is made again, and what was made from it is still found. Nothing here is ever needed: a
file that is cut, changed or of another version is not used but made anew, with one line that says so.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from contactline.core.errors import StoreError
from contactline.core.graph import MISSING, Shape, digest
from contactline.core.locks import locked
from contactline.core.plain import BrokenError, UnplainError, content, from_bytes, size_of, to_bytes

FORMAT = 1
MEMORY_BYTES = 200_000_000
DISK_BYTES = 2_000_000_000
WORTH_SECONDS = 0.02
"""Seconds a megabyte that making must take for a file to be worth it: writing and reading one takes about as long."""
SMALLEST_MEGABYTES = 0.05
MOST_RUNS = 50_000
"""Runs remembered; the oldest go first."""
MOST_SHAPES = 24
"""Lists of names tried for one node."""
WAIT_SECONDS = 600.0
STALE_SECONDS = 3600.0

_TABLES = """
create table if not exists about (format integer primary key);
create table if not exists shapes (id integer primary key, node text, shape text, unique (node, shape));
create table if not exists runs (
  key text primary key, node text, shape integer, told text, seconds real, at real, checked text);
"""


class Store:
    """A keep (core/graph.py) in memory and, with a folder, on disk.

    folder : where files and database lie; None for memory alone; memory, disk : bytes at the most
    notices : lines for the reader on what of the folder could not be used
    """

    def __init__(
        self, folder: Path | None = None, memory: int = MEMORY_BYTES, disk: int = DISK_BYTES
    ) -> None:
        self.folder = None if folder is None else Path(folder)
        self.memory, self.disk = memory, disk
        self.notices: list[str] = []
        self._held: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._shapes: dict[str, list[Shape]] = {}
        self._told: dict[str, str] = {}
        self._node: dict[str, str] = {}
        self._seconds: dict[str, float] = {}
        self._lock = threading.RLock()
        self._locks: dict[str, threading.RLock] = {}
        self._pending: list[tuple[str, Shape, str, str, float]] = []
        self._last = 0
        self._database: sqlite3.Connection | None = None
        self._on_disk: int | None = None
        if self.folder is not None:
            self._open()

    def get(self, key: str) -> Any:
        """See Keep."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key][0]
        path = self._file(key)
        if path is None:
            return MISSING
        try:
            value = from_bytes(bytearray(path.read_bytes()))
            os.utime(path)
        except FileNotFoundError:
            return MISSING
        except (BrokenError, OSError) as error:
            self._notice(f"{path.name}: a kept result is not used, {error}; it is made anew")
            with suppress(OSError):
                path.unlink()
            return MISSING
        self._remember(key, value)
        return value

    def put(self, key: str, value: Any, seconds: float, *, disk: bool) -> None:
        """See Keep."""
        self._remember(key, value)
        path = self._file(key)
        if (
            path is None
            or not disk
            or seconds < WORTH_SECONDS * max(size_of(value) / 1e6, SMALLEST_MEGABYTES)
        ):
            return
        part = path.with_name(f".{key}-{os.getpid()}-{threading.get_ident()}.part")
        try:
            whole = to_bytes(value)
            part.write_bytes(whole)
            part.replace(path)
        except UnplainError:
            return
        except OSError as error:
            self._notice(f"{self.folder}: results are not kept, {error.strerror or error}")
            with suppress(OSError):
                part.unlink(missing_ok=True)
            return
        self._swept(len(whole))

    def content(self, value: Any) -> str:
        """Digest of what a result is. Raises UnplainError for what has no plain form."""
        return content(value)

    @contextmanager
    def once(self, claim: str, *, shared: bool) -> Iterator[None]:
        """See Keep."""
        with self._lock:
            lock = self._locks.setdefault(claim, threading.RLock())
        with ExitStack() as stack:
            stack.enter_context(lock)
            if shared and self.folder is not None and self._database is not None:
                stack.enter_context(locked(self.folder / "locks" / digest(claim), WAIT_SECONDS))
                try:
                    self._read_new()
                except sqlite3.Error as error:
                    self._notice(f"{self.folder}: what others have learnt is not read, {error}")
            yield
            if shared:
                self.flush()

    def shapes(self, name: str) -> list[Shape]:
        """See Keep."""
        return self._shapes.get(name, [])

    def learn(self, name: str, shape: Shape, key: str, told: str, seconds: float) -> None:
        """See Keep."""
        with self._lock:
            self._add(name, shape, key, told, seconds)
            self._pending.append((name, shape, key, told, seconds))

    def told(self, key: str) -> str | None:
        """See Keep."""
        return self._told.get(key)

    def names(self) -> list[str]:
        """Nodes of which runs are known."""
        return list(self._shapes)

    def counts(self) -> dict[str, int]:
        """Node → results of it that can be had without computing."""
        found: dict[str, int] = {}
        with self._lock:
            there = set(self._held)
            if self.folder is not None:
                there |= {entry.name for entry in os.scandir(self.folder / "values")}
            for key, name in self._node.items():
                if key in there:
                    found[name] = found.get(name, 0) + 1
        return found

    def seconds(self, name: str) -> float | None:
        """Seconds of its own that the latest run of a node took; None where none is known."""
        return self._seconds.get(name)

    def flush(self) -> None:
        """Write what has been learnt to the database; what cannot be written is learnt again by a later process."""
        with self._lock:
            rows, self._pending = self._pending, []
            if self._database is None or not rows:
                return
            try:
                with self._database:
                    for name, shape, key, told, seconds in rows:
                        text = "\n".join(shape)
                        self._database.execute(
                            "insert or ignore into shapes (node, shape) values (?, ?)", (name, text)
                        )
                        (at,) = self._database.execute(
                            "select id from shapes where node = ? and shape = ?", (name, text)
                        ).fetchone()
                        row = (key, name, at, told, seconds, time.time(), digest(name, text, key, told))
                        self._database.execute(
                            "insert or replace into runs values (?, ?, ?, ?, ?, ?, ?)", row
                        )
                    self._database.execute(
                        "delete from runs where rowid <= (select max(rowid) from runs) - ?", (MOST_RUNS,)
                    )
            except sqlite3.Error as error:
                self._notice(f"{self.folder}: what was learnt is not written, {error}")

    def close(self) -> None:
        """Write what is pending and let go of the database."""
        self.flush()
        if self._database is not None:
            self._database.close()
            self._database = None

    def _open(self) -> None:
        assert self.folder is not None
        try:
            for part in ("values", "locks"):
                (self.folder / part).mkdir(parents=True, exist_ok=True)
            for left in (self.folder / "values").glob(".*.part"):
                if time.time() - left.stat().st_mtime > STALE_SECONDS:
                    left.unlink(missing_ok=True)
        except OSError as error:
            self._notice(f"{self.folder}: results are not kept, {error.strerror or error}")
            self.folder = None
            return
        path = self.folder / "runs.sqlite"
        try:
            with locked(
                self.folder / "locks" / "opening", WAIT_SECONDS
            ):  # one process makes the tables, or mends them
                self._connect_or_mend(path)
        except (OSError, StoreError) as error:
            self._notice(f"{self.folder}: results are not kept, {error}")
            self.folder = None

    def _connect_or_mend(self, path: Path) -> None:
        try:
            self._connect(path)
        except sqlite3.Error as error:
            self._notice(f"{path}: what is known of earlier runs is not used, {error}; it is learnt anew")
            for end in ("", "-wal", "-shm"):
                with suppress(OSError):
                    path.with_name(path.name + end).unlink(missing_ok=True)
            with suppress(sqlite3.Error):
                self._connect(path)

    def _connect(self, path: Path) -> None:
        database = sqlite3.connect(path, timeout=30.0, check_same_thread=False)
        try:
            database.execute("pragma journal_mode = wal")
            database.execute("pragma synchronous = off")
            database.executescript(_TABLES)
            found = database.execute("select format from about").fetchall()
            if not found:
                database.execute("insert into about values (?)", (FORMAT,))
                database.commit()
            elif found != [(FORMAT,)]:
                raise sqlite3.DatabaseError(f"it is of format {found}, not {FORMAT}")
            self._database = database
            self._read_new()
        except sqlite3.Error:
            self._database = None
            database.close()
            raise

    def _read_new(self) -> None:
        """Learn what other processes have written since."""
        if self._database is None:
            return
        with self._lock:
            rows = self._database.execute(
                "select runs.rowid, runs.node, shape.shape, key, told, seconds, checked from runs "
                "join shapes as shape on shape.id = runs.shape where runs.rowid > ? order by runs.rowid",
                (self._last,),
            ).fetchall()
            wrong = []
            for at, name, text, key, told, seconds, checked in rows:
                self._last = max(self._last, at)
                if checked != digest(name, text, key, told):
                    wrong.append((at,))
                    continue
                self._add(name, tuple(text.split("\n")) if text else (), key, told, seconds)
            if wrong:
                self._notice(
                    f"{self.folder}: what is known of {len(wrong)} earlier runs was changed and is not used"
                )
                with self._database:
                    self._database.executemany("delete from runs where rowid = ?", wrong)

    def _add(self, name: str, shape: Shape, key: str, told: str, seconds: float) -> None:
        known = self._shapes.setdefault(name, [])
        if not known or known[0] != shape:
            # A new list each time: another thread may be going through the old one.
            self._shapes[name] = [shape, *(one for one in known if one != shape)][:MOST_SHAPES]
        self._told[key] = told
        self._node[key] = name
        self._seconds[name] = seconds

    def _file(self, key: str) -> Path | None:
        return None if self.folder is None else self.folder / "values" / key

    def _remember(self, key: str, value: Any) -> None:
        with self._lock:
            if key in self._held:
                self._bytes -= self._held.pop(key)[1]
            size = size_of(value)
            self._held[key] = (value, size)
            self._bytes += size
            while self._bytes > self.memory and len(self._held) > 1:
                _, (_, gone) = self._held.popitem(last=False)
                self._bytes -= gone

    def _swept(self, added: int) -> None:
        """Count what the folder holds, and drop what was used longest ago where it is too much."""
        with self._lock:
            if self._on_disk is not None and self._on_disk + added <= self.disk:
                self._on_disk += added
                return
            assert self.folder is not None
            found = []
            for entry in os.scandir(self.folder / "values"):
                with suppress(OSError):
                    about = entry.stat()
                    found.append((about.st_mtime, about.st_size, entry.path))
            total = sum(size for _, size, _ in found)
            for _, size, path in sorted(found):
                if total <= self.disk * 0.9 or (total <= self.disk and self._on_disk is None):
                    break
                with suppress(OSError):
                    Path(path).unlink()
                total -= size
            self._on_disk = total

    def _notice(self, line: str) -> None:
        with self._lock:
            if line not in self.notices:
                self.notices.append(line)
