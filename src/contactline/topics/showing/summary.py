"""The few numbers that matter and what they hinge on: the top of the page and the terminal's one screen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from contactline.core.dates import day_after_weeks
from contactline.core.rounding import share, short
from contactline.topics.assessment import Assessment
from contactline.topics.choice.schema import COURSES, HINGES
from contactline.topics.fighting.schema import OBJECTIVES
from contactline.topics.front.schema import FRONT_MONTHLY
from contactline.topics.proposals.schema import PRICE
from contactline.topics.showing.figures import headline_of, region_name
from contactline.topics.showing.judgements import (
    amount,
    band,
    focus_proposal,
    measured,
    number,
    percent,
    plain_day,
    proposal_name,
)
from contactline.topics.showing.precision import MOST, error_of_mean, in_points, sets_of, size_words
from contactline.topics.truce.schema import IF_BROKEN, TRUCE

NO_HINGES = (
    "No single belief, from one end of its present range to the other, moves the share in which accepting is "
    "better by more than the noise of the simulation; more draws may tell some apart."
)
"""What a table `hinges` without rows means."""


@dataclass(frozen=True)
class KeyNumber:
    """One number of the top row: `value` large, `label` below, `note` small."""

    value: str
    label: str
    note: str


@dataclass(frozen=True)
class Hinge:
    """One belief that decides: what it is, its present range, where the verdict turns, what to watch."""

    label: str
    present: str
    effect: str
    turns: str
    watch: str


def key_numbers(assessment: Assessment) -> list[KeyNumber]:
    """At most four, in the reader's order; those whose table is missing are left out."""
    found = (_recent_gain(assessment), _remainder(assessment), _price(assessment), _truce(assessment))
    return [number for number in found if number is not None]


def key_hinges(assessment: Assessment, count: int = 3) -> list[Hinge]:
    """The beliefs that move the share preferring acceptance most, largest first."""
    table = assessment.tables.get(HINGES)
    if table is None or table.empty:
        return []
    swing = (table["share_high"] - table["share_low"]).abs()
    return [
        _hinge(row) for _, row in table.loc[swing.sort_values(ascending=False).index].head(count).iterrows()
    ]


def no_hinges(assessment: Assessment) -> str:
    """NO_HINGES where the beliefs were examined and none stood out, else empty."""
    table = assessment.tables.get(HINGES)
    return NO_HINGES if table is not None and table.empty else ""


def shown(value: float, unit: str) -> str:
    """A belief's value with its unit; probabilities as percentages, effects on logarithms as factors."""
    return _with_unit([value], unit)


def shown_range(low: float, high: float, unit: str) -> str:
    """Two values of a belief with their unit once."""
    return _with_unit([low, high], unit)


def is_event(rows: pd.DataFrame) -> bool:
    """Whether an outcome's rows of table `courses` are of something that happens or not: all quantiles 0 or 1."""
    quantiles = rows[["q10", "q50", "q90"]]
    return str(rows["unit"].iloc[0]) in ("share", "probability") and bool(
        quantiles.isin([0.0, 1.0]).all(axis=None)
    )


def outcome_rows(assessment: Assessment) -> tuple[list[str], list[tuple[str, list[tuple[str, str]]]]]:
    """Names of the courses, and per outcome its label and per course a value and its 80% range (chances: none)."""
    table = assessment.tables.get(COURSES)
    if table is None or table.empty:
        return [], []
    names = list(dict.fromkeys(table["name"]))
    rows = []
    for _, own in table.groupby("outcome", sort=False):
        by_name = own.set_index("name")
        unit = str(own["unit"].iloc[0])
        texts = [
            _outcome_text(by_name.loc[n], unit, is_event(own)) if n in by_name.index else ("–", "")
            for n in names
        ]
        label = str(own["label"].iloc[0])
        bare = unit in ("share", "probability") or unit.casefold() in label.casefold()
        rows.append((label if bare else f"{label}, {unit}", texts))
    return names, rows


