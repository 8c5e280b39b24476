"""How a run ends from outside: an interrupt, a termination, a reader of its output that has gone.

Each becomes an exception that no library on the way takes for its own, so that every `finally` between runs, temporary
files are removed, and `main` says one line and leaves with the code that shells expect.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

WORDS = "stopped; nothing half-written is left behind."


class Stopped(BaseException):
    """The run was told to stop, by `number`: SIGINT or SIGTERM."""

    def __init__(self, number: int) -> None:
        super().__init__(WORDS)
        self.exit_code = 128 + number


class ReaderGone(BaseException):
    """Whoever read our output has closed it, as `head` does after its lines: there is nobody left to tell."""

    exit_code = 0


@contextmanager
def stoppable() -> Iterator[None]:
    """Within the block an interrupt and a termination raise Stopped in the main thread; twice ends at once.

    A closed pipe raises ReaderGone.
    """
    numbers = [signal.SIGINT, signal.SIGTERM]
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}
    ignored = [
        number for number in numbers if before[number] is signal.SIG_IGN
    ]  # as nohup and `&` of scripts set it

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_DFL)
        raise Stopped(number)

    for number in numbers:
        if number not in ignored:
            signal.signal(number, stop)
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(signal.SIGINT) from None
    except OSError as error:
        if closed(error):
            raise ReaderGone from None
        raise
    finally:
        for number in numbers:
            if before[number] is not None:
                signal.signal(number, before[number])


def closed(error: BaseException) -> bool:
    """Whether an error says that the reader of a pipe has gone."""
    return isinstance(error, OSError) and error.errno in (errno.EPIPE, errno.ESHUTDOWN)


def leave(code: int) -> None:
    """End with an exit code (a number from 0 to 255), without a word about output that can no longer be delivered."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)
