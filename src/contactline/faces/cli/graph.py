"""`contactline graph`: what is computed from what; `contactline models`: the models it can be computed with."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from contactline.core.errors import InputError
from contactline.core.files import check_file, write_text
from contactline.core.output import print_json
from contactline.core.progress import terminal
from contactline.core.rounding import short
from contactline.core.screen import figure, print_table, say, words
from contactline.faces.cli.options import DEFAULT_CASE, CaseOption, Json, ask, scenario
from contactline.faces.report.graph_picture import picture
from contactline.service.models import models
from contactline.service.questions.graph import Dependence, Dependencies


def graph_command(
    name: Annotated[
        str | None,
        typer.Argument(help="A belief, another input (seed, case, …) or a node. Default: everything."),
    ] = None,
    case: CaseOption = DEFAULT_CASE,
    drawn: Annotated[Path | None, typer.Option("--picture", help="Also draw it, as this .svg file.")] = None,
    as_json: Json = False,
) -> None:
    """What is computed from what: everything, what depends on a belief, or what a node builds on."""
    if drawn is not None:
        if drawn.suffix != ".svg":
            raise InputError(f"--picture {drawn}: allowed is a .svg file.")
        check_file(drawn, "--picture")
    found = ask(Dependence(name=name), scenario(case)).value
    if drawn is not None:
        write_text(drawn, picture(found))
        say(terminal(stderr=True), f"wrote {drawn}")
    if as_json:
        print_json(asdict(found))
    else:
        _print(terminal(), found)


def models_command(as_json: Json = False) -> None:
    """The models that a run can be computed with, slot by slot."""
    rows = models()
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    shown = [
        (row.slot, f"{row.model}{'*' if row.default else ''}", row.trouble or row.label, row.maker)
        for row in rows
    ]
    columns = (words("slot"), words("model"), words("what it is"), words("made by", 1))
    print_table(
        terminal(), columns, shown, spaced=True, note="* unless another is chosen (`Scenario.models`)"
    )


def _print(console: Console, found: Dependencies) -> None:
    """The nodes as a table, those that read the thing themselves marked."""
    title = {
        "all": "Everything that is computed, each after what it builds on",
        "node": f"{found.about}: what it builds on",
        "belief": f"{found.about}: what depends on it",
        "input": f"{found.about}: what depends on it",
    }[found.kind]
    say(console, Text(title, style="bold"))
    if found.kind != "all":
        say(console, Text(found.says, style="dim"))
    console.print()
    own = set(found.direct) if found.kind in ("belief", "input") else set()
    rows = [
        (
            f"{known.name}{' •' if known.name in own else ''}", known.says,
            "" if known.seconds is None else short(known.seconds, 2), str(known.kept) if known.kept else "",
        )
        for known in found.nodes
    ]  # fmt: skip
    columns = (words("node", least=18), words("what it is", 1, least=24), figure("seconds"), figure("kept"))
    note = "seconds: of its own, when it last ran; kept: results at hand without computing."
    print_table(console, columns, rows, note=("• reads it itself. " if own else "") + note)
    if found.kind == "node":
        for known in found.nodes:
            if known.name in found.direct and known.inputs:
                say(console, f"{known.name} reads: {', '.join(known.inputs)}.")
    if found.kind == "belief" and not found.nodes and not found.notes:
        say(console, "No run on this machine has read it.")
    for line in found.notes:
        say(console, Text(line, style="dim"))
