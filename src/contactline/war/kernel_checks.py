"""What comes into the kernel, checked and brought into the form that the compiled loop trusts."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from contactline.core.errors import InputError
from contactline.core.limits import check_whole
from contactline.war.grid import Grid, check_grid, check_holder, pairs
from contactline.war.kernel_given import CaptureRule, Levers, Plan
from contactline.war.kernel_layout import MAX_LEVELS, Layout, layout, scaled_cells, weight_tables
from contactline.war.kernel_steps import HOLDER, NODE

FALLBACK_MEMORY = 8 << 30
"""Bytes assumed on systems that do not tell their memory."""


@dataclass(frozen=True, eq=False)
class Run:
    """Everything one call of the kernel needs, in the loop's own form.

    holder0 : ndarray[cell] or [draw, cell], codes at the start; arrays : the loop's arguments in order, axes as in
    `run_chunk`; room : ndarray[draw + 1], index at which each trajectory's events begin
    """

    grid: Grid
    layout: Layout
    holder0: np.ndarray
    arrays: tuple[np.ndarray, ...]
    room: np.ndarray
    draws: int
    weeks: int
    seed: int
    first_draw: int
    code_type: np.dtype
    count_type: np.dtype

    def arguments(self, row: int, draws: int) -> tuple[object, ...]:
        """Arguments of run_chunk for a number of draws from index `row`, without the four that take results."""
        here = self.layout
        return (
            np.uint64(self.seed), self.first_draw + row, draws, row, *self.arrays, here.disc, here.ring_of_slot,
            here.near, here.cell_of_leaf, here.km2, here.node_start,
        )  # fmt: skip


def prepare(
    grid: Grid, holder0: np.ndarray, plan: Plan, *, seed: int, first_draw: int, max_bytes: int | None
) -> Run:
    """Check all input and lay it out. Arguments with their axes and units, and what is raised: see `simulate_front`."""
    check_grid(grid)
    for name, number in (("seed", seed), ("first_draw", first_draw)):
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number < 2**63:
            raise InputError(f"{name}: got {number!r}; allowed is a whole number from 0 to 2^63 − 1.")
    held = check_holder(grid, holder0)
    capture, recapture, levers = plan.capture, plan.recapture, plan.levers
    drivers = _levers(grid, levers)
    sizes = {name: array.shape[0] for name, array in drivers.items()}
    if held.ndim == 2:
        sizes["holder0"] = len(held)
    if plan.rule_of_draw is not None:
        sizes["rule_of_draw"] = len(plan.rule_of_draw)
    scale = _scale(levers.resistance_scale)
    if scale is not None:
        sizes["resistance_scale"] = len(scale)
    count = _common("draws", plan.draws, sizes)
    length = _common("weeks", plan.weeks, {name: array.shape[1] for name, array in drivers.items()})
    rules = (_rule(grid, capture, "capture"), _rule(grid, recapture, "recapture"))
    rows = _rule_rows(capture, recapture, plan.rule_of_draw, count)
    resistance = np.zeros(len(grid.cell)) if levers.resistance is None else np.asarray(levers.resistance)
    if resistance.shape != grid.cell.shape or np.isnan(resistance).any() or (resistance == np.inf).any():
        raise InputError(
            f"resistance: got shape {resistance.shape}; allowed is one log weight for each of the {len(grid.cell)} "
            "cells, finite or −inf."
        )
    here = layout(grid, max(len(rule.ring_weight) for rule in (capture, recapture)))
    heat = _initial_heat(grid, plan.initial_heat, _rule_count(capture, recapture))
    arrays = (
        *drivers.values(), rows,
        *_tables(grid, here, rules, resistance, scale, heat, held),
    )  # fmt: skip
    room = _room(grid, drivers, count, length)
    code_type = np.dtype(np.uint16 if 2 * len(grid.cell) <= 1 << 16 else np.uint32)
    count_type = np.dtype(np.uint16 if room.max() < 1 << 16 else np.uint32)
    _fits(grid, room, count, length, code_type, count_type, max_bytes)
    return Run(
        grid, here, held, arrays, room, count, length, int(seed), int(first_draw), code_type, count_type
    )


def bytes_needed(room: np.ndarray, weeks: int, code_type: np.dtype, count_type: np.dtype) -> int:
    """Largest memory that the log of events takes, bytes; room : ndarray[draw], most events of each trajectory."""
    return int(room.sum()) * code_type.itemsize + len(room) * (weeks * count_type.itemsize + 16)


def _fits(
    grid: Grid, room: np.ndarray, draws: int, weeks: int, code_type: np.dtype, count_type: np.dtype,
    max_bytes: int | None,
) -> None:  # fmt: skip
    limit = _memory() // 2 if max_bytes is None else max_bytes
    need = bytes_needed(room, weeks, code_type, count_type)
    if need > limit:
        raise InputError(
            f"front: {draws:,} trajectories × {weeks} weeks on {len(grid.cell):,} cells of {grid.km2.mean():.2f} km² "
            f"may record {int(room.sum()):,} events, {need / 2**30:,.1f} GiB; allowed are {limit / 2**30:,.1f} GiB. "
            f"Use fewer trajectories (about {int(draws * limit / need):,} fit), fewer weeks, or an H3 resolution one "
            "step coarser, which needs a seventh."
        )


def _memory() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return FALLBACK_MEMORY


def _levers(grid: Grid, levers: Levers) -> dict[str, np.ndarray]:
    """The weekly levers with their axes, checked, in the loop's order."""
    sectors = len(grid.sectors)
    given = {
        "capture_km2": (levers.capture_km2, np.float32, 2),
        "recapture_km2": (levers.recapture_km2, np.float32, 2),
        "sector_log_weight": (levers.sector_log_weight, np.float32, 3),
        "frozen": (levers.frozen, np.bool_, 2),
    }
    out = {}
    for name, (value, kind, axes) in given.items():
        shape = (1, 1, sectors)[:axes]
        array = np.zeros(shape, dtype=kind) if value is None else plain(value, kind)
        if array.ndim != axes or (axes == 3 and array.shape[2] != sectors) or 0 in array.shape:
            form = "[draw, week, sector]" if axes == 3 else "[draw, week]"
            raise InputError(
                f"{name}: got shape {array.shape}; allowed is {form}, where an axis of length 1 stands for all"
                + (f", with {sectors} sectors ({', '.join(grid.sectors)})." if axes == 3 else ".")
            )
        if name.endswith("km2") and not (np.isfinite(array) & (array >= 0)).all():
            row, week = np.argwhere(~(np.isfinite(array) & (array >= 0)))[0]
            raise InputError(
                f"{name}: draw {row}, week {week} holds {array[row, week]}; allowed are finite km² from 0 up "
                "(a net loss is a recapture)."
            )
        if axes == 3 and not (array <= 600).all():
            raise InputError(f"{name}: allowed are log weights up to 600 or −inf; NaN or larger came.")
        out[name] = array
    return out


