"""Terms on the map: who holds what after a proposal, and no clause left unsaid."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.case.load import load_case
from contactline.core.errors import UnknownNameError
from contactline.stages.front import measure_front
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
