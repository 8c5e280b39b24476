"""The sweetener: a proposal that an average of scores turns to once a kind clause is added, and a veto does not.

The example is of the discussion that this project takes up: land handed over, its recognition, no alliance,
limits on forces, a bilateral guarantee, a demilitarised zone; then the return of children is added. The scores
are made up, as such calculators' are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Scored:
    """A clause of the example: what it says, the clause a veto would name, and a made-up score from −1 to 1."""

    name: str
    clause: str
    score: float


SCORED: tuple[Scored, ...] = (
    Scored("land handed over", "withdrawal:defender", -0.6),
    Scored("its recognition", "cession:de_jure", -0.8),
    Scored("no alliance", "alliance:ban", -0.3),
    Scored("limits on forces", "force_cap", -0.3),
    Scored("a bilateral guarantee", "guarantee", 0.8),
    Scored("a demilitarised zone", "dmz", 0.6),
)
"""The proposal as first made: on average slightly against."""

SWEETENER = Scored("return of children", "other", 1.0)
"""The kind clause: nobody is against it, and it changes nothing in the others."""


def mean_score(scores: Mapping[str, float]) -> float:
    """The naive calculator: the average of made-up scores of a proposal's clauses, −1 (worst) to 1 (best)."""
    return float(np.mean(list(scores.values())))
