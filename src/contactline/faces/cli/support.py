"""`contactline support …`: the ledger, adequacy along a path, and what each path makes possible."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console

from contactline.core.dates import day_after_weeks, parse_day
from contactline.core.output import print_json, records
from contactline.core.progress import terminal
from contactline.core.rounding import share
from contactline.core.screen import Column, figure, print_table, say, words
from contactline.faces.cli.base import App
from contactline.faces.cli.options import (
    DEFAULT_CASE,
    DRAWS,
    CaseArgument,
    Draws,
    Held,
    Json,
    Seed,
    ask,
    scenario,
)
from contactline.service.questions.support import Adequacy, Ledger, SupportPaths
from contactline.topics.support.schema import (
    SUPPORT_DRIVERS,
    SUPPORT_FACTORS,
    SUPPORT_FRONTIER,
    SUPPORT_LEDGER,
    SUPPORT_PACKAGES,
    SUPPORT_RELIANCE,
)

WORDS = ("capability", "donors", "donor", "path", "belief", "if", "who gives more", "times present supply")
"""Columns of words, set to the left; all others hold figures."""

DROPS = {"in week": 2, "at best": 1, "coll.": 1, "80% range": 2, "bn €": 3, "bn EUR/month": 1}
"""Columns that a narrow terminal may do without, the highest number first."""

app = App(help="Who can provide what, and what that makes possible.", no_args_is_help=True)

OwnPaths = Annotated[
    Path | None, typer.Option("--file", help="YAML file with support paths of your own (docs/support.md).")
]


@app.command("show")
def show_command(case: CaseArgument = DEFAULT_CASE, as_json: Json = False) -> None:
    """The ledger: who provides what, what only one donor provides, and for how long until substitutes."""
    tables = ask(Ledger(), scenario(case)).value
    if as_json:
        print_json({name: records(table) for name, table in tables.items()})
        return
    console = terminal()
    for kind, title in (
        ("supply", "Who provides what, % of present need"),
        ("pressure", "Pressure, % of what could be"),
    ):
        _print(console, title, _shares(tables[SUPPORT_LEDGER], kind))
    alone = tables[SUPPORT_RELIANCE]
    alone = alone[alone["alone"]]
    if len(alone):
        _print(console, "Provided nearly alone: less than half is left without the donor", _alone(alone))
    say(
        console,
        "Ranges: other readings of the same sources. `--json` gives sources, promised, allocated and delivered, "
        "and the reason of every assumption.",
    )


@app.command("path")
def path_command(
    name: Annotated[
        str, typer.Argument(help="Support path of the case, or of --file; the case comes after it.")
    ],
    case: CaseArgument = DEFAULT_CASE,
    months: Annotated[int, typer.Option(help="Months to print.")] = 24,
    file: OwnPaths = None,
    as_json: Json = False,
) -> None:
    """Adequacy of every capability along a path, month by month: supplied over needed."""
    found = ask(Adequacy(path=name, months=months, file=file), scenario(case)).value
    table = found.table
    if as_json:
        print_json({"path": found.path, "name": found.name, "adequacy": records(table)})
        return
    wide = table.pivot_table(index="name", columns="week", values="adequacy", sort=False)
    marks = [w for w in (0, 4, 12, 24, 52, 76, 104, 156, 208) if w in wide.columns]
    changed = table[(table["adequacy"] - table["as_today"]).abs() > 0.005]["name"].unique()
    rows = [
        {"capability": str(label) + (" *" if label in changed else "")}
        | {f"{w}": share(row[w]).rstrip("%") for w in marks}
        for label, row in wide.iterrows()
    ]
    console = terminal()
    _print(console, f"{found.name}: % of need met, by week", pd.DataFrame(rows), blocks=True)
    say(console, "* differs from the path as today. Halfway between readings; 100 at the most.")


@app.command("compare")
def compare_command(
    case: CaseArgument = DEFAULT_CASE,
    file: OwnPaths = None,
    draws: Draws = DRAWS,
    seed: Seed = 0,
    held: Held = None,
    hold_until: Annotated[
        str | None,
        typer.Option("--hold-until", help="Day until which packages must hold the belt, YYYY-MM-DD."),
    ] = None,
    likelihood: Annotated[
        float | None, typer.Option(help="And how likely, 0 to 1. Default: as likely as today.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What fighting on can achieve under each support path, and the smallest package that holds the belt."""
    until = parse_day(hold_until, "--hold-until") if hold_until else None
    asked = SupportPaths(file=file, hold_until=until, likelihood=likelihood)
    found = ask(asked, scenario(case, draws=draws, seed=seed, held=held), quiet=as_json).value
    tables = found.tables
    if as_json:
        wanted = (SUPPORT_FRONTIER, SUPPORT_DRIVERS, SUPPORT_PACKAGES, SUPPORT_FACTORS)
        print_json({table.name: records(tables[table]) for table in wanted if table in tables})
        return
    console = terminal()
    _print(console, "Two years of fighting under each path", _frontier(tables[SUPPORT_FRONTIER]))
    say(
        console,
        "belt: chance that every town of the belt still stands; losses: killed and wounded of the defender, median; "
        "coll.: chance of a collapse; bn €: billions of euros a month beyond the path as today where the ledger prices "
        "it, else ?.",
    )
    if tables.filled(SUPPORT_PACKAGES):
        _print(
            console,
            _package_title(found.as_of, tables[SUPPORT_PACKAGES]),
            _packages(tables[SUPPORT_PACKAGES]),
        )
    elif SUPPORT_PACKAGES in tables:
        say(
            console,
            "No package is shown: no path that cuts supply makes holding the belt less likely than asked.",
        )
    else:
        say(console, "The belt was not fought out on the map: the case has none, or its record is too thin.")
    _print(console, "What drives the difference in gains, % of variance", _drivers(tables[SUPPORT_DRIVERS]))
    say(console, "How strongly supply moves the front is judgement; `contactline support show` says whose.")


