"""Every declared table can be checked: it has a key, its shares are shares, and what breaks it is refused in full."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from contactline.core.errors import InputError, InternalError
from contactline.core.files import sha256_of
from contactline.core.frame import Column, Table, checked, made
from contactline.evidence.tables import STORED
from contactline.score.columns import SCORE_TABLES
from contactline.topics.assessment import Assessment
from contactline.topics.outcomes import checked_outcomes
from contactline.topics.store import digest_of_record, load, save
from contactline.topics.tables import TABLES, declared
from contactline.topics.truce.schema import TRUCE

DECLARED = [
    pytest.param(table, id=f"{room}.{name}")
    for room, tables in (("stored", STORED), ("report", TABLES), ("score", SCORE_TABLES))
    for name, table in tables.items()
]
DIFFERENCES = ("difference", "low", "high", "rise_over_together", "pace_low", "pace_high")
"""Columns of shares that hold a difference of two, or a range of one, and so reach below 0."""


@pytest.mark.parametrize("table", DECLARED)
def test_every_table_has_a_key_of_columns_that_are_always_there(table: Table) -> None:
    assert table.key
    for name in table.key:
        column = next(column for column in table.columns if column.name == name)
        assert not column.optional, f"{table.name}.{name} identifies a row and may be missing"
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("table", DECLARED)
def test_every_share_and_every_amount_is_bounded(table: Table) -> None:
    for column in table.columns:
        if column.kind in ("number", "whole") and column.unit in ("share", "probability", "0 or 1"):
            apart = column.name in DIFFERENCES or "_diff" in column.name
            assert column.low == 0 or (apart and column.low >= -2), (
                f"{table.name}.{column.name}: {column.low}"
            )
            beyond = table.name == "deterrence" and column.name.startswith("credibility_")  # above 1: none
            assert column.high <= (2 if apart else 1) or beyond, f"{table.name}.{column.name}: {column.high}"
        if column.unit in ("weeks", "months", "days", "years", "count", "km"):
            assert column.low >= 0 or (table.name, column.name) == ("game", "parent"), (
                f"{table.name}.{column.name}"
            )


def test_a_stage_that_breaks_its_table_is_stopped_where_it_hands_over(sample: Assessment) -> None:
    truce = sample.tables["truce"].copy()
    truce.loc[1, "p_hold_156"] = 7.5

    with pytest.raises(InternalError) as caught:
        made({TRUCE: truce})
    assert str(caught.value) == (
        "computed here: table 'truce', column 'p_hold_156', row 1 (proposal grand_plan, variant no_guarantee): got "
        "7.5; allowed is a number between 0 and 1 (probability: chance that it holds for 156 weeks). This is a fault "
        "of contactline, not of your input: please report it with your command and this text."
    )


def broken(sample: Assessment, out: Path, name: str, change: object) -> str:
    """What is said of a saved run whose table `name` was changed and whose digests were made to fit."""
    save(sample, out)
    path = out / "tables" / f"{name}.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(rows).to_csv(path, index=False, lineterminator="\n")  # type: ignore[operator]
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    run["files"][f"tables/{name}.csv"] = sha256_of(path)
    run["digest"] = digest_of_record(run)
    (out / "run.json").write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(out)
    return str(caught.value).replace(str(out), "RUN")


AGAIN = "Run `contactline assess --out` with this folder again, or restore the file."


def test_a_saved_run_is_held_to_the_same_dictionary(sample: Assessment, tmp_path: Path) -> None:
    def high(rows: pd.DataFrame) -> pd.DataFrame:
        rows.loc[1, "p_hold_156"] = "7.5"
        return rows

    assert broken(sample, tmp_path / "a", "truce", high) == (
        "RUN/tables/truce.csv: table 'truce', column 'p_hold_156', row 1 (proposal grand_plan, variant no_guarantee): "
        f"got '7.5'; allowed is a number between 0 and 1 (probability: chance that it holds for 156 weeks). {AGAIN}"
    )
    doubled = broken(sample, tmp_path / "b", "collapse", lambda rows: pd.concat([rows, rows.tail(1)]))
    last = len(sample.tables["collapse"]) - 1
    assert doubled == (
        f"RUN/tables/collapse.csv: table 'collapse', row {last + 1} (week 260) repeats row {last}; each week may stand "
        f"once. {AGAIN}"
    )
    fewer = broken(sample, tmp_path / "c", "line_history", lambda rows: rows.drop(columns="km"))
    assert fewer == (
        "RUN/tables/line_history.csv: table 'line_history' has columns ['date']; allowed are ['date', 'km']; missing "
        f"['km']. {AGAIN}"
    )


def test_outcomes_are_held_to_their_units() -> None:
    values = np.array([[0.0, 1.0], [1.0 + 2.3e-16, 1.0]])
    ensemble = xr.Dataset({"collapsed": (("course", "draw"), values)}, {"course": ["fight_on", "plan_a"]})
    with pytest.raises(InternalError) as caught:
        checked_outcomes(ensemble)
    assert str(caught.value) == (
        "computed here: outcome 'collapsed', course 'plan_a', draw 0: got 1.0000000000000002; allowed is a number "
        "between 0 and 1 (share: At least one collapse of the front). This is a fault of contactline, not of your "
        "input: please report it with your command and this text."
    )


def test_a_family_is_described_by_its_pattern_and_a_name_by_itself() -> None:
    cells = TABLES["cells"]
    assert cells.column("after_us_28") is not None and cells.column("before_us_28") is None
    assert isinstance(cells.column("cell"), Column)


def test_the_sample_of_these_tests_keeps_to_the_dictionary(sample: Assessment) -> None:
    for name, frame in sample.tables.items():
        checked(declared(name), frame)
