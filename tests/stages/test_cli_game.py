"""`contactline game`: what it prints and writes, and what it refuses before it computes anything."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from contactline.case.load import load_case
from contactline.choice.efg import from_efg, write_efg
from contactline.choice.equilibria import solve
from contactline.choice.settlement_game import LIMITED, MAXIMAL, Offer, Seats, Threat, settlement_game
from contactline.core.errors import InputError
from contactline.faces.cli.app import app

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
    gambit = pytest.importorskip(
        "pygambit", reason="pygambit has no wheel for this machine; it is in the dev group"
    )
    theirs = gambit.read_efg(str(path))
    nash = gambit.nash.enumpure_solve(theirs).equilibria
    paid = [[float(one.payoffs[player]) for player in theirs.players] for one in nash]
    for own in values:  # every sequential equilibrium is Nash
        assert min(max(abs(a - b) for a, b in zip(own, one, strict=True)) for one in paid) < 1e-6


def test_gambit_reads_the_game_of_the_reference_case_with_all_its_proposals(tmp_path):
    """The tree that `play` builds from the case's own names, with pay-offs that cost no simulation."""
    gambit = pytest.importorskip(
        "pygambit", reason="pygambit has no wheel for this machine; it is in the dev group"
    )
    case = load_case("ukraine_2025").case
    players = {actor.id: actor.name for actor in case.actors if actor.role in ("challenger", "defender")}
    players = {"usa": "United States"} | players
    paid = {kind: dict.fromkeys(players, 1.0) for kind in (LIMITED, MAXIMAL)}
    offers = [
        Offer(p.id, p.name, paid, paid, paid, guarantor="usa", resolute=0.3, stake=1.0)
        for p in case.proposals
    ]
    game = settlement_game(
        case.title, Seats(players, "usa", case.defender.id, case.challenger.id), offers, 0.4,
        Threat(dict.fromkeys(players, -1.0)),
    )  # fmt: skip
    write_efg(game, tmp_path / "game.efg")
    theirs = gambit.read_efg(str(tmp_path / "game.efg"))
    again = from_efg(theirs.to_efg())  # Gambit's own writing, read by ours
    assert [p.children for p in again.tree.places] == [p.children for p in game.tree.places]
    assert again.tree.payoffs == pytest.approx(game.tree.payoffs)


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
