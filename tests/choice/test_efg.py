"""Gambit's text format: written, read back, and solved alike where Gambit is installed."""

from __future__ import annotations

import re
import time
from fractions import Fraction

import pytest

from contactline.choice.efg import from_efg, to_efg, write_efg
from contactline.choice.equilibria import solve
from contactline.choice.game import Chance, Decision, Game, Terminal
from contactline.core.errors import InputError

from . import catalogue
from .catalogue import TWO, end


def values(game):
    return sorted(tuple(one.payoffs.values()) for one in solve(game).equilibria)


@pytest.mark.parametrize("make", catalogue.ALL)
def test_a_game_survives_writing_and_reading(make):
    game = make()
    again = from_efg(to_efg(game))
    assert list(again.players.values()) == list(game.players.values())
    assert to_efg(again) == to_efg(game)
    assert [p.children for p in again.tree.places] == [p.children for p in game.tree.places]
    assert again.tree.payoffs == pytest.approx(game.tree.payoffs)
    assert [s.name for s in again.tree.infosets] == [s.name for s in game.tree.infosets]
    for ours, theirs in zip(values(game), values(again), strict=True):
        assert ours == pytest.approx(theirs)


def test_a_file_as_others_write_it_is_read():
    """Rational chances, payoffs without commas, outcomes by number, actions left out on the second mention."""
    text = """EFG 2 R "Hand \\"made\\"" { "Ann" "Bob" } "a comment"
    c "" 1 "(0,1)" { "x" 1/3 "y" 2/3 } 0
    p "" 1 1 "set" { "l" "r" } 1 "bonus" { 1 -1 }
    t "" 2 "win" { 10 0.5 }
    t "" 3 { 0, -2 }
    p "" 1 1 0
    t "" 2
    t "" 3"""
    game = from_efg(text)
    assert game.title == 'Hand "made"' and game.players == {"p1": "Ann", "p2": "Bob"}
    (found,) = solve(game).equilibria
    assert found.payoffs["p1"] == pytest.approx(
        11 / 3 + 20 / 3
    )  # the bonus on the way is paid where it was promised
    assert from_efg(to_efg(game)).title == game.title


def repeating() -> Game:
    """Endings, draws, players and actions of like names, as the game of a settlement has them, and odd characters."""

    def answer(first: str) -> Decision:
        same = Chance(
            "luck", (("heads", 0.5, end(1, 2)), ("tails", 0.5, Terminal({"p1": 3.0}, "war goes on")))
        )
        return Decision("p2", f"{first}: answer", (("yes", same), ("no", Terminal({}, "war goes on"))))

    ways = tuple((way, answer(way)) for way in ('a \\ "b"', "a  b", "a b"))
    return Game("Like names", {"p1": "One", "p2": "One"}, Decision("p1", "offer", ways))


def test_labels_that_stand_again_are_written_apart():
    text = to_efg(repeating())
    labels = [
        re.search(r'"((?:[^"]|(?<=\\)")*)"', line)[1] for line in text.splitlines()[3:] if line[0] in "ct"
    ]
    assert len(set(labels)) == len(labels) == 12
    assert "war goes on" in labels and "war goes on (6)" in labels
    again = from_efg(text)
    assert to_efg(again) == text
    assert list(again.players.values()) == ["One", "One (2)"]
    assert [b[0] for b in again.root.branches] == ['a / "b"', "a b", "a b (2)"]


def test_an_information_set_is_told_by_player_and_number_not_by_its_label():
    """Two players name a set alike, one player names two alike, a third has no name and another takes its stand-in."""
    text = """EFG 2 R "x" { "A" "B" }
    p "" 1 1 "offer" { "y" "n" } 0
    p "" 2 1 "offer" { "l" "m" "r" } 0
    t "" 1 "a" { 1 1 }
    p "" 1 2 "offer" { "u" "d" } 0
    t "" 2 "b" { 2 2 }
    t "" 3 "c" { 3 3 }
    p "" 1 3 { "v" "w" } 0
    t "" 2
    t "" 3
    p "" 2 2 "p1 set 3" { "l" "r" } 0
    t "" 1
    t "" 2"""
    game = from_efg(text)
    sets = [(s.name, s.player, s.actions) for s in game.tree.infosets]
    assert sets == [
        ("offer", 0, ("y", "n")),
        ("offer (2)", 1, ("l", "m", "r")),
        ("offer (3)", 0, ("u", "d")),
        ("p1 set 3", 0, ("v", "w")),
        ("p1 set 3 (2)", 1, ("l", "r")),
    ]


def test_chances_are_written_to_add_up_to_exactly_one():
    thirds = tuple((f"d{k}", q, end(0, 0)) for k, q in enumerate((0.1, 0.2, 0.7 - 1e-12, 1e-12)))
    text = to_efg(Game("n", TWO, Chance("n", thirds)))
    line = next(line for line in text.splitlines() if line.startswith("c "))
    odds = line[line.index("{") + 1 : line.index("}")].split()[1::2]
    assert sum(Fraction(q) for q in odds) == 1


