"""The kernel's promises: exact chances on small graphs, invariants on large ones, threads, chunks, and interruption."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from front_samples import busy_levers, east_held, even, fight, graph, patch, path, rule

from contactline.core.errors import InputError
from contactline.war import kernel
from contactline.war.kernel_given import CaptureRule, Levers

DRAWS = 60_000


def enumerate_chances(grid, holder, log_weight, captures):
    """Exact chance of every end state after so many captures : dict of held cells (frozenset) → probability.

    log_weight(cell, held neighbours, held) gives the log weight of an exposed cell.
    """
    chances = {frozenset(np.flatnonzero(holder).tolist()): 1.0}
    for _ in range(captures):
        after: dict[frozenset, float] = {}
        for held, chance in chances.items():
            weights = {}
            for cell in range(len(holder)):
                near = sum(j in held for j in grid.neighbours[cell].tolist() if j >= 0)
                if cell not in held and near:
                    weights[cell] = math.exp(log_weight(cell, near, held))
            for cell, weight in weights.items():
                state = held | {cell}
                after[state] = after.get(state, 0.0) + chance * weight / sum(weights.values())
        chances = after
    return chances


def observed(log, weeks):
    """How often each set of held cells came out : dict."""
    counts: dict[frozenset, int] = {}
    for d in range(log.draws):
        held = frozenset(np.flatnonzero(log.holder_after(d, weeks)).tolist())
        counts[held] = counts.get(held, 0) + 1
    return counts


def chi_square(counts, chances, draws):
    """Pearson's statistic over its degrees of freedom; about one if `chances` are true. Impossible states: inf."""
    if set(counts) - set(chances):
        return math.inf
    return sum((counts.get(s, 0) - draws * p) ** 2 / (draws * p) for s, p in chances.items()) / (
        len(chances) - 1
    )


def flower():
    """Seven cells of one hexagon and its ring; cell 0 is the middle."""
    ring = [[0, (k % 6) + 1, ((k - 2) % 6) + 1] for k in range(1, 7)]
    neighbours = np.full((7, 6), -1, dtype=np.int32)
    neighbours[0] = range(1, 7)
    for k, near in enumerate(ring, start=1):
        neighbours[k, :3] = near
    return graph(neighbours)


def held_cells(grid, *cells):
    holder = np.zeros(len(grid.cell), dtype=np.int8)
    holder[list(cells)] = 1
    return holder


def exact_captures(cells):
    """A weekly budget that takes exactly so many cells of 5 km², whatever the random start within a cell."""
    return Levers(np.full((1, cells), 5.0))


def test_frequencies_equal_the_enumerated_chances():
    grid = flower()
    neighbours = np.array([[0.0, 0.2, 0.9, 1.4, 0.0, 0.0, 0.0]])
    static = np.array([0.5, 0.0, -1.0, 0.3, 0.0, 0.8, 0.0])
    taker = even(grid, neighbours=neighbours, static=static)
    holder = held_cells(grid, 1)
    log = fight(grid, holder, taker, even(grid), exact_captures(3), seed=1, draws=DRAWS)
    chances = enumerate_chances(grid, holder, lambda c, n, _: neighbours[0, n] + static[c], 3)
    assert (np.diff(log.draw_start) == 3).all()
    assert chi_square(observed(log, 3), chances, DRAWS) < 1.8
    wrong = enumerate_chances(grid, holder, lambda c, n, _: neighbours[0, n], 3)  # negative control
    assert chi_square(observed(log, 3), wrong, DRAWS) > 10


