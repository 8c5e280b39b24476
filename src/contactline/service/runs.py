"""Saved runs, and which case they are of."""

from __future__ import annotations

from pathlib import Path

from contactline.core.errors import InputError
from contactline.topics.assessment import Assessment
from contactline.topics.store import load


def saved_run(folder: Path, case_id: str | None = None) -> Assessment:
    """The assessment saved in a folder. Raises InputError where there is none, and where it is not of the case."""
    saved = load(folder)
    if case_id is not None and saved.case.id != case_id:
        raise InputError(
            f"{folder}: is an assessment of {saved.case.id!r}, not of {case_id!r}. Name that case, or none, or another "
            "folder."
        )
    return saved
