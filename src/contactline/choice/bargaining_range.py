"""Which settlements of a family each side prefers to fighting on, and whether any is left that all prefer.

The same few functions serve the textbook models (utilities linear in the share of the pie) and simulated courses
(values of outcomes per belief set): a side accepts where its advantage over fighting on is above zero, its reservation
point is where the advantage is zero, the bargaining range is what lies between the reservation points of all (Fearon
1995, International Organization 49:379). It may be empty, and is then shown as empty. How deep it is, or how far from
one the sides are, is measured in the stakes: what the whole family is worth to each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from contactline.choice.consent import accepts
from contactline.core.errors import InputError

Span = tuple[float, float]
"""A closed stretch of the family of settlements: its lowest and highest point."""


TOUCH = 1e-12
"""Stretches that miss each other by no more than this are taken to touch: that much is rounding."""


@dataclass(frozen=True)
class Family:
    """Advantages over fighting on along a family of settlements.

    point : ndarray[point], where each settlement stands in the family, rising
    advantage : actor → ndarray[point, set], expected value of the settlement less that of fighting on, per belief set
    blocked : actor → why it refuses whatever the values (a clause it calls unacceptable), per point; '' if it does not

    Raises InputError for an empty family, points that do not rise, or advantages of another shape.
    """

    point: np.ndarray
    advantage: Mapping[str, np.ndarray]
    blocked: Mapping[str, Sequence[str]]

    def __post_init__(self) -> None:
        if not len(self.point) or not self.advantage:
            raise InputError(
                f"bargaining range: the family has {len(self.point)} settlements and {len(self.advantage)} actors; "
                "allowed are one or more of each."
            )
        if np.any(np.diff(self.point) <= 0):
            raise InputError(f"bargaining range: points {list(self.point)}; allowed are rising numbers.")
        for actor, values in self.advantage.items():
            if values.ndim != 2 or len(values) != len(self.point):
                raise InputError(
                    f"bargaining range: advantages of {actor!r} have shape {values.shape}; allowed is "
                    f"({len(self.point)}, belief sets), one row a settlement."
                )

    def accepts(self, actor: str) -> np.ndarray:
        """Whether the actor prefers each settlement under each belief set : ndarray[point, set] bool."""
        found: np.ndarray = accepts(self.advantage[actor]) & ~self.vetoed(actor)[:, None]
        return found

    def share(self, *actors: str) -> np.ndarray:
        """Share of belief sets under which all these actors accept, if they share their beliefs : ndarray[point]."""
        found: np.ndarray = np.logical_and.reduce([self.accepts(actor) for actor in actors]).mean(axis=1)
        return found

    def spans(self, actor: str, which: int | None = None) -> list[Span]:
        """Where the actor accepts under one belief set, or (None) under at least half of them."""
        values = self.advantage[actor]
        own = np.median(values, axis=1) if which is None else values[:, which]
        return acceptable(self.point, np.where(self.vetoed(actor), -np.inf, own))

    def range(self, *actors: str, which: int | None = None) -> list[Span]:
        """The bargaining range of these actors: where all accept; an empty list if nowhere."""
        return overlap(*(self.spans(actor, which) for actor in actors))

    def share_with_range(self, *actors: str) -> float:
        """Share of belief sets under which the bargaining range is not empty."""
        sets = next(iter(self.advantage.values())).shape[1]
        found: float = sum(bool(self.range(*actors, which=which)) for which in range(sets)) / sets
        return found

    def gain(self, actor: str) -> np.ndarray:
        """The actor's median advantage over the belief sets : ndarray[point], units of its value."""
        found: np.ndarray = np.median(self.advantage[actor], axis=1)
        return found

    def depth(self, *actors: str) -> np.ndarray:
        """What the side that gains least gains of each settlement, in the stakes : ndarray[point], share of the stakes.

        The stakes of a side are what the whole family is worth to it: its highest less its lowest median advantage.
        0 is the reservation point, below it the side is that far short of one; NaN where a side vetoes the settlement,
        or the family is all one to it.
        """
        each = []
        for actor in actors:
            gain = self.gain(actor)
            stakes = float(np.ptp(gain))
            own = gain / stakes if stakes > 0 else np.full(len(gain), np.nan)
            each.append(np.where(self.vetoed(actor), np.nan, own))
        found: np.ndarray = np.min(each, axis=0)
        return found

    def deepest(self, *actors: str) -> tuple[float, float]:
        """The point at which the side that gains least gains most, and that gain as a share of the stakes.

        Between members of the family every side's gain is read as a straight line, so the point is a member or where
        two such lines cross. NaN and NaN where every member is vetoed.
        """
        each = [self.depth(actor) for actor in actors]
        points = {float(x) for x in self.point}
        for k in range(len(self.point) - 1):
            for a, b in combinations(each, 2):
                start, end = a[k] - b[k], a[k + 1] - b[k + 1]
                if start * end < 0:
                    points.add(
                        float(self.point[k] + (self.point[k + 1] - self.point[k]) * start / (start - end))
                    )
        tried = np.array(sorted(points))
        # np.interp gives NaN next to a barred member, except at members themselves.
        least = np.min([np.interp(tried, self.point, own) for own in each], axis=0)
        at_members = dict(zip(self.point.tolist(), np.min(each, axis=0).tolist(), strict=True))
        least = np.array(
            [at_members.get(x, value) for x, value in zip(tried.tolist(), least.tolist(), strict=True)]
        )
        if np.isnan(least).all():
            return float("nan"), float("nan")
        best = int(np.nanargmax(least))
        return float(tried[best]), float(least[best])

    def vetoed(self, actor: str) -> np.ndarray:
        """Whether the actor calls a clause of each settlement unacceptable : ndarray[point] bool."""
        return np.array([bool(why) for why in self.blocked.get(actor, [""] * len(self.point))])


