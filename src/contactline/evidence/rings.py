"""A fast way from the text of GeoJSON coordinates to arrays, for archives whose records repeat each other.

From one day to the next nearly all vertices of a control map stay, so the text of a ring is cut at places
that its own content decides (a latitude that ends in the digits `CUT`) and each distinct piece is checked
and parsed once. Anything unusual returns None: the plain JSON reader is the authority and words the error.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from contactline.core.strict_json import keys_once, no_constant

Rings = tuple[np.ndarray, ...]

CUT = b"7"
"""Measured on the 512-file archive (37 MB of coordinates, 1.5 million vertices, 16,386 distinct), CPU seconds,
medians of seven: json.loads alone 0.38, the plain reader to checked arrays 0.66, this one 0.23; with cuts after
"37" (a piece of a hundred vertices rather than ten) 0.25, without cuts 0.72."""

_NUMBER = rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_KEY = re.compile(rb'"coordinates"\s*:\s*(?=\[)')


@dataclass(frozen=True)
class Style:
    """One way writers lay out nested arrays: the strings that open, separate and close."""

    opening: bytes
    between: bytes
    closing: bytes
    comma: bytes

    def piece(self) -> re.Pattern[bytes]:
        """Whole pairs of JSON numbers in this style."""
        pair = _NUMBER + re.escape(self.comma) + _NUMBER
        return re.compile(pair + rb"(?:" + re.escape(self.between) + pair + rb")*")


STYLES = (
    Style(b"[ ", b" ], [ ", b" ]", b", "),  # GDAL: the daily files
    Style(b"[", b"], [", b"]", b", "),  # Python's json: the unified file
    Style(b"[", b"],[", b"]", b","),  # compact
)
_PIECES = tuple(style.piece() for style in STYLES)


@dataclass
class RingCache:
    """What has been parsed so far: `pieces` of ring text and whole `rings`, each to its ndarray[position, 2],
    degrees."""

    pieces: dict[tuple[int, bool], dict[bytes, np.ndarray]] = field(default_factory=dict)
    rings: dict[bytes, np.ndarray] = field(default_factory=dict)
    checked: set[int] = field(default_factory=set)
    """`id` of the rings in `rings` that have passed their checks."""

    def document(self, data: bytes) -> Any | None:
        """The JSON value in `data` with every array under a key "coordinates" replaced by a pair (kind,
        polygons), kind being Polygon or MultiPolygon; None where the plain reader must decide."""
        spans = coordinate_spans(data)
        if not spans:
            return None
        parsed: list[tuple[str, tuple[Rings, ...]]] = []
        skeleton, last = [], 0
        for number, (start, end) in enumerate(spans):
            polygons = self._polygons(data[start:end])
            if polygons is None:
                return None
            parsed.append(polygons)
            skeleton += [data[last:start], b"[%d]" % number]
            last = end
        rest = b"".join([*skeleton, data[last:]])
        if b"\\" in rest:  # an escaped key could pass for one of our markers
            return None
        try:
            return json.loads(
                rest,
                object_pairs_hook=lambda pairs: _insert(keys_once(pairs), parsed),
                parse_constant=no_constant,
            )
        except (ValueError, RecursionError):
            return None

    def _polygons(self, text: bytes) -> tuple[str, tuple[Rings, ...]] | None:
        for number, style in enumerate(STYLES):
            for kind, depth in (("MultiPolygon", 4), ("Polygon", 3)):
                opening, closing = style.opening * depth, style.closing * depth
                if text.startswith(opening) and text.endswith(closing) and style.between in text:
                    inner = text[len(opening) : -len(closing)]
                    polygons = self._nested(inner, number, style) if kind == "MultiPolygon" else None
                    if kind == "Polygon":
                        rings = self._rings(inner, number, style)
                        polygons = None if rings is None else (rings,)
                    if polygons is not None:
                        return kind, polygons
        return None

    def _nested(self, text: bytes, number: int, style: Style) -> tuple[Rings, ...] | None:
        polygons = [self._rings(part, number, style) for part in text.split(_level(style, 3))]
        return (
            None if any(rings is None for rings in polygons) else tuple(r for r in polygons if r is not None)
        )

    def _rings(self, text: bytes, number: int, style: Style) -> Rings | None:
        rings = [self._ring(part, number, style) for part in text.split(_level(style, 2))]
        return None if any(ring is None for ring in rings) else tuple(r for r in rings if r is not None)

    def _ring(self, text: bytes, number: int, style: Style) -> np.ndarray | None:
        known = self.rings.get(text)
        if known is not None:
            return known
        *inner, tail = text.split(CUT + style.between)
        middle = self.pieces.setdefault((number, False), {})
        last = self.pieces.setdefault((number, True), {})
        try:
            arrays = [
                middle[piece] if piece in middle else _add(middle, piece, CUT, number) for piece in inner
            ]
            arrays.append(last[tail] if tail in last else _add(last, tail, b"", number))
        except ValueError:
            return None
        ring = np.concatenate(arrays).reshape(-1, 2)
        ring.setflags(write=False)
        self.rings[text] = ring
        return ring


def _add(store: dict[bytes, np.ndarray], piece: bytes, ending: bytes, number: int) -> np.ndarray:
    """Parse and remember a piece of ring text. Raises ValueError unless it is whole pairs of JSON numbers."""
    text = piece + ending
    if not _PIECES[number].fullmatch(text):
        raise ValueError("not pairs of numbers")
    style = STYLES[number]
    values = text.replace(style.between, b",").split(b",")
    store[piece] = np.array([float(value) for value in values])
    return store[piece]


def _level(style: Style, depth: int) -> bytes:
    """The string between two arrays that themselves hold arrays: `]],[[` at depth 2."""
    comma = style.between.removeprefix(style.closing).removesuffix(style.opening)
    return style.closing * depth + comma + style.opening * depth


def coordinate_spans(data: bytes) -> list[tuple[int, int]]:
    """Start and end, as indexes of bytes, of each array under "coordinates": it ends before the next quote or closing
    brace."""
    spans = []
    for match in _KEY.finditer(data):
        start = match.end()
        stops = [stop for stop in (data.find(b"}", start), data.find(b'"', start)) if stop >= 0]
        end = data.rfind(b"]", start, min(stops)) + 1 if stops else 0
        if end <= start:
            return []
        spans.append((start, end))
    return spans


def _insert(item: dict[str, Any], parsed: list[tuple[str, tuple[Rings, ...]]]) -> dict[str, Any]:
    marker = item.get("coordinates")
    if isinstance(marker, list):
        item["coordinates"] = parsed[marker[0]]
    return item
