"""What actors value: time preference in the game, weights that can be normalised, and no sweetener for a veto."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from contactline.case.debate import TimePreference, Values
from contactline.case.labels import belief_labels
from contactline.case.load import load_case
from contactline.choice.held import Sweep
from contactline.core.streams import Streams
from contactline.engine.courses import FIGHT_ON, accept, fight_on
from contactline.topics.bargain.make.game import play
from contactline.topics.choice.make.courses import verdict_row
from contactline.topics.sensitivity.make import sensitivity_tables

from . import small
from .sweetener import SCORED, SWEETENER, mean_score

OWNED = {"assumption": {"by": "the test", "why": "made up for the test"}}


def test_the_average_flips_and_the_verdict_does_not():
    """End to end: the return of children turns the mean of scores; verdict, regret and acceptability stay."""
    case, theatre, settlements, _ = small.world()
    futures = small.made_up(*small.paths(sets=60))  # boxes ask for fifty belief sets
    plain = settlements["handover"].proposal
    sweet = plain.model_copy(update={"id": "sweetened", "clauses": (*plain.clauses, small.favour())})
    scores = {one.name: one.score for one in SCORED}
    assert mean_score(scores) < 0 < mean_score(scores | {SWEETENER.name: SWEETENER.score})

    case = case.model_copy(update={"proposals": (*case.proposals, sweet)})
    offers = {plain.id: settlements["handover"], sweet.id: replace(settlements["handover"], proposal=sweet)}
    runs = {FIGHT_ON: fight_on(case, theatre, futures)}
    runs |= {name: accept(case, theatre, offer, futures) for name, offer in offers.items()}
    _, outlook = _stand_ins(theatre, futures)
    verdict = pd.DataFrame(
        [verdict_row(case, o, v, runs, outlook, Streams(0)) for o in offers.values() for v in case.values]
    )
    first, second = (verdict[verdict["proposal"] == name].reset_index(drop=True) for name in offers)
    assert first.drop(columns="proposal").equals(second.drop(columns="proposal"))
    vetoing = set(first.loc[first["refuses"] != "", "values"])
    assert vetoing == {v.viewpoint for v in case.values if "cession" in v.vetoes} != set()

    beliefs = {name: column[:: futures.each] for name, column in futures.beliefs.items()}
    still = {course: {name: futures.set_mean(v) for name, v in run.items()} for course, run in runs.items()}
    tables = sensitivity_tables(
        case, runs, beliefs, belief_labels(case), plain.id, Streams(0),
        lambda name: Sweep(name, np.array([0.0, 1.0]), (still, still)),
    )  # fmt: skip
    for table in ("regret", "acceptability"):
        weighed = {
            who.partition(": ")[2]: set(own["course"]) for who, own in tables[table].groupby("viewpoint")
        }
        for values in case.values:
            compared = weighed.get(values.viewpoint, set()) & set(offers)
            assert compared == (set() if values.viewpoint in vetoing else set(offers))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"low": 0, "high": 1}, "greater than 0"),
        ({"low": 0.5, "high": 1.2}, "less than or equal to 1"),
        ({"low": 0.9, "high": 0.5}, "low 0.9 must not exceed high 0.5"),
    ],
)
def test_time_preference_out_of_range_is_said(given, said):
    with pytest.raises(ValidationError, match=said):
        TimePreference.model_validate(given | OWNED)


def test_a_time_preference_without_owner_is_refused():
    with pytest.raises(ValidationError, match="needs `sources`"):
        TimePreference.model_validate({"low": 0.8, "high": 1})


def test_weights_that_cannot_be_normalised_are_refused():
    attribute = {
        "outcome": "km2_held",
        "label": "x",
        "better": "more",
        "weight_low": 0,
        "weight_high": 0,
        "scale": 1,
    }
    record = {"actor": "south", "viewpoint": "none", "attributes": [attribute | OWNED]} | OWNED
    with pytest.raises(ValidationError, match="every weight is zero, so the weights cannot be normalised"):
        Values.model_validate(record)


def test_the_game_reads_time_preference_and_a_rate_given_takes_its_place():
    case, theatre, settlements, futures = small.world()
    patient = TimePreference.model_validate({"low": 0.6, "high": 0.8} | OWNED)
    valued = [
        v.model_copy(update={"time_preference": patient if v.actor == "auria" else None}) for v in case.values
    ]
    changed = case.model_copy(update={"values": tuple(valued)})
    front, outlook = _stand_ins(theatre, futures)
    run = SimpleNamespace(case=changed, front=front, outlook=outlook)
    run.settlements = {settlements["handover"].proposal.id: settlements["handover"]}
    played = play(run)
    assert played.simulated.rates == {"auria": pytest.approx(0.7)}
    assert played.simulated.spans == {"auria": (0.6, 0.8)}
    told = play(run, discount={"auria": 1.0})
    assert told.simulated.rates == {"auria": 1.0} and not told.simulated.spans
    run.case = case
    none = play(run)
    assert told.solution.equilibria[0].payoffs == pytest.approx(none.solution.equilibria[0].payoffs)


def test_the_built_in_case_values_every_actor_that_matters():
    case = load_case("ukraine_2025").case
    views = {}
    for values in case.values:
        views.setdefault(values.actor, []).append(values)
    assert {
        "ukraine",
        "russia",
        "united_states",
        "europe",
        "germany",
        "france",
        "lithuania",
        "hungary",
    } == set(views)
    assert all(len(views[actor]) > 1 for actor in ("ukraine", "russia", "united_states"))
    for actor in ("ukraine", "russia", "united_states", "europe"):
        assert next(v for v in views[actor] if v.default).time_preference is not None


def _stand_ins(theatre, futures):
    return SimpleNamespace(theatre=theatre), SimpleNamespace(futures=futures)
