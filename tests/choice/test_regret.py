"""Regret, value of information and of waiting, acceptability and flip points against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from contactline.case.labels import BeliefLabel
from contactline.choice.acceptability import acceptability, normalised
from contactline.choice.flips import break_even_surface, ranked, surface
from contactline.choice.information import perfect_information, shrunk, value_of_information, value_of_waiting
from contactline.choice.regret import regret_table, regrets
from contactline.choice.smooth import p_value, placed, ranks
from contactline.core.errors import InputError


def labels(names) -> dict[str, BeliefLabel]:
    return {name: BeliefLabel(name, "unit", "watch") for name in names}


def unit_loss(mean: float, sd: float) -> float:
    """Value of knowing a normal difference of two courses before choosing: sd·φ(m/sd) − |m|·Φ(−|m|/sd)."""
    return sd * stats.norm.pdf(mean / sd) - abs(mean) * stats.norm.cdf(-abs(mean) / sd)


def test_two_states_by_hand():
    """Half of the sets each: a pays 4 or 0, b pays 1 or 2. Means 2, 1.5; best known: 3; so knowing is worth 1."""
    values = np.array([[4.0, 1.0], [0.0, 2.0]] * 50)
    assert perfect_information(values) == pytest.approx(1.0)
    np.testing.assert_array_equal(regrets(values)[:2], [[0, 3], [2, 0]])
    table = regret_table(values, ["a", "b"]).set_index("course")
    assert table.loc["a", ["share_best", "regret_mean", "regret_max"]].tolist() == [0.5, 1.0, 2.0]
    assert table.loc["b", ["share_best", "regret_mean", "regret_max"]].tolist() == [0.5, 1.5, 3.0]
    assert table["minimax"].tolist() == [True, False]
    # The course that is best on average need not be the one whose worst is least bad.
    assert table["mean_value"].tolist() == [2.0, 1.5]


def test_minimax_differs_from_the_best_mean():
    values = np.array([[10.0, 6.0], [10.0, 6.0], [0.0, 5.0], [0.0, 5.5]])
    table = regret_table(values, ["bold", "safe"]).set_index("course")
    assert table.loc["safe", "minimax"] and not table.loc["bold", "minimax"]
    swapped = regret_table(values - 3.0, ["bold", "safe"]).set_index("course")
    np.testing.assert_allclose(
        swapped["regret_mean"], table["regret_mean"]
    )  # a common shift changes no regret


def test_ties_are_shared():
    table = regret_table(np.zeros((10, 4)), list("abcd"))
    assert table["share_best"].tolist() == [0.25] * 4 and table["minimax"].all()


def test_value_of_information_of_a_normal_difference():
    rng = np.random.default_rng(0)
    # Drawn as beliefs are: one draw in each of equal slices of probability.
    z = stats.norm.ppf(np.column_stack([(rng.permutation(3000) + 0.5) / 3000 for _ in range(6)]))
    gap = 0.3 + 1.0 * z[:, 0] + 0.5 * z[:, 1] + 0.2 * rng.normal(size=3000)
    values = np.column_stack([np.zeros(3000), gap])
    beliefs = {f"b{i}": z[:, i] for i in range(6)}
    table = value_of_information(values, ["fight", "accept"], beliefs, labels(beliefs), rng).set_index(
        "belief"
    )
    assert table.loc["everything", "value"] == pytest.approx(unit_loss(0.3, np.sqrt(1.29)), abs=0.02)
    assert table.loc["b0", "value"] == pytest.approx(unit_loss(0.3, 1.0), abs=0.02)
    assert table.loc["b1", "value"] == pytest.approx(unit_loss(0.3, 0.5), abs=0.015)
    assert table.loc["b0", "changes"] == pytest.approx(stats.norm.cdf(-0.3), abs=0.03)
    assert (table.loc[["b2", "b3", "b4", "b5"], "value"] == 0).sum() >= 3
    assert table.index[:3].tolist() == ["everything", "b0", "b1"]


def test_information_without_account_is_worth_nothing():
    """Negative control: what luck yields is taken off; of 300 idle beliefs hardly any is said to be worth anything."""
    said = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        beliefs = {f"b{i}": rng.random(200) for i in range(30)}
        values = np.column_stack([np.zeros(200), 0.1 + rng.standard_t(4, 200)])
        table = value_of_information(values, ["a", "b"], beliefs, labels(beliefs), rng, shuffles=200)
        said += int(table["stands_out"].iloc[1:].sum())
    assert said <= 6


def test_chance_within_sets_is_no_information():
    """Set means scatter by chance as well; drawn in by its variance they are worth what the truth is."""
    rng = np.random.default_rng(1)
    truth = 0.5 + rng.normal(size=20000)
    noisy = truth + 1.0 * rng.normal(size=20000)
    values = np.column_stack([np.zeros(20000), noisy])
    assert perfect_information(values) > 1.5 * unit_loss(0.5, 1.0)
    assert perfect_information(shrunk(values, 1.0)) == pytest.approx(unit_loss(0.5, 1.0), rel=0.05)
    np.testing.assert_allclose(shrunk(values, 0.0), values, atol=1e-12)


def test_waiting_for_part_of_a_belief():
    """With share r of a normal difference's variance known by the deadline, waiting is worth unit_loss(m, √r·sd)."""
    rng = np.random.default_rng(2)
    z = rng.normal(size=4000)
    values = np.column_stack([np.zeros(4000), 0.3 + z])
    found = value_of_waiting(values, z, rng, cost=0.1)
    expected = [0.0] + [unit_loss(0.3, np.sqrt(r)) for r in found.resolved[1:]]
    np.testing.assert_allclose(found.gain, expected, atol=0.02)
    assert np.all(np.diff(found.gain) > -0.005) and found.needed == pytest.approx(0.3)
    assert np.isnan(value_of_waiting(values, z, rng, cost=9.0).needed)


