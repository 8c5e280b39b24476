"""Promises that wars called on: known truths come back, one big war is one war, studies are mixed and never added."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from contactline.evidence.history.honours import COUNTS, STUDIES, read_counts
from contactline.truce.honouring import EFFECT_SD, HonourFit, fit_honouring, honour_record

KIND = np.array([1.0, 1.0, 1.0, 1.0])
"""A promise between two states to fight, after 1945."""


def synthetic(rng: np.random.Generator, effects: np.ndarray, sigma: float, wars: int = 45) -> pd.DataFrame:
    """Promises of one study with known effects : counts of a few kinds in every war."""
    rows = []
    for war in range(1, wars + 1):
        late, own = int(war > wars // 2), sigma * rng.standard_normal()
        for active, bilateral in {(int(rng.random() < 0.7), int(rng.random() < 0.7)) for _ in range(3)}:
            promises = int(rng.integers(1, 5))
            p = expit(effects @ [1, late, active, bilateral] + own)
            rows.append(("s", war, late, active, bilateral, promises, int(rng.binomial(promises, p))))
    return pd.DataFrame(rows, columns=list(COUNTS))


def of_kind(fit: HonourFit, draws: int = 20_000) -> np.ndarray:
    return fit.draws(True, True, draws, np.random.default_rng(0))


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Truths from the prior, so an 80% interval covers 80%; of a war to come and of the typical war."""
    rng = np.random.default_rng(11)
    inside, typical = [], []
    for _ in range(150):
        effects = np.array([1.5, *[EFFECT_SD] * 3]) * rng.standard_normal(4)
        sigma = abs(0.75 * rng.standard_normal())
        fit = fit_honouring(synthetic(rng, effects, sigma))
        low, high = np.quantile(of_kind(fit, 2000), [0.1, 0.9])
        inside.append(low < KIND @ effects + sigma * rng.standard_normal() < high)
        mean = fit.weight[0] @ (fit.mean[0] @ KIND)
        second = fit.weight[0] @ (KIND @ fit.covariance[0] @ KIND + (fit.mean[0] @ KIND) ** 2)
        typical.append(abs(KIND @ effects - mean) < 1.2816 * np.sqrt(second - mean**2))
    assert 0.7 < np.mean(inside) < 0.9
    assert 0.7 < np.mean(typical) < 0.9


def test_many_promises_give_the_effects_back():
    effects = np.array([0.6, -1.4, -0.4, 0.8])
    fit = fit_honouring(synthetic(np.random.default_rng(3), effects, 0.5, wars=1500))
    assert fit.weight[0] @ fit.mean[0] == pytest.approx(effects, abs=0.2)


def test_two_studies_of_the_same_promises_are_as_wide_as_one():
    own = read_counts().query("study == 'leeds_anac'")
    one = fit_honouring(own)
    twins = fit_honouring(pd.concat([own, own.assign(study="again")]))
    assert twins.studies == ("leeds_anac", "again")
    assert twins.mean[0] == pytest.approx(one.mean[0]) and twins.mean[1] == pytest.approx(one.mean[0])
    levels = [0.05, 0.1, 0.5, 0.9, 0.95]
    assert np.quantile(of_kind(twins), levels) == pytest.approx(np.quantile(of_kind(one), levels), abs=0.05)
    # Added up, twice the promises in twice the wars would be narrower: the mixture must not be.
    added = fit_honouring(pd.concat([own, own.assign(war=own["war"] + 1000)]))
    spread = [np.sqrt(KIND @ (fit.weight[0] @ fit.covariance[0].reshape(len(fit.weight[0]), -1)).reshape(4, 4) @ KIND)
              for fit in (one, twins, added)]  # fmt: skip
    assert spread[1] == pytest.approx(spread[0]) and spread[2] < 0.85 * spread[0]


def test_ten_promises_in_one_war_say_less_than_ten_wars():
    many = pd.DataFrame([("s", war, 1, 1, 1, 1, int(war <= 2)) for war in range(1, 11)], columns=list(COUNTS))
    one = pd.DataFrame([("s", 1, 1, 1, 1, 10, 2)], columns=list(COUNTS))
    assert of_kind(fit_honouring(one)).std() > 1.1 * of_kind(fit_honouring(many)).std()


def test_every_study_is_drawn_equally_often_and_no_other_stream_moves():
    study, _rate = honour_record().drawn(True, True, 900, np.random.default_rng(5))
    assert np.array_equal(np.bincount(study), [300, 300, 300])
    assert np.array_equal(of_kind(honour_record(), 50), of_kind(honour_record(), 50))


def test_what_the_record_says_of_promises_like_those_of_today():
    """The published counts as they were fitted; a study before gave .32 (.16 to .51): the mean and the middle 80%."""
    assert set(honour_record().studies) == set(STUDIES)
    rate = expit(of_kind(honour_record(), 60_000))
    assert rate.mean() == pytest.approx(0.32, abs=0.02)
    assert np.quantile(rate, [0.1, 0.9]) == pytest.approx([0.16, 0.51], abs=0.02)
    before = expit(honour_record().draws(True, False, 60_000, np.random.default_rng(0)))
    pacts = expit(honour_record().draws(True, True, 60_000, np.random.default_rng(0), bilateral=False))
    assert before.mean() > 0.6 and pacts.mean() < 0.22


def test_with_no_promise_kept_or_broken_there_is_only_the_prior():
    nothing = pd.DataFrame([("s", 1, 0, 0, 0, 1, 1)], columns=list(COUNTS))
    rate = of_kind(fit_honouring(nothing.assign(promises=0, honoured=0)))
    assert np.median(rate) == pytest.approx(logit(0.5), abs=0.05)
    assert rate.std() == pytest.approx(np.sqrt(1.5**2 + 3 * EFFECT_SD**2 + 0.75**2), rel=0.1)
