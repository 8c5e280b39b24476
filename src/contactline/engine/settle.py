"""Proposals applied to the ground."""

from __future__ import annotations

from collections.abc import Sequence

from contactline.case.schema import Case
from contactline.engine.ground import Front
from contactline.truce.terms import Settlement, apply_terms, proposal_named


def settle(case: Case, front: Front, proposals: Sequence[str]) -> dict[str, Settlement]:
    """Apply the chosen proposals to the ground : id → settlement. Raises UnknownNameError for an unknown id."""
    return {name: apply_terms(case, proposal_named(case, name), front.ground) for name in proposals}
