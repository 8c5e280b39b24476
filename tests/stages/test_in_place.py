"""What a node hands over is never changed by what reads it, and what is kept of it is all of it."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from contactline.case.scenario import Scenario
from contactline.core.graph import Graph
from contactline.core.keep import Store
from contactline.core.plain import UnplainError, content, from_bytes, to_bytes
from contactline.core.progress import Stages
from contactline.service.assemble import assembled
from contactline.service.nodes import all_nodes
from contactline.service.opened import opened

SCENARIO = Scenario(case="borderland", sets=4)


class Watched(Store):
    """A store that notes what each result was when it came in."""

    def __init__(self) -> None:
        super().__init__(memory=4_000_000_000)
        self.came: dict[str, str] = {}
        self.kept: dict[str, str] = {}
        self.names: dict[str, str] = {}

    def put(self, key: str, value: Any, seconds: float, *, disk: bool) -> None:
        try:
            self.came[key] = content(value)
        except UnplainError as error:
            self.came[key] = str(error)
        if disk:
            self.kept[key] = self.came[key]
        super().put(key, value, seconds, disk=disk)

    def learn(self, name: str, *rest: Any) -> None:
        self.names[rest[1]] = name
        super().learn(name, *rest)


@pytest.fixture(scope="module")
def watched() -> Watched:
    """A store that has seen a whole assessment of the invented case."""
    store = Watched()
    assembled(opened(Graph(all_nodes(), store), SCENARIO), SCENARIO, Stages(Console(stderr=True), quiet=True))
    return store


def test_no_result_is_changed_after_it_was_handed_out(watched: Watched):
    assert len(watched.came) > 100
    for key, was in watched.came.items():
        try:
            now = content(watched.get(key))
        except UnplainError as error:
            now = str(error)
        assert now == was, watched.names[key]


def test_every_result_that_is_to_be_kept_can_be_and_comes_back_as_it_was(watched: Watched):
    for key, was in watched.kept.items():
        value = watched.get(key)
        assert content(from_bytes(to_bytes(value))) == was, watched.names[key]
        assert type(from_bytes(to_bytes(value))) is type(value), watched.names[key]
