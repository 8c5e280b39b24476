"""Sentences from numbers: likelihood in ICD 203 words, dates, and amounts rounded to what the range supports.

Likelihood and confidence never share a sentence (Intelligence Community Directive 203, 2015): `judgement`
refuses a record that mixes them. `drafted` makes the standard judgements of a case from its tables.
"""

from __future__ import annotations

import re
from datetime import date

import pandas as pd

from contactline.case.schema import Case
from contactline.core.dates import day_after_weeks
from contactline.core.errors import InputError
from contactline.core.frame import Tables
from contactline.core.rounding import amount as amount
from contactline.core.rounding import measured as measured
from contactline.core.rounding import number as number
from contactline.core.rounding import percent as percent
from contactline.core.rounding import points as points
from contactline.core.rounding import rounded as rounded
from contactline.topics.assessment import CONFIDENCE_LEVELS, Judgement
from contactline.topics.choice.schema import VERDICT
from contactline.topics.fighting.schema import GAIN_FAN, OBJECTIVES, OPENS
from contactline.topics.proposals.schema import DEALS, PRICE
from contactline.topics.showing.precision import MOST, error_of_mean, error_of_share, in_points
from contactline.topics.showing.track import NO_LEAN, leaning_sentence
from contactline.topics.truce.schema import TRUCE
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
    """One sentence on how likely `event` is: "It is unlikely (30%) that …"."""
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


def drafted(case: Case, tables: Tables, sets: int, proposal: str | None = None) -> tuple[Judgement, ...]:
    """The standard judgements of a case, in the reader's order, from whichever tables are there.

    sets : belief sets of the run, which say how good its shares are; what their error cannot carry is left out.
    `proposal` is the one spoken about; without it the first default proposal that hands land over.
    """
    chosen = proposal or focus_proposal(case, tables)
    drafts = (
        _gain_judgement(case, tables),
        *_objective_judgements(case, tables),
        _opens_judgement(case, tables),
        _price_judgement(case, tables, chosen),
        _truce_judgement(case, tables, sets, chosen),
        _choice_judgement(case, tables, sets, chosen),
    )
    return tuple(draft for draft in drafts if draft is not None)


def focus_proposal(case: Case, tables: Tables) -> str:
    """The first proposal of the run that asks the defender to leave land, else its first; the case's first default one
    where the run applied none."""
    deals = tables.get(DEALS, pd.DataFrame(columns=["proposal", "km2_given_up"]))
    applied = list(deals["proposal"]) or list(case.default_proposals)
    return next(iter([*deals.loc[deals["km2_given_up"] > 0, "proposal"], *applied]))


def proposal_name(case: Case, proposal: str) -> str:
    """The name of a proposal, or its id if the case does not list it."""
    return next((p.name for p in case.proposals if p.id == proposal), proposal)


def first_settlement(case: Case, table: pd.DataFrame) -> pd.Series | None:
    """The row of table `opens` on the main region for the case's first settlement objective that it holds."""
    main = table[table["target"] == "main_region"]
    for objective in case.objectives:
        own = main[main["lever"] == objective.id]
        if objective.kind == "settlement" and not own.empty:
            return own.iloc[0]
    return None


def main_target(case: Case) -> str:
    """What `main_region` stands for in table `opens`, as it reads inside a sentence."""
    remainder = next((o for o in case.objectives if o.kind == "region_remainder"), None)
    if remainder is not None:
        return _lower_article(remainder.name)
    return f"the rest of {_region_name(case, case.objectives[0].region)}"


def points_range(row: pd.Series) -> str:
    """ "0.7 points (90% range 0.3 to 1.1)" of a row of table `opens`."""
    ends = f"{points(row['low'])} to {points(row['high'])}"
    return f"{points(row['difference'])} percentage points (90% range {ends})"


def _gain_judgement(case: Case, tables: Tables) -> Judgement | None:
    if GAIN_FAN not in tables:
        return None
    fan = tables[GAIN_FAN]
    rows = fan[(fan["model"] == "headline") & (fan["week"] == 52)]
    if rows.empty:
        return None
    row = rows.iloc[0]
    span = amount(row["q50"], row["q10"], row["q90"], "km²")
    share = 100 * row["q50"] / case.evidence.country_km2
    sentence = (
        f"If the fighting goes on, {case.challenger.name}'s net gain in the 52 weeks after {plain_day(case.as_of)} "
        f"is {span}, {share:.1f}% of the country at the middle."
    )
    return judgement("gain", sentence, None, *_forecast_confidence(tables, 52))


def _objective_judgements(case: Case, tables: Tables) -> list[Judgement]:
    if OBJECTIVES not in tables:
        return []
    remainder = [o.id for o in case.objectives if o.kind == "region_remainder"]
    table = tables[OBJECTIVES]
    found = []
    for key in remainder[:1]:
        rows = table[(table["objective"] == key) & (table["model"] == "headline")]
        for _, row in rows.iterrows():
            for weeks in (104, 260):
                day, p = day_after_weeks(case.as_of, weeks), float(row[f"p_{weeks}"])
                name, years = _lower_article(str(row["name"])), {104: "two", 260: "five"}[weeks]
                event = f"{case.challenger.name} takes {name} by force within {years} years, {before(day)}"
                found.append(
                    judgement(
                        "objectives", chance_sentence(event, p), p, *_forecast_confidence(tables, weeks)
                    )
                )
    return found


