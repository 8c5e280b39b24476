"""Whether a case can be assessed, told in a second: what fits and simulations would stumble over minutes later.

`case validate` says all of it, and every run asks before it computes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from contactline.case.load import LoadedCase
from contactline.case.schema import Case, Side
from contactline.core.errors import ContactlineError, InputError
from contactline.core.graph import Reads, node
from contactline.engine.ground import FRONT, Front, measure_front
from contactline.truce.reach import check_ground
from contactline.war.grid import check_front, grid_from_cells
from contactline.war.losses import weekly_claims
from contactline.war.objectives import objective_cells
from contactline.war.territory import regional_shares


def hindrances(loaded: LoadedCase) -> list[str]:
    """Every reason for which an assessment of this case would be refused, each as one message; empty if none."""
    try:
        front = measure_front(loaded)
    except ContactlineError as error:
        return [str(error)]
    return [str(error) for error in _errors(loaded, front)]


def check_ready(loaded: LoadedCase, front: Front) -> None:
    """Raise the only hindrance as it is, or InputError that lists several."""
    found = list(_errors(loaded, front))
    if len(found) == 1:
        raise found[0]
    if found:
        raise InputError(
            f"case {loaded.case.id!r} cannot be assessed, for {len(found)} reasons: "
            + " ".join(f"({number}) {error}" for number, error in enumerate(found, start=1))
        )


def check_theatre(loaded: LoadedCase, front: Front) -> tuple[str, ...]:
    """Sentences on parts of the theatre that the line never touches. Raises InputError as `check_front` does."""
    cells = loaded.evidence("cells")
    whole = grid_from_cells(cells, np.zeros(len(cells)), ("the theatre",))
    return check_front(whole, front.ground.holder, islands=loaded.case.theatre.islands)


def _errors(loaded: LoadedCase, front: Front) -> Iterator[ContactlineError]:
    case = loaded.case
    checks: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (check_theatre, (loaded, front)),
        *((objective_cells, (front.ground, objective)) for objective in case.objectives),
        (check_ground, (case, front.ground)),
        (regional_shares, (front.weekly,)),
        (_losses, (loaded,)),
        *((_valued, (case, side)) for side in case.sides),
    ]
    for check, given in checks:
        try:
            check(*given)
        except ContactlineError as error:
            yield error


def _valued(case: Case, side: Side) -> None:
    """The viewpoint by which a side's choice is judged."""
    if not any(values.actor == side.id for values in case.values):
        raise InputError(
            f"values.yaml: holds none of {side.id!r}, the {side.role}; give each side a viewpoint with `default: true`."
        )


def _losses(loaded: LoadedCase) -> None:
    """The weekly claims that the model of losses is fitted to."""
    case = loaded.case
    weekly_claims(
        loaded.evidence("losses"), case.evidence.attacker_loss_series, case.challenger.id, case.evidence.fit_from,
        case.as_of,
    )  # fmt: skip


@node("ready")
def READY(reads: Reads) -> bool:
    """Whether the case can be computed at all; raises what hinders it."""
    check_ready(reads["loaded"], reads.of(FRONT))
    return True
