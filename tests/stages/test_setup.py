"""One way into a run: `simulate` refuses what `assess` refuses and gives the same outcomes; a bad theatre is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import contactline as cl
from contactline.core.errors import InputError, UnknownNameError
from contactline.engine.ground import measure_front
from contactline.engine.readiness import check_ready
from contactline.service.assess import assess


def test_simulate_and_assess_give_the_same_outcomes():
    simulated = cl.simulate("borderland", draws=100)
    assessed = assess("borderland", draws=100)
    assert simulated.outcomes.identical(assessed.ensemble)
    assert simulated.notes == assessed.run.notes[: len(simulated.notes)]
    assert not simulated.outcomes.identical(cl.simulate("borderland", draws=150).outcomes)


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"draws": 99}, InputError, "--draws: got 99; allowed is a whole number from 100 up"),
        ({"weeks": 12}, InputError, "--weeks: got 12; allowed is a whole number from 13 to 1040"),
        ({"weeks": 1041}, InputError, "--weeks: got 1041; allowed is a whole number from 13 to 1040"),
        ({"proposals": ["us28"]}, UnknownNameError, "did you mean us_28"),
        ({"support_path": "as_tody"}, UnknownNameError, "did you mean as_today"),
    ],
)
def test_simulate_refuses_what_cannot_be_run(changes: dict, error: type, text: str):
    with pytest.raises(error, match=text):
        cl.simulate("ukraine_2025", **changes)


def test_a_short_horizon_can_be_simulated():
    outcomes = cl.simulate("borderland", draws=100, weeks=13).outcomes
    assert outcomes.sizes["week"] == 13
    assert np.isfinite(outcomes["gain"]).all()


def test_a_theatre_without_a_line_is_one_clear_error():
    loaded = cl.load_case("borderland")
    front = measure_front(loaded)
    nobody = front.ground.with_holder(np.zeros(len(front.ground.cell)))
    with pytest.raises(InputError, match="no line of contact runs through it; widen the theatre"):
        check_ready(loaded, replace(front, theatre=replace(front.theatre, ground=nobody)))
