"""Where a gain lands: cells fall nearest-to-line first within each region, dearer where they are built up.

First version, one rule: the net gain of a week is split over regions as it was split in stretches of the record
(shifted by a belief), and in each region the cells not yet held fall in order of their distance from the line.
Effort is counted in km² of the ground taken so far: a built-up or fortified cell costs `resistance` times an open
one. It knows nothing of roads, rivers or encirclement, so an objective's date carries a wide order error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from contactline.core.errors import EvidenceError
from contactline.war.climatology import MEAN_STRETCH_WEEKS
from contactline.war.grid import neighbours_of

SHARE_WINDOW_WEEKS = 13
"""Regional shares are read over quarters: weekly ones are mostly map updates."""

ORDER_ERROR = 0.3
"""Spread (log scale) of the effort an objective takes around the nearest-first rule: *assumption* of the developers,
since advances bend to roads, rivers and encirclements; about the ratio between the nearest and the actual route."""


@dataclass(frozen=True)
class Ground:
    """The theatre as the fighting finds it, one row a cell.

    cell : ndarray[cell] str; region, belt, place : ndarray[cell] str ('' if none); km2 : ndarray[cell]
    built : ndarray[cell] bool, in a town or a belt; holder : ndarray[cell] int8 (1: challenger)
    order : ndarray[cell] int, all cells in the order they would fall: nearest to the line first (held ones lead)
    built_record : share of built cells among those captured in the record, in km²
    """

    cell: np.ndarray
    region: np.ndarray
    belt: np.ndarray
    place: np.ndarray
    km2: np.ndarray
    built: np.ndarray
    holder: np.ndarray
    order: np.ndarray
    built_record: float

    def with_holder(self, holder: np.ndarray) -> Ground:
        """The same ground held otherwise (after a settlement); distances are measured from the new line."""
        return Ground(
            self.cell, self.region, self.belt, self.place, self.km2, self.built, holder.astype(np.int8),
            _order(self.cell, holder, self.built), self.built_record,
        )  # fmt: skip

    def cost(self, resistance: float) -> np.ndarray:
        """Effort to take each cell, in km² of average captured ground : ndarray[cell].

        The record's own mix of open and built ground costs one per km², whatever the resistance.
        """
        weight = np.where(self.built, resistance, 1.0)
        return self.km2 * weight / (1.0 + (resistance - 1.0) * self.built_record)


def ground(cells: pd.DataFrame, changes: pd.DataFrame, holder: np.ndarray) -> Ground:
    """The ground from tables 'cells' and 'changes' and who holds each cell now (ndarray[cell], code 0 or 1).

    A cell has the area it has in the grid, in 24 bits: sums of such areas in 64 are exact in whatever order, so that a
    belt of which every cell has fallen is lost to the last bit.
    """
    if len(holder) != len(cells):
        raise EvidenceError(
            f"cells: {len(cells)} cells but {len(holder)} holders; rebuild the case's evidence."
        )
    built = (
        (cells["town"] == 1).to_numpy() | (cells["belt"] != "").to_numpy() | (cells["place"] != "").to_numpy()
    )
    taken = cells["cell"].isin(changes.loc[changes["holder"] == 1, "cell"]).to_numpy()
    km2 = cells["km2"].to_numpy(dtype=np.float32).astype(np.float64)
    share = float(km2[taken & built].sum() / km2[taken].sum()) if taken.any() else float(built.mean())
    names = cells["cell"].to_numpy()
    return Ground(
        names, cells["region"].to_numpy(), cells["belt"].to_numpy(), cells["place"].to_numpy(), km2, built,
        holder.astype(np.int8), _order(names, holder, built), share,
    )  # fmt: skip


def steps_from_line(cells: np.ndarray, holder: np.ndarray) -> np.ndarray:
    """Number of cells between each cell and the nearest held one (holder : ndarray[cell], 0 or 1), by breadth-first
    search : ndarray[cell] int.

    Held cells are 0; cells cut off from every held cell get the theatre's largest distance plus one.
    """
    near = neighbours_of(tuple(cells))
    steps = np.full(len(cells), -1)
    reached = np.flatnonzero(holder == 1)
    steps[reached] = 0
    distance = 0
    while len(reached):
        distance += 1
        around = near[reached].ravel()
        around = around[around >= 0]
        reached = np.unique(around[steps[around] < 0])
        steps[reached] = distance
    steps[steps < 0] = distance + 1
    return steps


def order_of_fall(here: Ground, region: str | None = None) -> np.ndarray:
    """Indices of cells not held, in the order they would fall : ndarray[free cell]."""
    free = here.holder == 0
    if region is not None:
        free &= here.region == region
    found: np.ndarray = here.order[free[here.order]]
    return found


def regional_shares(weekly: dict[str, np.ndarray]) -> tuple[tuple[str, ...], np.ndarray]:
    """Each region's share of the net gain, in every quarter of the record.

    weekly : region → ndarray[week], km² net. Returns region names and shares ndarray[window, region] whose rows sum
    to one; a region's net loss in a window counts as nothing gained there. Windows with no gain are left out.
    """
    names = tuple(sorted(weekly))
    stack = np.nan_to_num(np.column_stack([weekly[name] for name in names]))
    kernel = np.ones(SHARE_WINDOW_WEEKS)
    if len(stack) < SHARE_WINDOW_WEEKS:
        raise EvidenceError(
            f"areas: {len(stack)} weeks of regional record; {SHARE_WINDOW_WEEKS} are needed to see where gains land."
        )
    sums = np.column_stack([np.convolve(stack[:, k], kernel, mode="valid") for k in range(len(names))])
    sums = np.maximum(sums, 0.0)
    total = sums.sum(axis=1)
    if not (total > 0).any():
        raise EvidenceError(
            f"areas: no {SHARE_WINDOW_WEEKS} weeks of the regional record hold a net gain of the challenger, so where "
            "its gains would land cannot be read; give a longer record, or check which side is the challenger."
        )
    return names, sums[total > 0] / total[total > 0, None]


def share_windows(windows: int, weeks: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Which quarter of the record each week copies its split from : ndarray[draw, week], index into the shares.

    Stretches of the record follow one another; every path begins with the record's last quarter, and within a
    stretch the split stays, since a quarter already averages over its weeks.
    """
    fresh = rng.random((draws, weeks)) < 1.0 / MEAN_STRETCH_WEEKS
    fresh[:, 0] = True
    starts = rng.integers(windows, size=(draws, weeks))
    starts[:, 0] = windows - 1
    began = np.maximum.accumulate(np.where(fresh, np.arange(weeks), 0), axis=1)
    return np.take_along_axis(starts, began, axis=1)


