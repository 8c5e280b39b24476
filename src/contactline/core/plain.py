"""Results as bytes and back: arrays, tables and records, never code.

A file holds a line that says what it is, a JSON description and the arrays' bytes, with a SHA-256 over all of it.
Records are frozen dataclasses and named tuples of the package itself, rebuilt field by field; nothing in a file is
executed. A field whose name begins with `_` is what its object worked out for itself, and is not written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats
from scipy.stats.distributions import rv_frozen

from contactline.core.code import PACKAGE

MAGIC = b"contactline kept 1\n"
_ALIGN = 64


class UnplainError(TypeError):
    """A value that has no plain form, such as a function."""


class BrokenError(ValueError):
    """Bytes that are not a result as they were written: cut, changed, or of another kind."""


def to_bytes(value: Any) -> bytearray:
    """A result as bytes. Raises UnplainError for what has no plain form."""
    arrays: list[np.ndarray] = []
    described = json.dumps(_described(value, arrays), separators=(",", ":")).encode()
    whole = bytearray(MAGIC)
    whole += bytes(32)
    whole += len(described).to_bytes(8, "little") + described
    for array in arrays:
        whole += bytes(-len(whole) % _ALIGN)
        whole += np.ascontiguousarray(array).view(np.uint8).reshape(-1).data if array.size else b""
    whole[len(MAGIC) : len(MAGIC) + 32] = _sum(whole)
    return whole


def from_bytes(whole: bytearray) -> Any:
    """The result that `to_bytes` wrote; its arrays share the memory of `whole`. Raises BrokenError."""
    start = len(MAGIC) + 40
    if not whole.startswith(MAGIC) or len(whole) < start:
        raise BrokenError("not a kept result")
    if bytes(whole[len(MAGIC) : len(MAGIC) + 32]) != _sum(whole):
        raise BrokenError("its bytes are not those that were written")
    length = int.from_bytes(whole[start - 8 : start], "little")
    at = start + length
    try:
        return _Reader(whole, at).value(json.loads(bytes(whole[start:at])))
    except (KeyError, TypeError, ValueError, AttributeError, ImportError, IndexError) as error:
        raise BrokenError(f"it cannot be read: {error}") from error


def content(value: Any) -> str:
    """Digest of what a result is, 32 hex digits, whatever made it. Raises UnplainError."""
    return hashlib.sha256(bytes(to_bytes(value))).hexdigest()[:32]


def size_of(value: Any) -> int:
    """About how many bytes of memory a result takes."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, pd.DataFrame | pd.Series):
        return int(np.sum(value.memory_usage(deep=False)))
    if isinstance(value, xr.Dataset):
        return int(value.nbytes)
    if isinstance(value, Mapping):
        return sum(map(size_of, value.values())) + 64
    if isinstance(value, tuple | list | set | frozenset):
        return sum(map(size_of, value)) + 64
    if is_dataclass(value) and not isinstance(value, type):
        return sum(size_of(getattr(value, name, None)) for name in _written(value)) + 64
    return 64


def _sum(whole: bytearray) -> bytes:
    view = memoryview(whole)
    found = hashlib.sha256(view[: len(MAGIC)])
    found.update(view[len(MAGIC) + 32 :])
    view.release()
    return found.digest()


def _described(value: Any, arrays: list[np.ndarray]) -> Any:
    """JSON for a value; arrays are put aside and stand as numbers of the list."""
    if value is None or isinstance(value, bool | int | str) or type(value) is float:
        return (
            value
            if not isinstance(value, float) or (value == value and abs(value) != np.inf)
            else {"f": repr(value)}
        )
    if isinstance(value, np.ndarray):
        return _array(value, arrays)
    if isinstance(value, np.generic):
        return {"s": _array(np.asarray(value).reshape(1), arrays)}
    if isinstance(value, pd.DataFrame):
        if not isinstance(value.index, pd.RangeIndex):
            return {
                "i": _described(value.reset_index(drop=True), arrays),
                "x": _column(value.index.to_series(), arrays),
            }
        return {"t": [[str(name), _column(value[name], arrays)] for name in value.columns]}
    if isinstance(value, xr.Dataset):
        parts = [
            [str(k), list(v.dims), _described(v.values, arrays), dict(v.attrs)]
            for k, v in value.variables.items()
        ]
        return {"d": parts, "c": [str(name) for name in value.coords]}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {"n": _home(type(value)), "v": [_described(part, arrays) for part in value]}
    if isinstance(value, tuple | list | frozenset | set):
        items = sorted(value) if isinstance(value, frozenset | set) else value
        return {"l": type(value).__name__, "v": [_described(part, arrays) for part in items]}
    if is_dataclass(value) and not isinstance(value, type):
        parts = [[name, _described(getattr(value, name), arrays)] for name in _written(value)]
        return {"r": _home(type(value)), "v": parts}
    if isinstance(value, Mapping):
        pairs = [[_described(k, arrays), _described(v, arrays)] for k, v in value.items()]
        return {"m": "proxy" if isinstance(value, MappingProxyType) else "dict", "v": pairs}
    if isinstance(value, date) and type(value) is date:
        return {"y": value.isoformat()}
    if isinstance(value, rv_frozen):
        return {
            "q": value.dist.name,
            "v": _described(value.args, arrays),
            "w": _described(dict(value.kwds), arrays),
        }
    raise UnplainError(f"a {type(value).__name__} has no plain form")


