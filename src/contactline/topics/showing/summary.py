"""Values, outcomes and turning points in words, said the same way on the page and on the terminal."""

from __future__ import annotations

import math

import pandas as pd

from contactline.case.scenario import AS_TODAY
from contactline.core.rounding import share, short
from contactline.topics.assessment import Assessment
from contactline.topics.showing.judgements import (
    number,
    percent,
    plain_day,
)
from contactline.topics.showing.precision import sets_of, size_words


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


def outcome_text(row: pd.Series, unit: str, event: bool) -> tuple[str, str]:
    """A value and its 80% range; of an event its chance alone, and no range."""
    if event:
        return (percent(float(row["mean"])) if row["mean"] > 0 else "in no draw"), ""
    if unit in ("share", "probability"):
        low, mid, high = (share(row[q]) for q in ("q10", "q50", "q90"))
        return mid, f"{low} to {high}"
    low, high = row["q10"], row["q90"]
    return number(row["q50"], low, high), f"{number(low, low, high)} to {number(high, low, high)}"


def turns_at(row: pd.Series) -> str:
    """Where a belief of table hinges or flips turns the choice, and whether that lies in its present 80% range."""
    unit = str(row["unit"])
    if row["flip_value"] != row["flip_value"]:
        return f"no value from {shown_range(row['tried_low'], row['tried_high'], unit)} turns it"
    where = "inside" if row["inside"] else "outside"
    return f"half and half at {shown(float(row['flip_value']), unit)}, {where} the present range"


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
    if run.support_path != AS_TODAY:
        line += f" · SUPPORT CHANGED: {names.get(run.support_path, run.support_path)}"
    return f"{line} · HELD: {', '.join(name for name, _ in run.held)}" if run.held else line
