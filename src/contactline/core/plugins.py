"""Models as plug-ins: slots, which models there are for each, and the one that a scenario chooses.

A model is found under the entry points `contactline.models`, named `slot.model` (`tempo.drift`), or is one of the
package's own. Nothing is looked for where the package's own models are asked for, so that they cost no time. What a
model hands over is checked by the face of its slot each time; one error names slot, model and maker.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

import numpy as np

from contactline.core.errors import ContactlineError, FitError, InputError, ModelError, UnknownNameError
from contactline.core.version import VERSION

GROUP = "contactline.models"
OWN = "contactline"

F = TypeVar("F")
R = TypeVar("R")
Choice = Mapping[str, str] | Iterable[tuple[str, str]]
"""Slot → name of the model, or pairs of both, as in `Scenario.models`."""


@dataclass(frozen=True, eq=False)
class Plugin:
    """A model in its slot, and who made it.

    maker : distribution and its version, such as "drift-tempo 0.1"; version : what stands for its code in the key of a
    result: the maker and a digest of its source (of the package's own models the package's version; the graph knows
    their code)
    """

    slot: str
    name: str
    maker: str
    version: str
    model: Any

    def run(self, doing: str, work: Callable[[], R]) -> R:
        """The result of `work()`. Raises FitError where the model says that a record does not do, else ModelError with
        what it raised as its cause; errors of the package's own models pass as they are."""
        try:
            return work()
        except (Exception, SystemExit) as error:
            if self._own or isinstance(error, MemoryError | ModelError):
                raise
            if isinstance(error, FitError):
                raise FitError(f"{self}: {error}") from error
            told = " ".join(str(error).split())
            said = f"{type(error).__name__}: {told}" if told else type(error).__name__
            if isinstance(error, KeyError):
                said = f"{said}, a name that is not there (a belief that the case does not have?)"
            raise self._error(doing, f"raised {said}") from error

    def refuse(self, doing: str, got: str, allowed: str) -> NoReturn:
        """Raise ModelError: `doing` gave something that is not allowed."""
        raise self._error(doing, f"gave {got}; allowed is {allowed}")

    def array(
        self,
        doing: str,
        value: object,
        shape: tuple[int, ...],
        what: str,
        low: float = -np.inf,
        high: float = np.inf,
    ) -> np.ndarray:
        """`value` as float64 once it has been checked : ndarray[shape], finite numbers from `low` to `high`.

        what : axes, unit and meaning, for the message. Raises ModelError.
        """
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
            self.refuse(doing, f"{_kind(value)}", f"an array of numbers, {what}")
        if value.shape != shape:
            self.refuse(doing, f"shape {value.shape}", f"shape {shape}: {what}")
        if value.size:
            least, most = value.min(), value.max()  # NaN where any number is, which is within no bounds
            if not (low <= least and most <= high and np.isfinite(least) and np.isfinite(most)):
                wrong = value[~(np.isfinite(value) & (value >= low) & (value <= high))].flat[0]
                self.refuse(doing, f"{wrong:g}", f"{_bounds(low, high)}: {what}")
        return np.ascontiguousarray(value, dtype=np.float64)

    def has(self, doing: str, made: object, methods: Iterable[str]) -> None:
        """Raise ModelError unless `made` has every one of the methods."""
        lacking = [name for name in methods if not callable(getattr(made, name, None))]
        if lacking:
            self.refuse(doing, _kind(made), f"what has {', '.join(f'{name}()' for name in lacking)}")

    def __str__(self) -> str:
        return f"model {self.name!r} of slot {self.slot!r} ({self.maker})"

    @property
    def _own(self) -> bool:
        return self.maker == f"{OWN} {VERSION}"

    def _error(self, doing: str, did: str) -> ModelError:
        return ModelError(f"{self}: {doing} {did}. Choose another model for the slot, or tell its makers.")


@dataclass(frozen=True, eq=False)
class Slot(Generic[F]):
    """A place that a model can be put in.

    own : name → the package's models, classes or functions that make one; methods : what a model must have beside `id`
    and `label`; face : what the engine calls, made from the plug-in, which checks every hand-over
    """

    name: str
    meaning: str
    default: str
    own: Mapping[str, Callable[[], Any]]
    methods: tuple[str, ...]
    face: Callable[[Plugin], F]

    def plugin(self, name: str, maker: str, version: str, made: Any) -> Plugin:
        """A model, or a class of it, as a plug-in under a name. Raises ModelError for one that lacks what it needs."""
        found = Plugin(self.name, name, maker, version, made)
        if isinstance(made, type):
            found = Plugin(self.name, name, maker, version, found.run("making it", made))
        found.has("loading it", found.model, self.methods)
        called, label = getattr(found.model, "id", None), getattr(found.model, "label", None)
        if called != name:
            found.refuse("loading it", f"id {called!r}", f"{name!r}, the name that it is found under")
        if not isinstance(label, str) or not label.strip() or "\n" in label:
            found.refuse("loading it", f"label {label!r}", "one line that says what the model is")
        return found


def chosen(slot: Slot[F], models: Choice = ()) -> F:
    """The face of the model that is chosen for a slot, else of the slot's default.

    Raises UnknownNameError for a name that no model has, InputError for one that two distributions give, ModelError for
    a plug-in that cannot be loaded.
    """
    return slot.face(plugin_for(slot, models))


def plugin_for(slot: Slot[Any], models: Choice = ()) -> Plugin:
    """The plug-in behind `chosen`, for its `version`. Raises as that does."""
    name = dict(models).get(slot.name, slot.default)
    if name in slot.own:
        return _of_ours(slot, name)
    return _installed(slot, name, tuple(sys.path))


