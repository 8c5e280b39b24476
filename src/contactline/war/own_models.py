"""The package's own models of the war as they stand in their slots: thin, each over the file that has its equations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.streams import Streams
from contactline.war.climatology import Climatology
from contactline.war.forecast import Forecast, fit_forecast
from contactline.war.grid import Grid
from contactline.war.kernel_given import Plan
from contactline.war.level import LevelFit, fit_level
from contactline.war.losses import LossFit, fit_losses
from contactline.war.protocols import Beliefs, CollapseHazard, SpaceRecord
from contactline.war.record import TempoRecord
from contactline.war.space import SpaceFit, fit_space
from contactline.war.tempo import TempoFit, fit_tempo


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
