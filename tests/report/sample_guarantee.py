"""Sample tables of guarantees and analogues for tests of the report: made-up numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

NAMES = {"paper": ("Executive promise", "Grand plan"), "alliance": ("Treaty with troops", "Counter-draft")}
STEPS = (
    ("study", -1, "An old count", 0, 0.7), ("study", -1, "A strict count", 0, 0.3),
    ("record", 1, "Promises kept, all studies", 0, 0.5), ("form", 2, "Its form, against a treaty", 0, 0.45),
    ("restraint", 8, "Restraint shown so far", 0, 0.35), ("calendar", 9, "Changes of government", 1, 0.35),
    ("calendar", 9, "Changes of government", 5, 0.3), ("crises", 10, "Crises elsewhere and at home", 1, 0.33),
    ("crises", 10, "Crises elsewhere and at home", 5, 0.28), ("forfeiture", 11, "Forfeiture and expiry", 1, 0.32),
    ("forfeiture", 11, "Forfeiture and expiry", 5, 0.24),
)  # fmt: skip


def guarantee_tables(as_of: pd.Timestamp, horizon: int = 260) -> dict[str, pd.DataFrame]:
    """Every table of guarantees, with rows."""
    shown = [
        {"guarantee": key, "name": name, "proposals": proposals} for key, (name, proposals) in NAMES.items()
    ]
    steps = [
        who | {"step": step, "study": label if step == "study" else "", "position": position, "label": label}
        | {"period": "", "years": years, "mean": p}
        | {"q10": p / 2, "q50": p, "q90": (1 + p) / 2}
        for who in shown for step, position, label, years, p in STEPS
    ]  # fmt: skip
    weeks = range(0, horizon, 4)
    paths = [
        who | {"week": week, "mean": p, "q10": p / 2, "q50": p, "q90": (1 + p) / 2}
        for j, who in enumerate(shown) for week in weeks for p in [0.35 + 0.2 * j - 0.0003 * week]
    ]  # fmt: skip
    calendar = [
        who | {"guarantor": "far", "event": "term_ends", "day": as_of + pd.Timedelta(weeks=160),
               "what": "Term ends", "chance": 1.0, "weight": 1.0}
        for who in shown
    ]  # fmt: skip
    effects = [
        {"outcome": outcome, "feature": feature, "label": feature.replace("_", " "), "ratio_q05": 0.4, "ratio_q50": 1.1,
         "ratio_q95": 2.6, "p_above": 0.55, "cases": 4, "cases_with": 2, "share_with": 0.5,
         "words": "not distinguishable from no effect"}
        for outcome in ("honoured", "broken") for feature in ("troops", "defences_ceded")
    ]  # fmt: skip
    analogue = {
        "id": "old_pass", "case": "The pass treaty", "year": 1931, "family": "the_pass", "guarantors": "Corvia",
        "guarantor_kind": "state", "form": "treaty", "territory": "frozen", "defences_ceded": False, "dmz": True,
        "troops": True, "distance_km": 400.0, "violated": "minor", "violated_when": "1935", "honoured": "yes",
        "years_observed": 40.0, "url": "https://example.org/pass", "confidence": "low", "from_memory": "",
        "note": "Invented.",
    }  # fmt: skip
    other = analogue | {
        "id": "river", "case": "The river memorandum", "honoured": "no", "distance_km": np.nan, "violated": "yes",
    }  # fmt: skip
    return {
        "guarantee": pd.DataFrame(steps),
        "guarantee_paths": pd.DataFrame(paths),
        "guarantee_calendar": pd.DataFrame(calendar),
        "analogues": pd.DataFrame([analogue, other]),
        "analogue_effects": pd.DataFrame(effects),
    }
