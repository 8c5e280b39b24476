"""Adequacy: what a cut leaves, who steps in when, what stock buys, and what the supply of today changes (nothing)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from contactline.case.load import load_case
from contactline.case.supply import Capability, SupportPath
from contactline.core.errors import UnknownNameError
from contactline.core.streams import Streams
from contactline.support.adequacy import (
    Support,
    adequacy,
    sample_elasticities,
    stock_weeks_left,
    support,
    support_on,
)
from contactline.support.ledger import ledger, reliance

MADE_UP = {"by": "this test", "why": "made up for a test"}


def capability(**changes: object) -> Capability:
    return Capability.model_validate(
        {
            "id": "eyes", "name": "Eyes", "need": "x", "elasticity": {"kind": "fixed", "value": 0.5},
            "elasticity_assumption": "made up for a test", "sources": ["s"],
            "donors": [
                {"actor": "big", "share": 0.6, "sources": ["s"]},
                {"actor": "small", "share": 0.2, "substitute_share": 0.3, "substitute_weeks": 10, "sources": ["s"]},
            ],
        } | changes
    )  # fmt: skip


def cut(**changes: object) -> SupportPath:
    one = {"actor": "big", "week": 4, "factor": 0.0} | changes
    return SupportPath.model_validate({"id": "cut", "name": "Cut", "cuts": [one], "sources": ["s"]})


def worked(one: Capability, path: SupportPath, weeks: int = 30) -> Support:
    """A path worked out for a case that has this capability alone."""
    case = load_case("borderland").case.model_copy(update={"capabilities": (one,)})
    return support_on(case, path, weeks)


def test_a_cut_bites_at_once_and_is_partly_made_good_after_the_lag():
    path = adequacy(capability(), cut(), 30)
    assert path[:4] == pytest.approx(0.8)
    assert path[4:14] == pytest.approx(0.2)
    assert path[14:] == pytest.approx(0.5)


def test_nobody_makes_good_more_than_was_lost():
    path = adequacy(capability(), cut(factor=0.9), 30)
    assert path[14:] == pytest.approx(0.8)


def test_a_cut_that_ends_restores_the_supply():
    assert adequacy(capability(), cut(weeks=5), 30)[9:] == pytest.approx(0.8)


def test_a_ramp_gets_there_in_a_straight_line():
    path = adequacy(capability(), cut(ramp_weeks=6, factor=0.5), 12)
    assert path[4:11] == pytest.approx(0.8 - 0.3 * np.arange(7) / 6)


def test_stock_fills_the_gap_until_it_is_used_up_and_not_a_week_longer():
    one = capability(stock={"value": 2.1, "sources": ["s"]})
    path = adequacy(one, cut(week=0), 9)
    # 0.6 of need is missing each week, so 2.1 weeks of need last three weeks and half of the fourth.
    assert path == pytest.approx([0.8, 0.8, 0.8, 0.5, 0.2, 0.2, 0.2, 0.2, 0.2])
    assert stock_weeks_left(one, cut(week=0), 9) == 4
    assert adequacy(one, cut(week=0), 9).sum() == pytest.approx(9 * 0.2 + 2.1)


def test_stock_in_units_follows_from_need_a_month():
    one = capability(
        unit="shells", needed={"value": 1000, "sources": ["s"]}, stock={"value": 500, "sources": ["s"]}
    )
    assert one.stock_weeks == pytest.approx(0.5 * 365.25 / 12 / 7)


def test_more_than_need_is_of_no_use():
    assert adequacy(capability(), cut(factor=3.0), 10)[4:] == pytest.approx(1.0)


def test_own_production_grows_by_its_yearly_rate_and_stops():
    donors = [
        {
            "actor": "own",
            "share": 0.5,
            "growth": {"per_year": 0.44, "weeks": 26, "sources": ["s"]},
            "sources": ["s"],
        }
    ]
    path = adequacy(capability(donors=donors), cut(actor="own", week=90), 80)
    assert path[26] == pytest.approx(0.5 * 1.44 ** (26 / (365.25 / 7)))
    assert path[27:] == pytest.approx(path[26])


def test_a_substitute_waits_for_its_day_and_steps_in_only_for_whom_it_can():
    small = {
        "actor": "small",
        "share": 0.2,
        "substitute_share": 0.3,
        "substitute_date": "2024-03-03",
        "sources": ["s"],
    }
    big, third = ({"actor": name, "share": 0.3, "sources": ["s"]} for name in ("big", "third"))
    one = capability(donors=[big, third, small | {"substitutes_for": ["third"]}])
    weeks = adequacy(one, cut(actor="third", week=0), 20, as_of=date(2023, 12, 31))
    assert weeks[8] == pytest.approx(0.5)
    assert weeks[9] == pytest.approx(0.8)  # nine weeks to that day
    assert adequacy(one, cut(week=0), 20, as_of=date(2023, 12, 31)) == pytest.approx(0.5)


def test_a_donor_who_is_cut_stands_in_for_nobody():
    both = SupportPath.model_validate(
        {"id": "both", "name": "Both", "sources": ["s"],
         "cuts": [{"actor": "big", "factor": 0}, {"actor": "small", "factor": 0.5}]}
    )  # fmt: skip
    assert adequacy(capability(), both, 30) == pytest.approx(0.1)


def test_shares_follow_from_numbers_where_numbers_are_given():
    donors = [
        {"actor": "big", "delivered": {"value": 150, "sources": ["s"]}, "sources": ["s"]},
        {"actor": "small", "share": 0.1, "sources": ["s"]},
    ]
    one = capability(donors=donors, unit="shells a month", needed={"value": 200, "sources": ["s"]})
    assert one.readings() == ({"big": 0.75, "small": 0.1},)


def test_readings_span_a_distribution_that_reaches_both_and_no_further():
    readings = [{"by": "the others", "shares": {"big": 0.2, "small": 0.6}, "sources": ["s"]}]
    one = capability(other_readings=readings)
    at = np.array([0.0, 0.5, 1.0])
    change = worked(one, cut(week=0), 3).change(one, at)[:, 0]
    assert change == pytest.approx([-0.6, -0.4, -0.2])
    case = load_case("borderland").case.model_copy(update={"capabilities": (one,)})
    drawn = sample_elasticities(case, 500, Streams(3))["eyes.reading"]
    assert 0 <= drawn.min() < 0.05 and 0.95 < drawn.max() <= 1


def test_factors_are_the_written_formula():
    effects = [
        {"moves": "losses", "elasticity": {"kind": "fixed", "value": 0.4}, "assumption": MADE_UP},
        {"moves": "leakage", "elasticity": {"kind": "fixed", "value": 2.0}, "assumption": MADE_UP},
        {"moves": "recruitment", "elasticity": {"kind": "fixed", "value": 0.3}, "assumption": MADE_UP},
    ]
    one = capability(effects=effects, leaks_today={"value": 0.25, "sources": ["s"]})
    path = worked(one, cut(week=0), 5)
    eta = {"eyes": np.full(3, 0.5), "eyes.losses": np.full(3, 0.4), "eyes.leakage": np.full(3, 2.0),
           "eyes.recruitment": np.full(3, 0.3)}  # fmt: skip
    assert path.tempo_factor(eta) == pytest.approx(np.full((3, 5), np.exp(0.5 * 0.6)))
    assert path.losses_factor(eta) == pytest.approx(np.full((3, 5), np.exp(0.4 * 0.6)))
    assert path.recruit_factor(eta) == pytest.approx(np.full((3, 5), np.exp(0.3 * 0.6)))
    # Without an effect of its own the hazard of collapse moves with the tempo.
    assert path.collapse_factor(eta) == pytest.approx(path.tempo_factor(eta))
    odds = np.exp(2.0 * 0.6) / 3
    assert path.leakage(eta)["eyes"] == pytest.approx(np.full((3, 5), odds / (1 + odds)))


def test_each_draw_gets_the_factor_of_its_own_beliefs():
    eta = {"eyes": np.array([0.5, 0.1, 0.5, 0.9])}
    factor = worked(capability(), cut(week=0), 2).tempo_factor(eta)
    assert factor[:, 0] == pytest.approx(np.exp(0.6 * eta["eyes"]))


def test_more_pressure_slows_the_challenger_and_a_general_cut_leaves_pressure_alone():
    one = capability(kind="pressure")
    tightened = worked(one, cut(capabilities=["eyes"], week=0, factor=1.2), 3)
    assert np.all(tightened.tempo_factor({"eyes": np.ones(2)}) < 1)
    assert np.all(worked(one, cut(week=0), 3).tempo_factor({"eyes": np.ones(2)}) == 1)


def test_today_changes_nothing_and_a_cut_speeds_the_challenger_up():
    case = load_case("ukraine_2025").case
    eta = sample_elasticities(case, 50, Streams(0))
    today = support(case, "as_today", 20)
    for factor in (today.tempo_factor, today.losses_factor, today.collapse_factor, today.recruit_factor):
        assert np.all(factor(eta) == 1.0)
    worse = support(case, "us_intelligence_cut", 52)
    assert np.all(worse.tempo_factor(eta) > 1.0)
    assert np.all(worse.losses_factor(eta) > 1.0)
    assert np.all(support(case, "sanctions_tightened", 52).recruit_factor(eta)[:, -1] < 1.0)


def test_one_effect_more_moves_no_draw_of_another():
    effect = {"moves": "losses", "elasticity": {"kind": "fixed", "value": 0.4}, "assumption": MADE_UP}
    base = load_case("borderland").case
    draws = []
    for one in (capability(elasticity={"kind": "uniform", "low": 0, "high": 1}),
                capability(elasticity={"kind": "uniform", "low": 0, "high": 1}, effects=[effect])):  # fmt: skip
        case = base.model_copy(update={"capabilities": (one,)})
        draws.append(sample_elasticities(case, 20, Streams(0))["eyes"])
    assert np.array_equal(*draws)


def test_an_unknown_path_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="us_sales_stop"):
        support(load_case("ukraine_2025").case, "us_sale_stop", 10)


def test_the_ledger_lists_every_donor_once_and_owns_every_cell():
    case = load_case("ukraine_2025").case
    table = ledger(case)
    assert len(table) == sum(len(c.donors) for c in case.capabilities)
    assert not table.duplicated(["capability", "donor"]).any()
    assert ((table["sources"] != "") | (table["assumption"] != "")).all()
    assert ((table["share_low"] <= table["share"]) & (table["share"] <= table["share_high"])).all()


def test_reliance_says_what_the_loss_of_one_donor_leaves():
    case = load_case("borderland").case.model_copy(update={"capabilities": (capability(),)})
    table = reliance(case).set_index("donor")
    assert table.loc["big", ["today", "at_once", "best", "weeks_to_best"]].tolist() == pytest.approx(
        [0.8, 0.2, 0.5, 10]
    )
    assert bool(table.loc["big", "alone"]) and not bool(table.loc["small", "alone"])
