"""Forecasts of when places fall: the fitted front under the tempo forecast, and the simple rules it must beat.

Each gives the chance that every place is taken within each horizon, from the history up to its origin alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from contactline.core.streams import Streams
from contactline.score.models import Refits
from contactline.score.places_record import Places, taken_by_week
from contactline.score.space_models import REACH, RECENT_WEEKS, SMOOTHING, View, training_weeks
from contactline.war.capture_data import exposed
from contactline.war.kernel import simulate_front
from contactline.war.kernel_given import Means
from contactline.war.record import TempoRecord


class PlaceRule(Protocol):
    """A way of giving chances that places fall."""

    @property
    def name(self) -> str:
        """Short and unique, for keys."""
        ...

    @property
    def label(self) -> str:
        """For tables and figures."""
        ...

    def __call__(
        self, view: View, places: Places, horizons: Sequence[int], draws: int, streams: Streams
    ) -> np.ndarray:
        """Chance that each place is taken within each horizon : ndarray[horizon, place]."""
        ...


@dataclass(frozen=True)
class ForecastFront:
    """The report's own way: net km² from the forecast `model`, fought out on the map by the fitted front.

    Support and collapses are left out: at an origin they stand as they are. resistance : ndarray[cell] or None
    """

    model: str
    refits: Refits
    resistance: np.ndarray | None = None

    @property
    def name(self) -> str:
        """Short name."""
        return "front" if self.model == "headline" else f"front-{self.model}"

    @property
    def label(self) -> str:
        """Name for tables and figures."""
        pace = {"headline": "headline pool", "tempo": "if the present tempo persists"}[self.model]
        return f"simulated front, {pace}"

    def __call__(
        self, view: View, places: Places, horizons: Sequence[int], draws: int, streams: Streams
    ) -> np.ndarray:
        """See PlaceRule."""
        origin = int(np.flatnonzero(self.refits.record.ends == view.past.ends[-1])[0])
        net = self.refits.at(origin).predict(self.model, max(horizons), draws, streams)
        fit = view.fit()
        plan = fit.plan(net, streams)
        plan = replace(plan, levers=replace(plan.levers, resistance=self.resistance))
        seed = int(streams.rng("score.places.front").integers(2**31))
        log = simulate_front(fit.grid(), view.past.holder(), plan, seed=seed, means=Means(threads=1))
        weeks = np.stack(
            [log.first_week(mask, share) for mask, share in zip(places.inside, places.share, strict=True)]
        )
        fallen = (weeks[None, :, :] <= np.array(horizons)[:, None, None]).sum(axis=2)
        # Never all or nothing from a finite number of draws (Jeffreys' rule).
        return np.asarray((fallen + 0.5) / (draws + 1.0))


@dataclass(frozen=True)
class ByDistance:
    """Places fall as often as places as far from the line did in windows before the origin."""

    name: str = "distance"
    label: str = "base rate by distance to the line"

    def __call__(
        self, view: View, places: Places, horizons: Sequence[int], draws: int, streams: Streams
    ) -> np.ndarray:
        """See PlaceRule."""
        taken = taken_by_week(view.past, places)
        rows = []
        for horizon in horizons:
            reach = REACH[horizon]
            seen, fell = np.zeros(reach + 2), np.zeros(reach + 2)
            short, weeks = training_weeks(view, horizon)
            for week in weeks:
                steps = places.steps(view.steps(reach, week))
                free = ~taken[week]
                seen += np.bincount(steps[free], minlength=reach + 2)
                went = free & taken[week + 1 : week + short + 1].any(axis=0)
                fell += np.bincount(steps[went], minlength=reach + 2)
            rate = (fell + 0.01) / (seen + 1.0)
            steps = places.steps(view.steps(reach))
            rows.append(stretched(rate[steps], short, horizon))
        return np.stack(rows)


@dataclass(frozen=True)
class StraightLine:
    """A place falls when the line, moving on at its sector's pace of the last quarter, reaches it.

    Pace: cells taken per week and cell of the sector's line, in steps a week. Yes and no are turned into the shares of
    places that fell after a yes and after a no in windows before the origin.
    """

    name: str = "straight-line"
    label: str = "distance over the sector's pace"

    def __call__(
        self, view: View, places: Places, horizons: Sequence[int], draws: int, streams: Streams
    ) -> np.ndarray:
        """See PlaceRule."""
        taken = taken_by_week(view.past, places)
        sector = _sector_of(places, view)
        rows = []
        for horizon in horizons:
            reach = REACH[horizon]
            seen, fell = np.zeros(2), np.zeros(2)
            short, weeks = training_weeks(view, horizon)
            for week in weeks:
                steps = places.steps(view.steps(reach, week))
                near = ~taken[week] & (steps <= reach)
                yes = (steps <= short * self._pace(view, week)[sector]).astype(int)
                seen += np.bincount(yes[near], minlength=2)
                went = near & taken[week + 1 : week + short + 1].any(axis=0)
                fell += np.bincount(yes[went], minlength=2)
            rate = stretched((fell + SMOOTHING) / (seen + 2 * SMOOTHING), short, horizon)
            steps = places.steps(view.steps(reach))
            rows.append(rate[(steps <= horizon * self._pace(view, None)[sector]).astype(int)])
        return np.stack(rows)

    @staticmethod
    def _pace(view: View, week: int | None) -> np.ndarray:
        """Steps a week by sector : ndarray[sector]."""
        open_cells = exposed(view.past.neighbour, view.past.holder(week)) > 0
        line = np.bincount(view.sectors.of[open_cells], minlength=view.sectors.count)
        last = view.past.weeks - 1 if week is None else week
        weeks = min(RECENT_WEEKS, last + 1)
        return np.asarray(view.recent(week) / weeks / np.maximum(line, 1))


@dataclass(frozen=True)
class SectorRate:
    """A sector goes on taking cells as in the last quarter; within it all cells near the line are alike."""

    name: str = "sector-persistence"
    label: str = "sectors as in the last quarter"

    def __call__(
        self, view: View, places: Places, horizons: Sequence[int], draws: int, streams: Streams
    ) -> np.ndarray:
        """See PlaceRule."""
        sector = _sector_of(places, view)
        rows = []
        for horizon in horizons:
            near = view.near(REACH[horizon])
            room = np.bincount(view.sectors.of[near], minlength=view.sectors.count)
            due = (view.recent() + SMOOTHING) * horizon / RECENT_WEEKS
            rows.append(np.minimum(due / np.maximum(room, 1), 1.0)[sector])
        return np.stack(rows)


def default_rules(
    record: TempoRecord, series: str, seed: int, resistance: np.ndarray | None = None
) -> tuple[PlaceRule, ...]:
    """The front under the headline forecast and under the present tempo, and the baselines.

    seed : a whole number; resistance : ndarray[cell], log, see ForecastFront.
    """
    refits = Refits(record, series, seed)
    return (
        ForecastFront("headline", refits, resistance),
        ForecastFront("tempo", refits, resistance),
        ByDistance(),
        StraightLine(),
        SectorRate(),
    )


def stretched(rate: np.ndarray, weeks: int, horizon: int) -> np.ndarray:
    """A chance over `weeks` as one over `horizon` weeks at the same hazard : same shape."""
    return np.asarray(1.0 - (1.0 - rate) ** (horizon / weeks))


def _sector_of(places: Places, view: View) -> np.ndarray:
    """Sector in which most of a place lies : ndarray[place] int."""
    counts = np.stack(
        [np.bincount(view.sectors.of[mask], minlength=view.sectors.count) for mask in places.inside]
    )
    return np.asarray(counts.argmax(axis=1))
