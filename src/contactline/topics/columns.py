"""Kinds of columns that the tables of an assessment are declared with."""

from __future__ import annotations

import numpy as np

from contactline.core.frame import Column

QUANTILES = (
    ("q05", 0.05),
    ("q10", 0.1),
    ("q25", 0.25),
    ("q50", 0.5),
    ("q75", 0.75),
    ("q90", 0.9),
    ("q95", 0.95),
)


AMOUNTS = {
    "share": (0.0, 1.0),
    "probability": (0.0, 1.0),
    "points of the scale": (0.0, 100.0),
    "persons": (0.0, np.inf),
    "count": (0.0, np.inf),
    "km": (0.0, np.inf),
    "weeks": (0.0, np.inf),
    "months": (0.0, np.inf),
    "days": (0.0, np.inf),
    "years": (0.0, np.inf),
}
"""Unit → bounds of a column in it that says nothing else; a difference between two amounts says so by its own."""
FREE = -np.inf


def text(name: str, meaning: str, optional: bool = False) -> Column:
    """Words of any length."""
    return Column(name, "text", "text", meaning, optional=optional)


def name_of(name: str, meaning: str) -> Column:
    """A name that something is known by."""
    return Column(name, "text", "name", meaning)


def num(
    name: str,
    unit: str,
    meaning: str,
    low: float | None = None,
    high: float | None = None,
    *,
    optional: bool = False,
) -> Column:
    """A number; without bounds of its own those of its unit (AMOUNTS), so that one bound given leaves the other."""
    least, most = AMOUNTS.get(unit, (FREE, np.inf))
    bounds = (least if low is None else low, most if high is None else high)
    return Column(name, "number", unit, meaning, *bounds, optional)


def count(name: str, meaning: str, low: float = 0) -> Column:
    """How many, a whole number of at least `low`."""
    return Column(name, "whole", "count", meaning, low)


def maybe(name: str, unit: str, meaning: str, low: float | None = None, high: float | None = None) -> Column:
    """A number in `unit` that may be missing. See `num`."""
    return num(name, unit, meaning, low, high, optional=True)


def chance(name: str, meaning: str, optional: bool = False) -> Column:
    """A probability."""
    return num(name, "probability", meaning, optional=optional)


def share(name: str, meaning: str, optional: bool = False) -> Column:
    """A share, from nothing to all."""
    return Column(name, "number", "share", meaning, 0, 1, optional)


def day(name: str, meaning: str, optional: bool = False) -> Column:
    """A calendar day."""
    return Column(name, "day", "calendar day", meaning, optional=optional)


def spread(
    stem: str,
    unit: str,
    meaning: str,
    levels: tuple[str, ...] = ("q10", "q50", "q90"),
    *,
    low: float | None = None,
    high: float | None = None,
) -> tuple[Column, ...]:
    """Quantile columns `stem_q10` … of one quantity, in `unit`; missing where the quantile lies beyond the horizon."""
    named = {"q10": "lower end of the 80% range", "q50": "median", "q90": "upper end of the 80% range"}
    return tuple(
        maybe(f"{stem}_{q}".strip("_"), unit, f"{meaning}, {named.get(q, q)}", low, high) for q in levels
    )


ALL_LEVELS = tuple(name for name, _ in QUANTILES)
SERIES = name_of("series", "map series or publisher, an id of the case")
REGION = name_of("region", "region id of the case, or total")
PROPOSAL = name_of("proposal", "proposal id of the case")
ACTOR = name_of("actor", "actor id of the case")
VIEWPOINT = text("viewpoint", "whose values, as published")
NAME = text("name", "what it is called")
MODEL = name_of(
    "model", "forecast: headline (the pool), tempo (if the present tempo persists), climatology, level"
)
OBJECTIVE = name_of("objective", "objective id of the case")
TURNING = (
    name_of("belief", "belief id of the case"),
    text("label", "what the belief is"),
    text("unit", "its unit"),
    num("present_low", "the belief's", "lower end of the present 80% range"),
    num("present_high", "the belief's", "upper end of the present 80% range"),
    chance("share_low", "share preferring acceptance with the belief held at the lower end"),
    chance("share_high", "share preferring acceptance with the belief held at the upper end"),
    maybe(
        "flip_value",
        "the belief's",
        "value at which the share crosses one half (missing: none of those tried)",
    ),
    maybe("flip_low", "the belief's", "lower end of its 80% range over resampled belief sets"),
    maybe("flip_high", "the belief's", "upper end of its 80% range over resampled belief sets"),
    chance("turns", "share of resamples in which the share crosses one half at all"),
    Column("inside", "flag", "yes or no", "whether flip_value lies within the present 80% range"),
    num("tried_low", "the belief's", "least value at which it was held"),
    num("tried_high", "the belief's", "greatest value at which it was held"),
    chance(
        "p_value", "chance of as strong a curve if the belief did not matter (missing where not tested)", True
    ),
    text("watch", "the evidence that would move it"),
)
"""A belief held at one value after another, and where that turns a choice."""
