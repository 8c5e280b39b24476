"""Laws of slot capture: the grid is the record's, km² are kept, and the simulator of fronts takes the plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from contactline.case.load import load_case
from contactline.core.errors import InputError
from contactline.core.streams import Streams
from contactline.testing.law import SEED, Law, Outputs, Trial, common, unequal
from contactline.war.capture_data import history
from contactline.war.grid import check_grid
from contactline.war.kernel import simulate_front
from contactline.war.slots import CAPTURE, CaptureFace, Space, SpaceRecord

CLOSE = 1e-4
"""Relative error that numbers of 32 bits may have."""


def made_net() -> np.ndarray:
    """Net paths about 10 km² a week : ndarray[draw, week], km²."""
    paths: np.ndarray = 10.0 + 8.0 * np.random.default_rng(5).standard_normal((12, 26))
    return paths


@dataclass(frozen=True)
class SpaceGiven:
    """A control history, and net paths to fight out : ndarray[draw, week], km²."""

    record: SpaceRecord
    net: np.ndarray = field(default_factory=made_net)

    def run(self, face: CaptureFace, streams: Streams) -> tuple[Outputs, Any]:
        """Gross km², and the plan's arrays."""
        fitted = face.fit(self.record, streams)
        captured, recaptured = fitted.gross(self.net, streams)
        plan = fitted.plan(self.net, streams)
        levers = {name: array for name, array in vars(plan.levers).items() if array is not None}
        rules = {
            f"{side}.{name}": array for side in ("capture", "recapture") for name, array in _rule(plan, side)
        }
        starts = {"heat": plan.initial_heat, "rule_of_draw": plan.rule_of_draw}
        given = {name: array for name, array in starts.items() if array is not None}
        sector = fitted.grid().sector
        return {
            "captured": captured, "recaptured": recaptured, **levers, **rules, "sector": sector, **given
        }, fitted  # fmt: skip


@cache
def made_space() -> SpaceGiven:
    """The control history of the invented case."""
    loaded = load_case("borderland")
    past = history(loaded.evidence("cells"), loaded.evidence("changes"), loaded.case.as_of)
    return SpaceGiven(SpaceRecord(past, loaded.evidence("settlements"), np.empty((past.weeks, 0)), ()))


def _rule(plan: Any, side: str) -> list[tuple[str, np.ndarray]]:
    return list(vars(getattr(plan, side)).items())


def _kept(trial: Trial) -> str | None:
    total = trial.given.net.sum(axis=1)
    fought = (trial.outputs["captured"] - trial.outputs["recaptured"]).sum(axis=1)
    if np.allclose(fought, total, rtol=CLOSE, atol=1e-6):
        return None
    k = int(np.argmax(np.abs(fought - total)))
    return f"path {k} gains {total[k]:.4g} km² and {fought[k]:.4g} are fought"


def _spends(trial: Trial) -> str | None:
    for name, lever in (("captured", "capture_km2"), ("recaptured", "recapture_km2")):
        if lever in trial.outputs and not np.allclose(
            trial.outputs[name], trial.outputs[lever], rtol=CLOSE, atol=1e-4
        ):
            return f"{name} differs between gross and plan"
    return None


def _graph(trial: Trial) -> str | None:
    try:
        check_grid(trial.fitted.grid())
    except InputError as error:
        return str(error)
    return None


def _fought(trial: Trial) -> str | None:
    fitted: Space = trial.fitted
    plan = fitted.plan(trial.given.net, Streams(SEED))
    holder = trial.given.record.past.holder()
    try:
        log = simulate_front(fitted.grid(), holder, plan, seed=SEED)
    except InputError as error:
        return str(error)
    return unequal("holders at the start", log.holder0, holder.astype(log.holder0.dtype))


LAWS = (
    *common(CAPTURE, made_space),
    Law(
        CAPTURE, "km2_kept", "what is captured less what is recaptured is the path's total", _kept, made_space
    ),
    Law(CAPTURE, "one_budget", "a plan spends what gross says", _spends, made_space),
    Law(CAPTURE, "a_graph", "neighbours are mutual, every cell has an area and a sector", _graph, made_space),
    Law(CAPTURE, "fought_out", "the simulator of fronts takes the plan", _fought, made_space),
)
