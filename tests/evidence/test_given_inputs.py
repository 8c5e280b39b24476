"""Files that were once misread, in small copies made here, and what is right of each."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from control_samples import DAYS, HOLE, ISLAND, outer, write_folder
from test_cli_data import boundaries, digests, refused, run, write

from contactline.evidence.kiel import OLD, SHEET
from contactline.evidence.store import open_store
from contactline.front.edges import project

CORRECTIONS = [
    {"date": "2025-02-28", "day": 1101, "tank": 0, "APC": -25, "personnel": 1650},
    {"date": "2025-04-22", "day": 1154, "tank": 5, "APC": 0, "personnel": 160},
    {"date": "2025-12-31", "day": 1407, "tank": 0, "APC": 0, "personnel": 0},
]
ESTIMATES = (
    "date,source,country,source_id,estimate_type,estimate,source_type\n"
    "2024-06-01,UK MoD,russia,a_1,estimate,500000,casualties\n"
    "2026-06-17,NATO officials (via a news site),russia,a_2,estimate_low,1300000,casualties\n"
    "2026-06-17,NATO officials (via a news site),russia,a_2,estimate_high,1400000,casualties\n"
)


@pytest.fixture(autouse=True)
def data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONTACTLINE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def geojson(path: Path, *features: tuple[dict[str, Any], list[list[float]]]) -> Path:
    made = [
        {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for properties, ring in features
    ]
    return write(path, json.dumps({"type": "FeatureCollection", "features": made}, ensure_ascii=False))


def flat(ring: list[list[float]]) -> shapely.Polygon:
    """A ring in the equal-area projection, for GEOS to measure."""
    return shapely.Polygon(project(np.array(ring, dtype=float)))


def stored(name: str) -> pd.DataFrame:
    return open_store().get(name)


def source_of(name: str) -> str:
    return next(table.provenance.source for table in open_store().tables() if table.name == name)


def test_01_corrections_are_no_counts(tmp_path: Path, data_directory: Path) -> None:
    counts = [
        {"date": f"2025-02-0{n}", "day": n, "personnel": 1000 * n, "personnel*": "about"} for n in (1, 2)
    ]
    folder = tmp_path / "publisher"
    write(folder / "russia_losses_correction.json", json.dumps(CORRECTIONS))
    alone = folder / "russia_losses_correction.json"
    assert "negative numbers: daily corrections" in refused("data", "import", alone)
    assert "--kind" in refused("data", "import", alone)
    positive = write(tmp_path / "positive.json", json.dumps(CORRECTIONS[1:]))
    assert "holds 'personnel' beside 'tank', 'APC'" in refused("data", "import", positive)
    for kind in ("personnel", "equipment"):
        assert "corrections" in refused("data", "import", positive, "--kind", kind)
    falling = write(
        tmp_path / "falling.json",
        json.dumps([{"date": r["date"], "personnel": r["personnel"]} for r in CORRECTIONS]),
    )
    assert "does not lose more than half at once" in refused("data", "import", falling, "--kind", "personnel")
    assert not data_directory.exists()
    write(folder / "russia_losses_personnel.json", json.dumps(counts))
    document = json.loads(run("data", "import", folder, "--json"))
    assert [row["table"] for row in document["stored"]] == ["losses/general_staff"]
    assert (
        document["passed_over"][0]["path"] == str(alone)
        and "corrections" in document["passed_over"][0]["why"]
    )
    assert stored("losses/general_staff")["cumulative"].tolist() == [1000, 2000]


def test_02_a_new_publisher_stops_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "given" / "raw_estimates.csv", ESTIMATES)
    write(tmp_path / "given" / "area.csv", "date,area_assessed_as_russia_controlled\n2024-01-01,1e9\n")
    text = run("data", "import", path.parent)
    assert "root unknown" in text and "areas/isw" in text
    table = stored("losses/estimates").set_index("series")
    assert table.loc["uk_mod", "cumulative"] == 500_000
    new = table.loc["nato_officials_via_a_news_site"]
    assert (new["low"], new["high"], new["root"], new["date"]) == (
        1.3e6,
        1.4e6,
        "unknown",
        pd.Timestamp(2026, 6, 17),
    )
    run("data", "import", path, "--kind", "estimates", "--as-of", "2025-12-07")
    assert stored("losses/estimates")["series"].tolist() == ["uk_mod"]


def test_03_a_year_typo_counts_as_undated(tmp_path: Path) -> None:
    rows = [
        ["Country A", datetime(2022, 3, 1), "Military", 100e6, "."],
        ["Country A", "until 3/10/2022", "Humanitarian", 20e6, "."],
        ["Country B", datetime(2922, 2, 9), "Financial", 50e6, "."],
    ]
    columns = [OLD[name] for name in ("donor", "day", "kind", "promised", "delivered")]
    path = tmp_path / "tracker.xlsx"
    pd.DataFrame(rows, columns=columns).to_excel(path, sheet_name=SHEET, index=False)
    assert "2922-02-09 in row 4" in " ".join(run("data", "import", path).split())
    table = stored("support")
    found = {(row.donor, row.kind): (row.promised, row.undated) for row in table.itertuples()}
    assert found == {
        ("Country A", "military"): (pytest.approx(0.1), 0),
        ("Country A", "humanitarian"): (pytest.approx(0.02), 1),
        ("Country B", "financial"): (pytest.approx(0.05), 1),
    }
    assert table["last_day"].dropna().tolist() == [pd.Timestamp(2022, 3, 1)]


NAMED_MAP = [
    ({"name": "Northern Axis [Z]", "start": "221209", "end": "221212"}, square(37, 48, 38, 49)),
    ({"name": "Southern Axis [Z]", "start": "221209", "end": "221212"}, square(35, 46.5, 36, 47)),
]


def test_04_a_control_map_with_names_replaces_no_boundaries(tmp_path: Path, data_directory: Path) -> None:
    official = boundaries(tmp_path / "oblast.geojson")
    run("data", "import", official)
    before = digests(data_directory)
    path = geojson(tmp_path / "map.geojson", *NAMED_MAP)
    message = refused("data", "import", path)
    assert "a name under 'name', as regions do, but also 'end', 'start'" in message and "--kind" in message
    assert "has no property 'date'" in refused("data", "import", path, "--kind", "deepstate")
    assert "no evidence of a known kind for sure" in refused(
        "data", "import", geojson(tmp_path / "b.geojson", ({"name": "Held"}, square(37, 48, 38, 49)))
    )
    assert digests(data_directory) == before
    text = run("data", "import", path, "--kind", "boundaries")
    assert "replaced: boundaries was from Ministry of Communities" in text and "is now from unknown" in text
    document = json.loads(run("data", "import", write_folder(tmp_path / "days", DAYS[-1:]), "--json"))
    note = next(row["note"] for row in document["stored"] if row["table"] == "areas/deepstate")
    held = flat(outer(38.5)) - flat(HOLE) | flat(ISLAND)
    outside = held - flat(NAMED_MAP[0][1]) - flat(NAMED_MAP[1][1])
    share = outside.area / held.area
    assert 0.3 < share < 0.5
    km2 = f"{outside.area / 1e6:,.0f} of {held.area / 1e6:,.0f} km²"
    assert note == f"2025-01-04: {km2} held lie outside all regions ({share:.1%})"
    document = json.loads(run("data", "import", official, "--json"))
    assert document["stored"][0]["replaced"] == "unknown"


def test_06_another_war_is_measured_within_its_own_boundaries(tmp_path: Path) -> None:
    ring = square(30, 13, 31, 14)
    regions = geojson(tmp_path / "boundaries.geojson", ({"name": "Region one"}, square(29, 12, 32, 15)))
    path = geojson(tmp_path / "deepstate.geojson", ({"date": "2025-01-01"}, ring))
    text = " ".join(run("data", "import", regions, path).split())
    assert "2025-01-01: 0 of 11,978 km² held lie outside all regions" in text
    areas = stored("areas/unknown").set_index("region")["km2"]
    expected = flat(ring).area / 1e6
    assert (
        areas["Region one"]
        == areas["total"]
        == pytest.approx(expected, rel=1e-9)
        == pytest.approx(11_970, rel=1e-3)
    )
    assert source_of("areas/unknown") == "unknown"
    swapped = geojson(tmp_path / "swapped.geojson", ({"date": "2025-01-01"}, [[y, x] for x, y in ring]))
    assert "latitude and longitude are swapped" in refused("data", "import", swapped)
    far = geojson(tmp_path / "far.geojson", ({"date": "2025-01-01"}, square(37, 48, 38, 49)))
    assert "more than 10 degrees outside the regions" in refused("data", "import", far)
    beside = geojson(tmp_path / "beside.geojson", ({"date": "2025-01-01"}, square(33, 13, 34, 14)))
    message = refused("data", "import", beside)
    assert "none of the 11,978 km² held on 2025-01-01 lies in any of the 1 regions" in message


def test_origin_comes_from_content_or_from_the_user(tmp_path: Path) -> None:
    run("data", "import", boundaries(tmp_path / "oblast.geojson"))
    assert source_of("boundaries").startswith("Ministry of Communities")
    path = geojson(tmp_path / "other.geojson", ({"ADMIN_1": "North"}, square(37, 48, 38, 49)))
    run("data", "import", path)
    assert source_of("boundaries") == "unknown"
    run("data", "import", path, "--source", "Survey office", "--licence", "CC0")
    origin = next(table.provenance for table in open_store().tables())
    assert (origin.source, origin.licence, origin.url) == ("Survey office", "CC0", "")
    maps = write_folder(tmp_path / "days", DAYS)
    run("data", "import", maps)
    assert "DeepState" in source_of("areas/deepstate")
    run("data", "import", maps, "--source", "A mapper of mine")
    assert stored("areas/a_mapper_of_mine")["series"].unique().tolist() == ["a_mapper_of_mine"]
    for wrong in ("", " ", "two\nlines", "\udcff", "\x1b[31m", "x" * 201):
        assert "allowed is one line of up to 200 printable" in refused(
            "data", "import", maps, "--source", wrong
        )
        assert "--licence: got" in refused("data", "import", maps, "--licence", wrong)
    unified = geojson(tmp_path / "any.geojson", ({"date": "2025-01-01"}, square(37, 48, 38, 49)))
    run("data", "import", unified, "--source", "deepstate")
    assert len(stored("areas/deepstate")["date"].unique()) == 1


def test_days_that_cannot_be_are_refused_with_file_and_row(tmp_path: Path) -> None:
    header, typo = "date,area_assessed_as_russia_controlled\n2025-12-05,1e9\n", "2052-12-07,1e9\n"
    assert "line 3, column 'date': got 2052-12-07, years ahead of today" in refused(
        "data", "import", write(tmp_path / "a.csv", header + typo)
    )
    for day in ("1600-01-01", "0001-01-01", "2262-12-31", "9999-12-31"):
        path = write(tmp_path / "b.csv", f"date,area_assessed_as_russia_controlled\n{day},1e9\n")
        message = refused("data", "import", path)
        assert (
            f"{path}, line 2, column 'date': got {day}; allowed are days from 1700-01-01 to 2199-12-31"
            in message
        )
    long_ago = "date,area_assessed_as_russia_controlled\n1925-12-05,1e9\n2025-12-06,1e9\n"
    assert "line 3: date 2025-12-06 lies 36,526 days from its neighbour 1925-12-05" in refused(
        "data", "import", write(tmp_path / "c.csv", long_ago)
    )
    counts = [{"date": day, "personnel": 5, "personnel*": "about"} for day in ("2022-02-25", "2024-12-25")]
    assert "record 1: date 2024-12-25 lies 1,034 days" in refused(
        "data", "import", write(tmp_path / "d.json", json.dumps(counts))
    )
    regions = geojson(tmp_path / "boundaries.geojson", ({"name": "A"}, square(29, 12, 32, 15)))
    for day, words in (("2922-01-01", "got 2922-01-01; allowed are days"), ("0001-01-01", "got 0001-01-01")):
        path = geojson(tmp_path / "map.geojson", ({"date": day}, square(30, 13, 31, 14)))
        assert f"{path}, feature 0: {words}" in refused("data", "import", regions, path)
    ring = square(30, 13, 31, 14)
    path = geojson(tmp_path / "gap.geojson", ({"date": "2014-01-01"}, ring), ({"date": "2025-01-01"}, ring))
    assert "feature 1: date 2025-01-01 lies 4,018 days" in refused("data", "import", regions, path)
    future = date.today().replace(year=date.today().year + 5, day=1).isoformat()
    text = ESTIMATES + f"{future},UK MoD,russia,a,estimate,5,deaths\n"
    assert f"line 5, column 'date': got {future}, years ahead" in refused(
        "data", "import", write(tmp_path / "raw_estimates.csv", text)
    )


@pytest.mark.parametrize("name", ["01*.json", "02*.csv", "03*.xlsx", "04*.geojson", "06*boundaries.geojson"])
def test_the_copies_here_are_the_shared_ones(name: str, tmp_path: Path) -> None:
    shared = Path(__file__).resolve().parents[3] / "shared" / "inputs"
    found = next(iter(sorted(shared.glob(name))), None)
    if found is None:
        pytest.skip(f"the shared inputs are not at {shared}")
    if name.startswith(("01", "04")):
        assert "no evidence of a known kind for sure" in refused("data", "import", found)
    else:
        run("data", "import", found)
