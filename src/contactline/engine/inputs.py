"""A scenario as the graph reads it: its fields, the case, and every belief as drawn or as held."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from contactline.case.labels import TEMPO, belief_labels
from contactline.case.load import LoadedCase
from contactline.case.scenario import Scenario, Value, check
from contactline.case.schema import Case
from contactline.core.errors import UnknownNameError
from contactline.core.graph import Graph, Overlay, Reads, Shape, digest
from contactline.core.plain import UnplainError, content
from contactline.core.plugins import Slot, check_models, model_key
from contactline.core.streams import Streams
from contactline.engine.design import DESIGN, Design, slices
from contactline.engine.tempo import DRAWN

FIELDS = ("seed", "sets", "futures", "weeks", "support", "proposals", "levers")
MOST_VARIANTS = 256

CASE, LOADED = "case", "loaded"
FIXED = "fixed."
"""Before the name of something drawn: a number that stands in its place in every draw, such as fixed.honour_luck."""
MODEL = "model."
"""Before the name of a slot: the model that is chosen for it; its key says the version of its code."""
GIVEN = "given."
"""Before the name of something computed: what stands in its place, for worlds made up in a test."""
FIRST = "first"
"""Of how many belief sets the results are asked for: all, or the first few."""


class World:
    """The inputs of a run (core/graph.py, Inputs).

    Names: the fields of the scenario, `case`, `loaded`, `first`, every belief (ndarray[set], in its unit), `fixed.…`
    and `given.…`. A belief is known by its content: who drew it does not matter to what reads it.

    Raises UnknownNameError and InputError for a scenario that does not fit the case.
    """

    def __init__(
        self,
        graph: Graph,
        scenario: Scenario,
        case: Case,
        loaded: LoadedCase | None = None,
        given: Mapping[str, Any] | None = None,
        slots: Iterable[Slot[Any]] = (),
    ) -> None:
        self.graph, self.case, self.loaded = graph, case, loaded
        self.scenario = replace(scenario, proposals=check(scenario, case))
        self.first = scenario.sets
        self.fixed: dict[str, float] = {}
        self.given = dict(given or {})
        self.slots = {slot.name: slot for slot in slots}
        check_models(self.slots.values(), scenario.models)
        self.memo: dict[str, tuple[str, Shape, str]] = {}
        self._variants: dict[str, World] = {}
        self._columns: dict[str, np.ndarray] = {}
        self._keys: dict[str, str] = {}
        self._design: Design | None = None
        self._case_key = loaded.digest if loaded is not None else digest(case.model_dump_json())

    @property
    def design(self) -> Design:
        """Beliefs as drawn, before any is held."""
        if self._design is None:
            self._design = self.graph.get(DESIGN, self)
        return self._design

    @property
    def identity(self) -> str:
        """See Inputs."""
        given = [(name, self.key(GIVEN + name)) for name in sorted(self.given)]
        return digest(self._case_key, self.scenario.digest, self.first, sorted(self.fixed.items()), given)

    def has(self, name: str) -> bool:
        """See Inputs."""
        if name.startswith(FIXED):
            return name.removeprefix(FIXED) in self.fixed
        if name.startswith(GIVEN):
            return name.removeprefix(GIVEN) in self.given
        return name in dict(self.scenario.held) or name == TEMPO or name in self.design.columns

    def key(self, name: str) -> str:
        """See Inputs."""
        if name not in self._keys:
            self._keys[name] = self._key(name)
        return self._keys[name]

    def value(self, name: str) -> Any:
        """See Inputs."""
        if name in FIELDS:
            return getattr(self.scenario, name)
        if name == CASE:
            return self.case
        if name == LOADED:
            return self.loaded
        if name == FIRST:
            return self.first
        if name.startswith(MODEL):
            return self._model(name)
        if name.startswith(FIXED):
            return self.fixed[name.removeprefix(FIXED)]
        if name.startswith(GIVEN):
            return self.given[name.removeprefix(GIVEN)]
        return self.column(name)

    def under(self, overlay: Overlay) -> World:
        """The same with other values of `held` (added to what is held), `support`, `futures`, `first`, `fixed` (added),
        `levers`. Raises UnknownNameError and InputError."""
        name = json.dumps(overlay, sort_keys=True)
        if name not in self._variants:
            while len(self._variants) >= MOST_VARIANTS:
                self._variants.pop(next(iter(self._variants)))
            self._variants[name] = self._varied(dict(overlay))
        return self._variants[name]

    def names(self) -> Iterator[str]:
        """Every belief that the case draws, the tempo, and those that a reader holds."""
        yield from sorted({*self.design.columns, TEMPO, *dict(self.scenario.held)})

    def column(self, name: str) -> np.ndarray:
        """A belief : ndarray[set], the first sets alone where these are asked for. Raises UnknownNameError."""
        if name not in self._columns:
            held = dict(self.scenario.held)
            if name in held:
                found = _held(name, held[name], self.scenario.sets, Streams(self.scenario.seed))
            elif name == TEMPO:
                found = self.graph.get(DRAWN, self).value
            elif name in self.design.columns:
                found = self.design.columns[name]
            else:
                raise UnknownNameError("belief", name, belief_labels(self.case))
            self._columns[name] = found[: self.first]
        return self._columns[name]

    def _varied(self, overlay: dict[str, Any]) -> World:
        scenario = self.scenario
        if "held" in overlay:
            held = {name: tuple(v) if isinstance(v, list) else v for name, v in overlay.pop("held").items()}
            scenario = scenario.holding(**held)
            for name in held:
                if name not in belief_labels(self.case):
                    raise UnknownNameError("belief", name, belief_labels(self.case))
        first, fixed = overlay.pop("first", self.first), self.fixed | overlay.pop("fixed", {})
        if overlay:
            scenario = replace(scenario, **overlay)
        varied = World.__new__(World)
        varied.__dict__ = self.__dict__ | {
            "scenario": scenario, "first": min(first, scenario.sets), "fixed": fixed, "memo": {}, "_variants": {},
            "_columns": {}, "_keys": {},
        }  # fmt: skip
        if varied.first == self.first:  # a belief that neither holds is the same column in both
            changed = {name for name, _ in {*self.scenario.held} ^ {*scenario.held}}
            varied._columns = {n: c for n, c in self._columns.items() if n not in changed}
            varied._keys = {
                n: k for n, k in self._keys.items() if n in varied._columns or n in (CASE, LOADED)
            }
        return varied

    def _model(self, name: str) -> str:
        slot = name.removeprefix(MODEL)
        if slot not in self.slots:
            raise UnknownNameError("model slot", slot, self.slots)
        return dict(self.scenario.models).get(slot, self.slots[slot].default)

    def _key(self, name: str) -> str:
        if name in (CASE, LOADED):
            return self._case_key
        if name in FIELDS or name == FIRST:
            return repr(self.value(name))
        if name.startswith(MODEL):
            return f"= {model_key(name.removeprefix(MODEL), self.scenario.models)}"
        if name.startswith((FIXED, GIVEN)):
            return digest(_content(self.value(name))) if self.has(name) else "-"
        try:
            return _content(self.column(name))
        except UnknownNameError:
            return "-"


class Beliefs(Mapping[str, np.ndarray]):
    """Beliefs as a reader sees them, one row a draw : name → ndarray[draw]; what is asked for is recorded.

    prefix : only names that begin so are there, and without it
    """

    def __init__(self, reads: Reads, futures: int, names: tuple[str, ...], prefix: str = "") -> None:
        self._reads, self._futures, self._names, self._prefix = reads, futures, names, prefix
        self._known: dict[str, np.ndarray] = {}

    @property
    def draws(self) -> int:
        """Number of rows of each column."""
        return int(self._reads["first"]) * self._futures

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._known:
            self._known[name] = np.repeat(self._reads[self._prefix + name], self._futures)
        return self._known[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The belief, or the default where there is none of that name."""
        if name in self:
            return self[name]
        return default

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._prefix + name in self._reads

    def __iter__(self) -> Iterator[str]:
        return (name.removeprefix(self._prefix) for name in self._names if name.startswith(self._prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _held(name: str, value: Value, sets: int, streams: Streams) -> np.ndarray:
    """A held belief : ndarray[set]; over a range evenly, in the order of the belief's own slices of probability."""
    if not isinstance(value, tuple):
        return np.full(sets, float(value))
    low, high = value
    return low + (high - low) * slices(f"belief.{name}", sets, streams)


def _content(value: Any) -> str:
    try:
        return content(value)
    except UnplainError:
        return digest(repr(value))