def check_models(slots: Iterable[Slot[Any]], models: Choice) -> None:
    """Raise UnknownNameError for a slot, or a model of one, that there is not; nothing is loaded."""
    named = {slot.name: slot for slot in slots}
    for slot, name in dict(models).items():
        if slot not in named:
            raise UnknownNameError("model slot", slot, named)
        if name not in named[slot].own:
            _offered(named[slot], name, tuple(sys.path))


@dataclass(frozen=True)
class ModelRow:
    """A model as it is listed; `trouble` says why it cannot be chosen, empty where it can."""

    slot: str
    meaning: str
    model: str
    label: str
    default: bool
    maker: str
    trouble: str = ""


def listing(slots: Iterable[Slot[Any]]) -> tuple[ModelRow, ...]:
    """Every model of every slot, the default first, then the package's own, then plug-ins, by name."""
    slots, rows = tuple(slots), []
    for slot in slots:
        for name in sorted(slot.own, key=lambda own: (own != slot.default, own)):
            plugin = _of_ours(slot, name)
            rows.append(
                ModelRow(
                    slot.name, slot.meaning, name, plugin.model.label, name == slot.default, plugin.maker
                )
            )
        for (where, name), entries in sorted(_entries(tuple(sys.path)).items()):
            if where == slot.name:
                rows.append(_row(slot, name, entries))
    names = {slot.name for slot in slots}
    for (where, name), entries in sorted(_entries(tuple(sys.path)).items()):
        if where not in names:
            trouble = f"there is no slot {where!r}; name the entry point `slot.model`"
            rows.append(ModelRow(where, "", name, "", False, _makers(entries), trouble))
    return tuple(rows)


def _row(slot: Slot[Any], name: str, entries: tuple[EntryPoint, ...]) -> ModelRow:
    label = trouble = ""
    try:
        if name in slot.own:
            raise InputError(f"{OWN} has a model of this name, which is the one that is chosen")
        label = _installed(slot, name, tuple(sys.path)).model.label
    except ContactlineError as error:
        trouble = str(error)
    return ModelRow(slot.name, slot.meaning, name, label, False, _makers(entries), trouble)


@lru_cache(maxsize=64)
def _of_ours(slot: Slot[Any], name: str) -> Plugin:
    maker = f"{OWN} {VERSION}"
    return slot.plugin(name, maker, maker, slot.own[name]())


@lru_cache(maxsize=64)
def _installed(slot: Slot[Any], name: str, path: tuple[str, ...]) -> Plugin:
    entry = _offered(slot, name, path)
    maker = _makers((entry,))
    loading = Plugin(slot.name, name, maker, maker, None)
    made = loading.run("loading it", entry.load)
    return slot.plugin(name, maker, f"{maker} {source_digest(entry.module, path)}", made)


def _offered(slot: Slot[Any], name: str, path: tuple[str, ...]) -> EntryPoint:
    found = {model: entries for (where, model), entries in _entries(path).items() if where == slot.name}
    if name not in found:
        raise UnknownNameError(f"model of slot {slot.name!r}", name, {*slot.own, *found})
    if len(found[name]) > 1:
        raise InputError(
            f"model {name!r} of slot {slot.name!r}: {_makers(found[name])} give it; allowed is one. Uninstall one."
        )
    return found[name][0]


@lru_cache(maxsize=4)
def _entries(path: tuple[str, ...]) -> dict[tuple[str, str], tuple[EntryPoint, ...]]:
    """(slot, model) → entry points that give it, one a distribution; `path` is where they are looked for."""
    found: dict[tuple[str, str], tuple[EntryPoint, ...]] = {}
    try:
        offered = tuple(entry_points(group=GROUP))
    except Exception as error:  # of any installed distribution, whatever it is for
        raise ModelError(
            f"models cannot be looked for: the entry points of an installed distribution are not readable "
            f"({type(error).__name__}: {error}). Reinstall or remove it, or choose contactline's own models."
        ) from error
    for entry in offered:
        slot, _, name = entry.name.partition(".")
        found[slot, name] = (*found.get((slot, name), ()), entry)
    return found


def _makers(entries: Iterable[EntryPoint]) -> str:
    return " and ".join(
        f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value for entry in entries
    )


def model_key(slot: str, models: Choice) -> str:
    """What stands for the chosen model of a slot in the key of a result; nothing is loaded.

    Empty for the default; the name of one of the package's own, whose code a node's own digest covers; maker and source
    of a plug-in.
    """
    name = dict(models).get(slot, "")
    path = tuple(sys.path)
    entries = _entries(path).get((slot, name), ()) if name else ()
    return " and ".join(f"{_makers([one])} {source_digest(one.module, path)}" for one in entries) or name


@lru_cache(maxsize=64)
def source_digest(module: str, path: tuple[str, ...]) -> str:
    """Hex digest of the source of all modules of a module's package; path : that of imports, along which it is found.

    Of one without source it is never the same again in another process, so that nothing is reused for it.
    """
    try:
        found = find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        found = None
    folders = [Path(folder) for folder in (found and found.submodule_search_locations) or ()]
    files = [file for folder in folders for kind in _SOURCES for file in sorted(folder.rglob(kind))]
    if not folders and found is not None and found.origin:
        files = [Path(found.origin)]
    files = [file for file in files if file.is_file()]
    whole = hashlib.sha256(b"" if files else secrets.token_bytes(16))
    for file in files:
        whole.update(file.read_bytes())
    return whole.hexdigest()[:16]


_SOURCES = ("*.py", "*.so", "*.pyd")


def _kind(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    name = type(value).__name__
    return "nothing" if value is None else f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _bounds(low: float, high: float) -> str:
    if np.isinf(low) and np.isinf(high):
        return "a finite number"
    return f"a finite number from {low:g} up" if np.isinf(high) else f"a number from {low:g} to {high:g}"
