"""Boundaries: the official file is whole and valid, islands given as holes are made polygons and reported."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from contactline.core.errors import EvidenceError
from contactline.evidence.boundaries import Region, read_boundaries, regions_from_table, regions_to_table
from contactline.evidence.oblasts import ID_OF_OFFICIAL_NAME, OBLASTS

BOX = [[30.0, 50.0], [31.0, 50.0], [31.0, 51.0], [30.0, 51.0], [30.0, 50.0]]
INSIDE = [[30.2, 50.2], [30.4, 50.2], [30.4, 50.4], [30.2, 50.2]]
ISLAND = [[33.0, 50.0], [33.5, 50.0], [33.5, 50.5], [33.0, 50.0]]
BOWTIE = [[30.0, 50.0], [31.0, 51.0], [31.0, 50.0], [30.0, 51.0], [30.0, 50.0]]


def write(path: Path, *units: tuple[object, list]) -> Path:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": rings},
            "properties": {"ADMIN_1": name},
        }
        for name, rings in units
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def shape(region: Region) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([(rings[0], list(rings[1:])) for rings in region.polygons])


def test_official_file_has_27_valid_units_that_hardly_overlap(archives: Path) -> None:
    regions, notes, provenance = read_boundaries(archives / "boundaries" / "oblast.geojson")
    assert set(regions) == set(ID_OF_OFFICIAL_NAME) and len(regions) == 27
    assert notes == []  # this edition holds no island as a hole
    assert provenance.licence == "CC BY-SA"
    shapes = {name: shape(region) for name, region in regions.items()}
    assert all(s.is_valid for s in shapes.values())
    city, oblast = shapes["Місто Київ"], shapes["Київська область"]
    assert oblast.intersection(city).area < 1e-4 * city.area  # it lies in a hole; 0.02 km² overlap
    total = sum(s.area for s in shapes.values())
    assert total == pytest.approx(shapely.union_all(list(shapes.values())).area, rel=1e-6)


def test_names_ids_and_codes_of_units_are_unique() -> None:
    for key in ("id", "official", "english", "iso", "geonames"):
        assert len({getattr(oblast, key) for oblast in OBLASTS}) == 27


def test_an_island_given_as_a_hole_becomes_a_polygon_and_is_reported(tmp_path: Path) -> None:
    regions, notes, provenance = read_boundaries(write(tmp_path / "a.geojson", ("A", [BOX, INSIDE, ISLAND])))
    assert notes == ["A: 1 island(s) given as holes were made polygons of their own"]
    assert provenance.note == notes[0]
    assert [len(rings) for rings in regions["A"].polygons] == [2, 1]
    assert shape(regions["A"]).is_valid
    expected = shapely.Polygon(BOX, [INSIDE]).area + shapely.Polygon(ISLAND).area
    assert shape(regions["A"]).area == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ([("A", [BOWTIE])], ("feature 0 (A)", "geometry is invalid (Self-intersection", "make_valid")),
        ([("A", [BOX]), ("A", [ISLAND])], ("feature 1 (A)", "the region stands twice")),
        ([("", [BOX])], ("feature 0", "has no name", "ADMIN_1")),
        ([(7, [BOX])], ("feature 0", "has no name")),
        ([("A", [BOX[:-1]])], ("feature 0 (A), polygon 0, ring 0", "is open")),
        ([("A", [[[x * 1e5, y * 1e5] for x, y in BOX]])], ("coordinates are projected",)),
    ],
)
def test_broken_boundaries_are_named(tmp_path: Path, units: list, words: tuple[str, ...]) -> None:
    path = write(tmp_path / "a.geojson", *units)
    with pytest.raises(EvidenceError) as caught:
        read_boundaries(path)
    for expected in (str(path), *words):
        assert expected in str(caught.value)


def test_absent_and_swapped_boundaries(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="there is no such file"):
        read_boundaries(tmp_path / "none.geojson")
    path = write(tmp_path / "a.geojson", ("A", [[[y, x] for x, y in BOX]]))
    with pytest.raises(EvidenceError, match="latitude and longitude are swapped"):
        read_boundaries(path, bounds=(22, 44, 41, 53))


def test_regions_survive_the_way_through_a_table(tmp_path: Path) -> None:
    regions, _, _ = read_boundaries(
        write(tmp_path / "a.geojson", ("B", [BOX, INSIDE, ISLAND]), ("A", [ISLAND]))
    )
    back = regions_from_table(regions_to_table(regions))
    assert list(back) == ["B", "A"]
    for name, region in regions.items():
        for one, other in zip(region.polygons, back[name].polygons, strict=True):
            assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
