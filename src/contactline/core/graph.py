"""What depends on what: everything computed is a node, and what a node reads is recorded while it runs.

A node asks for its inputs through `Reads`, by name, and for other nodes by `of`; nothing else may reach it. Its key is
the digest of its code and of what it read, so a change recomputes what read it and nothing else, "what enters this
answer" is looked up, and equal work is done once: in this process, in another (`core.keep`), on another machine.

A later run finds a result without running: the lists of names that earlier runs of the node read are tried in turn,
and where the keys that those names have now make up a key known from before, the result kept under it is the one that
a run would give, since a run reads on only by what it has read.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Generic, Protocol, TypeVar, cast

from contactline.core.blocks import threads
from contactline.core.code import code_of
from contactline.core.errors import ContactlineError, UnknownNameError

T = TypeVar("T")
MISSING: Any = object()
"""What a keep answers where it has no result."""

Overlay = Mapping[str, Any]
"""Fields of the inputs that a node asks about at other values than its own: name → value, plain JSON values."""
Shape = tuple[str, ...]
"""The names that a run read: of inputs as they are, `?name` for whether there is one, `@node` for another node,
`@{overlay}node` for one under other inputs."""


def digest(*parts: object) -> str:
    """SHA-256 over plain values, 32 hex digits."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Node(Generic[T]):
    """A thing that is computed: `make(reads, *args)`.

    args : plain texts that tell nodes of one family apart, such as a proposal
    by_content : readers depend on what the result is and not on how it was made: for what is cheap to make and feeds
    what is not, so that a change which does not reach the result ends there
    shared : two processes do not compute it at the same time: for what takes seconds
    """

    family: str
    make: Callable[..., T]
    args: tuple[str, ...] = ()
    by_content: bool = False
    shared: bool = False
    kept: bool = True
    """False where making it anew is quicker than reading it: it is then held in memory alone."""

    def __post_init__(self) -> None:
        if any(getattr(self.make, part, None) for part in ("__closure__", "__defaults__", "__kwdefaults__")):
            raise TypeError(
                f"node {self.family!r}: its function closes over values, which no key can tell apart"
            )
        if any(set("[],@{}") & set(part) for part in (self.family, *self.args)):
            raise TypeError(
                f"node {self.family!r}: a name or an argument holds one of [ ] , @ {{ }}: {self.args}"
            )

    @cached_property
    def name(self) -> str:
        """Family and arguments, such as course[us_28]."""
        return f"{self.family}[{','.join(self.args)}]" if self.args else self.family

    @property
    def doc(self) -> str:
        """The first line of its function's docstring."""
        return (self.make.__doc__ or "").strip().split("\n")[0]

    @cached_property
    def code(self) -> str:
        """Digest of the function's module and of all that it imports of the package."""
        return code_of(self.make.__module__)

    def __call__(self, *args: str) -> Node[T]:
        """The member of the family with these arguments."""
        return Node(self.family, self.make, tuple(map(str, args)), self.by_content, self.shared, self.kept)


def node(
    family: str, *, by_content: bool = False, shared: bool = False, kept: bool = True
) -> Callable[[Callable[..., T]], Node[T]]:
    """Decorator: a module-level function as a node of that name; see Node."""

    def made(make: Callable[..., T]) -> Node[T]:
        return Node(family, make, (), by_content, shared, kept)

    return made


class Inputs(Protocol):
    """What a scenario gives the graph; it never changes."""

    memo: dict[str, tuple[str, Shape, str]]
    """For the graph's own use: name of node → key, what was read and what readers are told, once they are known."""

    @property
    def identity(self) -> str:
        """What the inputs are as a whole: the same text for the same inputs, whoever made them."""

    def key(self, name: str) -> str:
        """What an input is, in short; "-" for a name that there is not."""

    def value(self, name: str) -> Any:
        """An input. Raises UnknownNameError for a name that there is not."""

    def has(self, name: str) -> bool:
        """Whether there is an input of that name."""

    def under(self, overlay: Overlay) -> Inputs:
        """The same with fields at other values. Raises InputError and its kin for what is not allowed."""


