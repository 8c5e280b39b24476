"""Militarised disputes of a pair of states: when each began and how deadly it was between these two.

A dispute counts between two states if only they were in it, or both used force; its fatality is the higher of the
two states' levels, the dispute's own where both are unknown and only they were in it. It begins when the later of the
two enters, in the first year in which the two are opponents.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from contactline.evidence.history.sources import DISPUTES, PARTS, day_of, read_source

FORCE, WAR = 4, 5
"""Hostility levels of a state: use of force, war."""
FATAL, OVER_100, OVER_999 = 1, 3, 6
"""Fatality levels: 1 to 25 dead, 101 to 250, more than 999."""


def disputes(folder: Path) -> pd.DataFrame:
    """Disputes of pairs, cc1 < cc2: start day and whether it counts as `any`, `gt100`, `war` (bool)."""
    rows = read_source(folder, DISPUTES)
    rows = rows[rows["ccode1"] < rows["ccode2"]]
    found = (
        rows.groupby(["dispnum", "ccode1", "ccode2"])
        .agg(
            year=("year", "min"), dead1=("fatality1", "max"), dead2=("fatality2", "max"), act1=("hostlev1", "max"),
            act2=("hostlev2", "max"), numa=("numa", "max"), numb=("numb", "max"), dead=("fatality", "max"),
            month=("stmon", "first"),
        )
        .reset_index()
    )  # fmt: skip
    alone = (found["numa"] == 1) & (found["numb"] == 1)
    counts = alone | (found[["act1", "act2"]].min(axis=1) >= FORCE)
    dead = found[["dead1", "dead2"]].max(axis=1)
    dead = dead.where(dead >= 0, found["dead"].where(alone, -9))
    war = (found["act1"] == WAR) & (found["act2"] == WAR) & (dead >= OVER_999)
    return pd.DataFrame(
        {
            "cc1": found["ccode1"].astype(int), "cc2": found["ccode2"].astype(int), "start": _starts(folder, found),
            "any": counts & (dead >= FATAL), "gt100": counts & (dead >= OVER_100), "war": war,
        }
    )  # fmt: skip


def _starts(folder: Path, found: pd.DataFrame) -> np.ndarray:
    """Day on which each dispute of a pair began : ndarray[row] datetime64."""
    parts = read_source(folder, PARTS)
    parts["start"] = [
        day_of(year, month, day, f"{PARTS}, line {line}")
        for line, year, month, day in zip(
            parts.index, parts["styear"], parts["stmon"], parts["stday"], strict=True
        )
    ]
    entry = parts.groupby(["dispnum", "ccode"])["start"].min()
    entered = [
        entry.reindex(pd.MultiIndex.from_frame(found[["dispnum", code]])).to_numpy()
        for code in ("ccode1", "ccode2")
    ]
    either = np.fmax(*entered)
    first = np.array([f"{int(year)}-01-01" for year in found["year"]], dtype="datetime64[ns]")
    return np.where(np.isnat(either), first, np.fmax(either, first))
