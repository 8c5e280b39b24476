"""The models that a scenario chooses, as a node reads them: what stands for a model in a key is its code's version."""

from __future__ import annotations

from typing import TypeVar

from contactline.core.graph import Reads
from contactline.core.plugins import Slot, chosen

F = TypeVar("F")


def model_of(reads: Reads, slot: Slot[F]) -> F:
    """The face of the model that the scenario chooses for a slot. Raises as `core.plugins.chosen`."""
    return chosen(slot, {slot.name: reads[f"model.{slot.name}"]})


def is_default(reads: Reads, slot: Slot[F]) -> bool:
    """Whether the slot's own default is chosen."""
    return bool(reads[f"model.{slot.name}"] == slot.default)
