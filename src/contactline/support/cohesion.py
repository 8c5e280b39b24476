"""Cohesion of the supporters and movement of the challenger, measured from dated positions; what a split is worth.

Division is the leverage-weighted spread of positions, their polarisation (Esteban & Ray 1994, Econometrica 62:819)
and the distance of one donor from the others. The wedge turns that distance into a chance that the donor cuts, and
the cut into what a challenger may expect from talks that divide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from contactline.case.positions import Wedge
from contactline.case.schema import Case
from contactline.core.errors import InputError
from contactline.core.streams import Streams
from contactline.support.bargaining import issue_named, latest, stake_of

ALPHA = 1.3
"""Esteban and Ray's sensitivity; they allow 1 to about 1.6 and 1.3 lies in the middle (assumption)."""

SUPPORTING = ("guarantor", "supporter")
STEP_DAYS = 7


def spread(position: np.ndarray, weight: np.ndarray) -> float:
    """Weighted standard deviation of positions ndarray[actor], points of the scale; 0 when all stand at one place."""
    mean = (weight * position).sum() / weight.sum()
    return float(np.sqrt((weight * (position - mean) ** 2).sum() / weight.sum()))


def polarisation(
    position: np.ndarray, weight: np.ndarray, alpha: float = ALPHA, scale: float = 100.0
) -> float:
    """Esteban and Ray's P = K Σ_i Σ_j π_i^(1+α) π_j |x_i − x_j|, K such that two halves at the ends give 1.

    position, weight : ndarray[actor], points and weights. Those at one place count as one group, so a bloc polarises
    more than its members apart.
    """
    places, group = np.unique(position, return_inverse=True)
    share = np.bincount(group, weights=weight) / weight.sum()
    gap = np.abs(places[:, None] - places[None, :]) / scale
    both_ends = 2 * 0.5 ** (2 + alpha)
    return float((share[:, None] ** (1 + alpha) * share[None, :] * gap).sum() / both_ends)


def supporters(case: Case) -> list[str]:
    """Ids of the actors whose role is guarantor or supporter."""
    return [actor.id for actor in case.actors if actor.role in SUPPORTING]


def position_history(case: Case) -> pd.DataFrame:
    """Every numbered position, oldest first within issue and actor, and the last one carried to the as-of date.

    Columns issue, name, actor, actor_name, role, day, position, give, stance, sources, statement (number of the row
    for that actor and issue), last (carried, not stated).
    """
    names = {actor.id: (actor.name, actor.role) for actor in case.actors}
    rows = []
    for issue in (issue for issue in case.issues if issue.scaled):
        stated = [p for p in case.positions if p.issue == issue.id and p.position is not None]
        for p in sorted(stated, key=lambda p: (p.actor, p.day)):
            rows.append((issue.id, issue.name, p.actor, *names[p.actor], p.day, p.position, p.give, p.stance,
                         ", ".join(p.sources) or "assumption", False))  # fmt: skip
        for actor, p in sorted(latest(case, issue.id).items()):
            rows.append((issue.id, issue.name, actor, *names[actor], case.as_of, p.position, p.give, p.stance,
                         ", ".join(p.sources) or "assumption", True))  # fmt: skip
    columns = [
        "issue",
        "name",
        "actor",
        "actor_name",
        "role",
        "day",
        "position",
        "give",
        "stance",
        "sources",
        "last",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame["day"] = pd.to_datetime(frame["day"])
    number = frame.groupby(["issue", "actor"], sort=False).cumcount() + 1
    frame.insert(len(columns) - 1, "statement", number)
    return frame


def movement(case: Case) -> pd.DataFrame:
    """How far each actor moved on each issue: first and last number, path travelled, and since when it stands still.

    `unmoved_since` is the day from which every further statement gave the same number; `restated` counts those
    statements, so that silence is not taken for firmness; `towards_other` is the net move towards the other side's
    first position (missing for outsiders), negative if away.
    """
    rows = []
    sides = {case.challenger.id: case.defender.id, case.defender.id: case.challenger.id}
    for issue in (issue for issue in case.issues if issue.scaled):
        stated = [p for p in case.positions if p.issue == issue.id and p.position is not None]
        first_of = {
            p.actor: float(p.position or 0.0) for p in sorted(stated, key=lambda p: p.day, reverse=True)
        }
        for actor in sorted(first_of):
            own = sorted((p for p in stated if p.actor == actor), key=lambda p: p.day)
            values = np.array([p.position for p in own], dtype=float)
            changes = np.flatnonzero(np.diff(values) != 0)
            since = int(changes[-1]) + 1 if len(changes) else 0
            net = float(values[-1] - values[0])
            other = first_of.get(sides.get(actor, ""))
            towards = np.nan if other is None else net * np.sign(other - values[0]) + 0.0
            rows.append({
                "issue": issue.id, "name": issue.name, "actor": actor, "statements": len(own),
                "first_day": own[0].day, "first": values[0], "last_day": own[-1].day, "latest": values[-1],
                "net": net, "travelled": float(np.abs(np.diff(values)).sum()), "towards_other": towards,
                "unmoved_since": own[since].day, "restated": len(own) - 1 - since,
                "days_unmoved": (case.as_of - own[since].day).days,
            })  # fmt: skip
    frame = pd.DataFrame(rows)
    for column in ("first_day", "last_day", "unmoved_since"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column])
    return frame


