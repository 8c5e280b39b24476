"""The record of past wars and what is fitted to it: nodes that no case and no belief enters.

The tables ship with the package and are known by their content, so that other tables are fitted anew.
"""

from __future__ import annotations

from contactline.core.frame import Tables
from contactline.core.graph import Reads, node
from contactline.evidence.history.tables import TRUCES, WARS, shipped
from contactline.truce.breaks import BreakFit, fit_breaks
from contactline.war.endings import EndingFit, fit_endings


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
