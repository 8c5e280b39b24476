"""`contactline front` and `contactline case build`: the measuring commands."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from contactline.case.load import load_case
from contactline.core.dates import parse_day
from contactline.core.errors import InputError
from contactline.core.folders import check_folder
from contactline.core.frame import made
from contactline.core.output import print_json
from contactline.core.progress import Tick, terminal
from contactline.core.screen import figure, print_table, say, words
from contactline.engine.ground import measure_front
from contactline.evidence.inputs import unpack_limit
from contactline.faces.cli.case import app as case_app
from contactline.faces.cli.data import UnpackLimit
from contactline.faces.cli.screen import front_chart, front_table
from contactline.front.gains import gains_by_region
from contactline.service.assess import DEFAULT_CASE
from contactline.service.build import build_evidence
from contactline.topics.fighting.schema import CELLS
from contactline.topics.front.make import cells_now, front_tables
from contactline.topics.front.schema import FRONT_MONTHLY

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
    if series is not None:
        raise InputError(
            "--series without --from: the months table shows every map; give --from and --to as well."
        )
    if months < 1:
        raise InputError(f"--months: got {months}; allowed is a whole number from 1 up.")
    if out is not None:
        check_folder(out, "--out")
    measured = measure_front(loaded)
    tables = front_tables(loaded, measured)
    monthly = tables[FRONT_MONTHLY]
    if as_json:
        print_json(monthly.to_json(orient="records", date_format="iso"))
    else:
        front_table(terminal(), loaded.case, monthly, months)
    if out is not None:
        tables |= made({CELLS: cells_now(measured)})
        for path in front_chart(loaded.case, tables, out, loaded.digest):
            say(terminal(stderr=True), f"wrote {path}")


@case_app.command("build")
def build_command(
    case: CaseArgument = DEFAULT_CASE,
    source: Annotated[Path, typer.Option("--from", help="Folder of the raw archives.")] = Path(),
    out: Annotated[
        Path | None, typer.Option(help="Write here instead of into the case's evidence folder.")
    ] = None,
    unpack_limit_mb: UnpackLimit = None,
) -> None:
    """Measure a case's embedded evidence from the raw archives; the same archives give the same bytes."""
    console = terminal(stderr=True)

    def stage(name: str) -> Tick:
        say(console, name)
        return lambda _share: None

    loaded = load_case(case)
    with unpack_limit(unpack_limit_mb):
        rows = build_evidence(loaded, source, out, stage)
    counted = [(name, f"{count:,}") for name, count in rows.items()]
    print_table(terminal(), (words("table"), figure("rows")), counted)


def _between(name: str, case: str, series: str | None, start: date, end: date, as_json: bool) -> None:
    loaded = load_case(case)
    about = loaded.case
    table = gains_by_region(
        loaded.evidence("areas"), series or about.headline_series.id, start, end,
        sizes=loaded.evidence("regions"), country_km2=about.evidence.country_km2,
    )  # fmt: skip
    if as_json:
        print_json(table.to_json(orient="records"))
        return
    moved = table[(table["gain"].abs() >= 0.05) | (table["region"] == "total")]
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
    title = f"{name}: gains of {about.challenger.name} from {start} to {end}, km²"
    print_table(terminal(), columns, rows, title=title)
