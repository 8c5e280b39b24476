"""Where countries lie, as far as telling swapped coordinates needs it: the cities of the time-zone database.

`zone.tab` gives a few cities of each country with their place. Boundaries that lie far from all of them, and near
with latitude and longitude swapped, are swapped.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import numpy as np

from contactline.evidence.geojson import Bounds

_PLACE = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?([+-])(\d{3})(\d{2})(?:\d{2})?")
NEAR_DEGREES = 3.0
"""A region is expected this close to some city of its country, or closer than it would be when swapped."""


@cache
def cities() -> dict[str, np.ndarray]:
    """ISO 3166-1 code of two letters → ndarray[city, 2], longitude and latitude in degrees."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    found: dict[str, list[tuple[float, float]]] = {}
    for line in text.splitlines():
        fields = line.split("\t")
        place = _PLACE.fullmatch(fields[1]) if len(fields) > 2 and not line.startswith("#") else None
        if place:
            north, lat, lat_minutes, east, lon, lon_minutes = place.groups()
            latitude = float(north + "1") * (int(lat) + int(lat_minutes) / 60)
            longitude = float(east + "1") * (int(lon) + int(lon_minutes) / 60)
            found.setdefault(fields[0], []).append((longitude, latitude))
    return {code: np.array(places) for code, places in found.items()}


def looks_swapped(code: str, extent: Bounds) -> bool:
    """Whether regions of country `code` with this extent lie where they should only once swapped; False if the code
    is not known or both ways fit."""
    places = cities().get(code.upper())
    if places is None:
        return False
    west, south, east, north = extent
    here = _distance(places, (west, south, east, north))
    swapped = _distance(places, (south, west, north, east))
    return here > NEAR_DEGREES and swapped < here / 2


def _distance(places: np.ndarray, box: Bounds) -> float:
    """Degrees from the nearest place to a box; 0 inside."""
    west, south, east, north = box
    x = np.maximum(np.maximum(west - places[:, 0], places[:, 0] - east), 0)
    y = np.maximum(np.maximum(south - places[:, 1], places[:, 1] - north), 0)
    return float(np.hypot(x, y).min())
