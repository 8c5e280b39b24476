"""Tempo as a belief: the forecast dealt to belief sets by its gain over two years, nothing of it lost or moved."""

from __future__ import annotations

import numpy as np
import pytest
import scipy

from contactline.case.labels import TEMPO, TEMPO_MOST, belief_labels
from contactline.case.load import load_case
from contactline.case.scenario import FIRST_FUTURES, FUTURES, Scenario
from contactline.choice.held import reach
from contactline.core.errors import InputError
from contactline.core.graph import watching
from contactline.core.streams import Streams
from contactline.engine.courses import COURSE, FIGHT_ON
from contactline.engine.effects import AHEAD
from contactline.engine.fits import HEADLINE
from contactline.engine.futures import Futures
from contactline.engine.luck import LUCK_POOL
from contactline.engine.tempo import AHEAD_WEEKS, BANDS, DEALT, DRAWN, NET, NET_POOL, RANKED, in_bands, near
from contactline.service.opened import opened, opened_graph

from . import small

SETS = 60


@pytest.fixture(scope="module")
def futures() -> Futures:
    return small.made_up(*small.paths(3, SETS))


@pytest.fixture(scope="module")
def fitted():
    """The invented case with its own forecast."""
    return opened(opened_graph(), Scenario(case="borderland", sets=40, weeks=130))


def two_years(net: np.ndarray) -> np.ndarray:
    return net[:, :AHEAD_WEEKS].mean(axis=1)


def held(futures: Futures, value: float | tuple[float, float]) -> Futures:
    return Futures(futures.reads.under({"held": {TEMPO: value}}))


def by_row(paths: np.ndarray) -> np.ndarray:
    return paths[np.lexsort(paths.T[::-1])]


def test_all_draws_together_are_the_forecasts_paths_each_once(futures, fitted):
    for reads in (futures.reads, fitted.reads):
        pool, dealt = reads.of(NET_POOL(HEADLINE)), reads.of(NET(HEADLINE))
        assert not np.array_equal(pool, dealt)
        assert np.array_equal(by_row(pool), by_row(dealt))


def test_a_set_holds_the_mean_of_its_paths_and_its_slice_of_the_forecast(futures, fitted):
    for reads in (futures.reads, fitted.reads):
        sets = reads["sets"]
        gain = two_years(reads.of(NET(HEADLINE))).reshape(sets, FUTURES)
        assert np.allclose(gain.mean(axis=1), reads[TEMPO], rtol=0, atol=1e-9)
        order = np.argsort(reads[TEMPO])
        assert np.all(gain[order][:-1].max(axis=1) <= gain[order][1:].min(axis=1))


def test_what_was_luck_within_sets_now_lies_between_them(futures):
    def between(paths: np.ndarray) -> float:
        return float(paths.reshape(SETS, FUTURES).mean(axis=1).var() / paths.var())

    dealt, pool = (two_years(futures.reads.of(n(HEADLINE))) for n in (NET, NET_POOL))
    assert between(dealt) > 0.98 and between(pool) < 0.05


def test_the_first_futures_of_a_set_stand_for_its_slice(futures):
    gain = np.sort(two_years(futures.reads.of(NET_POOL(HEADLINE)))).reshape(SETS, FIRST_FUTURES, -1)
    few = two_years(futures.thinned(FIRST_FUTURES).net).reshape(SETS, -1)
    own = gain[futures.reads.of(DRAWN).slice]
    inside = (np.sort(few) >= own.min(axis=2)) & (np.sort(few) <= own.max(axis=2))
    assert inside.all()  # one of each tenth of the slice


def test_the_order_over_sets_knows_nothing_of_other_beliefs():
    run = opened(opened_graph(), Scenario(case="borderland", sets=400, weeks=13))
    names = [name for name in run.futures.beliefs if name != TEMPO and np.ptp(run.reads[name]) > 0]
    found = np.array([scipy.stats.spearmanr(run.reads[TEMPO], run.reads[name]).statistic for name in names])
    assert len(names) > 50 and np.abs(found).max() < 4 / np.sqrt(400)
    assert np.abs(found).mean() == pytest.approx(np.sqrt(2 / np.pi / 400), rel=0.35)
    own = scipy.stats.spearmanr(run.reads[TEMPO], two_years(run.reads.of(NET(HEADLINE)))[::FUTURES]).statistic
    assert own > 0.9  # the same measure sees what does depend on it


@pytest.mark.parametrize("count", [1, 7, 20, 50, 200, 203])
def test_a_few_sets_are_a_sample_of_all(count):
    order = in_bands(count, BANDS, Streams(5).rng("a test"))
    assert sorted(order) == list(range(count))
    for first in range(BANDS, count, BANDS):
        spots = np.sort(order[:first]) / count
        assert np.abs(spots - (np.arange(first) + 0.5) / first).max() <= 2 / BANDS


def test_any_block_of_sets_has_the_bytes_of_the_whole(futures):
    whole = futures.net.reshape(SETS, FUTURES, -1)
    for value in (None, 25.0, (10.0, 30.0)):
        own = futures if value is None else held(futures, value)
        whole = own.net.reshape(SETS, FUTURES, -1)
        for first, few in ((7, 50), (1, 5), (60, 10)):
            part = own.first_sets(first).thinned(few).net.reshape(first, few, -1)
            assert np.array_equal(part, whole[:first, :few])


