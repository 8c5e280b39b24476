"""What parsers forgive and we refuse: keys twice, numbers as text, cut ends, deep nesting, files that unpack to
gigabytes, damaged zips. Every refusal is one message that names the file and the place."""

from __future__ import annotations

import gzip
import io
import json
import random
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from control_samples import DAYS, collection, daily, feature, outer, write_tar, write_unified
from test_cli_data import AREA, boundaries, refused, run, write

from contactline.core.errors import ContactlineError, EvidenceError, printable
from contactline.evidence.boundaries import read_boundaries
from contactline.evidence.deepstate import read_control_archive
from contactline.evidence.economist import read_isw_areas
from contactline.evidence.fetch import _resume
from contactline.evidence.general_staff import read_personnel
from contactline.evidence.geonames import read_settlements
from contactline.evidence.inputs import read_input, unpack_limit
from contactline.evidence.kiel import SHEET, is_support_tracker, read_support_tracker
from contactline.evidence.sources import FILES, provenance_of

RING = outer(38.0)


def document(**changes: Any) -> str:
    return json.dumps(collection(feature(date="2025-01-01", NAME_1="A")) | changes)


def with_ring(ring: Any) -> str:
    made = feature(date="2025-01-01", NAME_1="A")
    made["geometry"]["coordinates"][0][0] = ring
    return json.dumps(collection(made))


REFUSED_GEOJSON = {
    "key twice at the top": (document()[:-1] + ', "features": []}', "the key 'features' stands twice"),
    "key twice in a feature": (
        document().replace('"properties"', '"type": "Feature", "properties"'), "the key 'type' stands twice"),
    "key twice in properties": (
        document().replace('"date"', '"date": "2024-01-01", "date"'), "the key 'date' stands twice"),
    "crs twice": (document()[:-1] + ', "crs": null}', "the key 'crs' stands twice"),
    "crs in a feature": (
        document().replace('"geometry"', '"crs": {"properties": {"name": "EPSG:3857"}}, "geometry"'),
        "feature 0: coordinate reference system 'EPSG:3857'"),
    "crs in a geometry": (
        document().replace('"coordinates"', '"crs": {"properties": {"name": "EPSG:3857"}}, "coordinates"'),
        "feature 0: coordinate reference system 'EPSG:3857'"),
    "crs without properties": (document(crs={"properties": None}), "coordinate reference system {'properties': None}"),
    "crs as a list": (document(crs=[]), "coordinate reference system []"),
    "crs with properties as a list": (document(crs={"properties": []}), "coordinate reference system"),
    "feature of type X": (document().replace('"Feature"', '"X"'), "feature 0: type 'X'; allowed is 'Feature'"),
    "feature that is none": (document(features=[5]), "feature 0: type 5"),
    "coordinates as text": (with_ring([[str(x), str(y)] for x, y in RING]), "pairs of numbers"),
    "coordinates as truth": (with_ring([[True, y] for _, y in RING]), "pairs of numbers"),
    "coordinate of 400 digits": (with_ring([[10**400, 48.0], *RING[1:]]), "allowed are"),
    "coordinate of 5,000 digits": (document().replace("38.0", "1" * 5000), "allowed are"),
    "positions of text": (with_ring(["ab", "cd", "ef", "ab"]), "pairs of numbers"),
    "NaN": (with_ring(RING).replace("38.0", "NaN"), "NaN is no number there"),
    "half a surrogate": (document().replace('"date"', '"name": "\\ud800", "date"'), "is no Unicode text"),
    "deep": ('{"type": "FeatureCollection", "features": ' + "[" * 100_000, "nested too deep"),
    "deep and closed": ("[" * 100_000 + "]" * 100_000, "nested too deep"),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED_GEOJSON)
