"""Fits: tempo, level, losses and the spatial models, each a node that depends on its record's content alone.

A case whose texts or beliefs change keeps its fits; one whose evidence changes is fitted anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase
from contactline.case.schema import Case
from contactline.core.errors import ContactlineError, FitError
from contactline.core.graph import Reads, node
from contactline.core.plugins import chosen
from contactline.core.streams import Streams
from contactline.engine.ground import FRONT, Front
from contactline.engine.models import is_default, model_of
from contactline.war.capture_data import History, history
from contactline.war.forecast import Forecast, fit_forecast
from contactline.war.grid import check_front
from contactline.war.losses import LossFit, fit_losses, weekly_claims
from contactline.war.record import TempoRecord
from contactline.war.slots import (
    CAPTURE,
    LOSSES,
    TEMPO,
    ClaimsFit,
    LogitFit,
    Paths,
    PoolFit,
    Space,
    SpaceRecord,
)
from contactline.war.space import SpaceFit, fit_space

HEADLINE = "headline"


@dataclass(frozen=True)
class Weekly:
    """The weekly record. series : the map that predictions resolve on; claims : ndarray[week], killed and wounded of
    the challenger as its ruler claims them, NaN where unknown."""

    tempo: TempoRecord
    series: str
    claims: np.ndarray


@dataclass(frozen=True)
class Spread:
    """The record over the map. others : ndarray[week, map], weekly net km² of maps other than the one that the cells
    come from, NaN where none; settlements : name, cell and population, for the names of sectors."""

    past: History
    settlements: pd.DataFrame
    others: np.ndarray
    maps: tuple[str, ...]


@dataclass(frozen=True)
class Spatial:
    """The spatial models, None where the record is too thin for them, and what the reader must know about them."""

    fitted: Space | None
    notes: tuple[str, ...]


@node("record.weekly", by_content=True, kept=False)
def WEEKLY(reads: Reads) -> Weekly:
    """The weekly record of gains and claims."""
    loaded: LoadedCase = reads["loaded"]
    front, evidence = reads.of(FRONT), loaded.case.evidence
    headline = loaded.case.headline_series.id
    series = headline if headline in front.record.maps else front.record.maps[0]
    claims = weekly_claims(
        loaded.evidence("losses"), evidence.attacker_loss_series, loaded.case.challenger.id, evidence.fit_from,
        loaded.case.as_of,
    )  # fmt: skip
    return Weekly(front.record, series, claims)


@node("record.map", by_content=True, kept=False)
def SPREAD(reads: Reads) -> Spread | None:
    """The record of control over the map; None where there is none."""
    loaded: LoadedCase = reads["loaded"]
    front, case = reads.of(FRONT), loaded.case
    try:
        past = history(loaded.evidence("cells"), loaded.evidence("changes"), case.as_of)
        maps, others = other_maps(case, front.record, past)
    except ContactlineError:
        return None
    return Spread(
        past, front.settlements[["name", "cell", "population"]].reset_index(drop=True), others, maps
    )


@node("fit.tempo", shared=True)
def FORECAST(reads: Reads) -> Forecast:
    """Tempo, climatology and level fitted to the weekly record."""
    record = reads.of(WEEKLY)
    return fit_forecast(record.tempo, record.series, Streams(reads["seed"]))


@node("fit.headline", kept=False)
def HEADLINE_FIT(reads: Reads) -> Paths:
    """The scenario's model of the tempo, fitted: the pool of FORECAST unless another is chosen."""
    if is_default(reads, TEMPO):
        return chosen(TEMPO).of(PoolFit(reads.of(FORECAST)))
    record = reads.of(WEEKLY)
    return model_of(reads, TEMPO).fit(record.tempo, record.series, Streams(reads["seed"]))


@node("fit.claims", shared=True)
def CLAIMS_FIT(reads: Reads) -> LossFit:
    """The package's own process of weekly claims fitted to the record."""
    return fit_losses(reads.of(WEEKLY).claims, Streams(reads["seed"]).rng("war.losses.fit"))


@node("fit.losses", kept=False)
def LOSS_FIT(reads: Reads) -> Paths:
    """The scenario's model of the challenger's claimed losses, fitted."""
    if is_default(reads, LOSSES):
        return chosen(LOSSES).of(ClaimsFit(reads.of(CLAIMS_FIT)))
    return model_of(reads, LOSSES).fit(reads.of(WEEKLY).claims, Streams(reads["seed"]))


@node("fit.space", shared=True)
def SPACE_FIT(reads: Reads) -> SpaceFit | str:
    """The package's own spatial models fitted to the record; why not, where it is too thin."""
    record = reads.of(SPREAD)
    if record is None:
        return "the control history cannot be read"
    try:
        return fit_space(
            record.past,
            Streams(reads["seed"]),
            settlements=record.settlements,
            others=record.others,
            maps=record.maps,
        )
    except ContactlineError as error:
        return str(error)


@node("fit.capture", kept=False)
def CAPTURE_FIT(reads: Reads) -> Space | str:
    """The scenario's model of capture, fitted; why not, where the record is too thin."""
    record = reads.of(SPREAD)
    if record is None:
        return "the control history cannot be read"
    given = SpaceRecord(record.past, record.settlements, record.others, record.maps)
    if is_default(reads, CAPTURE):
        fitted = reads.of(SPACE_FIT)
        return fitted if isinstance(fitted, str) else chosen(CAPTURE).of(LogitFit(fitted), given)
    try:
        return model_of(reads, CAPTURE).fit(given, Streams(reads["seed"]))
    except FitError as error:
        return str(error)


@node("space", kept=False)
def SPACE(reads: Reads) -> Spatial:
    """The spatial models with what is to be said of sectors that the front has left, and of parts out of its reach."""
    if "given.theatre" in reads:
        return Spatial(None, ())
    fitted = reads.of(CAPTURE_FIT)
    if isinstance(fitted, str):
        why = f"the spatial model was not fitted, so cells fall nearest to the line first: {fitted}"
        return Spatial(None, (why,))
    case: Case = reads["case"]
    front: Front = reads.of(FRONT)
    told = check_front(fitted.grid(), front.ground.holder, idle_sectors=True, islands=case.theatre.islands)
    return Spatial(fitted, (*fitted.warnings(), *told))


def other_maps(case: Case, record: TempoRecord, past: History) -> tuple[tuple[str, ...], np.ndarray]:
    """Maps other than the one that the cells come from, and their weekly net km² over the history's weeks :
    ndarray[week, map], NaN where a map has no reading."""
    names = tuple(name for name in record.maps if name != case.headline_series.id)
    net = np.full((past.weeks, len(names)), np.nan)
    for k, name in enumerate(names):
        column = record.net[:, record.column(name)][-past.weeks :]
        net[past.weeks - len(column) :, k] = column
    return names, net
