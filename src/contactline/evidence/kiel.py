"""The Kiel Institute's Ukraine Support Tracker: who promised, allocated and delivered how much, from its workbook.

Sheet "Bilateral Assistance, MAIN DATA", one row a sub-activity. Since April 2024 the tracker counts allocations beside
commitments and names its columns in lower case; the workbooks before that count commitments under other names. The two
measures do not compare, so a workbook is of one vintage and two vintages are never joined.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from contactline.core.dates import readable
from contactline.core.errors import EvidenceError
from contactline.core.provenance import Provenance
from contactline.evidence.inputs import check_file, check_workbook
from contactline.evidence.sources import provenance_of

SHEET = "Bilateral Assistance, MAIN DATA"
CHANGE_OF_MEASURE = date(2024, 4, 1)
KINDS = ("financial", "humanitarian", "military")
MEASURES = ("allocation", "commitment")
NEW = {
    "donor": "donor",
    "kind": "aid_type_general",
    "day": "announcement_date",
    "measure": "measure",
    "allocated": "tot_sub_activity_value_EUR_redistr",
    "promised": "tot_activity_value_EUR",
    "delivered": "tot_value_deliv_EUR",
}
"""Our name → column since April 2024; the one of deliveries is not in every release."""
OLD = {
    "donor": "Countries",
    "kind": "Type of Aid General",
    "day": "Announcement Date",
    "promised": "Converted Value in EUR",
    "delivered": "Total monetary value delivered in EUR",
}
"""Our name → column of the workbooks before."""
BETWEEN = OLD | {"allocated": "Allocated Total in EUR (redistributed)"}
"""And of those in between: allocations under the old names."""
ALLOCATIONS, COMMITMENTS = "allocations", "commitments"
LAYOUTS = ((NEW, ALLOCATIONS), (BETWEEN, ALLOCATIONS), (OLD, COMMITMENTS))
"""Names of columns and the vintage they tell; the first that fits."""
MERGED = {
    "eu (commission and council)": "eu institutions",
    "european commission": "eu institutions",
    "commission and council": "eu institutions",
    "usa": "united states",
    "united states of america": "united states",
    "uk": "united kingdom",
    "czechia": "czech republic",
}
"""Other spellings of one donor: under two of them in one workbook it would be counted twice."""
BILLION = 1e9
SLACK = 0.005
"""Billions of euros by which rounding may put a later stage above an earlier one."""

COLUMNS = (
    "vintage",
    "donor",
    "kind",
    "promised",
    "allocated",
    "delivered",
    "first_day",
    "last_day",
    "undated",
)


def read_support_tracker(
    path: Path, *, rates: Mapping[str, float] | None = None
) -> tuple[pd.DataFrame, Provenance]:
    """Aid by donor and kind in billions of euros, from a tracker workbook.

    rates : EUR for one unit of a currency, for rows whose value in euros is missing; other currencies are an error
    then. Columns as COLUMNS: promised is all that was committed, allocated the part tied to a purpose, delivered
    what was handed over where the workbook says; NaN where it says nothing. A vintage before April 2024 has promises
    and deliveries and no allocations. Rows without a day are counted and their number stands in `undated`.

    Method: allocations are sums of `tot_sub_activity_value_EUR_redistr` over rows of measure Allocation; promises
    are sums of `tot_activity_value_EUR` over all rows, whose value stands in the first row of an activity alone.
    Raises EvidenceError that names file, row and column.
    """
    path = Path(path)
    raw, names, vintage = _sheet(path)
    rows = _typed(path, raw, names, vintage, dict(rates or {}))
    check_spelling(path, rows["donor"])
    _no_row_twice(path, raw, rows)
    _one_vintage(path, rows, vintage)
    grouped = rows.groupby(["donor", "kind"], sort=True)
    table = grouped.agg(
        promised=("promised", "sum"), allocated=("allocated", _sum), delivered=("delivered", _sum),
        first_day=("day", "min"), last_day=("day", "max"), undated=("day", lambda d: int(d.isna().sum())),
    ).reset_index()  # fmt: skip
    table = table.assign(vintage=vintage)[list(COLUMNS)]
    _in_order(path, table)
    return table, provenance_of(path, "kiel", _impossible_days(raw, names))


WHY_NOT = f"the workbook has no sheet {SHEET!r} with the tracker's columns and a row of aid"


def is_support_tracker(path: Path) -> bool:
    """Whether a file is a workbook with the tracker's sheet, columns and at least one row. Raises EvidenceError for
    a workbook beyond the limit."""
    check_workbook(path)
    sheet = next((name for name in _sheet_names(path) if name.casefold() == SHEET.casefold()), None)
    if path.suffix.lower() != ".xlsx" or sheet is None:
        return False
    raw = _cells(path, sheet, rows=1)
    return _layout(raw) is not None and len(raw) > 0


def _sheet_names(path: Path) -> list[str]:
    import openpyxl  # a third of a second to load: only for workbooks

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True)
        names = list(book.sheetnames)
        book.close()
    except Exception:  # openpyxl raises whatever zip, XML and its own parser raise
        return []
    return names


def _cells(path: Path, sheet: str, rows: int | None = None) -> pd.DataFrame:
    """A sheet's cells below its header, as text and numbers; the first `rows` of them. Raises EvidenceError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl on styles it does not know
            raw = pd.read_excel(path, sheet_name=sheet, dtype=object, nrows=rows)
    except Exception as error:  # damage inside the zip surfaces as whatever its parsers raise
        raise EvidenceError(
            f"{path}, sheet {sheet!r}: is damaged ({type(error).__name__}: {error}). Fetch the file again."
        ) from None
    raw.columns = pd.Index([str(column).strip() for column in raw.columns])
    return raw


