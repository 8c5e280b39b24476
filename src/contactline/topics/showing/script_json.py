"""The one way in which data enters a script element of a page.

A script element ends at `</script`, and `<!--` followed by `<script` keeps it open past its end, so a text in a case
could swallow the page. No `<` leaves this function, and no character that a script reads as the end of a line.
"""

from __future__ import annotations

import json

from markupsafe import Markup

_ESCAPED = str.maketrans(
    {character: f"\\u{ord(character):04x}" for character in ("<", ">", "&", "\u2028", "\u2029")}
)


def script_json(value: object) -> Markup:
    """`value` as JSON that may stand inside a script element, and reads back as the same value.

    Raises ValueError for a number that JSON has no word for (NaN, infinity).
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_ESCAPED))
