"""The war on the map: objectives of every kind, what surrounds a place, and paired futures."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from pydantic import ValidationError

from contactline.case.load import load_case
from contactline.case.scenario import Scenario
from contactline.case.schema import Objective
from contactline.core.errors import CaseError
from contactline.core.keep import Store
from contactline.core.streams import Streams
from contactline.engine.courses import FIGHT_ON
from contactline.engine.fits import SPACE
from contactline.engine.fronts import FRONT_DRAWS, fight_on_map, front_rows
from contactline.service.opened import opened, opened_graph
from contactline.topics.fighting.make.hubs import hub_study
from contactline.topics.fighting.make.places import AROUND_KM, DIRECTIONS, threats, what_opens
from contactline.war.objectives import objective_cells

WEEKS = 60


@pytest.fixture(scope="module")
def world():
    run = opened(opened_graph(), Scenario())
    notes = run.reads.of(SPACE).notes
    assert run.spatial is not None and len(notes) == 2
    # Five islets and a sector that the front has left behind: said, not refused.
    assert "no part of 6 cells cut off from the rest" in notes[0]
    assert "has no cell on the line any more" in notes[1]
    return run.loaded, run.front, run.spatial


def beliefs(draws: int) -> dict[str, np.ndarray]:
    return {
        "war.belt_resistance": np.linspace(1.0, 4.0, draws), "war.region_shift": np.zeros(draws),
        "war.hub_effect": np.exp(np.linspace(-0.4, 0.6, draws)),
    }  # fmt: skip


@pytest.fixture(scope="module")
def simulated(world):
    _, front, fitted = world
    return fight_on_map(fitted, front, np.full((90, WEEKS), 80.0), beliefs(90), Streams(0))


def area(**changes: object) -> Objective:
    record = {
        "id": "own", "name": "Own", "kind": "area", "region": "donetsk", "sources": ["s"],
        "polygon": [[37.4, 48.6], [37.8, 48.6], [37.8, 48.9], [37.4, 48.9]],
    }  # fmt: skip
    return Objective.model_validate(record | changes)


def test_a_users_own_polygon_is_an_objective(world):
    _, front, _ = world
    wanted = objective_cells(front.ground, area())
    square = 0.4 * np.cos(np.radians(48.75)) * 111.3 * 0.3 * 111.2
    assert front.ground.km2[wanted].sum() == pytest.approx(square, rel=0.05)


def test_an_area_outside_the_theatre_and_a_broken_one_are_refused(world):
    _, front, _ = world
    with pytest.raises(CaseError, match="of an area, check the polygon"):
        objective_cells(front.ground, area(polygon=[[10, 50], [11, 50], [11, 51]]))
    with pytest.raises(ValidationError, match="three or more"):
        area(polygon=[[10, 50], [11, 50]])
    with pytest.raises(ValidationError, match="an area needs one"):
        area(polygon=[])


def test_the_front_gains_what_the_path_orders(world, simulated):
    _, front, _ = world
    held = simulated.log.held_km2(np.zeros(len(front.ground.cell), dtype=int), 1)[:, -1, 0]
    now = front.ground.km2[front.ground.holder == 1].sum()
    assert (held - now).mean() == pytest.approx(80.0 * WEEKS, rel=0.02)


def test_a_harder_belt_falls_less(world):
    _, front, fitted = world
    belt = front.ground.belt != ""
    shares = []
    for level in (1.0, 30.0):
        hard = beliefs(90) | {"war.belt_resistance": np.full(90, level)}
        run = fight_on_map(fitted, front, np.full((90, 104), 150.0), hard, Streams(0))
        shares.append(float(run.chance_held([104])[0][belt].mean()))
    assert shares[1] < 0.6 * shares[0]


def test_places_are_no_less_surrounded_as_the_front_moves_on(world, simulated):
    loaded, front, _ = world
    table = threats(simulated, loaded.case, front, (26, 52))
    assert table["directions"].between(0, DIRECTIONS).all()
    wide = table.pivot(index="objective", columns="week", values="directions")
    assert (wide[52] >= wide[0] - 0.5).all()
    assert AROUND_KM > 0 and wide.loc["pokrovsk", 0] > wide.loc["kramatorsk", 0]


def test_what_a_place_opens_is_nothing_where_nothing_moves(world):
    loaded, front, fitted = world
    table = what_opens(fitted, loaded, front, np.zeros((400, 104)), beliefs(400), Streams(0))
    assert table["difference"].abs().max() < 0.02


@pytest.fixture(scope="module")
def opened_by():
    """A small invented front, and what its places open at a factor on the pace."""
    run = opened(opened_graph(), Scenario(case="borderland", sets=20, futures=3))
    net = np.full((60, 104), 60.0)
    net[:, ::5] = -20.0
    drawn = beliefs(60)

    def table(factor):
        held = drawn | {"war.hub_effect": factor}
        return what_opens(run.spatial, run.loaded, run.front, net, held, Streams(1), draws=40)

    return table


def test_a_factor_of_one_redistributes_and_no_more(opened_by):
    """Bit for bit: the way with the factor is then the way without it, whether or not it is fought out."""
    plain = opened_by(np.ones(60))
    assert (plain["pace_difference"] == plain["difference"]).all()
    assert (plain["pace_low"] == plain["difference"]).all() and (
        plain["pace_high"] == plain["difference"]
    ).all()
    other = opened_by(np.exp(np.linspace(-0.4, 0.6, 60)))
    same = ["lever", "target", "given", "denied", "difference", "low", "high"]
    assert other[same].equals(plain[same])
    almost = opened_by(np.where(np.arange(60) == 0, 1.0 + 1e-12, 1.0))  # fought out: nothing moves
    assert almost[same].equals(plain[same])
    assert almost["pace_difference"].to_numpy() == pytest.approx(plain["difference"].to_numpy(), abs=1e-9)


def test_a_faster_pace_after_a_fall_opens_more_and_a_slower_one_less(opened_by):
    slow, plain, fast = (opened_by(np.full(60, factor)) for factor in (0.6, 1.0, 1.6))
    main = plain["target"] == "main_region"
    assert (slow["pace_difference"] < plain["difference"])[main].all()
    assert (fast["pace_difference"] > plain["difference"])[main].all()
    # The share that goes with the factor is what the faster path gains, to within what is left of the region.
    wide = opened_by(np.exp(np.linspace(-0.4, 0.6, 60)))
    assert (wide["pace_low"] < wide["pace_difference"])[main].all()
    assert (wide["pace_difference"] < wide["pace_high"])[main].all()


def test_rows_are_spread_over_the_whole_run():
    assert front_rows(10).tolist() == list(range(10))
    rows = front_rows(10_000)
    assert rows[0] == 0 and rows[-1] == 9_999 and len(np.unique(rows)) == FRONT_DRAWS


def test_a_record_too_thin_for_the_spatial_model_says_so(tmp_path):
    """The invented case with a fifth of its changes of control: the war goes on, nearest first, and is said to."""
    folder = tmp_path / "thin"
    shutil.copytree(load_case("borderland").folder, folder)
    changes = folder / "evidence" / "changes.csv"
    changes.write_text("".join(changes.read_text().splitlines(keepends=True)[:16]))
    run = opened(opened_graph(Store()), Scenario(case=str(folder), sets=2, futures=2, weeks=20))
    assert run.spatial is None and "nearest to the line first" in run.reads.of(SPACE).notes[0]
    assert np.isfinite(run.runs[FIGHT_ON]["people_held"]).all()


def test_the_record_of_falls_of_the_built_in_case(world):
    """The figures that docs/hubs.md gives, and the belief's centre and width taken from them."""
    loaded, front, _ = world
    table = hub_study(loaded, front.settlements).set_index(["places", "reach", "weeks"])
    every, large, hub = (table.loc[(kind, "front", 4)] for kind in ("towns", "large_towns", "hubs"))
    assert (every["fallen"], every["used"], large["fallen"], large["used"]) == (54, 51, 11, 9)
    assert (hub["fallen"], hub["used"], hub["verdict"]) == (1, 0, "not identified")
    assert np.exp([every["log_ratio"], every["low"], every["high"]]) == pytest.approx(
        [0.94, 0.84, 1.05], abs=0.005
    )
    assert (every["verdict"], large["verdict"]) == ("no effect seen", "not identified")
    assert (table.loc[(slice(None), "front", [13, 26]), "verdict"] == "not identified").all()
    belief = next(b for b in loaded.case.beliefs if b.name == "war.hub_effect").distribution
    assert np.log(belief.median) == pytest.approx(large["log_ratio"], abs=0.01)
    assert belief.sigma == pytest.approx((large["high"] - large["low"]) / 2 / 1.645, abs=0.01)


def test_only_a_settlement_is_a_hub():
    with pytest.raises(ValidationError, match="hub is true of kind area; only a settlement can be one"):
        area(hub=True)
