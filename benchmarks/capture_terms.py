"""Which terms of the capture rule earn their place on weeks that they were not fitted to.

    python benchmarks/capture_terms.py [--case ukraine_2025]

From every fourth week on, each variant is fitted to the control history so far and charged −log probability for the
captures of the next four weeks, within sectors. Differences are to the rule without ground terms, nats a capture,
with 90% of resamples over origins (windows do not overlap). Sectors come from the first 26 weeks alone.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from contactline.case.load import load_case
from contactline.core.streams import Streams
from contactline.front.cells import distance_km
from contactline.war.capture import (
    BURN_IN_WEEKS,
    HEAT_EDGES,
    RING_WEIGHT,
    coefficient_names,
    design,
    log_likelihood,
    maximise,
    prior_precision,
)
from contactline.war.capture_data import (
    CAPTURE,
    GROUND,
    Choices,
    Heat,
    History,
    choices,
    history,
    random_order,
)
from contactline.war.sectors import draw_sectors

FIRST, STEP, DECAY = 25, 4, 0.7
CLOSED = 1e6
"""Prior precision that holds a coefficient at zero."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", default="ukraine_2025")
    loaded = load_case(parser.parse_args().case)
    past = history(loaded.evidence("cells"), loaded.evidence("changes"), loaded.case.as_of)
    sector = draw_sectors(past.until(FIRST), least_captures=25).of
    objectives = [(o.longitude, o.latitude) for o in loaded.case.objectives if o.kind == "settlement"]
    towns = loaded.evidence("settlements").query("population >= 10000")[["longitude", "latitude"]].to_numpy()
    none = np.zeros_like(past.ground)
    variants: dict[str, tuple[np.ndarray, tuple[str, ...]]] = {
        "no ground": (none, ()),
        "town, belt, place": (past.ground, ()),
        "town": (past.ground & 1, ()),
        "distance to objective": (_bands(past, np.array(objectives), (5, 12, 25)), ()),
        "distance to town of 10,000": (_bands(past, towns, (3, 7, 15)), ()),
        "no activity": (none, ("heat",)),
        "no held neighbours": (none, ("neighbours",)),
    }
    loss = {name: _losses(past, sector, *variant) for name, variant in variants.items()}
    base, events = loss["no ground"].T
    resample = np.random.default_rng(0).integers(len(base), size=(4000, len(base)))
    print(f"{'variant':<28}{'nats a capture':>16}{'difference':>12}{'90% of resamples':>22}")
    for name, table in loss.items():
        more = table[:, 0] - base
        low, high = np.quantile(more[resample].sum(axis=1) / events[resample].sum(axis=1), [0.05, 0.95])
        mean = table[:, 0].sum() / events.sum()
        print(f"{name:<28}{mean:>16.4f}{more.sum() / events.sum():>12.4f}{low:>12.4f} to {high:.4f}")


def _bands(past: History, points: np.ndarray, km: tuple[int, int, int]) -> np.ndarray:
    """Distance in three bands (and beyond), written in the bits that ground terms use : ndarray[cell] int."""
    band = np.searchsorted(km, distance_km(past.lonlat, points))
    return np.where(band < len(GROUND), 1 << np.minimum(band, len(GROUND) - 1), 0)


def _losses(past: History, sector: np.ndarray, ground: np.ndarray, closed: tuple[str, ...]) -> np.ndarray:
    """Held-out loss and number of captures by origin : ndarray[origin, 2]."""
    kinds, precision = design(len(HEAT_EDGES) + 1), prior_precision(len(HEAT_EDGES) + 1)
    for k, name in enumerate(coefficient_names(len(HEAT_EDGES) + 1)):
        precision[k, k] += CLOSED * any(name.startswith(start) for start in closed)
    rows = []
    for origin in range(FIRST, past.weeks - STEP, STEP):
        known = _sets(replace(past, ground=ground).until(origin), sector, BURN_IN_WEEKS, "known")
        ahead = _sets(replace(past, ground=ground).until(origin + STEP), sector, origin + 1, "ahead")
        value, _ = maximise(known, kinds, precision, np.zeros(kinds.shape[1]))
        rows.append((-log_likelihood(ahead, kinds, value), ahead.weight.sum()))
    return np.array(rows)


def _sets(past: History, sector: np.ndarray, from_week: int, stream: str) -> Choices:
    order = random_order(past, Streams(0).rng(f"terms.{stream}"))
    return choices(
        past, CAPTURE, Heat(np.array(RING_WEIGHT), DECAY, np.array(HEAT_EDGES)), [order],
        stratum=sector, from_week=from_week,
    )  # fmt: skip


if __name__ == "__main__":
    main()
