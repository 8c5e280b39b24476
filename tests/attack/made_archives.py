"""Small made-up archives from which `case build` measures a case in seconds, in editions that differ everywhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from contactline.case.load import EVIDENCE, load_case

BOX = (37.0, 48.0, 37.6, 48.6)
"""Donetsk oblast in these archives, west, south, east, north; all other regions are squares far away."""


def write_archives(folder: Path, edition: int) -> Path:
    """The archives of one edition (0, 1, …): another line, other areas, losses and fires in each."""
    case = load_case("ukraine_2025").case
    folder.mkdir(parents=True, exist_ok=True)
    _, south, east, north = BOX
    features = []
    for number, region in enumerate(case.regions):
        x, y = 24.0 + 0.3 * (number % 20), 49.5 + 0.3 * (number // 20)
        corners = BOX if region.id == "donetsk" else (x, y, x + 0.1, y + 0.1)
        features.append(_feature(_ring(*corners), ADMIN_1=region.source_name))
    _write(folder / "oblast.geojson", _collection(features))
    moved = 37.35 - 0.02 * edition
    days = (("2025-12-06", 37.4), (case.as_of.isoformat(), moved))
    maps = [_feature(_ring(edge, south, east, north), multi=True, date=day) for day, edge in days]
    _write(folder / "deepstate-map-data.geojson", _collection(maps))
    _lines(
        folder / "area_assessed_as_controlled_by_russia.csv",
        "date,area_assessed_as_russia_controlled",
        *(f"2025-12-0{day},{(1 + edition) * 1e9 + day}" for day in range(1, 8)),
    )
    _lines(
        folder / "strikes_by_location_and_day.csv",
        "date,war_fires_per_day,cloud_cover_in_country",
        *(f"2025-12-0{day},{10 * edition + day},0.5" for day in range(1, 8)),
    )
    _lines(
        folder / "raw_estimates.csv",
        "date,source,country,estimate_type,estimate,source_type",
        f"2025-11-01,US officials (via The Economist),russia,estimate,{100_000 + edition},deaths",
    )
    _lines(
        folder / "uk_mod_monthly.csv",
        "month,year,casualties in month,cumulative casualties,date (at beginning of next month)",
        f"october,2025,{1000 + edition},{1000 + edition},01/11/2025",
    )
    personnel = [
        {
            "date": f"2025-12-0{day}",
            "day": 1380 + day,
            "personnel": 1000 * day + edition,
            "personnel*": "about",
        }
        for day in range(1, 8)
    ]
    _write(folder / "russia_losses_personnel.json", personnel)
    town = [
        "1",
        "Town",
        "",
        "",
        "48.3",
        "37.2",
        "P",
        "PPL",
        "UA",
        "",
        "05",
        "",
        "",
        "",
        "5000",
        "",
        "",
        "",
        "",
    ]
    _lines(folder / "cities500.txt", "\t".join(town))
    return folder


def write_case(folder: Path) -> Path:
    """The reference case without its evidence, to be built from the archives."""
    ignored = shutil.ignore_patterns(EVIDENCE, "backtest", "__pycache__")
    shutil.copytree(load_case("ukraine_2025").folder, folder, ignore=ignored)
    return folder


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _feature(ring: list[list[float]], *, multi: bool = False, **properties: str) -> dict[str, object]:
    geometry = (
        {"type": "MultiPolygon", "coordinates": [[ring]]}
        if multi
        else {"type": "Polygon", "coordinates": [ring]}
    )
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _collection(features: list[dict[str, object]]) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": features}


def _write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _lines(path: Path, *lines: str) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