@pytest.mark.parametrize("packed", [False, True])
def test_geojson_is_read_strictly(tmp_path: Path, fault: str, packed: bool) -> None:
    text, words = REFUSED_GEOJSON[fault]
    path = tmp_path / ("a.geojson.gz" if packed else "a.geojson")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    for reader in (read_control_archive, read_boundaries):
        with pytest.raises(EvidenceError) as caught:
            reader(path)
        assert str(path) in str(caught.value) and words in str(caught.value), fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"date": "2024-01-01", "personnel": 5, "personnel": 6}]', "the key 'personnel' stands twice"),
        ('[{"date": "2024-01-01", "personnel": %s}]' % ("9" * 400), "got 9999"),
        ('[{"date": "2024-01-01", "personnel": %s}]' % ("9" * 5000), "thousands of digits"),
        ('[{"date": "0001-01-01", "personnel": 5}]', "got 0001-01-01; allowed are days from 1700-01-01"),
        ("[" * 100_000, "nested too deep"),
        ('[{"date": "2024-01-01", "personnel": Infinity}]', "Infinity is no number there"),
    ],
)
def test_counts_are_read_strictly(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path / "a.json", text)
    with pytest.raises(EvidenceError) as caught:
        read_personnel(path)
    assert str(path) in str(caught.value) and words in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            AREA + "2024-01-03,1_17_000\n",
            "line 4, column 'area_assessed_as_russia_controlled': got '1_17_000'",
        ),
        (AREA + "2024-01-03,١٢\n", "got '١٢'; allowed is a number"),
        (AREA + "٢٠٢٤-01-03,1\n", "line 4, column 'date': got '٢٠٢٤-01-03'"),
        (AREA + "2024-01-03,17", "line 4: the file does not end in a line end, so it may be cut"),
        (AREA + "0001-01-01,1\n", "line 4, column 'date': got 0001-01-01; allowed are days from"),
        (AREA.replace("\n", ",date\n", 1).replace("e9\n", "e9,x\n"), "columns ['date'] stand twice"),
        (AREA + "2024-01-03,%s\n" % ("9" * 400), "line 4"),
    ],
)
def test_tables_are_read_strictly(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path / "a.csv", text)
    with pytest.raises(EvidenceError) as caught:
        read_isw_areas(path)
    assert str(path) in str(caught.value) and words in str(caught.value)


