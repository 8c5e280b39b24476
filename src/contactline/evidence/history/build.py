"""The tables of past wars, derived from a folder of archives: the same bytes from the same folder.

What the archives do not hold is read off the feasibility study's own table beside them (`truces.csv`), or, without it,
off the table that ships: whether two states border each other (COW contiguity), and when a state left the system (COW
state list). The watch ends with 2014, as the study's did with MID 5 for 2011 to 2014, in which no pair broke its truce.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from contactline.core.errors import EvidenceError
from contactline.core.frame import Tables, as_records
from contactline.evidence.history.disputes import disputes
from contactline.evidence.history.sources import (
    CAPABILITIES,
    CIVIL_WARS,
    MAJORS,
    RIVALRIES,
    WAR_LIST,
    day_of,
    read_source,
)
from contactline.evidence.history.tables import (
    CIVIL,
    FILES,
    SEVERITIES,
    TRUCES,
    WARS,
    checked_history,
    shipped,
)
from contactline.evidence.history.wars import all_pairs, participants, principal, war_table

Record = dict[str, Any]
YEAR = 365.25
SOON = pd.Timedelta(days=14)
"""A pause shorter than this is no truce, and fighting that begins within it is no break."""
BEFORE = pd.Timedelta(days=25 * YEAR)
INTERNATIONALISED, AGREEMENTS = 4, (1, 2)
"""UCDP codes: type of conflict with foreign troops; outcomes peace agreement and ceasefire agreement."""
LEFT = "a side left the state system (conquest/occupation)"
ELSEWHERE = "dyad still at war elsewhere"
AT_ONCE = "fighting went on in another war (<14 days)"
OTHER_KIND = "fighting went on as another kind of war (COW outcome 4)"
NO_VICTOR = ("compromise", "stalemate", "truce within the war")


def derive(folder: Path) -> Tables:
    """The tables TRUCES, WARS and CIVIL from the archives in `folder`. Raises EvidenceError, naming file and line."""
    if not folder.is_dir():
        raise EvidenceError(
            f"{folder}: no such folder; allowed is one that holds {WAR_LIST} and the other archives."
        )
    people = participants(read_source(folder, WAR_LIST))
    made = {TRUCES: _truces(folder, people), WARS: war_table(people), CIVIL: _civil(folder)}
    return Tables(
        {
            table.name: checked_history(table, frame[table.names], f"derived {FILES[table]}")
            for table, frame in made.items()
        }
    )


def write_tables(tables: Tables, folder: Path) -> list[Path]:
    """Write the tables as CSV files into `folder`, which is made; their paths. Raises EvidenceError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table, name in FILES.items():
            tables[table].to_csv(folder / name, index=False, lineterminator="\n", date_format="%Y-%m-%d")
    except OSError as error:
        raise EvidenceError(
            f"{folder}: cannot be written ({error}). Give another folder with --out."
        ) from None
    return [folder / name for name in FILES.values()]


def agreement(tables: Tables, folder: Path) -> pd.DataFrame:
    """How far derived tables and the study's (truces.csv, wars.csv of `folder`) say the same, one row a column: rows
    in both, rows that agree, ids that differ. Columns that were read off the study are left out."""
    rows = []
    for table, key in ((TRUCES, "id"), (WARS, "war")):
        theirs = pd.read_csv(folder / FILES[table])
        if table == TRUCES:
            theirs["major"] = theirs[["major1", "major2"]].max(axis=1, skipna=False)
        both = tables[table].merge(theirs, on=key, suffixes=("", "_study"))
        for name in table.names:
            if name in theirs and name not in (key, "contig", "cens_date"):
                rows.append({"table": table.name} | _agree(both, key, name))
    return pd.DataFrame(rows)


def _agree(both: pd.DataFrame, key: str, name: str) -> dict[str, object]:
    ours, theirs = both[name], both[f"{name}_study"]
    if pd.api.types.is_datetime64_any_dtype(ours):
        same, known = ours == pd.to_datetime(theirs), theirs.notna()
    elif pd.api.types.is_numeric_dtype(ours):
        same, known = (ours - theirs).abs() < 1e-3, theirs.notna() & ours.notna()
    else:
        same, known = ours == theirs.fillna(""), theirs.notna() | (name == "drop")
    apart = both.loc[known & ~same, key].astype(str).tolist()
    return {
        "column": name,
        "rows": int(known.sum()),
        "agree": int((known & same).sum()),
        "differ": ", ".join(apart),
    }


def _truces(folder: Path, people: pd.DataFrame) -> pd.DataFrame:
    """One row a principal pair at each cessation, in the order of the days."""
    pairs = all_pairs(people)
    found = principal(pairs).sort_values(["end", "war", "cc1", "cc2"], kind="stable").reset_index(drop=True)
    given = _given(folder).reindex(found["id"])
    found["cens_date"], found["contig"] = given["cens_date"].to_numpy(), given["contig"].to_numpy()
    found["drop"] = _dropped(found, pairs, given["left"].to_numpy(bool))
    kept = found["drop"] == ""
    share = found["share"].where(kept, 0.0)
    ending = share.groupby([found["war"], found["spell"]]).transform("sum")
    found["w"] = (share / ending.where(ending > 0)).fillna(0.0).round(6)
    found["no_victor"] = found["outcome"].isin(NO_VICTOR).astype(int)
    found["post45"] = (found["end"].dt.year > 1945).astype(int)
    found["rival_td"], found["major"] = _rivals(folder, found), _majors(folder, found)
    found["cap_ratio"] = _ratio(folder, found)
    return found.join(_breaks(found, pairs, disputes(folder)))


