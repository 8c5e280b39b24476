"""Digests of values, the same on every machine: of a table's content rather than of the file that holds it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pandas as pd


def table_digest(frame: pd.DataFrame) -> str:
    """SHA-256 (hex) over the names and values of a table's columns, in their order; the index and types do not count.

    Days count as days, numbers as float64, everything else as text.
    """
    whole = hashlib.sha256()
    for name in frame.columns:
        column = frame[name]
        whole.update(f"{name}\n{len(column)}\n".encode())
        if pd.api.types.is_datetime64_any_dtype(column):
            whole.update(column.to_numpy().astype("datetime64[D]").astype("<i8").tobytes())
        elif pd.api.types.is_numeric_dtype(column):
            whole.update(np.ascontiguousarray(column.to_numpy(dtype="<f8", na_value=np.nan)).tobytes())
        else:
            whole.update("\0".join("" if value != value else str(value) for value in column).encode())
    return whole.hexdigest()


def digest_of_values(values: dict[str, Any]) -> str:
    """SHA-256 (hex) over named plain values, whatever their order."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()
