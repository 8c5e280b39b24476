"""`contactline history …`: the record of past truces and wars built, fitted, shown and scored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console

from contactline.core.folders import check_folder
from contactline.core.output import print_json, records
from contactline.core.progress import terminal
from contactline.core.rounding import percent
from contactline.core.screen import figure, print_table, say, words
from contactline.faces.cli.base import App
from contactline.faces.cli.options import DEFAULT_CASE, CaseArgument, Json, Seed, ask, scenario, told
from contactline.service.questions.history import PastBuilt, PastFit, PastScores
from contactline.topics.history.schema import (
    HISTORY_CALIBRATION,
    HISTORY_EFFECTS,
    HISTORY_ENDINGS,
    HISTORY_FIT,
    HISTORY_NEAREST,
    HISTORY_SCORE,
)
from contactline.topics.history.show import MODELS, REFERENCES, SEVERITIES

SHOWN = (1, 3, 5, 10)
"""Years that the screen shows."""

app = App(help="Past wars: how truces broke and wars ended, fitted and scored.", no_args_is_help=True)


@app.command("build")
def build_command(
    source: Annotated[
        Path, typer.Option("--from", help="Folder of the archives (docs/history.md lists them).")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write the tables here as CSV; else nothing is written.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Derive the tables of past truces and wars from archives, and compare them with those that ship."""
    if out is not None:
        check_folder(out, "--out")
    found = ask(PastBuilt(source=source, out=out), quiet=as_json).value
    told(found.written)
    if as_json:
        study = None if found.study is None else records(found.study)
        print_json(
            {"same": found.same, "study": study, "rows": {name: len(t) for name, t in found.tables.items()}}
        )
        return
    console = terminal()
    rows = [
        (name, f"{len(found.tables[name])}", "yes" if same else "no") for name, same in found.same.items()
    ]
    print_table(console, (words("table"), figure("rows"), words("as it ships")), rows, title="Derived")
    if found.study is not None:
        apart = found.study[found.study["agree"] < found.study["rows"]]
        cells = [
            (str(r.table), str(r.column), f"{r.agree} of {r.rows}", str(r.differ)) for r in apart.itertuples()
        ]
        console.print()
        print_table(
            console, (words("table"), words("column"), figure("agree"), words("rows that differ")), cells,
            title="Columns that differ from the study's tables", blocks=True,
        )  # fmt: skip


@app.command("fit")
def fit_command(case: CaseArgument = DEFAULT_CASE, seed: Seed = 0, as_json: Json = False) -> None:
    """How soon truces like this case's have broken, by severity, and how soon wars of its age have ended."""
    tables = ask(PastFit(), scenario(case, seed=seed), quiet=as_json).value
    if as_json:
        print_json(
            {table.name: records(tables[table]) for table in (HISTORY_FIT, HISTORY_EFFECTS, HISTORY_ENDINGS)}
        )
        return
    console = terminal()
    _print_fit(console, tables[HISTORY_FIT])
    rows = [
        (REFERENCES[str(r["reference"])], f"{r['years']:.0f}", percent(r["any"]), percent(r["tie"]))
        for _, r in tables[HISTORY_ENDINGS].iterrows()
    ]
    age = tables[HISTORY_ENDINGS]["age"].iloc[0]
    columns = (words("reference class"), figure("years"), figure("any way"), figure("tie or agreement"))
    print_table(console, columns, rows, title=f"Chance that a war of {age:.1f} years ends")
    console.print()
    effects = [
        (str(r.parameter), f"{r.mean:+.2f}", f"{r.deviation:.2f}")
        for r in tables[HISTORY_EFFECTS].itertuples()
    ]
    print_table(
        console, (words("parameter"), figure("mean"), figure("deviation")), effects, title="Fit, log hazard"
    )


@app.command("show")
def show_command(case: CaseArgument = DEFAULT_CASE, as_json: Json = False) -> None:
    """The truces of the record nearest to the case, and what became of them."""
    table = ask(PastFit(), scenario(case), quiet=as_json).value[HISTORY_NEAREST]
    if as_json:
        print_json({HISTORY_NEAREST.name: records(table)})
        return
    rows = [
        (str(r["war_name"]), str(r["states"]), f"{r['end']:%Y-%m-%d}", f"{r['distance']:.1f}",
         *(_first(r[f"first_{s}"]) for s in SEVERITIES), f"{r['watched']:.0f}")
        for _, r in table.iterrows()
    ]  # fmt: skip
    heads = [figure(f"first {label}") for label in ("dead", "over 100", "war")]
    columns = (words("war"), words("between"), words("ceased"), figure("distance"), *heads, figure("watched"))
    print_table(console := terminal(), columns, rows, title="Nearest truces; years", blocks=True)
    say(
        console,
        "Distance: sum over what was known at signature, in standard deviations. –: none while watched.",
    )


@app.command("score")
def score_command(seed: Seed = 0, as_json: Json = False) -> None:
    """Out-of-time scores of the fit to past truces against simpler rivals, and calibration by decade."""
    tables = ask(PastScores(), scenario(DEFAULT_CASE, seed=seed), quiet=as_json).value
    if as_json:
        print_json({name: records(table) for name, table in tables.items()})
        return
    console = terminal()
    scores = tables[HISTORY_SCORE]
    splits = sorted(scores["split"].unique())
    rows = [
        (
            SEVERITIES[str(severity)],
            MODELS[str(model)],
            *(f"{v:.2f}" for v in own.set_index("split")["log_score"][splits]),
        )
        for (severity, model), own in scores.groupby(["severity", "model"], sort=False)
    ]
    columns = (words("break of"), words("forecast"), *(figure(f"to {split}") for split in splits))
    print_table(
        console, columns, rows, title="Mean log probability of the break's time bin; higher is better"
    )
    console.print()
    cells = [
        (
            f"{r.decade}s",
            SEVERITIES[str(r.severity)],
            f"{r.observed:.1f}",
            f"{r.expected:.1f}",
            f"{r.q10:.1f}–{r.q90:.1f}",
        )
        for r in tables[HISTORY_CALIBRATION].itertuples()
    ]
    columns = (
        words("decade"),
        words("break of"),
        figure("observed"),
        figure("expected"),
        figure("80% range"),
    )
    print_table(console, columns, cells, title="Endings of wars that broke within five years")


def _print_fit(console: Console, table: pd.DataFrame) -> None:
    rows = []
    for severity, label in SEVERITIES.items():
        own = table[table["severity"] == severity].set_index("years")
        texts = [
            f"{percent(own['whole'][y])} ({percent(own['whole_q10'][y])}–{percent(own['whole_q90'][y])})"
            for y in SHOWN
        ]
        rows.append((label, *texts))
    columns = (words("no break with"), *(figure(f"{year} years") for year in SHOWN))
    print_table(console, columns, rows, title="Truces like this one", blocks=True)
    console.print()


def _first(years: float) -> str:
    return "–" if pd.isna(years) else f"{years:.1f}"
