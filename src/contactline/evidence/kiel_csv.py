"""The Support Tracker's tables by month (CSV, since 2025): donors by month, totals by month, ways of procurement.

Amounts are billions of euros. Allocations are given by kind of aid, commitments as one sum: `commitments` is `total`
(allocated) plus `to_be_allocated`, which is negative where a donor allocated more than it had announced. A release
revises earlier months, so a file of today does not say what was known then.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from contactline.core.errors import EvidenceError
from contactline.core.provenance import Provenance
from contactline.evidence import kiel
from contactline.evidence.csvfiles import first_line, numbers, read_csv
from contactline.evidence.days import check_day
from contactline.evidence.sources import provenance_of

DONOR_COLUMNS = (
    "country", "year", "month", "total", "financial", "humanitarian", "military", "commitments", "to_be_allocated",
)  # fmt: skip
TOTAL_COLUMNS = ("year", "month", "total_allocations", "military", "financial", "humanitarian")
PROCUREMENT_COLUMNS = ("year", "month", "stockpile", "procurement", "unspecified")

_YEAR, _MONTH = re.compile(r"[0-9]{4}"), re.compile(r"[0-9]{1,3}")

WHOLE = "all"
"""Kind of the row that carries a donor's commitments, which this layout does not divide by kind."""

ROUNDING = 1e-4
"""Billions of euros by which a sum may miss its parts."""


def is_csv(path: Path) -> bool:
    """Whether a tracker's file is one of these tables rather than a workbook."""
    return path.suffix.lower() == ".csv"


def read_months(path: Path) -> tuple[pd.DataFrame, Provenance]:
    """Donors by month: columns donor, month (its first day), then billions of euros: total, financial, humanitarian,
    military (allocated), commitments, to_be_allocated.

    Raises EvidenceError that names file and line for a wrong value, a repeated month and sums that miss their parts.
    """
    raw = read_csv(path, DONOR_COLUMNS)
    table = pd.DataFrame({"donor": raw["country"].str.strip(), "month": _months(raw, path)})
    unnamed = table["donor"] == ""
    if unnamed.any():
        raise EvidenceError(
            f"{path}, line {first_line(unnamed)}, column 'country': is empty; allowed is a donor's name."
        )
    for name in DONOR_COLUMNS[3:]:
        table[name] = numbers(raw[name], path, low=-np.inf if name == "to_be_allocated" else 0.0)
    _adds_up(path, table, "total", kiel.KINDS)
    _adds_up(path, table, "commitments", ("total", "to_be_allocated"))
    _once(path, table, ["donor", "month"])
    kiel.check_spelling(path, table["donor"])
    return table.sort_values(["donor", "month"], ignore_index=True), _provenance(path, table["month"])


def read_donors(path: Path) -> tuple[pd.DataFrame, Provenance]:
    """Aid by donor and kind, the table that a workbook becomes too (`kiel.COLUMNS`), summed over months.

    A kind's row has what was allocated; the row of kind `all` has what was committed, which is not divided by kind.
    What the layout does not say is NaN, so sums over kinds count nothing twice. Raises EvidenceError as `read_months`.
    """
    months, provenance = read_months(path)
    rows = []
    for donor, own in months.groupby("donor"):
        for kind, column in ((WHOLE, "commitments"), *((kind, kind) for kind in kiel.KINDS)):
            paid = own[own[column] > 0]
            if paid.empty:
                continue
            amount, last = float(paid[column].sum()), paid["month"].max()
            rows.append(
                {
                    "vintage": kiel.ALLOCATIONS,
                    "donor": donor,
                    "kind": kind,
                    "promised": amount if kind == WHOLE else np.nan,
                    "allocated": np.nan if kind == WHOLE else amount,
                    "delivered": np.nan,
                    "first_day": paid["month"].min(),
                    "last_day": last + pd.offsets.MonthEnd(0),
                    "undated": 0,
                }
            )
    return pd.DataFrame(rows, columns=list(kiel.COLUMNS)), provenance


def read_totals(path: Path) -> tuple[pd.DataFrame, Provenance]:
    """All donors' allocations by month, billions of euros: month, total_allocations, military, financial,
    humanitarian. Raises EvidenceError as `read_months`."""
    table, provenance = _by_month(path, TOTAL_COLUMNS)
    _adds_up(path, table, "total_allocations", kiel.KINDS)
    return table, provenance


def read_procurement(path: Path) -> tuple[pd.DataFrame, Provenance]:
    """Military allocations by month and way, billions of euros: month, stockpile, procurement, unspecified, and
    nato_purl, NaN where the release does not give it. Raises EvidenceError as `read_months`."""
    return _by_month(path, PROCUREMENT_COLUMNS, ("nato_purl",))


def _by_month(
    path: Path, required: Sequence[str], more: Sequence[str] = ()
) -> tuple[pd.DataFrame, Provenance]:
    raw = read_csv(path, required)
    table = pd.DataFrame({"month": _months(raw, path)})
    for name in (*required[2:], *more):
        table[name] = numbers(raw[name], path) if name in raw.columns else np.nan
    _once(path, table, ["month"])
    return table, _provenance(path, table["month"])


def _months(raw: pd.DataFrame, path: Path) -> pd.Series:
    """First days of the months in columns year and month."""
    days = []
    for line, year, month in zip(raw.index, raw["year"], raw["month"], strict=True):
        where = f"{path}, line {line}, columns 'year', 'month'"
        if not (_YEAR.fullmatch(year) and _MONTH.fullmatch(month)):
            raise EvidenceError(f"{where}: got {year!r}, {month!r}; allowed are a year and a month, 1 to 12.")
        if not 1 <= int(month) <= 12:
            raise EvidenceError(f"{where}: got month {month!r}; allowed is 1 to 12. Correct the row.")
        days.append(check_day(date(max(int(year), 1), int(month), 1), where))
    return pd.Series(pd.to_datetime(days), index=raw.index).astype("datetime64[ns]")


def _adds_up(path: Path, table: pd.DataFrame, whole: str, parts: Sequence[str]) -> None:
    sums = table[list(parts)].sum(axis=1)
    wrong = (sums - table[whole]).abs() > ROUNDING
    if wrong.any():
        line = first_line(wrong)
        raise EvidenceError(
            f"{path}, line {line}: {whole} is {float(table[whole].to_dict()[line]):g}, but {' + '.join(parts)} is "
            f"{float(sums.to_dict()[line]):g}; allowed is the sum. Correct the row or fetch the file again."
        )


def _once(path: Path, table: pd.DataFrame, key: list[str]) -> None:
    twice = table.duplicated(key)
    if twice.any():
        line = first_line(twice)
        said = ", ".join(table[key].astype(str).to_dict("index")[line].values())
        raise EvidenceError(f"{path}, line {line}: repeats {said} and would be counted twice. Remove one.")


def _provenance(path: Path, months: pd.Series) -> Provenance:
    first, last = months.min(), months.max()
    end = last.replace(day=monthrange(last.year, last.month)[1])
    return provenance_of(
        path, "kiel", f"months {first:%Y-%m} to {end:%Y-%m}, as revised in the release the file was cut from"
    )
