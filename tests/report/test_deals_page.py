"""Proposals side by side: the figure's finding, the rows that people read, the page, and the command."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sample import PROPOSALS
from sample_deal import deal_rows
from typer.testing import CliRunner

from contactline.core.frame import checked
from contactline.faces.cli.app import app
from contactline.service.cases import new_case
from contactline.topics.proposals.show import deals as charts_deal
from contactline.topics.proposals.show.side_by_side import finding, side_by_side
from contactline.topics.tables import declared

IDS = ["mediator_plan", "auria_terms"]


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["deal", *words], env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    return result.output


def test_the_figure_says_which_city_the_line_comes_nearer_to(sample):
    (figure,) = charts_deal.city_distances(sample)
    assert figure.title == (
        "Grand plan: the line runs nearer to West City (32 → 20 km) and stays where it is before South City"
    )
    assert "As of 7 December 2025" in figure.subtitle and figure.title in figure.alt


def test_the_figure_says_when_nothing_moves(sample):
    still = deal_rows(PROPOSALS)["deal_compare"]
    still = still[still["proposal"] != next(iter(PROPOSALS))]
    quiet = dataclasses.replace(sample, tables={**sample.tables, "deal_compare": still})
    (figure,) = charts_deal.city_distances(quiet)
    assert figure.title == "No proposal moves the line nearer to a city, or farther from one"


def test_cities_far_from_every_line_are_left_out(sample):
    far = deal_rows(PROPOSALS)["deal_compare"]
    far.loc[far["item"].str.startswith("distance_"), "value"] += 500
    assert charts_deal.city_distances(dataclasses.replace(sample, tables={"deal_compare": far})) == []


def test_figures_before_and_after_share_a_row_and_what_stays_is_said_once():
    names, items = side_by_side(checked(declared("deal_compare"), deal_rows(PROPOSALS)["deal_compare"]))
    rows = {item.item: item for item in items}
    assert names == list(PROPOSALS.values())
    assert rows["line_km"].cells == ("1,150 km → 905 km", "1,150 km", "1,150 km")
    assert rows["depth_km"].cells[0] == "15 km (Alder 3 km) → 35 km (Elm 17 km)"
    assert rows["asked_text"].cells == ("Its own terms, 2025-06-02",) * 3
    assert not any("_before" in item or "_after" in item for item in rows)


def test_a_proposal_without_an_item_has_a_dash_and_a_share_reads_as_one():
    frame = pd.DataFrame(
        [
            ("a", "A", "asked", "asked_taken", "taken", 0.25, "share", ""),
            ("a", "A", "line", "depth_km_after", "open ground", np.nan, "km", "none behind it"),
            ("b", "B", "asked", "asked_given", "given", 0.0, "share", ""),
        ],
        columns=["proposal", "name", "part", "item", "label", "value", "unit", "text"],
    )
    _, items = side_by_side(frame)
    assert {item.item: item.cells for item in items} == {
        "depth_km_after": ("none behind it", "–"),
        "asked_taken": ("25%", "–"),
        "asked_given": ("–", "none"),
    }


def test_the_finding_of_a_proposal_in_two_sentences():
    table = deal_rows(PROPOSALS)["deal_compare"]
    extra = pd.DataFrame(
        [
            ("grand_plan", "Grand plan", "asked", "asked_taken", "taken", 0.84, "share", ""),
            ("grand_plan", "Grand plan", "asked", "asked_given", "given", 0.29, "share", ""),
        ],
        columns=["proposal", "name", "part", "item", "label", "value", "unit", "text"],
    )
    said = finding(pd.concat([table, extra]), "grand_plan")
    assert said == (
        "Grand plan: open ground: 15 km (Alder 3 km) → 35 km (Elm 17 km). "
        "Of the ground that Northland asked for, 84% is held already; of the rest, this gives 29%."
    )
    assert finding(table[table["part"] == "clauses"], "grand_plan") == ""


def test_the_command_prints_both_proposals_within_the_width():
    output = run("compare", *IDS, "--case", "borderland")
    assert "Corvia's plan" in output and "Auria's own terms" in output
    for words in ("Belmark leaves", "Alderton–Brenwick–Calmoor", "Westport to the line", "88 km → 62 km"):
        assert words in output
    assert "nothing is simulated" in output
    assert max(map(len, output.splitlines())) <= 120


def test_the_command_as_json_is_the_table():
    rows = json.loads(run("compare", *IDS, "--case", "borderland", "--json"))
    frame = checked(declared("deal_compare"), pd.DataFrame(rows))
    assert list(dict.fromkeys(frame["proposal"])) == IDS
    given = frame[frame["item"] == "km2_given_up"]["value"]
    assert (given > 4_000).all()


def test_list_and_show_name_every_clause():
    listed = json.loads(run("list", "--case", "borderland", "--json"))
    assert [row["proposal"] for row in listed if row["by_default"]] == ["mediator_plan", "plain_freeze"]
    assert all(0 < row["modelled"] <= row["clauses"] for row in listed)
    shown = run("show", "zone_on_line", "--case", "borderland")
    assert "not modelled" in shown and "of 5 clauses have an effect in the model" in shown
    rows = json.loads(run("show", "zone_on_line", "--case", "borderland", "--json"))
    assert [row["kind"] for row in rows] == ["freeze", "dmz", "monitoring", "prisoner_exchange", "deadline"]


def test_the_page_stands_alone_and_its_maps_lie_beside_it(tmp_path: Path):
    run("compare", *IDS, "--case", "borderland", "--out", str(tmp_path / "deals"))
    page = (tmp_path / "deals" / "deals.html").read_text(encoding="utf-8")
    assert "This case is invented" in page and '"id":"after"' in page
    assert "Belmark leaves Midland, left to a demilitarised zone" in page.replace("&#39;", "'")
    assert 'src="http' not in page and 'link rel="stylesheet"' not in page
    written = {path.name for path in (tmp_path / "deals").iterdir()}
    assert {f"map_after_{name}.svg" for name in IDS} <= written and "map_now.png" in written


def test_the_proposal_written_in_the_docs_is_valid_and_compares(tmp_path: Path):
    page = (Path(__file__).resolve().parents[2] / "docs" / "deals.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.S)
    folder = new_case("my_case", tmp_path)
    terms = folder / "proposals.yaml"
    terms.write_text(terms.read_text(encoding="utf-8") + "\n" + example, encoding="utf-8")
    rows = json.loads(run("compare", "mediator_plan", "my_terms", "--case", str(folder), "--json"))
    given = {row["proposal"]: row["value"] for row in rows if row["item"] == "km2_given_up"}
    assert 0 < given["my_terms"] < given["mediator_plan"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["compare", "mediators_plan"], "unknown proposal 'mediators_plan': did you mean mediator_plan?"),
        (["show", "mediators_plan"], "unknown proposal 'mediators_plan': did you mean mediator_plan?"),
        (["compare", "--town-people", "0"], "--town-people: got 0; allowed is a whole number from 1 up."),
    ],
)
def test_what_the_user_can_mend_is_one_message(words: list[str], said: str):
    result = CliRunner().invoke(app, ["deal", *words, "--case", "borderland"])
    assert result.exit_code != 0
    assert said in str(result.exception)
