"""The control history as choices: for every change of holder, which exposed cells it was picked from.

The record gives days, not the order within a day, so a day's changes are put in a random order in which each one
is exposed when its turn comes, if any such order exists; several orders are averaged over. Choice sets are kept
as counts of cells per kind (held neighbours × local activity × ground), which loses nothing that the rules use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import h3
import numba
import numpy as np
import pandas as pd

from contactline.core.errors import EvidenceError

MOST_NEIGHBOURS = 6
RINGS = 4
"""Rings around a cell that its captures can reach, itself counted: ring distance 0 to 3."""
GROUND = ("town", "belt", "place")
CAPTURE, RECAPTURE = 1, 0


@dataclass(frozen=True)
class History:
    """The control history on a cell graph, events oldest first.

    cell : ndarray[cell] str; region : ndarray[cell] str; km2 : ndarray[cell], km²
    neighbour : ndarray[cell, 6] int32, −1 where there is none; lonlat : ndarray[cell, 2], degrees
    first : ndarray[cell] int8, holder on the first day (1: challenger)
    ground : ndarray[cell] int, code of town + 2·belt + 4·place
    event_cell, event_day, event_week : ndarray[event] int; event_holder : ndarray[event] int8, holder after it
    weeks : number of whole weeks; the last ends on the as-of date
    ends : ndarray[week] datetime64[D]
    """

    cell: np.ndarray
    region: np.ndarray
    km2: np.ndarray
    neighbour: np.ndarray
    lonlat: np.ndarray
    first: np.ndarray
    ground: np.ndarray
    event_cell: np.ndarray
    event_day: np.ndarray
    event_week: np.ndarray
    event_holder: np.ndarray
    weeks: int
    ends: np.ndarray

    def until(self, week: int) -> History:
        """The history as it stood after week index `week` (inclusive)."""
        known = self.event_week <= week
        return replace(
            self, event_cell=self.event_cell[known], event_day=self.event_day[known],
            event_week=self.event_week[known], event_holder=self.event_holder[known],
            weeks=week + 1, ends=self.ends[: week + 1],
        )  # fmt: skip

    def holder(self, week: int | None = None) -> np.ndarray:
        """Who holds each cell after week index `week` (default: the last) : ndarray[cell] int8; −1: first day."""
        last = self.weeks - 1 if week is None else week
        held = self.first.copy()
        known = self.event_week <= last
        held[self.event_cell[known]] = self.event_holder[known]
        return held

    def weekly(self, side: int, label: np.ndarray, count: int) -> np.ndarray:
        """Changes to `side` per week and label of their cell : ndarray[week, label] int."""
        chosen = self.event_holder == side
        flat = self.event_week[chosen] * count + label[self.event_cell[chosen]]
        return np.bincount(flat, minlength=self.weeks * count).reshape(self.weeks, count)


@dataclass(frozen=True)
class Choices:
    """What each change was picked from. G kinds of cell, `kinds` of them per static code.

    counts : ndarray[choice, kind] float32, exposed cells of each kind in the choice's stratum
    chosen : ndarray[choice] int, kind of the cell that changed
    weight : ndarray[choice], one over the number of orders drawn
    week, cell, sector : ndarray[choice] int
    skipped : changes of cells that were not exposed in any order, as a share of all
    """

    counts: np.ndarray
    chosen: np.ndarray
    weight: np.ndarray
    week: np.ndarray
    cell: np.ndarray
    sector: np.ndarray
    skipped: float


def history(cells: pd.DataFrame, changes: pd.DataFrame, as_of: date) -> History:
    """The history from tables 'cells' and 'changes'; weeks end on the as-of weekday.

    Raises EvidenceError for a change of a cell that the theatre lacks, one that changes nothing, or no change.
    """
    names = cells["cell"].to_numpy().astype(str)
    index = {name: i for i, name in enumerate(names)}
    unknown = [name for name in changes["cell"] if name not in index]
    if unknown or not len(changes):
        what = f"cell {unknown[0]!r} is not in table 'cells'" if unknown else "there is no change at all"
        raise EvidenceError(f"changes: {what}; rebuild the case's evidence so that both tables fit.")
    table = changes.sort_values(["date", "cell"], kind="stable")
    day = table["date"].to_numpy().astype("datetime64[D]")
    back = (np.datetime64(as_of) - day).astype(int)
    if back.min() < 0:
        raise EvidenceError(f"changes: {day.max()} is after the as-of date {as_of}; cut the table there.")
    weeks = int(back.max()) // 7 + 1
    ends = np.datetime64(as_of) - 7 * np.arange(weeks - 1, -1, -1)
    ground = sum(
        (2**k) * ((cells[name] == 1) if name == "town" else (cells[name] != "")).to_numpy().astype(int)
        for k, name in enumerate(GROUND)
    )
    found = History(
        names, cells["region"].to_numpy().astype(str), cells["km2"].to_numpy(float), neighbours(names, index),
        np.array([h3.cell_to_latlng(name)[::-1] for name in names]), cells["holder"].to_numpy().astype(np.int8),
        np.asarray(ground), np.array([index[name] for name in table["cell"]]),
        (day - day.min()).astype(int), weeks - 1 - back // 7, table["holder"].to_numpy().astype(np.int8),
        weeks, ends,
    )  # fmt: skip
    return _alternating(found)


def neighbours(names: np.ndarray, index: dict[str, int]) -> np.ndarray:
    """Indexes of adjacent cells within the theatre : ndarray[cell, 6] int32, ascending, −1 where there is none."""
    table = np.full((len(names), MOST_NEIGHBOURS), -1, dtype=np.int32)
    for i, name in enumerate(names):
        near = sorted(index[other] for other in h3.grid_ring(name, 1) if other in index)
        table[i, : len(near)] = near
    return table


def exposed(neighbour: np.ndarray, holder: np.ndarray, side: int = CAPTURE) -> np.ndarray:
    """Number of neighbours of each cell that `side` holds, 0 for cells it holds itself : ndarray[cell] int.

    A cell with one or more is exposed to that side.
    """
    own = np.append(holder == side, False)
    return np.where(own[:-1], 0, own[neighbour].sum(axis=1))


def rings(neighbour: np.ndarray, cells: np.ndarray, reach: int = RINGS) -> tuple[np.ndarray, np.ndarray]:
    """Cells around each of `cells` and how many steps away, itself first : two ndarray[cell, place], −1 beyond."""
    found: tuple[np.ndarray, np.ndarray] = _rings(neighbour, np.asarray(cells, dtype=np.int64), reach)
    return found


def activity_rings(past: History, decay: float) -> np.ndarray:
    """Decayed changes of holder by ring distance at the end of the record's last week : ndarray[cell, ring].

    A change counts one in the week it happens and `decay` times less with every week that begins after it; a
    simulation that goes on from here multiplies by `decay` before its first week.
    """
    around, distance = rings(past.neighbour, past.event_cell)
    faded = decay ** (past.weeks - 1 - past.event_week)
    there = around >= 0
    table = np.zeros((len(past.cell), RINGS))
    weight = np.broadcast_to(faded[:, None], around.shape)
    np.add.at(table, (around[there], distance[there]), weight[there])
    return table


def random_order(past: History, rng: np.random.Generator) -> np.ndarray:
    """Events in an order that respects days and, within a day, exposure where it can : ndarray[event] int."""
    key = rng.random(len(past.event_cell))
    found: np.ndarray = _order(
        past.neighbour, past.first, past.event_cell, past.event_day, past.event_holder, key
    )
    return found


class Heat(NamedTuple):
    """How local activity is counted.

    ring_weight : ndarray[ring], number that a change of holder adds at each ring distance; decay : factor a week
    edges : ndarray[level − 1], ascending; a level begins at its edge
    """

    ring_weight: np.ndarray
    decay: float
    edges: np.ndarray


def choices(
    past: History,
    side: int,
    heat: Heat,
    orders: list[np.ndarray],
    *,
    stratum: np.ndarray | None = None,
    from_week: int = 0,
    frozen: bool = False,
) -> Choices:
    """Choice sets of every change to `side` from week `from_week` on.

    orders : ndarray[event] each, from `random_order`
    frozen : activity stands still within a week (to ask what earlier weeks say about the next)
    stratum : ndarray[cell] int; a change is compared with cells of its own stratum (default: with all)
    """
    label = np.zeros(len(past.cell), dtype=np.int64) if stratum is None else stratum.astype(np.int64)
    wanted = (past.event_holder == side) & (past.event_week >= from_week)
    around, distance = rings(past.neighbour, past.event_cell)
    parts: list[tuple[Any, ...]] = []
    for order in orders:
        counts, chosen = _replay(
            past.neighbour, past.first, past.event_cell, past.event_week, past.event_holder, order, around,
            distance, np.asarray(heat.ring_weight, float), float(heat.decay), np.asarray(heat.edges, float),
            past.ground.astype(np.int64), 2 ** len(GROUND), label, side, wanted, frozen,
        )  # fmt: skip
        done = order[wanted[order]]
        parts.append((counts, chosen, past.event_week[done], past.event_cell[done]))
    counts, chosen, week, cell = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    kept = chosen >= 0
    return Choices(
        counts[kept], chosen[kept], np.full(int(kept.sum()), 1.0 / len(orders)), week[kept], cell[kept],
        label[cell[kept]], float(1 - kept.mean()) if len(kept) else 0.0,
    )  # fmt: skip


def pulls(
    past: History, weight: np.ndarray, heat: Heat, order: np.ndarray, label: np.ndarray, count: int
) -> np.ndarray:
    """What a capture rule alone makes of each sector: the sum of its exposed cells' weights : ndarray[week, sector].

    weight : ndarray[kind], weight of a cell by kind (as in `Choices`); label : ndarray[cell], its sector. Averaged
    over the moments just before each change of the week (a quiet week: as it begins).
    """
    around, distance = rings(past.neighbour, past.event_cell)
    found: np.ndarray = _pulls(
        past.neighbour, past.first, past.event_cell, past.event_week, past.event_holder, order, around, distance,
        np.asarray(heat.ring_weight, float), float(heat.decay), np.asarray(heat.edges, float),
        past.ground.astype(np.int64), 2 ** len(GROUND), label.astype(np.int64), count,
        np.asarray(weight, float), past.weeks,
    )  # fmt: skip
    return found


def _alternating(found: History) -> History:
    """The same history; raises EvidenceError where a change leaves the holder as it was."""
    holder = found.first.copy()
    for cell, day, to in zip(found.event_cell, found.event_day, found.event_holder, strict=True):
        if holder[cell] == to:
            raise EvidenceError(
                f"changes: cell {found.cell[cell]} goes to holder {to} on day {day} of the record, who holds it "
                "already; a cell's changes must alternate. Remove the row."
            )
        holder[cell] = to
    return found


@numba.njit(cache=True)
def _rings(neighbour, cells, reach):  # type: ignore[no-untyped-def]
    """Breadth-first search from each cell, `reach` rings counting itself."""
    most = 1 + 3 * reach * (reach - 1)
    around = np.full((len(cells), most), -1, np.int64)
    distance = np.zeros((len(cells), most), np.int64)
    seen = np.full(len(neighbour), -1, np.int64)
    for k in range(len(cells)):
        around[k, 0] = cells[k]
        seen[cells[k]] = k
        first, last, count = 0, 1, 1
        for step in range(1, reach):
            for place in range(first, last):
                for j in neighbour[around[k, place]]:
                    if j >= 0 and seen[j] != k:
                        seen[j] = k
                        around[k, count] = j
                        distance[k, count] = step
                        count += 1
            first, last = last, count
    return around, distance


@numba.njit(cache=True)
def _order(neighbour, first, cell, day, to, key):  # type: ignore[no-untyped-def]
    """Within each day, repeatedly the exposed event with the smallest key; where none is, the smallest key."""
    holder = first.copy()
    order = np.empty(len(cell), np.int64)
    done = np.zeros(len(cell), np.bool_)
    start = 0
    while start < len(cell):
        stop = start
        while stop < len(cell) and day[stop] == day[start]:
            stop += 1
        for place in range(start, stop):
            best, best_open = -1, False
            for e in range(start, stop):
                if done[e]:
                    continue
                open_ = False
                for j in neighbour[cell[e]]:
                    if j >= 0 and holder[j] == to[e]:
                        open_ = True
                if best < 0 or (open_ and not best_open) or (open_ == best_open and key[e] < key[best]):
                    best, best_open = e, open_
            done[best] = True
            order[place] = best
            holder[cell[best]] = to[best]
        start = stop
    return order


@numba.njit(cache=True)
def _replay(  # type: ignore[no-untyped-def]
    neighbour, first, cell, week, to, order, around, distance, ring_weight, decay, edges, ground, grounds,
    stratum, side, wanted, frozen,
):  # fmt: skip
    """Walk through the events; before each wanted one, count the exposed cells of its stratum by kind."""
    levels = len(edges) + 1
    holder = first.copy()
    activity = np.zeros(len(first))
    fresh = np.zeros(len(first))
    near = np.zeros(len(first), np.int64)
    for i in range(len(first)):
        for j in neighbour[i]:
            if j >= 0 and holder[j] == side:
                near[i] += 1
    total = 0
    for e in range(len(cell)):
        total += wanted[e]
    counts = np.zeros((total, 6 * levels * grounds), np.float32)
    chosen = np.full(total, -1, np.int64)
    now, row = week[0], 0
    for e in order:
        while now < week[e]:
            activity += fresh
            activity *= decay
            fresh[:] = 0.0
            now += 1
        if wanted[e]:
            for i in range(len(first)):
                if near[i] > 0 and holder[i] != side and stratum[i] == stratum[cell[e]]:
                    level = np.searchsorted(edges, activity[i], side="right")
                    kind = ((near[i] - 1) * levels + level) * grounds + ground[i]
                    counts[row, kind] += 1
                    if i == cell[e]:
                        chosen[row] = kind
            row += 1
        holder[cell[e]] = to[e]
        shift = 1 if to[e] == side else -1
        for j in neighbour[cell[e]]:
            if j >= 0:
                near[j] += shift
        for place in range(around.shape[1]):
            if around[e, place] >= 0 and distance[e, place] < len(ring_weight):
                if frozen:
                    fresh[around[e, place]] += ring_weight[distance[e, place]]
                else:
                    activity[around[e, place]] += ring_weight[distance[e, place]]
    return counts, chosen


@numba.njit(cache=True)
def _pulls(  # type: ignore[no-untyped-def]
    neighbour, first, cell, week, to, order, around, distance, ring_weight, decay, edges, ground, grounds,
    label, count, weight, weeks,
):  # fmt: skip
    """Walk through the events; before each, add up the weights of exposed cells by sector."""
    levels = len(edges) + 1
    holder = first.copy()
    activity = np.zeros(len(first))
    near = np.zeros(len(first), np.int64)
    for i in range(len(first)):
        for j in neighbour[i]:
            if j >= 0 and holder[j] == 1:
                near[i] += 1
    table = np.zeros((weeks, count))
    place = 0
    for now in range(weeks):
        activity *= decay
        seen = 0
        while True:
            more = place < len(order) and week[order[place]] == now
            if not more and seen > 0:
                break
            for i in range(len(first)):
                if near[i] > 0 and holder[i] == 0:
                    level = np.searchsorted(edges, activity[i], side="right")
                    table[now, label[i]] += weight[((near[i] - 1) * levels + level) * grounds + ground[i]]
            seen += 1
            if not more:
                break
            e = order[place]
            place += 1
            holder[cell[e]] = to[e]
            for j in neighbour[cell[e]]:
                if j >= 0:
                    near[j] += 1 if to[e] == 1 else -1
            for k in range(around.shape[1]):
                if around[e, k] >= 0 and distance[e, k] < len(ring_weight):
                    activity[around[e, k]] += ring_weight[distance[e, k]]
        table[now] /= seen
    return table
