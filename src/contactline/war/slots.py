"""The war's slots: the faces that the engine calls, which check what a model hands over, and the models to choose from.

What a model must do stands in war/protocols.py, the package's own in war/own_models.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from contactline.core.plugins import Plugin, Slot
from contactline.core.streams import Streams
from contactline.war.grid import Grid
from contactline.war.kernel_given import Plan
from contactline.war.own_models import (
    ClaimsFit,
    ClaimsProcess,
    ConstantEnding,
    Level,
    Logit,
    LogitFit,
    Pool,
    PoolFit,
    Resampled,
    Spells,
    Tempo,
)
from contactline.war.protocols import (
    Beliefs,
    CaptureModel,
    CollapseHazard,
    CollapseModel,
    EndingModel,
    FittedCapture,
    FittedPaths,
    LossModel,
    SpaceRecord,
    TempoModel,
)
from contactline.war.record import TempoRecord

__all__ = [
    "CAPTURE", "COLLAPSE", "ENDING", "LOSSES", "SLOTS", "TEMPO", "Beliefs", "CaptureFace", "CaptureModel", "ClaimsFit",
    "ClaimsProcess", "CollapseFace", "CollapseHazard", "CollapseModel", "ConstantEnding", "EndingFace", "EndingModel",
    "FittedCapture", "FittedPaths", "Level", "Logit", "LogitFit", "LossFace", "LossModel", "Paths", "Pool", "PoolFit",
    "Resampled", "Space", "SpaceRecord", "Spells", "Tempo", "TempoFace", "TempoModel",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Paths:
    """Face of a fitted model of paths. `fitted` is what the model itself returned; low : least number allowed."""

    plugin: Plugin
    fitted: Any
    what: str
    low: float = -np.inf

    def predict(self, weeks: int, draws: int, streams: Streams) -> np.ndarray:
        """Paths to come : ndarray[draw, week]. Raises ModelError."""
        made = self.plugin.run("predict", lambda: self.fitted.predict(weeks, draws, streams))
        return self.plugin.array("predict", made, (draws, weeks), self.what, self.low)

    def warnings(self) -> tuple[str, ...]:
        """What the reader must know about the fit."""
        return _warnings(self.plugin, self.fitted)


@dataclass(frozen=True, eq=False)
class TempoFace:
    """Face of slot tempo."""

    plugin: Plugin

    def fit(self, record: TempoRecord, series: str, streams: Streams) -> Paths:
        """The model fitted; see TempoModel.fit. Raises FitError, ModelError."""
        made = self.plugin.run("fit", lambda: self.plugin.model.fit(record, series, streams))
        return self.of(made)

    def of(self, fitted: Any) -> Paths:
        """The face of what the model returned when it was fitted, perhaps in an earlier run. Raises ModelError."""
        self.plugin.has("fit", fitted, ("predict",))
        return Paths(self.plugin, fitted, "ndarray[draw, week], net km² a week")


@dataclass(frozen=True, eq=False)
class LossFace:
    """Face of slot losses."""

    plugin: Plugin

    def fit(self, claims: np.ndarray, streams: Streams) -> Paths:
        """The model fitted; see LossModel.fit. Raises FitError, ModelError."""
        made = self.plugin.run("fit", lambda: self.plugin.model.fit(claims, streams))
        return self.of(made)

    def of(self, fitted: Any) -> Paths:
        """The face of what the model returned when it was fitted, perhaps in an earlier run. Raises ModelError."""
        self.plugin.has("fit", fitted, ("predict",))
        return Paths(self.plugin, fitted, "ndarray[draw, week], claimed killed and wounded a week", 0.0)


@dataclass(frozen=True, eq=False)
class Space:
    """Face of a fitted model of capture. `fitted` is what the model itself returned."""

    plugin: Plugin
    fitted: Any
    record: SpaceRecord

    def grid(self) -> Grid:
        """The theatre's graph with the model's sectors. Raises ModelError."""
        grid = self.plugin.run("grid", self.fitted.grid)
        if not isinstance(grid, Grid):
            self.plugin.refuse("grid", f"a {type(grid).__name__}", "a Grid")
        if not np.array_equal(grid.cell, self.record.past.cell):
            self.plugin.refuse(
                "grid", f"{len(grid.cell)} cells", f"the {len(self.record.past.cell)} of the record"
            )
        return grid

    def gross(self, net: np.ndarray, streams: Streams) -> tuple[np.ndarray, np.ndarray]:
        """What is captured and recaptured along net paths : two ndarray[draw, week], km². Raises ModelError."""
        made = self.plugin.run("gross", lambda: self.fitted.gross(net, streams))
        if not isinstance(made, tuple) or len(made) != 2:
            self.plugin.refuse("gross", f"a {type(made).__name__}", "two arrays, captured and recaptured")
        what = "ndarray[draw, week], km² a week"
        captured, recaptured = (self.plugin.array("gross", part, net.shape, what, 0.0) for part in made)
        return captured, recaptured

    def plan(self, net: np.ndarray, streams: Streams) -> Plan:
        """Rules, levers and starting activity for the simulator; net : ndarray[draw, week], km². Raises ModelError."""
        plan = self.plugin.run("plan", lambda: self.fitted.plan(net, streams))
        if not isinstance(plan, Plan):
            self.plugin.refuse("plan", f"a {type(plan).__name__}", "a Plan")
        rows = np.asarray(plan.rule_of_draw)
        if rows.shape != net.shape[:1] or rows.dtype.kind not in "iu":
            self.plugin.refuse(
                "plan", f"rule_of_draw of {rows.dtype}, shape {rows.shape}", "one whole number a draw"
            )
        for part, name in ((plan.levers.capture_km2, "captured"), (plan.levers.recapture_km2, "recaptured")):
            if part is not None:
                self.plugin.array("plan", part, net.shape, f"{name}, ndarray[draw, week], km² a week", 0.0)
        return plan

    def warnings(self) -> tuple[str, ...]:
        """What the reader must know about the fit."""
        return _warnings(self.plugin, self.fitted)


@dataclass(frozen=True, eq=False)
class CaptureFace:
    """Face of slot capture."""

    plugin: Plugin

    def fit(self, record: SpaceRecord, streams: Streams) -> Space:
        """The model fitted; see CaptureModel.fit. Raises FitError, ModelError."""
        made = self.plugin.run("fit", lambda: self.plugin.model.fit(record, streams))
        return self.of(made, record)

    def of(self, fitted: Any, record: SpaceRecord) -> Space:
        """The face of what the model returned when it was fitted, perhaps in an earlier run. Raises ModelError."""
        self.plugin.has("fit", fitted, ("grid", "gross", "plan"))
        return Space(self.plugin, fitted, record)


@dataclass(frozen=True, eq=False)
class CollapseFace:
    """Face of slot collapse."""

    plugin: Plugin

    def hazard(self, beliefs: Beliefs, raising: np.ndarray) -> CollapseHazard:
        """What the loop reads; raising : ndarray[set, week], support's factor. Raises ModelError."""
        made = self.plugin.run("hazard", lambda: self.plugin.model.hazard(beliefs, raising))
        if not isinstance(made, CollapseHazard):
            self.plugin.refuse("hazard", f"a {type(made).__name__}", "a CollapseHazard")
        one = raising.shape[:1]

        def part(name: str, what: str, low: float = 0.0, shape: tuple[int, ...] = one) -> np.ndarray:
            return self.plugin.array("hazard", getattr(made, name), shape, f"{name}, {what}", low)

        return CollapseHazard(
            part("rate", "ndarray[set], spells a week"),
            part("raising", "ndarray[set, week], factor", shape=raising.shape),
            part("length", "ndarray[set], weeks"),
            part("speed", "ndarray[set], factor"),
            part("kappa", "ndarray[set], log rate per unit of strength", -np.inf),
        )


