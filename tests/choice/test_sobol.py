"""Sobol indices: closed forms of the Ishigami and the G function, an estimator of its own kind, and honest zeros."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.choice.smooth import basis, clear, legendre, p_value
from contactline.choice.sobol import set_noise, sobol_indices
from contactline.core.errors import InputError


def ishigami(x: np.ndarray, a: float = 7.0, b: float = 0.1) -> np.ndarray:
    return np.sin(x[0]) + a * np.sin(x[1]) ** 2 + b * x[2] ** 4 * np.sin(x[0])


def named(x: np.ndarray) -> dict[str, np.ndarray]:
    return {f"x{i}": column for i, column in enumerate(x)}


def test_ishigami_function():
    """Ishigami & Homma (1990): S = .3139, .4424, 0; S_T = .5576, .4424, .2437."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-np.pi, np.pi, (3, 1000))
    found = sobol_indices(named(x), ishigami(x), rng, resamples=5)
    np.testing.assert_allclose(found.first, [0.3139, 0.4424, 0.0], atol=0.03)
    np.testing.assert_allclose(found.total, [0.5576, 0.4424, 0.2437], atol=0.04)
    assert found.explained > 0.99


def test_g_function():
    """Saltelli & Sobol' (1995): V_i = 1/(3(1+a_i)²), V = Π(1+V_i) − 1, S_i = V_i/V, S_Ti = V_i Π_{j≠i}(1+V_j)/V."""
    rng = np.random.default_rng(1)
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])
    x = rng.random((6, 900))
    v = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + v) - 1
    total = np.array([v[i] * np.prod(np.delete(1 + v, i)) for i in range(6)]) / variance
    y = np.prod((np.abs(4 * x - 2) + a[:, None]) / (1 + a[:, None]), axis=0)
    found = sobol_indices(named(x), y, rng, resamples=5)
    np.testing.assert_allclose(found.first, v / variance, atol=0.05)
    np.testing.assert_allclose(found.total, total, atol=0.05)
    assert np.all(found.total[4:] < 0.005)


def test_agrees_with_means_over_bins():
    """The plain estimator of Var(E[y | x_i]) from bins of x_i, another way to the same first-order index."""
    rng = np.random.default_rng(2)
    x = rng.lognormal(size=(4, 2000))
    y = 2 * np.log(x[0]) + np.log(x[1]) + np.log(x[0]) * np.log(x[2]) + 0.5 * rng.normal(size=2000)
    found = sobol_indices(named(x), y, rng, resamples=10)
    for i in range(4):
        bins = y[np.argsort(x[i])].reshape(20, 100)
        between = bins.mean(axis=1).var() - bins.var(axis=1, ddof=1).mean() / 100
        assert found.first[i] == pytest.approx(max(between, 0) / y.var(), abs=0.04)


def test_many_beliefs_and_few_sets_recover_what_was_planted():
    """45 beliefs, 200 sets: parts 4, 1 alone and 2.25 together, of 8.25; ranges cover about nine times in ten."""
    covered = []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        x = {f"b{i}": rng.lognormal(size=200) for i in range(45 if seed < 4 else 12)}
        z = {name: np.log(column) for name, column in x.items()}
        y = 2 * z["b0"] + z["b1"] + 1.5 * z["b2"] * z["b3"] + rng.normal(size=200)
        found = sobol_indices(x, y, rng, resamples=60)
        assert found.first[0] == pytest.approx(4 / 8.25, abs=0.2)
        assert found.first[2] < 0.1 and found.found[5:].sum() <= 3
        covered.append(found.first_low[0] < 4 / 8.25 < found.first_high[0])
    assert np.mean(covered) >= 0.7


def test_where_nothing_matters_nothing_is_named():
    """Negative control: the chance of naming anything at all is bounded, and zero carries the share that would show."""
    named_any = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        x = {f"b{i}": rng.random(200) for i in range(45)}
        found = sobol_indices(x, rng.standard_t(4, 200), rng, resamples=5)
        named_any += bool(found.found.any())
    assert named_any <= 5
    assert 0.03 < found.total_high[0] < 0.1 and found.total_low[0] == 0


def test_chance_within_sets_is_taken_off():
    """With half of the variance chance, indices of a linear outcome are those of the outcome without it."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(2, 3000))
    signal = x[0] + 0.5 * x[1]
    draws = np.repeat(signal, 20) + 5 * rng.normal(size=60000)
    means = draws.reshape(3000, 20).mean(axis=1)
    noise = set_noise(draws, 20)
    assert noise == pytest.approx(25 / 20, rel=0.05)
    found = sobol_indices(named(x), means, rng, noise=noise, resamples=5)
    np.testing.assert_allclose(found.first, [0.8, 0.2], atol=0.05)
    assert found.noise == pytest.approx(0.5, abs=0.05)


def test_a_belief_that_does_not_vary_has_no_part():
    rng = np.random.default_rng(5)
    x = {"still": np.full(200, 3.0), "moves": rng.random(200)}
    found = sobol_indices(x, x["moves"], rng, resamples=5)
    assert found.first[0] == 0 and found.first[1] == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("beliefs", "outcome", "says"),
    [
        ({"b": np.zeros(10)}, np.zeros(10), "allowed are 30 belief sets or more"),
        ({"b": np.zeros(50)}, np.zeros(60), "belief 'b' has shape (50,), the outcome (60,)"),
        ({"b": np.full(60, np.nan)}, np.zeros(60), "belief 'b' holds values that are not finite"),
        ({"b": np.zeros(60)}, np.full(60, np.inf), "the outcome holds values that are not finite"),
    ],
)
def test_bad_input_is_said(beliefs, outcome, says):
    with pytest.raises(InputError) as error:
        sobol_indices(beliefs, outcome, np.random.default_rng(0))
    assert says in str(error.value)


def test_polynomials_are_orthonormal():
    u = (np.arange(20000) + 0.5) / 20000
    columns = legendre(u, 6)
    np.testing.assert_allclose(columns.T @ columns / 20000, np.eye(6), atol=1e-3)
    np.testing.assert_allclose(basis(np.exp(u)).T @ basis(np.exp(u)), np.eye(4), atol=1e-9)


def test_p_values_are_even_where_nothing_matters_and_small_where_it_does():
    rng = np.random.default_rng(6)
    even = np.array([p_value(rng.random(80), rng.normal(size=80)) for _ in range(400)])
    assert 0.02 < np.mean(even < 0.05) < 0.09
    x = rng.random(80)
    assert p_value(x, np.sin(6 * x) + 0.3 * rng.normal(size=80)) < 1e-6
    assert p_value(np.ones(80), rng.normal(size=80)) == 1.0


def test_false_discoveries_are_bounded():
    p = np.array([0.001, 0.2, 0.8, 0.03, 0.5])
    assert list(clear(p)) == [True, False, False, True, False]  # 0.001 ≤ 0.02 and 0.03 ≤ 0.04; 0.2 > 0.06
    assert not clear(np.array([])).any() and not clear(np.array([0.3, 0.9])).any()
