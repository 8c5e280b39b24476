"""The compiled loop of the front: one trajectory after another, one event after another.

One function body on purpose: with numba, a helper that takes arrays pays an atomic reference count for each of them
at every call, which would cost more than the work (measured in docs/decisions/0005-kernel.md).

Random numbers: xoroshiro128++ (Blackman & Vigna 2021, ACM Trans. Math. Softw. 47(4)), seeded by the mixing function
of SplitMix64 (Steele, Lea & Flood 2014) from seed, trajectory, week and purpose. Each week of a trajectory thus owns
three streams (order, capture, recapture): a pause, a lever or one more event moves no later week's numbers.
"""

# mypy: disable-error-code=assignment
# Compiled code holds one name in several integer widths.
from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy import uintp

HOLDER = 128
"""State of a cell, one byte: holder in bit 7, neighbours held by the other side in bits 4–6, heat level in bits 0–3."""

LEVELS = 16
NODE = 64
"""Leaves of a node of the sum tree: sectors, nodes, leaves. Four cache lines are summed on the way down instead of
being kept as a level of their own, since a cell's weight is written ten times as often as a cell is drawn."""

RUN = 16
"""Leaves summed at once on the way down: one cache line of int32."""

UNIT_TOP = 1e12
"""Activity is stored undecayed in units that grow as the past decays; above this the store is scaled back."""


