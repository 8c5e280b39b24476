"""What every run of a case does before anything is compared: read, measure, fit, fight the futures out.

`assess` and `simulate` begin here, so that both refuse the same input and give the same futures for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from contactline.case.load import LoadedCase, load_case
from contactline.core.errors import InputError
from contactline.core.limits import Cost, check_cost
from contactline.core.progress import Stages
from contactline.core.streams import Streams
from contactline.engine import fronts as space
from contactline.engine import ground as front
from contactline.engine import outlook as war
from contactline.engine import readiness
from contactline.engine.futures import FUTURES
from contactline.engine.settle import settle
from contactline.support.adequacy import support_path as named_path
from contactline.truce.terms import Settlement, proposal_named
from contactline.war.source_bias import measured_beliefs
from contactline.war.space import SpaceFit

DRAWS = 10_000
HORIZON_WEEKS = 260
LEAST_WEEKS = 13
"""Fewest weeks that can be simulated: a quarter, below which no objective and no proposal is in question."""

MOST_WEEKS = 1040
DEFAULT_CASE = "ukraine_2025"


@dataclass(frozen=True)
class Ready:
    """A case measured, fitted and fought out: all that courses of action and tables are made from.

    bias : quantile functions that replace beliefs by name; spatial : None where the record is too thin
    """

    loaded: LoadedCase
    streams: Streams
    measured: front.Front
    settlements: dict[str, Settlement]
    bias: Mapping[str, Callable[[np.ndarray], np.ndarray]]
    spatial: SpaceFit | None
    outlook: war.Outlook

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader must know about the fits."""
        return (*self.outlook.forecast.warnings(), *self.outlook.notes)


def make_ready(
    case: str | Path,
    *,
    proposals: Sequence[str],
    draws: int,
    seed: int,
    weeks: int,
    support_path: str,
    least_weeks: int = LEAST_WEEKS,
    stages: Stages | None = None,
) -> Ready:
    """Everything before the comparison of courses, the same for the same case, seed and numbers.

    proposals : ids, none for the case's own choice; draws : trajectories, rounded down to whole sets of FUTURES
    Raises InputError for impossible numbers, UnknownNameError for unknown names, FitError for too thin a record.
    """
    stages = stages or Stages(Console(stderr=True), quiet=True)
    streams = Streams(seed)
    check_size(draws, weeks, least_weeks)
    check_cost(
        f"--draws {draws} --weeks {weeks}", _cost(weeks), draws * weeks, "Ask for fewer draws or weeks"
    )
    with stages.stage("read the case"):
        loaded = load_case(case)
        about = loaded.case
        chosen = list(dict.fromkeys(proposals)) or list(about.default_proposals)
        for name in chosen:
            proposal_named(about, name)
        named_path(about, support_path)
    with stages.stage("measure the front"):
        measured = front.measure_front(loaded)
        readiness.check_ready(loaded, measured)
        settlements = settle(about, measured, chosen)
    with stages.stage("fit tempo and losses"):
        forecast, losses = war.fit(loaded, measured, streams)
    with stages.stage("fit the front"):
        bias = measured_beliefs(loaded.evidence("losses"), about)
        spatial, notes = space.fit_front(loaded, measured, streams)
    with stages.stage("fight on"):
        outlook = war.look_ahead(
            about,
            measured,
            forecast,
            losses,
            sets=draws // FUTURES,
            weeks=weeks,
            path=support_path,
            streams=streams,
            measured=bias,
            spatial=spatial,
            notes=notes,
        )
    return Ready(loaded, streams, measured, settlements, bias, spatial, outlook)


def _cost(weeks: int) -> Cost:
    """What a run of so many weeks takes before its first trajectory, and for each week of each (docs/limits.md)."""
    return Cost(0.44e9 + 1.4e6 * weeks, 200.0, 35.0 + 0.012 * weeks, 9e-6)


def check_size(draws: int, weeks: int, least_weeks: int = LEAST_WEEKS) -> None:
    """Raise InputError where so many trajectories or weeks cannot be simulated."""
    if draws < 2 * FUTURES:
        raise InputError(f"--draws: got {draws}; allowed is a whole number from {2 * FUTURES} up.")
    if not least_weeks <= weeks <= MOST_WEEKS:
        raise InputError(
            f"--weeks: got {weeks}; allowed is a whole number from {least_weeks} to {MOST_WEEKS}."
        )
