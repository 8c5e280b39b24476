"""Adequacy of each capability over time: what donors supply, after substitution with its lag, over present need.

    a(t) = Σ_donors share·factor(t) + what others take over after their lag
    tempo × exp(−Σ_c η_c · (a_c(t) − a_c(today)))

The tempo record already contains today's adequacy, so only changes from it move the war. η is a belief.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from contactline.case.schema import Case
from contactline.case.supply import Capability, SupportPath
from contactline.core.errors import UnknownNameError
from contactline.core.streams import Streams


@dataclass(frozen=True)
class Support:
    """A support path worked out for a case.

    adequacy : capability id → ndarray[week], supplied / needed; today : capability id → adequacy now
    """

    path: str
    adequacy: dict[str, np.ndarray]
    today: dict[str, float]

    def tempo_factor(self, elasticity: dict[str, np.ndarray]) -> np.ndarray:
        """Factor on the challenger's tempo : ndarray[draw, week]; elasticity : capability → ndarray[draw]."""
        weeks = len(next(iter(self.adequacy.values()), np.empty(0)))
        draws = len(next(iter(elasticity.values()), np.empty(0)))
        total = np.zeros((draws, weeks))
        for name, path in self.adequacy.items():
            total += elasticity[name][:, None] * (path - self.today[name])[None, :]
        return np.exp(-total)


def support_path(case: Case, name: str) -> SupportPath:
    """A support path of the case by id; 'as_today' (nothing changes) always exists. Raises UnknownNameError."""
    known = {path.id: path for path in case.support_paths}
    if name not in known:
        if name == "as_today":
            return SupportPath(id="as_today", name="As today", sources=("case",), cuts=())
        raise UnknownNameError("support path", name, {*known, "as_today"})
    return known[name]


def adequacy(capability: Capability, path: SupportPath, weeks: int) -> np.ndarray:
    """Adequacy of one capability under a path : ndarray[week], share of present need."""
    week = np.arange(weeks, dtype=float)
    supply = np.zeros(weeks)
    lost = np.zeros(weeks)
    began = np.full(weeks, np.inf)
    factors = {donor.actor: _factor(capability.id, donor.actor, path, week) for donor in capability.donors}
    for donor in capability.donors:
        factor = factors[donor.actor]
        supply += donor.share * factor
        shortfall = donor.share * np.maximum(1.0 - factor, 0.0)
        lost += shortfall
        if shortfall.any():
            began = np.minimum(began, float(week[shortfall > 0][0]))
    for donor in capability.donors:
        ready = (week - began >= donor.substitute_weeks) & (factors[donor.actor] >= 1.0)
        taken = np.where(ready, np.minimum(donor.substitute_share, lost), 0.0)
        supply += taken
        lost -= taken
    return supply


def support(case: Case, name: str, weeks: int) -> Support:
    """Work out a support path for every capability of the case."""
    path, today = support_path(case, name), support_path(case, "as_today")
    return Support(
        name,
        {c.id: adequacy(c, path, weeks) for c in case.capabilities},
        {c.id: float(adequacy(c, today, 1)[0]) for c in case.capabilities},
    )


def sample_elasticities(case: Case, draws: int, streams: Streams) -> dict[str, np.ndarray]:
    """η of each capability : capability id → ndarray[draw]."""
    return {
        c.id: c.elasticity.quantile(streams.rng(f"support.elasticity.{c.id}").random(draws))
        for c in case.capabilities
    }


def ledger(case: Case) -> pd.DataFrame:
    """Who supplies what today and what others could take over: one row per capability and donor."""
    rows = [
        {
            "capability": c.name, "donor": d.actor, "share": d.share, "substitute_share": d.substitute_share,
            "substitute_weeks": d.substitute_weeks, "sources": ", ".join(d.sources) or "assumption",
        }
        for c in case.capabilities
        for d in c.donors
    ]  # fmt: skip
    columns = ["capability", "donor", "share", "substitute_share", "substitute_weeks", "sources"]
    return pd.DataFrame(rows, columns=columns)


def _factor(capability: str, actor: str, path: SupportPath, week: np.ndarray) -> np.ndarray:
    factor = np.ones_like(week)
    for cut in path.cuts:
        if cut.actor == actor and (not cut.capabilities or capability in cut.capabilities):
            end = np.inf if cut.weeks is None else cut.week + cut.weeks
            factor = np.where((week >= cut.week) & (week < end), factor * cut.factor, factor)
    return factor
