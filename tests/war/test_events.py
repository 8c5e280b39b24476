"""Measures of an event log against a replay of its events, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
from front_samples import busy_levers, east_held, fight, patch, rule

from contactline.core.errors import InputError
from contactline.front.line import ZIGZAG, cell_line_length

WEEKS = 20


def made(many_starts=False):
    rng = np.random.default_rng(4)
    grid = patch(8)
    holder = east_held(grid)
    if many_starts:
        holder = np.array([east_held(grid, share) for share in rng.uniform(0.3, 0.7, 12)])
    return fight(grid, holder, rule(grid), rule(grid), busy_levers(grid, 12, WEEKS, rng), seed=5)


@pytest.fixture(scope="module", params=[False, True], ids=["one start", "a start for each draw"])
def replayed(request):
    """A log, and holders of all draws after every week by replay: ndarray[draw, week + 1, cell]."""
    log = made(request.param)
    holders = np.empty((log.draws, WEEKS + 1, len(log.grid.cell)), dtype=np.int8)
    row = {name: k for k, name in enumerate(log.grid.cell)}
    for d in range(log.draws):
        held = (log.holder0 if log.holder0.ndim == 1 else log.holder0[d]).copy()
        events = log.events_of(d)
        for week in range(WEEKS + 1):
            for cell, new in events.loc[events["week"] == week, ["cell", "holder"]].itertuples(index=False):
                assert held[row[cell]] != new
                held[row[cell]] = new
            holders[d, week] = held
    return log, holders


def test_chance_held_and_holder_after(replayed):
    log, holders = replayed
    weeks = [13, 0, 20, 1]
    np.testing.assert_allclose(log.chance_held(weeks), holders[:, weeks].mean(axis=0), atol=1e-6)
    assert np.array_equal(log.holder_after(3, 7), holders[3, 7])


def test_held_km2(replayed):
    log, holders = replayed
    labels = np.arange(len(log.grid.cell)) % 3 - 1
    found = log.held_km2(labels)
    assert found.shape == (12, WEEKS, 2)
    for region in range(2):
        expected = (holders[:, 1:] * np.where(labels == region, log.grid.km2, 0.0)).sum(axis=2)
        np.testing.assert_allclose(found[:, :, region], expected, rtol=1e-5)


def test_first_week_is_a_first_passage(replayed):
    log, holders = replayed
    mask = np.zeros(len(log.grid.cell), bool)
    mask[np.flatnonzero(holders[0, 0] == 0)[:12]] = True
    for share in (0.1, 0.5, 1.0):
        first = log.first_week(mask, share)
        held = (holders[:, :, mask] * log.grid.km2[mask]).sum(axis=2) / log.grid.km2[mask].sum()
        ends = np.where((held >= share - 1e-6).any(axis=1), (held >= share - 1e-6).argmax(axis=1), np.inf)
        assert (first <= ends).all()  # within a week the share may be reached and lost again
        assert (first[first < ends] > 0).all()
    held_before = np.zeros(len(mask), bool)
    held_before[np.flatnonzero(holders[:, 0].min(axis=0))[:3]] = True
    assert (log.first_week(held_before) == 0).all()


def test_line_length_is_that_of_the_front_room(replayed):
    log, holders = replayed
    draws, weeks = np.array([2, 11]), [20, 0, 9]
    expected = [[cell_line_length(holders[d, w], log.grid.cell) for w in weeks] for d in draws]
    np.testing.assert_allclose(log.line_km(weeks, draws), expected, rtol=1e-9)
    np.testing.assert_allclose(log.line_km(weeks, draws, zigzag=1.0) * ZIGZAG, expected, rtol=1e-9)


def test_size_and_columns():
    log = made()
    assert log.bytes_per_draw < 2 * len(log.code) / log.draws + 2 * WEEKS + 40
    assert len(log.week) == len(log.cell) == len(log.holder) == log.draw_start[-1]
    assert log.week.min() == 1
    assert log.week.max() == WEEKS


def test_wrong_questions():
    log = made()
    cells = len(log.grid.cell)
    with pytest.raises(InputError, match="the run has 20 weeks; allowed are 0 to 20"):
        log.chance_held([21])
    with pytest.raises(InputError, match="trajectory 12: allowed are 0 to 11"):
        log.events_of(12)
    with pytest.raises(InputError, match="no cell of the theatre belongs to it"):
        log.first_week(np.zeros(cells, bool))
    with pytest.raises(InputError, match=f"one bool for each of the {cells} cells"):
        log.first_week(np.zeros(3, bool))
    with pytest.raises(InputError, match=r"share 1\.5; allowed is above 0 and at most 1"):
        log.first_week(np.ones(cells, bool), 1.5)
    with pytest.raises(InputError, match="labels run from -2 to 0; allowed: −1 to 0"):
        log.held_km2(np.where(np.arange(cells) == 0, -2, 0))
