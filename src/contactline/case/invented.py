"""Evidence for an invented case: a front that moves slowly across a rectangle of open ocean.

`python -m contactline.case.invented FOLDER` writes the evidence tables of `cases/borderland`, or of a case made
from it, from the case's own regions, objectives and belt. Nothing in it happened; it exists so that a template
loads and runs whole, and so that tests know the truth. Uniform draws are all it takes from the generator, and
figures are rounded, so the same bytes come out on every machine.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path

import h3
import numpy as np
import pandas as pd
import scipy
from pyproj import Geod

from contactline.case.load import EVIDENCE, LoadedCase, load_case
from contactline.case.schema import Case, Objective
from contactline.case.tables import TABLES
from contactline.core.dates import DAYS_PER_WEEK
from contactline.core.errors import CaseError, ContactlineError, InputError
from contactline.core.files import sha256_of, write_text
from contactline.core.streams import Streams

BOUNDARIES = "boundaries.geojson"
SEED = 7
YEARS = 3
EARTH = Geod(ellps="WGS84")
KM_PER_DEGREE = 111.2
FRONT_SHARE = 0.44
"""Where the line stood on the first day, as a share of the way from the eastern edge to the western one."""

BEGINNINGS = ("Al", "Bren", "Cal", "Dun", "El", "Far", "Gar", "Hol")
ENDINGS = ("ford", "mere", "moor", "stow", "wick")
VILLAGES = len(BEGINNINGS) * len(ENDINGS)


def write_evidence(folder: Path) -> list[Path]:
    """Write every evidence table of the case in `folder` as CSV, with provenance.json; the files written.

    Raises CaseError if the case does not load, is not marked as invented, or lacks what the tables are made from.
    """
    loaded = load_case(folder)
    _check(loaded)
    tables = evidence_of(loaded)
    written = []
    for name, frame in tables.items():
        columns = [column.name for column in TABLES[name].columns]
        path = loaded.folder / EVIDENCE / f"{name}.csv"
        write_text(path, frame[columns].to_csv(index=False, lineterminator="\n"))
        written.append(path)
    entries = {
        path.stem: {
            "source": f"invented by contactline.case.invented, seed {SEED}",
            "url": "",
            "licence": "Apache-2.0",
            "retrieved": "",
            "sha256": sha256_of(path),
            "note": "Nothing in it happened.",
        }
        for path in written
    }
    provenance = loaded.folder / EVIDENCE / "provenance.json"
    write_text(provenance, json.dumps(entries, indent=2, sort_keys=True) + "\n")
    return [*written, provenance]


def _check(loaded: LoadedCase) -> None:
    """Raise CaseError for a case that no evidence can be invented for; a real one is never written over."""
    case, where = loaded.case, loaded.folder / "case.yaml"
    if not case.invented:
        raise CaseError(
            f"{where}: case {case.id!r} is not marked `invented: true`; evidence is invented for such cases alone. "
            "Measure a real one's with `contactline case build`."
        )
    if len(case.series) < 2:
        raise CaseError(
            f"{where}: series: got {len(case.series)}; the invented evidence holds two maps, so give two."
        )
    _rings(loaded)


def evidence_of(loaded: LoadedCase) -> dict[str, pd.DataFrame]:
    """The invented tables by name, in the data dictionary's columns."""
    case = loaded.case
    rings = _rings(loaded)
    days = _days(case)
    cells = _cells(case, rings)
    order = _order_of_fall(cells)
    gained = _gained(days)
    fallen = _fallen(cells, order, gained)
    held = fallen >= 1
    changes = _changes(cells, held, days)
    settlements = _settlements(case, cells, held, changes)
    cells["town"] = cells["cell"].isin(settlements["cell"]).astype(int)
    cells["holder"] = held[0].astype(int)
    return {
        "areas": _areas(case, cells, rings, fallen, days),
        "line": _line(case, rings, days),
        "cells": cells,
        "changes": changes,
        "losses": _losses(case, days),
        "settlements": settlements,
        "regions": pd.DataFrame(
            {"region": list(rings), "km2": [round(_km2(ring), 1) for ring in rings.values()]}
        ),
        "outlines": pd.DataFrame(
            [
                {"region": name, "ring": 0, "vertex": i, "longitude": x, "latitude": y}
                for name, ring in rings.items()
                for i, (x, y) in enumerate(ring)
            ]
        ),
    }


