"""`contactline deal list|show|compare`: the proposals of a case, read off the map and the texts alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.text import Text

from contactline.core.folders import check_folder
from contactline.core.output import print_json, records
from contactline.core.progress import terminal
from contactline.core.screen import Cell, figure, print_table, say, words
from contactline.core.version import VERSION
from contactline.faces.cli.base import App
from contactline.faces.cli.options import DEFAULT_CASE, CaseOption, Json, ask, scenario, told
from contactline.faces.report.deals_page import write_deals
from contactline.faces.report.front import measured_assessment
from contactline.service.questions.proposals import TOWN_PEOPLE, Deals, DealText, SideBySide
from contactline.topics.proposals.show.side_by_side import side_by_side

app = App(help="Proposals: what each text says and does to the map.", no_args_is_help=True)


@app.command("list")
def list_command(case: CaseOption = DEFAULT_CASE, as_json: Json = False) -> None:
    """The proposals of a case: who made each, when, and how many clauses the models use."""
    rows = ask(Deals(), scenario(case)).value
    if as_json:
        print_json(rows, indent=2)
        return
    shown = [
        (
            f"{row['proposal']}{'*' if row['by_default'] else ''}", str(row["name"]), str(row["published"]),
            str(row["clauses"]), str(row["modelled"]),
        )
        for row in rows
    ]  # fmt: skip
    columns = (words("id"), words("name"), figure("published", 1), figure("clauses"), figure("modelled"))
    print_table(terminal(), columns, shown, note="* assessed and compared by default")


@app.command("show")
def show_command(
    proposal: Annotated[str, typer.Argument(help="Id of a proposal.")],
    case: CaseOption = DEFAULT_CASE,
    as_json: Json = False,
) -> None:
    """One proposal, clause by clause: what each says, and what the models do with it."""
    found = ask(DealText(proposal=proposal), scenario(case)).value
    if as_json:
        print_json(records(found.clauses))
        return
    console = terminal()
    say(
        console,
        Text.assemble(
            (found.proposal.name, "bold"), f", {found.proposal.author}, {found.proposal.published}"
        ),
    )
    say(console, found.proposal.summary)
    console.print()
    rows = [
        (
            str(row.point), str(row.kind).replace("_", " "), str(row.text),
            str(row.effect) if row.modelled else "not modelled",
        )
        for row in found.clauses.itertuples()
    ]  # fmt: skip
    columns = (
        words("point", least=8),
        words("kind", 1, least=10),
        words("what it says", least=24),
        words("in the model"),
    )
    print_table(console, columns, rows, spaced=True)
    console.print()
    used = int(found.clauses["modelled"].sum())
    say(console, f"{used} of {len(found.clauses)} clauses have an effect in the model.")


@app.command("compare")
def compare_command(
    proposals: Annotated[
        list[str] | None, typer.Argument(help="Ids of proposals. Default: the case's choice.")
    ] = None,
    case: CaseOption = DEFAULT_CASE,
    town_people: Annotated[
        int, typer.Option("--town-people", help="From how many inhabitants a town can be held.")
    ] = round(TOWN_PEOPLE),
    out: Annotated[
        Path | None, typer.Option(help="Write a page with maps here (HTML, and SVG and PNG for print).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Proposals side by side: ground, line, depth, cities, what was asked for, clauses. Nothing is simulated."""
    if out is not None:
        check_folder(out, "--out")
    asked = SideBySide(town_people=town_people, maps=out is not None)
    found = ask(asked, scenario(case, proposals)).value
    if as_json:
        print_json(records(found.items))
    else:
        _print_compared(terminal(), found.items, f"{found.case.title}, as of {found.case.as_of}")
    if out is not None:
        told(write_deals(measured_assessment(found.case, found.tables, found.digest, VERSION), out))


def _print_compared(console: Console, compared: pd.DataFrame, title: str) -> None:
    """As many proposals beside each other as the terminal has room for; the rest below."""
    names, items = side_by_side(compared)
    rows: list[list[Cell]] = []
    part = ""
    for item in items:
        if item.part != part:
            part = item.part
            rows.append([Text(part, style="bold"), *("" for _ in names)])
        rows.append([item.label, *item.cells])
    say(console, Text(title, style="bold"))
    columns = [words("", least=22), *(words(name, least=22) for name in names)]
    print_table(
        console, columns, rows, blocks=True,
        note="Read off the map and the texts; nothing is simulated, and nothing here says whether a truce would hold. "
        "Open ground: mean distance from the line to the nearest town that the defender holds, along the stretch "
        "that moves (the whole line where none does). The line is that inside the country: where a side leaves a "
        "border region, its own border stays as near as before. People: GeoNames, before the war.",
    )  # fmt: skip
