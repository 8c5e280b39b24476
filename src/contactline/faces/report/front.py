"""The measured front as an assessment without forecasts, so that `contactline front` draws it with the
report's own charts and map."""

from __future__ import annotations

import xarray as xr

from contactline.case.schema import Case
from contactline.core.frame import Tables
from contactline.topics.assessment import Assessment, RunInfo


def measured_assessment(case: Case, tables: Tables, digest: str, version: str) -> Assessment:
    """A record that holds only what was measured or read off texts: nothing is drawn, nothing forecast."""
    run = RunInfo(case.id, digest, case.as_of, 0, 0, 0, version, {})
    return Assessment(case, run, xr.Dataset(), tables, ())
