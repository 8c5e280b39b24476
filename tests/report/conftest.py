"""The sample assessment, built once for all tests of the report room."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from contactline.topics.assessment import Assessment

sys.path.insert(0, str(Path(__file__).parent))

from sample import sample_assessment


@pytest.fixture(scope="session")
def sample() -> Assessment:
    """An invented conflict with made-up numbers; treat it as read-only."""
    return sample_assessment()
