"""Where gains land: closed forms on a row of cells, and laws that must hold on any ground."""

from __future__ import annotations

import h3
import numpy as np
import pandas as pd
import pytest

from contactline.core.errors import EvidenceError
from contactline.core.streams import Streams
from contactline.war.collapse import collapse_spells, fighting_path
from contactline.war.objectives import Fighting, at_week, chance_held, fall_of
from contactline.war.territory import (
    effort_for,
    first_week,
    ground,
    order_of_fall,
    regional_shares,
    share_windows,
    shift_share,
    steps_from_line,
)

CENTRE = h3.latlng_to_cell(48.0, 37.0, 7)


def disc(rings: int = 4) -> pd.DataFrame:
    """A disc of cells around one held cell; the outermost ring is a town."""
    rows = []
    for ring in range(rings + 1):
        for cell in h3.grid_ring(CENTRE, ring):
            rows.append(
                {"cell": cell, "region": "west", "km2": 5.0, "holder": int(ring == 0), "belt": "",
                 "place": "town" if ring == rings else "", "town": 0}
            )  # fmt: skip
    return pd.DataFrame(rows)


def no_changes() -> pd.DataFrame:
    return pd.DataFrame(
        {"cell": pd.Series(dtype=object), "date": pd.Series(dtype="datetime64[ns]"), "holder": []}
    )


@pytest.fixture
def here():
    cells = disc()
    return ground(cells, no_changes(), cells["holder"].to_numpy())


def test_steps_count_rings(here):
    rings = np.array([h3.grid_distance(CENTRE, cell) for cell in here.cell])
    assert np.array_equal(steps_from_line(here.cell, here.holder), rings)


def test_cells_fall_nearest_first(here):
    rings = [h3.grid_distance(CENTRE, here.cell[i]) for i in order_of_fall(here)]
    assert rings == sorted(rings)
    assert len(rings) == len(here.cell) - 1


def test_effort_is_area_when_ground_is_alike_and_dearer_in_towns(here):
    town = here.place == "town"
    resistance = np.array([1.0, 2.0])
    # The town is the outermost ring (24 cells), with 36 open cells before it; the record holds 24/61 built ground.
    needed = effort_for(here, town, "west", resistance, 1.0)
    norm = 1.0 + (resistance - 1.0) * here.built_record
    assert needed == pytest.approx((36 * 5.0 + resistance * 24 * 5.0) / norm)
    assert needed[0] == pytest.approx(60 * 5.0)


def test_what_is_held_already_needs_nothing(here):
    held = here.holder == 1
    assert effort_for(here, held, "west", np.ones(3), 1.0).tolist() == [0.0, 0.0, 0.0]


def test_an_objective_without_cells_is_refused(here):
    with pytest.raises(EvidenceError, match="widen its radius"):
        effort_for(here, np.zeros(len(here.cell), dtype=bool), "west", np.ones(1), 1.0)


def fighting(weeks: int, per_week: float, draws: int = 4) -> Fighting:
    effort = np.cumsum(np.full((draws, weeks), per_week), axis=1)
    losses = np.cumsum(np.full((draws, weeks), 100.0), axis=1)
    return Fighting({"west": effort}, losses, 0.5 * losses, np.ones(draws), Streams(0))


def test_time_to_fall_is_needed_over_pace(here, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("contactline.war.objectives.ORDER_ERROR", 0.0)
    fall = fall_of("town", here, here.place == "town", 1.0, fighting(40, 10.0))
    assert fall.week.tolist() == [30.0] * 4
    assert fall.attacker_losses.tolist() == [3000.0] * 4
    assert fall.defender_losses.tolist() == [1500.0] * 4


def test_beyond_the_horizon_is_infinite_and_its_losses_unknown(here):
    fall = fall_of("town", here, here.place == "town", 1.0, fighting(3, 10.0))
    assert np.isinf(fall.week).all()
    assert np.isnan(fall.attacker_losses).all()


def test_chance_held_falls_with_distance_and_grows_with_time(here):
    run = fighting(40, 10.0)
    early, late = chance_held(here, run, 5), chance_held(here, run, 35)
    assert np.all(late >= early)
    order = order_of_fall(here)
    assert np.all(np.diff(late[order]) <= 0)
    assert np.all(early[here.holder == 1] == 1.0)


def test_first_passage_counts_setbacks_out():
    effort = np.array([[5.0, 12.0, 8.0, 20.0]])
    assert first_week(effort, np.array([10.0])).tolist() == [2.0]
    assert first_week(effort, np.array([25.0])).tolist() == [np.inf]
    assert at_week(effort, np.array([0.0])).tolist() == [0.0]


def test_shares_are_shares_and_a_loss_counts_as_nothing():
    names, shares = regional_shares({"a": np.full(20, 3.0), "b": np.full(20, 1.0), "c": np.full(20, -2.0)})
    assert names == ("a", "b", "c")
    assert shares == pytest.approx(np.tile([0.75, 0.25, 0.0], (8, 1)))
    with pytest.raises(EvidenceError, match="13 are needed"):
        regional_shares({"a": np.ones(5)})


def test_every_path_begins_with_the_last_quarter():
    windows = share_windows(9, 30, 200, Streams(0).rng("x"))
    assert np.all(windows[:, 0] == 8)
    assert windows.min() >= 0 and windows.max() <= 8


def test_shift_zero_keeps_a_share_and_a_positive_one_raises_it():
    share = np.array([[0.2, 0.8]])
    assert shift_share(share, np.zeros(1)) == pytest.approx(share)
    assert np.all(shift_share(share, np.ones(1)) > share)


def test_collapses_come_at_their_rate_and_last_their_length():
    draws, weeks = 4000, 520
    rng = np.random.default_rng(3)
    luck = rng.exponential(size=(draws, 40))
    running = collapse_spells(np.full(draws, 0.01), np.full(draws, 4.0), luck, np.ones((draws, weeks)))
    begins = running & ~np.pad(running, ((0, 0), (1, 0)))[:, :-1]
    # One spell takes 100 weeks of waiting on average and 4 of running.
    assert begins.sum() / draws == pytest.approx(weeks / 104, rel=0.03)
    assert running.sum() / begins.sum() == pytest.approx(4.0, rel=0.03)
    quiet = collapse_spells(np.zeros(draws), np.full(draws, 4.0), luck, np.ones((draws, weeks)))
    assert not quiet.any()


def test_factors_act_on_gains_only():
    net = np.array([[10.0, -10.0, 10.0]])
    running = np.array([[False, False, True]])
    path = fighting_path(net, np.full((1, 3), 1.5), running, np.array([4.0]))
    assert path.tolist() == [[15.0, -10.0, 60.0]]
