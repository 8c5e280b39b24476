"""The command `contactline`: what commands there are, and what becomes of an error.

Every error that a user can mend ends in one message and exit code 2, every other known one in 1; `--json` prints
the result as data on standard output, and progress goes to standard error.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console

from contactline.core.errors import ContactlineError, bounded
from contactline.core.limits import MEMORY_VARIABLE
from contactline.core.output import check_arguments, prepare_output
from contactline.core.progress import terminal, visible
from contactline.core.stops import WORDS, ReaderGone, Stopped, leave, stoppable
from contactline.core.version import VERSION
from contactline.faces.cli.base import App
from contactline.faces.cli.lazy import Place, lazy_group


def _at(module: str, name: str, line: str) -> Place:
    return Place(f"contactline.faces.cli.{module}", name, line)


COMMANDS: dict[str, Place] = {
    "assess": _at(
        "assess", "assess_command",
        "Assess a case: front, outlook, proposals, truce, choice; writes a folder with report.html.",
    ),
    "report": _at("assess", "report_command", "Write the report again from saved results, without computing anything."),
    "compare": _at("compare", "compare_command", "What moved from one saved run of a case to another, largest first."),
    "choice": _at(
        "choice", "choice_command",
        "Who prefers which course under which beliefs; with --x and --y, where two beliefs make the courses even.",
    ),
    "claims": _at(
        "claims", "claims_command",
        "Check claims against measured and simulated quantities: supported, contested, not supported, not testable.",
    ),
    "game": _at(
        "game", "game_command",
        "Solve the game of a settlement: offer, answer, honour or break, act or abandon; all equilibria found.",
    ),
    "graph": _at(
        "graph", "graph_command",
        "What is computed from what: everything, what depends on a belief, or what a node builds on.",
    ),
    "models": _at("graph", "models_command", "The models that a run can be computed with, slot by slot."),
    "front": _at(
        "front", "front_command",
        "What the maps show: gains by month and region, gains between two days, the line then and now.",
    ),
    "deal": _at("deal", "app", "Proposals: what each text says and does to the map."),
    "support": _at("support", "app", "Who can provide what, and what that makes possible."),
    "history": _at("history", "app", "Past wars: how truces broke and wars ended, fitted and scored."),
    "positions": _at(
        "positions", "positions_command",
        "Where actors stand and since when, how far supporters are apart, where bargaining models settle each issue.",
    ),
    "events": _at(
        "positions", "events_command",
        "What tempo and losses did around known shocks, against all other windows of the same length.",
    ),
    "backtest": _at(
        "backtest", "backtest_command",
        "Score the forecasts on rolling origins of the case's own record, against simple baselines.",
    ),
    "case": _at("case", "app", "Cases: conflicts described as data."),
    "data": _at("data", "app", "Evidence: what is stored, importing it, fetching it."),
    "sql": _at(
        "data", "sql_command",
        "Ask the stored tables in SQL (DuckDB); reading only, within limits of rows, time and memory.",
    ),
}  # fmt: skip
"""Every command but `version`, with its line in the list; a test compares the lines with what the commands say."""

app = App(
    name="contactline",
    help="What continued fighting can still achieve, what a settlement changes, and which beliefs decide.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    cls=lazy_group(COMMANDS),
)


def main() -> None:
    """Entry point: runs the command and turns every known error into one message and an exit code."""
    prepare_output()
    try:
        check_arguments(sys.argv[1:])
        with stoppable():
            try:
                app()
            except SystemExit as done:
                sys.stdout.flush()
                code = done.code
        leave(code if isinstance(code, int) else 0)
    except ContactlineError as error:
        _say(str(error))
        leave(error.exit_code)
    except MemoryError:
        _say(
            f"memory ran out. Ask for fewer draws or weeks, or close other programs; {MEMORY_VARIABLE} sets how much a "
            "run may take before it is refused at the start."
        )
        leave(1)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _say(
            f"{place}{error.strerror or error}. Nothing half-written is left behind; make room or permission there."
        )
        leave(1)
    except (Stopped, ReaderGone) as stopped:
        if isinstance(stopped, Stopped):
            terminal(stderr=True).print(WORDS)
        leave(stopped.exit_code)


def _say(message: str) -> None:
    with suppress(OSError):
        Console(stderr=True, highlight=False, soft_wrap=True, emoji=False).print(
            f"Error: {visible(bounded(message), lines=True)}", style="red", markup=False
        )


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(VERSION)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """What continued fighting can still achieve, what a settlement changes, and which beliefs decide."""


@app.command("version")
def version_command() -> None:
    """Print the version."""
    typer.echo(VERSION)


if __name__ == "__main__":
    main()
