"""A scenario opened: the case loaded and checked, the graph's nodes ready to be asked."""

from __future__ import annotations

from contactline.case.load import LoadedCase, load_case
from contactline.case.scenario import Scenario, check, with_prices
from contactline.core.files import data_dir
from contactline.core.graph import Graph
from contactline.core.keep import Store
from contactline.core.limits import Cost, check_cost
from contactline.engine.inputs import World
from contactline.engine.readiness import READY
from contactline.engine.run import Run
from contactline.service.models import SLOTS
from contactline.service.nodes import all_nodes

KEPT = "kept"
"""Folder of kept results inside the local store."""


def opened_graph(store: Store | None = None) -> Graph:
    """A graph of every node, on a store (by default the folder of kept results)."""
    return Graph(all_nodes(), Store(data_dir() / KEPT) if store is None else store)


def admitted(scenario: Scenario) -> LoadedCase:
    """The case of a scenario whose size and names are allowed; no store is opened for it yet. Raises InputError."""
    size = f"--draws {scenario.draws} --weeks {scenario.weeks}"
    check_cost(size, cost(scenario.weeks), scenario.draws * scenario.weeks, "Ask for fewer draws or weeks")
    loaded = load_case(scenario.case)
    check(scenario, loaded.case)
    return loaded


def opened(graph: Graph, scenario: Scenario, loaded: LoadedCase | None = None) -> Run:
    """The run of a scenario, its case loaded and found fit to be computed; nothing large is computed yet.

    loaded : what `admitted` gave. Raises InputError and its kin for what the user can mend: names, numbers, a case that
    cannot be assessed.
    """
    loaded = loaded or admitted(scenario)
    run = Run(graph.reads(World(graph, scenario, with_prices(loaded.case, scenario), loaded, slots=SLOTS)))
    run.reads.of(READY)
    return run


def cost(weeks: int) -> Cost:
    """What a run of so many weeks takes before its first trajectory, and for each week of each (docs/limits.md)."""
    return Cost(0.44e9 + 1.4e6 * weeks, 200.0, 35.0 + 0.012 * weeks, 9e-6)
