"""The analogue model: recovers known effects, is not fooled by noise, and says when thirty cases cannot tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats

from contactline.case.load import load_case
from contactline.truce import analogues as model
from contactline.truce.analogues import (
    AnalogueData,
    effect_summary,
    fit_effects,
    hold_data,
    honour_data,
    shift_of,
)
from contactline.truce.laplace import Regression, mode_of

TRUTH = {"troops": 1.2, "defences_ceded": -1.0, "distance": -0.8, "organisation": 0.0}
MANY = 300
"""Rows of a large synthetic record, small enough that a fit takes some ten milliseconds."""
FORM_TRUTH = {"treaty": 0.6, "executive": -0.2, "statement": -0.4}


def made(rows: int, seed: int, truth: dict[str, float] = TRUTH, outcome: str = "honoured") -> AnalogueData:
    """Synthetic analogues with known effects, in families of three or more with effects of their own (sd 0.5)."""
    rng = np.random.default_rng(seed)
    forms = np.eye(3)[rng.integers(0, 3, rows)]
    features = (rng.random((rows, len(truth))) < 0.4).astype(float)
    if outcome == "honoured":
        features[:, 2] = rng.uniform(-0.5, 1.2, rows)
    family = np.arange(rows) % max(min(rows // 3, 18), 1)
    eta = forms @ np.array(list(FORM_TRUTH.values())) + features @ np.array(list(truth.values()))
    eta = eta + 0.5 * rng.standard_normal(family.max() + 1)[family]
    design = np.hstack([np.ones((rows, 1)), forms, features])
    ids = tuple(f"row_{i}" for i in range(rows))
    if outcome == "honoured":
        success = (rng.random(rows) < 1 / (1 + np.exp(-eta))).astype(float)
        return AnalogueData("honoured", design, family, success, np.ones(rows), ids)
    until = rng.exponential(size=rows) / np.exp(eta - 2.5)
    watched = rng.uniform(5, 40, rows)
    return AnalogueData(
        "broken", design, family, (until < watched).astype(float), np.minimum(until, watched), ids
    )


def summary(data: AnalogueData) -> dict[str, tuple[float, ...]]:
    return effect_summary(fit_effects(data), np.random.default_rng(0))


def clear(row: tuple[float, ...]) -> bool:
    """Whether the 90% interval leaves zero out."""
    return row[0] > 0 or row[2] < 0


def test_many_analogues_give_the_effects_back():
    fits = [summary(made(MANY, seed)) for seed in range(30)]
    for name, true in TRUTH.items():
        # The prior pulls an effect known to ±0.27 by about a seventh.
        assert np.mean([fit[name][1] for fit in fits]) == pytest.approx(0.87 * true, abs=0.13)
    inside = [fit[name][0] <= true <= fit[name][2] for fit in fits for name, true in TRUTH.items()]
    assert np.mean(inside) >= 0.8
    form = np.mean([fit["executive_against_treaty"][1] for fit in fits])
    assert form == pytest.approx(0.87 * (FORM_TRUTH["executive"] - FORM_TRUTH["treaty"]), abs=0.2)


def test_thirty_analogues_cover_effects_of_the_size_that_the_prior_expects_and_shrink_larger_ones():
    covered, large = [], []
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        truth = dict(zip(TRUTH, rng.normal(0, abs(rng.normal(0, model.TAU)), len(TRUTH)), strict=True))
        fit = summary(made(30, 100 + seed, truth))
        covered += [fit[name][0] <= true <= fit[name][2] for name, true in truth.items()]
        large.append(summary(made(30, 100 + seed))["troops"][1])
    assert 0.82 <= np.mean(covered) <= 0.98
    assert 0.1 < np.mean(large) < 0.75 * TRUTH["troops"]


def test_thirty_analogues_rarely_tell_even_a_large_effect_from_none_and_three_hundred_do():
    few = np.mean([clear(summary(made(30, 200 + seed))["troops"]) for seed in range(30)])
    many = np.mean([clear(summary(made(MANY, 300 + seed))["troops"]) for seed in range(20)])
    assert few < 0.5
    assert many >= 0.8


def test_shuffled_outcomes_show_no_effect():
    """The negative control: the same rows, outcomes dealt at random."""
    found = []
    for seed in range(15):
        data = made(MANY, 400 + seed)
        dealt = np.random.default_rng(seed).permutation(data.success)
        found += [clear(row) for name, row in summary(replace(data, success=dealt)).items() if name in TRUTH]
    assert np.mean(found) < 0.15


def test_a_model_told_the_wrong_feature_does_not_recover_it():
    """The other control: with troops and cession swapped, the recovery above fails."""
    data = made(MANY, 1)
    swapped = data.design.copy()
    swapped[:, [4, 5]] = swapped[:, [5, 4]]
    fit = summary(replace(data, design=swapped))
    assert not fit["troops"][0] <= TRUTH["troops"] <= fit["troops"][2]


def test_durations_give_the_effects_back():
    truth = {"troops": -1.0, "defences_ceded": 0.8, "dmz": -0.5, "guaranteed": 0.0, "organisation": 0.4}
    fits = [summary(made(MANY, 500 + seed, truth, "broken")) for seed in range(16)]
    for name, true in truth.items():
        assert np.mean([fit[name][1] for fit in fits]) == pytest.approx(true, abs=0.15)


def test_no_analogues_leave_the_prior():
    fit = fit_effects(honour_data(()))
    found = effect_summary(fit, np.random.default_rng(0), 40_000)
    assert found["troops"][1] == pytest.approx(0.0, abs=0.02)
    assert found["troops"][0] == pytest.approx(-found["troops"][2], abs=0.06)
    scale = np.average(
        model.GRID, weights=stats.halfnorm.pdf(model.GRID, scale=model.TAU) * np.gradient(model.GRID)
    )
    assert 0.5 < scale < 0.7  # the grid's mean of τ is that of a half-normal, 0.6
    drawn = fit.draws(40_000, np.random.default_rng(1))
    assert drawn[:, 4].std() == pytest.approx(model.TAU, rel=0.08)  # E[τ²] = TAU²


def test_the_laplace_step_agrees_with_quadrature():
    """One feature, no families: posterior mean of its effect against two-dimensional quadrature at a fixed τ."""
    rng = np.random.default_rng(6)
    x = np.repeat([0.0, 1.0], 20)
    y = (rng.random(40) < np.where(x > 0, 0.7, 0.4)).astype(float)
    tau = 0.9

    def density(b: float, a: float) -> float:
        eta = a + b * x
        return np.exp((y * eta - np.logaddexp(0, eta)).sum() - a**2 / (2 * 1.5**2) - b**2 / (2 * tau**2) + 25)

    mass = integrate.dblquad(density, -6, 6, -6, 6, epsabs=1e-6)[0]
    mean = integrate.dblquad(lambda b, a: b * density(b, a), -6, 6, -6, 6, epsabs=1e-6)[0] / mass
    seen = Regression(np.column_stack([np.ones(40), x]), y, np.ones(40))
    mode, precision, _ = mode_of(seen, np.zeros(2), np.array([1.5, tau]), np.zeros(2), "a test")
    assert mode[1] == pytest.approx(mean, abs=0.05)
    assert np.linalg.inv(precision)[1, 1] ** 0.5 == pytest.approx(0.57, abs=0.06)


@pytest.fixture(scope="module")
def real():
    return load_case("ukraine_2025").case


def test_only_promises_that_were_called_on_speak_to_honour(real):
    data = honour_data(real.analogues)
    called = {row.id for row in real.analogues if row.honoured in ("yes", "partly", "no")}
    assert set(data.ids) == called
    assert "egypt_israel_1979" not in called and "finland_1940" not in called
    assert set(np.unique(data.success)) <= {0.0, 0.5, 1.0}
    assert len(hold_data(real.analogues).ids) >= 25


def test_the_built_in_analogues_cannot_tell_and_the_model_says_so(real):
    found = summary(honour_data(real.analogues))
    assert not any(clear(row) for row in found.values())


def test_the_reference_promise_is_not_moved_and_features_move_by_their_effects(real):
    effects = fit_effects(honour_data(real.analogues)).draws(50, np.random.default_rng(0))
    plain = next(g for g in real.guarantees if g.form == "treaty" and not g.troops)
    near = plain.model_copy(update={"distance_km": None})
    far = plain.model_copy(update={"distance_km": 10_000.0})
    assert np.all(shift_of(near, effects) == 0.0)
    columns = honour_data(real.analogues).columns
    assert shift_of(far, effects) == pytest.approx(effects[:, columns.index("distance")])
    guarded = near.model_copy(update={"troops": True})
    assert shift_of(guarded, effects) == pytest.approx(effects[:, columns.index("troops")])


def test_the_fit_does_not_move_between_runs_or_with_the_order_of_rows(real):
    first, again = (fit_effects(honour_data(real.analogues)) for _ in range(2))
    assert np.array_equal(first.mean, again.mean)
    turned = fit_effects(honour_data(real.analogues[::-1]))
    assert turned.weight == pytest.approx(first.weight, rel=1e-6)
    assert turned.mean[:, :8] == pytest.approx(first.mean[:, :8], abs=1e-6)
