"""Structural choices: every combination stands once, turns are counted as drawn, what has no effect shows none."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.case.scenario import Scenario
from contactline.choice.verdict import vetoed_clauses
from contactline.core.keep import Store
from contactline.engine.courses import FAR_COURSE, FIGHT_ON
from contactline.service.opened import opened, opened_graph
from contactline.topics.choice.make.structure import AXES, STRUCTURE_TABLES, cells
from contactline.topics.choice.schema import CHOICES, HORIZONS, REFUSAL, SPECIFICATION


@pytest.fixture(scope="module")
def run():
    return opened(opened_graph(Store()), Scenario(case="borderland", sets=12))


@pytest.fixture(scope="module")
def tables(run):
    return run.reads.of(STRUCTURE_TABLES)


def test_every_combination_stands_once_for_every_offer_and_side(run, tables):
    table = tables[SPECIFICATION.name]
    per = len(cells()) * 4  # horizons, refusal
    assert len(cells()) == np.prod([len(ways) for _, ways in AXES.values()])
    assert (table.groupby(["proposal", "actor", "values"]).size() == per).all()
    both = table.groupby(["proposal", *AXES, "horizon", "refusal"])["share_both"].nunique()
    assert (both == 1).all()
    default = table[table["default"]]
    assert (default["share_both"] <= default["share_accept"] + 1e-12).all()


def test_a_viewpoint_that_refuses_a_point_never_signs(run, tables):
    table = tables[SPECIFICATION.name].set_index(["proposal", "actor", "values"]).sort_index()
    found = 0
    for values in run.case.values:
        for name, settlement in run.settlements.items():
            key = (name, values.actor, values.viewpoint)
            if key in table.index and vetoed_clauses(values, run.case, settlement.proposal):
                found += 1
                assert (table.loc[[key], "share_accept"] == 0).all()
    assert found


def test_the_belts_sign_moves_no_offer_that_keeps_it(run, tables):
    choices = tables[CHOICES.name]
    for name, settlement in run.settlements.items():
        belt = choices[(choices["proposal"] == name) & (choices["axis"] == "belt")]
        spread = belt.groupby("actor")["share_mean"].agg(np.ptp)
        assert (spread == 0).all() if not settlement.belts_lost else (spread >= 0).all()


def test_more_likely_war_over_a_longer_horizon_and_the_same_at_five_years_as_the_course(run, tables):
    table = tables[HORIZONS.name]
    war = table.groupby(["proposal", "years"])["p_war"].first().unstack()
    assert (war.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    far = run.reads.of(FAR_COURSE(FIGHT_ON))
    few = {
        name: values.reshape(run.futures.sets, -1)[:, :10].ravel()
        for name, values in run.runs[FIGHT_ON].items()
    }
    for name, values in far[0].items():
        assert np.allclose(values, few[name]), name


def test_a_refusal_without_an_answer_or_a_deadline_has_no_price(tables):
    table = tables[REFUSAL.name]
    free = table[(table["path"] == "") & ~table["ultimatum"].astype(bool)]
    assert len(free) and (free["share_accept"] == free["share_accept_priced"]).all()
    assert (free[[column for column in free if column.endswith("_diff")]] == 0).all(axis=None)
