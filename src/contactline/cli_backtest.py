"""`contactline backtest`: forecasts of gains, losses, where ground falls and when places do, scored out of sample."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from rich.table import Table

from contactline.case.load import LoadedCase, load_case
from contactline.core.errors import InputError
from contactline.core.files import write_text
from contactline.core.folders import check_folder, everything, replaced_folder
from contactline.core.limits import Cost, check_cost
from contactline.core.progress import Stages, terminal
from contactline.pipeline import DEFAULT_CASE
from contactline.report.charts_score import backtest_files
from contactline.score.backtest import backtest
from contactline.score.baselines import autoarima_available, default_baselines
from contactline.score.losses import backtest_losses
from contactline.score.models import model_forecasters
from contactline.score.places import places_backtest
from contactline.score.space import space_backtest
from contactline.stages.space import belt_resistance, other_maps
from contactline.stages.trust import BACKTEST_FOLDER, backtest_tables, save_backtest
from contactline.war.capture_data import history
from contactline.war.losses import weekly_claims
from contactline.war.record import tempo_record

Frames = dict[str, pd.DataFrame]


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
        check_folder(loaded.folder / BACKTEST_FOLDER, "--save", everything)
    stages = Stages(terminal(stderr=True), quiet=as_json)
    made_by, tables = _SCORED[what](loaded, stages, draws, seed, workers, save)
    say = terminal(stderr=True)
    if save and what is not What.gains:
        folder = loaded.folder / BACKTEST_FOLDER
        with replaced_folder(folder, "--save", f"backtest {what}", everything, record=False) as staged:
            written = _write(tables, staged, f"{what}_")
            made = json.dumps(made_by, indent=1, sort_keys=True) + "\n"
            write_text(staged / f"{what}_made_by.json", made)
        for path in written:
            say.print(f"saved {folder / path.name}")
    if out is not None:
        if what is What.gains:
            written = backtest_files(loaded.case, tables, out)
        else:
            with replaced_folder(out, "--out", f"backtest {what}") as staged:
                written = _write(tables, staged, f"{what}_")
        for path in written:
            say.print(f"wrote {out / path.name}")
    if as_json:
        content = {
            name: json.loads(frame.to_json(orient="records", date_format="iso"))
            for name, frame in tables.items()
        }
        typer.echo(json.dumps({"made_by": made_by, **content}, default=str))
        return
    console = terminal()
    if what is What.gains:
        if not autoarima_available():
            console.print(
                "AutoARIMA is left out: it needs the package statsforecast (a development dependency)."
            )
        console.print(_summary(tables["backtest_summary"]))
        console.print(_bars(tables["backtest_bars"]))
    else:
        for name, frame in tables.items():
            console.print(_plain(name, frame))


def _gains(
    loaded: LoadedCase, stages: Stages, draws: int, seed: int, workers: int, save: bool
) -> tuple[dict[str, Any], Frames]:
    record = tempo_record(loaded.evidence("areas"), loaded.case.evidence.fit_from, loaded.case.as_of)
    with stages.stage("score the gains on rolling origins") as tick:
        result = backtest(
            record.net[:, 0], record.ends, model_forecasters(record, seed),
            default_baselines(autoarima=autoarima_available()), seed=seed, draws=draws, workers=workers, tick=tick,
        )  # fmt: skip
    if save:
        terminal(stderr=True).print(f"saved in {save_backtest(result, record.maps[0], loaded.folder)}")
    return result.made_by, backtest_tables(result, record.maps[0])


def _losses(
    loaded: LoadedCase, stages: Stages, draws: int, seed: int, workers: int, _save: bool
) -> tuple[dict[str, Any], Frames]:
    case = loaded.case
    series, start = case.evidence.attacker_loss_series, case.evidence.fit_from
    claims = weekly_claims(loaded.evidence("losses"), series, case.challenger.id, start, case.as_of)
    ends = np.datetime64(case.as_of) - 7 * np.arange(len(claims) - 1, -1, -1)
    with stages.stage("score the losses on rolling origins") as tick:
        result = backtest_losses(claims, ends, seed, draws=draws, workers=workers, tick=tick)
    return result.made_by, {"summary": result.summary, "bars": result.bars}


def _space(
    loaded: LoadedCase, stages: Stages, draws: int, seed: int, _workers: int, _save: bool
) -> tuple[dict[str, Any], Frames]:
    past = history(loaded.evidence("cells"), loaded.evidence("changes"), loaded.case.as_of)
    record = tempo_record(loaded.evidence("areas"), loaded.case.evidence.fit_from, loaded.case.as_of)
    maps, others = other_maps(loaded.case, record, past)
    with stages.stage("score where ground falls on rolling origins") as tick:
        result = space_backtest(
            past, others=others, maps=maps, settlements=loaded.evidence("settlements"), seed=seed,
            draws=min(draws, 1000), tick=tick,
        )  # fmt: skip
    return result.made_by, {"summary": result.summary, "skills": result.skills, "bars": result.bars}


def _places(
    loaded: LoadedCase, stages: Stages, draws: int, seed: int, _workers: int, _save: bool
) -> tuple[dict[str, Any], Frames]:
    case, cells = loaded.case, loaded.evidence("cells")
    past = history(cells, loaded.evidence("changes"), case.as_of)
    record = tempo_record(loaded.evidence("areas"), case.evidence.fit_from, case.as_of)
    maps, others = other_maps(case, record, past)
    with stages.stage("score the dates of places on rolling origins") as tick:
        result = places_backtest(
            past, record, loaded.evidence("settlements"), case.objectives, cells["place"].to_numpy(),
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


def _plain(name: str, frame: pd.DataFrame) -> Table:
    """A score table for the screen: its main columns, numbers short."""
    shown = frame.drop(columns=[column for column in WIDE if column in frame.columns])
    table = Table(*map(str, shown.columns), title=name)
    for row in shown.itertuples(index=False):
        table.add_row(*(_short(value) for value in row))
    return table


def _short(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return "–" if value != value else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _summary(summary: pd.DataFrame) -> Table:
    table = Table(title="CRPS by weeks ahead (km², lower is better) and coverage of the 80% band")
    horizons = sorted(summary["horizon"].unique())
    table.add_column("forecast")
    for horizon in horizons:
        windows = int(summary.loc[summary["horizon"] == horizon, "independent_windows"].iloc[0])
        table.add_column(f"{horizon} weeks\n({windows} independent)", justify="right")
    table.add_column("80% band", justify="right")
    for label, rows in summary.groupby("label", sort=False):
        crps = rows.set_index("horizon")["crps"]
        table.add_row(str(label), *(f"{crps[h]:,.0f}" for h in horizons), f"{rows['cover80'].mean():.2f}")
    return table


def _bars(bars: pd.DataFrame) -> Table:
    table = Table(
        "bar (set before the figures were seen)", "allowed", "got", "met", title="Headline forecast"
    )
    for row in bars.itertuples():
        table.add_row(str(row.bar), str(row.allowed), str(row.got), "yes" if row.met else "no")
    return table
