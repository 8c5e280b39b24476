"""Quantities of proposals, truces, support and the choice, and the figures that others published."""

from __future__ import annotations

import numpy as np

from contactline.case.clauses import Deadline, Withdrawal
from contactline.case.labels import belief_labels
from contactline.case.quantities import FORM_FIELDS, Named, viewpoint_id
from contactline.case.supply import SupportCut, SupportPath
from contactline.choice.claims import Known
from contactline.engine.courses import OUTCOMES
from contactline.support.adequacy import adequacy
from contactline.topics.choice.schema import COURSES, VERDICT
from contactline.topics.claims.make.quantity_parts import (
    POINT,
    RANGE,
    SOURCES,
    Material,
    NoValueError,
    Read,
    actor_name,
    belief_draws,
    draws,
    point,
    row_range,
    span,
    taken,
    truce_row,
)
from contactline.topics.proposals.schema import DEALS, PRICE


def published(material: Material, named: Named) -> Read:
    """A figure that a reference of the case publishes, in its own unit."""
    entry = next(e for e in material.case.bibliography if e.id == named.slots["reference"])
    value = float(entry.value or 0.0)
    low = value if entry.low is None else entry.low
    high = value if entry.high is None else entry.high
    spans = "the source's own range" if low < high else POINT
    return f"as published by {entry.source} ({entry.id})", entry.unit, Known(low, value, high), spans


def supply(material: Material, named: Named) -> Read:
    """Share of a capability's need that an actor supplies."""
    capability = next(c for c in material.case.capabilities if c.id == named.slots["capability"])
    shares = [donor.share or 0.0 for donor in capability.donors if donor.actor == named.slots["actor"]]
    label = f"share of need for {capability.name.lower()} supplied by {actor_name(material.case, named.slots['actor'])}"
    return label, "share", point(float(sum(shares))), POINT


def without(material: Material, named: Named) -> Read:
    """Share of a capability's need still met some weeks after an actor stopped."""
    capability = next(c for c in material.case.capabilities if c.id == named.slots["capability"])
    actor, weeks = named.slots["actor"], int(named.slots["weeks"])
    cut = SupportCut(actor=actor, factor=0.0)
    path = SupportPath(id="asked", name="asked", sources=("case",), cuts=(cut,))
    left = float(adequacy(capability, path, weeks + 1)[-1])
    label = (
        f"share of need for {capability.name.lower()} still met {weeks} weeks after "
        f"{actor_name(material.case, actor)} stopped, with what others take over"
    )
    return label, "share", point(left), POINT


def price(material: Material, named: Named) -> Read:
    """What seizing a proposal's land by force takes: a probability, months, or killed and wounded."""
    rows = material.rows(PRICE, proposal=named.slots["proposal"])
    row, what = rows.sort_values("km2", ascending=False).iloc[0], named.slots["price"]
    where = f"what “{row['name']}” hands over"
    if what == "p_within_horizon":
        event = f"{material.case.challenger.name} could seize {where} by force within the horizon"
        return event, "probability", point(float(row[what])), POINT
    if what == "months":
        return f"months to seize {where} by force", "months", row_range(row, "months"), RANGE
    side = material.case.challenger if what == "attacker_losses" else material.case.defender
    label = f"killed and wounded of {side.name} on the whole front until {where} is seized"
    return label, "persons", row_range(row, what), f"{RANGE} of the draws in which it is seized"


def truce_change(material: Material, named: Named) -> Read:
    """Change in the chance that a truce holds three years, in a variant."""
    written = truce_row(material, named.slots["proposal"], "as_written")
    other = truce_row(material, named.slots["proposal"], named.slots["variant"])
    words = other["label"] if "label" in other else named.slots["variant"].replace("_", " ")
    label = f"change in the chance that a truce on “{written['name']}” holds three years, {words}"
    return label, "probability points", point(float(other["p_hold_156"] - written["p_hold_156"])), POINT


def verdict(material: Material, named: Named) -> Read:
    """Share of beliefs and weights in which accepting is better, by one viewpoint."""
    case, proposal = material.case, named.slots["proposal"]
    values = next(v for v in case.values if viewpoint_id(v) == named.slots["viewpoint"])
    actor = next((a.name for a in case.actors if a.id == values.actor), values.actor)
    rows = material.rows(VERDICT, proposal=proposal)
    rows = rows[rows["viewpoint"].str.startswith(f"{actor}: {values.viewpoint}")]
    if rows.empty:
        raise NoValueError(f"table verdict of this run has no row of {actor}: {values.viewpoint}")
    share = float(rows["share_accept"].iloc[0])
    sets = int(material.ensemble.sizes.get("set", 200))
    half = 1.28 * float(np.sqrt(share * (1 - share) / sets))
    figure = Known(max(share - half, 0.0), share, min(share + half, 1.0))
    name = next(p.name for p in case.proposals if p.id == proposal)
    label = f"share of beliefs and weights in which accepting “{name}” is better, by “{values.viewpoint}” ({actor})"
    return label, "share", figure, "80% range of counting sets of beliefs"


