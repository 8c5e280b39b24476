"""The truce's slots: credibility and breakdown. What a model must do, the package's own, and the faces that the engine
calls, which check what a model hands over.

The weekly decision is compiled (truce/breakdown.py): a model of breakdown gives what it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from contactline.case.pledges import Guarantee
from contactline.core.plugins import Plugin, Slot
from contactline.truce.breakdown import Decision, TruceTerms, decision
from contactline.truce.calendar import PledgeLuck
from contactline.truce.guarantee import credibility_paths

Beliefs = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Promise:
    """A guarantee under one settlement.

    base : ndarray[draw], chance that one guarantor acts, before restraint, discretion and cession; with `at_signature`
    the chance that enough of them act, all of these counted; ceded : whether the terms hand over prepared defences
    signed : week of signature
    """

    guarantee: Guarantee | None
    base: np.ndarray
    as_of: date
    at_signature: bool = False
    ceded: bool = False
    signed: int = 0


@dataclass(frozen=True)
class PromiseLuck:
    """Chance, shared by all courses: crisis : ndarray[draw, week], uniform; pledge : of successors and forfeiture."""

    crisis: np.ndarray
    pledge: PledgeLuck | None = None


class CredibilityModel(Protocol):
    """The chance that enough guarantors act if the truce is broken in a given week."""

    id: str
    label: str

    def paths(self, promise: Promise, beliefs: Beliefs, luck: PromiseLuck) -> np.ndarray:
        """q : ndarray[draw, week], 0 to 1, weeks as in luck.crisis; zero without a guarantee or a base.

        A higher base never lowers it. No draw sees another.
        """
        ...


@dataclass(frozen=True)
class Challenge:
    """What the challenger decides on, ndarray[draw] each where not said otherwise.

    reading : int, whose finding on terms the draw follows; gain, losses : km² that two years of war would bring and the
    challenger's killed and wounded in them; wanted : share of that ground it wants; credibility : ndarray[draw, week]
    honoured : tempo left if the guarantee is honoured; penalty : what that costs on top; leaving : share of the
    defender's force that leaves a week beyond the usual after imposed terms
    """

    reading: np.ndarray
    gain: np.ndarray
    losses: np.ndarray
    wanted: np.ndarray
    credibility: np.ndarray
    honoured: np.ndarray
    penalty: np.ndarray
    leaving: np.ndarray


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
    """Base rates, analogues, calendar, crises, forfeiture on the logit scale (truce/guarantee.py)."""

    id = "pledge"
    label = "base rates moved by analogues, changes of government, crises, forfeiture and expiry"

    def paths(self, promise: Promise, beliefs: Beliefs, luck: PromiseLuck) -> np.ndarray:
        """The equations of truce/guarantee.py : ndarray[draw, week]."""
        return credibility_paths(
            promise.base, beliefs, promise.guarantee, promise.as_of, luck.crisis.shape[1], luck.crisis,
            luck=luck.pledge, ceded=promise.ceded, signed=promise.signed, at_signature=promise.at_signature,
        )  # fmt: skip


class ChallengerDecides:
    """The challenger breaks a truce where renewed war pays (truce/breakdown.py)."""

    id = "challenger"
    label = "the challenger breaks it where renewed war pays, and accidents happen"

    def decision(self, terms: TruceTerms, beliefs: Beliefs, challenge: Challenge) -> Decision:
        """The equations of truce/breakdown.py."""
        return decision(
            terms, beliefs, challenge.reading, gain=challenge.gain, losses=challenge.losses, wanted=challenge.wanted,
            credibility=challenge.credibility, honoured=challenge.honoured, penalty=challenge.penalty,
            leaving=challenge.leaving,
        )  # fmt: skip


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
    "quiet": (0.0, np.inf),
    "accident": (0.0, 1.0),
    "gamma": (0.0, np.inf),
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
