"""Figures on trust: scores against baselines, coverage of the bands, and calibration of the headline."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from contactline.case.schema import Case
from contactline.core.files import write_bytes, write_text
from contactline.core.folders import replaced_folder
from contactline.core.frame import Tables
from contactline.core.rounding import percent
from contactline.score.models import LABELS
from contactline.topics.assessment import Assessment, RunInfo
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    rows_axis,
    series_name,
    source_line,
    spec_of,
    to_png,
    to_svg,
    wrapped,
)
from contactline.topics.showing.theme import CATEGORIES, CHALLENGER, INK, MUTED, RULE, between
from contactline.topics.showing.track import HEADLINE, above_middle, longest_series
from contactline.topics.tables import to_csv
from contactline.topics.trust.schema import BACKTEST_PIT, BACKTEST_SUMMARY

PIT_BINS = 10
ROW_WIDTH = 26
"""Characters of a forecaster's name on a line."""
SHADES = ("#6db1b1", "#0b2f2f")
"""From the shortest horizon to the longest."""
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-right")
WHOSE = {"the headline": CHALLENGER, "ours": "#e3a89a", "a baseline": RULE}
"""Whose forecast a row is → the colour of its bar."""


def score_ratios(assessment: Assessment) -> list[Figure]:
    """CRPS ratio per forecaster and horizon (below 1: better than the baseline)."""
    table = assessment.tables[BACKTEST_SUMMARY]
    columns = [c for c in table.columns if c.startswith("crps_ratio") and table[c].notna().any()]
    if not columns:
        return []
    column = next((c for c in columns if "52" in c), columns[0])
    baseline = column.removeprefix("crps_ratio").strip("_").replace("_", " ") or "the baseline"
    own = longest_series(table)
    head = own[own["model"] == HEADLINE]
    mean = float(np.exp(np.log(head[column]).mean())) if not head.empty else np.nan
    title = (
        f"The headline's error is {mean:.2f} times that of {_baseline_words(baseline)}, over all horizons"
        if np.isfinite(mean)
        else "Scores of each forecast against the baseline"
    )
    chart, height = _by_forecaster(
        own.assign(value=own[column]).dropna(subset="value"),
        "CRPS ratio (lower is better)",
        {"scale": alt.Scale(zero=False)},
        1.0,
        ".2f",
    )
    subtitle = (
        "CRPS: mean distance between forecast distribution and outcome. "
        f"{_marks(own)} Dashed: {_baseline_words(baseline)}. " + _windows(own) + _source(assessment, own)
    )
    return [
        Figure("score", "trust", title, subtitle, f"Dots per forecaster. {title}.", spec_of(chart, height))
    ]


def coverage(assessment: Assessment) -> list[Figure]:
    """Share of outcomes inside the 80% bands, per forecaster and horizon."""
    own = longest_series(assessment.tables[BACKTEST_SUMMARY])
    own = own[own["cover80"].notna()]
    if own.empty:
        return []
    head = own[own["model"] == HEADLINE]
    title = (
        f"The headline's 80% bands held {percent(head['cover80'].mean())} of outcomes"
        if not head.empty
        else "Coverage of the 80% bands"
    )
    chart, height = _by_forecaster(
        own.assign(value=own["cover80"]),
        "outcomes inside",
        {"scale": alt.Scale(domain=[0, 1]), "axis": alt.Axis(format=".0%", tickCount=5)},
        0.8,
        ".0%",
    )
    subtitle = (
        f"Dashed: the 80% that a calibrated forecast would hold. {_marks(own)} "
        + _windows(own)
        + _source(assessment, own)
    )
    return [
        Figure("coverage", "trust", title, subtitle, f"Dots per forecaster. {title}.", spec_of(chart, height))
    ]


