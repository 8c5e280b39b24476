"""Scores of the fitted history: the study's figures, rules that hold for any survival, what a split may know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from contactline.evidence.history.tables import SEVERITIES, TRUCES, checked_history, shipped, used
from contactline.score.history import (
    EDGES,
    SPLITS,
    calibration,
    constant_survival,
    kaplan_meier,
    known_by,
    mean_log_score,
    nearest,
    prior_survival,
    score_history,
)
from contactline.truce.breaks import Situation

TRUCE_TABLE = shipped()[TRUCES]
REFERENCE = Situation(True, 1, True, True, True, True)


@pytest.fixture(scope="module")
def scores() -> pd.Series:
    found = score_history(TRUCE_TABLE, np.random.default_rng(0))
    return found.set_index(["severity", "model", "split"])["log_score"].sort_index()


def test_the_study_s_scores(scores: pd.Series) -> None:
    """The study does not say its bins. On ours the fit and the old rate score what it reports, to .025."""
    study = {
        ("any", "fitted"): (-2.27, -2.06, -1.95), ("war", "fitted"): (-1.45, -1.28, -0.57),
        ("any", "prior"): (-2.54, -2.41, -2.24), ("war", "prior"): (-2.45, -2.25, -1.77),
    }  # fmt: skip
    for at, expected in study.items():
        assert scores[at].loc[list(SPLITS)].to_numpy() == pytest.approx(expected, abs=0.025)


def test_the_fit_beats_the_old_rate_everywhere_and_a_constant_rate_where_wars_broke_out(
    scores: pd.Series,
) -> None:
    """After 1985 no truce was followed by over 100 dead within the watch, and a constant rate near zero scores best."""
    for severity in SEVERITIES:
        assert (scores[severity]["fitted"] > scores[severity]["prior"]).all()
        assert (scores[severity]["fitted"] > scores[severity]["constant"]).loc[[1945, 1965]].all()
    assert scores["any"]["fitted"][1985] > scores["any"]["constant"][1985]
    assert scores["war"]["fitted"][1985] < scores["war"]["constant"][1985]


def test_no_covariate_earns_its_place_at_the_level_of_war(scores: pd.Series) -> None:
    assert (scores["war"]["fitted"] - scores["war"]["no_big"]).max() < 0.02
    assert (scores["war"]["free_big"] < scores["war"]["no_big"]).all()


def test_bins_and_the_watch_share_out_all_chance() -> None:
    """Over every bin in which one truce could break, the chances that are scored sum to one."""
    row = used(TRUCE_TABLE).head(1)
    chances = [
        np.exp(mean_log_score(row.assign(t_war=edge + 0.01, ev_war=1, w=1.0), "war", prior_survival()))
        for edge in EDGES
    ]
    assert sum(chances) == pytest.approx(1)
    watched = row.assign(t_war=7.0, ev_war=0, w=1.0)
    rate = constant_survival(row.assign(t_war=10.0, ev_war=1, w=1.0), "war")
    assert mean_log_score(watched, "war", rate) == pytest.approx(-0.7)


def test_what_is_known_by_a_day_is_a_table_of_its_own() -> None:
    day = pd.Timestamp(1945, 1, 1)
    rows = known_by(TRUCE_TABLE, day)
    checked_history(TRUCES, rows, "known by 1945")
    assert (rows["end"] < day).all() and (rows["cens_date"] <= day).all()
    assert ((day - rows["end"]).dt.days / 365.25 - rows["t_war"] > -1e-3).all()
    later = TRUCE_TABLE.copy()
    after = later["end"] >= day
    later.loc[after, ["t_any", "t_gt100", "t_war"]] = 0.05
    assert known_by(later, day).equals(rows)


def test_calibration_counts_what_happened() -> None:
    found = calibration(TRUCE_TABLE, np.random.default_rng(0)).set_index(["severity", "decade"])
    rows = used(TRUCE_TABLE)
    late = rows[rows["end"] >= pd.Timestamp(1900, 1, 1)]
    broke = late[(late["ev_war"] == 1) & (late["t_war"] <= 5)]["w"].sum()
    assert found.loc["war", "observed"].sum() == pytest.approx(broke)
    assert (found["q10"] <= found["q90"]).all()
    inside = (found["observed"] >= found["q10"] - 1e-9) & (found["observed"] <= found["q90"] + 1e-9)
    assert 0.5 < inside.mean() < 0.95


def test_kaplan_meier_is_that_of_a_table_one_can_count() -> None:
    rows = (
        used(TRUCE_TABLE)
        .head(4)
        .assign(t_war=[1.0, 2.0, 3.0, 4.0], ev_war=[1, 0, 1, 0], w=[0.5, 0.5, 1.0, 1.0])
    )
    left = kaplan_meier(rows, "war", np.array([0.5, 1.0, 2.5, 3.0, 9.0]))
    assert left == pytest.approx([1, 1 - 0.5 / 3, 1 - 0.5 / 3, (1 - 0.5 / 3) * 0.5, (1 - 0.5 / 3) * 0.5])


def test_the_nearest_case_to_a_row_is_the_row() -> None:
    for _, row in used(TRUCE_TABLE).iloc[::15].iterrows():
        own = Situation(
            bool(row["no_victor"]), int(row["prior_fatal_mids25"]), bool(row["post45"]), bool(row["rival_td"]),
            bool(row["major"]), bool(row["contig"]),
        )  # fmt: skip
        found = nearest(TRUCE_TABLE, own, 5)
        assert found["distance"].iloc[0] == pytest.approx(0) and found["distance"].is_monotonic_increasing
    closest = nearest(TRUCE_TABLE, REFERENCE)
    assert closest["war_name"].iloc[0] == "Taiwan Straits" and not closest.duplicated(["war", "spell"]).any()
