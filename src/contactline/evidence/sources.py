"""The public sources that contactline can fetch and read: who publishes what, where, under which licence.

Fetching writes a sidecar `NAME.provenance.json` beside each file, so that a table read from it later still
knows the day of retrieval and the digest that was downloaded.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from contactline.core.errors import UnknownNameError
from contactline.core.files import sha256_of
from contactline.core.provenance import Provenance


@dataclass(frozen=True)
class Source:
    """One published source: identifier, publisher's name, page, licence and how to attribute it."""

    id: str
    name: str
    url: str
    licence: str
    attribution: str


SOURCES: dict[str, Source] = {
    source.id: source
    for source in (
        Source(
            "deepstate",
            "DeepState map, daily archive by cyterat",
            "https://github.com/cyterat/deepstate-map-data",
            "archive code GPL-3.0; the map under DeepState's own terms (attribution, no resale)",
            "Control polygons: DeepState (deepstatemap.live), archived by cyterat/deepstate-map-data",
        ),
        Source(
            "economist",
            "The Economist, Ukraine war dead and wounded estimates",
            "https://github.com/TheEconomist/the-economist-ukraine-war-dead-and-wounded-estimates",
            "MIT",
            "The Economist (areas after ISW and AEI's Critical Threats Project; fires after NASA FIRMS)",
        ),
        Source(
            "general_staff",
            "Claims of the General Staff of the Armed Forces of Ukraine, by Petro Ivaniuk",
            "https://github.com/PetroIvaniuk/2022-Ukraine-Russia-War-Dataset",
            "MIT",
            "General Staff of the Armed Forces of Ukraine, compiled by Petro Ivaniuk",
        ),
        Source(
            "boundaries",
            "Ministry of Communities and Territories Development of Ukraine, oblast boundaries",
            "https://github.com/justinelliotmeyers/Ukraine_2020",
            "CC BY-SA",
            "© Мінрегіон (Ministry of Communities and Territories Development of Ukraine)",
        ),
        Source(
            "geonames",
            "GeoNames, places with a population of 500 or more",
            "https://download.geonames.org/export/dump/",
            "CC BY 4.0",
            "GeoNames (geonames.org)",
        ),
        Source(
            "kiel",
            "Kiel Institute, Ukraine Support Tracker",
            "https://www.ifw-kiel.de/topics/war-against-ukraine/ukraine-support-tracker/",
            "Kiel Institute's terms: name the tracker as the source",
            "Kiel Institute, Ukraine Support Tracker",
        ),
        Source(
            "geoboundaries",
            "geoBoundaries",
            "https://www.geoboundaries.org",
            "per boundary: see the metadata beside the file",
            "geoBoundaries (geoboundaries.org)",
        ),
        Source(
            "cod_ab",
            "OCHA, common operational datasets: administrative boundaries (COD-AB)",
            "https://data.humdata.org/dashboards/cod",
            "per country: see the dataset's page",
            "OCHA, COD-AB, and the office that the dataset's page names",
        ),
        Source(
            "gadm",
            "GADM",
            "https://gadm.org",
            "academic and other non-commercial use; no redistribution without permission",
            "GADM (gadm.org)",
        ),
        Source(
            "natural_earth",
            "Natural Earth",
            "https://www.naturalearthdata.com",
            "public domain",
            "Made with Natural Earth",
        ),
    )
}

UNKNOWN = "unknown"
"""Source and licence of what neither its content nor the user tells the origin of."""

_GITHUB = "https://raw.githubusercontent.com"
_ECONOMIST = f"{_GITHUB}/TheEconomist/the-economist-ukraine-war-dead-and-wounded-estimates/HEAD"


@dataclass(frozen=True)
class RemoteFile:
    """One file to fetch: whose source, under which name it is kept, where it is, and how sure we are of that.

    `sha256` is set only where the publisher's file never changes; daily files have none to compare with.
    """

    source: str
    name: str
    url: str
    note: str = ""
    sha256: str = ""


