"""A scenario opened: the case loaded and checked, the graph's nodes ready to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from contactline.case.load import LoadedCase, load_case
from contactline.case.scenario import (
    AS_TODAY,
    DEFAULT_CASE,
    FUTURES,
    HORIZON_WEEKS,
    LEAST_WEEKS,
    MOST_WEEKS,
    Given,
    Scenario,
)
from contactline.core.errors import InputError
from contactline.core.files import data_dir
from contactline.core.graph import Graph
from contactline.core.keep import Store
from contactline.core.limits import Cost, check_cost
from contactline.core.progress import Stages
from contactline.engine.inputs import World
from contactline.engine.readiness import READY
from contactline.engine.run import Run
from contactline.service.nodes import all_nodes

__all__ = ["DEFAULT_CASE", "DRAWS", "HORIZON_WEEKS", "make_ready", "opened", "opened_graph"]

DRAWS = 10_000
KEPT = "kept"
"""Folder of kept results inside the local store."""


def opened_graph(store: Store | None = None) -> Graph:
    """A graph of every node, on a store (by default the folder of kept results)."""
    return Graph(all_nodes(), Store(data_dir() / KEPT) if store is None else store)


def opened(graph: Graph, scenario: Scenario) -> Run:
    """The run of a scenario, its case loaded and found fit to be computed; nothing large is computed yet.

    Raises InputError and its kin for what the user can mend: names, numbers, a case that cannot be assessed.
    """
    size = f"--draws {scenario.draws} --weeks {scenario.weeks}"
    check_cost(size, cost(scenario.weeks), scenario.draws * scenario.weeks, "Ask for fewer draws or weeks")
    loaded = load_case(scenario.case)
    run = Run(graph.reads(World(graph, scenario, loaded.case, loaded)))
    run.reads.of(READY)
    return run


def cost(weeks: int) -> Cost:
    """What a run of so many weeks takes before its first trajectory, and for each week of each (docs/limits.md)."""
    return Cost(0.44e9 + 1.4e6 * weeks, 200.0, 35.0 + 0.012 * weeks, 9e-6)


def make_ready(
    case: str | Path | LoadedCase,
    *,
    proposals: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 0,
    weeks: int = HORIZON_WEEKS,
    support_path: str = AS_TODAY,
    least_weeks: int = LEAST_WEEKS,
    held: Given = (),
    stages: Stages | None = None,
) -> Run:
    """The run of a scenario given by its number of trajectories, rounded down to whole belief sets of FUTURES."""
    if draws < 2 * FUTURES:
        raise InputError(f"--draws: got {draws}; allowed is a whole number from {2 * FUTURES} up.")
    if not least_weeks <= weeks <= MOST_WEEKS:
        raise InputError(
            f"--weeks: got {weeks}; allowed is a whole number from {least_weeks} to {MOST_WEEKS}."
        )
    name = str(case.folder) if isinstance(case, LoadedCase) else str(case)
    scenario = Scenario(
        case=name, seed=seed, sets=draws // FUTURES, weeks=weeks, support=support_path, proposals=tuple(proposals),
        held=held,  # type: ignore[arg-type]
    )  # fmt: skip
    stages = stages or Stages(Console(stderr=True), quiet=True)
    with stages.stage("read the case"):
        return opened(opened_graph(), scenario)
