"""What a piece of work read: mappings that note the names asked of them, and places where the notes are collected.

What depends on what is thereby recorded while the work runs and never listed by hand, so it cannot drift from the code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from contactline.core.errors import UnknownNameError

T = TypeVar("T")

_open: ContextVar[tuple[set[str], ...]] = ContextVar("_open", default=())


@contextmanager
def reading() -> Iterator[set[str]]:
    """Collect the names that are read inside the block, in blocks within it too."""
    names: set[str] = set()
    token = _open.set((*_open.get(), names))
    try:
        yield names
    finally:
        _open.reset(token)


@contextmanager
def unnoted() -> Iterator[None]:
    """Read without a note: for a size or a type, which no value changes."""
    token = _open.set(())
    try:
        yield
    finally:
        _open.reset(token)


def note(names: Iterable[str]) -> None:
    """Say that names were read, for work whose result was kept from an earlier time."""
    for found in _open.get():
        found.update(names)


class Noted(Mapping[str, T], Generic[T]):
    """A mapping that notes each name whose value is asked for; asking which names there are notes nothing.

    prefix : only names that begin so are there, and without it; the note has the whole name
    """

    def __init__(self, values: Mapping[str, T], *, prefix: str = "") -> None:
        self._values: dict[str, T] = values._values if isinstance(values, Noted) else dict(values)
        self._prefix = prefix

    def __getitem__(self, name: str) -> T:
        value = self._values[self._prefix + name]
        note((self._prefix + name,))
        return value

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._prefix + name in self._values

    def __iter__(self) -> Iterator[str]:
        return (n.removeprefix(self._prefix) for n in self._values if n.startswith(self._prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def changed(self, **values: T) -> Noted[T]:
        """The same mapping with some values put in the place of others, or beside them."""
        return Noted({**self._values, **values})

    def replaced(self, what: str, name: str, value: T) -> Noted[T]:
        """The same mapping with another value of a name that is there. Raises UnknownNameError, calling it `what`."""
        if name not in self:
            raise UnknownNameError(what, name, self)
        return Noted({**self._values, name: value})


class Kept:
    """Results of work with the names that were read for each, so that those a change does not reach stay."""

    def __init__(self, known: Mapping[object, tuple[Any, frozenset[str], object]] | None = None) -> None:
        self._known = dict(known or {})

    def part(self, key: object, work: Any, pins: object = None) -> Any:
        """The result of `work()`, from an earlier time where it is known under the key.

        pins : objects whose id stands in the key; they live as long as the result, so that an id stays that object's
        """
        if key not in self._known:
            with reading() as names:
                value = work()
            self._known[key] = (value, frozenset(names), pins)
        value, read, _ = self._known[key]
        note(read)
        return value

    def reads(self, which: Callable[[object], bool]) -> frozenset[str]:
        """Names that were read for the results whose key is one of `which`."""
        return frozenset().union(*(found[1] for key, found in self._known.items() if which(key)))

    def without(self, *names: str) -> Kept:
        """What is left once the values of these names have changed."""
        return Kept({k: found for k, found in self._known.items() if found[1].isdisjoint(names)})
