"""The Economist's areas and fires: values, flags, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from contactline.core.errors import EvidenceError
from contactline.evidence.economist import JUMP_KM2, jumps, read_fires, read_isw_areas

AREA = "area_assessed_as_controlled_by_russia.csv"
HEADER = "date,area_assessed_as_russia_controlled\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_real_areas_are_whole_and_every_known_jump_is_flagged(archives: Path) -> None:
    table, provenance = read_isw_areas(archives / "economist" / AREA)
    assert len(table) == 1385 and set(table["series"]) == {"isw"} and set(table["region"]) == {"total"}
    assert table["km2"].iloc[0] == pytest.approx(43_679.052552)  # Crimea and the Donbas held before 2022
    assert table["km2"].iloc[-1] == pytest.approx(120_247.375491)
    jumped = set(table.loc[table["flag"] == "jump", "date"].dt.strftime("%Y-%m-%d"))
    known = {"2023-03-04", "2023-06-06", "2023-06-07", "2023-06-08", "2023-06-09", "2023-07-26", "2025-11-24"}
    assert known <= jumped
    assert len(jumped - known) <= 7, "flags beyond the known ones should stay few"
    assert "13 jump" in provenance.note and provenance.licence == "MIT"


def test_fast_war_is_no_jump_and_a_redrawn_map_is() -> None:
    rng = np.random.default_rng(7)
    days = pd.date_range("2024-01-01", periods=200)
    steady = pd.Series(1000 + np.cumsum(rng.normal(20, 8, 200)), index=days)
    assert not jumps(steady).any()
    redrawn = steady.copy()
    redrawn.iloc[100:] += 400
    assert list(days[jumps(redrawn)]) == [days[100]]
    small = steady.copy()
    small.iloc[100:] += JUMP_KM2 / 3
    assert not jumps(small).any()


def test_repeated_and_missing_days_are_flagged_not_hidden(tmp_path: Path) -> None:
    rows = "2024-01-01,1e9\n2024-01-02,2e9\n2024-01-02,3e9\n2024-01-05,4e9\n"
    table, provenance = read_isw_areas(write(tmp_path / "a.csv", HEADER + rows))
    assert table["km2"].tolist() == [1000, 3000, 3000, 3000, 4000]
    assert table["flag"].tolist() == ["", "duplicate", "missing", "missing", ""]
    assert "2 missing, 1 duplicate" in provenance.note


def test_newest_first_is_read_the_same(tmp_path: Path) -> None:
    rows = ["2024-01-01,1e9", "2024-01-02,2e9", "2024-01-03,3e9"]
    one, _ = read_isw_areas(write(tmp_path / "a.csv", HEADER + "\n".join(rows) + "\n"))
    other, _ = read_isw_areas(write(tmp_path / "b.csv", HEADER + "\n".join(rows[::-1]) + "\n"))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("has columns []", "missing ['date'")),
        (
            "day,km2\n2024-01-01,1\n",
            ("missing ['date', 'area_assessed_as_russia_controlled']", "the right file"),
        ),
        (HEADER, ("has a header and no rows",)),
        (HEADER + "2024-01-01,1\n2024-01-0", ("line 3", "has 1 fields", "may be cut")),
        (HEADER + "2024-13-01,1\n", ("line 2, column 'date'", "got '2024-13-01'", "YYYY-MM-DD")),
        (HEADER + "2024-01-01,-5\n", ("line 2", "got '-5'", "allowed is a number from 0 up")),
        (HEADER + "2024-01-01,nan\n", ("line 2", "got 'nan'")),
        (HEADER + "2024-01-01,\n", ("line 2", "got ''")),
        (
            HEADER + "2024-01-01,1\n2024-01-03,1\n2024-01-02,1\n2024-01-04,1\n",
            ("line 4", "date 2024-01-02 comes after 2024-01-03", "Sort the file by date"),
        ),
    ],
)
def test_broken_areas_are_named(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    path = write(tmp_path / "a.csv", text)
    with pytest.raises(EvidenceError) as caught:
        read_isw_areas(path)
    for expected in (str(path), *words):
        assert expected in str(caught.value)


def test_files_that_are_absent_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="there is no such file"):
        read_isw_areas(tmp_path / "none.csv")
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(EvidenceError, match="is not a CSV file in UTF-8"):
        read_isw_areas(tmp_path / "a.csv")


def test_real_fires(archives: Path) -> None:
    table, provenance = read_fires(archives / "economist" / "strikes_by_location_and_day.csv")
    assert len(table) == 1384 and provenance.note == ""
    assert table["war_fires"].max() == 4941
    assert table["cloud"].between(0, 1).all()


def test_fires_may_run_newest_first_and_lack_cloud(tmp_path: Path) -> None:
    text = "date,war_fires_per_day,cloud_cover_in_country\n2024-01-03,5,NA\n2024-01-01,2,0.5\n"
    table, provenance = read_fires(write(tmp_path / "a.csv", text))
    assert table["war_fires"].tolist() == [2, 5] and np.isnan(table["cloud"].iloc[1])
    assert provenance.note == "1 day(s) without a record"
    with pytest.raises(
        EvidenceError,
        match=r"line 3, column 'cloud_cover_in_country': got '1.5'; allowed is a number from 0 to 1",
    ):
        read_fires(write(tmp_path / "b.csv", text.replace("0.5", "1.5")))
    with pytest.raises(EvidenceError, match="repeats"):
        read_fires(write(tmp_path / "c.csv", text.replace("01-01", "01-03")))
