# mypy: disable-error-code="assignment, arg-type"
# Compiled code holds one name in several integer widths.
"""Steps of the compiled loop that come once a trajectory or once a week, and the arithmetic that all of it shares.

Random numbers: xoroshiro128++ (Blackman & Vigna 2021, ACM Trans. Math. Softw. 47(4)), seeded by the mixing function
of SplitMix64 (Steele, Lea & Flood 2014) from seed, trajectory, week and purpose. Each week of a trajectory thus owns
three streams (order, capture, recapture): a pause, a lever or one more event moves no later week's numbers.
"""

from __future__ import annotations

from typing import NamedTuple

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

UNIT_TOP = 1e30
"""Activity is stored undecayed in units that grow as the past decays; above this the store is scaled back."""

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
SHARE = 2.0**-53


class Work(NamedTuple):
    """What one thread keeps while it simulates; trees hold side 0 (captures) first, then side 1.

    state : [leaf + 1] state bytes; record : [leaf + 1, 4] activity as either side counts it, fixed factor of either
    leaf : [side × leaf] weights; node : [side × node] their sums; total : [side × sector] sums of nodes
    hot : cells that may have a heat level, the first so many valid; is_hot : [leaf + 1]; todo, front : lists of cells
    dirty : [node] nodes in which something changed; reset : [node]
    unit : [side] what one unit of today's activity is in the store; heat_step : [slot × side] what an event adds
    up, down : [state] activity at which a cell of this state rises a level, and below which it falls one
    edge : [side × level] lower thresholds in today's units
    """

    state: np.ndarray
    record: np.ndarray
    leaf: np.ndarray
    node: np.ndarray
    total: np.ndarray
    hot: np.ndarray
    is_hot: np.ndarray
    todo: np.ndarray
    front: np.ndarray
    dirty: np.ndarray
    reset: np.ndarray
    unit: np.ndarray
    heat_step: np.ndarray
    up: np.ndarray
    down: np.ndarray
    edge: np.ndarray


@njit(cache=True)
def blank(leaves: int, slots: int, sectors: int, static: np.ndarray) -> Work:
    """Fresh arrays for numbers of leaves, slots and sectors; everything counts as changed. static : [side × leaf]."""
    nodes = leaves // NODE
    record = np.zeros((leaves + 1, 4), dtype=np.float32)
    record[:, 2] = static[: leaves + 1]
    record[:, 3] = static[leaves + 1 :]
    down = np.full(256, -np.inf, dtype=np.float32)
    down[:LEVELS] = np.inf  # a cell that is not exposed leaves the list of hot cells
    down[HOLDER : HOLDER + LEVELS] = np.inf
    return Work(
        np.zeros(leaves + 1, dtype=np.uint8), record, np.zeros(2 * leaves, dtype=np.int32),
        np.zeros(2 * nodes, dtype=np.int64), np.zeros(2 * sectors, dtype=np.int64),
        np.empty(leaves + 1, dtype=np.int32), np.zeros(leaves + 1, dtype=np.uint8),
        np.empty(leaves + slots, dtype=np.int32), np.empty(leaves, dtype=np.int32), np.ones(nodes, dtype=np.uint8),
        np.zeros(nodes, dtype=np.uint8), np.ones(2), np.empty(2 * slots, dtype=np.float32),
        np.full(256, np.inf, dtype=np.float32), down, np.full(2 * LEVELS, np.inf, dtype=np.float32),
    )  # fmt: skip


