"""The backtest of places: closed forms, no look ahead, knowing rules win and shuffled ones lose, counts add up."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from contactline.case.schema import Objective
from contactline.core.errors import InputError
from contactline.core.streams import Streams
from contactline.score.models import Refits
from contactline.score.place_rules import ByDistance, ForecastFront, SectorRate, StraightLine, stretched
from contactline.score.places import band_table, places_backtest, skill_table
from contactline.score.places_record import Places, taken_by_week
from contactline.score.rolling import Rolling
from contactline.score.space import Known
from contactline.score.space_models import View
from contactline.war.capture_data import History, history
from contactline.war.record import TempoRecord
from contactline.war.sectors import draw_sectors

sys.path.insert(0, str(Path(__file__).parents[1] / "war"))
from made_front import AS_OF, made_changes, theatre

SIMPLE = (ByDistance(), StraightLine(), SectorRate())
WEEKS = 45


@pytest.fixture(scope="module")
def past() -> History:
    cells = theatre(12)
    return history(cells, made_changes(cells, WEEKS, 5, seed=5, retaken=0.05), AS_OF)


@pytest.fixture(scope="module")
def towns(past: History) -> pd.DataFrame:
    chosen = np.flatnonzero(past.first == 0)[::4]
    return pd.DataFrame(
        {
            "name": [f"T{i}" for i in chosen],
            "cell": past.cell[chosen],
            "population": 500.0 + np.arange(len(chosen)),
        }
    )


@pytest.fixture(scope="module")
def record(past: History) -> TempoRecord:
    rng = np.random.default_rng(1)
    net = 25.0 + 5 * rng.standard_normal((past.weeks + 20, 1))
    ends = past.ends[-1] - 7 * np.arange(past.weeks + 19, -1, -1)
    return TempoRecord(ends, ("map",), net, np.zeros_like(net, bool))


def view(past: History, week: int) -> View:
    sectors = draw_sectors(past.until(20), least_captures=15)
    return View(past.until(week), sectors, np.empty((week + 1, 0)), (), 0)


@dataclass(frozen=True)
class Knows:
    """Knows what falls; `shuffled` gives its knowledge to places at random."""

    whole: History
    shuffled: bool = False
    label: str = "knows"

    @property
    def name(self) -> str:
        return "shuffled" if self.shuffled else "knows"

    def __call__(self, view: View, places: Places, horizons, draws: int, streams: Streams):  # type: ignore[no-untyped-def]
        taken, origin = taken_by_week(self.whole, places), view.past.weeks - 1
        rows = [taken[origin + 1 : origin + 1 + h].any(axis=0).astype(float) for h in horizons]
        return np.stack(
            [streams.rng("x", k).permutation(r) if self.shuffled else r for k, r in enumerate(rows)]
        )


def objective(**changes: object) -> Objective:
    record = {"id": "big", "name": "Big town", "kind": "settlement", "region": "north", "sources": ["s"],
              "latitude": 48.3, "longitude": 37.3, "radius_km": 4.0, "taken_share": 0.75}  # fmt: skip
    return Objective.model_validate(record | changes)


def test_places_are_objectives_with_all_their_cells_and_one_settlement_a_cell(past: History, towns):
    of = np.where(np.isin(np.arange(len(past.cell)), [50, 51, 52, 53]), "big", "")
    twice = pd.concat([towns, towns.iloc[[3]].assign(name="Larger", population=9e4)])
    outside = pd.DataFrame(
        {"name": ["Far", "In town"], "cell": ["x", past.cell[51]], "population": [5e5, 6e5]}
    )
    places = Places.of(past, pd.concat([twice, outside]), [objective()], of)
    assert places.name[0] == "Big town" and places.inside[0].sum() == 4 and places.share[0] == 0.75
    assert "Larger" in places.name and towns["name"].iloc[3] not in places.name
    assert not {"Far", "In town"} & set(places.name)
    held = np.zeros(len(past.cell), int)
    held[[50, 51]] = 1
    assert not places.taken(held)[0]
    held[52] = 1
    assert places.taken(held)[0]
    steps = np.full(len(past.cell), 9)
    steps[[50, 51, 52]] = [1, 2, 4]
    assert places.steps(steps)[0] == 4  # three of four cells are needed
    with pytest.raises(InputError, match="no settlement lies in the theatre; rebuild"):
        Places.of(past, outside[:1])


def test_a_chance_stretched_in_time_keeps_its_hazard():
    assert stretched(np.array([0.3]), 4, 8) == pytest.approx(1 - 0.7**2)
    assert stretched(np.array([0.3]), 13, 13) == pytest.approx(0.3)


def made(rule: str, chance: list[float], fell: list[int]) -> pd.DataFrame:
    days = pd.date_range("2025-01-05", periods=len(fell), freq="28D")
    return pd.DataFrame(
        {
            "rule": rule,
            "origin_date": days,
            "horizon": 4,
            "name": "a",
            "steps": 1,
            "chance": chance,
            "fell": fell,
        }
    )


def test_skill_and_bands_are_what_their_formulas_say():
    fell = [1, 0, 0, 1, 0, 0]
    table = pd.concat(
        [made("distance", [0.5] * 6, fell), made("knows", [0.9, 0.1, 0.1, 0.9, 0.1, 0.1], fell),
         made("same", [0.5] * 6, fell), made("wrong", [0.1, 0.9, 0.9, 0.1, 0.9, 0.9], fell)]
    )  # fmt: skip
    skill = skill_table(table, 4, 0).set_index(["rule", "measure"])
    assert skill.loc[("knows", "brier"), "skill"] == pytest.approx(1 - 0.01 / 0.25)
    assert skill.loc[("knows", "log_score"), "skill"] == pytest.approx(1 - np.log(0.9) / np.log(0.5))
    assert skill.loc[("same", "brier"), "skill"] == 0 and skill.loc[("same", "brier"), "high"] == 0
    assert skill.loc[("wrong", "brier"), "high"] < 0
    bands = band_table(table, {"knows": "k", "distance": "d", "same": "s", "wrong": "w"})
    own = bands[bands["rule"] == "knows"]
    assert own["low"].tolist() == [0.05, 0.8] and own["forecasts"].tolist() == [4, 2]
    assert own["share"].tolist() == [0.0, 1.0] and own["chance"].tolist() == pytest.approx([0.1, 0.9])


def test_no_rule_sees_beyond_its_origin(past: History, towns, record: TempoRecord):
    later = past.event_week > 30
    changed = replace(past, event_holder=np.where(later, 1 - past.event_holder, past.event_holder))
    places = Places.of(past, towns)
    moved = replace(record, net=np.where(record.ends[:, None] > past.ends[30], 900.0, record.net))
    fronts = [ForecastFront("headline", Refits(r, "map", 0, draws=40, rounds=1)) for r in (record, moved)]
    for one, two in (*((rule, rule) for rule in SIMPLE), fronts):
        a = one(view(past, 30), places, [4, 13], 60, Streams(0))
        b = two(view(changed, 30), places, [4, 13], 60, Streams(0))
        assert np.array_equal(a, b)
        assert a.shape == (2, len(places.name)) and ((a >= 0) & (a <= 1)).all()
    # The last is the front's: a longer time can only raise its chances (baselines learn each horizon apart).
    assert (a[1] >= a[0]).all() and (a[1] > a[0]).any()
    # Negative control: from a later origin the same rule says otherwise.
    rule = SIMPLE[0]
    then, later_on = (rule(view(past, week), places, [4], 60, Streams(0)) for week in (30, 40))
    assert not np.array_equal(then, later_on)


def test_counts_add_up_and_knowing_beats_guessing(past: History, towns, record: TempoRecord):
    rules = (*SIMPLE, Knows(past), Knows(past, shuffled=True))
    result = places_backtest(
        Known(past, towns),
        record,
        Places.of(past, towns),
        series="map",
        rules=rules,
        rolling=Rolling(horizons=(4, 13), first_history=20, draws=20),
    )
    summary = result.summary.set_index(["rule", "horizon"])
    places = Places.of(past, towns)
    taken = taken_by_week(past, places)
    origins = range(19, past.weeks - 4, 4)
    own = result.forecasts[(result.forecasts["rule"] == "distance") & (result.forecasts["horizon"] == 4)]
    seen = own.groupby("origin_date")["fell"].sum().to_numpy()
    most = [int((~taken[o] & taken[o + 1 : o + 5].any(axis=0)).sum()) for o in origins]
    assert len(seen) == len(origins) and (seen <= most).all() and seen.sum() > 0.8 * sum(most) > 0
    assert summary.loc[("distance", 13), "independent"] == 1
    assert summary.loc[("knows", 4), "expected"] == summary.loc[("knows", 4), "fell"] == seen.sum()
    skill = result.skills.set_index(["rule", "measure", "horizon"])["skill"]
    assert skill["knows", "brier", 4] == 1.0
    assert skill["shuffled", "brier", 4] < 0
    assert set(result.made_by["rules"]) == {rule.name for rule in rules}


def test_a_plan_that_cannot_be_run_is_refused(past: History, towns, record: TempoRecord):
    def run(**changes):  # type: ignore[no-untyped-def]
        own = changes.pop("record", record)
        places = Places.of(past, towns)
        rules = changes.pop("rules", None)
        return places_backtest(
            Known(past, towns), own, places, series="map", rules=rules, rolling=Rolling(**changes)
        )

    with pytest.raises(
        InputError, match=r"horizons: got \[5\]; allowed are different ones of \[1, 4, 13, 26\]"
    ):
        run(horizons=(5,))
    with pytest.raises(
        InputError, match="history has 45 weeks; a first history of 44 and a horizon of 4 need 48"
    ):
        run(first_history=44)
    with pytest.raises(InputError, match="must end in the same week"):
        run(record=record.until(30))
    with pytest.raises(InputError, match="'distance' must be among them"):
        run(rules=(SectorRate(),))
    with pytest.raises(InputError, match="draws: got 1; allowed is a whole number from 2 up"):
        run(draws=1)
