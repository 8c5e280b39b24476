"""The slot of values: what outcomes are worth to an actor. What a model must do, the package's own, and its face.

Vetoes stand outside: a clause that a viewpoint calls unacceptable is said, never traded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from contactline.case.debate import Values
from contactline.core.plugins import Plugin, Slot

Outcomes = Mapping[str, np.ndarray]
"""Outcome → ndarray[draw], as in `engine.courses.OUTCOMES`."""
Weights = Mapping[str, np.ndarray]
"""Outcome → ndarray[set], where in the range of its weight a belief set stands, 0 to 1."""


class Judge(Protocol):
    """What outcomes are worth. Only differences mean anything."""

    def worth(self, values: Values, outcomes: Outcomes) -> np.ndarray:
        """Value of each draw's outcomes, weights in the middle of their ranges : ndarray[draw], units of value."""
        ...

    def advantage(self, values: Values, one: Outcomes, other: Outcomes, weights: Weights) -> np.ndarray:
        """Expected value of one course over another : ndarray[set], units of value.

        Draws come set by set. More of what a viewpoint wants more of never lowers the advantage of one; a course has
        none over itself; the other way round it is the same with the other sign. No belief set sees another.
        """
        ...


class ValuesModel(Judge, Protocol):
    """A judge that can be put in the slot."""

    id: str
    label: str


class Additive:
    """Weighted sum of outcomes over their scales (Lahdelma, Hokkanen & Salminen 1998, EJOR 106:137)."""

    id = "additive"
    label = "weighted sum of outcomes, weights within the viewpoint's ranges"

    def worth(self, values: Values, outcomes: Outcomes) -> np.ndarray:
        """Σ ±w·outcome/scale : ndarray[draw]."""
        total: np.ndarray | float = 0.0
        for attribute in values.attributes:
            weight = (attribute.weight_low + attribute.weight_high) / 2.0
            sign = 1.0 if attribute.better == "more" else -1.0
            total = total + sign * weight * outcomes[attribute.outcome] / attribute.scale
        return np.asarray(total)

    def advantage(self, values: Values, one: Outcomes, other: Outcomes, weights: Weights) -> np.ndarray:
        """The sum's mean over the futures of each belief set : ndarray[set]."""
        total: np.ndarray | float = 0.0
        for attribute in values.attributes:
            where = weights[attribute.outcome]
            weight = attribute.weight_low + (attribute.weight_high - attribute.weight_low) * where
            change = (one[attribute.outcome] - other[attribute.outcome]).reshape(len(where), -1).mean(axis=1)
            sign = 1.0 if attribute.better == "more" else -1.0
            total = total + sign * weight * change / attribute.scale
        return np.asarray(total)


ADDITIVE = Additive()


@dataclass(frozen=True, eq=False)
class ValuesFace:
    """Face of slot values."""

    plugin: Plugin

    def worth(self, values: Values, outcomes: Outcomes) -> np.ndarray:
        """Value of each draw's outcomes : ndarray[draw], units of value. Raises ModelError."""
        made = self.plugin.run("worth", lambda: self.plugin.model.worth(values, outcomes))
        shape = np.shape(outcomes[values.attributes[0].outcome])
        return self.plugin.array("worth", made, shape, "ndarray[draw], units of value")

    def advantage(self, values: Values, one: Outcomes, other: Outcomes, weights: Weights) -> np.ndarray:
        """Expected value of one course over another : ndarray[set], units of value. Raises ModelError."""
        made = self.plugin.run("advantage", lambda: self.plugin.model.advantage(values, one, other, weights))
        shape = np.shape(weights[values.attributes[0].outcome])
        return self.plugin.array("advantage", made, shape, "ndarray[set], units of value")


VALUES = Slot(
    "values",
    "what outcomes are worth to an actor",
    "additive",
    {"additive": Additive},
    ("worth", "advantage"),
    ValuesFace,
)
SLOTS = (VALUES,)
