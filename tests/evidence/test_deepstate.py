"""Control archives: the three forms agree, the real archive is read exactly, and broken ones are named."""

from __future__ import annotations

import json
import tarfile
from copy import deepcopy
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from control_samples import DAYS, collection, daily, feature, outer, write_folder, write_tar, write_unified
from hypothesis import given, settings
from hypothesis import strategies as st

from contactline.core.errors import EvidenceError
from contactline.core.files import sha256_of
from contactline.evidence.deepstate import read_control_archive
from contactline.evidence.geojson import polygons_of, read_features
from contactline.evidence.rings import RingCache

MISSING = (
    date(2024, 8, 18),
    date(2024, 8, 19),
    date(2025, 1, 1),
    date(2025, 3, 31),
    date(2025, 4, 1),
    date(2025, 11, 26),
)


UKRAINE = (22.1, 44.3, 40.2, 52.4)


def test_real_archive_is_complete_and_its_gaps_are_reported(archives: Path) -> None:
    path = archives / "deepstate-2024-07-08-2025-12-07.tar.xz"
    archive = read_control_archive(path)
    assert len(archive.days) == 512
    assert (archive.days[0].day, archive.days[-1].day) == (date(2024, 7, 8), date(2025, 12, 7))
    assert archive.missing == MISSING
    assert archive.duplicates == ()
    assert sum(len(ring) for day in archive.days for rings in day.polygons for ring in rings) == 1_504_494
    assert archive.provenance.sha256 == sha256_of(path)
    assert "DeepState" in archive.provenance.source
    assert archive.days[0].source.endswith("deepstatemap_data_20240708.geojson")


def test_quick_reader_gives_the_bits_of_the_plain_one_on_the_real_archive(archives: Path) -> None:
    cache, compared = RingCache(), 0
    with tarfile.open(archives / "deepstate-2024-07-08-2025-12-07.tar.xz") as tar:
        for number, member in enumerate(tar):
            if not member.isfile() or number % 20 != 1:
                continue
            data = tar.extractfile(member).read()  # type: ignore[union-attr]
            assert cache.document(data) is not None, "the quick way was not taken"
            quick = polygons_of(read_features(data, member.name, cache)[0], member.name, None, cache)
            plain = polygons_of(read_features(data, member.name)[0], member.name)
            assert [len(rings) for rings in quick] == [len(rings) for rings in plain]
            for one, other in zip(sum(quick, ()), sum(plain, ()), strict=True):
                assert one.tobytes() == other.tobytes()
                compared += 1
    assert compared > 150


def same_days(one: object, other: object) -> bool:
    left = [(d.day, [[r.tolist() for r in p] for p in d.polygons]) for d in one.days]  # type: ignore[attr-defined]
    right = [(d.day, [[r.tolist() for r in p] for p in d.polygons]) for d in other.days]  # type: ignore[attr-defined]
    return left == right


def test_folder_tar_and_unified_file_say_the_same(tmp_path: Path) -> None:
    folder = read_control_archive(write_folder(tmp_path / "days"))
    assert [day.day for day in folder.days] == [date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 4)]
    assert folder.missing == (date(2025, 1, 3),)
    assert folder.days[0].polygons[0][0].tolist() == outer(38.0)
    assert len(folder.days[0].polygons) == 2 and len(folder.days[0].polygons[0]) == 2
    for name in ("a.tar", "a.tar.gz", "a.tar.xz", "a.tar.bz2"):
        assert same_days(folder, read_control_archive(write_tar(tmp_path / name)))
    for name in ("a.geojson", "a.geojson.gz"):
        assert same_days(folder, read_control_archive(write_unified(tmp_path / name)))
    single = read_control_archive(tmp_path / "days" / DAYS[0][0])
    assert [day.day for day in single.days] == [date(2025, 1, 1)]


def test_rings_that_did_not_change_are_the_same_object_and_cannot_be_written(tmp_path: Path) -> None:
    first, second, third = read_control_archive(write_folder(tmp_path / "days")).days
    assert first.polygons[0][0] is second.polygons[0][0]
    assert first.polygons[0][0] is not third.polygons[0][0]
    assert first.polygons[1][0] is third.polygons[1][0]
    with pytest.raises(ValueError, match="read-only"):
        first.polygons[0][0][0, 0] = 1.0


def test_repeated_day_keeps_the_last_record_and_says_so(tmp_path: Path) -> None:
    path = write_unified(
        tmp_path / "a.geojson", feature(38.0, date="2025-01-01"), feature(39.0, date="2025-01-01")
    )
    archive = read_control_archive(path)
    assert archive.duplicates == (date(2025, 1, 1),)
    assert archive.days[0].polygons[0][0][:, 0].max() == 39.0
    assert archive.days[0].source.endswith("feature 1")


