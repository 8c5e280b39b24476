"""What leaves the program: text in whatever encoding the stream has, and data that no encoding may change.

A stream that cannot hold a character gets a plain one (`-` for a minus sign), never an error; data keep their meaning:
JSON is escaped, CSV is written as UTF-8.
"""

from __future__ import annotations

import codecs
import json
import math
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, TextIO

from contactline.core.errors import InputError
from contactline.core.progress import visible

if TYPE_CHECKING:
    import pandas as pd

PLAIN = "contactline-plain"
"""Name of the error handler that writes plain characters in place of those that an encoding lacks."""

STAND_INS = {
    "−": "-", "–": "-", "—": "-", "‑": "-", "‐": "-", "─": "-", "→": "->", "←": "<-", "×": "x", "≥": ">=", "≤": "<=",
    "≈": "~", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "…": "...", "•": "*", "·": ".", "†": "+", "‡": "++",
    "€": "EUR", "£": "GBP", "²": "2", "³": "3", "½": "1/2", "°": " deg", "\u2009": " ", "\u202f": " ", "\xa0": " ",
}  # fmt: skip
"""Characters with a plain reading; letters lose their marks, and anything else becomes a question mark."""


def prepare_output() -> None:
    """Make standard output and error write plain characters where their encoding lacks one, instead of failing."""
    codecs.register_error(PLAIN, _plain)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=PLAIN)


def check_arguments(arguments: list[str]) -> None:
    """Raise InputError for a word of the command line that is not UTF-8 (Python hands such bytes on as surrogates)."""
    for number, word in enumerate(arguments, start=1):
        if any("\ud800" <= character <= "\udfff" for character in word):
            raw = word.encode("utf-8", "surrogateescape")
            raise InputError(
                f"command line, word {number}: got {raw!r}, which is not UTF-8; allowed is text in UTF-8. Rename the "
                "file, or type the word in a terminal that is set to UTF-8."
            )


def finite_or_none(given: float) -> float | None:
    """A number, in whatever unit, as JSON can hold it: None where it is beyond the horizon, unbounded or missing."""
    return float(given) if math.isfinite(given) else None


def print_json(document: Any, *, indent: int | None = None) -> None:
    """Print data, or a text that is JSON already, on standard output; escaped where the stream is not UTF-8.

    indent : characters by which each level is set in; None writes one line.
    """
    text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False, indent=indent)
    if not _is_utf8(sys.stdout):
        text = "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in text)
    sys.stdout.write(_shown(text) + "\n")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain data for JSON: days as ISO days, missing values None."""
    days = {day: frame[day].dt.strftime("%Y-%m-%d") for day in frame.select_dtypes("datetime").columns}
    found: list[dict[str, Any]] = json.loads(
        frame.assign(**days).to_json(orient="records", date_format="iso")
    )
    return found


def print_csv(text: str) -> None:
    """Print CSV on standard output: as UTF-8 where the stream's own encoding cannot hold it."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(_shown(text))


def _shown(text: str) -> str:
    """Text for another program as it is; on a terminal, what would command it is made visible."""
    return visible(text, lines=True) if sys.stdout.isatty() else text


def _is_utf8(stream: TextIO) -> bool:
    name = getattr(stream, "encoding", None) or "utf-8"
    return codecs.lookup(name).name.startswith("utf-")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Stand-ins for the characters from `error.start` to `error.end`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_stand_in(c, error.encoding) for c in error.object[error.start : error.end]), error.end


def _stand_in(character: str, encoding: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte of a file name that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    bare = STAND_INS.get(character) or "".join(
        c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)
    )
    try:
        bare.encode(encoding)
    except UnicodeEncodeError:
        return "?"
    return bare or "?"
