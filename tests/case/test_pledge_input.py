"""Wrong guarantees and analogues: errors name file, line or key, what came and what is allowed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from contactline.case.load import find_case, load_case
from contactline.core.errors import CaseError


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("evidence")
    return Path(shutil.copytree(find_case("borderland"), tmp_path / "borderland", ignore=ignored))


def broken(copy: Path, file: str, old: str, new: str) -> str:
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load_case(copy)
    return re.sub(r"line \d+", "line N", str(caught.value))


CSV = {
    "form": ("state,treaty,frozen", "state,treety,frozen",
             "analogues.csv: line N, column 'form' (old_pass): got 'treety'; allowed is one of treaty, executive, "
             "statement or none (did you mean treaty?)"),
    "flag": ("frozen,no,yes,yes,400", "frozen,no,perhaps,yes,400",
             "column 'dmz' (old_pass): got 'perhaps'; allowed is yes or no"),
    "number": ("yes,yes,400,minor", "yes,yes,-3,minor", "column 'distance_km' (old_pass): got '-3'; allowed is"),
    "not finite": (",yes,40,https", ",yes,nan,https", "column 'years_observed' (old_pass): got 'nan'"),
    "address": ("https://example.org/analogues,low", "a book,low",
                "column 'url' (old_pass): got 'a book'; allowed is an address that starts with http:// or https://"),
    "guarantor": (",Corvia,state,treaty,frozen", ",,state,treaty,frozen",
                  "row old_pass: guarantors is empty if and only if guarantor_kind is none and honoured is"),
    "never broken": ("minor,1935,yes", "no,1935,yes", "violated_when stands if and only if violated is yes or minor"),
    "broken before": ("minor,1935,yes", "minor,1925,yes", "violated_when 1925 lies before year 1931"),
    "after as-of": ("yes,2003-02,yes,13", "yes,2024-09,yes,13",
                    "lake_pact, column 'violated_when': got 2024-09, after as_of 2024-06-30"),
    "twice": ("river_truce,", "river_paper,", "column 'id': 'river_paper' stands twice"),
    "length": ("The lake pact,", "The lake pact,extra,", "21 values; allowed are 20, one a column"),
    "column": ("guarantor_kind,form", "guarantor_kind,forms",
               "line N: unknown column 'forms'; did you mean form? Allowed are id, case"),
}  # fmt: skip

YAML = {
    "no guarantor": ("guarantors: [corvia]", "guarantors: []",
                     "guarantees[0].guarantors (line N, corvia_pledge): got a list of 0; allowed is a list of 1 or"),
    "unknown guarantor": ("guarantors: [corvia]", "guarantors: [corvio]", "unknown actor 'corvio'; did you mean"),
    "too many needed": ("guarantors: [corvia]", "guarantors: [corvia]\n    enough: 2",
                        "got 2 of 1 guarantors; allowed is any, all or 1 to 1"),
    "form none": ("form: executive", "form: none",
                  "guarantees[0].revoked_by (line N, corvia_pledge): form none promises nothing that could be revoked"),
    "calendar past": ("day: 2026-09-01", "day: 2024-01-01",
                      "calendar[0].day (line N, corvia_vote): got 2024-01-01, not after as_of 2024-06-30"),
    "calendar actor": ("guarantor: corvia,", "guarantor: coriva,",
                       "calendar[0].guarantor (line N, corvia_vote): unknown actor 'coriva'; did you mean corvia"),
    "term past": ("years: 10 ", "term_ends: 2024-01-01\n    years: 10 ",
                  "guarantees[0].term_ends (line N, corvia_pledge): got 2024-01-01, not after as_of 2024-06-30"),
    "twice": ("calendar: ", "calendar:\n  - {id: corvia_vote, guarantor: corvia, seat: chancellery, day: 2026-10-01, "
              "what: Again, chance: 0.5, sources: [atlas]} ", "'corvia_vote' stands twice"),
    "no longer a key": ("calendar: ", "base_rates: []\ncalendar: ", "unknown key"),
    "record is not a key": ("years: 10 ", "record: {}\n    years: 10 ", "unknown key"),
}  # fmt: skip


@pytest.mark.parametrize("name", CSV)
def test_a_wrong_analogue_is_named(copy: Path, name: str) -> None:
    old, new, message = CSV[name]
    assert message in broken(copy, "analogues.csv", old, new)


@pytest.mark.parametrize("name", YAML)
def test_a_wrong_guarantee_is_named(copy: Path, name: str) -> None:
    old, new, message = YAML[name]
    said = broken(copy, "guarantees.yaml", old, new)
    assert message in said
    assert "guarantees.yaml" in said


def test_restraint_of_nobody_is_an_error(copy: Path) -> None:
    said = broken(
        copy, "beliefs.yaml", "  - name: truce.restraint_shift\n", "  - name: truce.restraint_shift.corvio\n"
    )
    assert "'truce.restraint_shift.corvio' names no actor of the case; did you mean corvia?" in said


def test_a_case_without_analogues_loads(copy: Path) -> None:
    (copy / "analogues.csv").unlink()
    assert load_case(copy).case.analogues == ()


def test_rows_read_as_typed_and_every_guarantee_carries_the_record() -> None:
    case = load_case("ukraine_2025").case
    assert len(case.analogues) >= 25
    assert all(row.url.startswith("http") and row.note for row in case.analogues)
    munich = next(row for row in case.analogues if row.id == "munich_1938")
    assert munich.defences_ceded and munich.guarantors[0] == "United Kingdom" and munich.years_observed == 0.5
    for guarantee in case.guarantees:
        assert guarantee.record.analogues == case.analogues
        assert "record" not in guarantee.model_dump() and "_record" not in guarantee.model_dump()
