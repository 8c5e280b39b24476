"""`contactline front`: what the maps show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from contactline.core.dates import parse_day
from contactline.core.errors import InputError
from contactline.core.folders import check_folder
from contactline.core.limits import check_whole
from contactline.core.output import print_json, records
from contactline.core.progress import terminal
from contactline.core.screen import figure, print_table, words
from contactline.faces.cli.options import DEFAULT_CASE, CaseArgument, Json, ask, scenario, told
from contactline.faces.cli.screen import front_chart, front_table
from contactline.service.questions.front import Front, Gains
from contactline.topics.front.schema import FRONT_MONTHLY


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
    if end is not None and start is None:
        raise InputError("--to without --from: give both days, or neither for gains by month.")
    if start is not None:
        last = parse_day(end, "--to") if end else None
        asked = Gains(start=parse_day(start, "--from"), end=last, series=series)
        found = ask(asked, scenario(case)).value
        if as_json:
            print_json(records(found.gains))
        else:
            _print_gains(
                found.gains, f"{found.case.id}: gains of {found.case.challenger.name} {found.days}, km²"
            )
        return
    if series is not None:
        raise InputError(
            "--series without --from: the months table shows every map; give --from and --to as well."
        )
    check_whole("--months", months, 1)
    if out is not None:
        check_folder(out, "--out")
    measured = ask(Front(), scenario(case)).value
    monthly = measured.tables[FRONT_MONTHLY]
    if as_json:
        print_json(records(monthly))
    else:
        front_table(terminal(), measured.case, monthly, months)
    if out is not None:
        told(front_chart(measured.case, measured.tables, out, measured.digest))


def _print_gains(gains: pd.DataFrame, title: str) -> None:
    moved = gains[(gains["gain"].abs() >= 0.05) | (gains["region"] == "total")]
    rows = [
        (
            str(row.region), f"{row.gain:,.1f}", f"{row.share_of_region:.2%}", f"{row.share_of_country:.3%}",
            f"{row.km2_start:,.0f}", f"{row.km2_end:,.0f}", str(row.flag),
        )
        for row in moved.itertuples()
    ]  # fmt: skip
    columns = (
        words("region"), figure("gain"), figure("of region", 1), figure("of country", 2), figure("held then", 3),
        figure("held now"), words("flags"),
    )  # fmt: skip
    print_table(terminal(), columns, rows, title=title)
