"""`contactline claims`: the claims of a debate beside the figures they are about, with verdict, reason and sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.text import Text

from contactline.case.schema import Case
from contactline.core.errors import InputError
from contactline.core.output import print_json, records
from contactline.core.progress import terminal
from contactline.core.screen import print_table, say, words
from contactline.faces.cli.options import (
    DEFAULT_CASE,
    CaseOrRun,
    Held,
    Json,
    Run,
    ask,
    first_assessed,
    scenario,
)
from contactline.service.questions.claims import VERDICTS, Claims, Listed, Quantities
from contactline.topics.claims.schema import CLAIMS

STYLES = dict(zip(VERDICTS, ("green", "yellow", "red", "dim"), strict=True))


def claims_command(
    case: CaseOrRun = None,
    run: Run = None,
    text: Annotated[
        Path | None, typer.Option(help="Check the claims in this YAML file instead of the case's own.")
    ] = None,
    quantities: Annotated[
        bool, typer.Option("--quantities", help="List what a claim can be about, and stop.")
    ] = False,
    held: Held = None,
    as_json: Json = False,
) -> None:
    """Check claims against measured and simulated quantities: supported, contested, not supported, not testable."""
    if run is not None and held:
        raise InputError("--set: a saved run keeps the beliefs it was made with; leave out --set or --run.")
    about = None if run is not None and case is None else scenario(case or DEFAULT_CASE, held=held)
    if quantities:
        listed = ask(Quantities(), about or scenario(DEFAULT_CASE)).value
        if as_json:
            print_json({"families": listed.families, "kinds": listed.kinds, "names": listed.names})
        else:
            _print_quantities(listed)
        return
    if run is None:
        first_assessed(about, quiet=as_json)
    found = ask(Claims(text=text, run=run), about, quiet=as_json).value
    if as_json:
        content = {name: records(frame) for name, frame in found.tables.items()}
        print_json({"case": found.case.id, **content})
    else:
        _print_claims(found.case, found.tables[CLAIMS])


def _print_claims(case: Case, claims: pd.DataFrame) -> None:
    console = terminal()
    rows = []
    for row in claims.itertuples(index=False):
        why = Text.assemble(str(row.reason), (f"\n{row.reading!s}" if row.reading else "", "dim"))
        verdict = Text(str(row.verdict), style=STYLES[str(row.verdict)])
        rows.append((Text.assemble(str(row.text), (f"\n{row.by}", "dim")), verdict, why))
    title = f"{case.title}: claims, checked as of {case.as_of}"
    print_table(console, (words("claim"), words("verdict"), words("why")), rows, title=title, spaced=True)
    console.print()
    counts = claims["verdict"].value_counts()
    say(console, "; ".join(f"{counts.get(v, 0)} {v}" for v in VERDICTS) + ".")
    say(console, "The rule of the verdicts: docs/claims.md. Ids name entries of the case's bibliography.")


def _print_quantities(found: Listed) -> None:
    console = terminal()
    columns = (words("name"), words("what it is"), words("unit"), words("kind"))
    rows = [
        (family["template"], family["meaning"], family["unit"], family["kind"]) for family in found.families
    ]
    print_table(console, columns, rows, title=f"What a claim on {found.case} can be about", spaced=True)
    console.print()
    for kind, meaning in found.kinds.items():
        say(console, f"{kind}: {meaning}")
    say(console, f"{len(found.names)} names in this case; --json lists them all.")
