"""Tables of an assessment on the truce: every column with its type, unit and meaning."""

from __future__ import annotations

import numpy as np

from contactline.core.frame import Column, Table
from contactline.topics.columns import (
    ACTOR,
    NAME,
    PROPOSAL,
    VIEWPOINT,
    chance,
    maybe,
    name_of,
    num,
    spread,
    text,
)

HOLD = (52, 156, 260)
LABEL = text("label", "what it means")
GUARANTEE = name_of("guarantee", "guarantee id of the case, or none")
AIM = name_of("aim", "what the challenger is taken to want: narrow, claimed or maximal")

TRUCE = Table(
    "truce",
    "Chance that a truce on each proposal holds, as written and in variants that change one thing",
    (
        PROPOSAL,
        NAME,
        name_of("variant", "as_written, no_guarantee, troops, belt_kept, no_cap, agreed"),
        text("label", "the variant in words"),
        GUARANTEE,
        *(chance(f"p_hold_{w}", f"chance that it holds for {w} weeks") for w in HOLD),
        *(
            chance(f"p_hold_{w}_{q}", f"the same, {end} end of the 80% range over belief sets")
            for w in HOLD
            for q, end in (("q10", "lower"), ("q90", "upper"))
        ),
        chance(
            "credibility_mean",
            "chance that the guarantor acts if it breaks at once, mean over belief sets",
        ),
        *spread("credibility", "probability", "the same, over belief sets"),
    ),
    ("proposal", "variant"),
)

SEVERITY = Table(
    "severity",
    "Chance that a truce on each proposal stays free of breaks, by how bad they are, and by history alone",
    (
        PROPOSAL,
        NAME,
        name_of(
            "severity", "incident (1 to 100 dead or worse), offensive (over 100 dead), war (1,000 or more)"
        ),
        num("weeks", "weeks", "after signature"),
        chance("p_none", "chance of no such break or a worse one, as written"),
        chance("p_none_q10", "the same, lower end of the 80% range over belief sets"),
        chance("p_none_q90", "the same, upper end of the 80% range over belief sets"),
        chance("p_history", "the same by the record alone, whatever the terms"),
    ),
    ("proposal", "severity", "weeks"),
)

READINGS = Table(
    "readings",
    "Chance that each truce holds under each published reading of what makes peace last",
    (
        PROPOSAL,
        NAME,
        name_of("reading", "fortna, werner_yuen or lo_hashimoto_reiter"),
        LABEL,
        *(chance(f"p_hold_{w}", f"chance that it holds for {w} weeks") for w in HOLD),
    ),
    ("proposal", "reading"),
)

AIMS = Table(
    "aims",
    "What the challenger may want, how likely each aim is, and how long each truce holds under it",
    (
        PROPOSAL,
        NAME,
        ACTOR,
        VIEWPOINT,
        AIM,
        LABEL,
        chance("p_aim", "chance of this aim"),
        chance("p_maximal_prior", "chance of maximal aims before the record is counted"),
        chance("p_maximal_record", "the same after earlier agreements"),
        chance("p_maximal_demands", "the same after unmoved demands as well"),
        chance(
            "wanted", "worth of the ground that war would take under this aim, over as much wanted ground"
        ),
        chance(
            "share_accept",
            "share of belief sets in which that viewpoint, the defender's default one, prefers accepting",
        ),
        *(chance(f"p_hold_{w}", f"chance that the truce holds for {w} weeks") for w in HOLD),
    ),
    ("proposal", "aim"),
)

DETERRENCE = Table(
    "deterrence",
    "What renewed war is worth over what it costs at signature, and what would make it stop paying",
    (
        PROPOSAL,
        NAME,
        GUARANTEE,
        AIM,
        chance("p_pays", "share of draws in which renewed war pays without a guarantee"),
        chance("p_beyond_guarantee", "share in which no credibility would deter"),
        chance("p_deterred", "share in which the guarantee as written deters at signature"),
        *spread("ratio", "ratio", "value over cost without a guarantee", low=0),
        *spread(
            "credibility",
            "probability",
            "credibility from which renewed war no longer pays (above 1: none)",
            high=np.inf,
        ),
        *spread(
            "strength",
            "ratio",
            "defender's strength, over today's, from which it no longer pays",
            low=0,
        ),
    ),
    ("proposal", "aim"),
)

OWN_FORCES = Table(
    "own_forces",
    "The defender's own forces as guarantee: chance to hold five years by the size they settle at",
    (
        PROPOSAL,
        NAME,
        GUARANTEE,
        num("strength", "ratio", "size of the defender's forces over today's", 0),
        chance("p_hold", "chance that the truce holds five years with the guarantee as written"),
        chance("p_hold_no_guarantee", "the same without the guarantee"),
    ),
    ("proposal", "strength"),
)

IF_BROKEN = Table(
    "if_broken",
    "Outcomes at the horizon where the truce broke and where it held, beside fighting on",
    (
        PROPOSAL,
        NAME,
        name_of("outcome", "outcome of a run"),
        LABEL,
        text("unit", "unit of the outcome"),
        name_of("which", "broken, held or fight_on"),
        chance("share", "share of draws"),
        maybe("mean", "unit of the outcome", "mean", 0),
        *spread("", "unit of the outcome", "the outcome", low=0),
    ),
    ("proposal", "outcome", "which"),
)

TIMING = Table(
    "timing",
    "Signing now, or fighting for some weeks first, on the same terms or on the line then reached",
    (
        PROPOSAL,
        NAME,
        ACTOR,
        VIEWPOINT,
        Column("week", "whole", "weeks", "weeks of fighting before signature", 0),
        name_of("terms", "same: the proposal's; line_reached: the same clauses on the line then reached"),
        num("value", "value of the default viewpoint", "value over fighting on, mean over belief sets"),
        num("value_q10", "value of the default viewpoint", "the same, lower end of the 80% range"),
        num("value_q90", "value of the default viewpoint", "the same, upper end of the 80% range"),
        chance(
            "p_better_than_now",
            "share of belief sets in which waiting is worth more than signing now",
            True,
        ),
        chance("p_better_than_fighting", "share of belief sets in which it is worth more than fighting on"),
        chance(
            "offer_must_survive",
            "chance the offer must have to still stand for waiting to be as good",
            True,
        ),
        num("km2_held", "km²", "territory the defender holds at the horizon, mean", 0),
        num("defender_losses", "persons", "defender's killed and wounded, mean", 0),
        chance("truce_holds", "no fighting at the horizon"),
    ),
    ("proposal", "week", "terms"),
)

MORALE = Table(
    "morale",
    "What the assumed shock of imposed terms to morale does to the verdict",
    (
        PROPOSAL,
        NAME,
        ACTOR,
        VIEWPOINT,
        name_of("setting", "believed, off, or strong (the upper tenth of the belief)"),
        chance("share_accept", "share of belief sets in which the default viewpoint prefers accepting"),
        chance("truce_holds", "no fighting at the horizon"),
        chance("collapsed_if_broken", "at least one collapse where the truce broke", True),
        maybe(
            "km2_held_if_broken",
            "km²",
            "territory held at the horizon where the truce broke, mean",
            0,
        ),
    ),
    ("proposal", "setting"),
)

TABLES: tuple[Table, ...] = (
    TRUCE,
    SEVERITY,
    READINGS,
    AIMS,
    DETERRENCE,
    OWN_FORCES,
    IF_BROKEN,
    TIMING,
    MORALE,
)
