"""Tables of an assessment on the choice: every column with its type, unit and meaning."""

from __future__ import annotations

from contactline.core.frame import Column, Table
from contactline.topics.columns import (
    ACTOR,
    FREE,
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

WHOSE = (
    ACTOR,
    text("actor_name", "who that is"),
    text("values", "the viewpoint alone"),
)
DEFAULT = Column("default", "flag", "yes or no", "whether it is the actor's default viewpoint")

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
        *WHOSE,
        DEFAULT,
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

HORIZONS = Table(
    "horizons",
    "Which course is better after five, ten and twenty years, by viewpoint",
    (
        PROPOSAL,
        NAME,
        *WHOSE,
        DEFAULT,
        num("years", "years", "horizon"),
        chance("share_accept", "share of beliefs and weights in which accepting is better"),
        chance("p_war", "chance that war has broken out again by then if accepted"),
        num("km2_held", "km²", "land the defender holds then if accepted, mean", 0),
        num(
            "defender_losses", "persons", "its killed and wounded by then if accepted, later ones discounted"
        ),
        num("challenger_losses", "persons", "the challenger's, the same"),
        num("km2_held_fighting", "km²", "land the defender holds then if fighting goes on, mean", 0),
        num("defender_losses_fighting", "persons", "its killed and wounded by then if fighting goes on"),
        num("challenger_losses_fighting", "persons", "the challenger's, the same"),
    ),
    ("proposal", "actor", "values", "years"),
)

REFUSAL = Table(
    "refusal",
    "What refusing costs: support may answer it, an ultimatum shakes the defender",
    (
        PROPOSAL,
        NAME,
        *WHOSE,
        DEFAULT,
        text("path", "support path by which a refusal may be answered; empty if none"),
        chance("p_answered", "chance that it is, mean over belief sets"),
        Column(
            "ultimatum",
            "flag",
            "yes or no",
            "whether an answer is asked for by a day, against the defender's will",
        ),
        chance("share_accept", "share in which accepting is better than fighting on as if nobody answered"),
        chance("share_accept_priced", "share in which accepting is better than refusing, its price counted"),
        num("km2_held_diff", "km²", "land less at the horizon because of the refusal, mean", FREE),
        num("people_held_diff", "persons", "people less on land held, mean", FREE),
        num("truce_holds_diff", "share", "chance less that the guns are silent at the horizon", -1, 1),
        num("defender_losses_diff", "persons", "the defender's killed and wounded more, mean", FREE),
        num("collapsed_diff", "share", "chance more of a collapse of the line", -1, 1),
    ),
    ("proposal", "actor", "values"),
)

AXIS = tuple(
    name_of(axis, f"structural choice: {what}")
    for axis, what in (
        ("pace", "whether losses of renewed war follow its pace: fixed or follow"),
        ("aims", "what the other side wants: narrow or maximal"),
        ("reading", "what makes peace last: strong or pressed"),
        ("belt", "what ceding the belt does to the next war: appeases or invites"),
        ("ending", "how wars end that have lasted as long: states (fitted) or civil (.07 a year, UCDP)"),
        ("mechanism", "whether the reasons of this truce count: history or reasons"),
        ("horizon", "years: 5 or 20"),
        ("refusal", "whether refusing has its price: unpriced or priced"),
    )
)

SPECIFICATION = Table(
    "specification",
    "The verdict under every combination of structural choices",
    (
        PROPOSAL,
        NAME,
        *WHOSE,
        DEFAULT,
        *AXIS,
        chance(
            "share_accept",
            "share of beliefs and weights in which accepting is better; 0 where a point is refused",
        ),
        chance("share_both", "share in which both belligerents' default viewpoints find it so"),
    ),
    ("proposal", "actor", "values", *(column.name for column in AXIS)),
)

CHOICES = Table(
    "choices",
    "What each structural choice does to the verdict, over all ways to make the others",
    (
        PROPOSAL,
        NAME,
        *WHOSE,
        name_of("axis", "structural choice"),
        text("choice", "what is chosen"),
        name_of("setting", "way to choose it"),
        text("label", "the way in words"),
        chance("share_mean", "share for accepting, mean over all ways to make the other choices"),
        chance("share_least", "the least of them"),
        chance("share_most", "the most of them"),
        chance("turned", "share of them in which accepting is better in most cases"),
    ),
    ("proposal", "actor", "axis", "setting"),
)

TABLES: tuple[Table, ...] = (
    COURSES, BREAKEVEN, BREAKEVEN_CURVE, VERDICT, CONSENT, HINGES, HORIZONS, REFUSAL, SPECIFICATION, CHOICES,
)  # fmt: skip
