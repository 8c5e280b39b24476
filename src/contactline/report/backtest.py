"""The charts of a backtest on their own, for `contactline backtest --out`: the report's charts, without a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

from contactline.case.schema import Case
from contactline.core.files import write_bytes, write_text
from contactline.report.assessment import Assessment, RunInfo
from contactline.report.charts_score import calibration, coverage, score_ratios
from contactline.report.figures import to_png, to_svg
from contactline.report.tables import typed


def write_backtest(
    case: Case, tables: Mapping[str, pd.DataFrame], out: Path, *, digest: str, seed: int, version: str
) -> list[Path]:
    """Write the backtest's tables as CSV and its charts as SVG and PNG into folder `out`; the paths written."""
    kept = {name: typed(name, frame) for name, frame in tables.items()}
    run = RunInfo(case.id, digest, case.as_of, seed, 0, 0, version, {})
    scored = Assessment(case, run, xr.Dataset(), kept, ())
    written = []
    for name, frame in kept.items():
        written.append(out / f"{name}.csv")
        write_text(written[-1], frame.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
    for figure in (*score_ratios(scored), *coverage(scored), *calibration(scored)):
        write_text(out / f"{figure.id}.svg", to_svg(figure))
        write_bytes(out / f"{figure.id}.png", to_png(figure))
        written += [out / f"{figure.id}.svg", out / f"{figure.id}.png"]
    return written
