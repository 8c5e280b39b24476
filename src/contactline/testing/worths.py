"""Laws of slot values: more of a good is never worse, and an advantage has two sides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from contactline.case.debate import Values
from contactline.case.load import load_case
from contactline.choice.slots import VALUES, Outcomes, ValuesFace, Weights
from contactline.core.streams import Streams
from contactline.testing.law import Law, Outputs, Trial, alone, common, first, lower

SETS, FUTURES = 30, 10
ROWS = np.array([7, 2, 29, 28, 19])
"""Some belief sets, out of order."""


@dataclass(frozen=True)
class ValuesGiven:
    """Viewpoints by name, two courses' outcomes, and where belief sets stand in the weights' ranges."""

    viewpoints: dict[str, Values]
    one: Outcomes
    other: Outcomes
    weights: Weights

    def run(self, face: ValuesFace, streams: Streams) -> tuple[Outputs, Any]:
        """The advantage under every viewpoint."""
        return {
            name: face.advantage(values, self.one, self.other, self.weights)
            for name, values in self.viewpoints.items()
        }, None

    def some(self) -> tuple[ValuesGiven, np.ndarray]:
        """A few of the belief sets, and which : ndarray[set], indexes."""
        few = [
            {name: column.reshape(SETS, -1)[ROWS].ravel() for name, column in course.items()}
            for course in (self.one, self.other)
        ]
        weights = {name: column[ROWS] for name, column in self.weights.items()}
        return ValuesGiven(self.viewpoints, few[0], few[1], weights), ROWS


@cache
def made_values() -> ValuesGiven:
    """The viewpoints of the invented case on made-up outcomes."""
    case = load_case("borderland").case
    rng = np.random.default_rng(9)
    scale = {one.outcome: one.scale for values in case.values for one in values.attributes}
    one, other = (
        {name: size * rng.lognormal(0.0, 1.0, SETS * FUTURES) for name, size in scale.items()}
        for _ in range(2)
    )
    viewpoints = {f"{values.actor}, {values.viewpoint}": values for values in case.values}
    return ValuesGiven(viewpoints, one, other, {name: rng.random(SETS) for name in scale})


def _no_advantage(trial: Trial) -> str | None:
    same, _ = trial.run(replace(trial.given, other=trial.given.one))
    return first(f"{name}: {gain[gain != 0][0]:.6g}" if gain.any() else None for name, gain in same.items())


def _two_sides(trial: Trial) -> str | None:
    turned, _ = trial.run(replace(trial.given, one=trial.given.other, other=trial.given.one))
    return first(_apart(name, gain, -turned[name]) for name, gain in trial.outputs.items())


def _more_is_better(trial: Trial) -> str | None:
    for name, values in trial.given.viewpoints.items():
        for attribute in values.attributes:
            step = attribute.scale if attribute.better == "more" else -attribute.scale
            more = {**trial.given.one, attribute.outcome: trial.given.one[attribute.outcome] + step}
            gain, _ = trial.run(replace(trial.given, viewpoints={name: values}, one=more))
            came = lower(f"{name}, {attribute.outcome}", trial.outputs[name], gain[name])
            if came:
                return came
    return None


def _expected(trial: Trial) -> str | None:
    given: ValuesGiven = trial.given
    middle = {name: np.full_like(column, 0.5) for name, column in given.weights.items()}
    gain, _ = trial.run(replace(given, weights=middle))
    for name, values in given.viewpoints.items():
        worth = trial.face.worth(values, given.one) - trial.face.worth(values, given.other)
        came = _apart(name, gain[name], worth.reshape(len(gain[name]), -1).mean(axis=1))
        if came:
            return came
    return None


def _apart(name: str, was: np.ndarray, now: np.ndarray) -> str | None:
    return lower(name, was, now, 1e-9) or lower(name, now, was, 1e-9)


LAWS = (
    *common(VALUES, made_values),
    alone(VALUES, made_values),
    Law(VALUES, "none_over_itself", "a course has no advantage over itself", _no_advantage, made_values),
    Law(
        VALUES,
        "two_sides",
        "the other way round the advantage is the same with the other sign",
        _two_sides,
        made_values,
    ),
    Law(
        VALUES,
        "more_is_better",
        "more of what is wanted never lowers the advantage",
        _more_is_better,
        made_values,
    ),
    Law(
        VALUES,
        "expected",
        "at middle weights the advantage is the mean difference of worth",
        _expected,
        made_values,
    ),
)
