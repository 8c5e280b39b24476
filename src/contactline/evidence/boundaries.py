"""Official boundaries of regions from GeoJSON, in the same layout as control polygons.

Some editions of the Ukrainian file give islands as holes of another island's ring; such a ring is made a
polygon of its own and the change is reported. Any other invalid geometry stops the reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from contactline.core.errors import EvidenceError
from contactline.core.provenance import Provenance
from contactline.evidence.geojson import Bounds, Polygons, polygons_of, read_features
from contactline.evidence.records import read_maybe_gzip
from contactline.evidence.rings import Rings
from contactline.evidence.sources import provenance_of

NAME_PROPERTIES = ("ADMIN_1", "name", "NAME_1")


@dataclass(frozen=True)
class Region:
    """One region: its official name and polygons → rings (outer first) → ndarray[vertex, 2], degrees."""

    name: str
    polygons: Polygons


def read_boundaries(
    path: Path, *, bounds: Bounds | None = None
) -> tuple[dict[str, Region], list[str], Provenance]:
    """Regions by name, notes on what was changed in reading, and provenance.

    bounds : (west, south, east, north), degrees, in which all regions must lie; None checks only that
    values are degrees.

    Raises EvidenceError that names file and region for a broken file, a repeated or missing name and for
    geometry that is invalid in any way other than an island given as a hole.
    """
    path = Path(path)
    if not path.is_file():
        raise EvidenceError(f"{path}: there is no such file; give a GeoJSON file of region boundaries.")
    regions: dict[str, Region] = {}
    notes: list[str] = []
    for number, feature in enumerate(read_features(read_maybe_gzip(path), str(path))):
        name = _name(feature, f"{path}, feature {number}")
        where = f"{path}, feature {number} ({name})"
        if name in regions:
            raise EvidenceError(
                f"{where}: the region stands twice; each may stand once. Merge or remove one."
            )
        polygons, islands = _islands_apart(polygons_of(feature, where, bounds))
        if islands:
            notes.append(f"{name}: {islands} island(s) given as holes were made polygons of their own")
        _check_valid(polygons, where)
        regions[name] = Region(name, polygons)
    return regions, notes, provenance_of(path, "boundaries", "; ".join(notes))


def regions_to_table(regions: Mapping[str, Region]) -> pd.DataFrame:
    """Regions as one row a vertex: name, polygon, ring (0 is outer), vertex, longitude, latitude (degrees)."""
    parts = [
        pd.DataFrame(
            {
                "name": region.name,
                "polygon": polygon,
                "ring": number,
                "vertex": np.arange(len(ring)),
                "longitude": ring[:, 0],
                "latitude": ring[:, 1],
            }
        )
        for region in regions.values()
        for polygon, rings in enumerate(region.polygons)
        for number, ring in enumerate(rings)
    ]
    return pd.concat(parts, ignore_index=True)


def regions_from_table(table: pd.DataFrame) -> dict[str, Region]:
    """The inverse of `regions_to_table`: regions in the table's order."""
    regions: dict[str, Region] = {}
    for name, rows in table.groupby("name", sort=False):
        polygons = [
            tuple(
                ring[["longitude", "latitude"]].to_numpy(dtype=np.float64)
                for _, ring in parts.groupby("ring")
            )
            for _, parts in rows.groupby("polygon")
        ]
        regions[str(name)] = Region(str(name), tuple(polygons))
    return regions


def _name(feature: object, where: str) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    properties = properties if isinstance(properties, dict) else {}
    for key in NAME_PROPERTIES:
        if isinstance(properties.get(key), str) and properties[key].strip():
            return str(properties[key]).strip()
    raise EvidenceError(
        f"{where}: has no name (properties {sorted(properties)}); allowed is a text under one of "
        f"{', '.join(NAME_PROPERTIES)}."
    )


def _islands_apart(polygons: Polygons) -> tuple[Polygons, int]:
    """Rings listed as holes that lie wholly outside their outer ring become polygons; how many there were."""
    inland: list[Rings] = []
    islands: list[Rings] = []
    for outer, *rings in polygons:
        shell = shapely.Polygon(outer)
        holes = []
        for ring in rings:
            if _outside(shapely.Polygon(ring), shell):
                islands.append((ring,))
            else:
                holes.append(ring)
        inland.append((outer, *holes))
    return (*inland, *islands), len(islands)


def _outside(ring: shapely.Polygon, shell: shapely.Polygon) -> bool:
    """True if the two share no area. An invalid one is left for the validity check, which words the error."""
    return bool(ring.is_valid and shell.is_valid and not ring.relate_pattern(shell, "T********"))


def _check_valid(polygons: Polygons, where: str) -> None:
    shape = shapely.MultiPolygon([(rings[0], list(rings[1:])) for rings in polygons])
    if not shape.is_valid:
        raise EvidenceError(
            f"{where}: geometry is invalid ({shapely.is_valid_reason(shape)}); allowed are polygons whose "
            "rings do not cross themselves or each other. Repair it, for example with shapely.make_valid, "
            "and check the result on a map."
        )
