"""The command as a user runs it: exit codes, one message instead of a traceback, help for every command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from contactline.topics.store import load

COMMANDS = [
    ["assess"], ["front"], ["backtest"], ["report"], ["sql"], ["version"], ["data", "status"], ["data", "import"],
    ["data", "fetch"], ["case", "show"], ["case", "validate"], ["case", "new"], ["case", "fork"], ["case", "build"],
    ["compare"],
]  # fmt: skip


def run(*arguments: str, cwd: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"COLUMNS": "120"} | changes
    command = [sys.executable, "-m", "contactline.faces.cli.app", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: list[str]):
    from typer.testing import CliRunner

    from contactline.faces.cli.app import app

    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["assess", "ukrain_2025"], "did you mean ukraine_2025"),
        (["assess", "--proposal", "us28"], "did you mean us_28"),
        (["front", "--from", "2025-13-01"], "allowed is a day as YYYY-MM-DD"),
        (["front", "--from", "2025-06-01", "--to", "2025-01-01"], "give the earlier day first"),
        (["front", "--from", "2030-01-01", "--to", "2030-02-01"], "outside the record"),
        (["front", "--to", "2025-06-01"], "give both days"),
        (["report", "nowhere"], "nowhere"),
        (["case", "build", "--from", "nowhere"], "no such folder"),
        (["sql", "SELEC 1"], "SELEC"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_gives_one_message_and_exit_code_2(
    arguments: list[str],
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    from contactline.faces.cli.app import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONTACTLINE_DATA", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "argv", ["contactline", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    shown = capsys.readouterr().err
    assert text in shown
    assert "Traceback" not in shown
    assert not list(tmp_path.glob("contactline-*"))


def test_front_as_json_is_data_on_standard_output(tmp_path: Path):
    result = run("front", "--from", "2025-08-31", "--to", "2025-09-30", "--json", cwd=tmp_path)
    rows = {row["region"]: row for row in json.loads(result.stdout)}
    assert 200 < rows["total"]["gain"] < 320  # DeepState published 259 for September 2025


def test_a_killed_assess_leaves_the_older_run_and_the_next_run_is_rendered_again_alike(tmp_path: Path):
    arguments = ["assess", "borderland", "--draws", "100", "--out", "here"]
    older = run(*arguments[:3], "150", *arguments[4:], cwd=tmp_path)
    assert older.returncode == 0, older.stderr
    record = (tmp_path / "here" / "run.json").read_bytes()
    command = [sys.executable, "-m", "contactline.faces.cli.app", *arguments]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while process.poll() is None and not list(tmp_path.glob(".here.*")) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (tmp_path / "here" / "run.json").read_bytes() == record
    load(tmp_path / "here")
    whole = run(*arguments, cwd=tmp_path)
    assert whole.returncode == 0, whole.stderr
    assert "report.html" in whole.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["here"]
    page = tmp_path / "here" / "report.html"
    first = page.read_bytes()
    page.unlink()
    again = run("report", "here", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert page.read_bytes() == first
