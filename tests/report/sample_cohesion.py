"""Sample tables on positions, cohesion and shocks, from the real functions on a small invented dispute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from contactline.case.schema import Case
from contactline.core.streams import Streams
from contactline.support.event_study import study
from contactline.topics.allies.make import cohesion_tables

ASSUMED = {"by": "the sample", "why": "made up for tests of the report"}

CASE_PARTS: dict[str, Any] = {
    "actors": [
        {"id": "north", "name": "Northland", "role": "challenger"},
        {"id": "south", "name": "Southland", "role": "defender"},
        {"id": "isle", "name": "The Isle", "role": "guarantor"},
        {"id": "league", "name": "The League", "role": "supporter"},
    ],
    "issues": [
        {"id": "land", "name": "Who holds Eastmark", "low": "All to Southland", "middle": "The line as it is",
         "high": "All to Northland"},
        {"id": "arms", "name": "Limits on arms", "low": "None", "high": "As asked by Northland"},
    ],
    "positions": [
        {"actor": actor, "issue": issue, "day": day, "position": where, "stance": f"Said {where}.",
         "sources": ["ref_a"]}
        for actor, issue, day, where in (
            ("north", "land", "2025-05-01", 100), ("north", "land", "2025-08-01", 80),
            ("north", "land", "2025-11-20", 80), ("south", "land", "2025-06-01", 45),
            ("isle", "land", "2025-07-01", 55), ("isle", "land", "2025-11-01", 75),
            ("league", "land", "2025-07-10", 45), ("north", "arms", "2025-05-01", 100),
            ("south", "arms", "2025-06-01", 5), ("isle", "arms", "2025-07-01", 60),
            ("league", "arms", "2025-09-01", 20),
        )
    ],
    "stakes": [
        {"actor": actor, "salience": salience, "leverage": leverage, "assumption": ASSUMED}
        for actor, salience, leverage in (
            ("north", [0.8, 1.0], [80, 100]), ("south", [0.9, 1.0], [60, 90]),
            ("isle", [0.4, 0.8], [50, 90]), ("league", [0.5, 0.8], [30, 60]),
        )
    ],
    "wedge": {
        "donor": "isle", "others": ["league"], "assumption": ASSUMED,
        "rate_together": {"kind": "loguniform", "low": 0.02, "high": 0.1},
        "rate_apart": {"kind": "loguniform", "low": 0.3, "high": 1.5},
    },
}  # fmt: skip
"""Keys that the sample case takes over, so that the tables have names to show."""


def cohesion_sample(case: Case) -> dict[str, pd.DataFrame]:
    """Every table of contactline.topics.allies.schema, as the stage makes them."""
    gain = np.linspace(100, 900, 500)
    return {**cohesion_tables(case, Streams(7), draws=30, gain_if_cut=gain), **_shocks()}


def _shocks() -> dict[str, pd.DataFrame]:
    """Two shocks in a made-up tempo: one identified without effect, one too short to say."""
    rng = np.random.default_rng(7)
    series = 60 + 25 * rng.standard_t(5, 220)
    rows, placebos = [], []
    for name, start, stop, why in (
        ("A pause of deliveries", 120, 130, ()),
        ("A week without", 160, 161, ("an offensive began",)),
    ):
        found = study(series, start, stop, why)
        event = name.lower().replace(" ", "_")
        for what, kind, unit in (
            ("tempo", "mapa", "km² per week"),
            ("losses", "general_staff", "persons per week"),
        ):
            rows.append({
                "event": event, "name": name, "what": what, "series": kind, "unit": unit,
                "start": pd.Timestamp("2025-03-01"), "end": pd.NaT if why else pd.Timestamp("2025-05-01"),
                "expected": "faster", "weeks": found.weeks, "baseline_weeks": found.baseline_weeks,
                "before": found.before, "during": found.during, "effect": found.effect, "effect_low": found.low,
                "effect_high": found.high, "p_value": found.p_value, "smallest_visible": found.smallest_visible,
                "placebos": len(found.placebo), "independent": found.independent, "verdict": found.verdict,
                "reasons": "; ".join(found.reasons), "capability": "", "eta_low": np.nan, "eta_high": np.nan,
            })  # fmt: skip
            placebos += [
                {"event": event, "series": kind, "placebo": i, "effect": float(e)}
                for i, e in enumerate(found.placebo, start=1)
            ]
    return {"events": pd.DataFrame(rows), "event_placebos": pd.DataFrame(placebos)}
