"""The numpy and Mesa versions under benchmarks/ simulate the same model: chances per cell agree within their noise."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from front_samples import east_held, fight, patch, rule

from contactline.war.kernel_given import Levers

WEEKS = 6
CAPTURE, RECAPTURE = np.full(WEEKS, 14.0), np.full(WEEKS, 4.0)
SECTOR = np.array([0.0, 0.8, -0.5])


def benchmark(name):
    path = Path(__file__).parents[2] / "benchmarks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def setting():
    grid = patch(3)
    rules = (rule(grid), rule(grid, decay=0.6))
    heat = np.where(np.arange(len(grid.cell)) % 5 == 0, 1.0, 0.0)
    return grid, east_held(grid), rules, heat


def kernel_chance(rules, grid, holder, heat, draws=40_000):
    levers = Levers(CAPTURE[None], RECAPTURE[None], SECTOR[None, None])
    log = fight(grid, holder, *rules, levers, seed=4, draws=draws, initial_heat=heat)
    return log.chance_held([WEEKS])[0].astype(float)


def misfit(chance, count, draws):
    """Mean squared difference in units of its variance: about one where both sample the same chance."""
    sd = np.sqrt(np.clip(chance * (1 - chance), 1e-4, None) / draws)
    moving = (chance > 0.01) & (chance < 0.99)
    return float(np.mean(((count / draws - chance)[moving] / sd[moving]) ** 2))


def numpy_counts(method, rules, draws):
    numpy_ = benchmark("kernel_numpy")
    grid, holder, _, heat = setting()
    near = numpy_.rings(grid, np.arange(len(grid.cell)), 3)
    rng = np.random.default_rng(2)
    return sum(
        numpy_.simulate(
            grid, holder, rules, near, CAPTURE, RECAPTURE, SECTOR, rng, method=method, initial_heat=heat
        )[0].astype(int)
        for _ in range(draws)
    )


@pytest.mark.parametrize("method", ["plain", "frontier"])
def test_numpy_version_has_the_same_distribution(method):
    grid, holder, rules, heat = setting()
    draws = 800
    chance = kernel_chance(rules, grid, holder, heat)
    assert 0.5 < misfit(chance, numpy_counts(method, rules, draws), draws) < 1.7


def test_mesa_version_has_the_same_distribution():
    pytest.importorskip("mesa", reason="Mesa is not installed; only the benchmark needs it")
    mesa_ = benchmark("kernel_mesa")
    numpy_ = benchmark("kernel_numpy")
    grid, holder, rules, heat = setting()
    near = numpy_.rings(grid, np.arange(len(grid.cell)), 3)
    draws = 800
    counts = sum(
        mesa_.simulate(grid, holder, rules, near, CAPTURE, RECAPTURE, SECTOR, seed=s, initial_heat=heat)[
            0
        ].astype(int)
        for s in range(draws)
    )
    assert 0.5 < misfit(kernel_chance(rules, grid, holder, heat), counts, draws) < 1.7


def test_a_changed_rule_is_told_apart():
    """Negative control: the same comparison sees recaptures with another decay and a weaker pull of neighbours."""
    grid, holder, rules, heat = setting()
    other = (rule(grid), rule(grid, decay=0.6))
    other[0].neighbours[:] *= 0.3
    draws = 800
    assert (
        misfit(kernel_chance(rules, grid, holder, heat), numpy_counts("frontier", other, draws), draws) > 2.5
    )