FILES: tuple[RemoteFile, ...] = (
    RemoteFile(
        "deepstate",
        "deepstate-map-data.geojson.gz",
        f"{_GITHUB}/cyterat/deepstate-map-data/main/deepstate-map-data.geojson.gz",
        "all days in one file; the path was seen in the repository",
    ),
    RemoteFile(
        "economist",
        "area_assessed_as_controlled_by_russia.csv",
        f"{_ECONOMIST}/source-data/deaths-and-casualties-data/area_assessed_as_controlled_by_russia.csv",
        "the path was seen in the repository",
    ),
    RemoteFile(
        "economist",
        "strikes_by_location_and_day.csv",
        f"{_GITHUB}/TheEconomist/the-economist-war-fire-model/HEAD/output-data/strikes_by_location_and_day.csv",
        "the path was seen in the repository",
    ),
    RemoteFile(
        "economist",
        "raw_estimates.csv",
        f"{_ECONOMIST}/output-data/tracker/raw_estimates.csv",
        "the path was seen in the repository",
    ),
    RemoteFile(
        "economist",
        "uk_mod_monthly.csv",
        f"{_ECONOMIST}/source-data/deaths-and-casualties-data/"
        "Soldier%20deaths_casualties%20in%20Ukraine%20-%20uk%20mod%20month-by-month%20estimates.csv",
        "the path was seen in the repository; kept under a shorter name",
    ),
    RemoteFile(
        "general_staff",
        "russia_losses_personnel.json",
        f"{_GITHUB}/PetroIvaniuk/2022-Ukraine-Russia-War-Dataset/main/data/russia_losses_personnel.json",
        "the path was seen in the repository",
    ),
    RemoteFile(
        "general_staff",
        "russia_losses_equipment.json",
        f"{_GITHUB}/PetroIvaniuk/2022-Ukraine-Russia-War-Dataset/main/data/russia_losses_equipment.json",
        "the path was seen in the repository",
    ),
    RemoteFile(
        "boundaries",
        "oblast.geojson",
        f"{_GITHUB}/justinelliotmeyers/Ukraine_2020/master/oblast.geojson",
        "not confirmed: others cite this path, we have not seen the file there",
    ),
    RemoteFile(
        "geonames",
        "cities500.zip",
        "https://download.geonames.org/export/dump/cities500.zip",
        "not confirmed: the publisher's documented address",
    ),
)

FETCHED = tuple(dict.fromkeys(file.source for file in FILES))
"""Sources that `data fetch` has an address of; the others are fetched by hand."""

SIDECAR = ".provenance.json"


def source_named(name: str) -> Source:
    """The source with identifier `name`. Raises UnknownNameError."""
    if name not in SOURCES:
        raise UnknownNameError("source", name, SOURCES)
    return SOURCES[name]


def provenance_of(path: Path, source_id: str | None, note: str = "") -> Provenance:
    """Provenance of a local file or folder that its content tells to be `source_id`'s, or nobody's we know (None).

    The digest is of the bytes read: of the file, or of the sorted digests and names of a folder's files.
    `retrieved` and the exact URL come from the sidecar that fetching leaves, and only while the digest
    there still fits; `retrieved` is empty where nobody recorded it. A file that was fetched from the address of one
    of our sources is that source's, whatever its content tells.
    """
    digest, recorded = digest_of(path), read_sidecar(path)
    if recorded.get("sha256") != digest:
        recorded = {}
    url, retrieved = recorded.get("url", ""), recorded.get("retrieved", "")
    source_id = source_id or next((file.source for file in FILES if file.url == url), None)
    if source_id is None:
        return Provenance(UNKNOWN, url, UNKNOWN, retrieved, digest, note)
    source = source_named(source_id)
    return Provenance(source.name, url or source.url, source.licence, retrieved, digest, note)


def claimed(provenance: Provenance, source: str | None, licence: str | None) -> Provenance:
    """`provenance` with the origin that the user gives: a source's id or any name, and its licence.

    What the user says outranks what the content tells. A name that is not ours comes with no address, and with no
    licence but the one given.
    """
    if source is not None:
        known = SOURCES.get(source)
        name, url, terms = (known.name, known.url, known.licence) if known else (source, "", UNKNOWN)
        if name != provenance.source:
            provenance = replace(provenance, source=name, url=url, licence=terms)
    return provenance if licence is None else replace(provenance, licence=licence)


def series_of(provenance: Provenance) -> str:
    """A series id for a map of this origin: the source's id, else a short name made of the source's words."""
    known = next((source.id for source in SOURCES.values() if source.name == provenance.source), None)
    return known or slug(provenance.source)


def slug(text: str) -> str:
    """A short name of lower-case letters, digits and underscores that starts with a letter."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return name if name[:1].isalpha() else f"s_{name}" if name else "unnamed"


def read_sidecar(path: Path) -> dict[str, str]:
    """What fetching recorded about `path`: url, retrieved, sha256, etag; empty where there is no record."""
    return read_record(path.with_name(path.name + SIDECAR))


def read_record(path: Path) -> dict[str, str]:
    """The texts in a record that fetching wrote; empty for one that is absent, cut or not ours."""
    try:
        recorded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # without a readable record nothing is claimed
        return {}
    if not isinstance(recorded, dict):
        return {}
    return {key: value for key, value in recorded.items() if isinstance(value, str)}


def digest_of(path: Path) -> str:
    """SHA-256 of a file, or of the sorted lines `digest  name` of the GeoJSON files in a folder."""
    if path.is_file():
        return sha256_of(path)
    lines = "".join(
        f"{sha256_of(p)}  {p.relative_to(path).as_posix()}\n" for p in sorted(path.rglob("*.geojson"))
    )
    return hashlib.sha256(lines.encode()).hexdigest()
