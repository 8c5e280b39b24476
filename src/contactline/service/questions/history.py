"""Past wars: tables built from archives, the fit where a case stands, its nearest cases, and its scores."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from contactline.core.folders import replaced_folder
from contactline.core.frame import Tables
from contactline.core.streams import Streams
from contactline.evidence.history.build import agreement, derive, write_tables
from contactline.evidence.history.tables import FILES, TRUCES, WARS, shipped
from contactline.service.question import Asked, Question
from contactline.topics.history.make import fit_tables, score_tables
from contactline.truce.breaks import fit_breaks
from contactline.war.endings import fit_endings

COMMAND = "history build"


@dataclass(frozen=True)
class Derived:
    """Tables derived from archives. same : table → whether it is what ships; study : how far they agree with the
    study's tables in the folder, None without those; written : the files written."""

    tables: Tables
    same: dict[str, bool]
    study: pd.DataFrame | None
    written: tuple[Path, ...]


class PastBuilt(Question[Derived]):
    """The tables of past truces and wars, derived again from archives.

    source : folder of the archives; out : folder for the tables as CSV files, None to write nothing
    """

    source: Path
    out: Path | None = None

    def answer(self, asked: Asked) -> Derived:
        """Raises EvidenceError that names file and line of a fault."""
        with asked.stages.stage("derive the tables of past wars"):
            tables = derive(self.source)
        theirs = all((self.source / FILES[table]).is_file() for table in (TRUCES, WARS))
        written: tuple[Path, ...] = ()
        if self.out is not None:
            with replaced_folder(self.out, "--out", COMMAND) as folder:
                names = [path.name for path in write_tables(tables, folder)]
            written = tuple(self.out / name for name in names)
        same = {name: table.equals(shipped()[name]) for name, table in tables.items()}
        return Derived(tables, same, agreement(tables, self.source) if theirs else None, written)


class PastFit(Question[Tables]):
    """How soon truces and wars of the past have broken and ended, where the scenario's case stands among them."""

    def answer(self, asked: Asked) -> Tables:
        """Tables history_fit, history_effects, history_endings and history_nearest."""
        past = shipped()
        with asked.stages.stage("fit the record of past wars"):
            fits = fit_breaks(past[TRUCES]), fit_endings(past[WARS])
        return fit_tables(asked.loaded.case, past, *fits, Streams(asked.scenario.seed))


class PastScores(Question[Tables]):
    """Scores of the fit to past truces out of time, and its calibration by decade."""

    def answer(self, asked: Asked) -> Tables:
        """Tables history_score and history_calibration."""
        with asked.stages.stage("score the fit to past truces"):
            return score_tables(shipped(), Streams(asked.scenario.seed))