def _layout(raw: pd.DataFrame) -> tuple[dict[str, str], str] | None:
    """Our name → the sheet's name of each column, capitals apart, and the vintage; None if no layout fits."""
    present = {column.casefold(): column for column in reversed(list(raw.columns))}
    for names, vintage in LAYOUTS:
        wanted = [column for ours, column in names.items() if ours != "delivered"]
        if all(column.casefold() in present for column in wanted):
            return {ours: present.get(column.casefold(), column) for ours, column in names.items()}, vintage
    return None


def _sheet(path: Path) -> tuple[pd.DataFrame, dict[str, str], str]:
    """The main sheet as text and numbers, our names of its columns, and its vintage."""
    check_file(path, "the workbook of the Ukraine Support Tracker")
    check_workbook(path)
    present = _sheet_names(path)
    if not present:
        raise EvidenceError(f"{path}: is cut off or no Excel workbook (.xlsx). Fetch the file again.")
    sheet = next((name for name in present if name.casefold() == SHEET.casefold()), None)
    if sheet is None:
        raise EvidenceError(
            f"{path}: has no sheet {SHEET!r}; it has {', '.join(present)}. Give the tracker's own workbook."
        )
    raw = _cells(path, sheet)
    layout = _layout(raw)
    if layout is None:
        missing = [column for column in NEW.values() if column not in raw.columns]
        raise EvidenceError(
            f"{path}, sheet {sheet!r}: lacks the columns {', '.join(missing)}. Allowed are workbooks since April 2024 "
            f"with {', '.join(c for n, c in NEW.items() if n != 'delivered')}, or before with "
            f"{', '.join(OLD.values())}."
        )
    names, vintage = layout
    if not (raw[names["donor"]].map(_text) != "").any():
        raise EvidenceError(
            f"{path}, sheet {sheet!r}: has a header and no row of aid; allowed is one at least. Fetch the file again."
        )
    folded = [column.casefold() for column in raw.columns]
    # pandas calls the second of two equal columns NAME.1
    twice = [c for c in names.values() if folded.count(c.casefold()) > 1 or f"{c}.1".casefold() in folded]
    if twice:
        raise EvidenceError(
            f"{path}, sheet {sheet!r}: columns {', '.join(twice)} stand twice; allowed is once. Remove one."
        )
    return raw, names, vintage


