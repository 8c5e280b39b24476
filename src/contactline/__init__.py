"""contactline: what fighting can achieve, what a settlement changes, which beliefs decide between them.

Everything public is here: `load_case`, `Scenario`, `assess`, `simulate`, `backtest`, and the result types they return.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contactline.core.version import VERSION

if TYPE_CHECKING:
    from contactline.case.load import LoadedCase, load_case
    from contactline.case.scenario import Scenario
    from contactline.core.errors import ContactlineError
    from contactline.score.backtest import BacktestResult, backtest
    from contactline.service.assess import assess
    from contactline.service.simulate import Simulation, simulate
    from contactline.topics.assessment import Assessment, Judgement, RunInfo

__version__ = VERSION

_HOMES = {
    "Assessment": "contactline.topics.assessment",
    "BacktestResult": "contactline.score.backtest",
    "ContactlineError": "contactline.core.errors",
    "Judgement": "contactline.topics.assessment",
    "LoadedCase": "contactline.case.load",
    "RunInfo": "contactline.topics.assessment",
    "Scenario": "contactline.case.scenario",
    "Simulation": "contactline.service.simulate",
    "assess": "contactline.service.assess",
    "backtest": "contactline.score.backtest",
    "load_case": "contactline.case.load",
    "simulate": "contactline.service.simulate",
}

__all__ = [
    "Assessment",
    "BacktestResult",
    "ContactlineError",
    "Judgement",
    "LoadedCase",
    "RunInfo",
    "Scenario",
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