def shift_share(share: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """A share moved by `shift` on the logit scale : same shape as `share`; shift : ndarray[draw]."""
    odds = np.clip(share, 1e-4, 1 - 1e-4)
    moved = np.log(odds / (1 - odds)) + shift.reshape((-1,) + (1,) * (share.ndim - 1))
    found: np.ndarray = 1.0 / (1.0 + np.exp(-moved))
    return found


def first_week(effort: np.ndarray, needed: np.ndarray) -> np.ndarray:
    """First week (1-based) in which cumulative effort reaches what is needed : ndarray[draw], inf if never.

    effort : ndarray[draw, week], km² cumulative; needed : ndarray[draw], km²
    """
    reached = np.maximum.accumulate(effort, axis=1) >= needed[:, None]
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)


def effort_for(
    here: Ground, wanted: np.ndarray, region: str, resistance: np.ndarray, share: float
) -> np.ndarray:
    """Effort until `share` of the wanted cells' area is held, cells falling in order : ndarray[draw], km².

    wanted : ndarray[cell] bool; resistance : ndarray[draw]. Zero where that share is held already.
    """
    total = here.km2[wanted].sum()
    if total == 0:
        raise EvidenceError(
            f"theatre: no cell of region {region!r} belongs to the objective; widen its radius."
        )
    missing = share * total - here.km2[wanted & (here.holder == 1)].sum()
    if missing <= 0:
        return np.zeros(len(resistance))
    order = order_of_fall(here, region)
    got = np.cumsum(np.where(wanted[order], here.km2[order], 0.0))
    last = int(np.searchsorted(got, missing - 1e-9))
    path = order[: min(last, len(order) - 1) + 1]
    built, km2 = here.built[path], here.km2[path]
    open_km2, built_km2 = km2[~built].sum(), km2[built].sum()
    found: np.ndarray = (open_km2 + resistance * built_km2) / (1.0 + (resistance - 1.0) * here.built_record)
    return found


def _order(cells: np.ndarray, holder: np.ndarray, built: np.ndarray) -> np.ndarray:
    """All cells by distance from the line, open ground before built-up, then by name : ndarray[cell] int."""
    return np.lexsort((np.argsort(np.argsort(cells.astype(str))), built, steps_from_line(cells, holder)))
