"""Scores kept beside a case, and shown beside the evidence that they were made from alone.

What a backtest reads of a case goes through a `CaseAsRead`, which notes it; the digest of that is written with the
scores. A case whose record, dates or settings have changed since has another digest, and then no scores.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase, built_in_cases
from contactline.core.csv_table import read_text_table
from contactline.core.digest import digest_of_values, table_digest
from contactline.core.errors import EvidenceError, InputError
from contactline.core.files import write_text
from contactline.core.folders import everything, replaced_folder
from contactline.core.frame import Table, Tables, made
from contactline.score.backtest import BacktestResult
from contactline.topics.showing.track import ABOUT_SCORES
from contactline.topics.tables import from_text
from contactline.topics.trust.schema import (
    BACKTEST_BARS,
    BACKTEST_PIT,
    BACKTEST_PLACES,
    BACKTEST_PLACES_BANDS,
    BACKTEST_SUMMARY,
    RATIO_COLUMNS,
)

FOLDER = "backtest"
GAINS = (BACKTEST_SUMMARY, BACKTEST_BARS, BACKTEST_PIT)
PLACES = ("summary", "skills", "bands")
COLUMNS_READ = {
    "places_summary.csv": ("rule", "horizon"),
    "places_skills.csv": ("rule", "measure", "horizon", "skill", "low", "high"),
}
"""Columns by which the files of a kind are put together, beside what the dictionary asks of the result."""
KEY = "evidence_sha256"


class CaseAsRead:
    """A case as a backtest reads it: hands out tables and settings, and notes what it handed out."""

    def __init__(self, loaded: LoadedCase) -> None:
        self.loaded = loaded
        self.seen: dict[str, str] = {}

    def table(self, name: str) -> pd.DataFrame:
        """An evidence table."""
        frame = self.loaded.evidence(name)
        self.seen[f"table {name}"] = table_digest(frame)
        return frame

    def setting(self, path: str) -> Any:
        """A part of the case by its dotted name, such as "evidence.fit_from"."""
        value = attrgetter(path)(self.loaded.case)
        parts = value if isinstance(value, tuple | list) else [value]
        self.seen[path] = json.dumps(
            [p.model_dump(mode="json") if hasattr(p, "model_dump") else p for p in parts], default=str
        )
        return value

    def belief(self, name: str) -> None:
        """Note the distribution of a belief, which is read off the case by whoever needs it."""
        found = [b.distribution.model_dump_json() for b in self.loaded.case.beliefs if b.name == name]
        self.seen[f"belief {name}"] = "".join(found)

    @property
    def key(self) -> str:
        """Digest of all that was handed out."""
        return digest_of_values(self.seen)


def read_gains(read: CaseAsRead) -> tuple[Any, ...]:
    """Areas, the day from which they count, and the as-of date."""
    return read.table("areas"), read.setting("evidence.fit_from"), read.setting("as_of")


def read_losses(read: CaseAsRead) -> tuple[Any, ...]:
    """Losses, the series, whose they are, the day from which they count, and the as-of date."""
    side, series = read.setting("challenger.id"), read.setting("evidence.attacker_loss_series")
    return read.table("losses"), series, side, read.setting("evidence.fit_from"), read.setting("as_of")


def read_space(read: CaseAsRead) -> tuple[Any, ...]:
    """Cells, their changes, settlements, and what `read_gains` reads."""
    read.setting("headline_series.id")
    return read.table("cells"), read.table("changes"), read.table("settlements"), *read_gains(read)


def read_places(read: CaseAsRead) -> tuple[Any, ...]:
    """As `read_space`, and the objectives and the belief on fortified belts."""
    read.belief("war.belt_resistance")
    return read.setting("objectives"), *read_space(read)


READS: Mapping[str, Callable[[CaseAsRead], tuple[Any, ...]]] = {
    "gains": read_gains,
    "losses": read_losses,
    "space": read_space,
    "places": read_places,
}
"""What each kind of backtest reads, by its name."""


def evidence_key(loaded: LoadedCase, what: str) -> str:
    """Digest of everything that the backtest `what` reads of the case."""
    read = CaseAsRead(loaded)
    READS[what](read)
    return read.key


def save_scores(
    loaded: LoadedCase, what: str, tables: Mapping[str, pd.DataFrame], made_by: Any
) -> list[Path]:
    """Write the scores of one kind beside the case, with the digest of what they were made from; the paths written."""
    folder, record = loaded.folder / FOLDER, {**made_by, KEY: evidence_key(loaded, what)}
    texts = {
        f"{_stem(what)}{name}.csv": frame.to_csv(index=False, float_format="%.6g", lineterminator="\n")
        for name, frame in tables.items()
    }
    texts[f"{_stem(what)}made_by.json"] = json.dumps(record, indent=1, sort_keys=True) + "\n"
    with replaced_folder(folder, "--save", f"backtest {what}", everything, record=False) as staged:
        for name, text in texts.items():
            write_text(staged / name, text)
    return [folder / name for name in texts]


def saved_scores(loaded: LoadedCase) -> tuple[Tables, tuple[str, ...]]:
    """The report's tables of the scores kept beside a case, and notes on scores that are left out, with the remedy.

    Scores made from other evidence are never handed out, nor scores that do not say what they were made from. Raises
    InputError for a file that its dictionary does not allow.
    """
    tables: dict[str, pd.DataFrame] = {}
    notes = []
    for what, parts in (("gains", GAINS), ("places", PLACES)):
        paths = [loaded.folder / FOLDER / f"{_stem(what)}{part}.csv" for part in parts]
        if not any(path.is_file() for path in paths):
            continue
        why = _why_not(loaded, what, paths)
        if why:
            notes.append(
                f"{ABOUT_SCORES}{what}: those kept with the case {why}, so they are not shown. "
                f"To make them: contactline backtest {_case_words(loaded)} --what {what} --save."
            )
            continue
        again = f"Run `contactline backtest {_case_words(loaded)} --what {what} --save` again, or restore the file"
        frames = [
            read_text_table(path.read_bytes(), path, again, InputError, COLUMNS_READ.get(path.name, ()))
            for path in paths
        ]
        found = dict(zip(GAINS, frames, strict=True)) if what == "gains" else places_tables(*frames)
        for table, frame in found.items():
            where = str(paths[parts.index(table)] if table in parts else paths[0].parent / f"{what}_*.csv")
            tables[table.name] = from_text(table, frame, where, InputError, f"{again}.")
    return Tables(tables), tuple(notes)


def backtest_tables(result: BacktestResult, series: str) -> Tables:
    """A backtest in the report's tables."""
    summary = result.summary.rename(
        columns={"forecaster": "model", "in50": "cover50", "in80": "cover80", "in90": "cover90",
                 "independent": "independent_windows"}
    )  # fmt: skip
    keys = pd.MultiIndex.from_frame(summary[["model", "horizon"]])
    for baseline, column in RATIO_COLUMNS.items():
        ratios = result.ratios[result.ratios["baseline"] == baseline]
        summary[column] = ratios.set_index(["forecaster", "horizon"])["ratio"].reindex(keys).to_numpy()
    summary.insert(0, "series", series)
    kept = ["series", "model", "label", "horizon", "crps", *RATIO_COLUMNS.values(), "cover50", "cover80", "cover90",
            "origins", "independent_windows"]  # fmt: skip
    bars = result.bars[result.bars["forecaster"].isin(["headline"])]
    bar_rows = [
        {
            "bar": f"CRPS ratio to {row['bar']}" if row["measure"] == "crps_ratio" else str(row["bar"]),
            "allowed": f"at most {row['most']:g}" if row["measure"] == "crps_ratio" else _between(row),
            "got": f"{row['value']:.2f}" + _interval(row),
            "met": row["verdict"] == "met",
            "whole_range": row["range_verdict"],
        }
        for row in bars.to_dict("records")
        if row["verdict"] != "not measured"
    ]
    pit = result.scores[result.scores["forecaster"].isin(["headline", "tempo"])]
    return made(
        {
            BACKTEST_SUMMARY: summary[kept],
            BACKTEST_BARS: pd.DataFrame(bar_rows),
            BACKTEST_PIT: pit.rename(columns={"forecaster": "model"})[BACKTEST_PIT.names],
        }
    )