def division(case: Case, actors: Sequence[str] = (), step_days: int = STEP_DAYS) -> pd.DataFrame:
    """Division among the supporters over time, one row an issue and day on which at least two of them have a position.

    Columns issue, name, day, actors, spread, polarisation, and (with a wedge in the case) donor and donor_distance,
    the distance of the donor from the leverage-weighted mean of the others, missing until both have spoken.
    """
    wanted = list(actors) or supporters(case)
    donor = case.wedge.donor if case.wedge is not None else ""
    rows = []
    for issue in (issue for issue in case.issues if issue.scaled):
        days = [p.day for p in case.positions if p.issue == issue.id and p.position is not None]
        for day in _grid(days, case.as_of, step_days):
            now = {actor: p for actor, p in latest(case, issue.id, day).items() if actor in wanted}
            if len(now) < 2:
                continue
            position = np.array([p.position for p in now.values()], dtype=float)
            weight = np.array([_central_leverage(case, actor, issue.id) for actor in now])
            rows.append({
                "issue": issue.id, "name": issue.name, "day": pd.Timestamp(day), "actors": len(now),
                "spread": spread(position, weight), "polarisation": polarisation(position, weight),
                "donor": donor, "donor_distance": donor_distance(case, issue.id, day),
            })  # fmt: skip
    columns = ["issue", "name", "day", "actors", "spread", "polarisation", "donor", "donor_distance"]
    return pd.DataFrame(rows, columns=columns)


def donor_distance(case: Case, issue: str, day: date | None = None) -> float:
    """Distance of the wedge's donor from the leverage-weighted mean of the others on an issue, points; else NaN."""
    issue_named(case, issue)
    if case.wedge is None:
        return float("nan")
    now = latest(case, issue, day)
    others = [actor for actor in case.wedge.others if actor in now]
    if case.wedge.donor not in now or not others:
        return float("nan")
    weight = np.array([_central_leverage(case, actor, issue) for actor in others])
    position = np.array([now[actor].position for actor in others], dtype=float)
    return abs(float(now[case.wedge.donor].position or 0.0) - float((weight * position).sum() / weight.sum()))


def mean_distance(case: Case, day: date | None = None) -> float:
    """The donor's distance averaged over the wedge's issues, points; NaN where none has both sides."""
    if case.wedge is None:
        return float("nan")
    wanted = case.wedge.issues or tuple(issue.id for issue in case.issues if issue.scaled)
    gaps = np.array([donor_distance(case, issue, day) for issue in wanted])
    return float(gaps[np.isfinite(gaps)].mean()) if np.isfinite(gaps).any() else float("nan")


