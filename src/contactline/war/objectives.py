"""When objectives fall and what that costs: first passage of the regional effort to what an objective needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import h3
import numpy as np
import shapely

from contactline.case.schema import Objective
from contactline.core.errors import CaseError
from contactline.core.streams import Streams
from contactline.war.territory import ORDER_ERROR, Ground, effort_for, first_week, order_of_fall


@dataclass(frozen=True)
class Fighting:
    """What fighting on brings on each path, before anyone asks about an objective.

    effort : region → ndarray[draw, week], cumulated km² of average captured ground
    attacker_losses, defender_losses : ndarray[draw, week], cumulated killed and wounded
    resistance : ndarray[draw]
    """

    effort: Mapping[str, np.ndarray]
    attacker_losses: np.ndarray
    defender_losses: np.ndarray
    resistance: np.ndarray
    streams: Streams

    def order_error(self, name: str) -> np.ndarray:
        """Factor on the effort an objective takes : ndarray[draw], one stream per objective."""
        draws = len(self.resistance)
        return np.exp(ORDER_ERROR * self.streams.rng(f"war.order.{name}").standard_normal(draws))


@dataclass(frozen=True)
class Fall:
    """When an objective falls.

    week : ndarray[draw], inf where not within the horizon; attacker_losses, defender_losses : ndarray[draw], persons
    killed and wounded until then, NaN where it does not
    """

    week: np.ndarray
    attacker_losses: np.ndarray
    defender_losses: np.ndarray
    km2_remaining: float


def objective_cells(here: Ground, objective: Objective) -> np.ndarray:
    """Cells of an objective : ndarray[cell] bool. Raises CaseError if the theatre holds none of them."""
    if objective.kind == "area":
        wanted = _inside(here.cell, objective.polygon)
    else:
        remainder = (here.region == objective.region) & (here.holder == 0)
        wanted = remainder if objective.kind == "region_remainder" else here.place == objective.id
    if not wanted.any():
        raise CaseError(
            f"objective {objective.id!r}: no cell of the theatre belongs to it. Widen theatre.reach_km, add its "
            "region to theatre.always_regions, or raise its radius_km, and rebuild the evidence; of an area, check "
            "the polygon."
        )
    return wanted


def fall_of(name: str, here: Ground, wanted: np.ndarray, share: float, fighting: Fighting) -> Fall:
    """When `share` of the wanted cells (ndarray[cell] bool) is held. Cells may lie in several regions: the last of
    them decides."""
    free = wanted & (here.holder == 0)
    regions = [str(region) for region in np.unique(here.region[wanted])]
    error = fighting.order_error(name)
    week = np.zeros(len(fighting.resistance))
    for region in regions:
        part = wanted & (here.region == region)
        needed = effort_for(here, part, region, fighting.resistance, share) * error
        falls = np.where(needed > 0, first_week(fighting.effort[region], needed), 0.0)
        week = np.maximum(week, falls)
    return Fall(
        week,
        at_week(fighting.attacker_losses, week),
        at_week(fighting.defender_losses, week),
        float(here.km2[free].sum()),
    )


def at_week(cumulated: np.ndarray, week: np.ndarray) -> np.ndarray:
    """Value of a cumulated path at a (1-based) week : ndarray[draw]; 0 at week 0, NaN where the week is inf."""
    last = cumulated.shape[1]
    index = np.clip(np.where(np.isfinite(week), week, 1), 1, last).astype(int) - 1
    value = np.take_along_axis(cumulated, index[:, None], axis=1)[:, 0]
    return np.where(np.isinf(week), np.nan, np.where(week == 0, 0.0, value))


def chance_held(here: Ground, fighting: Fighting, week: int, draws: int = 1000) -> np.ndarray:
    """Chance that each cell is held by the challenger after `week` weeks : ndarray[cell].

    From the first `draws` paths. Recapture is not placed on the map in this version, so held cells stay at one.
    """
    chance: np.ndarray = (here.holder == 1).astype(float)
    resistance = fighting.resistance[:draws].astype(np.float32)
    norm = 1.0 + (resistance - 1.0) * here.built_record
    for region, effort in fighting.effort.items():
        order = order_of_fall(here, region)
        if not len(order):
            continue
        reached = np.maximum.accumulate(effort[:draws, :week], axis=1)[:, -1].astype(np.float32)
        budget = reached * norm / fighting.order_error(f"map.{region}")[:draws].astype(np.float32)
        open_km2 = np.cumsum(np.where(here.built[order], 0, here.km2[order])).astype(np.float32)
        built_km2 = np.cumsum(np.where(here.built[order], here.km2[order], 0)).astype(np.float32)
        for start in range(0, len(order), 2000):
            part = slice(start, start + 2000)
            cost = open_km2[part, None] + resistance[None, :] * built_km2[part, None]
            chance[order[part]] = (cost <= budget[None, :]).mean(axis=1)
    return chance


def _inside(cells: np.ndarray, polygon: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Cells whose centre lies in a polygon of longitudes and latitudes : ndarray[cell] bool."""
    centres = np.array([h3.cell_to_latlng(cell) for cell in cells])
    found: np.ndarray = shapely.contains_xy(shapely.Polygon(polygon), centres[:, 1], centres[:, 0])
    return found
