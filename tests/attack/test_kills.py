"""A few real kills of each command that replaces results: the older run or the newer one is left, never a mixture.

Many more at will, `assess` among them (it takes seconds a run): `python -m tests.attack.kills --kills 50`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kills import ATTACKS, LOST, MIXED, kill_often

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")


@pytest.mark.parametrize(("name", "kills"), [("build", 1), ("import", 2)])
def test_a_killed_command_leaves_the_older_results_or_the_newer(
    name: str, kills: int, tmp_path: Path
) -> None:
    count = kill_often(ATTACKS[name], tmp_path, kills, seed=2)
    assert count.kills == kills
    assert count.states is not None and not count.states.get(MIXED) and not count.states.get(LOST), (
        count.line()
    )
    assert not count.litter, count.line()
