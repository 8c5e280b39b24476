"""The command line itself: an option given twice, the version, modules run by name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import contactline
from contactline.case.load import find_case
from contactline.core.errors import InputError
from contactline.faces.cli.app import app


@pytest.mark.parametrize(
    "command",
    [
        ["choice", "--proposal", "us_28", "--proposal", "freeze_on_line"],
        ["assess", "--seed", "1", "--seed", "2"],
        ["assess", "--support", "as_today", "--support", "us_intelligence_cut"],
        ["deal", "compare", "--case", "borderland", "us_28", "--case", "ukraine_2025"],
        ["claims", "--run", "a", "--run", "b"],
        ["positions", "--issue", "territory", "--issue=forces"],
        ["report", "somewhere", "--json", "--json"],
    ],
    ids=" ".join,
)
def test_an_option_that_counts_once_is_not_given_twice(command: list[str]) -> None:
    refused = CliRunner().invoke(app, command)
    assert isinstance(refused.exception, InputError)
    assert "given 2 times" in str(refused.exception) and "takes it once" in str(refused.exception)


@pytest.mark.parametrize(
    "command", [["assess", "borderland", "ukraine_2025"], ["front", "a", "b"], ["report", "a", "b"]]
)
def test_a_second_case_is_refused(command: list[str]) -> None:
    refused = CliRunner().invoke(app, command)
    assert refused.exit_code == 2 and "unexpected extra argument" in refused.stderr


def test_an_option_that_may_be_repeated_is_heard_every_time() -> None:
    refused = CliRunner().invoke(
        app, ["assess", "borderland", "--proposal", "plain_freeze", "--proposal", "no_such"]
    )
    assert "unknown proposal 'no_such'" in str(refused.exception)


def test_the_version() -> None:
    said = CliRunner().invoke(app, ["--version"])
    assert said.exit_code == 0 and said.output.strip() == contactline.__version__


def test_modules_that_run_by_name_say_what_they_need(tmp_path: Path) -> None:
    real = shutil.copytree(
        find_case("borderland"),
        tmp_path / "real",
        ignore=shutil.ignore_patterns("evidence", "boundaries.geojson"),
    )
    text = (real / "case.yaml").read_text(encoding="utf-8")
    bare = shutil.copytree(real, tmp_path / "bare")
    (real / "case.yaml").write_text(text.replace("invented: true", "invented: false"), encoding="utf-8")
    for given, expected in (
        ([], "allowed is one, the folder of an invented case"),
        (["a", "b"], "got 2 words"),
        (["nowhere"], "no case folder there"),
        ([str(real)], "is not marked `invented: true`"),
        ([str(bare)], "boundaries.geojson: there is no such file"),
    ):
        said = subprocess.run(
            [sys.executable, "-m", "contactline.case.invented", *given],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert said.returncode == 2 and expected in said.stderr and "Traceback" not in said.stderr, (
            said.stderr
        )
    assert not list(real.glob("evidence/*"))