def test_acceptability_of_a_coin_of_weights():
    """Two attributes, one course each best in: the better one is set by which weight is larger."""
    rng = np.random.default_rng(3)
    changes = np.zeros((1, 2, 2))
    changes[0, 0, 0] = changes[0, 1, 1] = 1.0
    weights = normalised(rng.random((20000, 2)))
    found = acceptability(changes, weights, ["a", "b"], ["x", "y"])
    np.testing.assert_allclose(found.first, [0.5, 0.5], atol=0.01)
    np.testing.assert_allclose(found.ranks.sum(axis=0), 1.0)
    np.testing.assert_allclose(found.central.sum(axis=1), 1.0)
    assert found.central[0, 0] > 0.6 and found.central[1, 1] > 0.6 and found.confidence.tolist() == [1.0, 1.0]


def test_a_course_that_is_never_best_has_no_central_weights():
    changes = np.array([[[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]])
    found = acceptability(changes, np.array([[1.0, 3.0]]), list("abc"), ["x", "y"])
    assert found.first.tolist() == [0.0, 0.0, 1.0] and np.isnan(found.central[0]).all()
    assert np.isnan(found.confidence[0]) and found.central[2].tolist() == [0.25, 0.75]


@pytest.mark.parametrize(
    ("weights", "came"), [([0.0, 0.0], "all zero"), ([1.0, -1.0], "negative"), ([1.0, np.inf], "not finite")]
)
def test_weights_that_cannot_be_normalised(weights, came):
    with pytest.raises(InputError, match=f"some weights are {came} and cannot be normalised"):
        normalised(np.array(weights))


def test_noise_yields_hardly_any_flip_points():
    said = 0
    for seed in range(15):
        rng = np.random.default_rng(seed)
        beliefs = {f"b{i}": rng.random(200) for i in range(40)}
        said += sum(stands for _, _, stands in ranked(beliefs, rng.normal(size=200), beliefs))
    assert said <= 8


def test_a_few_disasters_do_not_hide_what_divides_the_rest():
    """P(advantage > 0 | b) = Φ(1.2 Φ⁻¹(b)) whatever the disasters of one set in ten are, which b does not enter."""
    found, false, hidden, share = 0, 0, 0, np.zeros(2)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        b, other, noise = rng.random(200), rng.random(200), rng.normal(size=200)
        better = 1.2 * stats.norm.ppf(b) + noise
        disaster = np.where(rng.random(200) < 0.1, 300.0 * rng.pareto(1.5, 200), 1.0)
        advantage = better * disaster
        order = ranked({"b": b, "other": other}, advantage, ["b", "other"])
        found += order[0][0] == "b" and order[0][2]
        false += order[1][2]
        hidden += p_value(b, advantage) > 0.01  # through the values themselves
        grid = surface({"b": b, "other": other}, advantage, "b", "other", points=11)
        share += grid.share[5, [2, 8]] / 40
    assert found == 40 and false <= 9 and hidden >= 15
    at = np.quantile(np.linspace(0, 1, 2001), np.linspace(0.02, 0.98, 11)[[2, 8]])
    np.testing.assert_allclose(share, stats.norm.cdf(1.2 * stats.norm.ppf(at)), atol=0.03)


def test_a_place_keeps_the_sign_and_the_order():
    advantage = np.array([3.0, -1e9, 0.0, 0.5, -2.0, 7e8])
    place = placed(advantage)
    assert np.array_equal(place > 0, advantage > 0)
    assert np.array_equal(np.argsort(place), np.argsort(advantage))


def test_surfaces_from_draws_and_from_runs_agree():
    """A planted plane, read off draws and by evaluating it at the same values."""
    rng = np.random.default_rng(7)
    x, y, z = rng.random(3000), rng.random(3000), rng.normal(size=3000)
    smoothed = surface({"x": x, "y": y}, 2 * x - 2 * y + 0.5 * z, "x", "y", points=7)
    run = break_even_surface(lambda a, b: 2 * a - 2 * b + 0.5 * z, smoothed.x, smoothed.y)
    np.testing.assert_allclose(smoothed.share, run.share, atol=0.08)
    assert smoothed.near.all() and run.share[0, -1] > 0.95 and run.share[-1, 0] < 0.05


def test_far_corners_are_marked():
    """Two beliefs drawn along a line: corners away from it hold no draws."""
    u = np.linspace(0, 1, 300)
    found = surface({"x": u, "y": u + 1e-3}, u - 0.5, "x", "y")
    assert not found.near[0, -1] and found.near[0, 0] and found.near[10, 10]


def test_ranks_put_ties_in_the_middle():
    assert ranks(np.array([5.0, 1.0, 5.0, 9.0])).tolist() == [0.5, 0.125, 0.5, 0.875]


@pytest.mark.parametrize(
    ("values", "courses", "says"),
    [
        (np.zeros((5, 2)), ["a", "b", "c"], "got shape (5, 2) for 3 courses"),
        (np.zeros((5, 1)), ["a"], "got one course; a comparison needs two or more"),
        (np.full((5, 2), np.nan), ["a", "b"], "some are not finite"),
    ],
)
def test_bad_values_are_said(values, courses, says):
    with pytest.raises(InputError) as error:
        regret_table(values, courses)
    assert says in str(error.value)
