"""What a law is, how one is checked, and the laws that hold in every slot."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd

from contactline.core.errors import ModelError
from contactline.core.plugins import Plugin, Slot
from contactline.core.streams import Streams

SEED = 7
Outputs = Mapping[str, np.ndarray]
"""What a model handed over, by name."""


class LawBroken(AssertionError):
    """A model breaks a law of its slot; the message names model, slot and law, and says what came."""


class Given(Protocol):
    """What a slot's models are tried on."""

    def run(self, face: Any, streams: Streams) -> tuple[Outputs, Any]:
        """What the model hands over on this input, and what it was fitted to (None where nothing is fitted)."""
        ...


class Trial:
    """A model on trial: its face, what it is tried on, and what it gave, kept between laws."""

    def __init__(self, slot: Slot[Any], model: object, given: Given) -> None:
        self.plugin: Plugin = slot.plugin(str(getattr(model, "id", "?")), "on trial", "on trial", model)
        self.face: Any = slot.face(self.plugin)
        self.given: Any = deepcopy(given)  # a model that writes into its input spoils no other trial

    def run(self, given: Given | None = None, seed: int = SEED) -> tuple[Outputs, Any]:
        """A fresh run on this or other input; seed : a whole number from 0."""
        return (given or self.given).run(self.face, Streams(seed))

    @cached_property
    def _first(self) -> tuple[Outputs, Any, list[str], bool]:
        before, luck = dict(pieces(self.given)), _global_luck()
        outputs, fitted = self.run()
        after = dict(pieces(self.given))
        return (
            outputs,
            fitted,
            [path for path in before if before[path] != after.get(path)],
            luck != _global_luck(),
        )

    @property
    def outputs(self) -> Outputs:
        """What the model gave in its first run."""
        return self._first[0]

    @property
    def fitted(self) -> Any:
        """The face of what it fitted in its first run."""
        return self._first[1]

    @property
    def changed(self) -> list[str]:
        """Input that the first run changed in place."""
        return self._first[2]

    @property
    def drew_globally(self) -> bool:
        """Whether the first run moved the global generators of NumPy or Python."""
        return self._first[3]


@dataclass(frozen=True)
class Law:
    """A true statement about every model of a slot.

    broken : what came, where the model on trial breaks it, else None; given : makes what it is tried on by default
    """

    slot: Slot[Any]
    name: str
    statement: str
    broken: Callable[[Trial], str | None]
    given: Callable[[], Given]

    def check(self, model: object, given: Given | None = None) -> None:
        """Raise LawBroken where the model, or its class, breaks this law; given : in place of what is made up."""
        self.check_on(self.trial(model, given))

    def trial(self, model: object, given: Given | None = None) -> Trial:
        """A trial that several laws of the slot can share. Raises LawBroken for what is no model of the slot."""
        try:
            return Trial(self.slot, model, given or self.given())
        except ModelError as error:
            raise LawBroken(str(error)) from error

    def check_on(self, trial: Trial) -> None:
        """Raise LawBroken where the model on trial breaks this law."""
        try:
            came = self.broken(trial)
        except ModelError as error:
            raise LawBroken(f"{trial.plugin} breaks law {self.name!r} ({self.statement}). {error}") from error
        if came is not None:
            raise LawBroken(f"{trial.plugin} breaks law {self.name!r} ({self.statement}): {came}.")

    def __str__(self) -> str:
        return f"{self.slot.name}-{self.name}"


def common(slot: Slot[Any], given: Callable[[], Given]) -> tuple[Law, ...]:
    """The laws of every slot."""
    return (
        Law(slot, "hands_over", "shapes, finite numbers and bounds as its slot says", _hands_over, given),
        Law(
            slot,
            "same_again",
            "same seed and input, same bytes, whatever the global generators hold",
            _same,
            given,
        ),
        Law(slot, "named_streams", "no draw from a global generator", _named_streams, given),
        Law(slot, "inputs_kept", "input is not changed in place", _inputs_kept, given),
    )


def alone(slot: Slot[Any], given: Callable[[], Given]) -> Law:
    """The law of slots whose draws do not see each other, so that a block gives the same bytes anywhere."""
    return Law(
        slot, "draw_alone", "some draws, in another order, give the bytes they have among all", _alone, given
    )


def unequal(name: str, one: np.ndarray, other: np.ndarray) -> str | None:
    """In words, where two arrays of the same shape differ in a number; None where they are equal to the byte."""
    if one.shape != other.shape:
        return f"{name}: shapes {one.shape} and {other.shape}"
    apart = np.argwhere(~((one == other) | (np.isnan(one) & np.isnan(other))))
    if not len(apart):
        return None
    at = tuple(int(k) for k in apart[0])
    count = f"{len(apart)} of {one.size} values differ"
    return f"{name}: {count}, the first at {list(at)}: {one[at]:.6g} and {other[at]:.6g}"


def lower(name: str, was: np.ndarray, now: np.ndarray, slack: float = 1e-12) -> str | None:
    """In words, where a number of `now` lies below that of `was`, of the same shape; None where it nowhere does.

    slack : relative difference that counts as rounding
    """
    below = np.argwhere(now < was - slack * np.maximum(np.abs(was), 1.0))
    if not len(below):
        return None
    at = tuple(int(k) for k in below[0])
    return f"{name}: {len(below)} of {was.size} values fell, the first at {list(at)}: {was[at]:.6g} to {now[at]:.6g}"


def first(found: Iterator[str | None]) -> str | None:
    """The first of some findings that says anything."""
    return next((came for came in found if came is not None), None)


def pieces(value: Any, path: str = "input") -> Iterator[tuple[str, bytes]]:
    """Every array inside a record, mapping, sequence or table, with the path to it."""
    if isinstance(value, np.ndarray):
        yield path, repr(value.tolist()).encode() if value.dtype == object else value.tobytes()
    elif isinstance(value, pd.DataFrame):
        for name in value.columns:
            yield from pieces(value[name].to_numpy(), f"{path}.{name}")
    elif isinstance(value, Mapping):
        for name in value:
            yield from pieces(value[name], f"{path}[{name!r}]")
    elif is_dataclass(value):
        for part in fields(value):
            yield from pieces(getattr(value, part.name), f"{path}.{part.name}")
    elif isinstance(value, tuple | list):
        for k, part in enumerate(value):
            yield from pieces(part, f"{path}[{k}]")


def _hands_over(trial: Trial) -> str | None:
    return None if trial.outputs else "nothing was handed over"


def _same(trial: Trial) -> str | None:
    once = trial.outputs
    with _other_global_luck():
        again, _ = trial.run()
    return first(unequal(name, once[name], again[name]) for name in once)


def _named_streams(trial: Trial) -> str | None:
    return (
        "the global generator of NumPy or of Python had moved"
        if trial.outputs and trial.drew_globally
        else None
    )


def _inputs_kept(trial: Trial) -> str | None:
    return f"{trial.changed[0]} was changed" if trial.outputs and trial.changed else None


def _alone(trial: Trial) -> str | None:
    few, rows = trial.given.some()
    among, (apart, _) = trial.outputs, trial.run(few)
    return first(unequal(name, among[name][rows], apart[name]) for name in among)


def _global_luck() -> tuple[object, ...]:
    kind, words, *rest = np.random.get_state()  # noqa: NPY002
    return (kind, np.asarray(words).tobytes(), *rest, random.getstate())


@contextmanager
def _other_global_luck() -> Iterator[None]:
    """The global generators seeded otherwise, and put back."""
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
    np.random.seed(20_240)  # noqa: NPY002
    random.seed(20_240)
    try:
        yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)
