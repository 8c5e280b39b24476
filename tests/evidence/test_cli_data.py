"""The commands: what they store, print and refuse. Bad input leaves the store byte for byte as it was."""

from __future__ import annotations

import json
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest
import typer
from control_samples import DAYS, daily, write_folder, write_unified
from typer.testing import CliRunner

from contactline.core.errors import ContactlineError, StoreError
from contactline.core.files import sha256_of
from contactline.evidence.kinds import KINDS, find_evidence
from contactline.evidence.sources import RemoteFile
from contactline.evidence.store import open_store
from contactline.faces.cli import data as cli_data
from contactline.service import data as service_data

APP = typer.Typer()
APP.add_typer(cli_data.app, name="data")
APP.command("sql")(cli_data.sql_command)

AREA = "date,area_assessed_as_russia_controlled\n2024-01-01,1e9\n2024-01-02,2e9\n"
FIRES = "date,war_fires_per_day,cloud_cover_in_country\n2024-01-01,2,0.5\n"
BOXES = {
    "Донецька область": [[36.9, 47.9], [40.0, 47.9], [40.0, 49.1], [36.9, 49.1], [36.9, 47.9]],
    "Запорізька область": [[34.9, 45.9], [35.6, 45.9], [35.6, 46.6], [34.9, 46.6], [34.9, 45.9]],
}


@pytest.fixture(autouse=True)
def data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONTACTLINE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def run(*words: object) -> str:
    result = CliRunner().invoke(
        APP, [str(word) for word in words], catch_exceptions=False, env={"COLUMNS": "1000"}
    )
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*words: object) -> str:
    """The message and exit code of a command that fails on purpose."""
    with pytest.raises(ContactlineError) as caught:
        CliRunner().invoke(APP, [str(word) for word in words], catch_exceptions=False)
    assert caught.value.exit_code == 2
    return str(caught.value)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def boundaries(path: Path) -> Path:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"ADMIN_1": name},
        }
        for name, ring in BOXES.items()
    ]
    return write(path, json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False))


