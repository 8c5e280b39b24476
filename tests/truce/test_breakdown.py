"""Whether a truce holds: closed forms, and laws that no choice of beliefs may break."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from contactline.case.load import load_case
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.truce.breakdown import (
    BELIEFS,
    CAP_STEP,
    TruceTerms,
    breakdown_week,
    chance_to_hold,
    log_hazard,
)

PLAIN = TruceTerms(guaranteed=False, belt_lost=False, zone=False, tripwire=False, imposed=False)
DRAWS = 500


@pytest.fixture
def beliefs() -> dict[str, np.ndarray]:
    values = {
        "truce.base_rate": 0.1,
        "truce.effect_guarantee": -1.0,
        "truce.effect_belt_lost": 0.4,
        "truce.effect_maximal_aims": 1.0,
        "truce.effect_dmz": -0.3,
        "truce.effect_force_cap": 0.1,
        "truce.effect_tripwire": -0.7,
        "truce.effect_imposed": 0.4,
        "truce.maximal_aims": 0.5,
    }
    assert set(values) == set(BELIEFS)
    return {name: np.full(DRAWS, value) for name, value in values.items()}


def hold(terms: TruceTerms, beliefs: dict[str, np.ndarray], q: float = 0.0, weeks: int = 260) -> float:
    static = log_hazard(terms, beliefs, np.zeros(DRAWS, dtype=bool))
    path = np.full((DRAWS, weeks), q)
    return float(chance_to_hold(static, beliefs["truce.effect_guarantee"], path, weeks).mean())


def test_a_plain_truce_holds_as_an_exponential(beliefs):
    assert hold(PLAIN, beliefs) == pytest.approx(np.exp(-0.1 * 260 / WEEKS_PER_YEAR), rel=1e-12)


def test_a_guarantee_divides_the_hazard(beliefs):
    expected = np.exp(-0.1 * 260 / WEEKS_PER_YEAR * np.exp(-0.6))
    assert hold(PLAIN, beliefs, q=0.6) == pytest.approx(expected, rel=1e-12)


def test_more_credible_never_holds_less(beliefs):
    chances = [hold(PLAIN, beliefs, q=q) for q in np.linspace(0, 1, 11)]
    assert chances == sorted(chances)


@pytest.mark.parametrize(
    ("change", "sign"),
    [({"belt_lost": True}, -1), ({"imposed": True}, -1), ({"tripwire": True}, 1), ({"zone": True}, 1),
     ({"cap_gap": 2 * CAP_STEP}, -1)],
)  # fmt: skip
def test_each_term_moves_the_chance_its_own_way(beliefs, change: dict, sign: int):
    assert np.sign(hold(replace(PLAIN, **change), beliefs) - hold(PLAIN, beliefs)) == sign


def test_a_cap_counts_per_hundred_thousand(beliefs):
    one = log_hazard(replace(PLAIN, cap_gap=CAP_STEP), beliefs, np.zeros(DRAWS, dtype=bool))
    none = log_hazard(PLAIN, beliefs, np.zeros(DRAWS, dtype=bool))
    assert one - none == pytest.approx(np.full(DRAWS, 0.1))


def test_weeks_of_breakdown_follow_the_hazard_and_a_higher_one_never_breaks_later():
    draws, weeks = 20_000, 260
    luck = np.random.default_rng(1).exponential(size=draws)
    none, credibility = np.zeros(draws), np.zeros((draws, weeks))
    slow = breakdown_week(np.full(draws, np.log(0.004)), none, credibility, luck)
    fast = breakdown_week(np.full(draws, np.log(0.008)), none, credibility, luck)
    assert np.isinf(slow).mean() == pytest.approx(np.exp(-0.004 * weeks), abs=0.01)
    assert np.all(fast <= slow)
    assert (slow < 52).mean() == pytest.approx(1 - np.exp(-0.004 * 52), abs=0.01)


def test_the_built_in_case_names_every_belief_the_hazard_needs():
    names = {belief.name for belief in load_case("ukraine_2025").case.beliefs}
    assert set(BELIEFS) <= names
