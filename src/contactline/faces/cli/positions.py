"""`contactline positions` and `contactline events`: who stands where, what models make of it, what shocks left."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from rich.console import Console

from contactline.case.load import load_case
from contactline.case.schema import Case
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.limits import Cost, check_cost
from contactline.core.output import print_json
from contactline.core.progress import terminal
from contactline.core.rounding import measured, share, short
from contactline.core.screen import figure, print_table, say, words
from contactline.core.streams import Streams
from contactline.topics.allies.make import DRAWS, cohesion_tables, event_tables
from contactline.topics.allies.schema import BARGAINING, DIVISION, EVENTS, MOVEMENT, WEDGE

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
        print_json(_json(tables))
        return
    console = terminal()
    _movement(console, tables[MOVEMENT])
    if tables.filled(DIVISION):
        _division(console, tables[DIVISION])
    if BARGAINING in tables:
        _bargaining(console, tables[BARGAINING])
    if WEDGE in tables:
        _wedge(console, tables[WEDGE])


def events_command(case: CaseArgument = DEFAULT_CASE, as_json: Json = False) -> None:
    """What tempo and losses did around known shocks, against all other windows of the same length."""
    loaded = load_case(case)
    tables = event_tables(loaded)
    if not tables:
        raise InputError(f"case {loaded.case.id!r} has no events; add an events.yaml (docs/events.md).")
    if as_json:
        print_json(_json({EVENTS: tables[EVENTS]}))
        return
    console = terminal()
    columns = [
        words("shock"), words("series"), figure("weeks", 2), figure("before"), figure("during"), figure("p"),
        figure("windows", 1),
    ]  # fmt: skip
    rows = [
        (
            row["event"], row["series"], str(row["weeks"]), measured(row["before"]), measured(row["during"]),
            short(row["p_value"], 2), str(row["independent"]),
        )
        for row in tables[EVENTS].to_dict("records")
    ]  # fmt: skip
    title = "Known shocks: weekly means before and during, against placebo windows"
    print_table(console, columns, rows, title=title, note="windows: independent placebo windows")
    console.print()
    by = ["name", "verdict", "reasons"]
    for (name, verdict, reasons), own in tables[EVENTS].groupby(by, sort=False):
        why = f": {reasons}" if reasons else ""
        say(console, f"{name} ({', '.join(own['series'])}): {verdict}{why}.")


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


def _json(tables: Mapping[str, pd.DataFrame]) -> str:
    """Tables as JSON records: ISO days, missing values null."""
    content = {}
    for name, frame in tables.items():
        days = frame.select_dtypes("datetime").columns
        plain = frame.assign(**{day: frame[day].dt.strftime("%Y-%m-%d") for day in days})
        content[name] = json.loads(plain.to_json(orient="records"))
    return json.dumps(content, ensure_ascii=False)


def _movement(console: Console, frame: pd.DataFrame) -> None:
    columns = [
        words("issue"), words("actor"), figure("first"), figure("now"), figure("unmoved since"), figure("said again", 1)
    ]  # fmt: skip
    rows = [
        (
            row["issue"], row["actor"], f"{row['first']:.0f}", f"{row['latest']:.0f}",
            f"{row['unmoved_since']:%Y-%m-%d}", str(row["restated"]),
        )
        for row in frame.to_dict("records")
    ]  # fmt: skip
    print_table(console, columns, rows, title="Positions, 0 (defender's most) to 100 (challenger's most)")
    console.print()


def _division(console: Console, frame: pd.DataFrame) -> None:
    columns = [
        words("issue"), figure("supporters", 1), figure("spread"), figure("polarisation"), figure("donor's distance")
    ]  # fmt: skip
    latest = frame.sort_values("day").groupby("issue", sort=False).tail(1)
    rows = [
        (
            row["issue"], str(row["actors"]), f"{row['spread']:.0f}", f"{row['polarisation']:.2f}",
            measured(row["donor_distance"]),
        )
        for row in latest.to_dict("records")
    ]  # fmt: skip
    print_table(console, columns, rows, title="Division among supporters today")
    console.print()


def _bargaining(console: Console, frame: pd.DataFrame) -> None:
    columns = [
        words("issue"), words("model"), words("challenger"), figure("outcome"), figure("drift", 1),
        figure("sides agree", 2),
    ]  # fmt: skip
    rows = [
        (
            row["issue"], row["model"], "may move" if row["variant"] == "free" else "stays",
            f"{row['outcome_q50']:.0f} ({row['outcome_q10']:.0f} to {row['outcome_q90']:.0f})",
            f"{round(row['drift']):+d}", "–" if np.isnan(row["p_agree"]) else share(row["p_agree"]),
        )
        for row in frame.to_dict("records")
    ]  # fmt: skip
    title = "Where it settles: median and 80% range; share of draws in which the sides end within 10 points"
    print_table(console, columns, rows, title=title)
    console.print()


def _wedge(console: Console, frame: pd.DataFrame) -> None:
    columns = [words("where"), figure("distance"), figure("years"), figure("chance (80% range)")]
    rows = [
        (
            row["where"], f"{row['distance']:.0f}", f"{row['years']:.0f}",
            f"{share(row['chance_mean'])} ({share(row['chance_q10'])} to {share(row['chance_q90'])})",
        )
        for row in frame.to_dict("records")
    ]  # fmt: skip
    title = f"Chance of a cut by {frame['donor'].iloc[0]}, by distance from the others (assumption)"
    print_table(console, columns, rows, title=title)
