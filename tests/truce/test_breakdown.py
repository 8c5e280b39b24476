"""Whether a truce holds: closed forms, the deterrence condition, and laws that no choice of beliefs may break."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.case.load import load_case
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.truce.breakdown import (
    BELIEFS,
    READINGS,
    Challenge,
    TruceTerms,
    chance_to_hold,
    cumulated_hazard,
    decision,
    deterring_credibility,
    enough_strength,
    hazard_at_signature,
)

PLAIN = TruceTerms()
DRAWS, WEEKS = 300, 260
VALUES = {
    "truce.base_rate": 0.1,
    "truce.accident_share": 0.2,
    "truce.effect_gain": 1.5,
    "truce.value_per_km2": 100.0,
    "truce.effect_dmz": -0.5,
    "truce.effect_monitoring": -0.3,
    "truce.effect_imposed": 0.6,
    "truce.relief_lost": 0.2,
    "truce.honoured_cost": 0.5,
    "truce.peacetime_strength": 1.0,
    "truce.morale_absence": 1.0,
    "war.tempo_strength": 1.0,
    "truce.renewed_tempo_belt_lost": 1.5,
    "truce.renewed_tempo_rebuild": 1.0,
}


def made(
    terms=PLAIN,
    *,
    q: float = 0.0,
    reading: str = "fortna",
    gain: float = 1000.0,
    leaving: float = 0.0,
    **changed,
):
    """The decision of a challenger whose renewed war just pays, unless told otherwise."""
    assert set(VALUES) == set(BELIEFS)
    values = VALUES | {name.replace("__", "."): value for name, value in changed.items()}
    full = {name: np.full(DRAWS, float(value)) for name, value in values.items()}
    challenge = Challenge(
        np.full(DRAWS, READINGS.index(reading)), gain=np.full(DRAWS, gain), losses=np.full(DRAWS, 1e5),
        wanted=np.ones(DRAWS), credibility=np.full((DRAWS, WEEKS), q), honoured=np.full(DRAWS, 0.4),
        penalty=full["truce.honoured_cost"], leaving=np.full(DRAWS, leaving),
    )  # fmt: skip
    return decision(terms, full, challenge)


def hold(*args, **kwargs) -> float:
    return float(chance_to_hold(made(*args, **kwargs), WEEKS).mean())


def test_where_war_just_pays_the_truce_holds_as_an_exponential_at_the_base_rate():
    assert hold() == pytest.approx(np.exp(-0.1 * WEEKS / WEEKS_PER_YEAR), rel=1e-12)


def test_a_constant_guarantee_changes_the_rate_by_its_closed_form():
    ratio = (1 - 0.6 * 0.6) / (1 + 0.6 * 0.5)
    rate = 0.1 * (0.2 + 0.8 * ratio**1.5)
    assert hold(q=0.6) == pytest.approx(np.exp(-rate * WEEKS / WEEKS_PER_YEAR), rel=1e-12)


def test_the_first_week_is_the_hazard_at_signature():
    found = made(gain=2500.0)
    assert cumulated_hazard(found, 1)[:, 0] == pytest.approx(hazard_at_signature(found), rel=1e-12)


@pytest.mark.parametrize("gain", [300.0, 1000.0, 4000.0])
def test_deterrence_holds_exactly_from_the_closed_form_on(gain: float):
    """A challenger that acts only on what pays breaks a truce just below the closed form's credibility, not above."""
    ratio = np.array([VALUES["truce.value_per_km2"] * gain / 1e5])
    needed = float(deterring_credibility(ratio, np.array([0.4]), np.array([0.5]))[0])

    def rate(q: float) -> float:
        sharp = made(q=q, gain=gain, truce__effect_gain=400.0, truce__accident_share=0.0)
        return float(cumulated_hazard(sharp, 1)[0, 0] * WEEKS_PER_YEAR)

    if ratio[0] < 1.0:
        assert needed == 0.0 and rate(0.0) < 1e-6
    elif needed <= 1.0:
        assert rate(needed) == pytest.approx(0.1, rel=1e-6)  # war just pays: the base rate itself
        assert rate(needed + 0.05) < 1e-3 < 1.0 < rate(needed - 0.05)
    else:
        assert rate(1.0) > 1.0  # no credibility is enough


def test_no_guarantee_is_needed_beyond_enough_strength_of_ones_own():
    ratio, eta = np.array([1.8]), np.array([1.0])
    strength = float(enough_strength(ratio, eta)[0])
    assert strength == pytest.approx(1.8)
    needed = [
        float(deterring_credibility(ratio * s**-1.0, np.array([0.4]), np.array([0.5]))[0])
        for s in (1.0, strength - 1e-6, strength, 2.0)
    ]
    assert needed[0] > needed[1] > 0.0 and needed[2] == needed[3] == 0.0
    assert np.isinf(enough_strength(ratio, np.array([0.0]))[0])


def test_more_credible_never_holds_less():
    chances = [hold(q=q) for q in np.linspace(0, 1, 11)]
    assert chances == sorted(chances) and chances[-1] > chances[0]


@pytest.mark.parametrize(
    ("terms", "sign", "reading"),
    [
        (TruceTerms(belt_lost=True), -1, "fortna"),
        (TruceTerms(cap_share=0.6), -1, "fortna"),
        (TruceTerms(relief=True), 1, "fortna"),
        (TruceTerms(zone=True), 1, "fortna"),
        (TruceTerms(monitored=True), 1, "fortna"),
        (TruceTerms(zone=True, monitored=True), 0, "werner_yuen"),
        (TruceTerms(zone=True, monitored=True), 0, "lo_hashimoto_reiter"),
        (TruceTerms(imposed=True), -1, "werner_yuen"),
        (TruceTerms(imposed=True), 0, "fortna"),
        (TruceTerms(imposed=True), 0, "lo_hashimoto_reiter"),
    ],
)
def test_each_term_moves_the_chance_its_own_way_under_the_reading_it_rests_on(terms, sign: int, reading: str):
    assert np.sign(round(hold(terms, reading=reading) - hold(reading=reading), 12)) == sign


def test_people_who_leave_after_imposed_terms_weaken_the_truce():
    pressed = TruceTerms(imposed=True)
    assert hold(pressed, reading="fortna", leaving=0.002) < hold(pressed, reading="fortna")
    assert hold(leaving=0.002) == hold()


def test_a_challenger_with_nothing_to_gain_breaks_only_by_accident():
    assert hold(gain=0.0) == pytest.approx(np.exp(-0.1 * 0.2 * WEEKS / WEEKS_PER_YEAR), rel=1e-12)


def test_the_chance_falls_with_time_and_a_larger_force_never_hurts():
    hazard = cumulated_hazard(made(gain=2000.0), WEEKS)
    assert np.all(np.diff(hazard, axis=1) > 0)
    chances = [hold(truce__peacetime_strength=s) for s in (0.4, 0.7, 1.0, 1.5)]
    assert chances == sorted(chances)


def test_the_built_in_cases_name_every_belief_the_hazard_needs():
    for case in ("ukraine_2025", "borderland"):
        assert set(BELIEFS) <= {belief.name for belief in load_case(case).case.beliefs}
