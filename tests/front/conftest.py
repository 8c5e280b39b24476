"""The real archive and boundaries, read once, for the tests of the front."""

from __future__ import annotations

from pathlib import Path

import pytest

from contactline.evidence.boundaries import Region, read_boundaries
from contactline.evidence.deepstate import ControlArchive, read_control_archive
from contactline.evidence.oblasts import ID_OF_OFFICIAL_NAME
from contactline.front.line import Ground, contact_ground


@pytest.fixture(scope="session")
def control(archives: Path) -> ControlArchive:
    """The DeepState archive."""
    return read_control_archive(next(archives.glob("deepstate-*.tar.xz")))


@pytest.fixture(scope="session")
def oblasts(archives: Path) -> dict[str, Region]:
    """Ukraine's 27 first-level units by our ids."""
    regions, _, _ = read_boundaries(archives / "boundaries" / "oblast.geojson")
    return {ID_OF_OFFICIAL_NAME[name]: region for name, region in regions.items()}


@pytest.fixture(scope="session")
def ground(control: ControlArchive, oblasts: dict[str, Region]) -> Ground:
    """Where lines count as line of contact in Ukraine."""
    return contact_ground(control, oblasts)