def _given(folder: Path) -> pd.DataFrame:
    """By id: contig, cens_date, and whether a side left the state system, from the study's table or the shipped one."""
    path = folder / FILES[TRUCES]
    known = pd.read_csv(path, parse_dates=["cens_date"]) if path.is_file() else shipped()[TRUCES]
    known = known.set_index("id")
    return known[["contig", "cens_date"]].assign(left=known["drop"] == LEFT)


def _dropped(found: pd.DataFrame, pairs: pd.DataFrame, left: np.ndarray) -> list[str]:
    """Why a row is not used, empty where it is."""
    return [
        LEFT if gone else _went_on(row, pairs[(pairs["cc1"] == row["cc1"]) & (pairs["cc2"] == row["cc2"])])
        for row, gone in zip(as_records(found), left, strict=True)
    ]


def _went_on(row: Record, own: pd.DataFrame) -> str:
    """Why a pair's fighting did not cease, if so; own : all spells of the pair."""
    if ((own["start"] <= row["end"]) & (own["end"] > row["end"])).any():
        return ELSEWHERE
    if ((own["start"] > row["end"]) & (own["start"] < row["end"] + SOON)).any():
        return AT_ONCE
    return OTHER_KIND if row["outcome"] == "transformed" else ""


def _breaks(found: pd.DataFrame, pairs: pd.DataFrame, quarrels: pd.DataFrame) -> pd.DataFrame:
    """Years to the first later break of each severity, and fatal disputes of the 25 years before, row by row."""
    onsets = {key: rows["start"].to_numpy() for key, rows in pairs.groupby(["cc1", "cc2"])}
    by_pair = dict(list(quarrels.groupby(["cc1", "cc2"])))
    rows = []
    for row in as_records(found):
        pair = (row["cc1"], row["cc2"])
        own = by_pair.get(pair, quarrels.iloc[:0])
        before = (own["start"] < row["start"]) & (own["start"] >= row["start"] - BEFORE)
        out: Record = {"prior_fatal_mids25": int((before & own["any"]).sum())}
        for severity in () if row["drop"] else SEVERITIES:
            days = np.concatenate([onsets[pair], own.loc[own[severity], "start"].to_numpy()])
            days = days[(days >= row["end"] + SOON) & (days <= row["cens_date"])]
            last = pd.Timestamp(days.min()) if len(days) else row["cens_date"]
            out |= {
                f"t_{severity}": round((last - row["end"]).days / YEAR, 4),
                f"ev_{severity}": int(len(days) > 0),
            }
        rows.append(out)
    return pd.DataFrame(rows)


def _rivals(folder: Path, found: pd.DataFrame) -> np.ndarray:
    """1 where the two are listed as rivals in the year of the end : ndarray[row]."""
    listed = read_source(folder, RIVALRIES).to_numpy(float)
    first, second = (found[name].to_numpy(float)[:, None] for name in ("cc1", "cc2"))
    year = found["end"].dt.year.to_numpy(float)[:, None]
    same = (
        (listed[:, 0] == first) & (listed[:, 1] == second) & (listed[:, 2] <= year) & (year <= listed[:, 3])
    )
    return np.asarray(same.any(axis=1), int)


def _majors(folder: Path, found: pd.DataFrame) -> np.ndarray:
    """1 where one of the two is a major power on the day : ndarray[row]."""
    out = pd.Series(False, index=found.index)
    spans = read_source(folder, MAJORS)
    for line, row in zip(spans.index, as_records(spans), strict=True):
        where = f"{MAJORS}, line {line}"
        first = day_of(row["styear"], row["stmonth"], row["stday"], where)
        last = day_of(row["endyear"], row["endmonth"], row["endday"], where)
        one = (found["cc1"] == row["ccode"]) | (found["cc2"] == row["ccode"])
        out |= one & (found["end"] >= first) & (found["end"] <= last)
    return out.to_numpy(int)


def _ratio(folder: Path, found: pd.DataFrame) -> np.ndarray:
    """Capabilities of the stronger over the weaker in the year of the end : ndarray[row], NaN where unknown."""
    cinc = read_source(folder, CAPABILITIES).set_index(["ccode", "year"])["cinc"]
    year = found["end"].dt.year
    both = [
        cinc.reindex(pd.MultiIndex.from_arrays([found[name], year])).to_numpy(float)
        for name in ("cc1", "cc2")
    ]
    low, high = np.minimum(*both), np.maximum(*both)
    return np.asarray(np.round(high / np.where(low > 0, low, np.nan), 4))


def _civil(folder: Path) -> pd.DataFrame:
    """Years of civil wars with foreign troops."""
    rows = read_source(folder, CIVIL_WARS)
    rows = rows[rows["type_of_conflict"] == INTERNATIONALISED]
    start = pd.to_datetime(rows["start_date2"], format="%d/%m/%Y", errors="coerce")
    unread = rows[start.isna()]
    if len(unread):
        raise EvidenceError(
            f"{folder / CIVIL_WARS}, line {unread.index[0]}: got start_date2 "
            f"{unread['start_date2'].iloc[0]!r}; allowed is a day as DD/MM/YYYY. Fetch it again."
        )
    ended = rows["confterm"] == 1
    made = {
        "episode": rows["conflictep_id"].astype(int), "location": rows["location"], "year": rows["year"].astype(int),
        "start": start, "ended": ended.astype(int), "agreed": (ended & rows["outcome"].isin(AGREEMENTS)).astype(int),
        "intensity": rows["intensity_level"].astype(int),
    }  # fmt: skip
    return pd.DataFrame(made).sort_values(["episode", "year"], ignore_index=True)
