"""Scores ride along with a case, and are shown beside the evidence that they were made from alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from contactline.case.load import LoadedCase, load_case
from contactline.core.errors import InputError
from contactline.topics.trust.make import scores
from contactline.topics.trust.make.scores import (
    FOLDER,
    KEY,
    READS,
    CaseAsRead,
    evidence_key,
    save_scores,
    saved_scores,
)

BUILT_IN = "ukraine_2025"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    shutil.copytree(load_case(BUILT_IN).folder, folder)
    return folder


def change(folder: Path, name: str, how: str) -> LoadedCase:
    """The case with one evidence table changed."""
    path = folder / "evidence" / f"{name}.parquet"
    frame = pd.read_parquet(path)
    if how == "cut":
        frame = frame.iloc[:-1]
    elif how == "moved":
        column = "km2" if "km2" in frame else frame.select_dtypes("number").columns[0]
        frame[column] = frame[column] + (frame.index == 0) * 1
    frame.to_parquet(path)
    return load_case(folder)


def test_the_built_in_scores_belong_to_the_built_in_evidence() -> None:
    tables, notes = saved_scores(load_case(BUILT_IN))
    assert notes == ()
    assert set(tables) == {
        "backtest_summary", "backtest_bars", "backtest_pit", "backtest_places", "backtest_places_bands"
    }  # fmt: skip


def test_a_copy_keeps_its_scores_and_a_rebuilt_copy_loses_them(copied: Path) -> None:
    assert saved_scores(load_case(copied))[1] == ()
    tables, notes = saved_scores(change(copied, "areas", "moved"))
    assert tables == {}
    assert len(notes) == 2
    assert notes[0].startswith("Scores of gains: those kept with the case were made from other evidence")
    assert f"contactline backtest {copied} --what gains --save" in notes[0]
    assert f"contactline backtest {copied} --what places --save" in notes[1]


def test_scores_of_places_fall_with_the_cells_and_those_of_gains_do_not(copied: Path) -> None:
    tables, notes = saved_scores(change(copied, "changes", "cut"))
    assert "backtest_summary" in tables and "backtest_places" not in tables
    assert [note.split(":")[0] for note in notes] == ["Scores of places"]


def test_another_date_or_start_of_the_record_has_other_scores(copied: Path) -> None:
    before = {what: evidence_key(load_case(copied), what) for what in READS}
    text = (copied / "case.yaml").read_text(encoding="utf-8")
    assert "fit_from: 2022-11-14" in text
    (copied / "case.yaml").write_text(
        text.replace("fit_from: 2022-11-14", "fit_from: 2023-01-01"), encoding="utf-8"
    )
    after = {what: evidence_key(load_case(copied), what) for what in READS}
    assert all(before[what] != after[what] for what in READS)


def test_what_is_not_read_does_not_matter(copied: Path) -> None:
    before = {what: evidence_key(load_case(copied), what) for what in READS}
    text = (copied / "case.yaml").read_text(encoding="utf-8")
    (copied / "case.yaml").write_text(text.replace("title: Russia's war", "title: The war"), encoding="utf-8")
    assert {what: evidence_key(load_case(copied), what) for what in READS} == before


@pytest.mark.parametrize("name", ["made_by.json", "backtest_pit.csv"])
def test_scores_in_part_are_left_out(copied: Path, name: str) -> None:
    (copied / FOLDER / name).unlink()
    tables, notes = saved_scores(load_case(copied))
    assert not any(table.startswith("backtest_s") for table in tables)
    assert f"lack {name}" in notes[0]


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"evidence_sha256": 5}'])
def test_scores_that_do_not_say_what_they_were_made_from_are_left_out(copied: Path, record: str) -> None:
    (copied / FOLDER / "made_by.json").write_text(record, encoding="utf-8")
    tables, notes = saved_scores(load_case(copied))
    assert "backtest_summary" not in tables
    assert "do not say what evidence" in notes[0] or "were made from other evidence" in notes[0]


def test_a_case_without_scores_has_no_note(tmp_path: Path) -> None:
    shutil.copytree(load_case(BUILT_IN).folder, tmp_path / "mine", ignore=shutil.ignore_patterns(FOLDER))
    assert saved_scores(load_case(tmp_path / "mine")) == ({}, ())


def test_saved_scores_say_what_they_were_made_from(copied: Path) -> None:
    loaded = load_case(copied)
    frame = pd.DataFrame({"horizon": [4], "crps": [1.25]})
    written = save_scores(
        loaded, "losses", {"summary": frame}, {"seed": 3, "last_week": date(2025, 12, 7).isoformat()}
    )
    assert [path.name for path in written] == ["losses_summary.csv", "losses_made_by.json"]
    record = json.loads(written[-1].read_text(encoding="utf-8"))
    assert record[KEY] == evidence_key(loaded, "losses") and record["seed"] == 3


def test_a_reading_notes_all_that_it_hands_out() -> None:
    loaded = load_case(BUILT_IN)
    for what, reads in READS.items():
        read = CaseAsRead(loaded)
        handed = reads(read)
        frames = sum(isinstance(part, pd.DataFrame) for part in handed)
        assert frames == sum(name.startswith("table ") for name in read.seen), what
        assert len(read.seen) >= len(handed)
    assert scores.READS is READS


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("backtest_bars.csv", lambda text: text.replace(",met,", ",met,met,", 1), "stand twice|fields"),
        ("backtest_pit.csv", lambda text: text.rstrip("\n"), "does not end in a line end"),
        ("backtest_summary.csv", lambda text: text.replace("\n", ",1\n", 3), "fields"),
        ("places_summary.csv", lambda text: text + "x\n", "has 1 fields"),
        ("places_skills.csv", lambda text: text.replace("measure", "meassure", 1), r"missing \['measure'\]"),
    ],
)
def test_broken_scores_are_named_and_never_a_traceback(
    copied: Path, name: str, change: Callable[[str], str], said: str
) -> None:
    path = copied / FOLDER / name
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError, match=rf"{name}.*({said}).*") as caught:
        saved_scores(load_case(copied))
    assert (
        "stand twice" in str(caught.value) or "missing" in str(caught.value) or "--save" in str(caught.value)
    )


def test_scores_that_say_nothing_readable_of_their_evidence_are_left_out(copied: Path) -> None:
    (copied / FOLDER / "made_by.json").write_text("[" * 30_000)
    tables, notes = saved_scores(load_case(copied))
    assert "backtest_summary" not in tables and "do not say what evidence" in notes[0]
