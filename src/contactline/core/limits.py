"""What a run may take: its memory and time are estimated before it starts, and refused past limits that can be raised.

The estimates are straight lines fitted to measured runs of the reference case (docs/limits.md); another case takes more
or less, so they say "about". The limits are there to catch a slip of the keyboard, not to ration.
"""

from __future__ import annotations

import math
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from contactline.core.errors import InputError

MEMORY_VARIABLE = "CONTACTLINE_MEMORY"
"""Environment variable with the most memory that a run may take, such as 16GB."""

HOURS_VARIABLE = "CONTACTLINE_HOURS"
"""Environment variable with the most hours that a run may take by its estimate."""

LIMIT_MB = 256
"""Megabytes that one file may hold or unpack to. The largest that we know of, all maps of 17 months in one file,
has 38; parsing takes some ten times the size in memory."""

MEMORY_SHARE = 0.8
HOURS = 2.0
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?\s*", re.IGNORECASE)
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


@dataclass(frozen=True)
class Cost:
    """What a run takes by its numbers, on two cores: bytes and CPU seconds, fixed and per unit of work."""

    bytes: float
    bytes_each: float
    seconds: float
    seconds_each: float

    def of(self, work: float) -> tuple[float, float]:
        """Bytes and seconds of so many units of work."""
        return self.bytes + self.bytes_each * work, self.seconds + self.seconds_each * work


def check_cost(what: str, cost: Cost, work: float, remedy: str) -> None:
    """Raise InputError where so many units of work would take more memory or time than a run may.

    what : what was asked for, such as "--draws 20000000"; remedy : what to lower
    """
    needed, seconds = cost.of(work)
    most = memory_limit()
    if needed > most:
        raise InputError(
            f"{what}: needs about {size(needed)} of memory; the limit is {size(most)}. {remedy}, or raise the limit: "
            f"{MEMORY_VARIABLE}={math.ceil(needed / 1e9) + 1}GB."
        )
    hours = hours_limit()
    if seconds > 3600 * hours:
        raise InputError(
            f"{what}: takes about {duration(seconds)}; the limit is {duration(3600 * hours)}. {remedy}, or raise the "
            f"limit: {HOURS_VARIABLE}={math.ceil(seconds / 3600) + 1}."
        )


def check_whole(name: str, given: int, low: int, high: int | None = None) -> None:
    """Raise InputError for a number outside what is allowed; name : as the user knows it, such as --points."""
    if given < low or (high is not None and given > high):
        span = f"from {low} up" if high is None else f"from {low} to {high}"
        raise InputError(f"{name}: got {given}; allowed is a whole number {span}.")


def memory_limit() -> int:
    """Bytes that a run may take: $CONTACTLINE_MEMORY, else four fifths of what this machine has.

    Raises InputError for a value that is no size.
    """
    given = os.environ.get(MEMORY_VARIABLE)
    if not given:
        return int(MEMORY_SHARE * _machine_memory())
    return parse_size(given, MEMORY_VARIABLE)


def hours_limit() -> float:
    """Hours that a run may take: $CONTACTLINE_HOURS, else two. Raises InputError for anything but a number above 0."""
    given = os.environ.get(HOURS_VARIABLE)
    if not given:
        return HOURS
    with suppress(ValueError):
        if 0 < float(given) < math.inf:
            return float(given)
    raise InputError(f"{HOURS_VARIABLE}: got {given!r}; allowed is a number of hours above 0, such as 12.")


def parse_size(text: str, where: str) -> int:
    """Bytes of a size such as 500MB, 16GB or 16G. Raises InputError for anything else, and for less than 1 MB."""
    found = _SIZE.fullmatch(text)
    value = float(found[1]) * _UNITS[found[2].upper()] if found else 0.0
    if not 1e6 <= value < 1e18:
        raise InputError(f"{where}: got {text!r}; allowed is a size from 1MB up, such as 500MB or 16GB.")
    return int(value)


def size(count: float) -> str:
    """Bytes in words: 850 MB, 7.3 GB, 21,000 GB."""
    if count < 1e9:
        return f"{count / 1e6:,.0f} MB"
    return f"{count / 1e9:,.1f} GB" if count < 1e10 else f"{count / 1e9:,.0f} GB"


def duration(seconds: float) -> str:
    """Seconds in words: 40 s, 12 min, 5 h, 30 days."""
    for unit, length in (("days", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length or (unit == "h" and seconds >= length):
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:,.0f} s"


def _machine_memory() -> int:
    """Bytes of memory of this machine, or of this container where it has less."""
    found = [8 * 10**9]
    with suppress(AttributeError, ValueError, OSError):
        found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):
            found.append(int(Path(name).read_text(encoding="utf-8")))
    return min(found)
