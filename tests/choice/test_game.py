"""Games with published equilibria, laws every equilibrium must obey, and games that do not hold together."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactline.choice.equilibria import solve, subgame_roots
from contactline.choice.game import Chance, Decision, Game, Terminal
from contactline.choice.normal_form import mixed_equilibria
from contactline.core.errors import InputError, UnknownNameError

from . import catalogue
from .catalogue import TWO, end


def plays(equilibrium) -> dict[str, str]:
    """The action played at every information set of a pure equilibrium."""
    return {name: max(odds, key=odds.__getitem__) for name, odds in equilibrium.strategy.items()}


def test_centipede_is_taken_at_once():
    (found,) = solve(catalogue.centipede()).equilibria
    assert set(plays(found).values()) == {"take"}
    assert found.payoffs == {"p1": pytest.approx(0.4), "p2": pytest.approx(0.1)}


def test_seltens_horse_has_one_pure_sequential_equilibrium_and_says_which_belief_it_needs():
    solution = solve(catalogue.horse())
    (found,) = solution.equilibria
    assert plays(found) == {"one": "A", "two": "a", "three": "R"}  # (D, a, L) is Nash but not sequential
    assert found.sequential
    assert found.needed["three"] == pytest.approx(np.array([[2 / 3, 1.0], [0.0, 1 / 3]]), abs=1e-6)
    assert found.beliefs["three"][0] >= 2 / 3 - 1e-9
    assert "3 players" in solution.notes[0]


def test_one_card_poker_has_myersons_equilibrium():
    (found,) = solve(catalogue.poker()).equilibria
    assert found.strategy["red"]["raise"] == pytest.approx(1.0)
    assert found.strategy["black"]["raise"] == pytest.approx(1 / 3)
    assert found.strategy["raised"]["meet"] == pytest.approx(2 / 3)
    assert found.payoffs["p1"] == pytest.approx(1 / 3)
    assert found.beliefs["raised"] == pytest.approx([3 / 4, 1 / 4])
    assert solve(catalogue.poker(), mixed=False).equilibria == ()


def test_beer_and_quiche_pools_in_both_ways_and_never_separates():
    found = [one for one in solve(catalogue.beer_and_quiche()).equilibria if one.pure]
    breakfasts = {(plays(one)["strong"], plays(one)["weak"]) for one in found}
    assert breakfasts == {("beer", "beer"), ("quiche", "quiche")}
    for one in found:
        off = "saw quiche" if plays(one)["strong"] == "beer" else "saw beer"
        assert plays(one)[off] == "duel"
        assert one.sequential
        assert one.needed[off][1, 0] == pytest.approx(
            0.5, abs=1e-6
        )  # the weak type at least as likely as not


def test_simultaneous_games_pure_and_mixed():
    (pennies,) = solve(catalogue.matching_pennies()).equilibria
    assert not pennies.pure
    assert list(pennies.strategy["first"].values()) == pytest.approx([0.5, 0.5])
    sexes = solve(catalogue.battle_of_the_sexes()).equilibria
    assert sorted(one.payoffs["p1"] for one in sexes) == pytest.approx([2 / 3, 1.0, 2.0])
    (mixed,) = [one for one in sexes if not one.pure]
    assert mixed.strategy["first"]["opera"] == pytest.approx(2 / 3)


def test_beliefs_that_no_tremble_leads_to_are_listed_as_weak_and_not_as_sequential():
    found = solve(catalogue.inconsistent()).equilibria
    out = [one for one in found if one.pure and plays(one)["ann"] == "out"]
    assert [one.sequential for one in out] == [False]
    assert "bob" not in out[0].beliefs and out[0].needed["bob"][0, 0] == pytest.approx(0.8, abs=1e-6)
    inside = [one for one in found if one.pure and plays(one)["ann"] == "in"]
    assert [one.sequential for one in inside] == [True]
    assert inside[0].beliefs["bob"] == pytest.approx([0.5, 0.5])


def test_ties_give_every_equilibrium():
    bob = Decision("p2", "bob", (("l", end(2, 1)), ("r", end(0, 1))))
    game = Game("tie", TWO, Decision("p1", "ann", (("in", bob), ("out", end(1, 0)))))
    assert {tuple(plays(one).values()) for one in solve(game).equilibria} == {("in", "l"), ("out", "r")}


def test_proper_subgames_begin_where_nobody_below_is_unsure():
    assert subgame_roots(catalogue.horse().tree) == [0]
    assert len(subgame_roots(catalogue.centipede(6).tree)) == 6
    assert subgame_roots(catalogue.poker().tree) == [0]


@st.composite
def trees(draw, depth: int = 3):
    """Random games of perfect information between two players and nature, with whole pay-offs."""
    counter = iter(range(1000))

    def node(left: int):
        kind = draw(st.sampled_from(["end", "move", "draw"])) if 0 < left < depth else "move"
        if left == 0 or kind == "end":
            return end(draw(st.integers(-9, 9)), draw(st.integers(-9, 9)))
        below = [node(left - 1) for _ in range(2)]
        if kind == "draw":
            return Chance("n", (("x", 0.25, below[0]), ("y", 0.75, below[1])))
        return Decision(
            draw(st.sampled_from(["p1", "p2"])), f"s{next(counter)}", (("x", below[0]), ("y", below[1]))
        )

    return Game("random", TWO, node(depth))


def expected(node, plan) -> np.ndarray:
    if isinstance(node, Terminal):
        return np.array([node.payoffs["p1"], node.payoffs["p2"]], dtype=float)
    if isinstance(node, Chance):
        return sum(q * expected(after, plan) for _, q, after in node.branches)
    return expected(dict(node.branches)[plan[node.infoset]], plan)


def moves(node):
    if isinstance(node, Terminal):
        return
    if isinstance(node, Decision):
        yield node
    for branch in node.branches:
        yield from moves(branch[-1])


@settings(max_examples=25, deadline=None)
@given(game=trees())
def test_backward_induction_finds_exactly_the_profiles_that_are_best_in_every_subgame(game):
    """Oracle: try every plan, and every single deviation at every node."""
    sets = [move.infoset for move in moves(game.root)]
    perfect = set()
    for choice in product("xy", repeat=len(sets)):
        plan = dict(zip(sets, choice, strict=True))
        who = {"p1": 0, "p2": 1}
        if all(
            expected(move, plan)[who[move.player]]
            >= expected(move, plan | {move.infoset: other})[who[move.player]] - 1e-9
            for move in moves(game.root)
            for other in "xy"
        ):
            perfect.add(tuple(plan[name] for name in sets))
    found = {tuple(plays(one)[name] for name in sets) for one in solve(game).equilibria}
    assert found == perfect


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shape=st.tuples(st.integers(2, 4), st.integers(2, 4)))
def test_in_mixed_equilibria_nobody_gains_by_another_action(seed, shape):
    row, column = np.random.default_rng(seed).normal(size=(2, *shape))
    found = mixed_equilibria(row, column)
    for x, y in found:
        assert (row @ y).max() <= x @ row @ y + 1e-7
        assert (x @ column).max() <= x @ column @ y + 1e-7
    pure = sum(
        row[i, j] >= row[:, j].max() and column[i, j] >= column[i].max()
        for i in range(shape[0])
        for j in range(shape[1])
    )
    assert (len(found) + pure) % 2 == 1  # Wilson (1971): a game without ties has an odd number of equilibria


def test_reach_adds_up_to_one_over_the_endings():
    for make in catalogue.ALL:
        game = make()
        for one in solve(game).equilibria:
            reach = one.reach(game)
            leaves = [k for k, place in enumerate(game.tree.places) if not place.children]
            assert reach[leaves].sum() == pytest.approx(1.0)
            assert reach @ game.tree.payoffs == pytest.approx(list(one.payoffs.values()))


PAIR = (("a", end(1, 0)), ("b", end(0, 1)))


@pytest.mark.parametrize(
    ("root", "error", "said"),
    [
        (Chance("toss", (("heads", 0.5, end(0, 0)), ("tails", 0.4, end(0, 0)))), InputError, "add up to 0.9"),
        (Chance("toss", (("heads", 1.5, end(0, 0)), ("tails", -0.5, end(0, 0)))), InputError, "from 0 up"),
        (Decision("p3", "x", PAIR), UnknownNameError, r"unknown player who moves at 'start': 'p3': did you mean"),
        (Decision("p1", "x", (("a", Terminal({"q1": 1.0})),)), UnknownNameError, "player of a pay-off"),
        (Decision("p1", "x", (("a", end(float("nan"), 0)),)), InputError, "allowed is a number"),
        (Decision("p1", "x", ()), InputError, "allowed are one or more"),
        (Decision("p1", "x", (("a", end(0, 0)), ("a", end(1, 1)))), InputError, "each named once"),
        (
            Chance("t", (("h", 0.5, Decision("p1", "x", PAIR)), ("t", 0.5, Decision("p1", "x", PAIR[::-1])))),
            InputError,
            r"information set 'x' has actions \['a', 'b'\], but at 'start > t' \['b', 'a'\]",
        ),
        (
            Chance("t", (("h", 0.5, Decision("p1", "x", PAIR)), ("t", 0.5, Decision("p2", "x", PAIR)))),
            InputError,
            "belongs to 'p1', but at 'start > t' 'p2' moves",
        ),
        (
            Decision("p1", "x", (("a", Decision("p1", "y", PAIR)), ("b", Decision("p1", "y", PAIR)))),
            InputError,
            "would have to forget",
        ),
    ],
)  # fmt: skip
def test_games_that_do_not_hold_together_are_refused_in_words(root, error, said):
    with pytest.raises(error, match=said):
        Game("broken", TWO, root)


def test_a_game_without_players_and_one_too_large_are_refused():
    with pytest.raises(InputError, match="no players"):
        Game("empty", {}, Terminal({}))
    hidden = Chance(
        "n",
        tuple(
            (f"d{k}", 1 / 16, Decision("p1", f"s{k}", tuple((a, Decision("p2", "all", PAIR)) for a in "ab")))
            for k in range(16)
        ),
    )
    with pytest.raises(InputError, match=r"131072 pure profiles; at most 20000"):
        solve(Game("large", TWO, hidden))