def _opens_judgement(case: Case, tables: Tables) -> Judgement | None:
    """What the first settlement objective opens beyond itself: a difference of means, no likelihood."""
    row = first_settlement(case, tables[OPENS]) if OPENS in tables else None
    if row is None:
        return None
    given = (
        f"With the pace of advance held the same, if {row['name']} fell at once rather than never, "
        f"{case.challenger.name}'s share of {main_target(case)}"
    )
    when = "after two more years of fighting, the place itself not counted"
    if row["low"] <= 0 <= row["high"]:
        effect = f"would not measurably differ {when}: {points_range(row)}"
    else:
        effect = f"would be {'larger' if row['difference'] > 0 else 'smaller'} {when}: {points_range(row)}"
    sentence = f"{given} {effect}."
    reason = (
        "The model knows neighbourhood and momentum, not roads or supply, and a place cannot change the pace in it; "
        "the range is the simulation's alone."
    )
    return judgement("opens", sentence, None, "low", reason)


def _price_judgement(case: Case, tables: Tables, proposal: str) -> Judgement | None:
    if PRICE not in tables:
        return None
    rows = tables[PRICE][tables[PRICE]["proposal"] == proposal]
    rows = rows[rows["km2"] > 0].sort_values("km2", ascending=False)
    if rows.empty:
        return None
    row = rows.iloc[0]
    losses = amount(row["attacker_losses_q50"], row["attacker_losses_q10"], row["attacker_losses_q90"])
    own = amount(row["defender_losses_q50"], row["defender_losses_q10"], row["defender_losses_q90"])
    p = float(row["p_within_horizon"])
    sentence = (
        f"Under “{proposal_name(case, proposal)}” {case.defender.name} leaves {measured(row['km2'])} km² of "
        f"{_region_name(case, row['region'])}; that {case.challenger.name} could seize the same by force within "
        f"the horizon is {_as_predicate(p)}, "
        f"with {losses} of its soldiers killed and wounded on the whole front by then, and {own} of "
        f"{case.defender.name}'s."
    )
    return judgement("price", sentence, p, *_forecast_confidence(tables, 260))


def _truce_judgement(case: Case, tables: Tables, sets: int, proposal: str) -> Judgement | None:
    if TRUCE not in tables:
        return None
    table = tables[TRUCE]
    rows = table[(table["proposal"] == proposal) & (table["variant"] == "as_written")]
    if rows.empty:
        return None
    p = float(rows["p_hold_156"].iloc[0])
    event = f"a truce on “{proposal_name(case, proposal)}”, as written, holds for three years"
    row = rows.iloc[0]
    error = error_of_mean(float(row["p_hold_156_q10"]), float(row["p_hold_156_q90"]), sets)
    if error > MOST:
        return None
    acts = ""
    if float(row["credibility_q90"]) > 0:
        mean = percent(float(row["credibility_mean"]))
        acts = (
            f" The chance that the guarantor acts if it breaks at once is put at {mean} on average (80% of "
            f"belief sets: {percent(float(row['credibility_q10']))} to "
            f"{percent(float(row['credibility_q90']))})."
        )
    reason = (
        "The breakdown rate and the guarantor's conduct are assumptions from past truces, not measurements."
    )
    return judgement("truce", chance_sentence(event, p) + acts, p, "low", reason)


VETO_WORDS = "(calls a clause unacceptable)"


def _choice_judgement(case: Case, tables: Tables, sets: int, proposal: str) -> Judgement | None:
    if VERDICT not in tables:
        return None
    rows = tables[VERDICT][tables[VERDICT]["proposal"] == proposal]
    if rows.empty:
        return None
    own = rows[rows["viewpoint"].str.startswith(case.defender.name)]
    rows = own if len(own) > 1 else rows
    vetoed = rows["viewpoint"].str.contains(VETO_WORDS, regex=False)
    refusals = int(vetoed.sum())
    rows = rows if vetoed.all() else rows[~vetoed]
    whose = (
        f"{len(rows)} viewpoints of {case.defender.name} examined"
        if len(own) > 1
        else "the viewpoints examined"
    )
    low, high = rows["share_accept"].min(), rows["share_accept"].max()
    span, error = _span_of_sets(float(low), float(high), sets), error_of_share(sets)
    if not span:
        return None
    sentence = (
        f"By the values of {whose}, accepting “{proposal_name(case, proposal)}” does better than fighting on under "
        f"{span} of the beliefs and weights drawn."
    )
    if refusals and not vetoed.all():
        sentence += f" {refusals} more {'calls' if refusals == 1 else 'call'} a clause of it unacceptable at any price."
    reason = (
        "Values and beliefs are ranges set by hand; the share counts sets of beliefs, one for every fifty draws, "
        f"and is not a forecast. With {sets:,} sets it is good to {in_points(error)}."
    )
    return judgement("choice", sentence, None, "low", reason)


def _span_of_sets(low: float, high: float, sets: int) -> str:
    """Shares from `low` to `high` as their error allows: in numbers, as "most" or "less than half", or not at all."""
    error = error_of_share(sets)
    if error <= MOST:
        return percent(low) if percent(low) == percent(high) else f"{percent(low)} to {percent(high)}"
    if low - error > 0.5:
        return "most"
    return "less than half" if high + error < 0.5 else ""


def _forecast_confidence(tables: Tables, weeks: int) -> tuple[str, str]:
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


def _as_predicate(p: float) -> str:
    words = band(p)
    text = {"almost no chance": "has almost no chance", "remote": "has only a remote chance"}.get(words)
    return f"{words} ({percent(p)})" if text is None else f"something that {text} ({percent(p)})"


def _region_name(case: Case, region: object) -> str:
    return next((r.name for r in case.regions if r.id == region), str(region))


def _lower_article(name: str) -> str:
    """A name as it stands inside a sentence: "The rest of …" becomes "the rest of …"."""
    return name[0].lower() + name[1:] if name.startswith(("The ", "A ", "An ", "Rest ")) else name
