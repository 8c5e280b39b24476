"""KTAB's Spatial Model of Politics (SMP): actors in an issue space challenge, bargain, and move, turn by turn.

Written after the published C++ sources of KTAB (King Abdullah Petroleum Studies and Research Center, MIT licence,
github.com/lsyaseen/KTAB, examples/smp; options as in its reference runs: linear victory, proportional votes,
conditional choice, deterministic moves, middle risk range, one third of risk seen by others, semi-committed third
parties). It is the reference that our simpler models are set beside; `docs/cohesion.md` shows its figures and ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from contactline.core.errors import InputError

LEAST_COALITION = 1e-8
LEAST_CONTRIBUTION = 1e-10
LEAST_GAIN = 1e-5
LEAST_WEIGHT = 1e-6
SAME_POSITION = 1e-3
"""Numerical floors of the original: they keep 0/0 away, and say when two positions count as one."""

LEAST_TURNS, MOST_TURNS = 2, 100
STILL = 0.02
"""The run stops once a turn's movement falls below this share of the first turn's."""


@dataclass(frozen=True)
class Challenge:
    """Actor `by` challenges `on`: its own estimate of the chance to win and of its gain in utility, 0 to 2."""

    by: int
    on: int
    chance: float
    gain: float


@dataclass(frozen=True)
class SmpRun:
    """positions : ndarray[turn, actor, dimension], 0 to 1; chances : ndarray[turn, actor], of the actor's position
    winning (actors at one position share it); risk : ndarray[turn, actor], −1 to 1; challenges : of each turn."""

    positions: np.ndarray
    chances: np.ndarray
    risk: np.ndarray
    challenges: tuple[tuple[Challenge, ...], ...]

    def expected(self) -> np.ndarray:
        """The mean of the final positions under the lottery that chooses one : ndarray[dimension]."""
        group = _groups(self.positions[-1])
        kept = np.unique(group)
        mean: np.ndarray = self.chances[-1][kept] @ self.positions[-1][kept]
        return mean


def run_smp(
    position: np.ndarray,
    salience: np.ndarray,
    capability: np.ndarray,
    turns: int = MOST_TURNS,
    fixed: np.ndarray | None = None,
) -> SmpRun:
    """Bargain until the movement dies down.

    position, salience : ndarray[actor, dimension], 0 to 1 (an actor's saliences add up to at most 1);
    capability : ndarray[actor], above 0; fixed : ndarray[actor] bool, actors that never move. Raises InputError
    for anything else, or for fewer than two positions.
    """
    _check(position, salience, capability)
    now = np.array(position, dtype=float)
    states, chances, risks, challenges = [now], [], [], []
    first = None
    for turn in range(1, turns + 1):
        view = _View.of(now, salience, capability)
        chances.append(view.win_chances())
        risks.append(view.risk)
        challenges.append(view.challenges())
        after = view.settle(challenges[-1])
        if fixed is not None:
            after[fixed] = now[fixed]
        moved = float(np.linalg.norm(after - now, axis=1).sum())
        first = moved + 1e-4 if first is None else first
        states.append(after)
        now = after
        if _apart(now) == 1 or (turn >= LEAST_TURNS and moved / first < STILL):
            break
    last = _View.of(now, salience, capability)
    return SmpRun(np.stack(states), np.stack([*chances, last.win_chances()]), np.stack([*risks, last.risk]),
                  tuple(challenges))  # fmt: skip


def conditional_choice(utility: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Chance that each option wins : ndarray[option].

    p_i ∝ Π_j C_ij / (C_ij + C_ji), C_ij the votes of those who prefer i to j, strength × difference of utility.
    utility : ndarray[actor, option]; strength : ndarray[actor].
    """
    votes = strength[:, None, None] * (utility[:, :, None] - utility[:, None, :])
    coalition = LEAST_COALITION + np.maximum(votes, 0).sum(axis=0)
    beats = coalition / (coalition + coalition.T)
    p = beats.prod(axis=1)
    found: np.ndarray = p / p.sum()
    return found


@dataclass(frozen=True)
class _View:
    """One turn as the actors see it. utility : ndarray[observer, actor, position held by]."""

    position: np.ndarray
    salience: np.ndarray
    capability: np.ndarray
    risk: np.ndarray
    utility: np.ndarray

    @classmethod
    def of(cls, position: np.ndarray, salience: np.ndarray, capability: np.ndarray) -> _View:
        """Distances, risk attitudes and everyone's estimate of everyone's utility."""
        gap = _distance(position[:, None, :] - position[None, :, :], salience[:, None, :])
        p = conditional_choice(1 - gap, capability)
        # Middle range: the likeliest winner gets +1, the least likely −1/2. All alike means nobody takes risks.
        spread = p.max() - p.min()
        risk = (3 * p - p.max() - 2 * p.min()) / (2 * spread) if spread > 0 else np.zeros_like(p)
        seen = (2 * risk[:, None] + risk[None, :]) / 3
        return cls(position, salience, capability, risk, _utility(gap[None], seen[:, :, None]))

    @property
    def own(self) -> np.ndarray:
        """Each actor's utility of each position by its own lights : ndarray[actor, position held by]."""
        return self.utility[np.arange(len(self.risk)), np.arange(len(self.risk))]

    def win_chances(self) -> np.ndarray:
        """Chance that each actor's position is the one chosen : ndarray[actor]."""
        group = _groups(self.position)
        kept = np.unique(group)
        p = conditional_choice(self.own[:, kept], self.capability)
        return p[np.searchsorted(kept, group)]

    def challenges(self) -> tuple[Challenge, ...]:
        """Each actor's most promising challenge by its own estimate; those for whom none pays make none."""
        chance, gain = self._prospects()
        np.fill_diagonal(gain, -np.inf)
        best = gain.argmax(axis=1)
        return tuple(
            Challenge(by, int(on), float(chance[by, on]), float(gain[by, on]))
            for by, on in enumerate(best)
            if gain[by, on] > LEAST_GAIN
        )

    def _prospects(self) -> tuple[np.ndarray, np.ndarray]:
        """i's estimate of its chance to beat j, and of its gain in utility from trying : ndarray[i, j] each."""
        u, count = self.utility, len(self.risk)
        every = np.arange(count)
        weight = self.salience.sum(axis=1) * self.capability
        of_own = u[every, :, every]  # [i, n]: by i's lights, n's utility of i's position
        of_other = np.swapaxes(u, 1, 2)  # [i, j, n]: n's utility of j's position
        content = u[:, every, every]  # [i, n]: n's utility of its own
        gap_own = of_own[:, None, :] - of_other  # [i, j, n]: how much n prefers i's position to j's
        pro = LEAST_CONTRIBUTION + weight[:, None] * (content[every, every][:, None] - u[every, every, :])
        con = LEAST_CONTRIBUTION + weight[None, :] * (content - of_own)
        leans = weight * gap_own
        with_by, with_on = pro[:, :, None] + np.maximum(leans, 0), con[:, :, None] + np.maximum(-leans, 0)
        wins = with_by / (with_by + with_on)
        # Semi-committed: a third party that wins keeps its own position, one that loses adopts the victor's.
        votes = weight * (
            wins * (content - of_own)[:, None, :] - (1 - wins) * (content[:, None, :] - of_other)
        )
        votes[every, :, every] = 0  # neither of the two is a third party
        votes[:, every, every] = 0
        pro, con = pro + np.maximum(votes, 0).sum(axis=2), con + np.maximum(-votes, 0).sum(axis=2)
        chance = pro / (pro + con)
        own, other = u[every, every, every][:, None], u[every, every, :]
        resist = self.salience.sum(axis=1)[None, :]
        contest = chance * 2 * own + (1 - chance) * 2 * other
        return chance, (1 - resist) * 2 * own + resist * contest - own - other

    def settle(self, challenges: tuple[Challenge, ...]) -> np.ndarray:
        """Positions after each actor has taken the bargain on its table that wins : ndarray[actor, dimension]."""
        own, count = self.own, len(self.risk)
        present = own.sum(axis=1)
        offers = []
        for one in challenges:
            new = self._bargain(one)
            # Two positions change: everyone's utility of the two, by its own lights, before and after.
            gap = _distance(self.position[None] - np.stack(new)[:, None], self.salience[None])
            change = _utility(gap, self.risk).sum(axis=0) - own[:, one.by] - own[:, one.on]
            offers.append((one.by, one.on, *new, present + change))
        after = self.position.copy()
        for actor in range(count):
            table = [offer for offer in offers if actor in offer[:2]]
            states = np.column_stack([present, *(offer[4] for offer in table)])
            chosen = int(np.argmax(conditional_choice(states / count, self.capability)))
            if chosen:
                by, _on, new_by, new_on, _state = table[chosen - 1]
                after[actor] = new_by if actor == by else new_on
        return after

    def _bargain(self, made: Challenge) -> tuple[np.ndarray, np.ndarray]:
        """Where challenger and target would meet: weights salience² × chance², to four decimals."""
        one, two = self.position[made.by], self.position[made.on]
        w_one = self.salience[made.by] ** 2 * made.chance**2
        w_two = self.salience[made.on] ** 2 * (1 - made.chance) ** 2
        total = w_one + w_two + LEAST_WEIGHT
        first = ((w_one + LEAST_WEIGHT) * one + w_two * two) / total
        second = (w_one * one + (w_two + LEAST_WEIGHT) * two) / total
        return np.floor(0.5 + first * 1e4) / 1e4, np.floor(0.5 + second * 1e4) / 1e4


def _distance(gap: np.ndarray, salience: np.ndarray) -> np.ndarray:
    """Salience-weighted distance of positions, 0 to 1, over the last axis."""
    found: np.ndarray = np.sqrt(((gap * salience) ** 2).sum(axis=-1) / (salience**2).sum(axis=-1))
    return found


def _utility(gap: np.ndarray, risk: np.ndarray) -> np.ndarray:
    """(1 − d)(1 + d·R): 1 at no distance, 0 at the whole scale, bent by the risk attitude R."""
    found: np.ndarray = (1 - gap) * (1 + gap * risk)
    return found


def _groups(position: np.ndarray) -> np.ndarray:
    """For each actor the first actor that stands where it stands : ndarray[actor]."""
    close = np.linalg.norm(position[:, None] - position[None], axis=2) < SAME_POSITION
    found: np.ndarray = close.argmax(axis=1)
    return found


def _apart(position: np.ndarray) -> int:
    return len(np.unique(_groups(position)))


def _check(position: np.ndarray, salience: np.ndarray, capability: np.ndarray) -> None:
    """Raise InputError for inputs the model is not defined on."""
    if position.ndim != 2 or position.shape != salience.shape or len(capability) != len(position):
        raise InputError(
            f"SMP: got position {position.shape}, salience {salience.shape}, capability {capability.shape}; allowed "
            "is position and salience by actor and dimension, and one capability an actor."
        )
    if not (np.all((position >= 0) & (position <= 1)) and np.all(salience > 0) and np.all(capability > 0)):
        raise InputError("SMP: allowed are positions from 0 to 1, saliences and capabilities above 0.")
    if np.any(salience.sum(axis=1) > 1 + 1e-9):
        raise InputError("SMP: an actor's saliences add up to more than 1; scale them down.")
    if _apart(position) < 2:
        raise InputError("SMP: all actors stand at one position; there is nothing to bargain about.")
