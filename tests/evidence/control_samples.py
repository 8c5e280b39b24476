"""Small control polygons in the archive's three forms, and ways to break them."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

CRS84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
HOLE = [[37.2, 48.2], [37.4, 48.2], [37.4, 48.4], [37.2, 48.4], [37.2, 48.2]]
ISLAND = [[35.0, 46.0], [35.5, 46.0], [35.5, 46.5], [35.0, 46.0]]


def outer(east: float) -> list[list[float]]:
    """A box from 37°E to `east`, 48 to 49°N."""
    return [[37.0, 48.0], [east, 48.0], [east, 49.0], [37.0, 49.0], [37.0, 48.0]]


def feature(east: float = 38.0, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "MultiPolygon", "coordinates": [[outer(east), HOLE], [ISLAND]]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: dict[str, Any], crs: Any = CRS84) -> dict[str, Any]:
    document: dict[str, Any] = {"type": "FeatureCollection", "features": list(features)}
    return document if crs is None else document | {"crs": crs}


def daily(day: str, east: float = 38.0) -> tuple[str, bytes]:
    """Name and bytes of a daily file."""
    return f"deepstatemap_data_{day}.geojson", json.dumps(collection(feature(east))).encode()


DAYS = (daily("20250101", 38.0), daily("20250102", 38.0), daily("20250104", 38.5))


def write_folder(folder: Path, files: tuple[tuple[str, bytes], ...] = DAYS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files:
        (folder / name).write_bytes(data)
    return folder


def write_tar(path: Path, files: tuple[tuple[str, bytes], ...] = DAYS) -> Path:
    with tarfile.open(path, "w:" + path.suffix.lstrip(".").replace("tar", "")) as tar:
        for name, data in files:
            info = tarfile.TarInfo(f"archive/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def write_unified(path: Path, *features: dict[str, Any]) -> Path:
    chosen = features or (
        feature(38.0, id="0", date="2025-01-01"),
        feature(38.0, id="1", date="20250102"),
        feature(38.5, id="2", date="2025-01-04T00:00:00"),
    )
    data = json.dumps(collection(*chosen)).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path
