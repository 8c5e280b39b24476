"""New case folders: the commented template under a new id, or a fork of a case that is there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from contactline.case.load import built_in_cases, find_case, load_case
from contactline.core.errors import InputError
from contactline.core.files import write_text
from contactline.core.folders import replaced_folder

TEMPLATE = "borderland"


def new_case(name: str, parent: Path) -> Path:
    """Copy the template into `parent/name` and give it the new id; the folder written.

    Raises InputError for a name that is no id, an existing target, or a parent that is no folder.
    """
    _check_id(name, "case name")
    if not parent.is_dir():
        raise InputError(f"--dir: {parent} is not a folder; create it first.")
    target = parent / name
    if target.exists():
        raise InputError(f"{target} exists and is not overwritten; choose another name or another --dir.")
    return _copied(find_case(TEMPLATE), name, target, "case new")


def fork_case(case: str | Path, folder: Path, name: str | None = None) -> Path:
    """Copy a case with its evidence and scores into `folder`, new or empty, under a new id; the folder written.

    name : the id, by default the folder's name. Raises InputError for a name that is no id or a built-in case's, and
    for a folder that holds something; UnknownNameError and CaseError as `load_case`.
    """
    source = find_case(case)
    load_case(source)
    own = folder.resolve().name if name is None else name
    _check_id(own, "--id" if name is not None else "id, from the folder's name", "give one with --id")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(
            f"{folder}: holds files, and nothing is overwritten; give a new folder or an empty one."
        )
    if folder.resolve().is_relative_to(source.resolve()):
        raise InputError(f"{folder}: lies inside the case that is copied; give a folder elsewhere.")
    return _copied(source, own, folder, "case fork")


def _check_id(name: str, what: str, remedy: str = "choose another name") -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InputError(
            f"{what}: got {name!r}; allowed are lower-case letters, digits and underscores, first a letter."
        )
    if name in built_in_cases():
        raise InputError(f"{what}: {name!r} is a built-in case; {remedy}.")


def _copied(source: Path, name: str, target: Path, command: str) -> Path:
    """The case folder `source` at `target`, whole or not at all, with another id; its comments stay."""
    with replaced_folder(target, command, command, record=False) as staged:
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(source, staged, ignore=ignored, dirs_exist_ok=True)
        text = (staged / "case.yaml").read_text(encoding="utf-8")
        renamed, found = re.subn(
            r"^id: *[a-z0-9_]+( *)(?=#|$)", lambda match: f"id: {name}{match[1]}", text, flags=re.MULTILINE
        )
        if found != 1:
            raise InputError(f"{source / 'case.yaml'}: holds {found} lines `id: …`; allowed is one.")
        write_text(staged / "case.yaml", renamed)
        load_case(staged)
    return target
