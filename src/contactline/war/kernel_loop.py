# mypy: disable-error-code="assignment, arg-type"
# Compiled code holds one name in several integer widths.
"""The compiled loop of the front: one trajectory after another, one event after another.

What happens at every event is here; what happens once a week or once a trajectory is in kernel_steps. Indexes are
cast to unsigned: numba then leaves out the check for negative ones, which took a third of the time. Branches that
depend on the data are replaced by arithmetic where it was faster (docs/decisions/0005-kernel.md has the measurements).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy import uintp

from contactline.war.kernel_layout import WEIGHT_TOP
from contactline.war.kernel_steps import (
    GOLDEN,
    HOLDER,
    LEVELS,
    NODE,
    SHARE,
    begin_week,
    blank,
    cool,
    find_front,
    find_leaf,
    in_one_sector,
    mix,
    start_over,
    sum_sectors,
    take_holders,
    uniform,
    weigh_front,
)


@njit(cache=True, nogil=True, error_model="numpy")
def run_chunk(
    seed: int, first_draw: int, draws: int, row: int,
    capture_km2: np.ndarray, recapture_km2: np.ndarray, sector_log_weight: np.ndarray, frozen: np.ndarray,
    rule_of_draw: np.ndarray, table: np.ndarray, static: np.ndarray, resisted: np.ndarray, resisted_log: np.ndarray,
    resistance: np.ndarray, resistance_scale: np.ndarray, edges: np.ndarray, decay: np.ndarray, ring: np.ndarray,
    state0: np.ndarray, held0: np.ndarray, activity0: np.ndarray,
    always: np.ndarray, near_start: np.ndarray, near_node: np.ndarray,
    disc: np.ndarray, ring_of_slot: np.ndarray, near: int, cell_of_leaf: np.ndarray, km2: np.ndarray,
    node_start: np.ndarray, room: np.ndarray, code: np.ndarray, week_end: np.ndarray, unspent: np.ndarray,
) -> None:  # fmt: skip
    """Simulate `draws` trajectories from number `first_draw`, rows `row`.. of the levers; results go to the last three.

    capture_km2, recapture_km2 : [1 or draw, 1 or week]; sector_log_weight : [1 or draw, 1 or week, sector]
    frozen : [1 or draw, 1 or week]; rule_of_draw : [draw]; table : [rule, state] weight of a cell by its state byte
    static : [side × leaf] fixed factor of each cell, both sides in one row
    resisted : [k] leaves whose capture factor is exp(resisted_log + resistance·resistance_scale) in each trajectory;
    resisted_log, resistance : [k]; resistance_scale : [1 or draw]
    edges : [side, level − 1] lower thresholds of heat levels; decay : [rule, side]; ring : [side, ring]
    state0 : [leaf] states at the start of the first holder row, heat level 0; held0 : [1 or draw, leaf] holders
    activity0 : [1 or rule, 1 or side, leaf]
    always : [node] nodes that hold exposed cells or activity at the start; near_node[near_start[b] : near_start[b + 1]]
    are the nodes that a change in node b reaches, itself among them
    disc : [leaf, slot] leaves around each leaf, ring by ring, the last leaf where none is
    near : slots of rings 0 and 1; node_start : [sector + 1] first node of each sector
    room : [draw + 1] where each trajectory's codes begin; code : [event] 2·cell + new holder
    week_end : [draw, week] events until the week's end; unspent : [draw, side] km² that no exposed cell could take
    (room, week_end and unspent count from the chunk's first trajectory)
    """
    weeks, sectors, slots = week_end.shape[1], node_start.size - 1, disc.shape[1]
    leaves = disc.shape[0] - 1  # also the position of the sink: a leaf that stands for "no cell"
    nodes = leaves // NODE
    # A lever with one row (or week) stands for all of them: its position is multiplied by zero.
    capture_row, capture_week = min(capture_km2.shape[0] - 1, 1), min(capture_km2.shape[1] - 1, 1)
    recapture_row, recapture_week = min(recapture_km2.shape[0] - 1, 1), min(recapture_km2.shape[1] - 1, 1)
    sector_row, sector_week = min(sector_log_weight.shape[0] - 1, 1), min(sector_log_weight.shape[1] - 1, 1)
    frozen_row, frozen_week = min(frozen.shape[0] - 1, 1), min(frozen.shape[1] - 1, 1)
    scale_row = min(resistance_scale.size - 1, 1)
    heat_row = min(activity0.shape[0] - 1, 1)
    same_heat = activity0.shape[1] == 1 and np.all(ring[0] == ring[1])
    work = blank(leaves, slots, sectors, static)
    state, leaf, node, total, hot, is_hot = (
        work.state,
        work.leaf,
        work.node,
        work.total,
        work.hot,
        work.is_hot,
    )
    todo, heat_step, up, down = work.todo, work.heat_step, work.up, work.down
    edge, unit, dirty = work.edge, work.unit, work.dirty
    record = work.record.reshape(work.record.size)
    sector_of_node, alone_in_sector = in_one_sector(disc, node_start, cell_of_leaf)
    weight_of_sector, reach = np.ones(sectors), np.zeros(sectors)
    words = np.empty((3, 2), dtype=np.uint64)
    left = np.zeros(2)
    blocked = np.zeros(2, dtype=np.uint8)
    area = km2.sum(dtype=np.float64) / np.count_nonzero(km2)
    front = 0

    for d in range(draws):
        rule = rule_of_draw[row + d]
        weight, fading = table[rule], decay[rule]
        # Where both sides count and forget alike, the first measure of activity serves both.
        two = 0 if same_heat and decay[rule, 0] == decay[rule, 1] else 1
        start_over(work, state0, activity0[rule * heat_row], always, near_start, near_node)
        if held0.shape[0] > 1:
            take_holders(work, held0[0], held0[row + d], disc, near)
        for k in range(resisted.size):
            x = resisted_log[k] + resistance[k] * resistance_scale[(row + d) * scale_row]
            record[uintp(4 * resisted[k] + 2)] = np.float32(math.exp(x) * WEIGHT_TOP)
        if d == 0 or held0.shape[0] > 1:
            front = find_front(work)
        hots = weigh_front(work, front, two, edges, weight)
        key = mix(mix(np.uint64(seed) + GOLDEN) + np.uint64(first_draw + d) * GOLDEN)
        other_key = mix(key + GOLDEN)
        # Where a week's budget starts within the first cell: makes the expected area equal the budget at every week.
        left[0] = -area * (np.float64(mix(key ^ np.uint64(1)) >> np.uint64(11)) * SHARE)
        left[1] = -area * (np.float64(mix(key ^ np.uint64(2)) >> np.uint64(11)) * SHARE)
        unspent[d, :] = 0.0
        at = room[d]

        for week in range(weeks):
            begin_week(fading, two, edges, ring, ring_of_slot, unit, record, heat_step, edge, up, down, dirty)
            hots = cool(hots, two, weight, state, record, hot, is_hot, todo, down, leaf, node)
            if frozen[(row + d) * frozen_row, week * frozen_week]:
                week_end[d, week] = at - room[d]
                continue
            sum_sectors(node, total, node_start)
            for purpose in range(3):
                x0 = key + np.uint64(4 * week + purpose + 3) * GOLDEN
                words[purpose, 0] = mix(x0)
                words[purpose, 1] = mix(x0 ^ other_key)
            for s in range(sectors):
                weight_of_sector[s] = math.exp(
                    sector_log_weight[(row + d) * sector_row, week * sector_week, s]
                )
            left[0] += capture_km2[(row + d) * capture_row, week * capture_week]
            left[1] += recapture_km2[(row + d) * recapture_row, week * recapture_week]
            blocked[:] = 0
            while True:
                capture_on = left[0] > 0.0 and blocked[0] == 0
                recapture_on = left[1] > 0.0 and blocked[1] == 0
                if capture_on and recapture_on:
                    side = 0 if uniform(words, 0) * (left[0] + left[1]) < left[0] else 1
                elif capture_on:
                    side = 0
                elif recapture_on:
                    side = 1
                else:
                    break

                # Which sector, then which cell in it: two numbers of the side's own stream.
                whole = 0.0
                for s in range(sectors):
                    whole += weight_of_sector[s] * total[uintp(side * sectors + s)]
                    reach[s] = whole
                if not whole > 0.0:
                    blocked[side] = 1
                    continue
                passed = uniform(words, 1 + side) * whole
                sector = 0
                for s in range(sectors):
                    sector += np.int64(reach[s] <= passed)
                rest = np.int64(uniform(words, 1 + side) * total[uintp(side * sectors + sector)])
                c = find_leaf(rest, node_start[uintp(sector)], side, node, leaf)

                # The cell changes hands and leaves its side's tree.
                step = np.int64(leaf[uintp(side * leaves + c)])
                leaf[uintp(side * leaves + c)] = 0
                node[uintp(side * nodes + (c >> 6))] -= step
                total[uintp(side * sectors + sector)] -= step
                now = 1 - side
                left[side] -= km2[uintp(c)]
                blocked[now] = 0
                dirty[uintp(c >> 6)] = 1
                code[uintp(at)] = 2 * cell_of_leaf[uintp(c)] + now
                at += 1

                # Heat spreads over the rings. Beyond the neighbours, only cells that reach the next level matter.
                count = 0
                for i in range(near, slots if two == 0 else near):
                    j = np.int64(disc[uintp(c), uintp(i)])
                    a = record[uintp(4 * j)] + heat_step[uintp(2 * i)]
                    record[uintp(4 * j)] = a
                    todo[uintp(count)] = j
                    count += np.int64(a >= up[uintp(state[uintp(j)])])
                for i in range(near if two else slots, slots):
                    j = np.int64(disc[uintp(c), uintp(i)])
                    first = record[uintp(4 * j)] + heat_step[uintp(2 * i)]
                    other = record[uintp(4 * j + 1)] + heat_step[uintp(2 * i + 1)]
                    record[uintp(4 * j)] = first
                    record[uintp(4 * j + 1)] = other
                    st = np.int64(state[uintp(j)])
                    a = other if st & HOLDER else first
                    todo[uintp(count)] = j
                    count += np.int64(a >= up[uintp(st)])
                degree = 0
                for i in range(1, near):  # neighbours count the cell anew
                    j = np.int64(disc[uintp(c), uintp(i)])
                    if j != leaves:
                        record[uintp(4 * j)] += heat_step[uintp(2 * i)]
                        record[uintp(4 * j + 1)] += heat_step[uintp(2 * i + 1)]
                        degree += 1
                        st = np.int64(state[uintp(j)])
                        state[uintp(j)] = st + 16 - 32 * np.int64(st >> 7 == now)
                        todo[uintp(count)] = j
                        count += 1
                record[uintp(4 * c)] += heat_step[0]
                record[uintp(4 * c + 1)] += heat_step[1]
                state[uintp(c)] = (now << 7) | ((degree - ((np.int64(state[uintp(c)]) >> 4) & 7)) << 4)
                todo[uintp(count)] = c
                count += 1

                # Levels and weights of all cells concerned. Sums of the own sector stay in registers.
                alone = alone_in_sector[uintp(c)]
                both = np.int64(0)
                retaken = np.int64(0)
                for k in range(count):
                    j = np.int64(todo[uintp(k)])
                    st = np.int64(state[uintp(j)])
                    its = st >> 7
                    a = record[uintp(4 * j + its * two)]
                    # A search in two steps of four; a newly exposed cell carries a stale level, so from the start.
                    e = its * LEVELS
                    level = 4 * (
                        np.int64(a >= edge[uintp(e + 3)])
                        + np.int64(a >= edge[uintp(e + 7)])
                        + np.int64(a >= edge[uintp(e + 11)])
                    )
                    e += level
                    level += (
                        np.int64(a >= edge[uintp(e)])
                        + np.int64(a >= edge[uintp(e + 1)])
                        + np.int64(a >= edge[uintp(e + 2)])
                    )
                    st = (st & 0xF0) | level
                    state[uintp(j)] = st
                    heats = np.int64(level > 0) & (1 - np.int64(is_hot[uintp(j)]))
                    is_hot[uintp(j)] += heats
                    hot[uintp(hots)] = j
                    hots += heats
                    # The same as kernel_steps.renew, written out: as a function it took 5% longer.
                    x = weight[uintp(st)] * record[uintp(4 * j + 2 + its)]
                    new = np.int64(x) + np.int64(x > 0.0)
                    b = its * leaves + j
                    step = new - leaf[uintp(b)]
                    leaf[uintp(b)] = new
                    node[uintp(its * nodes + (j >> 6))] += step
                    if alone:
                        both += step
                        retaken += step & -its
                    else:
                        total[uintp(its * sectors + sector_of_node[uintp(j >> 6)])] += step
                total[uintp(sector)] += both - retaken
                total[uintp(sectors + sector)] += retaken
            for side in range(2):
                if left[side] > 0.0:
                    unspent[d, side] += left[side]
                    left[side] = 0.0
            week_end[d, week] = at - room[d]


@njit(cache=True, nogil=True)
def gather(code: np.ndarray, room: np.ndarray, week_end: np.ndarray, packed: np.ndarray) -> None:
    """Close the gaps between trajectories: codes from their rooms, one after another, into `packed`, [event]; other
    arguments as in `run_chunk`."""
    at = 0
    for d in range(week_end.shape[0]):
        for k in range(room[d], room[d] + np.int64(week_end[d, -1])):
            packed[at] = code[k]
            at += 1