def calibration(assessment: Assessment) -> list[Figure]:
    """Histogram of where outcomes fell in the headline's distribution, all horizons together."""
    table = assessment.tables[BACKTEST_PIT]
    own = table[table["model"] == "headline"]
    own = own if not own.empty else table
    counts, edges = np.histogram(own["pit"], bins=PIT_BINS, range=(0, 1))
    frame = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "share": counts / max(counts.sum(), 1)})
    upper = above_middle(own)
    lean = "higher" if upper > 0.5 else "lower"
    far = own[own["horizon"] == own["horizon"].max()]
    longest = above_middle(far)
    several = len(set(own["horizon"])) > 1
    together = ", all horizons together" if several else ""
    ahead = f" ({percent(longest)} at {far['horizon'].iloc[0]:.0f} weeks)" if several else ""
    title = f"Outcomes fell above the median forecast in {percent(upper)} of cases{together}{ahead}: " + (
        "no lean to speak of" if abs(upper - 0.5) < 0.1 else f"gains came {lean} than forecast"
    )
    chart = alt.Chart(inline(frame)).mark_bar(color=CATEGORIES[0]).encode(
        x=alt.X(
            "low:Q", title="where the outcome fell in the forecast (0: lowest, 1: highest)", bin="binned"
        ),
        x2="high:Q",
        y=alt.Y("share:Q", title="share of outcomes", axis=alt.Axis(format=".0%")),
        tooltip=[alt.Tooltip("share:Q", format=".0%")],
    ) + alt.Chart(inline(pd.DataFrame([{"flat": 1 / PIT_BINS}]))).mark_rule(
        color=INK, strokeDash=[3, 3]
    ).encode(y="flat:Q")
    subtitle = "Even columns mean calibrated; a heap at both ends means bands too narrow. " + source_line(
        assessment, "rolling-origin backtest"
    )
    return [Figure("pit", "trust", title, subtitle, f"Histogram. {title}.", spec_of(chart, 200))]


def backtest_files(case: Case, kept: Tables, out: Path) -> list[Path]:
    """Write the backtest's tables (CSV) and its charts (SVG and PNG) into folder `out`; returns the paths.

    kept : any of backtest_summary, backtest_bars and backtest_pit. Raises InputError for a folder that no run of ours
    wrote.
    """
    record = Assessment(case, RunInfo(case.id, "", case.as_of, 0, 0, 0, "", {}), xr.Dataset(), kept, ())
    written = []
    with replaced_folder(Path(out), "--out", "backtest gains") as folder:
        for name, frame in kept.items():
            written.append(f"{name}.csv")
            write_text(folder / written[-1], to_csv(frame))
        for recipe in RECIPES:
            if all(map(kept.filled, recipe.tables)):
                for figure in recipe.figures(record):
                    written += [f"{figure.id}.svg", f"{figure.id}.png"]
                    write_text(folder / written[-2], to_svg(figure))
                    write_bytes(folder / written[-1], to_png(figure))
    return [Path(out) / name for name in written]


def bar_words(bar: str) -> str:
    """A bar of table `backtest_bars` in plain words; a bar of another form stays as it is."""
    found = _RATIO_BAR.fullmatch(bar)
    if found:
        band = ", its band from the scatter around it" if found["wider"] else ""
        return f"Error (CRPS) against {_baseline_words(found['baseline'])}{band}"
    covered = _COVER_BAR.fullmatch(bar)
    return f"Share of outcomes inside the {covered['level']}% bands" if covered else bar


RECIPES = (
    Recipe("score", "trust", "scores against baselines", (BACKTEST_SUMMARY,), score_ratios),
    Recipe("coverage", "trust", "coverage of the bands", (BACKTEST_SUMMARY,), coverage),
    Recipe("pit", "trust", "calibration", (BACKTEST_PIT,), calibration),
)


_RATIO_BAR = re.compile(r"CRPS ratio to (?P<baseline>[\w-]+?)(?P<wider>, wider band)?")
_COVER_BAR = re.compile(r"coverage (?P<level>\d+)%")


