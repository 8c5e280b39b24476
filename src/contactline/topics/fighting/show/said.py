"""What fighting on can achieve, in sentences: the finding, the judgements and the number at the head of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from contactline.case.schema import Case
from contactline.core.dates import day_after_weeks
from contactline.core.rounding import amount, percent, points
from contactline.topics.assessment import Assessment, Judgement
from contactline.topics.fighting.schema import GAIN_FAN, HUB_STUDY, OBJECTIVES, OPENS
from contactline.topics.showing.judgements import (
    band,
    before,
    chance_sentence,
    forecast_confidence,
    judgement,
    plain_day,
    region_of,
    said,
)
from contactline.topics.showing.topic import Drafting, KeyNumber
from contactline.topics.words import inside, lowered

TWO_YEARS = 104


def finding(assessment: Assessment) -> str:
    """The gain of two years, and whether the largest objective falls."""
    gains, objectives = assessment.tables.rows(GAIN_FAN), assessment.tables.rows(OBJECTIVES)
    parts = []
    case = assessment.case
    own = gains[(gains["model"] == "headline") & (gains["week"] == TWO_YEARS)] if len(gains) else gains
    if len(own):
        row = own.iloc[0]
        parts.append(
            f"If the fighting goes on, {case.challenger.name} gains "
            f"{amount(row['q50'], row['q10'], row['q90'], 'km²')} net in two years."
        )
    head = objectives[objectives["model"] == "headline"] if len(objectives) else objectives
    if len(head):
        row = head.sort_values("km2_remaining", kind="stable", na_position="first").iloc[-1]
        two, five = float(row["p_104"]), float(row["p_260"])
        name = inside(str(row["name"]))
        parts.append(f"That {name} falls is {said(two)} within two years and {said(five)} within five.")
    return " ".join(parts)


def gain_judgement(asked: Drafting) -> list[Judgement]:
    """The net gain of the first year."""
    case, tables = asked.case, asked.tables
    fan = tables.rows(GAIN_FAN)
    rows = fan[(fan["model"] == "headline") & (fan["week"] == 52)]
    if rows.empty:
        return []
    row = rows.iloc[0]
    span = amount(row["q50"], row["q10"], row["q90"], "km²")
    share = 100 * row["q50"] / case.evidence.country_km2
    sentence = (
        f"If the fighting goes on, {case.challenger.name}'s net gain in the 52 weeks after {plain_day(case.as_of)} "
        f"is {span}, {share:.1f}% of the country at the middle."
    )
    return [judgement("gain", sentence, None, *forecast_confidence(tables, 52))]


def objective_judgements(asked: Drafting) -> list[Judgement]:
    """Whether the rest of the first region is taken within two and five years."""
    case, tables = asked.case, asked.tables
    remainder = [o.id for o in case.objectives if o.kind == "region_remainder"]
    table = tables.rows(OBJECTIVES)
    found = []
    for key in remainder[:1]:
        rows = table[(table["objective"] == key) & (table["model"] == "headline")]
        for _, row in rows.iterrows():
            for weeks in (104, 260):
                day, p = day_after_weeks(case.as_of, weeks), float(row[f"p_{weeks}"])
                name, years = inside(str(row["name"])), {104: "two", 260: "five"}[weeks]
                event = f"{case.challenger.name} takes {name} by force within {years} years, {before(day)}"
                found.append(
                    judgement("objectives", chance_sentence(event, p), p, *forecast_confidence(tables, weeks))
                )
    return found


def opens_judgement(asked: Drafting) -> list[Judgement]:
    """What the fall of the first settlement objective brings if it changes the pace: a belief, no likelihood.

    With the pace held equal a place can only redistribute, which is no finding about it; that figure is not judged.
    """
    case = asked.case
    row = first_settlement(case, asked.tables.rows(OPENS))
    if row is None:
        return []
    sentence = (
        f"With the weekly km² held equal a place can only redistribute the advance, so whether {row['name']} opens "
        f"more is a belief about the pace after its fall. {record_says(asked.tables.rows(HUB_STUDY))} Under the "
        f"belief, {case.challenger.name}'s share of {main_target(case)} after two more years of fighting would be "
        f"{paced(row)} if {row['name']} fell at once rather than never, the place itself not counted."
    )
    reason = (
        "The pace after a fall is an assumption as wide as the record leaves it, and the model knows neighbourhood and "
        "momentum, not roads or supply."
    )
    return [judgement("opens", sentence, None, "low", reason)]


def record_row(table: pd.DataFrame, places: Sequence[str]) -> pd.Series | None:
    """The first kind of place of table `hub_study` that can be compared on the whole front, at its shortest windows."""
    for kind in places:
        own = table[(table["places"] == kind) & (table["reach"] == "front") & table["log_ratio"].notna()]
        if not own.empty:
            return own.sort_values("weeks").iloc[0]
    return None


def record_says(table: pd.DataFrame) -> str:
    """What the event study of falls bears, as a sentence: large towns where any fell, else all."""
    row = record_row(table, ("large_towns", "towns"))
    if row is None:
        return "The record holds no fall to learn it from."
    verdict = {
        "not identified": "The record does not identify it",
        "no effect seen": "The record shows no effect",
        "differs from placebo": "The record shows a change",
    }[str(row["verdict"])]
    return (
        f"{verdict}: over the {row['weeks']:.0f} weeks after the fall of a place ({row['used']:.0f} {row['name']}) the "
        f"whole front's pace was {pace_factor(row)} times what placebo dates lead to expect."
    )


def pace_factor(row: pd.Series | Mapping[str, float]) -> str:
    """ "1.08 (90% range 0.76 to 1.52)", a factor, of a row of table `hub_study`."""
    middle, low, high = (f"{math.exp(row[key]):.2f}" for key in ("log_ratio", "low", "high"))
    return f"{middle} (90% range {low} to {high})"


def paced(row: pd.Series) -> str:
    """ "3.1 percentage points larger (90% range of the belief −7.0 to 15.9)" of a row of table `opens`."""
    gap = float(row["pace_difference"])
    word = "larger" if gap > 0 else "smaller"
    ends = f"{points(row['pace_low'])} to {points(row['pace_high'])}"
    return f"{points(abs(gap))} percentage points {word} (90% range of the belief {ends})"


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
        return inside(remainder.name)
    return f"the rest of {region_of(case, case.objectives[0].region)}"


def points_range(row: pd.Series) -> str:
    """ "0.7 points (90% range 0.3 to 1.1)" of a row of table `opens`."""
    ends = f"{points(row['low'])} to {points(row['high'])}"
    return f"{points(row['difference'])} percentage points (90% range {ends})"


def headline_objectives(assessment: Assessment, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of table objectives by the headline model; `remainder` : whether it is the rest of a region."""
    rest = [o.id for o in assessment.case.objectives if o.kind == "region_remainder"]
    head = table[table["model"] == "headline"]
    return head.assign(remainder=head["objective"].isin(rest))


def remainder(assessment: Assessment) -> KeyNumber | None:
    """The chance that the rest of the first region is taken in two years."""
    head = headline_objectives(assessment, assessment.tables.rows(OBJECTIVES))
    chosen = head[head["remainder"]]
    if chosen.empty:
        return None
    row, as_of = chosen.iloc[0], assessment.case.as_of
    name = str(row["name"])
    label = f"chance that {lowered(name)} is taken by force by {day_after_weeks(as_of, 104):%B %Y}"
    note = (
        f"{band(float(row['p_104']))}; by {day_after_weeks(as_of, 260):%B %Y}: {percent(float(row['p_260']))}"
    )
    return KeyNumber(percent(float(row["p_104"])), label, note)