def _scale(given: np.ndarray | None) -> np.ndarray | None:
    """The factor on resistance of each trajectory, checked : ndarray[1 or draw]."""
    if given is None:
        return None
    scale = np.asarray(given)
    if scale.ndim != 1 or not len(scale) or not np.isfinite(scale).all():
        raise InputError(
            f"resistance_scale: got shape {scale.shape}; allowed is one finite factor a trajectory, or one for all."
        )
    return plain(scale, np.float64)


def _common(axis: str, asked: int | None, sizes: dict[str, int]) -> int:
    """The one length that all arrays share on an axis; length 1 stands for all."""
    longer = {name: size for name, size in sizes.items() if size != 1}
    found = set(longer.values()) | ({asked} if asked is not None else set())
    if len(found) > 1:
        told = ", ".join(f"{name} has {size}" for name, size in longer.items())
        wanted = f"{asked} asked for" if asked is not None else "they differ"
        raise InputError(
            f"levers: {axis} do not agree: {told} ({wanted}); give every array the same number, or 1 for all."
        )
    number = found.pop() if found else 1
    check_whole(axis, number, 1)
    return number


def _rule(grid: Grid, rule: CaptureRule, name: str) -> CaptureRule:
    """Raise InputError where a rule's arrays do not fit each other or the theatre."""
    heat, edges = np.asarray(rule.heat), np.asarray(rule.heat_edges)
    if np.ndim(rule.neighbours) != 2 or np.shape(rule.neighbours)[1] != 7:
        raise InputError(
            f"{name} rule: neighbours has shape {np.shape(rule.neighbours)}; allowed is [rule, 7], for 0 to 6 "
            "neighbours that the taker holds."
        )
    if heat.ndim != 2 or not 1 <= heat.shape[1] <= MAX_LEVELS or edges.shape != (heat.shape[1] - 1,):
        raise InputError(
            f"{name} rule: heat has shape {heat.shape} and heat_edges {edges.shape}; allowed is [rule, level] with 1 "
            f"to {MAX_LEVELS} levels, and one edge less than levels."
        )
    if np.isnan(edges).any() or (np.diff(edges) <= 0).any() or (edges <= 0).any():
        raise InputError(f"{name} rule: heat_edges {edges.tolist()}; allowed are ascending numbers above 0.")
    decay, ring = np.asarray(rule.decay), np.asarray(rule.ring_weight)
    if decay.ndim != 1 or not ((decay >= 0) & (decay <= 1)).all():
        raise InputError(
            f"{name} rule: decay {decay.tolist()[:5]}; allowed is [rule] of numbers from 0 to 1 a week."
        )
    if ring.ndim != 1 or not len(ring) or not (np.isfinite(ring) & (ring >= 0)).all():
        raise InputError(
            f"{name} rule: ring_weight {ring.tolist()}; allowed is one number from 0 up for each ring."
        )
    if np.shape(rule.static) != grid.cell.shape:
        raise InputError(
            f"{name} rule: static has shape {np.shape(rule.static)}; allowed is one log weight for each of the "
            f"{len(grid.cell)} cells."
        )
    return rule


