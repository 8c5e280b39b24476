"""The figures by which two runs are compared, read off their tables: each with its words, its unit and its spread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from contactline.core.frame import Table, as_records
from contactline.engine.courses import EVENTS
from contactline.topics.assessment import Assessment
from contactline.topics.choice.schema import CONSENT, COURSES, HINGES, VERDICT
from contactline.topics.fighting.schema import OBJECTIVES
from contactline.topics.guarantee.schema import GUARANTEE_PATHS
from contactline.topics.proposals.schema import PRICE
from contactline.topics.showing.judgements import proposal_name
from contactline.topics.truce.schema import TRUCE

SHARE = "share"
SHARES = ("share", "probability")
YEARS = {104: "two years", 260: "five years"}
TRUCE_WEEKS = 156


@dataclass(frozen=True)
class RunFigure:
    """One figure of a run.

    topic : table it stands in; key : what tells it from others there; what : a noun phrase; unit : "share" for shares
    and chances; value : NaN beyond the horizon; spread : width of the 80% range over draws, 0 for shares
    """

    topic: str
    key: tuple[str, ...]
    what: str
    unit: str
    value: float
    spread: float = 0.0


def figures(run: Assessment) -> dict[tuple[str, ...], RunFigure]:
    """Every figure of a run that can be compared, by topic and key, in the report's order; none of absent tables."""
    found = [figure for read in _READERS for figure in read(run)]
    return {(figure.topic, *figure.key): figure for figure in found}


Rows = list[dict[str, Any]]


def _rows(run: Assessment, table: Table) -> Rows:
    """Rows of a table as records; none where the run has no such table."""
    return as_records(run.tables.rows(table))


def _verdicts(run: Assessment) -> Iterator[RunFigure]:
    for row in _rows(run, VERDICT):
        name = proposal_name(run.case, row["proposal"])
        what = f"the share of beliefs in which accepting “{name}” is better, by {row['viewpoint']}"
        yield RunFigure(VERDICT.name, (row["proposal"], row["viewpoint"]), what, SHARE, row["share_accept"])


def _consents(run: Assessment) -> Iterator[RunFigure]:
    for row in _rows(run, CONSENT):
        name = proposal_name(run.case, row["proposal"])
        pair = (row["defender_viewpoint"], row["challenger_viewpoint"])
        what = f"the share of beliefs in which both sides would sign “{name}”, by “{pair[0]}” and “{pair[1]}”"
        yield RunFigure(CONSENT.name, (row["proposal"], *pair), what, SHARE, row["share_both"])


def _courses(run: Assessment) -> Iterator[RunFigure]:
    for row in _rows(run, COURSES):
        unit = SHARE if row["unit"] in SHARES else row["unit"]
        course = row["name"].removeprefix("Accept: ")
        when = "fighting on" if course == row["name"] else f"accepting “{course}”"
        what = f"the {'chance' if row['outcome'] in EVENTS else 'mean'} of “{row['label']}” when {when}"
        spread = 0.0 if unit == SHARE else _width(row, "")
        yield RunFigure(COURSES.name, (row["course"], row["outcome"]), what, unit, row["mean"], spread)


def _objectives(run: Assessment) -> Iterator[RunFigure]:
    for row in _rows(run, OBJECTIVES):
        if row["model"] == "headline":
            for weeks, long in YEARS.items():
                what = f"the chance that “{row['name']}” is taken within {long}"
                yield RunFigure(
                    OBJECTIVES.name, (row["objective"], str(weeks)), what, SHARE, row[f"p_{weeks}"]
                )


def _truces(run: Assessment) -> Iterator[RunFigure]:
    for row in _rows(run, TRUCE):
        if row["variant"] == "as_written":
            what = f"the chance that a truce on “{row['name']}” holds three years"
            yield RunFigure(TRUCE.name, (row["proposal"],), what, SHARE, row[f"p_hold_{TRUCE_WEEKS}"])


def _prices(run: Assessment) -> Iterator[RunFigure]:
    for row in _rows(run, PRICE):
        if row["km2"] > 0:
            key, ground = (
                (row["proposal"], row["region"]),
                f"the ground of “{row['name']}” in {row['region']}",
            )
            side = run.case.challenger.name
            what = f"the chance that {side} seizes {ground} within the horizon"
            yield RunFigure(PRICE.name, (*key, "p"), what, SHARE, row["p_within_horizon"])
            what = f"killed and wounded of {side} until it has seized {ground}, median"
            spread = _width(row, "attacker_losses_")
            yield RunFigure(PRICE.name, (*key, "losses"), what, "persons", row["attacker_losses_q50"], spread)


def _guarantees(run: Assessment) -> Iterator[RunFigure]:
    for row in _rows(run, GUARANTEE_PATHS):
        if row["week"] == 0:
            what = f"the chance that “{row['name']}” is honoured if invoked at once"
            yield RunFigure(GUARANTEE_PATHS.name, (row["guarantee"],), what, SHARE, row["mean"])


def _hinges(run: Assessment) -> Iterator[RunFigure]:
    for row in _rows(run, HINGES):
        name = proposal_name(run.case, row["proposal"])
        what = f"how far “{row['label']}” moves the share for accepting “{name}”"
        swing = abs(row["share_high"] - row["share_low"])
        yield RunFigure(HINGES.name, (row["proposal"], row["viewpoint"], row["belief"]), what, SHARE, swing)


_READERS = (_verdicts, _consents, _courses, _objectives, _truces, _prices, _guarantees, _hinges)


def _width(row: Mapping[str, Any], stem: str) -> float:
    """Width of the 80% range; 0 where an end lies beyond the horizon."""
    width = row[f"{stem}q90"] - row[f"{stem}q10"]
    return 0.0 if pd.isna(width) else float(width)
