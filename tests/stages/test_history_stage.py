"""Past wars asked for: where a case stands, what the commands print, what a case may say of itself."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

import contactline as cl
from contactline.case.load import load_case
from contactline.core.errors import CaseError
from contactline.service.questions import PastFit, PastScores
from contactline.topics.history.schema import HISTORY_FIT, HISTORY_NEAREST
from contactline.truce.breaks import Situation, situation_of


def test_the_reference_case_says_where_it_stands_and_the_invented_one_takes_the_defaults() -> None:
    ukraine, borderland = load_case("ukraine_2025").case, load_case("borderland").case
    assert situation_of(ukraine) == Situation(True, 1, True, True, True, True)
    assert ukraine.war_years == pytest.approx(3.78, abs=0.01)
    assert borderland.history is None and situation_of(borderland) == Situation(
        True, 0, True, True, False, True
    )
    assert borderland.war_years == pytest.approx(
        (borderland.as_of - borderland.evidence.fit_from).days / 365.25
    )


def test_tables_of_the_fit_are_the_scenario_s_alone_and_the_same_each_time() -> None:
    session = cl.Session()
    first = session.ask(PastFit(), cl.Scenario(case="ukraine_2025")).value
    again = cl.Session().ask(PastFit(), cl.Scenario(case="ukraine_2025")).value
    assert all(first[name].equals(again[name]) for name in first)
    other = session.ask(PastFit(), cl.Scenario(case="borderland")).value
    assert first[HISTORY_NEAREST]["id"].tolist() != other[HISTORY_NEAREST]["id"].tolist()
    whole = first[HISTORY_FIT].pivot_table(index="years", columns="severity", values="whole")
    assert (whole["any"].loc[1:] < whole["gt100"].loc[1:]).all() and (
        whole["gt100"].loc[1:] < whole["war"].loc[1:]
    ).all()
    scores = session.ask(PastScores(), cl.Scenario(case="borderland")).value
    assert all(scores[name].equals(session.ask(PastScores(), cl.Scenario()).value[name]) for name in scores)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("{earlier_fatal_disputes: -1, sources: [x]}", "earlier_fatal_disputes"),
        ("{no_victor: perhaps, sources: [x]}", "no_victor"),
        ("{victor: true, sources: [x]}", "victor"),
        ("{rivalry: true}", "needs `sources`"),
        ("{began: 2199-01-01, assumption: {by: me, why: a day to come}}", "after as_of"),
    ],
)
def test_what_a_case_says_of_itself_is_checked(said: str, words: str, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(load_case("borderland").folder, folder)
    path = folder / "case.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"\nhistory: {said}\n", encoding="utf-8")
    with pytest.raises(CaseError, match=words):
        load_case(str(folder))


def test_a_case_of_one_s_own_says_when_the_war_began(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(load_case("borderland").folder, folder)
    path = folder / "case.yaml"
    said = "\nhistory: {began: 2020-01-01, assumption: {by: a test, why: it must begin some day}}\n"
    path.write_text(path.read_text(encoding="utf-8") + said, encoding="utf-8")
    case = load_case(str(folder)).case
    assert case.among_wars.began == date(2020, 1, 1) and case.war_years > 4


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["fit"], {"history_fit", "history_effects", "history_endings"}),
        (["show", "borderland"], {"history_nearest"}),
        (["score"], {"history_score", "history_calibration"}),
    ],
)
def test_commands_print_their_tables_as_data(
    words: list[str], keys: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from contactline.faces.cli.app import app

    app(["history", *words, "--json"], standalone_mode=False)
    told = json.loads(capsys.readouterr().out)
    assert set(told) == keys and all(told.values())
