"""The main job on both cases: every table is there and fits its dictionary, the same seed gives the same bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import contactline as cl
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.frame import checked
from contactline.core.keep import Store
from contactline.engine.courses import OUTCOMES
from contactline.faces.report.graph_picture import picture
from contactline.faces.report.html import write_report
from contactline.service.assess import assess
from contactline.service.opened import opened_graph
from contactline.service.questions.assessed import Assess
from contactline.service.questions.graph import Dependence
from contactline.topics.quantiles import spread
from contactline.topics.store import save
from contactline.topics.tables import TABLES, declared


@pytest.fixture(scope="module")
def built_in():
    return assess("ukraine_2025", draws=600, weeks=260)


@pytest.fixture(scope="module")
def session():
    """A session that remembers in memory alone."""
    return cl.Session(graph=opened_graph(Store()))


@pytest.fixture(scope="module")
def invented(session):
    return session.ask(Assess(), cl.Scenario(case="borderland", sets=4)).value


def test_the_picture_of_the_graph_in_the_docs_is_that_of_a_run(invented, session):
    drawn = picture(session.ask(Dependence(), cl.Scenario(case="borderland")).value)
    page = Path(__file__).parents[2] / "docs" / "graph.svg"
    assert page.read_text(encoding="utf-8") == drawn, "see docs/graph.md for how it is drawn again"


def test_the_built_in_case_gives_every_table_of_the_report(built_in):
    expected = {
        "front_monthly", "area_history", "line_history", "gain_fan", "objectives", "price", "deals", "clauses",
        "truce", "courses", "breakeven", "breakeven_curve", "verdict", "backtest_summary", "backtest_bars",
        "backtest_pit", "losses_history", "losses_fan", "cells", "outlines", "settlements", "places", "assumptions",
        "references", "benchmarks",
    }  # fmt: skip
    assert expected <= set(built_in.tables)
    for name, frame in built_in.tables.items():
        pd.testing.assert_frame_equal(checked(declared(name), frame), frame)


@pytest.mark.parametrize("run", ["built_in", "invented"])
def test_every_bounded_column_lies_within_its_bounds_and_no_key_stands_twice(
    run: str, request: pytest.FixtureRequest
):
    """Looked at here without the check that the stages hand over by."""
    for name, frame in request.getfixturevalue(run).tables.items():
        assert not frame.duplicated(list(TABLES[name].key)).any(), name
        for column in frame:
            declared = TABLES[name].column(column)
            if declared.kind in ("number", "whole"):
                values = frame[column].to_numpy(dtype=float)
                assert declared.optional or not np.isnan(values).any(), (name, column)
                known = values[~np.isnan(values)]
                assert ((known >= declared.low) & (known <= declared.high)).all(), (name, column)


@pytest.mark.parametrize("run", ["built_in", "invented"])
def test_no_outcome_is_a_rest_of_floating_point(run: str, request: pytest.FixtureRequest):
    ensemble = request.getfixturevalue(run).ensemble
    for outcome, (_, unit) in OUTCOMES.items():
        values = ensemble[outcome].to_numpy()
        assert (values >= 0).all(), outcome
        for truth in (0.0, 1.0) if unit == "share" else (0.0,):
            off = np.abs(values - truth)
            assert not ((off > 0) & (off < 1e-6)).any(), (outcome, truth)


def test_a_war_that_takes_all_leaves_nothing_held_and_no_less(invented):
    held, belt = invented.ensemble["km2_held"].to_numpy(), invented.ensemble["belt_held"].to_numpy()
    assert (held == 0).any() and (belt == 0).any() and (belt == 1).any()


def test_every_row_says_whose_it_is(built_in):
    case, tables = built_in.case, built_in.tables
    values = next(v for v in case.values if v.actor == case.defender.id and v.default)
    for name in ("aims", "timing", "morale"):
        assert set(tables[name]["actor"]) == {values.actor}, name
        assert set(tables[name]["viewpoint"]) == {values.viewpoint}, name
    carried = {
        p.id: p.guarantee or "none" for p in case.proposals if p.id in set(tables["deals"]["proposal"])
    }
    truce = tables["truce"].set_index(["proposal", "variant"])["guarantee"]
    for proposal, guarantee in carried.items():
        assert truce[proposal, "as_written"] == guarantee
        assert truce.get((proposal, "no_guarantee"), "none") == "none"
    for name in ("deterrence", "own_forces"):
        found = tables[name].set_index("proposal")["guarantee"]
        assert dict(zip(found.index, found, strict=True)) == carried, name
    assert set(tables["loss_sources"]["side"]) == {case.challenger.id}
    summary = tables["range_summary"]
    assert set(summary["defender"]) == {"ukraine"} and set(summary["defender_viewpoint"]) == {
        values.viewpoint
    }


def test_what_is_handed_over_is_what_is_left_of_the_region(built_in):
    price = built_in.tables["price"].set_index("proposal")
    areas = cl.load_case("ukraine_2025").evidence("areas")
    last = areas[(areas["series"] == "deepstate") & (areas["date"] == "2025-12-07")].set_index("region")[
        "km2"
    ]
    sizes = cl.load_case("ukraine_2025").evidence("regions").set_index("region")["km2"]
    assert price.loc["us_28", "km2"] == pytest.approx(sizes["donetsk"] - last["donetsk"], rel=1e-9)


def test_chances_never_fall_with_time_and_the_whole_takes_longer_than_its_parts(built_in):
    table = built_in.tables["objectives"]
    chances = table[[f"p_{weeks}" for weeks in (26, 52, 104, 156, 260)]].to_numpy()
    assert np.all(np.diff(chances, axis=1) >= 0)
    headline = table[table["model"] == "headline"].set_index("objective")
    assert headline.loc["donetsk_rest", "p_260"] <= headline.loc["pokrovsk", "p_260"]


def test_the_map_agrees_with_the_measured_holders(built_in):
    cells = built_in.tables["cells"]
    held, free = cells[cells["holder_now"] == 1], cells[cells["holder_now"] == 0]
    assert held["p_26"].mean() > 0.99 and free["p_26"].mean() < 0.1
    means = [free[f"p_{weeks}"].mean() for weeks in (26, 52, 104)]
    assert means == sorted(means)
    assert (cells["after_freeze_on_line"] == cells["holder_now"]).all()


def test_what_a_place_opens_is_a_paired_difference(built_in):
    table = built_in.tables["opens"]
    assert {"main_region", "belts"} == set(table["target"])
    assert table["difference"].to_numpy() == pytest.approx((table["given"] - table["denied"]).to_numpy())
    assert (table["low"] <= table["difference"]).all() and (table["difference"] <= table["high"]).all()


def test_every_judgement_keeps_likelihood_and_confidence_apart(built_in):
    assert len(built_in.judgements) >= 4
    for judgement in built_in.judgements:
        assert "confidence" not in judgement.sentence.casefold()


def test_the_ensemble_says_its_units_and_holds_every_outcome(built_in):
    ensemble = built_in.ensemble
    assert set(OUTCOMES) <= set(ensemble.data_vars)
    assert ensemble["gain"].attrs["units"] == "km2"
    assert ensemble.sizes["draw"] == 600


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.json"
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        result = assess("borderland", draws=100, weeks=260, seed=seed)
        save(result, tmp_path / name)
        if name != "c":
            write_report(result, tmp_path / name, figures=False)
    a, b, c = (digests(tmp_path / name) for name in "abc")
    a.pop("report.html"), b.pop("report.html")  # the page shows how long each stage took
    assert a == b
    assert a["results.nc"] != c["results.nc"]


def test_a_case_without_extras_is_assessed_all_the_same(invented):
    assert invented.case.invented
    assert {"deals", "courses", "verdict"} <= set(invented.tables)


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"case": "ukrain_2025"}, UnknownNameError, "did you mean ukraine_2025"),
        ({"proposals": ["us28"]}, UnknownNameError, "did you mean us_28"),
        ({"support_path": "us_inteligence_cut"}, UnknownNameError, "did you mean us_intelligence_cut"),
        ({"draws": 10}, InputError, "--draws: got 10; allowed is a whole number from 100 up"),
        ({"weeks": 5}, InputError, "--weeks: got 5; allowed is a whole number from 260 to 1040"),
        ({"seed": -1}, InputError, "seed: got -1"),
    ],
)
def test_bad_arguments_are_refused_with_what_is_allowed(changes: dict, error: type, text: str):
    arguments = {"case": "ukraine_2025", "draws": 100, "weeks": 260} | changes
    with pytest.raises(error, match=text):
        assess(arguments.pop("case"), **arguments)


def test_a_quantile_among_draws_that_never_end_is_beyond_the_horizon():
    values = np.array([1.0, 2.0, 3.0, np.inf, np.inf])
    found = spread(values, "week")
    assert found["week_q10"] == 2.0 and found["week_q50"] == 3.0
    assert np.isnan(found["week_q90"])