def test_heat_of_the_same_week_and_of_the_week_before():
    """Two captures on a path held at one end: the second is hot with what the first left, decayed or not."""
    grid = path(7)
    holder = held_cells(grid, 3)
    for weeks, edge in ((1, 0.9), (2, 0.45)):  # 0.5 is left a week later
        hot = even(
            grid, heat=np.array([[0.0, 1.2]]), heat_edges=np.array([edge]), decay=np.array([0.5]),
            ring_weight=np.array([0.0, 1.0]),
        )  # fmt: skip
        log = fight(
            grid, holder, hot, even(grid), Levers(np.full((1, weeks), 10.0 / weeks)), seed=2, draws=DRAWS
        )
        onward = np.array([len(set(log.cell[s : s + 2].tolist()) & {1, 5}) for s in log.draw_start[:-1]])
        assert onward.mean() == pytest.approx(math.exp(1.2) / (1 + math.exp(1.2)), abs=0.006)
        cold = fight(
            grid, holder, hot, even(grid), Levers(np.full((1, 4), 5.0), frozen=np.array([[0, 1, 1, 0]], bool)), seed=2,
            draws=DRAWS,
        )  # fmt: skip
        onward = np.array([len(set(cold.cell[s : s + 2].tolist()) & {1, 5}) for s in cold.draw_start[:-1]])
        assert onward.mean() == pytest.approx(0.5, abs=0.006)  # a pause of two weeks cools both edges down


def test_sector_weights_and_order_of_captures_and_recaptures():
    grid = path(12)
    grid.sector[6:] = 1
    grid = type(grid)(grid.cell, grid.neighbours, grid.km2, grid.sector, ("west", "east"))
    holder = held_cells(grid, 2, 9)
    levers = Levers(np.array([[5.0]]), sector_log_weight=np.array([[[0.0, math.log(3.0)]]]))
    log = fight(grid, holder, even(grid), even(grid), levers, seed=5, draws=DRAWS)
    assert (grid.sector[log.cell] == 1).mean() == pytest.approx(0.75, abs=0.006)
    shut = Levers(np.array([[5.0]]), sector_log_weight=np.array([[[0.0, -np.inf]]]))
    assert (fight(grid, holder, even(grid), even(grid), shut, seed=5, draws=500).cell < 6).all()
    two = fight(
        grid,
        holder,
        even(grid),
        even(grid),
        Levers(np.array([[7.5]]), np.array([[2.5]])),
        seed=5,
        draws=DRAWS,
    )
    first = two.holder[two.draw_start[:-1][np.diff(two.draw_start) == 2]]
    assert 0.5 < first.mean() < 0.9  # captures come first more often than recaptures, not always


def test_expected_area_is_the_budget_in_every_week():
    grid = patch(6)
    log = fight(
        grid, east_held(grid), rule(grid), rule(grid), Levers(np.array([[1.3]]), np.array([[0.4]])), seed=6,
        draws=20_000, weeks=30,
    )  # fmt: skip
    held = log.held_km2(np.zeros(len(grid.cell), int))[:, :, 0].astype(float)
    start = grid.km2[east_held(grid) == 1].sum()
    gain = held.mean(axis=0) - start
    assert np.abs(gain - 0.9 * np.arange(1, 31)).max() < 0.1


@pytest.fixture(scope="module")
def large():
    """A theatre of two thousand cells with every lever at work."""
    rng = np.random.default_rng(3)
    grid = patch(26, sectors=5)
    levers = busy_levers(grid, 40, 60, rng)
    rules = (rule(grid, rows=4, rng=rng), rule(grid, rows=4, rng=rng))
    rows = rng.integers(4, size=40)
    return grid, east_held(grid), rules, levers, rows


def run(large, **given):
    grid, holder, rules, levers, rows = large
    return fight(grid, holder, *rules, levers, seed=12, rule_of_draw=rows, **given)


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("draw_start", "code", "week_end", "unspent_km2")
    )


def test_invariants(large):
    grid, holder0, _, levers, _ = large
    log = run(large)
    budgets = [
        np.where(levers.frozen, 0, km2).astype(float) for km2 in (levers.capture_km2, levers.recapture_km2)
    ]
    biggest = float(grid.km2.max())
    for d in range(log.draws):
        holder = holder0.copy()
        taken = np.zeros((2, log.weeks))
        start, stop = log.draw_start[d], log.draw_start[d + 1]
        for week, cell, new in zip(
            log.week[start:stop], log.cell[start:stop], log.holder[start:stop], strict=True
        ):
            near = grid.neighbours[cell]
            assert holder[cell] == 1 - new  # holders alternate
            assert (holder[near[near >= 0]] == new).any()  # only exposed cells change hands
            assert not levers.frozen[d, week - 1]
            holder[cell] = new
            taken[1 - new, week - 1] += grid.km2[cell]
        assert np.array_equal(holder, log.holder_after(d, log.weeks))
        for side in range(2):
            over = taken[side].cumsum() - budgets[side][d].cumsum()
            assert over.max() < biggest
            assert over[-1] + log.unspent_km2[d, side] > -biggest
    assert (log.week[: log.draw_start[1]] == np.sort(log.week[: log.draw_start[1]])).all()