def _typed(
    path: Path, raw: pd.DataFrame, names: Mapping[str, str], vintage: str, rates: Mapping[str, float]
) -> pd.DataFrame:
    """One row a sub-activity: donor, kind, day, promised, allocated, delivered in billions of euros."""
    used = raw[raw[names["donor"]].map(_text) != ""]
    out = pd.DataFrame(index=used.index)
    out["donor"] = used[names["donor"]].map(_text)
    out["day"] = pd.to_datetime(used[names["day"]].map(_day)).astype("datetime64[ns]")
    out["promised"] = _euros(path, used, names["promised"])
    allocated, delivered = names.get("allocated"), names["delivered"]
    out["allocated"] = _euros(path, used, allocated) if allocated else np.nan
    out["delivered"] = _euros(path, used, delivered) if delivered in used.columns else np.nan
    money = out[["promised", "allocated", "delivered"]].fillna(0.0).sum(axis=1) > 0
    out["kind"] = _one_of(path, used, names["kind"], KINDS, money)
    if "measure" in names:
        tied = _one_of(path, used, names["measure"], MEASURES, money) == "allocation"
        out["allocated"] = out["allocated"].where(tied, 0.0)
    if vintage == ALLOCATIONS:
        out["promised"] += _in_other_money(path, used, out["promised"], rates)
    return out[out["kind"] != ""]


def _euros(path: Path, used: pd.DataFrame, column: str) -> pd.Series:
    """A column of euros in billions; a dot or nothing is zero. Raises EvidenceError for text and negative numbers."""
    blank = used[column].map(_blank)
    number = pd.to_numeric(used[column].where(~blank, 0.0), errors="coerce")
    bad = number.isna() | ~np.isfinite(number) | (number < 0)
    if bad.any():
        row: Any = bad.idxmax()
        raise EvidenceError(
            f"{_place(path, row, column)}: got {used[column].loc[row]!r}; allowed is a number of euros from 0 up, or a "
            "dot. Correct the row."
        )
    return number.astype(float) / BILLION


def _one_of(
    path: Path, used: pd.DataFrame, column: str, allowed: tuple[str, ...], money: pd.Series
) -> pd.Series:
    """A column of words, lower case; empty where the word is unknown and the row carries no money."""
    words = used[column].map(lambda v: _text(v).casefold())
    unknown = ~words.isin(allowed)
    if (unknown & money).any():
        row: Any = (unknown & money).idxmax()
        raise EvidenceError(
            f"{_place(path, row, column)}: got {used[column].loc[row]!r}; allowed are {', '.join(allowed)}. "
            "Correct the row."
        )
    return words.where(~unknown, "")


def _in_other_money(
    path: Path, used: pd.DataFrame, promised: pd.Series, rates: Mapping[str, float]
) -> pd.Series:
    """What activities without any value in euros are worth, from the value and currency their source reports.

    Billions of euros in the first row of each such activity. Raises EvidenceError for a currency without a rate.
    """
    more = pd.Series(0.0, index=used.index)
    present = {column.casefold(): column for column in used.columns}
    needed = ("activity_id", "reporting_currency", "source_reported_value")
    if any(column not in present for column in needed):
        return more
    id_column, currency_column, value_column = (present[column] for column in needed)
    activity = used[id_column].map(_text)
    empty = promised.groupby(activity).transform("sum") == 0
    amount = pd.to_numeric(used[value_column], errors="coerce").fillna(0.0).astype(float)
    first = empty & (amount > 0) & (activity != "")
    first &= ~activity.where(first).duplicated() | ~first
    for row in used.index[first]:
        currency = _text(used[currency_column].loc[row]).upper()
        rate = 1.0 if currency == "EUR" else rates.get(currency)
        if rate is None:
            raise EvidenceError(
                f"{_place(path, row, 'reporting_currency')}: the activity is given in "
                f"{currency or 'no currency'} alone ({amount.loc[row]:,.0f}); amounts add up in EUR. Give the rate, "
                f"rates={{{currency!r}: EUR for one {currency}}}, or fill in {NEW['promised']}."
            )
        more.loc[row] = amount.loc[row] * rate / BILLION
    return more