def broken_rows(assessment: Assessment) -> list[dict[str, str]]:
    """Outcomes where the truce broke, where it held, and fighting on: one row a proposal and outcome."""
    rows = []
    for (_, _), own in assessment.tables[IF_BROKEN].groupby(["proposal", "outcome"], sort=False):
        unit, label = str(own["unit"].iloc[0]), str(own["label"].iloc[0])
        row = {"name": str(own["name"].iloc[0]), "label": label}
        if unit not in ("share", "weeks"):
            row["label"] += f", {unit}"
        for which, values in own.set_index("which").iterrows():
            mid, span = _outcome_text(values, unit, is_event(own)) if values["share"] > 0 else ("–", "")
            row[str(which)] = f"{mid} ({span})" if span else mid
        rows.append(row)
    return rows


def _outcome_text(row: pd.Series, unit: str, event: bool) -> tuple[str, str]:
    if event:
        return (percent(float(row["mean"])) if row["mean"] > 0 else "in no draw"), ""
    if unit in ("share", "probability"):
        low, mid, high = (share(row[q]) for q in ("q10", "q50", "q90"))
        return mid, f"{low} to {high}"
    low, high = row["q10"], row["q90"]
    return number(row["q50"], low, high), f"{number(low, low, high)} to {number(high, low, high)}"


def _recent_gain(assessment: Assessment) -> KeyNumber | None:
    table = assessment.tables.get(FRONT_MONTHLY)
    if table is None or table.empty:
        return None
    own = table[table["series"] == headline_of(assessment, list(table["series"].unique()))]
    totals = own[own["region"] == "total"] if (own["region"] == "total").any() else own
    monthly = totals.groupby("month")["km2"].sum()
    ends = pd.DatetimeIndex(monthly.index) + pd.offsets.MonthEnd(0)
    full = monthly[ends <= pd.Timestamp(assessment.case.as_of)].tail(12)
    if full.empty:
        return None
    share = 100 * full.sum() / assessment.case.evidence.country_km2
    label = f"net gain of {assessment.case.challenger.name} in the last {len(full)} full months"
    note = f"{share:.2f}% of the country; {measured(full.iloc[-1])} km² in {full.index[-1]:%B %Y}"
    others = table[
        (table["region"] == "total") & ~table["series"].isin(own["series"]) & table["month"].isin(full.index)
    ]
    for series in sorted(map(str, others["series"].unique())):
        rows = others[others["series"] == series]
        if len(rows) == len(full):
            note += f"; {measured(rows['km2'].sum())} km² by {series.upper() if len(series) < 5 else series}"
    return KeyNumber(f"{measured(full.sum())} km²", label, note)


def _remainder(assessment: Assessment) -> KeyNumber | None:
    table = assessment.tables.get(OBJECTIVES)
    if table is None or table.empty:
        return None
    head = table[table["model"] == "headline"]
    remainder = [o.id for o in assessment.case.objectives if o.kind == "region_remainder"]
    chosen = head[head["objective"].isin(remainder)]
    if chosen.empty:
        return None
    row, as_of = chosen.iloc[0], assessment.case.as_of
    name = str(row["name"])
    label = (
        f"chance that {name[0].lower() + name[1:]} is taken by force by {day_after_weeks(as_of, 104):%B %Y}"
    )
    note = (
        f"{band(float(row['p_104']))}; by {day_after_weeks(as_of, 260):%B %Y}: {percent(float(row['p_260']))}"
    )
    return KeyNumber(percent(float(row["p_104"])), label, note)


