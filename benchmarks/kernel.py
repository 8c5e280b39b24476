"""The front kernel on the built-in theatre: time, memory, scaling, and its ratio to numpy and Mesa, in one run.

    python benchmarks/kernel.py [--draws 100000] [--weeks 104] [--threads 2] [--without-mesa]

Rules are fitted to the case's evidence: 64 posterior draws, shared by the trajectories. 97.5 km² are captured and
12.5 km² retaken each week: gross 110, net 85. Times are CPU seconds of this process unless they say wall; the load of
the machine is printed beside them. Mesa is not a dependency of the project: pip install mesa.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import h3
import kernel_numpy
import numpy as np
import pandas as pd

from contactline.war.capture import draw_rules, fit_capture
from contactline.war.capture_data import RECAPTURE, history
from contactline.war.grid import Grid, check_front, grid_from_cells
from contactline.war.kernel import simulate_front
from contactline.war.kernel_given import CaptureRule, Levers, Means, Plan
from contactline.war.sectors import draw_sectors

EVIDENCE = Path(__file__).parents[1] / "src/contactline/cases/ukraine_2025/evidence"
AS_OF = date(2025, 12, 7)
RULES = 64
CAPTURE_KM2, RECAPTURE_KM2 = 97.5, 12.5


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--weeks", type=int, default=104)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--without-mesa", action="store_true")
    given = parser.parse_args()

    started = time.process_time()
    grid, holder, rules, heat = built_in()
    print(
        f"built-in theatre: {len(grid.cell):,} cells, {len(grid.sectors)} sectors; evidence read and rules fitted in "
        f"{time.process_time() - started:.1f} s"
    )
    setting = (grid, holder, rules, heat)
    started = time.perf_counter()
    timed(*setting, draws=2, weeks=2, threads=1)
    print(f"first call, compiled code from disk or compiled now: {time.perf_counter() - started:.1f} s wall")

    print(f"\nload {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    wall, cpu, log = timed(*setting, draws=given.draws, weeks=given.weeks, threads=given.threads)
    per_event = 1e9 * cpu / len(log.code)
    what = f"{given.draws:,} trajectories × {given.weeks} weeks, {given.threads} threads"
    print(f"{what}: {cpu:.1f} s CPU, {wall:.1f} s wall")
    print(
        f"  {len(log.code):,} events, {len(log.code) / given.draws:,.0f} a trajectory; {per_event:.0f} ns an event"
    )
    print(f"  log: {log.bytes_per_draw:,.0f} bytes a trajectory; load after: {os.getloadavg()[0]:.1f}")
    measures(log)

    rivals(setting, given.weeks, per_event, not given.without_mesa)
    scaling(setting, given.threads)


def built_in() -> tuple[Grid, np.ndarray, tuple[CaptureRule, CaptureRule], np.ndarray]:
    """Theatre, holders on the as-of date, fitted rules and the activity they start from: ndarray[rule, cell]."""
    cells, changes = (pd.read_parquet(EVIDENCE / f"{name}.parquet") for name in ("cells", "changes"))
    past = history(cells, changes, AS_OF)
    sectors = draw_sectors(past)
    rng = np.random.default_rng(1)
    taking = fit_capture(past, sectors.of, rng)
    retaking = fit_capture(past, sectors.of, rng, side=RECAPTURE, shrink_to=taking)
    capture, recapture, heat = draw_rules(taking, retaking, past, RULES, rng)
    grid = grid_from_cells(cells, sectors.of, sectors.name)
    holder = past.holder()
    for sentence in check_front(grid, holder, idle_sectors=True):
        print(sentence)
    return grid, holder, (capture, recapture), heat


def timed(grid, holder, rules, heat, *, draws, weeks, threads, capture_km2=CAPTURE_KM2):  # type: ignore[no-untyped-def]
    """Wall and CPU seconds of one call, and its log."""
    levers = Levers(np.full((1, weeks), capture_km2), np.full((1, weeks), RECAPTURE_KM2))
    rows = np.arange(draws) % len(rules[0].neighbours)
    wall, cpu = time.perf_counter(), time.process_time()
    log = simulate_front(
        grid, holder, Plan(*rules, levers, rows, heat, draws), seed=1, means=Means(threads=threads)
    )
    return time.perf_counter() - wall, time.process_time() - cpu, log


def measures(log) -> None:  # type: ignore[no-untyped-def]
    """Time of reading the log's usual measures."""
    mask = np.zeros(len(log.grid.cell), bool)
    mask[np.flatnonzero(log.holder0 == 0)[:30]] = True
    few = np.arange(min(log.draws, 1000))
    for name, call in {
        "chance_held at three weeks": lambda: log.chance_held([26, 52, log.weeks]),
        "first_week of one objective": lambda: log.first_week(mask),
        "held_km2 by sector": lambda: log.held_km2(log.grid.sector.astype(int)),
        "line_km at three weeks, 1,000 trajectories": lambda: log.line_km([0, 52, log.weeks], few),
    }.items():
        call() if log.draws < 5000 else None
        cpu = time.process_time()
        call()
        print(f"  {name}: {time.process_time() - cpu:.2f} s")


