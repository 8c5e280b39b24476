"""A small world for tests of courses: the invented case on its own ground, with made-up gains and claims."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from contactline.case.clauses import Other
from contactline.case.debate import Values
from contactline.case.load import load_case
from contactline.case.scenario import FUTURES, Scenario
from contactline.case.schema import Case
from contactline.core.graph import Graph
from contactline.core.keep import Store
from contactline.engine.futures import Futures
from contactline.engine.ground import Theatre, measure_front
from contactline.engine.inputs import World
from contactline.service.models import SLOTS
from contactline.service.nodes import all_nodes
from contactline.truce.terms import apply_terms, proposal_named

SETS, WEEKS = 12, 156
Measured = Mapping[str, Any]
"""Belief → quantile function of a measured distribution in its place."""


@functools.cache
def theatre() -> Theatre:
    """The invented case's ground as it stands."""
    return measure_front(load_case("borderland")).theatre


def _proposals():
    case, here = load_case("borderland").case, theatre().ground
    given = {p.id: apply_terms(case, p, here).given_up.sum() for p in case.proposals}
    return max(given, key=given.__getitem__), min(given, key=given.__getitem__)


HANDOVER, FREEZE = _proposals()


def made_up(
    net: np.ndarray, claims: np.ndarray, *, case: Case | None = None, seed: int = 0, measured: Measured | None = None,
    held: Mapping[str, float] | None = None, store: Store | None = None,
) -> Futures:  # fmt: skip
    """Futures of a world of ready arrays, on a graph of its own: nearest-first lines, nothing fitted.

    net : ndarray[draw, week], km²; claims : ndarray[draw, week], killed and wounded as claimed; FUTURES draws a set
    """
    sets, weeks = len(net) // FUTURES, net.shape[1]
    graph = Graph(all_nodes(), Store() if store is None else store)
    scenario = Scenario(case="borderland", seed=seed, sets=sets, weeks=weeks, held=held or {})
    given = {"net": net, "claims": claims, "theatre": theatre(), "measured": measured or {}}
    world = World(graph, scenario, case or load_case("borderland").case, None, given, SLOTS)
    return Futures(graph.reads(world))


def paths(seed: int = 0, sets: int = SETS) -> tuple[np.ndarray, np.ndarray]:
    """Made-up gains, a slow random walk about 20 km² a week, and even claims."""
    draws = sets * FUTURES
    rng = np.random.default_rng(seed)
    net = 20 + 15 * rng.standard_normal((draws, 1)) + 10 * rng.standard_normal((draws, WEEKS))
    return net, np.full((draws, WEEKS), 1000.0)


@functools.cache
def futures(seed: int = 0) -> Futures:
    """Futures of the made-up paths."""
    return made_up(*paths(seed), seed=seed)


@functools.cache
def steady() -> Futures:
    """Futures in which the challenger only gains, so that draw by draw a weaker cause never helps it."""
    net, claims = paths()
    return made_up(np.abs(net), claims)


@functools.cache
def world():
    """Case, theatre, settlements (handover and freeze) and futures."""
    case = load_case("borderland").case
    settlements = {
        "handover": apply_terms(case, proposal_named(case, HANDOVER), theatre().ground),
        "freeze": apply_terms(case, proposal_named(case, FREEZE), theatre().ground),
    }
    return case, theatre(), settlements, futures()


def values(outcome: str, better: str, vetoes: tuple[str, ...] = ()) -> Values:
    """A viewpoint that cares for one outcome alone."""
    attribute = {"outcome": outcome, "label": "x", "better": better, "weight_low": 1, "weight_high": 2, "scale": 10,
                 "sources": ["s"]}  # fmt: skip
    return Values.model_validate(
        {
            "actor": "south",
            "viewpoint": "one thing only",
            "attributes": [attribute],
            "vetoes": vetoes,
            "sources": ["s"],
        }
    )


def favour() -> Other:
    """A kind clause without any effect: the return of children, say."""
    return Other.model_validate(
        {"kind": "other", "topic": "children", "text": "Children are returned.", "sources": ["s"]}
    )


def unbroken(futures):
    """The same futures in which no truce and no peace breaks in any way."""
    for severity in ("incident", "offensive", "war"):
        futures = futures.with_belief(f"truce.history_{severity}", 0.0)
    return futures
