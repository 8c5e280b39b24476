"""An answer of the store for other programs and for a screen: every value as a text, a number, a list or a mapping.

DuckDB hands over values that pandas cannot write, or writes wrongly: identifiers end in an error, bytes in nothing, a
month as 43 minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

LARGEST = 2**63 - 1
"""The largest whole number that is written as one; beyond it stands as text, since a reader would round it."""


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with values that can be written: bytes as `\\x00\\xFF`, durations and identifiers as text."""
    columns = [
        column.map(_plain).astype(object).where(column.notna(), None)
        if pd.api.types.is_object_dtype(column) or pd.api.types.is_timedelta64_dtype(column)
        else column
        for _, column in frame.items()
    ]
    made = pd.concat(columns, axis=1) if columns else frame
    return made.set_axis(frame.columns, axis=1)


def json_records(frame: pd.DataFrame) -> str:
    """A plain answer as JSON records: numbers with all the digits that JSON readers keep, days as ISO 8601."""
    return str(frame.to_json(orient="records", date_format="iso", double_precision=15, force_ascii=False))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray):
        return [_plain(inner) for inner in value.tolist()]
    if isinstance(value, bytes | bytearray | memoryview):
        return "".join(f"\\x{byte:02X}" for byte in bytes(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        return value if -LARGEST <= value <= LARGEST else str(value)
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date | time) else str(value)
