"""Cohesion: closed forms of spread and polarisation, movement as stated, and a wedge that grows with distance."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from contactline.case.load import load_case
from contactline.case.positions import Stake, Wedge
from contactline.case.schema import Case
from contactline.core.errors import CaseError, InputError
from contactline.core.streams import Streams
from contactline.support.cohesion import (
    cut_chance,
    division,
    donor_distance,
    mean_distance,
    movement,
    polarisation,
    position_history,
    spread,
    wedge_table,
    wedge_value,
)


@pytest.fixture(scope="module")
def ukraine() -> Case:
    return load_case("ukraine_2025").case


def test_two_equal_halves_at_the_ends_are_the_most_divided():
    ends, equal = np.array([0.0, 100.0]), np.array([1.0, 1.0])
    assert spread(ends, equal) == 50.0
    assert polarisation(ends, equal) == pytest.approx(1.0)
    rng = np.random.default_rng(0)
    for _ in range(300):
        x, w = rng.uniform(0, 100, 5), rng.uniform(0.1, 1, 5)
        assert 0 <= polarisation(x, w) <= 1 and 0 <= spread(x, w) <= 50


def test_polarisation_in_closed_form_and_its_law_of_groups():
    x, w, alpha = np.array([20.0, 60.0]), np.array([3.0, 1.0]), 1.3
    expected = (0.75**2.3 * 0.25 + 0.25**2.3 * 0.75) * 0.4 / (2 * 0.5**3.3)
    assert polarisation(x, w, alpha) == pytest.approx(expected)
    # The same people in two blocs polarise more than spread evenly, though the standard deviation is less.
    blocs = polarisation(np.array([20.0, 20, 20, 80, 80, 80]), np.ones(6))
    even = polarisation(np.array([0.0, 20, 40, 60, 80, 100]), np.ones(6))
    assert blocs > even
    assert spread(np.array([20.0, 80.0]), np.ones(2)) < spread(
        np.array([0.0, 20, 40, 60, 80, 100]), np.ones(6)
    )


def test_shift_and_names_change_neither_and_scale_scales_both():
    rng = np.random.default_rng(1)
    x, w = rng.uniform(20, 60, 6), rng.uniform(0.5, 2, 6)
    order = rng.permutation(6)
    for measure in (spread, polarisation):
        assert measure(x + 10, 5 * w) == pytest.approx(measure(x, w))
        assert measure(x[order], w[order]) == pytest.approx(measure(x, w))
        assert measure(x / 2, w) == pytest.approx(measure(x, w) / 2)
    assert spread(np.full(3, 7.0), np.ones(3)) == 0 == polarisation(np.full(3, 7.0), np.ones(3))


def test_the_challengers_territorial_demand_is_measured_as_unmoved_since_alaska(ukraine: Case):
    frame = movement(ukraine).set_index(["issue", "actor"])
    row = frame.loc[("territory", "russia")]
    assert row["unmoved_since"].date() == date(2025, 8, 15)
    assert (row["first"], row["latest"], row["net"], row["travelled"]) == (100, 75, -25, 25)
    assert row["restated"] == 3 and row["days_unmoved"] == 114
    assert row["towards_other"] == 25  # the demand shrank between June and August
    assert frame.loc[("forces", "russia"), "restated"] == 0  # said once: silence, not firmness


def test_a_planted_move_is_found(ukraine: Case):
    moved = [
        p.model_copy(update={"position": 60.0}) if (p.actor, p.day) == ("russia", date(2025, 12, 4)) else p
        for p in ukraine.positions
    ]
    frame = movement(ukraine.model_copy(update={"positions": tuple(moved)})).set_index(["issue", "actor"])
    row = frame.loc[("territory", "russia")]
    assert (
        row["unmoved_since"].date() == date(2025, 12, 4) and row["restated"] == 0 and row["travelled"] == 40
    )


def test_history_carries_the_last_position_and_nothing_later_than_the_as_of_day(ukraine: Case):
    frame = position_history(ukraine)
    assert frame["day"].max().date() == ukraine.as_of
    said = frame[~frame["last"]].groupby(["issue", "actor"])["position"].last()
    carried = frame[frame["last"]].set_index(["issue", "actor"])["position"]
    assert said.sort_index().equals(carried.sort_index())


def test_division_starts_when_two_supporters_have_spoken(ukraine: Case):
    frame = division(ukraine)
    assert (frame["actors"] >= 2).all() and frame["polarisation"].between(0, 1).all()
    territory = frame[frame["issue"] == "territory"]
    assert territory["day"].min().date() == date(2025, 11, 20)
    assert territory["donor_distance"].iloc[0] == 25  # 75 against 50
    assert donor_distance(ukraine, "territory", date(2025, 11, 1)) != donor_distance(ukraine, "territory")


def test_agreement_among_supporters_is_no_division(ukraine: Case):
    level = tuple(
        p.model_copy(update={"position": 50.0}) if p.position is not None else p for p in ukraine.positions
    )
    same = ukraine.model_copy(update={"positions": level})
    assert division(same)[["spread", "polarisation"]].to_numpy().max() == 0
    assert mean_distance(same) == 0


WEDGE = Wedge.model_validate(
    {
        "donor": "a", "others": ["b"], "sources": ["s"],
        "rate_together": {"kind": "fixed", "value": 0.1}, "rate_apart": {"kind": "fixed", "value": 0.9},
    }
)  # fmt: skip


def test_the_chance_of_a_cut_in_closed_form():
    together, apart = np.array([0.1]), np.array([0.9])
    assert cut_chance(0, together, apart, 2) == pytest.approx(1 - np.exp(-0.2))
    assert cut_chance(100, together, apart, 2) == pytest.approx(1 - np.exp(-1.8))
    assert cut_chance(50, together, apart, 1) == pytest.approx(
        1 - np.exp(-0.3)
    )  # geometric middle of 0.1 and 0.9
    points = [float(cut_chance(d, together, apart, 2)[0]) for d in range(0, 101, 10)]
    assert points == sorted(points)


def test_the_wedge_is_worth_the_rise_of_the_chance_times_the_gain():
    gain = np.array([100.0, 400.0])
    found = wedge_value(WEDGE, 0, 50, gain, 1.0, Streams(0), donor_share=0.4)
    rise = np.exp(-0.1) - np.exp(-0.3)
    assert found.value == pytest.approx(rise * gain)
    assert found.support_lost == pytest.approx(rise * 0.4)
    assert np.all(wedge_value(WEDGE, 30, 30, gain, 1.0, Streams(0)).value == 0)
    assert np.all(
        wedge_value(WEDGE, 50, 0, gain, 1.0, Streams(0)).value < 0
    )  # a mended split costs the challenger


def test_the_cases_wedge_rises_with_distance_and_time(ukraine: Case):
    frame = wedge_table(ukraine, Streams(0), draws=500).set_index(["where", "years"])["chance_mean"]
    assert frame["together", 2.0] < frame["today", 2.0] < frame["half", 2.0] < frame["apart", 2.0]
    assert frame["today", 1.0] < frame["today", 5.0]
    assert 0 < mean_distance(ukraine) < 100


def test_errors_of_the_wedge():
    with pytest.raises(InputError, match="got 120; allowed is 0 to 100 points"):
        cut_chance(120, np.ones(1), np.ones(1), 1)
    with pytest.raises(InputError, match="got 0 years"):
        cut_chance(10, np.ones(1), np.ones(1), 0)


BELMARK_TOO = "  - {actor: belmark, issues: [territory], salience"
BROKEN = {
    "no scale": ("low: All of Midland to Belmark", 'low: ""', "which has no scale; say under `issues` what"),
    "unknown issue": ("issue: territory, day: 2024-05-01", "issue: teritory, day: 2024-05-01", "unknown issue 'terit"),
    "off the scale": ("position: 100,", "position: 140,", "less than or equal to 100|140"),
    "two on a day": ("actor: corvia, issue: territory, day: 2024-06-01",
                     "actor: auria, issue: territory, day: 2024-05-01", "'auria' has two positions on 'territory' of"),
    "upside down": ("leverage: [60, 100]", "leverage: [100, 60]", r"leverage \[100, 60\]: allowed is \[low, high\]"),
    "no stake": ("  - {actor: corvia, salience", BELMARK_TOO, "who has no stake; add salience"),
    "both sides": ("others: [belmark]", "others: [belmark, corvia]", "'corvia' is the donor and among the others"),
    "late": ("day: 2024-06-20", "day: 2024-07-20", "after as_of 2024-06-30"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_positions_file_is_one_clear_error(name: str, tmp_path: Path) -> None:
    old, new, said = BROKEN[name]
    folder = tmp_path / "case"
    shutil.copytree(load_case("borderland").folder, folder)
    text = (folder / "positions.yaml").read_text()
    assert text.count(old) == 1
    (folder / "positions.yaml").write_text(text.replace(old, new))
    with pytest.raises(CaseError, match=said) as caught:
        load_case(folder)
    assert "positions.yaml" in str(caught.value)


def test_a_stake_without_salience_says_so():
    with pytest.raises(ValueError, match="allowed is"):
        Stake.model_validate({"actor": "a", "salience": [0, 0], "leverage": [1, 2], "sources": ["s"]})
