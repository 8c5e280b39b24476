"""All laws, by slot."""

from __future__ import annotations

from contactline.core.errors import UnknownNameError
from contactline.testing import hazards, paths, space, truces, worths
from contactline.testing.law import Given, Law

ALL = (*paths.LAWS, *space.LAWS, *hazards.LAWS, *truces.LAWS, *worths.LAWS)


def laws(slot: str) -> tuple[Law, ...]:
    """The laws of a slot. Raises UnknownNameError for a slot that there is not."""
    found = tuple(law for law in ALL if law.slot.name == slot)
    if not found:
        raise UnknownNameError("model slot", slot, {law.slot.name for law in ALL})
    return found


def check_laws(slot: str, model: object, given: Given | None = None) -> tuple[str, ...]:
    """Names of the laws that the model, or its class, was held to, all on one fit. Raises LawBroken.

    given : what it is tried on, in place of what is made up; see the slot's module in `contactline.testing`
    """
    asked = laws(slot)
    trial = asked[0].trial(model, given)
    for law in asked:
        law.check_on(trial)
    return tuple(law.name for law in asked)
