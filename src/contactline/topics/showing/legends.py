"""Legends of the page: text beside small drawings, so that they wrap, are read aloud and lose nothing on a phone.

Vega lays a legend out for the width at hand and cuts what does not fit. So every scale of names is written out in full
(each name with a colour, shape or dash of its own), and on the page the chart gives up its legend for these entries.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from markupsafe import Markup

from contactline.topics.showing.theme import INK, palette

CHANNELS = ("color", "shape", "strokeDash")
SHAPES = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "cross",
    "triangle-right",
    "triangle-down",
    "triangle-left",
)
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [1, 3])
STROKES = ("line", "rule", "tick")

Spec = dict[str, Any]


@dataclass(frozen=True)
class LegendEntry:
    """One name of a legend and its drawing (SVG)."""

    label: str
    mark: Markup


@dataclass(frozen=True)
class Legend:
    """The entries of one scale of names, in order; `title` may be empty."""

    title: str
    entries: tuple[LegendEntry, ...]


@dataclass
class _Scale:
    """What a chart says of one field of names: its order, the channels that show it, and the marks they colour."""

    title: str
    names: list[str] = field(default_factory=list)
    ranges: dict[str, list[Any]] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    definitions: list[tuple[str, Spec]] = field(default_factory=list)


def written_out(spec: Spec) -> Spec:
    """The chart with every scale of names written out: no two names share a colour, or a shape, or a dash."""
    spec = copy.deepcopy(spec)
    for scale in _scales(spec):
        for channel, own in scale.definitions:
            own["scale"] = {**(own.get("scale") or {}), "domain": scale.names, "range": scale.ranges[channel]}
    return spec


def for_page(spec: Spec) -> tuple[Spec, tuple[Legend, ...]]:
    """The chart without its legends of names, and those legends; `spec` is one that `written_out` gave."""
    spec = copy.deepcopy(spec)
    legends = []
    for scale in _scales(spec):
        legends.append(Legend(scale.title, tuple(_entry(scale, k) for k in range(len(scale.names)))))
        for _, own in scale.definitions:
            own["legend"] = None
    return spec, tuple(legends)


def _scales(spec: Spec) -> list[_Scale]:
    """One scale for each field of names that a legend explains, in the order of the layers."""
    found: dict[str, _Scale] = {}
    values: dict[str, list[str]] = {}
    for mark, encoding, data in _units(spec, spec.get("datasets", {}), [], {}):
        for channel in CHANNELS:
            own = encoding.get(channel)
            if (
                not isinstance(own, dict)
                or own.get("type") not in ("nominal", "ordinal")
                or "field" not in own
            ):
                continue
            if "legend" in own and own["legend"] is None:
                continue
            name = own["field"]
            scale = found.setdefault(name, _Scale(str(own.get("title") or "") if "title" in own else name))
            scale.definitions.append((channel, own))
            scale.marks.add(mark)
            seen = values.setdefault(name, [])
            seen += [str(row[name]) for row in data if row.get(name) is not None]
    for name, scale in found.items():
        scale.names = _ordered(scale, list(dict.fromkeys(values[name])))
        scale.ranges = {channel: _range(scale, channel) for channel, _ in scale.definitions}
    return list(found.values())


def _units(
    spec: Spec, named: Mapping[str, list[Spec]], data: list[Spec], encoding: Spec
) -> Iterator[tuple[str, Spec, list[Spec]]]:
    """Mark, encoding and rows of each layer; a layer without rows or encoding of its own has those around it."""
    own = spec.get("data") or {}
    data = own.get("values", named.get(own.get("name", ""), data))
    encoding = {**encoding, **spec.get("encoding", {})}
    if "layer" in spec:
        for layer in spec["layer"]:
            yield from _units(layer, named, data, encoding)
    elif "mark" in spec:
        mark = spec["mark"]
        yield str(mark["type"] if isinstance(mark, dict) else mark), encoding, data


def _ordered(scale: _Scale, present: list[str]) -> list[str]:
    """The names in the order that the chart asks for: its domain, its sort, the rows' own order, or by letter."""
    definitions = [own for _, own in scale.definitions]
    domain = next((d["scale"]["domain"] for d in definitions if (d.get("scale") or {}).get("domain")), None)
    if domain is not None:
        return [str(name) for name in domain]
    asked = next((d["sort"] for d in definitions if "sort" in d), "ascending")
    if asked is None:
        return present
    if isinstance(asked, list):
        return [str(n) for n in asked if str(n) in present] + sorted(n for n in present if n not in asked)
    return sorted(present)


def _range(scale: _Scale, channel: str) -> list[Any]:
    """As many different values of the channel as there are names: those given first, then others."""
    given: list[Any] = next(
        (own["scale"]["range"] for kind, own in scale.definitions
         if kind == channel and isinstance((own.get("scale") or {}).get("range"), list)), [],
    )  # fmt: skip
    spare: list[Any] = list(palette(len(scale.names) + len(given))) if channel == "color" else []
    spare = spare or [list(dash) for dash in DASHES] if channel == "strokeDash" else spare or list(SHAPES)
    kept = given[: len(scale.names)]
    return kept + [value for value in spare if value not in kept][: len(scale.names) - len(kept)]


def _entry(scale: _Scale, k: int) -> LegendEntry:
    colour = escape(str(scale.ranges["color"][k]) if "color" in scale.ranges else INK)
    dash = scale.ranges["strokeDash"][k] if "strokeDash" in scale.ranges else None
    parts = ""
    if scale.marks & set(STROKES):
        dashed = (
            f' stroke-dasharray="{" ".join(map(str, dash))}"' if dash and len(dash) > 1 and dash[1] else ""
        )
        parts += f'<path d="M1 7H21" stroke="{colour}" stroke-width="2.4"{dashed}/>'
    if scale.marks & {"point", "circle", "square"}:
        shape = scale.ranges["shape"][k] if "shape" in scale.ranges else "circle"
        parts += f'<path d="{_OUTLINES.get(shape, _OUTLINES["circle"])}" fill="{colour}"/>'
    if not parts:
        parts = f'<rect x="4" y="0" width="14" height="14" fill="{colour}"/>'
    drawing = f'<svg viewBox="0 0 22 14" width="22" height="14" aria-hidden="true">{parts}</svg>'
    return LegendEntry(scale.names[k], Markup(drawing))


_OUTLINES: Mapping[str, str] = {
    "circle": "M11 2a5 5 0 1 1 0 10a5 5 0 1 1 0-10Z",
    "square": "M6.5 2.5H15.5V11.5H6.5Z",
    "diamond": "M11 1L16 7L11 13L6 7Z",
    "cross": "M9.2 2H12.8V5.2H16V8.8H12.8V12H9.2V8.8H6V5.2H9.2Z",
    "triangle-up": "M11 1.5L16.5 12H5.5Z",
    "triangle-down": "M11 12.5L16.5 2H5.5Z",
    "triangle-right": "M6 1.5L17 7L6 12.5Z",
    "triangle-left": "M16 1.5L5 7L16 12.5Z",
}
"""Drawings of Vega's symbols in a box of 22 by 14."""
