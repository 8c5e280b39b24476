"""The store: whole or old at any kill, one writer at a time, queries that only read, and plain messages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from contactline.core.errors import EvidenceError, InputError, StoreError, UnknownNameError
from contactline.core.files import sha256_of
from contactline.core.locks import locked
from contactline.core.provenance import Provenance
from contactline.evidence.store import open_store

SOURCE = Provenance("made up", "https://example.org", "CC0", "2025-01-01", "00", "for a test")


def fires(count: int = 3, start: float = 0.0) -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=count)
    return pd.DataFrame({"date": days, "war_fires": start + pd.Series(range(count)), "cloud": 0.5})


def areas(series: str) -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=2)
    return pd.DataFrame({"series": series, "date": days, "region": "total", "km2": [1.0, 2.0], "flag": ""})


def test_tables_come_back_as_they_were_with_their_provenance(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    assert store.tables() == () and not store.folder.exists(), "opening creates nothing"
    store.put_all({"areas/isw": (areas("isw"), SOURCE), "fires": (fires(), SOURCE)})
    store.put("areas/deepstate", areas("deepstate"), SOURCE)
    assert [table.name for table in store.tables()] == ["areas/deepstate", "areas/isw", "fires"]
    assert store.tables()[2].provenance == SOURCE and store.tables()[2].rows == 3
    assert store.get("areas")["series"].tolist() == ["deepstate"] * 2 + ["isw"] * 2
    pd.testing.assert_frame_equal(store.get("areas/isw"), areas("isw"), check_dtype=False)
    store.put("fires", fires(5), SOURCE)
    assert len(store.get("fires")) == 5
    assert len(list(store.folder.glob("*.parquet"))) == 3, "replaced files are swept"


def test_bad_tables_leave_the_store_as_it_was(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.put("fires", fires(), SOURCE)
    before = {path.name: sha256_of(path) for path in store.folder.iterdir()}
    broken = areas("isw").assign(km2=[1.0, -2.0])
    with pytest.raises(EvidenceError, match=r"areas/isw: table 'areas', column 'km2', row 1 \(series isw, "):
        store.put_all({"fires": (fires(9), SOURCE), "areas/isw": (broken, SOURCE)})
    with pytest.raises(StoreError, match="allowed are names like areas or areas/isw"):
        store.put("../fires", fires(), SOURCE)
    assert before == {path.name: sha256_of(path) for path in store.folder.iterdir()}


def test_unknown_tables_offer_the_nearest(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.put("fires", fires(), SOURCE)
    with pytest.raises(UnknownNameError, match="unknown stored table 'fire': did you mean fires"):
        store.get("fire")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "manifest is broken"),
        ("[]", "format 'list'"),
        ('{"format": 99, "tables": {}}', "format 99; this version reads format 1"),
        ('{"format": 1, "tables": []}', "its tables are a list"),
    ],
)
def test_broken_manifest_says_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    store = open_store(tmp_path)
    store.put("fires", fires(), SOURCE)
    (store.folder / "manifest.json").write_text(text)
    for action in (store.tables, lambda: store.sql("select 1"), lambda: store.put("fires", fires(), SOURCE)):
        with pytest.raises(StoreError) as caught:
            action()
        assert words in str(caught.value) and "Move the folder" in str(caught.value)
    assert (store.folder / "manifest.json").read_text() == text, "nothing is overwritten"


@pytest.mark.parametrize("entry", ["7", '{"file": "x"}', '{"file": "x", "rows": "many"}'])
def test_a_broken_entry_is_named(tmp_path: Path, entry: str) -> None:
    store = open_store(tmp_path)
    store.folder.mkdir()
    (store.folder / "manifest.json").write_text(f'{{"format": 1, "tables": {{"fires": {entry}}}}}')
    with pytest.raises(StoreError, match="the entry of 'fires' cannot be read"):
        store.tables()
    with pytest.raises(StoreError, match="the entry of 'fires' cannot be read"):
        store.put("areas/isw", areas("isw"), SOURCE)


def test_what_breaks_its_declaration_is_refused_when_read(tmp_path: Path) -> None:
    """A file that fits its digest may still hold what no import would have stored."""
    store = open_store(tmp_path)
    store.put("areas/isw", areas("isw"), SOURCE)
    path = store.tables()[0].path
    areas("isw").assign(km2=[1.0, -2.0]).to_parquet(path, index=False)
    manifest = json.loads((store.folder / "manifest.json").read_text())
    manifest["tables"]["areas/isw"]["sha256"] = sha256_of(path)
    (store.folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(StoreError) as caught:
        store.get("areas")
    assert str(caught.value) == (
        f"{path}: table 'areas', column 'km2', row 1 (series isw, date 2024-01-02, region total): got -2.0; allowed "
        "is a number from 0 up (km²: area held by the challenger). Import its source again (made up)."
    )


def test_a_table_that_nothing_declares_is_not_stored(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown stored table 'area': did you mean areas"):
        open_store(tmp_path).put("area", areas("isw"), SOURCE)


def test_damaged_and_absent_files_are_named(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.put("fires", fires(), SOURCE)
    path = store.tables()[0].path
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(
        StoreError, match=r"'fires' does not have the digest .* Import its source again \(made up\)"
    ):
        store.get("fires")
    path.unlink()
    for action in (lambda: store.get("fires"), lambda: store.sql("select * from fires")):
        with pytest.raises(StoreError, match="'fires' is missing"):
            action()


def test_only_what_the_store_wrote_is_removed(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.put("fires", fires(), SOURCE)
    own = [store.folder / name for name in ("my.parquet", "film.part", ".hidden.parquet", "fires-0.parquet")]
    for path in own:
        path.write_text("mine")
    store.put("fires", fires(5), SOURCE)
    store.put("areas/isw", areas("isw"), SOURCE)
    assert [path.read_text() for path in own] == ["mine"] * 4
    assert len(list(store.folder.glob("fires-*.parquet"))) == 2, (
        "the replaced table is gone, the user's stays"
    )
    manifest = store.folder / "manifest.json"
    document = json.loads(manifest.read_text())
    for outside in ("../outside.parquet", "/etc/passwd", "a/b.parquet"):
        document["tables"]["fires"]["file"] = outside
        manifest.write_text(json.dumps(document))
        with pytest.raises(StoreError, match=r"the entry of 'fires' cannot be read: .* is none of the store"):
            store.put("areas/isw", areas("isw"), SOURCE)


def test_what_an_import_killed_before_it_was_current_is_swept_by_the_next(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.put("fires", fires(), SOURCE)
    manifest = store.folder / "manifest.json"
    document = json.loads(manifest.read_text())
    placed, changed = store.folder / "fires-0123456789abcdef.parquet", store.folder / "fires-00.parquet"
    placed.write_text("placed, not yet current")
    changed.write_text("no longer what was written")
    document["pending"] = {placed.name: sha256_of(placed), changed.name: "0" * 64}
    manifest.write_text(json.dumps(document))
    assert store.get("fires")["war_fires"].tolist() == [0, 1, 2]
    store.put("areas/isw", areas("isw"), SOURCE)
    assert not placed.exists() and changed.exists()


def test_a_file_for_a_folder_and_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="must be a folder"):
        open_store(tmp_path / "file")
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "store").write_text("x")
    with pytest.raises(StoreError, match="cannot be written"):
        open_store(tmp_path / "blocked").put("fires", fires(), SOURCE)


def test_environment_variable_moves_the_store_and_the_option_outranks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTACTLINE_DATA", str(tmp_path / "variable"))
    assert open_store().folder == tmp_path / "variable" / "store"
    assert open_store(tmp_path / "option").folder == tmp_path / "option" / "store"


def test_queries_read_tables_and_their_parts(tmp_path: Path) -> None:
    store = open_store(tmp_path / "it's")
    store.put_all({"areas/isw": (areas("isw"), SOURCE), "areas/deepstate": (areas("deepstate"), SOURCE)})
    assert store.sql("select count(*) as n from areas")["n"].tolist() == [4]
    assert store.sql("with a as (from areas_isw) select max(km2) as top from a")["top"].tolist() == [2.0]
    assert "areas_deepstate" in store.sql("show tables")["name"].tolist()


FORBIDDEN = {
    "drop view fires": "got DROP",
    "create table t as select 1": "got CREATE",
    "copy fires to 'out.csv'": "got COPY",
    "insert into fires values (1)": "got INSERT",
    "attach 'other.db'": "got ATTACH",
    "set enable_external_access = true": "got SET",
    "select 1; select 2": "got SELECT, SELECT",
    "": "got nothing",
    "select * from read_csv('/etc/hostname')": "file system operations are disabled",
    "select * from '{other}'": "Tables: fires",
    "select * from read_parquet('{other}')": "file system operations are disabled",
    "explain analyze copy fires to 'out.csv'": "got COPY",
    "select * from frame": "Tables: fires",
    "selct 1": "Parser Error",
}


@pytest.mark.parametrize("query", FORBIDDEN)
def test_queries_cannot_write_or_look_elsewhere(
    tmp_path: Path, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store(tmp_path)
    store.put("fires", fires(), SOURCE)
    frame = fires()
    frame.to_parquet(tmp_path / "other.parquet")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises(InputError) as caught:
        store.sql(query.format(other=tmp_path / "other.parquet"))
    assert FORBIDDEN[query] in str(caught.value)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


IMPORTER = """
import sys, pandas as pd
from contactline.core.provenance import Provenance
from contactline.evidence.store import open_store
store, name, rounds = open_store(sys.argv[1]), sys.argv[2], int(sys.argv[3])
source = Provenance("made up", "", "CC0", "", "", "")
print("ready", flush=True)
for round in range(rounds):
    days = pd.date_range("2000-01-01", periods=2000 + round % 7)
    frame = pd.DataFrame({"date": days, "war_fires": float(round), "cloud": 0.5})
    areas = pd.DataFrame({"series": name, "date": days, "region": "total", "km2": float(round), "flag": ""})
    store.put_all({"fires": (frame, source), f"areas/{name}": (areas, source)})
