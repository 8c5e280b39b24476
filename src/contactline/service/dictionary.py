"""The data dictionary of everything contactline reads and writes, as one page.

`python -m contactline.service.dictionary` prints it.

The page in docs/ is this function's output, and a test compares the two, so that no column goes unexplained.
"""

from __future__ import annotations

from collections.abc import Iterable

from contactline.case.tables import TABLES as EVIDENCE
from contactline.core.frame import Table
from contactline.core.output import prepare_output
from contactline.engine.courses import OUTCOMES
from contactline.evidence.tables import STORED
from contactline.score.columns import SCORE_TABLES
from contactline.topics.tables import TABLES as REPORT


def dictionary_page() -> str:
    """All tables as Markdown: evidence of a case, tables of an assessment, scores, outcomes in results.nc."""
    lines = [
        "# Data dictionary",
        "",
        "Made by `python -m contactline.service.dictionary`. Days are ISO days; an empty field is a missing value.",
    ]
    for title, tables in (
        ("Evidence of a case (`evidence/`, and the local store)", EVIDENCE.values()),
        (
            "Further tables of the local store",
            (table for name, table in STORED.items() if name not in EVIDENCE),
        ),
        (
            "Tables of an assessment (`tables/`)",
            (table for name, table in REPORT.items() if name not in EVIDENCE),
        ),
        ("Scores of a backtest", SCORE_TABLES.values()),
    ):
        lines += ["", f"## {title}", *_tables(tables)]
    lines += [
        "",
        "## Outcomes in `results.nc`",
        "",
        "| variable[course, draw] | unit | meaning |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {unit} | {label} |" for name, (label, unit) in OUTCOMES.items()]
    lines += [
        "| gain[model, draw, week] | km² | cumulative net gain of the challenger while fighting on |",
        "| objective_week[objective, draw] | weeks | week in which the objective falls; inf beyond the horizon |",
        "| belief[name, set] | see tables/assumptions.csv | the value of each belief in each belief set |",
    ]
    return "\n".join(lines) + "\n"


def _tables(tables: Iterable[Table]) -> list[str]:
    lines: list[str] = []
    for table in tables:
        lines += ["", f"### {table.name}", "", f"{table.meaning}. Key: {', '.join(table.key) or 'none'}.", ""]
        lines += ["| column | type | unit | range | meaning |", "|---|---|---|---|---|"]
        lines += [f"| {c.name} | {c.kind} | {c.unit} | {c.range} | {c.meaning} |" for c in table.columns]
    return lines


if __name__ == "__main__":
    prepare_output()
    print(dictionary_page(), end="")
