"""`contactline deal list|show|compare`: the proposals of a case, read off the map and the texts alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.text import Text

from contactline.case.load import load_case
from contactline.core.errors import InputError
from contactline.core.folders import check_folder
from contactline.core.output import print_json
from contactline.core.progress import terminal
from contactline.core.screen import Cell, figure, print_table, say, words
from contactline.core.version import VERSION
from contactline.engine.ground import measure_front
from contactline.engine.settle import settle
from contactline.faces.cli.base import App
from contactline.faces.report.deals_page import write_deals
from contactline.faces.report.front import measured_assessment
from contactline.service.assess import DEFAULT_CASE
from contactline.topics.proposals.make.compare import compare_table, compare_tables
from contactline.topics.showing.side_by_side import side_by_side
from contactline.truce.compare import TOWN_PEOPLE
from contactline.truce.effects import clause_effect, clause_words
from contactline.truce.terms import clause_table, proposal_named

app = App(help="Proposals: what each text says and does to the map.", no_args_is_help=True)

CaseOption = Annotated[str, typer.Option("--case", help="A built-in case's id or a case folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_command(case: CaseOption = DEFAULT_CASE, as_json: Json = False) -> None:
    """The proposals of a case: who made each, when, and how many clauses the models use."""
    about = load_case(case).case
    rows = [
        {
            "proposal": proposal.id,
            "name": proposal.name,
            "author": proposal.author,
            "published": proposal.published.isoformat(),
            "clauses": len(proposal.clauses),
            "modelled": sum(bool(clause_effect(about, clause)) for clause in proposal.clauses),
            "by_default": proposal.id in about.default_proposals,
        }
        for proposal in about.proposals
    ]
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
    about = load_case(case).case
    chosen = proposal_named(about, proposal)
    clauses = clause_table(about, chosen).assign(
        words=[clause_words(about, clause) for clause in chosen.clauses]
    )
    if as_json:
        print_json(clauses.to_json(orient="records", force_ascii=False))
        return
    console = terminal()
    say(console, Text.assemble((chosen.name, "bold"), f", {chosen.author}, {chosen.published}"))
    say(console, chosen.summary)
    console.print()
    rows = [
        (
            str(row.point), str(row.kind).replace("_", " "), str(row.text),
            str(row.effect) if row.modelled else "not modelled",
        )
        for row in clauses.itertuples()
    ]  # fmt: skip
    columns = (
        words("point", least=8),
        words("kind", 1, least=10),
        words("what it says", least=24),
        words("in the model"),
    )
    print_table(console, columns, rows, spaced=True)
    console.print()
    used = int(clauses["modelled"].sum())
    say(console, f"{used} of {len(clauses)} clauses have an effect in the model.")


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
    if town_people < 1:
        raise InputError(f"--town-people: got {town_people}; allowed is a whole number from 1 up.")
    if out is not None:
        check_folder(out, "--out")
    loaded = load_case(case)
    about = loaded.case
    chosen = list(dict.fromkeys(proposals or [])) or list(about.default_proposals)
    for name in chosen:
        proposal_named(about, name)
    front = measure_front(loaded)
    settlements = settle(about, front, chosen)
    compared = compare_table(about, front, settlements, town_people)
    if as_json:
        print_json(compared.to_json(orient="records", force_ascii=False))
    else:
        _print_compared(terminal(), compared, f"{about.title}, as of {about.as_of}")
    if out is not None:
        tables = compare_tables(loaded, front, settlements, compared)
        drawn = measured_assessment(about, tables, loaded.digest, VERSION)
        for path in write_deals(drawn, out):
            say(terminal(stderr=True), f"wrote {path}")


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
