"""The summary fits the screen it is given and says the same as the page."""

from __future__ import annotations

import dataclasses
import io
import math
import re
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from contactline.core.frame import Tables, made
from contactline.faces.cli.screen import front_chart, front_table, summary
from contactline.topics.assessment import Assessment
from contactline.topics.choice.show.outcomes import outcome_rows
from contactline.topics.choice.show.said import key_hinges
from contactline.topics.contents import drafted, key_numbers
from contactline.topics.front.schema import FRONT_MONTHLY
from contactline.topics.showing.summary import (
    is_event,
    shown,
    shown_range,
)
from contactline.topics.trust.show.scores import backtest_files


def _printed(assessment: Assessment, width: int, height: int) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width, height=height, force_terminal=True, color_system=None)
    summary(assessment, console, Path("out/report.html"))
    return stream.getvalue().rstrip("\n").split("\n")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 40), (120, 50)])
def test_summary_fits_one_screen(sample: Assessment, width: int, height: int) -> None:
    full = dataclasses.replace(sample, judgements=drafted(sample.case, sample.tables, 200))
    lines = _printed(full, width, height)
    assert len(lines) < height
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert "out/report.html" in text
    assert "What the choice hinges on" in text
    assert key_numbers(full)[0].value in text
    assert full.judgements[0].sentence.split(" (")[0] in text


def test_summary_needs_no_table(sample: Assessment) -> None:
    bare = dataclasses.replace(sample, tables={}, judgements=())
    assert _printed(bare, 80, 24)[0].startswith("The Highland war")
    assert key_numbers(bare) == [] and key_hinges(bare) == []


def test_hinges_come_in_order_of_their_effect(sample: Assessment) -> None:
    labels = [hinge.label for hinge in key_hinges(sample)]
    assert labels[0].startswith("how often the defence collapses")
    turns = {hinge.label: hinge.turns for hinge in key_hinges(sample)}
    assert turns["the pace of the advance"] == "no value from 6.7 to 480 km² per week turns it"
    assert turns["chance that the guarantor acts"] == "half and half at 51%, inside the present range"


def test_front_table_shows_the_last_months_and_marks_flagged_ones(sample: Assessment) -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=110, color_system=None)
    front_table(console, sample.case, sample.tables["front_monthly"], 17)
    text = stream.getvalue()
    total = (
        sample.tables["front_monthly"]
        .query("series == 'mapa' and region == 'total'")
        .set_index("month")["km2"]
    )
    line = next(line for line in text.splitlines() if "Nov 2025" in line)
    assert f"{total['2025-11-01']:,.0f}" in line
    assert "Dec 2024†" in text and re.search(r" Total,\n.* mapb\n", text)


def test_events_are_told_from_quantities(sample: Assessment) -> None:
    rows = pd.DataFrame({"q10": [0.0, 0.0], "q50": [0.0, 1.0], "q90": [1.0, 1.0], "unit": "share"})
    assert is_event(rows)
    assert not is_event(rows.assign(q50=0.4))
    assert not is_event(rows.assign(unit="weeks"))
    names, outcomes = outcome_rows(sample)
    assert names[0] == "Fight on" and len(outcomes) == 3
    label, texts = outcomes[0]
    assert label == "land held by Southland, km²"
    assert texts[0] == ("91,000", "85,000 to 97,000")


def test_beliefs_read_in_plain_units() -> None:
    assert shown_range(0.02, 0.4, "per year") == "0.02 to 0.40 per year"
    assert shown_range(0.08, 0.6, "probability") == "8% to 60%"
    assert shown_range(0.9, 2.5, "multiplier") == "×0.9 to ×2.5"
    assert shown(math.log(2), "log hazard") == "×2 on the rate of breakdown"
    assert shown(math.log(0.5), "logit") == "×0.5 on the odds"


def test_front_and_backtest_files_are_written(sample: Assessment, tmp_path: Path) -> None:
    some = made({FRONT_MONTHLY: sample.tables["front_monthly"]})
    assert [p.name for p in front_chart(sample.case, some, tmp_path)] == [
        "front.html",
        "gains.svg",
        "gains.png",
    ]
    scores = Tables({k: sample.tables[k] for k in ("backtest_summary", "backtest_bars")})
    names = {path.name for path in backtest_files(sample.case, scores, tmp_path)}
    assert {"backtest_summary.csv", "backtest_bars.csv", "score.svg", "coverage.png"} == names - {
        "score.png",
        "coverage.svg",
    }