def places_tables(
    summary: pd.DataFrame, skills: pd.DataFrame, bands: pd.DataFrame
) -> dict[Table, pd.DataFrame]:
    """The scores of dates of places in the report's tables: summary and skills joined, and the bands."""
    table = summary.rename(columns={"rule": "model", "independent": "independent_windows"})
    for measure in ("brier", "log_score"):
        own = skills[skills["measure"] == measure].rename(
            columns={"rule": "model", "skill": f"{measure}_skill", "low": f"{measure}_low", "high": f"{measure}_high"}
        )  # fmt: skip
        table = table.merge(own.drop(columns="measure"), on=["model", "horizon"], how="left")
    return {BACKTEST_PLACES: table, BACKTEST_PLACES_BANDS: bands.rename(columns={"rule": "model"})}


def _why_not(loaded: LoadedCase, what: str, paths: list[Path]) -> str:
    """Why kept scores may not be shown; empty where they may."""
    record = loaded.folder / FOLDER / f"{_stem(what)}made_by.json"
    missing = [path.name for path in (*paths, record) if not path.is_file()]
    if missing:
        return f"lack {', '.join(missing)}"
    try:
        made_by = json.loads(record.read_text(encoding="utf-8"))
        key = made_by[KEY]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "do not say what evidence they were made from"
    try:
        if key == evidence_key(loaded, what):
            return ""
    except EvidenceError as error:
        return f"cannot be compared with the evidence ({error})"
    last = made_by.get("last_week") or made_by.get("last_origin")
    until = f", whose last week was {last}" if last else ""
    return f"were made from other evidence than the case as of {loaded.case.as_of} holds{until}"


def _stem(what: str) -> str:
    """How the file names of a kind begin; those of the gains have no word in front."""
    return "" if what == "gains" else f"{what}_"


def _case_words(loaded: LoadedCase) -> str:
    """The case as a command names it: the id of a built-in one, else its folder."""
    return loaded.case.id if built_in_cases().get(loaded.case.id) == loaded.folder else str(loaded.folder)


def _between(row: Mapping[Any, Any]) -> str:
    return f"{row['least']:g} to {row['most']:g}"


def _interval(row: Mapping[Any, Any]) -> str:
    """The range in brackets, to two decimals; to a third where two would print the bar itself."""
    low, high = float(row["low"]), float(row["high"])
    if not np.isfinite(low):
        return ""
    bars = {f"{row['least']:.2f}", f"{row['most']:.2f}"}
    ends = [f"{end:.3f}" if f"{end:.2f}" in bars else f"{end:.2f}" for end in (low, high)]
    return f" (90% range {' to '.join(ends)})"
