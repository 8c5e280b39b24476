"""Courses of action: the compiled loop against a plain one, closed forms, and laws every run must obey."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from contactline.case.load import load_case
from contactline.choice.course_kernel import left_behind, live
from contactline.choice.courses import FIGHT_ON, OUTCOMES, accept, fight_on
from contactline.choice.futures import FUTURES, attacker_strength, belief_labels, draw_futures
from contactline.choice.verdict import advantage, break_even, default_values, hinges, vetoed_clauses
from contactline.core.errors import UnknownNameError
from contactline.core.streams import Streams
from contactline.support.adequacy import support
from contactline.truce.breakdown import BELIEFS, truce_terms
from contactline.truce.terms import proposal_named
from contactline.war.collapse import collapse_spells, fighting_path

from . import small


def plain_fight(futures, rate):
    """Fighting on, in a few numpy lines: the oracle of the compiled loop while no truce is in sight."""
    beliefs = futures.beliefs
    running = collapse_spells(
        rate, beliefs["war.collapse_weeks"], futures.collapse_luck, futures.factor * futures.raiser
    )
    gained = fighting_path(futures.net, futures.factor, running, beliefs["war.collapse_speed"])
    return (
        (gained * futures.share).sum(axis=1),
        (gained * (1 - futures.share)).sum(axis=1),
        futures.claims.sum(axis=1),
    )


def run_live(futures, *, end_rate: float = 0.0, rate: float = 0.004, peace: float = -np.inf):
    n = futures.draws
    beliefs = futures.beliefs
    return live(
        False, futures.net, futures.share, futures.factor, futures.raiser, futures.claims,
        beliefs["losses.defender_per_attacker"],
        np.full(n, rate), beliefs["war.collapse_speed"], beliefs["war.collapse_weeks"], futures.collapse_luck,
        np.ones(n), beliefs["truce.defender_losses_truce"], np.zeros(n), np.zeros(n), np.zeros((n, futures.weeks)),
        futures.breakdown_luck, futures.honour_luck, np.ones(n), np.ones(n), np.full(n, end_rate), futures.end_luck,
        np.full(n, peace), futures.peace_luck,
    )  # fmt: skip


def test_the_compiled_loop_equals_a_plain_one_while_fighting():
    futures = small.futures()
    raw = run_live(futures)
    main, other, losses = plain_fight(futures, np.full(futures.draws, 0.004))
    assert raw[:, 0] == pytest.approx(main)
    assert raw[:, 1] == pytest.approx(other)
    assert raw[:, 4] == pytest.approx(losses)
    assert raw[:, 5] == pytest.approx(losses * futures.beliefs["losses.defender_per_attacker"])
    assert np.all(raw[:, 6] == futures.weeks)


def test_a_shortage_of_people_raises_collapses_in_both_loops():
    futures = small.futures()
    thin = replace(futures, strength=np.full_like(futures.net, 0.5)).with_belief("war.collapse_strength", 3.0)
    assert thin.raiser == pytest.approx(np.full_like(futures.net, np.exp(1.5)))
    raw, plain = run_live(thin), plain_fight(thin, np.full(thin.draws, 0.004))
    assert raw[:, 0] == pytest.approx(plain[0])
    assert raw[:, 7].mean() > run_live(futures)[:, 7].mean()
    off = thin.with_belief("war.collapse_strength", 0.0)
    full = replace(futures, raiser=np.ones_like(futures.net))
    assert np.array_equal(run_live(off), run_live(full))


def test_strength_follows_the_beliefs_it_is_made_of():
    futures = small.futures()
    more = futures.with_belief("manpower.defender_recruits", 9000.0)
    fewer = futures.with_belief("manpower.defender_recruits", 0.0)
    assert np.all(more.strength >= fewer.strength)
    assert np.all(more.raiser <= fewer.raiser) and fewer.raiser.max() > 1.0
    # A belief that is not among its inputs leaves it alone.
    assert futures.with_belief("war.collapse_rate", 0.3).strength is futures.strength


def test_the_attackers_force_is_drawn_apart_and_answers_its_losses(world):
    case, _, _, futures = world
    assert not [name for name in futures.beliefs if name.startswith("manpower.attacker")]
    strength = attacker_strength(case, futures, Streams(0))
    heavier = attacker_strength(case, replace(futures, claims=2.0 * futures.claims), Streams(0))
    assert strength.shape == futures.net.shape
    assert np.all(heavier <= strength) and np.all(heavier[:, 0] < strength[:, 0])


def test_a_measured_distribution_takes_the_place_of_a_belief_and_moves_no_other():
    def draw(measured):
        case = load_case("borderland").case
        paths = np.ones((4 * FUTURES, 20))
        return draw_futures(
            case, paths, paths, paths, support(case, "as_today", 20), BELIEFS, Streams(0), measured=measured
        )

    name = "losses.attacker_true_per_claimed"
    plain, other = draw({}), draw({name: lambda p: 2.0 + p})
    assert other.beliefs[name].min() >= 2.0 and other.beliefs[name].max() <= 3.0
    assert other.claims == pytest.approx(other.beliefs[name][:, None] * np.ones(20))
    for belief, values in plain.beliefs.items():
        assert belief == name or np.array_equal(values, other.beliefs[belief])
    ranks = [np.argsort(f.beliefs[name][::FUTURES]) for f in (plain, other)]
    assert np.array_equal(*ranks)
    with pytest.raises(UnknownNameError, match="attacker_true_per_claim"):
        draw({"losses.attacker_true_per_claim": lambda p: p})


def test_fighting_ends_by_itself_at_its_rate():
    futures = small.futures()
    weeks = run_live(futures, end_rate=0.01)[:, 6]
    expected = np.minimum(np.ceil(futures.end_luck / 0.01), futures.weeks)
    assert np.abs(weeks - expected).max() <= 1


def test_a_peace_without_terms_breaks_at_its_hazard_and_war_then_lasts():
    futures = small.futures()
    calm, broken = run_live(futures, end_rate=1e9), run_live(futures, end_rate=1e9, peace=np.log(0.01))
    assert np.all(calm[:, 10] == 1.0) and np.all(calm[:, 6] == 1)
    expected = 1 + np.maximum(futures.weeks - np.ceil(futures.peace_luck / 0.01), 0)
    assert np.abs(broken[:, 6] - expected).max() <= 1
    assert np.array_equal(broken[:, 10] == 1.0, broken[:, 6] == 1)


def test_effort_that_a_region_cannot_absorb_lands_elsewhere(world):
    case, theatre, _settlements, futures = world
    flood = replace(futures, net=np.full_like(futures.net, 1e4), share=np.ones_like(futures.share))
    lost = fight_on(case, theatre, flood.with_belief("war.end_rate", 1e-9))
    assert lost["people_held"].max() < 1.0 and lost["belt_held"].max() < 1e-6


def test_what_an_effort_takes_is_read_off_the_ladder():
    open_km2, built = np.array([0.0, 5.0, 10.0]), np.array([0.0, 0.0, 0.0])
    people, belt = np.array([0.0, 100.0, 400.0]), np.array([0.0, 0.0, 5.0])
    got = left_behind(np.array([0.0, 2.5, 7.5, 99.0]), np.ones(4), np.ones(4), open_km2, built, people, belt)
    assert got[:, 0].tolist() == [0.0, 2.5, 7.5, 10.0]
    assert got[:, 1].tolist() == [0.0, 50.0, 250.0, 400.0]
    assert got[:, 2].tolist() == [0.0, 0.0, 2.5, 5.0]


@pytest.fixture(scope="module")
def world():
    return small.world()


def test_an_unbreakable_truce_keeps_the_line_and_ends_the_war(world):
    case, theatre, settlements, futures = world
    calm = futures.with_belief("truce.base_rate", 1e-12)
    kept = accept(case, theatre, settlements["freeze"], calm)
    assert np.all(kept["truce_holds"] == 1.0)
    assert np.all(kept["weeks_of_war"] == 0.0)
    assert kept["km2_held"] == pytest.approx(theatre.km2_held)
    assert kept["people_held"] == pytest.approx(theatre.people_held)


def test_a_truce_that_breaks_at_once_is_fighting_on_at_another_tempo(world):
    case, theatre, settlements, futures = world
    futures = futures.with_belief("truce.renewed_tempo_rebuild", 1.0)
    broken = futures.with_belief("truce.base_rate", 1e9)
    fighting = fight_on(case, theatre, broken)
    accepted = accept(case, theatre, settlements["freeze"], broken)
    for name in (
        "km2_held",
        "people_held",
        "belt_held",
        "defender_losses",
        "challenger_losses",
        "weeks_of_war",
    ):
        assert accepted[name] == pytest.approx(fighting[name]), name


def test_a_more_credible_guarantee_never_breaks_sooner_nor_costs_ground(world):
    case, theatre, settlements, futures = world
    # The guarantee may slow a renewed war but not speed it up, so draw by draw nothing gets worse.
    futures = futures.with_belief("truce.honoured_tempo", 0.5).with_belief("truce.effect_guarantee", -1.0)
    futures = replace(futures, net=np.abs(futures.net))
    held = [
        accept(case, theatre, settlements["handover"], futures, credibility=np.full(futures.net.shape, q))
        for q in (0.0, 0.3, 0.6, 1.0)
    ]
    for less, more in itertools.pairwise(held):
        assert np.all(more["truce_broken"] <= less["truce_broken"])
        assert more["km2_held"].mean() >= less["km2_held"].mean()


def test_losing_the_belt_never_helps(world):
    case, theatre, settlements, futures = world
    futures = futures.with_belief("truce.renewed_tempo_belt_lost", 1.5).with_belief(
        "truce.effect_belt_lost", 0.5
    )
    written = truce_terms(settlements["handover"], theatre.strength)
    assert written.belt_lost
    kept = accept(case, theatre, settlements["handover"], futures, terms=replace(written, belt_lost=False))
    lost = accept(case, theatre, settlements["handover"], futures)
    assert np.all(kept["truce_broken"] <= lost["truce_broken"])
    assert kept["km2_held"].mean() >= lost["km2_held"].mean()


def test_a_higher_collapse_rate_never_helps_who_fights_on(world):
    case, theatre, _, futures = world
    means = [
        fight_on(case, theatre, futures.with_belief("war.collapse_rate", rate))["km2_held"].mean()
        for rate in (0.0, 0.1, 0.3, 0.6)
    ]
    assert means == sorted(means, reverse=True)


def test_every_outcome_is_there_and_within_its_bounds(world):
    case, theatre, settlements, futures = world
    for outcomes in (
        fight_on(case, theatre, futures),
        accept(case, theatre, settlements["handover"], futures),
    ):
        assert set(outcomes) == set(OUTCOMES)
        for name in ("belt_held", "collapsed", "truce_holds", "guarantee_failed"):
            assert outcomes[name].min() >= 0 and outcomes[name].max() <= 1, name
        assert outcomes["weeks_of_war"].max() <= futures.weeks
        assert outcomes["people_held"].max() <= theatre.people.sum() + 1e-6


def test_preferring_only_fewer_losses_prefers_the_course_with_fewer(world):
    case, theatre, settlements, futures = world
    runs = {
        FIGHT_ON: fight_on(case, theatre, futures),
        "freeze": accept(case, theatre, settlements["freeze"], futures),
    }
    values = small.values(outcome="defender_losses", better="less")
    gain = advantage(values, runs["freeze"], runs[FIGHT_ON], futures, Streams(0))
    fewer = futures.set_mean(runs[FIGHT_ON]["defender_losses"]) - futures.set_mean(
        runs["freeze"]["defender_losses"]
    )
    assert np.array_equal(gain > 0, fewer > 0)


def test_a_veto_is_said_and_no_sum_of_favours_removes_it(world):
    case, *_ = world
    values = small.values(outcome="km2_held", better="more", vetoes=("withdrawal:defender",))
    proposal = proposal_named(case, small.HANDOVER)
    found = vetoed_clauses(values, case, proposal)
    assert found
    sweeter = proposal.model_copy(update={"clauses": (*proposal.clauses, small.favour())})
    assert vetoed_clauses(values, case, sweeter) == found


def test_break_even_is_where_the_share_crosses_one_half(world):
    case, theatre, settlements, futures = world
    found = break_even(
        case, theatre, settlements["handover"], default_values(case, case.defender.id), futures, Streams(0),
        credibility=np.linspace(0, 1, 5), rate=np.array([0.0, 0.5]),
    )  # fmt: skip
    assert found.share.shape == (5, 2)
    assert np.all((found.share >= 0) & (found.share <= 1))
    for curve, column in zip(found.curve, found.share.T, strict=True):
        if np.isfinite(curve):
            assert np.interp(curve, found.credibility, column) == pytest.approx(0.5)
        else:
            assert np.all(column >= 0.5) or np.all(column < 0.5)


def test_hinges_name_the_belief_that_was_made_to_decide(world):
    case, _, _, futures = world
    decisive = futures.beliefs["truce.base_rate"].reshape(futures.sets, FUTURES)[:, 0]
    few = ("truce.base_rate", "truce.effect_imposed", "war.end_rate", "truce.crisis_rate")
    labels = {name: label for name, label in belief_labels(case).items() if name in few}
    table = hinges(np.median(decisive) - decisive, labels, futures)
    assert list(table["belief"]) == ["truce.base_rate"]
    assert table["share_low"].iloc[0] > table["share_high"].iloc[0]
    assert table["flip_value"].iloc[0] == pytest.approx(np.median(decisive), rel=0.05)


def test_the_number_of_threads_changes_no_byte(world):
    import numba

    case, theatre, settlements, futures = world
    was = numba.get_num_threads()
    results = []
    for threads in (1, was):
        numba.set_num_threads(threads)
        results.append(accept(case, theatre, settlements["handover"], futures))
    numba.set_num_threads(was)
    for name in OUTCOMES:
        assert np.array_equal(results[0][name], results[1][name])


def test_too_few_belief_sets_name_no_hinge(world):
    case, _, _, futures = world
    table = hinges(np.arange(futures.sets, dtype=float), belief_labels(case), futures)
    assert table.empty and "flip_value" in table.columns
