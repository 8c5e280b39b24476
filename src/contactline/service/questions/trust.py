"""Forecasts of gains, losses, where ground falls and when places do, scored out of sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase
from contactline.core.folders import check_folder, everything
from contactline.core.frame import Tables
from contactline.core.limits import Cost, check_cost, check_whole
from contactline.core.progress import Stages
from contactline.engine.fits import other_maps
from contactline.engine.fronts import belt_resistance
from contactline.score.backtest import backtest
from contactline.score.baselines import autoarima_available, default_baselines
from contactline.score.losses import backtest_losses
from contactline.score.models import model_forecasters
from contactline.score.places import places_backtest
from contactline.score.places_record import Places
from contactline.score.rolling import Rolling
from contactline.score.space import Known, space_backtest
from contactline.service.question import Asked, Question
from contactline.topics.trust.make.scores import (
    FOLDER,
    CaseAsRead,
    backtest_tables,
    read_gains,
    read_losses,
    read_places,
    read_space,
    save_scores,
)
from contactline.war.capture_data import history
from contactline.war.losses import weekly_claims
from contactline.war.record import tempo_record

MOST_WORKERS = 64
MOST_DRAWS = 1000
"""Of where ground falls and when places do."""


class What(StrEnum):
    """What to score."""

    gains = "gains"
    losses = "losses"
    space = "space"
    places = "places"


COSTS = {What.gains: Cost(0.61e9, 3e3, 130.0, 3e-4), What.losses: Cost(0.4e9, 1e3, 4.0, 2.2e-4)}
"""What so many draws take, as measured on the reference case (docs/limits.md); the others take a thousand at most."""


@dataclass(frozen=True)
class Scored:
    """Scores as tables, how they were made, and the files that were kept beside the case."""

    made_by: Mapping[str, Any]
    tables: Tables
    saved: tuple[Path, ...] = ()


class Backtest(Question[Scored]):
    """The forecasts on rolling origins of the case's own record, against simple baselines.

    draws : number in each forecast; workers : number of threads, on which the result does not depend; save : keep it
    beside the case
    """

    what: What = What.gains
    draws: int = 2000
    workers: int = 2
    save: bool = False

    def answer(self, asked: Asked) -> Scored:
        """Score with the scenario's seed. Raises InputError for impossible sizes, EvidenceError for a thin record."""
        check_whole("--workers", self.workers, 1, MOST_WORKERS)
        if self.what in COSTS:
            check_cost(f"--draws {self.draws}", COSTS[self.what], self.draws, "Ask for fewer draws")
        loaded = asked.loaded
        if self.save:
            check_folder(loaded.folder / FOLDER, "--save", everything)
        if self.what is What.gains and not autoarima_available():
            asked.notes.append(
                "AutoARIMA is left out: it needs the package statsforecast (a development dependency)."
            )
        made_by, tables = _SCORED[self.what](self, loaded, asked.stages, asked.scenario.seed)
        saved = save_scores(loaded, self.what.value, tables, made_by) if self.save else []
        return Scored(made_by, Tables(tables), tuple(saved))


Made = tuple[dict[str, Any], Mapping[str, pd.DataFrame]]


def _gains(asked: Backtest, loaded: LoadedCase, stages: Stages, seed: int) -> Made:
    record = tempo_record(*read_gains(CaseAsRead(loaded)))
    with stages.stage("score the gains on rolling origins") as tick:
        result = backtest(
            record.net[:, 0], record.ends, model_forecasters(record, seed),
            default_baselines(autoarima=autoarima_available()),
            Rolling(seed, asked.draws, workers=asked.workers, tick=tick),
        )  # fmt: skip
    return result.made_by, backtest_tables(result, record.maps[0])


def _losses(asked: Backtest, loaded: LoadedCase, stages: Stages, seed: int) -> Made:
    losses, series, side, start, as_of = read_losses(CaseAsRead(loaded))
    claims = weekly_claims(losses, series, side, start, as_of)
    ends = np.array([np.datetime64(as_of, "D") - 7 * back for back in range(len(claims) - 1, -1, -1)])
    with stages.stage("score the losses on rolling origins") as tick:
        rolling = Rolling(seed, asked.draws, workers=asked.workers, tick=tick)
        result = backtest_losses(claims, ends, rolling)
    return result.made_by, {"summary": result.summary, "bars": result.bars}


def _space(asked: Backtest, loaded: LoadedCase, stages: Stages, seed: int) -> Made:
    cells, changes, settlements, areas, start, as_of = read_space(CaseAsRead(loaded))
    past, record = history(cells, changes, as_of), tempo_record(areas, start, as_of)
    maps, others = other_maps(loaded.case, record, past)
    with stages.stage("score where ground falls on rolling origins") as tick:
        rolling = Rolling(seed, min(asked.draws, MOST_DRAWS), tick=tick)
        result = space_backtest(Known(past, settlements, others, maps), rolling=rolling)
    return result.made_by, {"summary": result.summary, "skills": result.skills, "bars": result.bars}


def _places(asked: Backtest, loaded: LoadedCase, stages: Stages, seed: int) -> Made:
    case = loaded.case
    objectives, cells, changes, settlements, areas, start, as_of = read_places(CaseAsRead(loaded))
    past, record = history(cells, changes, as_of), tempo_record(areas, start, as_of)
    maps, others = other_maps(case, record, past)
    with stages.stage("score the dates of places on rolling origins") as tick:
        result = places_backtest(
            Known(past, settlements, others, maps), record,
            Places.of(past, settlements, objectives, cells["place"].to_numpy()),
            series=case.headline_series.id, resistance=belt_resistance(case, cells),
            rolling=Rolling(seed, min(asked.draws, MOST_DRAWS), tick=tick),
        )  # fmt: skip
    return result.made_by, {"summary": result.summary, "skills": result.skills, "bands": result.bands}


_SCORED: Mapping[What, Callable[[Backtest, LoadedCase, Stages, int], Made]] = {
    What.gains: _gains,
    What.losses: _losses,
    What.space: _space,
    What.places: _places,
}
