"""The ledger: who provides what, what only one donor provides and for how long, and what substitution leaves open.

Tables for the command and the report; every cell's sources stand beside it, or the word assumption.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.case.beliefs import Sourced
from contactline.case.schema import Case
from contactline.case.supply import Amount, Capability, Donor, SupportCut, SupportPath
from contactline.support.adequacy import MIDDLE, adequacy, stock_weeks_left

ALONE = 0.5
"""A donor provides a capability nearly alone when losing it leaves less than half of what is supplied today."""
TEN_YEARS = 522


def ledger(case: Case) -> pd.DataFrame:
    """One row per capability and donor: share with the range of readings, promised, allocated and delivered in the
    capability's unit, growth, what it could take over and when, sources. Columns as table 'support_ledger'."""
    rows = []
    for c in case.capabilities:
        readings = c.readings()
        for d in c.donors:
            shares = [reading[d.actor] for reading in readings]
            rows.append(
                {
                    "capability": c.id, "name": c.name, "kind": c.kind, "donor": d.actor,
                    "donor_name": actor_name(case, d.actor),
                    "share": shares[0], "share_low": min(shares), "share_high": max(shares),
                    "promised": _value(d.promised), "allocated": _value(d.allocated), "delivered": _value(d.delivered),
                    "unit": c.unit, "growth": d.growth.per_year if d.growth else np.nan,
                    "substitute_share": d.substitute_share, "substitute_weeks": d.substitute_weeks,
                    "substitute_date": pd.Timestamp(d.substitute_date) if d.substitute_date else pd.NaT,
                    "sources": ", ".join(_sources(d)),
                    "assumption": d.assumption.why if d.assumption else "",
                    "owner": d.assumption.by if d.assumption else "",
                    "readings": "; ".join(r.by for r in c.other_readings if d.actor in r.shares),
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=LEDGER)


LEDGER = [
    "capability", "name", "kind", "donor", "donor_name", "share", "share_low", "share_high", "promised", "allocated",
    "delivered", "unit", "growth", "substitute_share", "substitute_weeks", "substitute_date", "sources", "assumption",
    "owner", "readings",
]  # fmt: skip


def reliance(case: Case) -> pd.DataFrame:
    """What the loss of one donor would leave: one row per capability and donor of kind supply.

    Adequacy at once, after a year and at best; weeks until substitutes have done what they can; weeks of stock.
    `alone` marks a donor without whom less than half of today's supply is left. Columns as table 'support_reliance'.
    """
    rows = []
    for c in case.capabilities:
        if c.kind != "supply":
            continue
        today = float(sum(_middle(c).values()))
        for d in c.donors:
            stop = SupportPath(
                id="stop", name="stop", sources=("case",), cuts=(SupportCut(actor=d.actor, factor=0),)
            )
            without = adequacy(c.model_copy(update={"stock": None}), stop, TEN_YEARS, as_of=case.as_of)
            best = float(without.max())
            rows.append(
                {
                    "capability": c.id, "name": c.name, "donor": d.actor, "donor_name": actor_name(case, d.actor),
                    "today": min(today, 1.0), "at_once": float(without[0]), "year": float(without[52]), "best": best,
                    "weeks_to_best": float(np.flatnonzero(without >= best - 1e-9)[0]),
                    "stock_weeks": stock_weeks_left(c, stop, TEN_YEARS, case.as_of),
                    "alone": bool(without[0] < ALONE * min(today, 1.0)),
                }
            )  # fmt: skip
    frame = pd.DataFrame(rows, columns=RELIANCE)
    return frame.assign(stock_weeks=frame["stock_weeks"].replace(np.inf, np.nan))


RELIANCE = ["capability", "name", "donor", "donor_name", "today", "at_once", "year", "best", "weeks_to_best",
            "stock_weeks", "alone"]  # fmt: skip


def capabilities(case: Case) -> pd.DataFrame:
    """One row per capability: need, stock, cost, effects and whether data identify them. Columns as table
    'support_capabilities'."""
    rows = []
    for c in case.capabilities:
        effects = {effect.moves: effect.identified for effect in c.effects}
        own = {"tempo": c.identified} | effects
        rows.append(
            {
                "capability": c.id, "name": c.name, "kind": c.kind, "need": c.need,
                "needed": _value(c.needed), "unit": c.unit, "stock_weeks": c.stock_weeks,
                "leaks_today": _value(c.leaks_today),
                "cost": c.cost.billions_eur if c.cost else np.nan, "cost_per": c.cost.per if c.cost else "",
                "tempo_low": _quantile(c, 0.05), "tempo_median": _quantile(c, 0.5), "tempo_high": _quantile(c, 0.95),
                "effects": ", ".join(sorted(own)),
                "by_data": ", ".join(sorted(on for on, how in own.items() if how == "data")),
                "sources": ", ".join(dict.fromkeys((*c.sources, *(_sources(c.needed) if c.needed else ()),
                                                    *(_sources(c.cost) if c.cost else ())))),
                "assumption": c.elasticity_assumption.strip(),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=CAPABILITIES)


CAPABILITIES = [
    "capability", "name", "kind", "need", "needed", "unit", "stock_weeks", "leaks_today", "cost", "cost_per",
    "tempo_low", "tempo_median", "tempo_high", "effects", "by_data", "sources", "assumption",
]  # fmt: skip


def actor_name(case: Case, actor: str) -> str:
    """The name of an actor of the case, or its id."""
    return next((a.name for a in case.actors if a.id == actor), actor.replace("_", " "))


def _middle(c: Capability) -> dict[str, float]:
    readings = c.readings()
    if len(readings) == 1:
        return readings[0]
    at = np.linspace(0.0, 1.0, len(readings))
    return {name: float(np.interp(MIDDLE, at, [r[name] for r in readings])) for name in readings[0]}


def _quantile(c: Capability, p: float) -> float:
    return float(c.elasticity.quantile(np.array(p)))


def _value(amount: Amount | None) -> float:
    return np.nan if amount is None else amount.value


def _sources(record: Sourced) -> tuple[str, ...]:
    """A record's own sources and those of its numbers, in order, each once."""
    found = list(record.sources)
    if isinstance(record, Donor):
        for part in (record.promised, record.allocated, record.delivered, record.growth):
            found += part.sources if part is not None else ()
    return tuple(dict.fromkeys(found))
