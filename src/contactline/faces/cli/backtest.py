"""`contactline backtest`: forecasts of gains, losses, where ground falls and when places do, scored out of sample."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich.console import Console

from contactline.case.load import LoadedCase, load_case
from contactline.core.errors import InputError
from contactline.core.files import write_text
from contactline.core.folders import check_folder, everything, replaced_folder
from contactline.core.frame import Tables, made
from contactline.core.limits import Cost, check_cost
from contactline.core.output import print_json
from contactline.core.progress import Stages, terminal
from contactline.core.rounding import short
from contactline.core.screen import figure, print_table, say, words
from contactline.engine.fits import other_maps
from contactline.engine.fronts import belt_resistance
from contactline.score.backtest import backtest
from contactline.score.baselines import autoarima_available, default_baselines
from contactline.score.losses import backtest_losses
from contactline.score.models import model_forecasters
from contactline.score.places import places_backtest
from contactline.score.space import space_backtest
from contactline.service.assess import DEFAULT_CASE
from contactline.topics.showing.track import bars_sentence
from contactline.topics.trust.make.scores import (
    FOLDER,
    Reading,
    backtest_tables,
    read_gains,
    read_losses,
    read_places,
    read_space,
    save_scores,
)
from contactline.topics.trust.schema import BACKTEST_BARS, BACKTEST_SUMMARY
from contactline.topics.trust.show.scores import backtest_files
from contactline.war.capture_data import history
from contactline.war.losses import weekly_claims
from contactline.war.record import tempo_record

Frames = Mapping[str, pd.DataFrame]


MOST_WORKERS = 64


class What(StrEnum):
    """What to score."""

    gains = "gains"
    losses = "losses"
    space = "space"
    places = "places"


COSTS = {What.gains: Cost(0.61e9, 3e3, 130.0, 3e-4), What.losses: Cost(0.4e9, 1e3, 4.0, 2.2e-4)}
"""What so many draws take, as measured on the reference case (docs/limits.md)."""


def backtest_command(
    case: Annotated[str, typer.Argument(help="A built-in case's id or a case folder.")] = DEFAULT_CASE,
    what: Annotated[
        What, typer.Option(help="Gains in km², weekly losses, which cells fall, or when places do.")
    ] = What.gains,
    draws: Annotated[int, typer.Option(help="Draws per forecast.")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of all draws.")] = 0,
    workers: Annotated[int, typer.Option(help="Threads; the result does not depend on it.")] = 2,
    save: Annotated[bool, typer.Option("--save", help="Keep the result beside the case.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write tables (and charts of gains) here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score the forecasts on rolling origins of the case's own record, against simple baselines."""
    if not 1 <= workers <= MOST_WORKERS:
        raise InputError(f"--workers: got {workers}; allowed is a whole number from 1 to {MOST_WORKERS}.")
    if what in COSTS:  # the others take a thousand draws at most
        check_cost(f"--draws {draws}", COSTS[what], draws, "Ask for fewer draws")
    loaded = load_case(case)
    if out is not None:
        check_folder(out, "--out")
    if save:
        check_folder(loaded.folder / FOLDER, "--save", everything)
    stages = Stages(terminal(stderr=True), quiet=as_json)
    made_by, found = _SCORED[what](loaded, stages, draws, seed, workers)
    tables = Tables(found)
    told = terminal(stderr=True)
    if save:
        for path in save_scores(loaded, what.value, tables, made_by):
            say(told, f"saved {path}")
    if out is not None:
        if what is What.gains:
            written = backtest_files(loaded.case, tables, out)
        else:
            with replaced_folder(out, "--out", f"backtest {what}") as staged:
                written = _write(tables, staged, f"{what}_")
        for path in written:
            say(told, f"wrote {out / path.name}")
    if as_json:
        content = {
            name: json.loads(frame.to_json(orient="records", date_format="iso"))
            for name, frame in tables.items()
        }
        print_json(json.dumps({"made_by": made_by, **content}, default=str))
        return
    console = terminal()
    if what is What.gains:
        if not autoarima_available():
            say(
                console,
                "AutoARIMA is left out: it needs the package statsforecast (a development dependency).",
            )
        print_summary(console, tables[BACKTEST_SUMMARY])
        print_bars(console, tables[BACKTEST_BARS])
    else:
        for name, frame in tables.items():
            print_scores(console, name, frame)


def _gains(
    loaded: LoadedCase, stages: Stages, draws: int, seed: int, workers: int
) -> tuple[dict[str, Any], Frames]:
    record = tempo_record(*read_gains(Reading(loaded)))
    with stages.stage("score the gains on rolling origins") as tick:
        result = backtest(
            record.net[:, 0], record.ends, model_forecasters(record, seed),
            default_baselines(autoarima=autoarima_available()), seed=seed, draws=draws, workers=workers, tick=tick,
        )  # fmt: skip
    return result.made_by, backtest_tables(result, record.maps[0])


def _losses(
    loaded: LoadedCase, stages: Stages, draws: int, seed: int, workers: int
) -> tuple[dict[str, Any], Frames]:
    losses, series, side, start, as_of = read_losses(Reading(loaded))
    claims = weekly_claims(losses, series, side, start, as_of)
    ends = np.array([np.datetime64(as_of, "D") - 7 * back for back in range(len(claims) - 1, -1, -1)])
    with stages.stage("score the losses on rolling origins") as tick:
        result = backtest_losses(claims, ends, seed, draws=draws, workers=workers, tick=tick)
    return result.made_by, {"summary": result.summary, "bars": result.bars}


def _space(
    loaded: LoadedCase, stages: Stages, draws: int, seed: int, _workers: int
) -> tuple[dict[str, Any], Frames]:
    cells, changes, settlements, areas, start, as_of = read_space(Reading(loaded))
    past, record = history(cells, changes, as_of), tempo_record(areas, start, as_of)
    maps, others = other_maps(loaded.case, record, past)
    with stages.stage("score where ground falls on rolling origins") as tick:
        result = space_backtest(
            past,
            others=others,
            maps=maps,
            settlements=settlements,
            seed=seed,
            draws=min(draws, 1000),
            tick=tick,
        )
    return result.made_by, {"summary": result.summary, "skills": result.skills, "bars": result.bars}


def _places(
    loaded: LoadedCase, stages: Stages, draws: int, seed: int, _workers: int
) -> tuple[dict[str, Any], Frames]:
    case = loaded.case
    objectives, cells, changes, settlements, areas, start, as_of = read_places(Reading(loaded))
    past, record = history(cells, changes, as_of), tempo_record(areas, start, as_of)
    maps, others = other_maps(case, record, past)
    with stages.stage("score the dates of places on rolling origins") as tick:
        result = places_backtest(
            past, record, settlements, objectives, cells["place"].to_numpy(),
            series=case.headline_series.id, others=others, maps=maps, resistance=belt_resistance(case, cells),
            seed=seed, draws=min(draws, 1000), tick=tick,
        )  # fmt: skip
    return result.made_by, {"summary": result.summary, "skills": result.skills, "bands": result.bands}


_SCORED = {What.gains: _gains, What.losses: _losses, What.space: _space, What.places: _places}


def _write(tables: Frames, folder: Path, stem: str) -> list[Path]:
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
