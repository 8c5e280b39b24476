"""`contactline choice`: who prefers which course under which beliefs, and break-even on any two of them.

Without beliefs it prints the centre page of a saved or fresh assessment; with --x and --y it fights both courses
out again at every pair of values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from contactline.case.scenario import FUTURES, Scenario
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.files import check_file, write_bytes
from contactline.core.output import print_json
from contactline.core.progress import terminal
from contactline.core.rounding import share, short
from contactline.core.screen import Cell, bullets, print_table, say, words
from contactline.core.screen import figure as figure_column
from contactline.faces.cli.options import (
    DEFAULT_CASE,
    CaseOrRun,
    Held,
    Json,
    Run,
    ask,
    first_assessed,
    scenario,
    told,
)
from contactline.service.questions.assessed import Assess
from contactline.service.questions.choice import POINTS, SETS, Found, Pair
from contactline.service.questions.runs import Saved
from contactline.service.session import sets_of
from contactline.topics.assessment import Assessment
from contactline.topics.choice.show.assumptions import key_assumptions, would_change
from contactline.topics.choice.show.consent import consent_meaning, consent_of, consent_records
from contactline.topics.choice.show.page import (
    actor_sentences,
    centre_rows,
    proposals_shown,
    regret_sentence,
    waiting_sentence,
)
from contactline.topics.choice.show.pair import pair_figure
from contactline.topics.showing.figures import to_png, to_svg
from contactline.topics.showing.judgements import focus_proposal, percent
from contactline.topics.showing.summary import as_of_line
from contactline.topics.showing.theme import ink_on, share_colour


def choice_command(
    case: CaseOrRun = None,
    run: Run = None,
    proposal: Annotated[
        str | None, typer.Option(help="Proposal set against fighting on. Default: the one in focus.")
    ] = None,
    actor: Annotated[
        str | None,
        typer.Option(help="Whose default values (with --x, --y: the defender's), or who is shown."),
    ] = None,
    x: Annotated[str | None, typer.Option("--x", help="Belief along the columns; give --y too.")] = None,
    y: Annotated[str | None, typer.Option("--y", help="Belief along the rows; give --x too.")] = None,
    points: Annotated[
        int | None, typer.Option(help=f"With --x and --y: values of each belief, 3 to 41. Default: {POINTS}.")
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(help=f"With --x and --y: trajectories fought at each pair. Default: {SETS * FUTURES}."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same results. Default: 0, or the saved run's.")
    ] = None,
    held: Held = None,
    figure: Annotated[
        Path | None, typer.Option(help="With --x and --y: write the map to this .svg or .png file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Who prefers which course under which beliefs; with --x and --y, where two beliefs make the courses even."""
    if (x is None) != (y is None):
        given, other = ("--x", "--y") if y is None else ("--y", "--x")
        raise InputError(f"{given}: two beliefs are needed; give {other} as well, or neither of them.")
    if figure is not None and (x is None or figure.suffix not in (".svg", ".png")):
        raise InputError(f"--figure {figure}: allowed is a .svg or .png file, together with --x and --y.")
    if figure is not None:
        check_file(figure, "--figure")
    if x is None and (points is not None or draws is not None):
        raise InputError(
            f"{'--points' if points is not None else '--draws'}: is read with --x and --y only; give both, or leave "
            "it out."
        )
    if run is not None and (seed is not None or held):
        option = "--seed" if seed is not None else "--set"
        raise InputError(f"{option}: a saved run keeps its own; leave out {option} or --run.")
    about = None
    if run is None or case is not None:
        alone = [proposal] if proposal is not None and x is None else []
        about = scenario(case or DEFAULT_CASE, alone, seed=seed or 0, held=held)
    if x is not None and y is not None:
        sets = SETS if draws is None else sets_of(draws)
        asked = Pair(
            x=x, y=y, proposal=proposal, actor=actor, points=POINTS if points is None else points, sets=sets, run=run
        )  # fmt: skip
        _pair(asked, about, figure, as_json)
    else:
        _page(run, about, proposal, actor, as_json)


def _pair(asked: Pair, about: Scenario | None, figure: Path | None, as_json: bool) -> None:
    """Break-even on two beliefs."""
    found = ask(asked, about, quiet=as_json).value
    if figure is not None:
        drawn = pair_figure(found.case, found.pair)
        write_bytes(figure, to_png(drawn) if figure.suffix == ".png" else to_svg(drawn).encode())
        told([figure])
    if as_json:
        print_json(_pair_json(found.pair))
    else:
        _print_pair(terminal(), found.pair)


def _page(
    run: Path | None, about: Scenario | None, proposal: str | None, actor: str | None, as_json: bool
) -> None:
    """The centre page of a run; a proposal asked for is assessed alone."""
    if run is not None:
        result = ask(Saved(run=run), about).value
        if proposal is not None and proposal != focus_proposal(result.case, result.tables):
            raise InputError(
                f"--proposal {proposal}: the saved assessment is on {focus_proposal(result.case, result.tables)!r}. "
                "Leave --run out to assess another proposal."
            )
    else:
        first_assessed(about, quiet=as_json)
        result = ask(Assess(), about, quiet=as_json).value
    valued = {row.actor for row in centre_rows(result)}
    if actor is not None and actor not in valued:
        raise UnknownNameError("actor with values", actor, valued)
    if as_json:
        print_json(_page_json(result, actor))
    else:
        _print_page(terminal(), result, actor)


