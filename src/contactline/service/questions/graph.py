"""What depends on what: the graph as the runs of this machine have recorded it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contactline.case.labels import belief_labels
from contactline.core.errors import UnknownNameError
from contactline.core.graph import Graph, digest, parsed
from contactline.service.question import Asked, Question

EMPTY = "Nothing has been computed on this machine yet, so what reads what is not known: run `contactline assess`."
LONGEST = 40
"""Characters of a node's arguments that are shown; longer ones are cut to a short digest."""


@dataclass(frozen=True)
class Known:
    """A node as runs have recorded it.

    name : with its arguments, long ones shortened; says : what it is; seconds : of its own, when it last ran
    kept : results of it that can be had without computing; reads, inputs : nodes and inputs that it reads itself
    """

    name: str
    says: str
    seconds: float | None
    kept: int
    reads: tuple[str, ...]
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Dependencies:
    """Nodes, in the order in which they build on each other.

    about : the belief, input or node that was asked for, empty for all; says : what that is
    direct : names of those that read it themselves; nodes : those that depend on it (of a node: what it builds on)
    """

    about: str
    kind: str
    says: str
    direct: tuple[str, ...]
    nodes: tuple[Known, ...]
    notes: tuple[str, ...] = ()


class Dependence(Question[Dependencies]):
    """What there is to compute; what depends on a belief or another input; what a node builds on.

    name : of a belief of the scenario's case, of an input such as seed or case, or of a node; None for everything
    """

    name: str | None = None

    def answer(self, asked: Asked) -> Dependencies:
        """From the record of all runs kept on this machine. Raises UnknownNameError for what is none of these."""
        graph = asked.session.graph
        recorded = recorded_reads(graph)
        nodes = known_nodes(graph, recorded)
        notes = () if recorded else (EMPTY,)
        if self.name is None:
            return Dependencies("", "all", "Everything that is computed", (), tuple(nodes.values()), notes)
        labels = belief_labels(asked.loaded.case)
        inputs = {name for known in nodes.values() for name in known.inputs}
        wanted = [name for name in nodes if self.name in (name, name.partition("[")[0])]
        if wanted:
            below = _closure(wanted, {name: known.reads for name, known in nodes.items()})
            chosen = tuple(known for name, known in nodes.items() if name in below)
            says = graph.named(self.name).doc
            return Dependencies(self.name, "node", says, tuple(wanted), chosen, notes)
        if self.name in labels or self.name in inputs:
            direct = tuple(name for name, known in nodes.items() if self.name in known.inputs)
            above = _closure(direct, _turned({name: known.reads for name, known in nodes.items()}))
            chosen = tuple(known for name, known in nodes.items() if name in above)
            kind = "belief" if self.name in labels else "input"
            says = labels[self.name].label if self.name in labels else "an input of the run"
            return Dependencies(self.name, kind, says, direct, chosen, notes)
        raise UnknownNameError(
            "belief, input or node", self.name, {*labels, *inputs, *graph.families, *nodes}
        )


def recorded_reads(graph: Graph) -> dict[str, set[str]]:
    """Node → every name that any of its recorded runs read."""
    return {name: {one for shape in graph.keep.shapes(name) for one in shape} for name in graph.keep.names()}


def known_nodes(graph: Graph, recorded: Mapping[str, set[str]]) -> dict[str, Known]:
    """Shown name → node: those recorded, and families that have not run; each after what it builds on."""
    found: dict[str, Known] = {}
    names = {name for name in recorded if name.partition("[")[0] in graph.families}
    idle = set(graph.families) - {name.partition("[")[0] for name in names}
    counts = graph.keep.counts()
    for name in _in_order(names | idle, recorded):
        below = {parsed(one)[::2] for one in recorded.get(name, set())}
        reads = {shown(bare) for mark, bare in below if mark == "@"}
        inputs = {bare for mark, bare in below if mark != "@"}
        own = Known(
            shown(name), graph.named(name).doc, graph.keep.seconds(name), counts.get(name, 0), tuple(sorted(reads)),
            tuple(sorted(inputs)),
        )  # fmt: skip
        found[own.name] = own
    return found


def shown(name: str) -> str:
    """A node's name as people read it: long arguments, such as who holds each cell, as a short digest."""
    family, _, rest = name.partition("[")
    if not rest:
        return name
    parts = [
        part if len(part) <= LONGEST else f"…{digest(part)[:6]}" for part in rest.removesuffix("]").split(",")
    ]
    return f"{family}[{','.join(parts)}]"


def _in_order(names: set[str], recorded: Mapping[str, set[str]]) -> list[str]:
    """Names so that each comes after what it reads, else by name."""
    done: dict[str, None] = {}

    def add(name: str, above: frozenset[str]) -> None:
        if name in done or name in above:
            return
        for one in sorted(recorded.get(name, set())):
            mark, _, bare = parsed(one)
            if mark == "@" and bare in names:
                add(bare, above | {name})
        done[name] = None

    for name in sorted(names):
        add(name, frozenset())
    return list(done)


def _turned(reads: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, below in reads.items():
        for one in below:
            found.setdefault(one, []).append(name)
    return {name: tuple(above) for name, above in found.items()}


def _closure(first: list[str] | tuple[str, ...], arrows: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    open_ = list(first)
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += arrows.get(name, ())
    return found
