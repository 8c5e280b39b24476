"""Fearon's and Powell's models, reproduced by the functions that the simulated case uses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactline.choice.bargaining_range import Family, acceptable, best_demand, overlap
from contactline.choice.equilibria import solve
from contactline.core.errors import InputError

from .textbook import (
    A,
    B,
    Shift,
    War,
    demand_in_closed_form,
    division,
    range_in_closed_form,
    ultimatum,
    uncertain_division,
    uncertain_ultimatum,
)

POINTS = np.linspace(
    0.0, 1.0, 23
)  # not a multiple of the numbers below: the ends must come from the crossing
share = st.floats(0.0, 1.0)
cost = st.floats(0.01, 0.5)


@settings(max_examples=60, deadline=None)
@given(p=share, cost_a=cost, cost_b=cost)
def test_the_bargaining_range_is_p_minus_and_plus_the_costs(p, cost_a, cost_b):
    war = War(p, cost_a, cost_b)
    assert division(war, POINTS).range(A, B) == [pytest.approx(range_in_closed_form(war), abs=1e-12)]


def test_reservation_values_are_the_ends_of_what_each_accepts():
    war = War(0.6, 0.1, 0.2)
    family = division(war, POINTS)
    assert war.reservation == {A: pytest.approx(0.5), B: pytest.approx(0.2)}
    assert family.spans(A) == [pytest.approx((0.5, 1.0))]
    assert family.spans(B) == [pytest.approx((0.0, 0.8))]


def test_aversion_to_risk_widens_the_range_and_love_of_it_can_empty_it():
    war = War(0.5, 0.05, 0.05)
    fine = np.linspace(0, 1, 2001)
    (neutral,) = division(war, fine).range(A, B)
    (averse,) = division(war, fine, risk=0.5).range(A, B)
    assert averse[0] < neutral[0] and averse[1] > neutral[1]
    assert averse == pytest.approx((0.45**2, 1 - 0.45**2), abs=1e-5)
    assert division(war, fine, risk=2.0).range(A, B) == []


def test_a_veto_bars_settlements_and_leaves_the_range_empty():
    war = War(0.6, 0.1, 0.2)
    family = division(war, POINTS)
    barred = Family(POINTS, family.advantage, {B: ["" if x < 0.3 else "cession" for x in POINTS]})
    assert barred.range(A, B) == []
    assert barred.share_with_range(A, B) == 0.0
    assert family.share_with_range(A, B) == 1.0
    assert barred.spans(B)[0][1] <= 0.3


def test_under_complete_information_the_ultimatum_takes_all_that_the_other_would_pay():
    war = War(0.6, 0.1, 0.2)
    demands = np.round(np.arange(0.0, 1.001, 0.1), 10)
    found = solve(ultimatum(war, demands)).equilibria
    # At x = 0.8 side B is indifferent: it accepts in one equilibrium, and fights in the other, where 0.7 is asked.
    asked = {max(one.strategy["demand"], key=one.strategy["demand"].__getitem__) for one in found}
    assert asked == {"demand 0.8", "demand 0.7"}
    best = max(found, key=lambda one: one.payoffs[A])
    assert best.payoffs == {A: pytest.approx(0.8), B: pytest.approx(0.2)}
    assert all(one.payoffs[B] >= war.reservation[B] - 1e-12 for one in found)


@settings(max_examples=40, deadline=None)
@given(p=st.floats(0.1, 0.6), cost_a=st.floats(0.0, 0.3), low=st.floats(0.0, 0.1), width=st.floats(0.05, 0.3))
def test_the_demand_under_uncertainty_and_its_risk_of_war_follow_the_closed_form(p, cost_a, low, width):
    high = low + width
    costs = low + width * (np.arange(400) + 0.5) / 400
    found = best_demand(uncertain_division(p, cost_a, costs, np.linspace(0, 1, 2001)), A, B)
    demand, risk = demand_in_closed_form(p, cost_a, low, high)
    gain = (1 - risk) * (demand - (p - cost_a))
    assert found.gain == pytest.approx(gain, abs=0.001)
    assert found.point == pytest.approx(demand, abs=0.015)  # the optimum is flat, and the costs are 400
    assert found.refused == pytest.approx(risk, abs=0.015 / width + 0.005)


def test_on_fine_grids_the_demand_is_the_closed_forms():
    costs = 0.4 * (np.arange(8000) + 0.5) / 8000
    found = best_demand(uncertain_division(0.5, 0.1, costs, np.linspace(0.6, 0.7, 401)), A, B)
    assert demand_in_closed_form(0.5, 0.1, 0.0, 0.4) == pytest.approx((0.65, 0.375))
    assert (found.point, found.refused) == pytest.approx((0.65, 0.375), abs=0.002)


def test_more_to_lose_means_less_risk_and_certain_peace_when_fighting_costs_the_asker_enough():
    risks = [demand_in_closed_form(0.5, c, 0.0, 0.4)[1] for c in (0.0, 0.1, 0.2, 0.4)]
    assert risks == pytest.approx([0.5, 0.375, 0.25, 0.0])
    assert demand_in_closed_form(0.5, 0.1, 0.2, 0.3)[1] == 0.0  # c_A = 0.1 ≥ 0.3 − 2·0.2


def test_the_game_tree_with_types_takes_the_same_risk_as_the_sum_over_belief_sets():
    """Two types of B, costs 0.1 and 0.4: asking 0.9 loses the tough one (chance q), asking 0.6 keeps both."""
    for q, asked in ((0.2, "demand 0.9"), (0.7, "demand 0.6")):
        game = uncertain_ultimatum(0.5, 0.1, {"tough": (0.1, q), "soft": (0.4, 1 - q)}, np.array([0.6, 0.9]))
        found = solve(game).equilibria
        best = max(found, key=lambda one: one.payoffs[A])
        assert best.strategy["demand"][asked] == 1.0
        assert best.payoffs[A] == pytest.approx(max(0.6, q * 0.4 + (1 - q) * 0.9))


@settings(max_examples=60, deadline=None)
@given(
    now=share, later=share, cost_a=st.floats(0, 0.5), cost_b=st.floats(0, 0.5), discount=st.floats(0, 0.95),
    split=st.sampled_from([0.0, 0.5, 1.0]),
)  # fmt: skip
def test_no_division_prevents_war_exactly_when_the_shift_exceeds_the_surplus(
    now, later, cost_a, cost_b, discount, split
):
    shift = Shift(now, later, cost_a, cost_b, discount, split)
    family = shift.today(POINTS)
    if abs(shift.gap) > 1e-9 and shift.today(POINTS).advantage[A][-1] >= 0:
        assert (family.range(A, B) == []) == (shift.gap > 0)


def test_powells_and_fearons_conditions_in_closed_form():
    for later in np.linspace(0.3013, 0.9017, 25):
        for discount in (0.5, 0.9):
            powell = Shift(0.3, float(later), 0.2, 0.2, discount, 0.0)
            fearon = Shift(0.3, float(later), 0.2, 0.2, discount, 1.0)
            excess = discount * later - 0.3
            assert (powell.gap > 0) == (excess > (1 - discount) * (0.2 + discount * 0.2))
            if later + (1 - discount) * 0.2 <= 1:  # the rising side can be paid its due
                assert (fearon.gap > 0) == (excess > (1 - discount) ** 2 * 0.2)


def test_a_rise_that_is_slow_or_a_war_that_is_dear_leaves_a_bargain():
    assert Shift(0.3, 0.32, 0.1, 0.1, 0.9).today(POINTS).range(A, B) != []
    assert Shift(0.3, 0.8, 0.1, 0.1, 0.9).today(POINTS).range(A, B) == []
    assert Shift(0.3, 0.8, 3.0, 3.0, 0.9).today(POINTS).range(A, B) != []


def test_acceptable_stretches_and_their_overlap():
    x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    assert acceptable(x, np.array([-1.0, 1.0, -1.0, -1.0, 1.0])) == [(0.5, 1.5), (3.5, 4.0)]
    assert acceptable(x, -np.ones(5)) == []
    assert acceptable(x, np.array([1.0, -np.inf, -np.inf, 1.0, 1.0])) == [(0.0, 0.0), (3.0, 4.0)]
    assert overlap([(0.0, 1.0), (3.0, 4.0)], [(0.5, 3.5)]) == [(0.5, 1.0), (3.0, 3.5)]
    assert overlap([(0.0, 1.0)], [(2.0, 3.0)]) == []


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: War(1.2, 0.1, 0.1), "p 1.2"),
        (lambda: Shift(0.3, 0.5, 0.1, 0.1, 1.0), "below 1"),
        (lambda: demand_in_closed_form(0.5, 0.1, 0.3, 0.2), "low < high"),
        (lambda: Family(np.array([]), {}, {}), "the family has 0 settlements and 0 actors"),
        (lambda: Family(np.array([0.5, 0.2]), {A: np.zeros((2, 1))}, {}), "rising numbers"),
        (lambda: Family(np.array([0.2, 0.5]), {A: np.zeros((3, 1))}, {}), r"\(2, belief sets\)"),
    ],
)
def test_what_cannot_be_is_refused_in_words(make, said):
    with pytest.raises(InputError, match=said):
        make()
