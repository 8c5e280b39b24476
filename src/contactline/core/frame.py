"""Tables: what one is declared to hold, and the check that it does.

Every table crosses this check twice: when the function that made it hands it over (`made`), and when a file that
holds it is read. Nothing is repaired, so a value outside its bounds stops the run, and the message says which row holds
it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from contactline.core.dates import FIRST_DAY, LAST_DAY
from contactline.core.errors import ContactlineError, InternalError
from contactline.core.values import days, numbers

REPORT_IT = (
    "This is a fault of contactline, not of your input: please report it with your command and this text."
)
LONGEST = 80
"""Characters of a value that a message repeats."""
SHORT = 3000
"""Rows up to which keys are compared one by one."""
FLAGS = {True: True, False: False, "True": True, "False": False}


@dataclass(frozen=True)
class Column:
    """One column: `kind` is day, text, number, whole or flag; `low` and `high` bound numbers (inclusive).

    A name that holds `*` stands for a family of columns, of which a table may have any number.
    """

    name: str
    kind: str
    unit: str
    meaning: str
    low: float = -np.inf
    high: float = np.inf
    optional: bool = False
    """True where a missing value is allowed."""
    infinite: bool = False
    """True where a number may be inf or −inf (a log score of a forecast without any spread)."""
    each: str = ""
    """For a family: the column of the same table for each of whose values it must have a member."""

    @property
    def allowed(self) -> str:
        """What a value may be, in words."""
        if self.kind == "text":
            return "a text"
        if self.kind == "day":
            return f"a day as YYYY-MM-DD between {FIRST_DAY} and {LAST_DAY}"
        if self.kind == "flag":
            return "True or False"
        number = "a whole number" if self.kind == "whole" else "a number"
        if np.isfinite(self.low) and np.isfinite(self.high):
            return f"{number} between {self.low:g} and {self.high:g}"
        if np.isfinite(self.low):
            return f"{number} from {self.low:g} up"
        if np.isfinite(self.high):
            return f"{number} up to {self.high:g}"
        return number if self.infinite else f"{number} that is finite"

    @property
    def range(self) -> str:
        """Bounds, and whether a value may be missing, in short; empty where neither says anything."""
        low, high = (f"{end:g}" if np.isfinite(end) else "" for end in (self.low, self.high))
        bounds = (
            f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}" if high else ""
        )
        return ", ".join(part for part in (bounds, "may be missing" if self.optional else "") if part)

    @property
    def constraints(self) -> dict[str, bool | float]:
        """The same for a Frictionless data package."""
        ends = {"minimum": self.low, "maximum": self.high}
        given = {
            name: end for name, end in ends.items() if self.kind in ("number", "whole") and np.isfinite(end)
        }
        return {"required": not self.optional and self.kind != "text", **given}


class Table(str):
    """One table: its columns in order and the columns that identify a row. It is a text, its name, and so stands
    wherever a table is asked for by name."""

    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def __new__(cls, name: str, meaning: str, columns: tuple[Column, ...], key: tuple[str, ...]) -> Table:
        table = super().__new__(cls, name)
        table.meaning, table.columns, table.key = meaning, columns, key
        return table

    @property
    def name(self) -> str:
        """The name as a plain text."""
        return str(self)

    @cached_property
    def _named(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def families(self) -> tuple[Column, ...]:
        """The columns that stand for several."""
        return tuple(column for column in self.columns if "*" in column.name)

    @cached_property
    def names(self) -> list[str]:
        """Names of the columns in order, without families."""
        return [column.name for column in self.columns if column not in self.families]

    def column(self, name: str) -> Column | None:
        """The declaration that covers column `name`, families included; None if there is none."""
        found = self._named.get(name)
        if found is not None:
            return found
        return next((family for family in self.families if fnmatchcase(name, family.name)), None)

    def frame(self, rows: Sequence[Mapping[str, Any]] = ()) -> pd.DataFrame:
        """Rows, column → value, as a frame of the declared columns in their order, with or without rows; families have
        no member, what a row holds beside them is left out."""
        return pd.DataFrame(list(rows), columns=self.names)


def checked(
    table: Table,
    frame: pd.DataFrame,
    where: str = "",
    error: type[ContactlineError] = InternalError,
    remedy: str = "",
) -> pd.DataFrame:
    """`frame` as `table` declares it: every column there and in its canonical type, values in bounds, rows unique.

    where : the file that was read; empty for a table that contactline made
    error : raised for the first breach, with table, column, row, value and what is allowed; InternalError for a table
    that contactline made, whose fault is ours
    remedy : what to do about it, where that is not to correct the file
    """
    fault = _Fault(table, frame, where, error, remedy)
    fault.columns()
    described = {str(name): column for name in frame.columns if (column := table.column(str(name)))}
    whole = pd.DataFrame(
        {name: _READERS[column.kind](frame[name], column, fault) for name, column in described.items()},
        index=pd.RangeIndex(len(frame)),
    )
    if table.key and len(whole) > 1 and not _unique(whole, table.key):
        raise fault.repeated(whole)
    return whole


@dataclass(frozen=True, eq=False, repr=False)
class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name. Whoever makes tables hands them over through `made`, whoever reads a file through `checked`: then
    they are as declared."""

    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.frames[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)

    def __or__(self, more: Mapping[str, pd.DataFrame]) -> Tables:
        return Tables({**self.frames, **more})

    def __repr__(self) -> str:
        return f"Tables({', '.join(self.frames)})"

    def rows(self, table: Table) -> pd.DataFrame:
        """The table, or where it is not there one without rows that has its columns (families have no member)."""
        if table in self:
            return self[table]
        return table.frame()

    def filled(self, table: str) -> bool:
        """Whether the table is there and has rows."""
        return table in self and not self[table].empty


