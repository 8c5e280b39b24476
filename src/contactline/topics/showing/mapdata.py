"""The map of hexagons as compact data: cells, layers, outlines, towns and belts, for page and print alike.

Corners of cells are whole arc-seconds (about 30 m), written as differences in variable-length bytes, so that
neighbouring cells meet exactly and 10,000 of them take about 200 kB. `static/hexmap.js` decodes the same.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any

import h3
import numpy as np
import pandas as pd

from contactline.topics.assessment import Assessment
from contactline.topics.fighting.schema import CELLS
from contactline.topics.front.schema import CHANGES, LINE_HISTORY, OUTLINES, PLACES, SETTLEMENTS
from contactline.topics.showing.beyond import UNKNOWN, ground_beyond, rings_of
from contactline.topics.showing.figures import region_name
from contactline.topics.showing.judgements import BANDS, band, focus_proposal, plain_day, proposal_name
from contactline.topics.showing.theme import BAND_COLOURS, CHALLENGER, DEFENDER, DMZ

PER_DEGREE = 3600
MISSING = 101
"""The value of a chance layer where the chance is not known."""

HELD_COLOURS = ("#dde8ef", "#ecc6b9", DMZ, CHALLENGER, DEFENDER)
"""Defender, challenger, demilitarised, newly challenger's, newly defender's."""

BEYOND_COLOURS = {0: ("#edf3f6", "#c3d5df"), 1: ("#f6e3dd", "#dda594"), UNKNOWN: ("#f4f5f6", "#c9ced4")}
"""Ground outside the modelled zone by holder: paler than within it, and the colour of its hatching."""

MAX_TOWNS = 260


def map_data(assessment: Assessment) -> dict[str, Any] | None:
    """Everything `hexmap.js` draws, as JSON-ready data; None without the table `cells`."""
    cells = assessment.tables.rows(CELLS)
    if cells.empty:
        return None
    cells = cells.sort_values("cell", ignore_index=True)
    regions = sorted(cells["region"].unique())
    case = assessment.case
    return {
        "perDegree": PER_DEGREE,
        "count": len(cells),
        "cells": encode_polygons(cell_corners(cells["cell"])),
        "regions": [region_name(assessment, r) for r in regions],
        "cellRegion": encode_runs([regions.index(r) for r in cells["region"]]),
        "palettes": _palettes(assessment),
        "groups": layer_groups(assessment, cells),
        "now": encode_runs(cells["holder_now"].tolist()),
        "first": encode_runs(cells["holder_first"].tolist()),
        "outlines": _outlines(assessment),
        "beyond": _beyond(assessment, cells),
        "towns": _towns(assessment),
        "belts": [{"name": name, "points": points} for name, points in belt_lines(assessment)],
        "labels": {"first": "line at the start of the record", "now": f"line on {plain_day(case.as_of)}"},
    }


def layer_groups(assessment: Assessment, cells: pd.DataFrame) -> list[dict[str, Any]]:
    """The views of the map: who held what when, chances ahead, and after each proposal."""
    groups = [
        {"id": "held", "label": "Who held it", "palette": "held", "steps": _held_steps(assessment, cells)}
    ]
    weeks = [w for w in (26, 52, 104) if f"p_{w}" in cells and cells[f"p_{w}"].notna().any()]
    if weeks:
        steps = [
            {"id": f"p_{w}", "label": f"in {w} weeks", "values": encode_runs(_percents(cells[f"p_{w}"]))}
            for w in weeks
        ]
        label = f"Chance that {assessment.case.challenger.name} holds it"
        groups.append({"id": "chance", "label": label, "palette": "chance", "steps": steps})
    deals = [c for c in cells.columns if str(c).startswith("after_")]
    if deals:
        now = cells["holder_now"].to_numpy(dtype=int)
        steps = [{"id": "as_is", "label": "No deal: the line now", "values": encode_runs(now.tolist())}]
        steps += [
            {
                "id": column,
                "label": proposal_name(assessment.case, column.removeprefix("after_")),
                "values": encode_runs(held_classes(cells[column].to_numpy(), now)),
            }
            for column in deals
        ]
        groups.append({"id": "after", "label": "After a proposal", "palette": "held", "steps": steps})
        focus = f"after_{focus_proposal(assessment.case, assessment.tables)}"
        groups[-1]["start"] = focus if focus in deals else deals[0]
    return groups


def held_classes(holder: np.ndarray, before: np.ndarray) -> list[int]:
    """Palette classes from holder codes ndarray[cell] (0 defender, 1 challenger, 2 DMZ); changes since `before`
    stand out."""
    holder, before = np.asarray(holder, dtype=int), np.asarray(before, dtype=int)
    classes = holder.copy()
    classes[(holder == 1) & (before == 0)] = 3
    classes[(holder == 0) & (before == 1)] = 4
    return [int(c) for c in classes]


def cell_corners(cells: Iterable[str]) -> list[np.ndarray]:
    """Corners of each cell: ndarray[corner, (lon, lat)], whole arc-seconds."""
    corners = []
    for cell in cells:
        boundary = np.array(h3.cell_to_boundary(cell))[:, ::-1]
        corners.append(np.rint(boundary * PER_DEGREE).astype(int))
    return corners


def encode_polygons(polygons: Sequence[np.ndarray]) -> str:
    """Base64 of polygons ndarray[corner, axis] in whole numbers: per polygon its number of corners, its first
    corner relative to the previous polygon's first, then each corner relative to the one before; signed numbers zigzag,
    all in base-128 bytes."""
    out = bytearray()
    anchor = np.zeros(2, dtype=int)
    for polygon in polygons:
        _put(out, len(polygon))
        steps = np.vstack([polygon[:1] - anchor, np.diff(polygon, axis=0)])
        anchor = polygon[0]
        for value in steps.ravel().tolist():
            _put(out, (value << 1) ^ (value >> 63))
    return base64.b64encode(bytes(out)).decode("ascii")


def encode_runs(values: Sequence[int]) -> str:
    """Base64 of run lengths: value, count, value, count … as base-128 bytes."""
    array = np.asarray(values, dtype=int)
    starts = np.flatnonzero(np.r_[True, np.diff(array) != 0])
    lengths = np.diff(np.r_[starts, len(array)])
    out = bytearray()
    for value, length in zip(array[starts].tolist(), lengths.tolist(), strict=True):
        _put(out, value)
        _put(out, length)
    return base64.b64encode(bytes(out)).decode("ascii")


def decode_runs(text: str) -> list[int]:
    """The whole numbers that `encode_runs` made a text of."""
    values = _varints(base64.b64decode(text))
    return [v for v, n in zip(values[::2], values[1::2], strict=True) for _ in range(n)]


def belt_lines(assessment: Assessment) -> list[tuple[str, list[list[float]]]]:
    """Name and points (lon, lat) of each fortified belt, through its objectives in order."""
    places = {o.id: o for o in assessment.case.objectives}
    lines = []
    for belt in assessment.case.belts:
        stops = [places[o] for o in belt.objectives if o in places]
        points = [
            [s.longitude, s.latitude] for s in stops if s.longitude is not None and s.latitude is not None
        ]
        if len(points) > 1:
            lines.append((belt.name, points))
    return lines


def held_names(assessment: Assessment) -> list[str]:
    """Names of the classes of `held_classes`, in order."""
    challenger, defender = assessment.case.challenger.name, assessment.case.defender.name
    return [
        f"held by {defender}",
        f"held by {challenger}",
        "demilitarised zone",
        f"changed to {challenger}",
        f"changed to {defender}",
    ]


def _held_steps(assessment: Assessment, cells: pd.DataFrame) -> list[dict[str, Any]]:
    """First day, month ends where the table `changes` is there, and the as-of date."""
    first, now = cells["holder_first"].to_numpy(dtype=int), cells["holder_now"].to_numpy(dtype=int)
    steps = [("first", _start_label(assessment), first)]
    changes = assessment.tables.rows(CHANGES)
    if not changes.empty:
        place = {cell: i for i, cell in enumerate(cells["cell"])}
        state = first.copy()
        ordered = changes[changes["cell"].isin(place)].sort_values(["date", "cell"])
        for month, rows in ordered.groupby(ordered["date"].dt.to_period("M"), sort=True):
            state[[place[c] for c in rows["cell"]]] = rows["holder"].to_numpy(dtype=int)
            if month.end_time.date() < assessment.case.as_of:
                steps.append((f"m{month}", plain_day(month.end_time.date()), state.copy()))
    steps.append(("now", plain_day(assessment.case.as_of), now))
    return [{"id": i, "label": text, "values": encode_runs(held_classes(s, first))} for i, text, s in steps]


def _start_label(assessment: Assessment) -> str:
    line = assessment.tables.rows(LINE_HISTORY)
    if not line.empty:
        return plain_day(line["date"].min().date())
    return "start of the record"


def _percents(chance: pd.Series) -> list[int]:
    return [MISSING if p != p else round(100 * p) for p in chance.astype(float)]


def _palettes(assessment: Assessment) -> dict[str, Any]:
    words = [band(p / 100) for p in range(101)]
    colour = {name: c for (_, _, name), c in zip(BANDS, BAND_COLOURS, strict=True)}
    legend = [[colour[name], f"{_bounds(low, high)} {name}"] for low, high, name in BANDS]
    challenger = assessment.case.challenger.name
    return {
        "held": {
            "colours": list(HELD_COLOURS),
            "names": held_names(assessment),
            "legend": [list(pair) for pair in zip(HELD_COLOURS, held_names(assessment), strict=True)],
        },
        "chance": {
            "colours": [colour[w] for w in words] + ["#ffffff"],
            "names": [f"{p}% that {challenger} holds it: {w}" for p, w in enumerate(words)]
            + ["not computed"],
            "legend": legend,
        },
    }


def _bounds(low: float, high: float) -> str:
    if low == 0:
        return f"below {100 * high:.0f}%"
    return f"above {100 * low:.0f}%" if high == 1 else f"{100 * low:.0f}–{100 * high:.0f}%"


def _outlines(assessment: Assessment) -> list[list[float]]:
    """One flat list lon, lat, lon, lat … per ring, three decimals."""
    ordered = assessment.tables.rows(OUTLINES).sort_values(["region", "ring", "vertex"])
    return [
        [round(float(v), 3) for v in ring[["longitude", "latitude"]].to_numpy().ravel()]
        for _, ring in ordered.groupby(["region", "ring"], sort=False)
    ]


def _beyond(assessment: Assessment, cells: pd.DataFrame) -> list[dict[str, Any]]:
    """Ground outside the modelled zone by holder: its colours, its words for the legend, its rings."""
    table = assessment.tables.rows(OUTLINES)
    if table.empty:
        return []
    names = {0: assessment.case.defender.name, 1: assessment.case.challenger.name}
    return [
        {
            "colours": list(BEYOND_COLOURS[holder]),
            "text": f"outside the modelled zone, held by {names[holder]}"
            if holder in names
            else "outside the modelled zone, holder not known",
            "rings": rings_of(part),
        }
        for holder, part in sorted(
            ground_beyond(cells, table).items(), key=lambda one: (one[0] == UNKNOWN, one[0])
        )
    ]


def _towns(assessment: Assessment) -> list[list[Any]]:
    """lon, lat, name, people, kind (0 town, 1 objective, 2 named place); the largest and the named ones."""
    towns: dict[str, list[Any]] = {}
    for o in assessment.case.objectives:
        if o.latitude is not None and o.longitude is not None:
            towns[o.name] = [o.longitude, o.latitude, o.name, 0, 1]
    for _, p in assessment.tables.rows(PLACES).iterrows():
        towns.setdefault(p["name"], [float(p["longitude"]), float(p["latitude"]), p["name"], 0, 2])
    table = assessment.tables.rows(SETTLEMENTS)
    for _, s in table.sort_values("population", ascending=False).head(MAX_TOWNS).iterrows():
        known = towns.setdefault(
            s["name"], [round(s["longitude"], 4), round(s["latitude"], 4), s["name"], 0, 0]
        )
        known[3] = max(known[3], int(s["population"]))
    return sorted(towns.values(), key=lambda t: (t[4] == 0, -t[3], t[2]))


def _put(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _varints(data: bytes) -> list[int]:
    values, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            values.append(value)
            value = shift = 0
    return values
