"""Manpower: closed forms of the stock, laws of every flow, and what a shortage does to collapses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from contactline.war.collapse import collapse_spells
from contactline.war.manpower import (
    WEEKS_PER_MONTH,
    Flows,
    flows,
    manpower_beliefs,
    strength_path,
    strength_raiser,
)

WEEKS = 400


def steady_strength(weekly_losses: np.ndarray, side: Flows) -> np.ndarray:
    """Strength at which constant losses are balanced : ndarray[draw] (closed form; negative: no balance)."""
    lasting = weekly_losses * (1.0 - (1.0 - side.killed_share) * side.wounded_return)
    return (side.recruits - lasting) / (side.absence_rate * (1.0 - side.absence_return) * side.force)


def monthly_balance(weekly_losses: np.ndarray, side: Flows) -> np.ndarray:
    """Persons by which the force grows in a month at constant losses and today's size : ndarray[draw]."""
    lasting = weekly_losses * (1.0 - (1.0 - side.killed_share) * side.wounded_return)
    gone = side.absence_rate * (1.0 - side.absence_return) * side.force
    return (side.recruits - lasting - gone) * WEEKS_PER_MONTH


def side(**changed: float) -> Flows:
    """A force of 100,000 that loses about what it recruits."""
    given = {
        "force": 100_000.0, "recruits": 800.0, "killed_share": 0.2, "wounded_return": 0.5, "return_weeks": 10.0,
        "absence_rate": 0.004, "absence_return": 0.25,
    } | changed  # fmt: skip
    return Flows(**{name: np.array([value]) for name, value in given.items()})


def path(losses: float, weeks: int = WEEKS, **changed: float) -> np.ndarray:
    return strength_path(np.full((1, weeks), losses), side(**changed))[0]


def test_without_flows_nothing_moves():
    assert path(0.0, recruits=0.0, absence_rate=0.0) == pytest.approx(np.ones(WEEKS))


def test_the_stock_is_the_sum_of_its_flows():
    # No absences: 800 in, 1,000 hit of whom 200 die and 800 are wounded, 400 of them back: 200 more a week.
    assert path(1000.0, absence_rate=0.0) == pytest.approx(1 + 0.002 * np.arange(1, WEEKS + 1))


def test_constant_flows_reach_the_closed_form_of_the_steady_state():
    here = side()
    losses = np.full((1, 4000), 1000.0)
    expected = steady_strength(losses[:, 0], here)
    assert strength_path(losses, here)[:, -1] == pytest.approx(expected, rel=1e-5)
    assert expected == pytest.approx((800 - 600) / (0.004 * 0.75 * 100_000))
    # and on the way there the distance shrinks by the share that leaves and stays away
    way = strength_path(losses, here)[0] - expected
    assert way[1:50] / way[:49] == pytest.approx(np.full(49, 1 - 0.003))


def test_balance_of_the_first_month_is_what_the_path_does_at_once():
    here = side()
    first = strength_path(np.full((1, 1), 1000.0), here)[0, 0] - 1
    assert first * 100_000 * 52.18 / 12 == pytest.approx(
        monthly_balance(np.array([1000.0]), here)[0], rel=1e-3
    )


def test_the_wounded_come_back_after_their_lag():
    pulse = np.zeros((1, 40))
    pulse[0, 5] = 1000.0
    got = strength_path(pulse, side(recruits=0.0, absence_rate=0.0, return_weeks=7.0))[0]
    change = np.diff(np.concatenate([[1.0], got])) * 100_000
    expected = np.zeros(40)
    expected[5], expected[12] = -1000.0, 400.0
    assert change == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "more", "sign"),
    [
        ("recruits", 900.0, 1), ("killed_share", 0.3, -1), ("wounded_return", 0.6, 1), ("absence_rate", 0.006, -1),
        ("absence_return", 0.5, 1),
    ],
)  # fmt: skip
def test_each_flow_moves_strength_its_own_way(name, more, sign):
    assert np.all(sign * (path(1000.0, **{name: more}) - path(1000.0)) >= 0)
    assert sign * (path(1000.0, **{name: more})[-1] - path(1000.0)[-1]) > 0


def test_more_losses_never_strengthen():
    strengths = [path(losses) for losses in (500.0, 1000.0, 2000.0, 20_000.0)]
    for less, more in zip(strengths[1:], strengths[:-1], strict=True):
        assert np.all(less <= more)
    assert strengths[-1].min() == 0.0


def test_beliefs_become_weekly_flows():
    names = manpower_beliefs("defender")
    values = (850_000.0, 26_000.0, 0.5, 13.0, 17_000.0, 0.2)
    drawn = {name: np.array([value]) for name, value in zip(names, values, strict=True)}
    got = flows(drawn | {"losses.defender_killed_share": np.array([0.17])}, "defender")
    month = 52.18 / 12
    assert got.recruits == pytest.approx(26_000 / month, rel=1e-3)
    assert got.absence_rate == pytest.approx(17_000 / month / 850_000, rel=1e-3)
    assert monthly_balance(np.zeros(1), got) == pytest.approx(26_000 - 17_000 * 0.8)


def test_the_raiser_is_one_at_full_strength_and_where_it_is_switched_off():
    strength = np.array([[1.0, 1.3, 0.8, 0.5]])
    assert strength_raiser(strength, np.array([2.0]))[0] == pytest.approx(np.exp([0.0, 0.0, 0.4, 1.0]))
    assert np.all(strength_raiser(strength, np.array([0.0])) == 1.0)


def test_a_thinner_defender_collapses_more_often_and_never_later():
    draws, weeks = 4000, 260
    rng = np.random.default_rng(0)
    luck = rng.exponential(size=(draws, 6))
    rate, length = np.full(draws, 0.002), np.full(draws, 4.0)
    kappa = np.full(draws, 2.0)
    thin, full = np.full((draws, weeks), 0.6), np.ones((draws, weeks))
    spells = [
        collapse_spells(rate, length, luck, strength_raiser(strength, kappa)) for strength in (full, thin)
    ]
    first = [np.where(s.any(axis=1), s.argmax(axis=1), weeks) for s in spells]
    assert np.all(first[1] <= first[0])
    # The chance of none in 260 weeks is exp(−260 · rate · raiser).
    for found, raiser in zip(spells, (1.0, np.exp(0.8)), strict=True):
        assert 1 - found.any(axis=1).mean() == pytest.approx(np.exp(-0.52 * raiser), abs=0.025)
    off = collapse_spells(rate, length, luck, strength_raiser(thin, np.zeros(draws)))
    assert np.array_equal(off, spells[0])


def test_a_longer_lag_only_delays_who_comes_back():
    pulse = np.zeros((1, 60))
    pulse[0, 3] = 1000.0
    early, late = (
        strength_path(pulse, replace(side(recruits=0.0, absence_rate=0.0), return_weeks=np.array([lag])))[0]
        for lag in (5.0, 30.0)
    )
    assert np.all(early >= late)
    assert early[-1] == pytest.approx(late[-1])
