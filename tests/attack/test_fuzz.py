"""A few broken inputs of every class through the commands: each is read, or refused in one message, and nothing else.

Many more at will: `python -m tests.attack.fuzz --per-class 300`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are forked, as POSIX does")

ROOT = Path(__file__).resolve().parents[2]


def fuzz(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the fuzz in a process of its own: what it forks must not inherit the threads of other tests."""
    return subprocess.run(
        [sys.executable, "-m", "tests.attack.fuzz", *words],
        cwd=ROOT,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join([*filter(None, [os.environ.get("PYTHONPATH")]), str(ROOT)])},
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_broken_inputs_are_read_or_refused_in_one_message() -> None:
    classes = ("evidence", "cases", "commands", "sql", "stores", "games", "texts")
    done = fuzz("--per-class", "4", "--seed", "11", *(word for name in classes for word in ("--class", name)))
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == list(classes)
    for line in lines:
        assert " 4 inputs: ok" in line and "silent 0" in line, line
