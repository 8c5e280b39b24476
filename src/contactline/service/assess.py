"""The main job as one readable pipeline: a case in, an assessment out.

evidence → front → fits → futures fought out → proposals on the map → fight on or accept → how far to trust it.
Every stage hands over typed, saved results, so a report never reruns a simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from contactline.core.progress import Stages
from contactline.service.assemble import assembled
from contactline.service.opened import DEFAULT_CASE, DRAWS, HORIZON_WEEKS, make_ready
from contactline.topics.assessment import Assessment


def assess(
    case: str | Path = DEFAULT_CASE,
    *,
    proposals: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 0,
    weeks: int = HORIZON_WEEKS,
    support_path: str = "as_today",
    stages: Stages | None = None,
) -> Assessment:
    """Assess a case: what fighting on can achieve, what each proposal changes, and which beliefs decide.

    case : id of a built-in case or a case folder; proposals : ids, by default the case's own choice
    draws : trajectories, rounded down to whole belief sets of 50; seed : whole number ≥ 0
    weeks : horizon, five years at least, of which the report speaks; support_path : id of a support path of the case

    Raises InputError and its kin for anything the user can mend, FitError where the record is too thin.
    """
    stages = stages or Stages(Console(stderr=True), quiet=True)
    run = make_ready(
        case,
        proposals=proposals,
        draws=draws,
        seed=seed,
        weeks=weeks,
        support_path=support_path,
        least_weeks=HORIZON_WEEKS,
        stages=stages,
    )
    return assembled(run, stages)
