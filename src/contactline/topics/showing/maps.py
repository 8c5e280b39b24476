"""The map of hexagons as SVG and PNG, for print and terminal: cells of one class are merged into one shape.

The same layers, palettes and labels as the page's canvas (see `topics.showing.mapdata`), in the same projection.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape
from textwrap import shorten
from typing import Any

import h3
import numpy as np
import pandas as pd
import vl_convert

from contactline.core.errors import InputError, UnknownNameError
from contactline.topics.assessment import Assessment
from contactline.topics.fighting.schema import CELLS
from contactline.topics.showing.judgements import focus_proposal, plain_day
from contactline.topics.showing.mapdata import decode_runs, map_data
from contactline.topics.showing.theme import FONT, INK, LAND, MUTED, PAPER

WIDTH, MARGIN, TOP, LEGEND_LINE = 960, 20, 78, 22
"""Pixels of the drawing: total width, margin, room for the title, height of a line of the legend."""

BELT = "#5b3a8c"
LABEL_SIZE = 13
TITLE_ROOM = 92
"""Characters of a title that fit the width of the drawing."""


def print_layers(assessment: Assessment) -> list[str]:
    """Layers worth printing: the line now, the furthest chance, and the proposal in focus."""
    cells = assessment.tables.rows(CELLS)
    if cells.empty:
        return []
    chances = [f"p_{w}" for w in (104, 52, 26) if f"p_{w}" in cells and cells[f"p_{w}"].notna().any()]
    return list(dict.fromkeys(["now", *chances[:1], focus_layer(assessment)]))


def map_svg(assessment: Assessment, layer: str = "now") -> str:
    """One layer as an SVG document: cells, outlines, belts, lines then and now, labels, legend.

    `layer` is an id of `mapdata.layer_groups`. Raises InputError without cells, UnknownNameError for a layer.
    """
    data = map_data(assessment)
    if data is None:
        raise InputError("map: this assessment has no table `cells`; there is nothing to draw.")
    steps = {step["id"]: (group, step) for group in data["groups"] for step in group["steps"]}
    if layer not in steps:
        raise UnknownNameError("map layer", layer, steps)
    group, step = steps[layer]
    cells = assessment.tables[CELLS].sort_values("cell", ignore_index=True)
    values = np.array(decode_runs(step["values"]))
    frame = _Frame(cells["cell"])
    palette = data["palettes"][group["palette"]]
    colours = np.array(palette["colours"], dtype=object)[values]
    body = [_hatched(k, part["rings"], frame) for k, part in enumerate(data["beyond"])]
    body += [
        _shape(cells["cell"][colours == c], frame, c)
        for c in dict.fromkeys(palette["colours"])
        if (colours == c).any()
    ]
    body += [_ring(ring, frame) for ring in data["outlines"]]
    body += [_front(cells, "holder_first", frame, 'stroke-width="1.1" stroke-dasharray="3 3"')]
    body += [_front(cells, "holder_now", frame, 'stroke-width="2"')]
    body += [_belt(belt["points"], frame) for belt in data["belts"]]
    body += _labels(data["towns"], frame)
    legend = [(c, text) for c, text in palette["legend"] if (colours == c).any()]
    return _document(assessment, f"{group['label']}: {step['label']}", body, legend, data, frame)


def map_png(svg: str, scale: float = 2) -> bytes:
    """An SVG document as PNG, enlarged by a factor `scale`."""
    png: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return png


def focus_layer(assessment: Assessment) -> str:
    """The layer of the proposal in focus if the map has it, else the line now."""
    wanted = f"after_{focus_proposal(assessment.case, assessment.tables)}"
    return wanted if wanted in assessment.tables.rows(CELLS) else "now"


class _Frame:
    """Where longitude and latitude fall on the drawing (Mercator, as on the page)."""

    def __init__(self, cells: Iterable[str]) -> None:
        points = np.array([h3.cell_to_latlng(cell) for cell in cells])
        x, y = np.radians(points[:, 1]), _mercator(points[:, 0])
        pad = 0.03 * max(np.ptp(x), np.ptp(y)) + 1e-4
        self.left, self.top = float(x.min() - pad), float(y.max() + pad)
        self.k = (WIDTH - 2 * MARGIN) / (float(np.ptp(x)) + 2 * pad)
        self.height = self.k * (float(np.ptp(y)) + 2 * pad)

    def xy(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Pixels from the top left of the drawing."""
        x = MARGIN + self.k * (math.radians(longitude) - self.left)
        y = TOP + self.k * (self.top - float(_mercator(latitude)))
        return round(x, 1), round(y, 1)


