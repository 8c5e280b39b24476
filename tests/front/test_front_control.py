"""Control of cells, the line of contact, settlements and outlines: invented squares, GEOS, the real archive."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from front_shapes import archive_of, box, region

from contactline.case.beliefs import Assumption
from contactline.case.schema import Belt, Objective, Theatre
from contactline.core.errors import EvidenceError, InputError, UnknownNameError
from contactline.front.cells import as_indexes, cell_km2, cells_of, centres_of, distance_km, inside, sampled
from contactline.front.control_history import Marks, control_history, holder_on, theatre_cells
from contactline.front.edges import project
from contactline.front.line import cell_borders, cell_line_length, contact_ground, measure_line
from contactline.front.outlines import simplified_outlines
from contactline.front.overlaps import as_shape, sound_history
from contactline.front.settlements import (
    holder_in_cells,
    measure_settlements,
)

COUNTRY = {"west": region((box(30, 45, 32, 48),)), "east": region((box(32, 45, 34, 48),))}
MINE = {"assumption": Assumption(by="the test", why="invented for a test")}


def held_east_of(*longitudes):
    """Maps on which everything east of a meridian is held, a little over the country's own border."""
    return archive_of(*(((box(longitude, 44.9, 34.1, 48.1),),) for longitude in longitudes))


@pytest.fixture(scope="module")
def invented():
    """An archive whose line moves from 33.2 to 32.4 °E, with its ground and cells."""
    archive = held_east_of(33.2, 33.0, 33.1, 32.4)
    ground = contact_ground(archive, COUNTRY)
    theatre = Theatre(resolution=6, reach_km=60)
    return archive, ground, *control_history(archive, COUNTRY, ground, theatre)


def test_holder_on_each_day_is_what_the_meridian_says(invented):
    archive, _, cells, changes = invented
    longitude = centres_of(cells["cell"].to_numpy())[:, 0]
    for day, meridian in zip(archive.days, (33.2, 33.0, 33.1, 32.4), strict=True):
        assert (holder_on(cells, changes, day.day) == (longitude > meridian)).all()
    back = changes[changes["date"] == "2025-01-03"]
    assert len(back) and (back["holder"] == 0).all(), "ground given up is a change too"


def test_theatre_reaches_as_far_as_it_says(invented):
    archive, ground, cells, _ = invented
    longitude, latitude = centres_of(cells["cell"].to_numpy()).T
    shortest = np.array([33.2, 32.4])  # the outermost lines
    away = (
        np.minimum.reduce([abs(longitude - line) for line in shortest])
        * 111.32
        * np.cos(np.radians(latitude))
    )
    between = (longitude > 32.4) & (longitude < 33.2)
    assert (between | (away <= 60.5)).all()
    assert cells.groupby("region").size().index.tolist() == ["east", "west"]
    far = Theatre(resolution=6, reach_km=5, always_regions=("west",))
    chosen = theatre_cells(archive, COUNTRY, ground, far)
    everything, number = cells_of(COUNTRY, 6)
    assert (chosen["region"] == "west").sum() == (number == 0).sum()
    assert len(chosen) < len(everything)


def test_objectives_belts_and_towns_are_marked(invented):
    archive, ground, _, _ = invented
    here = {"kind": "settlement", "region": "west", "latitude": 46.0, "radius_km": 8.0}
    objectives = (
        Objective(id="one", name="One", longitude=30.8, **here, **MINE),
        Objective(id="two", name="Two", longitude=31.2, **here, **MINE),
    )
    belts = (Belt(id="belt", name="Belt", objectives=("one", "two"), half_width_km=10, **MINE),)
    towns = pd.DataFrame({"latitude": [46.0], "longitude": [31.0]})
    theatre = Theatre(resolution=6, reach_km=5)
    cells, _ = control_history(archive, COUNTRY, ground, theatre, Marks(objectives, belts, towns))
    assert cells.loc[cells["town"] == 1, "cell"].tolist() == [h3.latlng_to_cell(46.0, 31.0, 6)]
    centres = centres_of(cells["cell"].to_numpy())
    away = distance_km(centres, np.array([[30.8, 46.0]]))
    assert ((cells["place"] == "one") == (away <= 8)).all()
    along = distance_km(centres, sampled(np.array([[30.8, 46.0, 31.2, 46.0]])))
    assert ((cells["belt"] == "belt") == (along <= 10)).all()
    with pytest.raises(UnknownNameError, match="unknown region 'wset': did you mean west"):
        theatre_cells(archive, COUNTRY, ground, Theatre(resolution=6, reach_km=5, always_regions=("wset",)))
    stray = (Belt(id="belt", name="Belt", objectives=("thre",), half_width_km=10, **MINE),)
    with pytest.raises(UnknownNameError, match="unknown settlement objective 'thre'"):
        theatre_cells(archive, COUNTRY, ground, theatre, Marks(objectives, stray))


