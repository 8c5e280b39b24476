"""The package's own models hand over, to the byte, what the functions behind them give."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.choice.slots import VALUES
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.plugins import chosen
from contactline.core.streams import Streams
from contactline.testing.hazards import made_beliefs, made_collapse
from contactline.testing.paths import made_losses, made_tempo
from contactline.testing.truces import TEXTS, made_challenge, made_promises
from contactline.testing.worths import made_values
from contactline.truce.breakdown import decision
from contactline.truce.guarantee import credibility_paths
from contactline.truce.slots import BREAKDOWN, CREDIBILITY
from contactline.war.forecast import fit_forecast
from contactline.war.losses import fit_losses
from contactline.war.slots import COLLAPSE, ENDING, LOSSES, TEMPO, PoolFit

SEED = Streams(3)


@pytest.fixture(scope="module")
def forecast():
    given = made_tempo().thin()
    return fit_forecast(given.record, "one", SEED)


def test_the_default_tempo_is_the_headline_pool(forecast):
    given = made_tempo().thin()
    fitted = chosen(TEMPO).fit(given.record, "one", SEED)
    assert isinstance(fitted.fitted, PoolFit) and fitted.warnings() == forecast.warnings()
    assert np.array_equal(fitted.predict(30, 12, SEED), forecast.predict("headline", 30, 12, SEED))


@pytest.mark.parametrize("name", ["tempo", "level", "climatology"])
def test_a_member_fitted_alone_gives_its_paths_in_the_pool(forecast, name: str):
    given = made_tempo().thin()
    fitted = chosen(TEMPO, {"tempo": name}).fit(given.record, "one", SEED)
    assert np.array_equal(fitted.predict(30, 12, SEED), forecast.predict(name, 30, 12, SEED))


def test_losses():
    claims = made_losses().claims
    fitted = fit_losses(claims, SEED.rng("war.losses.fit"))
    given = chosen(LOSSES).fit(claims, SEED).predict(30, 12, SEED)
    assert np.array_equal(given, fitted.predict(30, 12, SEED.rng("war.losses")))


def test_collapse_and_ending_are_the_beliefs_a_week():
    beliefs, raising = made_beliefs(), made_collapse().raising
    found = chosen(COLLAPSE).hazard(beliefs, raising)
    assert np.array_equal(found.rate, beliefs["war.collapse_rate"] / WEEKS_PER_YEAR)
    assert np.array_equal(found.raising, raising)
    for part, name in (("length", "weeks"), ("speed", "speed"), ("kappa", "strength")):
        assert np.array_equal(getattr(found, part), beliefs[f"war.collapse_{name}"])
    assert np.array_equal(chosen(ENDING).hazard(beliefs, 60), beliefs["war.end_rate"] / WEEKS_PER_YEAR)


def test_credibility():
    given = made_promises()
    for promise in given.promises.values():
        paths = credibility_paths(promise, given.beliefs, given.luck)
        assert np.array_equal(chosen(CREDIBILITY).paths(promise, given.beliefs, given.luck), paths)


def test_breakdown():
    given = made_challenge()
    for terms in TEXTS.values():
        wanted = decision(terms, given.beliefs, given.challenge)
        found = chosen(BREAKDOWN).decision(terms, given.beliefs, given.challenge)
        assert all(np.array_equal(a, b) for a, b in zip(found, wanted, strict=True))


def test_nothing_to_gain_is_handed_over_as_it_is():
    given = made_challenge()
    found = chosen(BREAKDOWN).decision(TEXTS["plain"], given.beliefs, given.challenge)
    assert np.isneginf(found.log_ratio).sum() == (given.challenge.gain == 0).sum() > 0


def test_values_are_the_weighted_sum():
    given = made_values()
    for values in given.viewpoints.values():
        total = np.zeros(len(next(iter(given.weights.values()))))
        for one in values.attributes:
            weight = one.weight_low + (one.weight_high - one.weight_low) * given.weights[one.outcome]
            change = (given.one[one.outcome] - given.other[one.outcome]).reshape(len(total), -1).mean(axis=1)
            total += (1.0 if one.better == "more" else -1.0) * weight * change / one.scale
        assert np.array_equal(chosen(VALUES).advantage(values, given.one, given.other, given.weights), total)
