"""Sectors, their activity, and gross from net: rules, invariants, truth recovered, and controls that must fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_front import AS_OF, made_changes, theatre
from scipy import stats

from contactline.case.load import load_case
from contactline.core.errors import EvidenceError, FitError, InputError
from contactline.core.streams import Streams
from contactline.war.activity import (
    ActivityData,
    activity_priors,
    first_state,
    fit_activity,
    laplace,
    own_course,
    prior_bands,
    readings,
)
from contactline.war.capture_data import CAPTURE, history
from contactline.war.kernel import simulate_front
from contactline.war.sectors import LEAST_CAPTURES, LEAST_QUIET, draw_sectors, front_cells
from contactline.war.space import fit_space
from contactline.war.turnover import PATIENCE_WEEKS, fit_turnover, settled

NATURAL = {"half_life": 8.0, "sd": 0.7, "step": 0.2, "size": 4.0, "rho.isw": 1.1, "c.isw": 0.3, "b.isw": 12.0}


@pytest.fixture(scope="module")
def loaded():  # type: ignore[no-untyped-def]
    return load_case("ukraine_2025")


@pytest.fixture(scope="module")
def past(loaded):  # type: ignore[no-untyped-def]
    return history(loaded.evidence("cells"), loaded.evidence("changes"), loaded.case.as_of)


def test_sectors_of_the_case_are_operational_directions(loaded, past) -> None:  # type: ignore[no-untyped-def]
    found = draw_sectors(past, loaded.evidence("settlements"))
    assert len(set(found.name)) == found.count == len(found.captures) and 6 <= found.count <= 12
    assert {"Pokrovsk", "Kupyansk", "Kherson"} <= set(found.name)
    assert found.captures.sum() == (past.event_holder == CAPTURE).sum()
    assert (np.diff(found.captures) <= 0).all()
    assert ((found.captures >= LEAST_CAPTURES) | (found.front >= LEAST_QUIET)).all()
    assert found.of.min() == 0 and found.of.max() == found.count - 1


def test_sectors_do_not_depend_on_the_order_of_rows(loaded, past) -> None:  # type: ignore[no-untyped-def]
    cells = loaded.evidence("cells").sample(frac=1, random_state=3)
    mixed = history(cells, loaded.evidence("changes"), loaded.case.as_of)
    ours, other = (draw_sectors(h, loaded.evidence("settlements")) for h in (past, mixed))
    assert ours.name == other.name
    by_name = dict(zip(mixed.cell, other.of, strict=True))
    same = np.array([by_name[c] for c in past.cell]) == ours.of
    # Cells at equal steps from two sectors go to the lower number, so no row order can move them.
    assert same.all()


def test_every_cell_has_a_neighbour_of_its_sector_towards_the_line(past) -> None:  # type: ignore[no-untyped-def]
    of = draw_sectors(past).of
    padded = np.append(of, -1)
    alone = ~(padded[past.neighbour] == of[:, None]).any(axis=1)
    front = front_cells(past)
    reached = np.zeros(len(of) + 1, bool)
    reached[front] = True
    while (wider := reached[:-1] | reached[past.neighbour].any(axis=1)).sum() > reached.sum():
        reached[:-1] = wider
    reached[front] = False
    assert reached.sum() > 10_000 and not alone[reached[:-1]].any()


def test_a_quiet_theatre_is_one_sector_and_an_empty_line_is_refused() -> None:
    cells = theatre(6)
    made = history(cells, made_changes(cells, 5, 2, 1), AS_OF)
    assert draw_sectors(made).name == ("north",)
    none = replace(
        made, first=np.zeros_like(made.first), event_cell=made.event_cell[:0], event_week=made.event_week[:0],
        event_holder=made.event_holder[:0], event_day=made.event_day[:0],
    )  # fmt: skip
    with pytest.raises(EvidenceError, match="no cell of the theatre lies on the line in any week"):
        draw_sectors(none)


def made_counts(seed: int, weeks: int = 74) -> tuple[ActivityData, np.ndarray]:
    """Counts drawn from the model, and the true log weights m + a."""
    rng = np.random.default_rng(seed)
    mean = np.array([0.8, 0.3, 0.0, -0.4, -1.2, 0.5])
    phi, own = 2 ** (-1 / NATURAL["half_life"]), rng.standard_normal(6) * NATURAL["sd"]
    pull = rng.lognormal(3, 0.6, (weeks, 6))
    tempo = -3.3 + np.cumsum(rng.standard_normal(weeks) * 0.1)
    truth, counts, net = np.empty((weeks, 6)), np.empty((weeks, 6), int), np.empty((weeks, 1))
    for week in range(weeks):
        own = phi * own + NATURAL["sd"] * np.sqrt(1 - phi**2) * rng.standard_normal(6)
        truth[week] = mean + own
        mu = pull[week] * np.exp(tempo[week] + truth[week])
        counts[week] = rng.negative_binomial(NATURAL["size"], NATURAL["size"] / (NATURAL["size"] + mu))
        net[week] = 1.1 * 5 * mu.sum() + np.hypot(1.5 * mu.sum(), 12) * rng.standard_t(3)
    return ActivityData(counts, pull, np.zeros(weeks), net, ("isw",), 5.0), truth


def test_readings_are_the_negative_binomial_and_t_densities() -> None:
    data, _ = made_counts(1, weeks=6)
    state = first_state(data) + 0.1 * np.random.default_rng(0).standard_normal((6, 13))
    value, gradient, blocks = readings(data, NATURAL, state)
    mu = data.pull * np.exp(state[:, :1] + state[:, 1:7] + state[:, 7:])
    expected = stats.nbinom.logpmf(data.captured, 4.0, 4.0 / (4.0 + mu)).sum()
    g = 5 * mu.sum(axis=1)
    expected += stats.t.logpdf(data.others[:, 0], 3, 1.1 * g, np.hypot(0.3 * g, 12.0)).sum()
    assert value == pytest.approx(expected)
    for week, k in [(0, 0), (3, 2), (5, 9)]:
        step = np.zeros_like(state)
        step[week, k] = 1e-5
        slope = (readings(data, NATURAL, state + step)[0] - readings(data, NATURAL, state - step)[0]) / 2e-5
        assert gradient[week, k] == pytest.approx(slope, rel=1e-4, abs=1e-4)
    assert np.linalg.eigvalsh(blocks).min() > -1e-9


def test_laplace_equals_dense_algebra() -> None:
    data, _ = made_counts(2, weeks=5)
    value, mode, last = laplace(data, NATURAL, first_state(data))
    bands, log_det = prior_bands(data, NATURAL, 13)
    size = 5 * 13
    dense = np.zeros((size, size))
    for offset in (0, 13):
        for i in range(size - offset):
            dense[i + offset, i] = dense[i, i + offset] = bands[offset, i]
    assert log_det == pytest.approx(np.linalg.slogdet(dense)[1])
    fit, _, blocks = readings(data, NATURAL, mode)
    full = dense.copy()
    for week in range(5):
        part = slice(13 * week, 13 * week + 13)
        full[part, part] += blocks[week]
    away = (mode - first_state(data)).ravel()
    expected = fit - 0.5 * away @ dense @ away + 0.5 * log_det - 0.5 * np.linalg.slogdet(full)[1]
    assert value == pytest.approx(expected)
    np.testing.assert_allclose(np.linalg.inv(last @ last.T), np.linalg.inv(full)[-13:, -13:], atol=1e-8)


def test_activity_recovers_what_made_the_counts() -> None:
    data, truth = made_counts(4)
    fit = fit_activity(data, Streams(0).rng("fit"))
    for name in ("half_life", "sd", "size", "rho.isw"):
        low, high = fit.posterior.quantile(name, [0.02, 0.98])
        assert low < NATURAL[name] < high, name
    # Only differences between sectors are identified: the shared tempo takes the rest.
    ours = fit.path - fit.path.mean(axis=1, keepdims=True)
    theirs = truth - truth.mean(axis=1, keepdims=True)
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.85
    shuffled = np.random.default_rng(0).permutation(truth.T).T
    assert np.corrcoef(ours.ravel(), (shuffled - shuffled.mean(axis=1, keepdims=True)).ravel())[0, 1] < 0.6
    ahead = fit.log_weights(8, 400, Streams(1).rng("ahead"))
    assert ahead.shape == (400, 8, 6) and np.isfinite(ahead).all()
    again = fit.log_weights(8, 400, Streams(1).rng("ahead"))
    np.testing.assert_array_equal(ahead, again)
    spread = ahead - ahead.mean(axis=2, keepdims=True)
    inside = (np.quantile(spread[:, 0], 0.02, axis=0) < theirs[-1]) & (
        theirs[-1] < np.quantile(spread[:, 0], 0.98, axis=0)
    )
    assert inside.sum() >= 5
    phi, sd = own_course(fit.posterior)
    assert ((phi > 0) & (phi < 1) & (sd > 0)).all()


def test_counts_without_a_capture_are_refused() -> None:
    data, _ = made_counts(1, weeks=10)
    with pytest.raises(FitError, match="no cell is captured"):
        fit_activity(replace(data, captured=np.zeros_like(data.captured)), Streams(0).rng("fit"))
    assert [p.name for p in activity_priors(())] == ["half_life", "sd", "step", "size"]


def test_gross_less_recaptured_is_net_and_totals_are_kept() -> None:
    rng = np.random.default_rng(0)
    taken = rng.poisson(20, 80)
    fit = fit_turnover(taken, rng.negative_binomial(1, 1 / 1.6, 80), 5.0)
    net = rng.normal(40, 60, (200, 30))
    captured, recaptured = fit.gross(net, Streams(0).rng("gross"))
    assert (captured >= 0).all() and (recaptured >= 0).all()
    np.testing.assert_allclose(captured - recaptured, settled(net), atol=1e-9)
    np.testing.assert_allclose((captured - recaptured).sum(axis=1), net.sum(axis=1), atol=1e-9)
    calm_taken, calm_lost = fit.gross(np.full((400, 50), 100.0), Streams(0).rng("gross"))
    assert calm_lost.mean() / 5.0 == pytest.approx(0.6, abs=0.25)
    assert calm_taken.mean() - calm_lost.mean() == pytest.approx(100.0)


def test_recapture_law_recovers_its_slope() -> None:
    rng = np.random.default_rng(1)
    taken = rng.poisson(rng.gamma(2, 15, 400))
    lost = rng.poisson(2.0 * ((taken + 0.5) / taken.mean()) ** 0.8)
    fit = fit_turnover(taken, lost, 5.0)
    sd = np.sqrt(np.diag(fit.cov))
    assert abs(fit.mean[0] - np.log(2.0)) < 3 * sd[0] and abs(fit.mean[1] - 0.8) < 3 * sd[1] and sd[1] < 0.15
    other = fit_turnover(taken, rng.permutation(lost), 5.0)
    assert abs(other.mean[1]) < 0.2


def test_a_loss_waits_for_later_gains_and_then_is_fought() -> None:
    np.testing.assert_array_equal(settled(np.array([[10.0, -5, 8, 1]])), [[10, 0, 3, 1]])
    long = np.zeros((1, 10))
    long[0, 0] = -7.0
    fought = settled(long)
    assert fought[0, PATIENCE_WEEKS] == -7.0 and fought.sum() == -7.0
    np.testing.assert_array_equal(settled(np.array([[3.0, -9]])), [[3, -9]])


def test_turnover_says_what_is_wrong() -> None:
    with pytest.raises(FitError, match="20 weeks with some are needed"):
        fit_turnover(np.ones(5), np.zeros(5), 5.0)
    fit = fit_turnover(np.full(30, 10), np.zeros(30, int), 5.0)
    with pytest.raises(
        InputError, match=r"net: got shape \(3,\); allowed are finite km² of shape \[draw, week\]"
    ):
        fit.gross(np.ones(3), Streams(0).rng("gross"))


def test_the_whole_plan_runs_through_the_simulator(loaded, past) -> None:  # type: ignore[no-untyped-def]
    fit = fit_space(past, Streams(0), settlements=loaded.evidence("settlements"))
    assert fit.warnings() == ()
    plan = fit.plan(np.full((60, 13), 90.0), Streams(1), rules=8)
    grid = fit.grid()
    log = simulate_front(grid, past.holder(), plan, seed=0)
    gained = (log.chance_held([13])[0] - past.holder()) @ past.km2
    assert gained == pytest.approx(13 * 90, abs=10)
    kherson = grid.sectors.index("Kherson")
    share = np.mean(fit.sectors.of[log.cell] == kherson)
    assert share < 0.02  # nothing ever fell there, though a fifth of the line runs through it
    with pytest.raises(InputError, match="one column a map and one row a week"):
        fit_space(past, Streams(0), others=np.zeros((3, 1)), maps=("isw",))
