"""`contactline positions` and `contactline events`: who stands where, what models make of it, what shocks left."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import pandas as pd
import typer
from rich.console import Console

from contactline.core.output import print_json, records
from contactline.core.progress import terminal
from contactline.core.rounding import measured, share, short
from contactline.core.screen import figure, print_table, say, words
from contactline.faces.cli.options import DEFAULT_CASE, CaseArgument, Json, Seed, ask, scenario
from contactline.service.questions.allies import DRAWS, Events, Positions
from contactline.topics.allies.schema import BARGAINING, DIVISION, EVENTS, MOVEMENT, WEDGE


def positions_command(
    case: CaseArgument = DEFAULT_CASE,
    issue: Annotated[str | None, typer.Option(help="One issue of the case. Default: all.")] = None,
    draws: Annotated[int, typer.Option(help="Draws of position, salience and leverage.")] = DRAWS,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Where actors stand and since when, how far supporters are apart, where bargaining models settle each issue."""
    tables = ask(Positions(issue=issue, draws=draws), scenario(case, seed=seed)).value
    if as_json:
        print_json({name: records(frame) for name, frame in tables.items()})
        return
    for name, show in _SHOWN.items():
        if tables.filled(name):
            show(terminal(), tables[name])


def events_command(case: CaseArgument = DEFAULT_CASE, as_json: Json = False) -> None:
    """What tempo and losses did around known shocks, against all other windows of the same length."""
    events = ask(Events(), scenario(case)).value
    if as_json:
        print_json({EVENTS: records(events)})
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
        for row in events.to_dict("records")
    ]  # fmt: skip
    title = "Known shocks: weekly means before and during, against placebo windows"
    print_table(console, columns, rows, title=title, note="windows: independent placebo windows")
    console.print()
    by = ["name", "verdict", "reasons"]
    for (name, verdict, reasons), own in events.groupby(by, sort=False):
        why = f": {reasons}" if reasons else ""
        say(console, f"{name} ({', '.join(own['series'])}): {verdict}{why}.")


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


_SHOWN = {MOVEMENT: _movement, DIVISION: _division, BARGAINING: _bargaining, WEDGE: _wedge}
"""Table → what prints it."""
