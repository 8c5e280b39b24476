"""Stage two: what fighting on can achieve. Fits, futures, objectives, losses, and the map of chances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase
from contactline.case.schema import Case
from contactline.choice.futures import FUTURES, Futures, draw_futures, weekly
from contactline.core.dates import WEEKS_PER_MONTH, day_after_weeks
from contactline.core.files import data_dir
from contactline.core.streams import Streams
from contactline.report.tables import hands_over
from contactline.stages.falls import lines
from contactline.stages.front import Front
from contactline.stages.salients import salient_table
from contactline.stages.space import FRONT_DRAWS, SimulatedFront, fight_on_map, threats
from contactline.support.adequacy import support
from contactline.war.collapse import collapse_spells, fighting_path
from contactline.war.fit_cache import fit_key, keep_fit, load_fit
from contactline.war.forecast import MEMBERS, Forecast, fit_forecast
from contactline.war.losses import LossFit, fit_losses, weekly_claims
from contactline.war.objectives import Fall, Fighting, chance_held, fall_of, objective_cells
from contactline.war.space import SpaceFit
from contactline.war.territory import Ground, regional_shares, share_windows, shift_share

QUANTILES = {"q05": 0.05, "q10": 0.10, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q90": 0.90, "q95": 0.95}
SPREAD = {"q10": 0.10, "q50": 0.50, "q90": 0.90}
BY_WEEKS = (26, 52, 104, 156, 260)
MAP_WEEKS = (26, 52, 104)
MODELS = ("headline", "tempo")


@dataclass(frozen=True)
class Outlook:
    """What fighting on brings: the fits, the futures shared by every course, and the paths per model.

    fighting : model → Fighting; falls : (objective id, model) → Fall
    gains : model → ndarray[draw, week], cumulated km², support and collapses included for MODELS
    fronts : model → the front fought out on the map; empty where the case is too thin for the spatial model
    notes : what the reader must know about the spatial fit
    """

    forecast: Forecast
    losses: LossFit
    futures: Futures
    fighting: Mapping[str, Fighting]
    falls: Mapping[tuple[str, str], Fall]
    gains: Mapping[str, np.ndarray]
    fronts: Mapping[str, SimulatedFront]
    notes: tuple[str, ...] = ()

    def fall(
        self, name: str, here: Ground, wanted: np.ndarray, share: float, model: str = "headline"
    ) -> Fall:
        """When `share` of the wanted cells is held: on the simulated front, else nearest-first."""
        if model in self.fronts:
            return self.fronts[model].fall(wanted, share, self.fighting[model], here.km2)
        return fall_of(name, here, wanted, share, self.fighting[model])


def fit(loaded: LoadedCase, front: Front, streams: Streams) -> tuple[Forecast, LossFit]:
    """Fit tempo, level and losses to the case's record, or take the same fit from an earlier run."""
    case = loaded.case
    headline = case.headline_series.id
    series = headline if headline in front.record.maps else front.record.maps[0]
    evidence = case.evidence
    claims = weekly_claims(
        loaded.evidence("losses"),
        evidence.attacker_loss_series,
        case.challenger.id,
        evidence.fit_from,
        case.as_of,
    )
    folder = data_dir() / "fits"
    key = fit_key(front.record, series, claims, streams.seed)
    kept = load_fit(folder, key, front.record, series, claims)
    if kept is not None:
        return kept
    forecast = fit_forecast(front.record, series, streams)
    losses = fit_losses(claims, streams.rng("war.losses.fit"))
    keep_fit(folder, key, forecast, losses)
    return forecast, losses


