"""What a forecaster is: a name and a call that turns the past into draws of the future.

Rooms above this one need not import it: anything of this shape can be scored.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Forecaster(Protocol):
    """A way of forecasting weekly net km²."""

    @property
    def name(self) -> str:
        """Short and unique, for keys."""
        ...

    @property
    def label(self) -> str:
        """For tables and figures."""
        ...

    def __call__(
        self, history: np.ndarray, horizon: int, draws: int, rng: np.random.Generator, *, origin: int
    ) -> np.ndarray:
        """Draws of the `horizon` weeks after the origin.

        history : ndarray[week], weekly net km² up to and including the origin, oldest first.
        origin : index of the origin in the full record, for a forecaster that must cut a second series.
        returns ndarray[draw, week], weekly net km².
        """
        ...
