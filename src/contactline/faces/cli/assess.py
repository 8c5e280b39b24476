"""`contactline assess` and `contactline report`: a case assessed and written as a report, and written again."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from contactline.case.load import load_case
from contactline.case.scenario import Scenario
from contactline.core.errors import InputError
from contactline.core.files import try_folder, write_text
from contactline.core.folders import check_folder, replaced_folder, write_record
from contactline.core.output import print_json
from contactline.core.progress import Stages, terminal
from contactline.core.screen import say
from contactline.faces.cli.compare import print_comparison
from contactline.faces.cli.options import (
    AS_TODAY,
    DEFAULT_CASE,
    DRAWS,
    HORIZON_WEEKS,
    AnswerBy,
    CaseArgument,
    Draws,
    Figures,
    Held,
    Json,
    Models,
    Prices,
    Proposals,
    Seed,
    Support,
    model_of,
    price_of,
    scenario,
    with_deadline,
)
from contactline.faces.cli.screen import summary
from contactline.faces.report.html import render_html, report_code, write_report
from contactline.service.as_data import run_record
from contactline.service.compare import Comparison, compare
from contactline.service.questions.assessed import Assess
from contactline.service.questions.runs import Against
from contactline.service.runs import saved_run
from contactline.service.session import Session
from contactline.topics.plain import as_json as assessment_json
from contactline.topics.store import ROOM, fill, load, ours_of_run, untimed

LONGEST_NAME = 120


def assess_command(
    case: CaseArgument = DEFAULT_CASE,
    proposal: Proposals = None,
    draws: Draws = DRAWS,
    seed: Seed = 0,
    weeks: Annotated[int, typer.Option(help="Horizon in weeks, 260 to 1040.")] = HORIZON_WEEKS,
    support: Support = AS_TODAY,
    held: Held = None,
    model: Models = None,
    deadline: AnswerBy = None,
    price: Prices = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the report. Default: contactline-CASE here (and what was chosen)."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="A folder that `contactline assess` wrote: say what moved from that run to this one; with --out, "
            "also write the report."
        ),
    ] = None,
    figures: Figures = False,
    as_json: Json = False,
) -> None:
    """Assess a case: front, outlook, proposals, truce, choice; writes a folder with report.html."""
    asked = replace(
        with_deadline(
            scenario(case, proposal, draws=draws, seed=seed, weeks=weeks, support=support, held=held),
            deadline,
        ),
        prices=tuple(price_of(text) for text in price or ()),
        models=tuple(model_of(text) for text in model or ()),
    )
    folder = out or own_folder(asked)
    stages = Stages(terminal(stderr=True), quiet=as_json)
    if against is not None and out is None and not figures:
        _moved(Session(stages).ask(Against(run=against), asked).value, as_json)
        return
    check_folder(folder, "--out", ours_of_run, room=ROOM)
    former = saved_run(against, load_case(case).case.id) if against is not None else None
    session = Session(stages)
    result = session.ask(Assess(), asked).value
    with (
        stages.stage("write the report"),
        replaced_folder(folder, "--out", "assess", ours_of_run) as staged,
    ):
        fill(result, staged)
        # The report reads what was saved, so that rendering it again gives the same bytes.
        saved = cache(lambda: load(staged))
        if figures:
            write_report(saved(), staged, png=True)
        else:
            page = session.kept_text(
                "report", (report_code(), *untimed(staged)), lambda: render_html(saved())
            )
            write_text(staged / "report.html", page)
        moved = compare(former, saved()) if former is not None else None
    if as_json:
        text = assessment_json(result)
        print_json({**json.loads(text), "moved": moved.as_record()} if moved else text)
        return
    summary(result, terminal(), folder / "report.html")
    if moved:
        terminal().print()
        print_comparison(terminal(), moved)


def _moved(found: Comparison, as_json: bool) -> None:
    """What moved, and that no report was written."""
    if as_json:
        print_json(found.as_record())
        return
    print_comparison(terminal(), found)
    say(terminal(), Text("No report was written; give --out FOLDER for one.", style="dim"))


def own_folder(asked: Scenario) -> Path:
    """Where a run goes without --out: a folder of its own for other proposals, support or held beliefs."""
    held = [
        f"{name}={'..'.join(f'{end:g}' for end in value) if isinstance(value, tuple) else f'{value:g}'}"
        for name, value in asked.held
    ]
    support = [asked.support] if asked.support != AS_TODAY else []
    parts = ["contactline", load_case(asked.case).case.id, *asked.proposals, *support]
    name = "-".join([*parts, *held])
    return Path(name if len(name) <= LONGEST_NAME else "-".join([*parts[:2], asked.digest[:12]]))


def report_command(
    folder: Annotated[Path, typer.Argument(help="A folder that `contactline assess` wrote.")],
    figures: Figures = False,
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