def _array(value: np.ndarray, arrays: list[np.ndarray]) -> dict[str, Any]:
    if value.dtype.hasobject:
        flat = [_described(part, arrays) for part in value.ravel()]
        return {"o": flat, "h": list(value.shape)}
    arrays.append(value)
    return {"a": len(arrays) - 1, "k": value.dtype.str, "h": list(value.shape)}


def _column(values: pd.Series, arrays: list[np.ndarray]) -> Any:
    """A column: as its array; of texts with few different ones as codes."""
    plain = values.to_numpy()
    if plain.dtype.hasobject:
        codes, distinct = pd.factorize(plain, use_na_sentinel=False)
        if len(distinct) * 2 < len(plain):
            named = _described(list(distinct), arrays)
            return {"g": _array(codes.astype(np.int32), arrays), "u": named}
    return _array(plain, arrays)


def _home(kind: type) -> str:
    if kind.__module__.split(".")[0] != PACKAGE or "<locals>" in kind.__qualname__:
        raise UnplainError(f"a {kind.__module__}.{kind.__qualname__} is not a record of the package")
    return f"{kind.__module__}:{kind.__qualname__}"


class _Reader:
    """Rebuilds values; arrays are met in the order in which they were put aside."""

    def __init__(self, whole: bytearray, at: int) -> None:
        self.whole, self.at = whole, at

    def value(self, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        if "a" in said or "o" in said:
            return self._array(said)
        if "f" in said:
            return float(said["f"])
        if "s" in said:
            return self._array(said["s"])[0]
        if "t" in said:
            return pd.DataFrame({name: self._column(column) for name, column in said["t"]})
        if "i" in said:
            frame = self.value(said["i"])
            frame.index = pd.Index(self._column(said["x"]))
            return frame
        if "d" in said:
            parts = {
                name: xr.Variable(dims, self.value(held), attrs) for name, dims, held, attrs in said["d"]
            }
            coords = {name: parts.pop(name) for name in said["c"]}
            return xr.Dataset(parts, coords=coords)
        if "n" in said:
            return _kind(said["n"])(*[self.value(part) for part in said["v"]])
        if "l" in said:
            kinds: dict[str, Any] = {"tuple": tuple, "list": list, "frozenset": frozenset, "set": set}
            return kinds[said["l"]](self.value(part) for part in said["v"])
        if "m" in said:
            found = {self.value(k): self.value(v) for k, v in said["v"]}
            return MappingProxyType(found) if said["m"] == "proxy" else found
        if "y" in said:
            return date.fromisoformat(said["y"])
        if "q" in said:
            kind = getattr(stats, said["q"])
            if not isinstance(kind, stats.rv_continuous):
                raise ValueError(f"{said['q']} is no distribution")
            return kind(*self.value(said["v"]), **self.value(said["w"]))
        return _record(_kind(said["r"]), {name: self.value(held) for name, held in said["v"]})

    def _array(self, said: dict[str, Any]) -> np.ndarray:
        if "o" in said:
            held = np.empty(len(said["o"]), dtype=object)
            held[:] = [self.value(part) for part in said["o"]]
            return held.reshape(said["h"])
        kind = np.dtype(said["k"])
        count = int(np.prod(said["h"], dtype=np.int64))
        self.at += -self.at % _ALIGN
        found = np.frombuffer(self.whole, kind, count, self.at) if count else np.empty(0, kind)
        self.at += count * kind.itemsize
        return found.reshape(said["h"])

    def _column(self, said: dict[str, Any]) -> np.ndarray:
        if "g" not in said:
            return self._array(said)
        codes = self._array(said["g"])
        distinct = np.empty(len(said["u"]["v"]), dtype=object)
        distinct[:] = self.value(said["u"])
        found: np.ndarray = distinct[codes]
        return found


def _kind(home: str) -> Any:
    module, _, name = home.partition(":")
    if module.split(".")[0] != PACKAGE:
        raise ValueError(f"{home} is not of the package")
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    if not (is_dataclass(found) or hasattr(found, "_fields")):
        raise ValueError(f"{home} is no record")
    return found


def _record(kind: Any, values: dict[str, Any]) -> Any:
    """A dataclass as it was, without running what its construction would check or derive again."""
    made = object.__new__(kind)
    if set(values) != set(_written(kind)):
        raise ValueError(f"{kind.__name__} has fields {_written(kind)}")
    for name, value in values.items():
        object.__setattr__(made, name, value)
    for part in fields(kind):
        if part.name not in values:
            begun = part.default_factory() if part.default_factory is not MISSING else part.default
            object.__setattr__(made, part.name, begun)
    return made


def _written(record: Any) -> list[str]:
    return [part.name for part in fields(record) if not part.name.startswith("_")]
