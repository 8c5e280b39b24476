"""The contributor's page names files and what they hold: both are there, in the order of the rooms."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^\|[^|]+\| `(src/[^`]+)` \| `([^`]+)` \|$", PAGE, re.M)
HABITS = re.findall(r"^\|[^|]+\| `(tests/[^`]+)` \|$", PAGE, re.M)


def rooms() -> list[str]:
    """The rooms of the house from the ground up, as the import contract declares them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["name"] == "rooms import one way")
    return [re.sub(r".*\.", "", room).strip(" ()") for layer in reversed(layers) for room in layer.split("|")]


def test_every_row_of_the_page_is_read() -> None:
    assert len(STEPS) + len(HABITS) == len(re.findall(r"^\|(?!---| step | habit )", PAGE, re.M)) > 20


@pytest.mark.parametrize(("path", "symbol"), STEPS)
def test_the_file_of_a_step_holds_what_it_names(path: str, symbol: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"(?<![\w.]){re.escape(symbol)}(?!\w)", text), f"{path} does not hold {symbol}"


@pytest.mark.parametrize("path", HABITS)
def test_the_test_of_a_habit_exists(path: str) -> None:
    assert (ROOT / path).is_file()


def test_the_steps_climb_from_room_to_room() -> None:
    order = {room: number for number, room in enumerate(rooms())} | {"cases": 0}
    floors = [order[path.split("/")[2]] for path, _ in STEPS]
    assert floors == sorted(floors)
