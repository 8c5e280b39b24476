"""Adequacy of each capability over time, and what a change in it does to the war.

    supply(t)   = Σ_donors share · growth(t) · factor(t) + what others take over after their lag
    adequacy(t) = min(1, supply(t) + drawn from stock(t))
    factor      = exp(−Σ_c η_c · (adequacy_c(t) − adequacy_c as today(t)))

Stock is drawn only against what is missing from the supply of the path as today. The forecast already carries today's
supply and how it develops, so a path moves the war by its difference from the path as today, week by week, and the
path as today moves nothing. Where readings of who supplies what differ, a position between them is drawn (0: the
case's own reading, 1: the last of the others; flat). η are beliefs: judgement, except where an effect says data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from contactline.case.scenario import AS_TODAY
from contactline.case.schema import Case
from contactline.case.supply import Capability, Donor, SupportPath
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.errors import UnknownNameError
from contactline.core.streams import Streams

MIDDLE = 0.5
"""Position between readings where none is drawn: halfway."""

Drawn = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Support:
    """A support path worked out for a case.

    adequacy : capability id → ndarray[week], supplied / needed, halfway between readings
    reference : the same under the path as today; today : capability id → adequacy now
    """

    path: str
    adequacy: dict[str, np.ndarray]
    today: dict[str, float]
    reference: dict[str, np.ndarray]
    capabilities: tuple[Capability, ...]
    cuts: SupportPath
    as_of: date

    @property
    def weeks(self) -> int:
        """Weeks of the horizon."""
        return len(next(iter(self.adequacy.values()), np.empty(0)))

    def tempo_factor(self, elasticity: Drawn) -> np.ndarray:
        """Factor on the challenger's tempo : ndarray[draw, week].

        elasticity : what `sample_elasticities` gave : key → ndarray[draw]; capabilities' ids are needed, their
        readings (`<id>.reading`) are halfway where missing.
        """
        return self._factor({c.id: c.id for c in self.capabilities}, elasticity)

    def losses_factor(self, elasticity: Drawn) -> np.ndarray:
        """Factor on the defender's losses : ndarray[draw, week]; 1 for capabilities without such an effect."""
        return self._factor(self._named("losses"), elasticity)

    def collapse_factor(self, elasticity: Drawn) -> np.ndarray:
        """Factor on the hazard of collapse : ndarray[draw, week].

        A capability without an effect of its own on collapse moves the hazard as it moves the tempo.
        """
        own = self._named("collapse")
        return self._factor({c.id: own.get(c.id, c.id) for c in self.capabilities}, elasticity)

    def recruit_factor(self, elasticity: Drawn) -> np.ndarray:
        """Factor on the challenger's recruits : ndarray[draw, week]; pressure lowers it."""
        return self._factor(self._named("recruitment"), elasticity)

    def leakage(self, elasticity: Drawn) -> dict[str, np.ndarray]:
        """Share of missiles or drones that get through : air-defence capability → ndarray[draw, week].

        Logit of today's share moved by −η times the change in adequacy.
        """
        found = {}
        for capability in self.capabilities:
            if capability.leaks_today is None:
                continue
            today = float(np.clip(capability.leaks_today.value, 1e-6, 1 - 1e-6))
            own = {name: key for name, key in self._named("leakage").items() if name == capability.id}
            moved = self._factor(own, elasticity)
            odds = today / (1.0 - today) * moved
            found[capability.id] = odds / (1.0 + odds)
        return found

    def change(self, capability: Capability, reading: np.ndarray) -> np.ndarray:
        """Adequacy less adequacy as today : ndarray[reading, week]; reading : ndarray[reading], 0 to 1."""
        shares = _shares(capability, np.asarray(reading, dtype=float))
        found: np.ndarray = _adequate(capability, self.cuts, self.weeks, shares, self.as_of) - _reference(
            capability, self.weeks, shares
        )
        return found

    def _named(self, on: str) -> dict[str, str]:
        """Key of the effect on something, of each capability that has one."""
        return {c.id: f"{c.id}.{on}" for c in self.capabilities if c.effect_on(on) is not None}

    def _factor(self, keys: Mapping[str, str], elasticity: Drawn) -> np.ndarray:
        """exp(−Σ η·change) with η under the key of each capability; only what the path moves is read, and the sum is
        computed once for each distinct set of beliefs, of which a run holds few."""
        draws = _draws(elasticity)
        used = [c for c in self.capabilities if c.id in keys and self._moves(c)]
        if not used:
            return np.ones((draws, self.weeks))
        half = np.full(draws, MIDDLE)
        columns = np.stack(
            [elasticity[keys[c.id]] for c in used] + [elasticity.get(f"{c.id}.reading", half) for c in used],
            axis=1,
        )
        distinct, which = np.unique(columns, axis=0, return_inverse=True)
        total = np.zeros((len(distinct), self.weeks))
        for k, capability in enumerate(used):
            total += distinct[:, k : k + 1] * self.change(capability, distinct[:, len(used) + k])
        return np.exp(-total)[which.ravel()]

    def _moves(self, capability: Capability) -> bool:
        return any(_covers(capability, cut.capabilities) for cut in self.cuts.cuts)


