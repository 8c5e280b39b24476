"""The front once more, in plain Python: every weight from scratch at every event, the cell by a linear scan.

Shares no code with the kernel. Only the arithmetic is the same (float32 activity and weights, one integer weight a
cell, the same generator), so that its events must equal the kernel's to the last one.
"""

from __future__ import annotations

import math

import numpy as np

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(x):
    x &= MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


class Xoroshiro:
    """xoroshiro128++ as published by Blackman and Vigna."""

    def __init__(self, s0, s1):
        self.s0, self.s1 = s0, s1

    def uniform(self):
        def rotl(x, k):
            return ((x << k) | (x >> (64 - k))) & MASK

        s0, s1 = self.s0, self.s1
        result = (rotl((s0 + s1) & MASK, 17) + s0) & MASK
        s1 ^= s0
        self.s0 = rotl(s0, 49) ^ s1 ^ ((s1 << 21) & MASK)
        self.s1 = rotl(s1, 28)
        return (result >> 11) * 2.0**-53


def distances(grid, cell, rings):
    """Cells by steps from `cell`, fewer than `rings`: dict cell → steps."""
    steps, edge = {cell: 0}, [cell]
    for r in range(1, rings):
        edge = sorted({j for i in edge for j in grid.neighbours[i].tolist() if j >= 0 and j not in steps})
        steps.update(dict.fromkeys(edge, r))
    return steps


def factors(rule, row, extra):
    """float32 factors by (neighbours, level) and by cell."""
    log = np.asarray(rule.neighbours)[row % len(rule.neighbours), 1:, None].astype(float)
    log = log + np.asarray(rule.heat)[row % len(rule.heat)][None, :]
    static = np.asarray(rule.static, float) + extra
    by_state = np.exp(log - log.max()).astype(np.float32)
    return by_state, (np.exp(static - static.max()) * 2.0**26).astype(np.float32)


def scaled(rule, resistance, scales, row):
    """float32 factors by cell where a trajectory scales resistance: the largest of all trajectories is the top."""
    static = [float(x) for x in rule.static]
    top = max(
        x + max(float(r) * s for s in (min(scales), max(scales)))
        for x, r in zip(static, resistance, strict=True)
    )
    return np.array(
        [
            np.float32(math.exp(x - top + float(r) * scales[row]) * 2.0**26)
            for x, r in zip(static, resistance, strict=True)
        ]
    )


def events(grid, holder0, rules, levers, *, seed, draw, weeks, rule=0, initial_heat=None, lever_row=None):
    """One trajectory: list of (week, cell, new holder), and unspent km² of both sides.

    rules : (capture, recapture); levers : dict of arrays with full axes [draw, week]
    """
    cells = len(grid.cell)
    row = draw if lever_row is None else lever_row
    order = np.lexsort((grid.cell, grid.sector)).tolist()
    held = [int(h) for h in holder0]
    rings = max(2, *(len(r.ring_weight) for r in rules))
    near = [distances(grid, c, rings) for c in range(cells)]
    zero = np.zeros(cells, np.float32)
    # Two fields always: where both rules agree they hold the same numbers.
    activity = [
        (zero if initial_heat is None else np.asarray(initial_heat, np.float32)).copy() for _ in rules
    ]
    tables = [factors(r, rule, levers["resistance"] if s == 0 else 0.0) for s, r in enumerate(rules)]
    if levers.get("resistance_scale") is not None:
        scales = [float(s) for s in levers["resistance_scale"]]
        tables[0] = (tables[0][0], scaled(rules[0], levers["resistance"], scales, row))
    decay = [float(r.decay[rule % len(r.decay)]) for r in rules]
    unit = [1.0, 1.0]
    key = mix(mix(seed + GOLDEN) + draw * GOLDEN)
    other = mix(key + GOLDEN)
    mean = sum(float(grid.km2[c]) for c in order) / cells
    left = [-mean * ((mix(key ^ k) >> 11) * 2.0**-53) for k in (1, 2)]
    unspent = [np.float32(0), np.float32(0)]
    found = []

    def weight(c):
        side = held[c]
        opposed = sum(1 for j in grid.neighbours[c].tolist() if j >= 0 and held[j] != side)
        if opposed == 0:
            return 0
        r = rules[side]
        level = sum(
            1
            for e in np.asarray(r.heat_edges, np.float32)
            if activity[side][c] >= np.float32(float(e) * unit[side])
        )
        by_state, by_cell = tables[side]
        x = by_state[opposed - 1, level] * by_cell[c]
        return int(x) + 1 if x > 0 else 0

    for week in range(weeks):
        for side in range(2):
            if decay[side] > 0:
                unit[side] /= decay[side]
            if decay[side] <= 0 or unit[side] > 1e30:
                activity[side] *= np.float32(0.0 if decay[side] <= 0 else 1.0 / unit[side])
                unit[side] = 1.0
        if levers["frozen"][row, week]:
            continue
        streams = []
        for purpose in range(3):
            x0 = (key + (4 * week + purpose + 3) * GOLDEN) & MASK
            streams.append(Xoroshiro(mix(x0), mix(x0 ^ other)))
        by_sector = [math.exp(x) for x in levers["sector_log_weight"][row, week]]
        left[0] += float(levers["capture_km2"][row, week])
        left[1] += float(levers["recapture_km2"][row, week])
        stuck = [False, False]
        while True:
            on = [left[s] > 0 and not stuck[s] for s in range(2)]
            if on[0] and on[1]:
                side = 0 if streams[0].uniform() * (left[0] + left[1]) < left[0] else 1
            elif on[0] or on[1]:
                side = 0 if on[0] else 1
            else:
                break
            weights = [weight(c) if held[c] == side else 0 for c in range(cells)]
            totals = [
                sum(weights[c] for c in range(cells) if grid.sector[c] == s) for s in range(len(by_sector))
            ]
            reach, whole = [], 0.0
            for factor, total in zip(by_sector, totals, strict=True):
                whole += factor * total
                reach.append(whole)
            if not whole > 0:
                stuck[side] = True
                continue
            x = streams[1 + side].uniform() * whole
            sector = next(s for s, r in enumerate(reach) if r > x)
            rest = int(streams[1 + side].uniform() * totals[sector])
            for c in order:
                if grid.sector[c] == sector:
                    if rest < weights[c]:
                        break
                    rest -= weights[c]
            held[c] = 1 - side
            left[side] -= float(grid.km2[c])
            stuck[1 - side] = False
            found.append((week + 1, c, 1 - side))
            for s, r in enumerate(rules):
                for j, steps in near[c].items():
                    if steps < len(r.ring_weight):
                        activity[s][j] += np.float32(float(r.ring_weight[steps]) * unit[s])
        for side in range(2):
            if left[side] > 0:
                unspent[side] = np.float32(unspent[side] + np.float64(left[side]))
                left[side] = 0.0
    return found, unspent
