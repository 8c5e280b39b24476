"""Stage two: what fighting on can achieve. Fits, futures, objectives, losses, and the map of chances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from contactline.case.load import LoadedCase
from contactline.case.schema import Case
from contactline.core.files import data_dir
from contactline.core.streams import Streams
from contactline.engine.fronts import FRONT_DRAWS, SimulatedFront, fight_on_map
from contactline.engine.futures import FUTURES, Futures, draw_futures, weekly
from contactline.engine.ground import Front
from contactline.engine.lines import lines
from contactline.support.adequacy import support
from contactline.war.collapse import collapse_spells, fighting_path
from contactline.war.fit_cache import fit_key, keep_fit, load_fit
from contactline.war.forecast import Forecast, fit_forecast
from contactline.war.losses import LossFit, fit_losses, weekly_claims
from contactline.war.objectives import Fall, Fighting, fall_of, objective_cells
from contactline.war.space import SpaceFit
from contactline.war.territory import Ground, regional_shares, share_windows, shift_share

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
