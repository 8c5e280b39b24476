"""Spatial fits kept between runs: the same record, maps, settlements, seed and code need not be fitted twice.

As in `fit_cache`, a kept fit holds the very numbers of the fit, so results are the same bytes with the cache and
without; a file that cannot be read or written is treated as absent, and only time is lost.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from contactline.core.files import atomic_path
from contactline.core.version import VERSION
from contactline.war.activity import ActivityFit, activity_priors
from contactline.war.capture import CaptureFit
from contactline.war.capture_data import History
from contactline.war.fit_cache import code_digest, drop_oldest
from contactline.war.importance import Posterior
from contactline.war.sectors import Sectors
from contactline.war.space import SpaceFit
from contactline.war.turnover import TurnoverFit

PARTS: dict[str, type] = {
    "sectors": Sectors,
    "capture": CaptureFit,
    "recapture": CaptureFit,
    "activity": ActivityFit,
    "turnover": TurnoverFit,
}


def space_key(
    past: History, settlements: pd.DataFrame, others: np.ndarray, maps: tuple[str, ...], seed: int
) -> str:
    """What a spatial fit depends on, as a hex digest: record, other maps (ndarray[week, map], km²/week), names of
    places, seed, version and code."""
    whole = hashlib.sha256(f"{VERSION} {seed} {maps}".encode())
    for field in fields(past):
        value = np.asarray(getattr(past, field.name))
        whole.update(f"{field.name} {value.dtype} {value.shape}".encode())
        whole.update(np.ascontiguousarray(value).tobytes())
    whole.update(f"{others.shape}".encode() + np.ascontiguousarray(others, dtype=float).tobytes())
    whole.update(settlements[["name", "cell", "population"]].to_csv(index=False).encode())
    whole.update(code_digest())
    return whole.hexdigest()


def load_space(folder: Path, key: str, past: History, maps: tuple[str, ...]) -> SpaceFit | None:
    """The fit kept under `key` with the record it was fitted to, or None."""
    try:
        with np.load(folder / f"{key}.npz", allow_pickle=False) as kept:
            stored = {name: kept[name] for name in kept.files}
        return SpaceFit(past, *(_unpacked(kind, name, stored, maps) for name, kind in PARTS.items()))
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def keep_space(folder: Path, key: str, fitted: SpaceFit) -> None:
    """Keep a fit under `key` and drop the oldest ones."""
    arrays: dict[str, np.ndarray] = {}
    for name in PARTS:
        arrays |= _packed(name, getattr(fitted, name))
    try:
        with atomic_path(folder / f"{key}.npz") as path, path.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        drop_oldest(folder)
    except OSError:
        return


def _packed(prefix: str, part: Any) -> dict[str, np.ndarray]:
    """Every field of a record as an array; of a posterior, its draws (its priors stand in the code)."""
    arrays = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, Posterior):
            for name in ("working", "weight", "log_likelihood"):
                arrays[f"{prefix}.{field.name}.{name}"] = getattr(value, name)
        else:
            arrays[f"{prefix}.{field.name}"] = np.asarray(value)
    return arrays


def _unpacked(kind: type, prefix: str, stored: dict[str, np.ndarray], maps: tuple[str, ...]) -> Any:
    """The record that `_packed` took apart, each field of the type that it declares."""
    values: dict[str, Any] = {}
    for field in fields(kind):
        at = f"{prefix}.{field.name}"
        declared = str(field.type)
        if declared == "Posterior":
            draws = (stored[f"{at}.{name}"] for name in ("working", "weight", "log_likelihood"))
            values[field.name] = Posterior(tuple(activity_priors(maps)), *draws)
        elif declared.startswith("tuple"):
            values[field.name] = tuple(stored[at].tolist())
        else:
            values[field.name] = stored[at] if declared == "np.ndarray" else stored[at].item()
    return kind(**values)
