"""Figures and the reading of positions and cohesion say what the tables hold, and nothing when they hold nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from contactline.topics.allies.show import (
    RECIPES,
    allies_sentences,
    division_over_time,
    outcome_title,
    positions_over_time,
    shock_title,
    shocks,
)
from contactline.topics.assessment import Assessment


def test_every_recipe_draws_from_the_sample(sample: Assessment) -> None:
    drawn = [figure for recipe in RECIPES for figure in recipe.build(sample)]
    assert [figure.id for figure in drawn] == [
        "positions_land", "positions_arms", "division", "bargaining", "shocks",
    ]  # fmt: skip
    assert all(figure.section == "allies" and "As of 7 December 2025" in figure.subtitle for figure in drawn)


def test_the_title_of_an_issue_says_gap_and_firmness(sample: Assessment) -> None:
    land, arms = positions_over_time(sample)
    assert (
        land.title == "Who holds Eastmark: the sides 35 points apart; Northland unmoved since 1 August 2025"
    )
    assert arms.title.endswith("the sides 95 points apart; Northland last heard on 1 May 2025")  # said once
    assert land.subtitle.startswith("0: all to Southland; 50: the line as it is; 100: all to Northland.")


def test_the_reading_counts_what_the_tables_count(sample: Assessment) -> None:
    text = " ".join(allies_sentences(sample))
    assert (
        "Northland has not moved on “Who holds Eastmark” since 1 August 2025 (1 later statement repeats it)"
        in text
    )
    wedge = sample.tables["wedge"].query("years == 2").set_index("where")["chance_mean"]
    assert f"{100 * wedge['apart']:.0f}% at the far end" in text
    assert allies_sentences(dataclasses.replace(sample, tables={})) == []


def test_without_a_wedge_division_is_the_spread(sample: Assessment) -> None:
    case = sample.case.model_copy(update={"wedge": None})
    (figure,) = division_over_time(dataclasses.replace(sample, case=case))
    assert figure.title.startswith("The supporters stand") and "standard deviation" in figure.title


@pytest.mark.parametrize(
    ("verdicts", "p", "said"),
    [
        (
            ["not identified"] * 3,
            [0.5, 0.9, 0.2],
            "For none of the 3 known shocks can an effect on tempo be told",
        ),
        (["no effect seen", "not identified"], [0.5, 0.05], "For 1 of the 2 known shocks can"),
        (["not identified"], [0.05], "For the one known shock cannot an effect on tempo be told"),
    ],
)
def test_the_title_of_the_shocks(verdicts: list[str], p: list[float], said: str) -> None:
    title = shock_title(pd.DataFrame({"verdict": verdicts, "p_value": p}))
    assert title.startswith(said)
    assert title.endswith("none stands out" if min(p) > 0.1 else "1 stands out at one in ten")


def test_shocks_off_every_map_draw_nothing(sample: Assessment) -> None:
    hidden = sample.tables["events"].assign(effect=np.nan)
    assert shocks(dataclasses.replace(sample, tables=dict(sample.tables) | {"events": hidden})) == []


def test_the_models_are_said_to_part_where_they_do() -> None:
    free = pd.DataFrame({"name": ["A", "A", "B", "B"], "outcome_q50": [10.0, 12.0, 40.0, 70.0]})
    assert outcome_title(free).startswith("The models' medians lie 2 points apart on “A” and 30 on “B”")
