"""contactline: what fighting can achieve, what a settlement changes, which beliefs decide between them.

Everything public is here: `load_case`, `Scenario`, `Session` (whose questions are in `contactline.service.questions`),
`assess`, `simulate`, `backtest`, `compare`, and the result types they return.
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
    from contactline.service.compare import Comparison, compare
    from contactline.service.question import Answer
    from contactline.service.session import Session
    from contactline.service.simulate import Simulation, simulate
    from contactline.topics.assessment import Assessment, Judgement, RunInfo

__version__ = VERSION

_HOMES = {
    "Answer": "contactline.service.question",
    "Assessment": "contactline.topics.assessment",
    "BacktestResult": "contactline.score.backtest",
    "Comparison": "contactline.service.compare",
    "ContactlineError": "contactline.core.errors",
    "Judgement": "contactline.topics.assessment",
    "LoadedCase": "contactline.case.load",
    "RunInfo": "contactline.topics.assessment",
    "Scenario": "contactline.case.scenario",
    "Session": "contactline.service.session",
    "Simulation": "contactline.service.simulate",
    "assess": "contactline.service.assess",
    "compare": "contactline.service.compare",
    "backtest": "contactline.score.backtest",
    "load_case": "contactline.case.load",
    "simulate": "contactline.service.simulate",
}

__all__ = [
    "Answer",
    "Assessment",
    "BacktestResult",
    "Comparison",
    "ContactlineError",
    "Judgement",
    "LoadedCase",
    "RunInfo",
    "Scenario",
    "Session",
    "Simulation",
    "assess",
    "backtest",
    "compare",
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
