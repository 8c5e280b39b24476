"""The engine runs on the models that a scenario chooses, remembers which, and recomputes what they reach."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from installing import Install

from contactline.case.scenario import FUTURES, Scenario
from contactline.core.errors import ModelError, UnknownNameError
from contactline.core.graph import Graph, watching
from contactline.core.plugins import chosen
from contactline.core.streams import Streams
from contactline.engine.courses import COURSE, FIGHT_ON
from contactline.engine.fits import WEEKLY
from contactline.engine.luck import CLAIMS_POOL
from contactline.engine.run import Run
from contactline.engine.tempo import NET_POOL
from contactline.service.opened import opened, opened_graph
from contactline.war.slots import TEMPO

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "drift_tempo.py"
OTHERS = """
import numpy as np
class Never:
    id, label = "never", "fighting never ends by itself"
    def hazard(self, beliefs, sets):
        return np.zeros(sets)
class Bad:
    id, label = "bad", "fewer than nobody falls"
    def fit(self, claims, streams):
        return self
    def predict(self, weeks, draws, streams):
        return -np.ones((draws, weeks))
"""
SCENARIO = Scenario(case="borderland", sets=8, futures=5, weeks=52, models={"tempo": "drift"})


@pytest.fixture(scope="module")
def graph() -> Graph:
    return opened_graph()


@pytest.fixture(autouse=True)
def plug_ins(install: Install) -> None:
    install(
        "drift-tempo", "tempo.drift = drift_tempo:DriftTempo", drift_tempo=EXAMPLE.read_text(encoding="utf-8")
    )
    install(
        "others", "ending.never = others_of_it:Never", "losses.bad = others_of_it:Bad", others_of_it=OTHERS
    )


def run(graph: Graph, **models: str) -> Run:
    return opened(graph, Scenario(**{**vars(SCENARIO), "models": {"tempo": "drift", **models}}))


def test_the_chosen_tempo_is_the_headline(graph: Graph):
    now = run(graph)
    record = now.reads.of(WEEKLY)
    fitted = chosen(TEMPO, SCENARIO.models).fit(record.tempo, record.series, Streams(0))
    assert np.array_equal(now.reads.of(NET_POOL("headline")), fitted.predict(52, 8 * FUTURES, Streams(0)))
    assert now.reads.inputs_of(NET_POOL("headline")) >= {"model.tempo"}
    assert "model.losses" not in now.reads.inputs_of(NET_POOL("headline"))
    assert "model.tempo" not in now.reads.inputs_of(CLAIMS_POOL)


def test_another_model_recomputes_what_reads_it_and_nothing_else(graph: Graph):
    before = run(graph).reads.of(COURSE(FIGHT_ON))
    with watching() as work:
        after = run(graph, ending="never").reads.of(COURSE(FIGHT_ON))
    assert "course[fight_on]" in work.made and not {name for name in work.made if name.startswith("fit.")}
    assert after["weeks_of_war"].min() == 52 > before["weeks_of_war"].min()
    with watching() as work:
        again = run(graph, ending="constant").reads.of(COURSE(FIGHT_ON))
    assert all(np.array_equal(again[name], before[name]) for name in before)


def test_every_slot_of_the_engine_reaches_a_course(graph: Graph):
    now = run(graph)
    read = now.reads.inputs_of(COURSE(now.case.default_proposals[0]))
    slots = ("tempo", "losses", "capture", "collapse", "ending", "credibility", "breakdown")
    assert {name for name in read if name.startswith("model.")} == {f"model.{slot}" for slot in slots}


def test_a_model_that_breaks_its_slots_law_ends_the_run_with_its_name(graph: Graph):
    with pytest.raises(
        ModelError, match=r"model 'bad' of slot 'losses' \(others 0\.1\): predict gave -1; allowed is"
    ):
        run(graph, losses="bad").reads.of(COURSE(FIGHT_ON))


def test_names_are_checked_before_anything_is_read(graph: Graph):
    with pytest.raises(UnknownNameError, match="unknown model of slot 'capture' 'logti': did you mean logit"):
        run(graph, capture="logti")
