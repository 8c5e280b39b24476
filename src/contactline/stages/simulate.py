"""`simulate`: courses of action of a case under a support path, as an xarray Dataset, without a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from contactline.case.load import load_case
from contactline.choice.futures import FUTURES
from contactline.core.streams import Streams
from contactline.stages import choice, deals, front, space, war
from contactline.war.source_bias import measured_beliefs


@dataclass(frozen=True)
class Simulation:
    """The outcomes of one call of `simulate`, and how they were made."""

    outcomes: xr.Dataset
    case_digest: str
    seed: int
    support_path: str


def simulate(
    case: str | Path = "ukraine_2025",
    *,
    proposals: Sequence[str] = (),
    draws: int = 10_000,
    seed: int = 0,
    weeks: int = 260,
    support_path: str = "as_today",
) -> Simulation:
    """Fight on, and accept each proposal, on the same futures.

    draws : trajectories, rounded down to whole belief sets of 50; weeks : horizon
    Returns a Simulation whose `outcomes` hold every outcome[course, draw], gain[model, draw, week] and
    belief[name, set]. Raises InputError and its kin for unknown names and impossible numbers.
    """
    streams = Streams(seed)
    loaded = load_case(case)
    measured = front.measure_front(loaded)
    settlements = deals.settle(loaded.case, measured, list(proposals) or list(loaded.case.default_proposals))
    forecast, losses = war.fit(loaded, measured, streams)
    spatial, notes = space.fit_front(loaded, measured, streams)
    outlook = war.look_ahead(
        loaded.case,
        measured,
        forecast,
        losses,
        sets=max(draws // FUTURES, 1),
        weeks=weeks,
        path=support_path,
        streams=streams,
        measured=measured_beliefs(loaded.evidence("losses"), loaded.case),
        spatial=spatial,
        notes=notes,
    )
    runs = choice.run_courses(loaded.case, measured, outlook, settlements)
    return Simulation(choice.ensemble(loaded.case, outlook, runs), loaded.digest, seed, support_path)
