"""Source bias: exact posterior against brute force, known truth recovered, one voice counted once, fallbacks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from contactline.case.load import load_case
from contactline.war.source_bias import (
    BIAS,
    KILLED_SHARE,
    bias_readings,
    fit_source_bias,
    measured_beliefs,
    sources_beside_truth,
)

LEVELS = np.array([0.05, 0.5, 0.95])


def readings(rng, roots=8, bias=0.8, killed_share=0.25, tau=0.15, sigma=0.05, each=3) -> pd.DataFrame:
    """Readings of a made-up war: `each` of total and of killed per root, with one bias a root."""
    rows = []
    for r in range(roots):
        u = rng.normal(0, tau)
        for kind, level in (("killed_wounded", 0.0), ("killed", np.log(killed_share))):
            for _ in range(each):
                ratio = np.exp(np.log(bias) + level + u + rng.normal(0, sigma))
                rows.append(
                    {"root": f"root{r}", "series": f"s{r}", "kind": kind, "ratio": ratio, "error": 0.0}
                )
    return pd.DataFrame(rows).assign(used=True, why="")


def test_the_posterior_covers_a_known_truth():
    inside = {"bias": 0, "killed": 0}
    trials = 60
    for seed in range(trials):
        fit = fit_source_bias(readings(np.random.default_rng(seed)), shared_sd=0.0)
        low, _, high = fit.bias.quantile(LEVELS)
        inside["bias"] += low < 0.8 < high
        low, _, high = fit.killed_share.quantile(LEVELS)
        inside["killed"] += low < 0.25 < high
    # 90% bands: 54 of 60 expected, sd 2.3
    assert all(count >= 47 for count in inside.values()), inside


def test_a_bias_common_to_all_roots_cannot_be_seen():
    # Negative control: every root counts 40% too much, and the posterior believes them.
    fit = fit_source_bias(readings(np.random.default_rng(1), bias=0.8 * 1.4), shared_sd=0.0)
    low, middle, high = fit.bias.quantile(LEVELS)
    assert not low < 0.8 < high
    assert middle == pytest.approx(1.12, rel=0.15)


def test_the_posterior_equals_brute_force():
    table = readings(np.random.default_rng(3), roots=3, each=1)
    fit = fit_source_bias(table, shared_sd=0.0)
    y, killed = np.log(table["ratio"].to_numpy()), (table["kind"] == "killed").to_numpy(float)
    same = (table["root"].to_numpy()[:, None] == table["root"].to_numpy()).astype(float)
    m, k = np.meshgrid(np.linspace(-1.5, 1.2, 120), np.linspace(-2.6, -0.4, 120), indexing="ij")
    prior = stats.norm.logpdf(m, 0, 0.5) + stats.norm.logpdf(k, np.log(0.25), 0.4)
    total = np.zeros_like(m)
    for tau in np.linspace(0.005, 1, 60):
        for sigma in np.exp(np.linspace(np.log(0.01), np.log(0.5), 30)):
            gauss = stats.multivariate_normal(np.zeros(len(y)), tau**2 * same + sigma**2 * np.eye(len(y)))
            residual = y - m[..., None] - k[..., None] * killed
            scale = stats.halfnorm.logpdf(tau, scale=0.25) + stats.norm.logpdf(
                np.log(sigma), np.log(0.08), 0.5
            )
            total += np.exp(gauss.logpdf(residual) + prior + scale)
    marginal = total.sum(axis=1)
    middle = np.interp(LEVELS, np.cumsum(marginal) / marginal.sum(), m[:, 0] + (m[1, 0] - m[0, 0]) / 2)
    assert np.log(fit.bias.quantile(LEVELS)) == pytest.approx(middle, abs=0.015)


def test_a_root_that_speaks_often_is_still_one_voice():
    rng = np.random.default_rng(5)
    few = readings(rng, roots=4, each=1)
    loud = few[(few["root"] == "root0") & (few["kind"] == "killed_wounded")]
    many = pd.concat([few, *[loud] * 40], ignore_index=True)
    once, often = fit_source_bias(few), fit_source_bias(many)
    width = [np.diff(np.log(fit.bias.quantile(LEVELS[[0, 2]])))[0] for fit in (once, often)]
    assert width[1] > 0.75 * width[0]
    # Were the forty-one voices independent, the band would be far narrower: the control.
    apart = many.assign(root=[f"r{i}" for i in range(len(many))])
    assert np.diff(np.log(fit_source_bias(apart, 0.0).bias.quantile(LEVELS[[0, 2]])))[0] < 0.5 * width[1]


def test_a_shared_error_widens_and_does_not_move():
    table = readings(np.random.default_rng(7))
    narrow, wide = (fit_source_bias(table, sd).bias.quantile(LEVELS) for sd in (0.0, 0.3))
    assert wide[1] == pytest.approx(narrow[1], rel=0.01)
    assert wide[0] < narrow[0] and wide[2] > narrow[2]


def test_readings_that_disagree_wildly_are_reported():
    table = readings(np.random.default_rng(2), roots=12, tau=2.0)
    assert any("between roots" in note for note in fit_source_bias(table).notes)
    assert fit_source_bias(readings(np.random.default_rng(2))).notes == ()


@pytest.fixture(scope="module")
def ukraine():
    return load_case("ukraine_2025")


def test_the_built_in_case_reads_independent_voices_only(ukraine):
    table = bias_readings(ukraine.evidence("losses"), "general_staff", "russia", ukraine.case.as_of)
    used = table[table["used"]]
    assert len(used[used["root"] == "general_staff"]) == 1
    assert "iiss" not in set(used["series"])
    assert (used["date"] >= pd.Timestamp("2023-12-08")).all()
    assert (table["used"] == (table["why"] == "")).all()
    cavoli = used[used["series"] == "us_dod"].iloc[0]
    assert cavoli["ratio"] == pytest.approx(790_000 / 919_570)
    fit = fit_source_bias(table)
    assert (fit.roots, fit.roots_killed) == (4, 6)
    assert fit.notes == ()


def test_measured_beliefs_replace_and_switch_off(ukraine):
    losses, case = ukraine.evidence("losses"), ukraine.case
    found = measured_beliefs(losses, case)
    assert set(found) == {BIAS, KILLED_SHARE}
    p = np.linspace(0, 1, 41)
    for quantile in found.values():
        values = quantile(p)
        assert np.all(np.diff(values) >= 0) and values.min() > 0
    assert 0.8 < found[BIAS](np.array(0.5)) < 1.05
    assert found[KILLED_SHARE](np.array(1.0)) < 1
    off = case.model_copy(update={"evidence": case.evidence.model_copy(update={"loss_bias": "belief"})})
    assert measured_beliefs(losses, off) == {}


def test_one_or_two_roots_fall_back_to_the_belief(ukraine):
    borderland = load_case("borderland")  # a staff's count and one outside estimate
    assert measured_beliefs(borderland.evidence("losses"), borderland.case) == {}
    losses = ukraine.evidence("losses")
    alone = losses[losses["root"] == "general_staff"]
    assert measured_beliefs(alone, ukraine.case) == {}
    assert measured_beliefs(losses[losses["root"] != "general_staff"], ukraine.case) == {}


def test_too_few_counts_of_the_dead_leave_their_share_to_the_belief(ukraine):
    losses = ukraine.evidence("losses")
    totals = losses[losses["kind"] == "killed_wounded"]
    assert set(measured_beliefs(totals, ukraine.case)) == {BIAS}


def test_the_dead_per_claim_heed_that_level_and_share_hang_together():
    fit = fit_source_bias(readings(np.random.default_rng(3), roots=6), shared_sd=0.0)
    z = np.random.default_rng(4)
    node = z.choice(len(fit.killed.weight), size=40_000, p=fit.killed.weight)
    drawn = np.exp(fit.killed.mean[node] + fit.killed.sd[node] * z.standard_normal(len(node)))
    assert fit.killed.quantile(LEVELS) == pytest.approx(np.quantile(drawn, LEVELS), rel=0.01)
    apart = np.exp(np.log(fit.bias.quantile(LEVELS)) + np.log(fit.killed_share.quantile(LEVELS)))
    assert fit.correlation < 0  # so the product is narrower than both at their ends
    assert np.ptp(fit.killed.quantile(LEVELS)) < np.ptp(apart)


def test_sources_beside_the_truth_recover_a_series_own_bias():
    table = readings(np.random.default_rng(5), roots=20, tau=0.2, sigma=0.01)
    table["date"] = pd.Timestamp("2025-06-01")
    fit = fit_source_bias(table, shared_sd=0.0)
    beside = sources_beside_truth(fit)
    assert set(beside["kind"]) == {"killed", "killed_wounded"} and len(beside) == 40
    truth = {"killed_wounded": 0.8, "killed": 0.8 * 0.25}
    errors = np.log(beside["truth_q50"]) - np.log(beside["claim_ratio"] / beside["kind"].map(truth))
    assert np.abs(errors).max() < 0.15
    assert (beside["truth_q10"] < beside["truth_q50"]).all() and (
        beside["truth_q50"] < beside["truth_q90"]
    ).all()


def test_relays_of_the_claim_stand_in_the_table_and_inform_nothing(ukraine):
    case, losses = ukraine.case, ukraine.evidence("losses")
    fit = fit_source_bias(
        bias_readings(losses, case.evidence.attacker_loss_series, case.challenger.id, case.as_of)
    )
    table = sources_beside_truth(fit).set_index(["series", "kind"])
    assert not table.loc[("uk_mod", "killed_wounded"), "used"] and table.loc[("uk_mod", "killed"), "used"]
    assert table.loc[("general_staff", "killed_wounded"), "claim_ratio"] == 1.0
    assert (table["last"] <= pd.Timestamp(case.as_of)).all()
