"""What can be asked and what comes back: a question is a frozen record with a JSON schema, an answer says how it came.

`contactline.service.questions` lists every question there is; `Session.ask` answers them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from contactline.case.load import LoadedCase, load_case
from contactline.case.scenario import Scenario
from contactline.core import notebook
from contactline.core.graph import Graph
from contactline.core.progress import Stages
from contactline.engine.run import Run

A = TypeVar("A")


class Opener(Protocol):
    """What opens scenarios: a session."""

    stages: Stages

    @property
    def graph(self) -> Graph:
        """What is computed from what."""

    def ready(self, scenario: Scenario) -> Run:
        """The run of a scenario."""


@dataclass
class Asked:
    """A question being answered: the session, the scenario, and what is noted on the way."""

    session: Opener
    scenario: Scenario
    named: bool = True
    """Whether the asker named a scenario; if not, a question about a saved run takes the run's."""
    notes: list[str] = field(default_factory=list)

    @property
    def stages(self) -> Stages:
        """Where progress is shown."""
        return self.session.stages

    @cached_property
    def loaded(self) -> LoadedCase:
        """The scenario's case."""
        return load_case(self.scenario.case)

    def about(self, scenario: Scenario) -> Asked:
        """The same question about another scenario; what is noted there is noted here."""
        return Asked(self.session, scenario, True, self.notes)

    def ready(self) -> Run:
        """The run of the scenario."""
        return self.session.ready(self.scenario)


class Question(BaseModel, Generic[A]):
    """Base of every question: unknown fields are errors, values cannot be reassigned; A is what an answer holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def answer(self, asked: Asked) -> A:
        """What follows from the scenario of `asked`. Raises InputError and its kin for what the asker can mend."""
        raise NotImplementedError


@dataclass(frozen=True)
class Answer(Generic[A]):
    """The value of an answer, and how it came.

    notes : what the reader must know; reused, recomputed : names of what was kept and of what was worked out for it
    seconds : wall time that it took
    """

    value: A
    notes: tuple[str, ...]
    reused: tuple[str, ...]
    recomputed: tuple[str, ...]
    seconds: float

    def __repr__(self) -> str:
        return notebook.line("Answer", f"{type(self.value).__name__}, {self._about()}")

    def _repr_html_(self) -> str:
        shown: Any = getattr(self.value, "_repr_html_", None)
        return notebook.html("Answer", self._about(), more=self.notes) + (shown() if shown else "")

    def _about(self) -> str:
        return f"{self.seconds:.2g} s, {len(self.reused)} parts reused, {len(self.recomputed)} recomputed"
