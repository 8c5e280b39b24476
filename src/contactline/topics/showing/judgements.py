"""Sentences from numbers: likelihood in ICD 203 words, dates, and amounts rounded to what the range supports.

Likelihood and confidence never share a sentence (Intelligence Community Directive 203, 2015): `judgement`
refuses a record that mixes them. `drafted` makes the standard judgements of a case from its tables.
"""

from __future__ import annotations

import re
from datetime import date

from contactline.case.schema import Case
from contactline.core.errors import InputError
from contactline.core.frame import Tables
from contactline.core.rounding import amount as amount
from contactline.core.rounding import measured as measured
from contactline.core.rounding import number as number
from contactline.core.rounding import percent as percent
from contactline.core.rounding import points as points
from contactline.core.rounding import rounded as rounded
from contactline.topics.assessment import CONFIDENCE_LEVELS, Judgement
from contactline.topics.proposals.schema import DEALS
from contactline.topics.showing.track import NO_LEAN, leaning_sentence
from contactline.topics.trust.schema import BACKTEST_SUMMARY

BANDS: tuple[tuple[float, float, str], ...] = (
    (0.0, 0.01, "remote"),
    (0.01, 0.05, "almost no chance"),
    (0.05, 0.20, "very unlikely"),
    (0.20, 0.45, "unlikely"),
    (0.45, 0.55, "roughly even"),
    (0.55, 0.80, "likely"),
    (0.80, 0.95, "very likely"),
    (0.95, 0.99, "almost certain"),
    (0.99, 1.0, "nearly certain"),
)
"""Lower end (included), upper end (not, save the last two), words. ICD 203 leaves below 1% and above 99% unnamed."""

_CONFIDENCE = re.compile(r"\bconfiden(ce|t)\b", re.IGNORECASE)
_LIKELIHOOD = re.compile(
    r"\b(almost no chance|remote|(very )?(un)?likely|roughly even|almost certain(ly)?|nearly certain|"
    r"probabl[ey]|improbable|chances?|odds)\b",
    re.IGNORECASE,
)


def band(p: float) -> str:
    """The ICD 203 words for probability `p`. Raises InputError outside [0, 1]."""
    if not 0 <= p <= 1:
        raise InputError(f"probability: got {p!r}; allowed is a number from 0 to 1.")
    if p > 0.99:
        return BANDS[-1][2]
    return next(words for low, high, words in BANDS if low <= p < high or (high == 0.99 and p == 0.99))


def chance_sentence(event: str, p: float) -> str:
    """One sentence on how likely `event` is, from its probability: "It is unlikely (30%) that …"."""
    words = band(p)
    if words == "roughly even":
        return f"Chances are roughly even ({percent(p)}) that {event}."
    if words == "almost no chance":
        return f"There is almost no chance ({percent(p)}) that {event}."
    if words == "remote":
        return f"There is only a remote chance ({percent(p)}) that {event}."
    return f"It is {words} ({percent(p)}) that {event}."


def before(day: date) -> str:
    """ "before 1 June 2027"."""
    return f"before {plain_day(day)}"


def plain_day(day: date) -> str:
    """ "1 June 2027"."""
    return f"{day.day} {day:%B %Y}"


def judgement(topic: str, sentence: str, p: float | None, confidence: str, reason: str) -> Judgement:
    """A checked Judgement. Raises InputError if likelihood and confidence share a sentence, if a figure has
    no sentence in ICD 203 words, or if the confidence is not low, moderate or high."""
    if confidence not in CONFIDENCE_LEVELS:
        raise InputError(
            f"judgement {topic!r}: confidence {confidence!r}; allowed are {', '.join(CONFIDENCE_LEVELS)}."
        )
    if mixes(sentence) or _CONFIDENCE.search(sentence) or _LIKELIHOOD.search(reason):
        raise InputError(
            f"judgement {topic!r}: likelihood and confidence may not share a sentence; got {sentence!r} and "
            f"reason {reason!r}. Keep the likelihood in the sentence and the confidence in the reason."
        )
    if p is not None and band(p) not in sentence.casefold():
        raise InputError(
            f"judgement {topic!r}: {percent(p)} is {band(p)!r}, which {sentence!r} does not say."
        )
    return Judgement(topic, sentence, p, confidence, reason)


def mixes(text: str) -> bool:
    """True if any one sentence of `text` speaks of likelihood and of confidence."""
    return any(_CONFIDENCE.search(s) and _LIKELIHOOD.search(s) for s in re.split(r"(?<=[.!?;])\s+", text))


def focus_proposal(case: Case, tables: Tables) -> str:
    """The first proposal of the run that asks the defender to leave land, else its first; the case's first default one
    where the run applied none."""
    deals = tables.rows(DEALS)
    applied = list(deals["proposal"]) or list(case.default_proposals)
    return str(next(iter([*deals.loc[deals["km2_given_up"] > 0, "proposal"], *applied])))


def proposal_name(case: Case, proposal: str) -> str:
    """The name of a proposal, or its id if the case does not list it."""
    return next((p.name for p in case.proposals if p.id == proposal), proposal)


def course_names(case: Case) -> dict[str, str]:
    """Course → what a sentence calls it: a proposal in quotation marks, or fighting on."""
    return {p.id: f"“{p.name}”" for p in case.proposals} | {"fight_on": "fighting on"}


def forecast_confidence(tables: Tables, weeks: int) -> tuple[str, str]:
    """Confidence and reason from how many independent windows the backtest had near that horizon."""
    if BACKTEST_SUMMARY not in tables or tables[BACKTEST_SUMMARY].empty:
        return "low", "The forecast has not been scored in this run."
    table = tables[BACKTEST_SUMMARY]
    table = table[table["model"] == "headline"] if (table["model"] == "headline").any() else table
    longest = table[table["horizon"] == table["horizon"].max()]
    horizon, windows = int(longest["horizon"].iloc[0]), int(longest["independent_windows"].max())
    if weeks <= horizon:
        return (
            "moderate",
            f"The forecast was scored up to {horizon} weeks ahead, on {windows} independent windows.",
        )
    reason = (
        f"The record allows scoring up to {horizon} weeks ahead only, on {windows} independent windows; "
        "beyond that the width rests on assumption."
    )
    return "low", reason + _leaning(tables)


def _leaning(tables: Tables) -> str:
    """A sentence where past outcomes fell mostly on one side of the forecasts' medians."""
    said = leaning_sentence(tables)
    return "" if not said or said.endswith(f"{NO_LEAN}.") else f" {said}"


def region_of(case: Case, region: object) -> str:
    """The name of a region of the case, or its id."""
    return next((r.name for r in case.regions if r.id == region), str(region))


def said(p: float) -> str:
    """ "likely (62%)", from a probability."""
    return f"{band(p)} ({percent(p)})"
