"""Fixtures of the tests of models."""

from __future__ import annotations

from pathlib import Path

import pytest
from installing import Install, installer


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a distribution with models on the path; see `installing`."""
    return installer(tmp_path, monkeypatch)
