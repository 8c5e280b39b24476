"""`contactline support`: what it prints, what it gives as data, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contactline.case.load import load_case
from contactline.core.errors import ContactlineError
from contactline.faces.cli.support import app
from contactline.service.own_paths import read_paths

OWN = """
support_paths:
  - id: corvia_doubles
    name: Corvia doubles
    cuts:
      - {actor: corvia, week: 0, factor: 2}
    assumption: {by: me, why: "A question that I have."}
"""


def run(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*words: object) -> str:
    with pytest.raises(ContactlineError) as caught:
        CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_show_says_who_provides_what_and_what_one_donor_provides_alone():
    text = " ".join(run("show").split())
    assert "Satellite communications United States 98" in text
    assert "Pressure, % of what could be" in text
    alone = json.loads(run("show", "--json"))["support_reliance"]
    only_us = {row["capability"] for row in alone if row["alone"] and row["donor"] == "united_states"}
    assert only_us == {"intelligence", "satellite_links", "interceptors_ballistic"}


def test_path_prints_adequacy_by_week_of_a_cases_path_and_of_ones_own(own):
    text = run("path", "corvia_stops", "borderland")
    assert "Munitions *" in text and "Interceptors *" not in text
    table = json.loads(run("path", "corvia_doubles", "borderland", "--file", own, "--json"))["adequacy"]
    munitions = [row["adequacy"] for row in table if row["capability"] == "munitions"]
    assert munitions[0] == 1.0  # 0.5 + 2 × 0.4 is more than need


def test_compare_fights_every_path_out_and_finds_a_package(own):
    found = json.loads(
        run("compare", "borderland", "--draws", 100, "--file", own, "--hold-until", "2025-06-29", "--json")
    )
    frontier = {row["path"]: row for row in found["support_frontier"]}
    assert list(frontier) == ["as_today", "corvia_stops", "corvia_doubles"]
    assert frontier["corvia_doubles"]["gain_diff"] < 0 < frontier["corvia_stops"]["gain_diff"]
    assert frontier["corvia_stops"]["p_belt_104"] <= frontier["as_today"]["p_belt_104"]
    for row in frontier.values():
        assert row["p_belt_104"] <= row["p_belt_52"]
    (package,) = found["support_packages"]
    assert package["hold_weeks"] == 52 and package["p_as_is"] < package["likelihood"]
    # Belmark alone gives at most three times one half of need, which more than makes good for Corvia's 0.4.
    assert 1 < package["factor"] <= 3 and package["p_reached"] >= package["likelihood"]


def test_wrong_input_is_named(own, tmp_path):
    assert "did you mean corvia_stops" in refused("path", "corvia_stop", "borderland")
    assert "--months: got 0; allowed is a whole number from 1 to 120" in refused(
        "path", "as_today", "--months", 0
    )
    assert "--likelihood: got 80.0; allowed is a number between 0 and 1" in refused(
        "compare", "--likelihood", 80
    )
    assert "--hold-until: got 2030-01-01; allowed is a day from 2026-01-04" in refused(
        "compare", "--hold-until", "2030-01-01"
    )
    assert "there is no such file" in refused("path", "x", "borderland", "--file", tmp_path / "none.yaml")
    for text, said in (
        (OWN.replace("corvia_doubles", "corvia_stops"), "id 'corvia_stops' is taken by another path"),
        (
            OWN.replace("factor: 2", "factor: 9"),
            "cuts[0].factor: got 9; allowed is a number less than or equal to 5",
        ),
        (
            OWN.replace("actor: corvia", "actor: corva"),
            "'corva' supplies nothing in this case; did you mean corvia?",
        ),
        ("- [", "not YAML"),
        ("just words", "got 'just words'; allowed is a path with id, name, cuts and assumption"),
        (OWN.replace("    assumption", "    # assumption"), "needs `sources`"),
    ):
        own.write_text(text, encoding="utf-8")
        assert said in refused("path", "corvia_doubles", "borderland", "--file", own), text


def test_the_path_of_the_documentation_is_a_path_of_the_built_in_case(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "support.md").read_text(encoding="utf-8")
    (example,) = [block.split("```")[0] for block in page.split("```yaml\n")[1:]]
    path = tmp_path / "mine.yaml"
    path.write_text(example, encoding="utf-8")
    (found,) = read_paths(path, load_case("ukraine_2025").case)
    assert found.id == "shells_doubled" and len(found.cuts) == 2