def support_path(case: Case, name: str) -> SupportPath:
    """A support path of the case by id; 'as_today' (nothing changes) always exists. Raises UnknownNameError."""
    known = {path.id: path for path in case.support_paths}
    if name not in known:
        if name == AS_TODAY:
            return SupportPath(id=AS_TODAY, name="As today", sources=("case",), cuts=())
        raise UnknownNameError("support path", name, {*known, AS_TODAY})
    return known[name]


def support(case: Case, name: str, weeks: int) -> Support:
    """Work out a support path of the case by name, for so many weeks. Raises UnknownNameError."""
    return support_on(case, support_path(case, name), weeks)


def support_on(case: Case, path: SupportPath, weeks: int) -> Support:
    """Work out any support path, a user's own included, for so many weeks."""
    return Support(
        path.id,
        {c.id: adequacy(c, path, weeks, as_of=case.as_of) for c in case.capabilities},
        {c.id: float(_reference(c, 1, _shares(c, np.array([MIDDLE])))[0, 0]) for c in case.capabilities},
        {c.id: _reference(c, weeks, _shares(c, np.array([MIDDLE])))[0] for c in case.capabilities},
        case.capabilities,
        path,
        case.as_of,
    )


def adequacy(
    capability: Capability, path: SupportPath, weeks: int, *, reading: float = MIDDLE, as_of: date = date.min
) -> np.ndarray:
    """Adequacy of one capability under a path : ndarray[week], share of present need, 1 at the most."""
    shares = _shares(capability, np.array([reading]))
    found: np.ndarray = _adequate(capability, path, weeks, shares, as_of)[0]
    return found


def supplied(
    capability: Capability, path: SupportPath, weeks: int, *, reading: float = MIDDLE, as_of: date = date.min
) -> np.ndarray:
    """What donors give under a path, before stock and with what is beyond need : ndarray[week], share of need."""
    found: np.ndarray = _supply(capability, path, weeks, _shares(capability, np.array([reading])), as_of)[0]
    return found


def stock_weeks_left(capability: Capability, path: SupportPath, weeks: int, as_of: date = date.min) -> float:
    """Weeks after which the stock is used up under a path, halfway between readings; inf if it lasts."""
    if not capability.stock_weeks:
        return 0.0
    shares = _shares(capability, np.array([MIDDLE]))
    missing = np.maximum(
        _reference(capability, weeks, shares) - _supply(capability, path, weeks, shares, as_of), 0.0
    )[0]
    used = np.cumsum(missing)
    gone = np.flatnonzero(used >= capability.stock_weeks - 1e-9)
    return float(gone[0] + 1) if len(gone) else float("inf")


def sample_elasticities(case: Case, draws: int, streams: Streams) -> dict[str, np.ndarray]:
    """η of each capability on the tempo under its id, other effects under `<id>.<on>`, and the position between
    readings (a share) under `<id>.reading` where readings differ : key → ndarray[draw]. One stream each."""
    found = {}
    for c in case.capabilities:
        found[c.id] = c.elasticity.quantile(streams.rng(f"support.elasticity.{c.id}").random(draws))
        for effect in c.effects:
            luck = streams.rng(f"support.effect.{c.id}.{effect.moves}").random(draws)
            found[f"{c.id}.{effect.moves}"] = effect.elasticity.quantile(luck)
        if c.other_readings:
            found[f"{c.id}.reading"] = streams.rng(f"support.reading.{c.id}").random(draws)
    return found


def _draws(elasticity: Drawn) -> int:
    size = getattr(elasticity, "draws", None)
    return len(next(iter(elasticity.values()), np.empty(0))) if size is None else int(size)


