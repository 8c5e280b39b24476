"""The backtest as a Markdown table, for the terminal, the report and the documentation alike."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from contactline.score.backtest import BacktestResult


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
