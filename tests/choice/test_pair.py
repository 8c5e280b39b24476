"""Break-even on two beliefs: every point is a run of its own, what does not move a course is fought once, bad names."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from contactline.choice.verdict import advantage, default_values
from contactline.core.errors import UnknownNameError
from contactline.core.graph import watching
from contactline.engine.courses import COURSE, FIGHT_ON, accept, fight_on
from contactline.engine.run import Run
from contactline.topics.choice.make import pair
from contactline.topics.choice.make.pair import break_even_pair
from contactline.topics.choice.show.pair import pair_figure
from contactline.topics.showing.figures import to_svg

from . import small


@pytest.fixture(scope="module")
def run():
    *_, futures = small.world()
    return Run(futures.reads)


@pytest.fixture(scope="module")
def pledge(run):
    return f"guarantee.{run.settlements[small.HANDOVER].guarantee.id}"


def test_every_point_is_the_advantage_of_its_own_runs(run, pledge):
    case, theatre, settlements, futures = small.world()
    found = break_even_pair(run, small.HANDOVER, pledge, "war.collapse_rate", points=4)
    values = default_values(case, case.defender.id)
    for i, j in ((0, 0), (1, 3), (3, 2)):
        held = futures.with_belief(pledge, found.x_values[j]).with_belief(
            "war.collapse_rate", found.y_values[i]
        )
        runs = (accept(case, theatre, settlements["handover"], held), fight_on(case, theatre, held))
        assert found.share[i, j] == np.mean(advantage(values, *runs, futures, run.streams) > 0)
    assert found.share.shape == (4, 4) and found.notes == ()


def test_a_belief_that_does_not_enter_a_course_costs_no_run_of_it(pledge):
    begun = []
    run = Run(small.made_up(*small.paths()).reads)
    with watching(begun.append):
        break_even_pair(run, small.HANDOVER, pledge, "war.collapse_rate", points=5)
    counts = Counter(begun)
    # Once a rate and once to see what it reads: fighting on reads no pledge. The proposal once a point and once more.
    assert counts[COURSE(FIGHT_ON).name] == 1 + 5
    assert counts[COURSE(small.HANDOVER).name] == 1 + 5 * 5


def test_what_moves_nothing_is_said_and_the_map_is_flat(run, pledge):
    found = break_even_pair(run, small.HANDOVER, "war.region_shift", pledge, points=3)
    assert found.notes == ("war.region_shift moves neither course here.",)  # it moves simulated fronts alone
    assert (found.share == found.share[:, :1]).all()


def test_where_a_row_crosses_is_found_between_its_values():
    values = np.array([0.0, 1.0, 2.0])
    assert pair._crossing(values, np.array([0.2, 0.4, 0.6])) == pytest.approx(1.5)
    assert pair._crossing(values, np.array([0.9, 0.1, 0.1])) == pytest.approx(0.5)
    assert np.isnan(pair._crossing(values, np.array([0.6, 0.7, 0.8])))


def test_the_finding_follows_the_map():
    label = SimpleNamespace(label="chance", unit="probability")
    axes, present = [np.array([0.0, 1.0]), np.array([0.0, 1.0])], ((0.0, 1.0), (0.0, 1.0))
    turning = pair._finding([label, label], axes, np.array([[0.2, 0.8]] * 2), np.array([0.5, 0.5]), present)
    assert "half of the sets prefer each course where “chance” is 0.5 to 0.5" in turning
    never = pair._finding([label, label], axes, np.full((2, 2), 0.3), np.full(2, np.nan), present)
    assert never.startswith("No pair of values shown turns it: fighting on is better")


def test_the_figure_is_drawn_with_its_finding(run, pledge):
    found = break_even_pair(run, small.HANDOVER, pledge, "truce.history_war", points=3)
    figure = pair_figure(run.case, found)
    assert found.proposal_name in figure.title and "Heat map" in figure.alt
    assert "present 80% ranges" in figure.subtitle and to_svg(figure).startswith("<svg")


def test_unknown_beliefs_and_actors_are_said(run, pledge):
    with pytest.raises(
        UnknownNameError, match=r"unknown belief 'truce\.history_wa': did you mean truce\.history_war"
    ):
        break_even_pair(run, small.HANDOVER, pledge, "truce.history_wa")
    with pytest.raises(UnknownNameError, match="unknown values of actor 'nobody'"):
        break_even_pair(run, small.HANDOVER, pledge, "truce.history_war", actor="nobody")
