"""The command `contactline`: assess, front, backtest, report, case, data, sql.

Every error that a user can mend ends in one message and exit code 2, every other known one in 1; `--json` prints
the result as data on standard output, and progress goes to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from contactline.case.load import load_case
from contactline.core.errors import ContactlineError, InputError, bounded
from contactline.core.files import try_folder
from contactline.core.folders import check_folder, replaced_folder, write_record
from contactline.core.limits import MEMORY_VARIABLE
from contactline.core.output import check_arguments, prepare_output, print_json
from contactline.core.progress import Stages, terminal, visible
from contactline.core.stops import WORDS, ReaderGone, Stopped, closed, leave, stoppable
from contactline.core.version import VERSION
from contactline.faces.cli import backtest as cli_backtest
from contactline.faces.cli import case as cli_case
from contactline.faces.cli import choice as cli_choice
from contactline.faces.cli import claims as cli_claims
from contactline.faces.cli import data as cli_data
from contactline.faces.cli import deal as cli_deal
from contactline.faces.cli import front as cli_front
from contactline.faces.cli import game as cli_game
from contactline.faces.cli import positions as cli_positions
from contactline.faces.cli import support as cli_support
from contactline.faces.cli.base import App
from contactline.faces.cli.screen import summary
from contactline.faces.report.html import write_report
from contactline.service.as_data import run_record
from contactline.service.assess import DEFAULT_CASE, DRAWS, HORIZON_WEEKS, assess
from contactline.topics.plain import as_json as assessment_json
from contactline.topics.store import ROOM, fill, load, ours_of_run


class Root(TyperGroup):
    """The root command, which lets a closed pipe through to `main` instead of ending in exit code 1."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        """Parse the command line; `--help` prints here."""
        with _pipe():
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        """Run the subcommand."""
        with _pipe():
            return super().invoke(ctx)


@contextmanager
def _pipe() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if closed(error):
            raise ReaderGone from None
        raise


app = App(
    name="contactline",
    help="What continued fighting can still achieve, what a settlement changes, and which beliefs decide.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    cls=Root,
)
app.add_typer(cli_case.app, name="case")
app.add_typer(cli_deal.app, name="deal")
app.add_typer(cli_data.app, name="data")
app.add_typer(cli_support.app, name="support")
app.command("sql")(cli_data.sql_command)
app.command("front")(cli_front.front_command)
app.command("backtest")(cli_backtest.backtest_command)
app.command("game")(cli_game.game_command)
app.command("positions")(cli_positions.positions_command)
app.command("events")(cli_positions.events_command)
app.command("choice")(cli_choice.choice_command)
app.command("claims")(cli_claims.claims_command)


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


@app.command("assess")
def assess_command(
    case: Annotated[str, typer.Argument(help="A built-in case's id or a case folder.")] = DEFAULT_CASE,
    proposal: Annotated[
        list[str] | None,
        typer.Option("--proposal", help="Proposal id; repeat for several. Default: the case's choice."),
    ] = None,
    draws: Annotated[int, typer.Option(help="Trajectories, in belief sets of 50.")] = DRAWS,
    seed: Annotated[int, typer.Option(help="The same seed gives the same results, byte for byte.")] = 0,
    weeks: Annotated[int, typer.Option(help="Horizon in weeks, 260 to 1040.")] = HORIZON_WEEKS,
    support: Annotated[str, typer.Option(help="Support path of the case.")] = "as_today",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the report. Default: contactline-CASE here (and what was chosen)."),
    ] = None,
    figures: Annotated[bool, typer.Option(help="Also write each figure as SVG and PNG, for print.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print run, judgements and tables as JSON.")
    ] = False,
) -> None:
    """Assess a case: front, outlook, proposals, truce, choice; writes a folder with report.html."""
    stages = Stages(terminal(stderr=True), quiet=as_json)
    folder = out or _own_folder(case, proposal or [], support)
    check_folder(folder, "--out", ours_of_run, room=ROOM)
    result = assess(
        case,
        proposals=proposal or (),
        draws=draws,
        seed=seed,
        weeks=weeks,
        support_path=support,
        stages=stages,
    )
    with (
        stages.stage("write the report"),
        replaced_folder(folder, "--out", "assess", ours_of_run) as staged,
    ):
        fill(result, staged)
        # The report reads what was saved, so that rendering it again gives the same bytes.
        write_report(load(staged), staged, figures=figures, png=figures)
    if as_json:
        print_json(assessment_json(result))
    else:
        summary(result, terminal(), folder / "report.html")


def _own_folder(case: str, proposals: list[str], support: str) -> Path:
    """Where a run goes without --out: a folder of its own for other proposals or another support path."""
    parts = [load_case(case).case.id, *proposals, *([support] if support != "as_today" else [])]
    return Path("-".join(["contactline", *parts]))


@app.command("report")
def report_command(
    folder: Annotated[Path, typer.Argument(help="A folder that `contactline assess` wrote.")],
    figures: Annotated[bool, typer.Option(help="Also write each figure as SVG and PNG, for print.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print judgements, figures and tables as JSON; write nothing.")
    ] = False,
) -> None:
    """Write the report again from saved results, without computing anything."""
    if as_json and figures:
        raise InputError("--figures with --json: --json writes nothing; give one of the two.")
    result = load(folder)
    if as_json:
        print_json(run_record(result))
        return
    try_folder(folder, f"report {folder}", room=ROOM if figures else 0)
    with Stages(terminal(stderr=True)).stage("write the report"):
        written = write_report(result, folder, figures=figures, png=figures)
    names = dict.fromkeys((path.relative_to(folder).as_posix() for path in written), "assess")
    write_record(folder, (ours_of_run(folder) or {}) | names)
    summary(result, terminal(), folder / "report.html")


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