def _price(assessment: Assessment) -> KeyNumber | None:
    table = assessment.tables.get(PRICE)
    if table is None:
        return None
    focus = focus_proposal(assessment.case, assessment.tables)
    rows = table[(table["proposal"] == focus) & (table["km2"] > 0)].sort_values("km2", ascending=False)
    if rows.empty:
        return None
    row = rows.iloc[0]
    low, mid, high = (row[f"attacker_losses_{q}"] for q in ("q10", "q50", "q90"))
    place = f"{measured(row['km2'])} km² of {region_name(assessment, row['region'])}"
    side = assessment.case.challenger.name
    label = (
        f"killed and wounded of {side} on the whole front until it has seized the {place} at stake in “{row['name']}”, "
        f"in the {percent(float(row['p_within_horizon']))} of futures where it does so within the horizon"
    )
    return KeyNumber(number(mid, low, high), label, amount(mid, low, high).partition(" (")[2].rstrip(")"))


def _truce(assessment: Assessment) -> KeyNumber | None:
    table = assessment.tables.get(TRUCE)
    if table is None:
        return None
    focus = focus_proposal(assessment.case, assessment.tables)
    rows = table[(table["proposal"] == focus) & (table["variant"] == "as_written")]
    if rows.empty:
        return None
    p = float(rows["p_hold_156"].iloc[0])
    name = proposal_name(assessment.case, focus)
    error = error_of_mean(
        float(rows["p_hold_156_q10"].iloc[0]), float(rows["p_hold_156_q90"].iloc[0]), sets_of(assessment)
    )
    if error > MOST:
        label = f"chance that a truce on “{name}” holds three years; a run of this size is good to {in_points(error)}"
        return KeyNumber(percent(p), label, "run more draws for a judgement")
    note = f"{band(p)}; five years: {percent(float(rows['p_hold_260'].iloc[0]))}"
    return KeyNumber(percent(p), f"chance that a truce on “{name}” holds three years", note)


def turns_at(row: pd.Series) -> str:
    """Where a belief of table hinges or flips turns the choice, and whether that lies in its present 80% range."""
    unit = str(row["unit"])
    if row["flip_value"] != row["flip_value"]:
        return f"no value from {shown_range(row['tried_low'], row['tried_high'], unit)} turns it"
    where = "inside" if row["inside"] else "outside"
    return f"half and half at {shown(float(row['flip_value']), unit)}, {where} the present range"


def _hinge(row: pd.Series) -> Hinge:
    unit = str(row["unit"])
    return Hinge(
        label=str(row["label"]),
        present=shown_range(row["present_low"], row["present_high"], unit),
        effect=f"{percent(row['share_low'])} to {percent(row['share_high'])}",
        turns=turns_at(row),
        watch=str(row["watch"]),
    )


def _with_unit(values: list[float], unit: str) -> str:
    if unit in ("probability", "share"):
        return " to ".join(percent(min(max(value, 0.0), 1.0)) for value in values)
    if unit == "multiplier":
        return " to ".join(f"×{short(value, 2)}" for value in values)
    if unit.startswith("log "):
        what = {"hazard": "the rate of breakdown"}.get(
            unit[4:].partition(" per")[0], unit[4:].partition(" per")[0]
        )
        tail = f" per{unit.partition(' per')[2]}" if " per" in unit else ""
        return " to ".join(f"×{short(math.exp(value), 2)}" for value in values) + f" on {what}{tail}"
    if unit == "logit":
        return " to ".join(f"×{short(math.exp(value), 2)}" for value in values) + " on the odds"
    return " to ".join(number(value) for value in values) + f" {unit}"


def as_of_line(assessment: Assessment) -> str:
    """ "As of 7 December 2025 · …" for headers."""
    run = assessment.run
    line = (
        f"As of {plain_day(assessment.case.as_of)} · {run.draws:,} draws, {size_words(sets_of(assessment))} · "
        f"{run.horizon_weeks} weeks · seed {run.seed}"
    )
    names = {path.id: path.name for path in assessment.case.support_paths}
    changed = run.support_path != "as_today"
    return f"{line} · SUPPORT CHANGED: {names.get(run.support_path, run.support_path)}" if changed else line
