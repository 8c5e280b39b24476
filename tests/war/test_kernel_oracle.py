"""The kernel against its linear-scan oracle, to the last event; and built with every index checked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from front_oracle import events
from front_samples import busy_levers, east_held, fight, patch, rule
from numba import njit

from contactline.war import kernel, kernel_loop
from contactline.war.kernel_given import Levers

WEEKS, DRAWS = 12, 3


def listed(log, draw):
    start, stop = log.draw_start[draw], log.draw_start[draw + 1]
    return list(
        zip(
            log.week[start:stop].tolist(),
            log.cell[start:stop].tolist(),
            log.holder[start:stop].tolist(),
            strict=True,
        )
    )


def expanded(levers, draws, weeks, grid):
    """Levers as the oracle takes them: every axis in full."""

    def full(value, shape):
        return np.broadcast_to(np.zeros(shape) if value is None else value, shape)

    return {
        "capture_km2": full(levers.capture_km2, (draws, weeks)),
        "recapture_km2": full(levers.recapture_km2, (draws, weeks)),
        "sector_log_weight": full(levers.sector_log_weight, (draws, weeks, len(grid.sectors))),
        "frozen": full(levers.frozen, (draws, weeks)),
        "resistance": full(levers.resistance, (len(grid.cell),)),
        "resistance_scale": None if levers.resistance_scale is None else full(levers.resistance_scale, (draws,)),
    }  # fmt: skip


def both(log, grid, holder, rules, levers, draws, weeks, seed, **given):
    """Compare every trajectory of a log with the oracle."""
    wide = expanded(levers, draws, weeks, grid)
    for d in range(draws):
        start = holder if holder.ndim == 1 else holder[d]
        rows = given.get("rule_of_draw", np.zeros(draws, int))
        found, unspent = events(
            grid, start, rules, wide, seed=seed, draw=d + given.get("first_draw", 0), weeks=weeks, rule=int(rows[d]),
            initial_heat=given.get("initial_heat"), lever_row=d,
        )  # fmt: skip
        assert listed(log, d) == found
        assert log.unspent_km2[d].tolist() == [float(u) for u in unspent]


CASES = {
    "one rule": {},
    "no heat": {"rings": (0.0,)},
    "no memory": {"decay": 0.0},
    "perfect memory": {"decay": 1.0},
    "short memory, rescaled": {"decay": 0.001},
    "wide rings": {"rings": (1.0, 0.7, 0.4, 0.2, 0.1)},
}


@pytest.mark.parametrize("name", CASES)
def test_same_events_as_the_linear_scan(name):
    rng = np.random.default_rng(7)
    grid = patch(4)
    holder = east_held(grid)
    rules = (rule(grid, **CASES[name]), rule(grid, **CASES[name]))
    levers = busy_levers(grid, DRAWS, WEEKS, rng)
    log = fight(grid, holder, *rules, levers, seed=3)
    assert len(log.code) > 100
    both(log, grid, holder, rules, levers, DRAWS, WEEKS, 3)


def test_same_events_where_rules_forget_differently_and_every_draw_has_its_own():
    rng = np.random.default_rng(8)
    grid = patch(4)
    holder = np.array([east_held(grid, share) for share in (0.3, 0.5, 0.8)])
    static = rng.normal(0, 0.4, len(grid.cell))
    rules = (
        rule(grid, rows=2, rng=rng, static=static),
        rule(grid, rows=2, rng=rng, decay=0.5, rings=(0.4, 1.0)),
    )
    levers = busy_levers(grid, DRAWS, WEEKS, rng)
    given = {
        "rule_of_draw": np.array([1, 0, 1]), "initial_heat": rng.gamma(0.5, 1.0, len(grid.cell)), "first_draw": 40,
    }  # fmt: skip
    log = fight(grid, holder, *rules, levers, seed=0, **given)
    both(log, grid, holder, rules, levers, DRAWS, WEEKS, 0, **given)


@pytest.mark.parametrize("scale", [[0.0, 1.0, 2.5], [-1.0, 0.3, 0.3], [1.7]])
def test_same_events_where_every_draw_scales_the_resistance(scale):
    rng = np.random.default_rng(9)
    grid = patch(4)
    levers = busy_levers(grid, DRAWS, WEEKS, rng)
    resistance = np.where(rng.random(len(grid.cell)) < 0.4, levers.resistance, 0.0)
    levers = replace(levers, resistance=resistance, resistance_scale=np.array(scale))
    rules = (rule(grid, static=rng.normal(0, 0.4, len(grid.cell))), rule(grid))
    log = fight(grid, east_held(grid), *rules, levers, seed=4)
    assert len(log.code) > 100
    both(log, grid, east_held(grid), rules, levers, DRAWS, WEEKS, 4)
    plain = fight(grid, east_held(grid), *rules, replace(levers, resistance_scale=None), seed=4)
    assert not all(listed(log, d) == listed(plain, d) for d in range(DRAWS))


def test_a_scaled_resistance_does_not_depend_on_chunks_and_minus_infinity_bars():
    rng = np.random.default_rng(10)
    grid = patch(5)
    barred = rng.random(len(grid.cell)) < 0.2
    levers = Levers(
        rng.gamma(2.0, 8.0, (20, WEEKS)),
        resistance=np.where(barred, -np.inf, rng.normal(0, 1, len(grid.cell))),
        resistance_scale=rng.normal(1, 1, 20),
    )
    one, two = (
        fight(grid, east_held(grid), rule(grid), rule(grid), levers, seed=1, chunk=chunk, threads=threads)
        for chunk, threads in ((20, 1), (3, 2))
    )
    assert np.array_equal(one.code, two.code)
    assert not barred[one.cell.astype(int)].any()


def test_same_events_when_the_theatre_is_used_up():
    grid = patch(2, sectors=1)
    rules = (rule(grid), rule(grid))
    levers = Levers(np.array([[40.0]]), np.array([[5.0]]))
    holder = east_held(grid, 0.3)
    log = fight(grid, holder, *rules, levers, seed=5, draws=2, weeks=9)
    both(log, grid, holder, rules, levers, 2, 9, 5)
    assert (log.unspent_km2[:, 0] > 50).all()


def test_one_changed_weight_is_seen():
    """Negative control: the comparison above fails for a rule that differs in one entry by a fifth."""
    grid = patch(4)
    rng = np.random.default_rng(7)
    levers = busy_levers(grid, DRAWS, WEEKS, rng)
    rules = (rule(grid), rule(grid))
    other = rule(grid)
    other.neighbours[0, 3] += 0.2
    log = fight(grid, east_held(grid), other, rules[1], levers, seed=3)
    with pytest.raises(AssertionError):
        both(log, grid, east_held(grid), rules, levers, DRAWS, WEEKS, 3)


def test_bounds_checked_build_gives_the_same(monkeypatch):
    grid = patch(6)
    rng = np.random.default_rng(1)
    holder = np.array([east_held(grid, share) for share in rng.uniform(0.2, 0.8, 20)])
    levers = busy_levers(grid, 20, 40, rng)
    rules = (rule(grid), rule(grid, decay=0.6))
    plain = fight(grid, holder, *rules, levers, seed=9)
    checked = njit(boundscheck=True, nogil=True, error_model="numpy")(kernel_loop.run_chunk.py_func)
    monkeypatch.setattr(kernel, "run_chunk", checked)
    safe = fight(grid, holder, *rules, levers, seed=9)
    assert np.array_equal(plain.code, safe.code)
    assert np.array_equal(plain.week_end, safe.week_end)
