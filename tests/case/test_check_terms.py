"""Terms that contradict each other, each said with its clause and file; and texts that agree, let through."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contactline.case.load import find_case, load_case
from contactline.core.errors import CaseError
from contactline.faces.cli.app import app

HEAD = """default_proposals: [made_up]
proposals:
  - id: made_up
    name: Made up
    author: Corvia
    published: 2024-06-01
    {extra}
    summary: Terms made up for tests of the checks.
    sources: [plan_text]
    clauses:
"""
LEAVE = "kind: withdrawal, side: belmark, regions: [midland], to: dmz"
WRONG: dict[str, tuple[list[str], int, str]] = {
    "cede and freeze": (
        ["kind: freeze, regions: [midland]", "kind: cession, regions: [midland], form: de_facto"],
        1,
        "'midland' is ceded whole here and frozen on the line by another clause; keep one",
    ),
    "cede and give back": (
        [
            "kind: withdrawal, side: auria, regions: [midland], to: defender",
            "kind: cession, regions: [midland], form: de_facto, area: held",
        ],
        1,
        "'midland' is ceded here and given back to the defender by another clause; keep one",
    ),
    "two forms of cession": (
        [
            "kind: cession, regions: [midland], form: de_facto",
            "kind: cession, regions: [midland], form: de_jure",
        ],
        1,
        "'midland' is ceded de_facto and de_jure; keep one",
    ),
    "freeze and withdraw": (
        [LEAVE, "kind: freeze, regions: [midland]"],
        0,
        "'belmark' withdraws from 'midland', which another clause freezes; keep one",
    ),
    "both withdraw": (
        [LEAVE, "kind: withdrawal, side: auria, regions: [midland], to: defender"],
        1,
        "both 'belmark' and 'auria' withdraw from 'midland'; keep one",
    ),
    "left to two holders": (
        [LEAVE, "kind: withdrawal, side: belmark, regions: [midland], to: challenger"],
        1,
        "'midland' is left to the dmz by one clause and to the challenger here; keep one",
    ),
    "left to itself": (
        ["kind: withdrawal, side: belmark, regions: [midland], to: defender"],
        0,
        "'belmark' leaves ground to itself; `to` is the other side, or dmz",
    ),
    "withdrawal from nowhere": (
        ["kind: withdrawal, side: belmark, to: dmz"],
        0,
        "says no ground; give `regions`, or one of `polygon`, `to_line` and `back_km`",
    ),
    "withdrawal in two ways": (
        ["kind: withdrawal, side: belmark, to: dmz, back_km: 5, to_line: [[-140, -40], [-140, -39]]"],
        0,
        "gives to_line and back_km; give one of them, and a clause for each other",
    ),
    "polygon of two corners": (
        ["kind: withdrawal, side: belmark, to: dmz, polygon: [[-140, -40], [-140, -39]]"],
        0,
        "polygon has 2 corners; allowed are 3 or more, as [longitude, latitude]",
    ),
    "corners off the globe": (
        ["kind: withdrawal, side: belmark, to: dmz, to_line: [[-40, -140], [-39, -140]]"],
        0,
        "; allowed are corners [longitude, latitude] in degrees, in this order",
    ),
    "zone without place or depth": (
        ["kind: dmz, monitored: true"],
        0,
        "a demilitarised zone with neither place nor depth; give `regions` or `polygon`",
    ),
    "zone that nobody leaves": (
        ["kind: dmz, regions: [midland]"],
        0,
        "makes 'midland' a demilitarised zone, but no clause has anyone leave it; add a withdrawal from it, or give "
        "`depth_km` on each side of the line",
    ),
    "watched by whom, not watched": (
        ["kind: dmz, depth_km: 5, monitored_by: [corvia]"],
        0,
        "names `monitored_by` but says `monitored: false`; set `monitored: true`",
    ),
    "watched by nobody known": (
        ["kind: dmz, depth_km: 5, monitored: true, monitored_by: [corva]"],
        0,
        "unknown actor 'corva'; did you mean corvia?",
    ),
    "cap above present strength": (
        ["kind: force_cap, side: belmark, persons: 250000"],
        0,
        "caps 'belmark' at 250,000 persons, above its present 200,000 (`persons` in case.yaml), so it would limit "
        "nothing; give a lower cap, or write `rule: none` with the figure in the text, or correct `persons`",
    ),
    "cap without a figure": (
        ["kind: force_cap, side: belmark"],
        0,
        "a cap on personnel needs `persons`; a text without a figure is `rule: unnumbered`",
    ),
    "no cap with a figure": (
        ["kind: force_cap, side: belmark, rule: none, persons: 100000"],
        0,
        "gives a figure with `rule: none`; a figure belongs to `rule: cap`",
    ),
    "persons of tanks": (
        ["kind: force_cap, side: belmark, type: tanks, number: 300, persons: 300"],
        0,
        "gives `persons` for type tanks; give `number`",
    ),
    "two caps": (
        [
            "kind: force_cap, side: belmark, type: tanks, number: 300",
            "kind: force_cap, side: belmark, type: tanks, number: 200",
        ],
        1,
        "'belmark' is capped on tanks at 300 and at 200; keep one",
    ),
    "banned and promised": (
        [
            "kind: alliance, organisation: Pact, rule: ban",
            "kind: alliance, organisation: pact, rule: path",
        ],
        1,
        "pact: both ban and path; keep one",
    ),
    "troops barred and planned": (
        ["kind: foreign_troops, rule: barred", "kind: foreign_troops, rule: planned"],
        1,
        "foreign troops are both barred and planned; keep one",
    ),
    "guarantee without guarantor": (
        ["kind: guarantee"],
        0,
        "a guarantee without guarantor; name one of guarantees.yaml in `guarantee`, or leave the clause out",
    ),
    "unknown guarantee": (
        ["kind: guarantee, guarantee: corvian_pledge"],
        0,
        "unknown guarantee 'corvian_pledge'; did you mean corvia_pledge?",
    ),
    "two guarantees": (
        ["kind: guarantee, guarantee: corvia_pledge", "kind: guarantee, guarantee: corvia_pledge"],
        1,
        "a second guarantee; a proposal carries at most one. Describe both in one guarantee",
    ),
    "conditions of no guarantee": (
        ["kind: guarantee_conditions, guarantee: corvia_pledge"],
        0,
        "conditions of 'corvia_pledge', but the proposal carries no guarantee; name the same",
    ),
    "snap-back of nothing": (
        ["kind: sanctions, relief: none, snap_back: true"],
        0,
        "sanctions snap back but none are relieved; give `relief: phased` or `full`, or no `snap_back`",
    ),
    "two reliefs": (
        ["kind: sanctions, relief: phased", "kind: sanctions, relief: full"],
        1,
        "sanctions relief is both phased and full; keep one",
    ),
    "deadline passed": (
        ["kind: deadline, day: 2024-06-15"],
        0,
        "got 2024-06-15, before as_of 2024-06-30; a deadline that passed is `lapsed: true`, one that stands lies on "
        "as_of or later",
    ),
    "deadline lapsed in the future": (
        ["kind: deadline, day: 2024-08-15, lapsed: true"],
        0,
        "2024-08-15 is marked as lapsed, but is not before as_of 2024-06-30; leave `lapsed` out",
    ),
    "deadline before the text": (
        ["kind: deadline, day: 2024-05-15, lapsed: true"],
        0,
        "got 2024-05-15, before the proposal was published (2024-06-01); correct one",
    ),
    "two deadlines": (
        ["kind: deadline, day: 2024-08-15", "kind: deadline, day: 2024-09-15"],
        1,
        "a second deadline; keep the one that stands",
    ),
}

RIGHT = [
    [LEAVE, "kind: cession, regions: [midland], form: de_jure, recognised_by: [corvia]"],
    [LEAVE, "kind: dmz, regions: [midland], enter: international, monitored: true, monitored_by: [corvia]"],
    ["kind: freeze, regions: [midland]", "kind: cession, regions: [midland], form: de_facto, area: held"],
    [
        "kind: force_cap, side: belmark, persons: 200000",
        "kind: force_cap, side: belmark, type: tanks, number: 0",
    ],
    ["kind: alliance, organisation: Pact, rule: ban", "kind: alliance, organisation: Union, rule: path"],
    ["kind: guarantee, guarantee: corvia_pledge", "kind: foreign_troops, rule: barred"],
    ["kind: guarantee, guarantee: corvia_pledge", "kind: guarantee_conditions, guarantee: corvia_pledge"],
    ["kind: sanctions, relief: full, snap_back: true"],
    ["kind: deadline, day: 2024-06-15, lapsed: true"],
    ["kind: deadline, day: 2024-06-30"],
    ["kind: force_cap, side: belmark, rule: none", "kind: amnesty, rule: none"],
]


@pytest.fixture()
def copy(tmp_path: Path) -> Path:
    """A writable case without the files that name its proposals."""
    folder = Path(shutil.copytree(find_case("borderland"), tmp_path / "borderland"))
    (folder / "claims.yaml").unlink(missing_ok=True)
    return folder


def write(copy: Path, clauses: list[str], extra: str = "") -> None:
    head = HEAD.format(extra=extra) if extra else HEAD.replace("    {extra}\n", "")
    rows = [f'      - {{{clause}, text: "a clause", sources: [plan_text]}}\n' for clause in clauses]
    (copy / "proposals.yaml").write_text(head + "".join(rows), encoding="utf-8")


@pytest.mark.parametrize("name", WRONG)
def test_a_contradiction_is_said_with_clause_and_file(copy: Path, name: str) -> None:
    clauses, number, expected = WRONG[name]
    write(copy, clauses)
    with pytest.raises(CaseError) as caught:
        load_case(copy)
    message = str(caught.value)
    assert expected in message
    assert re.search(
        rf"proposals\.yaml: proposals\[0\]\.clauses\[{number}\][.\w\[\]]* \(line \d+, made_up\)", message
    )
    assert str(copy) in message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("clauses", RIGHT, ids=lambda clauses: clauses[-1][:40])
def test_terms_that_agree_are_let_through(copy: Path, clauses: list[str]) -> None:
    write(copy, clauses)
    assert len(load_case(copy).case.proposals[0].clauses) == len(clauses)


def test_troops_barred_while_the_guarantee_stations_them(copy: Path) -> None:
    path = copy / "guarantees.yaml"
    text = path.read_text(encoding="utf-8")
    assert "troops: false" in text
    path.write_text(text.replace("troops: false", "troops: true", 1), encoding="utf-8")
    write(copy, ["kind: guarantee, guarantee: corvia_pledge", "kind: foreign_troops, rule: barred"])
    with pytest.raises(
        CaseError, match=r"clauses\[1\].*bars foreign troops, but guarantee 'corvia_pledge' stations them"
    ):
        load_case(copy)


def test_a_proposal_cannot_have_entered_into_force(copy: Path) -> None:
    write(copy, ["kind: freeze"], "effective: 2024-06-20")
    with pytest.raises(
        CaseError, match=r"proposals\[0\]\.effective \(line \d+, made_up\): got 2024-06-20, before as_of"
    ):
        load_case(copy)
    write(copy, ["kind: freeze"], "effective: 2024-07-20")
    assert load_case(copy).case.proposals[0].effective is not None


def test_validate_holds_the_terms_against_the_map(copy: Path) -> None:
    write(copy, ["kind: withdrawal, side: belmark, to: dmz, polygon: [[1, 1], [1, 2], [2, 2]]"])
    result = CliRunner().invoke(app, ["case", "validate", str(copy)])
    assert result.exit_code == 2
    assert (
        "proposals.yaml: proposals[0].clauses[0] (made_up): polygon lies outside the theatre" in result.output
    )
    write(copy, ["kind: withdrawal, side: belmark, to: dmz, back_km: 10"])
    assert CliRunner().invoke(app, ["case", "validate", str(copy)]).exit_code == 0
