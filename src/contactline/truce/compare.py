"""Measures that set settlements side by side: open ground behind the line, cities' distance from it, and how much of
the challenger's own text a proposal grants. Nothing here is simulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import h3
import numpy as np
import pandas as pd

from contactline.case.clauses import (
    Alliance,
    AnyClause,
    ArmsSupply,
    Cession,
    Elections,
    ForceCap,
    ForeignTroops,
    Proposal,
    Sanctions,
    Withdrawal,
)
from contactline.case.schema import Case
from contactline.front.cells import distance_km
from contactline.front.settlements import holder_in_cells
from contactline.truce.reach import DEFENDER, contact_points
from contactline.truce.terms import Settlement
from contactline.war.territory import Ground

TOWN_PEOPLE = 10_000
"""From this size on, a town counts as one that can be held against an assault: *assumption* of the developers. The
towns of the reference case whose capture took months in 2023–25 had 12,000 people or more before the war (Chasiv Yar
12,000, Vuhledar 14,000, Kurakhove 18,000); smaller places mostly fell in weeks."""

GRANTED, PARTLY, REFUSED = "granted", "partly", "not"
_LADDER = {
    "sanctions": ("none", "phased", "full"),
    "arms_supply": ("free", "limited", "stopped"),
    "foreign_troops": ("planned", "allowed", "barred"),
    "cession": ("", "de_facto", "de_jure"),
}
"""Kind → its choices, from what the challenger likes least to what it likes most."""


@dataclass(frozen=True)
class Depth:
    """Open ground behind a line: mean km from it to the nearest town that the defender holds, and those towns,
    nearest to the line first (name → km)."""

    km: float
    towns: dict[str, float]


def place_distances(case: Case, here: Ground, holder: np.ndarray) -> dict[str, float]:
    """Km from each of the case's places to the nearest point of the line : id → km.

    holder : ndarray[cell], 0 the defender. Zero for a place that the defender does not hold, NaN where there is no
    line. The line ends where the held ground does: across a state border the challenger's own land may lie nearer.
    """
    points = contact_points(here.cell, (holder != DEFENDER).astype(int))
    where = np.array([(place.longitude, place.latitude) for place in case.places]).reshape(-1, 2)
    away = distance_km(where, points)
    away[~np.isfinite(away)] = np.nan
    lost = set(here.cell[holder != DEFENDER].tolist())
    resolution = h3.get_resolution(here.cell[0])
    for k, place in enumerate(case.places):
        if h3.latlng_to_cell(place.latitude, place.longitude, resolution) in lost:
            away[k] = 0.0
    return {place.id: float(km) for place, km in zip(case.places, away, strict=True)}


def depth_behind(
    settlements: pd.DataFrame,
    here: Ground,
    holder: np.ndarray,
    stretch: np.ndarray,
    empty: np.ndarray,
    town_people: float = TOWN_PEOPLE,
) -> Depth:
    """Open ground behind a stretch of the line.

    settlements : table of that name; holder : ndarray[cell], 0 the defender; stretch : ndarray[cell] bool, cells
    whose borders with the other side are the stretch; empty : ndarray[cell] bool, ground without forces, whose towns
    do not count. NaN where there is no line or no such town.
    """
    points = contact_points(here.cell, (holder != DEFENDER).astype(int), stretch)
    held = (
        holder_in_cells(settlements, pd.DataFrame({"cell": here.cell}), np.where(empty, 1, holder))
        == DEFENDER
    )
    towns = settlements[held & (settlements["population"] >= town_people).to_numpy()]
    if not len(points) or towns.empty:
        return Depth(np.nan, {})
    where = towns[["longitude", "latitude"]].to_numpy(dtype=float)
    near = pd.Series(distance_km(where, points), index=towns["name"].astype(str)).sort_values()
    return Depth(
        float(distance_km(points, where).mean()), {str(name): float(km) for name, km in near.head(3).items()}
    )


def depths(
    settlement: Settlement, here: Ground, settlements: pd.DataFrame, town_people: float = TOWN_PEOPLE
) -> tuple[Depth, Depth]:
    """Open ground behind the line before and after, along the stretch that moves because ground is given up; along
    the whole line where none is. town_people : persons from which a settlement counts as a town."""
    nothing = np.zeros(len(here.cell), dtype=bool)
    moved = settlement.given_up if settlement.given_up.any() else ~nothing
    before = depth_behind(settlements, here, here.holder, moved, nothing, town_people)
    return before, depth_behind(settlements, here, settlement.after, moved, settlement.zone, town_people)


def own_text(case: Case) -> Proposal | None:
    """The challenger's own latest proposal, by its author; None where the case has none."""
    names = (case.challenger.id, case.challenger.name)
    own = [proposal for proposal in case.proposals if proposal.author in names]
    return max(own, key=lambda proposal: proposal.published, default=None)


