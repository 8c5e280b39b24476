"""How long an answer takes: a belief held in process, and `contactline assess` cold, warm, kept and with one held.

The rival of a held belief is a graph that remembers nothing, asked the same in the same run; of a command, its first
run. Seconds are of a whole process as the operating system counts them.

    python benchmarks/session.py [beliefs|commands]
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from contactline.case.scenario import Scenario
from contactline.choice.verdict import advantage, default_values
from contactline.core.keep import Store
from contactline.engine.courses import COURSE, FIGHT_ON
from contactline.engine.futures import Futures
from contactline.engine.run import Run
from contactline.service.opened import opened, opened_graph

PROPOSAL = "us_28"
FITS = ("fit.tempo", "fit.space", "fit.claims", "record.weekly", "record.map", "front")


def share(run: Run, held: dict[str, float]) -> float:
    """Share of belief sets in which the defender's default viewpoint prefers accepting, beliefs held."""
    reads = run.reads.under({"held": held}) if held else run.reads
    values = default_values(run.case, run.case.defender.id)
    gain = advantage(
        values, reads.of(COURSE(PROPOSAL)), reads.of(COURSE(FIGHT_ON)), Futures(reads), run.streams
    )
    return float(np.mean(gain > 0))


def beliefs(futures: int, rivals: int = 8) -> None:
    """Every belief held at its 90% point: verdict and courses of one proposal; some also without memory."""
    run = opened(opened_graph(Store()), Scenario(futures=futures))
    share(run, {})
    world = run.reads._inputs
    points = {name: float(np.quantile(world.column(name), 0.9)) for name in world.names()}
    spent, ratios = [], []
    for name, value in points.items():
        began = time.perf_counter()
        share(run, {name: value})
        spent.append(time.perf_counter() - began)
    for name in list(points)[:: max(len(points) // rivals, 1)]:
        bare = opened(opened_graph(Store()), Scenario(futures=futures))
        for fit in FITS:  # both have the fits: what is compared is what a belief reaches
            bare.reads.of(bare.reads._graph.families[fit])
        began = time.perf_counter()
        share(bare, {name: points[name]})
        ratios.append((time.perf_counter() - began) / spent[list(points).index(name)])
    low, high = np.quantile(spent, [0.5, 0.95]) * 1000
    print(
        f"belief held, {200 * futures:,} draws, {len(points)} beliefs: median {low:.0f} ms, p95 {high:.0f} ms; "
        f"a graph without memory takes {np.median(ratios):.0f} times as long"
    )


def command(data: Path, *words: str) -> tuple[float, float]:
    """Wall and user seconds of a `contactline` command on a store of its own."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "contactline", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"CONTACTLINE_DATA": str(data)},
    )  # fmt: skip
    return time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def commands() -> None:
    """`assess` on the built-in case: nothing kept, only the fits kept, all kept, one belief held against a run."""
    with tempfile.TemporaryDirectory() as folder:
        data, out = Path(folder) / "data", Path(folder) / "run"
        rows = {"--help": command(data, "--help")}
        rows["cold"] = command(data, "assess", "--out", str(out))
        forget(data / "kept")
        rows["warm"] = command(data, "assess", "--out", str(out))
        rows["kept"] = command(data, "assess", "--out", str(out))
        held = ("--set", "truce.base_rate=0.08", "--against", str(out))
        rows["held"] = command(data, "assess", *held)
        for name, (wall, user) in rows.items():
            print(f"{name:7} {wall:6.1f} s wall {user:6.1f} s user, {wall / rows['cold'][0]:.2f} of cold")
        shutil.rmtree(data)


def forget(kept: Path) -> None:
    """Drop everything but the fits and their records."""
    store = Store(kept)
    ours = {key for key, name in store._node.items() if name in FITS}
    store.close()
    for path in (kept / "values").iterdir():
        if path.name not in ours:
            path.unlink()


if __name__ == "__main__":
    asked = sys.argv[1:] or ["beliefs", "commands"]
    if "beliefs" in asked:
        beliefs(10)
        beliefs(50, rivals=4)
    if "commands" in asked:
        commands()
