"""What the models do with each clause, in words, and each clause in a few words for tables that set texts side by
side. A kind without a modelled effect has none here either, and the tables say so.
"""

from __future__ import annotations

from contactline.case.check import ENGINE_BELIEFS
from contactline.case.clauses import (
    Alliance,
    Amnesty,
    AnyClause,
    ArmsSupply,
    Cession,
    Deadline,
    Dmz,
    Elections,
    ForceCap,
    ForeignTroops,
    Freeze,
    FrozenAssets,
    GuaranteeClause,
    GuaranteeConditions,
    Monitoring,
    Other,
    PrisonerExchange,
    Sanctions,
    Withdrawal,
)
from contactline.case.schema import Case

UNMODELLED = "shown, without a modelled effect in this version"

HAZARD_BELIEFS: dict[str, str] = {
    "dmz": "truce.effect_dmz",
    "monitoring": "truce.effect_monitoring",
    "force_cap": "truce.peacetime_strength",
    "sanctions": "truce.relief_lost",
    "deadline": "truce.effect_imposed",
}
"""Kind of clause → the belief by which it changes the chance that a truce breaks. Only those that the engine asks for
count, so that no clause is called modelled by a name alone."""

FORFEIT = "truce.forfeit_rate"


def clause_effect(case: Case, clause: AnyClause) -> str:
    """What the models do with a clause, in words; empty where they do nothing with it."""
    if clause.denies or isinstance(clause, Other):
        return ""
    if isinstance(clause, Withdrawal):
        return f"moves the line: {clause_words(case, clause)}"
    if isinstance(clause, Freeze):
        return "keeps the line of contact where it is"
    if isinstance(clause, ForceCap):
        bites = clause.side == case.defender.id and clause.type == "personnel" and clause.persons is not None
        return _by("caps the strength of a long truce", clause.kind) if bites else ""
    if isinstance(clause, Dmz):
        return _zone_effect(clause)
    if isinstance(clause, Monitoring):
        return "" if clause.form == "council" else _by("changes the breakdown hazard", clause.kind)
    if isinstance(clause, Sanctions):
        return _by("renewed war would lose the relief", clause.kind) if clause.snap_back else ""
    if isinstance(clause, GuaranteeClause):
        return "sets who may honour the truce, with which credibility"
    if isinstance(clause, GuaranteeConditions):
        pledge = next((g for g in case.guarantees if g.id == clause.guarantee), None)
        return f"may forfeit the guarantee (belief {FORFEIT})" if pledge and pledge.revoked_by else ""
    if isinstance(clause, Alliance):
        return "recorded as alliance_barred, weighed where somebody prices it" if clause.rule == "ban" else ""
    if isinstance(clause, Cession):
        return "recorded as recognised, weighed where somebody prices it"
    if isinstance(clause, Deadline):
        imposed = "marks the settlement as imposed if the defender did not write it"
        return "" if clause.lapsed else _by(imposed, clause.kind)
    return ""


def clause_words(case: Case, clause: AnyClause) -> str:
    """A clause in a few words, such as "NATO: ban" or "Ukraine: at most 600,000 persons"."""
    if isinstance(clause, Withdrawal):
        return _leaves(case, clause)
    if isinstance(clause, Freeze):
        return f"line frozen in {_regions(case, clause.regions)}" if clause.regions else "line frozen"
    if isinstance(clause, Cession):
        part = "" if clause.area == "whole" else " (the part held)"
        by = f", by {_actors(case, clause.recognised_by)}" if clause.recognised_by else ""
        return f"{clause.form.replace('_', ' ')}: {_regions(case, clause.regions)}{part}{by}"
    if isinstance(clause, Dmz):
        return _zone(case, clause)
    if isinstance(clause, ForceCap):
        return _cap(case, clause)
    if isinstance(clause, Alliance):
        return f"{clause.organisation}: {clause.rule}"
    if isinstance(clause, GuaranteeClause | GuaranteeConditions):
        return next((g.name for g in case.guarantees if g.id == clause.guarantee), clause.guarantee)
    if isinstance(clause, Sanctions):
        back = ", back on a breach" if clause.snap_back else ""
        return f"relief {clause.relief}{back}" if clause.relief != "none" else "no relief"
    if isinstance(clause, FrozenAssets):
        amount = f" ({clause.amount:g} bn {clause.currency})" if clause.amount else ""
        return clause.use.replace("_", " ") + amount
    if isinstance(clause, ForeignTroops | ArmsSupply | Amnesty):
        return clause.rule
    if isinstance(clause, Elections):
        return f"within {clause.days} days"
    if isinstance(clause, PrisonerExchange):
        return clause.scope.replace("_", " ") + (", civilians too" if clause.civilians else "")
    if isinstance(clause, Monitoring):
        return clause.form + (f" of {_actors(case, clause.by)}" if clause.by else "")
    if isinstance(clause, Deadline):
        return clause.day.isoformat() + (" (lapsed)" if clause.lapsed else "")
    return clause.topic.replace("_", " ")


