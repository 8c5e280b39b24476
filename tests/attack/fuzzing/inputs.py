"""What an input of the fuzz is: files in a folder, commands over them, and a question whether anything was lost."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.attack.fuzzing.run import CPU_SECONDS, Command, Run


@dataclass(frozen=True)
class Input:
    """One input: what it is in words, what is run over it, and what was lost in silence if all of it ended in 0.

    enough : stages at whose begin a command has read all it was given; seconds : CPU seconds that each may take
    lost : of the runs, "" for nothing
    """

    what: str
    commands: list[Command]
    enough: frozenset[str] = frozenset()
    seconds: int = CPU_SECONDS
    lost: Callable[[list[Run]], str] = field(default=lambda _runs: "")


Maker = Callable[[random.Random, Path], Input]
"""Writes the files of one input into an empty folder. The same dice give the same input."""
