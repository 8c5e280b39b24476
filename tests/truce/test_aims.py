"""What the challenger wants: Bayes' rule on its record, in closed form and on a record made by a known type."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.case.conduct import Conduct
from contactline.truce.aims import CLAIMED, MAXIMAL, NARROW, draw_aims, maximal_chance


def beliefs(**changed: float) -> dict[str, np.ndarray]:
    values = {
        "truce.maximal_aims": 0.4, "truce.narrow_aims": 0.5, "truce.break_if_maximal": 0.75,
        "truce.break_if_limited": 0.5, "truce.record_weight": 1.0, "truce.unmoved_ratio": 1.5,
    } | {f"truce.{name}": value for name, value in changed.items()}  # fmt: skip
    return {name: np.full(4000, value) for name, value in values.items()}


def conduct(outcomes: list[str], months: float = 0.0) -> Conduct:
    aims = [{"id": aim, "label": "some aim", "sources": ["s"]} for aim in ("narrow", "claimed", "maximal")]
    agreements = [
        {"id": f"a{i}", "name": "A", "signed": "2020", "outcome": outcome, "text": "Words.", "sources": ["s"]}
        for i, outcome in enumerate(outcomes)
    ]
    return Conduct.model_validate({"aims": aims, "agreements": agreements, "unmoved_months": months})


def test_the_record_counts_as_bayes_rule_says():
    found = maximal_chance(conduct(["broken", "broken", "kept", "disputed"]), beliefs())
    odds = 0.4 / 0.6 * (0.75 / 0.5) ** 2 * (0.25 / 0.5)
    assert found["prior"][0] == pytest.approx(0.4)
    assert found["record"][0] == pytest.approx(odds / (1 + odds))
    later = maximal_chance(conduct(["broken", "broken", "kept"], months=6.0), beliefs())["demands"][0]
    assert later == pytest.approx(odds * 1.5**0.5 / (1 + odds * 1.5**0.5))


def test_without_weight_or_record_nothing_is_learnt():
    for known, values in ((conduct(["broken"] * 9), beliefs(record_weight=0.0)), (None, beliefs())):
        assert maximal_chance(known, values)["demands"] == pytest.approx(np.full(4000, 0.4))


def test_a_long_record_made_by_a_known_type_finds_it():
    rng = np.random.default_rng(3)
    for truth, p in ((MAXIMAL, 0.75), (CLAIMED, 0.5)):
        record = conduct(["broken" if rng.random() < p else "kept" for _ in range(120)])
        chance = maximal_chance(record, beliefs())["demands"][0]
        assert (chance > 0.95) == (truth == MAXIMAL) and (chance < 0.05) == (truth == CLAIMED)


def test_types_are_drawn_with_their_chances():
    luck = (np.arange(4000) + 0.5) / 4000
    drawn = draw_aims(None, beliefs(maximal_aims=0.2, narrow_aims=0.25), luck)
    shares = [float(np.mean(drawn == aim)) for aim in (NARROW, CLAIMED, MAXIMAL)]
    assert shares == pytest.approx([0.2, 0.6, 0.2], abs=1e-3)
