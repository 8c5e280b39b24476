"""What the maps show: gains by month, the line, settlements and outlines, as tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase
from contactline.core.frame import Table, Tables, made
from contactline.core.graph import Reads, node
from contactline.engine.ground import TOTAL, Front
from contactline.engine.run import Run
from contactline.front.gains import gains_by_month
from contactline.topics.fighting.schema import FORECAST_COLUMNS
from contactline.topics.front.schema import (
    AREA_HISTORY,
    CHANGES,
    FRONT_MONTHLY,
    LINE_HISTORY,
    OUTLINES,
    PLACES,
    SETTLEMENTS,
)
from contactline.war.record import TempoRecord


def front_tables(loaded: LoadedCase, front: Front) -> Tables:
    """Tables front_monthly, area_history, line_history, settlements, places and outlines."""
    case = loaded.case
    areas = loaded.evidence("areas")
    tables = {
        FRONT_MONTHLY: _monthly(areas, {region.id for region in case.regions if region.focus}),
        AREA_HISTORY: _history(front.record),
        CHANGES: loaded.evidence(CHANGES),
        SETTLEMENTS: front.settlements,
    }
    if loaded.has_evidence("line"):
        line = loaded.evidence("line")
        line = line[line["series"] == case.headline_series.id]
        tables[LINE_HISTORY] = line[LINE_HISTORY.names].reset_index(drop=True)
    return made(tables | landmarks(loaded))


def landmarks(loaded: LoadedCase) -> dict[Table, pd.DataFrame]:
    """Tables places and outlines, which a map is read by; each only where the case has it."""
    case, tables = loaded.case, {}
    if case.places:
        tables[PLACES] = pd.DataFrame([place.model_dump() for place in case.places])
    if loaded.has_evidence(OUTLINES):
        tables[OUTLINES] = loaded.evidence(OUTLINES)
    return tables


def cells_now(front: Front) -> pd.DataFrame:
    """Table cells of a map without any forecast: who held each cell first and holds it now."""
    held = {
        "cell": front.cells["cell"],
        "region": front.cells["region"],
        "holder_first": front.cells["holder"],
        "holder_now": front.ground.holder.astype(int),
    }
    return pd.DataFrame(held | dict.fromkeys(FORECAST_COLUMNS, np.nan))


def _monthly(areas: pd.DataFrame, regions: set[str]) -> pd.DataFrame:
    """Whole months only: a month that the record cuts would look like a slow one."""
    parts = []
    for (series, region), _ in areas.groupby(["series", "region"]):
        if region != TOTAL and region not in regions:
            continue
        months = gains_by_month(areas, str(series), str(region))
        months = months[months["whole"]]
        parts.append(
            pd.DataFrame(
                {
                    "series": series,
                    "month": months["month"],
                    "region": region,
                    "km2": months["km2"],
                    "flagged": months["flag"] != "",
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _history(record: TempoRecord) -> pd.DataFrame:
    """Net change since the first week that every map covers, week by week; earlier weeks are negative."""
    common = int(np.argmax(np.isfinite(record.net).all(axis=1)))
    parts = []
    for k, series in enumerate(record.maps):
        known = np.isfinite(record.net[:, k])
        total = np.cumsum(np.where(known, record.net[:, k], 0.0))
        before = total[common - 1] if common > 0 else 0.0
        parts.append(
            pd.DataFrame({"series": series, "date": record.ends[known], "km2": (total - before)[known]})
        )
    return pd.concat(parts, ignore_index=True)


@node("tables.front")
def FRONT_TABLES(reads: Reads) -> Tables:
    """Tables of the measured front."""
    run = Run(reads)
    return front_tables(run.loaded, run.front)
