"""Whether a profile of play is an equilibrium, and with which beliefs: sequential rationality and consistency.

Beliefs follow Bayes' rule where play gets; elsewhere they must make the play best (a linear programme says which do)
and be limits of trembles: an action that is not played gets chance c·εᵏ, and ε goes to zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import scipy

from contactline.choice.game import Chance, Tree
from contactline.core.streams import Streams

BEST = 1e-9
"""An action counts as best if no other is better by more than this."""
ORDERS = 3
MOST_TREMBLES = 4_000


@dataclass(frozen=True)
class Assessed:
    """Beliefs that support a profile, probabilities.

    beliefs : information set → ndarray[node]; needed : information set → ndarray[node, (low, high)].

    Where no limit of trembles was found, an open set has no belief, only the span of those that would do.
    """

    beliefs: dict[int, np.ndarray]
    needed: dict[int, np.ndarray]
    sequential: bool


class Local:
    """A subgame of `tree` at `root` (places by index), in which the places of `stands_for` count as endings of that
    value."""

    def __init__(self, tree: Tree, root: int, stands_for: Mapping[int, np.ndarray]) -> None:
        self.tree, self.root = tree, root
        self.value_at = stands_for
        self.order: list[int] = []
        stack = [root]
        while stack:
            index = stack.pop()
            self.order.append(index)
            if index not in stands_for or index == root:
                stack.extend(tree.places[index].children)
        inside = {tree.places[k].infoset for k in self.order if k not in stands_for}
        self.infosets = sorted(inside - {-1})

    def odds(self, index: int, profile: Mapping[int, np.ndarray]) -> np.ndarray:
        """Chance of each branch at a place : ndarray[branch]."""
        place = self.tree.places[index]
        if place.infoset >= 0:
            return profile[place.infoset]
        assert isinstance(place.node, Chance)
        return np.array([branch[1] for branch in place.node.branches])

    def values(self, profile: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
        """Expected pay-offs from each place on : place → ndarray[player]."""
        out: dict[int, np.ndarray] = {}
        for index in reversed(self.order):
            place = self.tree.places[index]
            if index in self.value_at:
                out[index] = self.value_at[index]
            elif not place.children:
                out[index] = self.tree.payoffs[index]
            else:
                odds = self.odds(index, profile)
                out[index] = sum(q * out[child] for q, child in zip(odds, place.children, strict=True))
        return out

    def reach(self, profile: Mapping[int, np.ndarray]) -> dict[int, float]:
        """Chance of passing each place : place → number; profile : information set → ndarray[action], probabilities."""
        out = {self.root: 1.0}
        for index in self.order:
            if index in self.value_at or not self.tree.places[index].children:
                continue
            for q, child in zip(self.odds(index, profile), self.tree.places[index].children, strict=True):
                out[child] = out[index] * float(q)
        return out

    def steps(self, index: int) -> list[tuple[int, int]]:
        """Places and branches taken from the subgame's root to a place."""
        out = []
        while index != self.root:
            place = self.tree.places[index]
            out.append((place.parent, place.action))
            index = place.parent
        return out

    def allows(self, plan: Mapping[int, int], infoset: int) -> bool:
        """Whether a player's own plan (information set → action) lets play get to one of its sets."""
        places = self.tree.places
        return any(
            all(plan.get(places[at].infoset, action) == action for at, action in self.steps(member))
            for member in self.tree.infosets[infoset].members
        )


def assess_profile(local: Local, profile: Mapping[int, np.ndarray]) -> Assessed | None:
    """Beliefs under which the profile (information set → ndarray[action], probabilities) is best everywhere; None if
    there are none."""
    tree = local.tree
    values, reach = local.values(profile), local.reach(profile)
    gain: dict[int, np.ndarray] = {}
    beliefs: dict[int, np.ndarray] = {}
    open_sets: list[int] = []
    for h in local.infosets:
        infoset = tree.infosets[h]
        own = np.array(
            [[values[c][infoset.player] for c in tree.places[m].children] for m in infoset.members]
        )
        gain[h] = own
        passed = np.array([reach[m] for m in infoset.members])
        if len(infoset.members) == 1 or passed.sum() > 0:
            beliefs[h] = np.ones(1) if len(infoset.members) == 1 else passed / passed.sum()
            if not _best(own, beliefs[h], profile[h]):
                return None
        else:
            open_sets.append(h)
    needed: dict[int, np.ndarray] = {}
    for h in open_sets:
        spans = _supporting(gain[h], profile[h])
        if spans is None:
            return None
        needed[h] = spans
    certain = {h: b for h, b in beliefs.items() if len(b) > 1}
    if not open_sets:
        return Assessed(certain, {}, True)
    for limit in _limits(local, profile, open_sets):
        if all(_best(gain[h], limit[h], profile[h]) for h in open_sets):
            return Assessed(certain | limit, needed, True)
    return Assessed(certain, needed, False)


