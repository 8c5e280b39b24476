"""The tables of past wars and truces: what each column is, the copies that ship, and what a bad row is told.

Derived facts (dates, counts, codings), not copies of source files; `build` makes them; DATA_LICENSES.md names sources.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np
import pandas as pd

from contactline.core.csv_table import read_text_table
from contactline.core.errors import EvidenceError
from contactline.core.frame import Column, Table, Tables, checked

SEVERITIES = ("any", "gt100", "war")
"""Least severe first: a later break of any fatal kind, one of more than 100 dead, a war."""
REMEDY = "Build the tables anew with `contactline history build`, or correct the row"


def _flag(name: str, meaning: str) -> Column:
    return Column(name, "whole", "0 or 1", meaning, 0, 1, optional=True)


def _outcome(severity: str, words: str) -> tuple[Column, Column]:
    return (
        Column(
            f"t_{severity}", "number", "years", f"from the end to the first {words}, or to the end of the watch", 0,
            optional=True,
        ),
        _flag(f"ev_{severity}", f"1 if that is a {words}, 0 if the watch ended first"),
    )  # fmt: skip


TRUCES = Table(
    "history_truces",
    "Cessations of fighting between two principal belligerents since 1816, and what became of them",
    (
        Column("id", "text", "id", "war, states and the day on which the fighting ended"),
        Column("drop", "text", "reason", "why the row is not used; empty if it is", optional=True),
        Column("war", "whole", "COW number", "number of the war", 1),
        Column("war_name", "text", "name", "name in the war list"),
        Column("cc1", "whole", "COW number", "state with the lower number", 1),
        Column("state1", "text", "name", "its name in the war list"),
        Column("cc2", "whole", "COW number", "state with the higher number", 1),
        Column("state2", "text", "name", "its name in the war list"),
        Column("spell", "whole", "number", "first or second spell of the war", 1, 2),
        Column("start", "day", "calendar day", "both states fight from this day"),
        Column("end", "day", "calendar day", "the earlier of the two states' ends"),
        Column("outcome", "text", "kind", "victory, compromise, stalemate, truce within the war, transformed"),
        Column("w", "number", "weight", "product of the two shares of their side's dead, 1 in sum per ending", 0, 1),
        *_outcome("any", "fatal break"), *_outcome("gt100", "break of over 100 dead"), *_outcome("war", "war"),
        Column("cens_date", "day", "calendar day", "the watch ends here", optional=True),
        _flag("no_victor", "nobody won: compromise, stalemate or a truce within the war"),
        Column("prior_fatal_mids25", "whole", "number", "their fatal disputes, 25 years before", 0, optional=True),
        _flag("post45", "ended after 1945"),
        _flag("rival_td", "a strategic rivalry on historians' list, ongoing on the day; listed with hindsight"),
        _flag("major", "one of the two a major power on the day"),
        _flag("contig", "land border, or at most 24 miles of water between them"),
        Column("cap_ratio", "number", "ratio", "capabilities (CINC) of the stronger over the weaker", 1, optional=True),
    ),
    ("id",),
)  # fmt: skip

WARS = Table(
    "history_wars",
    "Wars between states since 1823: how long they lasted and how they ended",
    (
        Column("war", "whole", "COW number", "number of the war", 1),
        Column("war_name", "text", "name", "name in the war list"),
        Column("start", "day", "calendar day", "first day of the first participant"),
        Column("end", "day", "calendar day", "last day of the last participant"),
        Column("dur_days", "whole", "days", "from first to last day, both counted", 1),
        Column("active_days", "whole", "days", "the same without interruptions", 1),
        Column("n_states", "whole", "number", "participants", 2),
        Column("deaths", "number", "persons", "battle deaths, all sides; unknown ones count none", 0),
        Column("outcome", "text", "kind", "victory, compromise, stalemate, transformed (fought on as another kind)"),
    ),
    ("war",),
)  # fmt: skip

CIVIL = Table(
    "history_civil_years",
    "Years of civil wars in which another state's troops fought, since 1946",
    (
        Column("episode", "whole", "UCDP number", "conflict episode", 1),
        Column("location", "text", "name", "country"),
        Column("year", "whole", "year", "calendar year of the episode", 1946, 2100),
        Column("start", "day", "calendar day", "the episode began"),
        Column("ended", "whole", "0 or 1", "1 if the episode ended in this year", 0, 1),
        Column("agreed", "whole", "0 or 1", "1 if it ended by a peace or ceasefire agreement", 0, 1),
        Column("intensity", "whole", "level", "1 minor (25 to 999 dead in the year), 2 war", 1, 2),
    ),
    ("episode", "year"),
)

FILES: dict[Table, str] = {TRUCES: "truces.csv", WARS: "wars.csv", CIVIL: "civil_years.csv"}
"""The file in which a table ships, and under which `history build` writes it."""
AT_SIGNATURE = ("no_victor", "prior_fatal_mids25", "post45", "rival_td", "major", "contig")
"""What must be known of a truce on the day on which it begins."""


@cache
def shipped() -> Tables:
    """The tables that ship with contactline, read and checked once."""
    folder = resources.files("contactline.evidence.history") / "data"
    return Tables(
        {table.name: read_table(table, (folder / name).read_bytes(), name) for table, name in FILES.items()}
    )


def read_table(table: Table, data: bytes, where: str) -> pd.DataFrame:
    """One table from the bytes of a CSV file. Raises EvidenceError that names row, column and what is allowed."""
    text = read_text_table(data, where, REMEDY, required=table.names)
    return checked_history(table, _typed(table, text), where)


def checked_history(table: Table, frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """`frame` as declared, and in order: days that follow one another, severities that contain one another, and what a
    model reads known on the day of signature. Raises EvidenceError that names the row."""
    found = checked(table, frame, where, EvidenceError, REMEDY)
    if "end" in found:
        _refuse(
            found,
            found["end"] < found["start"],
            where,
            "ends before it starts",
            "an end on or after the start",
        )
    if table == TRUCES:
        _check_truces(found, where)
    return found


def used(truces: pd.DataFrame) -> pd.DataFrame:
    """The rows of the table of truces that enter a fit, each with a positive weight."""
    return truces[truces["drop"] == ""].reset_index(drop=True)


def _check_truces(found: pd.DataFrame, where: str) -> None:
    kept = found["drop"] == ""
    for name in (*AT_SIGNATURE, "cens_date", *(f"{part}_{s}" for s in SEVERITIES for part in ("t", "ev"))):
        _refuse(
            found, kept & found[name].isna(), where, f"{name} is unknown",
            f"a value that was known at signature, since the row is used ({_said(name)})",
            "Code it, or say in `drop` why the row is not used",
        )  # fmt: skip
    _refuse(found, kept & ~(found["w"] > 0), where, "is used with weight 0", "a weight above 0 up to 1")
    _refuse(
        found,
        kept & (found["cens_date"] <= found["end"]),
        where,
        "is watched to a day before its end",
        "a later day",
    )
    for mild, hard in pairwise(SEVERITIES):
        late = (found[f"t_{mild}"] > found[f"t_{hard}"]) | (found[f"ev_{mild}"] < found[f"ev_{hard}"])
        _refuse(
            found, kept & late, where, f"a break counts in {hard} before it counts in {mild}",
            "t_any ≤ t_gt100 ≤ t_war, and each kind of break counted in the milder ones too",
        )  # fmt: skip


def _said(name: str) -> str:
    column = TRUCES.column(name)
    return f"{column.allowed}: {column.meaning}" if column else name


def _refuse(
    found: pd.DataFrame, wrong: pd.Series, where: str, what: str, allowed: str, remedy: str = REMEDY
) -> None:
    """Raises EvidenceError for the first row of `wrong` : ndarray[row] bool."""
    if wrong.any():
        row = int(np.flatnonzero(wrong.to_numpy(bool))[0])
        name = str(found[found.columns[0]].to_list()[row])
        raise EvidenceError(f"{where}, row {row} ({name}): {what}; allowed is {allowed}. {remedy}.")


def _typed(table: Table, text: pd.DataFrame) -> pd.DataFrame:
    """Texts of a file as the kinds that the table declares; what is no number stays a text, which the check refuses."""
    out = {}
    for column in table.columns:
        values = text[column.name]
        if column.kind in ("number", "whole"):
            numbers = pd.to_numeric(values.where(values != ""), errors="coerce")
            read = numbers.notna() | (values == "")
            out[column.name] = numbers if read.all() else values.where(values != "", None)
        else:
            out[column.name] = values.where(values != "", None) if column.optional else values
    return pd.DataFrame(out).reset_index(drop=True)
