"""The exception tree, drawn once.

    ContactlineError
    ├── InputError            what the user gave is wrong: exit code 2
    │   ├── UnknownNameError  a name that is not known: the nearest ones are offered
    │   ├── CaseError         a case file: file, key path, what came, what is allowed
    │   └── EvidenceError     an archive or table: file, record, what came, what is allowed
    ├── StoreError            the local store cannot be read or written: exit code 1
    ├── FetchError            a download failed, or there is no network: exit code 1
    ├── InternalError         contactline computed what it must not: its own fault, exit code 1
    ├── ModelError            a plug-in raised, or broke the law of its slot: exit code 1
    └── FitError              a model could not be fitted to the evidence given: exit code 1

Every message says what came, where, what is allowed and what to do. The command prints it on one
paragraph and never shows a traceback for these.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

LONGEST_VALUE = 300
"""Characters of one value, or of one word, that a message repeats in full."""

LONGEST_MESSAGE = 4_000
"""Characters of a whole message; what is longer is cut in its middle."""


class ContactlineError(Exception):
    """Root of every error that contactline raises on purpose."""

    exit_code = 1

    def __str__(self) -> str:
        return bounded(printable(super().__str__()))


class InputError(ContactlineError):
    """What the user gave is wrong; the message says where and what is allowed."""

    exit_code = 2


class UnknownNameError(InputError):
    """A name that is not known; carries the allowed ones and offers the nearest."""

    def __init__(self, kind: str, name: str, allowed: Iterable[str]) -> None:
        self.kind, self.name, self.allowed = kind, name, sorted(allowed)
        near = nearest(name, self.allowed)
        hint = f"did you mean {' or '.join(near)}?" if near else "none of the known names is close."
        known = ", ".join(self.allowed) or "none"
        super().__init__(f"unknown {kind} {name!r}: {hint} Known: {known}.")


class CaseError(InputError):
    """A case file is broken; the message names file and key path."""


class EvidenceError(InputError):
    """An archive or table is broken; the message names file and record."""


class StoreError(ContactlineError):
    """The local store cannot be read or written."""


class FetchError(ContactlineError):
    """A download failed after its retries, or there is no network."""


class InternalError(ContactlineError):
    """A table or an outcome that contactline computed breaks its own declaration; the message names it."""


class ModelError(ContactlineError):
    """A model of a slot raised, or handed over what its slot does not allow; the message names it and its maker."""


class FitError(ContactlineError):
    """A model cannot be fitted to the evidence given."""


def printable(text: object) -> str:
    """`text` as it can be printed anywhere: a byte of a file name that is no UTF-8 stands as an escape."""
    return str(text).encode("utf-8", "backslashreplace").decode("utf-8")


def bounded(text: str) -> str:
    """A message that repeats no more of a value than its beginning, however much a file or an argument holds.

    A value is a text in quotes or a run without blanks, of LONGEST_VALUE characters or more.
    """
    text = _LONG.sub(lambda found: f"{found[0][:60]}… ({len(found[0]):,} characters)", text)
    if len(text) > LONGEST_MESSAGE:
        half = LONGEST_MESSAGE // 2
        text = f"{text[:half]} … ({len(text) - 2 * half:,} characters left out) … {text[-half:]}"
    return text


_LONG = re.compile(rf"(?:(?<=[\s(=])|^)'[^'\n]{{{LONGEST_VALUE},}}'(?!\w)|\S{{{LONGEST_VALUE},}}")


def nearest(name: str, allowed: Iterable[str], count: int = 3) -> list[str]:
    """The allowed names closest to `name`, at most `count` (a number), best first; case does not matter."""
    folded = {option.casefold(): option for option in allowed}
    close = difflib.get_close_matches(name.casefold(), folded, n=count, cutoff=0.45)
    return [folded[option] for option in close]