def _best(gain: np.ndarray, belief: np.ndarray, odds: np.ndarray) -> bool:
    """Whether every action that is played is best; gain : ndarray[node, action], odds : ndarray[action]."""
    expected = belief @ gain
    scale = max(1.0, float(np.abs(expected).max()))
    return bool(expected[odds > 0].min() >= expected.max() - BEST * scale)


def _supporting(gain: np.ndarray, odds: np.ndarray) -> np.ndarray | None:
    """Lowest and highest belief in each node that makes the play best : ndarray[node, 2]; None if nothing does."""
    nodes = len(gain)
    played = np.flatnonzero(odds > 0)
    worse = [gain[:, b] - gain[:, a] for a in played for b in range(gain.shape[1]) if b != a]
    constraints = {"A_ub": np.array(worse), "b_ub": np.full(len(worse), BEST)} if worse else {}
    spans = np.empty((nodes, 2))
    for node, (column, sign) in product(range(nodes), ((0, 1.0), (1, -1.0))):
        found = scipy.optimize.linprog(
            sign * np.eye(nodes)[node], A_eq=np.ones((1, nodes)), b_eq=[1.0], bounds=(0, 1), **constraints
        )
        if not found.success:
            return None
        spans[node, column] = found.x[node]
    return spans


def _limits(
    local: Local, profile: Mapping[int, np.ndarray], open_sets: list[int]
) -> Iterator[dict[int, np.ndarray]]:
    """Limits of beliefs as trembles vanish: every order from 1 to ORDERS, and many coefficients for each."""
    paths = {h: [_unplayed(local, profile, m) for m in local.tree.infosets[h].members] for h in open_sets}
    trembles = sorted({slip for members in paths.values() for _, slips in members for slip in slips})
    tries = max(MOST_TREMBLES // ORDERS ** len(trembles), 1)
    rng = Streams(0).rng("choice.trembles")
    logs = np.vstack([np.zeros(len(trembles)), 3.0 * rng.standard_normal((tries, len(trembles)))])
    for orders in product(range(1, ORDERS + 1), repeat=len(trembles)):
        order = dict(zip(trembles, orders, strict=True))
        for log in logs:
            size = dict(zip(trembles, np.exp(log), strict=True))
            yield {h: _limit(members, order, size) for h, members in paths.items()}


def _unplayed(
    local: Local, profile: Mapping[int, np.ndarray], index: int
) -> tuple[float, list[tuple[int, int]]]:
    """The chance of the played part of the way to a place, and the slips (information set, action) on it."""
    chance, slips = 1.0, []
    for at, action in local.steps(index):
        odds = float(local.odds(at, profile)[action])
        infoset = local.tree.places[at].infoset
        if odds > 0 or infoset < 0:
            chance *= odds
        else:
            slips.append((infoset, action))
    return chance, slips


def _limit(
    members: list[tuple[float, list[tuple[int, int]]]],
    order: Mapping[tuple[int, int], int],
    size: Mapping[tuple[int, int], float],
) -> np.ndarray:
    """The belief over an information set's nodes that is left: those with the fewest slips, by their sizes."""
    total = np.array([sum(order[s] for s in slips) if chance > 0 else np.inf for chance, slips in members])
    weight = np.array([chance * float(np.prod([size[s] for s in slips])) for chance, slips in members])
    weight[total > total.min()] = 0.0
    found: np.ndarray = weight / weight.sum()
    return found
