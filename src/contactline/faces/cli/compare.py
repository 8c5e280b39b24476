"""`contactline compare`: what moved from one saved run of a case to another."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from contactline.core.output import print_json
from contactline.core.progress import terminal
from contactline.core.rounding import short
from contactline.core.screen import bullets, figure, print_table, say, words
from contactline.faces.cli.options import Json, ask
from contactline.service.compare import Comparison
from contactline.service.questions.runs import Compare

SHOWN = 24
"""Rows of the table on a screen; `--json` holds all."""


def compare_command(
    before: Annotated[Path, typer.Argument(help="A folder that `contactline assess` wrote.")],
    after: Annotated[Path, typer.Argument(help="Another, of the same case.")],
    as_json: Json = False,
) -> None:
    """What moved from one saved run of a case to another, largest first."""
    found = ask(Compare(before=before, after=after), quiet=as_json).value
    if as_json:
        print_json(found.as_record())
    else:
        print_comparison(terminal(), found)


def print_comparison(console: Console, found: Comparison) -> None:
    """What was asked differently, the largest moves in sentences, and a table of them."""
    say(console, Text(f"{found.title}: what moved", style="bold"))
    console.print()
    if found.settings:
        asked = [(one.name, one.before, one.after) for one in found.settings]
        print_table(console, (words("asked differently"), words("before"), words("after")), asked)
    else:
        say(console, "Both runs were asked the same.")
    console.print()
    bullets(console, (*found.sentences, *found.alone))
    if not found.moved:
        return
    console.print()
    rows = [(one.what, *one.shown, _size(one.size)) for one in found.moved[:SHOWN]]
    columns = (
        words("what", least=24), figure("before", 3), figure("after", 2), figure("change"), figure("size", 1)
    )  # fmt: skip
    left = len(found.moved) - SHOWN
    rest = f" {left} smaller moves are left out here; --json holds all." if left > 0 else ""
    print_table(console, columns, rows, note=found.scale + rest, title="Largest first")


def _size(size: float) -> str:
    return short(size, 2) if math.isfinite(size) else "–"
