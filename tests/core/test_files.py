"""Atomic writes: the old file or the new one, never half of either."""

from __future__ import annotations

from pathlib import Path

import pytest

from contactline.core.files import atomic_path, data_dir, sha256_of, write_text


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path):
    target = tmp_path / "a.txt"
    write_text(target, "old")
    with pytest.raises(RuntimeError), atomic_path(target) as path:
        path.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_write_makes_missing_folders_and_replaces(tmp_path: Path):
    target = tmp_path / "deep" / "er" / "a.txt"
    write_text(target, "one")
    write_text(target, "two\n")
    assert target.read_bytes() == b"two\n"
    assert len(sha256_of(target)) == 64


def test_the_store_moves_with_option_then_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CONTACTLINE_DATA", str(tmp_path / "env"))
    assert data_dir() == tmp_path / "env"
    assert data_dir(tmp_path / "option") == tmp_path / "option"
    monkeypatch.delenv("CONTACTLINE_DATA")
    assert data_dir().name == "contactline"
