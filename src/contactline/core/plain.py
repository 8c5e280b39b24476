"""Results as bytes and back: arrays, tables and records, never code.

A file holds a line that says what it is, a JSON description and the arrays' bytes, with a SHA-256 over all of it.
Records are frozen dataclasses and named tuples of the package itself, rebuilt field by field; nothing in a file is
executed. A field whose name begins with `_` is what its object worked out for itself, and is not written.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import scipy
import xarray as xr

from contactline.core.code import PACKAGE

MAGIC = b"contactline kept 2\n"
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
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"f": repr(value)}
    if isinstance(value, np.ndarray):
        return _array(value, arrays)
    if isinstance(value, np.generic):
        return {"s": _array(np.asarray(value).reshape(1), arrays)}
    if isinstance(value, pd.DataFrame):
        return _frame(value, arrays)
    if isinstance(value, xr.Dataset):
        parts = [
            [str(k), list(v.dims), _described(v.values, arrays), _described(dict(v.attrs), arrays)]
            for k, v in value.variables.items()
        ]
        return {
            "d": parts,
            "c": [str(name) for name in value.coords],
            "at": _described(dict(value.attrs), arrays),
        }
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {"n": _home(type(value)), "v": [_described(part, arrays) for part in value]}
    if type(value) in (tuple, list, frozenset, set):
        items = sorted(value, key=repr) if type(value) in (frozenset, set) else value
        return {"l": type(value).__name__, "v": [_described(part, arrays) for part in items]}
    if is_dataclass(value) and not isinstance(value, type):
        parts = [[name, _described(getattr(value, name), arrays)] for name in _written(value)]
        return {"r": _home(type(value)), "v": parts}
    if type(value) in (dict, MappingProxyType):
        pairs = [[_described(k, arrays), _described(v, arrays)] for k, v in value.items()]
        return {"m": "dict" if type(value) is dict else "proxy", "v": pairs}
    if type(value) is date:
        return {"y": value.isoformat()}
    if type(value).__module__.startswith("scipy.stats"):
        return {
            "q": value.dist.name,
            "v": _described(value.args, arrays),
            "w": _described(dict(value.kwds), arrays),
        }
    raise UnplainError(f"a {type(value).__name__} has no plain form")


def _frame(value: pd.DataFrame, arrays: list[np.ndarray]) -> Any:
    if any(type(name) is not str for name in value.columns) or not value.columns.is_unique:
        raise UnplainError(
            f"a table with columns {list(value.columns)} has no plain form: names are different texts"
        )
    index = value.index
    if type(index) is pd.RangeIndex and (index.start, index.step, index.name) == (0, 1, None):
        return {"t": [[name, _column(value[name], arrays)] for name in value.columns], "rows": len(value)}
    if isinstance(index, pd.MultiIndex):
        raise UnplainError("a table with an index of several levels has no plain form")
    plain = _described(value.reset_index(drop=True), arrays)
    return {"i": plain, "x": _column(index.to_series(), arrays), "name": _described(index.name, arrays)}


def _array(value: np.ndarray, arrays: list[np.ndarray]) -> dict[str, Any]:
    if value.dtype.names is not None:
        raise UnplainError("an array of records has no plain form")
    if value.dtype.hasobject:
        flat = [_described(part, arrays) for part in value.ravel()]
        return {"o": flat, "h": list(value.shape)}
    arrays.append(value)
    return {"a": len(arrays) - 1, "k": value.dtype.str, "h": list(value.shape)}


def _column(values: pd.Series, arrays: list[np.ndarray]) -> Any:
    """A column: as its array; of texts with few different ones as codes."""
    if isinstance(values.dtype, pd.StringDtype):
        texts = values.astype(object).where(values.notna(), None)
        return {"e": str(values.dtype), "v": _column(texts, arrays)}
    if not isinstance(values.dtype, np.dtype):
        raise UnplainError(f"a column of {values.dtype} has no plain form")
    plain = values.to_numpy()
    if plain.dtype.hasobject and _texts(plain):
        # Not pandas' own codes: they make NaN of None.
        first = {part if type(part) is str else None: part for part in reversed(plain)}
        if len(first) * 2 < len(plain):
            place = {name: k for k, name in enumerate(first)}
            codes = [place[part if type(part) is str else None] for part in plain]
            return {
                "g": _array(np.array(codes, dtype=np.int32), arrays),
                "u": _described([*first.values()], arrays),
            }
    return _array(plain, arrays)


def _texts(plain: np.ndarray) -> bool:
    """Whether all are texts or one kind of nothing: other things may be equal and yet not the same, as 1 and True."""
    kinds = set(map(type, plain))
    if kinds == {str, float}:
        return all(part != part for part in plain if type(part) is float)
    return kinds <= {str, type(None)}


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
            columns = {name: self._column(column) for name, column in said["t"]}
            return pd.DataFrame(columns, index=pd.RangeIndex(said["rows"]), columns=list(columns))
        if "i" in said:
            frame = self.value(said["i"])
            index = self._column(said["x"])
            frame.index = pd.Index(index, name=self.value(said["name"]), dtype=index.dtype)
            return frame
        if "d" in said:
            parts = {
                name: xr.Variable(dims, self.value(held), self.value(attrs))
                for name, dims, held, attrs in said["d"]
            }
            coords = {name: parts.pop(name) for name in said["c"]}
            return xr.Dataset(parts, coords=coords, attrs=self.value(said["at"]))
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
            kind = getattr(scipy.stats, said["q"])
            if not isinstance(kind, scipy.stats.rv_continuous):
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

    def _column(self, said: dict[str, Any]) -> Any:
        if "e" in said:
            return pd.array(self._column(said["v"]), dtype=said["e"])
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
