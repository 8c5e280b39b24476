"""Ground that clauses reach: regions, polygons, lines, strips and zones, and what the map contradicts."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from contactline.case.clauses import Proposal
from contactline.case.load import load_case
from contactline.core.errors import CaseError
from contactline.engine.ground import measure_front
from contactline.front.cells import centres_of, distance_km
from contactline.truce.reach import CHALLENGER, DEFENDER, ZONE, check_ground, contact_points, ground_left
from contactline.truce.terms import apply_terms

OWNED = {"assumption": {"by": "the tests", "why": "made up for tests of the ground"}}
SQUARE = [[-140.3, -40.2], [-140.3, -39.8], [-139.9, -39.8], [-139.9, -40.2]]


@pytest.fixture(scope="module")
def case():
    return load_case("borderland").case


@pytest.fixture(scope="module")
def here():
    return measure_front(load_case("borderland")).ground


def proposal(*clauses: dict) -> Proposal:
    return Proposal.model_validate(
        {
            "id": "made_up",
            "name": "Made up",
            "author": "Corvia",
            "published": date(2024, 6, 1),
            "summary": "Terms made up for tests of the ground.",
            "clauses": [{"text": "a clause", **OWNED, **clause} for clause in clauses],
            **OWNED,
        }
    )


def leaves(**keys: object) -> dict:
    return {"kind": "withdrawal", "side": "belmark", "to": "challenger", **keys}


def test_a_polygon_is_left_and_nothing_else(case, here):
    left = ground_left(case, proposal(leaves(polygon=SQUARE)), 0, here)
    lon, lat = centres_of(here.cell).T
    inside = (lon > -140.3) & (lon < -139.9) & (lat > -40.2) & (lat < -39.8)
    assert left.any()
    assert np.array_equal(left, inside & (here.holder == DEFENDER))


def test_regions_beside_a_polygon_keep_what_lies_in_both(case, here):
    both = ground_left(case, proposal(leaves(polygon=SQUARE, regions=["midland"])), 0, here)
    alone = ground_left(case, proposal(leaves(polygon=SQUARE)), 0, here)
    assert np.array_equal(both, alone & (here.region == "midland"))


def test_a_strip_is_as_deep_as_it_says_and_deeper_ones_hold_it(case, here):
    away = distance_km(centres_of(here.cell), contact_points(here.cell, here.holder))
    narrow, wide = (ground_left(case, proposal(leaves(back_km=km)), 0, here) for km in (12, 30))
    assert narrow.any() and not np.any(narrow & ~wide) and wide.sum() > narrow.sum()
    assert away[wide].max() <= 30
    assert np.array_equal(wide, (here.holder == DEFENDER) & (away <= 30))


def test_a_line_parts_what_lies_before_it_from_what_lies_behind(case, here):
    lon, lat = centres_of(here.cell).T
    west = -140.5
    left = ground_left(case, proposal(leaves(to_line=[[west, -41.2], [west, -38.8]])), 0, here)
    assert left.any()
    abreast = (lat > -41.2) & (lat < -38.8)
    assert np.array_equal(left, (here.holder == DEFENDER) & (lon > west) & abreast)


def test_a_line_may_be_drawn_either_way_and_bend(case, here):
    corners = [[-140.5, -40.8], [-140.3, -40.0], [-140.6, -39.2]]
    one, other = (
        ground_left(case, proposal(leaves(to_line=line)), 0, here) for line in (corners, corners[::-1])
    )
    assert one.any() and np.array_equal(one, other)


def test_a_line_that_the_enemy_has_passed_in_places_keeps_the_ground_behind_it(case, here):
    lon = centres_of(here.cell)[:, 0]
    front = lon[here.holder == CHALLENGER].min() + 0.1
    passed = (here.holder == CHALLENGER) & (lon < front)
    assert passed.any(), "the control: the challenger stands behind this line somewhere"
    left = ground_left(case, proposal(leaves(to_line=[[front, -41.2], [front, -38.8]])), 0, here)
    assert left.any() and lon[left].min() > front


def test_a_line_moved_back_gives_up_more(case, here):
    fields = [
        here.km2[ground_left(case, proposal(leaves(to_line=[[x, -41.2], [x, -38.8]])), 0, here)].sum()
        for x in (-140.2, -140.4, -140.6)
    ]
    assert fields[0] < fields[1] < fields[2]


def test_a_line_reaches_only_the_ground_abreast_of_it(case, here):
    lat = centres_of(here.cell)[:, 1]
    left = ground_left(case, proposal(leaves(to_line=[[-140.5, -40.1], [-140.5, -39.9]])), 0, here)
    assert left.any()
    assert lat[left].min() > -40.15 and lat[left].max() < -39.85


def test_the_challenger_can_leave_as_well(case, here):
    back = {"kind": "withdrawal", "side": "auria", "to": "defender", "back_km": 15}
    settlement = apply_terms(case, proposal(back), here)
    assert settlement.returned.any() and not settlement.given_up.any()
    assert np.all(here.holder[settlement.returned] == CHALLENGER)


def test_a_zone_on_each_side_moves_no_border_but_demilitarises_the_belt_in_it(case, here):
    settlement = apply_terms(case, proposal({"kind": "dmz", "depth_km": 10}), here)
    assert np.array_equal(settlement.after, here.holder)
    assert {0, 1} == set(here.holder[settlement.zone].tolist())
    assert settlement.zone_depth_km == 20
    assert settlement.belts_lost == ("tri_town",)
    assert not settlement.given_up.any() and not settlement.imposed


def test_a_zone_on_the_defenders_side_alone_is_ground_it_leaves(case, here):
    clause = {"kind": "dmz", "depth_defender_km": 10, "depth_challenger_km": 0}
    settlement = apply_terms(case, proposal(clause), here)
    assert settlement.given_up.any()
    assert np.all(settlement.after[settlement.given_up] == ZONE)
    assert np.all(settlement.ground_after.holder[settlement.given_up] == 1)


def test_a_zone_left_by_a_withdrawal_has_a_depth_between_its_narrowest_and_widest(case, here):
    clauses = (
        leaves(regions=["midland"], to="dmz"),
        {"kind": "dmz", "regions": ["midland"], "enter": "nobody"},
    )
    settlement = apply_terms(case, proposal(*clauses), here)
    assert np.array_equal(settlement.zone, settlement.given_up)
    points = contact_points(here.cell, (settlement.after == CHALLENGER).astype(int))
    away = distance_km(centres_of(here.cell), points)[settlement.zone]
    assert 0 < settlement.zone_depth_km < 2 * away.max()
    assert settlement.zone_who == "nobody"


def test_contact_points_lie_between_the_sides(here):
    points = contact_points(here.cell, here.holder)
    for holder in (DEFENDER, CHALLENGER):
        centres = centres_of(here.cell[here.holder == holder])
        assert (
            distance_km(points, centres).max() < 5
        )  # a hexagon at resolution 6 is some 3.7 km to its corner


WRONG = {
    "polygon outside the theatre": (
        leaves(polygon=[[10.0, 50.0], [10.0, 51.0], [11.0, 51.0]]),
        "polygon lies outside the theatre: no cell has its centre in it; corners are [longitude, latitude]",
    ),
    "polygon the other side holds": (
        leaves(polygon=[[-139.4, -40.1], [-139.4, -39.9], [-139.2, -39.9], [-139.2, -40.1]]),
        "'belmark' holds no ground that `polygon` reaches",
    ),
    "line behind the enemy": (
        leaves(to_line=[[-139.3, -41.0], [-139.3, -39.0]]),
        "'belmark' holds no ground before `to_line`; it must run through ground that this side holds",
    ),
    "region outside the theatre": (
        leaves(regions=["farland"]),
        "no cell of 'farland' lies in the theatre (eastreach, midland, westhold); leave it out, or add it to "
        "theatre.always_regions in case.yaml",
    ),
    "zone outside the theatre": (
        {"kind": "dmz", "polygon": [[10.0, 50.0], [10.0, 51.0], [11.0, 51.0]]},
        "polygon lies outside the theatre",
    ),
    "zone that nobody leaves": (
        {"kind": "dmz", "regions": ["midland"]},
        "no ground of the zone is left by any side; widen its depth, or add a withdrawal from its place",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_map_contradicts_names_the_clause(case, here, name):
    clause, expected = WRONG[name]
    with pytest.raises(CaseError) as caught:
        apply_terms(case, proposal({"kind": "freeze"}, clause), here)
    assert f"borderland: proposals.yaml: clauses[1] (made_up): {expected}" in str(caught.value)


def test_a_proposal_of_the_case_is_named_by_its_place(case, here):
    broken = case.model_copy(update={"proposals": (proposal(WRONG["zone outside the theatre"][0]),)})
    with pytest.raises(CaseError, match=r"proposals\.yaml: proposals\[0\]\.clauses\[0\] \(made_up\)"):
        check_ground(broken, here)
    check_ground(case, here)


def test_the_ground_itself_is_left_alone(case, here):
    before = here.holder.copy()
    apply_terms(case, proposal(leaves(back_km=20), {"kind": "dmz", "depth_km": 5}), here)
    assert np.array_equal(here.holder, before)
