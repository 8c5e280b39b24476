"""Rolling-origin backtest of dates: the chance that a named place is taken within some weeks, against what happened.

Unlike `score.space`, no rule here is told how much ground falls: tempo and place are forecast together, as for the
objectives of a report. Places are settlements of the case's table and its settlement objectives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from contactline.core.errors import InputError
from contactline.core.streams import Streams
from contactline.core.version import VERSION
from contactline.score.bars import INTERVAL, _block_counts
from contactline.score.calibration import independent_windows
from contactline.score.place_rules import ByDistance, PlaceRule, default_rules
from contactline.score.places_record import Places, taken_by_week
from contactline.score.rolling import USUAL, Rolling
from contactline.score.space import DRAWS, LEAST_CHANCE, Known, checked_horizons
from contactline.score.space_models import REACH, View
from contactline.war.capture_data import History
from contactline.war.record import TempoRecord

HORIZONS = (4, 13, 26)
REFERENCE = ByDistance.name
BANDS = (0.0, 0.05, 0.2, 0.45, 0.55, 0.8, 0.95, 1.0)
"""Edges of the likelihood words of the judgements (ICD 203): whether what is called unlikely is so."""


@dataclass(frozen=True)
class PlacesResult:
    """Scores of a backtest of places and how they were made.

    forecasts one row per rule, origin, horizon and place: name, steps (to the line), chance, fell (0 or 1)
    summary   one row per rule and horizon: label, origins, independent (windows that do not overlap), forecasts,
              places, towns_fell (different places that fell in some window), expected and fell (places, all windows),
              brier, log_score (nats a place)
    skills    1 − score/reference score by rule, horizon and measure, with a 90% block bootstrap over origins (NaN where
              one block spans all); the reference is the base rate by distance
    bands     one row per rule and band of likelihood (low to high), all horizons: forecasts, chance (mean), share
              (that fell)
    made_by   version, seed, draws, origins, rules
    """

    forecasts: pd.DataFrame
    summary: pd.DataFrame
    skills: pd.DataFrame
    bands: pd.DataFrame
    made_by: dict[str, Any]


def places_backtest(
    known: Known,
    record: TempoRecord,
    places: Places,
    *,
    series: str,
    resistance: np.ndarray | None = None,
    rules: Sequence[PlaceRule] | None = None,
    rolling: Rolling = USUAL,
) -> PlacesResult:
    """Score rules from every `rolling.step`-th week on; each sees what is known up to its origin, and no more.

    record : weekly net km², ending in the same week as the control history; series : the map of the cells
    resistance : ndarray[cell], log weight of capture, such as a belief on fortified belts
    Scored are places not yet taken within REACH of the line; 1,000 draws and HORIZONS where `rolling` names none.
    About ten seconds an origin. Deterministic given the seed. Raises InputError.
    """
    past, seed, step = known.past, rolling.seed, rolling.step
    draws = DRAWS if rolling.draws is None else rolling.draws
    horizons = _checked(past, record, rolling, draws)
    rules = default_rules(record, series, seed, resistance) if rules is None else rules
    if REFERENCE not in [rule.name for rule in rules]:
        raise InputError(f"rules: got {[rule.name for rule in rules]}; {REFERENCE!r} must be among them.")
    sectors = known.sectors(rolling.first_history)
    taken = taken_by_week(past, places)
    origins = range(rolling.first_history - 1, past.weeks - horizons[0], step)
    parts = []
    for done, origin in enumerate(origins, start=1):
        view = known.view(origin, sectors, seed)
        room = [h for h in horizons if origin + h < past.weeks]
        for rule in rules:
            chance = rule(view, places, room, draws, Streams(seed))
            for horizon, own in zip(room, chance, strict=True):
                parts.append(_rows(rule.name, view, places, taken, origin, horizon, own))
        rolling.tick(done / len(origins))
    forecasts = pd.concat(parts, ignore_index=True)
    labels = {rule.name: rule.label for rule in rules}
    return PlacesResult(
        forecasts,
        _summary(forecasts, labels),
        skill_table(forecasts, step, seed),
        band_table(forecasts, labels),
        {
            "method": "rolling-origin backtest of the date at which places are taken",
            "version": VERSION,
            "seed": int(seed), "draws": int(draws), "horizons": list(horizons), "step": int(step),
            "weeks": past.weeks, "first_origin": str(past.ends[origins[0]]),
            "last_origin": str(past.ends[origins[-1]]), "rules": list(labels), "places": len(places.name),
        },
    )  # fmt: skip


def skill_table(forecasts: pd.DataFrame, step: int, seed: int) -> pd.DataFrame:
    """Skill of every rule over the base rate by distance; see PlacesResult.skills. A block spans the horizon."""
    streams, rows = Streams(seed), []
    table = forecasts.assign(brier=_brier(forecasts), log_score=_log_score(forecasts))
    for horizon, part in table.groupby("horizon"):
        count = None
        for measure in ("brier", "log_score"):
            sums = part.pivot_table(index="origin_date", columns="rule", values=measure, aggfunc="sum")
            if count is None:
                rng = streams.rng("score.places.bootstrap", int(str(horizon)))
                count = _block_counts(len(sums), int(str(horizon)), step, rng).astype(float)
            one_block = -(-int(str(horizon)) // step) >= len(sums)
            for rule in forecasts["rule"].unique():
                if rule == REFERENCE:
                    continue
                own, other = sums[rule].to_numpy(), sums[REFERENCE].to_numpy()
                drawn = 1 - (count @ own) / (count @ other)
                low, high = np.quantile(drawn, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
                rows.append(
                    {
                        "rule": rule,
                        "measure": measure,
                        "horizon": horizon,
                        "skill": float(1 - own.sum() / other.sum()),
                        "low": np.nan if one_block else float(low),
                        "high": np.nan if one_block else float(high),
                    }
                )
    return pd.DataFrame(rows)


def band_table(forecasts: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """How often places fell among those given a chance in each band of likelihood; see PlacesResult.bands."""
    which = np.clip(np.searchsorted(BANDS, forecasts["chance"], side="right") - 1, 0, len(BANDS) - 2)
    rows = []
    for (rule, band), part in forecasts.groupby(["rule", which], sort=False):
        k = int(str(band))
        rows.append(
            {
                "rule": rule,
                "label": labels[str(rule)],
                "low": BANDS[k],
                "high": BANDS[k + 1],
                "forecasts": len(part),
                "chance": float(part["chance"].mean()),
                "share": float(part["fell"].mean()),
            }
        )
    order = list(labels)
    table = pd.DataFrame(rows)
    table = table.assign(_rank=table["rule"].map(order.index)).sort_values(["_rank", "low"])
    return table.drop(columns="_rank").reset_index(drop=True)


def _rows(
    rule: str, view: View, places: Places, taken: np.ndarray, origin: int, horizon: int, chance: np.ndarray
) -> pd.DataFrame:
    """Forecasts of one rule, origin and horizon for the places not yet taken and within reach."""
    reach = REACH[horizon]
    steps = places.steps(view.steps(reach))
    scored: np.ndarray = ~taken[origin] & (steps <= reach)
    fell = np.asarray(taken[origin + 1 : origin + horizon + 1].any(axis=0))
    return pd.DataFrame(
        {
            "rule": rule,
            "origin_date": pd.Timestamp(view.past.ends[origin]),
            "horizon": horizon,
            "name": places.name[scored],
            "steps": steps[scored],
            "chance": np.clip(chance[scored], 0.0, 1.0),
            "fell": fell[scored].astype(int),
        }
    )


def _brier(forecasts: pd.DataFrame) -> np.ndarray:
    """Squared difference between chance and event : ndarray[forecast]."""
    return np.asarray((forecasts["chance"] - forecasts["fell"]) ** 2)


def _log_score(forecasts: pd.DataFrame) -> np.ndarray:
    """Minus the log of the probability given to what happened : ndarray[forecast], nats."""
    kept = np.clip(forecasts["chance"].to_numpy(), LEAST_CHANCE, 1 - LEAST_CHANCE)
    found: np.ndarray = -np.where(forecasts["fell"] == 1, np.log(kept), np.log1p(-kept))
    return found


def _summary(forecasts: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    table = forecasts.assign(brier=_brier(forecasts), log_score=_log_score(forecasts))
    rows = []
    for (rule, horizon), part in table.groupby(["rule", "horizon"], sort=False):
        rows.append(
            {
                "rule": rule,
                "label": labels[str(rule)],
                "horizon": horizon,
                "origins": part["origin_date"].nunique(),
                "independent": independent_windows(part["origin_date"], int(str(horizon))),
                "forecasts": len(part),
                "places": part["name"].nunique(),
                "towns_fell": part.loc[part["fell"] == 1, "name"].nunique(),
                "expected": float(part["chance"].sum()),
                "fell": int(part["fell"].sum()),
                "brier": float(part["brier"].mean()),
                "log_score": float(part["log_score"].mean()),
            }
        )
    return pd.DataFrame(rows)


def _checked(past: History, record: TempoRecord, rolling: Rolling, draws: int) -> list[int]:
    """The horizons, ascending; raises InputError where the plan cannot be run."""
    ordered = checked_horizons(
        past, HORIZONS if rolling.horizons is None else rolling.horizons, rolling, draws
    )
    if len(record.ends) < past.weeks or record.ends[-1] != past.ends[-1]:
        raise InputError(
            f"record: {len(record.ends)} weeks to {record.ends[-1]}, but the control history has {past.weeks} weeks to "
            f"{past.ends[-1]}; the weekly record must end in the same week and reach back as far."
        )
    return ordered
