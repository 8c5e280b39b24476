"""One command of contactline in a process of its own, forked from one that has imported everything, and what it did.

The command goes through the real entry point: what is judged is what a user would see, with the time and the memory
that the system counted for that one process.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OK, REFUSED, TRACEBACK, CRASH, HANG, MEMORY, SILENT, UNCLEAR, WARNED = (
    "ok", "refused", "traceback", "crash", "hang", "memory", "silent", "unclear", "warned",
)  # fmt: skip
VERDICTS = (OK, REFUSED, TRACEBACK, CRASH, HANG, MEMORY, SILENT, UNCLEAR, WARNED)
"""ok: exit 0; refused: one message and exit 1 or 2; unclear: neither; warned: a library's warning reached the reader;
silent: exit 0 and something of the input was lost without a word (the class of input says what that means)."""

CPU_SECONDS = 10
WALL_SECONDS = 300
MEMORY_BYTES = 2_000_000_000
LONGEST_MESSAGE = 4_000

_WARNING = re.compile(r"\.py:\d+: \w*Warning|^\w*Warning:", re.MULTILINE)
_ENOUGH = 99

Command = list[str] | Callable[[], None]


class Enough(BaseException):
    """The command has read and checked all it was given, and would now compute for long."""


@dataclass(frozen=True)
class Run:
    """What one command did. code : exit code, None where a signal ended it; cpu : seconds; memory : bytes, at most."""

    code: int | None
    signal: int
    cpu: float
    memory: int
    out: str
    err: str

    @property
    def verdict(self) -> tuple[str, str]:
        """The verdict on the run, and the words that show it."""
        if self.signal in (signal.SIGXCPU, signal.SIGALRM):
            return HANG, f"{self.cpu:.1f} CPU s"
        if self.signal:
            return CRASH, f"{signal.Signals(self.signal).name}: {self.err[-300:]}"
        if self.memory > MEMORY_BYTES:
            return MEMORY, f"{self.memory / 1e9:.1f} GB, exit {self.code}: {self.err[-200:]}"
        if "Traceback (most recent call last)" in self.err:
            return TRACEBACK, self.err[-900:]
        if _WARNING.search(self.err):
            return WARNED, self.err[-600:]
        if self.code in (0, _ENOUGH):
            return OK, ""
        ours, usage = re.findall(r"^Error: .", self.err, re.MULTILINE), "─ Error ─" in self.err
        if self.code not in (1, 2) or len(ours) + usage != 1:
            return UNCLEAR, f"exit {self.code}: {self.err[-300:]!r}"
        if len(self.err) > LONGEST_MESSAGE:
            return UNCLEAR, f"a message of {len(self.err):,} characters: {self.err[:300]!r}"
        return REFUSED, ""


def run(
    command: Command,
    folder: Path,
    *,
    scratch: Path,
    enough: frozenset[str] = frozenset(),
    seconds: int = CPU_SECONDS,
) -> Run:
    """Run a command, or a function, in `folder` as its working directory.

    scratch : folder for what it prints; seconds : CPU seconds it may take
    enough : names of stages at whose begin the command has shown what it does with its input; it ends there, well
    """
    out, err = scratch / "stdout", scratch / "stderr"
    child = os.fork()
    if child == 0:
        _live(command, folder, enough, seconds, out, err)
    started = time.monotonic()
    while True:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() - started > WALL_SECONDS:
            os.kill(child, signal.SIGKILL)
            done, status, used = os.wait4(child, 0)
            status = signal.SIGALRM
            break
        time.sleep(0.002)
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    cpu = used.ru_utime + used.ru_stime
    if number == signal.SIGKILL and cpu >= seconds:
        number = signal.SIGXCPU
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(
        None if number else os.WEXITSTATUS(status), number, cpu, used.ru_maxrss * unit,
        out.read_bytes().decode("utf-8", "replace"), err.read_bytes().decode("utf-8", "replace"),
    )  # fmt: skip


@contextmanager
def said() -> Iterator[None]:
    """Say an error of contactline as the command line does, and end with its exit code: for functions that are run."""
    from contactline.core.errors import ContactlineError

    try:
        yield
    except ContactlineError as error:
        print(f"Error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None


def _live(command: Command, folder: Path, enough: frozenset[str], seconds: int, out: Path, err: Path) -> None:
    """The child's whole life; it never returns."""
    code = 1
    try:
        for path, number in ((out, 1), (err, 2)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.chdir(folder)
        os.environ["COLUMNS"] = "100"
        with _stopping(enough):
            if callable(command):
                command()
                code = 0
            else:
                code = _main(command)
    except Enough:
        code = _ENOUGH
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError, UnicodeError):
                traceback.print_exc()
                code = 1
        os._exit(code)


def _main(command: list[str]) -> int:
    from contactline.faces.cli.app import main

    sys.argv = ["contactline", *command]
    main()
    return 0


@contextmanager
def _stopping(enough: frozenset[str]) -> Iterator[None]:
    """Let a stage of one of these names, or any of them for `*`, end the command instead of beginning."""
    from contactline.core.progress import Stages

    begin = Stages.stage

    def stage(self: Stages, name: str) -> object:
        if name in enough or "*" in enough:
            raise Enough
        return begin(self, name)

    Stages.stage = stage  # type: ignore[method-assign,assignment]
    yield
