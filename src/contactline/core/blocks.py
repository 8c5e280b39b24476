"""Work split into blocks that run side by side: compiled loops are serial inside and let the others run."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

THREADS_VARIABLE = "CONTACTLINE_THREADS"


def threads() -> int:
    """Number of threads that work is split over: $CONTACTLINE_THREADS, else the cores that this process may use."""
    asked = os.environ.get(THREADS_VARIABLE, "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_blocks(work: Callable[[range], object], count: int, size: int) -> None:
    """Call `work` for ranges that make up `range(count)`, at most `size` long, on threads; it must not depend on which.

    Raises what the first failing block raised.
    """
    blocks = [range(at, min(at + size, count)) for at in range(0, count, size)]
    if len(blocks) < 2 or threads() < 2:
        for block in blocks:
            work(block)
        return
    for _ in _pool().map(work, blocks):
        pass


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads(), "block")
