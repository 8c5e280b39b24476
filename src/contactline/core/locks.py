"""One writer at a time, across processes: a lock that the operating system frees when its holder dies."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from contactline.core.errors import StoreError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

POLL_SECONDS = 0.02


@contextmanager
def locked(file: Path, seconds: float) -> Iterator[None]:
    """Hold the lock `file` (created if absent) while the block runs.

    Raises StoreError if another process holds it for longer than `seconds`.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as handle:
        deadline = time.monotonic() + seconds
        while not _try_lock(handle):
            if time.monotonic() > deadline:
                raise StoreError(
                    f"{file.parent}: another contactline process has been writing for {seconds:g} seconds. "
                    "Wait until it is done and try again."
                )
            time.sleep(POLL_SECONDS)
        yield


def _try_lock(handle: IO[bytes]) -> bool:
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True
