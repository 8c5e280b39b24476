"""A finite game in extensive form: who moves when, knowing what, and what every ending is worth to whom.

Nodes are plain frozen records; `Game` checks them once and lays them out as a `Tree` that the solver, the writer of
Gambit's format and the figures read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from contactline.core.errors import InputError, UnknownNameError

SUM_TOLERANCE = 1e-9
"""Chances of a draw by nature must add up to one within this."""


@dataclass(frozen=True)
class Terminal:
    """An ending. `payoffs`: player id → value (any unit, the same for one player throughout); absent players: 0."""

    payoffs: Mapping[str, float]
    label: str = ""


@dataclass(frozen=True)
class Chance:
    """A draw by nature. branches : (action, probability, next node)"""

    label: str
    branches: tuple[tuple[str, float, Node], ...]


@dataclass(frozen=True)
class Decision:
    """A player's move. Nodes that share `infoset` are not told apart by the player. branches : (action, next node)"""

    player: str
    infoset: str
    branches: tuple[tuple[str, Node], ...]


Node = Terminal | Chance | Decision


@dataclass(frozen=True)
class Infoset:
    """What a player knows when it moves: the nodes it cannot tell apart. members : indices of places."""

    name: str
    player: int
    actions: tuple[str, ...]
    members: tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """A node in the laid-out tree. parent, children : indices; action : the parent's branch that leads here."""

    node: Node
    parent: int
    action: int
    depth: int
    children: tuple[int, ...]
    infoset: int
    """Index of the information set; −1 for a draw by nature or an ending."""


@dataclass(frozen=True)
class Tree:
    """A game laid out depth first. payoffs : ndarray[place, player], utility, zero off the endings; a place is asked
    for by its index."""

    places: tuple[Place, ...]
    infosets: tuple[Infoset, ...]
    payoffs: np.ndarray

    def branch(self, index: int) -> str:
        """The action that leads to a place; empty at the root."""
        place = self.places[index]
        if place.parent < 0:
            return ""
        node = self.places[place.parent].node
        assert not isinstance(node, Terminal)
        return node.branches[place.action][0]

    def path(self, index: int) -> tuple[str, ...]:
        """The actions that lead from the root to a place."""
        actions: list[str] = []
        while self.places[index].parent >= 0:
            actions.append(self.branch(index))
            index = self.places[index].parent
        return tuple(reversed(actions))

    def below(self, index: int) -> range:
        """Indices of a place and of all that follows it: they stand next to each other."""
        last = index
        while self.places[last].children:
            last = self.places[last].children[-1]
        return range(index, last + 1)


@dataclass(frozen=True)
class Game:
    """A game: `players` maps id to name, in order.

    Raises UnknownNameError for a move or pay-off of an unknown player, InputError for chances that do not add up to
    one, an information set with different actions or players, a node without actions, a pay-off that is no number,
    and a player who forgets what it did.
    """

    title: str
    players: Mapping[str, str]
    root: Node
    comment: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.players:
            raise InputError(f"game {self.title!r}: no players; allowed is one or more.")
        _recall(self)

    @cached_property
    def tree(self) -> Tree:
        """The game laid out."""
        return _lay_out(self)

    @property
    def perfect_information(self) -> bool:
        """Whether everyone always knows where in the tree it stands."""
        return all(len(infoset.members) == 1 for infoset in self.tree.infosets)


def endings(game: Game) -> Iterator[tuple[int, Terminal]]:
    """Every ending with its index."""
    for index, place in enumerate(game.tree.places):
        if isinstance(place.node, Terminal):
            yield index, place.node


