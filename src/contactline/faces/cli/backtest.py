"""`contactline backtest`: forecasts of gains, losses, where ground falls and when places do, scored out of sample."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console

from contactline.case.load import load_case
from contactline.core.files import write_text
from contactline.core.folders import check_folder, replaced_folder
from contactline.core.frame import made
from contactline.core.output import print_json, records
from contactline.core.progress import terminal
from contactline.core.rounding import short
from contactline.core.screen import figure, print_table, say, words
from contactline.faces.cli.options import DEFAULT_CASE, CaseArgument, Json, Seed, ask, scenario, told
from contactline.service.questions.trust import Backtest, What
from contactline.topics.showing.track import bars_sentence
from contactline.topics.trust.schema import BACKTEST_BARS, BACKTEST_SUMMARY
from contactline.topics.trust.show.scores import backtest_files


def backtest_command(
    case: CaseArgument = DEFAULT_CASE,
    what: Annotated[
        What, typer.Option(help="Gains in km², weekly losses, which cells fall, or when places do.")
    ] = What.gains,
    draws: Annotated[int, typer.Option(help="Draws per forecast.")] = 2000,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option(help="Threads; the result does not depend on it.")] = 2,
    save: Annotated[bool, typer.Option("--save", help="Keep the result beside the case.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write tables (and charts of gains) here.")] = None,
    as_json: Json = False,
) -> None:
    """Score the forecasts on rolling origins of the case's own record, against simple baselines."""
    if out is not None:
        check_folder(out, "--out")
    asked = Backtest(what=what, draws=draws, workers=workers, save=save)
    answer = ask(asked, scenario(case, seed=seed), quiet=as_json)
    found, tables = answer.value, answer.value.tables
    told(found.saved, "saved")
    if out is not None:
        if what is What.gains:
            written = backtest_files(load_case(case).case, tables, out)
        else:
            with replaced_folder(out, "--out", f"backtest {what}") as staged:
                written = _write(tables, staged, f"{what}_")
        told([out / path.name for path in written])
    if as_json:
        content = {name: records(frame) for name, frame in tables.items()}
        print_json(json.dumps({"made_by": found.made_by, **content}, default=str))
        return
    console = terminal()
    for note in answer.notes:
        say(console, note)
    if what is What.gains:
        print_summary(console, tables[BACKTEST_SUMMARY])
        print_bars(console, tables[BACKTEST_BARS])
    else:
        for name, frame in tables.items():
            print_scores(console, name, frame)


def _write(tables: Mapping[str, pd.DataFrame], folder: Path, stem: str) -> list[Path]:
    written = []
    for name, frame in tables.items():
        written.append(folder / f"{stem}{name}.csv")
        write_text(written[-1], frame.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
    return written


WIDE = ("label", "log_score", "width80", "brier", "source", "independent", "least", "in50", "in90")
"""Columns that the saved tables keep and a screen has no room for."""


def print_scores(console: Console, name: str, frame: pd.DataFrame) -> None:
    """A score table for the screen: its main columns, numbers short."""
    shown = frame.drop(columns=[column for column in WIDE if column in frame.columns])
    is_text = [not pd.api.types.is_numeric_dtype(shown[column]) for column in shown.columns]
    columns = [
        words(str(c)) if text else figure(str(c)) for c, text in zip(shown.columns, is_text, strict=True)
    ]
    rows = [[_short(value) for value in row] for row in shown.itertuples(index=False)]
    print_table(console, columns, rows, title=name)
    console.print()


def _short(value: object) -> str:
    return short(value) if isinstance(value, float) else str(value)


def print_summary(console: Console, summary: pd.DataFrame) -> None:
    """Scores of every forecast by horizon."""
    horizons = sorted(summary["horizon"].unique())
    columns = [words("forecast")]
    for horizon in horizons:
        windows = int(summary.loc[summary["horizon"] == horizon, "independent_windows"].iloc[0])
        columns.append(figure(f"{horizon} weeks ({windows} independent)"))
    columns.append(figure("80% band"))
    rows = []
    for label, own in summary.groupby("label", sort=False):
        crps = own.set_index("horizon")["crps"]
        rows.append([str(label), *(f"{crps[h]:,.0f}" for h in horizons), f"{own['cover80'].mean():.2f}"])
    title = "CRPS by weeks ahead (km², lower is better) and coverage of the 80% band"
    print_table(console, columns, rows, title=title, blocks=True)
    console.print()


def print_bars(console: Console, bars: pd.DataFrame) -> None:
    """The bars set for the headline forecast, and whether each was met."""
    columns = [
        words("bar (set before the figures were seen)"), words("allowed"), figure("got"), words("met"),
        words("its whole range"),
    ]  # fmt: skip
    rows = [
        (str(row.bar), str(row.allowed), str(row.got), "yes" if row.met else "no", str(row.whole_range))
        for row in bars.itertuples()
    ]
    print_table(
        console, columns, rows, title="Headline forecast", note=bars_sentence(made({BACKTEST_BARS: bars}))
    )
