"""A family of settlements from the present line to the whole of a region: the one axis on which bargaining moves.

Each member hands over a share of what the defender still holds of one region, in the order in which the ground would
fall, or with the fortified belt kept to the last. Everything else stays as a freeze on the line would leave it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from contactline.case.clauses import Proposal
from contactline.case.schema import Case
from contactline.core.errors import InputError, UnknownNameError
from contactline.truce.terms import CHALLENGER, DEFENDER, Settlement, apply_terms
from contactline.war.territory import Ground, order_of_fall

ORDERS = {"nearest_first": "as the ground would fall", "belt_last": "the belt last"}
OWNER = {
    "by": "contactline",
    "why": "A line of the family, put together to find the bargaining range; nobody's text.",
}


def family_of_lines(
    case: Case, here: Ground, region: str, shares: Sequence[float], order: str = "nearest_first"
) -> list[Settlement]:
    """One settlement a share of the region's free ground handed over, without guarantee, agreed and not imposed.

    shares : rising, from 0 (the present line) to 1 (the whole region). Raises InputError for an empty family or shares
    outside 0 to 1, UnknownNameError for an unknown region or order.
    """
    if order not in ORDERS:
        raise UnknownNameError("order of lines", order, ORDERS)
    if region not in here.region:
        raise UnknownNameError("region of the family of lines", region, {str(r) for r in here.region})
    if not len(shares) or min(shares) < 0 or max(shares) > 1:
        raise InputError(
            f"family of lines: shares {list(shares)}; allowed are one or more numbers from 0 to 1."
        )
    free = order_of_fall(here, region)
    if not len(free):
        raise InputError(
            f"family of lines: the defender holds nothing of region {region!r}, so there is no line to move; name "
            "another region."
        )
    if order == "belt_last":
        free = free[np.argsort(here.belt[free] != "", kind="stable")]
    frozen = apply_terms(case, _text(case, region, 0.0), here)
    return [_handed_over(case, here, frozen, free, region, share) for share in shares]


def _handed_over(
    case: Case, here: Ground, frozen: Settlement, free: np.ndarray, region: str, share: float
) -> Settlement:
    area = np.cumsum(here.km2[free])
    given = np.zeros(len(here.cell), dtype=bool)
    given[free[area <= share * area[-1] * (1 + 1e-12)]] = True
    if not given.any():
        return frozen
    after = np.where(given, CHALLENGER, frozen.after).astype(frozen.after.dtype)
    return replace(
        frozen,
        proposal=_text(case, region, share),
        after=after,
        given_up=given,
        belts_lost=tuple(sorted({belt for belt in here.belt[given] if belt})),
        ground_after=here.with_holder((after != DEFENDER).astype(np.int8)),
    )


def _text(case: Case, region: str, share: float) -> Proposal:
    """The clauses of one member, as a veto would read them: a freeze, and a withdrawal where ground is handed over."""
    clauses: list[dict[str, object]] = [
        {"kind": "freeze", "text": "Fighting stops on the line agreed.", "assumption": OWNER}
    ]
    if share > 0:
        clauses.append(
            {
                "kind": "withdrawal",
                "side": case.defender.id,
                "regions": [region],
                "to": "challenger",
                "text": f"The defender leaves {share:.0%} of what it holds of the region.",
                "assumption": OWNER,
            }
        )
    return Proposal.model_validate(
        {
            "id": f"line_{round(1000 * share)}",
            "name": f"{share:.0%} of the rest of the region",
            "author": "contactline",
            "published": case.as_of,
            "summary": "A member of the family of lines between the present one and the region's border.",
            "clauses": clauses,
            "assumption": OWNER,
        }
    )
