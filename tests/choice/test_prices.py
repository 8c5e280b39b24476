"""Prices of a reader: what no viewpoint weighs counts at the price given, from zero up, and nothing else moves."""

from __future__ import annotations

import numpy as np
import pytest

import contactline as cl
from contactline.case.debate import priced
from contactline.case.scenario import Scenario, with_prices
from contactline.choice.verdict import advantage, default_values
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.keep import Store
from contactline.core.streams import Streams
from contactline.engine.courses import COURSE, FIGHT_ON, accept
from contactline.engine.futures import Futures
from contactline.faces.cli.options import price_of
from contactline.service.opened import opened, opened_graph

from . import small


def test_a_price_adds_its_outcome_times_the_price(world):
    case, theatre, settlements, futures = world
    values = default_values(case, case.defender.id)
    runs = [accept(case, theatre, settlements[name], futures) for name in ("handover", "freeze")]
    plain = advantage(values, *runs, futures, Streams(0))
    dear = advantage(priced(values, {"people_occupied": (-3.0, -3.0, 1000.0)}), *runs, futures, Streams(0))
    more = futures.set_mean(runs[0]["people_occupied"]) - futures.set_mean(runs[1]["people_occupied"])
    assert dear - plain == pytest.approx(-3.0 * more / 1000.0)
    assert np.ptp(more) > 0


@pytest.fixture(scope="module")
def world():
    return small.world()


def test_a_scenarios_prices_stand_in_the_viewpoints_of_their_actor_alone():
    run = opened(
        opened_graph(Store()), Scenario(case="borderland", sets=2, prices=(("belmark:strikes", (-2, -1, 5)),))
    )
    for values in run.case.values:
        assert ("strikes" in values.outcomes) == (values.actor == "belmark")
    plain = cl.load_case("borderland").case
    assert with_prices(plain, Scenario(case="borderland")) is plain
    added = next(a for v in run.case.values for a in v.attributes if a.outcome == "strikes")
    assert (added.better, added.weight_low, added.weight_high, added.scale) == ("less", 1, 2, 5)


def test_more_dearly_priced_recognition_never_makes_a_recognising_offer_better():
    shares = []
    for price in (0.0, 5.0, 500.0):
        prices = (("ukraine:recognised", (-price, -price, 1.0)),) if price else ()
        run = opened(opened_graph(Store()), Scenario(sets=20, futures=2, prices=prices))
        values = default_values(run.case, "ukraine")
        gain = advantage(values, run.reads.of(COURSE("us_28")), run.reads.of(COURSE(FIGHT_ON)), Futures(run.reads),
                         run.streams)  # fmt: skip
        shares.append(float(np.mean(gain > 0)))
    assert shares == sorted(shares, reverse=True) and shares[-1] == 0.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ukraine:strikes=1", "unit is missing"),
        ("strikes=1/2", "ACTOR:OUTCOME"),
        ("ukraine:strikes=a..b/2", "LOW..HIGH"),
    ],
)
def test_a_price_without_unit_or_actor_is_refused(text: str, said: str):
    with pytest.raises(InputError, match=said):
        price_of(text)


@pytest.mark.parametrize(
    ("price", "kind", "said"),
    [
        (("ukraine:strikes", (2.0, 1.0, 1.0)), InputError, "low first"),
        (("ukraine:strikes", (-1.0, 1.0, 1.0)), InputError, "one sign"),
        (("ukraine:strikes", (1.0, 1.0, 0.0)), InputError, "above 0"),
        (("ukrain:strikes", (1.0, 1.0, 1.0)), UnknownNameError, "did you mean ukraine"),
        (("ukraine:strike", (1.0, 1.0, 1.0)), UnknownNameError, "did you mean strikes"),
        (("ukraine:km2_held", (1.0, 1.0, 1.0)), InputError, "weighs km2_held already"),
    ],
)
def test_a_price_that_cannot_be_is_one_clear_error(price, kind, said):
    with pytest.raises(kind, match=said):
        opened(opened_graph(Store()), Scenario(sets=2, prices=(price,)))