def test_links_in_a_tar_are_refused_not_left_out(tmp_path: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
        path = write_tar(tmp_path / "whole.tar")
        with tarfile.open(path, "a") as tar:
            info = tarfile.TarInfo("archive/deepstatemap_data_20250105.geojson")
            info.type, info.linkname = kind, f"archive/{DAYS[0][0]}"
            tar.addfile(info, io.BytesIO())
        with pytest.raises(
            EvidenceError, match=r"whole\.tar:archive/deepstatemap_data_20250105.geojson: is a link"
        ):
            read_control_archive(path)


def test_what_unpacks_beyond_the_limit_is_refused_until_the_limit_is_raised(tmp_path: Path) -> None:
    padding = b" " * 3_000_000
    text = json.dumps(collection(feature(date="2025-01-01"))).encode() + padding
    (tmp_path / "a.geojson.gz").write_bytes(gzip.compress(text))
    (tmp_path / "a.geojson").write_bytes(text)
    name, data = daily("20250101")
    write_tar(tmp_path / "a.tar.xz", ((name, data + padding),))
    write_tar(tmp_path / "b.tar.gz", ((name, data), ("other.bin", bytes(3_000_000))))
    for file in ("a.geojson.gz", "a.geojson", "a.tar.xz", "b.tar.gz"):
        with unpack_limit(2), pytest.raises(EvidenceError) as caught:
            read_control_archive(tmp_path / file)
        assert "holds or unpacks to more than 2 MB" in str(caught.value), file
        assert "--unpack-limit" in str(caught.value) and str(tmp_path / file) in str(caught.value)
        with unpack_limit(4):
            assert read_control_archive(tmp_path / file).days
    with zipfile.ZipFile(tmp_path / "cities500.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cities500.txt", bytes(3_000_000))
    with (
        unpack_limit(2),
        pytest.raises(EvidenceError, match=r"cities500\.txt: holds or unpacks to more than 2 MB"),
    ):
        read_settlements(tmp_path / "cities500.zip")
    assert (tmp_path / "cities500.zip").stat().st_size < 10_000
    book = workbook(tmp_path / "tracker.xlsx")
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/padding.xml", bytes(3_000_000))
    for reader in (is_support_tracker, read_support_tracker):
        with unpack_limit(8), pytest.raises(EvidenceError, match="more than 2 MB"):
            reader(book)
    assert len(read_support_tracker(book)[0]) == 1


def test_a_bomb_is_refused_before_it_is_unpacked_whole(tmp_path: Path) -> None:
    """Two gigabytes of blanks in two megabytes: the count stops at the limit."""
    block = gzip.compress(b" " * 20_000_000, 9)
    (tmp_path / "bomb.geojson.gz").write_bytes(block * 100)
    with unpack_limit(30), pytest.raises(EvidenceError, match="more than 30 MB"):
        read_input(tmp_path / "bomb.geojson.gz")


def test_the_limit_is_an_option_of_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTACTLINE_DATA", str(tmp_path / "data"))
    path = write(tmp_path / "area.csv", AREA.replace(",2e9\n", f",{'0' * 1_500_000}2e9\n"))
    for words in ((), ("--kind", "areas")):
        message = refused("data", "import", path, "--unpack-limit", "1", *words)
        assert message.startswith(f"{path}: holds or unpacks to more than 1 MB") and message.endswith(
            "MEGABYTES."
        )
    assert "--unpack-limit 0: allowed is a number of megabytes from 1 up" in refused(
        "data", "import", path, "--unpack-limit", "0"
    )


def workbook(path: Path) -> Path:
    row = ["Country A", "2022-03-01", "Military", 100e6, 0]
    columns = ["countries", "Announcement date", "TYPE OF AID GENERAL", "converted value in EUR",
               "Total monetary value delivered in EUR"]  # fmt: skip
    pd.DataFrame([row], columns=columns).to_excel(path, sheet_name=SHEET, index=False)
    return path


def test_flipped_bytes_in_a_zip_end_in_one_message(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "whole.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "cities500.txt", "\t".join(["1", "A", "A", "", "48", "37", "P", "PPL", "UA"] + ["0"] * 10) + "\n"
        )
    zipped, book = (tmp_path / "whole.zip").read_bytes(), workbook(tmp_path / "whole.xlsx").read_bytes()
    rng = random.Random(1)
    outcomes = set()
    for data, name, reader in (
        *[(zipped, "cities500.zip", read_settlements)] * 120, *[(book, "a.xlsx", read_support_tracker)] * 60
    ):  # fmt: skip
        broken = bytearray(data)
        for _ in range(3):
            broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        (tmp_path / name).write_bytes(broken)
        try:
            reader(tmp_path / name)
            outcomes.add(f"{name} read")
        except EvidenceError as error:
            assert str(tmp_path / name) in str(error)
            outcomes.add(f"{name} refused")
    assert {"cities500.zip refused", "a.xlsx refused"} <= outcomes


def test_records_of_fetching_that_are_none_are_ignored(tmp_path: Path) -> None:
    file, target = FILES[0], tmp_path / FILES[0].name
    target.with_name(target.name + ".partial").write_bytes(b"part")
    kept = target.with_name(target.name + ".partial.json")
    good = {"url": file.url, "validator": '"v1"'}
    for text in (
        "[]",
        "5",
        "{",
        "[" * 100_000,
        json.dumps(good | {"validator": 5}),
        json.dumps(good | {"validator": "é"}),
    ):
        kept.write_text(text)
        assert _resume(file, target) == (0, {})
    kept.write_text(json.dumps(good))
    assert _resume(file, target) == (4, {"Range": "bytes=4-", "If-Range": '"v1"'})
    target.write_bytes(b"x")
    target.with_name(target.name + ".provenance.json").write_text("[" * 100_000)
    assert provenance_of(target, None).source == "unknown"


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
def test_a_file_name_that_is_no_utf8_is_read_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTACTLINE_DATA", str(tmp_path / "data"))
    folder = Path(str(tmp_path) + "/given\udcff")
    write(folder / "area\udcfe.csv", AREA)
    write(folder / "notes\udcfe.csv", "a,b\n1,2\n")
    text = run("data", "import", folder)
    assert "areas/isw" in text and "notes\\udcfe.csv: its columns are those of no known kind" in text
    document = json.loads(run("data", "import", folder, "--json"))
    assert document["passed_over"][0]["path"].endswith("given\\udcff/notes\\udcfe.csv")
    message = refused("data", "import", folder / "notes\udcfe.csv")
    assert "notes\\udcfe.csv" in message and message.encode("utf-8")
    assert printable("a\udcffb") == str(ContactlineError("a\udcffb")) == "a\\udcffb"


def test_boundaries_and_maps_given_together_must_lie_the_same_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTACTLINE_DATA", str(tmp_path / "data"))
    run("data", "import", boundaries(tmp_path / "oblast.geojson"))
    swapped = [[y, x] for x, y in RING]
    features = [
        {
            "type": "Feature",
            "properties": {"NAME_1": "A"},
            "geometry": {"type": "Polygon", "coordinates": [swapped]},
        }
    ]
    path = write(tmp_path / "b.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    assert "only the other way round where the stored boundaries do" in refused("data", "import", path)
    run("data", "import", path, "--data-dir", tmp_path / "new")
    message = refused(
        "data", "import", write_unified(tmp_path / "map.geojson"), "--data-dir", tmp_path / "new"
    )
    assert "latitude and longitude are swapped" in message and "here or in the boundaries" in message
