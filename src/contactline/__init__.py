"""contactline: what fighting can achieve, what a settlement changes, which beliefs decide between them.

Everything public is here: `load_case`, `assess`, `simulate`, `backtest`, and the result types they return.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from contactline.case.load import LoadedCase, load_case
    from contactline.core.errors import ContactlineError
    from contactline.pipeline import assess
    from contactline.report.assessment import Assessment, Judgement, RunInfo
    from contactline.score.backtest import BacktestResult, backtest
    from contactline.stages.simulate import Simulation, simulate

_HOMES = {
    "Assessment": "contactline.report.assessment",
    "BacktestResult": "contactline.score.backtest",
    "ContactlineError": "contactline.core.errors",
    "Judgement": "contactline.report.assessment",
    "LoadedCase": "contactline.case.load",
    "RunInfo": "contactline.report.assessment",
    "Simulation": "contactline.stages.simulate",
    "assess": "contactline.pipeline",
    "backtest": "contactline.score.backtest",
    "load_case": "contactline.case.load",
    "simulate": "contactline.stages.simulate",
}

__all__ = [
    "Assessment",
    "BacktestResult",
    "ContactlineError",
    "Judgement",
    "LoadedCase",
    "RunInfo",
    "Simulation",
    "assess",
    "backtest",
    "load_case",
    "simulate",
]


def __dir__() -> list[str]:
    """The public names too, though they are loaded on first use."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that `import contactline` takes no time."""
    if name in _HOMES:
        from importlib import import_module

        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'contactline' has no attribute {name!r}")
