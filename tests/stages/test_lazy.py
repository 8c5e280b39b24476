"""Commands are loaded when they are called: the list of them is quick, and says what each says of itself."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import contactline
from contactline.faces.cli.app import COMMANDS, app

HEAVY = ("numpy", "pandas", "pydantic", "scipy", "numba", "altair", "xarray", "contactline.engine")


@pytest.mark.parametrize("words", [["--help"], ["--version"]], ids=" ".join)
def test_the_list_of_commands_loads_nothing_large(words: list[str]) -> None:
    script = (
        "import sys\n"
        f"sys.argv = ['contactline', *{words}]\n"
        "import atexit\n"
        f"atexit.register(lambda: print('loaded', [n for n in {HEAVY} if n in sys.modules]))\n"
        "from contactline.faces.cli.app import app\n"
        "app()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("loaded []")


def test_importing_the_package_loads_nothing_large() -> None:
    script = f"import contactline, sys; print([n for n in {HEAVY} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_list_says_of_every_command_what_it_says_of_itself() -> None:
    shown = " ".join(CliRunner().invoke(app, ["--help"], env={"COLUMNS": "400"}).stdout.split())
    root = get_command(app)
    assert set(root.commands) == {*COMMANDS, "version"}
    for name, place in COMMANDS.items():
        own = root.commands[name].help
        assert inspect.cleandoc(own).split("\n")[0] == place.line, name
        assert name in shown and place.line in shown


def test_an_unknown_command_offers_the_nearest() -> None:
    refused = CliRunner().invoke(app, ["asess"])
    assert refused.exit_code == 2 and "Did you mean 'assess'" in refused.stderr


def test_faces_import_only_what_shows_and_the_service() -> None:
    """As the contract of pyproject says, and closer: no face of the command line reads a model's room."""
    folder = Path(contactline.__file__).parent / "faces" / "cli"
    allowed = (
        "contactline.core", "contactline.case.load", "contactline.case.scenario", "contactline.case.schema",
        "contactline.service", "contactline.topics.showing", "contactline.topics.assessment",
        "contactline.topics.store", "contactline.topics.plain", "contactline.topics.contents", "contactline.faces",
    )  # fmt: skip
    for path in folder.glob("*.py"):
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = one.module if isinstance(one, ast.ImportFrom) else None
            if module and module.startswith("contactline"):
                topic = module.startswith("contactline.topics.") and module.split(".")[3:4] in (
                    ["show"],
                    ["schema"],
                )
                assert topic or module.startswith(allowed), f"{path.name} imports {module}"
