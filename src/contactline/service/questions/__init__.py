"""Every question that can be asked, by its name; a module of questions is loaded when one of them is wanted.

`from contactline.service.questions import Verdict` works too.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from contactline.core.errors import UnknownNameError

HOMES = {
    "Assess": "assessed",
    "Simulate": "assessed",
    "Saved": "runs",
    "Compare": "runs",
    "Against": "runs",
    "Front": "front",
    "Gains": "front",
    "Deals": "proposals",
    "DealText": "proposals",
    "SideBySide": "proposals",
    "Courses": "choice",
    "Verdict": "choice",
    "Consent": "choice",
    "Pair": "choice",
    "Game": "game",
    "Positions": "allies",
    "Events": "allies",
    "Ledger": "support",
    "Adequacy": "support",
    "SupportPaths": "support",
    "Claims": "claims",
    "Quantities": "claims",
    "Backtest": "trust",
    "PastBuilt": "history",
    "PastFit": "history",
    "PastScores": "history",
    "Dependence": "graph",
    "CaseParts": "cases",
    "Readiness": "cases",
}
"""Name of a question → its module in this folder."""

__all__ = [*HOMES, "named"]


def named(name: str) -> Any:
    """The question of this name, as a class; its `model_json_schema()` says what it takes. Raises UnknownNameError."""
    if name not in HOMES:
        raise UnknownNameError("question", name, HOMES)
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)


def __getattr__(name: str) -> Any:
    if name in HOMES:
        return named(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