@njit(cache=True, inline="always")
def mix(x: np.uint64) -> np.uint64:
    """The mixing function of SplitMix64."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True, inline="always")
def uniform(words: np.ndarray, stream: int) -> float:
    """The next number in [0, 1) of a stream; words : [stream, 2] uint64, its state."""
    s0, s1 = words[uintp(stream), 0], words[uintp(stream), 1]
    y = s0 + s1
    y = ((y << np.uint64(17)) | (y >> np.uint64(47))) + s0
    s1 ^= s0
    words[uintp(stream), 0] = ((s0 << np.uint64(49)) | (s0 >> np.uint64(15))) ^ s1 ^ (s1 << np.uint64(21))
    words[uintp(stream), 1] = (s1 << np.uint64(28)) | (s1 >> np.uint64(36))
    return np.float64(y >> np.uint64(11)) * SHARE


@njit(cache=True, inline="always")
def renew(
    j: int, st: int, leaves: int, weight: np.ndarray, factor: np.ndarray, leaf: np.ndarray, node: np.ndarray
) -> int:
    """Give leaf j in state `st` its weight, in its side's tree; returns by how much the weight grew.

    factor : Work.record as one row; weight : [state]; leaf, node : as in Work. A weight that is not zero is at least
    one.
    """
    side = st >> 7
    x = weight[uintp(st)] * factor[uintp(4 * j + 2 + side)]
    new = np.int64(x) + np.int64(x > 0.0)
    b = side * leaves + j
    step: int = new - leaf[uintp(b)]
    leaf[uintp(b)] = new
    node[uintp(side * (leaves >> 6) + (j >> 6))] += step
    return step


@njit(cache=True)
def start_over(
    work: Work, state0: np.ndarray, heat: np.ndarray, always: np.ndarray, near_start: np.ndarray, near_node: np.ndarray
) -> None:  # fmt: skip
    """Bring the nodes that the last trajectory may have changed back to the start.

    state0 : [leaf] state codes; heat : [1 or side, leaf] activity; always, near_start, near_node : as in `run_chunk`.
    """
    nodes, leaves = work.dirty.size, state0.size - 1
    other = heat.shape[0] - 1
    state, record, leaf, node = work.state, work.record, work.leaf, work.node
    is_hot, dirty, reset = work.is_hot, work.dirty, work.reset
    for b in range(nodes):
        if dirty[b] or always[b]:
            for k in range(near_start[b], near_start[b + 1]):
                reset[near_node[k]] = 1
    for b in range(nodes):
        if reset[b]:
            node[b] = 0
            node[nodes + b] = 0
            for p in range(b * NODE, (b + 1) * NODE):
                state[p] = state0[p]
                is_hot[p] = 0
                leaf[p] = 0
                leaf[leaves + p] = 0
                record[p, 0] = heat[0, p]
                record[p, 1] = heat[other, p]
    record[leaves, :2] = 0.0
    dirty[:] = 0
    reset[:] = 0
    work.unit[:] = 1.0


@njit(cache=True)
def take_holders(work: Work, first: np.ndarray, held: np.ndarray, disc: np.ndarray, near: int) -> None:
    """Turn the start of the first trajectory into another one's; first, held : [leaf] codes of
    holders; disc : [leaf, slot]; near : number of slots of rings 0 and 1."""
    leaves = disc.shape[0] - 1
    state = work.state
    for p in range(leaves):
        if held[p] != first[p]:
            now = np.int64(held[p])
            opposed = (np.int64(state[p]) >> 4) & 7
            degree = 0
            for i in range(1, near):
                j = np.int64(disc[p, i])
                if j != leaves:
                    degree += 1
                    st = np.int64(state[j])
                    state[j] = st - 16 if st >> 7 == now else st + 16
            state[p] = (now << 7) | ((degree - opposed) << 4)
    work.dirty[:] = 1


@njit(cache=True)
def find_front(work: Work) -> int:
    """List the exposed cells in work.front; returns how many there are."""
    count = 0
    for p in range(work.state.size - 1):
        if work.state[p] & 0x70:
            work.front[count] = p
            count += 1
    return count


@njit(cache=True)
def weigh_front(work: Work, front: int, two: int, edges: np.ndarray, weight: np.ndarray) -> int:
    """Levels and weights of the exposed cells as the trajectory begins; returns how many cells are hot.

    front : number of exposed cells; two : 1 where each side has its own activity, else 0; edges : [side, level − 1];
    weight : [state]
    """
    leaves = work.state.size - 1
    state, record, hot, is_hot, cells = work.state, work.record, work.hot, work.is_hot, work.front
    leaf, node = work.leaf, work.node
    factor = work.record.reshape(work.record.size)
    hots = 0
    for k in range(front):
        j = np.int64(cells[k])
        st = np.int64(state[j])
        a = record[j, (st >> 7) * two]
        level = 0
        while level < edges.shape[1] and a >= edges[st >> 7, level]:
            level += 1
        st |= level
        state[j] = st
        if level > 0:
            hot[hots] = j
            is_hot[j] = 1
            hots += 1
        renew(j, st, leaves, weight, factor, leaf, node)
    return hots


@njit(cache=True, inline="always")
def begin_week(
    decay: np.ndarray, two: int, edges: np.ndarray, ring: np.ndarray, ring_of_slot: np.ndarray, unit: np.ndarray,
    factor: np.ndarray, heat_step: np.ndarray, edge: np.ndarray, up: np.ndarray, down: np.ndarray, dirty: np.ndarray,
) -> None:  # fmt: skip
    """Another week's units of activity, and the thresholds of levels in them; decay : [side]."""
    levels = edges.shape[1]
    for side in range(2):
        if decay[side] > 0.0:
            unit[side] /= decay[side]
        if decay[side] <= 0.0 or unit[side] > UNIT_TOP:
            back = np.float32(0.0 if decay[side] <= 0.0 else 1.0 / unit[side])
            for p in range(side, factor.size, 4):
                factor[p] *= back
            dirty[:] = 1
            unit[side] = 1.0
        for i in range(ring_of_slot.size):
            heat_step[2 * i + side] = np.float32(ring[side, ring_of_slot[i]] * unit[side])
    for side in range(2):
        for level in range(levels):
            e = np.float32(edges[side, level] * unit[side * two])
            edge[side * LEVELS + level] = e
            for n in range(1, 7):
                up[side * HOLDER + n * LEVELS + level] = e
                down[side * HOLDER + n * LEVELS + level + 1] = e


