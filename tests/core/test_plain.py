"""Results as bytes and back: every kind comes back as it was, what has no plain form is refused, damage is noticed."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from contactline.core.plain import MAGIC, BrokenError, UnplainError, content, from_bytes, size_of, to_bytes
from contactline.engine.course_kernel import Renewal
from contactline.engine.design import Design
from contactline.engine.luck import Chance
from contactline.truce.calendar import PledgeLuck
from contactline.truce.terms import Settlement
from contactline.war.falls import FallLog, SimulatedLine

FEW = settings(max_examples=60, deadline=None)


def same(one: object, other: object) -> bool:
    """Equal in kind and in every bit; what a record worked out for itself is not looked at."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        if one.dtype.hasobject:
            return one.shape == other.shape and all(map(same, one.ravel(), other.ravel()))
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    if isinstance(one, pd.DataFrame):
        return (
            list(one.columns) == list(other.columns)
            and type(one.index) is type(other.index)
            and one.index.name == other.index.name
            and same(one.index.to_numpy(), other.index.to_numpy())
            and all(one[name].dtype == other[name].dtype for name in one)
            and all(same(one[name].to_numpy(), other[name].to_numpy()) for name in one)
        )
    if isinstance(one, xr.Dataset):
        return one.identical(other) and all(same(one[k].values, other[k].values) for k in one.variables)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict | MappingProxyType):
        return same(list(one.items()), list(other.items()))
    if dataclasses.is_dataclass(one):
        names = [part.name for part in dataclasses.fields(one) if not part.name.startswith("_")]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, float | np.floating):
        return repr(one) == repr(other)
    return bool(one == other)


def back(value: object) -> object:
    return from_bytes(to_bytes(value))


DTYPES = st.one_of(
    arrays.boolean_dtypes(), arrays.integer_dtypes(endianness="?"),
    arrays.floating_dtypes(endianness="?", sizes=(32, 64)), arrays.complex_number_dtypes(),
    arrays.datetime64_dtypes(), arrays.timedelta64_dtypes(), arrays.unicode_string_dtypes(max_len=6),
    arrays.byte_string_dtypes(max_len=6),
)  # fmt: skip
ARRAYS = arrays.arrays(DTYPES, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5))
ATOMS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), arrays.from_dtype(np.dtype("f8")),
    arrays.from_dtype(np.dtype("i4")),
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(ATOMS, ARRAYS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.one_of(st.text(), st.integers()), inner, max_size=4),
        st.dictionaries(st.text(), inner, max_size=4).map(MappingProxyType),
        st.frozensets(st.text(), max_size=4), st.sets(st.integers(), max_size=4),
        st.tuples(*[inner] * len(Renewal._fields)).map(lambda parts: Renewal(*parts)),
        st.builds(Design, st.dictionaries(st.text(), ARRAYS, max_size=3), ARRAYS),
    ),
    max_leaves=12,
)  # fmt: skip


@FEW
@given(VALUES)
def test_every_value_comes_back_as_it_was_and_its_content_is_its_own(value):
    again = back(value)
    assert same(again, value)
    assert content(again) == content(value)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 12))
    texts = st.sampled_from(["a", "b", "", "é", "1"])

    def column(kind: str) -> object:
        if kind == "day":
            days = [draw(st.dates(date(1900, 1, 1), date(2100, 1, 1))) for _ in range(rows)]
            found = np.array(days, dtype="M8[ns]")
            return np.where(np.arange(rows) % 3 == 1, np.datetime64("NaT"), found) if rows else found
        if kind == "number":
            return np.array([draw(st.floats()) for _ in range(rows)])
        if kind == "whole":
            return np.array([draw(st.integers(-9, 9)) for _ in range(rows)], dtype=np.int64)
        if kind == "flag":
            return np.array([draw(st.booleans()) for _ in range(rows)], dtype=bool)
        allowed = {
            "text": texts,
            "text or nothing": st.one_of(texts, st.none()),
            "text or missing": st.one_of(texts, st.just(float("nan"))),
            "anything": st.one_of(texts, st.none(), st.floats(), st.booleans(), st.integers(0, 1)),
        }[kind]
        found = np.empty(rows, dtype=object)
        found[:] = [draw(allowed) for _ in range(rows)]
        return found

    kinds = ["day", "number", "whole", "flag", "text", "text or nothing", "text or missing", "anything"]
    chosen = draw(st.lists(st.sampled_from(kinds), max_size=5))
    frame = pd.DataFrame(
        {f"{kind} {k}": column(kind) for k, kind in enumerate(chosen)}, index=pd.RangeIndex(rows)
    )
    if draw(st.booleans()):
        frame.index = pd.Index(
            column(draw(st.sampled_from(kinds[:5]))), name=draw(st.sampled_from([None, "week"]))
        )
    return frame


