"""Equilibria of a game in extensive form: all pure ones that are subgame perfect and sequential, and mixed ones.

Generalised backward induction: proper subgames are solved first, each of their equilibria is put in their place, and
what is left of a subgame is solved by enumeration. With perfect information this is plain backward induction, ties
listed. Off the path beliefs must be limits of small trembles (Kreps & Wilson 1982, Econometrica 50:863); an
equilibrium for which only some beliefs, but no such limit, was found is listed as weak.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from contactline.choice.game import Game, Tree
from contactline.choice.normal_form import mixed_equilibria
from contactline.choice.sequential import Local, assess_profile
from contactline.core.errors import InputError

MOST_PROFILES = 20_000
MOST_EQUILIBRIA = 5_000

Profile = dict[int, np.ndarray]
"""Information set (index) → chance of each action."""


@dataclass(frozen=True)
class Equilibrium:
    """One equilibrium.

    strategy : information set → action → chance; payoffs : player → expected value
    beliefs : information set with several nodes → ndarray[node], what the player believes there
    needed : the same set → ndarray[node, 2], the lowest and highest belief in each node that supports the play, where
    the set is off the path; sequential : beliefs are limits of trembles; pure : nobody mixes
    """

    strategy: Mapping[str, Mapping[str, float]]
    payoffs: Mapping[str, float]
    beliefs: Mapping[str, np.ndarray]
    needed: Mapping[str, np.ndarray]
    sequential: bool
    pure: bool

    def reach(self, game: Game) -> np.ndarray:
        """Chance that play passes each place of the tree : ndarray[place]."""
        tree = game.tree
        chance = np.zeros(len(tree.places))
        chance[0] = 1.0
        for index, place in enumerate(tree.places):
            if place.infoset >= 0:
                infoset = tree.infosets[place.infoset]
                odds = [self.strategy[infoset.name][action] for action in infoset.actions]
            else:
                odds = [branch[1] for branch in getattr(place.node, "branches", ())]
            for child, odd in zip(place.children, odds, strict=True):
                chance[child] = chance[index] * odd
        return chance


@dataclass(frozen=True)
class Solution:
    """Every equilibrium found, and in words what was not searched."""

    equilibria: tuple[Equilibrium, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    """An equilibrium of a subgame: play at its information sets, value ndarray[player], beliefs."""

    profile: Profile
    value: np.ndarray
    beliefs: dict[int, np.ndarray]
    needed: dict[int, np.ndarray]
    sequential: bool


def solve(game: Game, *, mixed: bool = True) -> Solution:
    """All pure equilibria that are perfect in every subgame, and mixed ones where two players are left to move.

    Raises InputError if a subgame has more profiles, or the game more equilibria, than can be listed.
    """
    notes: list[str] = []
    found = _solve_at(game.tree, 0, mixed, notes)
    found.sort(key=lambda one: (not one.sequential, not _is_pure(one.profile)))
    return Solution(tuple(_named(game, one) for one in found), tuple(dict.fromkeys(notes)))


def subgame_roots(tree: Tree) -> list[int]:
    """Indices of places where a proper subgame begins, the root included: nobody below is unsure of being below."""
    roots = []
    for index, place in enumerate(tree.places):
        below = tree.below(index)
        inside = {tree.places[k].infoset for k in below} - {-1}
        if place.children and all(member in below for h in inside for member in tree.infosets[h].members):
            roots.append(index)
    return roots


def _solve_at(tree: Tree, root: int, mixed: bool, notes: list[str]) -> list[_Found]:
    """Equilibria of the subgame at `root`, which need not be the tree's root."""
    inner = _next_roots(tree, root)
    solved = [_solve_at(tree, index, mixed, notes) for index in inner]
    if prod(map(len, solved)) > MOST_EQUILIBRIA:
        raise InputError(
            f"equilibria: the subgames leave {prod(map(len, solved))} combinations to list, of which at most "
            f"{MOST_EQUILIBRIA} are allowed; break the ties among pay-offs, or solve the subgames one by one."
        )
    out = []
    for parts in product(*solved):
        stands_for = {index: part.value for index, part in zip(inner, parts, strict=True)}
        for own in _solve_local(Local(tree, root, stands_for), mixed, notes):
            out.append(_merged([own, *parts], own.value))
    return out


def _next_roots(tree: Tree, root: int) -> list[int]:
    """The largest proper subgames strictly inside the one at `root`."""
    starts = set(subgame_roots(tree)) - {root}
    found: list[int] = []
    stack = list(tree.places[root].children)
    while stack:
        index = stack.pop()
        if index in starts:
            found.append(index)
        else:
            stack.extend(tree.places[index].children)
    return sorted(found)


