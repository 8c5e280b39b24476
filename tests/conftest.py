"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def archives() -> Path:
    """The folder of real archives beside the checkout, or the one named by CONTACTLINE_ARCHIVES.

    Elsewhere the tests that need it skip: the archives are not ours to ship.
    """
    named = os.environ.get("CONTACTLINE_ARCHIVES")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not (folder / "economist").is_dir():
        pytest.skip(f"the real archives are not at {folder}; set CONTACTLINE_ARCHIVES to run this test")
    return folder


@pytest.fixture(scope="session", autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory of the test run's own, shared by its tests so that fits are kept between them."""
    folder = tmp_path_factory.mktemp("store")
    os.environ["CONTACTLINE_DATA"] = str(folder)
    return folder