def acceptable(point: np.ndarray, advantage: np.ndarray) -> list[Span]:
    """Stretches of the family between reservation points, ends included, read as straight lines between the points.

    point, advantage : ndarray[point]; a point of −inf advantage (a veto) bars the stretch up to its neighbours
    """
    good = advantage >= 0
    spans: list[Span] = []
    k = 0
    while k < len(point):
        if not good[k]:
            k += 1
            continue
        first = k
        while k + 1 < len(point) and good[k + 1]:
            k += 1
        low = point[first] if first == 0 else _zero(point, advantage, first - 1)
        high = point[k] if k + 1 == len(point) else _zero(point, advantage, k)
        spans.append((float(low), float(high)))
        k += 1
    return spans


def overlap(*each: Sequence[Span]) -> list[Span]:
    """The stretches that lie in one of every actor's: an empty list if there are none."""
    common = list(each[0])
    for spans in each[1:]:
        met = [(max(a, c), min(b, d)) for a, b in common for c, d in spans]
        common = [(min(span), max(span)) for span in met if span[0] <= span[1] + TOUCH]
    return common


@dataclass(frozen=True)
class Demand:
    """The settlement that serves one side best when the other takes it or fights.

    point : where it stands in the family (NaN: no settlement beats fighting); refused : chance that the other fights
    gain : expected advantage over fighting on
    """

    point: float
    refused: float
    gain: float


def best_demand(family: Family, asker: str, other: str) -> Demand:
    """A take-it-or-leave-it offer under uncertainty about what the other would rather fight than sign.

    The asker weighs what it gets if the other signs against the chance that it does, over the belief sets; the
    textbook's trade-off of risk and return (Fearon 1995).
    """
    expected = np.mean(np.where(family.accepts(other), family.advantage[asker], 0.0), axis=1)
    expected = np.where(family.vetoed(asker), -np.inf, expected)
    best = int(np.argmax(expected))
    signs = float(family.share(other)[best])
    if expected[best] <= 0:
        return Demand(float("nan"), 1.0, 0.0)
    return Demand(float(family.point[best]), 1.0 - signs, float(expected[best]))


def _zero(point: np.ndarray, advantage: np.ndarray, k: int) -> float:
    """Where the line from point k to k + 1 crosses zero; at the accepted end if the other end is barred."""
    a, b = advantage[k], advantage[k + 1]
    if not np.isfinite(a) or not np.isfinite(b):
        return float(point[k + 1] if np.isfinite(b) else point[k])
    return float(point[k] - a * (point[k + 1] - point[k]) / (b - a))
