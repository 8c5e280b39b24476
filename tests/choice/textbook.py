"""The textbook models of bargaining and war, built from the functions that the simulated case uses.

Two sides divide a pie of one; side A's share is x. A war costs c_A and c_B and gives A the pie with chance p, so A
expects p − c_A and B expects 1 − p − c_B from fighting: their reservation values. Fearon 1995 (International
Organization 49:379), Powell 2006 (International Organization 60:169).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from contactline.choice.bargaining_range import Family, Span
from contactline.choice.game import Chance, Decision, Game, Terminal
from contactline.core.errors import InputError

A, B = "a", "b"
PLAYERS = {A: "Side A", B: "Side B"}


@dataclass(frozen=True)
class War:
    """p : chance that A wins; cost_a, cost_b : what fighting costs each, in shares of the pie.

    Raises InputError for a chance outside 0 to 1 or a cost below 0.
    """

    p: float
    cost_a: float
    cost_b: float

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1 or min(self.cost_a, self.cost_b) < 0:
            raise InputError(
                f"war: p {self.p:g}, costs {self.cost_a:g} and {self.cost_b:g}; allowed are a chance from 0 to 1 and "
                "costs from 0 up."
            )

    @property
    def reservation(self) -> dict[str, float]:
        """What each side expects from fighting, the least it settles for : side → share of the pie."""
        return {A: self.p - self.cost_a, B: 1.0 - self.p - self.cost_b}


def division(war: War, points: np.ndarray, *, risk: float = 1.0) -> Family:
    """The family of divisions x = A's share, with advantages over fighting; `risk` r makes utilities xʳ.

    With r = 1 (risk neutral) the bargaining range is [p − c_A, p + c_B], cut to what can be divided; risk aversion
    (r < 1) widens it.
    """
    certain = {A: points**risk, B: (1.0 - points) ** risk}
    return Family(points, {side: (certain[side] - war.reservation[side])[:, None] for side in (A, B)}, {})


def uncertain_division(p: float, cost_a: float, costs_b: np.ndarray, points: np.ndarray) -> Family:
    """The same with B's cost known to B alone: one belief set per value. costs_b : ndarray[set], equally likely."""
    ones = np.ones(len(costs_b))
    return Family(
        points,
        {
            A: np.outer(points - (p - cost_a), ones),
            B: (1.0 - points)[:, None] - (1.0 - p - costs_b)[None, :],
        },
        {},
    )


def demand_in_closed_form(p: float, cost_a: float, low: float, high: float) -> tuple[float, float]:
    """A's best demand and the risk of war when B's cost is uniform on [low, high] : share of the pie, chance.

    A demand p + y is refused with chance F(y) = (y − low)/(high − low); the first-order condition
    1 − F = f·(y + c_A) gives y = (high − c_A)/2, held within [low, high] and x ≤ 1. No risk is taken if c_A ≥ high −
    2·low: then peace is certain, at B's lowest cost.
    """
    if not 0 <= low < high:
        raise InputError(f"cost of B: uniform on {low:g} to {high:g}; allowed is 0 ≤ low < high.")
    y = min(max((high - cost_a) / 2.0, low), high, 1.0 - p)
    return p + y, max((y - low) / (high - low), 0.0)


def ultimatum(war: War, demands: np.ndarray) -> Game:
    """A demands a share, B accepts or fights : a game tree with one branch a demand."""
    fight = Terminal(war.reservation, "war")

    def answer(x: float) -> Decision:
        take = Terminal({A: x, B: 1.0 - x}, "settlement")
        return Decision(B, f"asked for {x:g}", (("accept", take), ("fight", fight)))

    asked = tuple((f"demand {x:g}", answer(float(x))) for x in demands)
    return Game("Ultimatum under complete information", PLAYERS, Decision(A, "demand", asked))


def uncertain_ultimatum(
    p: float, cost_a: float, costs_b: dict[str, tuple[float, float]], demands: np.ndarray
) -> Game:
    """The same when nature draws B's cost, which B alone learns. costs_b : type → (cost, chance)."""

    def asked(kind: str) -> Decision:
        war = War(p, cost_a, costs_b[kind][0])
        branches = []
        for x in map(float, demands):
            take = Terminal({A: x, B: 1.0 - x}, "settlement")
            fight = Terminal(war.reservation, "war")
            branches.append(
                (
                    f"demand {x:g}",
                    Decision(B, f"{kind}, asked for {x:g}", (("accept", take), ("fight", fight))),
                )
            )
        return Decision(A, "demand", tuple(branches))

    draw = Chance("cost of B", tuple((kind, chance, asked(kind)) for kind, (_, chance) in costs_b.items()))
    return Game("Ultimatum under incomplete information", PLAYERS, draw)


@dataclass(frozen=True)
class Shift:
    """Power that shifts once: A, the rising side, wins a war with chance p_now today and p_later from tomorrow on.

    A war is fought once, costs c_A or c_B once, and gives the winner the whole pie of one a period for ever; `discount`
    is what a period's pie is worth a period earlier. `split` : share of what peace saves tomorrow that goes to A
    (1: A makes take-it-or-leave-it offers, as in Fearon 1995; 0: A gets no more than its war value, as in Powell).
    """

    p_now: float
    p_later: float
    cost_a: float
    cost_b: float
    discount: float
    split: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.discount < 1 or not 0 <= self.split <= 1:
            raise InputError(
                f"shift of power: discount {self.discount:g}, split {self.split:g}; allowed are a discount from 0 to "
                "below 1 and a split from 0 to 1."
            )
        War(self.p_now, self.cost_a, self.cost_b)
        War(self.p_later, self.cost_a, self.cost_b)

    def fighting(self, p: float) -> dict[str, float]:
        """What a war fought in a period with chance p is worth to each side : side → value of all periods."""
        ever = 1.0 / (1.0 - self.discount)
        return {A: p * ever - self.cost_a, B: (1.0 - p) * ever - self.cost_b}

    def tomorrow(self) -> dict[str, float]:
        """What each side gets from tomorrow on if today is peaceful: its war value and its part of what peace saves."""
        war = self.fighting(self.p_later)
        ever = 1.0 / (1.0 - self.discount)
        own = min(max(war[A] + self.split * (self.cost_a + self.cost_b), 0.0), ever)
        return {A: own, B: ever - own}

    def today(self, points: np.ndarray) -> Family:
        """The divisions of today's pie, with advantages over a war fought today."""
        later, war = self.tomorrow(), self.fighting(self.p_now)
        own = {A: points, B: 1.0 - points}
        return Family(
            points,
            {side: (own[side] + self.discount * later[side] - war[side])[:, None] for side in (A, B)},
            {},
        )

    @property
    def gap(self) -> float:
        """By how much the shift in A's prospects exceeds what peace has to share; above 0 nothing prevents war today.

        Powell's condition: δ·M_A(t+1) − M_A(t) > V − M_A(t) − M_B(t), with M the war values and V = 1/(1−δ) all pies;
        here it reads δ·p_later − p_now > (1−δ)·(c_B + δ·c_A). With `split` = 1 A keeps all that peace saves tomorrow
        and it becomes Fearon's δ·p_later − p_now > (1−δ)²·c_B.
        """
        everything = 1.0 / (1.0 - self.discount)
        now = self.fighting(self.p_now)
        return self.discount * self.tomorrow()[A] - now[A] - (everything - now[A] - now[B])


def range_in_closed_form(war: War) -> Span:
    """[p − c_A, p + c_B], cut to shares between 0 and 1."""
    return max(war.p - war.cost_a, 0.0), min(war.p + war.cost_b, 1.0)
