"""The truce's slots: credibility and breakdown. What a model must do, the package's own, and the faces that the engine
calls, which check what a model hands over.

The weekly decision is compiled (truce/breakdown.py): a model of breakdown gives what it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from contactline.core.plugins import Plugin, Slot
from contactline.truce.breakdown import Challenge, Decision, TruceTerms, decision
from contactline.truce.guarantee import Promise, PromiseLuck, credibility_paths

Beliefs = Mapping[str, np.ndarray]


class CredibilityModel(Protocol):
    """The chance that enough guarantors act if the truce is broken in a given week."""

    id: str
    label: str

    def paths(self, promise: Promise, beliefs: Beliefs, luck: PromiseLuck) -> np.ndarray:
        """q : ndarray[draw, week], 0 to 1, weeks as in luck.crisis; zero without a guarantee or a base.

        A higher base never lowers it. No draw sees another.
        """
        ...


class BreakdownModel(Protocol):
    """When a truce breaks."""

    id: str
    label: str

    def decision(self, terms: TruceTerms, beliefs: Beliefs, challenge: Challenge) -> Decision:
        """What the weekly hazard of the compiled loop is made of.

        A higher credibility never raises that hazard. No draw sees another.
        """
        ...


class LogitPledge:
    """Promises of the past, analogues, calendar, crises, forfeiture on the logit scale (truce/guarantee.py)."""

    id = "pledge"
    label = "promises of the past moved by analogues, changes of government, crises, forfeiture and expiry"

    def paths(self, promise: Promise, beliefs: Beliefs, luck: PromiseLuck) -> np.ndarray:
        """The equations of truce/guarantee.py : ndarray[draw, week]."""
        return credibility_paths(promise, beliefs, luck)


class ChallengerDecides:
    """The challenger breaks a truce where renewed war pays (truce/breakdown.py)."""

    id = "challenger"
    label = "the challenger breaks it where renewed war pays, and accidents happen"

    def decision(self, terms: TruceTerms, beliefs: Beliefs, challenge: Challenge) -> Decision:
        """The equations of truce/breakdown.py."""
        return decision(terms, beliefs, challenge)


@dataclass(frozen=True, eq=False)
class CredibilityFace:
    """Face of slot credibility."""

    plugin: Plugin

    def paths(self, promise: Promise, beliefs: Beliefs, luck: PromiseLuck) -> np.ndarray:
        """q : ndarray[draw, week], chance that enough guarantors act. Raises ModelError."""
        made = self.plugin.run("paths", lambda: self.plugin.model.paths(promise, beliefs, luck))
        return self.plugin.array(
            "paths", made, luck.crisis.shape, "ndarray[draw, week], probability", 0.0, 1.0
        )


BOUNDS: dict[str, tuple[float, float]] = {
    "incident": (0.0, np.inf),
    "offensive": (0.0, np.inf),
    "war": (0.0, np.inf),
    "shape": (0.01, 20.0),
    "accident": (0.0, 1.0),
    "push": (0.0, 20.0),
    "push_small": (0.0, 20.0),
    "reference": (-np.inf, np.inf),
    "terms": (-np.inf, np.inf),
    "ceded": (-20.0, 20.0),
    "felt": (0.0, 1.0),
    "log_rebuild": (-np.inf, np.inf),
    "eta": (-np.inf, np.inf),
    "honoured": (0.0, np.inf),
    "penalty": (0.0, np.inf),
    "peacetime": (0.0, np.inf),
    "leaving": (-np.inf, np.inf),
}
"""Least and most of each part of a Decision that is an ndarray[draw] of finite numbers."""


@dataclass(frozen=True, eq=False)
class BreakdownFace:
    """Face of slot breakdown."""

    plugin: Plugin

    def decision(self, terms: TruceTerms, beliefs: Beliefs, challenge: Challenge) -> Decision:
        """What the weekly hazard is made of. Raises ModelError."""
        plugin, shape = self.plugin, challenge.credibility.shape
        made = plugin.run("decision", lambda: plugin.model.decision(terms, beliefs, challenge))
        if not isinstance(made, Decision):
            plugin.refuse("decision", f"a {type(made).__name__}", "a Decision")
        ratio = made.log_ratio
        # −∞ is allowed: there is nothing to gain, and accidents alone are left.
        above = np.maximum(ratio, -1e300) if isinstance(ratio, np.ndarray) else ratio
        plugin.array("decision", above, shape[:1], _part("log_ratio"))
        credibility = made.credibility
        if credibility is not challenge.credibility:  # which was checked where it was made
            what = "credibility, ndarray[draw, week], probability"
            credibility = plugin.array("decision", credibility, shape, what, 0.0, 1.0)
        return made._replace(
            log_ratio=np.ascontiguousarray(ratio, dtype=np.float64),
            credibility=credibility,
            **{
                name: plugin.array("decision", getattr(made, name), shape[:1], _part(name), low, high)
                for name, (low, high) in BOUNDS.items()
            },
        )


def _part(name: str) -> str:
    return f"{name}, ndarray[draw], as in Decision"


CREDIBILITY = Slot(
    "credibility",
    "the chance that a guarantee is honoured",
    "pledge",
    {"pledge": LogitPledge},
    ("paths",),
    CredibilityFace,
)
BREAKDOWN = Slot(
    "breakdown",
    "when a truce breaks",
    "challenger",
    {"challenger": ChallengerDecides},
    ("decision",),
    BreakdownFace,
)
SLOTS = (CREDIBILITY, BREAKDOWN)
