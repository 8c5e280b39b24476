"""Small sound files of every kind of evidence, made up here, that the fuzz breaks."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


def _same(data: bytes) -> bytes:
    return data


@dataclass(frozen=True)
class Sample:
    """A sound file. inner : its content unpacked; form : csv, json or workbook; row_each : rows of a table that one
    record becomes, 0 where they are added up; columns : keys or columns whose values enter the tables"""

    kind: str
    name: str
    inner: bytes
    form: str
    columns: tuple[str, ...] = ()
    row_each: int = 0
    delimiter: str = ","
    pack: Callable[[bytes], bytes] = _same
    unpack: Callable[[bytes], bytes] = _same

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return self.pack(self.inner)

    def reads(self, where: str) -> bool:
        """Whether a value at a place enters the tables."""
        return where.replace(" ", ".").rpartition(".")[2] in self.columns or (
            "coordinates" in where and "coordinates" in self.columns
        )


def _box(west: float, east: float) -> list[list[float]]:
    return [[west, 48.0], [east, 48.0], [east, 49.0], [west, 49.0], [west, 48.0]]


def _feature(properties: dict[str, Any], *rings: list[list[float]]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "MultiPolygon", "coordinates": [list(rings)]},
    }


def _collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "crs": CRS, "features": list(features)}).encode()


def boundaries() -> bytes:
    """Two regions side by side, in the words of GADM."""
    return _collection(
        *(
            _feature({"NAME_1": name, "GID_1": f"UKR.{at}", "HASC_1": f"UA.{name[:2]}"}, _box(west, west + 1))
            for at, (name, west) in enumerate((("Aland", 37.0), ("Bland", 38.0)))
        )
    )


def _maps() -> bytes:
    hole = [[37.2, 48.2], [37.4, 48.2], [37.4, 48.4], [37.2, 48.4], [37.2, 48.2]]
    days = (("2025-01-01", 37.8), ("2025-01-02", 37.9), ("2025-01-04", 38.4), ("2025-01-05", 38.5))
    return _collection(
        *(
            _feature({"id": str(at), "date": day}, _box(37.0, east), hole)
            for at, (day, east) in enumerate(days)
        )
    )


def _tarred(packing: str) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    """Packs a unified map as daily files in a tar, and back; what does not fit goes into one day as it is."""

    def pack(inner: bytes) -> bytes:
        held = io.BytesIO()
        with tarfile.open(fileobj=held, mode=f"w:{packing}") as archive:  # type: ignore[call-overload]
            for day in ("20250101", "20250102", "20250104"):
                info = tarfile.TarInfo(f"archive/deepstatemap_data_{day}.geojson")
                info.size = len(inner)
                archive.addfile(info, io.BytesIO(inner))
        return held.getvalue()

    def unpack(data: bytes) -> bytes:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            members = archive.getmembers()
            content = archive.extractfile(members[0]) if members else None
            return content.read() if content else b""

    return pack, unpack


def _zipped(inner: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cities500.txt", inner)
    return held.getvalue()


def _unzipped(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("cities500.txt")


def _lines(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _towns() -> bytes:
    return _lines(
        *(
            "\t".join(
                (str(n), f"Town {n}", f"Town {n}", "", "48.2", f"37.{n}", "P", "PPL", "UA", "", "05", "", "", "",
                 str(900 + n), "", "", "Europe/Kyiv", "2020-01-01")
            )
            for n in range(1, 6)
        )
    )  # fmt: skip


def _estimates() -> bytes:
    us, bbc = "US officials (via The Economist)", "Mediazona/BBC"
    return _lines(
        "date,source,country,estimate_type,estimate,source_type",
        f"2022-07-24,{us},russia,estimate_low,15000.0,deaths",
        f"2022-07-24,{us},russia,estimate_high,20000.0,deaths",
        f"2023-08-18,{us},russia,estimate,120000.0,deaths",
        "2023-02-15,US DoD,russia,estimate,43000.0,deaths",
        f"2024-01-01,{bbc},russia,estimate,40000,deaths",
    )


def _uk_mod() -> bytes:
    return _lines(
        "month,year,casualties in month,cumulative casualties,date (at beginning of next month)",
        "march,2022,11966,11966,01/04/2022",
        "april,2022,5790,17756,01/05/2022",
        "may,2022,7161,24917,01/06/2022",
        "june,2022,5160,30077,01/07/2022",
    )


def _workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["about"])
    sheet = book.create_sheet("Bilateral Assistance, MAIN DATA")
    for row in _AID:
        sheet.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


_AID: tuple[list[Any], ...] = (
    ["activity_id", "donor", "announcement_date", "aid_type_general", "measure", "reporting_currency",
     "source_reported_value", "tot_activity_value_EUR", "tot_sub_activity_value_EUR_redistr", "tot_value_deliv_EUR"],
    ["DEM1", "Germany", "2025-03-01", "Military ", "Allocation", "EUR", 5e8, 5e8, 3e8, 1e8],
    ["DEM1", "Germany", "2025-03-01", "Military", "Allocation", "EUR", 5e8, ".", 1e8, "."],
    ["DEM2", "Germany", "until 2028", "Military", "Commitment", "EUR", 9e9, 9e9, 0, 0],
    ["DEF1", "Germany", "2025-04-01", "Financial", "Allocation", "EUR", 2.5e8, 2.5e8, 2.5e8, 2.5e8],
    ["USM1", "United States", "2025-01-09", "Military", "Allocation", "USD", 5e8, 4.8e8, 4.8e8, 0],
)  # fmt: skip

_DONORS = _lines(
    "country,iso,year,month,total,financial,humanitarian,military,commitments,to_be_allocated,gdp",
    "Denmark,DNK,2022,2,1.5,0.5,0.0,1.0,1.5,0.0,300",
    "Denmark,DNK,2022,4,2.0,0.0,0.5,1.5,1.0,-1.0,300",
    "Japan,JPN,2022,3,0.0,0.0,0.0,0.0,4.0,4.0,300",
)
_TOTALS = _lines(
    "year,month,total_allocations,military,financial,humanitarian",
    "2022,1,0.3,0.2,0.0,0.1",
    "2022,2,1.0,1.0,0,0",
)
_WAYS = _lines(
    "year,month,stockpile,procurement,unspecified,nato_purl",
    "2022,1,0.1,0.0,0.2,0.0",
    "2022,2,0.2,0.1,0.2,0.0",
)


def _json(records: list[dict[str, Any]]) -> bytes:
    return json.dumps(records, indent=0).encode()


@cache
def samples() -> tuple[Sample, ...]:
    """One sound file or more of every kind."""
    maps, one_map = _maps(), json.loads(_maps())
    one_map["features"] = [one_map["features"][0] | {"properties": {}}]
    day = json.dumps(one_map).encode()
    tar, tar_gz, tar_xz = (_tarred(packing) for packing in ("", "gz", "xz"))
    people = [
        {
            "date": f"2022-03-0{d}",
            "day": d + 6,
            "personnel": 5700 + 100 * d,
            "personnel*": "about",
            "POW": 200,
        }
        for d in range(1, 7)
    ]
    arms = [
        {
            "date": f"2022-03-0{d}",
            "day": d + 6,
            "aircraft": 20 + d,
            "tank": 200 + d,
            "APC": 800 + d,
            "drone": d,
        }
        for d in range(1, 7)
    ]
    days = [f"2022-02-2{d}" for d in range(2, 8)]
    place = ("date", "NAME_1", "coordinates")
    return (
        Sample("deepstate", "maps.geojson", maps, "json", place),
        Sample("deepstate", "maps.geojson.gz", maps, "json", place, pack=gzip.compress, unpack=gzip.decompress),
        Sample("deepstate", "deepstatemap_data_20250101.geojson", day, "json", ("coordinates",)),
        Sample("deepstate", "a.tar", day, "json", ("coordinates",), pack=tar[0], unpack=tar[1]),
        Sample("deepstate", "a.tar.gz", day, "json", ("coordinates",), pack=tar_gz[0], unpack=tar_gz[1]),
        Sample("deepstate", "a.tar.xz", day, "json", ("coordinates",), pack=tar_xz[0], unpack=tar_xz[1]),
        Sample("boundaries", "regions.geojson", boundaries(), "json", place, 10),
        Sample(
            "areas", "area_assessed_as_controlled_by_russia.csv",
            _lines("date,area_assessed_as_russia_controlled", *(f"{d},4367905255{n}.25" for n, d in enumerate(days))),
            "csv", ("date", "area_assessed_as_russia_controlled"), 1,
        ),
        Sample(
            "fires", "strikes_by_location_and_day.csv",
            _lines("date,cloud_cover_in_country,war_fires_per_day", *(f"{d},0.{n},{n}" for n, d in enumerate(days))),
            "csv", ("date", "war_fires_per_day", "cloud_cover_in_country"), 1,
        ),
        Sample(
            "estimates", "raw_estimates.csv", _estimates(), "csv",
            ("date", "source", "country", "estimate_type", "estimate", "source_type"),
        ),
        Sample("uk_mod", "uk_mod_monthly.csv", _uk_mod(), "csv", ("casualties in month",), 1),
        Sample("personnel", "russia_losses_personnel.json", _json(people), "json", ("date", "personnel"), 1),
        Sample(
            "equipment", "russia_losses_equipment.json", _json(arms), "json",
            ("date", "aircraft", "tank", "APC", "drone"), 1,
        ),
        Sample("geonames", "cities500.txt", _towns(), "csv", (), 1, "\t"),
        Sample("geonames", "cities500.zip", _towns(), "csv", (), 1, "\t", _zipped, _unzipped),
        Sample("kiel", "tracker.xlsx", _workbook(), "workbook"),
        Sample("kiel", "donors.csv", _DONORS, "csv", ("country", "year", "month", "military", "commitments")),
        Sample("kiel_totals", "totals.csv", _TOTALS, "csv", ("year", "month", "military", "total_allocations"), 1),
        Sample("kiel_procurement", "ways.csv", _WAYS, "csv", ("year", "month", "stockpile", "procurement"), 1),
    )  # fmt: skip
