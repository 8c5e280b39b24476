"""The event study of falls: a planted effect comes back, none is found where there is none, overlaps do not dilute."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.war.hubs import (
    CLAIMED,
    LEAST_FALLS,
    Falls,
    HubStudy,
    Moves,
    around,
    front_study,
    local_study,
)

WEEKS, LENGTH, SITES, APART_KM = 160, 4, 60, 10.0


def in_force(count: np.ndarray) -> np.ndarray:
    """How many fell in the LENGTH weeks before each week, written out."""
    return np.array([count[max(w - LENGTH, 0) : w].sum() for w in range(len(count))])


def total_of(rng: np.random.Generator, fallen: np.ndarray, factor: float) -> np.ndarray:
    """A noisy pace that each fall multiplies for LENGTH weeks."""
    slow = np.repeat(rng.normal(0, 0.2, WEEKS // 8), 8)
    return (
        80
        * np.exp(slow + rng.normal(0, 0.2, WEEKS))
        * factor ** in_force(np.bincount(fallen, minlength=WEEKS))
    )


def front(rng: np.random.Generator, falls: int, factor: float) -> HubStudy:
    fallen = rng.choice(WEEKS, falls, replace=False)
    nothing = np.zeros(0)
    moves = Moves(nothing.astype(int), nothing, np.zeros((0, 2)), total_of(rng, fallen, factor), 5.0)
    return front_study(moves, fallen, LENGTH)


def local(rng: np.random.Generator, factor: float) -> HubStudy:
    """Sites in a row, each with a pace of its own; towns fall at some, and the sites within reach quicken."""
    site, week = np.meshgrid(np.arange(SITES), np.arange(WEEKS), indexing="ij")
    towns = rng.choice(SITES * WEEKS, 80, replace=False)
    others = rng.choice(np.setdiff1d(np.arange(SITES * WEEKS), towns), 600, replace=False)
    fell = np.sort(np.concatenate([towns, others]))
    count = np.zeros((SITES, WEEKS))
    count.ravel()[towns] = 1
    near = sum(np.roll(count, k, axis=0) for k in (-1, 0, 1))
    rate = (
        20 * np.exp(rng.normal(0, 0.4, (SITES, WEEKS))) * factor ** np.array([in_force(row) for row in near])
    )
    beside = np.pad(rate, ((1, 1), (0, 0)))[:-2] + np.pad(rate, ((1, 1), (0, 0)))[2:]
    at = np.column_stack([site.ravel() * APART_KM, np.zeros(site.size)])[fell]
    nothing = np.zeros(0)
    moves = Moves(nothing.astype(int), nothing, np.zeros((0, 2)), rate.sum(axis=0), 0.1)
    falls = Falls(week.ravel()[fell], at, site.ravel()[fell] // 5)
    return local_study(moves, falls, np.isin(fell, towns), LENGTH, 1.5 * APART_KM, beside[site.ravel()[fell]])


@pytest.mark.parametrize("falls", [8, 40])
@pytest.mark.parametrize("factor", [1.0, 1.6])
def test_an_effect_on_the_whole_front_comes_back_and_none_is_not_found(falls: int, factor: float) -> None:
    """With 40 falls in 160 weeks placebo dates hold the effect too; the contrast puts that right."""
    rng = np.random.default_rng(3)
    found = [front(rng, falls, factor) for _ in range(150)]
    effects = np.array([one.effect for one in found])
    error = effects.std() / np.sqrt(len(effects))
    assert abs(effects.mean() - np.log(factor)) < 3 * error + 0.01
    covered = np.mean([one.low <= np.log(factor) <= one.high for one in found])
    assert 0.8 <= covered <= 1.0
    if factor == 1.0:
        p = np.array([one.p_value for one in found])
        assert 0.03 <= np.mean(p <= 0.1) <= 0.2 and 0.4 <= p.mean() <= 0.6
    else:
        assert abs(effects.mean()) > 5 * error


@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_an_effect_near_the_place_comes_back_and_none_is_not_found(factor: float) -> None:
    """The ground counted is that of a site's two neighbours. The front as a whole holds some of the effect, and what it
    does is taken off: a little less than was planted is found."""
    rng = np.random.default_rng(4)
    found = [local(rng, factor) for _ in range(40)]
    effects = np.array([one.effect for one in found])
    assert all(one.used > 60 and one.contrast > 0.6 for one in found)
    if factor == 1.0:
        assert abs(effects.mean()) < 3 * effects.std() / np.sqrt(len(effects))
        assert 0.8 <= np.mean([one.low <= 0.0 <= one.high for one in found]) < 1.0
    else:
        assert 0.85 * np.log(factor) < effects.mean() < np.log(factor)
        assert all(one.verdict == "differs from placebo" for one in found)


def test_placebos_are_centred_on_nothing() -> None:
    study = front(np.random.default_rng(5), 20, 1.6)
    both = np.append(study.placebo, study.effect)
    assert both.mean() == pytest.approx(0.0, abs=1e-12) and study.placebo.std() > 0.02
    assert study.high - study.effect == pytest.approx(np.quantile(np.abs(study.placebo), 0.9))


def test_placebos_are_the_marks_turned_by_hand() -> None:
    rng = np.random.default_rng(6)
    fallen = np.array([20, 21, 60, 90, 120, 121])
    total = total_of(rng, fallen, 1.3)
    nothing = np.zeros(0)
    study = front_study(Moves(nothing.astype(int), nothing, np.zeros((0, 2)), total, 5.0), fallen, LENGTH)
    at = np.arange(LENGTH, WEEKS - LENGTH)
    change = np.array([
        np.log((total[w + 1 : w + 1 + LENGTH].sum() + 5.0) / (total[w - LENGTH : w].sum() + 5.0)) for w in at
    ])  # fmt: skip
    marks = np.isin(at, fallen).astype(float)
    force = in_force(np.bincount(fallen, minlength=WEEKS))
    held = np.array([force[w + 1 : w + 1 + LENGTH].mean() - force[w - LENGTH : w].mean() for w in at])
    contrast = (marks @ held) / 6 - held.mean()
    turned = [(np.roll(marks, k) @ change / 6 - change.mean()) / contrast for k in range(len(at))]
    assert study.effect == pytest.approx(turned[0]) and study.contrast == pytest.approx(contrast)
    assert study.placebo == pytest.approx(np.array(turned[1:]))


def test_what_lies_around_a_fall_leaves_its_own_cell_out() -> None:
    at = np.array([[0.0, 0.0], [10.0, 0.0], [40.0, 0.0]])
    moves = Moves(np.array([1, 1, 2]), np.array([5.0, 4.0, -3.0]), at, np.zeros(4), 5.0)
    falls = Falls(np.array([1]), at[:1], np.array([0]))
    assert around(moves, falls, 15.0).tolist() == [[0.0, 4.0, 0.0, 0.0]]
    assert around(moves, falls, 50.0).tolist() == [[0.0, 4.0, -3.0, 0.0]]


def made(**other: object) -> HubStudy:
    usual = {
        "used": LEAST_FALLS, "effect": 0.1, "low": -0.1, "high": 0.3, "p_value": 0.5, "contrast": 1.0,
        "independent": 5, "placebo": np.zeros(3),
    }  # fmt: skip
    return HubStudy(**(usual | other))  # type: ignore[arg-type]


def test_what_counts_as_identified() -> None:
    assert made().verdict == "no effect seen"
    assert made(low=0.01).verdict == "differs from placebo"
    assert made(high=float(np.log(CLAIMED)) + 0.01).verdict == "not identified"
    for thin in ({"used": LEAST_FALLS - 1}, {"independent": 4}, {"contrast": 0.4}, {"contrast": np.nan}):
        assert made(low=0.01, **thin).verdict == "not identified"


def test_a_record_shorter_than_its_windows_says_nothing() -> None:
    nothing = np.zeros(0)
    moves = Moves(nothing.astype(int), nothing, np.zeros((0, 2)), np.full(6, 50.0), 5.0)
    study = front_study(moves, np.array([3]), LENGTH)
    assert study.used == 0 and np.isnan(study.effect) and study.verdict == "not identified"
    falls = Falls(np.array([3, 4]), np.zeros((2, 2)), np.array([0, 0]))
    assert local_study(moves, falls, np.array([True, False]), LENGTH, 15.0).verdict == "not identified"
