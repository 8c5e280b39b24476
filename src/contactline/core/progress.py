"""The terminal: texts as they stand, and progress (one line, silent elsewhere) on anything over two seconds."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.segment import Segment

from contactline.core.stops import ReaderGone

Tick = Callable[[float], None]
"""Called with the share of the work that is done, 0 to 1."""


def no_tick(_share: float) -> None:
    """A tick (the share done) for callers that show nothing."""


def terminal(stderr: bool = False) -> Console:
    """A console that prints words as they stand: `[sic]` in a text of a case is no markup, `:x:` no picture, and a
    character that would command the terminal is shown instead of obeyed."""
    return _Plain(stderr=stderr, markup=False, emoji=False)


def visible(text: str, *, lines: bool = False) -> str:
    r"""Text in which characters that command a terminal, or turn its writing round, stand as `\x1b` and the like.

    lines : line ends stay what they are
    """
    found = _COMMANDS.search(text)
    return (
        _COMMANDS.sub(lambda at: at[0] if lines and at[0] == "\n" else _escaped(at[0]), text)
        if found
        else text
    )


_COMMANDS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


class _Plain(Console):
    """Renders every text through `visible`; rich's own colours and cursor movements are not text."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Segments with visible text."""
        for segment in super().render(renderable, options):
            if segment.control or not _COMMANDS.search(segment.text):
                yield segment
            else:
                yield Segment(visible(segment.text, lines=True), segment.style)

    def on_broken_pipe(self) -> None:
        """Let a closed pipe through to `main`: rich would end here with exit code 1."""
        raise ReaderGone


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
