"""The record of past forecasts is said plainly: bars by value and by range, who scored better, where outcomes fell."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from contactline.case.load import load_case
from contactline.core.frame import Tables
from contactline.faces.cli.screen import summary
from contactline.score.bars import BARS, _range_verdict
from contactline.topics.assessment import Assessment
from contactline.topics.contents import drafted, section_findings
from contactline.topics.showing.track import (
    NO_SCORES,
    REMEDY,
    bars_sentence,
    beaten_sentence,
    leaning_sentence,
    without_scores,
)
from contactline.topics.trust.make.scores import saved_scores
from contactline.topics.trust.show.scores import calibration


def bars(*verdicts: str) -> Tables:
    rows = [{"bar": str(k), "met": True, "whole_range": verdict} for k, verdict in enumerate(verdicts)]
    return Tables({"backtest_bars": pd.DataFrame(rows)})


def scores(**crps: tuple[float, ...]) -> Tables:
    rows = [
        {
            "series": "m",
            "model": model,
            "label": f"the {model}",
            "horizon": h,
            "crps": value,
            "independent_windows": 3,
        }
        for model, values in crps.items()
        for h, value in zip((4, 26, 37), values, strict=True)
    ]
    return Tables({"backtest_summary": pd.DataFrame(rows)})


def test_bars_are_counted_by_value_and_by_whole_range() -> None:
    said = bars_sentence(bars("meets it", "crosses it", "crosses it", "no range"))
    assert "By point value the forecasts meet 4 of 4 bars" in said
    assert "of the 3 that have a 90% range, the whole range meets the bar for 1, crosses it for 2." in said
    assert "misses it for 1" in bars_sentence(bars("misses it", "meets it"))
    assert bars_sentence(Tables()) == ""


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.5, 0.7, "meets it"),
        (0.5, 0.701, "crosses it"),
        (0.71, 0.9, "misses it"),
        (np.nan, np.nan, "no range"),
    ],
)
def test_a_range_meets_crosses_or_misses_its_bar(low: float, high: float, verdict: str) -> None:
    assert BARS[0].most == 0.7
    assert _range_verdict(BARS[0], low, high) == verdict


def test_who_scored_better_than_the_headline_is_named_with_horizons_and_errors() -> None:
    said = beaten_sentence(scores(headline=(100, 628, 943), tempo=(101, 589, 842), line=(200, 900, 943)))
    assert (
        "“the tempo” at 26 and 37 weeks (error 589 against 628 km² at 26 weeks and 842 against 943 km²"
        in said
    )
    assert "the line" not in said
    assert beaten_sentence(scores(headline=(1, 1, 1), line=(2, 2, 2))) == ""


def test_outcomes_above_the_middle_are_given_over_all_horizons_and_at_the_longest() -> None:
    pit = pd.DataFrame(
        {
            "model": "headline",
            "horizon": [4] * 10 + [37] * 10,
            "pit": [0.9] * 7 + [0.1] * 3 + [0.9] * 9 + [0.1],
        }
    )
    said = leaning_sentence(Tables({"backtest_pit": pit}))
    assert "in 80% of past cases, all horizons together, and in 90% at 37 weeks" in said
    assert said.endswith("it has run low.")


def test_one_page_names_both_figures_of_the_lean_wherever_it_gives_one(sample: Assessment) -> None:
    case = load_case("ukraine_2025")
    kept, stale = saved_scores(case)
    assert stale == () and {"backtest_summary", "backtest_places"} <= set(kept)
    tables = sample.tables | kept
    said = leaning_sentence(tables)
    assert "80% of past cases, all horizons together, and in 88% at 37 weeks" in said
    reasons = [
        j.confidence_reason
        for j in drafted(sample.case, tables, 200)
        if "above the middle" in j.confidence_reason
    ]
    assert reasons and all(said in reason for reason in reasons)
    scored = dataclasses.replace(sample, tables=tables)
    finding = section_findings(scored)["trust"]
    assert said in finding and "meet 8 of 8 bars" in finding and "crosses it for" in finding
    assert "“if the present tempo persists” at 4, 13, 26 and 37 weeks" in finding
    (figure,) = calibration(scored)
    assert "80% of cases, all horizons together (88% at 37 weeks)" in figure.title


def test_without_scores_report_and_terminal_say_so_and_how_to_make_them(sample: Assessment) -> None:
    bare = Tables({k: v for k, v in sample.tables.items() if not k.startswith("backtest_")})
    note = "Scores of gains: those kept with the case were made from other evidence. To make them: do this."
    for notes, wanted in (((), [NO_SCORES, REMEDY]), ((note,), [NO_SCORES, note])):
        assert without_scores(bare, notes) == wanted
        run = dataclasses.replace(sample.run, notes=notes)
        made = dataclasses.replace(sample, tables=bare, run=run)
        assert section_findings(made)["trust"] == " ".join(wanted)
        console = Console(width=400, record=True, force_terminal=False)
        summary(made, console)
        printed = console.export_text()
        assert all(sentence in printed for sentence in wanted)
    assert without_scores(sample.tables, ()) == []
