"""`contactline claims` on a saved run: another text checked, JSON, the list of quantities, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contactline.core.errors import InputError
from contactline.faces.cli.app import app
from contactline.faces.report.html import render_html
from contactline.topics.claims import show as charts_claims
from contactline.topics.showing.figures import to_svg
from contactline.topics.store import save
from contactline.topics.tables import TABLES

TEXT = """
claims:
  - {id: soon, text: Alderford falls within a year., by: a column, sources: [ref_a],
     tests: [{quantity: objective.town_0.p_52, says: at_least, value: 0.99}]}
  - {id: mind, text: Northland wants peace., by: a column, sources: [ref_a], not_testable: Intent is inferred}
"""


@pytest.fixture(scope="module")
def run(sample, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    save(sample, folder)
    return folder


def call(*words: object):
    return CliRunner().invoke(app, ["claims", *map(str, words)])


def test_a_text_on_a_saved_run(run, tmp_path):
    text = tmp_path / "column.yaml"
    text.write_text(TEXT, encoding="utf-8")
    shown = call("--run", run, "--text", text)
    assert (
        shown.exit_code == 0 and "0 supported; 0 contested; 1 not supported; 1 not testable." in shown.stdout
    )
    data = json.loads(call("--run", run, "--text", text, "--json").stdout)
    assert [c["verdict"] for c in data["claims"]] == ["not supported", "not testable"]
    assert data["claim_tests"][0]["agrees"] == "disagrees" and data["claim_tests"][0]["central"] < 0.99


def test_a_case_without_claims_is_said(run):
    result = call("--run", run)
    assert isinstance(result.exception, InputError) and "case 'sample' holds no claims" in str(
        result.exception
    )


def test_the_run_of_another_case_is_refused(run):
    result = call("borderland", "--run", run)
    assert isinstance(result.exception, InputError)
    assert "is an assessment of 'sample', not of 'borderland'" in str(result.exception)


def test_quantities_are_listed():
    data = json.loads(call("borderland", "--quantities", "--json").stdout)
    assert "objective.midland_rest.p_104" in data["names"] and len(data["families"]) > 30
    assert "assumed: a belief with an owner" in call("borderland", "--quantities").stdout


def test_section_of_the_report(sample):
    page = render_html(sample)
    assert (
        "Of 4 claims of the debate, 1 is supported, 1 is contested, 1 is not supported and 1 is not testable"
        in page
    )
    assert "Intent is inferred, never measured." in page and "Accepting is better in 8 of 10 futures" in page
    for verdict, colour in charts_claims.VERDICT_COLOURS.items():
        assert f"<summary>{verdict.capitalize()}: 1 claim <small>" in page
        assert f"border-left:.5rem solid {colour};" in page


def test_figures_render(sample):
    for recipe in charts_claims.RECIPES:
        assert set(recipe.tables) <= set(TABLES)
        for figure in recipe.build(sample):
            assert (
                figure.title
                and "As of 7 December 2025." in figure.subtitle
                and to_svg(figure).startswith("<svg")
            )
