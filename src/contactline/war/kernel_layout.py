"""How the kernel sees theatre and rules: leaves sorted by sector, rings around each leaf, integer weight tables.

Cells of one sector fill whole nodes of the sum tree, so that each sector is a subtree of its own: weekly sector weights
multiply subtotals and touch no leaf.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit

from contactline.core.errors import InputError
from contactline.war.grid import Grid
from contactline.war.kernel_steps import HOLDER, NODE

MAX_LEVELS = 16
WEIGHT_TOP = 2.0**26
"""Integer weight of the likeliest cell that the rule knows: its sums stay far within int64. A cell that may fall
weighs at least 1, so odds of up to e^18 between two cells are kept."""


@dataclass(frozen=True, eq=False)
class Layout:
    """The theatre in the kernel's order.

    leaf_of_cell : ndarray[cell] int32; cell_of_leaf : ndarray[leaf + 1] int32, −1 on padding
    disc : ndarray[leaf + 1, slot] uint16 or uint32, leaves around a leaf ring by ring, `leaves` where there is none
    ring_of_slot : ndarray[slot]; near : number of slots of rings 0 and 1; km2 : ndarray[leaf + 1] float32, km²
    node_start : ndarray[sector + 1], first node of each sector
    near_node, near_start : nodes that a change in node b reaches: near_node[near_start[b] : near_start[b + 1]]
    """

    leaf_of_cell: np.ndarray
    cell_of_leaf: np.ndarray
    disc: np.ndarray
    ring_of_slot: np.ndarray
    near: int
    km2: np.ndarray
    node_start: np.ndarray
    near_start: np.ndarray
    near_node: np.ndarray

    @property
    def leaves(self) -> int:
        """Number of leaves, padding included; also the position of the leaf that stands for "no cell"."""
        return len(self.cell_of_leaf) - 1

    def on_leaves(self, values: np.ndarray, fill: float = 0) -> np.ndarray:
        """Values per cell, in any unit, in the kernel's order : ndarray[..., leaf + 1] for values ndarray[...,
        cell]."""
        spread = np.full((*values.shape[:-1], self.leaves + 1), fill, dtype=values.dtype)
        spread[..., self.leaf_of_cell] = values
        return spread


@lru_cache(maxsize=2)
def layout(grid: Grid, rings: int) -> Layout:
    """Order the theatre for the kernel; `rings` counts the cell itself as the first ring. Kept for the last grids."""
    count, rings = len(grid.cell), max(rings, 2)
    order = np.lexsort((grid.cell, grid.sector))
    in_sector = np.bincount(grid.sector, minlength=len(grid.sectors))
    node_start = np.concatenate([[0], np.cumsum(-(-in_sector // NODE))]).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(in_sector)])
    sector = grid.sector[order].astype(np.int64)
    leaf = node_start[sector] * NODE + np.arange(count) - first[sector]
    leaf_of_cell = np.empty(count, dtype=np.int32)
    leaf_of_cell[order] = leaf
    leaves = int(node_start[-1]) * NODE
    cell_of_leaf = np.full(leaves + 1, -1, dtype=np.int32)
    cell_of_leaf[leaf_of_cell] = np.arange(count)
    found, widths = rings_around(np.ascontiguousarray(grid.neighbours), rings)
    widths = np.maximum(widths, 1)
    target = np.append(leaf_of_cell, leaves)  # position −1, no cell, becomes the last leaf
    kind = np.uint16 if leaves < 1 << 16 else np.uint32
    disc = np.full((leaves + 1, int(widths.sum())), leaves, dtype=kind)
    columns = np.concatenate([np.arange(width) + k * found.shape[2] for k, width in enumerate(widths)])
    disc[leaf_of_cell] = target[found.reshape(count, -1)[:, columns]]
    km2 = np.zeros(leaves + 1, dtype=np.float32)
    km2[leaf_of_cell] = grid.km2
    ring_of_slot = np.repeat(np.arange(rings), widths)
    near_start, near_node = _near_nodes(disc, leaves)
    return Layout(
        leaf_of_cell, cell_of_leaf, disc, ring_of_slot, int(widths[:2].sum()), km2, node_start, near_start, near_node
    )  # fmt: skip


def _near_nodes(disc: np.ndarray, leaves: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes that the cells of each node reach, itself among them, as starts and a list."""
    nodes = leaves // NODE
    there = disc[:leaves].astype(np.int64) // NODE
    pairs = np.arange(leaves)[:, None] // NODE * (nodes + 1) + there
    found = np.unique(np.concatenate([pairs[there < nodes], np.arange(nodes) * (nodes + 2)]))
    starts = np.searchsorted(found // (nodes + 1), np.arange(nodes + 1))
    return starts.astype(np.int64), found % (nodes + 1)


@njit(cache=True)
def rings_around(neighbours: np.ndarray, rings: int) -> tuple[np.ndarray, np.ndarray]:
    """Indexes of cells at each distance in steps : ndarray[cell, ring, place] int32 (−1: none), and the widest of each
    ring : ndarray[ring], a number of cells; neighbours : ndarray[cell, side]."""
    count, degree = neighbours.shape
    room = max(
        1, 2 * degree * (rings - 1)
    )  # a ring of hexagons has 6r; around holes some cells are reached late
    found = np.full((count, rings, room), -1, dtype=np.int32)
    widest = np.zeros(rings, dtype=np.int64)
    seen = np.full(count, -1, dtype=np.int64)
    for c in range(count):
        found[c, 0, 0] = c
        seen[c] = c
        wide = 1
        widest[0] = 1
        for r in range(1, rings):
            here = 0
            for k in range(wide):
                for i in range(degree):
                    j = neighbours[found[c, r - 1, k], i]
                    if j >= 0 and seen[j] != c:
                        seen[j] = c
                        if here == room:
                            raise ValueError("a ring of cells is wider than a grid of hexagons has")
                        found[c, r, here] = j
                        here += 1
            widest[r] = max(widest[r], here)
            wide = here
    return found, widest


def scaled_cells(
    static: np.ndarray, resistance: np.ndarray, scale: np.ndarray | None, by_cell: np.ndarray
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Factors by cell where resistance is scaled a trajectory, and the cells whose factor the loop then renews.

    static, resistance : ndarray[cell], log; scale : ndarray[draw] or None; by_cell : the factors without a scale.
    Returns ndarray[cell] float32, and positions, log factor without resistance and resistance of the cells to renew:
    exp(log + resistance·scale)·WEIGHT_TOP. No trajectory's factor passes WEIGHT_TOP.
    """
    none = np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)
    if scale is None:
        return by_cell, none
    barred = np.isneginf(resistance)
    fixed = np.where(barred, -np.inf, static)
    by = np.where(barred, 0.0, resistance.astype(float))
    top = (fixed + np.maximum(by * scale.min(), by * scale.max())).max()
    resisted = np.flatnonzero((by != 0) & np.isfinite(fixed))
    factor = np.exp(fixed - top) * WEIGHT_TOP
    factor[resisted] = 0.0
    return factor.astype(np.float32), (resisted, fixed[resisted] - top, by[resisted])


def weight_tables(
    neighbours: np.ndarray, heat: np.ndarray, static: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Factors whose product is a cell's weight: by (neighbours, level) and by cell, both float32.

    neighbours : ndarray[rule, 7], heat : ndarray[rule, level], static : ndarray[cell], all log weights.
    Returns ndarray[rule, 128] over bits 0–6 of the state byte, and ndarray[cell].
    """
    levels = heat.shape[1]
    rules = max(len(heat), len(neighbours))
    log = np.full((rules, 8, MAX_LEVELS), -np.inf)
    log[:, 1:7, :levels] = neighbours[:, 1:, None].astype(float) + heat[:, None, :]
    with np.errstate(invalid="ignore"):
        by_state = np.exp(log - log.max(axis=(1, 2), keepdims=True)).reshape(rules, HOLDER)
        by_cell = np.exp(static.astype(float) - static.max()) * WEIGHT_TOP
    for name, found in (("neighbours and heat", by_state), ("static and resistance", by_cell)):
        if not np.isfinite(found).all():
            raise InputError(
                f"capture rule: {name} have no largest finite log weight; give finite numbers (−inf bars a cell) "
                "and leave at least one state or cell open."
            )
    return by_state.astype(np.float32), by_cell.astype(np.float32)