def _mercator(latitude: Any) -> Any:
    return np.log(np.tan(np.pi / 4 + np.radians(latitude) / 2))


def _path(loops: Iterable[Iterable[tuple[float, float]]], frame: _Frame) -> str:
    """SVG path data of loops of (longitude, latitude)."""
    parts = []
    for loop in loops:
        points = [frame.xy(lon, lat) for lon, lat in loop]
        parts.append("M" + "L".join(f"{x} {y}" for x, y in points))
    return "".join(parts)


def _loops(cells: Iterable[str]) -> list[list[tuple[float, float]]]:
    """Outer and inner rings of the union of cells, closed, as (longitude, latitude)."""
    shape = h3.cells_to_h3shape(list(cells), tight=False)
    rings = [ring for polygon in shape for ring in (polygon.outer, *polygon.holes)]
    return [[(lon, lat) for lat, lon in (*ring, ring[0])] for ring in rings]


def _shape(cells: Iterable[str], frame: _Frame, colour: str) -> str:
    style = f'fill="{colour}" fill-rule="evenodd" stroke="{colour}" stroke-width="0.6"'
    return f'<path d="{_path(_loops(cells), frame)}" {style}/>'


def _ring(flat: list[float], frame: _Frame) -> str:
    points = zip(flat[::2], flat[1::2], strict=True)
    return f'<path d="{_path([list(points)], frame)}" fill="none" stroke="#8793a0" stroke-width="1"/>'


def _hatched(k: int, rings: list[list[float]], frame: _Frame) -> str:
    """Ground outside the modelled zone, within the country's outlines."""
    loops = [list(zip(flat[::2], flat[1::2], strict=True)) for flat in rings]
    return f'<path d="{_path(loops, frame)}" fill="url(#beyond{k})" fill-rule="evenodd" clip-path="url(#country)"/>'


def _hatching(k: int, colours: list[str]) -> str:
    """The pattern of one kind of ground outside the zone."""
    ground, line = colours
    return (
        f'<pattern id="beyond{k}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="7" height="7" fill="{ground}"/><path d="M0 0V7" stroke="{line}" stroke-width="2.4"/></pattern>'
    )


def _belt(points: list[list[float]], frame: _Frame) -> str:
    style = f'fill="none" stroke="{BELT}" stroke-width="5" stroke-opacity="0.55" stroke-linecap="round"'
    return f'<path d="{_path([[(p[0], p[1]) for p in points]], frame)}" {style}/>'


def _front(cells: pd.DataFrame, column: str, frame: _Frame, style: str) -> str:
    """Edges between cells of different holders."""
    holder = dict(zip(cells["cell"], cells[column].astype(int), strict=True))
    parts = []
    for cell, held in holder.items():
        if held != 1:
            continue
        for other in h3.grid_ring(cell, 1):
            if holder.get(other) == 0:
                edge = h3.directed_edge_to_boundary(h3.cells_to_directed_edge(cell, other))
                parts.append([(lon, lat) for lat, lon in edge])
    return f'<path d="{_path(parts, frame)}" fill="none" stroke="{INK}" {style}/>'


