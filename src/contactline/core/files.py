"""Files that are either whole or absent: atomic writes, digests, and where the user's data lives."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

DATA_DIR_VARIABLE = "CONTACTLINE_DATA"
"""Environment variable that moves the local store; the `--data-dir` option outranks it."""


def data_dir(override: Path | str | None = None) -> Path:
    """The folder of the local store: `override`, else $CONTACTLINE_DATA, else the user's data directory."""
    chosen = override or os.environ.get(DATA_DIR_VARIABLE)
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("contactline"))


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary path beside `target` that replaces it when the block ends well, and vanishes otherwise.

    The bytes are flushed to disk before the rename, so a kill at any moment leaves the old file or the new.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(target: Path, text: str) -> None:
    """Write `text` as UTF-8 with Unix line ends, atomically."""
    with atomic_path(target) as path:
        path.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(target: Path, data: bytes) -> None:
    """Write `data` atomically."""
    with atomic_path(target) as path:
        path.write_bytes(data)


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
