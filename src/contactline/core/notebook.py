"""What a result shows of itself in a session: one line as text, a small table in a notebook. Texts are escaped."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from html import escape

LONGEST = 120
"""Characters of a text within a line."""


def line(kind: str, what: str) -> str:
    """`<Kind: what>` on one line."""
    return f"<{kind}: {' '.join(what.split())}>"


def short(text: str) -> str:
    """A text cut between words, with dots where something is left out."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else flat[:LONGEST].rsplit(" ", 1)[0] + " …"


def html(title: str, about: str, rows: Iterable[tuple[str, str]] = (), more: Iterable[str] = ()) -> str:
    """A heading, a line about it, rows of a value and what it is, and paragraphs."""
    cells = "".join(
        f"<tr><td style='text-align:right'><b>{escape(value)}</b></td>"
        f"<td style='text-align:left'>{escape(label)}</td></tr>"
        for value, label in rows
    )
    body = f"<table>{cells}</table>" if cells else ""
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in more)
    return f"<div><b>{escape(title)}</b><br>{escape(about)}{body}{paragraphs}</div>"


@singledispatch
def told(result: object) -> str:
    """A result in a notebook, by whoever registered for its kind what is to be told of it (`told.register`): a record
    of a lower room can be told by a room that knows more."""
    return html(type(result).__name__, repr(result))
