"""Toy nodes and inputs for tests of the graph; a process started by a test imports them as well."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from contactline.core.errors import UnknownNameError
from contactline.core.graph import Graph, Reads, node
from contactline.core.keep import Store

RUNS: Counter[str] = Counter()
"""How often each toy has run in this process."""
_COUNTING = threading.Lock()


def ran(name: str) -> None:
    """Count a run."""
    with _COUNTING:
        RUNS[name] += 1


class Given:
    """Inputs by name; an overlay puts other values in their place."""

    def __init__(self, **values: Any) -> None:
        self.values, self.memo = values, {}

    @property
    def identity(self) -> str:
        return repr(sorted(self.values.items()))

    def key(self, name: str) -> str:
        return repr(self.values[name]) if name in self.values else "-"

    def value(self, name: str) -> Any:
        if name not in self.values:
            raise UnknownNameError("input", name, self.values)
        return self.values[name]

    def has(self, name: str) -> bool:
        return name in self.values

    def under(self, overlay: Mapping[str, Any]) -> Given:
        for name in overlay:
            self.value(name)
        return Given(**{**self.values, **overlay})


@node("way")
def WAY(reads: Reads) -> float:
    """x where x is above nought, else what stands behind y; z is never read."""
    ran("way")
    return reads["x"] if reads["x"] > 0 else reads.of(BEHIND)


@node("behind")
def BEHIND(reads: Reads) -> float:
    """Twice y."""
    ran("behind")
    return 2.0 * reads["y"]


@node("sign", by_content=True)
def SIGN(reads: Reads) -> bool:
    """Whether x is above nought."""
    ran("sign")
    return bool(reads["x"] > 0)


@node("after")
def AFTER(reads: Reads) -> str:
    """A word for the sign."""
    ran("after")
    return "up" if reads.of(SIGN) else "down"


@node("moved")
def MOVED(reads: Reads, name: str, value: str) -> float:
    """The way with one input at another value, over the way as it is."""
    ran("moved")
    return reads.under({name: float(value)}).of(WAY) - reads.of(WAY)


@node("nested")
def NESTED(reads: Reads) -> float:
    """The way with two inputs moved, one inside the other."""
    ran("nested")
    return reads.under({"x": -1.0}).under({"y": reads["z"]}).of(WAY)


@node("asked")
def ASKED(reads: Reads) -> bool:
    """Whether there is an input w."""
    ran("asked")
    return "w" in reads


@node("slow", shared=True)
def SLOW(reads: Reads) -> np.ndarray:
    """An array that takes a second; says in a file that it ran."""
    ran("slow")
    with Path(reads["log"]).open("a") as log:
        log.write(f"{os.getpid()}\n")
    time.sleep(1.0)
    return np.arange(3.0) + reads["x"]


@node("quick", kept=False)
def QUICK(reads: Reads) -> np.ndarray:
    """Half a megabyte that is quicker made than read."""
    ran("quick")
    return np.full(65_536, reads["x"])


@node("large")
def LARGE(reads: Reads, number: str) -> np.ndarray:
    """Half a megabyte that takes long enough to be kept."""
    ran(f"large {number}")
    time.sleep(0.02)
    return np.full(65_536, reads["x"] + float(number))


@node("failing")
def FAILING(reads: Reads) -> float:
    """Divides by y."""
    return 1 // reads["y"]


NODES = (WAY, BEHIND, SIGN, AFTER, MOVED, NESTED, ASKED, SLOW, QUICK, LARGE, FAILING)


def graph(store: Store | None = None) -> Graph:
    """A graph of the toys."""
    return Graph(NODES, Store() if store is None else store)


if __name__ == "__main__":
    folder, log = sys.argv[1:3]
    own = Store(Path(folder))
    print(graph(own).get(SLOW, Given(x=1.0, log=log)).tolist(), own.notices)
    own.close()
