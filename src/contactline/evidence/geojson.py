"""GeoJSON polygons → arrays of vertices, checked; and the messages for everything that may not come in.

Only longitude/latitude on WGS84 is read. Nothing is repaired: an open ring, a projected or swapped
coordinate or a cut file stops the reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np

from contactline.core.errors import EvidenceError
from contactline.core.strict_json import parse_json
from contactline.evidence.rings import RingCache, Rings

Polygons = tuple[Rings, ...]
Bounds = tuple[float, float, float, float]
"""West, south, east, north, degrees: where the regions lie that the ground belongs to."""

NEAR_DEGREES, FAR_DEGREES = 2.0, 10.0
"""Ground may lie this far outside the bounds. Within NEAR it is in place; beyond FAR it belongs to another case; in
between it is in place too, unless it would be near with latitude and longitude swapped."""

_WGS84 = re.compile(
    r"^(urn:ogc:def:crs:OGC:(1\.3|):CRS84|urn:ogc:def:crs:EPSG:[\d.]*:4326|EPSG:4326|OGC:CRS84)$", re.I
)


def read_features(data: bytes, where: str, cache: RingCache | None = None) -> list[dict[str, Any]]:
    """The features of a GeoJSON file's bytes, for `polygons_of`; `cache` makes repeated geometry quick.

    Raises EvidenceError for anything but a whole FeatureCollection on WGS84.
    """
    document = cache.document(data) if cache is not None else None
    return features_of(parse_json(data, where) if document is None else document, where)


def features_of(document: Any, where: str) -> list[dict[str, Any]]:
    """The features of a FeatureCollection on WGS84. Raises EvidenceError for any other document, member or CRS."""
    kind = document.get("type") if isinstance(document, dict) else type(document).__name__
    if kind != "FeatureCollection" or not isinstance(document.get("features"), list):
        raise EvidenceError(
            f"{where}: got {kind!r}; allowed is a GeoJSON FeatureCollection with a list of features."
        )
    check_crs(document.get("crs"), where)
    features: list[dict[str, Any]] = document["features"]
    if not features:
        raise EvidenceError(
            f"{where}: has no features; allowed is at least one. Fetch the file again or remove it."
        )
    for number, feature in enumerate(features):
        kind = feature.get("type") if isinstance(feature, dict) else feature
        if kind != "Feature":
            raise EvidenceError(
                f"{where}, feature {number}: type {kind!r}; allowed is 'Feature'. Correct the file."
            )
        check_crs(feature.get("crs"), f"{where}, feature {number}")
        geometry = feature.get("geometry")
        check_crs(geometry.get("crs") if isinstance(geometry, dict) else None, f"{where}, feature {number}")
    return features


def check_crs(crs: Any, where: str) -> None:
    """Raise EvidenceError unless `crs` (the GeoJSON member) is absent or longitude/latitude on WGS84."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else crs
    if not isinstance(name, str) or not _WGS84.match(name):
        raise EvidenceError(
            f"{where}: coordinate reference system {name!r}; allowed is CRS84 or EPSG:4326 (longitude, "
            "latitude in degrees) or none. Reproject the file first."
        )


def polygons_of(
    feature: Any, where: str, bounds: Bounds | None = None, cache: RingCache | None = None
) -> Polygons:
    """The checked polygons of one feature: polygon → rings → float64 ndarray[vertex, 2], degrees lon, lat.

    Raises EvidenceError that names polygon and ring.
    """
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        raise EvidenceError(f"{where}: geometry {kind!r}; allowed are Polygon and MultiPolygon.")
    polygons = _arrays(geometry.get("coordinates"), kind, where)
    cached = isinstance(geometry.get("coordinates"), tuple)
    checked = cache.checked if cache is not None and cached else set()
    for i, rings in enumerate(polygons):
        for j, ring in enumerate(rings):
            if id(ring) not in checked:
                check_ring(ring, f"{where}, polygon {i}, ring {j}", bounds)
                if cached:  # the cache keeps the array alive, so its id stays its own
                    checked.add(id(ring))
    return polygons


def _arrays(nested: Any, kind: str, where: str) -> Polygons:
    """Lists, or what the cache has parsed already, as arrays of the nesting that `kind` asks for."""
    if isinstance(nested, tuple):
        parsed_kind: str = nested[0]
        polygons: Polygons = nested[1]
        if parsed_kind == kind:
            return polygons
        raise EvidenceError(
            f"{where}: geometry is named {kind} but nested as {parsed_kind}; correct the file."
        )
    nested = [nested] if kind == "Polygon" else nested
    if not isinstance(nested, list) or not nested or not all(isinstance(p, list) and p for p in nested):
        raise EvidenceError(f"{where}: geometry is empty; allowed is a {kind} with at least one ring.")
    return tuple(
        tuple(_ring(ring, f"{where}, polygon {i}, ring {j}") for j, ring in enumerate(rings))
        for i, rings in enumerate(nested)
    )


