"""Figures on trust: scores against baselines, coverage of the bands, and calibration of the headline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import xarray as xr

from contactline.case.schema import Case
from contactline.core.files import write_bytes, write_text
from contactline.core.folders import replaced_folder
from contactline.report.assessment import Assessment, RunInfo
from contactline.report.figures import (
    Figure,
    Recipe,
    inline,
    series_name,
    source_line,
    spec_of,
    to_png,
    to_svg,
)
from contactline.report.judgements import percent
from contactline.report.tables import to_csv, typed
from contactline.report.theme import CATEGORIES, CHALLENGER, INK, MUTED

PIT_BINS = 10


def score_ratios(assessment: Assessment) -> list[Figure]:
    """CRPS ratio per horizon and forecaster (below 1: better than the baseline)."""
    table = assessment.tables["backtest_summary"]
    columns = [c for c in table.columns if c.startswith("crps_ratio") and table[c].notna().any()]
    if not columns:
        return []
    column = next((c for c in columns if "52" in c), columns[0])
    baseline = column.removeprefix("crps_ratio").strip("_").replace("_", " ") or "the baseline"
    own = _one_series(assessment, table)
    head = own[own["model"] == "headline"]
    mean = float(np.exp(np.log(head[column]).mean())) if not head.empty else np.nan
    title = (
        f"The headline's error is {mean:.2f} times that of {_baseline_words(baseline)}, over all horizons"
        if np.isfinite(mean)
        else "Scores of each forecast against the baseline"
    )
    shown = own[["label", "model", "horizon", column, "origins", "independent_windows"]].rename(
        columns={column: "ratio"}
    )
    base = alt.Chart(inline(shown)).encode(
        x=alt.X("horizon:O", title="weeks ahead", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("ratio:Q", title="CRPS ratio (lower is better)", scale=alt.Scale(zero=False)),
        color=_by_label(own),
    )
    tip = ["label:N", "horizon:O", alt.Tooltip("ratio:Q", format=".2f"), "origins:Q", "independent_windows:Q"]
    rule = (
        alt.Chart(inline(pd.DataFrame([{"one": 1}])))
        .mark_rule(color=MUTED, strokeDash=[3, 3])
        .encode(y="one:Q")
    )
    chart = rule + base.mark_line() + base.mark_point(filled=True, size=60, opacity=1).encode(tooltip=tip)
    subtitle = (
        "CRPS: mean distance between forecast distribution and outcome. "
        + _windows(own)
        + _source(assessment, own)
    )
    return [Figure("score", "trust", title, subtitle, f"Lines per forecaster. {title}.", spec_of(chart, 260))]


def coverage(assessment: Assessment) -> list[Figure]:
    """Share of outcomes inside the 80% bands, per horizon and forecaster."""
    own = _one_series(assessment, assessment.tables["backtest_summary"])
    own = own[own["cover80"].notna()]
    if own.empty:
        return []
    head = own[own["model"] == "headline"]
    title = (
        f"The headline's 80% bands held {percent(head['cover80'].mean())} of outcomes"
        if not head.empty
        else "Coverage of the 80% bands"
    )
    base = alt.Chart(inline(own[["label", "horizon", "cover80", "independent_windows"]])).encode(
        x=alt.X("horizon:O", title="weeks ahead", axis=alt.Axis(labelAngle=0)),
        y=alt.Y(
            "cover80:Q",
            title="outcomes inside",
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format=".0%", tickCount=5),
        ),
        color=_by_label(own),
    )
    rule = (
        alt.Chart(inline(pd.DataFrame([{"aim": 0.8}])))
        .mark_rule(color=MUTED, strokeDash=[3, 3])
        .encode(y="aim:Q")
    )
    tip = ["label:N", "horizon:O", alt.Tooltip("cover80:Q", format=".0%"), "independent_windows:Q"]
    chart = rule + base.mark_line() + base.mark_point(filled=True, size=60, opacity=1).encode(tooltip=tip)
    subtitle = (
        "Dashed: the 80% that a calibrated forecast would hold. " + _windows(own) + _source(assessment, own)
    )
    return [
        Figure("coverage", "trust", title, subtitle, f"Lines per forecaster. {title}.", spec_of(chart, 260))
    ]


def calibration(assessment: Assessment) -> list[Figure]:
    """Histogram of where outcomes fell in the headline's distribution, all horizons together."""
    table = assessment.tables["backtest_pit"]
    own = table[table["model"] == "headline"]
    own = own if not own.empty else table
    counts, edges = np.histogram(own["pit"], bins=PIT_BINS, range=(0, 1))
    frame = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "share": counts / max(counts.sum(), 1)})
    upper = float((own["pit"] > 0.5).mean())
    lean = "higher" if upper > 0.5 else "lower"
    far = own[own["horizon"] == own["horizon"].max()]
    longest = float((far["pit"] > 0.5).mean())
    several = len(set(own["horizon"])) > 1
    ahead = f" ({percent(longest)} at {far['horizon'].iloc[0]:.0f} weeks)" if several else ""
    title = f"Outcomes fell above the median forecast in {percent(upper)} of cases{ahead}: " + (
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


def backtest_files(case: Case, tables: Mapping[str, pd.DataFrame], out: Path) -> list[Path]:
    """Write the backtest's tables (CSV) and its charts (SVG and PNG) into folder `out`; returns the paths.

    `tables` holds any of backtest_summary, backtest_bars and backtest_pit. Raises InputError for a folder that no run
    of ours wrote.
    """
    kept = {name: typed(name, frame) for name, frame in tables.items() if name.startswith("backtest_")}
    record = Assessment(case, RunInfo(case.id, "", case.as_of, 0, 0, 0, "", {}), xr.Dataset(), kept, ())
    written = []
    with replaced_folder(Path(out), "--out", "backtest gains") as folder:
        for name, frame in kept.items():
            written.append(f"{name}.csv")
            write_text(folder / written[-1], to_csv(frame))
        for recipe in RECIPES:
            if all(name in kept and not kept[name].empty for name in recipe.tables):
                for figure in recipe.build(record):
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
    Recipe("score", "trust", "scores against baselines", ("backtest_summary",), score_ratios),
    Recipe("coverage", "trust", "coverage of the bands", ("backtest_summary",), coverage),
    Recipe("pit", "trust", "calibration", ("backtest_pit",), calibration),
)


_RATIO_BAR = re.compile(r"CRPS ratio to (?P<baseline>[\w-]+?)(?P<wider>, wider band)?")
_COVER_BAR = re.compile(r"coverage (?P<level>\d+)%")


def _one_series(assessment: Assessment, table: pd.DataFrame) -> pd.DataFrame:
    """The series with the longest record of scores: coverage on a short one says little."""
    windows = table.groupby("series")["independent_windows"].max()
    return table[table["series"] == windows.idxmax()]


def _by_label(own: pd.DataFrame) -> alt.Color:
    names = list(dict.fromkeys(own["label"]))
    head = own.loc[own["model"] == "headline", "label"]
    rest = [c for c in CATEGORIES for _ in (0,)]
    colours, spare = [], iter(rest * 3)
    for name in names:
        colours.append(CHALLENGER if not head.empty and name == head.iloc[0] else next(spare))
    return alt.Color(
        "label:N",
        title=None,
        sort=names,
        scale=alt.Scale(domain=names, range=colours),
        legend=alt.Legend(columns=alt.ExprRef("width < 520 ? 1 : 2")),
    )


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
