"""Small words of sentences: names inside them, and lists."""

from __future__ import annotations

from collections.abc import Sequence

COMMON = ("The ", "A ", "An ", "Rest ", "Both ", "Support ", "Sanctions ")
"""First words of names that are no names themselves."""


def inside(name: str) -> str:
    """A name as it stands inside a sentence: "The rest of …" becomes "the rest of …", other names stay."""
    return lowered(name) if name.startswith(COMMON) else name


def lowered(text: str) -> str:
    """A text with a small first letter, unless its first word is an abbreviation."""
    word = text.partition(" ")[0]
    return text if len(word) > 1 and word.isupper() else text[:1].lower() + text[1:]


def listed(names: Sequence[str]) -> str:
    """ "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