"""


def start_importer(folder: Path, name: str, rounds: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", IMPORTER, str(folder), name, str(rounds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_killed_imports_leave_a_store_that_reads_and_goes_on(tmp_path: Path) -> None:
    for delay in (0.07, 0.2):
        process = start_importer(tmp_path, "killed", 100_000)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        store = open_store(tmp_path)
        if store.tables():
            pair = store.get("fires"), store.get("areas/killed")
            assert set(pair[0]["war_fires"]) == {pair[0]["war_fires"].iloc[0]}
            assert pair[0]["war_fires"].iloc[0] == pair[1]["km2"].iloc[0], (
                "both tables of one import, or neither"
            )
    assert store.tables(), "no import got through: the test shows nothing"
    store.put("fires", fires(), SOURCE)
    assert len(store.get("fires")) == 3
    assert not list(store.folder.glob("*.part")) and len(list(store.folder.glob("*.parquet"))) == 2


def test_imports_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    importers = [start_importer(tmp_path, name, 15) for name in ("one", "two")]
    reads = 0
    while any(importer.poll() is None for importer in importers):
        if open_store(tmp_path).tables():
            open_store(tmp_path).get("areas")
            reads += 1
    assert [importer.wait() for importer in importers] == [0, 0] and reads > 0
    store = open_store(tmp_path)
    assert [table.name for table in store.tables()] == ["areas/one", "areas/two", "fires"]
    assert {table.rows for table in store.tables()} == {len(store.get("fires"))}


def test_a_held_lock_is_waited_for_and_then_named(tmp_path: Path) -> None:
    with (
        locked(tmp_path / ".lock", 1.0),
        pytest.raises(StoreError, match=r"another contactline process has been writing for 0\.1 seconds"),
        locked(tmp_path / ".lock", 0.1),
    ):
        pass


def test_manifest_is_plain_json_that_others_can_read(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.put("fires", fires(), SOURCE)
    manifest = json.loads((store.folder / "manifest.json").read_text(encoding="utf-8"))
    entry = manifest["tables"]["fires"]
    assert (
        entry["provenance"]["licence"] == "CC0" and sha256_of(store.folder / entry["file"]) == entry["sha256"]
    )