@njit(cache=True, inline="always")
def cool(
    hots: int, two: int, weight: np.ndarray, state: np.ndarray, factor: np.ndarray, hot: np.ndarray,
    is_hot: np.ndarray, todo: np.ndarray, down: np.ndarray, leaf: np.ndarray, node: np.ndarray,
) -> int:  # fmt: skip
    """Lower the levels that decay has passed; returns how many cells are still hot.

    hots : how many are hot; two, weight : as in `weigh_front`; factor : Work.record as one row; down, leaf, node and
    the lists [cell] : as in Work.

    About half of the hot cells drop a level each week: finding them has no branch that asks which.
    """
    leaves = state.size - 1
    kept = 0
    count = 0
    for k in range(hots):
        j = np.int64(hot[uintp(k)])
        st = np.int64(state[uintp(j)])
        drops = np.int64(factor[uintp(4 * j + (st >> 7) * two)] < down[uintp(st)])
        hot[uintp(kept)] = j
        kept += 1 - drops
        todo[uintp(count)] = j
        count += drops
    for k in range(count):
        j = np.int64(todo[uintp(k)])
        st = np.int64(state[uintp(j)])
        if st & 0x70 == 0:
            is_hot[uintp(j)] = 0
            continue
        a = factor[uintp(4 * j + (st >> 7) * two)]
        st -= 1
        while a < down[uintp(st)]:
            st -= 1
        state[uintp(j)] = st
        renew(j, st, leaves, weight, factor, leaf, node)
        stays = np.int64(st & 15 > 0)
        is_hot[uintp(j)] = stays
        hot[uintp(kept)] = j
        kept += stays
    return kept


@njit(cache=True, inline="always")
def sum_sectors(node: np.ndarray, total: np.ndarray, node_start: np.ndarray) -> None:
    """Sums of weights of sectors, [side × sector], from those of their nodes, [side × node]; node_start : [sector +
    1]."""
    sectors, nodes = node_start.size - 1, node.size >> 1
    for side in range(2):
        for s in range(sectors):
            whole = np.int64(0)
            for b in range(side * nodes + node_start[s], side * nodes + node_start[s + 1]):
                whole += node[uintp(b)]
            total[side * sectors + s] = whole


@njit(cache=True, inline="always")
def find_leaf(rest: int, b: int, side: int, node: np.ndarray, leaf: np.ndarray) -> int:
    """Index of the leaf at which the running sum of weights passes `rest`, from node b of side's tree on.

    node : [side × node], leaf : [side × leaf], as in Work.
    """
    nodes, leaves = node.size >> 1, leaf.size >> 1
    b += side * nodes
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
    return b - side * leaves


@njit(cache=True)
def in_one_sector(
    disc: np.ndarray, node_start: np.ndarray, cell_of_leaf: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sector of each node, [node], and whether all cells that a change of a leaf reaches lie in its own sector, [leaf].

    disc : [leaf, slot], indexes of leaves; node_start : [sector + 1]; cell_of_leaf : [leaf]
    """
    leaves = disc.shape[0] - 1
    sector_of_node = np.empty(leaves // NODE, dtype=np.int64)
    for s in range(node_start.size - 1):
        sector_of_node[node_start[s] : node_start[s + 1]] = s
    alone = np.ones(leaves, dtype=np.bool_)
    for p in range(leaves):
        for i in range(disc.shape[1]):
            j = np.int64(disc[p, i])
            if cell_of_leaf[p] >= 0 and j != leaves and sector_of_node[j >> 6] != sector_of_node[p >> 6]:
                alone[p] = False
    return sector_of_node, alone
