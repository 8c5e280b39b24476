"""The tables of what would have to be true: the verdict's own advantages, what was planted, vetoes, the same again."""

from __future__ import annotations

import numpy as np
import pytest

from contactline.case.labels import BeliefLabel
from contactline.case.load import load_case
from contactline.case.scenario import FUTURES
from contactline.choice.held import Sweep
from contactline.choice.verdict import advantage, default_values, vetoed_clauses
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.frame import checked
from contactline.core.streams import Streams
from contactline.engine.courses import FIGHT_ON, OUTCOMES, accept, fight_on
from contactline.topics.sensitivity.make import compare, sensitivity_tables
from contactline.topics.tables import declared

from . import small

SETS = 160
PROPOSALS = ("mediator_plan", "plain_freeze")


@pytest.fixture(scope="module")
def case():
    return load_case("borderland").case


@pytest.fixture(scope="module")
def world():
    """Made-up outcomes of 160 belief sets: the plan is better where b0 is low, and nothing else matters."""
    rng = np.random.default_rng(0)
    beliefs = {f"b{i}": rng.lognormal(size=SETS) for i in range(20)}
    z = np.repeat(np.log(beliefs["b0"]), FUTURES)
    chance = rng.normal(size=(3, SETS * FUTURES))
    runs = {}
    for i, course in enumerate((FIGHT_ON, *PROPOSALS)):
        swing = -z if course == PROPOSALS[0] else 0.0 * z
        runs[course] = {name: 100 * (swing + 0.3 * chance[i]) for name in OUTCOMES}
        for name in ("defender_losses", "challenger_losses", "weeks_of_war", "collapsed", "guarantee_failed"):
            runs[course][name] = -runs[course][name]
    labels = {name: BeliefLabel(f"belief {name}", "unit", "watch") for name in beliefs}

    def held(name):
        """Both courses with a belief held: b0 sets the plan's outcomes, any other leaves them as they are."""
        values = np.quantile(beliefs[name], [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
        means = {c: {o: v.reshape(SETS, -1).mean(axis=1) for o, v in run.items()} for c, run in runs.items()}
        points = []
        for value in values:
            plan = means[PROPOSALS[0]]
            if name == "b0":
                signs = {o: 1.0 if plan[o] @ np.log(beliefs["b0"]) < 0 else -1.0 for o in plan}
                plan = {
                    o: v + 100 * signs[o] * (np.log(beliefs["b0"]) - np.log(value)) for o, v in plan.items()
                }
            points.append({FIGHT_ON: means[FIGHT_ON], PROPOSALS[0]: plan})
        return Sweep(name, values, tuple(points))

    return runs, beliefs, labels, held


@pytest.fixture(scope="module")
def tables(case, world):
    runs, beliefs, labels, held = world
    return sensitivity_tables(case, runs, beliefs, labels, PROPOSALS[0], Streams(0), held)


def test_differences_are_the_verdicts_advantages():
    case, theatre, settlements, futures = small.world()
    runs = {
        FIGHT_ON: fight_on(case, theatre, futures),
        "freeze": accept(case, theatre, settlements["freeze"], futures),
    }
    for values in case.values:
        found = compare(values, runs, futures.sets, Streams(3)).advantage("freeze", FIGHT_ON)
        expected = advantage(values, runs["freeze"], runs[FIGHT_ON], futures, Streams(3))
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


def test_what_was_planted_is_found(case, tables):
    values = default_values(case, case.defender.id)
    who = f"{next(a.name for a in case.actors if a.role == 'defender')}: {values.viewpoint}"
    own = {name: frame[frame["viewpoint"] == who] for name, frame in tables.items()}
    assert own["flips"]["belief"].iloc[0] == "b0" and len(own["flips"]) <= 3
    assert own["flips"]["flip_value"].iloc[0] == pytest.approx(1.0, abs=0.15)
    assert own["hinges"]["belief"].iloc[0] == "b0" and own["flips"]["inside"].iloc[0]
    assert own["flips"]["share_low"].iloc[0] > 0.9 > 0.1 > own["flips"]["share_high"].iloc[0]
    assert own["sobol"]["belief"].iloc[0] == "b0" and own["sobol"]["total"].iloc[0] > 0.6
    assert own["information"]["belief"].tolist()[:2] == ["everything", "b0"]
    assert own["information"]["share"].iloc[1] > 0.85
    boxes = own["boxes"].set_index("better")
    assert boxes.loc["accept", "limits"].startswith("b0") and boxes.loc["accept", "fresh"] > 0.85
    assert boxes.loc["accept", "sentence"].startswith(
        ("Accepting is better in 9 of 10", "Accepting is better in nearly all")
    )
    assert set(own["waiting"]["belief"]) == {"b0"} and own["waiting"]["gain"].is_monotonic_increasing
    assert "b0" in (own["surface"]["x"].iloc[0], own["surface"]["y"].iloc[0])


def test_every_table_is_in_the_dictionary_and_adds_up(tables):
    for name, frame in tables.items():
        assert len(checked(declared(name), frame)) == len(frame) > 0
    shares = tables["acceptability"].groupby("viewpoint")["first"].sum()
    np.testing.assert_allclose(shares, 1.0)
    np.testing.assert_allclose(tables["regret"].groupby("viewpoint")["share_best"].sum(), 1.0)
    weights = tables["central_weights"].dropna().groupby(["viewpoint", "course"])["weight"].sum()
    np.testing.assert_allclose(weights, 1.0)
    assert (tables["sobol"]["first"] <= tables["sobol"]["total"] + 1e-12).all()


def test_a_vetoed_proposal_is_no_choice(case, tables):
    names = {a.id: a.name for a in case.actors}
    proposals = {p.id: p for p in case.proposals}
    refusals = 0
    for values in case.values:
        who = f"{names[values.actor]}: {values.viewpoint}"
        for frame in (tables["regret"], tables["acceptability"]):
            left = set(frame.loc[frame["viewpoint"] == who, "course"])
            refused = {p for p in PROPOSALS if vetoed_clauses(values, case, proposals[p])}
            assert left == {FIGHT_ON, *PROPOSALS} - refused
            refusals += len(refused)
    assert refusals > 0


def test_the_same_seed_gives_the_same_tables(case, world, tables):
    runs, beliefs, labels, held = world
    again = sensitivity_tables(case, runs, beliefs, labels, PROPOSALS[0], Streams(0), held)
    for name, frame in tables.items():
        assert frame.equals(again[name]), name


def test_bad_input_is_said(case, world):
    runs, beliefs, labels, held = world
    with pytest.raises(UnknownNameError, match="unknown course 'mediator_pla': did you mean mediator_plan"):
        sensitivity_tables(case, runs, beliefs, labels, "mediator_pla", Streams(0), held)
    short = {name: column[:150] for name, column in beliefs.items()}
    with pytest.raises(InputError, match="8000 draws do not divide into 150 belief sets"):
        sensitivity_tables(case, runs, short, labels, PROPOSALS[0], Streams(0), held)
