"""How a record is scored on rolling origins: what all backtests ask for alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contactline.core.limits import check_whole
from contactline.core.progress import Tick, no_tick


@dataclass(frozen=True)
class Rolling:
    """The plan of a backtest.

    seed : whole number; draws : number in each forecast, horizons : weeks, None for what the backtest takes itself
    step : weeks between origins; first_history : weeks behind the first origin
    workers : number of threads; neither they nor `tick` change the result
    """

    seed: int = 0
    draws: int | None = None
    horizons: Sequence[int] | None = None
    step: int = 4
    first_history: int = 26
    workers: int = 1
    tick: Tick = no_tick

    def check(self, draws: int, least_history: int) -> None:
        """Raise InputError for a number below what can be run; draws : number; least_history : weeks."""
        least = {"step": 1, "first_history": least_history, "draws": 2, "workers": 1}
        for name, lowest in least.items():
            value = draws if name == "draws" else getattr(self, name)
            check_whole(name, value, lowest)


USUAL = Rolling()
