"""What a terminal shows: an assessment on one screen, and the table of gains for `contactline front`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd
from rich.console import Console
from rich.text import Text

from contactline.case.schema import Case
from contactline.core.frame import Tables
from contactline.core.screen import Cell, figure, hung, print_lines, print_table, table_lines, words
from contactline.core.version import VERSION
from contactline.faces.report.front import measured_assessment
from contactline.faces.report.html import write_front
from contactline.topics.assessment import Assessment
from contactline.topics.choice.show.assumptions import would_change
from contactline.topics.choice.show.consent import consent_of, defaults
from contactline.topics.choice.show.page import brief
from contactline.topics.choice.show.said import key_hinges, no_hinges
from contactline.topics.contents import key_numbers
from contactline.topics.proposals.schema import DEALS
from contactline.topics.showing.judgements import percent, proposal_name
from contactline.topics.showing.precision import sets_of, too_few
from contactline.topics.showing.summary import as_of_line
from contactline.topics.showing.topic import KeyNumber
from contactline.topics.showing.track import without_scores
from contactline.topics.truce.schema import TRUCE
from contactline.topics.truce.show import truce_number

SCREEN_LINES = 36
"""The summary stays below this many lines at 100 columns; at 80 columns it drops reasons first."""


def summary(assessment: Assessment, console: Console, report: Path | None = None) -> None:
    """Print the judgements, the numbers that matter, what they hinge on, and where the report is."""
    room = max(console.height if console.is_terminal else SCREEN_LINES, 20)
    said = _said(assessment)
    for size in _SIZES:
        lines = _screen(console, assessment, report, size, said)
        if len(lines) < room:
            break
    print_lines(console, lines)


def front_table(console: Console, case: Case, monthly: pd.DataFrame, months: int = 12) -> None:
    """Print net gains by month and region of the headline map, newest month last, and each other map's total.

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
        if s != headline
    }
    names = {r.id: r.name for r in case.regions} | {s.id: s.name for s in case.series}
    columns = [
        figure("Month"),
        figure("Total"),
        *(figure(names.get(str(region), str(region)).removesuffix(" oblast")) for region in order),
        *(figure(f"Total, {other}") for other in others),
    ]
    rows: list[list[Cell]] = []
    for month, row in wide.iterrows():
        total = row["total"] if "total" in row else row.sum()
        cells = [_km2(row.get(region, float("nan"))) for region in order]
        rest = [_km2(other.get(month, float("nan"))) for other in others.values()]
        mark = "†" if flagged.get(month, False) else ""
        rows.append([f"{month:%b %Y}{mark or ' '}", Text(_km2(total), style="bold"), *cells, *rest])
    print_table(
        console, columns, rows, blocks=True,
        title=f"Net change of the area held by {case.challenger.name}, km² ({names.get(headline, headline)})",
        note="† a day is missing, doubled or redrawn. Positive: gained; negative: lost.",
    )  # fmt: skip


def front_chart(case: Case, tables: Tables, out: Path, digest: str = "") -> list[Path]:
    """Write front.html (interactive), and gains, line length and the map as SVG and PNG, into folder `out`.

    tables : those of the topic front, and cells; digest : the case's. Returns the paths written.
    """
    return write_front(measured_assessment(case, tables, digest, VERSION), out)


def headline_of_case(case: Case, present: list[str]) -> str:
    """The headline map series if it is among `present`, else the first of them."""
    return case.headline_series.id if case.headline_series.id in present else present[0]


class _Size(NamedTuple):
    """What stands on the screen: reasons of confidence, notes of numbers, and how many hinges, judgements and lines of
    what would change this."""

    reasons: bool
    notes: bool
    hinges: int
    judgements: int
    changes: int


_SIZES = tuple(
    _Size(*size)
    for size in (
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
        (False, False, 0, 1, 0),
        (False, False, 0, 0, 0),
    )
)
"""What is left as the screen shrinks."""


class _Said(NamedTuple):
    """What a screen of any size chooses from.

    numbers : the numbers that matter; proposals : row by row, empty where there is but one; sides : names of both
    changes : what would change the answer
    """

    numbers: list[KeyNumber]
    proposals: list[list[str]]
    sides: tuple[str, ...]
    changes: list[str]


