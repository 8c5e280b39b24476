"""What a model of the war must do, slot by slot: tempo, losses, capture, collapse, ending.

What is compiled is not replaced: a war is lived week by week by one loop, whatever the models; they give what it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from contactline.core.streams import Streams
from contactline.war.capture_data import History
from contactline.war.grid import Grid
from contactline.war.kernel_given import Plan
from contactline.war.record import TempoRecord

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
