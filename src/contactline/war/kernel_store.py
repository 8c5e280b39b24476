"""Finished chunks of a long run, kept in a folder: a run that is cut goes on where it stopped, to the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from contactline.core.errors import InputError
from contactline.core.files import atomic_path, write_text
from contactline.war.kernel_checks import Run

FORMAT = "front-1"
"""Changes whenever the loop would give other events for the same input."""

Outcome = tuple[np.ndarray, np.ndarray, np.ndarray]


class Checkpoint:
    """A folder of finished chunks; `run.json` says which run they belong to.

    Raises InputError where the folder holds another run's chunks.
    """

    def __init__(self, folder: Path, run: Run, chunk: int) -> None:
        self.folder = Path(folder)
        mine = {
            "format": FORMAT,
            "digest": digest(run),
            "chunk": chunk,
            "draws": run.draws,
            "weeks": run.weeks,
        }
        label = self.folder / "run.json"
        if label.exists():
            try:
                kept = json.loads(label.read_text(encoding="utf-8"))
            except (ValueError, RecursionError):
                kept = None
            if kept != mine:
                known = kept if isinstance(kept, dict) else {}
                differs = ", ".join(name for name in mine if known.get(name) != mine[name])
                raise InputError(
                    f"checkpoint {self.folder}: it holds chunks of another run (differs in {differs}); choose an empty "
                    "folder, or delete this one."
                )
        else:
            write_text(label, json.dumps(mine, indent=1) + "\n")

    def kept(self, simulate: Callable[[Run, slice], Outcome]) -> Callable[[Run, slice], Outcome]:
        """The same work, which reads a chunk that is finished and keeps one that is new."""

        def work(run: Run, rows: slice) -> Outcome:
            path = self.folder / f"chunk-{rows.start:09d}.npz"
            if path.exists():
                with np.load(path) as file:
                    return file["code"], file["week_end"], file["unspent"]
            code, week_end, unspent = simulate(run, rows)
            with atomic_path(path) as part, part.open("wb") as file:
                np.savez(file, code=code, week_end=week_end, unspent=unspent)
            return code, week_end, unspent

        return work


def digest(run: Run) -> str:
    """SHA-256 of everything that determines the events of a run."""
    found = hashlib.sha256(f"{FORMAT} {run.seed} {run.first_draw} {run.draws} {run.weeks}".encode())
    here = run.layout
    for array in (*run.arrays, here.disc, here.km2, here.node_start, here.cell_of_leaf):
        found.update(f"{array.dtype} {array.shape}".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()
