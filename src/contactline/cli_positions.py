"""`contactline positions` and `contactline events`: who stands where, what models make of it, what shocks left."""

from __future__ import annotations

import json
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from rich.table import Table

from contactline.case.load import load_case
from contactline.case.schema import Case
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.limits import Cost, check_cost
from contactline.core.progress import terminal
from contactline.core.streams import Streams
from contactline.stages.cohesion import DRAWS, cohesion_tables, event_tables

DEFAULT_CASE = "ukraine_2025"
COST = Cost(0.36e9, 26e3, 4.0, 3.2e-3)
"""What so many draws take, as measured on the reference case (docs/limits.md)."""

CaseArgument = Annotated[str, typer.Argument(help="A built-in case's id or a case folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def positions_command(
    case: CaseArgument = DEFAULT_CASE,
    issue: Annotated[str | None, typer.Option(help="One issue of the case. Default: all.")] = None,
    draws: Annotated[int, typer.Option(help="Draws of position, salience and leverage.")] = DRAWS,
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 0,
    as_json: Json = False,
) -> None:
    """Where actors stand and since when, how far supporters are apart, where bargaining models settle each issue."""
    if draws < 10:
        raise InputError(f"--draws: got {draws}; allowed is a whole number from 10 up.")
    check_cost(f"--draws {draws}", COST, draws, "Ask for fewer draws")
    streams = Streams(seed)
    loaded = load_case(case)
    about = loaded.case
    scaled = {i.id for i in about.issues if i.scaled}
    if not scaled:
        raise InputError(f"case {about.id!r} has no issue with a scale; add `issues` to its positions.yaml.")
    if issue is not None and issue not in scaled:
        raise UnknownNameError("issue", issue, scaled)
    tables = cohesion_tables(_only(about, issue), streams, draws)
    if as_json:
        typer.echo(_json(tables))
        return
    console = terminal()
    console.print(_movement(tables["movement"]), highlight=False)
    if len(tables.get("division", ())):
        console.print(_division(tables["division"]), highlight=False)
    if "bargaining" in tables:
        console.print(_bargaining(tables["bargaining"]), highlight=False)
    if "wedge" in tables:
        console.print(_wedge(tables["wedge"]), highlight=False)


def events_command(case: CaseArgument = DEFAULT_CASE, as_json: Json = False) -> None:
    """What tempo and losses did around known shocks, against all other windows of the same length."""
    loaded = load_case(case)
    tables = event_tables(loaded)
    if not tables:
        raise InputError(f"case {loaded.case.id!r} has no events; add an events.yaml (docs/events.md).")
    if as_json:
        typer.echo(_json({"events": tables["events"]}))
        return
    console = terminal()
    title = "Known shocks: weekly means before and during, against placebo windows"
    shown = Table(title=title, box=None, padding=(0, 1))
    for column in ("shock", "series", "weeks", "before", "during", "p", "windows"):
        shown.add_column(column, justify="left" if column in ("shock", "series") else "right")
    for row in tables["events"].to_dict("records"):
        shown.add_row(
            row["event"], row["series"], str(row["weeks"]), _number(row["before"]), _number(row["during"]),
            _number(row["p_value"], 2), str(row["independent"]),
        )  # fmt: skip
    console = terminal()
    console.print(shown, highlight=False)
    console.print("windows: independent placebo windows", highlight=False)
    by = ["name", "verdict", "reasons"]
    for (name, verdict, reasons), rows in tables["events"].groupby(by, sort=False):
        why = f": {reasons}" if reasons else ""
        console.print(f"{name} ({', '.join(rows['series'])}): {verdict}{why}.", highlight=False)


def _only(case: Case, issue: str | None) -> Case:
    """The case with one issue's positions; the wedge then speaks of that issue alone."""
    if issue is None:
        return case
    wedge = case.wedge.model_copy(update={"issues": (issue,)}) if case.wedge else None
    kept = tuple(i for i in case.issues if i.id == issue)
    return case.model_copy(
        update={
            "issues": kept,
            "positions": tuple(p for p in case.positions if p.issue == issue),
            "wedge": wedge,
        }
    )


def _json(tables: dict[str, pd.DataFrame]) -> str:
    """Tables as JSON records: ISO days, missing values null."""
    content = {}
    for name, frame in tables.items():
        days = frame.select_dtypes("datetime").columns
        plain = frame.assign(**{day: frame[day].dt.strftime("%Y-%m-%d") for day in days})
        content[name] = json.loads(plain.to_json(orient="records"))
    return json.dumps(content, ensure_ascii=False)


def _movement(frame: pd.DataFrame) -> Table:
    shown = Table(title="Positions, 0 (defender's most) to 100 (challenger's most)")
    for column in ("issue", "actor", "first", "now", "unmoved since", "said again"):
        shown.add_column(column, justify="left" if column in ("issue", "actor") else "right")
    for row in frame.to_dict("records"):
        shown.add_row(
            row["issue"], row["actor"], f"{row['first']:.0f}", f"{row['latest']:.0f}",
            f"{row['unmoved_since']:%Y-%m-%d}", str(row["restated"]),
        )  # fmt: skip
    return shown


def _division(frame: pd.DataFrame) -> Table:
    shown = Table(title="Division among supporters today")
    for column in ("issue", "supporters", "spread", "polarisation", "donor's distance"):
        shown.add_column(column, justify="left" if column == "issue" else "right")
    for row in frame.sort_values("day").groupby("issue", sort=False).tail(1).to_dict("records"):
        shown.add_row(row["issue"], str(row["actors"]), f"{row['spread']:.0f}", f"{row['polarisation']:.2f}",
                      _number(row["donor_distance"]))  # fmt: skip
    return shown


def _bargaining(frame: pd.DataFrame) -> Table:
    shown = Table(
        title="Where it settles: median and 80% range; share of draws in which the sides end within 10 points"
    )
    for column in ("issue", "model", "challenger", "outcome", "drift", "sides agree"):
        shown.add_column(column, justify="left" if column in ("issue", "model", "challenger") else "right")
    for row in frame.to_dict("records"):
        agree = "–" if np.isnan(row["p_agree"]) else f"{row['p_agree']:.0%}"
        shown.add_row(
            row["issue"], row["model"], "may move" if row["variant"] == "free" else "stays",
            f"{row['outcome_q50']:.0f} ({row['outcome_q10']:.0f} to {row['outcome_q90']:.0f})",
            f"{row['drift']:+.0f}", agree,
        )  # fmt: skip
    return shown


def _wedge(frame: pd.DataFrame) -> Table:
    shown = Table(
        title=f"Chance of a cut by {frame['donor'].iloc[0]}, by distance from the others (assumption)"
    )
    for column in ("where", "distance", "years", "chance (80% range)"):
        shown.add_column(column, justify="left" if column == "where" else "right")
    for row in frame.to_dict("records"):
        chance = f"{row['chance_mean']:.0%} ({row['chance_q10']:.0%} to {row['chance_q90']:.0%})"
        shown.add_row(row["where"], f"{row['distance']:.0f}", f"{row['years']:.0f}", chance)
    return shown


def _number(value: float, digits: int = 0) -> str:
    return "–" if np.isnan(value) else f"{value:,.{digits}f}"
