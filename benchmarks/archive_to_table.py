"""Archive to area table: ours, cold and warm, against geopandas.overlay per day in the same run.

    python benchmarks/archive_to_table.py --archives DIR [--days 12] [--all-days]

DIR holds the DeepState archive and boundaries/oblast.geojson (by default the folder that the tests use). `cold`
is a fresh process, from the call of the reader to the finished table, with bytecode and numba's machine code on
disk as in any installation that ran before; the imports of the process are printed apart. geopandas runs on a
sample of days spread over the archive and is scaled to all of them; its time includes making and projecting each
day's polygons, not reading them. Every oblast-day above 1 km² of these days is compared. --all-days compares,
and times, all days.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

COLD = """
import resource, sys, time
started = time.perf_counter()
from pathlib import Path
from contactline.evidence.boundaries import read_boundaries
from contactline.evidence.deepstate import read_control_archive
from contactline.front.areas import measure_areas
imported, cpu = time.perf_counter(), time.process_time()
folder = Path(sys.argv[1])
archive = read_control_archive(next(folder.glob("deepstate-*.tar.xz")))
read = time.perf_counter()
regions, _, _ = read_boundaries(folder / "boundaries" / "oblast.geojson")
table = measure_areas(archive, regions, series="deepstate")
ended = time.perf_counter()
print(imported - started, read - imported, ended - imported, time.process_time() - cpu)
"""


def main() -> None:
    """Run, compare and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    here = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--archives", type=Path, default=Path(os.environ.get("CONTACTLINE_ARCHIVES", here)))
    parser.add_argument("--days", type=int, default=12, help="days that geopandas measures")
    parser.add_argument(
        "--all-days", action="store_true", help="let geopandas measure every day (about a minute)"
    )
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()

    with tempfile.TemporaryDirectory() as compiled:
        runs = [_cold(given.archives, compiled) for _ in range(given.repeats + 1)]
    cold = np.array(runs[1:])  # the first run compiles
    imports, read, whole, cold_cpu = np.median(cold, axis=0)
    print(f"imports of a fresh process         {imports:7.2f} s wall")
    print(
        f"ours, cold: archive to table       {whole:7.2f} s wall {cold_cpu:6.2f} s CPU (reading {read:.2f} s)"
    )

    warm, warm_cpu, step, table, archive, regions = _warm(given.archives, given.repeats)
    print(f"ours, warm: polygons to table      {warm:7.3f} s wall {warm_cpu:6.3f} s CPU")
    print(f"ours, one new day                  {1000 * step:7.2f} ms wall (median of 100)")

    count = len(archive.days)
    numbers = (
        np.arange(count) if given.all_days else np.linspace(0, count - 1, given.days).round().astype(int)
    )
    wall, cpu, worst, compared = _geopandas(given.archives, archive, regions, table, numbers)
    scale = count / len(numbers)
    note = "" if scale == 1 else f", scaled by {scale:.1f} from {len(numbers)} days"
    print(f"geopandas.overlay per day          {wall * scale:7.1f} s wall {cpu * scale:6.1f} s CPU{note}")
    print(f"ratio cold   {wall * scale / whole:6.0f} × wall {cpu * scale / cold_cpu:6.0f} × CPU")
    print(f"ratio warm   {wall * scale / warm:6.0f} × wall {cpu * scale / warm_cpu:6.0f} × CPU")
    print(f"largest relative difference {worst:.1e} over {compared} oblast-days above 1 km²")


def _cold(folder: Path, compiled: str) -> list[float]:
    """Seconds of importing, reading, everything after importing, and its CPU; compiled code is kept in `compiled`."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": compiled, "NUMBA_CACHE_DIR": compiled}
    command = [sys.executable, "-c", COLD, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return [float(value) for value in done.stdout.split()]


def _warm(folder: Path, repeats: int) -> tuple:
    """Median wall and CPU seconds of measuring again, seconds of one new day, and the table with its inputs."""
    from contactline.evidence.boundaries import read_boundaries
    from contactline.evidence.deepstate import read_control_archive
    from contactline.front.areas import areas_after, index_regions, measure_areas

    archive = read_control_archive(next(folder.glob("deepstate-*.tar.xz")))
    regions, _, _ = read_boundaries(folder / "boundaries" / "oblast.geojson")
    table = measure_areas(archive, regions, series="deepstate")
    times = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        table = measure_areas(archive, regions, series="deepstate")
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    index = index_regions(regions)
    maps = [day.polygons for day in archive.days[-101:]]
    held = areas_after((), np.zeros(len(regions), dtype=np.int64), maps[0], index)
    steps = []
    for before, after in pairwise(maps):
        wall = time.perf_counter()
        held = areas_after(before, held, after, index)
        steps.append(time.perf_counter() - wall)
    warm, warm_cpu = np.median(times, axis=0)
    return warm, warm_cpu, float(np.median(steps)), table, archive, regions


def _geopandas(folder: Path, archive, regions, table, numbers) -> tuple:  # type: ignore[no-untyped-def]
    """Wall and CPU seconds of reading and overlaying the chosen days; largest relative difference and its base."""
    import geopandas
    import shapely

    def frame(polygons: list, **columns: list) -> geopandas.GeoDataFrame:
        shapes = [shapely.MultiPolygon([(poly[0], list(poly[1:])) for poly in polys]) for polys in polygons]
        return geopandas.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_crs("EPSG:6933")

    oblasts = frame([region.polygons for region in regions.values()], region=list(regions))
    ours = table.set_index(["date", "region"])["km2"]
    wall = cpu = worst = 0.0
    compared = 0
    for number in numbers:
        day = archive.days[number]
        started, cpu_started = time.perf_counter(), time.process_time()
        held = frame([day.polygons], held=[1])
        pieces = geopandas.overlay(oblasts, held, how="intersection")
        km2 = pieces.geometry.area.groupby(pieces["region"]).sum() / 1e6
        wall, cpu = wall + time.perf_counter() - started, cpu + time.process_time() - cpu_started
        for region, expected in km2[km2 > 1].items():
            worst = max(worst, abs(ours[(np.datetime64(day.day), region)] - expected) / expected)
            compared += 1
    return wall, cpu, worst, compared


if __name__ == "__main__":
    main()
