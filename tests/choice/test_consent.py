"""Two signatures: closed forms on belief sets small enough to count, what accepting means, and how deep a range is."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from contactline.choice.bargaining_range import Family
from contactline.choice.consent import accepts, consent, half_width
from contactline.choice.verdict import gain_of_signing
from contactline.core.errors import InputError
from contactline.core.frame import checked
from contactline.core.streams import Streams
from contactline.engine.courses import FIGHT_ON, accept, fight_on
from contactline.topics.choice.make.courses import consent_rows
from contactline.topics.choice.schema import CONSENT

from . import small
from .textbook import A, B, War, division

BOOLS = hnp.arrays(bool, st.integers(1, 40))


def run_of(case, offers, runs, futures):
    """As much of a run as consent reads."""
    return SimpleNamespace(
        case=case, settlements=offers, runs=runs, outlook=SimpleNamespace(futures=futures), streams=Streams(0)
    )


@pytest.fixture(scope="module")
def world():
    case, theatre, settlements, futures = small.world()
    runs = {FIGHT_ON: fight_on(case, theatre, futures)}
    runs |= {one.proposal.id: accept(case, theatre, one, futures) for one in settlements.values()}
    return case, settlements, runs, futures


@pytest.mark.parametrize(
    ("defender", "challenger", "both", "each"),
    [
        ([2.0, 3.0], [1.0, 1.0], 1.0, (1.0, 1.0)),
        ([2.0, -3.0], [1.0, 1.0], 0.5, (0.5, 1.0)),
        ([2.0, -3.0], [-1.0, 1.0], 0.0, (0.5, 0.5)),  # each signs in one world, and never in the same
        ([0.0, 0.0], [1.0, 1.0], 0.0, (0.0, 1.0)),  # nothing gained, nothing signed
    ],
)
def test_on_two_belief_sets_the_shares_are_counted(defender, challenger, both, each):
    found = consent(accepts(np.array(defender)), accepts(np.array(challenger)))
    assert found.both == both and (found.defender, found.challenger) == each


@given(st.data())
def test_both_sign_no_oftener_than_either_and_no_more_seldom_than_they_must(data):
    first = data.draw(BOOLS)
    second = data.draw(hnp.arrays(bool, len(first)))
    found = consent(first, second)
    assert found.both <= min(found.defender, found.challenger)
    assert found.both >= found.defender + found.challenger - 1 - 1e-12


def test_equal_values_with_opposite_signs_never_agree(world):
    """What one gains the other loses: each may sign in some worlds, both in none."""
    _, settlements, runs, futures = world
    name = settlements["handover"].proposal.id
    more, less = (small.values("km2_held", better) for better in ("more", "less"))
    gains = [gain_of_signing(v, name, runs, futures, Streams(0), middle=True) for v in (more, less)]
    assert np.allclose(gains[0], -gains[1]) and np.ptp(gains[0]) > 0
    found = consent(*(accepts(gain) for gain in gains))
    assert found.both == 0.0 and found.defender + found.challenger <= 1.0


def test_a_viewpoint_that_refuses_a_clause_never_signs(world):
    """A red line is not traded: the same values sign without it, and never with it."""
    case, settlements, runs, futures = world
    one = settlements["handover"]
    barred = [v.model_copy(update={"vetoes": ("cession",)}) for v in case.values]
    strict = case.model_copy(update={"values": tuple(barred)})
    free = [v.model_copy(update={"vetoes": ()}) for v in case.values]
    open_ = case.model_copy(update={"values": tuple(free)})
    before = consent_rows(run_of(open_, settlements, runs, futures), one)
    after = consent_rows(run_of(strict, settlements, runs, futures), one)
    assert any(row["share_challenger"] > 0 for row in before) and len(before) == len(after)
    for was, row in zip(before, after, strict=True):
        assert row["share_defender"] == row["share_challenger"] == row["share_both"] == 0.0
        assert row["defender_refuses"] and row["challenger_refuses"]
        assert row["gain_challenger"] == was["gain_challenger"], "what it gains is still said"


def test_the_table_pairs_every_viewpoint_and_is_the_same_bytes_again(world):
    case, settlements, runs, futures = world
    run = run_of(case, settlements, runs, futures)

    def table():
        return checked(
            CONSENT, CONSENT.frame([r for one in settlements.values() for r in consent_rows(run, one)])
        )

    first, again = table(), table()
    assert first.to_csv() == again.to_csv()
    views = {
        side.id: [v for v in case.values if v.actor == side.id] for side in (case.defender, case.challenger)
    }
    assert len(first) == len(settlements) * np.prod([len(own) for own in views.values()])
    assert first.groupby("proposal")["default"].sum().eq(1).all()
    assert (first["share_both"] <= first[["share_defender", "share_challenger"]].min(axis=1)).all()


def test_signing_is_set_against_the_best_of_what_needs_no_signature(world, monkeypatch):
    """A second alternative can only lower the gain, and decides where it is the better one."""
    _, settlements, runs, futures = world
    name = settlements["handover"].proposal.id
    view = small.values("km2_held", "more")
    plain = gain_of_signing(view, name, runs, futures, Streams(0))
    better = {key: value + (100.0 if key == "km2_held" else 0.0) for key, value in runs[FIGHT_ON].items()}
    monkeypatch.setattr("contactline.choice.verdict.ALTERNATIVES", (FIGHT_ON, "refuse"))
    weighed = gain_of_signing(view, name, runs | {"refuse": better}, futures, Streams(0))
    assert np.all(weighed < plain)
    assert np.array_equal(gain_of_signing(view, name, runs, futures, Streams(0)), plain)
    with pytest.raises(InputError, match="no alternative to signing was run"):
        gain_of_signing(view, name, {name: runs[name]}, futures, Streams(0))


def test_the_error_is_wilsons_and_never_zero():
    assert half_width(0.5, 200) == pytest.approx(0.0686, abs=1e-4)
    assert half_width(0.0, 200) > 0 and half_width(0.0, 200) == pytest.approx(half_width(1.0, 200))
    assert half_width(0.3, 50) > half_width(0.3, 500)


def test_sides_seen_in_other_worlds_are_refused():
    with pytest.raises(InputError, match="the same belief sets for both"):
        consent(np.ones(3, bool), np.ones(2, bool))
    with pytest.raises(InputError, match="one or more"):
        consent(np.ones(0, bool), np.ones(0, bool))


@pytest.mark.parametrize("points", [2, 5, 12])
@pytest.mark.parametrize(("p", "cost_a", "cost_b"), [(0.6, 0.1, 0.2), (0.5, 0.3, 0.05), (0.4, -0.2, 0.1)])
def test_the_depth_of_a_linear_range_is_half_the_surplus(points, p, cost_a, cost_b):
    """Sides that share a pie of one gain x − (p − c_A) and (p + c_B) − x: equal at p + (c_B − c_A)/2, where each has
    (c_A + c_B)/2 of the pie; below zero where war costs less than nothing."""
    x = np.linspace(0, 1, points)
    family = Family(x, {A: (x - p + cost_a)[:, None], B: (p + cost_b - x)[:, None]}, {})
    at, depth = family.deepest(A, B)
    assert at == pytest.approx(p + (cost_b - cost_a) / 2)
    assert depth == pytest.approx((cost_a + cost_b) / 2)
    assert (depth > 0) == bool(family.range(A, B))


def test_depth_does_not_depend_on_the_units_of_value():
    war = War(0.6, 0.1, 0.2)
    family = division(war, np.linspace(0, 1, 11))
    scaled = Family(family.point, {A: 7 * family.advantage[A], B: 0.01 * family.advantage[B]}, {})
    assert scaled.deepest(A, B) == pytest.approx(family.deepest(A, B))
    assert scaled.depth(A, B) == pytest.approx(family.depth(A, B))


def test_a_veto_leaves_only_what_it_spares_and_no_stakes_no_depth():
    x = np.array([0.0, 0.5, 1.0])
    gains = {A: x[:, None] - 0.2, B: 0.9 - x[:, None]}
    assert Family(x, gains, {B: ["", "cession", "cession"]}).deepest(A, B) == pytest.approx((0.0, -0.2))
    assert np.isnan(Family(x, gains, {B: ["cession"] * 3}).deepest(A, B)).all()
    flat = Family(x, {A: np.ones((3, 1)), B: gains[B]}, {})
    assert np.isnan(flat.depth(A)).all() and np.isnan(flat.deepest(A, B)).all()
