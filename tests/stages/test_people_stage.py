"""Tables on people and salients of a real run: they fit their dictionary and say true things about it."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from contactline.case.load import load_case
from contactline.case.scenario import Scenario
from contactline.core.errors import InputError
from contactline.core.frame import checked
from contactline.engine.outlook import Outlook
from contactline.engine.run import Run
from contactline.service.opened import opened, opened_graph
from contactline.topics.fighting.make.people import (
    collapse_table,
    losses_tables,
    sources_table,
    strength_table,
)
from contactline.topics.fighting.make.salients import SURROUNDINGS, salient_table
from contactline.topics.tables import declared
from contactline.topics.trust.make.scores import FOLDER, saved_scores


@pytest.fixture(scope="module")
def run() -> Run:
    return opened(opened_graph(), Scenario(sets=6, weeks=104))


def test_every_table_fits_its_dictionary(run: Run):
    tables = losses_tables(run.loaded, run.outlook, run.streams) | saved_scores(run.loaded)[0]
    assert {"loss_sources", "strength", "collapse", "losses_history", "backtest_places"} <= set(tables)
    for name, frame in tables.items():
        checked(declared(name), frame)


def test_a_case_without_usable_readings_has_no_table_of_sources(run: Run):
    losses = run.loaded.evidence("losses")
    bare = SimpleNamespace(case=run.loaded.case, evidence=lambda _name: losses[losses["side"] == "nobody"])
    assert sources_table(bare) is None
    assert len(sources_table(run.loaded)) > 5


def test_collapses_add_ground_and_their_chance_grows(run: Run):
    table = collapse_table(run.outlook)
    assert table["week"].tolist() == [52, 104]
    assert table["p_collapse"].is_monotonic_increasing and (table["added_q10"] > 0).all()
    assert (table["p_collapse"] >= table["p_strength_off"]).all()
    futures = run.outlook.futures
    none = collapse_table(Outlook(futures.holding(collapse_luck=1e9).reads))
    assert (
        (none["p_collapse"] == 0).all() and (none["added_mean"] == 0).all() and none["added_q50"].isna().all()
    )


def test_strength_stands_at_today_where_nothing_flows(run: Run):
    table = strength_table(run.loaded.case, run.outlook, run.streams)
    own = table[table["side"] == run.loaded.case.defender.id]
    path = run.outlook.futures.strength[:, own["week"].to_numpy() - 1]
    assert own["q50"].to_numpy() == pytest.approx(np.median(path, axis=0))
    assert own["p_below_80"].to_numpy() == pytest.approx((path < 0.8).mean(axis=0))
    assert set(table["side"]) == {run.loaded.case.challenger.id, run.loaded.case.defender.id}


def test_salients_shrink_only_for_their_holder(run: Run):
    table = salient_table(
        run.outlook.front(), run.reads.of(SURROUNDINGS), run.loaded.case, run.measured, (26, 104)
    )
    checked(declared("salients"), table)
    named = table[table["name"] != "all"]
    now = named[named["week"] == 0].set_index(["name", "side"])["q50"]
    assert (now >= 50.0).all() and len(now) >= 2
    for row in named.to_dict("records"):
        assert row["q90"] <= now[row["name"], row["side"]] + 1e-6
    everything = table[(table["name"] == "all") & (table["week"] == 0)]
    assert everything["q50"].sum() >= now.sum() - 1e-6


def test_a_saved_backtest_is_held_to_the_dictionary(tmp_path):
    loaded = load_case("ukraine_2025")
    folder = tmp_path / "ukraine_2025"
    shutil.copytree(loaded.folder, folder)
    moved = load_case(folder)
    assert set(saved_scores(moved)[0]) == set(saved_scores(loaded)[0]) != set()
    path = folder / FOLDER / "backtest_pit.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[-1]]) + "\n")
    with pytest.raises(InputError) as caught:
        saved_scores(moved)
    last = len(lines) - 2
    assert str(caught.value) == (
        f"{path}: table 'backtest_pit', row {last + 1} (model tempo, origin_date 2025-11-02, horizon 4) repeats row "
        f"{last}; each model + origin_date + horizon may stand once. Run `contactline backtest {folder} --what gains "
        "--save` again, or restore the file."
    )