def _labels(towns: list[list[Any]], frame: _Frame, most: int = 30) -> list[str]:
    """Dots and names, named places first, then by size; one that would touch another is left out."""
    taken: list[tuple[float, float, float, float]] = []
    drawn: list[str] = []
    for lon, lat, name, _people, kind in towns:
        x, y = frame.xy(lon, lat)
        if len(drawn) >= most or not (MARGIN < x < WIDTH - MARGIN and TOP < y < TOP + frame.height):
            continue
        wide = 0.56 * LABEL_SIZE * len(name)
        left = x + 6 if x + 8 + wide < WIDTH - MARGIN else x - 6 - wide
        box = (min(left, x) - 3, y - 9, max(left + wide, x) + 3, y + 9)
        if any(t[0] < box[2] and box[0] < t[2] and t[1] < box[3] and box[1] < t[3] for t in taken):
            continue
        taken.append(box)
        halo = f'paint-order="stroke" stroke="{PAPER}" stroke-width="3" stroke-opacity="0.85"'
        drawn.append(
            f'<circle cx="{x}" cy="{y}" r="{3.4 if kind == 1 else 2.4}" fill="{INK}" stroke="{PAPER}"/>'
            f'<text x="{left:.1f}" y="{y + 4:.1f}" font-size="{LABEL_SIZE}" fill="{INK}" {halo}>{escape(name)}</text>'
        )
    return drawn


def _document(
    assessment: Assessment,
    what: str,
    body: list[str],
    legend: list[tuple[str, str]],
    data: dict[str, Any],
    frame: _Frame,
) -> str:
    case = assessment.case
    strokes = [("", data["labels"]["now"]), ("3 3", data["labels"]["first"])]
    entries = [
        (f'<rect width="14" height="14" y="-11" fill="{c}" stroke="#0002"/>', text) for c, text in legend
    ]
    entries += [
        (f'<rect width="14" height="14" y="-11" fill="url(#beyond{k})" stroke="#0002"/>', part["text"])
        for k, part in enumerate(data["beyond"])
    ]
    entries += [
        (f'<path d="M0 -4H16" stroke="{INK}" stroke-width="2" stroke-dasharray="{dash}"/>', text)
        for dash, text in strokes
    ]
    entries += [
        (f'<path d="M0 -4H16" stroke="{BELT}" stroke-opacity="0.55" stroke-width="5"/>', belt["name"])
        for belt in data["belts"]
    ]
    placed, bottom = _flow(entries, TOP + frame.height + 26)
    title = escape(f"{case.title}. {what}")
    # The page's titles wrap; a drawing's do not, so what is shown leads and the case goes into the line below.
    origin = f"{case.title}. Source: {case.headline_series.name}; own model. As of {plain_day(case.as_of)}."
    lead = escape(shorten(what, TITLE_ROOM, placeholder=" …"))
    area = f'x="{MARGIN}" y="{TOP}" width="{WIDTH - 2 * MARGIN}" height="{frame.height:.1f}"'
    country = _path([list(zip(flat[::2], flat[1::2], strict=True)) for flat in data["outlines"]], frame)
    clip = (
        f'<clipPath id="m"><rect {area}/></clipPath><clipPath id="country"><path d="{country}"/></clipPath>'
    )
    clip += "".join(_hatching(k, part["colours"]) for k, part in enumerate(data["beyond"]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{bottom + 14:.0f}" '
        f'viewBox="0 0 {WIDTH} {bottom + 14:.0f}" font-family="{escape(FONT)}" role="img">'
        f"<title>{title}</title><defs>{clip}</defs>"
        f'<rect width="100%" height="100%" fill="{PAPER}"/>'
        f'<text x="{MARGIN}" y="32" font-size="19" font-weight="600" fill="{INK}">{lead}</text>'
        f'<text x="{MARGIN}" y="56" font-size="13" fill="{MUTED}">{escape(origin)}</text>'
        f'<rect {area} fill="{LAND}"/>'
        f'<g clip-path="url(#m)">{"".join(body)}</g>{"".join(placed)}</svg>'
    )


def _flow(entries: list[tuple[str, str]], top: float) -> tuple[list[str], float]:
    """Legend entries in lines that fit the width; returns the marks and the lowest y."""
    placed, x, y = [], float(MARGIN), top
    for mark, text in entries:
        wide = 40 + 6.9 * len(text)
        if x > MARGIN and x + wide > WIDTH - MARGIN:
            x, y = float(MARGIN), y + LEGEND_LINE
        label = f'<text x="22" y="0" font-size="12.5" fill="{INK}">{escape(text)}</text>'
        placed.append(f'<g transform="translate({x:.0f} {y:.0f})">{mark}{label}</g>')
        x += wide
    return placed, y
