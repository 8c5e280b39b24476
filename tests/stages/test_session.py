"""The session: questions with schemas, held beliefs, runs compared, what is reused; the same from Python and shell."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import contactline as cl
from contactline.case.labels import belief_labels
from contactline.core.errors import InputError, UnknownNameError
from contactline.faces.cli.app import app
from contactline.faces.cli.options import held_of
from contactline.service import questions
from contactline.service.cases import fork_case
from contactline.service.question import Question
from contactline.topics.choice.schema import CONSENT, COURSES, VERDICT
from contactline.topics.showing.summary import as_of_line
from contactline.topics.store import load, save
from contactline.topics.trust.make.trust import with_held
from contactline.topics.trust.schema import ASSUMPTIONS

SMALL = {"draws": 100, "proposals": ("mediator_plan",)}
COLLAPSE = "war.collapse_rate"
NEEDED = {
    "PastBuilt": {"source": "archives"},
    "Saved": {"run": "here"},
    "Against": {"run": "here"},
    "Compare": {"before": "here", "after": "there"},
    "Gains": {"start": "2025-08-31"},
    "DealText": {"proposal": "us_28"},
    "Verdict": {"proposal": "us_28"},
    "Consent": {"proposal": "us_28"},
    "Pair": {"x": "war.end_rate", "y": COLLAPSE},
    "Adequacy": {"path": "as_today"},
}
"""Fields without which a question cannot be asked."""


@pytest.fixture(scope="module")
def plain() -> cl.Assessment:
    return cl.assess("borderland", **SMALL)


@pytest.fixture(scope="module")
def held() -> cl.Assessment:
    return cl.assess("borderland", **SMALL, held={COLLAPSE: 0.4, "war.end_rate": (0.02, 0.05)})


@pytest.mark.parametrize("name", questions.HOMES)
def test_every_question_has_a_schema_and_survives_being_sent(name: str) -> None:
    kind = questions.named(name)
    assert issubclass(kind, Question) and getattr(questions, name) is kind
    asked = kind(**NEEDED.get(name, {}))
    assert kind.model_validate_json(asked.model_dump_json()) == asked
    schema = json.loads(json.dumps(kind.model_json_schema()))
    assert schema["title"] == name and schema["description"] and schema["additionalProperties"] is False
    assert set(schema.get("required", ())) == set(NEEDED.get(name, ()))
    assert set(schema["properties"]) == set(kind.model_fields)
    with pytest.raises(ValueError, match="frozen"):
        setattr(asked, next(iter(kind.model_fields), "anything"), 1)
    with pytest.raises(ValueError, match="extra"):
        kind(**NEEDED.get(name, {}), no_such_field=1)


def test_an_unknown_question_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="unknown question 'Verdit': did you mean Verdict"):
        questions.named("Verdit")
    with pytest.raises(ImportError):
        from contactline.service.questions import Verdit  # type: ignore[attr-defined]  # noqa: F401


def test_an_answer_is_the_assessments_and_the_second_is_reused(plain: cl.Assessment) -> None:
    session, about = cl.Session(), cl.Scenario(case="borderland", sets=2, proposals=("mediator_plan",))
    first = session.ask(questions.Verdict(proposal="mediator_plan"), about)
    rows = first.value.set_index("viewpoint")["share_accept"]
    assert rows.equals(plain.tables[VERDICT].set_index("viewpoint")["share_accept"])
    again = session.ask(questions.Verdict(proposal="mediator_plan"), about)
    assert again.value.equals(first.value) and again.reused and not again.recomputed
    assert again.seconds >= 0 and first.notes == again.notes
    courses = session.ask(questions.Courses(), about)
    assert courses.value.equals(plain.tables[COURSES].reset_index(drop=True))
    moved = session.ask(questions.Courses(), about.holding(**{COLLAPSE: 0.4}))
    assert "course[fight_on]" in moved.recomputed and not moved.value.equals(courses.value)


def test_consent_is_the_assessments_and_its_single_shares_are_the_verdicts(plain: cl.Assessment) -> None:
    session, about = cl.Session(), cl.Scenario(case="borderland", sets=2, proposals=("mediator_plan",))
    found = session.ask(questions.Consent(proposal="mediator_plan"), about).value
    assert found.equals(plain.tables[CONSENT].reset_index(drop=True)) and len(found)
    verdict = plain.tables[VERDICT].set_index(["actor", "values"])
    case = plain.case
    for row in found.itertuples():
        for side, name, share, refuses in (
            (case.defender.id, row.defender_viewpoint, row.share_defender, row.defender_refuses),
            (case.challenger.id, row.challenger_viewpoint, row.share_challenger, row.challenger_refuses),
        ):
            own = verdict.loc[(side, name)]
            assert refuses == own["refuses"] and share == (0.0 if refuses else own["share_accept"])
    one = found.iloc[-1]
    asked = questions.Consent(
        proposal="mediator_plan", defender=one["defender_viewpoint"], challenger=one["challenger_viewpoint"]
    )
    assert session.ask(asked, about).value.to_dict("records") == [one.to_dict()]
    with pytest.raises(UnknownNameError, match="unknown viewpoint of"):
        session.ask(questions.Consent(proposal="mediator_plan", defender="no such view"), about)


def test_a_held_belief_is_the_case_with_that_belief_fixed(tmp_path: Path) -> None:
    folder = fork_case("borderland", tmp_path / "my_war")
    path = folder / "beliefs.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index(f"name: {COLLAPSE}")
    at = text.index("distribution: {", start)
    end = text.index("}", at) + 1
    fixed = text[:at] + "distribution: {kind: fixed, value: 0.4}" + text[end:]
    path.write_text(fixed, encoding="utf-8")
    by_case = cl.simulate(folder, draws=100, weeks=104)
    by_hand = cl.simulate("borderland", draws=100, weeks=104, held={COLLAPSE: 0.4})
    free = cl.simulate("borderland", draws=100, weeks=104)
    assert by_hand.outcomes.identical(by_case.outcomes)
    assert not by_hand.outcomes.identical(free.outcomes)
    ranged = cl.simulate("borderland", draws=100, weeks=104, held={COLLAPSE: (0.1, 0.2)}).outcomes
    values = ranged["belief"].sel(name=COLLAPSE).to_numpy()
    assert np.all((values >= 0.1) & (values <= 0.2)) and np.ptp(values) > 0.02


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["war.collapse_rat=0.1"], "unknown belief 'war.collapse_rat': did you mean war.collapse_rate"),
        ([f"{COLLAPSE}=0.1", f"{COLLAPSE}=0.2"], "got two values, 0.1 and 0.2; give one"),
        ([f"{COLLAPSE}=high"], "allowed is BELIEF=VALUE or BELIEF=LOW..HIGH"),
        ([f"{COLLAPSE}="], "allowed is BELIEF=VALUE or BELIEF=LOW..HIGH"),
        (["=0.3"], "allowed is BELIEF=VALUE or BELIEF=LOW..HIGH"),
        ([COLLAPSE], "allowed is BELIEF=VALUE or BELIEF=LOW..HIGH"),
        ([f"{COLLAPSE}=0.1..0.2..0.3"], "allowed is BELIEF=VALUE or BELIEF=LOW..HIGH"),
        ([f"{COLLAPSE}=0.3..0.1"], "two ends of a range, low first"),
        ([f"{COLLAPSE}=nan"], "allowed is a number"),
        (["war.defender_share=7"], "unknown belief"),
        (["losses.attacker_killed_share=1.5"], "got 1.5; allowed is a number from 0"),
    ],
)
@pytest.mark.parametrize("command", ["assess", "game", "choice", "claims", "support compare"])
def test_a_belief_that_cannot_be_held_is_one_clear_error(
    command: str, given: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = [*command.split(), "borderland", *(word for one in given for word in ("--set", one))]
    refused = CliRunner().invoke(app, words)
    assert isinstance(refused.exception, InputError) and said in str(refused.exception)
    assert not list(tmp_path.iterdir())


def test_what_set_means() -> None:
    assert held_of("war.end_rate=0.1") == ("war.end_rate", 0.1)
    assert held_of("war.end_rate=-1e-2..3") == ("war.end_rate", (-0.01, 3.0))


def test_what_was_held_is_said_and_saved(held: cl.Assessment, plain: cl.Assessment, tmp_path: Path) -> None:
    assert held.run.held == ((COLLAPSE, 0.4), ("war.end_rate", (0.02, 0.05))) and plain.run.held == ()
    assert any("Held by the reader" in note and COLLAPSE in note for note in held.run.notes)
    assert f"HELD: {COLLAPSE}, war.end_rate" in as_of_line(held) and "HELD" not in as_of_line(plain)
    save(held, tmp_path / "run")
    assert load(tmp_path / "run").run.scenario == held.run.scenario
    assert held.run.scenario.proposals == ("mediator_plan",) and held.run.scenario.case == "borderland"


def test_the_assumptions_name_the_reader_where_a_belief_is_held(
    held: cl.Assessment, plain: cl.Assessment
) -> None:
    before, after = (run.tables.rows(ASSUMPTIONS).set_index("name") for run in (plain, held))
    assert set(after.index[after["owner"] == "the reader"]) == {COLLAPSE, "war.end_rate"}
    assert after.loc[COLLAPSE, "distribution"].startswith("held at ")
    assert before.loc[COLLAPSE, "distribution"] in after.loc[COLLAPSE, "why"]
    others = [name for name in before.index if name not in (COLLAPSE, "war.end_rate")]
    assert after.loc[others].equals(before.loc[others])


def test_a_held_belief_without_a_row_gets_one(plain: cl.Assessment) -> None:
    case, table = plain.case, plain.tables.rows(ASSUMPTIONS)
    more = with_held(table[table["name"] != COLLAPSE], case, {COLLAPSE: "30%"})
    assert len(more) == len(table) and more.iloc[-1]["why"] == "Held in this run."
    assert more.iloc[-1]["label"] == belief_labels(case)[COLLAPSE].label


def test_a_run_saved_before_there_were_scenarios_held_nothing(plain: cl.Assessment, tmp_path: Path) -> None:
    record = plain.run.as_record()
    del record["scenario"]
    older = cl.RunInfo.of_record(record)
    assert older.scenario is None and older.held == ()
    found = cl.compare(dataclasses.replace(plain, run=older), plain)
    assert found.settings == () and found.moved == ()


def test_a_run_beside_itself_has_not_moved(plain: cl.Assessment, tmp_path: Path) -> None:
    save(plain, tmp_path / "run")
    for found in (cl.compare(plain, plain), cl.compare(plain, tmp_path / "run")):
        assert found.moved == () and found.settings == () and found.alone == ()
        assert found.sentences == (
            f"Nothing moved: all {found.compared} figures that both runs hold are the same.",
        )
        assert found.compared > 20


def test_what_moved_is_told_largest_first_and_truly(plain: cl.Assessment, held: cl.Assessment) -> None:
    found = cl.compare(plain, held)
    assert [one.name for one in found.settings] == [f"held: {COLLAPSE}", "held: war.end_rate"]
    assert found.settings[0].before == "as the case says" and found.settings[0].after == "0.40 per year"
    sizes = [one.size for one in found.moved]
    assert sizes == sorted(sizes, reverse=True) and len(found.moved) > 3
    for one in found.moved:
        if one.topic == COURSES:
            for run, value in ((plain, one.before), (held, one.after)):
                table = run.tables[COURSES].set_index(["course", "outcome"])
                assert table.loc[one.key, "mean"] == value
        assert ("rises" in one.sentence) == (one.after > one.before) and one.shown[0] != one.shown[1]
    back = cl.compare(held, plain)
    assert [(one.what, one.before, one.after) for one in back.moved] == [
        (one.what, one.after, one.before) for one in found.moved
    ]
    record = json.loads(json.dumps(found.as_record(), allow_nan=False))
    assert record["moved"][0]["what"] == found.moved[0].what and record["after"]["scenario"]["held"]


def test_runs_of_two_cases_are_not_compared_and_changed_evidence_is_said(plain: cl.Assessment) -> None:
    other = dataclasses.replace(plain, run=dataclasses.replace(plain.run, case_id="elsewhere"))
    with pytest.raises(InputError, match="of two cases, 'borderland' and 'elsewhere'"):
        cl.compare(plain, other)
    changed = dataclasses.replace(plain.run, case_digest="0" * 64, version="0.0.1")
    found = cl.compare(plain, dataclasses.replace(plain, run=changed))
    assert [one.name for one in found.settings] == ["case digest", "version"]


def test_from_the_shell_a_run_is_set_against_another(plain: cl.Assessment, tmp_path: Path) -> None:
    save(plain, tmp_path / "plain")
    words = [
        "assess",
        "borderland",
        "--draws",
        "100",
        "--proposal",
        "mediator_plan",
        "--set",
        f"{COLLAPSE}=0.4",
    ]
    more = ["--out", str(tmp_path / "held"), "--against", str(tmp_path / "plain"), "--json"]
    said = CliRunner().invoke(app, [*words, *more])
    assert said.exit_code == 0, said.output
    moved = json.loads(said.stdout)["moved"]
    folders = [str(tmp_path / name) for name in ("plain", "held")]
    again = json.loads(CliRunner().invoke(app, ["compare", *folders, "--json"]).stdout)
    assert moved["moved"] == again["moved"] and moved["settings"] == again["settings"]
    quick = json.loads(
        CliRunner().invoke(app, [*words, *more[2:]]).stdout
    )  # without --out no report is written
    assert {(*one["key"], one["topic"]) for one in quick["moved"]} == {
        (*one["key"], one["topic"]) for one in moved["moved"]
    }
    assert sorted(one["after"] for one in quick["moved"] if one["after"] is not None) == pytest.approx(
        sorted(one["after"] for one in moved["moved"] if one["after"] is not None)
    )
    shown = CliRunner().invoke(app, ["compare", *folders]).stdout
    assert "as the case says" in shown and again["sentences"][0].split(" from ")[0][:40] in shown
    same = CliRunner().invoke(app, ["compare", folders[0], folders[0]]).stdout
    assert "Both runs were asked the same." in same and "Nothing moved" in same
    wrong = CliRunner().invoke(
        app, ["assess", "ukraine_2025", "--against", folders[0], "--out", str(tmp_path / "x")]
    )
    assert "is an assessment of 'borderland', not of 'ukraine_2025'" in str(wrong.exception)
