"""Tables of an assessment on scores, assumptions and sources: every column with its type, unit and meaning."""

from __future__ import annotations

from contactline.core.frame import Column, Table
from contactline.topics.columns import SERIES, chance, count, day, maybe, name_of, num, text

RATIO_COLUMNS = {
    baseline: f"crps_ratio_{baseline.replace('-', '_')}"
    for baseline in ("line-52", "line-13", "mean-13", "autoarima")
}
"""Baseline of the bars → column of the score over its score."""

BACKTEST_SUMMARY = Table(
    "backtest_summary",
    "Scores of each forecast on rolling origins",
    (
        SERIES,
        name_of("model", "forecast or baseline id"),
        text("label", "what it is called"),
        Column("horizon", "whole", "weeks", "weeks ahead", 1),
        num("crps", "km²", "mean continuous ranked probability score; lower is better", 0),
        *(
            maybe(column, "ratio", f"score divided by that of {baseline} (missing: not scored)", 0)
            for baseline, column in RATIO_COLUMNS.items()
        ),
        *(chance(f"cover{c}", f"share of outcomes inside the {c}% band", True) for c in (50, 80, 90)),
        count("origins", "forecast origins scored", 0),
        count("independent_windows", "windows of that length that do not overlap", 0),
    ),
    ("series", "model", "horizon"),
)

BACKTEST_BARS = Table(
    "backtest_bars",
    "The bars set beforehand, and whether they were met",
    (
        text("bar", "what was required"),
        text("allowed", "what would meet it"),
        text("got", "what was measured"),
        Column("met", "flag", "true or false", "whether the measured value meets it"),
        text("whole_range", "whether the whole 90% range meets it, crosses it or misses it; or no range"),
    ),
    ("bar",),
)

BACKTEST_PIT = Table(
    "backtest_pit",
    "Where each outcome fell in its forecast distribution (evenly spread if calibrated)",
    (
        name_of("model", "forecast id"),
        day("origin_date", "last day that the forecast knew"),
        Column("horizon", "whole", "weeks", "weeks ahead", 1),
        chance("pit", "share of the forecast below the outcome"),
    ),
    ("model", "origin_date", "horizon"),
)

BACKTEST_PLACES = Table(
    "backtest_places",
    "Scores of the chance that a named place is taken in time, on rolling origins",
    (
        name_of("model", "forecast or baseline id"),
        text("label", "what it is called"),
        Column("horizon", "whole", "weeks", "weeks ahead", 1),
        count("origins", "forecast origins scored", 0),
        count("independent_windows", "windows of that length that do not overlap", 0),
        count("forecasts", "forecasts scored: places near the line times origins", 0),
        count("places", "different places among them", 0),
        count("towns_fell", "different places that fell in some window", 0),
        num("expected", "count", "falls expected: the sum of the chances", 0),
        count("fell", "falls that happened, all windows", 0),
        num("brier", "squared probability", "mean Brier score; lower is better", 0, 1),
        num("log_score", "nats", "mean minus log probability of what happened; lower is better", 0),
        *(
            maybe(f"{measure}_{part}", "ratio", f"{words}, {meaning}", high=1)
            for measure, words in (("brier", "Brier"), ("log_score", "log score"))
            for part, meaning in (
                ("skill", "skill over the base rate by distance"),
                ("low", "lower end of the 90% block bootstrap"),
                ("high", "upper end of the 90% block bootstrap"),
            )
        ),
    ),
    ("model", "horizon"),
)

BACKTEST_PLACES_BANDS = Table(
    "backtest_places_bands",
    "How often places fell among those given a chance in each band of likelihood",
    (
        name_of("model", "forecast or baseline id"),
        text("label", "what it is called"),
        chance("low", "lower edge of the band"),
        chance("high", "upper edge of the band"),
        count("forecasts", "forecasts in the band, all horizons and origins", 0),
        chance("chance", "mean chance given"),
        chance("share", "share that fell"),
    ),
    ("model", "low"),
)

ASSUMPTIONS = Table(
    "assumptions",
    "Every belief and assumption, with its owner",
    (
        name_of("name", "belief or assumption id"),
        text("label", "what it is"),
        text("unit", "its unit"),
        text("distribution", "its distribution"),
        text("owner", "who assumes it, or the sources it rests on"),
        text("why", "why that value and width"),
        text("sources", "ids of the bibliography"),
        text("watch", "the evidence that would move it"),
    ),
    ("name",),
)

REFERENCES = Table(
    "references",
    "Bibliography",
    (
        name_of("id", "id used elsewhere"),
        text("title", "title or statement"),
        text("source", "who published it"),
        text("url", "where"),
        text("day", "when"),
        text("confidence", "high, medium, low or empty"),
    ),
    ("id",),
)

BENCHMARKS = Table(
    "benchmarks",
    "Published forecasts and rates set beside ours, never fitted to",
    (
        name_of("benchmark", "benchmark id of the case"),
        text("text", "what was published"),
        text("objective", "objective id, if any"),
        text("day", "day named, if any"),
        text("source", "who published it"),
        text("ours", "our figure for the same"),
    ),
    ("benchmark",),
)

TABLES: tuple[Table, ...] = (
    BACKTEST_SUMMARY,
    BACKTEST_BARS,
    BACKTEST_PIT,
    BACKTEST_PLACES,
    BACKTEST_PLACES_BANDS,
    ASSUMPTIONS,
    REFERENCES,
    BENCHMARKS,
)