def look_ahead(
    case: Case,
    front: Front,
    forecast: Forecast,
    losses: LossFit,
    *,
    sets: int,
    weeks: int,
    path: str,
    streams: Streams,
    measured: Mapping[str, Callable[[np.ndarray], np.ndarray]] = MappingProxyType({}),
    spatial: SpaceFit | None = None,
    notes: tuple[str, ...] = (),
) -> Outlook:
    """Draw the futures and fight them out: sets × FUTURES trajectories of `weeks` weeks under a support path.

    measured : quantile functions that replace beliefs by name (war/source_bias.py)
    spatial : the fitted spatial model; without it cells fall nearest to the line first
    """
    draws = sets * FUTURES
    net = {
        model: forecast.predict(model, weeks, draws, streams) for model in (*MODELS, "climatology", "level")
    }
    names, shares = regional_shares(front.weekly)
    windows = share_windows(len(shares), weeks, draws, streams.rng("war.regions"))
    main = names.index(front.theatre.main_region)
    claims = losses.predict(weeks, draws, streams.rng("war.losses"))
    futures = draw_futures(
        case,
        net["headline"],
        claims,
        support(case, path, weeks),
        streams,
        measured=measured,
        lines=None if spatial is None else lines(spatial, front, streams),
    )
    moved = shift_share(shares[windows, main], futures.beliefs["war.region_shift"])
    running = collapse_spells(
        weekly(futures.beliefs["war.collapse_rate"]), futures.beliefs["war.collapse_weeks"], futures.collapse_luck,
        futures.raising * futures.raiser,
    )  # fmt: skip
    speed = futures.beliefs["war.collapse_speed"]
    fighting, gains, fronts = {}, {}, {}
    for model in MODELS:
        gained = fighting_path(net[model], futures.factor, running, speed)
        gains[model] = np.cumsum(gained, axis=1)
        fighting[model] = _fighting(
            front,
            futures,
            moved,
            gained,
            () if spatial is not None else names,
            names,
            shares,
            windows,
            streams,
        )
        if spatial is not None:
            most = FRONT_DRAWS if model == "headline" else FRONT_DRAWS // 2
            fronts[model] = fight_on_map(spatial, front, gained, futures.beliefs, streams, most)
    for model in ("climatology", "level"):
        gains[model] = np.cumsum(net[model], axis=1)
    outlook = Outlook(forecast, losses, futures, fighting, {}, gains, fronts, notes)
    falls = {
        (objective.id, model): outlook.fall(
            objective.id, front.ground, objective_cells(front.ground, objective), objective.taken_share, model
        )
        for objective in case.objectives
        for model in MODELS
    }
    return replace(outlook, falls=falls)


@hands_over
def war_tables(case: Case, front: Front, outlook: Outlook) -> dict[str, pd.DataFrame]:
    """Tables gain_fan, objectives, losses_fan and the map's cells (without the proposals' columns)."""
    tables = {
        "gain_fan": _gain_fan(case, outlook),
        "objectives": _objectives(case, outlook),
        "losses_fan": _losses_fan(case, outlook),
        "cells": _cells(front, outlook),
    }
    if "headline" in outlook.fronts:
        tables["line_fan"] = _line_fan(outlook.fronts["headline"], outlook.futures.weeks)
        tables["threats"] = threats(outlook.fronts["headline"], case, front, MAP_WEEKS)
        tables["salients"] = salient_table(outlook.fronts["headline"], case, front, MAP_WEEKS)
    return tables


