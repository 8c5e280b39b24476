"""The map's compact data decodes to the cells it came from, and the printed map shows every layer."""

from __future__ import annotations

import base64
import dataclasses
import re
import xml.etree.ElementTree as ET

import h3
import numpy as np
import pytest

from contactline.core.errors import InputError, UnknownNameError
from contactline.topics.assessment import Assessment
from contactline.topics.showing.mapdata import (
    PER_DEGREE,
    _varints,
    decode_runs,
    encode_polygons,
    encode_runs,
    held_classes,
    map_data,
)
from contactline.topics.showing.maps import map_png, map_svg, print_layers


def decode_polygons(text: str) -> list[np.ndarray]:
    """The inverse of `encode_polygons`."""
    values = _varints(base64.b64decode(text))
    polygons, anchor, at = [], np.zeros(2, dtype=int), 0
    while at < len(values):
        size = values[at]
        raw = np.array([(v >> 1) ^ -(v & 1) for v in values[at + 1 : at + 1 + 2 * size]]).reshape(size, 2)
        raw[0] += anchor
        polygon = np.cumsum(raw, axis=0)
        anchor = polygon[0]
        polygons.append(polygon)
        at += 1 + 2 * size
    return polygons


def test_polygons_decode_to_the_cells_within_half_an_arc_second(sample: Assessment) -> None:
    data = map_data(sample)
    assert data is not None
    polygons = decode_polygons(data["cells"])
    cells = sorted(sample.tables["cells"]["cell"])
    assert len(polygons) == len(cells) == data["count"]
    for cell, polygon in zip(cells, polygons, strict=True):
        boundary = np.array(h3.cell_to_boundary(cell))[:, ::-1]
        assert np.abs(polygon / PER_DEGREE - boundary).max() <= 0.5 / PER_DEGREE + 1e-12


def test_neighbours_share_their_corners_exactly(sample: Assessment) -> None:
    data = map_data(sample)
    assert data is not None
    polygons = dict(zip(sorted(sample.tables["cells"]["cell"]), decode_polygons(data["cells"]), strict=True))
    inner = next(c for c in polygons if all(n in polygons for n in h3.grid_ring(c, 1)))
    own = {tuple(corner) for corner in polygons[inner]}
    for other in h3.grid_ring(inner, 1):
        assert len(own & {tuple(corner) for corner in polygons[other]}) >= 2


def test_polygons_with_seven_corners_and_far_jumps_survive() -> None:
    rng = np.random.default_rng(5)
    polygons = [rng.integers(-648_000, 648_000, (size, 2)) for size in (5, 6, 7, 8, 6)]
    for given, back in zip(polygons, decode_polygons(encode_polygons(polygons)), strict=True):
        np.testing.assert_array_equal(given, back)


def test_runs_survive() -> None:
    rng = np.random.default_rng(6)
    values = np.repeat(rng.integers(0, 102, 200), rng.integers(1, 400, 200)).tolist()
    assert decode_runs(encode_runs(values)) == values
    assert decode_runs(encode_runs([7])) == [7]


def test_layers_hold_what_the_table_says(sample: Assessment) -> None:
    data = map_data(sample)
    assert data is not None
    cells = sample.tables["cells"].sort_values("cell")
    steps = {step["id"]: decode_runs(step["values"]) for group in data["groups"] for step in group["steps"]}
    assert {"first", "now", "p_26", "p_104", "as_is", "after_grand_plan"} <= set(steps)
    now = np.array(steps["now"])
    np.testing.assert_array_equal(np.isin(now, (1, 3)), cells["holder_now"].to_numpy() == 1)
    np.testing.assert_array_equal(
        now == 3, (cells["holder_now"] == 1).to_numpy() & (cells["holder_first"] == 0)
    )
    np.testing.assert_array_equal(steps["p_52"], np.rint(100 * cells["p_52"].to_numpy()))
    after = np.array(steps["after_grand_plan"])
    np.testing.assert_array_equal(after == 2, cells["after_grand_plan"].to_numpy() == 2)


def test_changes_of_holder_have_their_own_classes() -> None:
    assert held_classes(np.array([0, 1, 2, 1, 0]), np.array([0, 1, 0, 0, 1])) == [0, 1, 2, 3, 4]


def test_printed_map_is_sound_svg_with_labels_and_legend(sample: Assessment) -> None:
    svg = map_svg(sample, "after_grand_plan")
    root = ET.fromstring(svg)
    text = " ".join(node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text"))
    assert "Birchley" in text and "demilitarised zone" in text and "Alder–Cedar belt" in text
    assert "As of 7 December 2025" in text
    assert "After a proposal: Grand plan" in text
    assert not re.search(r"nan|inf\b", svg)
    assert map_png(svg, 0.5).startswith(b"\x89PNG")


def test_print_layers_lead_with_the_line_now(sample: Assessment) -> None:
    assert print_layers(sample) == ["now", "p_104", "after_grand_plan"]


def test_errors_name_the_layer_and_the_missing_table(sample: Assessment) -> None:
    with pytest.raises(
        UnknownNameError, match="unknown map layer 'after_grandplan': did you mean after_grand_plan"
    ):
        map_svg(sample, "after_grandplan")
    bare = dataclasses.replace(sample, tables={})
    assert map_data(bare) is None
    assert print_layers(bare) == []
    with pytest.raises(InputError, match="no table `cells`"):
        map_svg(bare)
