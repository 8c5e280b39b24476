"""Courses of action: the compiled loop against a plain one, closed forms, and laws every run must obey."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from contactline.case.scenario import FUTURES
from contactline.choice.verdict import (
    advantage,
    break_even,
    default_values,
    fighting_at,
    hinges,
    vetoed_clauses,
)
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.errors import UnknownNameError
from contactline.core.streams import Streams
from contactline.engine.course_kernel import NEVER, REPEATED, YEAR_LATER, live
from contactline.engine.courses import (
    COURSE,
    FIGHT_ON,
    OUTCOMES,
    UNSIGNED,
    Signing,
    _fought,
    accept,
    accepted_to,
    answered,
    decision_from,
    fight_on,
    luck_inputs,
    refuse,
    renewal_inputs,
    truce_decision,
    truce_terms,
    ultimatum,
    war_inputs,
)
from contactline.engine.futures import attacker_strength
from contactline.truce.breakdown import HISTORY_YEARS, cumulated_hazard
from contactline.truce.terms import apply_terms, proposal_named, with_deadline
from contactline.war.collapse import collapse_spells, fighting_path
from contactline.war.falls import left_behind

from . import small


def plain_fight(futures, rate):
    """Fighting on, in a few numpy lines: the oracle of the compiled loop while no truce is in sight."""
    beliefs = futures.beliefs
    running = collapse_spells(
        rate, beliefs["war.collapse_weeks"], futures.collapse_luck, futures.factor * futures.raiser
    )
    gained = fighting_path(futures.net, futures.factor, running, beliefs["war.collapse_speed"])
    return gained.sum(axis=1), futures.claims.sum(axis=1), running


def run_live(futures, *, end_rate: float = 0.0, rate: float = 0.004, peace: float = 0.0):
    """Fighting on in the compiled loop, with rates of our own."""
    case, theatre, *_ = small.world()
    n = futures.draws
    war = war_inputs(futures)._replace(
        rate=np.full(n, rate), end_rate=np.full(n, end_rate), peace=np.full((n, 3), [0.0, 0.0, peace])
    )
    idle = decision_from(case, theatre, futures, UNSIGNED)
    idle = idle._replace(shape=np.ones(n))  # so that a peace breaks at one rate
    return live(NEVER, war, idle, renewal_inputs(futures, UNSIGNED, promised=False), luck_inputs(futures))


def test_the_compiled_loop_equals_a_plain_one_while_fighting():
    futures = small.futures()
    raw = run_live(futures)
    gained, losses, _ = plain_fight(futures, np.full(futures.draws, 0.004))
    assert raw.net_km2 == pytest.approx(gained)
    assert raw.challenger_losses == pytest.approx(losses)
    assert raw.defender_losses == pytest.approx(losses * futures.beliefs["losses.defender_per_attacker"])
    assert np.all(raw.weeks_of_war == futures.weeks)
    # The force as a stock runs as in war/manpower.py.
    assert raw.strength_least == pytest.approx(np.minimum(futures.strength.min(axis=1), 1.0))


def test_a_shortage_of_people_raises_collapses_in_both_loops():
    futures = small.futures()
    thin = futures.with_belief("manpower.defender_recruits", 0.0).with_belief("war.collapse_strength", 3.0)
    assert thin.raiser.max() > 1.0
    raw, (gained, _, running) = run_live(thin), plain_fight(thin, np.full(thin.draws, 0.004))
    assert raw.net_km2 == pytest.approx(gained)
    assert np.array_equal(raw.collapses > 0, running.any(axis=1))
    off = thin.with_belief("war.collapse_strength", 0.0)
    assert raw.collapses.mean() > run_live(off).collapses.mean()


def test_strength_follows_the_beliefs_it_is_made_of():
    futures = small.futures()
    more = futures.with_belief("manpower.defender_recruits", 9000.0)
    fewer = futures.with_belief("manpower.defender_recruits", 0.0)
    assert np.all(more.strength >= fewer.strength)
    assert np.all(more.raiser <= fewer.raiser) and fewer.raiser.max() > 1.0
    # A belief that is not among its inputs leaves it alone.
    assert futures.with_belief("war.collapse_rate", 0.3).strength is futures.strength


def test_the_attackers_force_is_drawn_apart_and_answers_its_losses(world):
    *_, futures = world
    for course in (FIGHT_ON, small.HANDOVER):
        read = futures.reads.inputs_of(COURSE(course))
        assert "manpower.defender_recruits" in read
        assert not [name for name in read if name.startswith("manpower.attacker")]
    net, claims = small.paths()
    strength, heavier = attacker_strength(futures), attacker_strength(small.made_up(net, 2.0 * claims))
    assert strength.shape == futures.net.shape
    assert np.all(heavier <= strength) and np.all(heavier[:, 0] < strength[:, 0])


def test_a_measured_distribution_takes_the_place_of_a_belief_and_moves_no_other():
    def draw(measured):
        paths = np.ones((4 * FUTURES, 20))
        return small.made_up(paths, paths, measured=measured)

    name = "losses.attacker_true_per_claimed"
    plain, other = draw({}), draw({name: lambda p: 2.0 + p})
    assert other.beliefs[name].min() >= 2.0 and other.beliefs[name].max() <= 3.0
    assert other.claims == pytest.approx(other.beliefs[name][:, None] * np.ones(20))
    for belief, values in plain.beliefs.items():
        assert belief == name or np.array_equal(values, other.beliefs[belief])
    ranks = [np.argsort(f.beliefs[name][::FUTURES]) for f in (plain, other)]
    assert np.array_equal(*ranks)
    with pytest.raises(UnknownNameError, match="attacker_true_per_claim"):
        draw({"losses.attacker_true_per_claim": lambda p: p}).beliefs[name]


def test_fighting_ends_by_itself_at_its_rate():
    futures = small.futures()
    weeks = run_live(futures, end_rate=0.01).weeks_of_war
    expected = np.minimum(np.ceil(futures.luck.end_luck / 0.01), futures.weeks)
    assert np.abs(weeks - expected).max() <= 1


def test_a_peace_without_terms_breaks_at_its_hazard_and_war_then_lasts():
    futures = small.futures()
    a_week = 0.01 * HISTORY_YEARS * WEEKS_PER_YEAR  # cumulated over five years
    calm, broken = run_live(futures, end_rate=1e9), run_live(futures, end_rate=1e9, peace=a_week)
    assert np.all(calm.silent == 1.0) and np.all(calm.weeks_of_war == 1)
    expected = 1 + np.maximum(futures.weeks - np.ceil(futures.luck.peace_luck / 0.01), 0)
    assert np.abs(broken.weeks_of_war - expected).max() <= 1
    assert np.array_equal(broken.silent == 1.0, broken.weeks_of_war == 1)


def test_what_an_effort_takes_is_read_off_in_order_of_fall():
    open_km2, built = np.array([0.0, 5.0, 10.0]), np.array([0.0, 0.0, 0.0])
    values = np.column_stack([[0.0, 5.0, 10.0], [0.0, 100.0, 400.0], [0.0, 0.0, 5.0]])
    got = left_behind(np.array([0.0, 2.5, 7.5, 99.0]), np.ones(4), np.ones(4), open_km2, built, values)
    assert got[:, 0].tolist() == [0.0, 2.5, 7.5, 10.0]
    assert got[:, 1].tolist() == [0.0, 50.0, 250.0, 400.0]
    assert got[:, 2].tolist() == [0.0, 0.0, 2.5, 5.0]


@pytest.fixture(scope="module")
def world():
    return small.world()


def test_an_unbreakable_truce_keeps_the_line_and_ends_the_war(world):
    case, theatre, settlements, futures = world
    calm = small.unbroken(futures)
    kept = accept(case, theatre, settlements["freeze"], calm)
    assert np.all(kept["truce_holds"] == 1.0)
    assert np.all(kept["weeks_of_war"] == 0.0)
    assert kept["km2_held"] == pytest.approx(theatre.km2_held)
    assert kept["people_held"] == pytest.approx(theatre.people_held)


def test_a_truce_that_breaks_at_once_is_fighting_on(world):
    """With nothing rebuilt, surprised or pressed, and a line that moved nowhere, war goes on as if never stopped."""
    case, theatre, settlements, futures = world
    for name, value in {"truce.history_war": 1.0, "truce.history_shape": 0.05, "truce.mechanism_war": 0.0,
                        "truce.surprise_tempo": 1.0, "war.tempo_strength": 0.0,
                        "truce.morale_collapse": 1.0, "truce.morale_absence": 1.0}.items():  # fmt: skip
        futures = futures.with_belief(name, value)
    fighting = fight_on(case, theatre, futures)
    nothing = np.zeros(futures.net.shape)
    accepted = accept(
        case, theatre, settlements["freeze"], futures, Signing(credibility=nothing, terms=UNSIGNED)
    )
    for name in ("km2_held", "people_held", "belt_held", "defender_losses", "weeks_of_war", "collapsed"):
        assert accepted[name] == pytest.approx(fighting[name]), name


def test_a_more_credible_guarantee_never_breaks_sooner_nor_costs_ground(world):
    case, theatre, settlements, _ = world
    futures = small.steady().with_belief("truce.response_weeks", 0.0)
    held = [
        accept(
            case,
            theatre,
            settlements["handover"],
            futures,
            Signing(credibility=np.full(futures.net.shape, q)),
        )
        for q in (0.0, 0.3, 0.6, 1.0)
    ]
    for less, more in itertools.pairwise(held):
        assert np.all(more["truce_broken"] <= less["truce_broken"])
        assert more["km2_held"].mean() >= less["km2_held"].mean()
    assert held[-1]["truce_broken"].mean() < held[0]["truce_broken"].mean()


def test_losing_the_belt_never_helps(world):
    case, theatre, settlements, _ = world
    futures = (
        small.steady().with_belief("truce.renewed_tempo_belt_lost", 1.5).with_belief("truce.belt_ceded", 0.3)
    )
    written = truce_terms(case, settlements["handover"])
    assert written.belt_lost
    kept = accept(
        case, theatre, settlements["handover"], futures, Signing(terms=written._replace(belt_lost=False))
    )
    lost = accept(case, theatre, settlements["handover"], futures)
    assert np.all(kept["truce_broken"] <= lost["truce_broken"])
    assert kept["km2_held"].mean() >= lost["km2_held"].mean()


def test_imposed_terms_never_help_where_morale_falls(world):
    case, theatre, settlements, _ = world
    futures = (
        small.steady().with_belief("truce.morale_absence", 2.0).with_belief("truce.morale_collapse", 2.0)
    )
    written = truce_terms(case, settlements["handover"])
    agreed, pressed = (
        accept(
            case, theatre, settlements["handover"], futures, Signing(terms=written._replace(imposed=imposed))
        )
        for imposed in (False, True)
    )
    assert np.all(agreed["truce_broken"] <= pressed["truce_broken"])
    assert agreed["km2_held"].mean() > pressed["km2_held"].mean()
    # Switched off, the shock leaves nothing but the published finding on pressed terms.
    off = futures.with_belief("truce.morale_absence", 1.0).with_belief("truce.morale_collapse", 1.0)
    off = off.with_belief("truce.effect_imposed", 0.0)
    same = [
        accept(case, theatre, settlements["handover"], off, Signing(terms=written._replace(imposed=imposed)))
        for imposed in (False, True)
    ]
    assert all(np.array_equal(same[0][name], same[1][name]) for name in OUTCOMES)


def test_the_loop_breaks_a_truce_when_its_cumulated_hazard_passes_the_luck(world):
    """The chance shown in the report and the week in which a trajectory breaks state one rule."""
    case, theatre, settlements, futures = world
    decides = truce_decision(case, theatre, settlements["handover"], futures)
    hazard = cumulated_hazard(decides, futures.weeks)
    expected = (hazard >= futures.luck.breakdown_luck[:, None]).any(axis=1)
    run = accept(case, theatre, settlements["handover"], futures)
    assert np.array_equal(run["truce_broken"] > 0, expected)
    assert 0.05 < expected.mean() < 0.95


def test_signing_later_lies_between_signing_now_and_never(world):
    case, theatre, settlements, futures = world
    futures = small.unbroken(futures).with_belief("war.end_rate", 1e-12)
    fighting = fight_on(case, theatre, futures)
    weeks = [0, 26, 52, 104, futures.weeks + 1]
    runs = [accept(case, theatre, settlements["freeze"], futures, Signing(week=w)) for w in weeks]
    for week, run in zip(weeks, runs, strict=True):
        assert np.all(run["weeks_of_war"] == min(week, futures.weeks))
    for name in ("defender_losses", "km2_held", "people_held"):
        assert runs[-1][name] == pytest.approx(fighting[name]), name
    assert np.all(np.diff([run["defender_losses"].mean() for run in runs]) > 0)


def test_ground_taken_before_a_hand_over_counts_once(world):
    case, theatre, settlements, _ = world
    futures = small.unbroken(small.steady()).with_belief("war.end_rate", 1e-12)
    futures = futures.with_belief("war.collapse_rate", 0.0)
    now, later = (
        accept(case, theatre, settlements["handover"], futures, Signing(week=week)) for week in (0, 52)
    )
    taken = futures.net[:, :52].sum(axis=1)
    given = now["km2_held"][0]
    assert np.all(later["km2_held"] <= given + 1e-6)
    assert np.all(later["km2_held"] >= given - taken - 1e-6)
    assert np.any(later["km2_held"] > given - taken + 1.0)
    assert np.all(later["people_held"] >= -1e-6)


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
        theatre, settlements["handover"], default_values(case, case.defender.id), futures, Streams(0),
        credibility=np.linspace(0, 1, 5), fighting=fighting_at(futures, np.array([0.0, 0.5])),
    )  # fmt: skip
    assert found.share.shape == (5, 2)
    assert np.all((found.share >= 0) & (found.share <= 1))
    for curve, column in zip(found.curve, found.share.T, strict=True):
        if np.isfinite(curve):
            assert np.interp(curve, found.credibility, column) == pytest.approx(0.5)
        else:
            assert np.all(column >= 0.5) or np.all(column < 0.5)


def test_hinges_name_the_belief_that_was_made_to_decide(world):
    _, _, _, futures = world
    few = ("truce.history_war", "truce.effect_imposed", "war.end_rate", "truce.crisis_rate")
    beliefs = {name: futures.beliefs[name].reshape(futures.sets, FUTURES)[:, 0] for name in few}
    decisive = beliefs["truce.history_war"]
    assert hinges(np.median(decisive) - decisive, beliefs, few) == ["truce.history_war"]


def test_a_longer_horizon_leaves_the_shorter_one_as_it_is_and_adds_to_it(world):
    case, theatre, settlements, futures = world
    one = accept(case, theatre, settlements["handover"], futures)
    near, far = accepted_to(
        case, theatre, settlements["handover"], futures, (futures.weeks, 3 * futures.weeks)
    )
    assert all(np.array_equal(near[name], one[name]) for name in OUTCOMES)
    for name in ("weeks_of_war", "challenger_losses", "truce_broken", "incidents"):
        assert np.all(far[name] >= near[name]) and far[name].mean() > near[name].mean(), name


def test_beyond_the_paths_drawn_losses_are_discounted_and_the_last_two_years_repeat(world):
    case, theatre, _, futures = world
    lasting = futures.with_belief("war.end_rate", 0.0)
    weeks = futures.weeks
    five, longer = _fought(case, theatre, lasting, (weeks, weeks + REPEATED), False)
    again = lasting.claims[:, -REPEATED:]
    worth = YEAR_LATER ** (np.arange(REPEATED) / WEEKS_PER_YEAR)
    assert longer.challenger_losses - five.challenger_losses == pytest.approx((again * worth).sum(axis=1))
    assert np.all(longer.weeks_of_war == weeks + REPEATED)


def test_losses_follow_the_pace_of_renewed_war_by_their_elasticity(world):
    """At 1 a war at twice the pace costs twice as much a week, at 0 what it cost before; truces that hold do not feel
    it."""
    case, theatre, settlements, _ = world
    futures = small.steady()
    for name, value in {"truce.history_war": 1.0, "truce.history_shape": 0.05, "truce.mechanism_war": 0.0,
                        "truce.surprise_tempo": 1.0, "war.tempo_strength": 0.0, "truce.belt_ceded": 0.0,
                        "truce.renewed_tempo_rebuild": 1.0, "truce.morale_collapse": 1.0, "war.end_rate": 0.0,
                        "truce.renewed_tempo_belt_lost": 2.0, "war.collapse_rate": 0.0}.items():  # fmt: skip
        futures = futures.with_belief(name, value)
    nothing = Signing(credibility=np.zeros(futures.net.shape))
    found = [
        accept(
            case, theatre, settlements["handover"], futures.with_belief("war.losses_follow_pace", e), nothing
        )
        for e in (0.0, 0.5, 1.0)
    ]
    base = found[0]["challenger_losses"]
    assert found[0]["truce_broken"].all()
    assert found[1]["challenger_losses"] == pytest.approx(base * 2**0.5)
    assert found[2]["challenger_losses"] == pytest.approx(base * 2)
    assert found[2]["defender_losses"] == pytest.approx(found[0]["defender_losses"] * 2)
    assert found[2]["km2_held"] == pytest.approx(found[0]["km2_held"])


def test_a_refusal_that_nobody_answers_is_fighting_on(world):
    case, theatre, settlements, futures = world
    assert not answered(settlements["freeze"])
    plain, turned = fight_on(case, theatre, futures), refuse(case, theatre, settlements["freeze"], futures)
    assert all(np.array_equal(plain[name], turned[name]) for name in OUTCOMES)


def test_an_ultimatum_shakes_the_defender_who_refuses_it(world):
    case, theatre, settlements, futures = world
    text = with_deadline(settlements["handover"].proposal, case.as_of)
    pressed = apply_terms(case, text, theatre.ground)
    assert ultimatum(pressed) and not ultimatum(settlements["handover"])
    shaken = futures.with_belief("truce.ultimatum_weeks", 104.0).with_belief("truce.morale_collapse", 5.0)
    calm, turned = fight_on(case, theatre, shaken), refuse(case, theatre, pressed, shaken)
    assert turned["collapsed"].mean() > calm["collapsed"].mean()
    short = shaken.with_belief("truce.ultimatum_weeks", 0.0)
    assert np.array_equal(refuse(case, theatre, pressed, short)["km2_held"], calm["km2_held"])


def test_a_withdrawal_counts_as_far_as_it_is_believed(world):
    case, theatre, settlements, _ = world
    futures = small.unbroken(small.steady())
    back = replace(settlements["freeze"], returned=theatre.ground.holder == 1)
    held = [
        accept(case, theatre, back, futures.with_belief("truce.withdrawal_done", p))["km2_held"]
        for p in (0.0, 0.5, 1.0)
    ]
    assert held[2][0] - held[0][0] == pytest.approx(theatre.ground.km2[theatre.ground.holder == 1].sum())
    assert held[1] == pytest.approx((held[0] + held[2]) / 2)


def test_incidents_and_offensives_cost_lives_and_leave_the_truce_standing(world):
    case, theatre, settlements, futures = world
    calm = small.unbroken(futures)
    tense = calm.with_belief("truce.history_incident", 0.9).with_belief("truce.history_offensive", 0.5)
    quiet, shots = (accept(case, theatre, settlements["freeze"], one) for one in (calm, tense))
    assert quiet["incidents"].max() == 0.0 and shots["incidents"].mean() > 0.5
    assert np.all(shots["weeks_of_war"] == 0) and np.all(shots["truce_holds"] == 1.0)
    assert np.all(shots["defender_losses"] > quiet["defender_losses"])
    dead = shots["offensives"] * tense.beliefs["truce.offensive_dead"]
    dead = dead + shots["incidents"] * tense.beliefs["truce.incident_dead"]
    beliefs = tense.beliefs
    killed = shots["challenger_losses"] * (
        beliefs["losses.attacker_killed_share"]
        + beliefs["losses.defender_per_attacker"] * beliefs["losses.defender_killed_share"]
    )
    assert killed == pytest.approx(dead)


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
    _, _, _, futures = world
    beliefs = {name: futures.beliefs[name].reshape(futures.sets, FUTURES)[:, 0] for name in futures.beliefs}
    assert hinges(np.arange(futures.sets, dtype=float), beliefs, beliefs) == []
