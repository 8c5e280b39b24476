"""Sample rows of the war room's tables on people, salients and scored places; made up for tests."""

from __future__ import annotations

import pandas as pd


def war_rows() -> dict[str, pd.DataFrame]:
    """Tables salients, loss_sources, strength, collapse, backtest_places and backtest_places_bands."""
    return {
        "salients": _salients(),
        "loss_sources": _sources(),
        "strength": pd.DataFrame(
            [
                {"side": side, "week": week, "q10": 1 - f * week / 400, "q50": 1 + f * week / 900,
                 "q90": 1 + f * week / 250, "p_below_80": week / 2000}
                for side, f in (("north", 1.0), ("south", 0.6))
                for week in range(13, 261, 13)
            ]
        ),
        "collapse": pd.DataFrame(
            [
                {"week": week, "p_collapse": p, "p_strength_off": 0.9 * p, "added_mean": 4000 * p,
                 "added_q10": 300.0, "added_q50": 2500.0, "added_q90": 12000.0}
                for week, p in ((52, 0.08), (104, 0.15), (260, 0.3))
            ]
        ),
        **_places(),
    }  # fmt: skip


def _salients() -> pd.DataFrame:
    rows = []
    for salient, name, side, km2, kept in (
        (0, "all", "south", 800.0, 1.0),
        (0, "all", "north", 900.0, 1.0),
        (1, "Highford", "south", 95.0, 0.5),
        (2, "Lowmoor", "north", 80.0, 0.95),
    ):
        for week in (0, 26, 52, 104):
            left = km2 * kept ** (week / 26)
            rows.append(
                {"salient": salient, "name": name, "side": side, "week": week,
                 "q10": 0.8 * left if week else km2, "q50": left,
                 "q90": min(1.2 * left, km2) if name != "all" else 1.2 * left, "p_half": kept ** (week / 26)}
            )  # fmt: skip
    return pd.DataFrame(rows)


def _sources() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"side": "north", "root": root, "series": series, "kind": kind, "readings": n,
             "last": pd.Timestamp("2025-10-01"), "used": used, "claim_ratio": ratio,
             "truth_q10": 0.9 * t, "truth_q50": t, "truth_q90": 1.15 * t}
            for root, series, kind, n, used, ratio, t in (
                ("general_staff", "general_staff", "killed_wounded", 1, True, 1.0, 1.08),
                ("general_staff", "ministry", "killed_wounded", 24, False, 0.98, 1.06),
                ("us_government", "us_officials_nyt", "killed_wounded", 2, True, 0.77, 0.84),
                ("nato", "nato_nyt", "killed_wounded", 1, True, 0.95, 1.03),
                ("named_dead", "bbc_north", "killed", 2, True, 0.22, 0.97),
                ("us_government", "us_officials_nyt", "killed", 1, True, 0.17, 0.77),
            )
        ]
    )  # fmt: skip


def _places() -> dict[str, pd.DataFrame]:
    models = {"front": ("simulated front", 0.15), "distance": ("base rate by distance to the line", None)}
    scores = [
        {"model": model, "label": label, "horizon": h, "origins": o, "independent_windows": w, "forecasts": 600,
         "places": 90, "towns_fell": 30, "expected": 30.0 + h, "fell": 29.0 + h, "brier": 0.05, "log_score": 0.2}
        | {
            f"{measure}_{part}": None if skill is None or (w == 1 and shift) else skill + shift
            for measure in ("brier", "log_score")
            for part, shift in (("skill", 0.0), ("low", -0.1), ("high", 0.1))
        }
        for model, (label, skill) in models.items()
        for h, o, w in ((4, 12, 12), (13, 9, 3), (26, 6, 1))
    ]  # fmt: skip
    bands = [
        {"model": model, "label": label, "low": low, "high": high, "forecasts": n, "chance": (low + high) / 2,
         "share": (low + high) / 2 + tilt}
        for model, (label, _), tilt in ((m, models[m], t) for m, t in (("front", 0.01), ("distance", 0.06)))
        for low, high, n in ((0.0, 0.05, 900), (0.05, 0.2, 400), (0.2, 0.45, 150), (0.55, 0.8, 40))
    ]  # fmt: skip
    return {"backtest_places": pd.DataFrame(scores), "backtest_places_bands": pd.DataFrame(bands)}