def _rule_rows(
    capture: CaptureRule, recapture: CaptureRule, rule_of_draw: np.ndarray | None, draws: int
) -> np.ndarray:
    """Which row of the rules each trajectory follows : ndarray[draw] int64."""
    rules = _rule_count(capture, recapture)
    if rule_of_draw is None:
        if rules not in (1, draws):
            raise InputError(
                f"rules: {rules} rows for {draws} trajectories; say in rule_of_draw which row each one follows."
            )
        return np.arange(draws, dtype=np.int64) if rules == draws else np.zeros(draws, dtype=np.int64)
    rows = np.asarray(rule_of_draw)
    if rows.shape != (draws,) or rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= rules:
        raise InputError(
            f"rule_of_draw: got {rows.dtype}{list(rows.shape)}; allowed is a row from 0 to {rules - 1} for each of the "
            f"{draws} trajectories."
        )
    return plain(rows, np.int64)


def _rule_count(capture: CaptureRule, recapture: CaptureRule) -> int:
    """How many rows the rules have; length 1 stands for all."""
    sizes = {
        f"{name}.{part}": len(getattr(rule, part))
        for name, rule in (("capture", capture), ("recapture", recapture))
        for part in ("neighbours", "heat", "decay")
    }
    return _common("rules", None, sizes)


def _initial_heat(grid: Grid, given: np.ndarray | None, rules: int) -> np.ndarray:
    """Activity at the start : ndarray[1 or rule, 1 or side, cell]."""
    heat = np.zeros(len(grid.cell)) if given is None else np.asarray(given)
    cells, kind = len(grid.cell), np.float32
    if heat.shape == (cells,):
        heat = heat[None, None]
    elif heat.shape in ((1, cells), (rules, cells)):
        heat = heat[:, None]
    elif heat.shape in ((2, 1, cells), (2, rules, cells)):
        heat = np.swapaxes(heat, 0, 1)
    else:
        raise InputError(
            f"initial_heat: got shape {heat.shape}; allowed is [cell], [rule, cell] or [side, rule, cell] (sides: "
            f"capture, recapture) with {cells} cells and {rules} rules."
        )
    if not (np.isfinite(heat) & (heat >= 0)).all():
        raise InputError("initial_heat: allowed are finite activities from 0 up; others came.")
    return heat.astype(kind)