def _said(assessment: Assessment) -> _Said:
    case = assessment.case
    sides = (case.defender.name, case.challenger.name)
    rows = _proposals(assessment)
    # The table of offers has it too, and a screen is short.
    repeated = truce_number(assessment) if rows else None
    numbers = [number for number in key_numbers(assessment) if number != repeated]
    return _Said(numbers, rows, sides, would_change(assessment))


def _screen(
    console: Console, assessment: Assessment, report: Path | None, size: _Size, said: _Said
) -> list[Text]:
    reasons, notes, hinges, judgements, changes = size
    case = assessment.case
    parts: list[Text] = [Text(case.title, style="bold"), Text(as_of_line(assessment), style="dim")]
    if case.invented:
        parts.append(Text("An invented case: no evidence about a real conflict.", style="yellow"))
    if few := too_few(sets_of(assessment)):
        parts.append(Text(few, style="yellow"))
    parts += [Text(line, style="yellow") for line in without_scores(assessment.tables, assessment.run.notes)]
    tight = not (notes or changes)
    parts += [*([] if tight else [Text()]), *_numbers(console, said, notes)]
    if offers := _offers(console, said, in_a_line=tight):
        parts += offers if tight else [Text(), *offers]
    if assessment.judgements[:judgements]:
        parts += [Text(), Text("Judgements", style="bold")]
    for judgement in assessment.judgements[:judgements]:
        body = Text(f"• {judgement.sentence}")
        body.append(f" [Confidence: {judgement.confidence}.]", style="dim")
        if reasons:
            body.append(f" {judgement.confidence_reason}", style="dim")
        parts.append(body)
    left = max(len(assessment.judgements) - judgements, 0)
    found, none = key_hinges(assessment, hinges), no_hinges(assessment) if hinges else ""
    if found or none:
        parts += [Text(), Text("What the choice hinges on", style="bold")]
    if none:
        parts.append(Text(f"• {none}"))
    for hinge in found:
        effect = f" (share for accepting {hinge.effect})" if notes else ""
        parts.append(Text(f"• {brief(assessment, hinge.label)}: now {hinge.present}; {hinge.turns}{effect}"))
    lines = said.changes[:changes] if changes != 1 else sorted(said.changes, key=len)[:1]
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
    return [line for part in parts for line in hung(console, part)]


def _proposals(assessment: Assessment) -> list[list[str]]:
    """Name, chance of a truce, and the shares in which either side and both would sign, of every proposal, where
    several were assessed: what follows may speak of one of them alone."""
    names = {name: proposal_name(assessment.case, name) for name in _assessed(assessment)}
    if len(names) < 2:
        return []
    truce = assessment.tables.get(TRUCE, pd.DataFrame(columns=["variant", "proposal", "p_hold_156"]))
    written = truce[truce["variant"] == "as_written"].set_index("proposal")["p_hold_156"]
    signed = {
        name: (one.defender, one.challenger, one.both)
        for name, one in defaults(consent_of(assessment)).items()
    }
    return [
        [
            name,
            percent(float(written[proposal])) if proposal in written else "–",
            *signed.get(proposal, ("–", "–", "–")),
        ]
        for proposal, name in names.items()
    ]


def _offers(console: Console, said: _Said, *, in_a_line: bool) -> list[Text]:
    """The proposals as a table, or in a line where there is no room."""
    if not said.proposals:
        return []
    if in_a_line:
        told = [f"“{name}” {holds} ({', '.join(own)})" for name, holds, *own in said.proposals]
        return [Text(f"Truce holds 3 years (would sign: {', '.join(said.sides)}, both): {'; '.join(told)}")]
    columns = [
        words("Proposal"),
        figure("3-year truce"),
        *(figure(f"{side} signs") for side in said.sides),
        figure("both sign"),
    ]
    return table_lines(console, columns, said.proposals)


def _assessed(assessment: Assessment) -> list[str]:
    deals = assessment.tables.get(DEALS)
    return [] if deals is None else list(dict.fromkeys(deals["proposal"]))


def _numbers(console: Console, said: _Said, notes: bool) -> list[Text]:
    rows = []
    for key in said.numbers:
        body = Text(key.label)
        if notes:
            body.append(f" ({key.note})", style="dim")
        rows.append((Text(key.value, style="bold"), body))
    return table_lines(console, (figure(""), words("")), rows, heads=False)


def _km2(value: float) -> str:
    return "–" if value != value else f"{value + 0.0:,.0f}".replace("-", "−")