@dataclass(frozen=True)
class WedgeValue:
    """What a growing split is worth to the challenger, per draw.

    chance_before, chance_after : ndarray[draw], chance that the donor cuts within the horizon
    value : ndarray[draw], expected gain from the split in the unit of `gain_if_cut`
    support_lost : ndarray[draw], expected fall of support (share of present supply) if a share was given, else 0
    """

    distance_before: float
    distance_after: float
    chance_before: np.ndarray
    chance_after: np.ndarray
    value: np.ndarray
    support_lost: np.ndarray


def cut_chance(distance: float, together: np.ndarray, apart: np.ndarray, years: float) -> np.ndarray:
    """Chance that the donor cuts within `years` at this distance : ndarray[draw].

    The rate runs geometrically from `together` (distance 0) to `apart` (distance 100), cuts per year.
    Raises InputError for a distance outside 0 to 100 or a horizon that is not positive.
    """
    if not 0 <= distance <= 100:
        raise InputError(f"distance of the donor: got {distance:g}; allowed is 0 to 100 points of the scale.")
    if years <= 0:
        raise InputError(f"horizon: got {years:g} years; allowed is above 0.")
    rate = together ** (1 - distance / 100) * apart ** (distance / 100)
    chance: np.ndarray = -np.expm1(-rate * years)
    return chance


def wedge_value(
    wedge: Wedge,
    distance_before: float,
    distance_after: float,
    gain_if_cut: np.ndarray,
    years: float,
    streams: Streams,
    donor_share: float = 0.0,
) -> WedgeValue:
    """The pay-off to the challenger of talks that move the donor from one distance to another.

        value = (chance of a cut after − before) × gain if cut

    gain_if_cut : ndarray[draw], what the challenger gets more under the wedge's support path than as today, in any
    unit (km², utility); years : horizon; donor_share : share of present supply that the donor gives. While value is
    above what a settlement now would give over holding out, talking without settling is the better course: subtract
    it from the challenger's value of settling. Raises InputError as `cut_chance` does.
    """
    draws = len(gain_if_cut)
    u = streams.rng("support.wedge").random((2, draws))
    together, apart = wedge.rate_together.quantile(u[0]), wedge.rate_apart.quantile(u[1])
    apart = np.maximum(apart, together)
    before = cut_chance(distance_before, together, apart, years)
    after = cut_chance(distance_after, together, apart, years)
    rise = after - before
    return WedgeValue(
        distance_before, distance_after, before, after, rise * np.asarray(gain_if_cut), rise * donor_share
    )


def wedge_table(
    case: Case, streams: Streams, years: Sequence[float] = (1.0, 2.0, 5.0), draws: int = 2000
) -> pd.DataFrame:
    """How the chance of a cut grows with the donor's distance: rows for distance 0, today's, 50 and 100, by horizon."""
    if case.wedge is None:
        return pd.DataFrame()
    today = mean_distance(case)
    points = {"together": 0.0, "today": today, "half": 50.0, "apart": 100.0}
    rows = []
    for label, distance in points.items():
        if not np.isfinite(distance):
            continue
        for horizon in years:
            found = wedge_value(case.wedge, 0.0, distance, np.ones(draws), horizon, streams)
            low, middle, high = np.quantile(found.chance_after, [0.1, 0.5, 0.9])
            rows.append({
                "donor": case.wedge.donor, "where": label, "distance": distance, "years": horizon,
                "chance_q10": low, "chance_q50": middle, "chance_q90": high, "chance_mean": found.chance_after.mean(),
                "rise_over_together": float(found.value.mean()),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _grid(days: Sequence[date], as_of: date, step: int) -> list[date]:
    """The days of statements and every `step` days from the first to the as-of date, without repeats."""
    if not days:
        return []
    first = min(days)
    count = (as_of - first).days // step
    return sorted({*days, as_of, *(first + timedelta(days=step * i) for i in range(count + 1))})


def _central_leverage(case: Case, actor: str, issue: str) -> float:
    return float(np.mean(stake_of(case, actor, issue).leverage))
