"""Each way to break a case file gives a message that names file, key path, what came and what is allowed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from contactline.case.load import find_case, load_case
from contactline.core.errors import CaseError


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A writable copy of the small case, without its evidence."""
    ignored = shutil.ignore_patterns("evidence")
    return Path(shutil.copytree(find_case("borderland"), tmp_path / "borderland", ignore=ignored))


# (file, what stands there, what the user wrote instead, what the message must say)
BREAKS: dict[str, tuple[str, str, str, str]] = {
    "not a number": (
        "beliefs.yaml",
        "mean: 0, sd: 0.5",
        "mean: none, sd: 0.5",
        "beliefs.yaml: beliefs[0].distribution.mean (line N, war.region_shift): got 'none'; "
        "allowed is a valid number",
    ),
    "not finite": (
        "beliefs.yaml",
        "mean: 0, sd: 0.5",
        "mean: .nan, sd: 0.5",
        "got nan; allowed is a finite number",
    ),
    "out of bounds": (
        "beliefs.yaml",
        "mean: 0, sd: 0.5",
        "mean: 0, sd: -1",
        "beliefs[0].distribution.sd (line N, war.region_shift): got -1; allowed is a number greater than 0",
    ),
    "unknown distribution": (
        "beliefs.yaml",
        "kind: normal",
        "kind: norml",
        "beliefs[0].distribution.kind (line N, war.region_shift): got 'norml'; allowed is one of fixed, uniform, "
        "loguniform, normal, halfnormal, lognormal, beta, fitted (did you mean normal?)",
    ),
    "no kind": (
        "beliefs.yaml",
        "kind: normal, mean",
        "mean",
        "beliefs[0].distribution.kind (line N, war.region",
    ),
    "crossed bounds": (
        "beliefs.yaml",
        "distribution: {kind: normal, mean: 0, sd: 0.5}",
        "distribution: {kind: uniform, low: 2, high: 1}",
        "beliefs[0].distribution (line N, war.region_shift): low 2 must be below high 1",
    ),
    "share above one": (
        "beliefs.yaml",
        "distribution: {kind: beta, mean: 0.23, weight: 60}",
        "distribution: {kind: uniform, low: 0.5, high: 1.5}",
        "reaches from 0.5 to 1.5; allowed for a share or a chance is 0 to 1",
    ),
    "wrong unit": (
        "beliefs.yaml",
        "unit: per year",
        "unit: per week",
        "got 'per week'; the engine reads war.collapse_rate in 'per year'",
    ),
    "refusal without a path": (
        "proposals.yaml",
        "    author: Corvia\n",
        "    author: Corvia\n    if_refused: nowhere\n",
        "unknown support_path 'nowhere'",
    ),
    "elasticity beyond one": (
        "beliefs.yaml",
        "distribution: {kind: uniform, low: 0, high: 1}",
        "distribution: {kind: uniform, low: 0, high: 2}",
        "reaches from 0 to 2; allowed for a share or a chance is 0 to 1",
    ),
    "belief that no record says": (
        "beliefs.yaml",
        "distribution: {kind: uniform, low: 0, high: 1}",
        "distribution: {kind: fitted, record: wars}",
        "no record of past wars says it",
    ),
    "belief renamed": (
        "beliefs.yaml",
        "name: truce.belt_ceded",
        "name: truce.belt_cede",
        "belief 'truce.belt_ceded' is missing (is 'truce.belt_cede' meant?); the engine needs it, in 'log hazard'",
    ),
    "the forecast's own belief": (
        "beliefs.yaml",
        "name: war.built_up_resistance",
        "name: war.tempo",
        "beliefs[1].name (line N, war.tempo): 'war.tempo' is kept for the forecast's own; take it out",
    ),
    "belief twice": (
        "beliefs.yaml",
        "name: war.collapse_weeks",
        "name: war.collapse_speed",
        "beliefs[5].name (line N, war.collapse_speed): 'war.collapse_speed' stands twice",
    ),
    "nobody owns the number": (
        "beliefs.yaml",
        '    assumption: {by: the template, why: "Invented; say why this value and this width."}\n',
        "",
        "beliefs[0] (line N, war.region_shift): needs `sources`",
    ),
    "credibility above one": (
        "guarantees.yaml",
        "credibility: {kind: beta, mean: 0.4, weight: 4}",
        "credibility: {kind: normal, mean: 0.4, sd: 0.2}",
        "guarantees[0].credibility (line N, corvia_pledge): reaches from -inf to inf; allowed for a share or a "
        "chance is 0 to 1",
    ),
    "share of need": (
        "support.yaml",
        "{actor: corvia, share: 0.4,",
        "{actor: corvia, share: 1.4,",
        "capabilities[0].donors[1].share (line N, munitions): got 1.4; allowed is a number less than or equal to 1",
    ),
    "donor twice": (
        "support.yaml",
        "{actor: corvia, share",
        "{actor: belmark, share",
        "'belmark' is counted twice",
    ),
    "unknown actor": (
        "support.yaml",
        "- {actor: corvia, capabilities",
        "- {actor: corvina, capabilities",
        "support_paths[1].cuts[0].actor (line N, corvia_stops): unknown actor 'corvina'; did you mean corvia?",
    ),
    "unknown region in a clause": (
        "proposals.yaml",
        "side: belmark, regions: [midland], to: dmz",
        "side: belmark, regions: [midlands], to: dmz",
        "proposals[0].clauses[0].regions[0] (line N, mediator_plan): unknown region 'midlands'; did you mean midland?",
    ),
    "unknown clause kind": (
        "proposals.yaml",
        "- {kind: sanctions, relief",
        "- {kind: sanction, relief",
        "proposals[0].clauses[5].kind (line N, mediator_plan): got 'sanction'; allowed is one of withdrawal",
    ),
    "misspelt clause key": (
        "proposals.yaml",
        "relief: phased, snap_back: true",
        "relief: phased, snapback: true",
        "proposals[0].clauses[5].snapback (line N, mediator_plan): unknown key; did you mean snap_back?",
    ),
    "comma in a text": (
        "proposals.yaml",
        'text: "Both sides stay where they are."',
        "text: Both sides stay, where they are.",
        "clauses[0].where they are. (line N, plain_freeze): unknown key; if it is part of a text between braces, put "
        "the text in quotes",
    ),
    "number after a comma": (
        "proposals.yaml",
        'text: "Belmark keeps at most 150,000 persons under arms."',
        "text: at most 150,000: persons",
        "line N, column N: key '000' is not a word. Where a comma stands in a text between braces, put",
    ),
    "unknown choice": (
        "proposals.yaml",
        "relief: phased",
        "relief: partial",
        "clauses[5].relief (line N, mediator_plan): got 'partial'; allowed is 'none', 'phased' or 'full'",
    ),
    "unknown guarantee": (
        "proposals.yaml",
        "guarantee: corvia_pledge",
        "guarantee: corvia_pledg",
        "clauses[4].guarantee (line N, mediator_plan): unknown guarantee 'corvia_pledg'; did you mean corvia_pledge?",
    ),
    "unknown default proposal": (
        "proposals.yaml",
        "default_proposals: [mediator_plan, plain_freeze]",
        "default_proposals: [mediators_plan]",
        "proposals.yaml: default_proposals[0] (line N): unknown proposal 'mediators_plan'; did you mean mediator_plan?",
    ),
    "proposal from the future": (
        "proposals.yaml",
        "published: 2024-06-01",
        "published: 2024-07-01",
        "proposals[0].published (line N, mediator_plan): got 2024-07-01, after as_of 2024-06-30",
    ),
    "ceded and frozen": (
        "proposals.yaml",
        "- {kind: dmz, regions: [midland], monitored: true,",
        "- {kind: freeze, regions: [midland],",
        "'midland' is ceded whole here and frozen on the line by another clause",
    ),
    "cap without a strength": (
        "case.yaml",
        "    persons: 200000 ",
        "    # persons: 200000 ",
        "clauses[3] (line N, mediator_plan): caps 'belmark', whose strength is not given; add `persons`",
    ),
    "impossible day": (
        "case.yaml",
        "as_of: 2024-06-30",
        "as_of: 2024-06-31",
        "case.yaml: as_of (line N): got '2024-06-31'; allowed is a day as YYYY-MM-DD",
    ),
    "fit after the as-of date": (
        "case.yaml",
        "fit_from: 2021-07-18",
        "fit_from: 2025-07-18",
        "evidence.fit_from (line N): got 2025-07-18; allowed is a day before as_of 2024-06-30",
    ),
    "two challengers": (
        "case.yaml",
        "name: Belmark\n    role: defender",
        "name: Belmark\n    role: challenger",
        "got auria and belmark as challenger; allowed is exactly one challenger",
    ),
    "latitude": (
        "case.yaml",
        "latitude: -40.35",
        "latitude: -140.35",
        "objectives[0].latitude (line N, alderton): got -140.35; allowed is a number greater than or equal to -90",
    ),
    "id with a space": (
        "case.yaml",
        "id: alderton",
        "id: Alder ton",
        "objectives[0].id (line N, Alder ton): got 'Alder ton'; allowed is a short name of lower-case letters",
    ),
    "region called total": (
        "case.yaml",
        "{id: westhold,",
        "{id: total,",
        "'total' is kept for the sum of all",
    ),
    "missing key": ("case.yaml", "title: The", "# title: The", "case.yaml: title: is missing; add it"),
    "misspelt section": (
        "case.yaml",
        "\nseries:\n",
        "\nserie:\n",
        "unknown key 'serie': did you mean series",
    ),
    "section in the wrong file": (
        "case.yaml",
        "\nseries:\n",
        "\nvalues:\n",
        "key 'values' belongs in values.yaml; move it there",
    ),
    "no headline": (
        "case.yaml",
        " headline: true,",
        "",
        "got none with `headline: true`; allowed is exactly one",
    ),
    "key twice": (
        "case.yaml",
        "title: The invented",
        "id: other\ntitle: The invented",
        "line N, column N: key 'id' stands twice (first in line N); YAML would keep only the last",
    ),
    "indentation": (
        "case.yaml",
        "theatre:\n  resolution",
        "theatre:\n resolution",
        "line N, column N: not YAML",
    ),
    "tab": (
        "case.yaml",
        "  resolution: 6",
        "\tresolution: 6",
        "The line holds a tab; YAML indents by spaces alone: put spaces in its place.",
    ),
    "outcome weighed twice": (
        "values.yaml",
        "outcome: defender_losses, label: Own",
        "outcome: km2_held, label: Own",
        "'km2_held' stands twice; a viewpoint may weigh each outcome once",
    ),
    "region of an aim": (
        "conduct.yaml",
        "regions: [midland]",
        "regions: [middleland]",
        "conduct.yaml: conduct.aims[0].regions[0] (line N, narrow): unknown region 'middleland'; did you mean midland?",
    ),
    "aim misspelt": (
        "conduct.yaml",
        "id: narrow",
        "id: narow",
        "/borderland: conduct.yaml: conduct.aims[0].id (line N, narow): got 'narow'; allowed is 'narrow', 'claimed'",
    ),
    "text too short": (
        "proposals.yaml",
        'text: "Belmark\'s forces leave Midland."',
        "text: x",
        "clauses[0].text (line N, mediator_plan): got 'x'; allowed is a text of 5 characters or more.",
    ),
    "per cent for a probability": (
        "claims.yaml",
        "says: at_least, value: 0.5",
        "says: at_least, value: 50",
        "claims.yaml: claims[1].tests[0].value (line N, midland_falls): got 50; objective.midland_rest.p_104 is a "
        "probability, so allowed is a number from 0 to 1: 0.5?",
    ),
    "unknown source": (
        "claims.yaml",
        "support: [atlas]",
        "support: [atlass]",
        "claims.yaml: claims[0].support[0] (line N, best_positions): unknown bibliography entry 'atlass'; did you mean "
        "atlas?",
    ),
    "source from the future": (
        "bibliography.yaml",
        'day: "2024-06-01"',
        'day: "2024-07"',
        "bibliography[1].day (line N, plan_text): got 2024-07, after as_of 2024-06-30",
    ),
    "day of a source": (
        "bibliography.yaml",
        'day: "2024"',
        'day: "spring"',
        "got 'spring'; allowed is YYYY, YYYY-MM",
    ),
    "unknown outcome": (
        "values.yaml",
        "{outcome: truce_holds,",
        "{outcome: truce_hold,",
        "values[0].attributes[4].outcome (line N, belmark): unknown outcome 'truce_hold'; did you mean truce_holds",
    ),
    "unknown veto": (
        "values.yaml",
        "vetoes: [cession]",
        "vetoes: [session]",
        "values[1].vetoes[0] (line N, belmark): unknown clause kind 'session'; did you mean cession",
    ),
    "two defaults": (
        "values.yaml",
        "vetoes: [cession]",
        "default: true",
        "actor 'belmark' has 2 viewpoints with `default: true`; allowed is exactly one",
    ),
    "position from the future": (
        "positions.yaml",
        "day: 2024-06-20",
        "day: 2024-12-20",
        "positions[2].day (line N, belmark): got 2024-12-20, after as_of 2024-06-30",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_named(copy: Path, name: str) -> None:
    file, old, new, expected = BREAKS[name]
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text, "the template changed; move this break along"
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load_case(copy)
    message = str(caught.value)
    assert expected in re.sub(r"(line|column) \d+", r"\1 N", message), message
    assert str(copy) in message
    assert caught.value.exit_code == 2


def test_the_unbroken_copy_loads(copy: Path) -> None:
    """Negative control: the fixture alone raises nothing."""
    assert load_case(copy).case.id == "borderland"


def test_the_line_is_the_one_an_editor_shows(copy: Path) -> None:
    path = copy / "values.yaml"
    path.write_text(path.read_text().replace("vetoes: [cession]", "vetoes: [session]"))
    line = next(n for n, text in enumerate(path.read_text().splitlines(), start=1) if "session" in text)
    with pytest.raises(CaseError, match=rf"values\.yaml: values\[1\]\.vetoes\[0\] \(line {line}, belmark\)"):
        load_case(copy)


def test_all_violations_are_listed_up_to_ten(copy: Path) -> None:
    path = copy / "beliefs.yaml"
    path.write_text(path.read_text().replace("unit: multiplier", "unit: factor"))
    with pytest.raises(CaseError) as caught:
        load_case(copy)
    count = path.read_text().count("unit: factor")
    lines = str(caught.value).splitlines()
    assert f"the case has {count} problems:" in lines[0]
    assert len(lines) == 1 + min(count, 10) + (count > 10)


def test_a_file_with_an_unknown_name(copy: Path) -> None:
    (copy / "belief.yaml").write_text("beliefs: []\n")
    with pytest.raises(CaseError, match=r"belief\.yaml: not a file of a case; did you mean beliefs\.yaml\?"):
        load_case(copy)


def test_an_empty_file(copy: Path) -> None:
    (copy / "claims.yaml").write_text("# nothing yet\n")
    with pytest.raises(
        CaseError, match=r"claims\.yaml: got nothing; allowed is a mapping with the keys claims, bench"
    ):
        load_case(copy)


def test_a_file_in_another_encoding(copy: Path) -> None:
    (copy / "claims.yaml").write_bytes("claims: []  # größer".encode("latin-1"))
    with pytest.raises(CaseError, match=r"claims\.yaml: byte \d+ is not UTF-8"):
        load_case(copy)


def test_optional_files_may_be_absent(copy: Path) -> None:
    for name in ("positions.yaml", "claims.yaml"):
        (copy / name).unlink()
    assert load_case(copy).case.claims == ()
