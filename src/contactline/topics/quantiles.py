"""Quantiles of draws as columns of a table, one that lies beyond the horizon as missing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from contactline.core.dates import WEEKS_PER_MONTH

SPREAD = {"q10": 0.10, "q50": 0.50, "q90": 0.90}


def spread(values: np.ndarray, stem: str, levels: Mapping[str, float] = SPREAD) -> dict[str, float]:
    """Quantiles over all draws ndarray[draw]; a draw beyond the horizon (inf or NaN) counts as larger than any other.

    A quantile that falls among those is NaN: beyond the horizon.
    """
    filled = np.where(np.isnan(values), np.inf, values)
    found = np.quantile(filled, list(levels.values()), method="higher")
    prefix = f"{stem}_" if stem else ""
    return {
        f"{prefix}{name}": float(q) if np.isfinite(q) else np.nan
        for name, q in zip(levels, found, strict=True)
    }


def spread_given(values: np.ndarray, stem: str) -> dict[str, float]:
    """Quantiles among the draws ndarray[draw] with a value (losses of those in which it falls); NaN if none has."""
    known = values[np.isfinite(values)]
    if not len(known):
        return {f"{stem}_{name}": np.nan for name in SPREAD}
    return {f"{stem}_{name}": float(np.quantile(known, level)) for name, level in SPREAD.items()}


def months(weeks: np.ndarray) -> np.ndarray:
    """Weeks as months : same shape."""
    return weeks / WEEKS_PER_MONTH
