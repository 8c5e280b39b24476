"""Sample tables on support: the ledger is the invented case's own, results are made up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.case.load import load_case
from contactline.topics.support.make import adequacy_table, all_paths, ledger_tables

PATHS = {"as_today": ("Support stays as today", 0.0), "corvia_stops": ("Corvia stops", 1.0)}


def support_samples() -> dict[str, pd.DataFrame]:
    """Every table of the support room but support_paths."""
    case = load_case("borderland").case
    return dict(ledger_tables(case)) | {
        "support_adequacy": adequacy_table(case, all_paths(case), 104),
        "support_factors": pd.DataFrame(_factors()),
        "support_frontier": pd.DataFrame([_outcome(name, *what) for name, what in PATHS.items()]),
        "support_drivers": pd.DataFrame(_drivers()),
        "support_packages": pd.DataFrame([_package()]),
    }


def _factors() -> list[dict[str, object]]:
    named = {"tempo": "Factor on the challenger's tempo", "leakage_interceptors": "Share that gets through"}
    return [
        {"path": path, "path_name": name, "factor": factor, "label": label, "week": week,
         "q10": 0.4 + worse * 0.1, "q50": 0.4 + worse * 0.2, "q90": 0.4 + worse * 0.4}
        for path, (name, worse) in PATHS.items()
        for factor, label in named.items()
        for week in (13, 26, 52, 104)
    ]  # fmt: skip


def _outcome(path: str, name: str, worse: float) -> dict[str, object]:
    row: dict[str, object] = {"path": path, "name": name, "weeks": 104, "p_collapse": 0.2 + 0.1 * worse}
    for stem, size in (("gain", 8000.0), ("losses", 4e5)):
        middle = size * (1 + 0.3 * worse)
        row |= {f"{stem}_q10": 0.5 * middle, f"{stem}_q50": middle, f"{stem}_q90": 2 * middle}
        row |= {
            f"{stem}_diff{end}": worse * 0.3 * size * k for end, k in (("", 1), ("_low", 0.8), ("_high", 1.2))
        }
    row |= {f"collapse_diff{end}": 0.1 * worse * k for end, k in (("", 1), ("_low", 0.8), ("_high", 1.2))}
    for weeks, base in ((52, 0.8), (104, 0.6)):
        stem, chance = f"belt_{weeks}", base - 0.15 * worse
        row |= {f"p_{stem}": chance, f"p_{stem}_low": chance - 0.04, f"p_{stem}_high": chance + 0.04,
                f"{stem}_held": chance + 0.05}  # fmt: skip
        row |= {
            f"{stem}_diff{end}": -0.15 * worse * k + 0.0
            for end, k in (("", 1), ("_low", 1.2), ("_high", 0.8))
        }
    priced = -12.0 if worse else np.nan
    return row | {
        "cost_monthly": -0.5 * worse + 0.0, "cost_total": -12.0 * worse + 0.0, "unpriced": "Munitions",
        "belt_per_billion": -0.15 / priced, "gain_per_billion": 2400.0 / priced,
    }  # fmt: skip


def _drivers() -> list[dict[str, object]]:
    shares = {"munitions": 0.5, "war.collapse_rate": 0.2, "munitions.losses": 0.05}
    return [
        {"path": "corvia_stops", "path_name": "Corvia stops", "outcome": outcome, "belief": belief,
         "label": f"η of {belief}", "is_support": not belief.startswith("war."), "share": share, "noise": 0.005}
        for outcome in ("gain", "losses")
        for belief, share in shares.items()
    ]  # fmt: skip


def _package() -> dict[str, object]:
    return {
        "path": "corvia_stops", "path_name": "Corvia stops", "donor": "belmark", "donor_name": "Belmark",
        "hold_weeks": 52, "likelihood": 0.8, "p_as_is": 0.65, "factor": 1.75, "p_reached": 0.81,
        "most_tried": 3.0, "cost_monthly": 0.4,
    }  # fmt: skip
