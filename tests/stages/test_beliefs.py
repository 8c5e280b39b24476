"""Every belief of the built-in case: held at a value it gives what a case with that value fixed gives, draw by draw,
what a graph gives that remembers nothing, and it is said to enter a course exactly where it moves it.

No belief is named here: all are asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numba
import numpy as np
import pytest

from contactline.case.beliefs import Fixed
from contactline.case.labels import TEMPO, TEMPO_MOST, belief_labels
from contactline.case.load import load_case
from contactline.case.scenario import Scenario
from contactline.case.schema import Case
from contactline.choice.held import reach
from contactline.core.graph import Graph
from contactline.core.keep import Store
from contactline.engine import lines
from contactline.engine.courses import COURSE, FIGHT_ON, OUTCOMES, Outcomes
from contactline.engine.fits import CLAIMS_FIT, FORECAST, SPACE_FIT, SPREAD, WEEKLY
from contactline.engine.ground import FRONT
from contactline.engine.inputs import CASE, LOADED, World
from contactline.engine.run import Run
from contactline.service.models import SLOTS
from contactline.service.nodes import all_nodes
from contactline.service.opened import opened, opened_graph
from contactline.support import adequacy
from contactline.truce import guarantee as guarantees
from contactline.war.source_bias import measured_beliefs

SCENARIO = Scenario(sets=4, support="us_intelligence_cut")
"""A support path that cuts something, so that what support moves is moved."""
RECORD = (FRONT, WEEKLY, SPREAD, CLAIMS_FIT, FORECAST, SPACE_FIT)
"""What is measured and fitted: dear, and the same whatever is believed, which a test says."""
NAMES = sorted(belief_labels(load_case(SCENARIO.case).case))


@pytest.fixture(scope="module")
def run():
    """The built-in case on a graph that remembers all that is asked of it, fronts fought with few, short paths."""
    patch, threads = pytest.MonkeyPatch(), numba.get_num_threads()
    numba.set_num_threads(1)  # a thousand small runs: waking a second thread takes longer than they do
    fitted = opened(opened_graph(), SCENARIO)
    known = remembering(fitted)
    patch.setattr(lines, "EACH", 1)
    patch.setattr(lines, "WEEKS", 60)
    yield opened(Graph(all_nodes(), known), SCENARIO)
    numba.set_num_threads(threads)
    patch.undo()


def remembering(run: Run) -> Store:
    """A store that remembers of a run what is measured and fitted, and nothing else."""
    graph, inputs, store = run.reads._graph, run.reads._inputs, Store()
    for node in RECORD:
        value, told = graph.entry(node, inputs)
        key, shape, _ = graph._found(node, inputs)
        store.learn(node.name, shape, key, told, 0.0)
        store.put(key, value, 0.0, disk=False)
    return store


def courses(run: Run, held: Mapping[str, float]) -> dict[str, Outcomes]:
    reads = run.reads.under({"held": held})
    return {name: reads.of(COURSE(name)) for name in run.runs}


def equal(one: Mapping[str, Outcomes], other: Mapping[str, Outcomes]) -> bool:
    return list(one) == list(other) and all(
        np.array_equal(one[course][name], other[course][name]) for course in one for name in OUTCOMES
    )


def fixed(case: Case, name: str, value: float) -> Case:
    """The case with one belief fixed; as it is for readings of supply and records of pledges, of which it says none."""
    certain = Fixed(kind="fixed", value=value)
    stem, _, rest = name.partition(".")
    if stem == "guarantee":
        own = [g.model_copy(update={"credibility": certain}) if g.id == rest else g for g in case.guarantees]
        return case.model_copy(update={"guarantees": tuple(own)})
    if stem == "support":
        capability, _, what = rest.partition(".")
        owns = []
        for c in case.capabilities:
            if c.id == capability and not what:
                c = c.model_copy(update={"elasticity": certain})
            elif c.id == capability:
                effects = [
                    e.model_copy(update={"elasticity": certain}) if e.moves == what else e for e in c.effects
                ]
                c = c.model_copy(update={"effects": tuple(effects)})
            owns.append(c)
        return case.model_copy(update={"capabilities": tuple(owns)})
    beliefs = [b.model_copy(update={"distribution": certain}) if b.name == name else b for b in case.beliefs]
    return case.model_copy(update={"beliefs": tuple(beliefs)})


class Redrawn(World):
    """Another case on the same evidence."""

    told = ""
    """What tells the case from others."""

    def _key(self, name: str) -> str:
        return {CASE: self.told, LOADED: self._case_key}.get(name) or super()._key(name)


def redrawn(run: Run, name: str, value: float, graph: Graph, monkeypatch) -> dict[str, Outcomes]:
    """Everything drawn again, from the same streams, for the case with that value fixed."""
    if name.startswith("pledge."):
        base = guarantees.base_credibility
        monkeypatch.setattr(
            "contactline.engine.design.base_credibility",
            lambda held, sets, streams: (
                np.full(sets, value) if f"pledge.{held.id}" == name else base(held, sets, streams)
            ),
        )
    if name.startswith("support.") and name.endswith(".reading"):
        key, sample = name.removeprefix("support."), adequacy.sample_elasticities
        monkeypatch.setattr(
            "contactline.engine.design.sample_elasticities",
            lambda case, sets, streams: sample(case, sets, streams) | {key: np.full(sets, value)},
        )
    if name == TEMPO:  # no case lists it: a scenario that holds it from the start
        world = World(graph, SCENARIO.holding(**{name: value}), run.case, run.loaded, slots=SLOTS)
        held = Run(graph.reads(world))
        return {course: held.runs[course] for course in held.runs}
    # Fronts are fought at levels of what the case itself states, whatever is held.
    named = lines._named
    monkeypatch.setattr(lines, "_named", lambda _case, belief: named(run.case, belief))
    case = fixed(run.case, name, value)
    measured = measured_beliefs(run.loaded.evidence("losses"), case)
    given = {"measured": {belief: found for belief, found in measured.items() if belief != name}}
    world = Redrawn(graph, SCENARIO, case, replace(run.loaded, case=case), given, SLOTS)
    world.told = f"{name} {value!r}"
    again = Run(graph.reads(world))
    return {course: again.runs[course] for course in again.runs}


@pytest.fixture(scope="module")
def held(run):
    """Belief → its two values and the courses with it held at each, all in turn on one graph."""
    labels = belief_labels(run.case)
    bounds = {belief.name: (belief.low, belief.high) for belief in run.case.beliefs}
    bounds[TEMPO] = (-TEMPO_MOST, TEMPO_MOST)
    found = {}
    for name in NAMES:
        values = reach(run.futures.column(name), labels[name].unit, *bounds.get(name, (None, None)))
        found[name] = [(float(value), courses(run, {name: float(value)})) for value in values]
    return found


def test_every_belief_drawn_has_a_label(run):
    stated = {f"guarantee.{guarantee.id}" for guarantee in run.case.guarantees}
    assert {*run.futures.beliefs, *stated} == set(NAMES)


def test_no_belief_reaches_what_is_measured_and_fitted(run):
    graph, inputs = run.reads._graph, run.reads._inputs
    for node in RECORD:
        assert not graph.inputs_of(node, inputs) & set(NAMES), node.name
    case = run.case
    for name in NAMES:
        case = fixed(case, name, 0.5)
    other = World(
        graph, SCENARIO, case, replace(run.loaded, case=case, digest="every belief fixed"), slots=SLOTS
    )
    for node in (FRONT, WEEKLY, SPREAD):
        same = graph.keep.content(graph.get(node, inputs)) == graph.keep.content(graph.get(node, other))
        assert same, node.name


@pytest.mark.parametrize("name", NAMES)
def test_held_is_the_same_as_redrawn_and_as_on_a_graph_that_remembers_nothing(run, held, name, monkeypatch):
    value, own = held[name][1]
    fresh = Graph(all_nodes(), remembering(run))
    anew = courses(Run(fresh.reads(World(fresh, SCENARIO, run.case, run.loaded, slots=SLOTS))), {name: value})
    assert equal(own, anew)
    assert equal(courses(run, {name: value}), anew)  # once more, after every other belief
    assert equal(own, redrawn(run, name, value, fresh, monkeypatch))


@pytest.mark.parametrize("name", NAMES)
def test_a_belief_enters_a_course_where_it_moves_it_and_nowhere_else(run, held, name):
    (_, low), (_, high) = held[name]
    moved = {c for c in low if any(not np.array_equal(low[c][o], high[c][o]) for o in OUTCOMES)}
    read = {course for course in low if name in run.reads.inputs_of(COURSE(course))}
    assert moved <= read, f"{name} moves {moved - read} and is not said to enter"
    # Fighting on works out the whole decision on a peace without terms, of which only the hazard at its start counts.
    idle = {FIGHT_ON} if moved else set()
    assert read - idle <= moved, f"{name} is read by {read - moved} and moves nothing there"
