"""Simplified outlines of regions for maps: small enough to ship with a report, too coarse to measure on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely

from contactline.case.tables import check_table
from contactline.core.errors import InputError
from contactline.evidence.boundaries import Region
from contactline.front.edges import project, unproject
from contactline.front.overlaps import as_shape

DEGREE_DIGITS = 4


def simplified_outlines(
    regions: Mapping[str, Region], *, tolerance_km: float = 1.0, least_km2: float = 5.0
) -> pd.DataFrame:
    """Outer and inner rings of each region, simplified: table 'outlines'.

    Douglas & Peucker (1973) with `tolerance_km` (km) on the ground near the regions' middle latitude; rings smaller
    than `least_km2` (km²) are left out, but never a region's largest. Shared borders are simplified apart and may
    differ by the tolerance. Raises InputError for a tolerance that is not positive.
    """
    if not tolerance_km > 0:
        raise InputError(f"outlines: tolerance {tolerance_km} km; allowed is a number above 0.")
    frames = [
        _outline(name, region, tolerance_km * 1000.0, least_km2 * 1e6) for name, region in regions.items()
    ]
    return check_table("outlines", pd.concat(frames, ignore_index=True), "simplified outlines")


def _outline(name: str, region: Region, tolerance: float, least: float) -> pd.DataFrame:
    shape = shapely.transform(as_shape(region.polygons), project)
    # The plane keeps areas, not shapes: undo its stretch at the region's latitude so that the tolerance is round.
    stretch = _stretch(region)
    shape = shapely.simplify(shapely.transform(shape, lambda xy: xy * stretch), tolerance)
    parts = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
    rings = [
        shapely.get_coordinates(ring)
        for number, part in enumerate(parts)
        for ring in (part.exterior, *part.interiors)
        if shapely.Polygon(ring).area >= least or (number == 0 and ring is part.exterior)
    ]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "region": name,
                    "ring": number,
                    "vertex": np.arange(len(xy)),
                    "longitude": np.round(unproject(xy / stretch)[:, 0], DEGREE_DIGITS),
                    "latitude": np.round(unproject(xy / stretch)[:, 1], DEGREE_DIGITS),
                }
            )
            for number, xy in enumerate(rings)
        ]
    )


def _stretch(region: Region) -> np.ndarray:
    """Factors that make the equal-area plane true to scale at the region's middle latitude: ndarray[2]."""
    shell = region.polygons[0][0]
    middle = np.radians((shell[:, 1].min() + shell[:, 1].max()) / 2)
    along = np.cos(middle) / np.cos(np.radians(30.0))
    return np.array([along, 1.0 / along])
