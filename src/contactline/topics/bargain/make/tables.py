"""Tables of a solved game: every node with its chances and pay-offs, play at every information set, and the values.

Equilibria with the same chances of the same endings share an `outcome`: they differ in play that is never reached, or
in which of several idle offers is put. They are all listed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.choice.equilibria import Equilibrium
from contactline.choice.game import Chance, Decision, Game, Terminal
from contactline.core.errors import FitError, InputError
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.core.rounding import share
from contactline.engine.run import Run
from contactline.topics.bargain.make.game import Played, endings_over_weights, ends_of, play
from contactline.topics.bargain.schema import EQUILIBRIA, GAME, GAME_VALUES, GAME_WEIGHTS


def game_tables(played: Played) -> Tables:
    """Tables game, equilibria and game_values."""
    outcomes = outcome_classes(played)
    return made(
        {
            GAME: _nodes(played, outcomes),
            EQUILIBRIA: _strategies(played, outcomes),
            GAME_VALUES: _values(played, outcomes),
        }
    )


@node("tables.game")
def GAME_TABLES(reads: Reads) -> tuple[Tables, tuple[str, ...]]:
    """The game of a run, solved: tables game, equilibria, game_values and game_weights, and notes for the reader.

    A case without the actors a game needs, or a run in which too few truces break to value a breach, gives no tables
    and one note that says why.
    """
    run = Run(reads)
    try:
        played = play(run)
    except (FitError, InputError) as error:
        return Tables(), (f"the game of the settlement was not solved: {error}",)
    weighed = made({GAME_WEIGHTS: endings_over_weights(played, run.streams)})
    return game_tables(played) | weighed, ()


def outcome_classes(played: Played) -> list[int]:
    """For each equilibrium the number of its outcome, from 1: the chances with which it ends in which way."""
    known: dict[tuple[tuple[str, float], ...], int] = {}
    classes = []
    for one in played.solution.equilibria:
        key = tuple((label, round(chance, 9)) for label, chance in sorted(ends_of(played.game, one).items()))
        classes.append(known.setdefault(key, len(known) + 1))
    return classes


def _nodes(played: Played, outcomes: list[int]) -> pd.DataFrame:
    game = played.game
    tree = game.tree
    first = {
        outcome: played.solution.equilibria[outcomes.index(outcome)] for outcome in dict.fromkeys(outcomes)
    }
    reach = {f"reach_{outcome}": one.reach(game) for outcome, one in first.items()}
    rows = []
    for index, place in enumerate(tree.places):
        node = place.node
        row: dict[str, object] = {
            "node": index,
            "parent": place.parent,
            "depth": place.depth,
            "branch": tree.branch(index),
            "kind": {Decision: "move", Chance: "draw", Terminal: "ending"}[type(node)],
            "actor": node.player if isinstance(node, Decision) else "",
            "player": game.players[node.player] if isinstance(node, Decision) else "",
            "infoset": node.infoset if isinstance(node, Decision) else "",
            "label": "" if isinstance(node, Decision) else node.label,
            "chance": _chance(game, index),
        }
        row |= {name: float(values[index]) for name, values in reach.items()}
        paid = tree.payoffs[index] if isinstance(node, Terminal) else np.full(len(game.players), np.nan)
        rows.append(row | {f"pay_{player}": float(v) for player, v in zip(game.players, paid, strict=True)})
    return pd.DataFrame(rows)


def _strategies(played: Played, outcomes: list[int]) -> pd.DataFrame:
    tree = played.game.tree
    actors, names = list(played.game.players), list(played.game.players.values())
    rows = []
    for k, one in enumerate(played.solution.equilibria):
        reach = one.reach(played.game)
        for infoset in tree.infosets:
            about = {
                "equilibrium": k + 1,
                "outcome": outcomes[k],
                "infoset": infoset.name,
                "actor": actors[infoset.player],
                "player": names[infoset.player],
                "reached": bool(reach[list(infoset.members)].sum() > 0),
                "belief": _belief(played.game, one, infoset.name),
                "sequential": one.sequential,
                "pure": one.pure,
            }
            odds = one.strategy[infoset.name].items()
            rows += [about | {"action": action, "chance": chance} for action, chance in odds]
    return EQUILIBRIA.frame(rows)


def _values(played: Played, outcomes: list[int]) -> pd.DataFrame:
    rows = []
    for k, one in enumerate(played.solution.equilibria):
        about = {
            "equilibrium": k + 1,
            "outcome": outcomes[k],
            "endings": _in_words(ends_of(played.game, one)),
            "sequential": one.sequential,
            "pure": one.pure,
        }
        for player, name in played.game.players.items():
            rows.append(about | {"player": player, "name": name, "value": one.payoffs[player]})
    return GAME_VALUES.frame(rows)


def _belief(game: Game, one: Equilibrium, infoset: str) -> str:
    """What the player believes of nature's draws where it cannot tell; empty where it knows all."""
    if infoset not in one.beliefs:
        return ""
    members = next(own.members for own in game.tree.infosets if own.name == infoset)
    drawn = [[name for name, chance in _steps(game, member) if chance == chance] for member in members]
    told_apart = [[name for name in names if any(name not in other for other in drawn)] for names in drawn]
    said = [" and ".join(names) or "this node" for names in told_apart]
    return ", ".join(f"{what} {share(q)}" for what, q in zip(said, one.beliefs[infoset], strict=True))


def _steps(game: Game, index: int) -> list[tuple[str, float]]:
    """Branches from the root to a place with nature's chance of each (NaN: a player chose it)."""
    steps = []
    while game.tree.places[index].parent >= 0:
        steps.append((game.tree.branch(index), _chance(game, index)))
        index = game.tree.places[index].parent
    return steps[::-1]


def _chance(game: Game, index: int) -> float:
    """Nature's chance of the branch that leads to a place; NaN where a player chose it."""
    place = game.tree.places[index]
    above = game.tree.places[place.parent].node if place.parent >= 0 else None
    return above.branches[place.action][1] if isinstance(above, Chance) else float("nan")


def _in_words(chances: dict[str, float]) -> str:
    """ "war goes on 46%, truce honoured 54%": the likeliest first."""
    return ", ".join(
        f"{label} {share(chance)}" for label, chance in sorted(chances.items(), key=lambda one: -one[1])
    )
