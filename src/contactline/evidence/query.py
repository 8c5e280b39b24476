"""SQL over stored tables: DuckDB in memory, given the tables and no file system, so that reading cannot write.

The tables are read and compared with their digests before (`evidence.store`) and handed over as Arrow; DuckDB itself
opens nothing, neither to write nor to read. Statements other than one query are refused, and memory, time and rows
are limited.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from contactline.core.errors import InputError, printable
from contactline.core.limits import check_whole, parse_size, size

MEMORY = "1GB"
SECONDS = 60.0
ROWS = 1_000_000
SLACK = 1_000_000_000
"""Bytes of address space that threads and the answer's frame may take beside the query's own memory."""


@dataclass(frozen=True)
class Limits:
    """What one query may take: memory (such as 1GB), seconds, and rows of its answer."""

    memory: str = MEMORY
    seconds: float = SECONDS
    rows: int = ROWS


LIMITS = Limits()


@dataclass(frozen=True)
class Answer:
    """The rows of an answer, and whether the answer has more of them than the limit."""

    frame: pd.DataFrame
    more: bool


def run(text: str, views: Mapping[str, Sequence[pa.Table]], limits: Limits = LIMITS) -> Answer:
    """The answer to one query over `views` (name → tables, read one above the other, columns by name).

    Raises InputError for anything but one query, for a query that fails, and for one that needs more memory or time
    than the limits; an answer with more rows than the limit is cut and says so.
    """
    check_limits(limits)
    if printable(text) != text:
        raise InputError("sql: got bytes that are no UTF-8; allowed is text.")
    settings: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "python_enable_replacements": "false",
        "temp_directory": "",
        "memory_limit": f"{parse_size(limits.memory, '--memory')}B",
    }
    with duckdb.connect(":memory:", config=settings) as connection:
        for name, tables in views.items():
            connection.register(name, pa.concat_tables(tables, promote_options="permissive"))
        connection.execute("SET lock_configuration = true")
        try:
            return _answer(connection, _only_query(connection, text), limits)
        except duckdb.InterruptException:
            raise InputError(_too_long(limits.seconds)) from None
        except (duckdb.OutOfMemoryException, MemoryError):
            raise InputError(
                f"sql: needs more memory than {size(parse_size(limits.memory, '--memory'))}, the limit. Ask for less, "
                "or raise it with --memory."
            ) from None
        except (duckdb.Error, RuntimeError, UnicodeError) as error:
            known = ", ".join(sorted(views)) or "none yet; import or fetch some with `contactline data`"
            raise InputError(f"sql: {str(error).strip()} Tables: {known}.") from None


def _answer(connection: duckdb.DuckDBPyConnection, query: str, limits: Limits) -> Answer:
    """Run the query and take rows up to the limit; a timer stops it from beside."""
    timer = threading.Timer(limits.seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        with _bounded_memory(parse_size(limits.memory, "--memory")):
            asked = connection.sql(query)
            # EXPLAIN is answered at once and cannot be asked for fewer rows.
            frame = asked.limit(limits.rows + 1).df() if asked.type == "QUERY_RELATION" else asked.df()
        return Answer(frame.iloc[: limits.rows], len(frame) > limits.rows)
    finally:
        timer.cancel()


@contextmanager
def ended_after(limits: Limits, grace: float = 5.0) -> Iterator[None]:
    """End the whole process with a message where the block outlives its limit: for a command, not for a library.

    grace : seconds beyond the limit. Raises InputError for limits that are none.

    DuckDB looks for an interrupt between rows; a single function over a huge value never comes to one.
    """
    check_limits(limits)

    def end() -> None:
        sys.stderr.write(f"Error: {_too_long(limits.seconds)}\n")
        sys.stderr.flush()
        os._exit(InputError.exit_code)

    timer = threading.Timer(min(limits.seconds + grace, threading.TIMEOUT_MAX), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _too_long(seconds: float) -> str:
    return f"sql: stopped after {seconds:g} seconds, the limit. Ask for less, or raise it with --seconds."


@contextmanager
def _bounded_memory(most: int) -> Iterator[None]:
    """Let this process grow by `most` bytes and some slack while the block runs, where the system can say so.

    DuckDB counts its tables and not, for one, the text that `repeat` makes.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        before = resource.getrlimit(resource.RLIMIT_AS)
        bound = pages * resource.getpagesize() + most + SLACK
        if before[0] == resource.RLIM_INFINITY or bound < before[0]:
            resource.setrlimit(resource.RLIMIT_AS, (bound, before[1]))
    except (ImportError, OSError, ValueError):  # Windows and macOS know no such bound
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _only_query(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    """The text if it is one query, or EXPLAIN of one. Raises InputError for anything else."""
    statements = connection.extract_statements(text)
    kinds = [statement.type for statement in statements]
    if kinds == [duckdb.StatementType.EXPLAIN]:
        kinds = _explained(connection, text)
    if kinds != [duckdb.StatementType.SELECT]:
        came = ", ".join(str(kind).rpartition(".")[2] for kind in kinds) or "nothing"
        raise InputError(
            f"sql: got {came}; allowed is one query that reads (SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, SHOW TABLES, "
            "or EXPLAIN of one)."
        )
    return text


def _explained(connection: duckdb.DuckDBPyConnection, text: str) -> list[duckdb.StatementType]:
    """What kind of statement an EXPLAIN explains: the first rest of the text, word by word, that is a statement."""
    data = text.encode()
    for start, _kind in duckdb.tokenize(text)[1:]:
        try:
            found = connection.extract_statements(data[start:].decode(errors="replace"))
        except duckdb.Error:
            continue
        return [statement.type for statement in found]
    return []


def check_limits(limits: Limits) -> None:
    """Raise InputError for limits that are none."""
    parse_size(limits.memory, "--memory")
    if not 0 < limits.seconds <= threading.TIMEOUT_MAX:
        raise InputError(f"--seconds: got {limits.seconds:g}; allowed is a number above 0.")
    check_whole("--rows", limits.rows, 1)