def _covers(capability: Capability, named: tuple[str, ...]) -> bool:
    """Whether a cut speaks of this capability; one that names none speaks of all supply, not of pressure."""
    return capability.id in named if named else capability.kind == "supply"


def _shares(capability: Capability, reading: np.ndarray) -> dict[str, np.ndarray]:
    """Donor → share of need at positions between the readings : ndarray[reading]."""
    readings = capability.readings()
    at = np.linspace(0.0, 1.0, len(readings)) if len(readings) > 1 else np.array([0.0])
    return {
        donor.actor: np.interp(reading, at, [shares[donor.actor] for shares in readings])
        for donor in capability.donors
    }


def _reference(capability: Capability, weeks: int, shares: Mapping[str, np.ndarray]) -> np.ndarray:
    """Adequacy as today : ndarray[reading, week]: donors' growth and nothing else."""
    total = sum(shares[d.actor][:, None] * _growth(d, weeks)[None, :] for d in capability.donors)
    found: np.ndarray = np.minimum(np.asarray(total), 1.0)
    return found


def _adequate(
    capability: Capability, path: SupportPath, weeks: int, shares: Mapping[str, np.ndarray], as_of: date
) -> np.ndarray:
    """min(1, supply + drawn from stock) : ndarray[reading, week]."""
    supply = _supply(capability, path, weeks, shares, as_of)
    if capability.stock_weeks:
        missing = np.maximum(_reference(capability, weeks, shares) - supply, 0.0)
        used = np.minimum(np.cumsum(missing, axis=1), capability.stock_weeks)
        supply = supply + np.diff(used, axis=1, prepend=0.0)
    found: np.ndarray = np.minimum(supply, 1.0)
    return found


def _supply(
    capability: Capability, path: SupportPath, weeks: int, shares: Mapping[str, np.ndarray], as_of: date
) -> np.ndarray:
    """What donors give after substitution : ndarray[reading, week], share of need."""
    week = np.arange(weeks, dtype=float)
    factor = {d.actor: _path_factor(capability, d.actor, path, week) for d in capability.donors}
    size = {d.actor: shares[d.actor][:, None] * _growth(d, weeks)[None, :] for d in capability.donors}
    supply = np.asarray(sum(size[name] * factor[name][None, :] for name in size))
    lost = {name: size[name] * np.maximum(1.0 - factor[name], 0.0)[None, :] for name in size}
    for donor in capability.donors:
        if donor.substitute_share <= 0:
            continue
        covered = [
            n for n in lost if n != donor.actor and (not donor.substitutes_for or n in donor.substitutes_for)
        ]
        began = min((_first_week(factor[name]) for name in covered), default=np.inf)
        if not np.isfinite(began):
            continue
        ready = (week - began >= donor.substitute_weeks) & (factor[donor.actor] >= 1.0)
        if donor.substitute_date is not None:
            ready &= week >= (donor.substitute_date - as_of).days / 7.0
        open_ = np.asarray(sum(lost[name] for name in covered))
        taken = np.where(ready[None, :], np.minimum(donor.substitute_share, open_), 0.0)
        left = 1.0 - np.divide(taken, open_, out=np.zeros_like(taken), where=open_ > 0)
        for name in covered:
            lost[name] = lost[name] * left
        supply = supply + taken
    return supply


def _first_week(factor: np.ndarray) -> float:
    below = np.flatnonzero(factor < 1.0)
    return float(below[0]) if len(below) else np.inf


def _growth(donor: Donor, weeks: int) -> np.ndarray:
    """Own production against today's : ndarray[week]."""
    if donor.growth is None:
        return np.ones(weeks)
    years = np.minimum(np.arange(weeks, dtype=float), donor.growth.weeks) / WEEKS_PER_YEAR
    found: np.ndarray = (1.0 + donor.growth.per_year) ** years
    return found


def _path_factor(capability: Capability, actor: str, path: SupportPath, week: np.ndarray) -> np.ndarray:
    """Product of the cuts that concern one donor and capability : ndarray[week]."""
    factor = np.ones_like(week)
    for cut in path.cuts:
        if cut.actor != actor or not _covers(capability, cut.capabilities):
            continue
        end = np.inf if cut.weeks is None else cut.week + cut.weeks
        since = week - cut.week
        reached = np.clip(since / cut.ramp_weeks, 0.0, 1.0) if cut.ramp_weeks > 0 else np.ones_like(week)
        running = (since >= 0) & (week < end)
        factor = np.where(running, factor * (1.0 + (cut.factor - 1.0) * reached), factor)
    return factor
