"""`simulate`: courses of action of a case under a support path, as an xarray Dataset, without a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from contactline.case.load import load_case
from contactline.case.scenario import AS_TODAY, DEFAULT_CASE, HORIZON_WEEKS, Given
from contactline.core import notebook
from contactline.service.questions.assessed import Simulate
from contactline.service.session import DRAWS, Session, scenario_of


@dataclass(frozen=True)
class Simulation:
    """The outcomes of one call of `simulate`, and how they were made.

    seed : whole number; notes : what the reader must know about the fits
    """

    outcomes: xr.Dataset
    case_digest: str
    seed: int
    support_path: str
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return notebook.line("Simulation", self._about())

    def _repr_html_(self) -> str:
        return notebook.html("Simulation", self._about(), more=self.notes) + self.outcomes._repr_html_()

    def _about(self) -> str:
        sizes = ", ".join(f"{size} {name}" for name, size in self.outcomes.sizes.items())
        return f"seed {self.seed}, support {self.support_path}, case digest {self.case_digest[:16]}; {sizes}"


def simulate(
    case: str | Path = DEFAULT_CASE,
    *,
    proposals: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 0,
    weeks: int = HORIZON_WEEKS,
    support_path: str = AS_TODAY,
    held: Given = (),
) -> Simulation:
    """Fight on, and accept each proposal, on the same futures.

    draws : trajectories, rounded down to whole belief sets of 50; weeks : horizon, 13 to 1040
    held : beliefs that you hold, name → value or (low, high)
    Returns a Simulation whose `outcomes` hold every outcome[course, draw], gain[model, draw, week] and
    belief[name, set]: for the same numbers those of `assess`. Raises InputError for impossible numbers and
    UnknownNameError for unknown names.
    """
    scenario = scenario_of(
        case, proposals=proposals, draws=draws, seed=seed, weeks=weeks, support_path=support_path, held=held
    )
    found = Session().ask(Simulate(), scenario)
    return Simulation(found.value, load_case(case).digest, seed, support_path, found.notes)
