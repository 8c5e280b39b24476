"""Promises of alliance that a war called on, and whether they were kept: counts by study and war.

The replication files of both studies state no licence, so rows stay where they are and counts are shipped:
`honours.csv` beside this file says how many promises of each kind one war called on and how many were kept. Wars are
numbered within a study by what their counts are, without name or year: a likelihood with effects of era, kind and war
needs no more, so nothing is lost to the fit. What is lost to a reader is which promise it was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from contactline.core.csv_table import read_text_table
from contactline.core.errors import EvidenceError
from contactline.evidence.history.sources import WAR_LIST as WARS
from contactline.evidence.history.sources import archive_bytes

LEEDS, BERKEMEIER = "leeds_anac.csv", "berkemeier_fuhrmann_2018.csv"
"""Files of the archive that the counts are derived from."""

STUDIES = {
    "leeds_anac": ("Leeds and Anac 2005", "1848-1990"),
    "berkemeier_fuhrmann": ("Berkemeier and Fuhrmann 2018", "1848-2003"),
    "bf_recoded_llm": ("The same wars by the rules of Leeds, Long and Mitchell", "1848-2003"),
}
"""Study → its name in words and the years of its wars. They judge overlapping promises by different rules. The third is
a second coding in the file of the second, marked LLM, which we read as the rules of Leeds, Long and Mitchell (2000)."""

KIND = ("study", "war", "post_1945", "active", "bilateral")
"""What tells one cell of counts from another; the first names the study, the second its war, the others are 0 or 1."""
COUNTS = (*KIND, "promises", "honoured")

DIGEST = "14985be95ad47412"
"""Start of the SHA-256 of the shipped counts, in the code so that kept results know which counts they used."""

FIRST_YEAR, LAST_YEAR = 1816, 2025
"""Years in which a war of the record can have begun."""
OLD_NUMBERS = {154: 1956, 157: 1956}
"""War numbers of Correlates of War's third list that its fourth no longer has: Hungary and Sinai."""
REMEDY = "Fetch the archive again, or correct the row"


class Promise(NamedTuple):
    """One promise that a war called on; the last five are whole numbers, flags among them 0 or 1."""

    study: str
    war: int
    post_1945: int
    active: int
    bilateral: int
    honoured: int


def read_counts() -> pd.DataFrame:
    """The shipped counts, one row a study, war and kind of promise, columns as in COUNTS.

    Raises EvidenceError for a file that is not the one this version was built with, or is broken.
    """
    data = files(__package__).joinpath("honours.csv").read_bytes()
    if hashlib.sha256(data).hexdigest()[:16] != DIGEST:
        raise EvidenceError(
            "honours.csv: differs from the counts that this version was built with; install contactline again, or "
            "after building new counts set DIGEST in evidence/history/honours.py."
        )
    return counts_of(data, "honours.csv")


def counts_of(data: bytes, where: str) -> pd.DataFrame:
    """Counts from the bytes of a CSV with the columns of COUNTS, checked. Raises EvidenceError with the line."""
    text = read_text_table(data, where, REMEDY, required=COUNTS)
    rows = []
    for line, row in text.iterrows():
        at = f"{where}, line {line}"
        flags = [_flag(row[name], name, at) for name in KIND[2:]]
        war, promises = (_whole(row[name], name, at, 1) for name in ("war", "promises"))
        honoured = _whole(row["honoured"], "honoured", at, 0)
        if honoured > promises:
            raise EvidenceError(
                f"{at}: honoured: got {honoured} of {promises} promises; allowed is 0 to {promises}. {REMEDY}."
            )
        rows.append((row["study"], war, *flags, promises, honoured))
    return pd.DataFrame(rows, columns=list(COUNTS))


def build_honours(folder: Path) -> pd.DataFrame:
    """The counts, derived from the archive's files in `folder` (LEEDS, BERKEMEIER, WARS); columns as in COUNTS.

    A promise is active where it obliges to fight (an obligation of defence or offence in ATOP). A case that its study
    leaves unjudged is left out. Raises EvidenceError with file and line for an outcome or a flag that is not 0 or 1, a
    promise judged both ways, a war whose year is unknown or impossible, and a file that is missing or broken.
    """
    years = _war_years(_read(folder / WARS))
    leeds, berkemeier = _read(folder / LEEDS), _read(folder / BERKEMEIER)
    promises = [
        *_leeds(leeds, years),
        *_berkemeier(berkemeier, years, "berkemeier_fuhrmann", "BF"),
        *_berkemeier(berkemeier, years, "bf_recoded_llm", "LLM"),
    ]
    cells = pd.DataFrame(promises).groupby(list(KIND), as_index=False)["honoured"].agg(["size", "sum"])
    cells = cells.rename(columns={"size": "promises", "sum": "honoured"})
    return pd.concat([_renumbered(own) for _, own in cells.groupby("study")], ignore_index=True)


