"""Tables of an assessment on positions, cohesion and shocks: every column with its type, unit and meaning."""

from __future__ import annotations

import numpy as np

from contactline.core.frame import Column, Table
from contactline.topics.columns import ACTOR, NAME, chance, count, day, maybe, name_of, num, spread, text

ISSUE = name_of("issue", "issue id of the case")
EVENT = name_of("event", "event id of the case")

POSITIONS = Table(
    "positions",
    "Where each actor stood on each issue, oldest first, the last position carried to the as-of date",
    (
        ISSUE,
        NAME,
        ACTOR,
        text("actor_name", "what the actor is called"),
        name_of("role", "challenger, defender, guarantor, supporter or other"),
        day("day", "day of the statement, or the as-of date"),
        Column(
            "position",
            "number",
            "points of the scale",
            "0 the defender's most, 100 the challenger's",
            0,
            100,
        ),
        Column("give", "number", "points of the scale", "uncertainty of the reading to each side", 0, 50),
        text("stance", "paraphrase of what was said"),
        text("sources", "ids of the bibliography"),
        Column("statement", "whole", "count", "number of the row for that actor and issue, from 1", 1),
        Column("last", "flag", "true or false", "carried to the as-of date, not said on that day"),
    ),
    ("issue", "actor", "statement"),
)

MOVEMENT = Table(
    "movement",
    "How far each actor moved on each issue, and since when it stands still",
    (
        ISSUE,
        NAME,
        ACTOR,
        count("statements", "statements with a number", 1),
        day("first_day", "day of the first"),
        num("first", "points of the scale", "its first position"),
        day("last_day", "day of the last"),
        num("latest", "points of the scale", "its latest position"),
        num("net", "points of the scale", "latest less first", -100),
        num("travelled", "points of the scale", "sum of all moves", 0, np.inf),
        maybe(
            "towards_other",
            "points of the scale",
            "net move towards the other side's first position, sides only",
            -100,
        ),
        day("unmoved_since", "day from which every statement gave the same number"),
        count("restated", "statements since then that repeated it: none means silence", 0),
        Column("days_unmoved", "whole", "days", "from that day to the as-of date", 0),
    ),
    ("issue", "actor"),
)

DIVISION = Table(
    "division",
    "How far apart the supporters stand, over time",
    (
        ISSUE,
        NAME,
        day("day", "calendar day"),
        count("actors", "supporters with a position by then", 2),
        num(
            "spread",
            "points of the scale",
            "leverage-weighted standard deviation of their positions",
            0,
            50,
        ),
        Column("polarisation", "number", "index", "Esteban and Ray's, 1 for two halves at the ends", 0, 1),
        name_of("donor", "actor id of the wedge's donor; empty for a case without a wedge"),
        maybe(
            "donor_distance",
            "points of the scale",
            "distance of the wedge's donor from the others' weighted mean",
        ),
    ),
    ("issue", "day"),
)

BARGAINING = Table(
    "bargaining",
    "Where each bargaining model says an issue settles, over draws of position, salience and leverage",
    (
        ISSUE,
        NAME,
        name_of("model", "median, mean, challenge, challenge_code or smp"),
        name_of("variant", "free, or challenger_fixed: the challenger does not move"),
        count("actors", "actors at the table", 2),
        *spread("outcome", "points of the scale", "where it settles"),
        num("central", "points of the scale", "the outcome at the central readings"),
        num("drift", "points of the scale", "median outcome less today's weighted median", -100),
        maybe("gap_now", "points of the scale", "distance between the two sides today"),
        maybe(
            "gap_after",
            "points of the scale",
            "the same after bargaining, median; missing where nobody moves",
        ),
        chance("p_agree", "share of draws in which the sides end within ten points", optional=True),
    ),
    ("issue", "model", "variant"),
)

WEDGE = Table(
    "wedge",
    "How the chance that a donor cuts grows with its distance from the other supporters, and what that is worth",
    (
        name_of("donor", "actor id of the donor"),
        name_of("where", "together, today, half or apart"),
        num("distance", "points of the scale", "distance of the donor from the others", 0),
        num("years", "years", "horizon", 0),
        *(chance(f"chance_{q}", f"chance of a cut, {q}") for q in ("q10", "q50", "q90", "mean")),
        num("rise_over_together", "probability", "mean chance less that at distance 0", -1),
        *spread("value", "km²", "expected gain of the challenger from a move from today's distance"),
    ),
    ("where", "years"),
)

EVENTS = Table(
    "events",
    "Known shocks: what tempo and losses did, against all other windows of the same length",
    (
        EVENT,
        NAME,
        name_of("what", "tempo or losses"),
        name_of("series", "map or count, an id of the case"),
        text("unit", "unit of the rates"),
        day("start", "first day"),
        day("end", "last day; missing if it goes on", optional=True),
        name_of("expected", "which way the tempo should move: faster, slower or either"),
        Column("weeks", "whole", "weeks", "length of the window", 1),
        Column("baseline_weeks", "whole", "weeks", "length of the comparison before it", 1),
        maybe("before", "see unit", "mean before"),
        maybe("during", "see unit", "mean within the window"),
        maybe("effect", "see unit", "during less before"),
        maybe("effect_low", "see unit", "lower end of the 90% range left by the placebo windows"),
        maybe("effect_high", "see unit", "upper end"),
        chance("p_value", "share of placebo windows at least as large, two-sided", optional=True),
        maybe(
            "smallest_visible",
            "see unit",
            "effects smaller than this drown in ordinary variation (nine in ten)",
        ),
        count("placebos", "placebo windows", 0),
        count("independent", "placebo windows that do not overlap", 0),
        name_of("verdict", "not identified, no effect seen, or differs from placebo"),
        text("reasons", "why no effect is claimed"),
        text("capability", "capability that the shock hit"),
        maybe(
            "eta_low",
            "elasticity",
            "lowest η left possible, where the effect is identified (missing: open)",
        ),
        maybe(
            "eta_high",
            "elasticity",
            "highest η left possible, where the effect is identified (missing: open)",
        ),
    ),
    ("event", "series"),
)

EVENT_PLACEBOS = Table(
    "event_placebos",
    "The effects measured at all placebo dates",
    (
        EVENT,
        name_of("series", "map or count, an id of the case"),
        Column("placebo", "whole", "count", "number of the placebo window, from the oldest, from 1", 1),
        num("effect", "see events", "during less before"),
    ),
    ("event", "series", "placebo"),
)

TABLES: tuple[Table, ...] = (POSITIONS, MOVEMENT, DIVISION, BARGAINING, WEDGE, EVENTS, EVENT_PLACEBOS)
