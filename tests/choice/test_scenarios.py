"""Boxes of beliefs: planted ones are found, noise holds none, and their density carries over to fresh cases."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from contactline.case.labels import BeliefLabel
from contactline.choice.scenarios import Box, find_box
from contactline.core.errors import InputError
from contactline.topics.sensitivity.make import box_sentence


def in_box(box: Box, beliefs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which sets lie inside : ndarray[set] bool."""
    first = next(iter(beliefs.values()))
    inside = np.ones(len(first), dtype=bool)
    for name, (low, high) in box.limits.items():
        inside &= (beliefs[name] >= low) & (beliefs[name] <= high)
    return inside


def planted(seed: int, sets: int = 400, wrong: float = 0.05) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """45 beliefs; the course is better where b3 > 0.6 and b7 < 0.5, save for a few slips."""
    rng = np.random.default_rng(seed)
    beliefs = {f"b{i}": rng.random(sets) for i in range(45)}
    truth = (beliefs["b3"] > 0.6) & (beliefs["b7"] < 0.5)
    return beliefs, np.where(rng.random(sets) < wrong, ~truth, truth)


@pytest.mark.parametrize("seed", range(4))
def test_planted_box_is_found(seed):
    beliefs, better = planted(seed)
    box = find_box(beliefs, better, np.random.default_rng(seed))
    assert set(box.limits) == {"b3", "b7"} and box.holds
    low, high = box.limits["b3"]
    assert low == pytest.approx(0.6, abs=0.08) and high > 0.9
    low, high = box.limits["b7"]
    assert low < 0.1 and high == pytest.approx(0.5, abs=0.08)
    assert box.density > 0.85 and box.fresh > 0.75 and box.coverage > 0.6
    assert max(box.quasi_p.values()) < 0.05


def test_fresh_density_is_that_of_new_cases():
    """What is claimed of cases left out holds in cases drawn afterwards, within three standard errors."""
    beliefs, better = planted(10, sets=200, wrong=0.15)
    box = find_box(beliefs, better, np.random.default_rng(1))
    anew, again = planted(11, sets=20000, wrong=0.15)
    inside = in_box(box, anew)
    error = np.sqrt(0.25 / box.fresh_cases)
    assert abs(again[inside].mean() - box.fresh) < 3 * error
    assert box.fresh <= box.density + 0.05


def test_noise_holds_no_box():
    """Negative control: 45 beliefs that do not matter, 30 times."""
    found = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        beliefs = {f"b{i}": rng.random(200) for i in range(45)}
        found += find_box(beliefs, rng.random(200) < 0.6, rng).holds
    assert found <= 4


def test_masses_and_shares_add_up():
    beliefs, better = planted(2)
    box = find_box(beliefs, better, np.random.default_rng(2))
    inside = in_box(box, beliefs)
    assert box.mass == pytest.approx(inside.mean())
    assert box.density == pytest.approx(better[inside].mean())
    assert box.coverage * better.sum() == pytest.approx(box.density * inside.sum())


def test_one_outcome_only_has_no_box():
    beliefs, _ = planted(3)
    for better in (np.ones(400, dtype=bool), np.zeros(400, dtype=bool)):
        box = find_box(beliefs, better, np.random.default_rng(0))
        assert not box.limits and not box.holds


def test_sentences():
    labels = {"b3": BeliefLabel("chance that the guarantor acts", "probability", ""),
              "b7": BeliefLabel("collapses", "per year", "")}  # fmt: skip
    box = Box({"b3": (0.6, np.inf), "b7": (0.1, 0.5)}, 0.9, 0.82, 0.6, 0.25, 0.31, 100)
    assert box_sentence(box, labels, "accepting") == (
        "Accepting is better in 8 of 10 futures where “chance that the guarantor acts” is at least 0.6 and “collapses” "
        "lies between 0.1 and 0.5 per year. These hold 25% of all futures drawn; over all of them it is better in "
        "3 of 10."
    )
    weak = Box({"b3": (0.6, np.inf)}, 0.5, 0.4, 0.6, 0.25, 0.1, 100)
    assert box_sentence(weak, labels, "fighting on").startswith(
        "No range of beliefs makes fighting on better in most"
    )
    none = Box({}, 0.4, 0.4, 1, 1, 0.4)
    assert box_sentence(none, labels, "accepting").startswith("No range of beliefs stands out")


def test_bad_input_is_said():
    with pytest.raises(InputError, match="got 20 sets; allowed are 50 or more"):
        find_box({"b": np.zeros(20)}, np.zeros(20, dtype=bool), np.random.default_rng(0))
    with pytest.raises(InputError, match="belief 'b' has another number of sets"):
        find_box({"b": np.arange(60.0)}, np.zeros(70, dtype=bool), np.random.default_rng(0))