def made(frames: Mapping[Table, pd.DataFrame]) -> Tables:
    """Tables as whoever made them hands them over, each `checked` as declared. Raises InternalError."""
    return Tables({table.name: checked(table, frame) for table, frame in frames.items()})


def made_with_rows(frames: Mapping[Table, pd.DataFrame]) -> Tables:
    """`made` of those tables that have rows."""
    return made({table: frame for table, frame in frames.items() if len(frame)})


@dataclass(frozen=True)
class _Fault:
    """Where a table came from, and how a breach in it is said."""

    table: Table
    frame: pd.DataFrame
    where: str
    error: type[ContactlineError]
    remedy: str

    def columns(self) -> None:
        """Raises where columns are missing, not declared, or there twice."""
        present = [str(name) for name in self.frame.columns]
        wanted = [column.name for column in self.table.columns]
        faults = {
            "missing": [
                name for name in (*wanted, *self._members()) if "*" not in name and name not in present
            ],
            "not known": [name for name in present if self.table.column(name) is None],
            "there twice": [name for at, name in enumerate(present) if name in present[:at]],
        }
        if any(faults.values()):
            said = "; ".join(f"{what} {names}" for what, names in faults.items() if names)
            raise self._raised(
                f" has columns {present}; allowed are {wanted}; {said}",
                "Rename or remove columns so that they match.",
            )

    def _members(self) -> list[str]:
        """The members that a family must have: one for each text in its column `each`."""
        return [
            family.name.replace("*", text)
            for family in self.table.families
            if family.each in self.frame
            for text in dict.fromkeys(self.frame[family.each])
            if text and isinstance(text, str)
        ]

    def value(self, column: Column, name: str, wrong: np.ndarray) -> ContactlineError:
        """The error for the first value of column `name` that is not allowed; wrong : ndarray[row] bool."""
        row = _first(wrong)
        value = self.frame[name].iloc[row]
        got = "nothing" if _missing(value) else _shown(value)
        return self._raised(
            f", column {name!r}, row {row}{self._by_key(row)}: got {got}; allowed is {column.allowed} "
            f"({column.unit}: {column.meaning})",
            "Correct the value.",
        )

    def repeated(self, whole: pd.DataFrame) -> ContactlineError:
        """The error for the first row whose key stands above it already."""
        keys = whole[list(self.table.key)]
        row = _first(keys.duplicated().to_numpy())
        first = _first((keys == keys.iloc[row]).all(axis=1).to_numpy())
        return self._raised(
            f", row {row}{self._by_key(row)} repeats row {first}; each {' + '.join(self.table.key)} may stand once",
            "Remove one.",
        )

    def _by_key(self, row: int) -> str:
        """The row in words: its values of the key's columns."""
        at = [f"{name} {_plain(self.frame[name].iloc[row])}" for name in self.table.key]
        return f" ({', '.join(at)})" if at else ""

    def _raised(self, said: str, remedy: str) -> ContactlineError:
        begins, ends = (self.where, self.remedy or remedy) if self.where else ("computed here", REPORT_IT)
        return self.error(f"{begins}: table {self.table.name!r}{said}. {ends}")


