"""`contactline game`: what it prints and writes, and what it refuses before it computes anything."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from contactline.choice.efg import from_efg
from contactline.choice.equilibria import solve
from contactline.cli import app
from contactline.core.errors import InputError

RUN = ["game", "borderland", "--draws", "2000", "--weeks", "156"]


def test_the_game_is_solved_and_the_file_says_the_same(tmp_path):
    path = tmp_path / "border.efg"
    result = CliRunner().invoke(app, [*RUN, "--json", "--efg", str(path), "--discount", "corvia=0.9"])
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout[result.stdout.index("{") :])
    ours = {row["player"]: row["value"] for row in content["game_values"] if row["equilibrium"] == 1}
    assert list(ours) == ["corvia", "belmark", "auria"]
    game = from_efg(path.read_text())
    assert list(game.players.values()) == ["Corvia", "Belmark", "Auria"]
    # Nine digits in the file leave no more than that of difference.
    values = [list(one.payoffs.values()) for one in solve(game).equilibria]
    assert min(max(abs(a - b) for a, b in zip(own, ours.values(), strict=True)) for own in values) < 1e-6


def test_the_screen_names_the_ending_and_who_does_what():
    result = CliRunner().invoke(app, RUN)
    assert result.exit_code == 0, result.output
    assert "so: " in result.output and "Gain over fighting on" in result.output
    assert "Belmark" in result.output


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (["--discount", "russia"], r"got 'russia'; allowed is ACTOR=RATE"),
        (["--discount", "russia=1.4"], "at most 1"),
        (["--discount", "=0.9"], "ACTOR=RATE"),
        (["--efg", "game.txt"], r"allowed is \.efg"),
        (["--efg", "nowhere/game.efg"], "create it first"),
    ],
)
def test_what_is_refused_before_anything_runs(extra, said):
    result = CliRunner().invoke(app, ["game", "borderland", *extra])
    assert isinstance(result.exception, InputError)
    with pytest.raises(InputError, match=said):
        raise result.exception
