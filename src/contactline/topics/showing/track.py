"""The record of past forecasts in words, said the same way in judgements, report and terminal: bars, who scored better
than the headline, on which side outcomes fell, and what to do where there are no scores.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from contactline.core.frame import Tables
from contactline.core.rounding import measured, percent
from contactline.topics.trust.schema import BACKTEST_BARS, BACKTEST_PIT, BACKTEST_SUMMARY
from contactline.topics.words import listed

HEADLINE = "headline"
EVEN = (0.35, 0.65)
"""A share of outcomes above the middle between these is no lean to speak of."""

NO_LEAN = "no lean to speak of"

NO_SCORES = "There are no scores for this evidence: nothing shows how good such forecasts have been on it."
REMEDY = "To make them: contactline backtest CASE --save; then assess again."
ABOUT_SCORES = "Scores of "
"""How a note of a run begins that says why scores are left out."""


def without_scores(tables: Tables, notes: Sequence[str]) -> list[str]:
    """What is to be said where scores are missing or left out, with the remedy; empty where all are there."""
    left_out = [note for note in notes if note.startswith(ABOUT_SCORES)]
    if scored(tables):
        return left_out
    return [NO_SCORES, *(left_out or [REMEDY])]


def track_sentences(tables: Tables) -> list[str]:
    """How far the bars are met, who beat the headline, and how outcomes fell; empty without scores."""
    if not scored(tables):
        return []
    makers = (bars_sentence, beaten_sentence, leaning_sentence)
    return [sentence for sentence in (make(tables) for make in makers) if sentence]


def scored(tables: Tables) -> bool:
    """Whether the tables hold scores of the forecasts of gains."""
    return tables.filled(BACKTEST_SUMMARY)


def bars_sentence(tables: Tables) -> str:
    """How many bars are met by their point value, and for how many the whole range is inside; empty without bars."""
    bars = tables.rows(BACKTEST_BARS)
    if bars.empty:
        return ""
    met = int(bars["met"].astype(bool).sum())
    ranged = bars[bars["whole_range"] != "no range"]
    said = f"By point value the forecasts meet {met} of {len(bars)} bars set before the scores were computed"
    if ranged.empty:
        return f"{said}; none has a range."
    inside, crossed = (
        int((ranged["whole_range"] == verdict).sum()) for verdict in ("meets it", "crosses it")
    )
    missed = len(ranged) - inside - crossed
    said += f"; of the {len(ranged)} that have a 90% range, the whole range meets the bar for {inside}, "
    return said + f"crosses it for {crossed}" + (f" and misses it for {missed}." if missed else ".")


def beaten_sentence(tables: Tables) -> str:
    """Which forecasts scored better than the headline, and at which horizons; empty where none did."""
    own = longest_series(tables.rows(BACKTEST_SUMMARY))
    wide = own.pivot_table(index="model", columns="horizon", values="crps", sort=False)
    if HEADLINE not in wide.index:
        return ""
    labels = own.drop_duplicates("model").set_index("model")["label"]
    parts = []
    horizons = [int(column) for column in np.asarray(wide.columns)]
    head = dict(zip(horizons, wide.loc[HEADLINE], strict=True))
    for model in wide.index.drop(HEADLINE):
        row = dict(zip(horizons, wide.loc[model], strict=True))
        better = [h for h in horizons if row[h] < head[h]]
        if better:
            errors = " and ".join(
                f"{measured(row[h])} against {measured(head[h])} km² at {h} weeks" for h in better[-2:]
            )
            parts.append(f"“{labels[model]}” at {listed([str(h) for h in better])} weeks (error {errors})")
    if not parts:
        return ""
    return f"Better than the headline ({labels[HEADLINE]}) scored {'; '.join(parts)}."


def leaning_sentence(tables: Tables) -> str:
    """On which side of the middle outcomes fell, over all horizons and at the longest; empty without the record."""
    pit = tables.rows(BACKTEST_PIT)
    own = pit[pit["model"] == HEADLINE] if len(pit) else pit
    if own.empty:
        return ""
    longest = int(own["horizon"].max())
    every, far = above_middle(own), above_middle(own[own["horizon"] == longest])
    even = all(EVEN[0] < share < EVEN[1] for share in (every, far))
    lean = NO_LEAN if even else f"it has run {'low' if every > 0.5 else 'high'}"
    return (
        f"Outcomes lay above the middle of the forecast in {percent(every)} of past cases, all horizons together, and "
        f"in {percent(far)} at {longest} weeks, beyond which nothing is scored: {lean}."
    )


def above_middle(pit: pd.DataFrame) -> float:
    """Share of outcomes above the middle of their forecast."""
    return float((pit["pit"] > 0.5).mean())


def longest_series(summary: pd.DataFrame) -> pd.DataFrame:
    """The rows of the map series with the longest record of scores: those on a short one say little."""
    windows = summary.groupby("series")["independent_windows"].max()
    return summary[summary["series"] == windows.idxmax()]
