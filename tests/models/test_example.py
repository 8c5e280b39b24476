"""The worked example of docs/models.md, as it stands there: installed, held to the laws on the real record, chosen."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from installing import Install

from contactline.case.load import load_case
from contactline.case.scenario import Scenario
from contactline.core.plugins import chosen
from contactline.core.streams import Streams
from contactline.service.models import SLOTS
from contactline.testing import check_laws, laws
from contactline.testing.paths import TempoGiven
from contactline.war.record import TempoRecord, tempo_record
from contactline.war.slots import TEMPO

DOCS = Path(__file__).resolve().parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "drift_tempo.py"
SECTION = (DOCS / "models.md").read_text(encoding="utf-8").split("## Replace a model")[1]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", SECTION, re.S)


@pytest.fixture
def scenario(install: Install, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    """A scenario that chooses the example, which is installed as the page's pyproject says."""
    about = tomllib.loads(blocks("toml")[0])["project"]
    entries = [f"{name} = {where}" for name, where in about["entry-points"]["contactline.models"].items()]
    install(about["name"], *entries, version=about["version"])
    monkeypatch.delitem(sys.modules, "drift_tempo", raising=False)
    monkeypatch.syspath_prepend(str(EXAMPLE.parent))
    return Scenario(models={"tempo": "drift"})


@pytest.fixture(scope="module")
def record() -> TempoRecord:
    loaded = load_case("ukraine_2025")
    return tempo_record(loaded.evidence("areas"), loaded.case.evidence.fit_from, loaded.case.as_of)


def test_the_page_shows_the_file_that_runs_in_thirty_lines():
    shown = blocks("python")[0]
    assert EXAMPLE.read_text(encoding="utf-8").endswith(shown)
    assert len([line for line in shown.splitlines() if line.strip()]) <= 30


def test_the_example_keeps_the_laws_on_the_real_record(scenario: Scenario, record: TempoRecord):
    face = chosen(TEMPO, scenario.models)
    for series in record.maps:
        held_to = check_laws("tempo", type(face.plugin.model), TempoGiven(record, series))
        assert held_to == tuple(law.name for law in laws("tempo"))


def test_the_tests_that_the_page_gives_an_author_pass(scenario: Scenario):
    asked: dict = {}
    exec(blocks("python")[1], asked)
    for law in laws("tempo"):
        asked["test_law"](law)


def test_the_example_is_chosen_and_predicts(scenario: Scenario, record: TempoRecord):
    net = chosen(TEMPO, scenario.models).fit(record, record.maps[0], Streams(0)).predict(52, 4000, Streams(0))
    recent = np.nanmean(record.net[-4:, 0])
    assert net.shape == (4000, 52)
    assert abs(net[:, 0].mean() - recent) < 5.0
    assert net[:, -1].std() > 2 * net[:, 0].std()


def test_a_drift_that_is_known_is_found(scenario: Scenario, record: TempoRecord):
    rng = np.random.default_rng(1)
    walk = 20.0 + np.cumsum(0.5 + 2.0 * rng.standard_normal(2000)) + 5.0 * rng.standard_normal(2000)
    long = TempoRecord(
        np.arange(2000).astype("datetime64[D]"), ("m",), walk[:, None], np.zeros((2000, 1), bool)
    )
    fitted = chosen(TEMPO, scenario.models).fit(long, "m", Streams(0)).fitted
    assert fitted.drift == pytest.approx(0.5, abs=3 * fitted.error)
    assert fitted.step == pytest.approx(2.0, rel=0.25) and fitted.reading == pytest.approx(5.0, rel=0.1)


def test_the_pages_table_names_every_slot_and_its_default():
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|.*\| `([\w.]+)` \|$", SECTION, re.M)
    assert [(slot, default) for slot, default, _ in rows] == [(slot.name, slot.default) for slot in SLOTS]
    for slot, (_, _, protocol) in zip(SLOTS, rows, strict=True):
        module, _, name = f"contactline.{protocol}".rpartition(".")
        asked = getattr(__import__(module, fromlist=[name]), name)
        assert all(hasattr(asked, method) for method in slot.methods)