class Keep(Protocol):
    """Where results and what is known of runs lie; `core.keep.Store` is one."""

    def get(self, key: str) -> Any:
        """The result kept under a key; MISSING if it is not there any more."""

    def put(self, key: str, value: Any, seconds: float, *, disk: bool) -> None:
        """Keep a result that took so many seconds."""

    def once(self, claim: str, *, shared: bool) -> Any:
        """A context in which no other thread, and if shared no other process, is inside with the same claim."""

    def shapes(self, name: str) -> list[Shape]:
        """Lists of names that runs of a node have read, the latest first."""

    def learn(self, name: str, shape: Shape, key: str, told: str, seconds: float) -> None:
        """Remember a run: what it read, its key, what its readers are told of it, and the seconds it took."""

    def told(self, key: str) -> str | None:
        """What readers of the result under this key are told; None where no run had it."""

    def flush(self) -> None:
        """Write down what has been learnt."""

    def names(self) -> list[str]:
        """Nodes of which runs are known."""

    def counts(self) -> dict[str, int]:
        """Node → number of results of it that can be had without computing."""

    def seconds(self, name: str) -> float | None:
        """Seconds of its own that the latest run of a node took; None where none is known."""

    notices: list[str]
    """Lines for the reader on what could not be used."""

    def content(self, value: Any) -> str:
        """Digest of what a result is."""


@dataclass
class Work:
    """What was done while it was watched: name of node → seconds of its own for those made anew; those reused."""

    made: dict[str, float] = field(default_factory=dict)
    reused: set[str] = field(default_factory=set)
    begun: Callable[[str], None] | None = None
    """Called with a node's name before it is made."""


_watched: ContextVar[Work | None] = ContextVar("_watched", default=None)


@contextmanager
def watching(begun: Callable[[str], None] | None = None) -> Iterator[Work]:
    """Collect what is made and reused inside the block."""
    work = Work(begun=begun)
    token = _watched.set(work)
    try:
        yield work
    finally:
        _watched.reset(token)


class Reads:
    """What a running node sees: inputs by name, other nodes by `of`; every question is recorded."""

    def __init__(
        self, graph: Graph, inputs: Inputs, seen: dict[str, str] | None = None, overlay: Overlay | None = None
    ):
        self._graph, self._inputs, self._overlay = graph, inputs, dict(overlay or {})
        self.seen: dict[str, str] = {} if seen is None else seen
        self._tag = json.dumps(self._overlay, sort_keys=True) if self._overlay else ""
        self.inside = 0.0
        """Seconds spent in other nodes."""

    def __getitem__(self, name: str) -> Any:
        """An input."""
        self.seen[self._marked("", name)] = self._inputs.key(name)
        return self._inputs.value(name)

    def get(self, name: str, default: Any = None) -> Any:
        """An input, or the default where there is none of that name."""
        if name in self:
            return self[name]
        return default

    def __contains__(self, name: object) -> bool:
        found = self._inputs.has(str(name))
        self.seen[self._marked("?", str(name))] = str(found)
        return found

    def of(self, node: Node[T]) -> T:
        """The result of another node on the same inputs."""
        began = time.perf_counter()
        value, self.seen[self._marked("@", node.name)] = self._graph.entry(node, self._inputs)
        self.inside += time.perf_counter() - began
        return value

    def inputs_of(self, node: Node[Any]) -> frozenset[str]:
        """Names of the inputs that reach another node, of beliefs and of everything else."""
        self.of(node)
        return self._graph.inputs_of(node, self._inputs)

    def under(self, overlay: Overlay) -> Reads:
        """The same with some inputs at other values; what is read through it counts as read here."""
        return _Under(self, self._inputs.under(overlay), _merged(self._overlay, overlay))

    def _marked(self, mark: str, name: str) -> str:
        return f"{mark or '='}{self._tag}{name}" if self._tag else mark + name