def _lay_out(game: Game) -> Tree:
    names = list(game.players)
    rows: list[dict[str, object]] = []
    members: dict[str, list[int]] = {}
    about: dict[str, tuple[str, tuple[str, ...]]] = {}

    def visit(node: Node, parent: int, action: int, depth: int, where: str) -> int:
        index = len(rows)
        rows.append({"node": node, "parent": parent, "action": action, "depth": depth})
        _check_node(game, node, where)
        if isinstance(node, Decision):
            actions = tuple(branch[0] for branch in node.branches)
            known = about.setdefault(node.infoset, (node.player, actions))
            _check_infoset(node, actions, known, where)
            members.setdefault(node.infoset, []).append(index)
        rows[index]["children"] = tuple(
            visit(following, index, k, depth + 1, f"{where} > {name}")
            for k, (name, following) in enumerate(_following(node))
        )
        return index

    visit(game.root, -1, -1, 0, "start")
    order = {name: k for k, name in enumerate(members)}
    places = tuple(
        Place(**row, infoset=order[row["node"].infoset] if isinstance(row["node"], Decision) else -1)  # type: ignore[arg-type]
        for row in rows
    )
    infosets = tuple(
        Infoset(name, names.index(about[name][0]), about[name][1], tuple(members[name])) for name in members
    )
    payoffs = np.zeros((len(places), len(names)))
    for index, place in enumerate(places):
        if isinstance(place.node, Terminal):
            payoffs[index] = [place.node.payoffs.get(name, 0.0) for name in names]
    return Tree(places, infosets, payoffs)


def _following(node: Node) -> list[tuple[str, Node]]:
    """Action and next node of every branch."""
    if isinstance(node, Chance):
        return [(name, after) for name, _, after in node.branches]
    return list(node.branches) if isinstance(node, Decision) else []


def _check_node(game: Game, node: Node, where: str) -> None:
    if isinstance(node, Terminal):
        for player, value in node.payoffs.items():
            if player not in game.players:
                raise UnknownNameError(f"player of a pay-off at {where!r}:", player, game.players)
            if not math.isfinite(value):
                raise InputError(
                    f"game {game.title!r}, {where}: the pay-off of {player!r} is {value!r}; allowed is a number."
                )
        return
    actions = [branch[0] for branch in node.branches]
    if not actions or len(set(actions)) < len(actions):
        raise InputError(
            f"game {game.title!r}, {where}: actions {actions}; allowed are one or more, each named once."
        )
    if isinstance(node, Decision):
        if node.player not in game.players:
            raise UnknownNameError(f"player who moves at {where!r}:", node.player, game.players)
        return
    chances = [branch[1] for branch in node.branches]
    if min(chances) < 0 or abs(math.fsum(chances) - 1.0) > SUM_TOLERANCE:
        raise InputError(
            f"game {game.title!r}, {where}: the chances of {node.label!r} are {chances}, which add up to "
            f"{math.fsum(chances):g}; allowed are numbers from 0 up that add up to 1."
        )


def _check_infoset(
    node: Decision, actions: tuple[str, ...], known: tuple[str, tuple[str, ...]], where: str
) -> None:
    if node.player != known[0]:
        raise InputError(
            f"information set {node.infoset!r} belongs to {known[0]!r}, but at {where!r} {node.player!r} moves; "
            "give each player's information sets names of their own."
        )
    if actions != known[1]:
        raise InputError(
            f"information set {node.infoset!r} has actions {list(known[1])}, but at {where!r} {list(actions)}; "
            "a player who cannot tell two nodes apart must have the same actions, in the same order, at both."
        )


def _recall(game: Game) -> None:
    """Raise InputError if a player forgets its own earlier knowledge or moves: the solver's methods need recall."""
    tree = game.tree
    for infoset in tree.infosets:
        histories = {_own_history(tree, member, infoset.player) for member in infoset.members}
        if len(histories) > 1:
            raise InputError(
                f"information set {infoset.name!r}: the player reaches its nodes by different moves of its own, and "
                "so would have to forget them; split it into one set for each of these histories."
            )


def _own_history(tree: Tree, index: int, player: int) -> tuple[tuple[int, int], ...]:
    """The information sets and actions of `player` on the way to a place."""
    steps = []
    while (place := tree.places[index]).parent >= 0:
        above = tree.places[place.parent]
        if above.infoset >= 0 and tree.infosets[above.infoset].player == player:
            steps.append((above.infoset, place.action))
        index = place.parent
    return tuple(reversed(steps))
