"""Terms on the map: who holds what after a proposal, and no clause left unsaid."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.case.check import CLAUSE_KINDS, ENGINE_BELIEFS
from contactline.case.load import load_case
from contactline.core.errors import UnknownNameError
from contactline.engine.ground import measure_front
from contactline.truce import effects
from contactline.truce.effects import FORFEIT, HAZARD_BELIEFS, UNMODELLED, clause_effect, clause_words
from contactline.truce.terms import CHALLENGER, DEFENDER, ZONE, apply_terms, clause_table, proposal_named


@pytest.fixture(scope="module")
def loaded():
    return load_case("ukraine_2025")


@pytest.fixture(scope="module")
def here(loaded):
    return measure_front(loaded).ground


@pytest.fixture(scope="module", params=["us_28", "european_counter", "freeze_on_line", "istanbul_memorandum"])
def settlement(request, loaded, here):
    return apply_terms(loaded.case, proposal_named(loaded.case, request.param), here)


def test_only_given_and_returned_cells_change_hands(settlement, here):
    changed = settlement.after != here.holder
    assert np.array_equal(changed, settlement.given_up | settlement.returned)
    assert np.all(here.holder[settlement.given_up] == DEFENDER)
    assert np.all(here.holder[settlement.returned] == CHALLENGER)


def test_every_clause_is_shown(settlement, loaded):
    table = clause_table(loaded.case, settlement.proposal)
    assert len(table) == len(settlement.proposal.clauses)
    assert (table["effect"] != "").all()


def test_the_28_points_leave_no_defender_in_donetsk_and_give_up_the_belt(loaded, here):
    settlement = apply_terms(loaded.case, proposal_named(loaded.case, "us_28"), here)
    donetsk = here.region == "donetsk"
    assert not np.any(settlement.after[donetsk] == DEFENDER)
    assert np.any(settlement.after[donetsk] == ZONE)
    assert settlement.belts_lost == ("fortress_belt",)
    assert settlement.imposed
    assert settlement.force_cap == 600_000
    assert np.array_equal(settlement.ground_after.holder == 1, settlement.after != DEFENDER)


def test_a_freeze_moves_nothing_and_is_not_imposed(loaded, here):
    settlement = apply_terms(loaded.case, proposal_named(loaded.case, "freeze_on_line"), here)
    assert np.array_equal(settlement.after, here.holder)
    assert not settlement.imposed
    assert settlement.belts_lost == ()


def test_istanbul_asks_for_more_than_the_28_points(loaded, here):
    areas = {
        name: here.km2[apply_terms(loaded.case, proposal_named(loaded.case, name), here).given_up].sum()
        for name in ("istanbul_memorandum", "us_28")
    }
    assert areas["istanbul_memorandum"] > 2 * areas["us_28"]


def test_an_unknown_proposal_offers_the_nearest(loaded):
    with pytest.raises(UnknownNameError, match="did you mean us_28"):
        proposal_named(loaded.case, "us28")


def test_the_28_points_say_what_they_say_in_types(loaded, here):
    us = apply_terms(loaded.case, proposal_named(loaded.case, "us_28"), here)
    assert np.array_equal(us.zone, us.given_up)
    assert (us.zone_who, us.zone_monitored, us.zone_recognised_as) == ("not_said", False, "challenger")
    assert 10 < us.zone_depth_km < 80
    assert (us.recognition, us.sanctions_relief, us.snap_back) == ("de_facto", "phased", True)
    assert us.foreign_troops == "barred"
    assert us.alliances == {"NATO": "ban", "European Union": "open"}
    assert us.caps == {"personnel": 600_000} and us.challenger_caps == {}
    assert us.deadline is None, "the deadline of 27 November had lapsed by the as-of date"
    assert us.monitored and "council" in us.monitoring


def test_the_memorandum_says_what_it_says_in_types(loaded, here):
    terms = apply_terms(loaded.case, proposal_named(loaded.case, "istanbul_memorandum"), here)
    assert (terms.recognition, terms.sanctions_relief, terms.snap_back) == ("de_jure", "full", False)
    assert terms.arms_supply == "stopped"
    assert terms.force_cap is None, "ceilings without figures cap nothing that could be counted"
    assert not terms.monitored and not terms.has_zone and not terms.zone.any()


def test_a_plain_freeze_promises_nothing(loaded, here):
    bare = apply_terms(loaded.case, proposal_named(loaded.case, "freeze_on_line"), here)
    assert (bare.recognition, bare.sanctions_relief, bare.foreign_troops) == ("none", "none", "not_said")
    assert bare.guarantee is None and bare.deadline is None and not bare.monitored


def test_the_european_paper_gives_back_three_places_by_polygon_and_region(loaded, here):
    paper = apply_terms(loaded.case, proposal_named(loaded.case, "eu_24"), here)
    assert not paper.given_up.any()
    back = set(here.region[paper.returned].tolist())
    assert back == {"zaporizhzhia", "kherson", "mykolaiv"}


def test_a_standing_deadline_marks_the_terms_as_imposed():
    small = load_case("borderland")
    ground = measure_front(small).ground
    zone = apply_terms(small.case, proposal_named(small.case, "zone_on_line"), ground)
    assert zone.deadline is not None and zone.imposed and not zone.given_up.any()


def test_no_clause_without_effect_is_called_modelled(loaded):
    for proposal in loaded.case.proposals:
        table = clause_table(loaded.case, proposal)
        idle = [clause for clause in proposal.clauses if clause.kind == "other" or clause.denies]
        assert not any(clause_effect(loaded.case, clause) for clause in idle)
        assert (table.loc[~table["modelled"], "effect"] == UNMODELLED).all()
        assert (table.loc[table["modelled"], "effect"] != UNMODELLED).all()


def test_every_kind_of_clause_has_words(loaded):
    small = load_case("borderland").case
    said = {
        clause.kind: clause_words(case, clause)
        for case in (loaded.case, small)
        for proposal in case.proposals
        for clause in proposal.clauses
    }
    assert set(said) == set(CLAUSE_KINDS)
    assert all(said.values())
    assert said["amnesty"] == "none"
    assert said["dmz"].startswith("10 km each side of the line; police only; monitored by Corvia")


def test_hazard_beliefs_are_named_only_where_the_engine_asks_for_them(loaded):
    named = {
        name.strip("();,")
        for proposal in loaded.case.proposals
        for clause in proposal.clauses
        for name in clause_effect(loaded.case, clause).split()
        if "truce." in name
    }
    assert {HAZARD_BELIEFS["dmz"], HAZARD_BELIEFS["force_cap"], FORFEIT} <= named <= set(ENGINE_BELIEFS)


def test_an_effect_without_a_belief_that_the_engine_asks_for_is_no_effect(loaded, monkeypatch):
    clauses = {clause.kind: clause for clause in proposal_named(loaded.case, "us_28").clauses}
    assert clause_effect(loaded.case, clauses["sanctions"])
    monkeypatch.setitem(effects.HAZARD_BELIEFS, "sanctions", "truce.no_such_belief")
    assert clause_effect(loaded.case, clauses["sanctions"]) == ""


def test_a_watched_zone_counts_as_monitoring_without_a_clause_of_its_own():
    small = load_case("borderland")
    plan = apply_terms(small.case, proposal_named(small.case, "mediator_plan"), measure_front(small).ground)
    assert plan.monitoring == () and plan.zone_monitored and plan.monitored
