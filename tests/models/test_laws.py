"""The laws of the slots: the package's own models keep them, and each law finds a model that breaks it."""

from __future__ import annotations

import numpy as np
import pytest
from broken import BROKEN, changed, paths

from contactline.core.errors import UnknownNameError
from contactline.service.models import SLOTS
from contactline.testing import LawBroken, check_laws, laws
from contactline.testing.law import unequal
from contactline.testing.slots import ALL
from contactline.war.slots import Spells

OWN = [(slot.name, name, make) for slot in SLOTS for name, make in slot.own.items()]


@pytest.mark.parametrize(("slot", "name", "make"), OWN, ids=[f"{slot}.{name}" for slot, name, _ in OWN])
def test_the_packages_own_models_keep_every_law_of_their_slot(slot: str, name: str, make: type):
    assert check_laws(slot, make) == tuple(law.name for law in laws(slot))


def test_every_slot_has_laws_and_every_law_a_model_that_breaks_it():
    assert {slot.name for slot in SLOTS} == set(BROKEN)
    assert {(law.slot.name, law.name) for law in ALL} == {
        (slot, law) for slot, own in BROKEN.items() for law in own
    }


@pytest.mark.parametrize("law", ALL, ids=str)
def test_a_law_finds_the_model_that_breaks_it(law):
    with pytest.raises(LawBroken) as found:
        law.check(BROKEN[law.slot.name][law.name])
    said = str(found.value)
    assert said.startswith(f"model 'broken' of slot {law.slot.name!r} (on trial) breaks law {law.name!r}"), (
        said
    )
    assert law.statement in said


@pytest.mark.parametrize("law", [law for law in laws("tempo") if law.name != "unit"], ids=str)
def test_a_model_that_breaks_one_law_alone_keeps_the_others(law):
    law.check(paths(30.0)["unit"])


def test_a_model_that_lacks_what_its_slot_asks_for_is_refused_before_any_law():
    with pytest.raises(LawBroken, match=r"loading it gave a Mute; allowed is what has fit\(\)"):
        check_laws("tempo", type("Mute", (), {"id": "mute", "label": "says nothing"}))
    with pytest.raises(LawBroken, match="loading it gave label ''; allowed is one line"):
        check_laws("collapse", changed(Spells, label=""))


def test_an_unknown_slot_is_told_with_the_nearest():
    with pytest.raises(UnknownNameError, match="unknown model slot 'temp': did you mean tempo"):
        laws("temp")


def test_a_broken_model_spoils_no_other_trial():
    with pytest.raises(LawBroken, match=r"input\.record\.net was changed"):
        next(law for law in laws("tempo") if law.name == "inputs_kept").check(BROKEN["tempo"]["inputs_kept"])
    assert "unit" in check_laws("tempo", paths(30.0)["unit"].__mro__[1])


def test_difference_is_told_by_place_and_value():
    assert unequal("x", np.array([[1.0, np.nan]]), np.array([[1.0, np.nan]])) is None
    assert unequal("x", np.array([[1.0, 2.0]]), np.array([[1.0, 3.0]])) == (
        "x: 1 of 2 values differ, the first at [0, 1]: 2 and 3"
    )