def check_spelling(path: Path, donors: pd.Series) -> None:
    """Raise EvidenceError for a donor under two names, which would be counted as two."""
    seen: dict[str, str] = {}
    for name in donors.unique():
        key = MERGED.get(name.casefold(), name.casefold())
        if key in seen:
            raise EvidenceError(
                f"{path}: {seen[key]!r} and {name!r} are one donor under two names, which would be "
                "counted as two. Give them one name."
            )
        seen[key] = name


def _no_row_twice(path: Path, raw: pd.DataFrame, rows: pd.DataFrame) -> None:
    """No row with money stands twice, word for word."""
    money = rows[["promised", "allocated", "delivered"]].fillna(0.0).sum(axis=1) > 0
    # Each activity's text, day and item differ somewhere, so that a full repeat is a copy.
    lines = raw.loc[rows.index[money]].map(_text).agg("|".join, axis=1)
    twice = lines[lines.duplicated()]
    if len(twice):
        first = lines[lines == twice.iloc[0]].index[0]
        raise EvidenceError(
            f"{path}, sheet {SHEET!r}: row {int(twice.index[0]) + 2} repeats row {int(first) + 2} "
            f"({rows['donor'].loc[first]}) and would be counted twice. Remove one."
        )


def _one_vintage(path: Path, rows: pd.DataFrame, vintage: str) -> None:
    """A workbook of the old measure that reaches beyond the change was patched together."""
    last = rows["day"].max()
    if vintage == COMMITMENTS and pd.notna(last) and last >= pd.Timestamp(CHANGE_OF_MEASURE):
        raise EvidenceError(
            f"{path}: counts commitments, as before April 2024, and holds aid of {last:%Y-%m-%d}; Kiel counts "
            "allocations since then and the two do not compare. Use one published workbook as it is."
        )


def _in_order(path: Path, table: pd.DataFrame) -> None:
    """No donor has more allocated than promised, or more delivered than allocated or promised, over all kinds."""
    totals = table.groupby("donor")[["promised", "allocated", "delivered"]].agg(_sum)
    for later, earlier in (("allocated", "promised"), ("delivered", "allocated"), ("delivered", "promised")):
        above = totals[totals[later] > totals[earlier] + SLACK]
        if len(above):
            row = above.iloc[0]
            raise EvidenceError(
                f"{path}: {above.index[0]}: {later} {row[later]:.3f} billion euros is above {earlier} "
                f"{row[earlier]:.3f}; allowed is at most what was {earlier}. Check the rows of this donor."
            )


def _sum(values: pd.Series) -> float:
    """Sum, NaN where nothing is known."""
    return float(values.sum()) if values.notna().any() else float("nan")


def _place(path: Path, row: Any, column: str) -> str:
    return f"{path}, sheet {SHEET!r}, row {int(row) + 2}, column {column!r}"


def _text(value: Any) -> str:
    return "" if _blank(value) else str(value).strip()


def _blank(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, float) and np.isnan(value))
        or str(value).strip() in ("", ".", "NaT")
    )


def _day(value: Any) -> Any:
    """The day of an announcement; the workbook also holds texts such as "until 12/20/2022", which are no day."""
    try:
        day = value if isinstance(value, datetime | date) else datetime.strptime(_text(value), "%Y-%m-%d")
    except ValueError:
        return pd.NaT
    return pd.Timestamp(day) if not pd.isna(day) and readable(day) else pd.NaT


def _impossible_days(raw: pd.DataFrame, names: Mapping[str, str]) -> str:
    """A note on days that cannot be, such as one of the year 2922; they count as undated."""
    days = raw[names["day"]]
    bad = days[days.map(lambda value: isinstance(value, datetime | date) and not pd.isna(value))]
    bad = bad[~bad.map(readable)] if len(bad) else bad
    said = ", ".join(f"{value:%Y-%m-%d} in row {int(row) + 2}" for row, value in bad.items())  # type: ignore[call-overload]
    return f"taken for undated: {said}" if said else ""
