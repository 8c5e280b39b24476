"""The headline forecast: an equal pool of the tempo model, climatology and a log local level.

Nobody knows whether the present tempo is a regime, an average or a peak, so the pool holds a third of each and is
wide on purpose: linear pools of disagreeing forecasts cover better than any member (Hall & Mitchell 2007,
International Journal of Forecasting 23:1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from contactline.core.streams import Streams
from contactline.war.climatology import Climatology
from contactline.war.level import LevelFit, fit_level
from contactline.war.record import TempoRecord
from contactline.war.tempo import TempoFit, fit_tempo

MEMBERS = ("tempo", "climatology", "level")


@dataclass(frozen=True)
class Forecast:
    """The fitted members; `predict` draws weekly net change from one of them or from the equal pool."""

    tempo: TempoFit
    level: LevelFit
    climatology: Climatology
    series: str
    """The map that predictions resolve on."""

    def predict(self, member: str, weeks: int, draws: int, streams: Streams) -> np.ndarray:
        """Weekly net change on the map `series` : ndarray[draw, week], km²/week.

        `member` is one of MEMBERS, or "headline" for the pool: draw i comes from member i mod 3, so that any
        slice of draws is a fair pool.
        """
        if member != "headline":
            return self._member(member, weeks, draws, streams)
        net = np.empty((draws, weeks))
        for index, name in enumerate(MEMBERS):
            part = net[index :: len(MEMBERS)]
            part[:] = self._member(name, weeks, len(part), streams)
        return net

    def _member(self, name: str, weeks: int, draws: int, streams: Streams) -> np.ndarray:
        rng = streams.rng(f"war.forecast.{name}")
        if name == "climatology":
            return self.climatology.predict(weeks, draws, rng)
        model: TempoFit | LevelFit = self.tempo if name == "tempo" else self.level
        return model.predict(weeks, draws, rng, self.series)

    def warnings(self) -> tuple[str, ...]:
        """What the reader must know about the fit: few effective draws, or a posterior at its prior's edge."""
        notes = []
        for model in (self.tempo, self.level):
            if model.posterior.effective < 50:
                notes.append(
                    f"{model.name}: only {model.posterior.effective:.0f} effective posterior draws; "
                    "intervals of this model are rough."
                )
            notes += [
                f"{model.name}: the record pulls {name} to the edge of its prior; the prior shapes the result."
                for name in model.posterior.at_edge()
            ]
        return tuple(notes)


def fit_forecast(
    record: TempoRecord, series: str, streams: Streams, *, draws: int | None = None, rounds: int = 3
) -> Forecast:
    """Fit all members to a record; predictions resolve on map `series`. Deterministic given the streams' seed.

    draws, rounds : number of posterior draws in a round, and of rounds.
    """
    sizes = {} if draws is None else {"draws": draws}
    tempo = fit_tempo(record, streams.rng("war.tempo.fit"), rounds=rounds, **sizes)
    level = fit_level(record, streams.rng("war.level.fit"), rounds=rounds, **sizes)
    reference = record.maps[0]
    factor = 1.0 if series == reference else float(tempo.posterior.quantile(f"rho.{series}", [0.5])[0])
    return Forecast(tempo, level, Climatology(record.net[:, 0], factor), series)
