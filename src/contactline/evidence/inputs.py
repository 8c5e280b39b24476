"""Opening what was given: whole files, gzip, zip members and tar streams, none of them beyond a limit.

A few megabytes can unpack to a thousand times as much. So every reader takes its bytes from here, where the count
stops at a limit that is announced; `unpack_limit` raises it for a block, and the commands' option does so for a run.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO

from contactline.core.errors import EvidenceError, InputError
from contactline.core.limits import LIMIT_MB

MEGABYTE = 1_000_000

WORKBOOK_SHARE = 4
"""A workbook may unpack to a quarter of the limit: its cells take more memory than the XML they are read from."""

ZIP_FAULTS = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, KeyError, ValueError, RuntimeError,
    NotImplementedError,
)  # fmt: skip
"""What Python's zip reader raises on damage: besides its own errors, whatever the damaged field leads it to."""

_limit: ContextVar[int] = ContextVar("unpack_limit", default=LIMIT_MB * MEGABYTE)


@contextmanager
def unpack_limit(megabytes: int | None) -> Iterator[None]:
    """Within the block one file may hold or unpack to so many megabytes; None leaves the limit as it is.

    Raises InputError for less than one.
    """
    if megabytes is not None and megabytes < 1:
        raise InputError(f"--unpack-limit {megabytes}: allowed is a number of megabytes from 1 up.")
    token = _limit.set(_limit.get() if megabytes is None else megabytes * MEGABYTE)
    try:
        yield
    finally:
        _limit.reset(token)


def check_size(size: int, where: object, share: int = 1) -> None:
    """Raise EvidenceError if `size` (bytes) is beyond the limit, or beyond the limit's `share`-th part."""
    allowed = _limit.get() // share
    if size > allowed:
        raise EvidenceError(
            f"{where}: holds or unpacks to more than {allowed / MEGABYTE:,.0f} MB; that much is allowed, so that a "
            "small file cannot fill the memory. If the file is what it should be, raise the limit with "
            "--unpack-limit MEGABYTES."
        )


def check_file(path: Path, what: str) -> None:
    """Raise EvidenceError unless there is a plain file at `path`; `what` says which to give."""
    if not path.exists():
        raise EvidenceError(f"{path}: there is no such file; give {what}.")
    if not path.is_file():
        raise EvidenceError(f"{path}: is a folder or a special file; give {what}.")


def read_input(path: Path, what: str = "a file of evidence") -> bytes:
    """The bytes of a file, unpacked if its name ends in .gz.

    Raises EvidenceError for a file that is absent (`what` says which to give), cannot be read, is cut or damaged,
    or goes beyond the limit.
    """
    check_file(path, what)
    try:
        check_size(path.stat().st_size, path)
        if not path.name.lower().endswith(".gz"):
            return path.read_bytes()
        with gzip.open(path) as stream:
            data = stream.read(_limit.get() + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise EvidenceError(
            f"{path}: the gzip stream is cut off or damaged ({error}). Fetch it again."
        ) from None
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read ({error.strerror or error}).") from None
    check_size(len(data), path)
    return data


def read_zip_member(path: Path, name: str) -> bytes:
    """One member of a zip file. Raises EvidenceError for a broken file, an absent member and one beyond the limit."""
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo(name)
            check_size(member.file_size, f"{path}, {name}")
            return archive.read(member)  # never more than the size checked, and its checksum must fit
    except ZIP_FAULTS as error:
        raise EvidenceError(
            f"{path}: is cut off, damaged or without {name} ({_said(error)}). Fetch it again."
        ) from None


def check_workbook(path: Path) -> None:
    """Raise EvidenceError for a workbook that is no whole zip file or unpacks beyond its share of the limit."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except ZIP_FAULTS as error:
        raise EvidenceError(
            f"{path}: is cut off or no Excel workbook (.xlsx): {_said(error)}. Fetch the file again."
        ) from None
    check_size(size, path, WORKBOOK_SHARE)


class LimitedStream:
    """A stream that counts what it gives, stops at the limit and remembers its last bytes."""

    def __init__(self, stream: IO[bytes], where: object, tail_bytes: int) -> None:
        self.stream, self.where, self.tail_bytes = stream, where, tail_bytes
        self.count, self.tail = 0, b""

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes (all that is allowed if negative). Raises EvidenceError beyond the limit."""
        data = self.stream.read(size if size >= 0 else _limit.get() + 1)
        self.count += len(data)
        check_size(self.count, self.where)
        self.tail = (self.tail + data[-self.tail_bytes :])[-self.tail_bytes :]
        return data


def unpacking(path: Path, raw: IO[bytes]) -> IO[bytes]:
    """The stream `raw` unpacked as the ending of the file's name says; as it is for other endings."""
    name = path.name.lower()
    if name.endswith(("gz", "tgz")):
        return gzip.open(raw)  # type: ignore[return-value]
    if name.endswith(("xz", "txz")):
        return lzma.open(raw)
    return bz2.open(raw) if name.endswith("bz2") else raw


def _said(error: BaseException) -> str:
    return str(error) or type(error).__name__
