"""The record of past wars and what is fitted to it: nodes that no case and no belief enters.

The tables ship with the package and are known by their content, so that other tables are fitted anew.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from contactline.case.beliefs import Fitted
from contactline.case.schema import Case
from contactline.core.frame import Tables
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.evidence.history.tables import TRUCES, WARS, shipped
from contactline.truce.breakdown import SEVERITIES
from contactline.truce.breaks import BreakFit, fit_breaks, situation_of
from contactline.war.endings import DRAWN_YEARS, EndingFit, fit_endings

FITTED_DRAWS = 20_000
"""Draws of a posterior that stand for it: its 5% and 95% points are then good to a hundredth of its spread."""
LEVELS = np.concatenate([[0.0, 0.001], np.linspace(0.005, 0.995, 199), [0.999, 1.0]])
"""Chances at which a posterior's quantiles are kept."""


@node("past", by_content=True, kept=False)
def PAST(reads: Reads) -> Tables:
    """Truces, wars and years of civil wars since 1816."""
    return shipped()


@node("past.breaks", kept=False)
def BREAKS(reads: Reads) -> BreakFit:
    """Hazards of small breaks, mid ones and wars, fitted to the truces."""
    return fit_breaks(reads.of(PAST)[TRUCES])


@node("past.endings", kept=False)
def ENDINGS(reads: Reads) -> EndingFit:
    """Lengths of wars and the share of ties, fitted to the wars."""
    return fit_endings(reads.of(PAST)[WARS])


@node("past.beliefs", by_content=True)
def FITTED(reads: Reads) -> dict[str, np.ndarray]:
    """Belief of kind `fitted` → its quantiles at LEVELS : ndarray[level], in its unit."""
    return fitted_beliefs(reads["case"], reads.of(BREAKS), reads.of(ENDINGS))


def fitted_beliefs(case: Case, breaks: BreakFit, endings: EndingFit) -> dict[str, np.ndarray]:
    """What the record says of a case's beliefs of kind `fitted` : belief → quantiles at LEVELS, ndarray[level].

    Either posterior is read off FITTED_DRAWS draws, always the same. Each belief is drawn by itself: what correlation
    the posterior has between them is left out (docs/history.md says how much). Of wars that end, ties alone count.
    """
    draws = breaks.draws(situation_of(case), FITTED_DRAWS, Streams(0).rng("past.breaks"))
    late, rng = case.among_wars.post_1945, Streams(0).rng("past.endings")
    tied = endings.draws(case.war_years, FITTED_DRAWS, rng, late)[:, 1]
    columns = {
        f"truce.history_{severity}": -np.expm1(-draws.five_years[:, k])
        for k, severity in enumerate(SEVERITIES)
    } | {"truce.history_shape": draws.shape, "war.end_rate": -np.log1p(-tied) / DRAWN_YEARS}
    asked = {belief.name for belief in case.beliefs if isinstance(belief.distribution, Fitted)}
    return {name: np.quantile(column, LEVELS) for name, column in columns.items() if name in asked}


def shipped_beliefs(case: Case) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Quantile functions of a case's beliefs of kind `fitted`, by the record that ships with the package : belief →
    function of chances ndarray[set]."""
    past = shipped()
    return quantiles_of(fitted_beliefs(case, fit_breaks(past[TRUCES]), fit_endings(past[WARS])))


def quantiles_of(found: dict[str, np.ndarray]) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Quantile functions through quantiles at LEVELS : belief → function of chances ndarray[set].

    found : belief → ndarray[level], in its unit
    """
    return {name: lambda p, points=points: np.interp(p, LEVELS, points) for name, points in found.items()}  # type: ignore[misc]
