"""Every command that prints tables, at 60, 80 and 120 columns: each figure is whole, or its column is named.

What a command hands to the printer is compared with what stands on the screen, and the numbers on a narrow screen with
those of one that is wide enough for everything.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console
from typer.main import get_command
from typer.testing import CliRunner

from contactline.case.load import load_case
from contactline.core import screen
from contactline.faces.cli.app import app
from contactline.faces.cli.backtest import print_bars, print_scores, print_summary
from contactline.service.assess import assess
from contactline.service.session import Session
from contactline.topics.store import save
from contactline.topics.trust.make.scores import saved_scores

WIDTHS = (60, 80, 120)
WIDE = 1000
ARGUMENT = re.compile(r"…[0-9a-f]{6}")
"""A long argument of a node, which `contactline graph` names by a digest."""
NUMBER = re.compile(r"\d[\d,.]*\d|\d")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small saved run of two proposals."""
    folder = tmp_path_factory.mktemp("widths") / "run"
    save(assess("borderland", draws=200, proposals=("mediator_plan", "plain_freeze")), folder)
    return folder


COMMANDS = {
    "front": ["front"],
    "front between": ["front", "--from", "2025-08-31", "--to", "2025-09-30"],
    "report": ["report", "{run}"],
    "compare": ["compare", "{run}", "{other}"],
    "deal list": ["deal", "list"],
    "deal show": ["deal", "show", "us_28"],
    "deal compare": ["deal", "compare", "us_28", "european_counter", "istanbul_memorandum"],
    "support show": ["support", "show"],
    "support path": ["support", "path", "us_intelligence_cut"],
    "support compare": ["support", "compare", "borderland", "--draws", "100"],
    "positions": ["positions", "--draws", "50"],
    "events": ["events"],
    "history fit": ["history", "fit"],
    "history show": ["history", "show"],
    "history score": ["history", "score"],
    "claims": ["claims", "--run", "{run}"],
    "claims quantities": ["claims", "--quantities"],
    "choice": ["choice", "--run", "{run}"],
    "choice pair": [
        "choice", "borderland", "--x", "war.belt_resistance", "--y", "war.collapse_rate", "--points", "9",
        "--draws", "100",
    ],
    "game": ["game", "borderland", "--draws", "2000", "--weeks", "52"],
    "case show": ["case", "show"],
    **{f"case show {part}": ["case", "show", "ukraine_2025", part] for part in (
        "actors", "objectives", "guarantees", "calendar", "analogues", "beliefs", "positions",
        "benchmarks",
    )},
    "case show proposal": ["case", "show", "ukraine_2025", "us_28"],
    "data status": ["data", "status"],
    "graph": ["graph", "--case", "borderland"],
    "graph belief": ["graph", "war.collapse_rate", "--case", "borderland"],
    "models": ["models"],
}  # fmt: skip