@pytest.mark.parametrize("value", [-60.0, 0.0, 13.7, 20.0, 48.0, 90.0])
def test_a_held_value_is_reached_inside_the_forecast_and_beyond(futures, value):
    own = held(futures, value)
    gain = two_years(own.net).reshape(SETS, FUTURES)
    assert np.allclose(gain.mean(axis=1), value, rtol=0, atol=1e-9)
    few = two_years(own.thinned(FIRST_FUTURES).net).reshape(SETS, -1).mean(axis=1)
    assert np.abs(few - value).max() < 0.1 * two_years(futures.net).std()
    assert np.allclose(own.reads.of(AHEAD).gain, value * AHEAD_WEEKS)


def test_inside_the_forecast_a_held_value_is_lived_on_its_own_paths(futures):
    pool = futures.reads.of(NET_POOL(HEADLINE))
    gain = two_years(pool)
    for value in np.quantile(gain, [0.05, 0.5, 0.95]):
        dealt = held(futures, float(value)).reads.of(DEALT)
        assert np.abs(dealt.shift).max() < 0.02 * gain.std()
        assert np.abs(gain[dealt.rows] - value).max() < 0.5 * gain.std()
        assert len(np.unique(dealt.rows)) > 3 * FUTURES  # sets that hold the same do not live the same
        assert not np.array_equal(np.sort(dealt.rows[0]), np.sort(dealt.rows[1]))
    beyond = held(futures, 300.0)
    shift = beyond.reads.of(DEALT).shift
    lumps = np.diff(beyond.net[:, :AHEAD_WEEKS], axis=1)
    rows = beyond.reads.of(DEALT).rows.ravel()
    assert shift.min() > 200 and np.allclose(lumps, np.diff(pool[rows][:, :AHEAD_WEEKS], axis=1))


def test_what_lies_beyond_two_years_keeps_the_part_that_the_paths_keep():
    """Paths of a level and a part that ends after two years, of equal spread: half of a difference lasts."""
    rng = np.random.default_rng(2)
    net = np.repeat(rng.normal(30.0, 10.0, (2000, 1)), 156, axis=1)
    net[:, :AHEAD_WEEKS] += rng.normal(0.0, 10.0, (2000, 1))
    made = small.made_up(net, np.full(net.shape, 1000.0))
    kept = made.reads.of(RANKED).persists
    assert kept == pytest.approx(0.5, abs=0.04)
    far = held(made, 130.0)
    shift = far.reads.of(DEALT).shift
    rows = far.reads.of(DEALT).rows.ravel()
    later = (far.net - net[rows])[:, AHEAD_WEEKS:]
    assert np.allclose(later, np.repeat(shift * kept, FUTURES)[:, None])


def test_more_tempo_is_never_less_of_it():
    """The windows that stand for rising values rise, whatever the pool's shape."""
    rng = np.random.default_rng(4)
    for gain in (
        np.sort(rng.standard_t(2, 1000)),
        np.zeros(400),
        np.sort(rng.integers(0, 3, 500)).astype(float),
    ):
        values = np.linspace(gain[0] - 1, gain[-1] + 1, 300)
        order, luck = np.tile(np.arange(FUTURES), (300, 1)), np.full((300, FUTURES), 0.5)
        ranks = near(gain, values, order, luck)
        assert ranks.min() >= 0 and ranks.max() < len(gain)
        reached = gain[ranks].mean(axis=1)
        assert np.all(np.diff(reached) >= -0.02 * max(np.ptp(gain), 1.0))
        assert np.abs(reached - np.clip(values, reached[0], reached[-1])).max() <= 0.02 * np.ptp(gain) + 0.15


def test_where_the_attacker_gains_more_the_defender_holds_less(futures):
    km2 = [
        held(futures, v).reads.of(COURSE(FIGHT_ON))["km2_held"].mean() for v in (0.0, 10.0, 20.0, 30.0, 60.0)
    ]
    assert np.all(np.diff(km2) < 0)


def test_holding_each_set_at_what_it_drew_changes_no_byte(futures):
    drawn = futures.reads[TEMPO]
    one = held(futures, float(drawn[4]))
    assert np.array_equal(one.net.reshape(SETS, -1)[4], futures.net.reshape(SETS, -1)[4])


def test_holding_the_tempo_draws_nothing_else_anew(futures):
    futures.reads.of(COURSE(FIGHT_ON))
    with watching() as work:
        held(futures, 33.0).reads.of(COURSE(FIGHT_ON))
    assert "net" in {name.partition("[")[0] for name in work.made}
    assert not {LUCK_POOL.name, NET_POOL(HEADLINE).name, RANKED.name, "design"} & work.made.keys()
    assert TEMPO in futures.reads.inputs_of(COURSE(small.HANDOVER))


def test_it_has_a_label_and_bounds():
    loaded = load_case("borderland")
    assert belief_labels(loaded.case)[TEMPO].unit == "km²/week"
    with pytest.raises(
        InputError, match=r"belief 'war\.tempo': got 1e\+06; allowed is a number from -1000 to 1000"
    ):
        opened(opened_graph(), Scenario(case="borderland", held={TEMPO: 1e6}))
    assert reach(np.linspace(5.0, 25.0, 101), "km²/week", -TEMPO_MOST, TEMPO_MOST) == pytest.approx(
        (-14.4, 44.4)
    )
