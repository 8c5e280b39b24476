"""Forecasts of where ground falls, given how much: the fitted front and the simple rules that it must beat.

Each is told the number of cells that fall within the horizon and says which: a probability for every cell, and
draws of the count in every sector. It is handed a history cut at the origin, so it cannot see what it is scored on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Protocol

import numpy as np

from contactline.core.errors import InputError
from contactline.core.streams import Streams
from contactline.war.capture_data import CAPTURE, GROUND, History, activity_rings, exposed
from contactline.war.kernel import simulate_front
from contactline.war.kernel_given import Levers, Means
from contactline.war.sectors import Sectors, kilometres
from contactline.war.space import SpaceFit, fit_space

RECENT_WEEKS = 13
"""Sector persistence looks back a quarter: shorter is noisier, longer misses what has moved (not tuned)."""
REACH = {1: 2, 4: 3, 13: 5, 26: 8}
"""Steps from the line within which cells are scored, by horizon: they hold 96, 94, 90 and 89% of what fell."""
FIRST_SNAPSHOT = 6
SNAPSHOT_STEP = 2
ACTIVITY_DECAYS = (0.5, 0.7, 0.9)
SMOOTHING = 0.5
"""Added to counts of captures, so that a quiet sector is not called impossible."""


@dataclass
class View:
    """What is known at an origin: the history up to it, the sectors, and snapshots shared by the rules.

    others : ndarray[week, map], weekly net km² of further maps up to the origin; maps : their names
    """

    past: History
    sectors: Sectors
    others: np.ndarray
    maps: tuple[str, ...]
    seed: int
    _fit: SpaceFit | None = field(default=None, repr=False)
    _snapshots: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    def near(self, reach: int, week: int | None = None) -> np.ndarray:
        """Cells not held within `reach` steps of a held one : ndarray[cell] bool; after `week`, default the last."""
        steps = self.steps(reach, week)
        return (steps > 0) & (steps <= reach)

    def steps(self, reach: int, week: int | None = None) -> np.ndarray:
        """Steps to the nearest held cell, 0 where held, reach + 1 beyond : ndarray[cell] int."""
        held = np.append(self.past.holder(week) == CAPTURE, False)
        steps = np.where(held[:-1], 0, reach + 1)
        for step in range(1, reach + 1):
            held[:-1] |= held[self.past.neighbour].any(axis=1)
            held[-1] = False
            steps[held[:-1] & (steps > step)] = step
        return steps

    def recent(self, week: int | None = None, weeks: int = RECENT_WEEKS) -> np.ndarray:
        """Captures by sector in the last weeks : ndarray[sector] int."""
        last = self.past.weeks - 1 if week is None else week
        table = self.past.weekly(CAPTURE, self.sectors.of, self.sectors.count)
        found: np.ndarray = table[max(last + 1 - weeks, 0) : last + 1].sum(axis=0)
        return found

    def fell(self, week: int, horizon: int) -> np.ndarray:
        """Cells captured within `horizon` weeks after `week`, as known at the origin : ndarray[cell] bool."""
        return captured_between(self.past, week, week + horizon)

    def fit(self) -> SpaceFit:
        """The spatial models fitted to the history; once an origin."""
        if self._fit is None:
            self._fit = fit_space(
                self.past, Streams(self.seed), sectors=self.sectors, others=self.others, maps=self.maps
            )
        return self._fit

    def snapshot(self, week: int) -> np.ndarray:
        """Features of every cell after `week` for the boosting baseline : ndarray[cell, feature]."""
        if week not in self._snapshots:
            past = self.past.until(week)
            columns = [exposed(past.neighbour, past.holder()), self.steps(max(REACH.values()), week)]
            for decay in ACTIVITY_DECAYS:
                columns += list(activity_rings(past, decay).T)
            columns += [(past.ground >> k) & 1 for k in range(len(GROUND))]
            columns += [self.recent(week, back)[self.sectors.of] for back in (4, RECENT_WEEKS)]
            columns += list(kilometres(past.lonlat).T)
            self._snapshots[week] = np.column_stack(columns).astype(np.float32)
        return self._snapshots[week]


class Rule(Protocol):
    """A way of saying where `count` cells fall within `horizon` weeks."""

    @property
    def name(self) -> str:
        """Short and unique, for keys."""
        ...

    @property
    def label(self) -> str:
        """For tables and figures."""
        ...

    def __call__(
        self, view: View, horizon: int, count: int, draws: int, streams: Streams
    ) -> tuple[np.ndarray, np.ndarray]:
        """Probability that each cell falls ndarray[cell], and draws of counts ndarray[draw, sector]."""
        ...


@dataclass(frozen=True)
class SimulatedFront:
    """The fitted front run by the kernel; `course` False leaves the sectors' own course out (to see what it earns)."""

    course: bool = True

    @property
    def name(self) -> str:
        """Short name."""
        return "front" if self.course else "front-no-course"

    @property
    def label(self) -> str:
        """Name for tables and figures."""
        return "simulated front" if self.course else "simulated front without the sectors' own course"

    def __call__(
        self, view: View, horizon: int, count: int, draws: int, streams: Streams
    ) -> tuple[np.ndarray, np.ndarray]:
        """See Rule; the count is spread evenly over the weeks."""
        fit = view.fit()
        budget = np.full((draws, horizon), count * float(view.past.km2.mean()) / horizon)
        plan = fit.plan_gross(budget, np.zeros_like(budget), streams)
        levers = plan.levers if self.course else Levers(plan.levers.capture_km2, plan.levers.recapture_km2)
        seed = int(streams.rng("score.front").integers(2**31))
        log = simulate_front(
            fit.grid(), view.past.holder(), replace(plan, levers=levers), seed=seed, means=Means(threads=1)
        )
        cell = log.cell.astype(int)[log.holder == CAPTURE]
        draw = np.repeat(np.arange(draws), np.diff(log.draw_start))[log.holder == CAPTURE]
        fallen = np.bincount(cell, minlength=len(view.past.cell))
        flat = draw * view.sectors.count + view.sectors.of[cell]
        counts = np.bincount(flat, minlength=draws * view.sectors.count).reshape(draws, -1)
        return (fallen + SMOOTHING * count / len(fallen)) / (draws + SMOOTHING), counts