def _first(wrong: np.ndarray) -> int:
    return int(np.flatnonzero(wrong)[0])


def _unique(whole: pd.DataFrame, key: tuple[str, ...]) -> bool:
    """Whether no two rows have the same key; for a short table a set is many times faster than pandas."""
    if len(whole) > SHORT:
        return not whole.duplicated(list(key)).any()
    columns = (whole[name].to_numpy() for name in key)
    plain = ((values.view("int64") if values.dtype.kind == "M" else values).tolist() for values in columns)
    return len(set(zip(*plain, strict=True))) == len(whole)


def as_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as records, each value as it stands in the table."""
    return [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _plain(value: object) -> str:
    return _brief(f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value))


def _shown(value: object) -> str:
    """A value as its writer would have put it: plain numbers, texts in quotes, days without them."""
    value = value.item() if isinstance(value, np.generic) else value
    return _brief(repr(value) if isinstance(value, str | int | float) else str(value))


def _brief(text: str) -> str:
    """A text of which a message needs no more than the beginning."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"


def _text(values: pd.Series, column: Column, fault: _Fault) -> np.ndarray:
    """Texts as an object array; a missing one, where allowed, is empty."""
    texts = values.to_numpy(dtype=object)
    if pd.api.types.infer_dtype(texts, skipna=False) in ("string", "empty"):
        return texts
    gone = values.isna().to_numpy()
    wrong = np.array([not isinstance(value, str) for value in texts]) & ~(gone & column.optional)
    if wrong.any():
        raise fault.value(column, str(values.name), wrong)
    return np.where(gone, "", texts)


def _day(values: pd.Series, column: Column, fault: _Fault) -> np.ndarray:
    """Days as datetime64[ns]; a time of day, a zone, a plain number or a day that is not read is refused."""
    found = days(values).to_numpy()
    wrong = np.isnat(found)
    if column.optional:
        wrong &= values.notna().to_numpy()
    if wrong.any():
        raise fault.value(column, str(values.name), wrong)
    return found


def _number(values: pd.Series, column: Column, fault: _Fault) -> np.ndarray:
    """Numbers as float64, whole ones of which none is missing as int64; NaN where missing."""
    plain = isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf"
    found = (values if plain else numbers(values)).to_numpy(dtype="float64", na_value=np.nan)
    gone = np.isnan(found)
    some = bool(gone.any())
    wrong = (found < column.low) | (found > column.high)
    if not column.infinite:
        wrong |= np.isinf(found)
    if some:
        wrong |= gone & values.notna().to_numpy() if column.optional else gone
    if column.kind == "whole":
        wrong |= ~gone & (found != np.rint(found))
    if wrong.any():
        raise fault.value(column, str(values.name), wrong)
    return found.astype("int64") if column.kind == "whole" and not some else found


def _flag(values: pd.Series, column: Column, fault: _Fault) -> np.ndarray:
    """Flags as bool; True and False as a file spells them are read as such."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "b":
        return values.to_numpy()
    flags = [FLAGS.get(v) if isinstance(v, str | bool | np.bool_) else None for v in values]
    wrong = np.array([flag is None for flag in flags], dtype=bool)
    if wrong.any():
        raise fault.value(column, str(values.name), wrong)
    return np.array(flags, dtype=bool)


_READERS = {"text": _text, "day": _day, "number": _number, "whole": _number, "flag": _flag}
