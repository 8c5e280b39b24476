"""Ground outside the modelled zone is held by whoever holds the edge of the zone that it touches."""

from __future__ import annotations

import dataclasses
import json
import xml.etree.ElementTree as ET

import h3
import numpy as np
import pandas as pd
import pytest

from contactline.case.load import load_case
from contactline.topics.assessment import Assessment
from contactline.topics.showing.beyond import UNKNOWN, country_cells, ground_beyond, rings_of
from contactline.topics.showing.mapdata import map_data
from contactline.topics.showing.maps import map_svg

CENTRE = (48.0, 37.0)


def square(region: str, low: tuple[float, float], high: tuple[float, float]) -> pd.DataFrame:
    corners = [(low[0], low[1]), (low[0], high[1]), (high[0], high[1]), (high[0], low[1])]
    return pd.DataFrame(
        [
            {"region": region, "ring": 0, "vertex": k, "latitude": lat, "longitude": lon}
            for k, (lat, lon) in enumerate(corners)
        ]
    )


def zone(reach: int = 12, resolution: int = 6) -> pd.DataFrame:
    """A disk of cells, the challenger in its east."""
    cells = h3.grid_disk(h3.latlng_to_cell(*CENTRE, resolution), reach)
    east = [int(h3.cell_to_latlng(cell)[1] > CENTRE[1]) for cell in cells]
    return pd.DataFrame({"cell": cells, "holder_now": east})


def test_each_side_gets_the_ground_behind_its_edge() -> None:
    west = square("west", (46.0, 34.0), (50.0, 36.6))
    east = square("east", (46.0, 37.4), (50.0, 40.0))
    found = ground_beyond(zone(), pd.concat([west, east]))
    longitude = {k: np.array([h3.cell_to_latlng(c)[1] for c in part]) for k, part in found.items()}
    assert len(longitude[0]) > 50 and longitude[0].max() < CENTRE[1]
    assert len(longitude[1]) > 50 and longitude[1].min() > CENTRE[1]


def test_ground_that_touches_both_sides_or_none_stays_unknown() -> None:
    around = ground_beyond(zone(), square("all", (46.0, 34.0), (50.0, 40.0)))
    assert set(around) == {UNKNOWN}
    island = square("island", (44.0, 30.0), (44.6, 30.6))
    far = ground_beyond(zone(), pd.concat([island, square("west", (46.0, 34.0), (50.0, 36.6))]))
    assert far[UNKNOWN] >= country_cells(island, 5)


def test_no_cell_wholly_inside_the_zone_is_beyond_it() -> None:
    cells = zone()
    found = ground_beyond(cells, square("west", (46.0, 34.0), (50.0, 36.6)))
    inside = set(cells["cell"])
    for part in found.values():
        for cell in part:
            assert not inside.issuperset(h3.cell_to_children(cell, 6))


def test_rings_close_and_do_not_depend_on_the_order_of_cells() -> None:
    cells = list(h3.grid_disk(h3.latlng_to_cell(*CENTRE, 5), 2))
    (ring,) = rings_of(cells)
    assert ring[:2] == ring[-2:] and rings_of(reversed(cells)) == [ring]


def test_held_ground_of_the_built_in_case_adds_up_to_what_was_measured() -> None:
    """The inference is checked: cells of the zone and ground beyond it against the area of the control map."""
    loaded = load_case("ukraine_2025")
    cells, changes = loaded.evidence("cells"), loaded.evidence("changes")
    now = cells.set_index("cell")["holder"].copy()
    for row in changes.sort_values("date").itertuples():
        now[row.cell] = row.holder
    held = pd.DataFrame({"cell": now.index, "holder_now": now.to_numpy()})
    found = ground_beyond(held, loaded.evidence("outlines"))
    zone_cells, resolution = set(now.index), h3.get_resolution(now.index[0])
    area = sum(h3.cell_area(cell) for cell in now.index[now == 1])
    area += sum(
        h3.cell_area(child)
        for cell in found[1]
        for child in h3.cell_to_children(cell, resolution)
        if child not in zone_cells
    )
    areas = loaded.evidence("areas")
    own = areas[(areas["series"] == loaded.case.headline_series.id) & (areas["region"] == "total")]
    measured = float(own.sort_values("date")["km2"].iloc[-1])
    assert area == pytest.approx(measured, rel=0.02)
    assert h3.latlng_to_cell(45.3, 34.4, resolution - 1) in found[1]  # the middle of Crimea
    assert h3.latlng_to_cell(49.0, 31.0, resolution - 1) in found[0]


def test_page_and_print_show_the_ground_beyond_and_say_whose(sample: Assessment) -> None:
    data = map_data(sample)
    assert data is not None and data["beyond"]
    json.dumps(data["beyond"])
    texts = {part["text"] for part in data["beyond"]}
    root = ET.fromstring(map_svg(sample))
    shown = {"".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert texts <= shown
    bare = dataclasses.replace(sample, tables={k: v for k, v in sample.tables.items() if k != "outlines"})
    without = map_data(bare)
    assert without is not None and without["beyond"] == []
    ET.fromstring(map_svg(bare))
