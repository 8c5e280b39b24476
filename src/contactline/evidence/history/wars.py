"""From the list of participants of wars to wars, and to pairs of principal belligerents at each cessation of fighting.

A pair is principal if both have at least a tenth of their own side's battle deaths in the war, or the product of these
shares is the war's highest. Its fighting ends on the earlier of the two states' days; its weight is that product, made
to sum to 1 within war and spell, so that one ending counts once however many states were in it.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from contactline.core.errors import EvidenceError
from contactline.core.frame import as_records
from contactline.evidence.history.sources import WAR_LIST, day_of

LEAST_SHARE = 0.1
"""Share of its side's dead from which a state is a principal one."""
THEATRES: dict[int, set[int]] = {
    11: {2, 6}, 12: {2, 7}, 13: {1, 7}, 14: {2, 4, 6, 7}, 15: {2, 4, 6, 7, 9}, 16: {4, 6, 7, 9}, 17: {2, 4, 6, 7, 9},
    18: {4, 6}, 19: {2, 4, 6, 7},
}  # fmt: skip
"""Regions that a code of the list's WhereFought covers, where it covers several."""
BY_HAND = ((139, 255, 710, 1), (139, 365, 740, 1))
"""War, states, spell left out: Germany and China did not fight each other; USSR and Japan only in August 1945."""
OUTCOMES = {3: "compromise", 4: "transformed", 6: "stalemate"}
"""Codes of the list's Outcome that are no victory of a side."""


def participants(listed: pd.DataFrame) -> pd.DataFrame:
    """The list with days (s1, e1, s2, e2), `dead` and the `share` of its side's dead. Raises EvidenceError for a day
    that does not exist and for an end before its start, with the line."""
    found = listed.copy()
    for spell, edge in product((1, 2), ("Start", "End")):
        parts = found[[f"{edge}{part}{spell}" for part in ("Year", "Month", "Day")]].to_numpy(float)
        found[f"{edge[0].lower()}{spell}"] = [
            day_of(row[0], row[1], row[2], f"{WAR_LIST}, line {line}")
            for row, line in zip(parts, found.index, strict=True)
        ]
    for spell in (1, 2):
        wrong = found[f"e{spell}"] < found[f"s{spell}"]
        if wrong.any():
            row = found[wrong].iloc[0]
            raise EvidenceError(
                f"{WAR_LIST}, line {wrong.idxmax()} ({row['WarName']}, {row['StateName']}): ends on "
                f"{row[f'e{spell}']:%Y-%m-%d}, before {row[f's{spell}']:%Y-%m-%d}; allowed is a later day. "
                "Correct the row."
            )
    found["dead"] = found["BatDeath"].clip(lower=0)
    side = found.groupby(["WarNum", "Side"])["dead"].transform("sum")
    found["share"] = (found["dead"] / side.where(side > 0)).fillna(0.0)
    return found


def all_pairs(people: pd.DataFrame) -> pd.DataFrame:
    """Every pair of opponents whose spells overlap where they can meet, one row a spell: states in the order of their
    numbers, start and end of fighting each other, product of shares, COW outcomes."""
    rows = []
    for _, war in people.groupby("WarNum"):
        records = as_records(war)
        for a, b in product(records, records):
            if a["Side"] < b["Side"] and a["ccode"] != b["ccode"] and _regions(a) & _regions(b):
                rows += [_pair(a, b, s, t) for s, t in product((1, 2), (1, 2))]
    return pd.DataFrame([row for row in rows if row is not None])


def principal(pairs: pd.DataFrame) -> pd.DataFrame:
    """The principal pairs, in the order of the list, with id, weight and outcome."""
    best = pairs["share"] >= pairs.groupby("war")["share"].transform("max") - 1e-12
    found = pairs[(pairs["least"] >= LEAST_SHARE) | best]
    key = list(zip(found["war"], found["cc1"], found["cc2"], found["spell"], strict=True))
    found = found[[k not in BY_HAND for k in key]].drop_duplicates("id").reset_index(drop=True)
    last = found.groupby(["war", "cc1", "cc2"])["end"].transform("max")
    return found.assign(outcome=np.where(found["end"] < last, "truce within the war", found["outcome"]))


def war_table(people: pd.DataFrame) -> pd.DataFrame:
    """One row a war: days, length with and without interruptions, participants, dead, outcome."""
    return pd.DataFrame([_war(rows) for _, rows in people.groupby("WarNum")])


def _regions(row: dict[str, Any]) -> set[int]:
    code = int(row["WhereFought"])
    return THEATRES.get(code, {code})


def _pair(a: dict[str, Any], b: dict[str, Any], s: int, t: int) -> dict[str, Any] | None:
    days = a[f"s{s}"], b[f"s{t}"], a[f"e{s}"], b[f"e{t}"]
    if any(pd.isna(day) for day in days) or max(days[:2]) > min(days[2:]):
        return None
    start, end = max(days[:2]), min(days[2:])
    low, high = sorted((a, b), key=lambda row: row["ccode"])
    war, cc1, cc2 = int(a["WarNum"]), int(low["ccode"]), int(high["ccode"])
    codes = sorted({int(a["Outcome"]), int(b["Outcome"])} & set(OUTCOMES))
    return {
        "id": f"{war}_{cc1}_{cc2}_{end:%Y-%m-%d}", "war": war, "war_name": a["WarName"],
        "cc1": cc1, "state1": low["StateName"], "cc2": cc2, "state2": high["StateName"],
        "spell": max(s, t), "start": start, "end": end, "share": low["share"] * high["share"],
        "least": min(low["share"], high["share"]), "outcome": OUTCOMES[codes[0]] if codes else "victory",
    }  # fmt: skip


def _war(rows: pd.DataFrame) -> dict[str, Any]:
    spells = sorted(
        (row[f"s{spell}"], row[f"e{spell}"])
        for row in as_records(rows)
        for spell in (1, 2)
        if pd.notna(row[f"s{spell}"])
    )
    active, (first, last) = 0, spells[0]
    for start, end in spells[1:]:
        if start > last:
            active, first, last = active + (last - first).days + 1, start, end
        last = max(last, end)
    codes = sorted(set(rows["Outcome"].astype(int)) & set(OUTCOMES))
    end = max(day for _, day in spells)
    return {
        "war": int(rows["WarNum"].iloc[0]), "war_name": rows["WarName"].iloc[0], "start": spells[0][0], "end": end,
        "dur_days": (end - spells[0][0]).days + 1, "active_days": active + (last - first).days + 1,
        "n_states": rows["ccode"].nunique(), "deaths": rows["dead"].sum(),
        "outcome": OUTCOMES[codes[0]] if codes else "victory",
    }  # fmt: skip
