"""The public names: found by `dir`, short on a line, and a small table in a notebook, with every text escaped."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import contactline
from contactline.score.backtest import backtest
from contactline.score.rolling import Rolling
from contactline.service.questions import Deals
from contactline.topics.store import load, save


@pytest.fixture(scope="module")
def results():
    """One object of every public result type, from the smallest run that makes it."""
    assessment = contactline.assess("borderland", draws=100, seed=1)
    weeks = np.arange("2022-01-02", "2025-01-05", 7, dtype="datetime64[D]")
    gains = np.random.default_rng(1).normal(10, 5, len(weeks))
    made = (
        assessment,
        contactline.compare(assessment, assessment),
        contactline.Session().ask(Deals(), contactline.Scenario(case="borderland")),
        assessment.run,
        assessment.judgements[0],
        contactline.load_case("borderland"),
        contactline.simulate("borderland", draws=100, weeks=52),
        backtest(gains, weeks, rolling=Rolling(draws=100)),
    )
    return {type(one).__name__: one for one in made}


def test_dir_shows_every_public_name():
    assert set(contactline.__all__) <= set(dir(contactline))
    assert all(getattr(contactline, name) for name in contactline.__all__)


def test_every_public_result_is_short_on_a_line_and_has_a_form_for_notebooks(results):
    given = {"Scenario", "Session"}  # what a reader gives and holds, not a result
    public = {
        name for name in contactline.__all__
        if isinstance(getattr(contactline, name), type) and not issubclass(getattr(contactline, name), Exception)
    } - given  # fmt: skip
    assert public == set(results)
    for name, one in results.items():
        text = repr(one)
        assert text.startswith(f"<{name}: ") and len(text) < 300 and "\n" not in text, text
        assert len(one._repr_html_()) > len(name)
    assert len(repr(results["LoadedCase"].case)) < 300


def test_what_a_notebook_shows_says_what_the_screen_says(results):
    page = results["Assessment"]._repr_html_()
    assert (
        "The invented war between Auria and Belmark" in page and "no evidence about a real conflict" in page
    )
    assert page.count("<p>") >= len(results["Assessment"].judgements)


def test_texts_are_escaped_in_notebooks(results):
    named = dataclasses.replace(results["Judgement"], sentence="<script>x</script> & more")
    assert "<script>" not in named._repr_html_() and "&lt;script&gt;" in named._repr_html_()
    whole = results["Assessment"]
    case = whole.case.model_copy(update={"title": "<b>bold</b>"})
    assert "<b>bold" not in dataclasses.replace(whole, case=case, judgements=(named,))._repr_html_()


def test_a_saved_run_is_one_record_for_other_programs(results, tmp_path, capsys):
    import json

    from typer.testing import CliRunner

    from contactline.faces.cli.app import app

    save(results["Assessment"], tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())
    said = CliRunner().invoke(app, ["report", str(tmp_path), "--json"])
    assert said.exit_code == 0, said.output
    assert sorted(path.name for path in tmp_path.iterdir()) == before  # nothing is written
    record = json.loads(said.stdout, parse_constant=pytest.fail)  # no NaN, which is not JSON
    saved = load(tmp_path)
    assert record["format"] == "contactline-run-1"
    assert record["run"]["case_digest"] == saved.run.case_digest and record["run"]["draws"] == 100
    assert [one["sentence"] for one in record["judgements"]] == [one.sentence for one in saved.judgements]
    by_name = {one["name"]: one for one in record["quantities"]}
    held = saved.tables["truce"].query("variant == 'as_written'").set_index("proposal")["p_hold_156"]
    assert by_name["truce.mediator_plan.p_hold_156"]["central"] == pytest.approx(held["mediator_plan"])
    assert not set(by_name) & set(record["quantities_without_value"])
    tables = {one["name"]: one for one in record["tables"]}
    assert set(tables) == set(saved.tables)
    for name, table in tables.items():
        assert (tmp_path / table["file"]).is_file() and table["rows"] == len(saved.tables[name])
        assert [column["name"] for column in table["columns"]] == list(saved.tables[name].columns)
    refused = CliRunner().invoke(app, ["report", str(tmp_path), "--json", "--figures"])
    assert "--json writes nothing" in str(refused.exception)
