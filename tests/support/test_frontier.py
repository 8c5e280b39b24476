"""The frontier's arithmetic against closed forms, and the stage on a small invented war."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from contactline.case.load import load_case
from contactline.case.supply import SupportPath
from contactline.core.frame import checked
from contactline.engine.support_paths import fight, sample_of
from contactline.support.adequacy import support
from contactline.support.frontier import paired, path_cost, smallest_package, variance_shares
from contactline.topics.support.make import PathsAsked, adequacy_table, all_paths, support_tables
from contactline.topics.tables import declared

sys.path.insert(0, str(Path(__file__).parents[1] / "choice"))
from small import world


def path(*cuts: dict[str, object]) -> SupportPath:
    return SupportPath.model_validate({"id": "p", "name": "P", "cuts": list(cuts), "sources": ["s"]})


def test_the_smallest_package_is_where_a_known_curve_crosses():
    found = smallest_package(lambda factor: 1 - np.exp(-factor / 1.5), 0.6, most=4.0, steps=14)
    assert found.factor == pytest.approx(-1.5 * np.log(0.4), abs=4 / 2**14)
    assert found.chance >= 0.6


def test_a_package_that_cannot_be_had_and_one_that_is_not_needed():
    assert np.isnan(smallest_package(lambda factor: 0.1 * factor, 0.6, most=3.0).factor)
    assert smallest_package(lambda factor: 0.1 * factor, 0.6, most=3.0).chance == pytest.approx(0.3)
    assert smallest_package(lambda factor: 0.9, 0.6).factor == 0.0
    assert smallest_package(lambda factor: 0.2 * factor, 0.15, least=1.0).factor == 1.0


def test_paired_differences_cancel_common_luck_and_keep_sets_together():
    rng = np.random.default_rng(5)
    common, sets = 50 * rng.standard_normal(2000), np.arange(2000) // 50
    found = paired(common + 3 + 0.1 * rng.standard_normal(2000), common, sets)
    assert found.low < 3 < found.high
    assert found.high - found.low < 0.1
    # Whole sets moving together are forty observations, not two thousand: the range must know it.
    shift = np.repeat(rng.standard_normal(40), 50)
    assert (together := paired(common + shift, common, sets)).high - together.low > 0.3
    assert (apart := paired(common + shift, common)).high - apart.low < 0.1


def test_the_range_of_a_paired_difference_covers_the_truth_nine_times_in_ten():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(400):
        noise = rng.standard_normal(60)
        found = paired(noise + 0.5, np.zeros(60))
        hits += found.low <= 0.5 <= found.high
    assert 0.85 < hits / 400 < 0.94


def test_variance_shares_of_a_known_sum():
    rng = np.random.default_rng(2)
    a, b, idle = rng.standard_normal((3, 4000))
    shares = variance_shares(2 * a + b, {"a": a, "b": b, "idle": idle, "fixed": np.ones(4000)})
    # Ranks of normals keep 4:1 but lose some of the correlation (6/π·asin(ρ/2))².
    rank = {name: (6 / np.pi * np.arcsin(np.sqrt(part) / 2)) ** 2 for name, part in (("a", 0.8), ("b", 0.2))}
    assert shares["a"] == pytest.approx(rank["a"], abs=0.03)
    assert shares["b"] == pytest.approx(rank["b"], abs=0.03)
    assert shares["idle"] < 0.005
    assert shares["fixed"] == 0.0


def test_money_is_price_times_what_is_given_more():
    case = load_case("borderland").case
    half = path_cost(case, path({"actor": "corvia", "factor": 0.5}), 52)
    # 40 missiles a month at 2 million euros each; the munitions have no price and are said so.
    assert half.monthly == pytest.approx(-0.5 * 40 * 2e6 / 1e9)
    assert half.total == pytest.approx(half.monthly * 12, rel=0.01)
    assert half.unpriced == ("Munitions",)
    assert path_cost(case, path(), 52).total == 0.0


@functools.cache
def war():
    """Three belief sets' worth of an invented war, as the stage reads it."""
    case, theatre, _, futures = world()
    front = SimpleNamespace(theatre=theatre, ground=theatre.ground)
    return case, SimpleNamespace(
        case=case, front=front, outlook=SimpleNamespace(futures=futures), spatial=None, streams=None
    )


def test_the_stage_gives_every_table_it_promises_typed_and_in_range():
    _, run = war()
    tables = support_tables(run)
    assert set(tables) == {
        "support_ledger", "support_reliance", "support_capabilities", "support_adequacy", "support_factors",
        "support_frontier", "support_drivers",
    }  # fmt: skip
    for name, frame in tables.items():
        assert len(checked(declared(name), frame)) == len(frame) > 0, name
    frontier = tables["support_frontier"].set_index("path")
    assert (frontier.loc["as_today", ["gain_diff", "losses_diff", "collapse_diff"]] == 0).all()
    assert frontier.loc["corvia_stops", "gain_diff_low"] > 0
    assert frontier.loc["corvia_stops", "losses_diff_low"] > 0
    # Without the map nothing is said about the belt.
    assert frontier["p_belt_52"].isna().all()
    drivers = tables["support_drivers"]
    first = drivers[drivers["outcome"] == "gain"].sort_values("share").iloc[-1]
    assert first["is_support"]


def test_more_supply_never_makes_it_worse_draw_by_draw():
    case, run = war()
    sample = sample_of(run.outlook.futures, 104)
    less = fight(sample, support(case, "corvia_stops", 104))
    today = fight(sample, support(case, "as_today", 104))
    assert np.all(less.losses >= today.losses - 1e-6)
    gaining = np.all(sample.net >= 0, axis=1) & ~less.collapsed
    assert gaining.any()
    assert np.all(less.gained.sum(axis=1)[gaining] >= today.gained.sum(axis=1)[gaining] - 1e-6)


def test_a_users_path_stands_beside_the_cases_own():
    _, run = war()
    own = path({"actor": "corvia", "factor": 2.0}).model_copy(update={"id": "mine"})
    frame = support_tables(run, PathsAsked(more=[own]))["support_frontier"].set_index("path")
    assert list(frame.index) == ["as_today", "corvia_stops", "mine"]
    assert frame.loc["mine", "gain_diff_high"] < 0 < frame.loc["corvia_stops", "gain_diff_low"]


def test_a_case_without_capabilities_has_no_tables():
    case, run = war()
    bare = case.model_copy(update={"capabilities": ()})
    assert support_tables(SimpleNamespace(**(vars(run) | {"case": bare}))) == {}


def test_adequacy_by_month_starts_at_the_cut_and_names_the_path_as_today():
    case = load_case("borderland").case
    table = adequacy_table(case, all_paths(case), 104)
    own = table[(table["path"] == "corvia_stops") & (table["capability"] == "munitions")].set_index("week")
    assert own.loc[0, "adequacy"] == pytest.approx(0.9)  # two weeks' stock covers the first weeks
    assert own.loc[12, "adequacy"] == pytest.approx(0.5)
    assert own.loc[52, "adequacy"] == pytest.approx(0.6)
    assert np.allclose(own["as_today"], 0.9)


def test_a_sample_keeps_beliefs_and_luck_of_its_draws():
    futures = war()[1].outlook.futures
    few = sample_of(futures, 52).spaced(10)
    assert few.net.shape == (10, 52)
    rows = np.linspace(0, futures.draws - 1, 10).astype(int)
    assert np.array_equal(few.luck, futures.collapse_luck[rows])
    assert np.array_equal(few.beliefs["war.collapse_rate"], futures.beliefs["war.collapse_rate"][rows])
    assert few.set.tolist() == (rows // 50).tolist()
