"""`contactline front`, `contactline backtest` and `contactline case build`: measuring and scoring commands."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

import contactline
from contactline.pipeline import DEFAULT_CASE
from contactline.build import build_evidence
from contactline.case.load import load_case
from contactline.cli_case import app as case_app
from contactline.core.dates import parse_day
from contactline.core.errors import InputError
from contactline.core.progress import Stages, Tick
from contactline.front.gains import gains_by_region
from contactline.report.backtest import write_backtest
from contactline.report.front import front_assessment
from contactline.report.html import write_front
from contactline.report.terminal import front_table
from contactline.score.backtest import backtest
from contactline.score.baselines import autoarima_available, default_baselines
from contactline.score.models import model_forecasters
from contactline.stages.front import front_tables, measure_front
from contactline.stages.trust import backtest_tables, save_backtest
from contactline.war.record import tempo_record

CaseArgument = Annotated[str, typer.Argument(help="A built-in case's id or a case folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def front_command(
    case: CaseArgument = DEFAULT_CASE,
    start: Annotated[
        str | None, typer.Option("--from", help="First day, YYYY-MM-DD; with --to, gains between.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="Last day, YYYY-MM-DD. Default: the as-of date.")
    ] = None,
    series: Annotated[str | None, typer.Option(help="Map series. Default: the headline map.")] = None,
    months: Annotated[int, typer.Option(help="Months to print.")] = 12,
    out: Annotated[
        Path | None, typer.Option(help="Write charts and the map here (PNG, SVG, interactive HTML).")
    ] = None,
    as_json: Json = False,
) -> None:
    """What the maps show: gains by month and region, gains between two days, the line then and now."""
    loaded = load_case(case)
    if start is not None or end is not None:
        last = parse_day(end, "--to") if end else loaded.case.as_of
        if start is None:
            raise InputError("--to without --from: give both days, or neither for gains by month.")
        _between(loaded.case.id, case, series, parse_day(start, "--from"), last, as_json)
        return
    measured = measure_front(loaded)
    tables = front_tables(loaded, measured)
    monthly = tables["front_monthly"]
    if as_json:
        typer.echo(monthly.to_json(orient="records", date_format="iso"))
    else:
        Console().print(front_table(loaded.case, monthly, months))
    if out is not None:
        cells = pd.DataFrame(
            {
                "cell": measured.cells["cell"],
                "region": measured.cells["region"],
                "holder_first": measured.cells["holder"],
                "holder_now": measured.ground.holder.astype(int),
            }
        )
        tables |= {"cells": cells, "changes": loaded.evidence("changes")}
        drawn = front_assessment(loaded.case, tables, loaded.digest, contactline.__version__)
        for path in write_front(drawn, out):
            Console(stderr=True).print(f"wrote {path}")


def backtest_command(
    case: CaseArgument = DEFAULT_CASE,
    draws: Annotated[int, typer.Option(help="Draws per forecast.")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of all draws.")] = 0,
    workers: Annotated[int, typer.Option(help="Threads; the result does not depend on it.")] = 2,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the result beside the case, for its reports.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write tables and a chart here.")] = None,
    as_json: Json = False,
) -> None:
    """Score the forecasts on rolling origins of the case's own record, against simple baselines."""
    loaded = load_case(case)
    record = tempo_record(loaded.evidence("areas"), loaded.case.evidence.fit_from, loaded.case.as_of)
    stages = Stages(Console(stderr=True), quiet=as_json)
    with_arima = autoarima_available()
    with stages.stage("score the forecasts on rolling origins") as tick:
        result = backtest(
            record.net[:, 0], record.ends, model_forecasters(record, seed), default_baselines(autoarima=with_arima),
            seed=seed, draws=draws, workers=workers, tick=tick,
        )  # fmt: skip
    tables = backtest_tables(result, record.maps[0])
    if save:
        Console(stderr=True).print(f"saved in {save_backtest(result, record.maps[0], loaded.folder)}")
    if out is not None:
        version = contactline.__version__
        for path in write_backtest(
            loaded.case, tables, out, digest=loaded.digest, seed=seed, version=version
        ):
            Console(stderr=True).print(f"wrote {path}")
    if as_json:
        content = {name: json.loads(frame.to_json(orient="records")) for name, frame in tables.items()}
        typer.echo(json.dumps({"made_by": result.made_by, **content}))
        return
    console = Console()
    if not with_arima:
        console.print("AutoARIMA is left out: it needs the package statsforecast (a development dependency).")
    console.print(_summary(tables["backtest_summary"]))
    console.print(_bars(tables["backtest_bars"]))


@case_app.command("build")
def build_command(
    case: CaseArgument = DEFAULT_CASE,
    source: Annotated[Path, typer.Option("--from", help="Folder of the raw archives.")] = Path(),
    out: Annotated[
        Path | None, typer.Option(help="Write here instead of into the case's evidence folder.")
    ] = None,
) -> None:
    """Measure a case's embedded evidence from the raw archives; the same archives give the same bytes."""
    console = Console(stderr=True)

    def stage(name: str) -> Tick:
        console.print(name)
        return lambda _share: None

    loaded = load_case(case)
    rows = build_evidence(loaded, source, out, stage)
    table = Table("table", "rows")
    for name, count in rows.items():
        table.add_row(name, f"{count:,}")
    Console().print(table)


def _between(name: str, case: str, series: str | None, start: date, end: date, as_json: bool) -> None:
    loaded = load_case(case)
    about = loaded.case
    table = gains_by_region(
        loaded.evidence("areas"), series or about.headline_series.id, start, end,
        sizes=loaded.evidence("regions"), country_km2=about.evidence.country_km2,
    )  # fmt: skip
    if as_json:
        typer.echo(table.to_json(orient="records"))
        return
    shown = Table(title=f"{name}: gains of {about.challenger.name} from {start} to {end}, km²")
    for column in ("region", "gain", "of region", "of country", "held then", "held now", "flags"):
        shown.add_column(column, justify="left" if column in ("region", "flags") else "right")
    for row in table[(table["gain"].abs() >= 0.05) | (table["region"] == "total")].itertuples():
        shown.add_row(
            str(row.region), f"{row.gain:,.1f}", f"{row.share_of_region:.2%}", f"{row.share_of_country:.3%}",
            f"{row.km2_start:,.0f}", f"{row.km2_end:,.0f}", str(row.flag),
        )  # fmt: skip
    Console().print(shown)


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
