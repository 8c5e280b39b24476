"""Sample tables on past wars for tests of the report: made-up numbers that keep the order a real run has."""

from __future__ import annotations

import numpy as np
import pandas as pd

SEVERITIES = {"any": 0.2, "gt100": 0.08, "war": 0.05}
YEARS = np.array([0.0, 1.0, 3.0, 5.0, 10.0, 20.0])


def history_samples() -> dict[str, pd.DataFrame]:
    """Every table of topic history."""
    fit, scores, decades = [], [], []
    for severity, rate in SEVERITIES.items():
        for years in YEARS:
            whole = float(np.exp(-rate * years**0.6))
            fit.append(
                {"severity": severity, "years": years, "whole": whole, "whole_q10": whole**1.4,
                 "whole_q90": whole**0.7, "record": whole**1.1}
            )  # fmt: skip
        for split in (1945, 1965, 1985):
            for i, model in enumerate(("fitted", "no_big", "free_big", "prior", "constant")):
                scores.append({"split": split, "severity": severity, "model": model, "log_score": -1.2 - 0.1 * i,
                               "truces": 20, "endings": 12.5})  # fmt: skip
        for decade in (1950, 1960):
            decades.append({"decade": decade, "severity": severity, "truces": 9, "endings": 6.0, "expected": 2.0,
                            "q10": 0.5, "q90": 3.5, "observed": 1.5})  # fmt: skip
    near = [
        {"id": f"{i}_1_2_1950-01-01", "war_name": f"War {i}", "states": "North, South",
         "end": pd.Timestamp(1950 + i, 3, 1), "distance": 0.5 * i, "no_victor": 1, "prior_fatal_mids25": i, "post45": 1,
         "rival_td": 1, "major": 0, "contig": 1, "first_any": 0.5 + i, "first_gt100": 3.0 + i,
         "first_war": np.nan if i else 9.0, "watched": 60.0 - i}
        for i in range(4)
    ]  # fmt: skip
    endings = [
        {"reference": name, "years": years, "any": 0.1 * years, "tie": 0.03 * years, "age": 3.5}
        for name in ("interstate", "civil") for years in (1.0, 2.0, 5.0)
    ]  # fmt: skip
    effects = [
        {
            "parameter": name,
            "mean": -0.5,
            "deviation": 0.2,
            "with_small": 0.1,
            "with_mid": 0.2,
            "with_war": -0.1,
        }
        for name in ("level", "log_shape", "small_rivalry")
    ]
    rows = {
        "history_fit": fit, "history_score": scores, "history_calibration": decades, "history_nearest": near,
        "history_endings": endings, "history_effects": effects,
    }  # fmt: skip
    return {name: pd.DataFrame(own) for name, own in rows.items()}