@dataclass(frozen=True)
class Persistence:
    """Sectors go on as in the last quarter; within a sector all cells near the line are alike."""

    name: str = "sector-persistence"
    label: str = "sectors as in the last quarter"

    def __call__(
        self, view: View, horizon: int, count: int, draws: int, streams: Streams
    ) -> tuple[np.ndarray, np.ndarray]:
        """See Rule."""
        near = view.near(REACH[horizon])
        room = np.bincount(view.sectors.of[near], minlength=view.sectors.count)
        share = np.where(room > 0, view.recent() + SMOOTHING, 0.0)
        share = share / share.sum()
        chance = np.where(near, (share / np.maximum(room, 1))[view.sectors.of], 0.0)
        counts = streams.rng(f"score.{self.name}").multinomial(count, share, size=draws)
        return scaled(chance, count), counts


@dataclass(frozen=True)
class ByOne:
    """Cells fall as often as cells with the same value of one feature did: held neighbours, or steps to the line.

    feature : what is counted, ndarray[cell], a whole number.
    """

    name: str
    label: str
    feature: Callable[[View, int, int | None], np.ndarray]

    def __call__(
        self, view: View, horizon: int, count: int, draws: int, streams: Streams
    ) -> tuple[np.ndarray, np.ndarray]:
        """See Rule."""
        reach = REACH[horizon]
        short, weeks = training_weeks(view, horizon)
        seen, fell = np.zeros(reach + 8), np.zeros(reach + 8)
        for week in weeks:
            near = view.near(reach, week)
            value = self.feature(view, reach, week)[near]
            seen += np.bincount(value, minlength=len(seen))
            fell += np.bincount(value, weights=view.fell(week, short)[near], minlength=len(seen))
        rate = (fell + 0.01) / (seen + 1.0)
        near = view.near(reach)
        chance = np.where(near, rate[self.feature(view, reach, None)], 0.0)
        return spread_counts(chance, view, count, draws, streams, self.name)