def _renumbered(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells of one study with its wars numbered by what the counts are, so that a number tells nothing else."""
    content = {war: tuple(map(tuple, own[list(COUNTS[2:])].to_numpy())) for war, own in cells.groupby("war")}
    order = {war: i for i, war in enumerate(sorted(content, key=lambda war: content[war]), start=1)}
    return cells.assign(war=cells["war"].map(order)).sort_values(list(KIND), ignore_index=True)[list(COUNTS)]


def _leeds(table: pd.DataFrame, years: dict[int, int]) -> Iterator[Promise]:
    for line, row in table.iterrows():
        at = f"{LEEDS}, line {line}"
        war = _whole(row["war"], "war", at, 1)
        late = _after_1945(OLD_NUMBERS.get(war) or years.get(war), at)
        flags = [_flag(row[name], name, at) for name in ("active", "bilat", "honor3")]
        yield Promise("leeds_anac", war, late, *flags)


def _berkemeier(table: pd.DataFrame, years: dict[int, int], study: str, rules: str) -> Iterator[Promise]:
    for line, row in table.iterrows():
        at = f"{BERKEMEIER}, line {line}"
        kept, broken = (_flag(row[name + rules] or "0", name + rules, at) for name in ("honor", "violate"))
        if kept and broken:
            raise EvidenceError(
                f"{at}: honor{rules} and violate{rules} are both 1; allowed is one. {REMEDY}."
            )
        if not kept and not broken:
            continue
        number = row["cowwarid"]
        # A war that Correlates of War does not list has a number of the study's own.
        war = _whole(number, "cowwarid", at, 1) if number else -_whole(row["warid"], "warid", at, 1)
        named = re.search(r"\d{4}", row["warname"])
        late = _after_1945(years.get(war) or (int(named.group()) if named else None), at)
        active = any(_flag(row[name], name, at) for name in ("defense", "offense"))
        yield Promise(study, war, late, int(active), 1 - _flag(row["multilateral"], "multilateral", at), kept)


def _war_years(wars: pd.DataFrame) -> dict[int, int]:
    """War → year in which it began."""
    found: dict[int, int] = {}
    for line, row in wars.iterrows():
        at = f"{WARS}, line {line}"
        war, year = (_whole(row[name], name, at, 1) for name in ("WarNum", "StartYear1"))
        _after_1945(year, at)
        found[war] = min(year, found.get(war, year))
    return found


def _after_1945(year: int | None, at: str) -> int:
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        came = "no year is known for this war" if year is None else f"year: got {year}"
        raise EvidenceError(
            f"{at}: {came}; allowed is a war that began from {FIRST_YEAR} to {LAST_YEAR}. {REMEDY}."
        )
    return int(year > 1945)


def _read(path: Path) -> pd.DataFrame:
    needed = {
        LEEDS: ("war", "active", "bilat", "honor3"),
        BERKEMEIER: ("warid", "cowwarid", "warname", "multilateral", "defense", "offense", "honorBF", "violateBF",
                     "honorLLM", "violateLLM"),
        WARS: ("WarNum", "StartYear1"),
    }  # fmt: skip
    if not path.is_file():
        raise EvidenceError(f"{path}: is missing; the archive's folder holds {', '.join(needed)}.")
    return read_text_table(archive_bytes(path), path.name, REMEDY, required=needed[path.name])


def _flag(text: str, name: str, at: str) -> int:
    if text not in ("0", "1", "0.0", "1.0"):
        raise EvidenceError(f"{at}: {name}: got {text!r}; allowed is 0 or 1. {REMEDY}.")
    return int(text[0])


def _whole(text: str, name: str, at: str, least: int) -> int:
    if not re.fullmatch(r"\d{1,9}(\.0)?", text) or int(text.removesuffix(".0")) < least:
        raise EvidenceError(f"{at}: {name}: got {text!r}; allowed is a whole number from {least}. {REMEDY}.")
    return int(text.removesuffix(".0"))
