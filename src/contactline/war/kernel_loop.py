"""The compiled loop of the front: one trajectory after another, one event after another.

One function body on purpose: with numba, a helper that takes arrays pays an atomic reference count for each of them
at every call, which would cost more than the work (measured in docs/decisions/0005-kernel.md).

Random numbers: xoroshiro128++ (Blackman & Vigna 2021, ACM Trans. Math. Softw. 47(4)), seeded by the mixing function
of SplitMix64 (Steele, Lea & Flood 2014) from seed, trajectory, week and purpose. Each week of a trajectory thus owns
three streams (order, capture, recapture): a pause, a lever or one more event moves no later week's numbers.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

HOLDER = 128
"""State of a cell, one byte: holder in bit 7, neighbours held by the other side in bits 4–6, heat level in bits 0–3."""

FAN = 16
"""Children of a node of the sum tree: sixteen int32 weights fill one cache line."""

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
    block_start: np.ndarray, room: np.ndarray, code: np.ndarray, week_end: np.ndarray, unspent: np.ndarray,
) -> None:  # fmt: skip
    """Simulate `draws` trajectories from number `first_draw`, rows `row`.. of the levers; results go to the last three.

    capture_km2, recapture_km2 : [1 or draw, 1 or week]; sector_log_weight : [1 or draw, 1 or week, sector]
    frozen : [1 or draw, 1 or week]; rule_of_draw : [draw]; table : [rule, state] weight of a cell by its state byte; static : [side, leaf] factor
    edges : [side, level − 1] lower thresholds of heat levels; decay : [rule, field]; ring : [field, ring]
    state0 : [leaf] states at the start of the first holder row, heat level 0; held0 : [1 or draw, leaf] holders
    activity0 : [field, leaf]; disc : [leaf, slot] leaves around each leaf, ring by ring, the last leaf where none is;
    near : slots of rings 0 and 1; block_start : [sector + 1] first block of 256 leaves of each sector
    room : [draw + 1] where each trajectory's codes begin; code : [event] 2·cell + new holder
    week_end : [draw, week] events until the week's end; unspent : [draw, side] km² that no exposed cell could take
    (room, week_end and unspent count from the chunk's first trajectory)
    """
    weeks = week_end.shape[1]
    sectors = block_start.size - 1
    leaves = disc.shape[0] - 1  # also the position of the sink: a leaf that stands for "no cell"
    slots = disc.shape[1]
    fields = ring.shape[0]
    levels = edges.shape[1]
    level1, level2 = leaves // FAN, leaves // (FAN * FAN)
    # A lever with one row (or week) stands for all of them: its position is multiplied by zero.
    capture_row, capture_week = min(capture_km2.shape[0] - 1, 1), min(capture_km2.shape[1] - 1, 1)
    recapture_row, recapture_week = min(recapture_km2.shape[0] - 1, 1), min(recapture_km2.shape[1] - 1, 1)
    sector_row, sector_week = min(sector_log_weight.shape[0] - 1, 1), min(sector_log_weight.shape[1] - 1, 1)
    frozen_row, frozen_week = min(frozen.shape[0] - 1, 1), min(frozen.shape[1] - 1, 1)
    state = state0.copy()
    activity = np.zeros((fields, leaves + 1), dtype=np.float32)
    leaf = np.zeros(2 * leaves, dtype=np.int32)
    node1 = np.zeros(2 * level1, dtype=np.int32)
    node2 = np.zeros(2 * level2, dtype=np.int64)
    total = np.zeros(2 * sectors, dtype=np.int64)
    sector_of_block = np.empty(level2, dtype=np.int64)
    for s in range(sectors):
        for b in range(block_start[s], block_start[s + 1]):
            sector_of_block[b] = s
    hot = np.empty(leaves, dtype=np.int32)
    is_hot = np.zeros(leaves + 1, dtype=np.uint8)
    front = np.empty(leaves, dtype=np.int32)
    unit = np.ones(fields)
    heat_step = np.empty((fields, slots), dtype=np.float32)
    edge = np.empty((2, levels), dtype=np.float32)
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
        state[:] = state0
        leaf[:] = 0
        node1[:] = 0
        node2[:] = 0
        total[:] = 0
        activity[:] = activity0
        is_hot[:] = 0
        if held0.shape[0] > 1:
            for p in range(leaves):
                if held0[row + d, p] != held0[0, p]:
                    now = np.int64(held0[row + d, p])
                    opposed = (np.int64(state[p]) >> 4) & 7
                    degree = 0
                    for i in range(1, near):
                        j = disc[p, i]
                        if j != leaves:
                            degree += 1
                            if np.int64(state[j]) >> 7 == now:
                                state[j] -= 16
                            else:
                                state[j] += 16
                    state[p] = (now << 7) | ((degree - opposed) << 4)
            fronts = 0
            for p in range(leaves):
                if state[p] & 0x70:
                    front[fronts] = p
                    fronts += 1
        hots = 0
        for k in range(fronts):
            j = front[k]
            st = np.int64(state[j])
            side = st >> 7
            a = activity[side if fields == 2 else 0, j]
            level = 0
            while level < levels and a >= edges[side, level]:
                level += 1
            st |= level
            state[j] = st
            if level > 0:
                hot[hots] = j
                is_hot[j] = 1
                hots += 1
            x = table[rule, st] * static[side, j]
            new = np.int64(x)
            if new < 1 and x > 0.0:
                new = 1
            leaf[side * leaves + j] = new
            node1[side * level1 + (j >> 4)] += new
            node2[side * level2 + (j >> 8)] += new
            total[side * sectors + sector_of_block[j >> 8]] += new
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
            for f in range(fields):
                if decay[rule, f] > 0.0:
                    unit[f] /= decay[rule, f]
                if decay[rule, f] <= 0.0 or unit[f] > UNIT_TOP:
                    back = np.float32(0.0 if decay[rule, f] <= 0.0 else 1.0 / unit[f])
                    for p in range(leaves):
                        activity[f, p] *= back
                    unit[f] = 1.0
                for i in range(slots):
                    heat_step[f, i] = np.float32(ring[f, ring_of_slot[i]] * unit[f])
            for side in range(2):
                for level in range(levels):
                    edge[side, level] = np.float32(edges[side, level] * unit[side if fields == 2 else 0])
            kept = 0
            for k in range(hots):  # levels that decay has lowered
                j = hot[k]
                st = np.int64(state[j])
                if st & 0x70 == 0:
                    is_hot[j] = 0
                    continue
                side = st >> 7
                a = activity[side if fields == 2 else 0, j]
                level = st & 15
                while level > 0 and a < edge[side, level - 1]:
                    level -= 1
                if level != st & 15:
                    st = (st & 0xF0) | level
                    state[j] = st
                    x = table[rule, st] * static[side, j]
                    new = np.int64(x)
                    if new < 1 and x > 0.0:
                        new = 1
                    step = new - leaf[side * leaves + j]
                    leaf[side * leaves + j] = new
                    node1[side * level1 + (j >> 4)] += step
                    node2[side * level2 + (j >> 8)] += step
                    total[side * sectors + sector_of_block[j >> 8]] += step
                if level > 0:
                    hot[kept] = j
                    kept += 1
                else:
                    is_hot[j] = 0
            hots = kept
            if frozen[(row + d) * frozen_row, week * frozen_week]:
                week_end[d, week] = at - room[d]
                continue

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
                    whole += weight_of_sector[s] * total[side * sectors + s]
                    reach[s] = whole
                if not whole > 0.0:
                    blocked[side] = 1
                    continue
                s0, s1 = words[1 + side, 0], words[1 + side, 1]
                y = s0 + s1
                y = ((y << np.uint64(17)) | (y >> np.uint64(47))) + s0
                s1 ^= s0
                s0 = ((s0 << np.uint64(49)) | (s0 >> np.uint64(15))) ^ s1 ^ (s1 << np.uint64(21))
                s1 = (s1 << np.uint64(28)) | (s1 >> np.uint64(36))
                x = np.float64(y >> np.uint64(11)) * share * whole
                sector = 0
                while reach[sector] <= x:
                    sector += 1
                y = s0 + s1
                y = ((y << np.uint64(17)) | (y >> np.uint64(47))) + s0
                s1 ^= s0
                words[1 + side, 0] = (
                    ((s0 << np.uint64(49)) | (s0 >> np.uint64(15))) ^ s1 ^ (s1 << np.uint64(21))
                )
                words[1 + side, 1] = (s1 << np.uint64(28)) | (s1 >> np.uint64(36))
                rest = np.int64(np.float64(y >> np.uint64(11)) * share * total[side * sectors + sector])
                b = side * level2 + block_start[sector]
                while rest >= node2[b]:
                    rest -= node2[b]
                    b += 1
                b = (b - side * level2) * FAN + side * level1
                while rest >= node1[b]:
                    rest -= node1[b]
                    b += 1
                b = (b - side * level1) * FAN + side * leaves
                while rest >= leaf[b]:
                    rest -= leaf[b]
                    b += 1
                c = b - side * leaves

                # The cell changes hands: it leaves its side's tree, and its neighbours count it anew.
                step = -np.int64(leaf[b])
                leaf[b] = 0
                node1[side * level1 + (c >> 4)] += step
                node2[side * level2 + (c >> 8)] += step
                total[side * sectors + sector] += step
                now = 1 - side
                degree = 0
                for i in range(1, near):
                    j = disc[c, i]
                    if j != leaves:
                        degree += 1
                        st = np.int64(state[j])
                        state[j] = st - 16 if st >> 7 == now else st + 16
                state[c] = (now << 7) | ((degree - ((np.int64(state[c]) >> 4) & 7)) << 4)
                left[side] -= km2[c]
                blocked[now] = 0
                code[at] = 2 * cell_of_leaf[c] + now
                at += 1

                # Heat spreads over the rings; whoever is exposed, or was, gets its new weight.
                for i in range(slots):
                    j = disc[c, i]
                    for f in range(fields):
                        activity[f, j] += heat_step[f, i]
                    st = np.int64(state[j])
                    its = st >> 7
                    new = np.int64(0)
                    if st & 0x70:
                        a = activity[its if fields == 2 else 0, j]
                        level = st & 15
                        if i < near:
                            level = 0  # newly exposed cells carry a stale level
                        while level < levels and a >= edge[its, level]:
                            level += 1
                        if i >= near and level == st & 15:
                            continue
                        st = (st & 0xF0) | level
                        state[j] = st
                        x = table[rule, st] * static[its, j]
                        new = np.int64(x)
                        if new < 1 and x > 0.0:
                            new = 1
                        if level > 0 and is_hot[j] == 0:
                            is_hot[j] = 1
                            hot[hots] = j
                            hots += 1
                    elif i >= near or j == leaves:
                        continue
                    step = new - leaf[its * leaves + j]
                    if step != 0:
                        leaf[its * leaves + j] = new
                        node1[its * level1 + (j >> 4)] += step
                        node2[its * level2 + (j >> 8)] += step
                        total[its * sectors + sector_of_block[j >> 8]] += step
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
