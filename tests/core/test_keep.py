"""The store: bounded, safe between threads and processes, and what is damaged is made anew with one line about it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import toys
from toys import BEHIND, LARGE, QUICK, RUNS, SLOW, WAY, Given, graph

from contactline.core import keep
from contactline.core.graph import MISSING
from contactline.core.keep import Store

MEGABYTE = 131_072
"""Numbers that take a megabyte."""


@pytest.fixture(autouse=True)
def counted():
    RUNS.clear()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


def written(folder: Path, *numbers: str, x: float = 1.0) -> None:
    """Large results made and kept by an earlier process."""
    store = Store(folder)
    for number in numbers:
        graph(store).get(LARGE(number), Given(x=x))
    store.close()
    RUNS.clear()


def values(folder: Path) -> list[Path]:
    return sorted((folder / "values").iterdir())


def test_a_later_process_finds_what_was_kept_without_running(folder):
    written(folder, "1", "2")
    store = Store(folder)
    toy = graph(store)
    assert toy.key(LARGE("1"), Given(x=1.0)) is not None
    assert np.array_equal(toy.get(LARGE("2"), Given(x=1.0)), np.full(65_536, 3.0))
    assert not RUNS and not store.notices and store.seconds("large[1]") > 0.02
    assert toy.get(LARGE("1"), Given(x=2.0))[0] == 3.0 and RUNS == {"large 1": 1}


def test_memory_holds_what_was_used_last_and_no_more_than_its_bound():
    store = Store(memory=int(3.5 * 8 * MEGABYTE))
    for k in range(6):
        store.put(str(k), np.full(MEGABYTE, float(k)), 0.0, disk=False)
        store.get("0")
    assert [key for key in map(str, range(6)) if store.get(key) is not MISSING] == ["0", "4", "5"]
    assert store._bytes <= store.memory
    store.put("whole", np.zeros(5 * MEGABYTE), 0.0, disk=False)
    assert store.get("whole") is not MISSING  # the last stays, however large
    store.put("whole", np.zeros(1), 0.0, disk=False)
    assert store._bytes == 8


def test_a_result_beyond_memory_is_read_from_its_file(folder):
    store = Store(folder, memory=8 * MEGABYTE)
    for k in range(3):
        store.put(f"k{k}", np.full(MEGABYTE, float(k)), 1.0, disk=True)
    assert len(store._held) == 1
    assert [store.get(f"k{k}")[7] for k in range(3)] == [0.0, 1.0, 2.0]


def test_the_folder_holds_no_more_than_its_bound_and_drops_what_was_used_longest_ago(folder):
    store = Store(folder, memory=0, disk=int(4.5 * 8 * MEGABYTE))
    for k in range(9):
        store.put(f"k{k}", np.full(MEGABYTE, float(k)), 1.0, disk=True)
        os.utime(folder / "values" / f"k{k}", (k + 1.0, k + 1.0))
        if k >= 1:
            assert store.get("k1") is not MISSING  # asked for again and again
    assert sum(file.stat().st_size for file in values(folder)) <= store.disk
    left = [file.name for file in values(folder)]
    assert "k1" in left and "k8" in left and "k0" not in left and "k2" not in left


def test_what_is_quicker_made_than_read_is_not_written(folder):
    store = Store(folder)
    toy = graph(store)
    toy.get(QUICK, Given(x=1.0))
    toy.get(WAY, Given(x=1.0))
    store.put("fast", np.zeros(MEGABYTE), 0.001, disk=True)
    store.put("function", {"f": len}, 9.0, disk=True)
    assert values(folder) == [] and not store.notices
    assert store.get("function") == {"f": len}


@pytest.mark.parametrize("damage", ["cut", "changed", "another format", "empty", "not ours"])
def test_a_damaged_file_is_made_anew_with_one_notice_and_never_used(folder, damage):
    written(folder, "1")
    (file,) = values(folder)
    whole = file.read_bytes()
    file.write_bytes(
        {
            "cut": whole[:-9],
            "changed": whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
            "another format": whole.replace(b"contactline kept ", b"contactline kept 1", 1),
            "empty": b"",
            "not ours": np.zeros(9).tobytes(),
        }[damage]
    )
    store = Store(folder)
    for _ in range(3):
        assert np.array_equal(graph(store).get(LARGE("1"), Given(x=1.0)), np.full(65_536, 2.0))
    assert RUNS == {"large 1": 1}
    assert len(store.notices) == 1 and "a kept result is not used" in store.notices[0]
    store.close()
    assert values(folder) == [file] and file.read_bytes() == whole
    again = Store(folder)
    assert (
        graph(again).get(LARGE("1"), Given(x=1.0))[0] == 2.0 and not again.notices and RUNS == {"large 1": 1}
    )


@pytest.mark.parametrize(
    "change", ["told = 'other'", "shape = 3", "key = substr(key, 2) || 'f'", "node = 'large[2]'"]
)
def test_a_tampered_row_is_learnt_anew_with_one_notice(folder, change):
    written(folder, "1", "2")
    with sqlite3.connect(folder / "runs.sqlite") as database:
        database.execute("insert into shapes values (3, 'large[1]', 'y')")
        changed = database.execute(f"update runs set {change} where node = 'large[1]'").rowcount
    assert changed == 1
    store = Store(folder)
    for _ in range(2):
        assert graph(store).get(LARGE("1"), Given(x=1.0))[0] == 2.0
        assert graph(store).get(LARGE("2"), Given(x=1.0))[0] == 3.0
    assert RUNS == {"large 1": 1}
    assert store.notices == [f"{folder}: what is known of 1 earlier runs was changed and is not used"]
    store.close()
    assert not Store(folder).notices


@pytest.mark.parametrize("damage", ["format", "text", "a folder", "other tables"])
def test_a_database_that_cannot_be_used_is_learnt_anew_with_one_notice(folder, damage):
    written(folder, "1")
    path = folder / "runs.sqlite"
    if damage == "format":
        with sqlite3.connect(path) as database:
            database.execute("update about set format = 99")
    else:
        for left in folder.glob("runs.sqlite*"):
            left.unlink()
        if damage == "text":
            path.write_text("not a database, but long enough to be taken for one" * 40)
        elif damage == "a folder":
            path.mkdir()
        else:
            with sqlite3.connect(path) as database:
                database.execute("create table runs (x)")
    store = Store(folder)
    for _ in range(2):
        assert graph(store).get(LARGE("1"), Given(x=1.0))[0] == 2.0
    assert RUNS == {"large 1": 1}
    assert len(store.notices) == 1 and "what is known of earlier runs is not used" in store.notices[0]
    store.close()
    if damage != "a folder":
        later = Store(folder)
        assert (
            graph(later).get(LARGE("1"), Given(x=1.0))[0] == 2.0
            and not later.notices
            and RUNS == {"large 1": 1}
        )


def test_a_folder_that_cannot_be_written_costs_one_notice_and_nothing_else(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    store = Store(in_the_way / "kept")
    assert graph(store).get(LARGE("1"), Given(x=1.0))[0] == 2.0
    assert graph(store).get(LARGE("1"), Given(x=1.0))[0] == 2.0
    assert RUNS == {"large 1": 1}
    assert len(store.notices) == 1 and "results are not kept" in store.notices[0]
    store.close()


def test_a_folder_that_goes_away_while_it_is_used_costs_one_notice_and_nothing_else(folder, tmp_path):
    store = Store(folder)
    (folder / "values").rename(tmp_path / "gone")
    log = str(tmp_path / "log")
    for number in "12":
        assert graph(store).get(LARGE(number), Given(x=1.0))[0] == 1.0 + float(number)
    assert graph(store).get(SLOW, Given(x=1.0, log=log))[0] == 1.0
    assert len(store.notices) == 1 and "results are not kept" in store.notices[0]


def process(folder: Path, log: Path) -> subprocess.Popen[str]:
    here = str(Path(__file__).parent)
    paths = os.pathsep.join([here, *(path for path in sys.path if path)])
    return subprocess.Popen(
        [sys.executable, str(Path(toys.__file__)), str(folder), str(log)], text=True, stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip


def test_processes_that_ask_for_the_same_at_once_make_it_once_and_all_are_right(folder, tmp_path):
    log = tmp_path / "log"
    started = [process(folder, log) for _ in range(3)]
    said = [one.communicate(timeout=120)[0].strip() for one in started]
    assert said == ["[1.0, 2.0, 3.0] []"] * 3
    assert len(log.read_text().split()) == 1


def test_a_killed_process_leaves_nothing_in_the_way(folder, tmp_path):
    log = tmp_path / "log"
    killed = process(folder, log)
    until = time.monotonic() + 60
    while not log.exists() and time.monotonic() < until:
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    left = folder / "values" / ".key-1-1.part"  # what it would have left in the middle of writing
    left.write_bytes(b"half")
    os.utime(left, (1.0, 1.0))
    began = time.monotonic()
    store = Store(folder)
    assert graph(store).get(SLOW, Given(x=1.0, log=str(log))).tolist() == [1.0, 2.0, 3.0]
    assert time.monotonic() - began < 30.0 and RUNS == {"slow": 1} and not store.notices
    assert not left.exists()


def test_two_stores_on_one_folder_learn_from_each_other(folder, tmp_path):
    log = str(tmp_path / "log")
    one, other = Store(folder), Store(folder)
    graph(one).get(SLOW, Given(x=1.0, log=log))
    graph(other).get(SLOW, Given(x=1.0, log=log))
    assert RUNS == {"slow": 1}
    graph(other).get(SLOW, Given(x=2.0, log=log))
    graph(one).get(SLOW, Given(x=2.0, log=log))
    assert RUNS == {"slow": 2}


def test_stores_opened_at_once_on_a_new_folder_are_all_usable(folder):
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: Store(folder), range(8)))
    assert not any(store.notices for store in stores) and all(store._database for store in stores)
    for store in stores:
        store.close()
    assert not Store(folder).notices


def test_what_is_remembered_of_runs_is_bounded(folder, monkeypatch):
    monkeypatch.setattr(keep, "MOST_RUNS", 20)
    monkeypatch.setattr(keep, "MOST_SHAPES", 3)
    store = Store(folder)
    for k in range(50):
        store.learn("way", (f"input {k}",), f"key {k}", f"key {k}", 0.0)
    assert store.shapes("way") == [("input 49",), ("input 48",), ("input 47",)]
    store.close()
    with sqlite3.connect(folder / "runs.sqlite") as database:
        assert database.execute("select count(*) from runs").fetchone() == (20,)
    assert Store(folder).told("key 49") == "key 49"


def test_a_result_outlives_what_it_was_made_from(folder):
    store = Store(folder, memory=0)
    toy = graph(store)
    toy.get(WAY, Given(x=-1.0, y=2.0))
    store.close()
    RUNS.clear()
    later = Store(folder)
    assert (
        graph(later).key(WAY, Given(x=-1.0, y=2.0)) is not None
    )  # known, though too quick to be worth a file
    assert graph(later).get(WAY, Given(x=-1.0, y=2.0)) == 4.0 and RUNS == {"way": 1, "behind": 1}
    assert graph(later).get(BEHIND, Given(y=2.0)) == 4.0 and RUNS == {"way": 1, "behind": 1}
