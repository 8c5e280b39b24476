"""`contactline game`: the game of a settlement solved for a case, and written in Gambit's format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from contactline.choice.efg import check_efg_path, write_efg
from contactline.core.errors import InputError
from contactline.core.frame import Tables, made
from contactline.core.output import print_json
from contactline.core.progress import Stages, terminal
from contactline.core.rounding import share
from contactline.core.screen import figure, print_table, say, words
from contactline.service.opened import DEFAULT_CASE, DRAWS, HORIZON_WEEKS, make_ready
from contactline.topics.bargain.make.game import Played, endings_over_weights, play
from contactline.topics.bargain.make.tables import game_tables
from contactline.topics.bargain.schema import EQUILIBRIA, GAME_VALUES, GAME_WEIGHTS

COLUMNS = (
    words("who"), words("at"), words("does"), figure("chance"), words("believes", 2), words("reached", 1)
)  # fmt: skip
"""Of the moves of an equilibrium."""


def game_command(
    case: Annotated[str, typer.Argument(help="A built-in case's id or a case folder.")] = DEFAULT_CASE,
    proposal: Annotated[
        list[str] | None,
        typer.Option("--proposal", help="Proposal id; repeat for several. Default: the case's choice."),
    ] = None,
    proposer: Annotated[
        str | None, typer.Option(help="Actor who puts the offers. Default: the first guarantor with values.")
    ] = None,
    threat: Annotated[
        str | None,
        typer.Option(
            help="Support path the proposer may turn to. Default: the first in which it supplies less."
        ),
    ] = None,
    discount: Annotated[
        list[str] | None,
        typer.Option(
            help="ACTOR=RATE: what a year later is worth to an actor today, above 0 to 1; repeat. Default: the case's."
        ),
    ] = None,
    draws: Annotated[int, typer.Option(help="Trajectories, in belief sets of 50.")] = DRAWS,
    seed: Annotated[int, typer.Option(help="The same seed gives the same results.")] = 0,
    weeks: Annotated[int, typer.Option(help="Horizon in weeks, 13 to 1040.")] = HORIZON_WEEKS,
    support: Annotated[str, typer.Option(help="Support path of the case.")] = "as_today",
    efg: Annotated[Path | None, typer.Option(help="Write the game to this .efg file, for Gambit.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the tables as JSON.")] = False,
) -> None:
    """Solve the game of a settlement: offer, answer, honour or break, act or abandon; all equilibria found."""
    if efg is not None:
        check_efg_path(efg)
    rates = _rates(discount or [])
    stages = Stages(terminal(stderr=True), quiet=as_json)
    ready = make_ready(
        case,
        proposals=proposal or (),
        draws=draws,
        seed=seed,
        weeks=weeks,
        support_path=support,
        stages=stages,
    )
    with stages.stage("solve the game"):
        played = play(
            ready.loaded.case, ready.measured, ready.outlook, ready.settlements,
            proposer=proposer, discount=rates, threat=threat,
        )  # fmt: skip
    if efg is not None:
        write_efg(played.game, efg)
        say(terminal(stderr=True), f"wrote {efg}")
    tables = game_tables(played) | made({GAME_WEIGHTS: endings_over_weights(played, ready.streams)})
    if as_json:
        content = {name: json.loads(frame.to_json(orient="records")) for name, frame in tables.items()}
        print_json(json.dumps({"title": played.game.title, "notes": played.solution.notes, **content}))
        return
    _print(terminal(), played, tables)


def _rates(given: list[str]) -> dict[str, float]:
    """ACTOR=RATE pairs. Raises InputError for anything else."""
    rates = {}
    for text in given:
        actor, equals, number = text.partition("=")
        try:
            rates[actor] = float(number)
        except ValueError:
            equals = ""
        if not equals or not actor or not 0 < rates[actor] <= 1:
            raise InputError(
                f"--discount: got {text!r}; allowed is ACTOR=RATE, a rate above 0 and at most 1: russia=0.9."
            )
    return rates


def _print(console: Console, played: Played, tables: Tables) -> None:
    """The equilibria, one block an outcome: how it ends, who does what, and what it is worth."""
    values, plays = tables[GAME_VALUES], tables[EQUILIBRIA]
    say(console, Text(played.game.title, style="bold"))
    if values.empty:
        say(console, "No equilibrium of the kinds searched.")
    for outcome, own in values.groupby("outcome"):
        first = own["equilibrium"].iloc[0]
        count = own["equilibrium"].nunique()
        many = f"{count} equilibria end" if count > 1 else "One equilibrium ends"
        console.print()
        say(console, f"{outcome}. {many} so: {own['endings'].iloc[0]}.")
        console.print()
        moves = plays[(plays["equilibrium"] == first) & (plays["chance"] > 0)]
        rows = [
            (
                str(row.player), str(row.infoset), str(row.action), share(float(row.chance)), str(row.belief),
                "yes" if row.reached else "",
            )
            for row in moves.itertuples()
        ]  # fmt: skip
        print_table(console, COLUMNS, rows)
        console.print()
        worth = ", ".join(f"{r.name} {r.value:+.1f}" for r in own[own["equilibrium"] == first].itertuples())
        say(console, f"Gain over fighting on, in each player's own units: {worth}.")
    shares = tables[GAME_WEIGHTS]
    for ending, some, every in zip(shares["ending"], shares["share_some"], shares["share_all"], strict=True):
        if some > 0:
            say(
                console,
                f"With weights drawn within their ranges: “{ending}” in {share(every)} of draws in every equilibrium, "
                f"in {share(some)} in some.",
            )
    for note in played.solution.notes:
        say(console, f"Note: {note}")
