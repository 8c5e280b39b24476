"""Who holds the ground of the country that lies outside the modelled zone, for the maps: unpainted, it looks unheld.

The zone contains the whole line of contact, so ground beyond it belongs to whoever holds the edge of the zone that it
touches. Ground that touches edges of both sides, or none, stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable

import h3
import numpy as np
import pandas as pd

UNKNOWN = -1
STEPS_COARSER = 1
"""Resolutions by which the cells of the ground beyond are larger than those of the zone."""


def ground_beyond(cells: pd.DataFrame, outlines: pd.DataFrame) -> dict[int, set[str]]:
    """Holder (0 defender, 1 challenger, UNKNOWN) → H3 cells of the country that are not wholly in the zone.

    `cells` needs columns cell and holder_now; `outlines` is the table of that name. Cells at the edge of the zone are
    among them: the zone is drawn on top.
    """
    resolution = max(h3.get_resolution(cells["cell"].iloc[0]) - STEPS_COARSER, 0)
    inside: dict[str, list[int]] = {}
    for cell, holder in zip(cells["cell"], cells["holder_now"].astype(int), strict=True):
        inside.setdefault(h3.cell_to_parent(cell, resolution), []).append(holder)
    whole = {cell for cell, held in inside.items() if len(held) >= h3.cell_to_children_size(cell)}
    mixed = {cell for cell, held in inside.items() if len(set(held)) > 1}
    edge = {cell: held[0] for cell, held in inside.items() if cell not in whole and cell not in mixed}
    open_ground = (country_cells(outlines, resolution) | set(edge)) - whole - mixed
    found: dict[int, set[str]] = {0: set(), 1: set(), UNKNOWN: set()}
    while open_ground:
        part = _connected(open_ground)
        open_ground -= part
        holders = {edge[cell] for cell in part if cell in edge}
        found[holders.pop() if len(holders) == 1 else UNKNOWN] |= part
    return {holder: part for holder, part in found.items() if part}


def country_cells(outlines: pd.DataFrame, resolution: int) -> set[str]:
    """The H3 cells whose centre lies inside a ring of table `outlines`; resolution : of H3."""
    found: set[str] = set()
    ordered = outlines.sort_values(["region", "ring", "vertex"])
    for _, ring in ordered.groupby(["region", "ring"], sort=False):
        corners = ring[["latitude", "longitude"]].to_numpy(dtype=float)
        if len(np.unique(corners, axis=0)) > 2:
            found |= set(h3.h3shape_to_cells(h3.LatLngPoly([tuple(c) for c in corners]), resolution))
    return found


def rings_of(cells: Iterable[str]) -> list[list[float]]:
    """Outer and inner rings of the union of cells, each as one flat list lon, lat, lon, lat … in degrees, three
    decimals."""
    shape = h3.cells_to_h3shape(sorted(cells), tight=False)
    rings = [ring for polygon in shape for ring in (polygon.outer, *polygon.holes)]
    return [[round(v, 3) for lat, lon in (*ring, ring[0]) for v in (lon, lat)] for ring in rings]


def _connected(cells: set[str]) -> set[str]:
    """The cells that can be reached from one of them without leaving the set."""
    todo = [next(iter(cells))]
    part = set(todo)
    while todo:
        near = [other for other in h3.grid_ring(todo.pop(), 1) if other in cells and other not in part]
        part.update(near)
        todo += near
    return part