def _uniform(name: str, *shape: int) -> np.ndarray:
    """Uniform draws of a stream: the one kind of draw whose bytes numpy keeps from version to version."""
    return Streams(SEED).rng(f"invented.{name}").random(shape)


def _rings(loaded: LoadedCase) -> dict[str, np.ndarray]:
    """Region id → its ring from the case's boundary file: ndarray[vertex, 2], degrees east and north.

    Raises CaseError for a file that is missing, is not such GeoJSON, or lacks a region.
    """
    path = loaded.folder / BOUNDARIES
    if not path.is_file():
        raise CaseError(
            f"{path}: there is no such file; the regions' outlines are read from it, as in borderland."
        )
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        named = {
            feature["properties"]["ADMIN_1"]: np.array(feature["geometry"]["coordinates"][0], dtype=float)
            for feature in features
        }
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise CaseError(
            f"{path}: is not GeoJSON with polygons named by the property ADMIN_1; write it as borderland's."
        ) from None
    lacking = [region.source_name for region in loaded.case.regions if region.source_name not in named]
    if lacking:
        raise CaseError(
            f"{path}: has no {', '.join(lacking)}; allowed are the source_name of case.yaml's regions."
        )
    return {region.id: named[region.source_name] for region in loaded.case.regions}


def _km2(ring: np.ndarray) -> float:
    return abs(EARTH.polygon_area_perimeter(ring[:, 0], ring[:, 1])[0]) / 1e6


def _days(case: Case) -> list[date]:
    """Every day of whole weeks, oldest first, the last one the as-of date."""
    count = YEARS * 52 * DAYS_PER_WEEK
    return [case.as_of - timedelta(days=count - day) for day in range(count + 1)]


def _cells(case: Case, rings: dict[str, np.ndarray]) -> pd.DataFrame:
    """Every cell whose centre lies in a region, by region and H3 index, with its belt and objective."""
    rows = []
    for name, ring in rings.items():
        outline = h3.LatLngPoly([(y, x) for x, y in ring])
        rows += [(cell, name) for cell in sorted(h3.h3shape_to_cells(outline, case.theatre.resolution))]
    frame = pd.DataFrame(rows, columns=["cell", "region"]).drop_duplicates("cell")
    centres = np.array([h3.cell_to_latlng(cell) for cell in frame["cell"]])
    frame["latitude"], frame["longitude"] = centres[:, 0], centres[:, 1]
    frame["km2"] = [round(h3.cell_area(cell, unit="km^2"), 4) for cell in frame["cell"]]
    frame["place"] = frame["belt"] = ""
    for objective in case.objectives:
        if objective.latitude is not None and objective.longitude is not None and objective.radius_km:
            near = _km(frame, objective.latitude, objective.longitude) <= objective.radius_km
            frame.loc[near | (frame["cell"] == _cell_at(case, objective)), "place"] = objective.id
    for belt in case.belts:
        for latitude, longitude in _along(case, belt.objectives):
            frame.loc[_km(frame, latitude, longitude) <= belt.half_width_km, "belt"] = belt.id
    return frame.reset_index(drop=True)


def _cell_at(case: Case, objective: Objective) -> str:
    return str(h3.latlng_to_cell(objective.latitude, objective.longitude, case.theatre.resolution))


def _along(case: Case, names: tuple[str, ...]) -> list[tuple[float, float]]:
    """Points every few kilometres on the legs between the belt's objectives."""
    by_id = {objective.id: objective for objective in case.objectives}
    ends = [(by_id[name].latitude or 0.0, by_id[name].longitude or 0.0) for name in names]
    share = np.linspace(0, 1, 21)
    return [
        (a[0] + (b[0] - a[0]) * s, a[1] + (b[1] - a[1]) * s)
        for a, b in zip(ends, [*ends[1:], ends[-1]], strict=True)
        for s in share
    ]


