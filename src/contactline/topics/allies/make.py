"""Where actors stand and how far apart supporters are; and what known shocks left in the record.

Wires the support room to the war's record: positions, movement, division, bargaining and the wedge need the case
alone, event studies the measured tempo and the published losses.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.case.events import Event
from contactline.case.load import LoadedCase
from contactline.case.schema import Case
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.errors import FitError
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.futures import Futures
from contactline.engine.outlook import GAINED
from contactline.engine.run import Run
from contactline.support.bargaining import bargaining_table
from contactline.support.cohesion import (
    division,
    mean_distance,
    movement,
    position_history,
    wedge_table,
    wedge_value,
)
from contactline.support.event_study import Study, elasticity_range, study
from contactline.topics.allies.schema import (
    BARGAINING,
    DIVISION,
    EVENT_PLACEBOS,
    EVENTS,
    MOVEMENT,
    POSITIONS,
    WEDGE,
)
from contactline.war.losses import weekly_claims
from contactline.war.record import TempoRecord, tempo_record

DRAWS = 200
VALUE_YEARS = 2.0
"""Horizon over which a split is valued, where the caller gives what a cut would gain the challenger."""

TEMPO, LOSSES = "tempo", "losses"


def cohesion_tables(
    case: Case,
    streams: Streams,
    draws: int = DRAWS,
    gain_if_cut: np.ndarray | None = None,
    bargaining: pd.DataFrame | None = None,
) -> Tables:
    """Tables positions, movement, division, bargaining and wedge; those without rows are left out, save division,
    where having none is a finding.

    gain_if_cut : ndarray[draw], km², what the challenger gains more within VALUE_YEARS under the wedge's support path
    than as today; with it the wedge's rows carry the expected gain of the split; bargaining : `bargaining_of` the case,
    where it is at hand
    """
    tables = {
        POSITIONS: position_history(case),
        MOVEMENT: movement(case),
        DIVISION: division(case),
        BARGAINING: bargaining if bargaining is not None else bargaining_of(case, streams, draws),
        WEDGE: _wedge(case, streams, gain_if_cut),
    }
    return made({t: rows for t, rows in tables.items() if len(rows) or (t is DIVISION and case.positions)})


def gain_under_cut(case: Case, futures: Futures) -> np.ndarray | None:
    """What the challenger gains more within VALUE_YEARS under the wedge's support path than as today, fighting on :
    ndarray[draw], km²; None for a case without a wedge or its path."""
    if case.wedge is None or case.wedge.support_path is None:
        return None
    weeks = int(VALUE_YEARS * WEEKS_PER_YEAR)
    with_cut, as_now = (
        one.reads.of(GAINED("headline"))[:, :weeks].sum(axis=1)
        for one in (futures.with_support(case.wedge.support_path), futures)
    )
    difference: np.ndarray = with_cut - as_now
    return difference


def event_tables(loaded: LoadedCase, record: TempoRecord | None = None) -> Tables:
    """Tables events (one row an event and series) and event_placebos (the effects at all placebo dates).

    Series: weekly net km² of each map, weekly claimed losses of the challenger. Empty for a case without events.
    """
    case = loaded.case
    if not case.events:
        return Tables()
    record = record or tempo_record(loaded.evidence("areas"), case.evidence.fit_from, case.as_of)
    rows, placebos = [], []
    for event in case.events:
        start, stop = event_weeks(event, case, record.ends)
        for what, series, values in _series(loaded, record):
            found = study(values, start, stop, event.confounders, event.on_map or what == LOSSES)
            rows.append(_row(event, what, series, found))
            placebos += [
                {"event": event.id, "series": series, "placebo": number, "effect": float(effect)}
                for number, effect in enumerate(found.placebo, start=1)
            ]
    return made({EVENTS: pd.DataFrame(rows), EVENT_PLACEBOS: EVENT_PLACEBOS.frame(placebos)})


def event_weeks(event: Event, case: Case, ends: np.ndarray) -> tuple[int, int]:
    """The weeks that an event touches: index of the first, and one past the last; ends : ndarray[week] datetime64."""
    start = int(np.searchsorted(ends, np.datetime64(event.start)))
    last = int(np.searchsorted(ends, np.datetime64(event.end or case.as_of)))
    return start, min(last + 1, len(ends))


def _series(loaded: LoadedCase, record: TempoRecord) -> list[tuple[str, str, np.ndarray]]:
    """What is measured, series id, ndarray[week]."""
    case = loaded.case
    found = [(TEMPO, name, record.net[:, i]) for i, name in enumerate(record.maps)]
    try:
        claims = weekly_claims(
            loaded.evidence("losses"),
            case.evidence.attacker_loss_series,
            case.challenger.id,
            case.evidence.fit_from,
            case.as_of,
        )
    except FitError:
        return found  # too short a count to study; the tempo is studied all the same
    return [*found, (LOSSES, case.evidence.attacker_loss_series, claims)]


def _row(event: Event, what: str, series: str, found: Study) -> dict[str, object]:
    low, high = np.nan, np.nan
    if what == TEMPO and event.adequacy_drop is not None and found.identified:
        low, high = elasticity_range(found, event.adequacy_drop)
    return {
        "event": event.id, "name": event.name, "what": what, "series": series,
        "unit": "km² per week" if what == TEMPO else "persons per week",
        "start": pd.Timestamp(event.start), "end": pd.Timestamp(event.end) if event.end else pd.NaT,
        "expected": event.expected, "weeks": found.weeks, "baseline_weeks": found.baseline_weeks,
        "before": found.before, "during": found.during, "effect": found.effect,
        "effect_low": found.low, "effect_high": found.high, "p_value": found.p_value,
        "smallest_visible": found.smallest_visible, "placebos": len(found.placebo),
        "independent": found.independent, "verdict": found.verdict, "reasons": "; ".join(found.reasons),
        "capability": event.capability or "",
        "eta_low": low if np.isfinite(low) else np.nan, "eta_high": high if np.isfinite(high) else np.nan,
    }  # fmt: skip


def _wedge(case: Case, streams: Streams, gain_if_cut: np.ndarray | None) -> pd.DataFrame:
    table = wedge_table(case, streams)
    if table.empty or case.wedge is None:
        return table
    names = ("value_q10", "value_q50", "value_q90")
    table = table.assign(**dict.fromkeys(names, np.nan))
    if gain_if_cut is None:
        return table
    today = mean_distance(case)
    for i, distance in table.loc[table["years"] == VALUE_YEARS, "distance"].items():
        moved = wedge_value(case.wedge, today, float(distance), gain_if_cut, VALUE_YEARS, streams)
        table.loc[i, list(names)] = np.quantile(moved.value, [0.1, 0.5, 0.9])
    return table


def bargaining_of(case: Case, streams: Streams, draws: int = DRAWS) -> pd.DataFrame:
    """Where bargaining models settle each issue, as table bargaining; empty for a case without stakes.

    draws : number of drawn sets of positions
    """
    return bargaining_table(case, draws, streams) if case.stakes else pd.DataFrame()


@node("bargaining")
def SETTLED(reads: Reads) -> pd.DataFrame:
    """Where bargaining models settle each issue: no belief enters."""
    return bargaining_of(reads["case"], Streams(reads["seed"]))


@node("tables.allies")
def ALLIES_TABLES(reads: Reads) -> Tables:
    """Tables of positions, cohesion and known shocks."""
    run = Run(reads)
    tables = cohesion_tables(
        run.case, run.streams, gain_if_cut=gain_under_cut(run.case, run.futures), bargaining=reads.of(SETTLED)
    )
    return tables | event_tables(run.loaded, run.front.record)
