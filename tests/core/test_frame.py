"""A table passes as it was declared or is refused with table, column, row, value, what is allowed and what to do."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from contactline.core.errors import EvidenceError, InputError, InternalError
from contactline.core.frame import Column, Table, checked

TABLE = Table(
    "truce",
    "Made up",
    (
        Column("proposal", "text", "name", "proposal id"),
        Column("week", "whole", "weeks", "weeks after signature", 0),
        Column("p_hold", "number", "probability", "chance that it holds", 0, 1),
        Column("signed", "day", "calendar day", "day of signature"),
        Column("agreed", "flag", "true or false", "nobody pressed for it"),
        Column("note", "text", "text", "a remark", optional=True),
        Column("gain_*", "number", "km²", "net gain of one side", optional=True),
    ),
    ("proposal", "week"),
)
DAY = "a day as YYYY-MM-DD between 1700-01-01 and 2199-12-31"
OURS = "This is a fault of contactline, not of your input: please report it with your command and this text."


def table(**columns: object) -> pd.DataFrame:
    whole: dict[str, object] = {
        "proposal": ["plan", "plan", "pact"],
        "week": [0, 52, 0],
        "p_hold": [1.0, 0.5, 0.25],
        "signed": pd.to_datetime(["2025-12-07"] * 3),
        "agreed": [True, False, True],
        "note": ["", None, "x"],
        "gain_north": [-1.0, np.nan, 2.0],
    }
    return pd.DataFrame(whole | columns)


def said(frame: pd.DataFrame, expected: type[Exception] = InternalError, **how: object) -> str:
    with pytest.raises(expected) as caught:
        checked(TABLE, frame, **how)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_table_as_declared_passes_with_its_types() -> None:
    found = checked(TABLE, table().set_index(np.array([5, 6, 7])))
    assert [str(kind) for kind in found.dtypes] == [
        "object", "int64", "float64", "datetime64[ns]", "bool", "object", "float64",
    ]  # fmt: skip
    assert list(found["note"]) == ["", "", "x"] and list(found.index) == [0, 1, 2]


def test_a_table_read_as_text_gets_the_same_types() -> None:
    text = table(note=["", "", "x"]).astype(str).replace("nan", None)
    pd.testing.assert_frame_equal(checked(TABLE, text, "t.csv", InputError), checked(TABLE, table()))


def test_a_probability_of_seven_and_a_half_is_our_own_fault() -> None:
    assert said(table(p_hold=[1.0, 7.5, 0.25])) == (
        "computed here: table 'truce', column 'p_hold', row 1 (proposal plan, week 52): got 7.5; allowed is a number "
        f"between 0 and 1 (probability: chance that it holds). {OURS}"
    )


def test_in_a_file_it_is_the_files() -> None:
    assert said(
        table(p_hold=["1", "7.5", "0.25"]), EvidenceError, where="a/truce.csv", error=EvidenceError
    ) == (
        "a/truce.csv: table 'truce', column 'p_hold', row 1 (proposal plan, week 52): got '7.5'; allowed is a number "
        "between 0 and 1 (probability: chance that it holds). Correct the value."
    )


@pytest.mark.parametrize("noise", [1.0 + 2.3e-16, -1e-17])
def test_what_floating_point_leaves_over_is_no_probability(noise: float) -> None:
    assert "allowed is a number between 0 and 1" in said(table(p_hold=[noise, 0.5, 0.25]))


def test_a_doubled_row_names_both() -> None:
    doubled = pd.concat([table(), table().iloc[[1]]])
    assert said(doubled) == (
        "computed here: table 'truce', row 3 (proposal plan, week 52) repeats row 1; each proposal + week may stand "
        f"once. {OURS}"
    )
    assert said(doubled, InputError, where="t.csv", error=InputError, remedy="Run it again.").endswith(
        "repeats row 1; each proposal + week may stand once. Run it again."
    )


def test_a_doubled_row_in_a_long_table_is_found_too() -> None:
    long = pd.concat([table(week=np.arange(3) + 3 * k) for k in range(2000)])
    checked(TABLE, long)
    assert "row 6000 (proposal plan, week 3) repeats row 3;" in said(pd.concat([long, long.iloc[[3]]]))


def test_a_missing_column_says_which_are_wanted() -> None:
    assert said(table().drop(columns="p_hold").assign(p_hld=1.0)) == (
        "computed here: table 'truce' has columns ['proposal', 'week', 'signed', 'agreed', 'note', 'gain_north', "
        "'p_hld']; allowed are ['proposal', 'week', 'p_hold', 'signed', 'agreed', 'note', 'gain_*']; missing "
        f"['p_hold']; not known ['p_hld']. {OURS}"
    )
    twice = pd.concat([table(), table()[["note"]]], axis=1)
    assert "there twice ['note']" in said(twice)


@pytest.mark.parametrize(
    ("column", "value", "got", "allowed"),
    [
        ("p_hold", None, "nothing", "a number between 0 and 1"),
        ("p_hold", "half", "'half'", "a number between 0 and 1"),
        ("p_hold", "1_0", "'1_0'", "a number between 0 and 1"),
        ("gain_north", np.inf, "inf", "a number that is finite"),
        ("gain_north", "nan", "'nan'", "a number that is finite"),
        ("week", 1.5, "1.5", "a whole number from 0 up"),
        ("week", -1, "-1", "a whole number from 0 up"),
        ("proposal", None, "nothing", "a text"),
        ("proposal", 7, "7", "a text"),
        ("note", 7, "7", "a text"),
        ("agreed", "yes", "'yes'", "True or False"),
        ("agreed", None, "nothing", "True or False"),
        ("signed", None, "nothing", DAY),
        ("signed", "01/02/2025", "'01/02/2025'", DAY),
        ("signed", date(1600, 1, 1), "1600-01-01", DAY),
        ("signed", pd.Timestamp("2025-12-07 12:00"), "2025-12-07 12:00:00", DAY),
    ],
)
def test_each_kind_of_column_refuses_what_it_is_not(
    column: str, value: object, got: str, allowed: str
) -> None:
    values = pd.Series(table()[column].tolist(), dtype=object)
    values[2] = value
    text = said(table(**{column: values}))
    assert f"column '{column}', row 2 (proposal " in text and f": got {got}; allowed is {allowed} (" in text


def test_a_column_of_numbers_or_of_another_clock_is_no_column_of_days() -> None:
    assert "got 20251207; allowed is a day" in said(table(signed=[20251207] * 3))
    assert "allowed is a day" in said(table(signed=pd.to_datetime(["2025-12-07"] * 3).tz_localize("UTC")))
    old = np.array(["1600-01-01"] * 3, dtype="datetime64[s]")
    assert "got 1600-01-01 00:00:00; allowed is a day" in said(table(signed=old))
    whole = checked(TABLE, table(signed=np.array(["2025-12-07"] * 3, dtype="datetime64[s]")))
    assert str(whole["signed"].dtype) == "datetime64[ns]" and whole["signed"].iloc[0] == pd.Timestamp(
        "2025-12-07"
    )


def test_a_table_without_rows_has_its_columns_all_the_same() -> None:
    assert list(checked(TABLE, table().head(0)).columns) == list(table().columns)
    assert "missing ['proposal', 'week'" in said(pd.DataFrame())
    assert list(TABLE.frame().columns) == TABLE.names and TABLE.frame().empty


def test_a_frame_has_the_declared_columns_in_their_order_whatever_a_row_holds() -> None:
    names = ["proposal", "week", "p_hold", "signed", "agreed", "note"]
    row = dict.fromkeys(["beside", *reversed(names)], 1)
    assert list(TABLE.frame([row, row]).columns) == names and len(TABLE.frame([row, row])) == 2


def test_a_family_must_have_a_member_for_each_value_that_it_is_declared_for() -> None:
    game = Table(
        "game",
        "Made up",
        (
            Column("node", "whole", "count", "number of the node", 0),
            Column("actor", "text", "name", "who moves; empty where nobody does"),
            Column("pay_*", "number", "value", "what a player gets", optional=True, each="actor"),
        ),
        ("node",),
    )
    whole = pd.DataFrame(
        {"node": [0, 1, 2], "actor": ["north", "south", ""], "pay_north": 1.0, "pay_south": 2.0}
    )
    assert len(checked(game, whole)) == 3
    with pytest.raises(InternalError, match=r"missing \['pay_south'\]"):
        checked(game, whole.drop(columns="pay_south"))
