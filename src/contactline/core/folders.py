"""Folders of results that are either the old ones or the new: written beside, then swapped in one step.

A folder that we wrote holds `written.json`, which says what in it is ours and which command wrote it. A run replaces
what its own command wrote; whatever else lies there is carried over untouched, and a folder without such a record (or
a record that a caller knows by other means) is nobody's to replace.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from contactline.core.errors import InputError
from contactline.core.files import abandoned, beside, leftovers, try_folder, write_text

RECORD = "written.json"
FORMAT = 1
OLD = ".old"

Ours = Callable[[Path], Mapping[str, str] | None]
"""Tells of a folder which files in it are ours: relative name → command; None where no run of ours wrote it."""


def recorded(folder: Path) -> dict[str, str] | None:
    """What `written.json` of a folder lists, relative name → command that wrote it; None without a readable one."""
    try:
        document = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    files = document.get("files") if isinstance(document, dict) else None
    if not isinstance(files, dict) or document.get("format") != FORMAT:
        return None
    return {str(name): str(command) for name, command in files.items()}


def check_folder(target: Path, option: str, ours: Ours = recorded, room: int = 0) -> None:
    """Raise InputError where `target` cannot become a folder of ours, before anything is computed for it.

    Allowed are a new folder, an empty one and one that an earlier run of ours wrote. It is swapped as a whole, so
    the folder above must be writable, and neither the working directory nor a mount can be the target.
    room : bytes that must be free on the disk
    """
    target = Path(target)
    restore(target)
    if target.exists() and not target.is_dir():
        raise InputError(f"{option} {target}: is a file; allowed is a folder, new or old.")
    whole = target.resolve()
    if _here().is_relative_to(whole) or whole.is_mount():
        raise InputError(
            f"{option} {target}: is the working directory, holds it, or is a mount; the folder of results is swapped "
            f"as a whole. Name one inside it, such as {target / 'results'}."
        )
    if target.is_dir() and any(whole.iterdir()) and ours(whole) is None:
        raise InputError(
            f"{option} {target}: holds files, and no run of contactline wrote it ({RECORD} is missing or is not ours); "
            "nothing is replaced there. Allowed is a new folder, an empty one, or one of an earlier run."
        )
    above = whole.parent
    while not above.exists():
        above = above.parent
    if not above.is_dir():
        raise InputError(f"{option} {target}: {above} is a file; allowed is a folder.")
    try_folder(above, f"{option} {target}", room)


@contextmanager
def replaced_folder(
    target: Path, option: str, command: str, ours: Ours = recorded, *, record: bool = True
) -> Iterator[Path]:
    """An empty folder to fill, which takes the place of `target` when the block ends well and vanishes otherwise.

    Files of `target` that `command` wrote before are left behind; all others come along. With `record`, the new
    folder says in `written.json` what is ours. A kill at any moment leaves the old folder or the new one whole; what
    killed runs left beside it is removed.

    Raises what `check_folder` raises, and InputError where a new file would take the place of somebody else's.
    """
    check_folder(target, option, ours)
    whole = Path(target).resolve()
    whole.parent.mkdir(parents=True, exist_ok=True)
    for left in (*leftovers(whole), *(leftovers(whole, OLD) if whole.exists() else ())):
        _remove(left)
    staged = beside(whole)
    staged.mkdir()
    if whole.is_dir():
        shutil.copymode(whole, staged)
    try:
        yield staged
        known = (ours(whole) or {}) if whole.is_dir() else {}
        new = {path.relative_to(staged).as_posix() for path in staged.rglob("*") if not path.is_dir()}
        if whole.is_dir():
            _carry(whole, staged, {name for name, by in known.items() if by == command}, new, known, option)
        if record:
            kept = {name: by for name, by in known.items() if by != command and name != RECORD}
            write_record(staged, kept | dict.fromkeys(new, command))
        _flush(staged)
        _put(staged, whole)
    finally:
        _remove(staged)


def everything(folder: Path) -> dict[str, str]:
    """Every file of a folder as one that may be replaced by a new one of the same name, and stays otherwise."""
    return {path.relative_to(folder).as_posix(): "" for path in folder.rglob("*") if path.is_file()}


def write_record(folder: Path, files: Mapping[str, str]) -> None:
    """Write `written.json` of a folder: relative name → command."""
    document = {"format": FORMAT, "by": "contactline", "files": dict(sorted(files.items()))}
    write_text(folder / RECORD, json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def restore(target: Path) -> None:
    """Put back the old folder where a run was killed in the one moment in which no folder had the name.

    That moment exists only on file systems that cannot exchange two names in one step.
    """
    if not target.exists():
        for old in leftovers(target, OLD)[:1]:
            with suppress(OSError):
                old.rename(target)


def _carry(
    source: Path, staged: Path, dropped: set[str], new: set[str], known: Mapping[str, str], option: str
) -> None:
    """Bring everything that stays from the old folder into the new one, as links to the same bytes."""
    for root, folders, files in os.walk(source):
        here = Path(root)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in (*files, *links):
            path = here / name
            relative = path.relative_to(source).as_posix()
            if relative in new and relative not in known:
                raise InputError(
                    f"{option} {source}: {relative} there is not from a run of contactline and would be replaced. "
                    "Move it away, or choose another folder."
                )
            if relative in dropped or relative in new or relative == RECORD or abandoned(path):
                continue
            kept = staged / relative
            kept.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, kept, follow_symlinks=False)
            except OSError:
                shutil.copy2(path, kept, follow_symlinks=False)
        for name in folders:
            if name not in links and not any((here / name).iterdir()):
                (staged / here.relative_to(source) / name).mkdir(parents=True, exist_ok=True)


def _put(staged: Path, target: Path) -> None:
    """Give the staged folder its name; the old one is gone afterwards."""
    if not target.exists():
        staged.rename(target)
    elif _exchange(staged, target):
        _remove(staged)
    else:
        old = beside(target, OLD)
        target.rename(old)
        try:
            staged.rename(target)
        except BaseException:
            old.rename(target)
            raise
        _remove(old)
    _flush_names(target.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step where the system can: Linux and macOS, on most file systems."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return bool(library.renamex_np(os.fsencode(one), os.fsencode(other), 2) == 0)
        at_here, exchange = -100, 2
        done = library.renameat2(at_here, os.fsencode(one), at_here, os.fsencode(other), exchange)
    except (OSError, AttributeError, TypeError):  # Windows, and libraries without the call
        return False
    return bool(done == 0)


def _flush(folder: Path) -> None:
    """Flush the names in a folder and below to disk; the files' bytes were flushed as they were written."""
    for root, _folders, _files in os.walk(folder):
        _flush_names(Path(root))


def _flush_names(folder: Path) -> None:
    with suppress(OSError):  # not every system opens folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _here() -> Path:
    try:
        return Path.cwd().resolve()
    except OSError:  # the working directory was deleted
        return Path("/")


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
