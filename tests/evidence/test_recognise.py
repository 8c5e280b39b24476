"""What a file is, told by several features; where they are few or disagree, the answer is a reason."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from control_samples import DAYS, collection, feature, write_tar

from contactline.core.errors import EvidenceError
from contactline.evidence.boundaries import read_boundaries
from contactline.evidence.kinds import KINDS, Found, find_evidence, read
from contactline.evidence.recognise import kind_of

SQUARE = [[37.0, 48.0], [38.0, 48.0], [38.0, 49.0], [37.0, 49.0], [37.0, 48.0]]
SWAPPED = [[y, x] for x, y in SQUARE]

PUBLISHED: dict[str, tuple[dict[str, Any], str]] = {
    "geoBoundaries": (
        {"shapeName": "Donetsk Oblast", "shapeISO": "UA-14", "shapeID": "1", "shapeGroup": "UKR", "shapeType": "ADM1"},
        "geoBoundaries",
    ),
    "COD-AB": (
        {"ADM1_EN": "Donetska", "ADM1_PCODE": "UA14", "ADM0_EN": "Ukraine", "ADM0_PCODE": "UA",
         "date": "2023-01-01", "validOn": "2023-02-02", "validTo": None},
        "OCHA, common operational datasets: administrative boundaries (COD-AB)",
    ),
    "GADM": ({"GID_1": "UKR.5_1", "GID_0": "UKR", "NAME_1": "Donets'k", "HASC_1": "UA.DT"}, "GADM"),
    "Natural Earth": (
        {"name": "Donets'k", "adm1_code": "UKR-329", "iso_3166_2": "UA-14", "iso_a2": "UA", "latitude": 48.5,
         "longitude": 37.5},
        "Natural Earth",
    ),
    "official": (
        {"ADMIN_1": "Донецька область"},
        "Ministry of Communities and Territories Development of Ukraine, oblast boundaries",
    ),
}  # fmt: skip


def geojson(path: Path, *properties: dict[str, Any], ring: list[list[float]] = SQUARE) -> Path:
    features = [
        {"type": "Feature", "properties": one, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for one in properties
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.mark.parametrize("publisher", PUBLISHED)
def test_boundaries_of_every_publisher_are_known_and_named(tmp_path: Path, publisher: str) -> None:
    properties, source = PUBLISHED[publisher]
    path = geojson(tmp_path / "any.geojson", properties)
    assert kind_of(path).kind == "boundaries"
    regions, _, provenance = read_boundaries(path)
    name = next(value for key, value in properties.items() if key.lower() in
                ("shapename", "adm1_en", "name_1", "name", "admin_1"))  # fmt: skip
    assert list(regions) == [name] and provenance.source == source
    with pytest.raises(EvidenceError, match=r"feature 0 .*latitude and longitude are swapped"):
        read_boundaries(geojson(path, properties, ring=SWAPPED))


def test_label_points_and_codes_of_other_countries_tell_swapped_coordinates(tmp_path: Path) -> None:
    sudan = [[30.0, 13.0], [31.0, 13.0], [31.0, 14.0], [30.0, 14.0], [30.0, 13.0]]
    swapped = [[y, x] for x, y in sudan]
    for told in ({"iso_a2": "SD", "adm1_code": "x"}, {"longitude": 30.5, "latitude": 13.5, "adm1_code": "x"}):
        assert read_boundaries(geojson(tmp_path / "a.geojson", {"name": "N"} | told, ring=sudan))[0]
        with pytest.raises(EvidenceError, match="swapped"):
            read_boundaries(geojson(tmp_path / "b.geojson", {"name": "N"} | told, ring=swapped))
    # no code, no label, no known name: either way may be right, and the bounds of a case tell
    path = geojson(tmp_path / "c.geojson", {"name": "N"}, ring=swapped)
    assert read_boundaries(path)[0]
    with pytest.raises(EvidenceError, match="swapped"):
        read_boundaries(path, bounds=(29, 12, 32, 15))
    with pytest.raises(
        EvidenceError, match="all regions lie at x 13 to 14, y 30 to 31, more than 10 degrees"
    ):
        read_boundaries(path, bounds=(60, -40, 65, -35))


@pytest.mark.parametrize(
    ("name", "properties", "kind", "why"),
    [
        ("a.geojson", [{"date": "2025-01-01"}], "deepstate", ""),
        ("a.geojson", [{"date": "2025-01-01", "name": "North"}], "deepstate", ""),
        ("a.geojson", [{"date": "2025-01-01"}, {"name": "North"}], None, "1 of 2 features have a day under 'date'"),
        ("a.geojson", [{"date": "yesterday"}], None, "0 of 1 features have a day"),
        ("a.geojson", [{}], None, "neither a day under 'date' nor a region's name"),
        ("a.geojson", [{"name": "A"}, {"name": ""}], None, "neither a day"),
        ("a.geojson", [{"name": "A"}], None, "nothing else that tells boundaries from a control map"),
        ("regions.geojson", [{"name": "A"}], "boundaries", ""),
        ("regions.geojson", [{"name": "A", "valid_from": "1"}], None, "but also 'valid_from', as a control map"),
        ("a.geojson", [{"NAME_1": "A"}], "boundaries", ""),
        ("a.json", [{"NAME_1": "A"}], "boundaries", ""),
    ],
)  # fmt: skip
def test_maps_and_boundaries(tmp_path: Path, name: str, properties: list, kind: str | None, why: str) -> None:
    told = kind_of(geojson(tmp_path / name, *properties))
    assert told.kind == kind and why in told.why


@pytest.mark.parametrize(
    ("records", "kind", "why"),
    [
        ([{"date": "2024-01-01", "personnel": 5, "personnel*": "about"}], "personnel", ""),
        ([{"date": "2024-01-01", "day": 3, "personnel": 5}], "personnel", ""),
        ([{"date": "2024-01-01", "personnel": 5}], None, "holds 'personnel', but too little else"),
        ([{"date": "2024-01-01", "tank": 5, "APC": 3, "MRL": 1}], "equipment", ""),
        ([{"date": "2024-01-01", "tank": 5, "APC": -3, "MRL": 1}], None, "daily corrections"),
        ([{"date": "2024-01-01", "tank": 5}], None, "holds 'tank', but too little else"),
        ([{"date": "2024-01-01", "personnel": 5, "tank": 1}], None, "'personnel' beside 'tank'"),
        ([{"date": "2024-01-01", "losses": 5}], None, "no known kind"),
        ([], None, "something other than records with a date"),
        ([5], None, "something other than records with a date"),
        ({"personnel": []}, None, "neither a list of records nor a GeoJSON"),
    ],
)
def test_counts(tmp_path: Path, records: object, kind: str | None, why: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(records))
    told = kind_of(path)
    assert told.kind == kind and why in told.why


def test_tables_are_known_by_all_their_columns_whatever_they_are_called(tmp_path: Path) -> None:
    path = tmp_path / "Soldier deaths_casualties in Ukraine - uk mod month-by-month estimates.csv"
    path.write_text("month,casualties in month,cumulative casualties,date (at beginning of next month)\n")
    assert kind_of(path).kind == "uk_mod"
    path.write_text("month,casualties in month\n")
    assert "has 'casualties in month' as kind uk_mod does, but lacks date" in kind_of(path).why
    path.write_text("date,country,source\n")
    assert kind_of(path).why == "its columns are those of no known kind"
    path.write_bytes(b"\xff\xfe")
    assert "is not a CSV file in UTF-8" in kind_of(path).why


def test_a_broken_file_that_names_itself_stops_the_import_and_others_are_passed_over(tmp_path: Path) -> None:
    whole = json.dumps(collection(feature(date="2025-01-01")))
    (tmp_path / "a.geojson").write_text(whole[:-40])
    assert kind_of(tmp_path / "a.geojson").kind == "deepstate"  # its reader says that it is cut off
    (tmp_path / "a.geojson").write_text(whole.replace("date", "data")[:-40])
    assert "is cut off" in kind_of(tmp_path / "a.geojson").why
    (tmp_path / "p.json").write_text('[{"date": "2024-01-01", "personnel": 5, "personnel*": "about"}, {')
    assert kind_of(tmp_path / "p.json").kind == "personnel"
    (tmp_path / "x.json").write_text("[" * 100_000)
    assert "nested too deep" in kind_of(tmp_path / "x.json").why


def test_tar_archives_are_looked_into(tmp_path: Path) -> None:
    assert kind_of(write_tar(tmp_path / "a.tar.xz")).kind == "deepstate"
    other = write_tar(tmp_path / "b.tar.gz", (("Control_25_01_01.kml", b"<kml/>"),))
    assert "no file named deepstatemap_data" in kind_of(other).why
    (tmp_path / "c.tar").write_bytes(b"nothing of a tar")
    assert "cut off or damaged" in kind_of(tmp_path / "c.tar").why
    with tarfile.open(tmp_path / "d.tar", "w") as tar:
        info = tarfile.TarInfo(DAYS[0][0])
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info, io.BytesIO())
    assert kind_of(tmp_path / "d.tar").kind == "deepstate"  # its reader refuses the link


def test_a_folder_is_read_once_however_it_is_linked(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "up").symlink_to(folder)
    (folder / "below" / "self").symlink_to(folder / "below")
    (folder / "twin").symlink_to(folder / "below")
    (folder / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    (folder / "below" / "fires.csv").write_text("date,war_fires_per_day,cloud_cover_in_country\n")
    found, passed_over = find_evidence(folder)
    assert [(piece.kind, piece.path) for piece in found] == [("fires", folder / "below" / "fires.csv")]
    assert {one.path.name: one.why for one in passed_over} == {
        "self": "is a link to a folder that is read already",
        "up": "is a link to a folder that is read already",
        "twin": "is a link to a folder that is read already",
        "gone.csv": "is a broken link or a special file",
    }
    for kind in set(KINDS) - {"deepstate"}:
        with pytest.raises(EvidenceError, match="given: is a folder or a special file; give "):
            read(Found(kind, folder))
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvidenceError, match="holds no evidence of a known kind \\(it is empty\\)"):
        find_evidence(tmp_path / "empty")