def course(material: Material, named: Named) -> Read:
    """One outcome of a course, in its unit."""
    row = material.rows(COURSES, course=named.slots["course"], outcome=named.slots["outcome"]).iloc[0]
    label, unit = OUTCOMES[named.slots["outcome"]]
    label = f"{row['name']}: {label[0].lower()}{label[1:]}"
    if unit == "share" and named.slots["outcome"] != "belt_held":
        return label, "share", point(float(row["mean"])), POINT
    return label, unit, row_range(row, ""), RANGE


def belief(material: Material, named: Named) -> Read:
    """The drawn values of a belief, in its unit."""
    name = named.slots["belief"]
    found = belief_labels(material.case).get(name)
    label, unit = (found.label, found.unit) if found else (f"the belief {name}", "its own")
    return label, unit, draws(belief_draws(material, name)), RANGE


def absences(material: Material, _named: Named) -> Read:
    """Soldiers absent without leave, less returns, per recruit."""
    absent, back, recruits = (
        belief_draws(material, f"manpower.defender_{what}")
        for what in ("absences", "absence_return", "recruits")
    )
    label = f"soldiers of {material.case.defender.name} absent without leave, less returns, per recruit"
    return label, "ratio", draws(absent * (1 - back) / recruits), RANGE


def deal(material: Material, named: Named) -> Read:
    """What a proposal moves: km², persons, or km of line."""
    row, what = material.rows(DEALS, proposal=named.slots["proposal"]).iloc[0], named.slots["deal"]
    words = {
        "km2_given_up": (f"area that {material.case.defender.name} leaves", "km²"),
        "km2_returned": (f"area that {material.case.challenger.name} leaves", "km²"),
        "people_given_up": ("people before the war in the towns handed over", "persons"),
        "line_km_change": ("change in the length of the line", "km"),
    }
    changed = row["line_km_after"] - row["line_km_before"]
    value = float(changed if what == "line_km_change" else row[what])
    return f"{row['name']}: {words[what][0]}", words[what][1], point(value), POINT


def per_km2_taken(material: Material, named: Named) -> Read:
    """Land handed over as a ratio to what was gained in the last months."""
    row = material.rows(DEALS, proposal=named.slots["proposal"]).iloc[0]
    months = int(named.slots["months"])
    gains = [gain for gain in taken(material, months) if gain > 0]
    if not gains:
        raise NoValueError(f"{material.case.challenger.name} gained nothing in {months} months")
    given = {float(row["km2_given_up"]), float(row["km2_given_up"] - row["km2_returned"])}
    label = (
        f"{row['name']}: land handed over (with and without what {material.case.challenger.name} returns) over its "
        f"net gain of the last {months} months"
    )
    return label, "ratio", span([g / t for g in given for t in gains]), SOURCES


def days_to_answer(material: Material, named: Named) -> Read:
    """Days from a proposal's publication to the answer it asks for."""
    proposal = next(p for p in material.case.proposals if p.id == named.slots["proposal"])
    days = [(c.day - proposal.published).days for c in proposal.clauses if isinstance(c, Deadline)]
    if not days:
        raise NoValueError(f"“{proposal.name}” names no day for an answer")
    return (
        f"{proposal.name}: days from publication to the answer asked for",
        "days",
        point(float(min(days))),
        POINT,
    )


def has(material: Material, named: Named) -> Read:
    """Whether a proposal holds a clause: 0 or 1."""
    case = material.case
    proposal = next(p for p in case.proposals if p.id == named.slots["proposal"])
    names: set[str] = set()
    for clause in proposal.clauses:
        if not getattr(clause, "denies", False):
            names.add(clause.kind)
        names |= {
            f"{clause.kind}:{getattr(clause, field)}" for field in FORM_FIELDS if hasattr(clause, field)
        }
        if isinstance(clause, Withdrawal):
            names.add(f"withdrawal:{'defender' if clause.side == case.defender.id else 'challenger'}")
    wanted = named.slots["clause"]
    label = f"{proposal.name}: holds a clause on {wanted.replace('_', ' ').replace(':', ', ')}"
    return label, "0 or 1", point(float(wanted in names)), POINT
