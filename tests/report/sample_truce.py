"""Sample tables on the truce for tests of the report: made-up numbers that keep the order a real run has."""

from __future__ import annotations

import numpy as np
import pandas as pd

WEEKS = (52, 156, 260)
VARIANTS = {
    "as_written": ("as written", 0.0), "no_guarantee": ("without the guarantee", 0.08),
    "troops": ("with the guarantor's troops in the country", -0.05), "belt_kept": ("with the belt kept", -0.03),
}  # fmt: skip
READINGS = {"fortna": 0.5, "werner_yuen": 1.4, "lo_hashimoto_reiter": 1.0}
AIMS = {"narrow": (0.2, 0.2, 0.3), "claimed": (0.3, 0.4, 0.6), "maximal": (0.5, 1.0, 1.6)}


def truce_tables(proposals: dict[str, str]) -> dict[str, pd.DataFrame]:
    """Every table of tables_truce, for the sample's proposals."""
    found: dict[str, list[dict[str, object]]] = {
        name: []
        for name in (
            "truce",
            "severity",
            "readings",
            "aims",
            "deterrence",
            "own_forces",
            "if_broken",
            "timing",
            "morale",
        )
    }
    for i, (key, name) in enumerate(proposals.items()):
        who = {"proposal": key, "name": name}
        values = {"actor": "south", "viewpoint": "land first"}
        backed = {"guarantee": "far_pledge"}
        rate = 0.13 - 0.02 * i
        for variant, (label, change) in VARIANTS.items():
            hold = {w: float(np.exp(-(rate + change) * w / 52)) for w in WEEKS}
            found["truce"].append(
                who | {"variant": variant, "label": label} | backed | {f"p_hold_{w}": p for w, p in hold.items()}
                | {f"p_hold_{w}_q10": p**2 for w, p in hold.items()}
                | {f"p_hold_{w}_q90": p**0.5 for w, p in hold.items()}
                | {"credibility_mean": 0.35, "credibility_q10": 0.1, "credibility_q50": 0.3, "credibility_q90": 0.6}
            )  # fmt: skip
        for k, severity in enumerate(("incident", "offensive", "war")):
            for w in WEEKS:
                none = float(np.exp(-(rate + 0.1 * (2 - k)) * w / 52))
                found["severity"].append(
                    who | {"severity": severity, "weeks": float(w), "p_none": none, "p_none_q10": none**2,
                           "p_none_q90": none**0.5, "p_history": none**0.9}
                )  # fmt: skip
        for reading, factor in READINGS.items():
            found["readings"].append(who | {"reading": reading, "label": reading} | _hold(rate * factor))
        for aim, (p, wanted, factor) in AIMS.items():
            found["aims"].append(
                who | values | {"aim": aim, "label": f"aim {aim}", "p_aim": p, "p_maximal_prior": 0.4,
                       "p_maximal_record": 0.48, "p_maximal_demands": 0.5, "wanted": wanted,
                       "share_accept": 1.0 - wanted / 2} | _hold(rate * factor)
            )  # fmt: skip
            found["deterrence"].append(
                who | backed | {"aim": aim, "p_pays": wanted * 0.7, "p_beyond_guarantee": wanted * 0.3,
                       "p_deterred": 1 - wanted / 2}
                | _spread("ratio", wanted) | _spread("credibility", wanted / 2) | _spread("strength", wanted)
            )  # fmt: skip
        for strength in (0.5, 0.75, 1.0, 1.5):
            bare = float(np.exp(-rate * 5 / strength**0.5))
            found["own_forces"].append(
                who | backed | {"strength": strength, "p_hold": bare**0.9, "p_hold_no_guarantee": bare}
            )
        for which, share, km2 in (("broken", 0.4, 80.0), ("held", 0.6, 95.0), ("fight_on", 1.0, 85.0)):
            found["if_broken"].append(
                who | {"outcome": "km2_held", "label": "Territory held", "unit": "km²", "which": which, "share": share,
                       "mean": km2, "q10": km2 - 10, "q50": km2, "q90": km2 + 5}
            )  # fmt: skip
        for week in (0, 26, 52):
            for terms in ("same", "line_reached")[: 1 if week == 0 else 2]:
                value = 10.0 - week / 20 + 3.0 * (terms == "line_reached")
                found["timing"].append(
                    who | values | {"week": week, "terms": terms, "value": value, "value_q10": value - 20,
                           "value_q90": value + 20,
                           "p_better_than_now": np.nan if week == 0 else 0.4, "p_better_than_fighting": 0.7,
                           "offer_must_survive": np.nan if week == 0 else 0.8, "km2_held": 90.0,
                           "defender_losses": 1e5 + 1e3 * week, "truce_holds": 0.6}
                )  # fmt: skip
        for setting, share in (("believed", 0.6), ("off", 0.7), ("strong", 0.5)):
            found["morale"].append(
                who | values | {"setting": setting, "share_accept": share, "truce_holds": 0.6,
                       "collapsed_if_broken": 0.3, "km2_held_if_broken": 80.0}
            )  # fmt: skip
    return {name: pd.DataFrame(rows) for name, rows in found.items()}


def _hold(rate: float) -> dict[str, float]:
    return {f"p_hold_{w}": float(np.exp(-rate * w / 52)) for w in WEEKS}


def _spread(stem: str, middle: float) -> dict[str, float]:
    return {f"{stem}_q10": middle / 2, f"{stem}_q50": middle, f"{stem}_q90": middle * 2}
