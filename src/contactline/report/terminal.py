"""What a terminal shows: an assessment on one screen, and the table of gains for `contactline front`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

import contactline
from contactline.case.schema import Case
from contactline.report.assessment import Assessment
from contactline.report.choice_page import brief
from contactline.report.front import front_assessment
from contactline.report.html import write_front
from contactline.report.key_assumptions import would_change
from contactline.report.summary import as_of_line, key_hinges, key_numbers, no_hinges
from contactline.report.track import without_scores

SCREEN_LINES = 36
"""The summary stays below this many lines at 100 columns; at 80 columns it drops reasons first."""


def summary(assessment: Assessment, console: Console, report: Path | None = None) -> None:
    """Print the judgements, the numbers that matter, what they hinge on, and where the report is."""
    fits = [_screen(assessment, report, *size) for size in _SIZES]
    room = max(console.height if console.is_terminal else SCREEN_LINES, 20)
    chosen = next((s for s in fits if len(console.render_lines(s)) < room), fits[-1])
    console.print(chosen)


def front_table(case: Case, monthly: pd.DataFrame, months: int = 12) -> Table:
    """Net gains by month and region of the headline map, newest month last, and each other map's total.

    `monthly` is the table `front_monthly`. A dagger marks months with missing, doubled or redrawn days.
    """
    series = list(monthly["series"].unique())
    headline = headline_of_case(case, series)
    own = monthly[monthly["series"] == headline]
    regions = own[own["region"] != "total"].groupby("region")["km2"].apply(lambda v: v.abs().sum())
    wide = own.pivot_table(index="month", columns="region", values="km2", aggfunc="sum").tail(months)
    # Regions in which nothing moved in the months shown would only take the width from the others.
    order = [r for r in regions.sort_values(ascending=False).index if wide[r].abs().max() >= 0.5]
    flagged = own.groupby("month")["flagged"].any()
    others = {
        s: monthly[(monthly["series"] == s) & (monthly["region"] == "total")].set_index("month")["km2"]
        for s in series
    }
    names = {r.id: r.name for r in case.regions} | {s.id: s.name for s in case.series}
    table = Table(
        title=f"Net change of the area held by {case.challenger.name}, km² ({names.get(headline, headline)})",
        title_justify="left",
        caption="† a day is missing, doubled or redrawn. Positive: gained; negative: lost.",
        caption_justify="left",
    )
    table.add_column("Month", no_wrap=True)
    for region in order:
        table.add_column(names.get(str(region), str(region)).removesuffix(" oblast"), justify="right")
    table.add_column("Total", justify="right", style="bold")
    for other in [s for s in series if s != headline]:
        table.add_column(f"Total, {other}", justify="right", style="dim")
    for month, row in wide.iterrows():
        total = row["total"] if "total" in row else row.sum()
        cells = [_km2(row.get(region, float("nan"))) for region in order]
        rest = [_km2(others[s].get(month, float("nan"))) for s in series if s != headline]
        mark = "†" if flagged.get(month, False) else ""
        table.add_row(f"{month:%b %Y}{mark}", *cells, _km2(total), *rest)
    return table


def front_chart(case: Case, tables: Mapping[str, pd.DataFrame], out: Path, digest: str = "") -> list[Path]:
    """Write front.html (interactive), and gains, line length and the map as SVG and PNG, into folder `out`.

    `tables` may hold any of `report.front.FRONT_TABLES`; digest : the case's. Returns the paths written.
    """
    return write_front(front_assessment(case, tables, digest, contactline.__version__), out)


def headline_of_case(case: Case, present: list[str]) -> str:
    """The headline map series if it is among `present`, else the first of them."""
    return case.headline_series.id if case.headline_series.id in present else present[0]


_SIZES = (
    (True, True, 3, 9, 4),
    (False, True, 3, 9, 3),
    (False, True, 2, 9, 2),
    (False, False, 2, 6, 2),
    (False, False, 1, 5, 2),
    (False, False, 1, 4, 2),
    (False, False, 1, 3, 2),
    (False, False, 1, 2, 2),
    (False, False, 1, 2, 1),
    (False, False, 1, 1, 1),
    (False, False, 1, 1, 0),
)
"""What is left as the screen shrinks: reasons of confidence, notes of numbers, hinges, judgements, what would change
this."""


def _screen(
    assessment: Assessment,
    report: Path | None,
    reasons: bool,
    notes: bool,
    hinges: int,
    judgements: int,
    changes: int,
) -> RenderableType:
    case = assessment.case
    parts: list[RenderableType] = [Text(case.title, style="bold"), Text(as_of_line(assessment), style="dim")]
    if case.invented:
        parts.append(Text("An invented case: no evidence about a real conflict.", style="yellow"))
    parts += [Text(line, style="yellow") for line in without_scores(assessment.tables, assessment.run.notes)]
    parts += [Text(), _numbers(assessment, notes)]
    if assessment.judgements:
        parts += [Text(), Text("Judgements", style="bold")]
    for judgement in assessment.judgements[:judgements]:
        body = Text(f"• {judgement.sentence}")
        body.append(f" [Confidence: {judgement.confidence}.]", style="dim")
        if reasons:
            body.append(f" {judgement.confidence_reason}", style="dim")
        parts.append(body)
    left = max(len(assessment.judgements) - judgements, 0)
    found, none = key_hinges(assessment, hinges), no_hinges(assessment)
    if found or none:
        parts += [Text(), Text("What the choice hinges on", style="bold")]
    if none:
        parts.append(Text(f"• {none}"))
    for hinge in found:
        effect = f" (share for accepting {hinge.effect})" if notes else ""
        parts.append(Text(f"• {brief(assessment, hinge.label)}: now {hinge.present}; {hinge.turns}{effect}"))
    lines = would_change(assessment)
    lines = lines[:changes] if changes != 1 else sorted(lines, key=len)[:1]
    if lines:
        parts += [
            Text(),
            Text("What would change this", style="bold"),
            *(Text(f"• {line}") for line in lines),
        ]
    if report is not None:
        parts += [
            Text(),
            Text.assemble(("Report: ", "bold"), str(report), f" ({left} more judgements)" if left else ""),
        ]
    return Group(*parts)


def _numbers(assessment: Assessment, notes: bool) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column()
    for key in key_numbers(assessment):
        body = Text(key.label)
        if notes:
            body.append(f" ({key.note})", style="dim")
        table.add_row(key.value, body)
    return table


def _km2(value: float) -> str:
    return "–" if value != value else f"{value + 0.0:,.0f}".replace("-", "−")
