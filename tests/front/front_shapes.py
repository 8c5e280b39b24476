"""Invented maps for the tests of the front."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from contactline.core.provenance import Provenance
from contactline.evidence.boundaries import Region
from contactline.evidence.deepstate import ControlArchive, ControlDay

NOWHERE = Provenance("invented", "", "", "2025-01-01", "")


def box(west: float, south: float, east: float, north: float) -> np.ndarray:
    """A closed counter-clockwise ring, degrees."""
    return np.array([(west, south), (east, south), (east, north), (west, north), (west, south)], dtype=float)


def archive_of(*maps: tuple[tuple[np.ndarray, ...], ...], first: date = date(2025, 1, 1)) -> ControlArchive:
    """An archive of one map a day from `first` on."""
    days = tuple(ControlDay(first + timedelta(days=n), map_, f"map {n}") for n, map_ in enumerate(maps))
    return ControlArchive(days, (), (), NOWHERE)


def region(*polygons: tuple[np.ndarray, ...]) -> Region:
    """A region of the given polygons."""
    return Region("a region", tuple(polygons))
