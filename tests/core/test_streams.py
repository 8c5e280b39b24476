"""Named streams: the same bytes for the same seed, and no stream moves another."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.case.beliefs import Belief, sample_beliefs
from contactline.core.errors import InputError, UnknownNameError, nearest
from contactline.core.streams import Streams


def test_the_same_seed_and_name_give_the_same_numbers():
    assert np.array_equal(Streams(3).rng("war.tempo").random(5), Streams(3).rng("war.tempo").random(5))


@pytest.mark.parametrize(
    "other", [Streams(4).rng("war.tempo"), Streams(3).rng("war.losses"), Streams(3).rng("war.tempo", 1)]
)
def test_another_seed_name_or_key_gives_other_numbers(other: np.random.Generator):
    assert not np.array_equal(Streams(3).rng("war.tempo").random(5), other.random(5))


def test_seed_zero_is_a_seed():
    assert np.array_equal(Streams(0).rng("a").random(3), Streams(0).rng("a").random(3))
    assert not np.array_equal(Streams(0).rng("a").random(3), Streams(1).rng("a").random(3))


@pytest.mark.parametrize("seed", [-1, 1.5, "7", True, None])
def test_a_seed_that_is_no_whole_number_is_refused(seed: object):
    with pytest.raises(InputError, match="allowed is a whole number from 0 to 9223372036854775807"):
        Streams(seed)  # type: ignore[arg-type]


def belief(name: str, **distribution: object) -> Belief:
    return Belief.model_validate(
        {"name": name, "label": "x", "unit": "1", "distribution": distribution, "sources": ["s"]}
    )


def test_one_more_belief_moves_no_draw_of_another():
    one = belief("a.x", kind="normal", mean=0, sd=1)
    two = belief("a.y", kind="uniform", low=0, high=1)
    alone = sample_beliefs({"a.x": one}, 100, Streams(5))
    both = sample_beliefs({"a.y": two, "a.x": one}, 100, Streams(5))
    assert np.array_equal(alone["a.x"], both["a.x"])


LAWS = [
    ({"kind": "normal", "mean": 2, "sd": 3}, 2.0),
    ({"kind": "lognormal", "median": 4, "sigma": 0.5}, 4.0),
    ({"kind": "uniform", "low": 1, "high": 3}, 2.0),
    ({"kind": "loguniform", "low": 1, "high": 100}, 10.0),
    ({"kind": "fixed", "value": 7}, 7.0),
]


@pytest.mark.parametrize(("law", "median"), LAWS)
def test_sampled_medians_are_the_laws_own(law: dict[str, object], median: float):
    values = sample_beliefs({"a.x": belief("a.x", **law)}, 4001, Streams(1))["a.x"]
    assert np.median(values) == pytest.approx(median, rel=2e-3)


def test_beta_has_the_mean_asked_for_and_stays_inside():
    values = sample_beliefs({"a.x": belief("a.x", kind="beta", mean=0.3, weight=10)}, 4000, Streams(1))["a.x"]
    assert values.mean() == pytest.approx(0.3, abs=2e-3)
    assert values.var() == pytest.approx(0.3 * 0.7 / 11, rel=0.02)
    assert values.min() >= 0 and values.max() <= 1


def test_unknown_names_offer_the_nearest():
    assert nearest("Kostyantynivka", ["kostiantynivka", "kramatorsk"])[0] == "kostiantynivka"
    with pytest.raises(UnknownNameError, match="did you mean us_28"):
        raise UnknownNameError("proposal", "us28", ["us_28", "freeze"])
