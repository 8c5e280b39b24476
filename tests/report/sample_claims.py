"""Sample tables on claims and on what would have to be true, with made-up numbers of the invented sample."""

from __future__ import annotations

import numpy as np
import pandas as pd

PROPOSAL, VIEWPOINT = "grand_plan", "Southland: land first"
WATCH = "what the press reports"
BELIEFS = (
    ("collapse.rate", "how often the defence collapses if the fighting goes on", "per year"),
    ("guarantee.credibility", "chance that the guarantor acts", "probability"),
    ("war.tempo", "the pace of the advance", "km² per week"),
)
COURSES = ("fight_on", "grand_plan", "plain_freeze")


def claim_samples() -> dict[str, pd.DataFrame]:
    """Every table of `report.tables_claims`."""
    return {**_claims(), **_sensitivity(), **_courses()}


def _claims() -> dict[str, pd.DataFrame]:
    rows = [
        ("losses_high", "Northland lost over 100,000 in a year.", "supported",
         "Killed and wounded: 110,000 to 130,000 persons (span of the sources). The claim needs at least 100,000 "
         "persons: as the claim needs. No sourced fact of medium or high rating contests it."),
        ("falls_soon", "Alderford falls within a year.", "contested",
         "It is likely (62%) that Northland takes Alderford by force within 52 weeks. The claim needs at least 80%: "
         "against the claim. Sourced facts support it all the same: ref_a."),
        ("no_price", "The belt is of no worth.", "not supported", "The figures are against the claim."),
        ("bad_faith", "Northland does not mean it.", "not testable", "Intent is inferred, never measured."),
    ]  # fmt: skip
    claims = [
        {"claim": key, "text": words, "by": "a paper", "verdict": verdict, "reason": reason, "reading": "A reading.",
         "support": "ref_a", "contest": "", "context": "", "sources": "ref_a"}
        for key, words, verdict, reason in rows
    ]  # fmt: skip
    tests = [
        {"claim": "losses_high", "test": 1, "quantity": "losses.north.2025", "label": "killed and wounded",
         "unit": "persons", "kind": "measured", "low": 1.1e5, "central": 1.2e5, "high": 1.3e5,
         "spans": "span of the sources", "says": "at least 100,000 persons", "claim_low": 1e5, "claim_high": np.nan,
         "agrees": "agrees", "note": ""},
        {"claim": "falls_soon", "test": 1, "quantity": "objective.town_0.p_52", "label": "Northland takes Alderford",
         "unit": "probability", "kind": "simulated", "low": 0.62, "central": 0.62, "high": 0.62, "spans": "one figure",
         "says": "at least 80%", "claim_low": 0.8, "claim_high": np.nan, "agrees": "disagrees", "note": "Very likely."},
    ]  # fmt: skip
    return {"claims": pd.DataFrame(claims), "claim_tests": pd.DataFrame(tests)}


def turned(row: dict[str, object]) -> dict[str, object]:
    """A row of table hinges or flips with what its range and turning value imply."""
    low, high, at = (float(row[name]) for name in ("present_low", "present_high", "flip_value"))
    found = at == at
    return {
        "flip_low": at * 0.9, "flip_high": at * 1.1, "turns": 1.0 if found else 0.0, "inside": low <= at <= high,
        "tried_low": low / 3, "tried_high": 0.99 if row["unit"] == "probability" else 3 * high, "p_value": np.nan,
        "watch": "what the press reports",
    } | row  # fmt: skip


