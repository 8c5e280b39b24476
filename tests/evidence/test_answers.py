"""Answers of every type that DuckDB has can be written, and mean what was asked."""

from __future__ import annotations

import json

import duckdb
import pytest

from contactline.core.errors import InputError
from contactline.evidence import query
from contactline.evidence.answers import json_records, plain
from contactline.faces.cli.data import _shown


@pytest.mark.parametrize(
    ("expression", "as_json", "as_csv"),
    [
        ("'d94dccfc-05b4-48cb-b049-4dd72af9ce50'::uuid", "d94dccfc-05b4-48cb-b049-4dd72af9ce50", None),
        ("'\\x00\\xFFa'::blob", "\\x00\\xFF\\x61", None),
        ("interval 3 days", "3 days 00:00:00", None),
        ("0.1234567890123", 0.1234567890123, "0.1234567890123"),
        ("9007199254740993::bigint", 9007199254740993, "9007199254740993"),
        ("date '9999-12-31'", "9999-12-31T00:00:00.000", "9999-12-31"),
        ("timestamp '290000-01-01'", "290000-01-01T00:00:00.000", "290000-01-01"),
        ("time '12:00'", "12:00:00", None),
        ("'nan'::double", None, ""),
        ("['a', NULL]", ["a", None], "['a', None]"),
        ("[uuid '00000000-0000-0000-0000-000000000001']", ["00000000-0000-0000-0000-000000000001"], None),
        ("{'a': 1, 'b': '\\x00'::blob}", {"a": 1, "b": "\\x00"}, None),
        ("[[1], [2, 3]]", [[1], [2, 3]], None),
        ("'<\"é\">'", '<"é">', None),
        ("true", True, "True"),
        ("NULL", None, ""),
    ],
)
def test_a_value_is_written_as_what_it_is(expression: str, as_json: object, as_csv: str | None) -> None:
    frame = plain(duckdb.connect().sql(f"SELECT {expression} AS x UNION ALL SELECT NULL").df())
    assert json.loads(json_records(frame)) == [{"x": as_json}, {"x": None}]
    text = frame.to_csv(index=False).splitlines()
    if as_csv is not None:
        assert text[1].strip('"') == as_csv
    for value in frame["x"]:
        assert isinstance(_shown(value), str)


def test_columns_of_one_name_and_none_stay_what_they_are() -> None:
    two = (
        duckdb.connect()
        .sql("SELECT 1 AS a, interval 1 day AS b, 2 AS c")
        .df()
        .set_axis(["a", "a", "c"], axis=1)
    )
    assert plain(two).to_csv(index=False) == "a,a,c\n1,1 days 00:00:00,2\n"
    assert plain(two.iloc[:, :0]).shape == (1, 0)


def test_a_statement_that_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="bytes that are no UTF-8"):
        query.run("SELECT '\udcff'", {})
