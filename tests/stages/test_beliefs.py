"""Every belief of the built-in case: held at a value it gives what a case with that value fixed gives, draw by draw,
and it is said to enter a course exactly where it moves it. No belief is named here: all are asked."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from contactline.core.reads import reading

from contactline.case.beliefs import Fixed
from contactline.case.labels import belief_labels
from contactline.case.load import load_case
from contactline.case.scenario import FUTURES
from contactline.case.schema import Case
from contactline.choice.held import reach
from contactline.engine import lines as falls
from contactline.engine import setup
from contactline.engine.courses import FIGHT_ON, OUTCOMES, accept, fight_on
from contactline.engine.futures import Futures, draw_futures
from contactline.support import adequacy
from contactline.truce import guarantee as guarantees

SETS, WEEKS, PATH = 4, 260, "us_intelligence_cut"
IDLE = {"truce.peacetime_strength", "truce.renewed_tempo_rebuild", "war.tempo_strength"}
"""Read and without effect in one of the courses: fighting on reads the decision on a peace without terms, of which only
the hazard at its start counts, and the cap of the 28 points lies below any peacetime strength drawn. That simulated
fronts read a belief is not held against it here: few and short ones are fought."""


@pytest.fixture(scope="module")
def world():
    """The built-in case under a support path that cuts something, fronts fought with few and short trajectories."""
    patch, threads = pytest.MonkeyPatch(), numba.get_num_threads()
    numba.set_num_threads(1)  # a thousand small runs: waking a second thread takes longer than they do
    patch.setattr(falls, "TRAJECTORIES", 12)
    patch.setattr(falls, "WEEKS", 60)
    ready = setup.make_ready(
        "ukraine_2025", proposals=(), draws=SETS * FUTURES, seed=0, weeks=WEEKS, support_path=PATH
    )
    yield ready
    numba.set_num_threads(threads)
    patch.undo()


def courses(ready, futures: Futures) -> dict[str, dict[str, np.ndarray]]:
    case, theatre = ready.loaded.case, ready.measured.theatre
    runs = {FIGHT_ON: fight_on(case, theatre, futures)}
    return runs | {name: accept(case, theatre, own, futures) for name, own in ready.settlements.items()}


def fixed(case: Case, name: str, value: float) -> Case | None:
    """The case with one belief fixed where its text can say so; None for readings of supply and records of pledges."""
    certain = Fixed(kind="fixed", value=value)
    stem, _, rest = name.partition(".")
    if stem == "guarantee":
        own = [g.model_copy(update={"credibility": certain}) if g.id == rest else g for g in case.guarantees]
        return case.model_copy(update={"guarantees": tuple(own)})
    if stem == "pledge":
        return None
    if stem == "support":
        capability, _, what = rest.partition(".")
        if what == "reading":
            return None
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


def redrawn(ready, name: str, value: float, monkeypatch) -> Futures:
    """All futures drawn again, from the same streams, for the case with that value fixed."""
    case, streams, drawn = fixed(ready.loaded.case, name, value), ready.streams, ready.outlook.futures
    if case is None and name.startswith("pledge."):
        base = guarantees.base_credibility
        monkeypatch.setattr(
            "contactline.choice.futures.base_credibility",
            lambda held, *given: np.full(SETS, value) if f"pledge.{held.id}" == name else base(held, *given),
        )
    elif case is None:
        key, sample = name.removeprefix("support."), adequacy.sample_elasticities
        monkeypatch.setattr(
            "contactline.choice.futures.sample_elasticities",
            lambda *given: sample(*given) | {key: np.full(SETS, value)},
        )
    return draw_futures(
        case or ready.loaded.case, drawn.net, drawn.claimed, drawn.support, streams,
        measured={n: q for n, q in ready.bias.items() if n != name}, lines=drawn.lines,
    )  # fmt: skip


NAMES = sorted(belief_labels(load_case("ukraine_2025").case))


@pytest.fixture(scope="module")
def held(world):
    """Belief → its two values and the courses with it held at each."""
    futures, labels = world.outlook.futures, belief_labels(world.loaded.case)
    bounds = {belief.name: (belief.low, belief.high) for belief in world.loaded.case.beliefs}
    found = {}
    for name in NAMES:
        values = reach(futures.column(name), labels[name].unit, *bounds.get(name, (None, None)))
        found[name] = [(value, courses(world, futures.with_belief(name, value))) for value in values]
    return found


@pytest.fixture(scope="module")
def read(world):
    """Course → beliefs that it reads."""
    case, theatre, futures = world.loaded.case, world.measured.theatre, world.outlook.futures
    found = {}
    with reading() as found[FIGHT_ON]:
        fight_on(case, theatre, futures)
    for course, settlement in world.settlements.items():
        with reading() as found[course]:
            accept(case, theatre, settlement, futures)
    return found


def test_every_belief_drawn_has_a_label(world):
    futures = world.outlook.futures
    assert {*futures.beliefs, *futures.guarantees} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_held_is_the_same_as_redrawn(world, held, name, monkeypatch):
    value, own = held[name][1]
    again = courses(world, redrawn(world, name, value, monkeypatch))
    for course, outcomes in own.items():
        for outcome in OUTCOMES:
            assert np.array_equal(outcomes[outcome], again[course][outcome]), (course, outcome, value)


@pytest.mark.parametrize("name", NAMES)
def test_a_belief_enters_a_course_where_it_moves_it_and_nowhere_else(world, held, read, name):
    (_, low), (_, high) = held[name]
    for course in low:
        moves = any(not np.array_equal(low[course][o], high[course][o]) for o in OUTCOMES)
        assert not moves or name in read[course], f"{name} moves {course} and is not said to enter it"
        if name in read[course] and not moves:
            assert name in IDLE or name in world.outlook.futures.line_reads, (
                f"{name} is read and moves nothing"
            )
