"""Gains: how much held area changed between two days, by region, by month and by week.

Everything is read from table 'areas'; flags of the days concerned stay with every figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from contactline.core.dates import DAYS_PER_WEEK, week_ends
from contactline.core.errors import InputError, UnknownNameError
from contactline.front.areas import TOTAL

MAP_LAG_DAYS = 1
"""A DeepState map is fetched at 05:00 UTC of its date, so it shows the evening before: a month ends with the map
dated the first of the next month. For a map that is dated by the day it shows, use 0."""


@dataclass(frozen=True)
class Gain:
    """Change of held area between two days: km², the areas on both, and the flags of both days and of jumps between."""

    start: date
    end: date
    km2: float
    km2_start: float
    km2_end: float
    flag: str


def gain_between(areas: pd.DataFrame, series: str, region: str, start: date, end: date) -> Gain:
    """Net gain of the challenger in `region` (or 'total') from day `start` to day `end`, km².

    Raises UnknownNameError for a series or region without rows, InputError if a day lies outside the record or
    the days are out of order.
    """
    rows = series_of(areas, series, region)
    first, last = rows.index[0].date(), rows.index[-1].date()
    for name, day in (("start", start), ("end", end)):
        if not first <= day <= last:
            raise InputError(
                f"gains: {name} {day} lies outside the record of series {series!r}, which runs from {first} to "
                f"{last}; choose a day within it."
            )
    if start > end:
        raise InputError(f"gains: start {start} is after end {end}; give the earlier day first.")
    km2_start, km2_end = rows["km2"].reindex(pd.DatetimeIndex([start, end])).tolist()
    return Gain(start, end, km2_end - km2_start, km2_start, km2_end, _flags(rows, start, end))


def gains_by_region(
    areas: pd.DataFrame,
    series: str,
    start: date,
    end: date,
    *,
    sizes: pd.DataFrame,
    country_km2: float | None = None,
) -> pd.DataFrame:
    """Gains of every region of a series between two days, the total last.

    sizes : table 'regions'. country_km2 : size of the country, by default the sum of the regions.
    Columns: region, km2_start, km2_end, gain (km²), share_of_region and share_of_country (of `gain`),
    held_share (of the region on `end`), flag. Raises as `gain_between`, and UnknownNameError for a region of
    `areas` without a size.
    """
    area_of = dict(zip(sizes["region"], sizes["km2"], strict=True))
    country = float(sum(area_of.values())) if country_km2 is None else country_km2
    area_of[TOTAL] = country
    names = areas.loc[areas["series"] == series, "region"].unique()
    if not len(names):
        raise UnknownNameError("series", series, areas["series"].unique())
    rows = []
    for name in sorted(names, key=lambda name: (name == TOTAL, name)):
        if name not in area_of:
            raise UnknownNameError("region", name, area_of)
        gain = gain_between(areas, series, name, start, end)
        rows.append(
            {
                "region": name,
                "km2_start": gain.km2_start,
                "km2_end": gain.km2_end,
                "gain": gain.km2,
                "share_of_region": gain.km2 / area_of[name],
                "share_of_country": gain.km2 / country,
                "held_share": gain.km2_end / area_of[name],
                "flag": gain.flag,
            }
        )
    return pd.DataFrame(rows)


def gains_by_month(
    areas: pd.DataFrame, series: str, region: str = TOTAL, *, map_lag_days: int = MAP_LAG_DAYS
) -> pd.DataFrame:
    """Net gain per calendar month: columns month (its first day), km2, from_day and to_day (dates of the maps
    compared), whole (False where the record starts or ends within the month), flag.

    A month runs from the map dated `map_lag_days` after the evening before it to the one after its last evening;
    where that map is missing, the next one there is stands for it.
    """
    rows = series_of(areas, series, region)
    maps = rows[~rows["flag"].str.contains("missing")]
    lag = pd.Timedelta(days=map_lag_days - 1)
    months = pd.date_range((maps.index[0] - lag).replace(day=1), maps.index[-1] - lag, freq="MS")
    cuts = [*months, months[-1] + pd.offsets.MonthBegin(1)]
    at = np.minimum(maps.index.searchsorted(pd.DatetimeIndex(cuts) + lag), len(maps) - 1)
    km2, days = maps["km2"].to_numpy()[at], maps.index[at]
    begun = [cut + lag >= maps.index[0] for cut in cuts[:-1]]
    ended = [cut + lag <= maps.index[-1] for cut in cuts[1:]]
    flags = [_flags(rows, a.date(), b.date()) for a, b in pairwise(days)]
    return pd.DataFrame(
        {
            "month": months,
            "km2": np.diff(km2),
            "from_day": days[:-1],
            "to_day": days[1:],
            "whole": np.array(begun) & np.array(ended),
            "flag": flags,
        }
    )


def weekly_gains(areas: pd.DataFrame, series: str, region: str, as_of: date) -> pd.DataFrame:
    """Net gain per week, the last one ending on `as_of`: columns week_end, km2 (km²), flag.

    A flag names what is unusual on the week's two end days, and any jump within it; several are joined by '+'.
    Raises InputError if `as_of` is outside the record.
    """
    rows = series_of(areas, series, region)
    first, last = rows.index[0].date(), rows.index[-1].date()
    if not first <= as_of <= last:
        raise InputError(
            f"weekly gains: as-of {as_of} lies outside the record of series {series!r}, which runs from {first} "
            f"to {last}; choose a day within it."
        )
    ends = week_ends(first, as_of)
    if not len(ends):
        raise InputError(
            f"weekly gains: less than a week of series {series!r} lies before {as_of}; choose a later day."
        )
    starts = ends - DAYS_PER_WEEK
    km2 = rows["km2"].reindex(ends).to_numpy() - rows["km2"].reindex(starts).to_numpy()
    flags = [_flags(rows, a, b) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    return pd.DataFrame({"week_end": ends.astype("datetime64[ns]"), "km2": km2, "flag": flags})


def series_of(areas: pd.DataFrame, series: str, region: str) -> pd.DataFrame:
    """The rows of one series and region of table 'areas', indexed by date, ascending, one per calendar day.

    Raises UnknownNameError for a name without rows and InputError where a calendar day has none.
    """
    chosen = areas[areas["series"] == series]
    if chosen.empty:
        raise UnknownNameError("series", series, areas["series"].unique())
    rows = chosen[chosen["region"] == region]
    if rows.empty:
        raise UnknownNameError("region", region, chosen["region"].unique())
    rows = rows.set_index("date").sort_index()
    gaps = np.flatnonzero(np.diff(rows.index.to_numpy()) != np.timedelta64(1, "D"))
    if len(gaps):
        raise InputError(
            f"areas: series {series!r}, region {region!r} has no row for the day after "
            f"{rows.index[gaps[0]].date()}; allowed is one row per calendar day, with flag 'missing' where the day "
            "before is carried."
        )
    return rows


def _flags(rows: pd.DataFrame, start: date, end: date) -> str:
    """What is unusual about a difference: the flags of both its days, and jumps after the first up to the second."""
    flag = rows["flag"]
    between = flag.loc[pd.Timestamp(start) + pd.Timedelta(days=1) : pd.Timestamp(end)]
    found = {flag.loc[pd.Timestamp(start)], flag.loc[pd.Timestamp(end)]} - {"jump"}
    found |= {"jump"} & set(between)
    return "+".join(sorted(found - {""}))
