"""The support tracker's workbook: what each stage adds up to, and every way a workbook can be wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from contactline.core.errors import EvidenceError
from contactline.evidence.kiel import SHEET, read_support_tracker
from contactline.evidence.kinds import find_evidence, read

COLUMNS = [
    "activity_id", "donor", "announcement_date", "aid_type_general", "measure", "reporting_currency",
    "source_reported_value", "tot_activity_value_EUR", "tot_sub_activity_value_EUR_redistr", "tot_value_deliv_EUR",
]  # fmt: skip
M = 1_000_000
ROWS = [
    # One activity of two sub-activities: its value stands in the first row alone.
    ["DEM1", "Germany", date(2025, 3, 1), "Military ", "Allocation", "EUR", 500 * M, 500 * M, 300 * M, 100 * M],
    ["DEM1", "Germany", date(2025, 3, 1), "Military", "Allocation", "EUR", 500 * M, ".", 100 * M, "."],
    ["DEM2", "Germany", "until 2028", "Military", "Commitment", "EUR", 9000 * M, 9000 * M, 0, 0],
    ["DEF1", "Germany", date(2025, 4, 1), "Financial", "Allocation", "EUR", 250 * M, 250 * M, 250 * M, 250 * M],
    ["USM1", "United States", date(2025, 1, 9), "Military", "Allocation", "USD", 500 * M, 480 * M, 480 * M, 0],
]  # fmt: skip


def workbook(
    path: Path, rows: list[list[object]] = ROWS, columns: list[str] = COLUMNS, sheet: str = SHEET
) -> Path:
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame({"x": ["about"]}).to_excel(writer, sheet_name="ReadMe", index=False)
        pd.DataFrame(rows, columns=columns).to_excel(writer, sheet_name=sheet, index=False)
    return path


def changed(row: int, **cells: object) -> list[list[object]]:
    rows = [list(line) for line in ROWS]
    for name, value in cells.items():
        rows[row][COLUMNS.index(name)] = value
    return rows


def test_stages_are_kept_apart_and_an_activity_is_counted_once(tmp_path):
    table, provenance = read_support_tracker(workbook(tmp_path / "tracker.xlsx"))
    table = table.set_index(["donor", "kind"])
    german = table.loc["Germany", "military"]
    assert (german["promised"], german["allocated"], german["delivered"]) == pytest.approx((9.5, 0.4, 0.1))
    assert table.loc[("Germany", "financial"), "allocated"] == pytest.approx(0.25)
    assert german["undated"] == 1
    assert set(table["vintage"]) == {"allocations"}
    assert provenance.sha256 and "Kiel" in provenance.source


def test_the_import_knows_the_workbook_by_its_sheet(tmp_path):
    path = workbook(tmp_path / "anything.xlsx")
    found, _ = find_evidence(path)
    assert found[0].kind == "kiel"
    assert list(read(found[0])) == ["support"]
    with pytest.raises(EvidenceError, match="holds no evidence"):
        find_evidence(workbook(tmp_path / "other.xlsx", sheet="Sheet1"))


def test_a_workbook_before_april_2024_has_promises_and_no_allocations(tmp_path):
    columns = ["Countries", "Type of Aid General", "Announcement Date", "Converted Value in EUR",
               "Total monetary value delivered in EUR"]  # fmt: skip
    rows = [
        ["Germany", "Military", date(2023, 3, 1), 700 * M, 200 * M],
        ["Poland", "Military", date(2023, 5, 1), 100 * M, "."],
    ]
    old, _ = read_support_tracker(workbook(tmp_path / "old.xlsx", rows, columns))
    assert set(old["vintage"]) == {"commitments"}
    assert old["allocated"].isna().all()
    assert old.set_index("donor").loc["Germany", "delivered"] == pytest.approx(0.2)
    rows[1][2] = date(2024, 9, 1)
    with pytest.raises(
        EvidenceError, match="counts commitments, as before April 2024, and holds aid of 2024-09-01"
    ):
        read_support_tracker(workbook(tmp_path / "patched.xlsx", rows, columns))


def test_another_currency_needs_a_rate(tmp_path):
    rows = changed(4, tot_activity_value_EUR=".", tot_sub_activity_value_EUR_redistr=".")
    path = workbook(tmp_path / "a.xlsx", rows)
    with pytest.raises(
        EvidenceError, match=r"row 6, column 'reporting_currency'.*USD alone \(500,000,000\).*rate"
    ):
        read_support_tracker(path)
    table, _ = read_support_tracker(path, rates={"USD": 0.9})
    assert table.set_index("donor").loc["United States", "promised"] == pytest.approx(0.45)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (changed(4, tot_sub_activity_value_EUR_redistr=600 * M),
         "United States: allocated 0.600 billion euros is above promised 0.480"),
        (changed(4, tot_value_deliv_EUR=481 * M * 1.1), "United States: delivered 0.529 .* above allocated 0.480"),
        (changed(0, tot_activity_value_EUR=-5 * M), "row 2, column 'tot_activity_value_EUR': got -5000000"),
        (changed(0, tot_activity_value_EUR="many"), "got 'many'; allowed is a number of euros"),
        (changed(0, aid_type_general="Weapons"), "column 'aid_type_general': got 'Weapons'; allowed are financial"),
        (changed(0, measure="Delivery"), "column 'measure': got 'Delivery'; allowed are allocation, commitment"),
        ([*changed(4, donor="USA"), ROWS[4]], "'USA' and 'United States' are one donor under two names"),
        ([*ROWS, ROWS[3]], r"row 7 repeats row 5 \(Germany\) and would be counted twice"),
    ],
)  # fmt: skip
def test_a_broken_workbook_is_refused(tmp_path, rows, message):
    with pytest.raises(EvidenceError, match=message):
        read_support_tracker(workbook(tmp_path / "broken.xlsx", rows))


def test_a_file_that_is_no_tracker_is_refused(tmp_path):
    with pytest.raises(EvidenceError, match="there is no such file"):
        read_support_tracker(tmp_path / "none.xlsx")
    (tmp_path / "cut.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(EvidenceError, match="cut off or no Excel workbook"):
        read_support_tracker(tmp_path / "cut.xlsx")
    with pytest.raises(
        EvidenceError, match="has no sheet 'Bilateral Assistance, MAIN DATA'; it has ReadMe, Sheet1"
    ):
        read_support_tracker(workbook(tmp_path / "other.xlsx", sheet="Sheet1"))
    with pytest.raises(EvidenceError, match="lacks the columns donor, aid_type_general"):
        read_support_tracker(workbook(tmp_path / "cols.xlsx", [[1]], ["a"]))
