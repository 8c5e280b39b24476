"""What a run of a size carries: errors of shares against a binomial; below it words, or nothing, are said."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from contactline.core.frame import made
from contactline.topics.choice.schema import VERDICT
from contactline.topics.contents import drafted, key_numbers
from contactline.topics.showing.precision import (
    error_of_mean,
    error_of_share,
    in_points,
    of_cases,
    size_words,
    too_few,
)


@pytest.mark.parametrize("sets", [20, 200, 1000])
def test_the_error_covers_a_share_in_nineteen_runs_of_twenty(sets):
    shares = np.random.default_rng(sets).binomial(sets, 0.5, 20_000) / sets
    assert np.mean(np.abs(shares - 0.5) <= error_of_share(sets) + 1e-12) == pytest.approx(0.95, abs=0.02)


def test_the_error_of_a_mean_follows_its_spread():
    rng = np.random.default_rng(1)
    means = [rng.normal(0.6, 0.1, 50).mean() for _ in range(4000)]
    low, high = 0.6 - 1.2816 * 0.1, 0.6 + 1.2816 * 0.1
    assert np.mean(np.abs(np.array(means) - 0.6) <= error_of_mean(low, high, 50)) == pytest.approx(
        0.95, abs=0.015
    )


def test_the_size_is_said_with_its_error():
    assert size_words(200) == "shares ±7 points" and too_few(200) == ""
    assert size_words(20) == "shares ±22 points"
    assert "good to 22 points, so they are given in words or not at all" in too_few(20)
    assert "From 4,850 draws on they carry numbers." in too_few(20)
    assert (in_points(0.0691), in_points(0.0041)) == ("7 points", "1 point")


def test_few_sets_say_less(sample):
    many = {d.topic for d in drafted(sample.case, sample.tables, 200)}
    few = {d.topic for d in drafted(sample.case, sample.tables, 10)}
    assert "choice" in many and "choice" not in few
    reason = next(
        d for d in drafted(sample.case, sample.tables, 400) if d.topic == "choice"
    ).confidence_reason
    assert reason.endswith("With 400 sets it is good to 5 points.")
    assert [of_cases(p, 20) for p in (0.95, 0.6, 0.1)] == ["most", "about half", "the smaller part"]


def test_one_side_of_one_half_is_said_where_a_number_is_not(sample):
    table = sample.tables["verdict"].assign(share_accept=0.95)
    tables = sample.tables | made({VERDICT: table})
    (own,) = (d for d in drafted(sample.case, tables, 20) if d.topic == "choice")
    assert "does better than fighting on under most of the beliefs and weights drawn" in own.sentence


def test_a_chance_that_few_sets_cannot_carry_says_how_good_it_is(sample):
    small = dataclasses.replace(sample, run=dataclasses.replace(sample.run, draws=100))
    labels = [number.label for number in key_numbers(small)]
    assert any("a run of this size is good to" in label for label in labels)
    assert not any("a run of this size" in number.label for number in key_numbers(sample))
