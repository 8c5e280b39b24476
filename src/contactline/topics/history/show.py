"""Figure and sentences on past wars: how soon a truce like this one has broken, and how well that fit forecast."""

from __future__ import annotations

from typing import Any

import pandas as pd

from contactline.core.rounding import percent
from contactline.topics.assessment import Assessment
from contactline.topics.history.schema import (
    HISTORY_CALIBRATION,
    HISTORY_ENDINGS,
    HISTORY_FIT,
    HISTORY_NEAREST,
    HISTORY_SCORE,
)
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import Figure, Recipe, inline, source_line, spec_of
from contactline.topics.showing.shares import PERCENT, UNIT
from contactline.topics.showing.theme import CATEGORIES
from contactline.topics.showing.topic import Section, Topic

SEVERITIES = {"any": "any dead", "gt100": "over 100 dead", "war": "war (1,000 dead)"}
MODELS = {
    "fitted": "fitted history", "no_big": "without covariates of mid and war", "free_big": "with loose covariates",
    "prior": "rate assumed before", "constant": "constant rate",
}  # fmt: skip
REFERENCES = {"interstate": "wars between states", "civil": "civil wars with foreign troops"}
SOURCE = "Correlates of War; Gibler, Miller and Little; own fit"


def whole_by_age(assessment: Assessment) -> list[Figure]:
    """Survival by severity in the case's situation, with bands, and the record's Kaplan–Meier."""
    table = assessment.tables[HISTORY_FIT]
    labels = list(SEVERITIES.values())
    rows = table.assign(break_of=table["severity"].map(SEVERITIES))
    five = rows[rows["years"] == 5].set_index("severity")["whole"]
    title = (
        f"Five years on, {percent(float(five['war']))} of truces like this one have seen no war and "
        f"{percent(float(five['any']))} nobody killed"
    )
    colour = alt.Color(
        "break_of:N",
        title="no break with",
        sort=labels,
        scale=alt.Scale(domain=labels, range=list(CATEGORIES[:3])),
    )
    base = alt.Chart(inline(rows)).encode(
        x=alt.X("years:Q", title="years after the fighting ceased", axis=alt.Axis(format="d")), color=colour
    )
    tip = [
        "break_of:N",
        "years:Q",
        alt.Tooltip("whole:Q", format=".0%"),
        alt.Tooltip("record:Q", format=".0%"),
    ]
    chart = (
        base.mark_area(opacity=0.18).encode(
            y=alt.Y("whole_q10:Q", title="share without such a break", scale=UNIT, axis=PERCENT),
            y2=alt.Y2("whole_q90:Q"),
        )
        + base.mark_line(strokeWidth=2).encode(y="whole:Q", tooltip=tip)
        + base.mark_line(strokeDash=[4, 3]).encode(y="record:Q")
    )
    subtitle = (
        "Line and band: fit in the case's situation, with the 80% range of its posterior. Dashed: all truces of the "
        "record, weighted (Kaplan–Meier). " + source_line(assessment, SOURCE)
    )
    return [
        Figure(
            "history",
            "history",
            title,
            subtitle,
            f"Falling lines, one a severity. {title}.",
            spec_of(chart, 280),
        )
    ]


def finding(assessment: Assessment) -> str:
    """The sentence that opens the section."""
    table = assessment.tables.rows(HISTORY_FIT)
    five = table[table["years"] == 5].set_index("severity")
    if five.empty:
        return ""
    war, low, high = (float(five[name]["war"]) for name in ("whole", "whole_q10", "whole_q90"))
    return (
        f"Of truces between states in this situation, {percent(war)} (80% range {percent(low)} to {percent(high)}) "
        f"have seen no new war after five years, and {percent(float(five['whole']['any']))} no dead at all."
    )


def score_words(assessment: Assessment) -> str:
    """How the fit scored against a constant rate, in a sentence; empty without scores."""
    table = assessment.tables.rows(HISTORY_SCORE)
    if table.empty:
        return ""
    wide = table.pivot_table(index=["severity", "split"], columns="model", values="log_score")
    parts = []
    for severity, label in SEVERITIES.items():
        own = wide.loc[severity]
        better = int((own["fitted"] > own["constant"]).sum())
        parts.append(f"{label} {better} of {len(own)}")
    bare = wide.loc["war"]
    worse = int((bare["fitted"] < bare["no_big"]).sum())
    return (
        f"Trained to {', '.join(map(str, wide.loc['war'].index))} and tested after, the fit scores above a constant "
        f"rate in: {'; '.join(parts)} splits. At the level of war no covariate earns its place: without any the fit "
        f"scores better in {worse} of {len(bare)} splits."
    )


def score_rows(assessment: Assessment) -> list[dict[str, Any]]:
    """Scores, one row a severity and model, columns s1945 … as texts."""
    table = assessment.tables.rows(HISTORY_SCORE)
    rows = []
    for (severity, model), own in table.groupby(["severity", "model"], sort=False):
        scores = {
            f"s{split}": f"{score:.2f}" for split, score in zip(own["split"], own["log_score"], strict=True)
        }
        rows.append({"severity": SEVERITIES[str(severity)], "model": MODELS[str(model)]} | scores)
    return rows


def near_rows(assessment: Assessment) -> list[dict[str, str]]:
    """The nearest cases as texts: which, when, and what became of them."""
    table = assessment.tables.rows(HISTORY_NEAREST)
    return [
        {
            "name": str(row["war_name"]), "states": str(row["states"]), "end": f"{row['end'].date()}",
            "distance": f"{row['distance']:.1f}",
            **{s: _after(row[f"first_{s}"], row["watched"]) for s in SEVERITIES},
        }
        for row in table.to_dict("records")
    ]  # fmt: skip


def ending_rows(assessment: Assessment) -> list[dict[str, str]]:
    """Chance that the war ends, by reference class and years, as texts."""
    table = assessment.tables.rows(HISTORY_ENDINGS)
    return [
        {
            "reference": REFERENCES[str(row["reference"])], "years": f"{row['years']:.0f}",
            "any": percent(float(row["any"])), "tie": percent(float(row["tie"])), "age": f"{row['age']:.1f}",
        }
        for row in table.to_dict("records")
    ]  # fmt: skip


def decade_rows(assessment: Assessment) -> list[dict[str, str]]:
    """Expected and observed breaks within five years by decade, any and war, as texts."""
    table = assessment.tables.rows(HISTORY_CALIBRATION)
    rows = []
    for decade, own in table.groupby("decade", sort=True):
        by = own.set_index("severity")
        row = {"decade": f"{decade}s", "endings": f"{by['endings'].iloc[0]:.1f}"}
        for severity in by.index:
            at = by.loc[severity]
            row[str(severity)] = f"{at['observed']:.1f} ({at['q10']:.1f} to {at['q90']:.1f})"
        rows.append(row)
    return rows


def _after(first: float, watched: float) -> str:
    return f"none in {watched:.0f} years" if pd.isna(first) else f"after {first:.1f} years"


RECIPES = (
    Recipe("history", "history", "how soon truces of the past have broken", (HISTORY_FIT,), whole_by_age),
)

TOPIC = Topic(
    "history",
    "What became of truces and wars of the past?",
    sections=(Section("history", "What became of past truces", finding),),
    recipes=RECIPES,
    values={"past_scores": score_words},
    words={
        "score_rows": score_rows, "near_rows": near_rows, "ending_rows": ending_rows, "decade_rows": decade_rows,
    },
)  # fmt: skip
