"""What every belief of a case is called, means and is measured in, those of guarantees and capabilities included."""

from __future__ import annotations

from dataclasses import dataclass

from contactline.case.schema import Case

SUPPORT = "support."
"""How the names of beliefs on support begin."""
TEMPO = "war.tempo"
"""Name of the mean weekly net gain over the next two years if the fighting goes on with support as today. No case lists
it: its distribution is the headline forecast's (engine/tempo.py)."""
TEMPO_MOST = 1000.0
"""The most, and with a minus the least, that a reader may hold it at, km²/week: two years of it would be 104,000 km²,
about the area of the four regions in dispute in the reference case. *Assumption* of the developers."""
WATCH_TEMPO = "Each month's net change on the maps of control, set against the forecast's bands."


WATCH_PLEDGE = (
    "Whether the duty is ratified and written down; forces, stocks and money set aside for it beforehand."
)


WATCH_SUPPLY = "Gains and losses in the weeks after deliveries stop or surge."


WATCH_READING = "What each donor reports as delivered, and audits of it."
"""Evidence that would move the beliefs which a case does not list one by one."""


@dataclass(frozen=True)
class BeliefLabel:
    """What a belief means, its unit, and the evidence that would move it."""

    label: str
    unit: str
    watch: str


def credibility_belief(guarantee: str) -> str:
    """Name of a guarantee's credibility: the chance that enough guarantors act if the truce is broken at once."""
    return f"guarantee.{guarantee}"


def pledge_belief(guarantee: str) -> str:
    """Name under which the record of promises like a guarantee stands among the beliefs: the chance before restraint,
    discretion and cession."""
    return f"pledge.{guarantee}"


def elasticity_belief(capability: str) -> str:
    """Name under which a capability's elasticity stands among the beliefs."""
    return f"{SUPPORT}{capability}"


def belief_labels(case: Case) -> dict[str, BeliefLabel]:
    """Every belief a run draws, the case's own, the tempo and those of guarantees and capabilities : name → label."""
    labels = {b.name: BeliefLabel(b.label, b.unit, b.watch) for b in case.beliefs}
    text = "Attacker's mean net gain a week over two years of fighting on, support as today, collapses apart"
    labels[TEMPO] = BeliefLabel(text, "km²/week", WATCH_TEMPO)
    for guarantee in case.guarantees:
        text = f"Chance that the guarantor acts if the truce is broken: {guarantee.name}"
        labels[credibility_belief(guarantee.id)] = BeliefLabel(text, "probability", WATCH_PLEDGE)
        if not guarantee.stated:
            text = (
                f"How often promises like it were kept, before this guarantor's restraint: {guarantee.name}"
            )
            labels[pledge_belief(guarantee.id)] = BeliefLabel(text, "probability", WATCH_PLEDGE)
    for capability in case.capabilities:
        own = elasticity_belief(capability.id)
        for key, what in (
            (own, "tempo"),
            *((f"{own}.{effect.moves}", effect.moves) for effect in capability.effects),
        ):
            text = f"How strongly {capability.name} moves the {what} (elasticity)"
            labels[key] = BeliefLabel(text, f"log {what} per unit of need", WATCH_SUPPLY)
        if capability.other_readings:
            text = f"Who supplies how much of {capability.name} (0: the case's reading, 1: the last of the others)"
            labels[f"{own}.reading"] = BeliefLabel(text, "share", WATCH_READING)
    return labels