def _tables(
    grid: Grid, here: Layout, rules: tuple[CaptureRule, CaptureRule], resistance: np.ndarray,
    scale: np.ndarray | None, heat: np.ndarray, held: np.ndarray,
) -> tuple[np.ndarray, ...]:  # fmt: skip
    """table, static, what is scaled a trajectory, edges, decay, ring, state0, held0, activity0 and the nodes to reset,
    as the loop takes them."""
    rows = max(len(part) for rule in rules for part in (rule.neighbours, rule.heat, rule.decay))
    table = np.zeros((rows, 2 * HOLDER), dtype=np.float32)
    static = np.zeros((2, here.leaves + 1), dtype=np.float32)
    edges = np.full((2, max(len(rule.heat_edges) for rule in rules)), np.inf, dtype=np.float32)
    for side, rule in enumerate(rules):
        fixed = np.asarray(rule.static, dtype=float) + (resistance if side == 0 else 0.0)
        by_state, by_cell = weight_tables(np.asarray(rule.neighbours), np.asarray(rule.heat), fixed)
        if side == 0:
            by_cell, scaled = scaled_cells(np.asarray(rule.static, dtype=float), resistance, scale, by_cell)
        table[:, side * HOLDER : (side + 1) * HOLDER] = by_state
        static[side] = here.on_leaves(by_cell)
        edges[side, : len(rule.heat_edges)] = rule.heat_edges
    rings = here.ring_of_slot[-1] + 1
    decay = np.column_stack([np.broadcast_to(np.asarray(rule.decay, dtype=float), rows) for rule in rules])
    ring = np.zeros((2, rings), dtype=np.float64)
    for side, rule in enumerate(rules):
        ring[side, : len(rule.ring_weight)] = rule.ring_weight
    starts = np.atleast_2d(held)
    ends_here, ends_there = pairs(grid)
    opposed = np.bincount(
        ends_here, weights=starts[0][ends_here] != starts[0][ends_there], minlength=len(grid.cell)
    )
    state = (starts[0].astype(np.int64) * HOLDER + opposed.astype(np.int64) * MAX_LEVELS).astype(np.uint8)
    spread = here.on_leaves(heat)
    begun = (here.on_leaves(opposed) > 0) | (spread > 0).any(axis=(0, 1))
    always = np.asarray(begun[:-1].reshape(-1, NODE).any(axis=1))
    resisted, log, by = scaled
    return (
        table, static.ravel(), here.leaf_of_cell[resisted].astype(np.int64), log, by,
        np.ones(1) if scale is None else scale, edges, np.ascontiguousarray(decay), ring,
        here.on_leaves(state), here.on_leaves(starts), spread,
        always, here.near_start, here.near_node,
    )  # fmt: skip


def _room(grid: Grid, drivers: dict[str, np.ndarray], draws: int, weeks: int) -> np.ndarray:
    """The most events each trajectory can have : ndarray[draw] int64."""
    moving = ~drivers["frozen"]
    most = []
    for name in ("capture_km2", "recapture_km2"):
        km2 = drivers[name] * moving
        summed = km2.sum(axis=1, dtype=float) * (weeks if km2.shape[1] == 1 else 1)
        most.append(np.broadcast_to(np.floor(summed / grid.km2.min()) + 3, draws))
    captures, recaptures = most
    # A cell can be taken once more than it is lost, however large the budget.
    room = np.minimum(captures, recaptures + len(grid.cell)) + np.minimum(
        recaptures, captures + len(grid.cell)
    )
    found: np.ndarray = room.astype(np.int64)
    return found


def plain(value: np.ndarray, kind: type) -> np.ndarray:
    """The array, ndarray[...], in its unit, as the compiled loop expects it: of one type, contiguous, writable (a copy
    only where needed)."""
    array: np.ndarray = np.ascontiguousarray(value, dtype=kind)
    return array if array.flags.writeable else array.copy()