def _merged(parts: list[_Found], value: np.ndarray) -> _Found:
    profile: Profile = {}
    beliefs: dict[int, np.ndarray] = {}
    needed: dict[int, np.ndarray] = {}
    for part in parts:
        profile |= part.profile
        beliefs |= part.beliefs
        needed |= part.needed
    return _Found(profile, value, beliefs, needed, all(part.sequential for part in parts))


def _solve_local(local: Local, mixed: bool, notes: list[str]) -> list[_Found]:
    """Equilibria of a subgame whose own proper subgames are values already."""
    out = [found for profile in _pure_profiles(local) if (found := _checked(local, profile))]
    if not mixed or not local.infosets:
        return out
    active = sorted({local.tree.infosets[h].player for h in local.infosets})
    if len(active) > 2:
        notes.append(
            f"mixed equilibria were not searched in a subgame where {len(active)} players move without knowing all."
        )
    elif len(active) == 2:
        out += [found for profile in _mixed_profiles(local, active) if (found := _checked(local, profile))]
    return out


def _checked(local: Local, profile: Profile) -> _Found | None:
    found = assess_profile(local, profile)
    if found is None:
        return None
    value = local.values(profile)[local.root]
    return _Found(profile, value, found.beliefs, found.needed, found.sequential)


def _pure_profiles(local: Local) -> Iterator[Profile]:
    sizes = [len(local.tree.infosets[h].actions) for h in local.infosets]
    if prod(sizes) > MOST_PROFILES:
        raise InputError(
            f"equilibria: a subgame with {len(sizes)} information sets has {prod(sizes)} pure profiles; at most "
            f"{MOST_PROFILES} are tried. Show players more of what happened, or leave actions out."
        )
    for choice in product(*map(range, sizes)):
        yield {h: np.eye(size)[a] for h, size, a in zip(local.infosets, sizes, choice, strict=True)}


def _mixed_profiles(local: Local, active: list[int]) -> Iterator[Profile]:
    """Profiles in which both mix, from the reduced normal form; sets a player never reaches are filled in every way."""
    plans = [_plans(local, player) for player in active]
    payoff = np.array(
        [[local.values(_as_profile(local, [a, b]))[local.root][active] for b in plans[1]] for a in plans[0]]
    )
    for pair in mixed_equilibria(payoff[..., 0], payoff[..., 1]):
        fixed: Profile = {}
        open_sets: list[int] = []
        for own, chances in zip(plans, pair, strict=True):
            for h in own[0]:
                weight = np.zeros(len(local.tree.infosets[h].actions))
                for plan, chance in zip(own, chances, strict=True):
                    if plan[h] >= 0:
                        weight[plan[h]] += chance
                if weight.sum() > 0:
                    fixed[h] = weight / weight.sum()
                else:
                    open_sets.append(h)
        sizes = [len(local.tree.infosets[h].actions) for h in open_sets]
        for choice in product(*map(range, sizes)):
            filled = {h: np.eye(n)[a] for h, n, a in zip(open_sets, sizes, choice, strict=True)}
            yield fixed | filled


def _plans(local: Local, player: int) -> list[dict[int, int]]:
    """The player's reduced pure strategies: information set → action, −1 where its own moves rule the set out."""
    own = [h for h in local.infosets if local.tree.infosets[h].player == player]
    plans: dict[tuple[int, ...], dict[int, int]] = {}
    for choice in product(*(range(len(local.tree.infosets[h].actions)) for h in own)):
        plan = dict(zip(own, choice, strict=True))
        cut = {h: a if local.allows(plan, h) else -1 for h, a in plan.items()}
        plans.setdefault(tuple(cut.values()), cut)
    return list(plans.values())


def _as_profile(local: Local, plans: list[dict[int, int]]) -> Profile:
    return {
        h: np.eye(len(local.tree.infosets[h].actions))[max(a, 0)] for plan in plans for h, a in plan.items()
    }


def _is_pure(profile: Profile) -> bool:
    return all(odds.max() > 1 - 1e-12 for odds in profile.values())


def _named(game: Game, found: _Found) -> Equilibrium:
    infosets = game.tree.infosets
    order = sorted(found.profile)
    return Equilibrium(
        strategy={
            infosets[h].name: dict(zip(infosets[h].actions, map(float, found.profile[h]), strict=True))
            for h in order
        },
        payoffs=dict(zip(game.players, map(float, found.value), strict=True)),
        beliefs={infosets[h].name: found.beliefs[h] for h in order if h in found.beliefs},
        needed={infosets[h].name: found.needed[h] for h in order if h in found.needed},
        sequential=found.sequential,
        pure=_is_pure(found.profile),
    )
