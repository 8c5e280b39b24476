"""Backtests as the Markdown tables that stand in the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from contactline.score.backtest import BacktestResult
from contactline.score.space import ALL_HORIZONS, SpaceResult


def score_markdown(result: BacktestResult, names: Sequence[str] | None = None) -> str:
    """One line a forecaster: mean CRPS at each horizon, then coverage averaged over horizons.

    `names` chooses and orders the forecasters; all by default.
    """
    summary = result.summary
    horizons = sorted(int(horizon) for horizon in summary["horizon"].unique())
    head = ["forecaster", *(f"CRPS {horizon} w" for horizon in horizons), "50%", "80%", "90%"]
    lines = [_line(head), _line(["---", *["---:"] * (len(head) - 1)])]
    for name in names if names is not None else summary["forecaster"].unique():
        own = summary[summary["forecaster"] == name].set_index("horizon")
        crps = [f"{own['crps'][horizon]:.0f}" for horizon in horizons]
        shares = [f"{own[column].mean():.2f}" for column in ("in50", "in80", "in90")]
        lines.append(_line([f"{own['label'].iloc[0]} (`{name}`)", *crps, *shares]))
    return "\n".join(lines)


def window_markdown(result: BacktestResult) -> str:
    """One line a horizon: how many origins were scored and how many of their windows do not overlap."""
    once: pd.DataFrame = result.summary.drop_duplicates("horizon").sort_values("horizon")
    rows = zip(once["horizon"], once["origins"], once["independent"], strict=True)
    head = [_line(["horizon", "origins", "windows that do not overlap"]), _line(["---:"] * 3)]
    return "\n".join([*head, *(_line([f"{h} weeks", str(n), str(apart)]) for h, n, apart in rows)])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def space_markdown(result: SpaceResult) -> str:
    """Skill and AUC by rule and horizon as a Markdown table, with the windows that do not overlap."""
    horizons = sorted(int(h) for h in result.summary["horizon"].unique())
    once = result.summary.drop_duplicates("horizon").set_index("horizon")
    heads = [f"{h} w ({once['independent'][h]} apart)" for h in horizons]
    lines = []
    for measure, title in (
        ("brier", "Brier skill"),
        ("log_score", "log-score skill"),
        ("crps", "CRPS skill, sectors"),
    ):
        lines += [
            f"| {title} | " + " | ".join([*heads, "all"]) + " |",
            "| --- |" + " ---: |" * (len(horizons) + 1),
        ]
        part = result.skills[result.skills["measure"] == measure]
        for rule, rows in part.groupby("rule", sort=False):
            by_horizon = {row["horizon"]: row for row in rows.to_dict("records")}
            texts = [_told(by_horizon[h]) for h in (*horizons, ALL_HORIZONS)]
            lines.append(f"| `{rule}` | " + " | ".join(texts) + " |")
        lines.append("")
    columns = ("auc", "auc_active", "in80", "in90")
    lines += ["| rule | " + " | ".join(f"{c} {h} w" for c in columns for h in horizons) + " |"]
    lines += ["| --- |" + " ---: |" * (len(columns) * len(horizons))]
    for rule, rows in result.summary.groupby("rule", sort=False):
        at = rows.set_index("horizon")
        lines.append(
            f"| `{rule}` | " + " | ".join(f"{at[c][h]:.2f}" for c in columns for h in horizons) + " |"
        )
    return "\n".join(lines)


def _told(row: dict[Any, Any]) -> str:
    known = np.isfinite(row["low"])
    return f"{row['skill']:.2f} " + (f"({row['low']:.2f} to {row['high']:.2f})" if known else "(one window)")
