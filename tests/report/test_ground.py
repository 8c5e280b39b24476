"""Figures read off simulated fronts, and what the page says where beliefs, fronts or figures are missing."""

from __future__ import annotations

import dataclasses
import io

import pandas as pd
import pytest
from rich.console import Console

from contactline.core.frame import checked
from contactline.faces.cli.screen import summary
from contactline.faces.report.html import missing_figures, render_html
from contactline.topics.assessment import Assessment
from contactline.topics.choice.show.choice import hinges
from contactline.topics.choice.show.said import NO_HINGES
from contactline.topics.fighting.show.ground import hub_study, line_ahead, opens
from contactline.topics.showing.figures import wrapped
from contactline.topics.tables import TABLES, declared
from contactline.topics.trust.show.scores import bar_words


@pytest.fixture(autouse=True)
def without_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contactline.faces.report.html.vega_bundle", lambda: "")


def with_table(sample: Assessment, name: str, frame: pd.DataFrame) -> Assessment:
    return dataclasses.replace(sample, tables={**sample.tables, name: frame})


def body(assessment: Assessment) -> str:
    return render_html(assessment).split('<script type="application/json"')[0]


def test_the_title_compares_the_line_with_itself(sample: Assessment) -> None:
    (figure,) = line_ahead(sample)
    # Medians 1,406 and 1,452 km; the 80% range after two years, 1,142 to 1,575, holds the first.
    assert "after two years is about 1,450 km (80% range 1,140–1,570) long on the grid" in figure.title
    assert figure.title.endswith("not clearly longer or shorter than the 1,410 km 13 weeks from now")
    assert "compare it with itself" in figure.subtitle and "edge of the modelled zone" in figure.subtitle


@pytest.mark.parametrize(("shift", "word"), [(500, "longer than"), (-600, "shorter than")])
def test_a_clear_change_of_length_is_named(sample: Assessment, shift: float, word: str) -> None:
    fan = sample.tables["line_fan"]
    late = fan["week"] > 13
    moved = fan.assign(**{q: fan[q] + shift * late for q in ("q10", "q50", "q90")})
    assert f"long on the grid: {word} the" in line_ahead(with_table(sample, "line_fan", moved))[0].title


def test_a_single_length_is_not_compared(sample: Assessment) -> None:
    (figure,) = line_ahead(with_table(sample, "line_fan", sample.tables["line_fan"].head(1)))
    assert figure.title.startswith("Fighting on, the line after 13 weeks is about")
    assert "than the" not in figure.title


def test_what_the_first_settlement_opens_and_the_most(sample: Assessment) -> None:
    (figure,) = opens(sample)
    assert figure.title == (
        "With weekly km² held equal a place only redistributes them; if its fall changes the pace, Alderford given at "
        "once makes the share of the rest of Eastmark held after two years 2.7 percentage points larger (90% range of "
        "the belief −5.3 to 15.7)"
    )
    assert "Of the belt, Cedarholm opens most: 8.0 percentage points (90% range 7.6 to 8.4)." in figure.alt
    assert (
        "not roads or supply" in figure.subtitle and "given at once against never falling" in figure.subtitle
    )


def test_the_pace_after_falls_is_drawn_and_said(sample: Assessment) -> None:
    (figure,) = hub_study(sample)
    assert figure.title == (
        "After a place fell, the whole front's pace over 4 weeks was 0.95 (90% range 0.78 to 1.16) times that at "
        "placebo dates: no effect seen"
    )
    assert "Of 8 ranges 0 differ from placebo" in figure.subtitle
    text = body(sample)
    assert "junctions that a source names" in text and "0.95 (0.78 to 1.16)" in text


def test_a_record_without_falls_draws_no_pace(sample: Assessment) -> None:
    table = sample.tables["hub_study"]
    assert hub_study(with_table(sample, "hub_study", table[table["places"] == "hubs"])) == []


def test_a_table_of_belts_alone_still_draws(sample: Assessment) -> None:
    table = sample.tables["opens"]
    (figure,) = opens(with_table(sample, "opens", table[table["target"] == "belts"]))
    assert figure.title == "What each place opens, given at once against never falling"


def test_no_hinge_is_a_finding_and_not_a_missing_table(sample: Assessment) -> None:
    columns = [column.name for column in TABLES["hinges"].columns]
    none = with_table(sample, "hinges", checked(declared("hinges"), pd.DataFrame(columns=columns)))
    assert missing_figures(none) == {"choice": [NO_HINGES]}
    text = body(none)
    assert text.count(NO_HINGES) == 2 and "Not shown" not in text
    screen = io.StringIO()
    summary(none, Console(file=screen, width=100))
    assert "No single belief" in screen.getvalue()


def test_one_hinge_is_not_called_the_largest(sample: Assessment) -> None:
    one = with_table(sample, "hinges", sample.tables["hinges"].head(1))
    (figure,) = hinges(one)
    assert figure.title.startswith("The choice hinges on “how often the defence collapses")
    assert figure.title.endswith("no other stands out from the noise")
    assert NO_HINGES not in body(one)
    assert "hinges most on" in hinges(sample)[0].title


def test_the_page_says_how_ground_falls_in_this_run(sample: Assessment) -> None:
    assert "cells fall where ground has just fallen" in body(sample)
    rest = {k: v for k, v in sample.tables.items() if k not in ("line_fan", "opens")}
    note = "the spatial model was not fitted, so cells fall nearest to the line first: too few captures"
    run = dataclasses.replace(sample.run, notes=(note,))
    text = body(dataclasses.replace(sample, tables=rest, run=run))
    assert "cells fall nearest to the line first; " in text and "ground has just fallen" not in text
    assert note in text and "This assessment has no table opens." in text


def test_figures_are_named_as_an_option(sample: Assessment) -> None:
    text = body(sample)
    assert "with the option <code>--figures</code>" in text
    assert "stands as SVG beside this page" not in text


@pytest.mark.parametrize(
    ("bar", "words"),
    [
        ("CRPS ratio to line-52", "Error (CRPS) against a straight line through the last 52 weeks"),
        ("CRPS ratio to mean-13", "Error (CRPS) against the mean of the last 13 weeks"),
        ("CRPS ratio to autoarima", "Error (CRPS) against AutoARIMA"),
        (
            "CRPS ratio to line-13, wider band",
            "Error (CRPS) against a straight line through the last 13 weeks, its band from the scatter around it",
        ),
        ("coverage 80%", "Share of outcomes inside the 80% bands"),
        ("something else", "something else"),
    ],
)
def test_bars_read_as_words(bar: str, words: str) -> None:
    assert bar_words(bar) == words


def test_names_break_at_dashes_and_lose_nothing() -> None:
    name = "Kostiantynivka–Druzhkivka–Kramatorsk–Sloviansk"
    assert wrapped(name) == "Kostiantynivka–\nDruzhkivka–\nKramatorsk–Sloviansk"
    assert wrapped(name).replace("\n", "") == name
    assert wrapped("a – b") == "a – b"