@dataclass(frozen=True)
class Boosting:
    """Gradient-boosted trees on all features at once (scikit-learn, a development dependency).

    Small trees, few rounds: of four settings tried on the scored origins the best, so the baseline is flattered.
    """

    name: str = "boosting"
    label: str = "gradient boosting on the same features"

    def __call__(
        self, view: View, horizon: int, count: int, draws: int, streams: Streams
    ) -> tuple[np.ndarray, np.ndarray]:
        """See Rule. Raises InputError where scikit-learn is not installed."""
        reach = REACH[horizon]
        short, weeks = training_weeks(view, horizon)
        near = [view.near(reach, week) for week in weeks]
        features = np.vstack([view.snapshot(week)[mask] for week, mask in zip(weeks, near, strict=True)])
        labels = np.concatenate(
            [view.fell(week, short)[mask] for week, mask in zip(weeks, near, strict=True)]
        )
        model = boosting_model()(
            max_iter=80, learning_rate=0.06, max_leaf_nodes=6, min_samples_leaf=40, l2_regularization=1.0,
            early_stopping=False, random_state=0,
        )  # fmt: skip
        model.fit(features, labels)
        here = view.near(reach)
        chance = np.zeros(len(here))
        chance[here] = model.predict_proba(view.snapshot(view.past.weeks - 1)[here])[:, 1]
        return spread_counts(chance, view, count, draws, streams, self.name)


def default_rules(*, boosting: bool = False) -> tuple[Rule, ...]:
    """The front, the front without sector courses, and the baselines."""
    plain: tuple[Rule, ...] = (
        SimulatedFront(),
        SimulatedFront(course=False),
        Persistence(),
        ByOne("neighbours", "held neighbours alone", _held_neighbours),
        ByOne("distance", "distance to the line alone", _distance),
    )
    return (*plain, Boosting()) if boosting else plain


def boosting_available() -> bool:
    """True where scikit-learn can be imported."""
    try:
        boosting_model()
    except InputError:
        return False
    return True


def boosting_model() -> type:
    """scikit-learn's classifier. Raises InputError where it is not installed."""
    try:
        model: type = import_module("sklearn.ensemble").HistGradientBoostingClassifier
    except ImportError:
        raise InputError(
            "boosting: scikit-learn is not installed; it serves this baseline only. Install it with "
            "`pip install scikit-learn`, or leave this baseline out."
        ) from None
    return model


def captured_between(past: History, after: int, until: int) -> np.ndarray:
    """Cells captured in weeks after `after` up to `until` : ndarray[cell] bool."""
    chosen = (past.event_week > after) & (past.event_week <= until) & (past.event_holder == CAPTURE)
    fell = np.zeros(len(past.cell), bool)
    fell[past.event_cell[chosen]] = True
    return fell


def training_weeks(view: View, horizon: int) -> tuple[int, range]:
    """Horizon and weeks to learn from: the horizon asked for, or half of what is known where that is shorter."""
    last = view.past.weeks - 1
    short = max(1, min(horizon, (last - FIRST_SNAPSHOT) // 2))
    return short, range(FIRST_SNAPSHOT, last - short + 1, SNAPSHOT_STEP)


def scaled(chance: np.ndarray, count: int) -> np.ndarray:
    """Chances, ndarray[cell], times one factor, cut at one, so that they sum to the count (or to what cells there
    are)."""
    if count == 0:
        return np.zeros_like(chance)
    if not chance.any() or count >= (chance > 0).sum():
        return (chance > 0).astype(float)
    # Halve the range of the factor's logarithm: the cut at one can only raise it above the plain ratio.
    low, high = np.log(count / chance.sum()), -np.log(chance[chance > 0].min())
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(np.exp(middle) * chance, 1).sum() < count else (low, middle)
    found: np.ndarray = np.minimum(np.exp(high) * chance, 1.0)
    return found


def spread_counts(
    chance: np.ndarray, view: View, count: int, draws: int, streams: Streams, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """The chances, ndarray[cell], scaled to the count, and counts by sector, ndarray[draw, sector], drawn as a
    multinomial of their sums."""
    share = np.bincount(view.sectors.of, weights=chance, minlength=view.sectors.count)
    counts = streams.rng(f"score.{name}").multinomial(count, share / share.sum(), size=draws)
    return scaled(chance, count), counts


def _held_neighbours(view: View, reach: int, week: int | None) -> np.ndarray:
    return exposed(view.past.neighbour, view.past.holder(week))


def _distance(view: View, reach: int, week: int | None) -> np.ndarray:
    return view.steps(reach, week)
