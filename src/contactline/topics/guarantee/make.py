"""Stage three, guarantees: the chance that each is honoured over time, split into its reasons; what the analogues say.

Every range runs over belief sets: chance (successors, crises, forfeiture) is averaged within a set first, so a range is
what people who believe different things would state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from scipy.special import expit

from contactline.case.labels import credibility_belief, pledge_belief
from contactline.case.pledges import Guarantee
from contactline.case.schema import Case
from contactline.core.frame import Tables, made_with_rows
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.courses import pledged
from contactline.engine.futures import Futures
from contactline.engine.run import Run
from contactline.evidence.history.honours import STUDIES
from contactline.topics.guarantee.schema import (
    ANALOGUE_EFFECTS,
    ANALOGUES,
    GUARANTEE,
    GUARANTEE_CALENDAR,
    GUARANTEE_PATHS,
)
from contactline.truce.analogues import (
    NEAR_KM,
    AnalogueFit,
    effect_summary,
    fit_effects,
    hold_data,
    parts_of,
    rows_behind,
)
from contactline.truce.calendar import PledgeLuck
from contactline.truce.guarantee import (
    PARTS,
    Promise,
    PromiseLuck,
    calendar_of,
    credibility_paths,
    effect_draws,
    honour_fit,
    study_draws,
)
from contactline.truce.honouring import honour_record
from contactline.truce.terms import Settlement

YEARS = (1, 3, 5)
WEEKS = 52
"""Weeks of such a year, as in the table truce."""
EVERY_WEEKS = 4
STEP_FUTURES = 10
"""Futures of each belief set that a decomposition uses: its ranges run over sets, which this leaves all in."""

LABELS: dict[str, str] = {
    "own": "The case's own number",
    "record": "Promises to fight, kept when war came: all studies",
    "form": "Its form, against a treaty",
    "troops": "Troops on the ground",
    "distance": "The guarantor's distance",
    "cession": "Prepared defences handed over",
    "coalition": "Several guarantors",
    "discretion": "Discretion in the text",
    "restraint": "Restraint shown so far",
    "calendar": "Changes of government",
    "crises": "Crises elsewhere and at home",
    "forfeiture": "Forfeiture and expiry",
}
"""The steps from the promises of the past to the chance in a given year, in their order."""

EFFECT_LABELS: dict[str, str] = {
    "executive_against_treaty": "Executive pledge, against a treaty",
    "statement_against_treaty": "Statement or mandate, against a treaty",
    "troops": "The guarantor's troops on the ground",
    "defences_ceded": "Prepared defences handed over",
    "distance": f"A tenfold distance (from {NEAR_KM:,.0f} to {10 * NEAR_KM:,.0f} km)",
    "organisation": "An international organisation, against a state",
    "dmz": "A demilitarised zone",
    "guaranteed": "Any guarantor, against none",
}
UNCLEAR = "not distinguishable from no effect"


def guarantee_tables(
    case: Case, futures: Futures, settlements: Mapping[str, Settlement], streams: Streams
) -> Tables:
    """Tables guarantee, guarantee_paths, guarantee_calendar, analogues and analogue_effects, of those with rows."""
    luck = futures.pledge_luck
    steps, paths, calendar = [], [], []
    for guarantee in case.guarantees:
        if guarantee.form == "none":
            continue
        carriers = [s for s in settlements.values() if s.guarantee and s.guarantee.id == guarantee.id]
        ceded = any(settlement.belts_lost for settlement in carriers)
        shown = {
            "guarantee": guarantee.id,
            "name": guarantee.name,
            "proposals": ", ".join(settlement.proposal.name for settlement in carriers),
        }
        steps += [shown | row for row in _steps(case, guarantee, futures, luck, ceded, streams)]
        paths += [shown | row for row in _fan(case, guarantee, futures, luck, ceded)]
        calendar += [shown | row for row in _dates(guarantee)]
    return made_with_rows(
        {
            GUARANTEE: pd.DataFrame(steps),
            GUARANTEE_PATHS: pd.DataFrame(paths),
            GUARANTEE_CALENDAR: pd.DataFrame(calendar),
            ANALOGUES: analogue_table(case),
            ANALOGUE_EFFECTS: effect_table(case, streams),
        }
    )


def analogue_table(case: Case) -> pd.DataFrame:
    """The case's analogues as they stand in its file."""
    rows = [row.model_dump() | {"guarantors": "; ".join(row.guarantors)} for row in case.analogues]
    return pd.DataFrame(rows)


def effect_table(case: Case, streams: Streams) -> pd.DataFrame:
    """What each feature does among the analogues: odds of being honoured, and rate at which the line breaks."""
    if not case.analogues:
        return pd.DataFrame()
    fits = {"honoured": honour_fit(case.analogues), "broken": fit_effects(hold_data(case.analogues))}
    return pd.DataFrame([row for fit in fits.values() for row in _effects(fit, streams)])


def _effects(fit: AnalogueFit, streams: Streams) -> Iterator[dict[str, object]]:
    behind = rows_behind(fit.data)
    found = effect_summary(fit, streams.rng(f"truce.analogues.{fit.data.outcome}"))
    for name, (low, middle, high, above) in found.items():
        cases, share = behind[name]
        words = UNCLEAR if low <= 0 <= high else ("raises it" if middle > 0 else "lowers it")
        yield {
            "outcome": fit.data.outcome,
            "feature": name,
            "label": EFFECT_LABELS[name],
            "ratio_q05": np.exp(low),
            "ratio_q50": np.exp(middle),
            "ratio_q95": np.exp(high),
            "p_above": above,
            "cases": len(fit.data.ids),
            "cases_with": np.nan if name == "distance" else cases,
            "share_with": np.nan if name == "distance" else share,
            "words": words,
        }