@njit(cache=True, inline="always")
def mix(x: np.uint64) -> np.uint64:
    """The mixing function of SplitMix64."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True, nogil=True, error_model="numpy")
def run_chunk(
    seed: int, first_draw: int, draws: int, row: int,
    capture_km2: np.ndarray, recapture_km2: np.ndarray, sector_log_weight: np.ndarray, frozen: np.ndarray,
    rule_of_draw: np.ndarray, table: np.ndarray, static: np.ndarray, edges: np.ndarray, decay: np.ndarray,
    ring: np.ndarray, state0: np.ndarray, held0: np.ndarray, activity0: np.ndarray,
    disc: np.ndarray, ring_of_slot: np.ndarray, near: int, cell_of_leaf: np.ndarray, km2: np.ndarray,
    node_start: np.ndarray, room: np.ndarray, code: np.ndarray, week_end: np.ndarray, unspent: np.ndarray,
) -> None:  # fmt: skip
    """Simulate `draws` trajectories from number `first_draw`, rows `row`.. of the levers; results go to the last three.

    capture_km2, recapture_km2 : [1 or draw, 1 or week]; sector_log_weight : [1 or draw, 1 or week, sector]
    frozen : [1 or draw, 1 or week]; rule_of_draw : [draw]; table : [rule, state] weight of a cell by its state byte
    static : [side × leaf] fixed factor of each cell, both sides in one row
    edges : [side, level − 1] lower thresholds of heat levels; decay : [rule, side]; ring : [side, ring]
    state0 : [leaf] states at the start of the first holder row, heat level 0; held0 : [1 or draw, leaf] holders
    activity0 : [1 or rule, 1 or side, leaf]
    disc : [leaf, slot] leaves around each leaf, ring by ring, the last leaf where none is
    near : slots of rings 0 and 1; node_start : [sector + 1] first node of each sector
    room : [draw + 1] where each trajectory's codes begin; code : [event] 2·cell + new holder
    week_end : [draw, week] events until the week's end; unspent : [draw, side] km² that no exposed cell could take
    (room, week_end and unspent count from the chunk's first trajectory)
    """
    weeks = week_end.shape[1]
    sectors = node_start.size - 1
    leaves = disc.shape[0] - 1  # also the position of the sink: a leaf that stands for "no cell"
    slots = disc.shape[1]
    levels = edges.shape[1]
    nodes = leaves // NODE
    # A lever with one row (or week) stands for all of them: its position is multiplied by zero.
    capture_row, capture_week = min(capture_km2.shape[0] - 1, 1), min(capture_km2.shape[1] - 1, 1)
    recapture_row, recapture_week = min(recapture_km2.shape[0] - 1, 1), min(recapture_km2.shape[1] - 1, 1)
    sector_row, sector_week = min(sector_log_weight.shape[0] - 1, 1), min(sector_log_weight.shape[1] - 1, 1)
    frozen_row, frozen_week = min(frozen.shape[0] - 1, 1), min(frozen.shape[1] - 1, 1)
    heat_row = min(activity0.shape[0] - 1, 1)
    heat_side = activity0.shape[1] - 1
    same_ring = heat_side == 0
    for r in range(ring.shape[1]):
        same_ring = same_ring and ring[0, r] == ring[1, r]
    state = state0.copy()
    # Four numbers a leaf, side by side in memory: activity as each side counts it, fixed factor of either side.
    record = np.empty((leaves + 1, 4), dtype=np.float32)
    record[:, 2] = static[: leaves + 1]
    record[:, 3] = static[leaves + 1 :]
    cell = record.reshape(4 * (leaves + 1))
    leaf = np.zeros(2 * leaves, dtype=np.int32)
    node = np.zeros(2 * nodes, dtype=np.int64)
    total = np.zeros(2 * sectors, dtype=np.int64)
    sector_of_node = np.empty(nodes, dtype=np.int64)
    for s in range(sectors):
        for b in range(node_start[s], node_start[s + 1]):
            sector_of_node[b] = s
    hot = np.empty(leaves, dtype=np.int32)
    is_hot = np.zeros(leaves + 1, dtype=np.uint8)
    front = np.empty(leaves, dtype=np.int32)
    todo = np.empty(leaves, dtype=np.int32)
    one_sector = np.ones(leaves, dtype=np.bool_)  # all cells that a change reaches lie in its own sector
    for p in range(leaves):
        for i in range(slots):
            j = np.int64(disc[p, i])
            if cell_of_leaf[p] >= 0 and j != leaves and sector_of_node[j >> 6] != sector_of_node[p >> 6]:
                one_sector[p] = False
    unit = np.ones(2)
    heat_step = np.empty(2 * slots, dtype=np.float32)
    up = np.full(256, np.inf, dtype=np.float32)  # activity at which a cell of this state rises a level
    down = np.full(256, -np.inf, dtype=np.float32)  # and below which it falls one, or is not exposed
    down[:LEVELS] = np.inf
    down[HOLDER : HOLDER + LEVELS] = np.inf
    edge = np.full(2 * LEVELS, np.inf, dtype=np.float32)
    weight_of_sector = np.ones(sectors)
    reach = np.zeros(sectors)
    words = np.empty((3, 2), dtype=np.uint64)
    left = np.zeros(2)
    blocked = np.zeros(2, dtype=np.uint8)
    share = 1.0 / 9007199254740992.0  # 2^-53
    golden = np.uint64(0x9E3779B97F4A7C15)
    area = 0.0
    area_count = 0
    for p in range(leaves):
        if cell_of_leaf[p] >= 0:
            area += km2[p]
            area_count += 1
    area /= area_count
    fronts = 0
    for p in range(leaves):
        if state0[p] & 0x70:
            front[fronts] = p
            fronts += 1

    for d in range(draws):
        rule = rule_of_draw[row + d]
        # A fresh start: the front's cells get their weights, everything else is zero.
        weight = table[rule]
        # Where both sides count and forget alike, the first measure of activity serves both.
        two = 0 if same_ring and decay[rule, 0] == decay[rule, 1] else 1
        state[:] = state0
        leaf[:] = 0
        node[:] = 0
        total[:] = 0
        for p in range(leaves + 1):
            record[p, 0] = activity0[rule * heat_row, 0, p]
            record[p, 1] = activity0[rule * heat_row, heat_side, p]
        is_hot[:] = 0
        if held0.shape[0] > 1:
            for p in range(leaves):
                if held0[row + d, p] != held0[0, p]:
                    now = np.int64(held0[row + d, p])
                    opposed = (np.int64(state[p]) >> 4) & 7
                    degree = 0
                    for i in range(1, near):
                        j = np.int64(disc[p, i])
                        if j != leaves:
                            degree += 1
                            st = np.int64(state[j])
                            state[j] = st - 16 if st >> 7 == now else st + 16
                    state[p] = (now << 7) | ((degree - opposed) << 4)
            fronts = 0
            for p in range(leaves):
                if state[p] & 0x70:
                    front[fronts] = p
                    fronts += 1
        hots = 0
        for k in range(fronts):
            j = np.int64(front[k])
            st = np.int64(state[j])
            side = st >> 7
            a = record[j, side * two]
            level = 0
            while level < levels and a >= edges[side, level]:
                level += 1
            st |= level
            state[j] = st
            if level > 0:
                hot[hots] = j
                is_hot[j] = 1
                hots += 1
            x = weight[st] * record[j, 2 + side]
            new = np.int64(x) + np.int64(x > 0.0)
            leaf[side * leaves + j] = new
            node[side * nodes + (j >> 6)] += new
        unit[:] = 1.0
        key = mix(mix(np.uint64(seed) + golden) + np.uint64(first_draw + d) * golden)
        other_key = mix(key + golden)
        # Where a week's budget starts within the first cell: makes the expected area equal the budget at every week.
        left[0] = -area * (np.float64(mix(key ^ np.uint64(1)) >> np.uint64(11)) * share)
        left[1] = -area * (np.float64(mix(key ^ np.uint64(2)) >> np.uint64(11)) * share)
        unspent[d, 0] = 0.0
        unspent[d, 1] = 0.0
        at = room[d]

        for week in range(weeks):
            for f in range(2):
                if decay[rule, f] > 0.0:
                    unit[f] /= decay[rule, f]
                if decay[rule, f] <= 0.0 or unit[f] > UNIT_TOP:
                    back = np.float32(0.0 if decay[rule, f] <= 0.0 else 1.0 / unit[f])
                    for p in range(leaves):
                        record[p, f] *= back
                    unit[f] = 1.0
                for i in range(slots):
                    heat_step[2 * i + f] = np.float32(ring[f, ring_of_slot[i]] * unit[f])
            for side in range(2):
                for level in range(levels):
                    e = np.float32(edges[side, level] * unit[side * two])
                    edge[side * LEVELS + level] = e
                    for n in range(1, 7):
                        up[side * HOLDER + n * LEVELS + level] = e
                        down[side * HOLDER + n * LEVELS + level + 1] = e
            # Levels that decay has lowered. About half of the cells drop a level each week, so no branch asks which.
            kept = 0
            count = 0
            for k in range(hots):
                j = np.int64(hot[uintp(k)])
                st = np.int64(state[uintp(j)])
                drops = np.int64(cell[uintp(4 * j + (st >> 7) * two)] < down[uintp(st)])
                hot[uintp(kept)] = j
                kept += 1 - drops
                todo[uintp(count)] = j
                count += drops
            hots = kept
            for k in range(count):
                j = np.int64(todo[uintp(k)])
                st = np.int64(state[uintp(j)])
                if st & 0x70 == 0:
                    is_hot[uintp(j)] = 0
                    continue
                its = st >> 7
                a = cell[uintp(4 * j + its * two)]
                st -= 1
                while a < down[uintp(st)]:
                    st -= 1
                state[uintp(j)] = st
                x = weight[uintp(st)] * cell[uintp(4 * j + 2 + its)]
                new = np.int64(x) + np.int64(x > 0.0)
                b = its * leaves + j
                node[uintp(its * nodes + (j >> 6))] += new - leaf[uintp(b)]
                leaf[uintp(b)] = new
                stays = np.int64(st & 15 > 0)
                is_hot[uintp(j)] = stays
                hot[uintp(hots)] = j
                hots += stays
            if frozen[(row + d) * frozen_row, week * frozen_week]:
                week_end[d, week] = at - room[d]
                continue
            for side in range(2):
                for s in range(sectors):
                    whole_sector = np.int64(0)
                    for b in range(side * nodes + node_start[s], side * nodes + node_start[s + 1]):
                        whole_sector += node[uintp(b)]
                    total[side * sectors + s] = whole_sector

            for purpose in range(3):
                x0 = key + np.uint64(4 * week + purpose + 3) * golden
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
                    s0, s1 = words[0, 0], words[0, 1]
                    y = s0 + s1
                    y = ((y << np.uint64(17)) | (y >> np.uint64(47))) + s0
                    s1 ^= s0
                    words[0, 0] = ((s0 << np.uint64(49)) | (s0 >> np.uint64(15))) ^ s1 ^ (s1 << np.uint64(21))
                    words[0, 1] = (s1 << np.uint64(28)) | (s1 >> np.uint64(36))
                    u = np.float64(y >> np.uint64(11)) * share
                    side = 0 if u * (left[0] + left[1]) < left[0] else 1
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
                s0, s1 = words[uintp(1 + side), 0], words[uintp(1 + side), 1]
                y = s0 + s1
                y = ((y << np.uint64(17)) | (y >> np.uint64(47))) + s0
                s1 ^= s0
                s0 = ((s0 << np.uint64(49)) | (s0 >> np.uint64(15))) ^ s1 ^ (s1 << np.uint64(21))
                s1 = (s1 << np.uint64(28)) | (s1 >> np.uint64(36))
                share_of_whole = np.float64(y >> np.uint64(11)) * share * whole
                sector = 0
                for s in range(sectors):
                    sector += np.int64(reach[s] <= share_of_whole)
                y = s0 + s1
                y = ((y << np.uint64(17)) | (y >> np.uint64(47))) + s0
                s1 ^= s0
                words[uintp(1 + side), 0] = (
                    ((s0 << np.uint64(49)) | (s0 >> np.uint64(15))) ^ s1 ^ (s1 << np.uint64(21))
                )
                words[uintp(1 + side), 1] = (s1 << np.uint64(28)) | (s1 >> np.uint64(36))
                rest = np.int64(
                    np.float64(y >> np.uint64(11)) * share * total[uintp(side * sectors + sector)]
                )
                b = side * nodes + node_start[uintp(sector)]
                while rest >= node[uintp(b)]:
                    rest -= node[uintp(b)]
                    b += 1
                b = (b - side * nodes) * NODE + side * leaves
                while True:
                    run = np.int64(0)
                    for i in range(RUN):
                        run += leaf[uintp(b + i)]
                    if rest < run:
                        break
                    rest -= run
                    b += RUN
                while rest >= leaf[uintp(b)]:
                    rest -= leaf[uintp(b)]
                    b += 1
                c = b - side * leaves

                # The cell changes hands and leaves its side's tree.
                step = np.int64(leaf[uintp(b)])
                leaf[uintp(b)] = 0
                node[uintp(side * nodes + (c >> 6))] -= step
                total[uintp(side * sectors + sector)] -= step
                now = 1 - side
                left[side] -= km2[uintp(c)]
                blocked[now] = 0
                code[uintp(at)] = 2 * cell_of_leaf[uintp(c)] + now
                at += 1

                # Heat spreads over the rings. Beyond the neighbours, only cells that reach the next level matter.
                count = 0
                degree = 0
                for i in range(near, slots if two == 0 else near):
                    j = np.int64(disc[uintp(c), uintp(i)])
                    a = cell[uintp(4 * j)] + heat_step[uintp(2 * i)]
                    cell[uintp(4 * j)] = a
                    todo[uintp(count)] = j
                    count += np.int64(a >= up[uintp(state[uintp(j)])])
                for i in range(near if two else slots, slots):
                    j = np.int64(disc[uintp(c), uintp(i)])
                    first = cell[uintp(4 * j)] + heat_step[uintp(2 * i)]
                    other = cell[uintp(4 * j + 1)] + heat_step[uintp(2 * i + 1)]
                    cell[uintp(4 * j)] = first
                    cell[uintp(4 * j + 1)] = other
                    st = np.int64(state[uintp(j)])
                    a = other if st & HOLDER else first
                    todo[uintp(count)] = j
                    count += np.int64(a >= up[uintp(st)])
                for i in range(1, near):  # neighbours count the cell anew
                    j = np.int64(disc[uintp(c), uintp(i)])
                    if j != leaves:
                        cell[uintp(4 * j)] += heat_step[uintp(2 * i)]
                        cell[uintp(4 * j + 1)] += heat_step[uintp(2 * i + 1)]
                        degree += 1
                        st = np.int64(state[uintp(j)])
                        state[uintp(j)] = st + 16 - 32 * np.int64(st >> 7 == now)
                        todo[uintp(count)] = j
                        count += 1
                cell[uintp(4 * c)] += heat_step[0]
                cell[uintp(4 * c + 1)] += heat_step[1]
                state[uintp(c)] = (now << 7) | ((degree - ((np.int64(state[uintp(c)]) >> 4) & 7)) << 4)
                todo[uintp(count)] = c
                count += 1
                alone = one_sector[uintp(c)]
                both = np.int64(0)
                second_side = np.int64(0)
                for k in range(count):
                    j = np.int64(todo[uintp(k)])
                    st = np.int64(state[uintp(j)])
                    its = st >> 7
                    a = cell[uintp(4 * j + its * two)]
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
                    x = weight[uintp(st)] * cell[uintp(4 * j + 2 + its)]
                    new = np.int64(x) + np.int64(x > 0.0)
                    b = its * leaves + j
                    step = new - leaf[uintp(b)]
                    leaf[uintp(b)] = new
                    node[uintp(its * nodes + (j >> 6))] += step
                    if alone:
                        both += step
                        second_side += step & -its
                    else:
                        total[uintp(its * sectors + sector_of_node[uintp(j >> 6)])] += step
                total[uintp(sector)] += both - second_side
                total[uintp(sectors + sector)] += second_side
            for side in range(2):
                if left[side] > 0.0:
                    unspent[d, side] += left[side]
                    left[side] = 0.0
            week_end[d, week] = at - room[d]


@njit(cache=True, nogil=True)
def gather(code: np.ndarray, room: np.ndarray, week_end: np.ndarray, packed: np.ndarray) -> None:
    """Close the gaps between trajectories: codes from their rooms, one after another, into `packed`."""
    at = 0
    for d in range(week_end.shape[0]):
        for k in range(room[d], room[d] + np.int64(week_end[d, -1])):
            packed[at] = code[k]
            at += 1
