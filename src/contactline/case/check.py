"""What a case must satisfy beyond single fields: names that resolve, dates before the as-of date, one
challenger and one defender, probabilities within [0, 1], terms that do not contradict each other, and the
beliefs that the engine asks for, in the units it reads them in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, get_args

import numpy as np

from contactline.case import check_claims
from contactline.case.beliefs import Belief, Fitted, Sourced
from contactline.case.check_pledges import pledge_problems
from contactline.case.check_positions import position_problems
from contactline.case.check_supply import supply_problems
from contactline.case.check_terms import terms_pointers, terms_problems
from contactline.case.clauses import AnyClause
from contactline.case.debate import OUTCOMES
from contactline.case.labels import TEMPO
from contactline.case.read import KeyPath, Problem
from contactline.case.schema import Case
from contactline.core.errors import nearest

ENGINE_BELIEFS: dict[str, str] = {
    "war.region_shift": "logit",
    "war.built_up_resistance": "multiplier",
    "war.belt_resistance": "multiplier",
    "war.hub_effect": "multiplier",
    "war.collapse_rate": "per year",
    "war.collapse_speed": "multiplier",
    "war.collapse_weeks": "weeks",
    "war.end_rate": "per year",
    "losses.attacker_true_per_claimed": "multiplier",
    "losses.attacker_killed_share": "share",
    "losses.defender_per_attacker": "multiplier",
    "losses.defender_killed_share": "share",
    "war.collapse_strength": "log hazard",
    "manpower.attacker_strength": "persons",
    "manpower.attacker_recruits": "persons per month",
    "manpower.attacker_wounded_return": "share",
    "manpower.attacker_return_weeks": "weeks",
    "manpower.attacker_absences": "persons per month",
    "manpower.attacker_absence_return": "share",
    "manpower.defender_strength": "persons",
    "manpower.defender_recruits": "persons per month",
    "manpower.defender_wounded_return": "share",
    "manpower.defender_return_weeks": "weeks",
    "manpower.defender_absences": "persons per month",
    "manpower.defender_absence_return": "share",
    "truce.history_incident": "share",
    "truce.history_offensive": "share",
    "truce.history_war": "share",
    "truce.history_shape": "exponent",
    "truce.accident_share": "share",
    "truce.mechanism_war": "log hazard",
    "truce.mechanism_small": "share",
    "truce.reference_worth": "log",
    "truce.belt_ceded": "log hazard",
    "truce.value_per_km2": "persons per km²",
    "truce.effect_dmz": "log hazard",
    "truce.effect_monitoring": "log hazard",
    "truce.effect_imposed": "log hazard",
    "truce.relief_lost": "share",
    "truce.honoured_cost": "multiplier",
    "truce.peacetime_strength": "multiplier",
    "war.tempo_strength": "elasticity",
    "truce.maximal_aims": "share",
    "truce.narrow_aims": "share",
    "truce.other_value": "share",
    "truce.break_if_maximal": "share",
    "truce.break_if_limited": "share",
    "truce.record_weight": "share",
    "truce.unmoved_ratio": "multiplier",
    "truce.response_troops": "multiplier",
    "truce.response_air": "multiplier",
    "truce.response_supplies": "multiplier",
    "truce.response_sanctions": "multiplier",
    "truce.response_weeks": "weeks",
    "truce.warning_weeks": "weeks",
    "truce.mobilisation_weeks": "weeks",
    "truce.surprise_tempo": "multiplier",
    "truce.morale_absence": "multiplier",
    "truce.restraint_shift": "logit",
    "truce.discretion_shift": "logit",
    "truce.term_shift": "logit",
    "truce.successor_spread": "logit",
    "truce.treaty_turnover": "share",
    "truce.crisis_rate": "per year",
    "truce.crisis_shift": "logit",
    "truce.crisis_weeks": "weeks",
    "truce.crisis_market_rate": "per year",
    "truce.crisis_market_shift": "logit",
    "truce.crisis_market_weeks": "weeks",
    "truce.forfeit_rate": "per year",
    "truce.forfeit_reading": "share",
    "truce.coalition_together": "share",
    "truce.renewed_tempo_belt_lost": "multiplier",
    "truce.renewed_tempo_rebuild": "multiplier",
    "truce.morale_collapse": "multiplier",
    "truce.incident_dead": "persons",
    "truce.offensive_dead": "persons",
    "truce.withdrawal_done": "share",
    "truce.ultimatum_weeks": "weeks",
    "war.losses_follow_pace": "share",
    "support.cut_if_refused": "share",
}
"""The beliefs every case defines, and the unit the engine reads each in."""

FITTED: dict[str, str] = {
    "truce.history_incident": "truces",
    "truce.history_offensive": "truces",
    "truce.history_war": "truces",
    "truce.history_shape": "truces",
    "war.end_rate": "wars",
}
"""The beliefs that may be `{kind: fitted, record: …}`, and the record that says them."""

CLAUSE_KINDS: tuple[str, ...] = tuple(
    get_args(clause.model_fields["kind"].annotation)[0] for clause in get_args(get_args(AnyClause)[0])
)
COLLECTIONS: tuple[str, ...] = (
    "sides",
    "actors",
    "regions",
    "objectives",
    "belts",
    "places",
    "series",
    "proposals",
    "guarantees",
    "capabilities",
    "support_paths",
    "claims",
    "benchmarks",
    "bibliography",
)
"""The lists of a case whose records carry an id."""

RESERVED_REGION = "total"
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def problems_of(case: Case) -> list[Problem]:
    """Every cross-check violation of a case whose fields are each valid, in the order of the files."""
    own = (_sides, _unique, _references, _sources, _dates, _series, _values, _beliefs)
    debate = (check_claims.vetoes, check_claims.claims, position_problems)
    checks = (*own, pledge_problems, terms_problems, supply_problems, *debate)
    return [problem for check in checks for problem in check(case)]


def _sides(case: Case) -> Iterator[Problem]:
    for role in ("challenger", "defender"):
        holders = [side.id for side in case.sides if side.role == role]
        if len(holders) != 1:
            came = " and ".join(holders) or "none"
            yield Problem(("sides",), f"got {came} as {role}; allowed is exactly one {role}")
    actors = {actor.id: actor for actor in case.actors}
    for i, side in enumerate(case.sides):
        if side.id not in actors:
            yield Problem(
                ("sides", i, "id"), f"side {side.id!r} is not among the actors; add an actor with this id"
            )
        elif actors[side.id].role != side.role:
            yield Problem(
                ("sides", i, "role"),
                f"got {side.role!r}, but the actor {side.id!r} has {actors[side.id].role!r}; make them equal",
            )


def _unique(case: Case) -> Iterator[Problem]:
    for name in COLLECTIONS:
        yield from _repeated((name,), "id", [record.id for record in getattr(case, name)])
    yield from _repeated(("beliefs",), "name", [belief.name for belief in case.beliefs])
    for i, region in enumerate(case.regions):
        if region.id == RESERVED_REGION:
            yield Problem(
                ("regions", i, "id"), f"{RESERVED_REGION!r} is kept for the sum of all; choose another id"
            )


def _repeated(path: KeyPath, key: str, names: list[str]) -> Iterator[Problem]:
    for i, name in enumerate(names):
        if name in names[:i]:
            yield Problem((*path, i, key), f"{name!r} stands twice; each {key} may stand once")


def _references(case: Case) -> Iterator[Problem]:
    """Names used in one place must be defined in another."""
    known = {kind: [record.id for record in getattr(case, kind)] for kind in COLLECTIONS}
    for path, kind, name in _pointers(case):
        if name not in known[kind]:
            yield _unknown(path, kind, name, known[kind])


Pointer = tuple[KeyPath, str, str]
"""Key path, kind of record, id."""


def _pointers(case: Case) -> Iterator[Pointer]:
    """Every id by which one record names another."""
    yield from _on_the_ground(case)
    yield ("evidence", "attacker_loss_series"), "series", case.evidence.attacker_loss_series
    for i, name in enumerate(case.default_proposals):
        yield ("default_proposals", i), "proposals", name
    yield from terms_pointers(case)
    for i, guarantee in enumerate(case.guarantees):
        for j, name in enumerate(guarantee.guarantors):
            yield ("guarantees", i, "guarantors", j), "actors", name
    yield from _in_support(case)
    for i, values in enumerate(case.values):
        yield ("values", i, "actor"), "actors", values.actor
    for i, position in enumerate(case.positions):
        yield ("positions", i, "actor"), "actors", position.actor
    for i, aim in enumerate(case.conduct.aims if case.conduct else ()):
        for j, region in enumerate(aim.regions):
            yield ("conduct", "aims", i, "regions", j), "regions", region
    for i, benchmark in enumerate(case.benchmarks):
        if benchmark.objective is not None:
            yield ("benchmarks", i, "objective"), "objectives", benchmark.objective


def _on_the_ground(case: Case) -> Iterator[Pointer]:
    for i, region in enumerate(case.theatre.always_regions):
        yield ("theatre", "always_regions", i), "regions", region
    for i, objective in enumerate(case.objectives):
        yield ("objectives", i, "region"), "regions", objective.region
    for i, belt in enumerate(case.belts):
        for j, name in enumerate(belt.objectives):
            yield ("belts", i, "objectives", j), "objectives", name


def _in_support(case: Case) -> Iterator[Pointer]:
    for i, capability in enumerate(case.capabilities):
        for j, donor in enumerate(capability.donors):
            yield ("capabilities", i, "donors", j, "actor"), "actors", donor.actor
    for i, support_path in enumerate(case.support_paths):
        for j, cut in enumerate(support_path.cuts):
            yield ("support_paths", i, "cuts", j, "actor"), "actors", cut.actor
            for k, name in enumerate(cut.capabilities):
                yield ("support_paths", i, "cuts", j, "capabilities", k), "capabilities", name
    for i, proposal in enumerate(case.proposals):
        if proposal.if_refused is not None:
            yield ("proposals", i, "if_refused"), "support_paths", proposal.if_refused


_SINGULAR = {"capabilities": "capability", "series": "series", "proposals": "proposal"}


def _unknown(path: KeyPath, kind: str, name: str, allowed: Iterable[str]) -> Problem:
    known = sorted(allowed)
    near = nearest(name, known)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(known[:12]) or 'none'}"
    return Problem(path, f"unknown {_SINGULAR.get(kind, kind.removesuffix('s'))} {name!r}; {hint}")


def _sources(case: Case) -> Iterator[Problem]:
    """Every source id stands in the bibliography, wherever in the case it is used."""
    known = {reference.id for reference in case.bibliography}
    sides = [
        (("sides", i, "persons_sources", j), name)
        for i, side in enumerate(case.sides)
        for j, name in enumerate(side.persons_sources)
    ]
    for path, name in [*sides, *_sourced(case, ())]:
        if name not in known:
            yield _unknown(path, "bibliography entry", name, known)


def _sourced(node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every (key path, source id) below `node`."""
    if isinstance(node, tuple):
        for i, inner in enumerate(node):
            yield from _sourced(inner, (*path, i))
    elif hasattr(node, "__pydantic_fields__"):
        if isinstance(node, Sourced):
            for key in ("sources", "support", "contest", "context"):
                names = getattr(node, key, ())
                for i, name in enumerate(names):
                    yield (*path, key, i), name
        for key in node.__pydantic_fields__:
            value = getattr(node, key)
            if isinstance(value, tuple) or hasattr(value, "__pydantic_fields__"):
                yield from _sourced(value, (*path, key))


