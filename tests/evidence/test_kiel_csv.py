"""The tracker's tables by month, and workbooks whose header or days are odd."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_kiel import COLUMNS, ROWS, changed, workbook

from contactline.core.errors import EvidenceError
from contactline.evidence.kiel import read_support_tracker
from contactline.evidence.kiel_csv import read_donors, read_months, read_procurement, read_totals
from contactline.evidence.kinds import find_evidence, read
from contactline.evidence.store import open_store

DONORS = (
    "country,iso,year,month,total,financial,humanitarian,military,commitments,to_be_allocated,gdp\n"
    "Denmark,DNK,2022,2,1.5,0.5,0.0,1.0,1.5,0.0,300\n"
    "Denmark,DNK,2022,4,2.0,0.0,0.5,1.5,1.0,-1.0,300\n"
    "Japan,JPN,2022,3,0.0,0.0,0.0,0.0,4.0,4.0,300\n"
)
TOTALS = "year,month,total_allocations,military,financial,humanitarian\n2022,1,0.3,0.2,0.0,0.1\n2022,2,1.0,1.0,0,0\n"
WAYS = "year,month,stockpile,procurement,unspecified,nato_purl\n2022,1,0.1,0.0,0.2,0.0\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_donors_by_month_become_what_a_workbook_becomes(tmp_path: Path) -> None:
    path = write(tmp_path / "any.csv", DONORS)
    table, provenance = read_donors(path)
    rows = {(row.donor, row.kind): row for row in table.itertuples()}
    assert set(rows) == {
        ("Denmark", "all"), ("Denmark", "financial"), ("Denmark", "humanitarian"), ("Denmark", "military"),
        ("Japan", "all"),
    }  # fmt: skip
    denmark = rows["Denmark", "military"]
    assert denmark.allocated == 2.5 and np.isnan(denmark.promised) and np.isnan(denmark.delivered)
    assert (denmark.first_day, denmark.last_day) == (pd.Timestamp(2022, 2, 1), pd.Timestamp(2022, 4, 30))
    assert rows["Denmark", "all"].promised == 2.5 and np.isnan(rows["Denmark", "all"].allocated)
    sums = table.groupby("donor")[["promised", "allocated"]].sum()
    assert sums.loc["Denmark"].tolist() == [2.5, 3.5] and sums.loc["Japan"].tolist() == [4.0, 0.0]
    assert provenance.source == "Kiel Institute, Ukraine Support Tracker"
    assert provenance.note == "months 2022-02 to 2022-04, as revised in the release the file was cut from"
    found, _ = find_evidence(path)
    tables = read(found[0])
    assert list(tables) == ["support", "support_months"]
    assert tables["support_months"][0]["to_be_allocated"].tolist() == [0.0, -1.0, 4.0]


def test_totals_and_ways_of_procurement(tmp_path: Path) -> None:
    totals, _ = read_totals(write(tmp_path / "a.csv", TOTALS))
    assert totals["total_allocations"].tolist() == [0.3, 1.0]
    assert totals["month"].tolist() == [pd.Timestamp(2022, 1, 1), pd.Timestamp(2022, 2, 1)]
    ways, _ = read_procurement(write(tmp_path / "b.csv", WAYS))
    assert list(ways.columns) == ["month", "stockpile", "procurement", "unspecified", "nato_purl"]
    assert [find_evidence(tmp_path / name)[0][0].kind for name in ("a.csv", "b.csv")] == [
        "kiel_totals",
        "kiel_procurement",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("2022,2,1.5", "2922,2,1.5"),
            "line 2, columns 'year', 'month': got 2922-02-01; allowed are days from",
        ),
        (("2022,2,1.5", "22,2,1.5"), "line 2, columns 'year', 'month': got '22', '2'"),
        (("2022,2,1.5", "2022," + "1" * 5000 + ",1.5"), "line 2, columns 'year', 'month': got '2022', '111"),
        (
            ("2022,2,1.5", "2022,13,1.5"),
            "line 2, columns 'year', 'month': got month '13'; allowed is 1 to 12",
        ),
        (
            ("2022,2,1.5", "2022,2,1.7"),
            "line 2: total is 1.7, but financial + humanitarian + military is 1.5",
        ),
        (("4.0,4.0", "4.0,3.0"), "line 4: commitments is 4, but total + to_be_allocated is 3"),
        (("2022,4", "2022,2"), "line 3: repeats Denmark, 2022-02-01"),
        (("Japan", " "), "line 4, column 'country': is empty"),
        (("Japan,JPN,2022,3", "Denmark ,DNK,2022,2"), "line 4: repeats Denmark, 2022-02-01"),
        (("1.0,1.5,0.0,300", "x,1.5,0.0,300"), "line 2, column 'military': got 'x'"),
    ],
)
def test_broken_months_are_named(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    path = write(tmp_path / "a.csv", DONORS.replace(*change))
    with pytest.raises(EvidenceError) as caught:
        read_months(path)
    assert str(path) in str(caught.value) and words in str(caught.value)


def test_the_published_tables_add_up_to_each_other() -> None:
    folder = Path(__file__).resolve().parents[3] / "shared" / "kiel"
    if not folder.is_dir():
        pytest.skip(f"the tracker's tables are not at {folder}")
    months, _ = read_months(folder / "data_explorer_to_2025-11.csv")
    totals, _ = read_totals(folder / "total_allocations_to_2025-11.csv")
    ways, _ = read_procurement(folder / "procurement_trends_to_2025-11.csv")
    donors, _ = read_donors(folder / "data_explorer_to_2025-11.csv")
    assert (len(months), len(totals), len(ways)) == (978, 47, 47)
    by_month = months.groupby("month")["total"].sum()
    assert by_month.to_numpy() == pytest.approx(totals["total_allocations"].to_numpy(), abs=1e-5)
    assert donors["allocated"].sum() == pytest.approx(338.316, abs=1e-3)
    american = donors.set_index(["donor", "kind"]).loc["United States"]
    assert american.loc["all", "promised"] == pytest.approx(118.963, abs=1e-3)
    assert american["allocated"].sum() == pytest.approx(115.381, abs=1e-3)


def test_a_header_in_other_capitals_is_read(tmp_path: Path) -> None:
    lower = [column.lower() for column in COLUMNS]
    one, _ = read_support_tracker(workbook(tmp_path / "a.xlsx"))
    other, _ = read_support_tracker(workbook(tmp_path / "b.xlsx", columns=lower))
    pd.testing.assert_frame_equal(one, other)
    path = workbook(tmp_path / "c.xlsx", changed(4, tot_activity_value_EUR=".", tot_sub_activity_value_EUR_redistr="."),
                    [column.upper() for column in COLUMNS])  # fmt: skip
    with pytest.raises(EvidenceError, match="USD alone"):
        read_support_tracker(path)


def test_a_header_alone_is_no_evidence(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [])
    with pytest.raises(EvidenceError, match=r"no sheet .* with the tracker's columns and a row of aid"):
        find_evidence(path)
    with pytest.raises(EvidenceError, match="has a header and no row of aid"):
        read_support_tracker(path)


def test_columns_twice_and_days_that_cannot_be(tmp_path: Path) -> None:
    twice = workbook(tmp_path / "a.xlsx", [[*row, "x"] for row in ROWS], [*COLUMNS, "donor"])
    with pytest.raises(EvidenceError, match="columns donor stand twice"):
        read_support_tracker(twice)
    rows = changed(0, announcement_date=datetime(2922, 2, 9))
    rows[1][COLUMNS.index("announcement_date")] = "1600-01-01"
    table, provenance = read_support_tracker(workbook(tmp_path / "b.xlsx", rows))
    german = table.set_index(["donor", "kind"]).loc[("Germany", "military")]
    assert german["undated"] == 3 and pd.isna(german["first_day"])
    assert provenance.note == "taken for undated: 2922-02-09 in row 2"


def test_tables_by_month_are_stored_with_and_without_the_way_that_came_later(tmp_path: Path) -> None:
    files = {
        "d.csv": DONORS,
        "t.csv": TOTALS,
        "w.csv": WAYS.replace(",nato_purl", "").replace("0.2,0.0\n", "0.2\n"),
    }
    for name, text in files.items():
        write(tmp_path / name, text)
    store = open_store(tmp_path / "data")
    for name in files:
        store.put_all(read(find_evidence(tmp_path / name)[0][0]))
    assert [table.name for table in store.tables()] == [
        "support", "support_months", "support_procurement", "support_totals",
    ]  # fmt: skip
    ways = store.get("support_procurement")
    assert ways["unspecified"].tolist() == [0.2] and ways["nato_purl"].isna().all()
    assert store.get("support_months")["to_be_allocated"].tolist() == [0.0, -1.0, 4.0]
