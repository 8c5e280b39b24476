"""The session: questions in, answers out, for every face.

`Session.ready` is the one place that turns a scenario into a run; what is kept of results lies in its graph alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from rich.console import Console

from contactline.case.scenario import (
    AS_TODAY,
    DEFAULT_CASE,
    FUTURES,
    HORIZON_WEEKS,
    MOST_WEEKS,
    Given,
    Scenario,
)
from contactline.core.graph import Graph, digest, watching
from contactline.core.limits import check_whole
from contactline.core.progress import Stages
from contactline.engine.run import Run
from contactline.service.opened import admitted, opened, opened_graph
from contactline.service.question import Answer, Asked, Question

A = TypeVar("A")

DRAWS = 10_000
"""Trajectories of a report: 200 belief sets of 50 futures."""


def scenario_of(
    case: object = DEFAULT_CASE,
    *,
    proposals: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 0,
    weeks: int = HORIZON_WEEKS,
    support_path: str = AS_TODAY,
    held: Given = (),
) -> Scenario:
    """A scenario by its number of trajectories, rounded down to whole belief sets of FUTURES.

    Raises InputError for what no case allows.
    """
    return Scenario(
        case=str(case), proposals=tuple(proposals), sets=sets_of(draws), seed=seed, weeks=weeks, support=support_path,
        held=held,  # type: ignore[arg-type]
    )  # fmt: skip


def sets_of(draws: int) -> int:
    """Number of whole belief sets of so many trajectories. Raises InputError for fewer than two."""
    check_whole("--draws", draws, 2 * FUTURES)
    return draws // FUTURES


def check_horizon(weeks: int) -> None:
    """Raise InputError for a horizon, in weeks, shorter than the five years of which a report speaks."""
    check_whole("--weeks", weeks, HORIZON_WEEKS, MOST_WEEKS)


class Session:
    """Answers questions about scenarios; what was worked out for one is there for the next, and on disk for others.

    stages : where progress is shown and stages are timed, without it nothing is shown; graph : its nodes and their
    store, by default all nodes on the local store of kept results
    """

    def __init__(self, stages: Stages | None = None, graph: Graph | None = None) -> None:
        self.stages = stages or Stages(Console(stderr=True), quiet=True)
        self._graph = graph

    def __repr__(self) -> str:
        return f"<Session: {'nothing asked yet' if self._graph is None else 'results at hand'}>"

    @property
    def graph(self) -> Graph:
        """What is computed from what, opened when it is first needed."""
        if self._graph is None:
            self._graph = opened_graph()
        return self._graph

    def ask(self, question: Question[A], scenario: Scenario | None = None) -> Answer[A]:
        """The answer to a question about a scenario; without one about the reference case, or the saved run it names.

        Raises InputError and its kin for anything the asker can mend, FitError where the record is too thin.
        """
        began = time.perf_counter()
        asked = Asked(self, scenario or Scenario(), named=scenario is not None)
        with watching() as work:
            value = question.answer(asked)
        if self._graph is not None:
            self._graph.keep.flush()
            asked.notes += self._graph.keep.notices
        return Answer(
            value, tuple(dict.fromkeys(asked.notes)), tuple(sorted(work.reused - set(work.made))), tuple(work.made),
            round(time.perf_counter() - began, 3),
        )  # fmt: skip

    def kept_text(self, what: str, key: Sequence[str], make: Callable[[], str]) -> str:
        """A text made from an answer, from an earlier time where all that its key says is the same."""
        name = digest(what, *key)
        found = self.graph.keep.get(name)
        if isinstance(found, str):
            return found
        began = time.perf_counter()
        made = make()
        self.graph.keep.put(name, made, time.perf_counter() - began, disk=True)
        return made

    def ready(self, scenario: Scenario) -> Run:
        """The run of a scenario, its case loaded and found fit to be computed; raises as `opened`."""
        with self.stages.stage("read the case"):
            loaded = admitted(scenario)
            return opened(self.graph, scenario, loaded)