def _dates(case: Case) -> Iterator[Problem]:
    """Nothing was published after the as-of date (a deadline or a forecast's day may lie later)."""
    as_of = case.as_of
    if case.evidence.fit_from >= as_of:
        yield Problem(
            ("evidence", "fit_from"), f"got {case.evidence.fit_from}; allowed is a day before as_of {as_of}"
        )
    began = case.among_wars.began
    if began is not None and began > as_of:
        yield _late(("history", "began"), str(began), as_of)
    for i, proposal in enumerate(case.proposals):
        if proposal.published > as_of:
            yield _late(("proposals", i, "published"), str(proposal.published), as_of)
    for i, position in enumerate(case.positions):
        if position.day > as_of:
            yield _late(("positions", i, "day"), str(position.day), as_of)
    for i, reference in enumerate(case.bibliography):
        path: KeyPath = ("bibliography", i, "day")
        if reference.day and not _DAY.fullmatch(reference.day):
            yield Problem(path, f"got {reference.day!r}; allowed is YYYY, YYYY-MM or YYYY-MM-DD, or nothing")
        elif reference.day and reference.day > as_of.isoformat()[: len(reference.day)]:
            yield _late(path, reference.day, as_of)


def _late(path: KeyPath, day: str, as_of: date) -> Problem:
    return Problem(path, f"got {day}, after as_of {as_of}; a case holds nothing published later. Remove it")


