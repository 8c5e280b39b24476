"""Event studies: placebos behave under no effect, a planted effect is found, and what cannot be said is not said."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from contactline.case.load import load_case
from contactline.core.errors import CaseError
from contactline.support.event_study import elasticity_range, study
from contactline.topics.allies.make import event_tables, event_weeks


def noise(seed: int, weeks: int = 240) -> np.ndarray:
    """A mean-reverting weekly series : ndarray[week]."""
    rng = np.random.default_rng(seed)
    out = np.zeros(weeks)
    for week in range(1, weeks):
        out[week] = 0.6 * out[week - 1] + rng.standard_t(4)
    return 80 + 15 * out


def test_without_an_effect_p_values_are_uniform():
    rng = np.random.default_rng(0)
    p = []
    for seed in range(250):
        start = int(rng.integers(20, 150))
        p.append(study(noise(seed, 160), start, start + 8).p_value)
    assert stats.kstest(p, "uniform").pvalue > 0.01
    assert 0.05 < np.mean(np.array(p) <= 0.1) < 0.16


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_effect_is_found_and_measured(seed: int):
    series = noise(seed)
    series[150:162] += 120
    found = study(series, 150, 162)
    plain = study(noise(seed), 150, 162)
    assert found.effect == pytest.approx(plain.effect + 120)
    assert found.p_value <= 0.05 and found.verdict == "differs from placebo"


def test_the_range_covers_the_planted_effect_about_nine_times_in_ten():
    covered = []
    for seed in range(150):
        series = noise(seed)
        series[150:162] += 120
        found = study(series, 150, 162)
        covered.append(found.low < 120 < found.high)
    assert 0.8 < np.mean(covered) < 0.97


def test_effect_and_placebos_in_closed_form():
    series = np.concatenate([np.zeros(50), np.ones(50)])
    found = study(series, 50, 60)
    assert (found.before, found.during, found.effect, found.baseline_weeks) == (0, 1, 1, 10)
    assert np.all(found.placebo == 0) and found.smallest_visible == 0
    assert found.p_value == 1 / (1 + len(found.placebo))
    assert len(found.placebo) == 81 - 39  # windows from week 10 to 90, less those that touch weeks 40 to 59
    assert found.independent == 4


def test_units_scale_and_a_level_shift_changes_nothing():
    series = noise(3)
    one, two = study(series, 100, 110), study(5 * series + 1000, 100, 110)
    assert two.effect == pytest.approx(5 * one.effect)
    assert two.p_value == one.p_value and two.independent == one.independent


def test_what_is_not_identified_says_why():
    series = noise(1)
    assert "too short (fewer than 4)" in study(series, 100, 102).reasons[0]
    assert "lies off this map" in study(series, 100, 110, on_map=False).reasons[0]
    few = study(series[:120], 40, 60)
    assert few.reasons == ("the record holds 1 independent placebo window (fewer than 5)",)
    none = study(series[:90], 40, 60)
    assert np.isfinite(none.effect) and np.isnan(none.p_value) and "holds 0 independent" in none.reasons[0]
    assert "does not cover" in study(series, 3, 12).reasons[0]
    gone = series.copy()
    gone[95:110] = np.nan
    hidden = study(gone, 100, 110)
    assert np.isnan(hidden.effect) and "does not cover" in hidden.reasons[0] and np.isnan(hidden.p_value)
    confounded = study(series, 100, 110, confounders=["an offensive ended"])
    assert (
        confounded.reasons == ("confounder: an offensive ended",) and confounded.verdict == "not identified"
    )
    assert study(series, 100, 110).identified


def test_the_elasticity_left_possible_in_closed_form():
    series = np.full(200, 100.0)
    series[100:110] = 150.0
    low, high = elasticity_range(study(series, 100, 110), (0.5, 0.5))
    assert low == high == pytest.approx(np.log(1.5) / 0.5)  # tempo × exp(−η·(−0.5)) = 1.5
    wide = elasticity_range(study(noise(1), 100, 110), (0.2, 0.4))
    assert wide[0] < 0 < wide[1]
    assert elasticity_range(study(-series, 100, 110), (0.5, 0.5)) == (-np.inf, np.inf)


def test_no_shock_of_the_reference_case_is_identified_and_each_says_why():
    loaded = load_case("ukraine_2025")
    tables = event_tables(loaded)
    events = tables["events"].set_index(["event", "series"])
    assert len(events) == 3 * len(loaded.case.events)
    assert (events["verdict"] == "not identified").all() and (events["reasons"] != "").all()
    pause = events.loc[("us_pause_march_2025", "isw"), "reasons"]
    assert "off this map" in pause and "too short" in pause and "Seven tenths" in pause
    assert np.isnan(events.loc[("us_funding_gap", "deepstate"), "effect"])  # that map begins in July 2024
    gap = events.loc[("us_funding_gap", "isw")]
    assert gap["independent"] == 1 and np.isnan(gap["eta_low"]) and np.isnan(gap["eta_high"])
    counted = tables["event_placebos"].groupby(["event", "series"]).size()
    assert counted.to_dict() == events.loc[events["placebos"] > 0, "placebos"].to_dict()


def test_the_weeks_of_an_event_are_those_it_touches():
    loaded = load_case("ukraine_2025")
    ends = np.arange(np.datetime64("2025-02-02"), np.datetime64("2025-04-06"), 7)
    event = next(e for e in loaded.case.events if e.id == "us_pause_march_2025")
    start, stop = event_weeks(event, loaded.case, ends)
    assert [str(day) for day in ends[start:stop]] == ["2025-03-09", "2025-03-16"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("end: 2023-06-25", "end: 2023-01-25", "end 2023-01-25 lies before start 2023-03-06"),
        (
            "start: 2023-03-06",
            "start: 2024-09-06\n    capability: x",
            "lies before start|unknown capability 'x'",
        ),
        ("expected: faster", "expected: quicker", "'faster', 'slower' or 'either'"),
        (
            "expected: faster",
            "expected: faster\n    adequacy_drop: [0.1, 0.2]",
            "adequacy_drop needs the `capability`",
        ),
        ("end: 2023-06-25", "end: 2025-06-25", "leave `end` out for a shock that goes on"),
    ],
)
def test_a_broken_event_is_one_clear_error(old: str, new: str, said: str, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(load_case("borderland").folder, folder)
    text = (folder / "events.yaml").read_text()
    (folder / "events.yaml").write_text(text.replace(old, new))
    with pytest.raises(CaseError, match=said) as caught:
        load_case(folder)
    assert "events.yaml" in str(caught.value)
