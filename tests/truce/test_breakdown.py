"""Whether a truce holds: closed forms, the deterrence condition, and laws that no choice of beliefs may break."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.case.load import load_case
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.streams import Streams
from contactline.truce.breakdown import (
    BELIEFS,
    READINGS,
    Challenge,
    TruceTerms,
    chance_to_hold,
    cumulated_hazard,
    cumulated_incidents,
    decision,
    deterring_credibility,
    enough_strength,
    five_year_shares,
    moved_at_signature,
)

PLAIN = TruceTerms()
DRAWS, WEEKS = 300, 260
VALUES = {
    "truce.history_incident": 0.4,
    "truce.history_offensive": 0.1,
    "truce.history_war": 0.3,
    "truce.history_shape": 1.0,
    "truce.accident_share": 0.2,
    "truce.mechanism_war": 0.8,
    "truce.mechanism_small": 0.25,
    "truce.reference_worth": 0.0,
    "truce.belt_ceded": 0.4,
    "truce.incident_dead": 10.0,
    "truce.offensive_dead": 300.0,
    "war.losses_follow_pace": 0.0,
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


def factor(z: float, push: float = 0.8, accident: float = 0.2) -> float:
    return accident + (1 - accident) * np.exp(push * z - push**2 / 2)


FIVE_YEARS = WEEKS / (5 * WEEKS_PER_YEAR)


def test_without_a_mechanism_history_alone_speaks():
    """At strength zero neither gains, guarantees nor terms matter: the truce breaks as truces of its kind do."""
    for terms, q, gain in ((PLAIN, 0.0, 1000.0), (TruceTerms(zone=True), 0.9, 50.0), (PLAIN, 0.0, 9000.0)):
        found = made(terms, q=q, gain=gain, truce__mechanism_war=0.0)
        assert chance_to_hold(found, WEEKS) == pytest.approx(0.7**FIVE_YEARS, rel=1e-9)
        assert np.exp(-cumulated_incidents(found, WEEKS)[:, -1]) == pytest.approx(0.6**FIVE_YEARS, rel=1e-9)


def test_in_the_middle_of_the_reference_class_the_hazard_is_history_times_the_closed_form():
    assert hold() == pytest.approx(0.7 ** (FIVE_YEARS * factor(0.0)), rel=1e-9)
    assert hold(truce__reference_worth=-1.0) == pytest.approx(0.7 ** (FIVE_YEARS * factor(1.0)), rel=1e-9)


def test_over_the_reference_class_the_reasons_leave_the_hazard_as_history_has_it():
    """A standard normal z has mean factor one whatever the strength, within what cutting it at three costs."""
    z = Streams(3).rng("z").standard_normal(400_000)
    for push in (0.3, 0.6, 1.0):
        found = np.mean([factor(one, push) for one in np.clip(z, -3, 3)[:50_000]])
        assert found == pytest.approx(1.0, abs=0.02)


def test_the_age_of_a_truce_enters_as_a_weibull():
    whole = five_year_shares(np.array([0.5, 1.0, 2.0]), 5 * 53).cumsum(axis=1)
    years = np.arange(1, 5 * 53 + 1) / WEEKS_PER_YEAR
    for row, k in zip(whole, (0.5, 1.0, 2.0), strict=True):
        assert row == pytest.approx((years / 5) ** k, rel=1e-9)
    early, late = (cumulated_hazard(made(truce__history_shape=k), 26)[0, -1] for k in (0.5, 1.5))
    assert early > late


def test_a_constant_guarantee_changes_the_rate_by_its_closed_form():
    z = np.log((1 - 0.6 * 0.6) / (1 + 0.6 * 0.5))
    assert hold(q=0.6) == pytest.approx(0.7 ** (FIVE_YEARS * factor(z)), rel=1e-9)


def test_incidents_follow_calculation_less_than_war_does():
    calm, tense = made(gain=300.0), made(gain=3000.0)
    ratio = [
        float(many(tense, WEEKS)[0, -1] / many(calm, WEEKS)[0, -1])
        for many in (cumulated_incidents, cumulated_hazard)
    ]
    assert 1.0 < ratio[0] < ratio[1]


def test_the_first_week_is_the_hazard_at_signature():
    found = made(gain=2500.0)
    small, large = moved_at_signature(found)
    share = five_year_shares(np.array(1.0), 1)[0]
    assert cumulated_hazard(found, 1)[:, 0] == pytest.approx(-np.log(0.7) * large * share, rel=1e-9)
    assert cumulated_incidents(found, 1)[:, 0] == pytest.approx(-np.log(0.6) * small * share, rel=1e-9)


def test_what_ceding_the_belt_does_is_a_belief_of_its_own_sign():
    kept, ceded = made(), made(TruceTerms(belt_lost=True))
    assert cumulated_hazard(ceded, 9) == pytest.approx(cumulated_hazard(kept, 9) * np.exp(0.4), rel=1e-12)
    assert np.array_equal(cumulated_incidents(ceded, 9), cumulated_incidents(kept, 9))
    lost = TruceTerms(belt_lost=True)
    assert hold(lost, truce__belt_ceded=-0.4) > hold() > hold(lost, truce__belt_ceded=0.4)


def test_losses_that_follow_the_pace_take_the_profit_out_of_strength():
    """Where a faster war costs as many more, a weaker defender invites it no more than a strong one."""
    weak = TruceTerms(cap_share=0.6)
    assert hold(weak, war__losses_follow_pace=1.0) == pytest.approx(
        hold(war__losses_follow_pace=1.0), rel=1e-12
    )
    gaps = [hold() - hold(weak, war__losses_follow_pace=e) for e in (0.0, 0.5, 1.0)]
    assert gaps == sorted(gaps, reverse=True) and gaps[0] > gaps[1] > 0.0


@pytest.mark.parametrize("gain", [300.0, 1000.0, 4000.0])
def test_deterrence_holds_exactly_from_the_closed_form_on(gain: float):
    """From the closed form's credibility on, renewed war pays no more than in the middle of the class."""
    ratio = np.array([VALUES["truce.value_per_km2"] * gain / 1e5])
    needed = float(deterring_credibility(ratio, np.array([0.4]), np.array([0.5]))[0])
    even = cumulated_hazard(made(), 1)[0, 0]

    def rate(q: float) -> float:
        return float(cumulated_hazard(made(q=q, gain=gain), 1)[0, 0])

    if ratio[0] < 1.0:
        assert needed == 0.0 and rate(0.0) < even
    elif needed <= 1.0:
        assert rate(needed) == pytest.approx(even, rel=1e-6)
        assert rate(needed + 0.05) < even and (needed == 0.0 or rate(needed - 0.05) > even)
    else:
        assert rate(1.0) > even  # no credibility is enough


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
        (TruceTerms(belt_lost=True), -1, "fortna"),  # truce.belt_ceded is above zero here
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


def test_a_challenger_with_nothing_to_gain_stands_at_the_end_of_the_class():
    assert hold(gain=0.0) == pytest.approx(0.7 ** (FIVE_YEARS * factor(-3.0)), rel=1e-9)


def test_the_chance_falls_with_time_and_a_larger_force_never_hurts():
    hazard = cumulated_hazard(made(gain=2000.0), WEEKS)
    assert np.all(np.diff(hazard, axis=1) > 0)
    chances = [hold(truce__peacetime_strength=s) for s in (0.4, 0.7, 1.0, 1.5)]
    assert chances == sorted(chances)


def test_the_built_in_cases_name_every_belief_the_hazard_needs():
    for case in ("ukraine_2025", "borderland"):
        assert set(BELIEFS) <= {belief.name for belief in load_case(case).case.beliefs}