def _by_forecaster(
    own: pd.DataFrame, title: str, look: dict[str, Any], aim: float, form: str
) -> tuple[alt.TopLevelMixin, int]:
    """A row a forecaster, named beside it, with a dot a horizon of its column `value`; and the height in pixels.

    A line of its own colour a forecaster would need eleven colours, which nobody tells apart. Whose forecast it is
    shows in the bar, the horizon in shade and shape of the dot. `look` is scale and axis across; `aim` the value of
    the dashed rule.
    """
    horizons = sorted(int(h) for h in own["horizon"].unique())
    shades = [between(*SHADES, k / max(len(horizons) - 1, 1)) for k in range(len(horizons))]
    words = [f"{h} weeks ahead" for h in horizons]
    models = own["model"].astype(str)
    shown = own.assign(
        row=[wrapped(str(label), ROW_WIDTH) for label in own["label"]],
        whose=["the headline" if m == HEADLINE else "ours" if m in LABELS else "a baseline" for m in models],
        ahead=[f"{h:.0f} weeks ahead" for h in own["horizon"]],
    )
    y = alt.Y("row:N", title=None, sort=list(dict.fromkeys(shown["row"])), axis=rows_axis(ROW_WIDTH))
    tip = [
        "row:N",
        "ahead:N",
        alt.Tooltip("value:Q", format=form),
        alt.Tooltip("origins:Q"),
        alt.Tooltip("independent_windows:Q", title="independent windows"),
    ]
    spans = shown.groupby(["row", "whose"], sort=False)["value"].agg(["min", "max"]).reset_index()
    whose = alt.Color(
        "whose:N", title=None, scale=alt.Scale(domain=list(WHOSE), range=list(WHOSE.values())), sort=list(WHOSE)
    )  # fmt: skip
    dots = alt.Color("ahead:N", title=None, sort=words, scale=alt.Scale(domain=words, range=shades))
    shape = alt.Shape("ahead:N", title=None, sort=words, scale=alt.Scale(domain=words, range=list(SHAPES)))
    rule = alt.Chart(inline(pd.DataFrame([{"aim": aim}]))).mark_rule(color=MUTED, strokeDash=[3, 3])
    chart = alt.layer(
        rule.encode(x=alt.X("aim:Q", title=title)),
        alt.Chart(inline(spans))
        .mark_rule(strokeWidth=4, strokeCap="butt")
        .encode(x=alt.X("min:Q", title=title), x2="max:Q", y=y, color=whose),
        alt.Chart(inline(shown[["row", "ahead", "value", "origins", "independent_windows"]]))
        .mark_point(filled=True, size=64, opacity=1)
        .encode(x=alt.X("value:Q", title=title, **look), y=y, color=dots, shape=shape, tooltip=tip),
    ).resolve_scale(color="independent")  # fmt: skip
    lines = sum(1 + str(row).count("\n") for row in spans["row"])
    return chart, 50 + 14 * lines + 12 * len(spans)


def _marks(own: pd.DataFrame) -> str:
    """How to read a row of `_by_forecaster`."""
    weeks = ", ".join(str(int(h)) for h in sorted(own["horizon"].unique()))
    return f"One row a forecast, one dot a horizon ({weeks} weeks)."


def _windows(own: pd.DataFrame) -> str:
    last = own[own["horizon"] == own["horizon"].max()].iloc[0]
    apart = int(last["independent_windows"])
    return f"At {int(last['horizon'])} weeks the record holds {apart} windows that do not overlap. "


def _source(assessment: Assessment, own: pd.DataFrame) -> str:
    return source_line(
        assessment, f"rolling-origin backtest on {series_name(assessment, str(own['series'].iloc[0]))}"
    )


def _baseline_words(name: str) -> str:
    """ "line-52" and the like as a reader would say it; a name of another form as it is."""
    weeks = "".join(ch for ch in name if ch.isdigit())
    if weeks and "line" in name:
        return f"a straight line through the last {weeks} weeks"
    if weeks and "mean" in name:
        return f"the mean of the last {weeks} weeks"
    return {"autoarima": "AutoARIMA", "last-week": "the last week repeated"}.get(name, name)
