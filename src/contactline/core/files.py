"""Files that are either whole or absent: atomic writes, digests, and where the user's data lives.

A temporary file says in its name which process writes it, so that what a killed process left behind is known for ours
and removed by the next write of the same file, and nothing else ever is. Whole folders: `core.folders`.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import platformdirs

from contactline.core.errors import InputError

DATA_DIR_VARIABLE = "CONTACTLINE_DATA"
"""Environment variable that moves the local store; the `--data-dir` option outranks it."""

PART = ".part"
_TAG = re.compile(r"\.([0-9a-f]{6})-(\d{1,9})-[0-9a-f]{8}\.(part|old)$")


def data_dir(override: Path | str | None = None) -> Path:
    """The folder of the local store: `override`, else $CONTACTLINE_DATA, else the user's data directory."""
    chosen = override or os.environ.get(DATA_DIR_VARIABLE)
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("contactline"))


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary path beside `target` that replaces it when the block ends well, and vanishes otherwise.

    The bytes are flushed to disk before the rename, so a kill at any moment leaves the old file or the new; what a
    killed writer of the same file left is removed. Raises OSError where the place cannot be written.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in leftovers(target):
        with suppress(OSError):
            left.unlink()
    temporary = beside(target)
    try:
        temporary.touch(exist_ok=False)
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
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


def check_file(target: Path, option: str) -> None:
    """Raise InputError where `target` could not be written, before anything is computed for it.

    The folder is tried by writing into it: permissions, a read-only disk and a full one show in no other way.
    """
    target = Path(target)
    if target.is_dir():
        raise InputError(f"{option} {target}: is a folder; allowed is a file, new or old.")
    if not target.parent.is_dir():
        raise InputError(f"{option} {target}: {target.parent} is not a folder; create it first.")
    try_folder(target.parent, f"{option} {target}")


def try_folder(folder: Path, what: str, room: int = 0) -> None:
    """Write a small file into an existing folder and remove it; `room` bytes must be free as well.

    Raises InputError that says why it fails.
    """
    probe = beside(folder / "probe")
    try:
        probe.write_bytes(b"\0" * 4096)
        free = shutil.disk_usage(folder).free
        if free < room:
            raise InputError(
                f"{what}: {free / 1e6:,.0f} MB are free on that disk and up to {room / 1e6:,.0f} MB are needed. "
                "Make room, or choose another place."
            )
    except OSError as error:
        raise InputError(
            f"{what}: cannot be written ({error.strerror or error}: {folder}). Choose another place, or make room "
            "or permission there."
        ) from None
    finally:
        with suppress(OSError):
            probe.unlink()


def beside(target: Path, ending: str = PART) -> Path:
    """A free hidden name beside `target` that carries this process: `.NAME.MACHINE-PROCESS-RANDOM.part`."""
    return target.parent / f".{_short(target)}.{_machine()}-{os.getpid()}-{secrets.token_hex(4)}{ending}"


def leftovers(target: Path, ending: str = PART) -> list[Path]:
    """What writers of `target` that are no longer alive left beside it, by the names that `beside` gives."""
    start = f".{_short(target)}."
    found = (path for path in target.parent.glob(f".*{ending}") if path.name.startswith(start))
    return [path for path in found if len(path.name) == len(start) + len(_tag(path)) and abandoned(path)]


def abandoned(path: Path) -> bool:
    """Whether a file or folder has a name that `beside` gives, of a process of this machine that is no longer alive."""
    tag = _TAG.search(path.name)
    return bool(tag and path.name[0] == "." and tag[1] == _machine() and not _alive(int(tag[2])))


def _tag(path: Path) -> str:
    found = _TAG.search(path.name)
    return found[0][1:] if found else ""


def _short(target: Path) -> str:
    """The target's name, cut where the name of a temporary file would be too long for a file system."""
    return target.name if len(os.fsencode(target.name)) < 200 else target.name[:60]


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _machine() -> str:
    """Six hex digits of where process numbers count: this host and, in containers, this process space."""
    space = ""
    with suppress(OSError):
        space = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - a magic link, no path
    return hashlib.sha256(f"{platform.node()} {space}".encode()).hexdigest()[:6]


def _alive(process: int) -> bool:
    """Whether a process of this number runs; unsure counts as running, so that its files stay."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
