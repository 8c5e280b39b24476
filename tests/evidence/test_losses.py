"""Published losses: whose count each series rests on, what was not yet public, claims read as claims."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from contactline.core.errors import EvidenceError
from contactline.evidence.general_staff import read_equipment, read_personnel
from contactline.evidence.loss_estimates import join_losses, read_estimates, read_uk_mod

AS_OF = date(2025, 12, 7)
HEADER = "date,source,country,estimate_type,estimate,source_type\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_real_estimates_say_whose_count_they_rest_on(archives: Path) -> None:
    table, _ = read_estimates(archives / "economist" / "raw_estimates.csv")
    roots = table.groupby(["series", "kind"])["root"].unique().map(list).to_dict()
    assert roots["uk_mod", "killed_wounded"] == ["general_staff"]
    assert roots["uk_mod", "killed"] == ["uk_mod"]
    assert roots["iiss", "killed_wounded"] == ["general_staff"]
    assert roots["us_dod", "killed_wounded"] == roots["cia", "killed_wounded"] == ["us_government"]
    assert set(table.loc[table["series"] == "meduza", "kind"]) == {"killed_missing"}
    bounded = table.dropna(subset=["low", "high"])
    assert (bounded["low"] <= bounded["cumulative"]).all() and (
        bounded["cumulative"] <= bounded["high"]
    ).all()


def test_what_was_published_after_the_as_of_date_is_left_out_and_named(archives: Path) -> None:
    path = archives / "economist" / "raw_estimates.csv"
    everything, silent = read_estimates(path)
    known, provenance = read_estimates(path, as_of=AS_OF)
    assert silent.note == ""
    assert "528 rows of Meduza deaths: edition of 2026" in provenance.note
    assert "CSIS" in provenance.note
    assert len(everything) - len(known) == 176 + 2
    assert "meduza" not in set(known["series"])
    assert known["date"].max() <= pd.Timestamp(AS_OF)
    early, provenance = read_estimates(path, as_of=date(2023, 1, 1))
    assert (
        early["date"].max() <= pd.Timestamp(2023, 1, 1) and "rows dated after 2023-01-01" in provenance.note
    )


def test_an_earlier_edition_of_a_series_is_kept_and_is_killed_only(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER + "2022-02-24,Meduza,russia,estimate,446.8,deaths\n")
    table, provenance = read_estimates(path, as_of=AS_OF)
    assert table["kind"].tolist() == ["killed"] and provenance.note == ""


def test_a_range_alone_gives_its_middle_and_a_fall_is_flagged(tmp_path: Path) -> None:
    rows = (
        "2023-01-01,US DoD,russia,estimate_low,100,deaths\n2023-01-01,US DoD,russia,estimate_high,300,deaths\n"
        "2023-02-01,US DoD,russia,estimate,150,deaths\n"
    )
    table, _ = read_estimates(write(tmp_path / "a.csv", HEADER + rows))
    assert table["cumulative"].tolist() == [200, 150]
    assert table["low"].tolist()[0] == 100 and pd.isna(table["low"].iloc[1])
    assert table["flag"].tolist() == ["", "revised"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2023-01-01,US DoD,russia,estimate,-1,deaths", ("line 2", "got '-1'", "from 0 up")),
        ("2023-01-01,US DoD,russia,estimate,1,death", ("line 2, column 'source_type'", "deaths, casualties")),
        ("2023-01-01,US DoD,russia,middle,1,deaths", ("line 2, column 'estimate_type'", "estimate_low")),
        ("2023-01-01,US DoD,ukraine,estimate,1,deaths", ("line 2, column 'country'", "allowed are russia")),
        (
            "2023-01-01,US DoD,russia,estimate,1,deaths\n2023-01-01,US DoD,russia,estimate,2,deaths",
            ("lines 2, 3", "stands 2 times"),
        ),
    ],
)
def test_broken_estimates_are_named(tmp_path: Path, row: str, words: tuple[str, ...]) -> None:
    path = write(tmp_path / "a.csv", HEADER + row + "\n")
    with pytest.raises(EvidenceError) as caught:
        read_estimates(path)
    for expected in (str(path), *words):
        assert expected in str(caught.value)


def test_a_publisher_nobody_has_judged_is_a_series_of_its_own(tmp_path: Path) -> None:
    rows = (
        "2023-01-01,UK  MOD,russia,estimate,1,deaths\n"  # the known one, spelt otherwise
        "2023-01-01,C.I.A,russia,estimate,2,deaths\n"
        "2023-01-01,Cia!,russia,estimate,3,deaths\n"
        "2023-01-01,Інститут,russia,estimate,4,deaths\n"
    )
    table, provenance = read_estimates(write(tmp_path / "a.csv", HEADER + rows))
    found = {row.cumulative: (row.series, row.root) for row in table.itertuples()}
    unknown = {2: "c_i_a", 3: "cia_2", 4: "unnamed"}
    assert found == {1: ("uk_mod", "uk_mod")} | {n: (name, "unknown") for n, name in unknown.items()}
    assert provenance.note.startswith(
        "publishers not judged yet, root unknown: 'C.I.A' as c_i_a, 'Cia!' as cia_2"
    )
    with pytest.raises(EvidenceError, match=r"line 2, column 'source': is empty"):
        read_estimates(write(tmp_path / "b.csv", HEADER + "2023-01-01, ,russia,estimate,1,deaths\n"))


def test_rows_after_the_as_of_date_stop_nothing(tmp_path: Path) -> None:
    """Input 02: a later row of a new publisher, of a new kind, with a count of 400 digits."""
    later = "2026-06-17,NATO officials (via a news site),russia,{},{},casualties\n"
    known = "2024-06-01,UK MoD,russia,estimate,500000,casualties\n"
    path = write(tmp_path / "a.csv", HEADER + known + later.format("middle", "9" * 400))
    table, provenance = read_estimates(path, as_of=AS_OF)
    assert table[["series", "cumulative"]].to_numpy().tolist() == [["uk_mod", 500_000.0]]
    assert provenance.note == "left out as not yet public: 1 rows dated after 2025-12-07"
    with pytest.raises(
        EvidenceError, match=r"line 3, column 'estimate': got '9999.*\.\.\.'; allowed is a number"
    ):
        read_estimates(path)
    with pytest.raises(EvidenceError, match="has no estimate dated up to 2024-05-31"):
        read_estimates(path, as_of=date(2024, 5, 31))
    text = HEADER + known + later.format("estimate_low", 1300000) + later.format("estimate_high", 1400000)
    table, provenance = read_estimates(write(tmp_path / "b.csv", text))
    new = table.set_index("series").loc["nato_officials_via_a_news_site"]
    assert (new["low"], new["cumulative"], new["high"], new["root"]) == (1.3e6, 1.35e6, 1.4e6, "unknown")
    assert "'NATO officials (via a news site)' as nato_officials_via_a_news_site" in provenance.note


def test_uk_mod_adds_up_and_equals_the_collected_series(archives: Path) -> None:
    monthly, _ = read_uk_mod(archives / "economist" / "uk_mod_monthly.csv")
    collected, _ = read_estimates(archives / "economist" / "raw_estimates.csv", as_of=AS_OF)
    assert monthly["cumulative"].iloc[-1] == 1_163_716 and monthly["date"].iloc[-1] == pd.Timestamp(
        2025, 12, 1
    )
    joined = join_losses(collected, monthly)
    assert len(joined) == len(collected), "every monthly count stands in the collection, with the same figure"


def test_uk_mod_months_that_do_not_add_up_are_named(archives: Path, tmp_path: Path) -> None:
    text = (archives / "economist" / "uk_mod_monthly.csv").read_text()
    path = write(tmp_path / "a.csv", text.replace("17756", "17757"))
    with pytest.raises(EvidenceError, match=r"line 3, .*got 17757; the months before add up to 17756"):
        read_uk_mod(path)


def test_two_files_that_disagree_are_not_joined(archives: Path) -> None:
    table, _ = read_uk_mod(archives / "economist" / "uk_mod_monthly.csv")
    with pytest.raises(EvidenceError, match="two files say"):
        join_losses(table, table.assign(cumulative=table["cumulative"] + 1))


def test_real_claims_of_the_general_staff(archives: Path) -> None:
    table, provenance = read_personnel(archives / "general-staff" / "russia_losses_personnel.json")
    assert len(table) == 1382 and table["cumulative"].iloc[-1] == 1_180_870
    assert set(table["kind"]) == {"killed_wounded"} and set(table["root"]) == {"general_staff"}
    assert set(table["flag"]) == {""} and provenance.licence == "MIT"
    monthly, _ = read_uk_mod(archives / "economist" / "uk_mod_monthly.csv")
    both = table.merge(monthly, on="date")
    ratio = both["cumulative_y"] / both["cumulative_x"]
    assert ratio[both["date"] > "2023-06-01"].between(0.93, 1.03).all(), "UK MoD relays this count"


def test_real_equipment_keeps_its_categories_as_published(archives: Path) -> None:
    table, _ = read_equipment(archives / "general-staff" / "russia_losses_equipment.json")
    assert table["tank"].iloc[-1] == 11_401
    assert table["military auto"].notna().sum() == 65 and table["cruise missiles"].isna().sum() == 65


def personnel(*rows: tuple[object, object]) -> str:
    return json.dumps([{"date": day, "personnel": count, "personnel*": "about"} for day, count in rows])


def test_repeated_missing_and_revised_days_are_flagged(tmp_path: Path) -> None:
    rows = [
        ("2024-01-01", 10),
        ("2024-01-02", 20),
        ("2024-01-02", 21),
        ("2024-01-04", 30),
        ("2024-01-05", 29),
    ]
    table, _ = read_personnel(write(tmp_path / "a.json", personnel(*rows)))
    assert table["cumulative"].tolist() == [10, 21, 21, 30, 29]
    assert table["flag"].tolist() == ["", "duplicate", "missing", "", "revised"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[{", ("is cut off at character 2 of 2",)),
        ("{}", ("got dict", "allowed is a list")),
        ("[]", ("allowed is a list of one or more",)),
        ('[{"personnel": 1}]', ("record 0", "has no field 'date'")),
        (personnel(("01.02.2024", 1)), ("record 0, field 'date'", "YYYY-MM-DD")),
        (personnel(("2024-01-01", -1)), ("record 0, field 'personnel'", "got -1")),
        (personnel(("2024-01-01", "many")), ("got 'many'", "a number from 0 up")),
        (
            personnel(("2024-01-02", 1), ("2024-01-01", 1)),
            ("record 1", "date 2024-01-01 comes after 2024-01-02"),
        ),
    ],
)
def test_broken_claims_are_named(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    path = write(tmp_path / "a.json", text)
    with pytest.raises(EvidenceError) as caught:
        read_personnel(path)
    for expected in (str(path), *words):
        assert expected in str(caught.value)