def _km(frame: pd.DataFrame, latitude: float, longitude: float) -> np.ndarray:
    """Distance of each cell's centre from a point, flat approximation, km."""
    north = (frame["latitude"] - latitude) * KM_PER_DEGREE
    east = (frame["longitude"] - longitude) * KM_PER_DEGREE * np.cos(np.radians(latitude))
    found: np.ndarray = np.hypot(north, east).to_numpy()
    return found


def _order_of_fall(cells: pd.DataFrame) -> np.ndarray:
    """Cells from east to west along a wavy front with noise; town and belt cells fall late."""
    north = (cells["latitude"] - cells["latitude"].min()) / np.ptp(cells["latitude"].to_numpy())
    east = (cells["longitude"] - cells["longitude"].min()) / np.ptp(cells["longitude"].to_numpy())
    score = 1 - east + 0.04 * np.sin(2 * np.pi * north) + 0.03 * (_uniform("order", len(cells)) - 0.5)
    score += 0.05 * ((cells["belt"] != "") | (cells["place"] != ""))
    return np.argsort(score.to_numpy(), kind="stable")


def _gained(days: list[date]) -> np.ndarray:
    """Net km² gained since the first day : ndarray[day], from a mean-reverting weekly tempo with heavy tails,
    each week misread by some 9 km²."""
    shocks = scipy.stats.t.ppf(_uniform("tempo", len(days) // DAYS_PER_WEEK), 4)
    x, total = 0.6, [0.0]
    for shock in shocks:
        x += 0.05 * (0.6 - x) + 0.16 * shock
        total.append(total[-1] + 18 * x * abs(x))
    reading = np.array(total) + np.cumsum(9 * scipy.stats.norm.ppf(_uniform("reading", len(total))))
    found: np.ndarray = np.interp(np.arange(len(days)) / DAYS_PER_WEEK, np.arange(len(total)), reading).round(
        1
    )
    return found


def _fallen(cells: pd.DataFrame, order: np.ndarray, gained: np.ndarray) -> np.ndarray:
    """How much of each cell has fallen by each day, in the order of fall : ndarray[day, cell], 0 to 1."""
    km2 = cells["km2"].to_numpy()
    before = np.cumsum(km2[order]) - km2[order]
    target = FRONT_SHARE * km2.sum() + gained
    fallen = np.empty((len(gained), len(cells)))
    fallen[:, order] = np.clip((target[:, None] - before) / km2[order], 0, 1)
    return fallen


def _changes(cells: pd.DataFrame, held: np.ndarray, days: list[date]) -> pd.DataFrame:
    """Every change of holder after the first day."""
    rows = [
        {"cell": cells["cell"].iloc[cell], "date": days[day].isoformat(), "holder": int(held[day, cell])}
        for day in range(1, len(days))
        for cell in np.flatnonzero(held[day] != held[day - 1])
    ]
    frame = pd.DataFrame(rows, columns=["cell", "date", "holder"])
    return frame.sort_values(["date", "cell"]).reset_index(drop=True)


def _areas(
    case: Case, cells: pd.DataFrame, rings: dict[str, np.ndarray], fallen: np.ndarray, days: list[date]
) -> pd.DataFrame:
    """Area held on two maps: the first by region and in total, the second in total, its level wandering."""
    columns = {}
    for name, ring in rings.items():
        km2 = cells["km2"].to_numpy() * (cells["region"] == name).to_numpy()
        columns[name] = (fallen @ km2 * (_km2(ring) / km2.sum())).round(1)
    first = pd.DataFrame({"date": [day.isoformat() for day in days], **columns})
    first["total"] = first[list(rings)].sum(axis=1).round(1)
    tall = first.melt("date", var_name="region", value_name="km2").assign(series=case.series[0].id)
    wander = np.cumsum(scipy.stats.norm.ppf(_uniform("second_map", len(days))) * 5)
    second = first[["date"]].assign(region="total", km2=(first["total"] + wander).round(1).clip(lower=0))
    both = pd.concat([tall, second.assign(series=case.series[1].id)], ignore_index=True)
    return both.assign(flag="")


def _line(case: Case, rings: dict[str, np.ndarray], days: list[date]) -> pd.DataFrame:
    """Length of the line on the first map: the height of the country and its bends."""
    latitudes = np.concatenate([ring[:, 1] for ring in rings.values()])
    height = np.ptp(latitudes) * KM_PER_DEGREE
    km = height * (1.15 + 0.05 * _uniform("line", len(days)))
    return pd.DataFrame(
        {
            "series": case.series[0].id,
            "date": [day.isoformat() for day in days],
            "km": np.round(km, 1),
        }
    )


def _losses(case: Case, days: list[date]) -> pd.DataFrame:
    """A weekly claim about the challenger, and yearly outside estimates of both sides with bounds."""
    ends = days[::DAYS_PER_WEEK]
    weekly = 900 * np.exp(0.25 * scipy.stats.norm.ppf(_uniform("losses", len(ends))))
    claimed = np.round(20_000 + np.cumsum(weekly))
    claim = case.evidence.attacker_loss_series
    rows = [
        (claim, claim, case.challenger.id, "killed_wounded", day.isoformat(), total, None, None, "")
        for day, total in zip(ends, claimed, strict=True)
    ]
    for week in range(52, len(ends), 52):
        for side, share in ((case.challenger.id, 0.85), (case.defender.id, 0.5)):
            central = round(claimed[week] * share)
            low, high = round(central * 0.8), round(central * 1.25)
            rows.append(
                ("outside", "outside", side, "killed_wounded", ends[week].isoformat(), central, low, high, "")
            )
    columns = ["series", "root", "side", "kind", "date", "cumulative", "low", "high", "flag"]
    return pd.DataFrame(rows, columns=columns)


def _settlements(case: Case, cells: pd.DataFrame, held: np.ndarray, changes: pd.DataFrame) -> pd.DataFrame:
    """The objectives' towns and forty villages with made-up names."""
    by_cell = cells.reset_index().set_index("cell")
    last_change = changes.groupby("cell")["date"].last() if len(changes) else pd.Series(dtype=object)
    towns = [(o.name, o.latitude, o.longitude, 60_000) for o in case.objectives if o.latitude and o.longitude]
    chosen = np.argsort(_uniform("villages", len(cells)), kind="stable")[:VILLAGES]
    people = np.round(500 * np.exp(2 * _uniform("people", VILLAGES)))
    villages = [
        (
            f"{BEGINNINGS[i % 8]}{ENDINGS[i // 8]}",
            cells["latitude"].iloc[k],
            cells["longitude"].iloc[k],
            people[i],
        )
        for i, k in enumerate(chosen)
    ]
    rows = []
    for number, (name, latitude, longitude, population) in enumerate([*towns, *villages], start=1):
        cell = h3.latlng_to_cell(latitude, longitude, case.theatre.resolution)
        at = int(by_cell.loc[cell, "index"])
        rows.append(
            {
                "geonameid": number,
                "name": name,
                "latitude": round(latitude, 5),
                "longitude": round(longitude, 5),
                "population": int(population),
                "region": by_cell.loc[cell, "region"],
                "cell": cell,
                "first_holder": int(held[0, at]),
                "last_holder": int(held[-1, at]),
                "changed": last_change.get(cell, ""),
            }
        )
    return pd.DataFrame(rows)


def _command(arguments: list[str]) -> int:
    """`python -m contactline.case.invented FOLDER`: one message and exit code 2 for what cannot be done."""
    try:
        if len(arguments) != 1:
            raise InputError(
                f"contactline.case.invented: got {len(arguments)} words; allowed is one, the folder of an invented "
                "case whose evidence is to be made: python -m contactline.case.invented my_case"
            )
        for made in write_evidence(Path(arguments[0])):
            print(made)
    except ContactlineError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(_command(sys.argv[1:]))