@pytest.mark.parametrize(("threads", "chunk"), [(1, 40), (2, 7), (3, 1), (2, 1000)])
def test_same_bytes_for_any_threads_and_chunks(large, threads, chunk):
    assert same(run(large), run(large, threads=threads, chunk=chunk))


def test_part_of_a_run_is_that_part(large):
    grid, holder, rules, levers, rows = large
    whole = run(large)
    part = Levers(
        levers.capture_km2[10:25], levers.recapture_km2[10:25], levers.sector_log_weight[10:25], levers.resistance,
        levers.frozen[10:25],
    )  # fmt: skip
    log = fight(grid, holder, *rules, part, seed=12, rule_of_draw=rows[10:25], first_draw=10)
    assert np.array_equal(log.code, whole.code[whole.draw_start[10] : whole.draw_start[25]])


def test_seeds_and_trajectories_differ_and_zero_is_a_seed(large):
    grid, holder, rules, levers, rows = large
    runs = [fight(grid, holder, *rules, levers, seed=s, rule_of_draw=rows) for s in (0, 1, 2**62)]
    assert not np.array_equal(runs[0].code, runs[1].code)
    assert not np.array_equal(runs[0].code, runs[2].code)
    log = fight(grid, holder, rules[0], rules[0], Levers(np.array([[20.0]])), seed=0, draws=200, weeks=1,
                         rule_of_draw=np.zeros(200, int))  # fmt: skip
    firsts = log.cell[log.draw_start[:-1]]
    assert len(set(firsts.tolist())) > 20


def test_a_lever_of_one_week_moves_no_earlier_week(large):
    grid, holder, rules, levers, rows = large
    frozen = levers.frozen.copy()
    frozen[:, 30] = ~frozen[:, 30]
    changed = Levers(
        levers.capture_km2, levers.recapture_km2, levers.sector_log_weight, levers.resistance, frozen
    )
    one, other = run(large), fight(grid, holder, *rules, changed, seed=12, rule_of_draw=rows)
    assert np.array_equal(one.week_end[:, :30], other.week_end[:, :30])
    for d in range(one.draws):
        early = int(one.week_end[d, 29])
        assert np.array_equal(one.events_of(d)[:early], other.events_of(d)[:early])


def test_interrupted_run_goes_on_to_the_same_bytes(large, tmp_path, monkeypatch):
    calls = []
    simulate = kernel._simulate

    def interrupted(run_, rows):
        calls.append(rows)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return simulate(run_, rows)

    monkeypatch.setattr(kernel, "_simulate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(large, threads=1, chunk=6, checkpoint=tmp_path)
    kept = sorted(path.name for path in tmp_path.glob("chunk-*.npz"))
    assert len(kept) >= 3
    monkeypatch.setattr(kernel, "_simulate", simulate)
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in kept}
    assert same(run(large), run(large, threads=2, chunk=6, checkpoint=tmp_path))
    assert before == {name: (tmp_path / name).stat().st_mtime_ns for name in kept}
    with pytest.raises(InputError, match="chunks of another run \\(differs in digest\\)"):
        fight(*large[:2], *large[2], large[3], seed=13, rule_of_draw=large[4], chunk=6, checkpoint=tmp_path)


def test_progress_reaches_one(large):
    shares = []
    run(large, chunk=10, tick=shares.append)
    assert shares == [0.25, 0.5, 0.75, 1.0]


def test_nothing_exposed_is_reported_not_lost():
    grid = path(4)
    log = fight(grid, np.ones(4, np.int8), even(grid), even(grid), Levers(np.array([[5.0]])), seed=1, weeks=3)
    assert len(log.code) == 0
    assert log.unspent_km2[0, 0] == pytest.approx(15.0, abs=5.0)


