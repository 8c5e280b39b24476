"""Laws of the slots that give a hazard from beliefs: collapse and ending."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from contactline.case.load import load_case
from contactline.core.streams import Streams
from contactline.engine.design import design_of
from contactline.engine.past import shipped_beliefs
from contactline.testing.law import Law, Outputs, Trial, alone, common, lower
from contactline.war.slots import COLLAPSE, ENDING, Beliefs, CollapseFace, EndingFace

DRAWS, WEEKS = 60, 40
ROWS = np.array([7, 2, 41, 40, 19])
"""Some draws, out of order."""


@cache
def made_beliefs() -> Beliefs:
    """Draws of every belief of the invented case : name → ndarray[draw], each in its unit."""
    case = load_case("borderland").case
    return design_of(case, DRAWS, Streams(2), shipped_beliefs(case)).columns


def some_of(beliefs: Beliefs, rows: np.ndarray) -> Beliefs:
    """Some draws of every belief : name → ndarray[draw], each in its unit."""
    return {name: beliefs[name][rows] for name in beliefs}


def doubled(beliefs: Beliefs, name: str) -> Beliefs:
    """The same with one belief twice as large : name → ndarray[draw], each in its unit."""
    return {**beliefs, name: 2.0 * beliefs[name]}


@dataclass(frozen=True)
class CollapseGiven:
    """beliefs : name → ndarray[draw], each in its unit; raising : ndarray[draw, week], support's factor on the rate."""

    beliefs: Beliefs
    raising: np.ndarray

    def run(self, face: CollapseFace, streams: Streams) -> tuple[Outputs, Any]:
        """The parts of the hazard, and the hazard of a week without a shortage of people."""
        found = face.hazard(self.beliefs, self.raising)
        return {**found._asdict(), "hazard a week": found.rate[:, None] * found.raising}, None

    def some(self) -> tuple[CollapseGiven, np.ndarray]:
        """A few of the draws, and which."""
        return CollapseGiven(some_of(self.beliefs, ROWS), self.raising[ROWS]), ROWS


@dataclass(frozen=True)
class EndingGiven:
    """beliefs : name → ndarray[draw], each in its unit; draws : their number."""

    beliefs: Beliefs
    draws: int = DRAWS

    def run(self, face: EndingFace, streams: Streams) -> tuple[Outputs, Any]:
        """The hazard a week."""
        return {"hazard a week": face.hazard(self.beliefs, self.draws)}, None

    def some(self) -> tuple[EndingGiven, np.ndarray]:
        """A few of the draws, and the index of each."""
        return EndingGiven(some_of(self.beliefs, ROWS), len(ROWS)), ROWS


@cache
def made_collapse() -> CollapseGiven:
    """Beliefs of the invented case under a support that weakens."""
    raising = 1.0 + np.random.default_rng(6).random((DRAWS, 1)) * np.linspace(0.0, 1.0, WEEKS)
    return CollapseGiven(made_beliefs(), raising)


@cache
def made_ending() -> EndingGiven:
    """Beliefs of the invented case."""
    return EndingGiven(made_beliefs())


def _never_lower(trial: Trial, name: str) -> str | None:
    more, _ = trial.run(replace(trial.given, beliefs=doubled(trial.given.beliefs, name)))
    return lower("hazard a week", trial.outputs["hazard a week"], more["hazard a week"])


def _collapses_more(trial: Trial) -> str | None:
    return _never_lower(trial, "war.collapse_rate")


def _ends_sooner(trial: Trial) -> str | None:
    return _never_lower(trial, "war.end_rate")


def _weaker(trial: Trial) -> str | None:
    more, _ = trial.run(replace(trial.given, raising=2.0 * trial.given.raising))
    return lower("hazard a week", trial.outputs["hazard a week"], more["hazard a week"])


LAWS = (
    *common(COLLAPSE, made_collapse),
    alone(COLLAPSE, made_collapse),
    Law(
        COLLAPSE,
        "belief_raises",
        "a higher war.collapse_rate never lowers the hazard",
        _collapses_more,
        made_collapse,
    ),
    Law(COLLAPSE, "weakness_raises", "a weaker support never lowers the hazard", _weaker, made_collapse),
    *common(ENDING, made_ending),
    alone(ENDING, made_ending),
    Law(ENDING, "belief_raises", "a higher war.end_rate never lowers the hazard", _ends_sooner, made_ending),
)
