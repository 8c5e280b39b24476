"""Counts of promises: derived from an archive's rows, refused with the row where a row cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from contactline.core.errors import EvidenceError
from contactline.evidence.history.honours import (
    BERKEMEIER,
    COUNTS,
    LEEDS,
    WARS,
    build_honours,
    counts_of,
    read_counts,
)

FILES = {
    WARS: "WarNum,StartYear1\n10,1848\n151,1950\n",
    LEEDS: "war,honor3,active,bilat\n10.0,0.0,1.0,1.0\n10.0,1.0,1.0,1.0\n154.0,1.0,0.0,0.0\n",
    BERKEMEIER: "warid,cowwarid,warname,multilateral,defense,offense,honorBF,violateBF,honorLLM,violateLLM\n"
    "1,151,Korea,1,1.0,0.0,1.0,,,1.0\n2,10,Old,0,0.0,0.0,,,,\n90,,Unlisted1939,0,0.0,1.0,,1.0,,1.0\n",
}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_rows_become_counts_by_study_war_and_kind(archive: Path):
    found = build_honours(archive)
    assert list(found.columns) == list(COUNTS)
    assert found.to_numpy().tolist() == [
        ["berkemeier_fuhrmann", 1, 0, 1, 1, 1, 0],  # not listed: its year stands in its name
        ["berkemeier_fuhrmann", 2, 1, 1, 0, 1, 1],
        ["bf_recoded_llm", 1, 0, 1, 1, 1, 0],
        ["bf_recoded_llm", 2, 1, 1, 0, 1, 0],
        ["leeds_anac", 1, 0, 1, 1, 2, 1],
        ["leeds_anac", 2, 1, 0, 0, 1, 1],  # 154, 1956: a number that the fourth list of wars no longer has
    ]


BAD = {
    "outcome": (LEEDS, "10.0,1.0,", "10.0,0.5,", "leeds_anac.csv, line 3: honor3: got '0.5'; allowed is 0 or 1."),
    "no outcome": (LEEDS, "10.0,0.0,", "10.0,,", "leeds_anac.csv, line 2: honor3: got ''; allowed is 0 or 1."),
    "kind": (LEEDS, "10.0,0.0,1.0,", "10.0,0.0,yes,", "line 2: active: got 'yes'; allowed is 0 or 1."),
    "both": (BERKEMEIER, "0.0,1.0,,,1.0", "0.0,1.0,1.0,,1.0", "line 2: honorBF and violateBF are both 1; allowed is"),
    "coded": (BERKEMEIER, "0.0,1.0,,,1.0", "0.0,2,,,1.0", "line 2: honorBF: got '2'; allowed is 0 or 1."),
    "year": (WARS, "151,1950", "151,2950", "interstate_war_v4.csv, line 3: year: got 2950; allowed is a war"),
    "early": (BERKEMEIER, "Unlisted1939", "Unlisted1739", "line 4: year: got 1739; allowed is a war that began"),
    "no year": (BERKEMEIER, "Unlisted1939", "Unlisted", "line 4: no year is known for this war"),
    "war": (LEEDS, "154.0", "999", "leeds_anac.csv, line 4: no year is known for this war; allowed is a war that"),
    "number": (LEEDS, "154.0", "-8", "line 4: war: got '-8'; allowed is a whole number from 1."),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_row_that_cannot_be_is_refused_and_named(archive: Path, name: str):
    file, old, new, message = BAD[name]
    assert FILES[file].count(old) == 1
    (archive / file).write_text(FILES[file].replace(old, new), encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        build_honours(archive)
    assert message in str(caught.value)


def test_a_file_that_is_missing_is_named(archive: Path):
    (archive / LEEDS).unlink()
    with pytest.raises(EvidenceError, match=r"leeds_anac\.csv: is missing; the archive's folder holds"):
        build_honours(archive)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("s,1,1,1,1,2,3", "counts, line 2: honoured: got 3 of 2 promises; allowed is 0 to 2."),
        ("s,1,2,1,1,2,1", "counts, line 2: post_1945: got '2'; allowed is 0 or 1."),
        ("s,1,1,1,1,0,0", "counts, line 2: promises: got '0'; allowed is a whole number from 1."),
    ],
)
def test_a_count_that_cannot_be_is_refused_and_named(row: str, message: str):
    with pytest.raises(EvidenceError) as caught:
        counts_of(f"{','.join(COUNTS)}\n{row}\n".encode(), "counts")
    assert message in str(caught.value)


PUBLISHED = {
    "berkemeier_fuhrmann": [(27, 19, 10), (63, 41, 18), (9, 4, 7), (40, 5, 19)],
    "bf_recoded_llm": [(28, 20, 11), (68, 43, 18), (9, 4, 7), (41, 6, 19)],
    "leeds_anac": [(42, 36, 12), (67, 50, 18), (2, 2, 2), (26, 5, 10)],
}
"""Promises, honoured, wars: before 1945 without and with a duty to fight, then since 1945; counted from the same files
by another hand."""


def test_the_shipped_counts_add_up_to_those_counted_before():
    cells = read_counts().groupby(["study", "post_1945", "active"])
    found = cells.agg(n=("promises", "sum"), kept=("honoured", "sum"), wars=("war", "nunique"))
    for study, rows in PUBLISHED.items():
        assert [tuple(map(int, row)) for row in found.loc[study].to_numpy()] == rows
