"""The measured record that the war models are fitted to: weekly net change per map series, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from contactline.core.dates import week_ends
from contactline.core.errors import FitError


@dataclass(frozen=True)
class TempoRecord:
    """Weekly net km² gained by the challenger, as each map series reads it.

    ends : ndarray[week] datetime64[D], weeks end on the as-of weekday
    maps : names of the series; the first is the longest and the reference (its ρ is one)
    net  : ndarray[week, map], km², NaN where a series has no reading at either end of the week
    flagged : ndarray[week, map] bool, a day within the week is flagged in the source
    """

    ends: np.ndarray
    maps: tuple[str, ...]
    net: np.ndarray
    flagged: np.ndarray

    def until(self, week: int) -> TempoRecord:
        """The record as it stood after week index `week` (inclusive)."""
        cut = slice(0, week + 1)
        return TempoRecord(self.ends[cut], self.maps, self.net[cut], self.flagged[cut])

    def column(self, series: str) -> int:
        """Index of a map series."""
        return self.maps.index(series)


def tempo_record(areas: pd.DataFrame, fit_from: date, as_of: date, region: str = "total") -> TempoRecord:
    """The weekly record from table 'areas'.

    A map's reading at a week's end is the area it gave for that very day (missing days carry the day before and
    are flagged so in the table); nothing is smoothed. Raises FitError when no series covers 26 weeks.
    """
    ends = week_ends(fit_from, as_of)
    edges = np.concatenate([[ends[0] - np.timedelta64(7, "D")], ends])
    columns = {}
    for series, rows in areas[areas["region"] == region].groupby("series"):
        daily = rows.set_index("date")["km2"].sort_index()
        level = daily.reindex(pd.DatetimeIndex(edges)).to_numpy()
        days = rows.loc[rows["flag"] != "", "date"].to_numpy().astype("datetime64[D]")
        marked = np.histogram(days.astype(np.int64), bins=(edges.astype(np.int64) + 1))[0] > 0
        columns[str(series)] = (np.diff(level), marked)
    order = sorted(columns, key=lambda name: (-int(np.isfinite(columns[name][0]).sum()), name))
    if not order or np.isfinite(columns[order[0]][0]).sum() < 26:
        raise FitError(
            f"areas: no map series has 26 weeks between {fit_from} and {as_of}; the tempo cannot be fitted. "
            "Give a longer record, or move evidence.fit_from back."
        )
    return TempoRecord(
        ends,
        tuple(order),
        np.column_stack([columns[name][0] for name in order]),
        np.column_stack([columns[name][1] for name in order]),
    )