def broken_ring(ring: list[list[float]]) -> dict:
    broken = feature()
    broken["geometry"]["coordinates"][0][0] = ring
    return broken


def without_geometry() -> dict:
    return feature() | {"geometry": None}


BROKEN_DAYS = {
    "cut": (daily("20250101")[1][:300], ("is cut off at character", "of 300", "Fetch the file again")),
    "not json": (
        b"<html>rate limited</html>",
        ("is not JSON", "allowed is a GeoJSON FeatureCollection, whole"),
    ),
    "empty": (b"", ("is empty", "Fetch the file again")),
    "not text": (b"\xff\xfe{}", ("is not UTF-8 text",)),
    "not a collection": (
        json.dumps(feature()).encode(),
        ("got 'Feature'", "allowed is a GeoJSON FeatureCollection"),
    ),
    "no features": (json.dumps(collection()).encode(), ("has no features",)),
    "projected crs": (
        json.dumps(collection(feature(), crs={"type": "name", "properties": {"name": "EPSG:3857"}})).encode(),
        ("coordinate reference system 'EPSG:3857'", "allowed is CRS84 or EPSG:4326", "Reproject"),
    ),
    "projected": (
        json.dumps(collection(broken_ring([[x * 1e5, y * 1e5] for x, y in outer(38)]), crs=None)).encode(),
        ("polygon 0, ring 0", "coordinates are projected, not degrees", "EPSG:4326"),
    ),
    "swapped": (
        json.dumps(collection(broken_ring([[y, x] for x, y in outer(38)]))).encode(),
        ("latitude and longitude are swapped", "[longitude, latitude]"),
    ),
    "elsewhere": (
        json.dumps(collection(broken_ring([[x - 40, y] for x, y in outer(38)]))).encode(),
        (
            "more than 10 degrees outside the regions (longitude 22.1 to 40.2",
            "Check that the file belongs to this case",
        ),
    ),
    "open": (
        json.dumps(collection(broken_ring(outer(38)[:-1]))).encode(),
        ("polygon 0, ring 0", "is open, it starts at [37.0, 48.0] and ends at [37.0, 49.0]"),
    ),
    "short": (
        json.dumps(collection(broken_ring([[37, 48], [38, 48], [37, 48]]))).encode(),
        ("has 3 positions", "allowed are four or more"),
    ),
    "infinite": (
        json.dumps(collection(broken_ring(outer(38)))).replace("38", "1e999").encode(),
        ("position 1 is [inf, 48.0]", "allowed are finite degrees"),
    ),
    "not numbers": (
        json.dumps(collection(broken_ring([["a", "b"]] * 5))).encode(),  # type: ignore[list-item]
        ("polygon 0, ring 0", "is not a list of positions"),
    ),
    "no geometry": (
        json.dumps(collection(without_geometry())).encode(),
        ("geometry None", "Polygon and MultiPolygon"),
    ),
    "empty geometry": (
        json.dumps(
            collection(feature() | {"geometry": {"type": "MultiPolygon", "coordinates": []}})
        ).encode(),
        ("geometry is empty",),
    ),
    "point": (
        json.dumps(collection(feature() | {"geometry": {"type": "Point", "coordinates": [37, 48]}})).encode(),
        ("geometry 'Point'", "allowed are Polygon and MultiPolygon"),
    ),
    "wrong nesting": (
        json.dumps(
            collection(feature() | {"geometry": {"type": "Polygon", "coordinates": [[outer(38)]]}})
        ).encode(),
        ("geometry is named Polygon but nested as MultiPolygon",),
    ),
}


@pytest.mark.parametrize("fault", BROKEN_DAYS)
@pytest.mark.parametrize("form", ["folder", "tar"])
def test_a_broken_day_stops_the_reading_and_is_named(tmp_path: Path, fault: str, form: str) -> None:
    data, words = BROKEN_DAYS[fault]
    name = "deepstatemap_data_20250103.geojson"
    files = (*DAYS[:2], (name, data))
    path = (
        write_folder(tmp_path / "days", files)
        if form == "folder"
        else write_tar(tmp_path / "a.tar.xz", files)
    )
    with pytest.raises(EvidenceError) as caught:
        read_control_archive(path, bounds=UKRAINE)
    for expected in (name, *words):
        assert expected in str(caught.value)


