"""JSON read strictly: every key once, no NaN, no text that cannot be written, no nesting without end.

Python's reader keeps the last of two equal keys without a word; which of them is right, only the publisher knows.
"""

from __future__ import annotations

import json
from typing import Any

from contactline.core.errors import EvidenceError


class RefusedJson(ValueError):
    """A document that Python would read and we do not; the message says why."""


def parse_json(data: bytes, where: str, what: str = "a GeoJSON FeatureCollection") -> Any:
    """The JSON value in `data`. Raises EvidenceError that says where it breaks off, or which key stands twice."""
    if not data.strip():
        raise EvidenceError(f"{where}: is empty; allowed is {what}. Fetch the file again.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvidenceError(
            f"{where}: is not UTF-8 text ({error.reason} at byte {error.start}). Fetch it again."
        ) from None
    try:
        return json.loads(text, object_pairs_hook=keys_once, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated")
        fault = "is cut off" if cut else f"is not JSON: {error.msg}"
        raise EvidenceError(
            f"{where}: {fault} at character {error.pos} of {len(text)}; allowed is {what}, whole. "
            "Fetch the file again."
        ) from None
    except RefusedJson as error:
        raise EvidenceError(f"{where}: {error}") from None
    except RecursionError:
        raise EvidenceError(
            f"{where}: is nested too deep to be evidence; allowed is {what}. Fetch the file again."
        ) from None
    except ValueError:  # Python's limit on the digits of a whole number
        raise EvidenceError(
            f"{where}: holds a number of thousands of digits; allowed are counts and degrees. Correct the file."
        ) from None


def keys_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, for `object_pairs_hook`. Raises RefusedJson for a key that stands twice and for text
    that is no Unicode (half of a surrogate pair), which could be neither stored nor printed."""
    item = dict(pairs)
    if len(item) != len(pairs):
        names = [key for key, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RefusedJson(f"the key {twice!r} stands twice in one object; allowed is once. Remove one.")
    for text in (*item, *item.values()):
        if isinstance(text, str) and not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
            raise RefusedJson(f"{text!r} is no Unicode text; correct the escape in it.")
    return item


def no_constant(name: str) -> Any:
    """NaN and the infinities, for `parse_constant`. Raises RefusedJson."""
    raise RefusedJson(
        f"is not JSON: {name} is no number there; allowed are finite numbers. Correct the file."
    )
