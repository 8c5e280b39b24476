"""docs/case.md runs: its commands, its Python, its list of beliefs and its list of files are those of the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contactline.case.check import ENGINE_BELIEFS, OUTCOMES
from contactline.case.read import FILES
from contactline.faces.cli.case import app

PAGE = (Path(__file__).parents[2] / "docs" / "case.md").read_text(encoding="utf-8")


def test_commands_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\$ contactline case ([^#\n]*)", PAGE, flags=re.MULTILINE)
    assert len(commands) == 6
    for command in commands:
        result = CliRunner().invoke(app, shlex.split(command))
        assert result.exit_code == 0, f"{command}: {result.output}"


def test_python_of_the_page_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    assert str(names["loaded"].case.as_of) == "2024-06-30"  # type: ignore[attr-defined]


def test_page_lists_what_the_code_asks_for() -> None:
    assert (
        dict(re.findall(r"^\| `([a-z]+\.(?!yaml|csv)[a-z0-9_]+)` \| (.*) \|$", PAGE, flags=re.MULTILINE))
        == ENGINE_BELIEFS
    )
    for file, keys in FILES.items():
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{file}` |"))
        assert re.findall(r"`(\w+)`", row.split("|")[2]) == list(keys)
    assert all(f"`{outcome}`" in PAGE for outcome in OUTCOMES)
