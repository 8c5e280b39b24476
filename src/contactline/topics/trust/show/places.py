"""Figure on trust: whether places fell as often as the chances given for them said."""

from __future__ import annotations

import pandas as pd

from contactline.topics.assessment import Assessment
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import Figure, Recipe, inline, source_line, spec_of
from contactline.topics.showing.theme import CHALLENGER, MUTED
from contactline.topics.trust.schema import BACKTEST_PLACES, BACKTEST_PLACES_BANDS

OURS = "front"


def places_calibration(assessment: Assessment) -> list[Figure]:
    """Share of places that fell against the chance given, ours and the base rate by distance."""
    table = assessment.tables[BACKTEST_PLACES_BANDS]
    ours = OURS if (table["model"] == OURS).any() else str(table["model"].iloc[0])
    shown = table[table["model"].isin([ours, "distance"])]
    labels = list(dict.fromkeys(shown["label"]))
    colour = alt.Color(
        "label:N",
        title=None,
        sort=labels,
        scale=alt.Scale(domain=labels, range=[CHALLENGER, MUTED][: len(labels)]),
        legend=alt.Legend(columns=1, labelLimit=400),
    )
    x = alt.X(
        "chance:Q", title="chance given (mean of the band)", scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", tickCount=5),
    )  # fmt: skip
    y = alt.Y(
        "share:Q",
        title="share that fell",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    base = alt.Chart(inline(shown[["label", "chance", "share", "forecasts"]])).encode(x=x, y=y, color=colour)
    tip = [
        "label:N",
        alt.Tooltip("chance:Q", format=".0%"),
        alt.Tooltip("share:Q", format=".0%"),
        "forecasts:Q",
    ]
    even = (
        alt.Chart(inline(pd.DataFrame([{"at": 0.0}, {"at": 1.0}])))
        .mark_line(color=MUTED, strokeDash=[3, 3])
        .encode(x="at:Q", y="at:Q")
    )
    size = alt.Size("forecasts:Q", legend=None, scale=alt.Scale(type="sqrt", range=[30, 420]))
    chart = alt.layer(
        even,
        base.mark_line(strokeWidth=1.4, opacity=0.7),
        base.mark_point(filled=True, opacity=0.9).encode(size=size, tooltip=tip),
    )
    title = _title(assessment, ours)
    subtitle = (
        "Every settlement near the line at every origin; all horizons together; larger dots, more forecasts. On the "
        "dashed line what is called "
        "30% happens 30% of the time. Forecasts from neighbouring days and of neighbouring places fail together. "
        + source_line(assessment, "rolling-origin backtest")
    )
    return [Figure("places", "trust", title, subtitle, f"Dots by band. {title}.", spec_of(chart, 280))]


def _title(assessment: Assessment, ours: str) -> str:
    """Falls expected and falls seen by horizon, where the table of scores is there; else the finding of the bands."""
    scores = assessment.tables.get(BACKTEST_PLACES)
    if scores is None or not (scores["model"] == ours).any():
        return "How often places fell, by the chance that had been given"
    own = scores[scores["model"] == ours].sort_values("horizon")
    parts = [
        f"{row['fell']:.0f} to {row['expected']:.0f} over {row['horizon']:.0f} weeks"
        for row in own.to_dict("records")
    ]
    return f"Places that fell against falls expected: {', '.join(parts)}"


RECIPES = (Recipe("places", "trust", "calibration of places", (BACKTEST_PLACES_BANDS,), places_calibration),)
