"""Tables of an assessment on the choice: every column with its type, unit and meaning."""

from __future__ import annotations

from contactline.core.frame import Column, Table
from contactline.topics.columns import (
    ACTOR,
    NAME,
    PROPOSAL,
    TURNING,
    VIEWPOINT,
    chance,
    maybe,
    name_of,
    num,
    spread,
    text,
)

COURSES = Table(
    "courses",
    "Outcomes of each course of action at the horizon",
    (
        name_of("course", "course of action id"),
        NAME,
        name_of("outcome", "outcome id"),
        text("label", "what the outcome measures"),
        text("unit", "unit of the outcome"),
        maybe("mean", "the outcome's", "mean over draws", 0),
        *spread("", "the outcome's", "outcome", low=0),
    ),
    ("course", "outcome"),
)

BREAKEVEN = Table(
    "breakeven",
    "Share of beliefs and weights under which accepting is better, over the two beliefs in dispute",
    (
        PROPOSAL,
        ACTOR,
        VIEWPOINT,
        chance("credibility", "chance that the guarantor acts if invoked"),
        num("collapse_rate", "per year", "rate of collapses of the defence if the fighting goes on", 0),
        chance("share_accept", "share in which accepting is better"),
    ),
    ("proposal", "actor", "viewpoint", "credibility", "collapse_rate"),
)

BREAKEVEN_CURVE = Table(
    "breakeven_curve",
    "The credibility at which accepting and fighting on are even, for each rate of collapse",
    (
        PROPOSAL,
        ACTOR,
        VIEWPOINT,
        num("collapse_rate", "per year", "rate of collapses of the defence", 0),
        chance("credibility", "break-even credibility (missing: none between 0 and 1)", True),
    ),
    ("proposal", "actor", "viewpoint", "collapse_rate"),
)

VERDICT = Table(
    "verdict",
    "Which course is better, by viewpoint",
    (
        PROPOSAL,
        text("viewpoint", "whose values, as published"),
        name_of("actor", "actor id of the case"),
        text("actor_name", "who that is"),
        text("values", "the viewpoint alone"),
        Column("default", "flag", "yes or no", "whether it is the actor's default viewpoint"),
        text("refuses", "points of the proposal that it calls unacceptable at any price; empty if none"),
        chance("share_accept", "share of beliefs and weights in which accepting is better"),
        chance("p_accept_mean_value", "the same with every weight at the middle of its range", True),
    ),
    ("proposal", "viewpoint"),
)

CONSENT = Table(
    "consent",
    "Would both belligerents sign: share of beliefs and weights in which both prefer signing to their best alternative",
    (
        PROPOSAL,
        text("defender_viewpoint", "whose values stand for the defender, as published"),
        text("challenger_viewpoint", "whose values stand for the challenger, as published"),
        Column("default", "flag", "yes or no", "whether both are their side's default viewpoint"),
        chance(
            "share_both",
            "share in which both accept in the same belief set; a side that refuses a clause never does",
        ),
        chance("share_defender", "share in which the defender accepts"),
        chance("share_challenger", "share in which the challenger accepts"),
        chance("error", "half the width of the 95% range of share_both, from the number of belief sets"),
        text("defender_refuses", "points that the defender's viewpoint refuses at any price; empty if none"),
        text(
            "challenger_refuses", "points that the challenger's viewpoint refuses at any price; empty if none"
        ),
        num(
            "gain_defender",
            "units of that player's value",
            "median gain of signing over the defender's best alternative",
        ),
        num(
            "gain_challenger", "units of that player's value", "the same for the challenger, in its own units"
        ),
    ),
    ("proposal", "defender_viewpoint", "challenger_viewpoint"),
)

HINGES = Table(
    "hinges",
    "Beliefs that decide for the defender's default viewpoint: the share preferring acceptance as each is moved",
    (PROPOSAL, text("viewpoint", "whose values"), *TURNING),
    ("proposal", "viewpoint", "belief"),
)

TABLES: tuple[Table, ...] = (COURSES, BREAKEVEN, BREAKEVEN_CURVE, VERDICT, CONSENT, HINGES)
