"""`contactline deal list|show|compare`: the proposals of a case, read off the map and the texts alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

import contactline
from contactline.case.load import load_case
from contactline.core.errors import InputError
from contactline.core.folders import check_folder
from contactline.core.progress import terminal
from contactline.pipeline import DEFAULT_CASE
from contactline.report.deals_page import deals_assessment, write_deals
from contactline.report.side_by_side import Item, side_by_side
from contactline.stages.deal_compare import compare_table, compare_tables
from contactline.stages.deals import settle
from contactline.stages.front import measure_front
from contactline.truce.compare import TOWN_PEOPLE
from contactline.truce.effects import clause_effect, clause_words
from contactline.truce.terms import clause_table, proposal_named

app = typer.Typer(help="Proposals: what each text says and does to the map.", no_args_is_help=True)

CaseOption = Annotated[str, typer.Option("--case", help="A built-in case's id or a case folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

LABEL_WIDTH, CELL_WIDTH = 24, 24
"""Characters: the column of labels, and the least a column of a proposal can be read in."""


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
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("id", "name", "published", "clauses", "modelled", box=None)
    for row in rows:
        mark = "*" if row["by_default"] else ""
        table.add_row(
            f"{row['proposal']}{mark}",
            str(row["name"]),
            str(row["published"]),
            str(row["clauses"]),
            str(row["modelled"]),
        )
    console = terminal()
    console.print(table, highlight=False)
    console.print("* assessed and compared by default", highlight=False)


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
        typer.echo(clauses.to_json(orient="records", force_ascii=False))
        return
    console = terminal()
    console.print(Text.assemble((chosen.name, "bold"), f", {chosen.author}, {chosen.published}"))
    console.print(chosen.summary, highlight=False)
    table = Table("point", "kind", "what it says", "in the model", show_lines=True)
    for row in clauses.itertuples():
        kind = str(row.kind).replace("_", " ")
        table.add_row(
            str(row.point), kind, str(row.text), str(row.effect) if row.modelled else "not modelled"
        )
    console.print(table, highlight=False)
    used = int(clauses["modelled"].sum())
    console.print(f"{used} of {len(clauses)} clauses have an effect in the model.", highlight=False)


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
        typer.echo(compared.to_json(orient="records", force_ascii=False))
    else:
        _print_compared(terminal(), compared, f"{about.title}, as of {about.as_of}")
    if out is not None:
        tables = compare_tables(loaded, front, settlements, compared)
        drawn = deals_assessment(about, tables, loaded.digest, contactline.__version__)
        for path in write_deals(drawn, out):
            terminal(stderr=True).print(f"wrote {path}")


def _print_compared(console: Console, compared: pd.DataFrame, title: str) -> None:
    """As many proposals beside each other as the terminal has room for; the rest below."""
    ids = list(dict.fromkeys(compared["proposal"]))
    room = max(1, (console.width - LABEL_WIDTH) // CELL_WIDTH)
    console.print(title, style="bold", highlight=False)
    for start in range(0, len(ids), room):
        part = compared[compared["proposal"].isin(ids[start : start + room])]
        names, items = side_by_side(part)
        console.print(_block(names, items), highlight=False)
    console.print(
        "Read off the map and the texts; nothing is simulated, and nothing here says whether a truce would hold. "
        "Open ground: mean distance from the line to the nearest town that the defender holds, along the stretch "
        "that moves (the whole line where none does). The line is that inside the country: where a side leaves a "
        "border region, its own border stays as near as before. People: GeoNames, before the war.",
        style="dim",
        highlight=False,
    )


def _block(names: list[str], items: list[Item]) -> Table:
    table = Table(box=None, padding=(0, 1), title_justify="left")
    table.add_column("", width=LABEL_WIDTH - 2, overflow="fold")
    for name in names:
        table.add_column(name, ratio=1, overflow="fold")
    part = ""
    for item in items:
        if item.part != part:
            part = item.part
            table.add_row(Text(part, style="bold"), *("" for _ in names))
        table.add_row(item.label, *item.cells)
    return table