def asked_regions(case: Case, proposal: Proposal) -> tuple[str, ...]:
    """Regions that a text asks of the defender: to be left by its forces, or ceded whole."""
    asked: dict[str, None] = {}
    for clause in proposal.clauses:
        leaves = isinstance(clause, Withdrawal) and clause.side == case.defender.id
        if leaves or (isinstance(clause, Cession) and clause.area == "whole"):
            asked |= dict.fromkeys(getattr(clause, "regions", ()))
    return tuple(asked)


def granted(case: Case, asked: Proposal, offered: Proposal) -> dict[str, str]:
    """How far `offered` grants each term that `asked` makes : term in words → granted, partly or not.

    Freezes, deadlines, guarantees and clauses without a typed content are no terms that one side grants the other.
    """
    found: dict[str, str] = {}
    for clause in asked.clauses:
        term = _term(case, clause)
        if term:
            found[term] = _answer(case, clause, offered)
    return found


def _term(case: Case, clause: AnyClause) -> str:
    """A clause as a term that the challenger asks for; empty where it is none."""
    if isinstance(clause, Withdrawal):
        return "withdrawal" if clause.side == case.defender.id and clause.regions else ""
    if isinstance(clause, Cession):
        return "recognition in law" if clause.form == "de_jure" else "recognition in fact"
    if isinstance(clause, ForceCap):
        limits = clause.side == case.defender.id and clause.rule != "none"
        return f"limit on {clause.type.replace('_', ' ')}" if limits else ""
    if isinstance(clause, Alliance):
        return f"no {clause.organisation}" if clause.rule == "ban" else ""
    if isinstance(clause, ForeignTroops):
        return "no foreign troops" if clause.rule == "barred" else ""
    if isinstance(clause, Sanctions):
        return f"sanctions relief ({clause.relief})" if clause.relief != "none" else ""
    if isinstance(clause, ArmsSupply):
        return f"foreign arms {clause.rule}" if clause.rule != "free" else ""
    return f"elections within {clause.days} days" if isinstance(clause, Elections) else ""


def _answer(case: Case, asked: AnyClause, offered: Proposal) -> str:
    """The best answer that any clause of `offered` gives."""
    same = [clause for clause in offered.clauses if clause.kind == asked.kind and not clause.denies]
    if isinstance(asked, Withdrawal | Cession):
        return _by_region(case, asked, same)
    if isinstance(asked, ForceCap):
        return _by_cap(asked, same)
    if isinstance(asked, Alliance):
        banned = {c.organisation.casefold() for c in same if isinstance(c, Alliance) and c.rule == "ban"}
        return GRANTED if asked.organisation.casefold() in banned else REFUSED
    if isinstance(asked, Elections):
        days = [c.days for c in same if isinstance(c, Elections)]
        return REFUSED if not days else GRANTED if min(days) <= asked.days else PARTLY
    ladder = _LADDER[asked.kind]
    steps = [ladder.index(_choice(clause)) for clause in same]
    best, wanted = max(steps, default=0), ladder.index(_choice(asked))
    return GRANTED if best >= wanted else PARTLY if best > 0 else REFUSED


def _by_region(case: Case, asked: Withdrawal | Cession, same: list[AnyClause]) -> str:
    """Granted where every region asked for is given in the form asked for, partly where some is given somehow."""
    ladder = _LADDER["cession"]
    given: dict[str, int] = {}
    for clause in same:
        if isinstance(clause, Withdrawal) and (clause.side != case.defender.id or not clause.regions):
            continue
        whole = getattr(clause, "area", "whole") == "whole"
        step = ladder.index(clause.form) if isinstance(clause, Cession) else 2
        for region in getattr(clause, "regions", ()):
            given[region] = max(given.get(region, 0), step if whole else min(step, 1))
    wanted = ladder.index(asked.form) if isinstance(asked, Cession) else 2
    if all(given.get(region, 0) >= wanted for region in asked.regions):
        return GRANTED
    return PARTLY if any(region in given for region in asked.regions) else REFUSED


def _by_cap(asked: ForceCap, same: list[AnyClause]) -> str:
    """Granted where the same type is limited to as few; any limit grants a text that gives no figure."""
    caps = [c for c in same if isinstance(c, ForceCap) and (c.side, c.type) == (asked.side, asked.type)]
    if not caps:
        return REFUSED
    wanted, least = (_figure(asked), min(map(_figure, caps)))
    return GRANTED if asked.rule == "unnumbered" or least <= wanted else PARTLY


def _figure(cap: ForceCap) -> float:
    number = cap.persons if cap.type == "personnel" else cap.number
    return np.inf if number is None else number


def _choice(clause: AnyClause) -> str:
    return str(getattr(clause, "relief", None) or getattr(clause, "rule", ""))


def worded(answers: Mapping[str, str]) -> str:
    """ "granted: …; partly: …; not: …", without the parts that are empty."""
    parts = []
    for answer in (GRANTED, PARTLY, REFUSED):
        terms = [term for term, given in answers.items() if given == answer]
        if terms:
            parts.append(f"{answer}: {', '.join(terms)}")
    return "; ".join(parts)