def _shares(ledger: pd.DataFrame, kind: str) -> pd.DataFrame:
    """One row a capability: donors in words, so that long names do not squeeze the numbers."""
    rows = []
    for name, part in ledger[ledger["kind"] == kind].groupby("name", sort=False):
        donors = [
            f"{r['donor_name']} {share(r['share']).rstrip('%')}"
            + (
                f" ({share(r['share_low']).rstrip('%')}–{share(r['share_high']).rstrip('%')})"
                if r["share_high"] > r["share_low"]
                else ""
            )
            for _, r in part.sort_values("share", ascending=False).iterrows()
            if r["share"] > 0 or r["share_high"] > 0
        ]
        rows.append(
            {
                "capability": name,
                "donors": ", ".join(donors),
                "in all": share(part["share"].sum()).rstrip("%"),
            }
        )
    return pd.DataFrame(rows)


def _alone(alone: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "capability": alone["name"], "donor": alone["donor_name"],
            "now": [share(v) for v in alone["today"]],
            "when it stops": [share(v) for v in alone["at_once"]],
            "a year later": [share(v) for v in alone["year"]],
            "at best": [share(v) for v in alone["best"]],
            "in week": [f"{v:.0f}" for v in alone["weeks_to_best"]],
        }
    )  # fmt: skip


def _frontier(table: pd.DataFrame) -> pd.DataFrame:
    def chance(row: pd.Series, weeks: int) -> str:
        return share(row[f"p_belt_{weeks}"])

    return pd.DataFrame(
        {
            "path": row["name"],
            "belt 1y": chance(row, 52),
            "2y": chance(row, 104),
            "gain, km²": f"{row['gain_q50']:,.0f}",
            "80% range": f"{row['gain_q10'] / 1000:.1f}–{row['gain_q90'] / 1000:.1f}k",
            "losses": f"{row['losses_q50'] / 1000:,.0f}k",
            "coll.": share(row["p_collapse"]),
            "bn €": _known(row["cost_monthly"], "+.1f", "?"),
        }
        for _, row in table.iterrows()
    )


def _packages(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "if": row["path_name"],
            "who gives more": row["donor_name"],
            "stands without": share(row['p_as_is']),
            "times present supply": f"{row['factor']:.2f}" if row["factor"] == row["factor"]
            else f"not within {row['most_tried']:.0f} (then {share(row['p_reached'])})",
            "bn EUR/month": _known(row["cost_monthly"], ".1f", "–"),
        }
        for _, row in table.iterrows()
    )  # fmt: skip


def _package_title(as_of: date, table: pd.DataFrame) -> str:
    first = table.iloc[0]
    until = day_after_weeks(as_of, float(first["hold_weeks"]))
    return (
        f"Smallest package: the belt stands until {until} with a likelihood of {share(first['likelihood'])}"
    )


def _drivers(table: pd.DataFrame) -> pd.DataFrame:
    order = table[table["outcome"] == "gain"].groupby("path", sort=False).head(2)
    return pd.DataFrame(
        {"path": r["path_name"], "belief": r["label"], "share": share(r["share"]).rstrip("%")}
        for _, r in order.iterrows()
    )


def _known(value: float, form: str, missing: str) -> str:
    return format(value, form) if value == value else missing


def _print(console: Console, title: str, frame: pd.DataFrame, *, blocks: bool = False) -> None:
    if frame.empty:
        return
    columns = [_column(str(name)) for name in frame.columns]
    print_table(console, columns, frame.astype(str).to_numpy().tolist(), title=title, blocks=blocks)
    console.print()


def _column(name: str) -> Column:
    return words(name, DROPS.get(name, 0)) if name in WORDS else figure(name, DROPS.get(name, 0))
