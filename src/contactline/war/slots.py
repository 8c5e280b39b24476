"""The war's slots: tempo, losses, capture, collapse, ending. What a model must do, the package's own, and the faces
that the engine calls, which check what a model hands over.

What is compiled is not replaced: a war is lived week by week by one loop, whatever the models; they give what it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.plugins import Plugin, Slot
from contactline.core.streams import Streams
from contactline.war.capture_data import History
from contactline.war.climatology import Climatology
from contactline.war.forecast import Forecast, fit_forecast
from contactline.war.grid import Grid
from contactline.war.kernel import Plan
from contactline.war.level import LevelFit, fit_level
from contactline.war.losses import LossFit, fit_losses
from contactline.war.record import TempoRecord
from contactline.war.space import SpaceFit, fit_space
from contactline.war.tempo import TempoFit, fit_tempo

Beliefs = Mapping[str, np.ndarray]
"""Name → ndarray[draw], or ndarray[set], in the belief's unit; what is asked for is recorded: ask for what matters."""


class FittedPaths(Protocol):
    """What a model of tempo or losses knows once it is fitted. `warnings() -> tuple[str, ...]` may stand beside."""

    def predict(self, weeks: int, draws: int, streams: Streams) -> np.ndarray:
        """Paths to come : ndarray[draw, week], km²/week net on the series (tempo), persons/week claimed (losses)."""
        ...


class TempoModel(Protocol):
    """Weekly net change of control while the fighting goes on, support as today."""

    id: str
    label: str

    def fit(self, record: TempoRecord, series: str, streams: Streams) -> FittedPaths:
        """Fit to net : ndarray[week, map], km²/week, NaN where a map has no reading; predict what `series` will read.

        Raises FitError where the record does not do.
        """
        ...


class LossModel(Protocol):
    """Weekly claimed killed and wounded of the attacker while the war goes on."""

    id: str
    label: str

    def fit(self, claims: np.ndarray, streams: Streams) -> FittedPaths:
        """Fit to claims : ndarray[week], persons/week, NaN where they are not known. Raises FitError."""
        ...


@dataclass(frozen=True)
class SpaceRecord:
    """What a model of capture is fitted to.

    settlements : table, to name sectors; others : ndarray[week, map], weekly net km² of other maps, NaN where there is
    no reading; maps : their names
    """

    past: History
    settlements: pd.DataFrame
    others: np.ndarray
    maps: tuple[str, ...]


class FittedCapture(Protocol):
    """Where ground falls, fitted. `warnings() -> tuple[str, ...]` may stand beside."""

    def grid(self) -> Grid:
        """The cells of the record, each in a sector of the model's."""
        ...

    def gross(self, net: np.ndarray, streams: Streams) -> tuple[np.ndarray, np.ndarray]:
        """What is captured and recaptured along net paths : two ndarray[draw, week], km², ≥ 0; net : ndarray[draw,
        week], km². Over all weeks the one less the other is the path's total."""
        ...

    def plan(self, net: np.ndarray, streams: Streams) -> Plan:
        """Rules, levers and starting activity for the simulator of fronts, which fights net paths ndarray[draw, week]
        (km²) out."""
        ...


class CaptureModel(Protocol):
    """Which cells fall: sectors, their activity, the rule of capture and recapture."""

    id: str
    label: str

    def fit(self, record: SpaceRecord, streams: Streams) -> FittedCapture:
        """Fit to a control history. Raises FitError where it does not do: cells then fall nearest to the line first."""
        ...


class CollapseHazard(NamedTuple):
    """What the loop reads of collapses: a spell begins when Σ rate·raising·exp(kappa·shortage) passes a unit
    exponential.

    rate : ndarray[set], spells a week; raising : ndarray[set, week], factor on it; length : ndarray[set], weeks a spell
    lasts; speed : ndarray[set], factor on gains meanwhile; kappa : ndarray[set], log rate per unit of the defender's
    strength lost
    """

    rate: np.ndarray
    raising: np.ndarray
    length: np.ndarray
    speed: np.ndarray
    kappa: np.ndarray


class CollapseModel(Protocol):
    """Short spells in which the line moves many times faster."""

    id: str
    label: str

    def hazard(self, beliefs: Beliefs, raising: np.ndarray) -> CollapseHazard:
        """The hazard in each belief set; beliefs : name → ndarray[set]; raising : ndarray[set, week], support's factor
        on it. No belief set sees another."""
        ...


class EndingModel(Protocol):
    """Fighting that ends by itself, on the line then reached."""

    id: str
    label: str

    def hazard(self, beliefs: Beliefs, sets: int) -> np.ndarray:
        """Hazard a week in each belief set (beliefs : name → ndarray[set]) : ndarray[set]. None sees another."""
        ...


class Pool:
    """An equal pool of tempo, climatology and local level (war/forecast.py)."""

    id = "pool"
    label = "equal pool of tempo, climatology and local level: the headline"

    def fit(self, record: TempoRecord, series: str, streams: Streams) -> PoolFit:
        """All members, fitted."""
        return PoolFit(fit_forecast(record, series, streams))


