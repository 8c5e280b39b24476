"""The measured front as an assessment without forecasts, so that `contactline front` draws it with the
report's own charts and map."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import xarray as xr

from contactline.case.schema import Case
from contactline.topics.assessment import Assessment, RunInfo
from contactline.topics.tables import typed

FRONT_TABLES = (
    "front_monthly",
    "area_history",
    "line_history",
    "cells",
    "changes",
    "outlines",
    "settlements",
    "places",
)


def front_assessment(case: Case, tables: Mapping[str, pd.DataFrame], digest: str, version: str) -> Assessment:
    """A record that holds only what was measured. `tables` may hold any of FRONT_TABLES.

    `cells` needs no columns of chances or proposals here. Raises InputError for a table that is malformed.
    """
    run = RunInfo(case.id, digest, case.as_of, 0, 0, 0, version, {})
    kept = {name: _checked(name, frame) for name, frame in tables.items() if name in FRONT_TABLES}
    return Assessment(case, run, xr.Dataset(), kept, ())


def _checked(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    if name == "cells":
        missing = {f"p_{weeks}": float("nan") for weeks in (26, 52, 104) if f"p_{weeks}" not in frame}
        frame = frame.assign(**missing)
    return typed(name, frame)
