"""The centre page: order, numbers as in the tables, three sentences an actor, what would change it, and the command."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from contactline.core.errors import InputError, UnknownNameError
from contactline.faces.cli.app import app
from contactline.faces.cli.screen import summary
from contactline.faces.report.html import render_html
from contactline.topics.assessment import Assessment
from contactline.topics.choice.show.assumptions import key_assumptions, would_change
from contactline.topics.choice.show.consent import beside, consent_number, consent_of
from contactline.topics.choice.show.page import (
    actor_sentences,
    brief,
    centre_rows,
    of_cases,
    regret_sentence,
    waiting_sentence,
)
from contactline.topics.choice.show.said import finding
from contactline.topics.contents import drafted
from contactline.topics.showing.judgements import focus_proposal, mixes, percent
from contactline.topics.store import save

WHO = "Southland: land first"


def with_tables(sample: Assessment, **tables: pd.DataFrame) -> Assessment:
    return dataclasses.replace(sample, tables={**sample.tables, **tables})


def flips(sample: Assessment, value: float) -> pd.DataFrame:
    """One belief of the default viewpoint, with this flip value."""
    row = sample.tables["flips"].iloc[[0]].assign(viewpoint=WHO, label="the pace", unit="per year")
    return row.assign(share_low=0.8, share_high=0.3, flip_value=value, flip_low=1.7, flip_high=2.4,
                      present_low=1.0, present_high=3.0, inside=1.0 <= value <= 3.0,
                      tried_low=0.3, tried_high=9.0)  # fmt: skip


def boxes(sample: Assessment, **changed: object) -> pd.DataFrame:
    base = {"better": "accept", "sentence": "", "holds": True, "fresh": 0.8, "base": 0.3}
    return sample.tables["boxes"].iloc[[0]].assign(viewpoint=WHO, **(base | changed))


def sentences(assessment: Assessment) -> tuple[str, str, str]:
    (said,) = actor_sentences(assessment)
    return said.sentences


def test_rows_are_the_table_with_refusals_marked(sample):
    rows = {row.values: row for row in centre_rows(sample)}
    table = sample.tables["verdict"].set_index(["values", "proposal"])
    for values, row in rows.items():
        for cell in row.cells:
            assert cell.share == table.loc[(values, cell.proposal), "share_accept"]
    assert [c.refuses for c in rows["sovereignty first"].cells] == ["21", "", ""]


def test_three_sentences_say_share_turn_and_belief(sample):
    box = boxes(
        sample,
        sentence="Accepting is better in 8 of 10 futures where “the pace” is at least 2. These hold 9%.",
    )
    first, second, third = sentences(with_tables(sample, flips=flips(sample, 1.9), boxes=box))
    focus = focus_proposal(sample.case, sample.tables)
    share = next(c.share for r in centre_rows(sample) if r.default for c in r.cells if c.proposal == focus)
    assert f"does better than fighting on under {percent(share)} of the beliefs" in first
    assert second.startswith(
        "“the pace” would turn it: half of the cases prefer each course at about 1.9 per year"
    )
    assert "(1.7 to 2.4 per year over resampled draws)" in second
    assert "now lies at 1.0 to 3.0 per year" in second or "now lies at 1 to 3 per year" in second
    assert third.startswith(
        "To prefer accepting it would have to believe that “the pace” is at least 2, while"
    )
    assert "“sovereignty first” refuses point 21 at any price" in third


def test_a_turn_beyond_the_present_range_is_said_to_be(sample):
    beyond = sentences(with_tables(sample, flips=flips(sample, 3.4)))[1]
    assert "outside the present 80% range of" in beyond and "now lies" not in beyond


def test_no_turn_and_no_box_are_said_as_such(sample):
    nan = float("nan")
    _, second, third = sentences(
        with_tables(sample, flips=flips(sample, nan), boxes=boxes(sample, holds=False))
    )
    assert second.startswith(
        "No single belief turns it, wherever it was tried; “the pace” (tried from 0.30 to 9 per year) moves it "
        "most, from 80% to 30%"
    )
    assert third.startswith(
        "No one or two beliefs single out futures in which accepting is better: over all of them"
    )
    none = with_tables(sample, flips=flips(sample, nan).head(0))
    assert "none stands out from the noise" in sentences(none)[1]


def test_a_default_viewpoint_that_refuses_says_so(sample):
    table = sample.tables["verdict"].assign(refuses="3, 4")
    assert "It refuses points 3, 4 of" in sentences(with_tables(sample, verdict=table))[2]


def test_likelihood_and_confidence_never_share_a_sentence(sample):
    texts = [s for said in actor_sentences(sample) for s in said.sentences]
    texts += [*would_change(sample), waiting_sentence(sample), regret_sentence(sample)]
    assert len(texts) > 5 and not any(mixes(text) for text in texts)


def test_shares_at_the_ends_are_words():
    assert [of_cases(p, 200) for p in (0.999, 0.001, 0.5)] == ["nearly all", "hardly any", "50%"]


def test_labels_of_pledges_are_cut_inside_quotes(sample):
    pledge = type("G", (), {"name": "a paper"})()
    case = type("C", (), {"guarantees": (pledge,)})()
    made = type("A", (), {"case": case})()
    assert brief(made, "“Chance that it acts: a paper” turns") == "“Chance that it acts” turns"


def test_key_assumptions_have_owner_effect_and_evidence(sample):
    keys = key_assumptions(sample)
    assert len(keys) >= 5
    assert all(key.owner and key.if_wrong and key.watch and key.label for key in keys)
    morale = sample.tables["morale"]
    assert any("morale" in key.label for key in keys) == (not morale.empty)


def test_the_page_begins_with_figure_table_sentences(sample):
    page = render_html(sample)
    part = page[page.index('<h2 id="choice">') : page.index('<h2 id="sensitivity">')]
    focus = focus_proposal(sample.case, sample.tables)
    marks = ["Would both sign?", 'id="fig-consent"', f'id="fig-breakeven_{focus}"',
             "Whose values", "By the viewpoint “land first”", "What would change this",
             "Key assumptions, checked", "Waiting and regret"]  # fmt: skip
    places = [part.index(mark) for mark in marks]
    assert places == sorted(places)
    assert (
        len(re.findall("<figure", part[: places[3]])) == 2
        and len(re.findall("<table", part[: places[4]])) == 1
    )
    assert "refuses 21" in part


def test_without_its_tables_the_section_has_no_centre(sample):
    bare = dataclasses.replace(sample, tables={})
    assert centre_rows(bare) == [] and actor_sentences(bare) == [] and would_change(bare) == []
    assert key_assumptions(bare) == [] and waiting_sentence(bare) == "" == regret_sentence(bare)


def test_the_terminal_says_what_would_change_it(sample):
    import io

    from rich.console import Console

    stream = io.StringIO()
    summary(sample, Console(file=stream, width=110, height=60, force_terminal=True, color_system=None))
    assert "What would change this" in stream.getvalue()


@pytest.fixture(scope="module")
def run(sample, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    save(sample, folder)
    return folder


def call(*words: object):
    return CliRunner().invoke(app, ["choice", *map(str, words)])


def test_the_command_prints_the_page_of_a_saved_run(run):
    shown = call("--run", run)
    assert shown.exit_code == 0, shown.output
    for text in (
        "By the viewpoint",
        "What would change this",
        "Key assumptions",
        "Waiting and regret",
        "refuses 21",
    ):
        assert text in shown.output
    data = json.loads(call("--run", run, "--json").stdout)
    assert len(data["actors"][0]["sentences"]) == 3 and len(data["viewpoints"]) == 3
    assert {"key_assumptions", "would_change", "waiting", "regret"} <= set(data)


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (["--x", "truce.history_war"], InputError, "give --y as well"),
        (["--y", "truce.history_war"], InputError, "give --x as well"),
        (["--points", 5], InputError, "--points: is read with --x and --y only"),
        (["--figure", "map.svg"], InputError, "together with --x and --y"),
        (["--x", "a", "--y", "b", "--figure", "map.gif"], InputError, r"allowed is a \.svg or \.png"),
        (["borderland", "--x", "truce.history_wa", "--y", "war.end_rate"], UnknownNameError, "did you mean truce"),
        (["borderland", "--x", "war.end_rate", "--y", "war.end_rate"], InputError, "two different beliefs"),
        (["borderland", "--x", "truce.history_war", "--y", "war.end_rate", "--points", 2], InputError, "from 3 to 41"),
        (["borderland", "--x", "truce.history_war", "--y", "war.end_rate", "--actor", "belmar"], UnknownNameError,
         "did you mean belmark"),
    ],
)  # fmt: skip
def test_what_is_refused_before_anything_runs(words, error, said):
    result = call(*words)
    assert isinstance(result.exception, error), result.output
    assert re.search(said, str(result.exception))


def test_what_a_saved_run_cannot_answer_is_said(run):
    for words, said in (
        (["--actor", "nobody"], "unknown actor with values 'nobody'"),
        (["--proposal", "other"], "the saved assessment is on"),
        (["--seed", 3], "a saved run keeps its own"),
        (["--x", "truce.history_war", "--y", "war.end_rate"], "not built in; name its folder"),
    ):
        result = call("--run", run, *words)
        assert isinstance(result.exception, InputError) and said in str(result.exception), words
    other = call("borderland", "--run", run)
    assert "is an assessment of 'sample', not of 'borderland'" in str(other.exception)


def with_game(sample: Assessment, endings: list[str], plays: list[tuple[str, str, str]]) -> Assessment:
    """A solved game of which only the endings and the play at information sets matter here."""
    values = (
        sample.tables["game_values"]
        .iloc[[0] * len(endings)]
        .assign(equilibrium=range(1, len(endings) + 1), endings=endings)
    )
    first = sample.tables["equilibria"].iloc[[0] * len(plays)]
    played = first.assign(
        infoset=[p[0] for p in plays], actor=[p[1] for p in plays], action=[p[2] for p in plays], chance=1.0
    )
    weights = pd.DataFrame([{"ending": "war goes on", "share_some": 0.6, "share_all": 0.48, "draws": 40}])
    return with_tables(sample, game_values=values, equilibria=played, game_weights=weights)


def test_the_first_judgement_sets_the_shares_beside_the_games_ending(sample):
    breaks = [
        ("grand_plan: answer", "south", "reject"),
        ("grand_plan: limited aims", "north", "sign and break"),
        ("plain_freeze: answer", "south", "accept"),
        ("plain_freeze: limited aims", "north", "do not sign"),
    ]
    lost = with_game(sample, ["war goes on 100%"] * 3, breaks)
    said = drafted(lost.case, lost.tables, 200)[0]
    rows = sample.tables["consent"]
    own = rows[rows["default"] & (rows["proposal"] == focus_proposal(lost.case, lost.tables))].iloc[0]
    assert f"under {percent(own['share_both'])} of beliefs" in said.sentence
    for side, name in (("defender", "Southland"), ("challenger", "Northland")):
        assert f"{name} {percent(own[f'share_{side}'])}" in said.sentence
    assert (
        "yet in all 3 equilibria of the game the war goes on (in 48% of draws of the weights)"
        in said.sentence
    )
    assert "Northland would sign “Grand plan” only to break it, so Southland rejects it" in said.sentence
    assert "Northland does not sign the other" in said.sentence and not mixes(said.sentence)
    part = with_game(sample, ["war goes on 100%", "truce honoured 60%, war goes on 40%"], breaks)
    assert (
        "in 1 of 2 equilibria of the game the war goes on" in drafted(part.case, part.tables, 200)[0].sentence
    )
    kept = with_game(sample, ["truce honoured 100%"] * 2, breaks)
    assert drafted(kept.case, kept.tables, 200)[0].sentence.endswith(
        "in both equilibria of the game an offer is signed."
    )


def test_what_is_best_for_one_side_stands_beside_what_both_would_sign(sample):
    both = beside(sample.case, sample.tables, 200)
    assert both.startswith("by their default viewpoints both sides would sign “Grand plan” under ")
    assert both in finding(sample) and both in regret_sentence(sample)
    focus = focus_proposal(sample.case, sample.tables)
    assert (
        beside(sample.case, sample.tables, 200, [focus]) in sentences(sample)[0]
        or both in sentences(sample)[0]
    )
    bare = with_tables(sample, consent=sample.tables["consent"].head(0))
    assert beside(bare.case, bare.tables, 200) == "" and "both sides" not in finding(bare)


def test_few_belief_sets_give_no_number_of_consent(sample):
    run = dataclasses.replace(sample.run, draws=2_000)
    few = dataclasses.replace(sample, run=run)
    assert consent_number(few) is None and consent_number(sample).value.endswith("%")
    assert "consent" not in {one.topic for one in drafted(sample.case, sample.tables, 40)}
    assert {pair.both for pair in consent_of(few)} <= {"none", "most", "the smaller part", "about half"}


def test_the_command_tells_pairs_of_viewpoints(run):
    assert "refuses 8" in call("--run", run).output
    data = json.loads(call("--run", run, "--json").stdout)
    assert len(data["consent"]) == 18 and sum(row["default"] for row in data["consent"]) == 3
