"""Plug-ins that tests install: a distribution's folder on the path, found as any other, and nothing installed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Install = Callable[..., Path]


def installer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """`install("drift-tempo", "tempo.drift = drift_tempo:DriftTempo", drift_tempo="source")`: a distribution with entry
    points and modules, each a keyword."""

    def installed(name: str, *entries: str, version: str = "0.1", **modules: str) -> Path:
        folder = tmp_path / name
        about = folder / f"{name.replace('-', '_')}-{version}.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (about / "entry_points.txt").write_text("[contactline.models]\n" + "\n".join(entries) + "\n")
        for module, source in modules.items():
            (folder / f"{module}.py").write_text(source)
            monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.syspath_prepend(str(folder))
        return folder

    return installed
