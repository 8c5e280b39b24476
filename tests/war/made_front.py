"""A front made up from known rules, drawn by a plain linear scan that shares no code with the package."""

from __future__ import annotations

from datetime import date, timedelta

import h3
import numpy as np
import pandas as pd

AS_OF = date(2025, 6, 29)
NEIGHBOURS = np.array([-9.0, -0.8, 0.0, 0.5, 1.1, 1.6, 2.2])
HEAT_SLOPE, DECAY = 0.9, 0.7
RING_WEIGHT = (1.0, 1.0, 0.5, 0.25)


def theatre(radius: int = 22) -> pd.DataFrame:
    """A disc of cells whose western half is held: table 'cells'."""
    names = sorted(h3.grid_disk(h3.latlng_to_cell(48.3, 37.2, 7), radius))
    west = [int(h3.cell_to_latlng(name)[1] < 37.2) for name in names]
    return pd.DataFrame(
        {"cell": names, "region": "north", "km2": 5.0, "holder": west, "belt": "", "place": "", "town": 0}
    )


def made_changes(
    cells: pd.DataFrame, weeks: int, a_week: int, seed: int, *, flat: bool = False, retaken: float = 0.0
) -> pd.DataFrame:
    """Captures drawn one after another in proportion to exp(neighbours + slope·log(1 + activity/.1)): table 'changes'.

    flat : every exposed cell alike; retaken : chance that a change goes the other way (any exposed cell alike)
    """
    rng = np.random.default_rng(seed)
    names = list(cells["cell"])
    index = {name: i for i, name in enumerate(names)}
    rings = [[[index[c] for c in h3.grid_ring(n, k) if c in index] for k in range(4)] for n in names]
    holder = cells["holder"].to_numpy().copy()
    near = np.array([sum(holder[j] for j in ring[1]) for ring in rings])
    activity = np.zeros(len(names))
    rows = []
    for week in range(weeks):
        activity *= DECAY
        for k in range(a_week):
            to = int(rng.random() >= retaken)
            if to:
                open_ = (holder == 0) & (near > 0)
                eta = NEIGHBOURS[near] + HEAT_SLOPE * np.log1p(activity / 0.1)
            else:
                open_ = (holder == 1) & (near < np.array([len(ring[1]) for ring in rings]))
                eta = np.zeros(len(names))
            weight = np.where(open_, np.exp(0 * eta if flat else eta), 0.0)
            cell = int(np.searchsorted(np.cumsum(weight), rng.random() * weight.sum(), side="right"))
            back = 7 * (weeks - 1 - week) + 6 - (7 * k) // a_week
            rows.append((names[cell], AS_OF - timedelta(days=back), to))
            holder[cell] = to
            near[rings[cell][1]] += 1 if to else -1
            for step, ring in enumerate(rings[cell]):
                activity[ring] += RING_WEIGHT[step]
    table = pd.DataFrame(rows, columns=["cell", "date", "holder"])
    table["date"] = pd.to_datetime(table["date"])
    # Cells that flip within a day would be one record or none: keep the day's last word if it is news.
    return _daily(cells, table)


def _daily(cells: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    held = dict(zip(cells["cell"], cells["holder"], strict=True))
    kept = []
    for row in table.drop_duplicates(["cell", "date"], keep="last").itertuples():
        if held[row.cell] != row.holder:
            kept.append(row.Index)
            held[row.cell] = row.holder
    return table.loc[kept].reset_index(drop=True)
