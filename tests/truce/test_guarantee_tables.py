"""The tables on guarantees: what they show agrees with the paths that the courses use, and says what it rests on."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

sys.path.insert(0, str(Path(__file__).parents[1] / "choice"))

import small

from contactline.case.labels import credibility_belief
from contactline.case.load import load_case
from contactline.case.pledges import PledgeRecord
from contactline.core.frame import checked
from contactline.core.streams import Streams
from contactline.evidence.history.honours import STUDIES
from contactline.topics.guarantee.make import EFFECT_LABELS, LABELS, UNCLEAR, effect_table, guarantee_tables
from contactline.topics.tables import declared
from contactline.truce.guarantee import Promise, PromiseLuck, credibility_paths, study_draws
from contactline.truce.honouring import honour_record


@pytest.fixture(scope="module")
def made():
    case, _theatre, settlements, futures = small.world()
    return case, futures, settlements, guarantee_tables(case, futures, settlements, Streams(0))


def test_every_table_is_in_the_dictionary(made):
    *_, tables = made
    assert set(tables) == {
        "guarantee",
        "guarantee_paths",
        "guarantee_calendar",
        "analogues",
        "analogue_effects",
    }
    for name, table in tables.items():
        assert len(checked(declared(name), table)) == len(table)


def test_the_fan_is_the_mean_of_the_paths_that_courses_use(made):
    case, futures, settlements, tables = made
    guarantee = case.guarantees[0]
    carriers = [s for s in settlements.values() if s.guarantee and s.guarantee.id == guarantee.id]
    promise = Promise(
        guarantee, futures.beliefs[credibility_belief(guarantee.id)], case.as_of, at_signature=True,
        ceded=any(s.belts_lost for s in carriers),
    )  # fmt: skip
    luck = PromiseLuck(futures.luck.crisis_luck, futures.pledge_luck)
    q = credibility_paths(promise, futures.beliefs, luck)
    fan = tables["guarantee_paths"]
    assert fan["mean"].to_numpy() == pytest.approx(q[:, ::4].mean(axis=0))
    assert (fan["q10"] <= fan["q50"]).all() and (fan["q50"] <= fan["q90"]).all()
    last = tables["guarantee"].iloc[-1]
    assert last["mean"] == pytest.approx(q[:, last["years"] * 52 - 1].mean(), abs=0.03)


def test_steps_stand_in_their_order_and_only_where_they_can_move(made):
    _case, _futures, _settlements, tables = made
    steps = tables["guarantee"]
    assert list(steps["position"]) == sorted(steps["position"])
    assert set(steps["step"]) <= {"study", *LABELS}
    assert "own" in set(steps["step"])  # the template gives a number of its own, so no study enters
    assert "record" not in set(steps["step"])
    assert "coalition" not in set(steps["step"])


def test_a_guarantee_without_its_own_number_starts_from_each_study():
    case = load_case("borderland").case
    held = case.guarantees[0].model_copy(update={"credibility": None})
    case = case.model_copy(update={"guarantees": (held,)})
    _case, _theatre, settlements, _futures = small.world()
    futures = small.made_up(*small.paths(), case=case)
    steps = guarantee_tables(case, futures, settlements, Streams(0))["guarantee"]
    studies = steps[steps["step"] == "study"]
    assert list(studies["label"]) == [STUDIES[name][0] for name in honour_record().studies]
    study, rate = study_draws(held.record, futures.sets, Streams(0))
    own = [expit(rate[study == i]).mean() for i in range(3)]
    assert studies["mean"].to_numpy() == pytest.approx(own)
    whole = steps[steps["step"] == "record"].iloc[0]
    assert studies["mean"].min() < whole["mean"] < studies["mean"].max()


def test_a_case_without_guarantees_or_analogues_has_no_such_tables(made):
    case, futures, settlements, _ = made
    bare = case.model_copy(update={"guarantees": (), "analogues": (), "calendar": ()})
    assert guarantee_tables(bare, futures, settlements, Streams(0)) == {}


def test_effects_say_in_words_when_they_cannot_be_told_from_none():
    table = effect_table(load_case("ukraine_2025").case, Streams(0))
    assert set(table["label"]) <= set(EFFECT_LABELS.values())
    unclear = (table["ratio_q05"] <= 1) & (table["ratio_q95"] >= 1)
    assert ((table["words"] == UNCLEAR) == unclear).all()
    assert unclear.all()
    assert table.loc[table["outcome"] == "honoured", "cases"].iloc[0] == 19
    assert np.isfinite(table[["ratio_q05", "ratio_q50", "ratio_q95"]].to_numpy()).all()


def test_a_record_of_another_case_does_not_leak(made):
    case, *_ = made
    other = load_case("ukraine_2025").case
    assert case.guarantees[0].record != other.guarantees[0].record
    assert case.guarantees[0].judged_by(PledgeRecord()).record == PledgeRecord()
    assert case.guarantees[0].record.analogues == case.analogues
