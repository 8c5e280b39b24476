"""Everything the record says about where ground changes hands, fitted at once and turned into what the kernel reads.

Sectors, the rules of capture and recapture, sector activity, and gross against net. `SpaceFit.plan` makes from a net
tempo path the simulator's rules, levers and starting activity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from contactline.core.errors import InputError
from contactline.core.streams import Streams
from contactline.war.activity import ActivityData, ActivityFit, fit_activity
from contactline.war.capture import BURN_IN_WEEKS, CaptureFit, draw_rules, fit_capture, sector_pulls
from contactline.war.capture_data import CAPTURE, RECAPTURE, History
from contactline.war.grid import Grid, grid_from_cells
from contactline.war.kernel_given import Levers, Plan
from contactline.war.sectors import Sectors, draw_sectors
from contactline.war.turnover import TurnoverFit, fit_turnover

RULES = 64
"""Posterior draws of the rules that the trajectories share in turn."""


@dataclass(frozen=True)
class SpaceFit:
    """The fitted spatial models and the record they were fitted to."""

    past: History
    sectors: Sectors
    capture: CaptureFit
    recapture: CaptureFit
    activity: ActivityFit
    turnover: TurnoverFit

    def grid(self) -> Grid:
        """The theatre's graph with these sectors, built once."""
        return self._grid

    @cached_property
    def _grid(self) -> Grid:
        cells = pd.DataFrame({"cell": self.past.cell, "km2": self.past.km2})
        return grid_from_cells(cells, self.sectors.of, self.sectors.name)

    def plan(self, net: np.ndarray, streams: Streams, *, rules: int = RULES) -> Plan:
        """Rules and levers for net paths ndarray[draw, week], km². Deterministic given the streams' seed.

        Streams used: war.rules, war.turnover, war.sectors; none depends on the paths' values in another.
        """
        captured, recaptured = self.turnover.gross(net, streams.rng("war.turnover"))
        return self.plan_gross(captured, recaptured, streams, rules=rules)

    def plan_gross(
        self, captured: np.ndarray, recaptured: np.ndarray, streams: Streams, *, rules: int = RULES
    ) -> Plan:
        """The same for gross km² : ndarray[draw, week] each."""
        if captured.ndim != 2 or captured.shape != recaptured.shape:
            raise InputError(
                f"captured and recaptured: got shapes {captured.shape} and {recaptured.shape}; allowed are two "
                "arrays [draw, week] of one shape."
            )
        draws, weeks = captured.shape
        capture, recapture, heat = draw_rules(
            self.capture, self.recapture, self.past, rules, streams.rng("war.rules")
        )
        weights = self.activity.log_weights(weeks, draws, streams.rng("war.sectors"))
        levers = Levers(
            captured.astype(np.float32), recaptured.astype(np.float32), weights.astype(np.float32)
        )
        return Plan(capture, recapture, levers, np.arange(draws) % rules, heat)

    def warnings(self) -> tuple[str, ...]:
        """What the reader must know about the fits."""
        notes = []
        if self.activity.posterior.effective < 20:
            notes.append(
                f"sector activity: only {self.activity.posterior.effective:.0f} effective posterior draws; "
                "the spread between sectors is rough."
            )
        notes += [
            f"sector activity: the record pulls {name} to the edge of its prior; the prior shapes the result."
            for name in self.activity.posterior.at_edge()
        ]
        if self.capture.skipped > 0.1:
            notes.append(
                f"capture rule: {self.capture.skipped:.0%} of captures were of cells not next to held ground "
                "(landings, raids, late updates); the simulated front cannot do that."
            )
        if max(self.capture.chance[0], self.capture.chance[-1]) > 0.5:
            notes.append(
                "capture rule: the decay of local activity is at the edge of those tried; its memory is a guess."
            )
        return tuple(notes)


def fit_space(
    past: History,
    streams: Streams,
    *,
    settlements: pd.DataFrame | None = None,
    sectors: Sectors | None = None,
    others: np.ndarray | None = None,
    maps: tuple[str, ...] = (),
) -> SpaceFit:
    """Fit all spatial models to a record. Deterministic given the streams' seed; about five seconds.

    settlements : table, to name sectors; sectors : given ones instead of those the record draws
    others : ndarray[week, map], weekly net km² of maps other than the one that the cells come from, NaN where none,
    weeks as in the record; maps : their names. Raises FitError and InputError.
    """
    if others is None:
        others = np.empty((past.weeks, 0))
    if others.shape != (past.weeks, len(maps)):
        raise InputError(
            f"others: got shape {others.shape} for {past.weeks} weeks and maps {list(maps)}; allowed is one column a "
            "map and one row a week of the control history."
        )
    drawn = draw_sectors(past, settlements) if sectors is None else sectors
    capture = fit_capture(past, drawn.of, streams.rng("war.capture.fit"))
    recapture = fit_capture(
        past, drawn.of, streams.rng("war.recapture.fit"), side=RECAPTURE, shrink_to=capture, burn_in=0
    )
    pull = sector_pulls(past, capture, drawn.of, drawn.count, streams.rng("war.pulls"))
    taken = past.weekly(CAPTURE, drawn.of, drawn.count)
    lost = past.weekly(RECAPTURE, drawn.of, drawn.count).sum(axis=1)
    size = float(past.km2.mean())
    late = slice(BURN_IN_WEEKS, None)
    data = ActivityData(taken[late], pull[late], lost[late], others[late], maps, size)
    return SpaceFit(
        past, drawn, capture, recapture, fit_activity(data, streams.rng("war.activity.fit")),
        fit_turnover(taken.sum(axis=1), lost, size),
    )  # fmt: skip
