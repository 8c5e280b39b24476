"""Boundaries of regions from GeoJSON, in the same layout as control polygons, whoever published them.

LAYOUTS lists under which property each publisher names a region, and which others stand beside it: by these, not by
the kind of file, is a source known.

Some editions of the Ukrainian file give islands as holes of another island's ring; such a ring is made a
polygon of its own and the change is reported. Any other invalid geometry stops the reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from contactline.core.errors import EvidenceError
from contactline.core.provenance import Provenance
from contactline.evidence.countries import looks_swapped
from contactline.evidence.geojson import (
    FAR_DEGREES,
    NEAR_DEGREES,
    Bounds,
    Polygons,
    extent_of,
    polygons_of,
    read_features,
    within,
)
from contactline.evidence.inputs import read_input
from contactline.evidence.oblasts import ID_OF_OFFICIAL_NAME
from contactline.evidence.rings import Rings
from contactline.evidence.sources import provenance_of


@dataclass(frozen=True)
class Layout:
    """How one publisher describes a region: the property of its name, those that tell the publisher (at least one of
    them stands in every feature), those that may hold its country's code, and the source's id."""

    name: str
    marks: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    source: str | None = None


LAYOUTS = (
    Layout("shapeName", ("shapeGroup", "shapeISO", "shapeID", "shapeType"), ("shapeISO",), "geoboundaries"),
    Layout("ADM1_EN", ("ADM1_PCODE", "ADM0_PCODE", "ADM0_EN"), ("ADM0_PCODE", "ADM1_PCODE"), "cod_ab"),
    Layout("adm1_name", ("adm1_pcode", "adm0_pcode", "adm0_name"), ("adm0_pcode", "adm1_pcode"), "cod_ab"),
    Layout("NAME_1", ("GID_1", "GID_0", "HASC_1"), ("HASC_1", "ISO_1"), "gadm"),
    Layout("ADMIN_1"),
    Layout("name", ("adm1_code", "iso_3166_2", "adm0_a3"), ("iso_a2", "iso_3166_2"), "natural_earth"),
)
"""The first layout with a mark in all features is the file's; without marks, the first whose names are in all."""

MINISTRY = "boundaries"
"""Source id of Ukraine's official boundaries: known by their names, which are in `oblasts`."""

LABELS = (("longitude", "latitude"), ("center_lon", "center_lat"))
"""Properties in which a publisher gives a point inside the region."""


@dataclass(frozen=True)
class Region:
    """One region: its official name and polygons → rings (outer first) → ndarray[vertex, 2], degrees."""

    name: str
    polygons: Polygons


def read_boundaries(
    path: Path, *, bounds: Bounds | None = None
) -> tuple[dict[str, Region], list[str], Provenance]:
    """Regions by name, notes on what was changed in reading, and provenance.

    bounds : in which the regions are expected, see `extent_of`: some of them must lie near, and none may lie near
    only with latitude and longitude swapped. None checks what the file itself tells: degrees, country codes,
    label points, known names.

    The provenance names the publisher whose layout the file has; the origin of others is unknown.

    Raises EvidenceError that names file and region for a broken file, a repeated or missing name, swapped
    coordinates and geometry that is invalid in any way other than an island given as a hole.
    """
    path = Path(path)
    regions: dict[str, Region] = {}
    notes: list[str] = []
    features = read_features(read_input(path, "a GeoJSON file of region boundaries"), str(path))
    layout = layout_of(features)
    for number, feature in enumerate(features):
        name = _name(feature, f"{path}, feature {number}", layout)
        where = f"{path}, feature {number} ({name})"
        if name in regions:
            raise EvidenceError(
                f"{where}: the region stands twice; each may stand once. Merge or remove one."
            )
        polygons, islands = _islands_apart(polygons_of(feature, where))
        if islands:
            notes.append(f"{name}: {islands} island(s) given as holes were made polygons of their own")
        _check_valid(polygons, where)
        regions[name] = Region(name, polygons)
        _check_place(feature, polygons, layout, bounds, where)
    official = layout is not None and layout.name == "ADMIN_1" and set(regions) <= set(ID_OF_OFFICIAL_NAME)
    origin = MINISTRY if official else layout.source if layout and is_marked(features, layout) else None
    _check_extent(path, regions, bounds)
    return regions, notes, provenance_of(path, origin, "; ".join(notes))


def layout_of(features: Sequence[Any]) -> Layout | None:
    """The layout of these features (GeoJSON, with or without geometry); None if no layout names all of them."""
    named = [layout for layout in LAYOUTS if all(_text(feature, layout.name) for feature in features)]
    return next((layout for layout in named if is_marked(features, layout)), next(iter(named), None))


def is_marked(features: Sequence[Any], layout: Layout) -> bool:
    """Whether every feature holds one of the properties that tell the layout's publisher."""
    return all(any(mark in _properties(feature) for mark in layout.marks) for feature in features)


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


def _properties(feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}


def _text(feature: Any, key: str) -> str:
    value = _properties(feature).get(key)
    return value.strip() if isinstance(value, str) else ""


def _name(feature: Any, where: str, layout: Layout | None) -> str:
    if layout is None:
        raise EvidenceError(
            f"{where}: has no name that all features have (properties {sorted(_properties(feature))}); allowed is a "
            f"text under one of {', '.join(layout.name for layout in LAYOUTS)}, the same one throughout."
        )
    return _text(feature, layout.name)


def _check_place(
    feature: Any, polygons: Polygons, layout: Layout | None, bounds: Bounds | None, where: str
) -> None:
    """Raise EvidenceError for a region whose coordinates are swapped, as far as the file or `bounds` tell."""
    extent = extent_of([polygons])
    west, south, east, north = extent
    told = [_text(feature, key) for key in (layout.codes if layout else ())]
    codes = [text[:2] for text in told if text not in ("", "NA")]
    if not codes and layout and _text(feature, layout.name) in ID_OF_OFFICIAL_NAME:
        codes = ["UA"]
    labels = [
        (x, y)
        for x, y in ((_properties(feature).get(lon), _properties(feature).get(lat)) for lon, lat in LABELS)
        if isinstance(x, int | float) and isinstance(y, int | float)
    ]
    swapped = any(looks_swapped(code, extent) for code in codes)
    swapped |= any(
        not within(x, y, extent, 1.0) and within(y, x, extent, 1.0) and not within(x, y, extent, 3.0)
        for x, y in labels
    )
    if bounds is not None:
        there = within(west, south, bounds, NEAR_DEGREES) and within(east, north, bounds, NEAR_DEGREES)
        swapped |= (
            not there
            and within(south, west, bounds, NEAR_DEGREES)
            and within(north, east, bounds, NEAR_DEGREES)
        )
    if swapped:
        raise EvidenceError(
            f"{where}: latitude and longitude are swapped (x {west:g} to {east:g}, y {south:g} to {north:g}); GeoJSON "
            "allows [longitude, latitude]. Swap them in the file."
        )


def _check_extent(path: Path, regions: Mapping[str, Region], bounds: Bounds | None) -> None:
    if bounds is None:
        return
    west, south, east, north = extent_of(region.polygons for region in regions.values())
    if (
        west > bounds[2] + FAR_DEGREES
        or east < bounds[0] - FAR_DEGREES
        or south > bounds[3] + FAR_DEGREES
        or north < bounds[1] - FAR_DEGREES
    ):
        raise EvidenceError(
            f"{path}: all regions lie at x {west:g} to {east:g}, y {south:g} to {north:g}, more than "
            f"{FAR_DEGREES:g} degrees from where the case's places lie. Check that the file belongs to this case."
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