def losses_history(loaded: LoadedCase) -> pd.DataFrame:
    """Monthly killed and wounded as published, for each series that counts at least twelve months.

    A month's value is the difference of the counts that stand at its two ends; a month without both is left out.
    """
    table = loaded.evidence("losses")
    table = table[table["kind"] == "killed_wounded"]
    parts = []
    for (side, series), rows in table.groupby(["side", "series"]):
        counts = rows.set_index("date")["cumulative"].sort_index()
        days = pd.DatetimeIndex(counts.index)
        month = days.to_period("M")
        # A count of the first day of a month closes the month before; other counts stand for their own month's end.
        closing = np.where(days.day == 1, month - 1, month)
        level = counts.groupby(pd.PeriodIndex(closing)).last()
        ends = pd.PeriodIndex(level.index)
        level = level[ends.to_timestamp(how="end").normalize() <= days[-1]]
        value = level.reindex(pd.period_range(ends[0], ends[-1], freq="M")).diff().dropna()
        if len(value) < 12:
            continue
        months_ = pd.PeriodIndex(value.index).to_timestamp()
        parts.append(
            pd.DataFrame({"month": months_, "side": side, "series": series, "value": value.to_numpy()})
        )
    columns = ["month", "side", "series", "value"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def spread(values: np.ndarray, stem: str, levels: Mapping[str, float] = SPREAD) -> dict[str, float]:
    """Quantiles over all draws; a draw beyond the horizon (inf or NaN) counts as larger than any other.

    A quantile that falls among those is NaN: beyond the horizon.
    """
    filled = np.where(np.isnan(values), np.inf, values)
    found = np.quantile(filled, list(levels.values()), method="higher")
    prefix = f"{stem}_" if stem else ""
    return {
        f"{prefix}{name}": float(q) if np.isfinite(q) else np.nan
        for name, q in zip(levels, found, strict=True)
    }


def spread_given(values: np.ndarray, stem: str) -> dict[str, float]:
    """Quantiles among the draws that have a value (losses of those in which it falls); NaN if none has."""
    known = values[np.isfinite(values)]
    if not len(known):
        return {f"{stem}_{name}": np.nan for name in SPREAD}
    return {f"{stem}_{name}": float(np.quantile(known, level)) for name, level in SPREAD.items()}


def months(weeks: np.ndarray) -> np.ndarray:
    """Weeks as months : same shape."""
    return weeks / WEEKS_PER_MONTH


def _fighting(
    front: Front, futures: Futures, main_share: np.ndarray, gained: np.ndarray, wanted: tuple[str, ...],
    names: tuple[str, ...], shares: np.ndarray, windows: np.ndarray, streams: Streams,
) -> Fighting:  # fmt: skip
    """Split weekly gains over the `wanted` regions: the main one by the shifted share, the rest as in the record.

    A front that is fought out on the map needs none of them.
    """
    main = names.index(front.theatre.main_region)
    rest = np.maximum(1.0 - shares[windows, main], 1e-9)
    effort = {}
    for name in wanted:
        k = names.index(name)
        part = main_share if k == main else (1.0 - main_share) * shares[windows, k] / rest
        effort[name] = np.cumsum(gained * part, axis=1)
    attacker = np.cumsum(futures.claims, axis=1)
    defender = np.cumsum(futures.claims * futures.bleeding, axis=1)
    defender *= futures.beliefs["losses.defender_per_attacker"][:, None]
    return Fighting(effort, attacker, defender, futures.beliefs["war.built_up_resistance"], streams)


def _gain_fan(case: Case, outlook: Outlook) -> pd.DataFrame:
    parts = []
    for model in ("headline", *MEMBERS):
        path = outlook.gains[model]
        table = pd.DataFrame(np.quantile(path, list(QUANTILES.values()), axis=0).T, columns=list(QUANTILES))
        table.insert(0, "model", model)
        table.insert(1, "week", np.arange(1, path.shape[1] + 1))
        table.insert(2, "date", [pd.Timestamp(day_after_weeks(case.as_of, w)) for w in table["week"]])
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _objectives(case: Case, outlook: Outlook) -> pd.DataFrame:
    rows = []
    for objective in case.objectives:
        for model in MODELS:
            fall = outlook.falls[objective.id, model]
            rows.append(
                {"objective": objective.id, "name": objective.name, "model": model}
                | {f"p_{weeks}": float(np.mean(fall.week <= weeks)) for weeks in BY_WEEKS}
                | spread(fall.week, "week")
                | spread_given(fall.attacker_losses, "attacker_losses")
                | {"km2_remaining": fall.km2_remaining}
            )
    return pd.DataFrame(rows)


def _losses_fan(case: Case, outlook: Outlook) -> pd.DataFrame:
    beliefs = outlook.futures.beliefs
    parts = []
    headline = outlook.fighting["headline"]
    for side, total, killed in (
        (case.challenger.id, headline.attacker_losses, "losses.attacker_killed_share"),
        (case.defender.id, headline.defender_losses, "losses.defender_killed_share"),
    ):
        for kind, share in (("killed_wounded", 1.0), ("killed", beliefs[killed][:, None])):
            table = pd.DataFrame(
                np.quantile(total * share, list(SPREAD.values()), axis=0).T, columns=list(SPREAD)
            )
            table.insert(0, "side", side)
            table.insert(1, "kind", kind)
            table.insert(2, "week", np.arange(1, total.shape[1] + 1))
            parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _line_fan(simulated: SimulatedFront, horizon: int) -> pd.DataFrame:
    weeks = list(range(13, horizon + 1, 13))
    table = pd.DataFrame(
        np.quantile(simulated.line_km(weeks), list(SPREAD.values()), axis=0).T, columns=list(SPREAD)
    )
    table.insert(0, "week", weeks)
    return table


def _cells(front: Front, outlook: Outlook) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "cell": front.cells["cell"],
            "region": front.cells["region"],
            "holder_first": front.cells["holder"],
            "holder_now": front.ground.holder.astype(int),
        }
    )
    if "headline" in outlook.fronts:
        chances = outlook.fronts["headline"].chance_held(MAP_WEEKS)
    else:
        fighting = outlook.fighting["headline"]
        chances = np.stack([chance_held(front.ground, fighting, week) for week in MAP_WEEKS])
    for week, chance in zip(MAP_WEEKS, chances, strict=True):
        table[f"p_{week}"] = np.round(np.clip(chance.astype(float), 0.0, 1.0), 3)
    return table
