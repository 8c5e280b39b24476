"""Folders of results: swapped whole or not at all, other people's files left alone, leftovers of the dead swept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from contactline.core import folders
from contactline.core.errors import InputError
from contactline.core.files import abandoned, atomic_path, beside, check_file, leftovers, write_text
from contactline.core.folders import check_folder, everything, recorded, replaced_folder, restore


def fill(target: Path, *names: str, text: str = "new", command: str = "assess") -> None:
    with replaced_folder(target, "--out", command) as folder:
        for name in names:
            write_text(folder / name, text)


def contents(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


def dead_process() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def name_of_the_dead(target: Path, ending: str = ".part") -> Path:
    """The name that a process which is no longer alive would have given its work beside `target`."""
    made = beside(target, ending)
    return made.with_name(made.name.replace(f"-{os.getpid()}-", f"-{dead_process()}-"))


def test_a_later_run_replaces_what_its_command_wrote_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "run"
    fill(target, "a.txt", "tables/b.csv", text="old")
    fill(target, "map.svg", command="front")
    (target / "notes").mkdir()
    (target / "notes" / "mine.txt").write_text("mine")
    (target / "empty").mkdir()
    fill(target, "a.txt", "tables/c.csv")
    found = contents(target)
    assert found.pop("written.json")
    assert found == {"a.txt": "new", "tables/c.csv": "new", "map.svg": "new", "notes/mine.txt": "mine"}
    assert (target / "empty").is_dir()
    assert recorded(target) == {"a.txt": "assess", "tables/c.csv": "assess", "map.svg": "front"}
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("swap", ["in one step", "by two renames"])
def test_a_run_that_fails_leaves_the_older_folder_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swap: str
) -> None:
    if swap == "by two renames":
        monkeypatch.setattr(folders, "_exchange", lambda one, other: False)
    target = tmp_path / "run"
    fill(target, "a.txt", text="old")
    before = contents(target)
    with pytest.raises(RuntimeError), replaced_folder(target, "--out", "assess") as folder:
        write_text(folder / "a.txt", "half")
        raise RuntimeError
    assert contents(target) == before and [p.name for p in tmp_path.iterdir()] == ["run"]
    fill(target, "a.txt")
    assert contents(target)["a.txt"] == "new" and [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_kill_between_two_renames_is_put_right(tmp_path: Path) -> None:
    target = tmp_path / "run"
    fill(target, "a.txt", text="old")
    target.rename(name_of_the_dead(target, ".old"))
    restore(target)
    assert contents(target)["a.txt"] == "old"


def test_what_the_dead_left_is_swept_and_what_looks_like_it_stays(tmp_path: Path) -> None:
    target = tmp_path / "run"
    left = name_of_the_dead(target)
    left.mkdir()
    alive = beside(target)
    alive.mkdir()
    others = [tmp_path / name for name in ("film.part", ".run.part", ".run.old", ".run.abc-1-2.part")]
    for path in others:
        path.write_text("mine")
    assert leftovers(target) == [left] and abandoned(left) and not abandoned(alive)
    fill(target, "a.txt")
    assert not left.exists() and alive.exists() and all(path.exists() for path in others)


def test_the_same_holds_for_single_files(tmp_path: Path) -> None:
    target = tmp_path / "game.efg"
    left = name_of_the_dead(target)
    left.write_text("half")
    (tmp_path / ".game.efg.part").write_text("mine")
    write_text(target, "whole")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".game.efg.part", "game.efg"]
    with pytest.raises(RuntimeError), atomic_path(target) as path:
        path.write_text("half")
        raise RuntimeError
    assert target.read_text() == "whole"


def test_a_folder_that_nobody_of_ours_wrote_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "holiday"
    target.mkdir()
    check_folder(target, "--out")
    (target / "photo.jpg").write_text("sea")
    with pytest.raises(InputError, match=r"--out .*holiday: holds files, and no run of contactline wrote it"):
        fill(target, "a.txt")
    for record in ("{", "[]", '{"format": 2, "files": {}}', '{"format": 1, "files": []}'):
        (target / "written.json").write_text(record)
        with pytest.raises(InputError, match="no run of contactline wrote it"):
            check_folder(target, "--out")
    assert (target / "photo.jpg").read_text() == "sea"


def test_a_file_of_somebody_elses_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "run"
    fill(target, "a.txt", text="old")
    (target / "b.txt").write_text("mine")
    with pytest.raises(InputError, match=r"b\.txt there is not from a run of contactline"):
        fill(target, "a.txt", "b.txt")
    assert contents(target)["a.txt"] == "old" and contents(target)["b.txt"] == "mine"
    with replaced_folder(target, "--save", "backtest", everything, record=False) as folder:
        write_text(folder / "b.txt", "new")
    assert contents(target)["b.txt"] == "new" and contents(target)["a.txt"] == "old"


def test_places_that_cannot_be_swapped_or_written_are_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file; allowed is a folder"):
        check_folder(tmp_path / "file", "--out")
    with pytest.raises(InputError, match="is a file; allowed is a folder"):
        check_folder(tmp_path / "file" / "below", "--out")
    (tmp_path / "here" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "below")
    for target in (Path(), Path(".."), tmp_path / "here"):
        with pytest.raises(InputError, match="is the working directory, holds it, or is a mount"):
            check_folder(target, "--out")
    with pytest.raises(InputError, match="are free on that disk and up to 1,000,000,000,000 MB are needed"):
        check_folder(tmp_path / "large", "--out", room=10**18)
    with pytest.raises(InputError, match="is a folder; allowed is a file"):
        check_file(tmp_path / "here", "--efg")
    with pytest.raises(InputError, match="is not a folder; create it first"):
        check_file(tmp_path / "absent" / "a.efg", "--efg")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a file system that takes no files")
def test_a_place_that_takes_no_files_is_refused_at_once() -> None:
    with pytest.raises(InputError, match=r"--out /proc/x: cannot be written"):
        check_folder(Path("/proc/x"), "--out")
    with pytest.raises(InputError, match=r"--efg /proc/x\.efg: cannot be written"):
        check_file(Path("/proc/x.efg"), "--efg")


def test_a_name_that_is_no_utf8_is_a_name_like_any_other(tmp_path: Path) -> None:
    target = tmp_path / "\udcff"
    check_folder(target, "--out")
    with replaced_folder(target, "--out", "a") as staged:
        (staged / "x").write_text("1")
    assert (target / "x").read_text() == "1" and leftovers(target) == []
