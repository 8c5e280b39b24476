"""docs/cohesion.md and docs/events.md give the code's own figures."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from contactline.case.load import load_case
from contactline.core.errors import InputError, UnknownNameError
from contactline.core.streams import Streams
from contactline.faces.cli import positions as cli_positions
from contactline.topics.allies.make import cohesion_tables, event_tables

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    loaded = load_case("ukraine_2025")
    return {**cohesion_tables(loaded.case, Streams(0)), **event_tables(loaded)}


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    made = typer.Typer()
    made.command("positions")(cli_positions.positions_command)
    made.command("events")(cli_positions.events_command)
    return made


def cells(page: str, first: str) -> list[str]:
    """The cells of the page's table row that begins with `first`."""
    text = (DOCS / page).read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| {re.escape(first)} \| (.*) \|$", text, flags=re.MULTILINE)
    return [cell.strip() for cell in row.split("|")]


def test_every_shock_and_series_of_the_page_is_the_codes(tables: dict[str, pd.DataFrame]) -> None:
    text = (DOCS / "events.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*) \|$", text, flags=re.MULTILINE)
    assert len(shown) == len(tables["events"])
    rows = tables["events"].set_index(["event", "series"])
    for event, series, rest in shown:
        row = rows.loc[(event, series)]
        figures = ("weeks", "before", "during", "effect", "smallest_visible", "p_value", "independent")
        for name, cell in zip(figures, rest.split("|"), strict=True):
            said = cell.strip().replace(",", "").replace("−", "-")
            places = 2 if name == "p_value" else 0
            expected = "–" if np.isnan(row[name]) else f"{row[name]:.{places}f}"
            assert said == expected, (event, series, name)
    assert (
        tables["events"][["eta_low", "eta_high"]].isna().all(axis=None)
    )  # "what the data say about η: nothing"


def test_outcomes_and_the_wedge_of_the_page_are_the_codes(tables: dict[str, pd.DataFrame]) -> None:
    free = tables["bargaining"].query("variant == 'free'").set_index(["issue", "model"])["outcome_q50"]
    for issue in free.index.unique("issue"):
        models = ("median", "mean", "challenge", "challenge_code", "smp")
        assert cells("cohesion.md", f"`{issue}`") == [f"{free[issue, model]:.0f}" for model in models]
    wedge = tables["wedge"].query("years == 2").set_index("where")
    text = " ".join((DOCS / "cohesion.md").read_text(encoding="utf-8").split())
    at = {where: f"{100 * wedge.loc[where, 'chance_mean']:.0f}%" for where in wedge.index}
    today = wedge.loc["today", "distance"]
    assert (
        f"{at['together']} of draws at distance 0, {at['today']} at today's distance of {today:.0f} points, "
        f"{at['half']} at 50 and {at['apart']} at 100" in text
    )


def test_commands_of_the_pages_run(app: typer.Typer) -> None:
    pages = "".join((DOCS / page).read_text(encoding="utf-8") for page in ("cohesion.md", "events.md"))
    commands = re.findall(r"^\$ contactline ([^#\n]*)", pages, flags=re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        result = CliRunner().invoke(app, shlex.split(command))
        assert result.exit_code == 0, f"{command}: {result.output}"


def test_json_holds_whole_tables_with_iso_days(app: typer.Typer) -> None:
    content = json.loads(
        CliRunner().invoke(app, ["positions", "borderland", "--json", "--draws", "20"]).output
    )
    assert set(content) == {"positions", "movement", "division", "bargaining", "wedge"}
    assert content["division"] == []  # one supporter alone cannot be divided
    assert content["positions"][0]["day"] == "2024-05-01"
    events = json.loads(CliRunner().invoke(app, ["events", "borderland", "--json"]).output)["events"]
    assert {row["verdict"] for row in events} <= {"not identified", "no effect seen", "differs from placebo"}


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        (["positions", "--issue", "teritory"], UnknownNameError, "did you mean territory"),
        (["positions", "--draws", "3"], InputError, "--draws: got 3; allowed is a whole number from 10 up"),
        (["events", "ukrain_2025"], UnknownNameError, "ukraine_2025"),
    ],
)
def test_errors_of_the_commands(app: typer.Typer, words: list[str], kind: type[Exception], said: str) -> None:
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, kind) and said in str(result.exception)


def test_a_gain_turns_the_wedge_into_land() -> None:
    case = load_case("borderland").case
    gain = np.full(500, 1000.0)
    valued = cohesion_tables(case, Streams(0), draws=10, gain_if_cut=gain)["wedge"]
    two = valued[valued["years"] == 2].set_index("where")
    assert abs(two.loc["today", "value_q50"]) < 1e-9
    assert two.loc["apart", "value_q50"] > two.loc["half", "value_q50"] > 0 > two.loc["together", "value_q50"]
    rise = two.loc["apart", "chance_mean"] - two.loc["today", "chance_mean"]
    assert two.loc["apart", "value_q50"] == pytest.approx(1000 * rise, rel=0.1)
    assert valued.loc[valued["years"] != 2, "value_q50"].isna().all()
