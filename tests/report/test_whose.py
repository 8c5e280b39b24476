"""A figure about one proposal or viewpoint is named after the rows that it draws, not after the case's focus."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from contactline.topics.assessment import Assessment
from contactline.topics.contents import RECIPES, section_findings
from contactline.topics.sensitivity.show import boxes
from contactline.topics.showing.figures import Figure
from contactline.topics.showing.judgements import focus_proposal, proposal_name
from contactline.topics.showing.whose import name_in, of_one_proposal

OF_ONE = {
    "truce_variants": "truce", "truce_aims": "aims", "truce_own_forces": "own_forces", "truce_timing": "timing",
    "price": "price", "flips": "flips", "sobol": "sobol", "information": "information", "waiting": "waiting",
    "surface": "surface",
}  # fmt: skip
"""Recipe of a figure about one proposal → the table that it draws."""


def only(sample: Assessment, table: str, proposal: str) -> Assessment:
    """The sample with the rows of one proposal alone in a table, renamed to another where it has no such rows."""
    frame = sample.tables[table]
    own = frame[frame["proposal"] == proposal]
    if own.empty:
        own = frame.assign(proposal=proposal)
        own = own.assign(name=proposal_name(sample.case, proposal)) if "name" in own else own
    return dataclasses.replace(sample, tables={**sample.tables, table: own.reset_index(drop=True)})


def drawn(assessment: Assessment, recipe: str) -> list[Figure]:
    return [f for one in RECIPES if one.id == recipe for f in one.build(assessment)]


@pytest.mark.parametrize(("recipe", "table"), OF_ONE.items())
def test_the_figure_names_the_proposal_of_its_rows(sample: Assessment, recipe: str, table: str) -> None:
    focus = focus_proposal(sample.case, sample.tables)
    other = next(p.id for p in sample.case.proposals if p.id != focus)
    name, not_it = proposal_name(sample.case, other), proposal_name(sample.case, focus)
    if recipe == "price":
        sample = dataclasses.replace(
            sample, tables={**sample.tables, "price": sample.tables["price"].assign(km2=500.0)}
        )
    figures = drawn(only(sample, table, other), recipe)
    assert figures
    for figure in figures:
        said = f"{figure.title} {figure.subtitle}"
        assert name in said and not_it not in said, (figure.id, said)


def test_rows_of_one_proposal_are_those_in_focus_else_the_first(sample: Assessment) -> None:
    table = pd.DataFrame({"proposal": ["counter_draft", "grand_plan"], "name": ["C", "G"], "x": [1, 2]})
    focus = focus_proposal(sample.case, sample.tables)
    rows, name = of_one_proposal(sample, table)
    assert list(rows["proposal"]) == [focus] and name == rows["name"].iloc[0]
    rows, name = of_one_proposal(sample, table[table["proposal"] != focus])
    assert len(rows) == 1 and name == rows["name"].iloc[0]
    assert of_one_proposal(sample, table.iloc[:0])[1] == ""
    with pytest.raises(ValueError, match="too many values"):
        name_in(sample, table)


def test_boxes_of_two_proposals_keep_their_names(sample: Assessment) -> None:
    table = sample.tables["boxes"]
    second = table.assign(proposal="counter_draft", sentence="Another box.")
    both = dataclasses.replace(sample, tables={**sample.tables, "boxes": pd.concat([table, second])})
    deals = {box["deal"] for box in boxes(both)}
    first = proposal_name(sample.case, str(table["proposal"].iloc[0]))
    assert deals == {f"“{first}”", f"“{proposal_name(sample.case, 'counter_draft')}”"}


def test_the_sentence_on_the_price_names_its_rows(sample: Assessment) -> None:
    focus = focus_proposal(sample.case, sample.tables)
    other = next(p.id for p in sample.case.proposals if p.id != focus)
    made = only(sample, "price", other)
    made.tables["price"]["km2"] = 500.0
    assert f"“{made.tables['price']['name'].iloc[0]}”" in section_findings(made)["price"]