def _steps(
    case: Case, guarantee: Guarantee, futures: Futures, luck: PledgeLuck, ceded: bool, streams: Streams
) -> Iterator[dict[str, object]]:
    """The chance after each reason is added: first those that hold from the start, then those that time brings."""
    kept = futures.thinned(STEP_FUTURES)
    base = kept.beliefs[(credibility_belief if guarantee.stated else pledge_belief)(guarantee.id)]
    if guarantee.stated:
        yield _row("own", 0, base[:: kept.each])
    else:
        yield from _base_steps(guarantee, futures.sets, streams)

    def path(parts: tuple[str, ...]) -> np.ndarray:
        promise = Promise(guarantee, base, case.as_of, guarantee.stated, ceded)
        luck = PromiseLuck(kept.luck.crisis_luck[:, : kept.weeks], kept.pledge_luck)
        return credibility_paths(promise, kept.beliefs, luck, parts)

    if ceded and not guarantee.stated:
        solo = guarantee.model_copy(update={"guarantors": guarantee.guarantors[:1], "enough": "any"})
        promise = Promise(solo, base, case.as_of, ceded=True)
        week = PromiseLuck(kept.luck.crisis_luck[:, :1], kept.pledge_luck)
        moved = credibility_paths(promise, kept.beliefs, week, ())
        yield _row("cession", 0, kept.set_mean(moved[:, 0]))
    if len(guarantee.guarantors) > 1 and not guarantee.stated:
        yield _row("coalition", 0, kept.set_mean(path(())[:, 0]))
    order = ("discretion", "restraint", *(part for part in PARTS if part not in ("discretion", "restraint")))
    for i, part in enumerate(order, start=1):
        if not _applies(guarantee, part):
            continue
        q = path(order[:i])
        if part in ("discretion", "restraint"):
            yield _row(part, 0, kept.set_mean(q[:, 0]))
            continue
        for years in YEARS:
            if years * WEEKS <= kept.weeks:
                yield _row(part, years, kept.set_mean(q[:, years * WEEKS - 1]))


def _base_steps(guarantee: Guarantee, sets: int, streams: Streams) -> Iterator[dict[str, object]]:
    """Every study by itself, all of them, and what the analogues say of this guarantee's features."""
    study, rate = study_draws(guarantee.record, sets, streams)
    for i, name in enumerate(honour_record().studies):
        label, period = STUDIES[name]
        yield _row("study", 0, expit(rate[study == i])) | {"study": name, "label": label, "period": period}
    yield _row("record", 0, expit(rate))
    parts = parts_of(guarantee, effect_draws(guarantee.record, sets, streams))
    moved = rate
    for part in ("form", "troops", "distance"):
        if parts[part].any():
            moved = moved + parts[part]
            yield _row(part, 0, expit(moved))


def _applies(guarantee: Guarantee, part: str) -> bool:
    """Whether a reason can move this guarantee at all: a step that cannot is not shown."""
    return {
        "discretion": guarantee.discretion and not guarantee.stated,
        "restraint": not guarantee.stated,
        "calendar": any(calendar_of(guarantee, name) for name in guarantee.guarantors),
        "forfeiture": bool(guarantee.revoked_by) or guarantee.years is not None,
    }.get(part, True)


def _fan(
    case: Case, guarantee: Guarantee, futures: Futures, luck: PledgeLuck, ceded: bool
) -> Iterator[dict[str, object]]:
    """The chance over time, all reasons counted."""
    base, at_signature = pledged(futures, guarantee)
    promise = Promise(guarantee, base, case.as_of, at_signature, ceded)
    shared = PromiseLuck(futures.luck.crisis_luck[:, : futures.weeks], luck)
    q = credibility_paths(promise, futures.beliefs, shared)
    by_set = q.reshape(futures.sets, futures.each, -1).mean(axis=1)
    for week in range(0, futures.weeks, EVERY_WEEKS):
        yield {"week": week, "mean": float(by_set[:, week].mean()), **_quantiles(by_set[:, week])}


def _dates(guarantee: Guarantee) -> Iterator[dict[str, object]]:
    """The dates that a guarantee's guarantors face."""
    for guarantor in guarantee.guarantors:
        for event, _column in calendar_of(guarantee, guarantor):
            yield {
                "guarantor": guarantor,
                "event": event.id,
                "day": pd.Timestamp(event.day),
                "what": event.what,
                "chance": event.chance,
                "weight": event.weight,
            }


def _row(step: str, years: int, values: np.ndarray) -> dict[str, object]:
    """One step; values : ndarray[set]."""
    order = list(LABELS).index(step) if step in LABELS else -1
    return {
        "step": step,
        "study": "",
        "position": order,
        "label": LABELS.get(step, step),
        "period": "",
        "years": years,
        "mean": float(values.mean()) if len(values) else np.nan,
    } | _quantiles(values)


def _quantiles(values: np.ndarray) -> dict[str, float]:
    levels = np.quantile(values, [0.1, 0.5, 0.9]) if len(values) else [np.nan] * 3
    return {name: float(level) for name, level in zip(("q10", "q50", "q90"), levels, strict=True)}


@node("tables.guarantee")
def GUARANTEE_TABLES(reads: Reads) -> Tables:
    """Tables of guarantees and their analogues."""
    run = Run(reads)
    return guarantee_tables(run.case, run.futures, run.settlements, run.streams)
