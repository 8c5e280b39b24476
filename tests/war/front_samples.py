"""Small theatres and rules that the tests of the front share."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import h3
import numpy as np
import pandas as pd

from contactline.war.events import EventLog
from contactline.war.grid import Grid, grid_from_cells
from contactline.war.kernel import simulate_front
from contactline.war.kernel_given import CaptureRule, Levers, Means, Plan

MEANS = {field.name for field in fields(Means)}
CENTRE = h3.latlng_to_cell(48.3, 37.2, 7)


def patch(rings: int = 6, sectors: int = 3) -> Grid:
    """A disc of cells in sectors from south to north."""
    names = sorted(h3.grid_disk(CENTRE, rings))
    north = np.array([h3.cell_to_latlng(name)[0] for name in names])
    cuts = np.quantile(north, np.linspace(0, 1, sectors + 1)[1:-1])
    cells = pd.DataFrame({"cell": names, "km2": [h3.cell_area(name, "km^2") for name in names]})
    return grid_from_cells(
        cells, np.searchsorted(cuts, north), tuple(["south", "centre", "north", "east", "west"][:sectors])
    )


def east_held(grid: Grid, share: float = 0.5) -> np.ndarray:
    """The easternmost share of the cells, held by the challenger."""
    east = np.array([h3.cell_to_latlng(name)[1] for name in grid.cell])
    return (east >= np.quantile(east, 1 - share)).astype(np.int8)


def path(count: int, km2: float = 5.0) -> Grid:
    """Cells in a row, each bordering the next."""
    neighbours = np.full((count, 6), -1, dtype=np.int32)
    neighbours[1:, 0] = np.arange(count - 1)
    neighbours[: count - 1, 1] = np.arange(1, count)
    return graph(neighbours, km2)


def graph(neighbours: np.ndarray, km2: float = 5.0) -> Grid:
    """Any graph of at most six neighbours a cell, in one sector; cells are named by number."""
    count = len(neighbours)
    names = np.array([f"cell{k:04d}" for k in range(count)])
    return Grid(names, neighbours, np.full(count, km2, np.float32), np.zeros(count, np.int16), ("all",))


def rule(
    grid: Grid, *, rows: int = 1, decay: float = 0.8, rings=(1.0, 0.5, 0.2), rng=None, static=None
) -> CaptureRule:
    """A rule with every part at work; with `rng`, each row has its own log weights."""
    shift = np.zeros((rows, 1)) if rng is None else rng.normal(0, 0.3, (rows, 1))
    return CaptureRule(
        neighbours=np.array([[0.0, 0.0, 0.6, 1.1, 1.5, 1.9, 2.3]]) * (1 + shift),
        heat=np.array([[0.0, 0.9, 1.8, 2.6]]) * (1 + shift),
        heat_edges=np.array([0.3, 0.9, 2.0]),
        decay=np.full(rows, decay),
        ring_weight=np.array(rings),
        static=np.zeros(len(grid.cell)) if static is None else static,
    )


def even(grid: Grid, **changes: np.ndarray) -> CaptureRule:
    """A rule that prefers no exposed cell to another, unless `changes` says so."""
    parts = {
        "neighbours": np.zeros((1, 7)), "heat": np.zeros((1, 1)), "heat_edges": np.zeros(0), "decay": np.zeros(1),
        "ring_weight": np.zeros(1), "static": np.zeros(len(grid.cell)),
    }  # fmt: skip
    return CaptureRule(**(parts | changes))


def busy_levers(grid: Grid, draws: int, weeks: int, rng: np.random.Generator) -> Levers:
    """Levers that differ by draw and week, with pauses, a closed sector and prepared works."""
    sector = rng.normal(0, 0.5, (draws, weeks, len(grid.sectors)))
    sector[0, weeks // 2 :, 0] = -np.inf
    return Levers(
        capture_km2=rng.gamma(2.0, 8.0, (draws, weeks)).astype(np.float32),
        recapture_km2=rng.gamma(1.0, 6.0, (draws, weeks)).astype(np.float32),
        sector_log_weight=sector.astype(np.float32),
        resistance=rng.normal(0, 0.5, len(grid.cell)).astype(np.float32),
        frozen=rng.random((draws, weeks)) < 0.15,
    )


def fight(
    grid: Grid,
    holder: np.ndarray,
    capture: CaptureRule,
    recapture: CaptureRule,
    levers: Levers,
    *,
    seed: int,
    first_draw: int = 0,
    **given: Any,
) -> EventLog:
    """simulate_front with the fields of its plan and its means given one by one."""
    means = Means(**{name: value for name, value in given.items() if name in MEANS})
    rest = {name: value for name, value in given.items() if name not in MEANS}
    plan = Plan(capture, recapture, levers, **rest)
    return simulate_front(grid, holder, plan, seed=seed, first_draw=first_draw, means=means)