def _ring(positions: Any, where: str) -> np.ndarray:
    try:
        # NumPy would read text and truth values as numbers: only numbers of JSON are numbers here.
        plain = set(map(type, chain.from_iterable(positions))) <= {int, float}
        ring = np.array(positions if plain else (), dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        ring = np.empty(0)
    if ring.ndim != 2 or ring.shape[1] not in (2, 3):
        raise EvidenceError(
            f"{where}: is not a list of positions; allowed are [longitude, latitude] pairs of numbers."
        )
    ring = np.ascontiguousarray(ring[:, :2])
    ring.setflags(write=False)
    return ring


def check_ring(ring: np.ndarray, where: str, bounds: Bounds | None = None) -> None:
    """Raise EvidenceError unless the ring, ndarray[position, 2], is closed, has four positions or more, all of them
    degrees, and, where `bounds` is given, lies inside or near it."""
    if len(ring) < 4:
        raise EvidenceError(
            f"{where}: has {len(ring)} positions; allowed are four or more, the last equal to the first."
        )
    low, high = ring.min(axis=0), ring.max(axis=0)
    if not np.isfinite(low + high).all():
        row = int(np.flatnonzero(~np.isfinite(ring).all(axis=1))[0])
        raise EvidenceError(f"{where}: position {row} is {ring[row].tolist()}; allowed are finite degrees.")
    if ring[0, 0] != ring[-1, 0] or ring[0, 1] != ring[-1, 1]:
        raise EvidenceError(
            f"{where}: is open, it starts at {ring[0].tolist()} and ends at {ring[-1].tolist()}; "
            "allowed is a closed ring. The file may be cut; fetch it again."
        )
    _check_place(low, high, where, bounds)


def _check_place(low: np.ndarray, high: np.ndarray, where: str, bounds: Bounds | None) -> None:
    """Tell projected and swapped coordinates and a place far outside `bounds` apart; low, high: [lon, lat]."""
    extent = f"x {low[0]:g} to {high[0]:g}, y {low[1]:g} to {high[1]:g}"
    if bounds is not None:
        if _inside(low, high, bounds, NEAR_DEGREES):
            return
        if _inside(low[::-1], high[::-1], bounds, NEAR_DEGREES):
            raise EvidenceError(
                f"{where}: latitude and longitude are swapped ({extent}), here or in the boundaries; GeoJSON allows "
                "[longitude, latitude]. Swap them in the file."
            )
    if max(abs(low[0]), abs(high[0])) > 180 or max(abs(low[1]), abs(high[1])) > 360:
        raise EvidenceError(
            f"{where}: coordinates are projected, not degrees ({extent}); allowed are longitude −180 to 180 "
            "and latitude −90 to 90. Reproject the file to EPSG:4326."
        )
    if max(abs(low[1]), abs(high[1])) > 90:
        raise EvidenceError(
            f"{where}: latitude runs beyond ±90 ({extent}); latitude and longitude may be swapped. GeoJSON "
            "allows [longitude, latitude]."
        )
    if bounds is not None and not _inside(low, high, bounds, FAR_DEGREES):
        west, south, east, north = bounds
        raise EvidenceError(
            f"{where}: lies at {extent}, more than {FAR_DEGREES:g} degrees outside the regions (longitude {west:g} to "
            f"{east:g}, latitude {south:g} to {north:g}). Check that the file belongs to this case, and the "
            "boundaries too."
        )


def _inside(low: np.ndarray, high: np.ndarray, bounds: Bounds, margin: float) -> bool:
    return within(low[0], low[1], bounds, margin) and within(high[0], high[1], bounds, margin)


def within(x: float, y: float, bounds: Bounds, margin: float = 0.0) -> bool:
    """Whether a place (degrees) lies in `bounds` or at most `margin` degrees outside."""
    west, south, east, north = bounds
    return bool(west - margin <= x <= east + margin and south - margin <= y <= north + margin)


def extent_of(shapes: Iterable[Polygons]) -> Bounds:
    """West, south, east, north of all rings, degrees."""
    # Maps of an archive share most of their rings: each is looked at once.
    rings = {id(ring): ring for polygons in shapes for rings in polygons for ring in rings}.values()
    low = np.min([ring.min(axis=0) for ring in rings], axis=0)
    high = np.max([ring.max(axis=0) for ring in rings], axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