def test_cell_areas_sum_to_their_parents_within_the_ellipsoid():
    cell = h3.latlng_to_cell(48.5, 37.5, 6)
    ours = cell_km2(np.array([cell], dtype=object))[0]
    assert ours == pytest.approx(h3.cell_area(cell, "km^2"), rel=0.01), "H3's figure is on a sphere"
    ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
    assert ours == pytest.approx(shapely.Polygon(project(np.array(ring))).area / 1e6, rel=1e-9)


def test_every_region_cell_is_found_once():
    cells, number = cells_of(COUNTRY, 6)
    shape = shapely.union_all([as_shape(one.polygons) for one in COUNTRY.values()])
    expected = {int(cell, 16) for cell in h3.geo_to_cells(shape, 6)}
    assert set(cells.tolist()) == expected
    assert (number == (centres_of(cells)[:, 0] > 32)).all()


def test_cells_of_the_real_archive_match_geos(control, oblasts, ground):
    theatre = Theatre(resolution=7, reach_km=25)
    cells, changes = control_history(control, oblasts, ground, theatre)
    centres = centres_of(cells["cell"].to_numpy())
    history, _ = sound_history([day.polygons for day in control.days])
    held = inside(history, project(centres))
    inland = ground.inland(centres)
    for number in (0, 250, len(control.days) - 1):
        shape = shapely.transform(as_shape(control.days[number].polygons), project)
        shapely.prepare(shape)
        expected = shapely.contains_xy(shape, project(centres))
        assert (held[number] == expected).all()
        expected |= shapely.contains_xy(shape, project(inland))
        assert (holder_on(cells, changes, control.days[number].day) == expected).all()
    gained = (holder_on(cells, changes, date(2025, 12, 7)) - cells["holder"]) @ cells["km2"]
    assert gained == pytest.approx(6480, rel=0.02), "cells gain what the areas gain"


# --- the line ------------------------------------------------------------------------------------------


def test_line_is_the_meridian_without_the_border(invented):
    archive, ground, _, _ = invented
    table = measure_line(archive, ground, series="s")
    meridian_arc = 111.17 * 3 - 2 * 1.5  # three degrees at 46.5 °N, the tolerance left out at both ends
    assert table["km"].tolist() == pytest.approx([meridian_arc] * 4, rel=0.002)


def test_shores_of_a_bay_are_no_front():
    # A bay of a quarter degree runs 0.8 degrees into the held ground; the official boundary closes its mouth.
    bay = [(32.9, 44.9), (32.9, 45.8), (33.15, 45.8), (33.15, 44.9)]
    ring = np.array([(32.4, 44.9), *bay, (34.1, 44.9), (34.1, 48.1), (32.4, 48.1), (32.4, 44.9)])
    archive = archive_of(((ring,),), ((ring,),))
    ground = contact_ground(archive, COUNTRY)
    plain = measure_line(held_east_of(32.4), contact_ground(held_east_of(32.4), COUNTRY), series="s")[
        "km"
    ].iloc[0]
    assert measure_line(archive, ground, series="s")["km"].iloc[0] == pytest.approx(plain, rel=0.002)
    wet = shapely.transform(as_shape(((box(32.9, 45.0, 33.15, 45.8),),)), ground.to_plane)
    assert shapely.intersection(ground.waters, wet).area > 0.95 * wet.area
    with pytest.raises(InputError, match="no regions were given"):
        contact_ground(archive, {})


def test_a_besieged_pocket_inland_keeps_its_front():
    pocket = ((box(32.4, 44.9, 34.1, 48.1), box(33.0, 46.0, 33.2, 46.2)),)
    archive = archive_of(pocket, pocket)
    longer = measure_line(archive, contact_ground(archive, COUNTRY), series="s")["km"].iloc[0]
    archive = held_east_of(32.4)
    plain = measure_line(archive, contact_ground(archive, COUNTRY), series="s")["km"].iloc[0]
    around = 2 * 0.2 * 111.16 + 0.2 * 111.32 * (np.cos(np.radians(46.0)) + np.cos(np.radians(46.2)))
    assert longer - plain == pytest.approx(around, rel=0.005)


