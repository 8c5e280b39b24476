"""The truce room on a real run: tables fit their dictionary, and the laws that hold whatever the beliefs."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.case.quantities import HOLD_WEEKS
from contactline.case.scenario import Scenario
from contactline.core.frame import checked
from contactline.engine.courses import truce_decision
from contactline.engine.run import Run
from contactline.service.opened import opened, opened_graph
from contactline.topics.tables import declared
from contactline.topics.truce.make import (
    aims_table,
    broken_table,
    deterrence_table,
    own_forces_table,
    truce_table,
    truce_tables,
)
from contactline.truce.breakdown import chance_to_hold


@pytest.fixture(scope="module")
def run() -> Run:
    wanted = ("us_28", "european_counter", "freeze_on_line")
    return opened(opened_graph(), Scenario(sets=12, proposals=wanted))


def args(run: Run):
    return run.case, run.front, run.futures, run.settlements


def test_every_table_fits_its_dictionary(run: Run):
    tables = truce_tables(*args(run), run.runs, run.streams)
    assert set(tables) == {
        "truce", "severity", "readings", "aims", "deterrence", "own_forces", "if_broken", "timing", "morale",
    }  # fmt: skip
    for name, frame in tables.items():
        checked(declared(name), frame)
    timing = tables["timing"]
    now = timing[timing["week"] == 0]
    assert now["p_better_than_now"].isna().all() and len(now) == len(run.settlements)
    # Fighting first costs lives, whatever the terms.
    for _, own in timing[timing["terms"] == "same"].groupby("proposal"):
        assert own.sort_values("week")["defender_losses"].is_monotonic_increasing
    off = tables["morale"].set_index(["proposal", "setting"])
    for proposal in off.index.get_level_values("proposal").unique():
        weak, strong = off.loc[(proposal, "off")], off.loc[(proposal, "strong")]
        assert weak["collapsed_if_broken"] < strong["collapsed_if_broken"]


def test_chances_to_hold_fall_with_time_and_a_guarantee_never_lowers_them(run: Run):
    table = truce_table(*args(run), run.streams).set_index(["proposal", "variant"])
    columns = [f"p_hold_{weeks}" for weeks in HOLD_WEEKS]
    assert np.all(np.diff(table[columns].to_numpy(), axis=1) < 0)
    for proposal, settlement in run.settlements.items():
        written = table.loc[(proposal, "as_written")]
        if settlement.guarantee is not None:
            assert np.all(table.loc[(proposal, "no_guarantee"), columns] <= written[columns])
        if "no_cap" in table.loc[proposal].index:
            assert np.all(table.loc[(proposal, "no_cap"), columns] >= written[columns] - 1e-12)
    assert ("us_28", "belt_kept") in table.index and ("freeze_on_line", "no_guarantee") not in table.index


def test_whoever_wants_more_keeps_the_truce_less(run: Run):
    table = aims_table(*args(run), run.streams).set_index(["proposal", "aim"])
    for proposal in run.settlements:
        wanted = table.loc[proposal, "wanted"]
        hold = table.loc[proposal, "p_hold_260"]
        assert wanted["narrow"] <= wanted["claimed"] <= wanted["maximal"] == 1.0
        assert hold["narrow"] >= hold["claimed"] >= hold["maximal"]
        share = table.loc[proposal, "share_accept"]
        assert share["narrow"] >= share["maximal"] and share.between(0.0, 1.0).all()
    # What is handed over is no longer wanted by whoever asked for no more.
    assert table.loc[("us_28", "narrow"), "wanted"] < 0.5 * table.loc[("freeze_on_line", "narrow"), "wanted"]
    assert table["p_aim"].groupby("proposal").sum().to_numpy() == pytest.approx(1.0)


def test_where_no_credibility_deters_the_war_pays_and_own_forces_help_everyone(run: Run):
    deterrence = deterrence_table(*args(run))
    assert np.all(deterrence["p_beyond_guarantee"] <= deterrence["p_pays"])
    assert np.all(1.0 - deterrence["p_pays"] <= deterrence["p_deterred"] + 1e-12)
    for _, own in own_forces_table(*args(run)).groupby("proposal"):
        assert own["p_hold"].is_monotonic_increasing
        assert np.all(own["p_hold"] >= own["p_hold_no_guarantee"])


def test_the_share_that_breaks_is_the_chance_that_it_does(run: Run):
    """Counted breaks and exact chances agree to the noise of 600 draws."""
    case, front, futures, settlements = args(run)
    table = broken_table(case, settlements, run.runs)
    for name, settlement in settlements.items():
        broken = table[(table["proposal"] == name) & (table["which"] == "broken")]["share"].iloc[0]
        chance = 1.0 - chance_to_hold(truce_decision(case, front.theatre, settlement, futures), futures.weeks)
        noise = np.sqrt((chance * (1 - chance)).sum()) / len(chance)
        assert broken == pytest.approx(chance.mean(), abs=4 * noise)