@dataclass(frozen=True, eq=False)
class EndingFace:
    """Face of slot ending."""

    plugin: Plugin

    def hazard(self, beliefs: Beliefs, sets: int) -> np.ndarray:
        """Hazard a week that fighting ends by itself : ndarray[set]. Raises ModelError."""
        made = self.plugin.run("hazard", lambda: self.plugin.model.hazard(beliefs, sets))
        return self.plugin.array("hazard", made, (sets,), "ndarray[set], hazard a week", 0.0)


def _warnings(plugin: Plugin, fitted: Any) -> tuple[str, ...]:
    if not hasattr(fitted, "warnings"):
        return ()
    return tuple(str(note) for note in plugin.run("warnings", fitted.warnings))


TEMPO = Slot(
    "tempo", "weekly net km² while the fighting goes on", "pool",
    {"pool": Pool, "tempo": Tempo, "level": Level, "climatology": Resampled}, ("fit",), TempoFace,
)  # fmt: skip
LOSSES = Slot(
    "losses",
    "the attacker's claimed killed and wounded a week",
    "claims",
    {"claims": ClaimsProcess},
    ("fit",),
    LossFace,
)
CAPTURE = Slot(
    "capture", "which cells fall, given how much falls", "logit", {"logit": Logit}, ("fit",), CaptureFace
)
COLLAPSE = Slot(
    "collapse", "short spells in which the line moves many times faster", "spells", {"spells": Spells}, ("hazard",),
    CollapseFace,
)  # fmt: skip
ENDING = Slot(
    "ending",
    "fighting that ends by itself",
    "constant",
    {"constant": ConstantEnding},
    ("hazard",),
    EndingFace,
)
SLOTS = (TEMPO, LOSSES, CAPTURE, COLLAPSE, ENDING)
