"""Proposals side by side: closed forms on an invented line, and what one text grants of another."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from contactline.case.clauses import Proposal
from contactline.case.load import load_case
from contactline.case.schema import Place
from contactline.engine.ground import measure_front
from contactline.engine.settle import settle
from contactline.front.cells import centres_of, distance_km
from contactline.topics.proposals.make.compare import compare_table
from contactline.truce.compare import (
    GRANTED,
    PARTLY,
    REFUSED,
    asked_regions,
    depth_behind,
    depths,
    granted,
    own_text,
    place_distances,
    worded,
)
from contactline.truce.reach import contact_points
from contactline.truce.terms import apply_terms, proposal_named

OWNED = {"assumption": {"by": "the tests", "why": "made up for tests of the comparison"}}


@pytest.fixture(scope="module")
def small():
    return load_case("borderland")


@pytest.fixture(scope="module")
def front(small):
    return measure_front(small)


@pytest.fixture(scope="module")
def compared(small, front):
    ids = [proposal.id for proposal in small.case.proposals]
    return compare_table(small.case, front, settle(small.case, front, ids))


def text(*clauses: dict) -> Proposal:
    return Proposal.model_validate(
        {
            "id": "made_up",
            "name": "Made up",
            "author": "Auria",
            "published": date(2024, 6, 1),
            "summary": "Terms made up for tests of the comparison.",
            "clauses": [{"text": "a clause", **OWNED, **clause} for clause in clauses],
            **OWNED,
        }
    )


def value(table: pd.DataFrame, proposal: str, item: str) -> float:
    rows = table[(table["proposal"] == proposal) & (table["item"] == item)]
    return float(rows["value"].iloc[0])


# --- measures on the map ----------------------------------------------------------------------------------


def test_a_place_is_as_far_as_the_nearest_point_of_the_line(small, front):
    here = front.ground
    (place,) = small.case.places
    nearest = distance_km(
        np.array([[place.longitude, place.latitude]]), contact_points(here.cell, here.holder)
    )
    assert place_distances(small.case, here, here.holder)[place.id] == pytest.approx(float(nearest[0]))


def test_a_place_on_lost_ground_is_at_zero_and_without_a_line_there_is_no_distance(small, front):
    here = front.ground
    town = Place(id="brenwick", name="Brenwick", latitude=-40.0, longitude=-140.12)
    case = small.case.model_copy(update={"places": (town,)})
    nobody = np.zeros(len(here.cell), dtype=int)
    near = distance_km(centres_of(here.cell), np.array([[town.longitude, town.latitude]])) < 15
    assert np.isnan(place_distances(case, here, nobody)["brenwick"])
    assert place_distances(case, here, np.where(near, 1, nobody))["brenwick"] == 0.0
    assert 5 < place_distances(case, here, np.where(near, nobody, 1))["brenwick"] < 20


def test_giving_ground_never_moves_the_line_away_from_a_place_behind_it(compared):
    for proposal in ("mediator_plan", "auria_terms"):
        assert value(compared, proposal, "distance_after.westport") < value(
            compared, proposal, "distance_before.westport"
        )
    for still in ("plain_freeze", "zone_on_line"):
        assert value(compared, still, "distance_after.westport") == value(
            compared, still, "distance_before.westport"
        )


def test_depth_is_the_mean_distance_to_the_only_town(front):
    here = front.ground
    towns = front.settlements.iloc[[1]].assign(population=20_000)
    everywhere, nowhere = np.ones(len(here.cell), dtype=bool), np.zeros(len(here.cell), dtype=bool)
    depth = depth_behind(towns, here, here.holder, everywhere, nowhere)
    points = contact_points(here.cell, here.holder)
    where = towns[["longitude", "latitude"]].to_numpy(dtype=float)
    assert depth.km == pytest.approx(distance_km(points, where).mean())
    assert list(depth.towns) == [towns["name"].iloc[0]]
    assert depth.towns[towns["name"].iloc[0]] == pytest.approx(float(distance_km(where, points)[0]))


def test_more_towns_never_deepen_the_open_ground(front):
    here = front.ground
    everywhere, nowhere = np.ones(len(here.cell), dtype=bool), np.zeros(len(here.cell), dtype=bool)
    sizes = [500, 5_000, 10_000, 10**9]
    found = [depth_behind(front.settlements, here, here.holder, everywhere, nowhere, size) for size in sizes]
    assert found[0].km <= found[1].km <= found[2].km
    assert np.isnan(found[3].km) and found[3].towns == {}


def test_towns_inside_a_zone_are_not_held(small, front):
    zone = apply_terms(small.case, proposal_named(small.case, "zone_on_line"), front.ground)
    before, after = depths(zone, front.ground, front.settlements)
    inside = set(front.settlements["name"][front.settlements["cell"].isin(front.ground.cell[zone.zone])])
    assert set(before.towns) & inside, "the control: the belt's towns stand near the line"
    assert not set(after.towns) & inside
    assert after.km > before.km


# --- what was asked for -----------------------------------------------------------------------------------


def test_the_challengers_own_text_is_its_latest(small):
    assert own_text(small.case).id == "auria_terms"
    assert set(asked_regions(small.case, own_text(small.case))) == {"midland", "eastreach"}
    assert own_text(load_case("ukraine_2025").case).id == "istanbul_memorandum"


def test_a_text_grants_itself_everything_and_a_bare_freeze_grants_nothing(small):
    asked = own_text(small.case)
    assert set(granted(small.case, asked, asked).values()) == {GRANTED}
    freeze = proposal_named(small.case, "plain_freeze")
    assert set(granted(small.case, asked, freeze).values()) == {REFUSED}


@pytest.mark.parametrize(
    ("wanted", "offered", "answer"),
    [
        ({"kind": "sanctions", "relief": "full"}, {"kind": "sanctions", "relief": "phased"}, PARTLY),
        ({"kind": "sanctions", "relief": "phased"}, {"kind": "sanctions", "relief": "full"}, GRANTED),
        ({"kind": "sanctions", "relief": "full"}, {"kind": "sanctions", "relief": "none"}, REFUSED),
        ({"kind": "foreign_troops", "rule": "barred"}, {"kind": "foreign_troops", "rule": "allowed"}, PARTLY),
        (
            {"kind": "foreign_troops", "rule": "barred"},
            {"kind": "foreign_troops", "rule": "planned"},
            REFUSED,
        ),
        ({"kind": "arms_supply", "rule": "stopped"}, {"kind": "arms_supply", "rule": "limited"}, PARTLY),
        ({"kind": "elections", "days": 100}, {"kind": "elections", "days": 200}, PARTLY),
        ({"kind": "elections", "days": 100}, {"kind": "elections", "days": 90}, GRANTED),
        (
            {"kind": "alliance", "organisation": "Pact", "rule": "ban"},
            {"kind": "alliance", "organisation": "pact", "rule": "ban"},
            GRANTED,
        ),
        (
            {"kind": "alliance", "organisation": "Pact", "rule": "ban"},
            {"kind": "alliance", "organisation": "Union", "rule": "ban"},
            REFUSED,
        ),
        (
            {"kind": "force_cap", "side": "belmark", "persons": 100_000},
            {"kind": "force_cap", "side": "belmark", "persons": 150_000},
            PARTLY,
        ),
        (
            {"kind": "force_cap", "side": "belmark", "rule": "unnumbered"},
            {"kind": "force_cap", "side": "belmark", "persons": 150_000},
            GRANTED,
        ),
        (
            {"kind": "force_cap", "side": "belmark", "persons": 100_000},
            {"kind": "force_cap", "side": "belmark", "rule": "none"},
            REFUSED,
        ),
        (
            {"kind": "cession", "regions": ["midland", "eastreach"], "form": "de_facto"},
            {"kind": "cession", "regions": ["midland"], "form": "de_jure"},
            PARTLY,
        ),
        (
            {"kind": "cession", "regions": ["midland"], "form": "de_jure"},
            {"kind": "cession", "regions": ["midland"], "form": "de_facto"},
            PARTLY,
        ),
        (
            {"kind": "cession", "regions": ["midland"], "form": "de_facto"},
            {"kind": "cession", "regions": ["midland"], "form": "de_jure"},
            GRANTED,
        ),
        (
            {"kind": "withdrawal", "side": "belmark", "regions": ["midland"], "to": "challenger"},
            {"kind": "withdrawal", "side": "auria", "regions": ["midland"], "to": "defender"},
            REFUSED,
        ),
    ],
)
def test_how_far_one_text_grants_another(small, wanted, offered, answer):
    assert list(granted(small.case, text(wanted), text(offered)).values()) == [answer]


def test_answers_in_words():
    assert worded({"a": GRANTED, "b": REFUSED, "c": GRANTED}) == "granted: a, c; not: b"


# --- the table --------------------------------------------------------------------------------------------


def test_every_clause_and_every_proposal_is_in_the_table(small, compared):
    assert not compared.duplicated(["proposal", "item"]).any()
    for proposal in small.case.proposals:
        own = compared[compared["proposal"] == proposal.id]
        kinds = {item.removeprefix("clause.") for item in own["item"] if item.startswith("clause.")}
        assert kinds == {clause.kind for clause in proposal.clauses}
        assert value(own, proposal.id, "clauses_total") == len(proposal.clauses)
        assert value(own, proposal.id, "clauses_modelled") <= len(proposal.clauses)


def test_what_was_asked_and_taken_adds_up(front, compared):
    asked = value(compared, "auria_terms", "asked_km2")
    assert asked == pytest.approx(front.size["midland"] + front.size["eastreach"])
    taken = value(compared, "auria_terms", "asked_taken")
    assert taken == pytest.approx(1 - (front.free["midland"] + front.free["eastreach"]) / asked)
    assert value(compared, "auria_terms", "asked_given") == pytest.approx(1.0, abs=1e-6)
    assert value(compared, "plain_freeze", "asked_given") == 0.0
