"""What can be asked and what comes back: a question is a frozen record with a JSON schema, an answer says how it came.

`contactline.service.questions` lists every question there is; `Session.ask` answers them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from contactline.core import notebook

if TYPE_CHECKING:
    from contactline.service.session import Asked

A = TypeVar("A")


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
