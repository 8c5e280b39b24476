"""GeoJSON polygons → arrays of vertices, checked; and the messages for everything that may not come in.

Only longitude/latitude on WGS84 is read. Nothing is repaired: an open ring, a projected or swapped
coordinate or a cut file stops the reading.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from contactline.core.errors import EvidenceError
from contactline.evidence.rings import RingCache, Rings

Polygons = tuple[Rings, ...]
Bounds = tuple[float, float, float, float]

_WGS84 = re.compile(
    r"^(urn:ogc:def:crs:OGC:(1\.3|):CRS84|urn:ogc:def:crs:EPSG:[\d.]*:4326|EPSG:4326|OGC:CRS84)$", re.I
)


def read_features(data: bytes, where: str, cache: RingCache | None = None) -> list[dict[str, Any]]:
    """The features of a GeoJSON file's bytes, for `polygons_of`; `cache` makes repeated geometry quick.

    Raises EvidenceError for anything but a whole FeatureCollection on WGS84.
    """
    document = cache.document(data) if cache is not None else None
    return features_of(parse_json(data, where) if document is None else document, where)


def parse_json(data: bytes, where: str) -> Any:
    """The JSON value in `data`. Raises EvidenceError that says where it breaks off."""
    if not data.strip():
        raise EvidenceError(
            f"{where}: is empty; allowed is a GeoJSON FeatureCollection. Fetch the file again."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvidenceError(
            f"{where}: is not UTF-8 text ({error.reason} at byte {error.start}). Fetch it again."
        ) from None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated")
        fault = "is cut off" if cut else f"is not JSON: {error.msg}"
        raise EvidenceError(
            f"{where}: {fault} at character {error.pos} of {len(text)}; allowed is a whole GeoJSON file. "
            "Fetch the file again."
        ) from None


def features_of(document: Any, where: str) -> list[dict[str, Any]]:
    """The features of a FeatureCollection on WGS84. Raises EvidenceError for any other document or CRS."""
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
    return features


def check_crs(crs: Any, where: str) -> None:
    """Raise EvidenceError unless `crs` (the GeoJSON member) is absent or longitude/latitude on WGS84."""
    if crs is None:
        return
    name = crs.get("properties", {}).get("name") if isinstance(crs, dict) else crs
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
        parsed_kind, polygons = nested
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
        ring = np.array(positions, dtype=np.float64)
    except (TypeError, ValueError):
        ring = np.empty(0)
    if ring.ndim != 2 or ring.shape[1] not in (2, 3):
        raise EvidenceError(f"{where}: is not a list of positions; allowed are [longitude, latitude] pairs.")
    ring = np.ascontiguousarray(ring[:, :2])
    ring.setflags(write=False)
    return ring


def check_ring(ring: np.ndarray, where: str, bounds: Bounds | None = None) -> None:
    """Raise EvidenceError unless the ring is closed, has four positions or more, all of them degrees, and,
    where `bounds` (west, south, east, north) is given, lies inside it."""
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
    """Tell projected and swapped coordinates and a place outside `bounds` apart; low, high: [lon, lat]."""
    extent = f"x {low[0]:g} to {high[0]:g}, y {low[1]:g} to {high[1]:g}"
    if bounds is not None:
        west, south, east, north = bounds
        if west <= low[0] and high[0] <= east and south <= low[1] and high[1] <= north:
            return
        if west <= low[1] and high[1] <= east and south <= low[0] and high[0] <= north:
            raise EvidenceError(
                f"{where}: latitude and longitude are swapped ({extent}); GeoJSON allows [longitude, "
                "latitude]. Swap them in the file."
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
    if bounds is not None:
        raise EvidenceError(
            f"{where}: lies at {extent}, outside longitude {west:g} to {east:g}, latitude {south:g} to "
            f"{north:g}. Check that the file belongs to this case."
        )