@dataclass(frozen=True)
class PoolFit:
    """The members, fitted, and any one of them."""

    forecast: Forecast
    member: str = "headline"

    def predict(self, weeks: int, draws: int, streams: Streams) -> np.ndarray:
        """Weekly net change : ndarray[draw, week], km²/week."""
        return self.forecast.predict(self.member, weeks, draws, streams)

    def warnings(self) -> tuple[str, ...]:
        """What the reader must know about the fits."""
        return self.forecast.warnings()


@dataclass(frozen=True)
class MemberFit:
    """One member of the pool, fitted alone; its paths are those that it has in the pool."""

    fitted: TempoFit | LevelFit | Climatology
    series: str

    def predict(self, weeks: int, draws: int, streams: Streams) -> np.ndarray:
        """Weekly net change : ndarray[draw, week], km²/week."""
        rng = streams.rng(f"war.forecast.{self.fitted.name}")
        if isinstance(self.fitted, Climatology):
            return self.fitted.predict(weeks, draws, rng)
        return self.fitted.predict(weeks, draws, rng, self.series)


class Tempo:
    """The latent signed tempo that wanders about a mean (war/tempo.py)."""

    id = "tempo"
    label = "a tempo that comes back to its mean: if the present tempo persists"

    def fit(self, record: TempoRecord, series: str, streams: Streams) -> MemberFit:
        """The same fit as in the pool."""
        return MemberFit(fit_tempo(record, streams.rng("war.tempo.fit")), series)


class Level:
    """The log local level (war/level.py)."""

    id = "level"
    label = "a local level that walks at random: the recent level is all we know"

    def fit(self, record: TempoRecord, series: str, streams: Streams) -> MemberFit:
        """The same fit as in the pool."""
        return MemberFit(fit_level(record, streams.rng("war.level.fit")), series)


class Resampled:
    """Past stretches of the series itself, resampled (war/climatology.py)."""

    id = "climatology"
    label = "past stretches of the map's own record, resampled"

    def fit(self, record: TempoRecord, series: str, streams: Streams) -> MemberFit:
        """The past of `series`; in the pool, that of the longest map brought to it by a fitted factor."""
        return MemberFit(Climatology(record.net[:, record.column(series)]), series)


class ClaimsProcess:
    """The log process for weekly claims (war/losses.py)."""

    id = "claims"
    label = "weekly claims that come back to their mean, in the logarithm"

    def fit(self, claims: np.ndarray, streams: Streams) -> ClaimsFit:
        """The process fitted to claims : ndarray[week], persons/week."""
        return ClaimsFit(fit_losses(claims, streams.rng("war.losses.fit")))


@dataclass(frozen=True)
class ClaimsFit:
    """The claims process, fitted."""

    fitted: LossFit

    def predict(self, weeks: int, draws: int, streams: Streams) -> np.ndarray:
        """Weekly claims : ndarray[draw, week], persons/week."""
        return self.fitted.predict(weeks, draws, streams.rng("war.losses"))


class Logit:
    """Sectors, their activity, and a conditional logit on neighbours and recent captures (war/space.py)."""

    id = "logit"
    label = (
        "conditional logit on held neighbours and recent captures, in sectors with an activity of their own"
    )

    def fit(self, record: SpaceRecord, streams: Streams) -> LogitFit:
        """All spatial models, fitted."""
        fitted = fit_space(
            record.past, streams, settlements=record.settlements, others=record.others, maps=record.maps
        )
        return LogitFit(fitted)


@dataclass(frozen=True)
class LogitFit:
    """The spatial models, fitted."""

    fitted: SpaceFit

    def grid(self) -> Grid:
        """The theatre's graph with these sectors."""
        return self.fitted.grid()

    def gross(self, net: np.ndarray, streams: Streams) -> tuple[np.ndarray, np.ndarray]:
        """Captured and recaptured : two ndarray[draw, week], km²."""
        return self.fitted.turnover.gross(net, streams.rng("war.turnover"))

    def plan(self, net: np.ndarray, streams: Streams) -> Plan:
        """Rules and levers for net paths ndarray[draw, week], km²."""
        return self.fitted.plan(net, streams)

    def warnings(self) -> tuple[str, ...]:
        """What the reader must know about the fits."""
        return self.fitted.warnings()


class Spells:
    """Spells at a rate that is believed (war/collapse.py)."""

    id = "spells"
    label = "spells at a believed rate, raised by weak supply and a shortage of people"

    def hazard(self, beliefs: Beliefs, raising: np.ndarray) -> CollapseHazard:
        """The beliefs war.collapse_*, the rate a year as one a week : ndarray[set] each."""
        return CollapseHazard(
            beliefs["war.collapse_rate"] / WEEKS_PER_YEAR,
            raising,
            beliefs["war.collapse_weeks"],
            beliefs["war.collapse_speed"],
            beliefs["war.collapse_strength"],
        )


class ConstantEnding:
    """A believed rate at which fighting ends by itself."""

    id = "constant"
    label = "a believed rate a year, the same in every week"

    def hazard(self, beliefs: Beliefs, sets: int) -> np.ndarray:
        """The belief war.end_rate as a rate a week : ndarray[set]."""
        return beliefs["war.end_rate"] / WEEKS_PER_YEAR


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