def _zone_effect(zone: Dmz) -> str:
    effects = ["empties its ground of forces" if zone.regions or zone.polygon else "both sides step back"]
    effects.append(_by("changes the breakdown hazard", "dmz"))
    effects.append(_by("being watched changes it too", "monitoring") if zone.monitored else "")
    return "; ".join(effect for effect in effects if effect)


def _by(effect: str, kind: str) -> str:
    belief = HAZARD_BELIEFS[kind]
    return f"{effect} (belief {belief})" if belief in ENGINE_BELIEFS else ""


def _leaves(case: Case, clause: Withdrawal) -> str:
    where = _regions(case, clause.regions)
    if clause.polygon:
        where = f"a drawn area{' in ' + where if where else ''}"
    elif clause.to_line:
        where = f"all before a drawn line{' in ' + where if where else ''}"
    elif clause.back_km is not None:
        where = f"{clause.back_km:g} km behind its line{' in ' + where if where else ''}"
    to = {"dmz": ", left to a demilitarised zone", "challenger": "", "defender": ""}[clause.to]
    return f"{_side(case, clause.side)} leaves {where}{to}"


def _zone(case: Case, zone: Dmz) -> str:
    ours, theirs = zone.depths
    places = [_regions(case, zone.regions)] if zone.regions else []
    places += ["a drawn area"] if zone.polygon else []
    if ours or theirs:
        deep = f"{ours:g} km each side" if ours == theirs else f"{ours:g} km and {theirs:g} km"
        places.append(f"{deep} of the line")
    words = [" and ".join(places)]
    entering = {
        "nobody": "nobody armed enters",
        "police": "police only",
        "international": "an international force",
        "challenger": f"{case.challenger.name}’s forces may enter",
        "defender": f"{case.defender.name}’s forces may enter",
    }
    if zone.enter != "not_said":
        words.append(entering[zone.enter])
    watch = f"monitored by {_actors(case, zone.monitored_by)}" if zone.monitored_by else "monitored"
    words.append(watch if zone.monitored else "not monitored")
    if zone.recognised_as in ("challenger", "defender"):
        owner = case.challenger if zone.recognised_as == "challenger" else case.defender
        words.append(f"recognised as {owner.name}’s")
    return "; ".join(words)


def _cap(case: Case, cap: ForceCap) -> str:
    side = _side(case, cap.side)
    if cap.rule == "none":
        return f"{side}: no limit"
    if cap.rule == "unnumbered":
        return f"{side}: ceilings without figures"
    if cap.type == "personnel":
        return f"{side}: at most {cap.persons:,} persons"
    reach = f" beyond {cap.range_km:g} km" if cap.range_km else ""
    return f"{side}: at most {cap.number:,} {cap.type.replace('_', ' ')}{reach}"


def _regions(case: Case, ids: tuple[str, ...]) -> str:
    names = {region.id: region.name for region in case.regions}
    return ", ".join(names.get(region, region) for region in ids)


def _actors(case: Case, ids: tuple[str, ...]) -> str:
    names = {actor.id: actor.name for actor in case.actors}
    return ", ".join(names.get(actor, actor) for actor in ids)


def _side(case: Case, side: str) -> str:
    return next((s.name for s in case.sides if s.id == side), side)
