"""A belief held at a value: a sweep against runs of its own, turning values in closed form, parts of a run."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.case.scenario import FUTURES
from contactline.choice.held import FUTURES_HELD, SWEEP, Sweep, crossing, reach, turning
from contactline.core.errors import UnknownNameError
from contactline.core.graph import watching
from contactline.engine.courses import COURSE, FIGHT_ON, accept, fight_on

from . import small


@pytest.fixture(scope="module")
def world():
    return small.world()


def test_a_part_of_a_run_lives_the_lives_it_lives_in_the_whole(world):
    case, theatre, settlements, futures = world
    held = (
        ("truce.other_value", 0.9),
        ("losses.attacker_true_per_claimed", 3.0),
        ("manpower.defender_recruits", 0.0),
    )
    few, first = futures.thinned(7), futures.first_sets(3)
    rows = {id(few): np.flatnonzero(np.arange(futures.draws) % FUTURES < 7), id(first): slice(0, 3 * FUTURES)}
    for name, value in held:
        whole = accept(case, theatre, settlements["handover"], futures.with_belief(name, value))
        for part in (few, first):
            own = accept(case, theatre, settlements["handover"], part.with_belief(name, value))
            for outcome, values in own.items():
                assert np.array_equal(values, whole[outcome][rows[id(part)]]), (name, outcome)


def test_a_sweep_is_what_each_held_value_gives(world):
    case, theatre, settlements, futures = world
    proposal = settlements["handover"].proposal.id
    sweep = futures.reads.of(SWEEP(proposal, "war.collapse_rate"))
    assert np.all(np.diff(sweep.values) > 0) and set(sweep.runs[0]) == {FIGHT_ON, proposal}
    for k in (0, len(sweep.values) - 1):
        held = futures.with_belief("war.collapse_rate", sweep.values[k]).thinned(FUTURES_HELD)
        own = held.set_mean(fight_on(case, theatre, held)["km2_held"])
        assert np.array_equal(sweep.runs[k][FIGHT_ON]["km2_held"], own)
    with pytest.raises(UnknownNameError, match=r"unknown belief 'war\.collapse_rat': did you mean"):
        futures.with_belief("war.collapse_rat", 0.1)


def test_a_sweep_fights_again_only_the_courses_that_the_belief_enters(world):
    *_, futures = world
    pledge = next(
        name for name in futures.reads.inputs_of(COURSE(small.HANDOVER)) if name.startswith("guarantee.")
    )
    with watching() as work:
        futures.reads.of(SWEEP(small.HANDOVER, pledge))
    assert COURSE(small.HANDOVER).name in work.made
    few = futures.reads.under({"futures": FUTURES_HELD})
    with watching() as work:
        for value in (0.2, 0.9):
            few.under({"held": {pledge: value}}).of(COURSE(FIGHT_ON))
    assert not work.made  # no value of it makes fighting on anew


def sweep_of(values):
    return Sweep("b", np.asarray(values, dtype=float), ())


def test_the_turning_value_is_found_wherever_it_lies():
    """advantage = b − c − noise: half and half at c, inside or far outside the range of the draws."""
    rng = np.random.default_rng(1)
    draws, noise = rng.uniform(1.0, 2.0, 400), rng.normal(0.0, 0.3, 400)
    values = np.linspace(0.3, 6.0, 20)
    covered = 0
    for centre in (1.5, 4.0):
        found = turning(sweep_of(values), values[:, None] - centre - noise, draws, rng)
        assert found.value == pytest.approx(centre, abs=0.1) and found.turns == 1.0
        assert (found.first, found.last) == (0.3, 6.0)
        covered += found.low <= centre <= found.high
    assert covered >= 1
    never = turning(sweep_of(values), values[:, None] + 1.0 - noise, draws, rng)
    assert np.isnan(never.value) and never.turns == 0.0 and never.share_low == never.share_high == 1.0


def test_a_belief_that_widens_the_scatter_moves_no_share():
    """advantage = b·noise: what a curve with one scatter for all values gets wrong, holding gets right."""
    rng = np.random.default_rng(2)
    draws, noise = rng.uniform(0.2, 3.0, 300), rng.normal(0.4, 1.0, 300)
    values = np.quantile(draws, [0.01, 0.1, 0.5, 0.9, 0.99])
    found = turning(sweep_of(values), values[:, None] * noise, draws, rng)
    assert found.share_low == found.share_high == np.mean(noise > 0)


def test_of_several_crossings_the_one_nearest_the_middle_is_taken():
    values = np.array([0.0, 1.0, 2.0, 3.0])
    assert crossing(values, np.array([0.0, 1.0, 1.0, 0.0]), 2.4) == pytest.approx(2.5)
    assert crossing(values, np.array([0.0, 1.0, 1.0, 0.0]), 0.1) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("column", "unit", "bounds", "expected"),
    [
        (np.linspace(0.2, 0.4, 101), "probability", (None, None), (0.01, 0.99)),
        (np.linspace(0.3, 3.0, 101), "multiplier", (None, None), (0.109, 8.919)),
        (np.linspace(0.3, 3.0, 101), "multiplier", (0.25, 4.0), (0.25, 4.0)),
        (np.linspace(-1.0, 1.0, 101), "logit", (None, None), (-2.94, 2.94)),
        (np.linspace(-3.0, -0.3, 101), "logit", (None, None), (-8.919, -0.109)),
    ],
)
def test_how_far_a_belief_is_tried(column, unit, bounds, expected):
    assert reach(column, unit, *bounds) == pytest.approx(expected, abs=1e-3)