def test_cell_line_is_counted_on_borders_of_different_holders(invented):
    _, _, cells, _ = invented
    names = cells["cell"].to_numpy()
    pairs, km = cell_borders(names)
    assert {frozenset(pair) for pair in pairs.tolist()} == {
        frozenset((i, j))
        for i, cell in enumerate(names)
        for other in h3.grid_ring(cell, 1)
        for j in np.flatnonzero(names == other).tolist()
    }
    middle = int(np.argmin(np.abs(centres_of(names) - centres_of(names).mean(axis=0)).sum(axis=1)))
    alone = np.zeros(len(names), dtype=int)
    alone[middle] = 1
    around = sum(h3.edge_length(edge, "km") for edge in h3.origin_to_directed_edges(names[middle]))
    assert cell_line_length(alone, names, zigzag=1) == pytest.approx(around, rel=1e-9)
    assert cell_line_length(1 - alone, as_indexes(names), zigzag=1) == pytest.approx(around, rel=1e-9)
    assert cell_line_length(np.ones(len(names)), names) == 0
    assert len(km) == len(pairs)


def test_zigzag_is_the_measured_one(control, oblasts, ground):
    theatre = Theatre(resolution=7, reach_km=25)
    cells, changes = control_history(control, oblasts, ground, theatre)
    km = measure_line(control, ground, series="s").set_index("date")["km"]
    ratios = []
    for day in pd.date_range("2024-08-01", "2025-12-01", freq="MS"):
        bare = cell_line_length(holder_on(cells, changes, day.date()), cells["cell"].to_numpy(), zigzag=1)
        ratios.append(km[day] / bare)
    assert np.median(ratios) == pytest.approx(0.936, abs=0.01)
    assert min(ratios) > 0.88 and max(ratios) < 1.0
    assert 1100 < km.iloc[0] < 1150 and 1350 < km.iloc[-1] < 1450, "the line of this record grew by a quarter"


# --- settlements and outlines --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def towns():
    """Four towns: held throughout, changed once, changed twice, never; and a hamlet."""
    longitude = [33.8, 32.7, 33.05, 30.5, 32.7]
    frame = pd.DataFrame({"geonameid": [5, 4, 3, 2, 1], "name": list("abcde"), "longitude": longitude})
    return frame.assign(latitude=46.5, population=[900.0, 800.0, 700.0, 600.0, 400.0], admin1="00")


def test_settlements_change_hands_with_their_cell(invented, towns):
    archive, ground, cells, changes = invented
    table = measure_settlements(towns, archive, COUNTRY, ground, 6)
    assert table["name"].tolist() == ["d", "c", "b", "a"], "sorted by id, the hamlet left out"
    assert table["first_holder"].tolist() == [0, 0, 0, 1]
    assert table["last_holder"].tolist() == [0, 1, 1, 1]
    assert table["changed"].isna().tolist() == [True, False, False, True]
    assert table["region"].tolist() == ["west", "east", "east", "east"]
    held = [
        holder_in_cells(table, cells, holder_on(cells, changes, date(2025, 1, day))).tolist()
        for day in (1, 2, 3, 4)
    ]
    assert held[0] == [0, 0, 0, 1] and held[3] == [0, 1, 1, 1]
    assert [day[1] for day in held] == [0, 1, 0, 1], "c is taken, given up and taken again"
    nobody = holder_in_cells(table, cells, np.zeros(len(cells)))
    assert nobody[table["name"] == "b"].tolist() == [0]
    with pytest.raises(EvidenceError, match=r"columns \['population'\] are missing"):
        measure_settlements(towns.drop(columns="population"), archive, COUNTRY, ground, 6)


def test_a_held_town_on_the_shore_is_held(invented, towns):
    archive, _, _, _ = invented
    # The map draws its coast 0.01 degrees inside the official one; the town lies between the two.
    archive = replace(archive, days=archive_of(((box(33, 44.9, 33.99, 48.1),),)).days)
    ground = contact_ground(archive, COUNTRY)
    shore = towns.iloc[:1].assign(longitude=33.995)
    assert measure_settlements(shore, archive, COUNTRY, ground, 8)["last_holder"].tolist() == [1]
    inner = towns.iloc[:1].assign(longitude=32.95)
    assert measure_settlements(inner, archive, COUNTRY, ground, 8)["last_holder"].tolist() == [0]


def test_outlines_are_small_and_near(oblasts):
    table = simplified_outlines(oblasts)
    written = io.BytesIO()
    table.to_parquet(written, compression="zstd")
    assert written.tell() < 150_000
    assert set(table["region"]) == set(oblasts)
    for name in ("donetsk", "kherson"):
        rings = [
            ring[["longitude", "latitude"]].to_numpy()
            for _, ring in table[table["region"] == name].groupby("ring")
        ]
        assert all((ring[0] == ring[-1]).all() for ring in rings)
        drawn = shapely.transform(shapely.Polygon(rings[0]), project).area
        true = max(shapely.transform(as_shape((poly,)), project).area for poly in oblasts[name].polygons)
        assert drawn == pytest.approx(true, rel=0.01)
    with pytest.raises(InputError, match="tolerance 0 km"):
        simplified_outlines(oblasts, tolerance_km=0)