def once(ask):
    """`Session.ask`, whose answers are kept: the same command prints the same tables at every width."""
    kept = {}

    def asked(self, question, scenario=None):
        key = repr((question, scenario))
        if key not in kept:
            kept[key] = ask(self, question, scenario)
        return kept[key]

    return asked


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with two beliefs held."""
    folder = tmp_path_factory.mktemp("widths") / "other"
    held = {"war.collapse_rate": 0.4, "truce.history_war": (0.1, 0.2)}
    save(assess("borderland", draws=200, proposals=("mediator_plan", "plain_freeze"), held=held), folder)
    return folder


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_cuts_no_figure(name: str, run: Path, other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [part.format(run=run, other=other) for part in COMMANDS[name]]
    tables: list[tuple[list[screen.Column], list[list[str]], screen.Layout]] = []
    chosen = screen.layout_of

    def noted(columns, rows, width, **more):
        layout = chosen(columns, rows, width, **more)
        tables.append((columns, [[cell.plain for cell in row] for row in rows], layout))
        return layout

    monkeypatch.setattr(screen, "layout_of", noted)
    monkeypatch.setattr(Session, "ask", once(Session.ask))
    shown = {}
    for width in (WIDE, *WIDTHS):
        tables.clear()
        monkeypatch.setenv("COLUMNS", str(width))
        said = CliRunner().invoke(app, command)
        assert said.exit_code == 0, said.output
        shown[width] = said.stdout
        # The screen of a run is laid out at several sizes, of which one is printed.
        check_screen(said.stdout, tables, width, once_each=name == "report")
    for width in WIDTHS:
        strange = numbers(shown[width]) - numbers(shown[WIDE])
        assert not strange, f"at {width} columns {strange} stand where no such number is"


def numbers(text: str) -> set[str]:
    """The numbers on a screen, without the count of judgements that had no room."""
    return set(NUMBER.findall(re.sub(r"\(\d+\s+more\s+judgements\)", "", text)))


def check_screen(text: str, tables: list, width: int, *, once_each: bool) -> None:
    """Every figure that was handed to the printer stands in the text, in as many places (or in one)."""
    lines = text.splitlines()
    flat = " ".join(text.split())
    assert "…" not in ARGUMENT.sub("", flat) or width == WIDE
    stand = Counter(bare(flat))
    wanted: Counter[str] = Counter()
    for columns, rows, layout in tables:
        for k, column in enumerate(columns):
            if column.head in layout.left_out:
                assert column.drop, f"{column.head} may not be left out"
                assert "No room for:" in flat and column.head in flat
            elif not column.words:
                assert all(row[k] in flat for row in rows), column.head
                wanted.update(part for row in rows for part in bare(row[k]))
    if once_each:
        wanted = Counter(set(wanted))
    assert not wanted - stand, f"cut or lost at {width} columns: {wanted - stand}"
    if width >= 80:
        assert max(map(len, lines)) <= max(width, 80) or width == WIDE or any("/" in line for line in lines)


def bare(text: str) -> list[str]:
    """Words without the marks around them."""
    return [word.strip("(),;:“”") for word in text.split()]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_scores_of_a_backtest_are_whole(width: int) -> None:
    """The printing functions on the saved backtest: a run takes minutes."""
    tables, _ = saved_scores(load_case("ukraine_2025"))
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None)
    print_summary(console, tables["backtest_summary"])
    print_bars(console, tables["backtest_bars"])
    for name in ("backtest_places", "backtest_places_bands"):
        print_scores(console, name, tables[name])
    parts = stream.getvalue().split()
    summary = tables["backtest_summary"]
    assert all(f"{value:,.0f}" in parts for value in summary["crps"])
    assert all(str(value) in " ".join(parts) for value in tables["backtest_bars"]["got"])


def test_a_query_prints_its_figures_whole(tmp_path: Path) -> None:
    """The table of `sql`, on frames as it gets them."""
    from contactline.faces.cli.data import _print_rows

    frame = pd.DataFrame(
        {f"column_{k}": [1234567.25 + k, 0.125] for k in range(9)} | {"day": [pd.Timestamp("2025-12-07")] * 2}
    )
    for width in WIDTHS:
        stream = io.StringIO()
        rows = [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
        _print_rows(Console(file=stream, width=width), "2 row(s)", rows, tuple(frame.columns))
        parts = stream.getvalue().split()
        assert all(f"1,234,56{7 + k}" in parts for k in range(3)) and parts.count("2025-12-07") == 2


def test_every_command_that_prints_tables_is_tried() -> None:
    """The others print lines, or are tried above by their printing functions (assess prints as report does)."""
    others = {
        "assess", "sql", "version", "backtest", "case validate", "case new", "case fork", "case build", "data import",
        "data fetch", "history build",
    }  # fmt: skip
    tried = {
        leaf
        for leaf in leaves(get_command(app))
        for own in COMMANDS.values()
        if " ".join(own).startswith(leaf)
    }
    assert set(leaves(get_command(app))) - tried == others


def leaves(group, prefix: str = "") -> Iterator[str]:
    """Every command with the groups it stands in."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaves(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}"
