"""Documentation executes: commands exist, Python runs, links lead somewhere, the dictionary is the code's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from contactline.faces.cli.app import app
from contactline.service.dictionary import dictionary_page
from contactline.service.questions import HOMES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def commands(group: Any, prefix: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for name, command in group.commands.items():
        found.add((*prefix, name))
        if hasattr(command, "commands"):  # a group; Typer may bring a click of its own
            found |= commands(command, (*prefix, name))
    return found


COMMANDS = commands(typer.main.get_command(app))
LEAVES = {c for c in COMMANDS if not any(o[: len(c)] == c and len(o) > len(c) for o in COMMANDS)}


def test_commands_below_a_group_are_known():
    assert {("deal", "compare"), ("case", "validate"), ("data", "import"), ("choice",)} <= LEAVES


def written(page: Path) -> set[tuple[str, ...]]:
    """Commands that a page shows in code: the words after `contactline` up to the first argument."""
    text = page.read_text(encoding="utf-8")
    code = "\n".join(
        re.findall(r"```(?:bash|console|sh)?\n(.*?)```", text, re.S) + re.findall(r"`([^`\n]+)`", text)
    )
    found = set()
    for words in re.findall(r"\bcontactline ((?:[a-z]+ ?){1,2})", code):
        first, *rest = words.split()
        group = any(len(c) > 1 and c[0] == first for c in COMMANDS)
        found.add((first, rest[0]) if group and rest else (first,))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_on_the_page_exists(page: Path):
    assert written(page) <= COMMANDS


def test_every_command_is_in_the_readme_or_the_docs():
    shown = set().union(*(written(page) for page in PAGES))
    assert LEAVES - {("version",)} <= shown


def test_every_command_stands_in_the_readmes_table():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = " ".join(line for line in text.splitlines() if line.startswith("|"))
    named = {" ".join(command) for command in LEAVES - {("version",)}}
    missing = {name for name in named if not re.search(rf"`contactline {name}(?![a-z])", table)}
    assert not missing, "add these to the table of commands in README.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readmes_python_runs(capsys: pytest.CaptureFixture[str]):
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    exec(compile(block, "README.md", "exec"), {})
    assert "km²" in capsys.readouterr().out


def test_the_python_of_the_page_on_asking_runs(capsys: pytest.CaptureFixture[str]):
    space: dict[str, Any] = {}
    for block in re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "service.md").read_text(encoding="utf-8"), re.S
    ):
        exec(compile(block, "service.md", "exec"), space)
    shown = capsys.readouterr().out
    assert "did you mean Verdict" in shown and "parts reused" in shown and "['x', 'y']" in shown


def test_every_question_stands_on_the_page_on_asking():
    table = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    missing = [name for name in HOMES if f"`{name}`" not in table]
    assert not missing, f"add these to the table of questions in docs/service.md: {missing}"


def test_the_data_dictionary_is_the_codes_own():
    page = ROOT / "docs" / "data-dictionary.md"
    assert page.read_text(encoding="utf-8") == dictionary_page(), (
        "run python -m contactline.service.dictionary > docs/data-dictionary.md"
    )
