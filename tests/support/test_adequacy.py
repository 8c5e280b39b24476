"""Adequacy: what a cut leaves, who steps in after which lag, and what today's supply changes (nothing)."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.case.load import load_case
from contactline.case.supply import Capability, SupportPath
from contactline.core.errors import UnknownNameError
from contactline.core.streams import Streams
from contactline.support.adequacy import adequacy, sample_elasticities, support
from contactline.support.ledger import ledger


def capability() -> Capability:
    return Capability.model_validate(
        {
            "id": "eyes", "name": "Eyes", "need": "x", "elasticity": {"kind": "fixed", "value": 0.5},
            "elasticity_assumption": "made up for a test", "sources": ["s"],
            "donors": [
                {"actor": "big", "share": 0.6, "sources": ["s"]},
                {"actor": "small", "share": 0.2, "substitute_share": 0.3, "substitute_weeks": 10, "sources": ["s"]},
            ],
        }
    )  # fmt: skip


def cut(**changes: object) -> SupportPath:
    one = {"actor": "big", "week": 4, "factor": 0.0} | changes
    return SupportPath.model_validate({"id": "cut", "name": "Cut", "cuts": [one], "sources": ["s"]})


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


def test_today_changes_nothing_and_a_cut_speeds_the_challenger_up():
    case = load_case("ukraine_2025").case
    eta = sample_elasticities(case, 50, Streams(0))
    assert np.all(support(case, "as_today", 20).tempo_factor(eta) == 1.0)
    worse = support(case, "us_intelligence_cut", 52).tempo_factor(eta)
    assert np.mean(worse[:, -1]) > 1.0


def test_an_unknown_path_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="us_sales_stop"):
        support(load_case("ukraine_2025").case, "us_sale_stop", 10)


def test_the_ledger_lists_every_donor_once():
    case = load_case("ukraine_2025").case
    table = ledger(case)
    assert len(table) == sum(len(c.donors) for c in case.capabilities)
    assert not table.duplicated(["capability", "donor"]).any()