def rivals(setting, weeks: int, per_event: float, with_mesa: bool) -> None:  # type: ignore[no-untyped-def]
    """One trajectory of each other version; ratios per event, both of this run."""
    grid, holder, rules, heat = setting
    reach = max(len(rule.ring_weight) for rule in rules)
    near = kernel_numpy.rings(grid, np.arange(len(grid.cell)), reach)
    budget = (np.full(weeks, CAPTURE_KM2), np.full(weeks, RECAPTURE_KM2), np.zeros(len(grid.sectors)))
    print("\nthe same model otherwise, one trajectory, single thread (setting up not counted)")
    for method in ("plain", "frontier"):
        cpu = time.process_time()
        _, events = kernel_numpy.simulate(
            grid, holder, rules, near, *budget, np.random.default_rng(1), method=method, initial_heat=heat[0]
        )
        told(f"numpy, {method}", time.process_time() - cpu, events, per_event)
    if with_mesa:
        import kernel_mesa

        cpu = time.process_time()
        _, events = kernel_mesa.simulate(grid, holder, rules, near, *budget, seed=1, initial_heat=heat[0])
        told("Mesa, frontier agents", time.process_time() - cpu, events, per_event)


def told(name: str, cpu: float, events: int, per_event: float) -> None:
    """One line on another version."""
    theirs = 1e9 * cpu / events
    print(
        f"  {name}: {cpu:.2f} s for {events:,} events, {theirs / 1000:,.0f} µs each; {theirs / per_event:,.0f} × the "
        "kernel's"
    )


def scaling(setting, threads: int) -> None:  # type: ignore[no-untyped-def]
    """How time grows with trajectories, weeks, threads, events a week and cells."""
    print("\nscaling (CPU seconds, µs a trajectory-week, ns an event)")
    for draws in (100, 1_000, 10_000):
        line(f"{draws:,} trajectories × 104 weeks", setting, draws=draws, weeks=104, threads=1)
    for weeks in (26, 52, 260):
        line(f"1,000 trajectories × {weeks} weeks", setting, draws=1_000, weeks=weeks, threads=1)
    for count in range(1, threads + 1):
        line(
            f"4,000 trajectories × 104 weeks, {count} threads", setting, draws=4_000, weeks=104, threads=count
        )
    for km2 in (20.0, 400.0):
        line(
            f"1,000 × 104, {km2:.0f} km² a week", setting, draws=1_000, weeks=104, threads=1, capture_km2=km2
        )
    for rings in (20, 70, 140, 200):
        made = disc(rings, setting)
        line(f"1,000 × 104, disc of {len(made[0].cell):,} cells", made, draws=1_000, weeks=104, threads=1)


def line(name: str, setting, **given) -> None:  # type: ignore[no-untyped-def]
    """Best of three calls, as one line."""
    timed(*setting, **{**given, "draws": 2, "weeks": 2})
    cpu, wall, log = min(
        ((cpu, wall, log) for wall, cpu, log in (timed(*setting, **given) for _ in range(3))),
        key=lambda t: t[0],
    )
    weeks = given["draws"] * given["weeks"]
    print(
        f"  {name:44s} {cpu:7.2f} CPU {wall:7.2f} wall {1e6 * cpu / weeks:7.2f} µs {1e9 * cpu / len(log.code):6.0f} ns"
    )


def disc(rings: int, setting):  # type: ignore[no-untyped-def]
    """A round theatre of any size with a straight line through it, under the fitted rules, in 12 sectors."""
    _, _, rules, _ = setting
    names = sorted(h3.grid_disk(h3.latlng_to_cell(48.5, 36.0, 7), rings))
    place = np.array([h3.cell_to_latlng(name) for name in names])
    cells = pd.DataFrame({"cell": names, "km2": [h3.cell_area(name, "km^2") for name in names]})
    cuts = np.quantile(place[:, 0], np.linspace(0, 1, 13)[1:-1])
    sectors = tuple(f"sector {k}" for k in range(12))
    grid = grid_from_cells(cells, np.searchsorted(cuts, place[:, 0]), sectors)
    flat = tuple(replace(rule, static=np.zeros(len(names), np.float32)) for rule in rules)
    return grid, (place[:, 1] > np.median(place[:, 1])).astype(np.int8), flat, None


if __name__ == "__main__":
    main()