def _series(case: Case) -> Iterator[Problem]:
    headline = [series.id for series in case.series if series.headline]
    if len(headline) != 1:
        came = " and ".join(headline) or "none"
        yield Problem(("series",), f"got {came} with `headline: true`; allowed is exactly one")


def _values(case: Case) -> Iterator[Problem]:
    """Known outcomes and vetoes; one default viewpoint per actor; viewpoints of an actor differ in name."""
    defaults = Counter(values.actor for values in case.values if values.default)
    for i, values in enumerate(case.values):
        if defaults[values.actor] != 1 and values.actor not in [v.actor for v in case.values[:i]]:
            yield Problem(
                ("values", i, "default"),
                f"actor {values.actor!r} has {defaults[values.actor]} viewpoints with `default: true`; "
                "allowed is exactly one",
            )
        if (values.actor, values.viewpoint) in [(v.actor, v.viewpoint) for v in case.values[:i]]:
            yield Problem(
                ("values", i, "viewpoint"), f"{values.viewpoint!r} of {values.actor!r} stands twice"
            )
        valued = [attribute.outcome for attribute in values.attributes]
        for j, attribute in enumerate(values.attributes):
            if attribute.outcome in valued[:j]:
                yield Problem(
                    ("values", i, "attributes", j, "outcome"),
                    f"{attribute.outcome!r} stands twice; a viewpoint may weigh each outcome once",
                )
            if attribute.outcome not in OUTCOMES:
                yield _unknown(
                    ("values", i, "attributes", j, "outcome"), "outcomes", attribute.outcome, OUTCOMES
                )


