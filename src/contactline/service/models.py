"""Which models there are, and whether a scenario's are among them."""

from __future__ import annotations

from contactline.choice.slots import SLOTS as CHOICE
from contactline.core.plugins import Choice, ModelRow, check_models, listing
from contactline.truce.slots import SLOTS as TRUCE
from contactline.war.slots import SLOTS as WAR

SLOTS = (*WAR, *TRUCE, *CHOICE)
"""Every slot, in the order of a run."""


def models() -> tuple[ModelRow, ...]:
    """Every model of every slot: what `contactline models` prints."""
    return listing(SLOTS)


def check(chosen: Choice) -> None:
    """Raise UnknownNameError for a slot or a model that there is not (`Scenario.models`)."""
    check_models(SLOTS, chosen)