GOOD = {"capture_km2": np.full((3, 4), 5.0)}
WRONG_LEVERS = {
    "lengths": ({"frozen": np.zeros((3, 5), bool)}, "weeks do not agree: capture_km2 has 4, frozen has 5"),
    "draws": ({"recapture_km2": np.ones((2, 4))}, "draws do not agree: capture_km2 has 3, recapture_km2 has 2"),
    "negative": ({"recapture_km2": np.full((3, 4), -1.0)}, "draw 0, week 0 holds -1.0; allowed are finite km² from 0"),
    "sectors": ({"sector_log_weight": np.zeros((1, 1, 2))}, "with 3 sectors \\(south, centre, north\\)"),
    "resistance": ({"resistance": np.zeros(3)}, "one log weight for each of the 37 cells"),
    "scale": ({"resistance_scale": np.ones((3, 1))}, "one finite factor a trajectory, or one for all"),
    "scales": ({"resistance_scale": np.ones(2)}, "draws do not agree: capture_km2 has 3, resistance_scale has 2"),
    "no scale": ({"resistance_scale": np.array([1.0, np.nan, 1.0])}, "one finite factor a trajectory"),
    "axes": ({"frozen": np.zeros(4, bool)}, "frozen: got shape \\(4,\\); allowed is \\[draw, week\\]"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_LEVERS)
def test_wrong_levers(name):
    grid = patch(3)
    changes, message = WRONG_LEVERS[name]
    with pytest.raises(InputError, match=message):
        fight(grid, east_held(grid), rule(grid), rule(grid), Levers(**(GOOD | changes)), seed=1)


WRONG_RULES = {
    "neighbours": ({"neighbours": np.zeros((1, 6))}, "capture rule: neighbours has shape \\(1, 6\\)"),
    "edges": ({"heat_edges": np.array([2.0, 1.0, 3.0])}, "ascending numbers above 0"),
    "levels": ({"heat": np.zeros((1, 2))}, "one edge less than levels"),
    "decay": ({"decay": np.array([1.2])}, "from 0 to 1 a week"),
    "rings": ({"ring_weight": np.array([1.0, -1.0])}, "one number from 0 up for each ring"),
    "static": ({"static": np.full(37, -np.inf)}, "no largest finite log weight"),
    "rows": ({"decay": np.full(2, 0.5), "heat": np.zeros((5, 4))}, "rules do not agree"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_RULES)
def test_wrong_rules(name):
    grid = patch(3)
    good = rule(grid)
    changes, message = WRONG_RULES[name]
    parts = {part: getattr(good, part) for part in CaptureRule.__dataclass_fields__} | changes
    with pytest.raises(InputError, match=message):
        fight(grid, east_held(grid), CaptureRule(**parts), good, Levers(**GOOD), seed=1)


def test_other_wrong_input():
    grid = patch(3)
    one, levers = rule(grid), Levers(**GOOD)
    holder = east_held(grid)
    cases = itertools.chain(
        [({"seed": -1}, "seed: got -1"), ({"seed": True}, "seed: got True")],
        [({"seed": 1, "rule_of_draw": np.array([0, 1, 0])}, "a row from 0 to 0 for each of the 3")],
        [({"seed": 1, "initial_heat": np.zeros(5)}, "allowed is \\[cell\\], \\[rule, cell\\]")],
        [({"seed": 1, "draws": 7}, "draws do not agree")],
        [({"seed": 1, "max_bytes": 100}, "Use fewer trajectories .* or an H3 resolution one step coarser")],
    )
    for given, message in cases:
        with pytest.raises(InputError, match=message):
            fight(grid, holder, one, one, levers, **given)
    with pytest.raises(InputError, match="holders: got shape \\(3,\\)"):
        fight(grid, holder[:3], one, one, levers, seed=1)
    with pytest.raises(InputError, match="allowed are 0 \\(defender\\) and 1"):
        fight(grid, holder + 1, one, one, levers, seed=1)
