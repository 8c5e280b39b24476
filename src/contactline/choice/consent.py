"""Two signatures: in which belief sets both sides of a war would sign an offer, and what accepting means.

*Accepts* means one thing everywhere: in a belief set, the expected value of signing lies above that of the best
alternative, and the offer has no clause that the viewpoint refuses at any price. The best alternative is the best of
what a side can have without the other's signature (`verdict.ALTERNATIVES`), as in the reservation value of bargaining
theory (Fearon 1995, International Organization 49:379). Consent is both sides' acceptance in the same belief set: an
agreement needs two signatures under one state of the world, so the share in which both sign is counted, never
multiplied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from contactline.core.errors import InputError
from contactline.core.rounding import wilson

Z95 = 1.959964
"""Standard errors of a 95% range."""


def accepts(gain: np.ndarray, refused: Sequence[str] = ()) -> np.ndarray:
    """Whether an offer is signed : ndarray[…] bool, of the shape of `gain`.

    gain : ndarray[…], expected value of signing less that of the best alternative, units of value; refused : clauses
    that the viewpoint refuses at any price. At exactly zero there is nothing to sign for: it does not sign.
    """
    found: np.ndarray = gain > 0
    return np.zeros_like(found) if refused else found


@dataclass(frozen=True)
class Consent:
    """Shares of belief sets in which an offer is signed by both, by the defender, by the challenger.

    error : half the width of the 95% range of the share of both
    """

    both: float
    defender: float
    challenger: float
    error: float


def consent(defender: np.ndarray, challenger: np.ndarray) -> Consent:
    """How often both sign.

    defender, challenger : ndarray[set] bool, whether each accepts in each belief set
    Raises InputError for sides seen under different belief sets, or none.
    """
    if defender.shape != challenger.shape or defender.ndim != 1 or not len(defender):
        raise InputError(
            f"consent: the sides are seen under {defender.shape} and {challenger.shape} belief sets; allowed is one "
            "row of the same belief sets for both, of one or more."
        )
    both = float(np.mean(defender & challenger))
    error = half_width(both, len(defender))
    return Consent(both, float(defender.mean()), float(challenger.mean()), error)


def half_width(share: float, count: int) -> float:
    """Half the width of the 95% range of a share of `count` independent sets; above zero at the ends too."""
    return wilson(share, count, Z95)[1]