def digests(folder: Path) -> dict[str, str]:
    return {str(path): sha256_of(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def test_status_of_an_empty_store_says_what_to_do_and_creates_nothing(data_directory: Path) -> None:
    text = run("data", "status")
    assert "No tables are stored" in text and "contactline data fetch" in text
    assert not data_directory.exists()
    document = json.loads(run("data", "status", "--json"))
    assert document["tables"] == [] and len(document["files"]) == 9
    assert all(file["licence"] and file["url"] for file in document["files"])


def test_a_folder_is_imported_whole_and_asked_in_sql(tmp_path: Path, data_directory: Path) -> None:
    folder = tmp_path / "given"
    write(folder / "economist" / "area.csv", AREA)
    write(folder / "economist" / "fires.csv", FIRES)
    write(folder / "README.md", "notes")
    boundaries(folder / "oblast.geojson")
    write_folder(folder / "days", DAYS)
    write(folder / "days" / "LICENSE", "terms")
    document = json.loads(run("data", "import", folder, "--json"))
    assert {row["table"] for row in document["stored"]} == {
        "areas/deepstate",
        "areas/isw",
        "boundaries",
        "fires",
    }
    why = "not a kind of file that evidence comes in"
    assert document["passed_over"] == [
        {"path": str(folder / name), "why": why} for name in ("README.md", "days/LICENSE")
    ]
    assert set(document["seconds"]) >= {"reading area.csv", "reading days", "storing"}
    query = "select region, flag, round(km2) as km2 from areas_deepstate where date = '2025-01-03' order by region"
    rows = json.loads(run("sql", query, "--json"))
    assert [row["region"] for row in rows] == ["donetsk", "total", "zaporizhzhia"]
    assert {row["flag"] for row in rows} == {"missing"}
    assert 6000 < rows[0]["km2"] < 9000 and rows[1]["km2"] == pytest.approx(
        rows[0]["km2"] + rows[2]["km2"], abs=1
    )
    assert run("sql", "select war_fires from fires", "--csv") == "war_fires\n2.0\n"
    assert "war_fires" in run("sql", "select * from fires")
    status = run("data", "status")
    assert "areas/deepstate" in status and "DeepState" in status


def test_boundaries_stored_before_serve_a_later_import(tmp_path: Path) -> None:
    run("data", "import", boundaries(tmp_path / "oblast.geojson"))
    run("data", "import", write_unified(tmp_path / "map.geojson.gz"))
    assert set(open_store().get("areas/unknown")["region"]) == {"donetsk", "zaporizhzhia", "total"}


def test_areas_need_boundaries(tmp_path: Path) -> None:
    message = refused("data", "import", write_folder(tmp_path / "days"))
    assert "no boundaries are stored. Import them first or together" in message


def test_bad_input_leaves_the_store_untouched(tmp_path: Path, data_directory: Path) -> None:
    run("data", "import", write(tmp_path / "area.csv", AREA))
    before = digests(data_directory)
    good = boundaries(tmp_path / "oblast.geojson")
    cut = write_folder(tmp_path / "days", (*DAYS[:1], (daily("20250102")[0], daily("20250102")[1][:200])))
    assert "deepstatemap_data_20250102.geojson: is cut off" in refused("data", "import", good, cut)
    assert "got '-1'" in refused("data", "import", write(tmp_path / "b.csv", AREA.replace("2e9", "-1")))
    assert "2024-01-02" in refused(
        "data", "import", write(tmp_path / "c.csv", AREA + "2024-01-01,1\n2024-01-09,1\n")
    )
    assert "there is no such file or folder" in refused("data", "import", tmp_path / "absent")
    assert digests(data_directory) == before


def test_kinds_are_told_by_content_named_by_hand_or_refused(tmp_path: Path) -> None:
    plain = write(tmp_path / "notes.csv", "a,b\n1,2\n")
    message = refused("data", "import", plain)
    assert str(plain) in message and "holds no evidence of a known kind" in message and "--kind" in message
    assert "missing ['date'" in refused("data", "import", plain, "--kind", "areas")
    assert "unknown kind of evidence 'area': did you mean areas" in refused(
        "data", "import", plain, "--kind", "area"
    )
    twice = (write(tmp_path / "a.csv", AREA), write(tmp_path / "b.csv", AREA))
    assert "is already read from another path of this import" in refused("data", "import", *twice)


def test_every_real_archive_is_recognised(archives: Path) -> None:
    found, passed_over = find_evidence(archives)
    assert {piece.kind for piece in found} == set(KINDS) - {
        "geonames",
        "kiel",
        "kiel_totals",
        "kiel_procurement",
    }
    assert [one.path.name for one in passed_over] == ["README.md"]


def test_losses_are_stored_once_in_whatever_order_they_come(archives: Path, tmp_path: Path) -> None:
    estimates, monthly = (
        archives / "economist" / "raw_estimates.csv",
        archives / "economist" / "uk_mod_monthly.csv",
    )
    key = ["series", "side", "kind", "date"]
    counts = set()
    for name, steps in (
        ("a", [(monthly,), (estimates,)]),
        ("b", [(estimates,), (monthly,)]),
        ("c", [(estimates, monthly)]),
    ):
        for paths in steps:
            run("data", "import", *paths, "--as-of", "2025-12-07", "--data-dir", tmp_path / name)
        losses = open_store(tmp_path / name).get("losses")
        assert not losses.duplicated(key).any()
        assert (losses["series"] == "uk_mod").sum() == 45 + 3
        counts.add(len(losses))
    assert len(counts) == 1
    table = next(table for table in open_store(tmp_path / "a").tables() if table.name == "losses/estimates")
    assert "left out as not yet public" in table.provenance.note


def test_the_real_archives_in_one_import(archives: Path) -> None:
    run("data", "import", archives / "boundaries", archives / "deepstate-2024-07-08-2025-12-07.tar.xz")
    donetsk = open_store().sql(
        "select date, km2, flag from areas_deepstate where region = 'donetsk' order by date"
    )
    assert len(donetsk) == 518 and (donetsk["flag"] == "missing").sum() == 6
    assert donetsk["km2"].iloc[-1] == pytest.approx(20_404, abs=1)
    assert donetsk["date"].iloc[-1] == pd.Timestamp(2025, 12, 7)


def test_fetch_refuses_unknown_names_before_any_download() -> None:
    assert "unknown source 'economst': did you mean economist" in refused("data", "fetch", "economst")
    assert "no such file; allowed are" in refused("data", "fetch", "economist", "--file", "x.csv")
    assert "--sha256 goes with a single file" in refused("data", "fetch", "--sha256", "00")


def test_fetched_files_are_kept_by_source_and_can_be_imported(
    tmp_path: Path, data_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "served" / "fires.csv", FIRES)
    handler = partial(QuietHandler, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        file = RemoteFile(
            "economist", "fires.csv", f"http://127.0.0.1:{server.server_port}/fires.csv", "a test"
        )
        monkeypatch.setattr(service_data, "files_of", lambda sources=(): [file])
        text = run("data", "fetch")
        assert "fires.csv" in text and "Next: contactline data import" in text
        document = json.loads(
            run("data", "fetch", "--json", "--sha256", sha256_of(tmp_path / "served" / "fires.csv"))
        )
        server.shutdown()
    assert document["files"][0]["path"] == str(data_directory / "archives" / "economist" / "fires.csv")
    run("data", "import", data_directory / "archives")
    provenance = open_store().tables()[0].provenance
    assert provenance.url == file.url and len(provenance.retrieved) == 10
    fetched = json.loads(run("data", "status", "--json"))["files"][0]["fetched"]
    assert fetched == provenance.retrieved


def test_status_names_what_was_cut_or_is_gone(tmp_path: Path, data_directory: Path) -> None:
    run("data", "import", write(tmp_path / "area.csv", AREA), write(tmp_path / "fires.csv", FIRES))
    assert {row["state"] for row in json.loads(run("data", "status", "--json"))["tables"]} == {"ok"}
    areas, fires = (table.path for table in open_store().tables())
    areas.write_bytes(areas.read_bytes()[:-20])
    fires.unlink()
    fetched = write(data_directory / "archives" / "geonames" / "cities500.zip", "as fetched")
    record = {"url": "", "retrieved": "2025-01-01", "sha256": sha256_of(fetched), "etag": ""}
    write(fetched.with_name("cities500.zip.provenance.json"), json.dumps(record))
    fetched.write_text("cut", encoding="utf-8")
    result = CliRunner().invoke(APP, ["data", "status", "--json"])
    states = {row["table"]: row["state"] for row in json.loads(result.stdout)["tables"]}
    assert states == {"areas/isw": "changed", "fires": "missing"}
    assert isinstance(result.exception, StoreError) and result.exception.exit_code == 1
    said = str(result.exception)
    assert "table areas/isw is changed; table fires is missing; file cities500.zip is changed" in said


def test_a_store_that_cannot_be_written_is_named_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "blocked").mkdir()
    write(tmp_path / "blocked" / "store", "a file in the way")
    result = CliRunner().invoke(
        APP, ["data", "import", str(tmp_path / "absent"), "--data-dir", str(tmp_path / "blocked")]
    )
    assert isinstance(result.exception, StoreError) and "cannot be written" in str(result.exception)


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def test_a_wrong_day_and_a_wrong_query_are_explained(tmp_path: Path) -> None:
    message = refused("data", "import", write(tmp_path / "a.csv", AREA), "--as-of", "7.12.2025")
    assert "--as-of: got '7.12.2025'; allowed is a day as YYYY-MM-DD" in message
    assert "Tables: none yet; import or fetch some" in refused("sql", "select * from areas")
    shutil.rmtree(tmp_path / "data", ignore_errors=True)