def _beliefs(case: Case) -> Iterator[Problem]:
    """The engine's beliefs exist in its units; shares and credibilities stay within [0, 1]."""
    given = {belief.name: i for i, belief in enumerate(case.beliefs)}
    for name, unit in ENGINE_BELIEFS.items():
        if name not in given:
            near = [close for close in nearest(name, given, 1) if close not in ENGINE_BELIEFS]
            hint = f" (is {near[0]!r} meant?)" if near else ""
            yield Problem(("beliefs",), f"belief {name!r} is missing{hint}; the engine needs it, in {unit!r}")
        elif case.beliefs[given[name]].unit != unit:
            came = case.beliefs[given[name]].unit
            yield Problem(
                ("beliefs", given[name], "unit"), f"got {came!r}; the engine reads {name} in {unit!r}"
            )
    for i, belief in enumerate(case.beliefs):
        if isinstance(belief.distribution, Fitted) and FITTED.get(belief.name) != belief.distribution.record:
            known = ", ".join(f"{name} (record: {record})" for name, record in FITTED.items())
            text = f"no record of past {belief.distribution.record} says it; fitted can be {known}"
            yield Problem(("beliefs", i, "distribution"), text)
        if belief.name == TEMPO:
            text = f"{TEMPO!r} is kept for the forecast's own; take it out: a reader may hold it at a value"
            yield Problem(("beliefs", i, "name"), text)
        if belief.low is not None and belief.high is not None and not belief.low < belief.high:
            yield Problem(("beliefs", i, "low"), f"low {belief.low:g} must be below high {belief.high:g}")
        if belief.unit in ("share", "probability"):
            yield from _share(
                ("beliefs", i, "distribution"), belief, " (or bound it by `low: 0` and `high: 1`)"
            )


def _share(path: KeyPath, distribution: Belief | Any, remedy: str) -> Iterator[Problem]:
    if isinstance(getattr(distribution, "distribution", None), Fitted):
        return
    low, high = (float(distribution.quantile(np.array(p))) for p in (0.0, 1.0))
    if low < 0 or high > 1:
        yield Problem(
            path,
            f"reaches from {low:g} to {high:g}; allowed for a share or a chance is 0 to 1. "
            f"Use kind beta, or uniform within 0 and 1{remedy}",
        )