def test_swapped_is_told_without_bounds_only_where_latitude_cannot_be(tmp_path: Path) -> None:
    swapped = collection(broken_ring([[y, x] for x, y in outer(38)]))
    path = tmp_path / "deepstatemap_data_20250101.geojson"
    path.write_text(json.dumps(swapped))
    assert read_control_archive(path).days  # 37–49 could be either: this is why bounds matter
    with pytest.raises(EvidenceError, match="swapped"):
        read_control_archive(path, bounds=UKRAINE)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({}, ("feature 1", "has no property 'date'")),
        ({"date": "yesterday"}, ("feature 1", "date 'yesterday' cannot be read", "YYYY-MM-DD")),
        ({"date": 20250102}, ("feature 1", "date 20250102 cannot be read")),
        (
            {"date": "2024-12-31"},
            ("feature 1", "date 2024-12-31 comes after 2025-01-01", "Sort the file by date"),
        ),
    ],
)
def test_dates_of_a_unified_file(tmp_path: Path, properties: dict, words: tuple[str, ...]) -> None:
    path = write_unified(tmp_path / "a.geojson", feature(date="2025-01-01"), feature(**properties))
    with pytest.raises(EvidenceError) as caught:
        read_control_archive(path)
    for expected in (str(path), *words):
        assert expected in str(caught.value)


def test_archives_that_are_cut_empty_or_absent(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    whole_tar = write_tar(tmp_path / "a.tar.xz").read_bytes()
    (tmp_path / "cut.tar.xz").write_bytes(whole_tar[:-60])
    plain = write_tar(tmp_path / "a.tar").read_bytes()
    (tmp_path / "cut.tar").write_bytes(plain[:1500])
    whole_gz = write_unified(tmp_path / "a.geojson.gz").read_bytes()
    (tmp_path / "cut.geojson.gz").write_bytes(whole_gz[:-40])
    write_tar(tmp_path / "bare.tar", (("README.md", b"nothing"),))
    write_folder(tmp_path / "baddate", (("deepstatemap_data_20251399.geojson", DAYS[0][1]),))
    cases = {
        "none": "holds no file named deepstatemap_data_YYYYMMDD.geojson",
        "cut.tar.xz": "cut off or damaged after",
        "cut.tar": "cut off",
        "cut.geojson.gz": "the gzip stream is cut off or damaged",
        "bare.tar": "the archive holds no file named",
        "baddate": "date '20251399' cannot be read; allowed is YYYYMMDD",
        "absent": "there is no such file or folder",
    }
    (tmp_path / "notes.txt").write_text("x")
    for name, words in (cases | {"notes.txt": "not a control archive; allowed are"}).items():
        with pytest.raises(EvidenceError) as caught:
            read_control_archive(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)
        assert words in str(caught.value), name


NUMBERS = st.one_of(
    st.floats(-180, 180, allow_nan=False),
    st.integers(-180, 180),
    st.decimals(-180, 180, places=6, allow_nan=False).map(float),
)
RINGS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=12).map(
    lambda points: [*points, points[0]]
)
SHAPES = st.lists(st.lists(RINGS, min_size=1, max_size=3), min_size=1, max_size=3)


def gdal_text(value: object) -> str:
    """Nested arrays laid out as GDAL does, with blanks inside the brackets."""
    return (
        "[ " + ", ".join(map(gdal_text, value)) + " ]"
        if isinstance(value, list | tuple)
        else json.dumps(value)
    )


@settings(max_examples=60, deadline=None)
@given(SHAPES)
def test_quick_reader_agrees_with_json_for_any_shape_and_layout(shape: list) -> None:
    head, tail = (
        '{"type":"FeatureCollection","features":[{"geometry":{"type":"MultiPolygon","coordinates": ',
        "}}]}",
    )
    for text in (gdal_text(shape), json.dumps(shape), json.dumps(shape, separators=(",", ":"))):
        document = RingCache().document((head + text + tail).encode())
        assert document is not None, "the quick way was not taken"
        kind, polygons = document["features"][0]["geometry"]["coordinates"]
        assert kind == "MultiPolygon"
        expected = json.loads(text)
        assert [[ring.tolist() for ring in rings] for rings in polygons] == [
            [np.array(ring, dtype=float).tolist() for ring in rings] for rings in expected
        ]


@pytest.mark.parametrize("wrong", ["03.5", "3 7.5", "+37.5", "37.", "0x25", "NaN", "37.5,1"])
def test_quick_reader_leaves_what_is_not_json_to_the_plain_one(wrong: str) -> None:
    good = json.dumps(collection(feature(37.5)))
    assert RingCache().document(good.encode()) is not None
    bad = good.replace("37.5", wrong)
    assert bad != good
    assert RingCache().document(bad.encode()) is None


def test_two_features_of_one_day_are_one_map(tmp_path: Path) -> None:
    name, data = daily("20250101")
    document = json.loads(data)
    twin = deepcopy(document["features"][0])
    document["features"].append(twin)
    (tmp_path / name).write_text(json.dumps(document))
    assert len(read_control_archive(tmp_path).days[0].polygons) == 4
