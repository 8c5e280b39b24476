"""Words of a case reach the terminal as they stand: square brackets, as in quotations, are no markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from contactline.faces.cli.app import app
from contactline.service.cases import new_case


@pytest.fixture(scope="module")
def bracketed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with brackets in its words, one pair of which rich would take for a stray closing tag."""
    folder = new_case("words", tmp_path_factory.mktemp("words"))
    changes = {
        "case.yaml": ("title: The invented war", "title: The [/invented] war"),
        "proposals.yaml": ("name: Corvia's plan", 'name: "Corvia\'s [sic] plan [/b]"'),
        "support.yaml": ("name: Munitions", 'name: "Munitions [/red]"'),
        "claims.yaml": ("its best positions.", "its [/best] positions."),
    }
    for name, (old, new) in changes.items():
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["case", "show", "{}"], "The [/invented] war"),
        (["case", "show", "{}", "claims"], "[/best] positions."),
        (["case", "show", "{}", "mediator_plan"], "Corvia's [sic] plan [/b], Corvia"),
        (["deal", "list", "--case", "{}"], "Corvia's [sic] plan [/b]"),
        (["deal", "show", "mediator_plan", "--case", "{}"], "Corvia's [sic] plan [/b], Corvia"),
        (["deal", "compare", "mediator_plan", "--case", "{}"], "Corvia's [sic] plan [/b]"),
        (["support", "show", "{}"], "Munitions [/red]"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_brackets_in_a_text_are_printed(bracketed: Path, command: list[str], expected: str) -> None:
    said = CliRunner().invoke(app, [part.format(bracketed) for part in command], env={"COLUMNS": "200"})
    assert said.exit_code == 0, said.output
    assert expected in said.output
