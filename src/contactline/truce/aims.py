"""What the challenger wants: three types, and the chance of each given how it kept earlier agreements.

    odds(maximal) = prior odds · [ Π_i P(outcome_i | maximal) / P(outcome_i | limited) ]^ω · u^(months/12)

Agreements kept and broken count; disputed ones do not. Earlier agreements are not independent experiments, so the
record counts with a weight ω between 0 and 1; demands that did not move in `months` months count with the ratio u a
year. Among limited aims, `narrow` wants what is asked for now and `claimed` everything claimed in law.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from contactline.case.conduct import Conduct
from contactline.case.schema import Case

NARROW, CLAIMED, MAXIMAL = 0, 1, 2
AIMS = ("narrow", "claimed", "maximal")

BELIEFS = (
    "truce.maximal_aims",
    "truce.narrow_aims",
    "truce.break_if_maximal",
    "truce.break_if_limited",
    "truce.record_weight",
    "truce.unmoved_ratio",
)


def maximal_chance(conduct: Conduct | None, beliefs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Chance that the aims are maximal, step by step : 'prior', 'record', 'demands' → ndarray[draw]."""
    prior = np.clip(beliefs["truce.maximal_aims"], 1e-6, 1 - 1e-6)
    log_odds = np.log(prior / (1 - prior))
    steps = {"prior": prior}
    outcomes = [a.outcome for a in conduct.agreements] if conduct else []
    broken, kept = outcomes.count("broken"), outcomes.count("kept")
    hard = np.clip(beliefs["truce.break_if_maximal"], 1e-6, 1 - 1e-6)
    soft = np.clip(beliefs["truce.break_if_limited"], 1e-6, 1 - 1e-6)
    ratio = broken * np.log(hard / soft) + kept * np.log((1 - hard) / (1 - soft))
    log_odds = log_odds + beliefs["truce.record_weight"] * ratio
    steps["record"] = 1.0 / (1.0 + np.exp(-log_odds))
    months = conduct.unmoved_months if conduct else 0.0
    log_odds = log_odds + np.log(beliefs["truce.unmoved_ratio"]) * months / 12.0
    steps["demands"] = 1.0 / (1.0 + np.exp(-log_odds))
    return steps


def draw_aims(conduct: Conduct | None, beliefs: Mapping[str, np.ndarray], luck: np.ndarray) -> np.ndarray:
    """The challenger's type in each draw : ndarray[draw] int8, index into AIMS; luck : ndarray[draw] uniform."""
    maximal = maximal_chance(conduct, beliefs)["demands"]
    narrow = (1.0 - maximal) * beliefs["truce.narrow_aims"]
    return np.where(luck < maximal, MAXIMAL, np.where(luck < maximal + narrow, NARROW, CLAIMED)).astype(
        np.int8
    )


def wanted_regions(case: Case) -> dict[str, tuple[str, ...]]:
    """Regions that each type wants : aim → region ids; empty means whatever it can get."""
    if case.conduct is None:
        return dict.fromkeys(AIMS, ())
    return {aim.id: aim.regions for aim in case.conduct.aims}
