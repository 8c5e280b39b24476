"""The terminal: texts as they stand, and progress (one line, silent elsewhere) on anything over two seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Tick = Callable[[float], None]
"""Called with the share of the work that is done, 0 to 1."""


def no_tick(_share: float) -> None:
    """A tick for callers that show nothing."""


def terminal(stderr: bool = False) -> Console:
    """A console that prints words as they stand: `[sic]` in a text of a case is no markup, `:x:` no picture."""
    return Console(stderr=stderr, markup=False, emoji=False)


@dataclass
class Stages:
    """Times named stages and shows them; `timings` maps stage name to seconds."""

    console: Console
    quiet: bool = False
    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Tick]:
        """Run a block as stage `name`; yields a tick for its progress bar."""
        started = time.perf_counter()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        silent = self.quiet or not self.console.is_terminal
        with Progress(*columns, console=self.console, transient=True, disable=silent) as progress:
            task = progress.add_task(name, total=1.0)
            yield lambda share: progress.update(task, completed=min(share, 1.0))
        self.timings[name] = round(time.perf_counter() - started, 3)
