"""Whether a truce holds: a weekly hazard of renewed war, raised and lowered by what the terms leave behind.

    hazard(t) = base / 52.18 · exp(γ_g·q(t) + γ_b·belt lost + γ_m·maximal aims + γ_d·zone + γ_f·cap gap
                                   + γ_t·tripwire + γ_i·imposed)

Anchored on published durability: almost half of interstate wars since 1945 were followed by renewed fighting
(Fortna 2004); strong agreements matter much (Fortna) or hardly at all (Lo, Hashimoto & Reiter 2008), so the
effects of zone and guarantee are wide beliefs; settlements pressed by outsiders fail more often (Werner & Yuen 2005).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from contactline.core.dates import WEEKS_PER_YEAR
from contactline.truce.terms import Settlement

BELIEFS = (
    "truce.base_rate",
    "truce.effect_guarantee",
    "truce.effect_belt_lost",
    "truce.effect_maximal_aims",
    "truce.effect_dmz",
    "truce.effect_force_cap",
    "truce.effect_tripwire",
    "truce.effect_imposed",
    "truce.maximal_aims",
)
CAP_STEP = 100_000.0
"""Persons: truce.effect_force_cap is the effect of each such step below the defender's present strength."""


@dataclass(frozen=True)
class TruceTerms:
    """What of a settlement enters the hazard; a variant changes one of these and leaves the rest."""

    guaranteed: bool
    belt_lost: bool
    zone: bool
    tripwire: bool
    imposed: bool
    cap_gap: float = 0.0
    """Persons by which the cap lies below the defender's present strength."""


def truce_terms(settlement: Settlement, defender_strength: float | None) -> TruceTerms:
    """The terms' covariates; a cap counts only where the case gives the defender's present strength."""
    gap = 0.0
    if settlement.force_cap is not None and defender_strength is not None:
        gap = max(defender_strength - settlement.force_cap, 0.0)
    guarantee = settlement.guarantee
    return TruceTerms(
        guaranteed=guarantee is not None and guarantee.form != "none",
        belt_lost=bool(settlement.belts_lost),
        zone=settlement.has_zone,
        tripwire=guarantee is not None and guarantee.troops,
        imposed=settlement.imposed,
        cap_gap=gap,
    )


def log_hazard(terms: TruceTerms, beliefs: Mapping[str, np.ndarray], maximal: np.ndarray) -> np.ndarray:
    """Log of the weekly hazard without the guarantee's part : ndarray[draw]; maximal : ndarray[draw] bool."""
    value = np.log(beliefs["truce.base_rate"] / WEEKS_PER_YEAR)
    value = value + beliefs["truce.effect_maximal_aims"] * maximal
    value = value + beliefs["truce.effect_belt_lost"] * terms.belt_lost
    value = value + beliefs["truce.effect_dmz"] * terms.zone
    value = value + beliefs["truce.effect_tripwire"] * terms.tripwire
    value = value + beliefs["truce.effect_imposed"] * terms.imposed
    return value + beliefs["truce.effect_force_cap"] * terms.cap_gap / CAP_STEP


def breakdown_week(
    static: np.ndarray, guarantee_effect: np.ndarray, credibility: np.ndarray, luck: np.ndarray
) -> np.ndarray:
    """Week of breakdown : ndarray[draw], inf where the truce outlasts the horizon.

    static : ndarray[draw], log weekly hazard; guarantee_effect : ndarray[draw]; credibility : ndarray[draw, week]
    luck : ndarray[draw], unit exponentials, shared by every proposal (common random numbers): the truce breaks in
    the week in which the cumulated hazard passes the luck, so a higher hazard never breaks later.
    """
    cumulated = np.cumsum(np.exp(static[:, None] + guarantee_effect[:, None] * credibility), axis=1)
    broken = cumulated >= luck[:, None]
    return np.where(broken.any(axis=1), broken.argmax(axis=1).astype(float), np.inf)


def chance_to_hold(
    static: np.ndarray, guarantee_effect: np.ndarray, credibility: np.ndarray, weeks: int
) -> np.ndarray:
    """Chance that the truce holds for `weeks` weeks : ndarray[draw], exact given the draw (no luck needed)."""
    hazard = np.exp(static[:, None] + guarantee_effect[:, None] * credibility[:, :weeks])
    return np.exp(-hazard.sum(axis=1))