def deep(moves: int) -> str:
    """A game of one player who may stop at each of so many moves."""
    moved = "".join(f'p "" 1 {n} {{ "on" "stop" }} 0\n' for n in range(1, moves + 1))
    return f'EFG 2 R "deep" {{ "A" }}\n{moved}' + 't "" 0\n' * (moves + 1)


def test_a_long_file_is_read_in_a_moment_and_to_its_allowed_depth():
    assert len(from_efg(deep(150)).tree.places) == 301
    wide = 'EFG 2 R "wide" { "A" }\np "" 1 1 { ' + " ".join(f'"{n}"' for n in range(60_000)) + " } 0\n"
    began = time.process_time()
    with pytest.raises(InputError, match="the end of the file"):
        from_efg(wide + "\n" * 60_000 + 't "" 0\n' * 10)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "got 'the end of the file'; expected 'EFG'"),
        ('NFG 1 R "x"', "line 1: got 'NFG'"),
        (
            'EFG 2 R "x" { "A" }\nq "" 1',
            "line 2: got '1'; expected a node that begins with c, p or t|the node's label",
        ),
        ('EFG 2 R "x" { "A" }\np "" 2 1 "s" { "a" } 0\nt "" 1 { 0 }', "player 2 moves; allowed are 1 to 1"),
        ('EFG 2 R "x" { "A" }\nt "" 1 "o" { many }', "line 2: got 'many'; expected a pay-off: a number"),
        ('EFG 2 R "x" { "A" }\nt "" 7', "pay-offs of outcome 7"),
        ('EFG 2 R "x" { "A" }\nt "" 0\nt "" 0', "nothing after the last node"),
        ('EFG 2 R "x" { "A" }\nc "" 1 "" { "h" 1/2 "t" 1/3 } 0\nt "" 0\nt "" 0', "add up to 1"),
        *(
            (
                f'EFG 2 R "x" {{ "A" }}\nt "" 1 "o" {{ {number} }}',
                "line 2: got '.*; expected a pay-off: a number",
            )
            for number in (
                "1e400",
                "1e999999999",
                "9" * 400,
                "1/0",
                f"{'9' * 400}/1",
                "nan",
                "1_0",
                "٣",
                "0x1",
            )
        ),
        ('EFG 2 R "x" { "A" }\nt "" 1.5 "o" { 1 }', "line 2: got '1.5'; expected .* a whole number"),
        ('EFG 2 R "x" { "A" }\nt "" -1 "o" { 1 }', "line 2: got '-1'; expected .* a whole number"),
        ('EFG 2 R "x" { "A" }\nt "" 1 "o { 1 }', "line 2: got a double quote without another"),
        (
            'EFG 2 R "x" { "A" }\nc "" 1 { "h" 1/2 "t" 1/2 } 0\nt "" 1 "" { 1 }\nt "" 1 "" { 2 }',
            "line 4: got .*; expected the same pay-offs as before for outcome 1",
        ),
        (deep(151), "line 153: got 't'; expected no more than 150 moves"),
    ],
)
def test_broken_files_are_refused_with_their_line(text, said):
    with pytest.raises(InputError, match=said):
        from_efg(text)


def test_where_a_file_cannot_go(tmp_path):
    with pytest.raises(InputError, match=r"allowed is \.efg"):
        write_efg(catalogue.poker(), tmp_path / "game.txt")
    with pytest.raises(InputError, match="create it first"):
        write_efg(catalogue.poker(), tmp_path / "none" / "game.efg")
    write_efg(catalogue.poker(), tmp_path / "game.efg")
    assert from_efg((tmp_path / "game.efg").read_text()).title == "One-card poker"


def paid(profile, players):
    """Pay-offs of one of Gambit's profiles: by player, from version 17 on; a method before."""
    return [profile.payoffs[p] if hasattr(profile, "payoffs") else profile.payoff(p) for p in players]


@pytest.mark.parametrize("make", [*catalogue.ALL, repeating])
def test_gambit_reads_our_files_and_finds_the_same_equilibria(make, tmp_path):
    gambit = pytest.importorskip(
        "pygambit", reason="pygambit has no wheel for this machine; elsewhere it is in the dev group"
    )
    game = make()
    write_efg(game, tmp_path / "game.efg")
    theirs = gambit.read_efg(str(tmp_path / "game.efg"))
    players = list(theirs.players)  # objects with a label, or from version 17 on the labels themselves
    assert [getattr(player, "label", player) for player in players] == list(
        from_efg(to_efg(game)).players.values()
    )
    found = list(gambit.nash.enumpure_solve(theirs).equilibria)
    if len(players) == 2:
        found += list(gambit.nash.enummixed_solve(theirs, rational=False).equilibria)
    nash = {tuple(round(float(v), 6) + 0.0 for v in paid(one, players)) for one in found}
    for ours in values(game):  # every sequential equilibrium is Nash; Gambit lists those that are not as well
        assert tuple(round(v, 6) + 0.0 for v in ours) in nash