class _Under(Reads):
    def __init__(self, own: Reads, inputs: Inputs, overlay: Overlay) -> None:
        super().__init__(own._graph, inputs, own.seen, overlay)
        self._own = own

    def of(self, node: Node[T]) -> T:
        value = super().of(node)
        self._own.inside, self.inside = self._own.inside + self.inside, 0.0
        return value


class Graph:
    """Nodes and what is kept of them."""

    def __init__(self, nodes: Iterable[Node[Any]], keep: Keep) -> None:
        self.families = {one.family: one for one in nodes}
        self.keep = keep

    def named(self, name: str) -> Node[Any]:
        """The node of that name. Raises UnknownNameError for a family that there is not."""
        family, _, rest = name.partition("[")
        if family not in self.families:
            raise UnknownNameError("node", family, self.families)
        return self.families[family](*rest.removesuffix("]").split(",")) if rest else self.families[family]

    def get(self, node: Node[T], inputs: Inputs) -> T:
        """The result of a node, kept or made."""
        return self.entry(node, inputs)[0]

    def reads(self, inputs: Inputs) -> Reads:
        """A reader outside any node, for what is put together from nodes and not kept itself."""
        return Reads(self, inputs)

    def entry(self, node: Node[T], inputs: Inputs) -> tuple[T, str]:
        """The result of a node and what its readers are told of it."""
        if (found := self._kept(node, inputs)) is not None:
            return found
        with self.keep.once(_claim(node, inputs), shared=node.shared):
            # Another thread or process was first, or what has changed below it ends at a result that has not.
            if (found := self._kept(node, inputs, bring=True)) is not None:
                return found
            return self._made(node, inputs)

    def key(self, node: Node[Any], inputs: Inputs) -> str | None:
        """What readers of the node would be told, without running anything; None where no run like it is known."""
        found = self._found(node, inputs)
        return None if found is None else found[2]

    def reads_of(self, node: Node[Any], inputs: Inputs) -> Shape:
        """What the node read when it was made for these inputs; it is made if it has not been."""
        own = self._found(node, inputs)
        if own is None:
            self.entry(node, inputs)
            own = self._found(node, inputs)
        return own[1] if own is not None else ()

    def inputs_of(self, node: Node[Any], inputs: Inputs) -> frozenset[str]:
        """Names of the inputs that reach a node, through whatever nodes; one whose presence was asked counts too."""
        return self._below(node, inputs, {})

    def _below(self, node: Node[Any], inputs: Inputs, done: dict[str, frozenset[str]]) -> frozenset[str]:
        if node.name not in done:
            done[node.name] = frozenset()
            found: set[str] = set()
            for name in self.reads_of(node, inputs):
                mark, overlay, bare = parsed(name)
                if mark != "@":
                    found.add(bare)
                elif overlay:
                    found |= self.inputs_of(self.named(bare), inputs.under(overlay))
                else:
                    found |= self._below(self.named(bare), inputs, done)
            done[node.name] = frozenset(found)
        return done[node.name]

    def _made(self, node: Node[T], inputs: Inputs) -> tuple[T, str]:
        work = _watched.get()
        if work is not None and work.begun is not None:
            work.begun(node.name)
        reads, began = Reads(self, inputs), time.perf_counter()
        try:
            value = node.make(reads, *node.args)
        except ContactlineError:
            raise
        except Exception as error:
            error.add_note(f"while working out {node.name!r}, after it had read {list(reads.seen)[-3:]}")
            raise
        whole = time.perf_counter() - began
        key, shape = _key(node, reads.seen), tuple(reads.seen)
        told = self.keep.content(value) if node.by_content else key
        # Put before it is known, so that whoever finds the key finds the value.
        self.keep.put(key, value, whole, disk=node.kept)
        self.keep.learn(node.name, shape, key, told, whole - reads.inside)
        inputs.memo[node.name] = key, shape, told
        if work is not None:
            work.made[node.name] = work.made.get(node.name, 0.0) + whole - reads.inside
        return value, told

    def _kept(self, node: Node[T], inputs: Inputs, bring: bool = False) -> tuple[T, str] | None:
        found = self._found(node, inputs, bring)
        if found is None:
            return None
        value = self.keep.get(found[0])
        if value is MISSING:
            return None
        work = _watched.get()
        if work is not None and node.name not in work.made:
            work.reused.add(node.name)
        return cast(T, value), found[2]

    def _found(self, node: Node[Any], inputs: Inputs, bring: bool = False) -> tuple[str, Shape, str] | None:
        """Key, shape and what readers are told, of the run that a run now would repeat.

        bring : make what it reads by content where that is not known yet
        """
        if node.name in inputs.memo:
            return inputs.memo[node.name]
        for shape in self.keep.shapes(node.name):
            now = {}
            for name in shape:
                one = self._now(name, inputs, bring)
                if one is None:
                    break
                now[name] = one
            else:
                key = _key(node, now)
                told = self.keep.told(key)
                if told is not None:
                    inputs.memo[node.name] = key, shape, told
                    return inputs.memo[node.name]
        return None

    def _now(self, name: str, inputs: Inputs, bring: bool) -> str | None:
        """What a run now would read under a name; None if that is not known, or if it could not be asked at all."""
        mark, overlay, bare = parsed(name)
        try:
            there = inputs.under(overlay) if overlay else inputs
            if mark == "@":
                return self._told(self.named(bare), there, bring)
        except ContactlineError:  # read in another case or by older code: there is no such belief or node
            return None
        return str(there.has(bare)) if mark == "?" else there.key(bare)

    def _told(self, node: Node[Any], inputs: Inputs, bring: bool) -> str | None:
        found = self._found(node, inputs, bring)
        if found is None and bring and node.by_content:
            with suppress(Exception):  # a run that needs it meets the error itself
                return self.entry(node, inputs)[1]
        return None if found is None else found[2]


