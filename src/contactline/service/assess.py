"""`assess`: a case in, an assessment out, in one call; a session asked one question."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from contactline.case.scenario import AS_TODAY, DEFAULT_CASE, HORIZON_WEEKS, Given
from contactline.service.questions.assessed import Assess
from contactline.service.session import DRAWS, Session, check_horizon, scenario_of
from contactline.topics.assessment import Assessment


def assess(
    case: str | Path = DEFAULT_CASE,
    *,
    proposals: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 0,
    weeks: int = HORIZON_WEEKS,
    support_path: str = AS_TODAY,
    held: Given = (),
) -> Assessment:
    """Assess a case: what fighting on can achieve, what each proposal changes, and which beliefs decide.

    case : id of a built-in case or a case folder; proposals : ids, by default the case's own choice
    draws : trajectories, rounded down to whole belief sets of 50; seed : whole number ≥ 0
    weeks : horizon, five years at least, of which the report speaks; support_path : id of a support path of the case
    held : beliefs that you hold, name → value or (low, high)

    Raises InputError and its kin for anything the user can mend, FitError where the record is too thin.
    """
    check_horizon(weeks)
    scenario = scenario_of(
        case, proposals=proposals, draws=draws, seed=seed, weeks=weeks, support_path=support_path, held=held
    )
    return Session().ask(Assess(), scenario).value