@FEW
@given(frames())
def test_tables_of_days_texts_and_missing_values_come_back(frame):
    assert same(back(frame), frame)


def test_equal_things_of_different_kinds_are_not_one_code():
    mixed = np.array([True, 1, 1.0, None, float("nan"), "1"] * 4, dtype=object)
    assert same(back(pd.DataFrame({"x": mixed})), pd.DataFrame({"x": mixed}))


def test_a_table_cut_out_of_another_keeps_its_rows_numbers():
    frame = pd.DataFrame({"x": np.arange(9.0)})
    for part in (frame[3:6], frame[::2], frame.iloc[::-1]):
        again = back(part)
        assert again.index.tolist() == part.index.tolist() and again["x"].tolist() == part["x"].tolist()


def test_texts_of_their_own_dtype_keep_it():
    frame = pd.DataFrame({"x": pd.array(["a", None, "a", "b"] * 3, dtype="string")})
    pd.testing.assert_frame_equal(back(frame), frame)


def test_a_dataset_keeps_coordinates_attributes_and_order():
    whole = xr.Dataset(
        {"gain": (("draw", "week"), np.arange(6.0).reshape(2, 3), {"units": "km²", "low": np.float64(1)})},
        coords={"week": [1, 2, 3], "name": ("draw", np.array(["a", "b"], dtype=object)), "seed": 4},
        attrs={"case": "x", "sets": 2},
    )
    assert same(back(whole), whole)


def test_distributions_come_back():
    for one in (stats.norm(1.0, 2.0), stats.beta(2, 3), stats.lognorm(s=0.3, scale=4.0)):
        again = back(one)
        assert again.dist.name == one.dist.name and again.ppf(0.3) == one.ppf(0.3)


def test_records_within_records_come_back_without_what_they_worked_out():
    luck = Chance(*[np.full(3, k + 0.5) for k in range(9)], PledgeLuck(*[np.full((3, 2), 0.1)] * 4))
    assert same(back(luck), luck)
    line = SimulatedLine(
        FallLog(np.array([0, 2]), np.array([1, 3]), np.array([60.0, 80.0])), np.zeros(4, int)
    )
    before = content(line)
    line.lost(np.ones((2, 1)), np.full(4, 70.0))
    assert line._tables and content(line) == before and not back(line)._tables
    assert np.array_equal(
        back(line).lost(np.ones((2, 1)), np.full(4, 70.0)), line.lost(np.ones((2, 1)), np.full(4, 70.0))
    )


class Texts(str):
    """A text of a kind of its own."""


@dataclasses.dataclass(frozen=True)
class Foreign:
    """A record that is not the package's."""

    x: int


@pytest.mark.parametrize(
    "value",
    [
        len, lambda: 1, object(), Foreign(1), Texts("a"), datetime(2024, 1, 1), Settlement, {"f": print}, pd.NA,
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), np.array([len], dtype=object),
        pd.DataFrame({"x": pd.Categorical(["a", "b"])}), pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({1: [2]}), pd.DataFrame({"x": [1]}, index=pd.MultiIndex.from_tuples([(1, 2)])),
        pd.DataFrame({"x": pd.to_datetime(["2024-01-01"]).tz_localize("UTC")}),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_has_no_plain_form_is_refused_and_never_half_kept(value):
    with pytest.raises(UnplainError, match=r"no plain form|not a record of the package"):
        to_bytes(value)


def test_any_changed_or_lacking_byte_is_noticed():
    whole = to_bytes({"x": np.arange(40), "y": "text", "z": [1.5, None]})
    assert same(from_bytes(whole)["x"], np.arange(40))
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 0x20
        with pytest.raises(BrokenError):
            from_bytes(changed)
        with pytest.raises(BrokenError):
            from_bytes(whole[:at])
    with pytest.raises(BrokenError, match="not a kept result"):
        from_bytes(bytearray(b"contactline kept 9\n") + whole[len(MAGIC) :])


def test_a_file_runs_no_code_and_makes_no_foreign_record(monkeypatch):
    """Even one whose digest fits: only records of the package and continuous distributions are made."""
    for said in ({"r": "os:system", "v": []}, {"r": "contactline.core.graph:digest", "v": []},
                 {"n": "subprocess:Popen", "v": []}, {"q": "bootstrap", "v": [], "w": []}):  # fmt: skip
        monkeypatch.setattr("contactline.core.plain._described", lambda value, arrays, said=said: said)
        with pytest.raises(BrokenError, match="cannot be read"):
            from_bytes(to_bytes(None))


@FEW
@given(ARRAYS)
def test_the_size_of_an_array_is_its_bytes_wherever_it_stands(array):
    assert size_of(array) == array.nbytes
    assert size_of({"a": array, "b": [array, (array,)]}) >= 3 * array.nbytes