def _claim(node: Node[Any], inputs: Inputs) -> str:
    """What to lock: the request; for work that processes share its name, since what it will not read may differ."""
    return node.name if node.shared else f"{node.name} {inputs.identity}"


def in_parallel(
    reads: Reads, nodes: Sequence[Node[Any]], tick: Callable[[float], None] | None = None
) -> None:
    """Make nodes side by side on threads, so that one's compiled loops run while another is put together.

    tick : told the share done. Each is made once whichever asks first, so the results are the same whatever the
    threads. Raises what the first of the nodes that fails raises; the others are then not begun.
    """
    if threads() < 2:
        for done, one in enumerate(nodes, start=1):
            reads.of(one)
            if tick is not None:
                tick(done / len(nodes))
        return
    pool = ThreadPoolExecutor(threads(), "node")
    try:
        asked = [pool.submit(copy_context().run, reads.of, one) for one in nodes]
        for done, _ in enumerate(as_completed(asked), start=1):
            if tick is not None:
                tick(done / len(asked))
            if (failed := next((one for one in asked if one.done() and one.exception()), None)) is not None:
                failed.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _merged(first: Overlay, then: Overlay) -> dict[str, Any]:
    """One overlay that does what the two do one after the other: of a field that holds names, both sets of names."""
    both = {
        name: {**first[name], **value}
        for name, value in then.items()
        if isinstance(value, Mapping) and isinstance(first.get(name), Mapping)
    }
    return {**first, **then, **both}


@lru_cache(maxsize=100_000)
def parsed(name: str) -> tuple[str, dict[str, Any], str]:
    """A name of a shape as its mark (empty for an input), its overlay and the bare name."""
    mark, rest = (name[0], name[1:]) if name[:1] in "@?=" else ("", name)
    if not rest.startswith("{"):
        return mark.replace("=", ""), {}, rest
    overlay, end = json.JSONDecoder().raw_decode(rest)
    return mark.replace("=", ""), overlay, rest[end:]


def _key(node: Node[Any], seen: Mapping[str, str]) -> str:
    return digest(node.name, node.code, sorted(seen.items()))
