"""`contactline claims`: the claims of a debate beside the figures they are about, with verdict, reason and sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.text import Text

from contactline.case.check_claims import read_text
from contactline.case.load import load_case
from contactline.case.quantities import FAMILIES, KINDS, quantity_names
from contactline.case.schema import Case
from contactline.choice.claims import VERDICTS
from contactline.core.errors import InputError
from contactline.core.output import print_json
from contactline.core.progress import Stages, terminal
from contactline.core.screen import print_table, say, words
from contactline.service.assess import DEFAULT_CASE, assess
from contactline.topics.assessment import Assessment
from contactline.topics.claims.make.claims import claims_tables
from contactline.topics.claims.schema import CLAIMS
from contactline.topics.store import load

STYLES = dict(zip(VERDICTS, ("green", "yellow", "red", "dim"), strict=True))


def claims_command(
    case: Annotated[
        str | None,
        typer.Argument(
            help="A built-in case's id or a case folder. Default: that of --run, else ukraine_2025."
        ),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(help="A folder that `contactline assess` wrote; else the case is assessed first."),
    ] = None,
    text: Annotated[
        Path | None, typer.Option(help="Check the claims in this YAML file instead of the case's own.")
    ] = None,
    quantities: Annotated[
        bool, typer.Option("--quantities", help="List what a claim can be about, and stop.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print claims and their tests as JSON.")] = False,
) -> None:
    """Check claims against measured and simulated quantities: supported, contested, not supported, not testable."""
    if quantities:
        _print_quantities(_case(case or DEFAULT_CASE), as_json)
        return
    # The text is read before any simulation, so that a slip in it costs no minute.
    about = _case(case or DEFAULT_CASE) if run is None or case else None
    saved = load(run) if run is not None else None
    if saved is not None and about is not None and saved.case.id != about.id:
        raise InputError(
            f"--run {run}: is an assessment of {saved.case.id!r}, not of {about.id!r}. Name that case, or none, or "
            "another folder."
        )
    about = about or (saved.case if saved else _case(DEFAULT_CASE))
    if text is not None:
        about = read_text(about, text)
    if not about.claims:
        raise InputError(
            f"case {about.id!r} holds no claims. Add them to claims.yaml or give --text FILE; see docs/claims.md."
        )
    result = saved or _assessed(case or DEFAULT_CASE, as_json)
    tables = claims_tables(about, result.tables, result.ensemble)
    if as_json:
        content = {name: json.loads(frame.to_json(orient="records")) for name, frame in tables.items()}
        print_json({"case": about.id, **content})
    else:
        _print_claims(about, tables[CLAIMS])


def _case(name: str) -> Case:
    return load_case(name).case


def _assessed(case: str, quiet: bool) -> Assessment:
    told = terminal(stderr=True)
    if not quiet:
        say(told, f"Assessing {case} first; --run FOLDER reads a saved assessment instead.")
    return assess(case, stages=Stages(told, quiet=quiet))


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


def _print_quantities(case: Case, as_json: bool) -> None:
    names = quantity_names(case)
    if as_json:
        families = [
            {"template": f.template, "meaning": f.meaning, "unit": f.unit, "kind": f.kind} for f in FAMILIES
        ]
        print_json({"families": families, "kinds": KINDS, "names": names})
        return
    console = terminal()
    columns = (words("name"), words("what it is"), words("unit"), words("kind"))
    rows = [(family.template, family.meaning, family.unit, family.kind) for family in FAMILIES]
    print_table(console, columns, rows, title=f"What a claim on {case.id} can be about", spaced=True)
    console.print()
    for kind, meaning in KINDS.items():
        say(console, f"{kind}: {meaning}")
    say(console, f"{len(names)} names in this case; --json lists them all.")