def _sensitivity() -> dict[str, pd.DataFrame]:
    who = {"proposal": PROPOSAL, "viewpoint": VIEWPOINT}
    flips, sobol, information = [], [], []
    for i, (belief, label, unit) in enumerate(BELIEFS):
        low, high = ((0.02, 0.4), (0.08, 0.6), (20.0, 160.0))[i]
        turns = i < 2
        flips.append(
            turned(who | {"belief": belief, "label": label, "unit": unit, "present_low": low, "present_high": high,
                   "share_low": 0.22 + 0.1 * i, "share_high": 0.66 - 0.1 * i,
                   "flip_value": (low + high) / 2 if turns else np.nan, "flip_low": low * 1.5 if turns else np.nan,
                   "flip_high": high * 0.9 if turns else np.nan, "turns": 0.95 - 0.4 * i, "p_value": 1e-6,
                   "watch": WATCH})
        )  # fmt: skip
        total = 0.3 - 0.1 * i
        sobol.append(
            who | {"belief": belief, "label": label, "first": total * 0.8, "first_low": total * 0.5,
                   "first_high": total, "total": total, "total_low": total * 0.7, "total_high": total * 1.3,
                   "found": True, "unexplained": 0.3, "noise": 0.05}
        )  # fmt: skip
        information.append(
            who | {"belief": belief, "label": label, "value": 2.0 - i, "share": 0.4 - 0.2 * i, "by_luck": 0.1,
                   "changes": 0.3 - 0.15 * i, "watch": WATCH, "stands_out": i < 2, "equals_losses": 5e4 * (2.0 - i)}
        )  # fmt: skip
    everything = information[0] | {"belief": "everything", "label": "all beliefs at once", "value": 5.0, "share": 1.0,
                                   "equals_losses": 2.5e5, "watch": ""}  # fmt: skip
    boxes = [
        who | {"better": better, "sentence": sentence, "limits": "collapse.rate 0.2 to inf", "density": 0.85,
               "fresh": 0.8, "coverage": 0.6, "mass": 0.3, "base": 0.4, "holds": True}
        for better, sentence in (
            ("accept", "Accepting is better in 8 of 10 futures where “how often it collapses” is at least 0.2."),
            ("fight", "Fighting on is better in 8 of 10 futures where “how often it collapses” is at most 0.1."),
        )
    ]  # fmt: skip
    resolved = np.linspace(0, 1, 11)
    waiting = pd.DataFrame(
        who | {"belief": BELIEFS[0][0], "label": BELIEFS[0][1], "resolved": resolved, "gain": 2 * resolved,
               "equals_losses": 1e5 * resolved}
    )  # fmt: skip
    surface = [
        who | {"x": BELIEFS[0][0], "y": BELIEFS[1][0], "x_value": x, "y_value": y, "near": bool(x < 0.5),
               "share_accept": float(1 / (1 + np.exp(-6 * (y - 0.5) - 5 * (x - 0.3))))}
        for x in np.linspace(0.02, 0.6, 21)
        for y in np.linspace(0.05, 0.8, 21)
    ]  # fmt: skip
    return {
        "flips": pd.DataFrame(flips),
        "sobol": pd.DataFrame(sobol),
        "information": pd.DataFrame([everything, *information]),
        "boxes": pd.DataFrame(boxes),
        "waiting": waiting,
        "surface": pd.DataFrame(surface),
    }


def _courses() -> dict[str, pd.DataFrame]:
    regret, accept, central = [], [], []
    for viewpoint in (VIEWPOINT, "Southland: lives first"):
        for i, course in enumerate(COURSES):
            who = {"viewpoint": viewpoint, "course": course}
            regret.append(
                who | {"mean_value": 3.0 + i, "share_best": (0.2, 0.3, 0.5)[i], "regret_mean": 2.0 - 0.5 * i,
                       "regret_q95": 9.0 - 2 * i, "regret_max": 14.0 - 3 * i, "minimax": i == 2, "minimax_q95": i == 2}
            )  # fmt: skip
            accept.append(
                who | {"first": (0.25, 0.3, 0.45)[i], "last": (0.5, 0.4, 0.1)[i], "confidence": 0.4 + 0.1 * i}
            )
            central += [
                who | {"attribute": name, "label": label, "weight": weight}
                for name, label, weight in (
                    ("km2_held", "land held", 0.6),
                    ("weeks_of_war", "weeks of war", 0.4),
                )
            ]
    tables = {"regret": regret, "acceptability": accept, "central_weights": central}
    return {name: pd.DataFrame(rows) for name, rows in tables.items()}
