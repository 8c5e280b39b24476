"""`contactline game`: the game of a settlement solved for a case, and written in Gambit's format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from contactline.core.errors import InputError
from contactline.core.output import print_json, records
from contactline.core.progress import terminal
from contactline.core.rounding import share
from contactline.core.screen import figure, print_table, say, words
from contactline.faces.cli.options import (
    AS_TODAY,
    DEFAULT_CASE,
    DRAWS,
    HORIZON_WEEKS,
    CaseArgument,
    Draws,
    Held,
    Json,
    Proposals,
    Seed,
    Support,
    Weeks,
    ask,
    scenario,
    told,
)
from contactline.service.questions.game import Game, Solved
from contactline.topics.bargain.schema import EQUILIBRIA, GAME_VALUES, GAME_WEIGHTS

COLUMNS = (
    words("who"), words("at"), words("does"), figure("chance"), words("believes", 2), words("reached", 1)
)  # fmt: skip
"""Of the moves of an equilibrium."""


def game_command(
    case: CaseArgument = DEFAULT_CASE,
    proposal: Proposals = None,
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
    draws: Draws = DRAWS,
    seed: Seed = 0,
    weeks: Weeks = HORIZON_WEEKS,
    support: Support = AS_TODAY,
    held: Held = None,
    efg: Annotated[Path | None, typer.Option(help="Write the game to this .efg file, for Gambit.")] = None,
    as_json: Json = False,
) -> None:
    """Solve the game of a settlement: offer, answer, honour or break, act or abandon; all equilibria found."""
    asked = Game(proposer=proposer, threat=threat, discount=_rates(discount or []), efg=efg)
    about = scenario(case, proposal, draws=draws, seed=seed, weeks=weeks, support=support, held=held)
    found = ask(asked, about, quiet=as_json).value
    if found.written is not None:
        told([found.written])
    if as_json:
        content = {name: records(frame) for name, frame in found.tables.items()}
        print_json({"title": found.title, "notes": found.notes, **content})
        return
    _print(terminal(), found)


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


def _print(console: Console, found: Solved) -> None:
    """The equilibria, one block an outcome: how it ends, who does what, and what it is worth."""
    values, plays = found.tables[GAME_VALUES], found.tables[EQUILIBRIA]
    say(console, Text(found.title, style="bold"))
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
    shares = found.tables[GAME_WEIGHTS]
    for ending, some, every in zip(shares["ending"], shares["share_some"], shares["share_all"], strict=True):
        if some > 0:
            say(
                console,
                f"With weights drawn within their ranges: “{ending}” in {share(every)} of draws in every equilibrium, "
                f"in {share(some)} in some.",
            )
    for note in found.notes:
        say(console, f"Note: {note}")
