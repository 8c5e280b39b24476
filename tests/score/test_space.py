"""The spatial backtest: rules obey their laws, the future cannot leak, oracles win and shuffled rules lose."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from score_tables import space_markdown

from contactline.case.load import load_case
from contactline.core.errors import InputError
from contactline.core.streams import Streams
from contactline.score import space_models
from contactline.score.rolling import Rolling
from contactline.score.space import ALL_HORIZONS, Known, space_backtest
from contactline.score.space_models import (
    REACH,
    Persistence,
    SimulatedFront,
    View,
    boosting_model,
    captured_between,
    default_rules,
    scaled,
    training_weeks,
)
from contactline.war.capture_data import CAPTURE, History, history
from contactline.war.sectors import Sectors, draw_sectors

SIMPLE = default_rules()[2:]


@pytest.fixture(scope="module")
def past() -> History:
    loaded = load_case("ukraine_2025")
    return history(loaded.evidence("cells"), loaded.evidence("changes"), loaded.case.as_of)


@pytest.fixture(scope="module")
def sectors(past: History) -> Sectors:
    return draw_sectors(past.until(25), least_captures=25)


def view(past: History, sectors: Sectors, week: int) -> View:
    return View(past.until(week), sectors, np.empty((week + 1, 0)), (), 0)


@dataclass(frozen=True)
class Oracle:
    """Knows what falls; `shuffle` moves its knowledge to cells at random."""

    whole: History
    shuffle: bool = False
    label: str = "knows"

    @property
    def name(self) -> str:
        return "shuffled" if self.shuffle else "oracle"

    def __call__(self, view: View, horizon: int, count: int, draws: int, streams: Streams):  # type: ignore[no-untyped-def]
        origin = view.past.weeks - 1
        fell = captured_between(self.whole, origin, origin + horizon) & (view.past.holder() != CAPTURE)
        chance = fell.astype(float)
        if self.shuffle:
            near = np.flatnonzero(view.near(REACH[horizon]))
            chance[near] = streams.rng("x").permutation(chance[near])
        counts = np.bincount(view.sectors.of, weights=chance, minlength=view.sectors.count).astype(int)
        return chance, np.tile(counts, (draws, 1))


def test_steps_and_near_cells(past: History, sectors: Sectors) -> None:
    here = view(past, sectors, 40)
    steps = here.steps(4)
    held = past.until(40).holder() == 1
    assert (steps[held] == 0).all() and (steps[~held] > 0).all() and steps.max() == 5
    padded = np.append(steps, 99)
    nearest = padded[past.neighbour].min(axis=1)
    inside = (steps > 0) & (steps <= 4)
    np.testing.assert_array_equal(steps[inside], nearest[inside] + 1)
    assert here.near(2).sum() < here.near(4).sum()


def test_scaled_chances_sum_to_the_count_and_keep_their_order() -> None:
    chance = np.random.default_rng(0).random(500) ** 4
    for count in (1, 20, 300):
        out = scaled(chance, count)
        assert out.sum() == pytest.approx(count) and out.max() <= 1
        order = np.argsort(chance)
        assert (np.diff(out[order]) >= 0).all()
    np.testing.assert_array_equal(scaled(np.array([0.0, 0.2]), 5), [0, 1])


@pytest.mark.parametrize("rule", SIMPLE, ids=lambda rule: rule.name)
def test_simple_rules_give_chances_for_the_count(rule, past: History, sectors: Sectors) -> None:  # type: ignore[no-untyped-def]
    chance, counts = rule(view(past, sectors, 50), 4, 60, 300, Streams(0))
    assert chance.sum() == pytest.approx(60) and (chance >= 0).all() and (chance <= 1).all()
    assert (counts.sum(axis=1) == 60).all() and counts.shape == (300, sectors.count)


def test_rules_cannot_see_the_future(past: History, sectors: Sectors) -> None:
    # Another future: the same record with every later event gone.
    other = replace(past.until(50), weeks=past.weeks, ends=past.ends)
    for rule in SIMPLE:
        ours, theirs = (rule(view(h, sectors, 50), 4, 60, 50, Streams(0)) for h in (past, other))
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])


def test_training_weeks_end_before_the_origin(past: History, sectors: Sectors) -> None:
    for week in (25, 40, 73):
        for horizon in REACH:
            short, weeks = training_weeks(view(past, sectors, week), horizon)
            assert 1 <= short <= horizon and len(weeks) > 0 and weeks[-1] + short <= week


def test_simulated_front_beats_persistence_and_fells_the_count(past: History, sectors: Sectors) -> None:
    result = space_backtest(
        Known(past), rules=[SimulatedFront(), *SIMPLE], rolling=Rolling(horizons=(4, 13), step=40, draws=200)
    )
    skill = result.skills.set_index(["rule", "measure", "horizon"])["skill"]
    assert skill["front", "brier", 4] > 0.05 and skill["front", "brier", 13] > 0.05
    assert skill["front", "brier", ALL_HORIZONS] == pytest.approx(
        (skill["front", "brier", 4] + skill["front", "brier", 13]) / 2
    )
    summary = result.summary.set_index(["rule", "horizon"])
    assert (summary.loc["front", "auc_active"] > 0.8).all()
    assert summary.loc[("front", 13), "independent"] == 1
    assert set(result.bars["verdict"]) <= {"met", "not met"} and len(result.bars) == 6
    assert result.made_by["rules"][0] == "front" and result.made_by["first_origin"] == "2025-01-05"
    text = space_markdown(result)
    assert "4 w (2 apart)" in text and "(one window)" in text and "| `front` |" in text


def test_oracle_is_perfect_and_the_shuffled_one_worthless(past: History) -> None:
    rules = [Oracle(past), Oracle(past, shuffle=True), Persistence()]
    result = space_backtest(Known(past), rules=rules, rolling=Rolling(horizons=(1, 4), step=6, draws=20))
    by = result.summary.set_index(["rule", "horizon"])
    assert (by.loc["oracle", "brier"] == 0).all() and (by.loc["oracle", "auc"] == 1).all()
    assert (by.loc["oracle", "crps"] == 0).all()
    assert np.abs(by.loc["shuffled", "auc"] - 0.5).max() < 0.06
    skill = result.skills.set_index(["rule", "measure", "horizon"])
    assert skill.loc[("oracle", "brier", 0), "skill"] == 1 and skill.loc[("shuffled", "brier", 0), "high"] < 0


def test_same_seed_same_scores(past: History) -> None:
    first, second = (
        space_backtest(Known(past), rules=SIMPLE, rolling=Rolling(horizons=(1,), step=20, draws=50, seed=3))
        for _ in range(2)
    )
    assert first.cells.equals(second.cells) and first.sectors.equals(second.sectors)
    assert first.skills.equals(second.skills)


def test_a_window_in_which_nothing_falls_is_left_out(past: History) -> None:
    still = past.event_week != 46
    quiet = replace(
        past, event_cell=past.event_cell[still], event_day=past.event_day[still], event_week=past.event_week[still],
        event_holder=past.event_holder[still],
    )  # fmt: skip
    result = space_backtest(Known(quiet), rules=SIMPLE, rolling=Rolling(horizons=(1,), step=20, draws=50))
    empty = result.cells[result.cells["fell"] == 0]
    assert len(empty) == 3 and (empty["brier"] == 0).all() and empty["auc"].isna().all()
    assert np.isfinite(result.skills["skill"]).all()
    chance, counts = SIMPLE[1](view(quiet, draw_sectors(past.until(25)), 45), 1, 0, 5, Streams(0))
    assert not chance.any() and not counts.any()


def test_plans_that_cannot_run_are_refused(past: History) -> None:
    with pytest.raises(InputError, match=r"allowed are different ones of \[1, 4, 13, 26\] weeks"):
        space_backtest(Known(past), rolling=Rolling(horizons=(2,)))
    with pytest.raises(InputError, match="step: got 0; allowed is a whole number from 1 up"):
        space_backtest(Known(past), rolling=Rolling(step=0))
    with pytest.raises(InputError, match="the control history has 74 weeks"):
        space_backtest(Known(past), rolling=Rolling(first_history=74))
    with pytest.raises(InputError, match="'sector-persistence' must be among them"):
        space_backtest(Known(past), rules=[SIMPLE[1]])


def test_boosting_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *rest: object) -> object:
        raise ImportError(name)

    monkeypatch.setattr(space_models, "import_module", refuse)
    with pytest.raises(InputError, match="scikit-learn is not installed; it serves this baseline only"):
        boosting_model()
    assert not space_models.boosting_available()