def _page_json(result: Assessment, actor: str | None) -> dict[str, Any]:
    return {
        "case": result.case.id,
        "proposal": focus_proposal(result.case, result.tables),
        "consent": consent_records(result),
        "viewpoints": [asdict(row) for row in centre_rows(result) if actor in (None, row.actor)],
        "actors": [asdict(said) for said in actor_sentences(result) if actor in (None, said.actor)],
        "key_assumptions": [asdict(key) for key in key_assumptions(result)],
        "would_change": would_change(result),
        "waiting": waiting_sentence(result),
        "regret": regret_sentence(result),
    }


def _print_page(console: Console, result: Assessment, actor: str | None) -> None:
    """Table, sentences, what would change it, key assumptions."""
    say(console, Text(f"{result.case.title}: the choice", style="bold"))
    say(console, Text(as_of_line(result), style="dim"))
    console.print()
    say(console, "Share of beliefs and weights under which accepting does better than fighting on:")
    console.print()
    rows = []
    for row in centre_rows(result):
        if not (row.actor == actor or (actor is None and row.deciding)):
            continue
        cells = [_coloured(c.share, f"refuses {c.refuses}" if c.refuses else c.words) for c in row.cells]
        rows.append([Text.assemble((row.name, "bold"), f": {row.values}"), *cells])
    columns = [words("whose values"), *(words(name) for name in proposals_shown(result))]
    print_table(console, columns, rows, blocks=True, spaced=True)
    _print_consent(console, result)
    for said in actor_sentences(result):
        if actor == said.actor or (actor is None and said.deciding):
            console.print()
            say(console, Text.assemble((said.name, "bold"), ". ", " ".join(said.sentences)))
    hidden = [said.name for said in actor_sentences(result) if actor is None and not said.deciding]
    if hidden:
        console.print()
        say(console, Text(f"Also valued, see --actor: {', '.join(hidden)}.", style="dim"))
    _bullets(console, "What would change this", would_change(result))
    lines = [
        f"{key.label} (now {key.present}; {key.owner}): {key.if_wrong}" for key in key_assumptions(result)
    ]
    _bullets(console, "Key assumptions", lines)
    _bullets(
        console, "Waiting and regret", [t for t in (waiting_sentence(result), regret_sentence(result)) if t]
    )


def _print_consent(console: Console, result: Assessment) -> None:
    """Whether both sides would sign: pairs of viewpoints down, offers across, each side's own share in brackets."""
    pairs = consent_of(result)
    if not pairs:
        return
    sides = f"{result.case.defender.name}, {result.case.challenger.name}"
    console.print()
    say(console, f"{consent_meaning(result)} In brackets: {sides}, each alone.")
    console.print()
    rows: dict[tuple[str, str], list[Cell]] = {}
    for pair in pairs:
        whose = Text(
            f"{pair.defender_viewpoint}; {pair.challenger_viewpoint}", style="bold" if pair.default else ""
        )
        row = rows.setdefault((pair.defender_viewpoint, pair.challenger_viewpoint), [whose])
        row.append(_coloured(pair.share, pair.refuses or f"{pair.both} ({pair.defender}, {pair.challenger})"))
    columns = [words(f"both sign, by values of {sides}"), *(words(name) for name in proposals_shown(result))]
    print_table(console, columns, list(rows.values()), blocks=True, spaced=True)


def _bullets(console: Console, title: str, lines: Sequence[str]) -> None:
    if lines:
        console.print()
        say(console, Text(title, style="bold"))
    bullets(console, lines)


def _pair_json(found: Found) -> dict[str, Any]:
    record = asdict(found)
    return record | {name: record[name].tolist() for name in ("x_values", "y_values", "share", "curve")}


def _print_pair(console: Console, found: Found) -> None:
    """The share at each pair as a coloured table, rows from the highest value of y down."""
    say(console, Text(f"{found.proposal_name}: share of beliefs in which accepting is better", style="bold"))
    say(
        console,
        Text(
            f"Values: {found.viewpoint}. {found.sets} belief sets of 50 futures, seed {found.seed}.",
            style="dim",
        ),
    )
    say(console, f"Down: {found.y_label} ({found.y}). Across: {found.x_label} ({found.x}).")
    columns = [figure_column(""), *(figure_column(_bare(v, found.x_unit)) for v in found.x_values)]
    rows: list[list[Cell]] = [
        [_bare(value, found.y_unit), *(_coloured(s, share(s)) for s in shares)]
        for value, shares in zip(found.y_values[::-1], found.share[::-1], strict=True)
    ]
    print_table(console, columns, rows, blocks=True)
    say(console, found.finding)
    for line in found.notes:
        say(console, Text(line, style="dim"))


def _bare(value: float, unit: str) -> str:
    if unit in ("probability", "share") and 0 <= value <= 1:
        return percent(value) if 0 < value < 1 else share(value)
    return short(value)


def _coloured(share: float, text: str) -> Text:
    """A share on the colour scale of the figures."""
    background = share_colour(share)
    return Text(text, style=f"{ink_on(background)} on {background}")
