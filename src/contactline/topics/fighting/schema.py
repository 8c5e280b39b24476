"""Tables of what fighting can achieve: every column with its type, unit and meaning."""

from __future__ import annotations

from contactline.core.frame import Column, Table
from contactline.topics.columns import (
    ALL_LEVELS,
    FREE,
    MODEL,
    NAME,
    OBJECTIVE,
    REGION,
    SERIES,
    chance,
    count,
    day,
    maybe,
    name_of,
    num,
    spread,
)

GAIN_FAN = Table(
    "gain_fan",
    "Forecast of the challenger's cumulative net gain after the as-of date, fighting on, headline map",
    (
        MODEL,
        Column("week", "whole", "weeks", "weeks after the as-of date", 0),
        day("date", "end of that week"),
        *(num(q, "km²", f"cumulative net gain, quantile {q[1:]}%") for q in ALL_LEVELS),
    ),
    ("model", "week"),
)

OBJECTIVES = Table(
    "objectives",
    "When each objective would be taken if the fighting goes on",
    (
        OBJECTIVE,
        NAME,
        MODEL,
        *(chance(f"p_{w}", f"chance that it is taken within {w} weeks") for w in (26, 52, 104, 156, 260)),
        *spread("week", "weeks", "weeks until it is taken (missing: beyond the horizon)"),
        *spread("attacker_losses", "persons", "killed and wounded of the challenger until then"),
        maybe("km2_remaining", "km²", "what the challenger does not hold of it on the as-of date", 0),
    ),
    ("objective", "model"),
)

LINE_FAN = Table(
    "line_fan",
    "Forecast of the length of the line of contact on the grid, fighting on",
    (
        Column("week", "whole", "weeks", "weeks after the as-of date", 1),
        *(num(q, "km", f"length of the line, quantile {q[1:]}%", 0) for q in ("q10", "q50", "q90")),
    ),
    ("week",),
)

THREATS = Table(
    "threats",
    "How far each place is surrounded: ground within 15 km of it, in twelve directions",
    (
        OBJECTIVE,
        NAME,
        Column("week", "whole", "weeks", "weeks after the as-of date; 0 is now", 0),
        Column("directions", "number", "count", "directions, of 12, held by half or more, mean", 0, 12),
        chance("p_surrounded", "chance that nine or more directions are held by the challenger"),
    ),
    ("objective", "week"),
)

SALIENTS = Table(
    "salients",
    "Ground that the other side has on more than half of its sides within 15 km",
    (
        Column("salient", "whole", "count", "0: all of a side's; else the salient's rank by size today", 0),
        name_of("name", "all of a side's, or the largest settlement of a salient that is there today"),
        name_of("side", "side id of the case that holds it"),
        Column("week", "whole", "weeks", "weeks after the as-of date; 0 is now", 0),
        *(
            num(
                q,
                "km²",
                f"all: such ground; named: what of it its holder still has, quantile {q[1:]}%",
                0,
            )
            for q in ("q10", "q50", "q90")
        ),
        chance("p_half", "chance that at least half of today's area is left"),
    ),
    ("side", "salient", "week"),
)

OPENS = Table(
    "opens",
    "What a place opens: share of a target held by the challenger after two years, the place given or denied",
    (
        name_of("lever", "objective or belt that is given at once, or never falls"),
        NAME,
        name_of("target", "main_region (its remainder) or belts, without the place itself"),
        chance("given", "mean share of the target held if the place is given at once"),
        chance("denied", "mean share of the target held if the place never falls"),
        Column("difference", "number", "share", "given minus denied, same futures", -1, 1),
        Column(
            "low",
            "number",
            "share",
            "lower end of the 90% range of the mean difference, simulation only",
            -2,
            2,
        ),
        Column(
            "high",
            "number",
            "share",
            "upper end of the 90% range of the mean difference, simulation only",
            -2,
            2,
        ),
        Column("hub", "flag", "true or false", "whether the case calls the place a hub, with a source"),
        num(
            "pace_difference",
            "share",
            "the difference if war.hub_effect acts once given, mean of its draws",
            -2,
            2,
        ),
        num("pace_error", "share", "standard error of pace_difference, simulation only", 0),
        num("pace_low", "share", "lower end of its 90% range over war.hub_effect, luck averaged out", -2, 2),
        num("pace_high", "share", "upper end of its 90% range over war.hub_effect, luck averaged out", -2, 2),
    ),
    ("lever", "target"),
)

HUB_STUDY = Table(
    "hub_study",
    "The pace before and after places fell in the record, against placebo dates and places",
    (
        name_of("places", "towns (every settlement of the record), large_towns, or hubs"),
        NAME,
        name_of("reach", "front (its whole length), km_15 or km_30 (the ground so near the place)"),
        Column("weeks", "whole", "weeks", "length of the windows before and after the fall", 1),
        count("fallen", "places of the kind that fell in the record"),
        count("used", "of these, with whole windows on both sides"),
        maybe("log_ratio", "log ratio", "pace after one fall over that before, beyond placebos'"),
        maybe("low", "log ratio", "lower end of its 90% range by placebo"),
        maybe("high", "log ratio", "upper end of its 90% range by placebo"),
        maybe("placebo_sd", "log ratio", "spread of the same figure over placebos", 0),
        chance("p_value", "share of placebos at least as far from nought", True),
        num("contrast", "falls", "falls that these windows hold more of than placebos' do"),
        count("independent", "placebos that do not overlap"),
        name_of("verdict", "not identified, no effect seen, or differs from placebo"),
    ),
    ("places", "reach", "weeks"),
)

LOSSES_HISTORY = Table(
    "losses_history",
    "Losses per month as published",
    (
        day("month", "first day of the month"),
        name_of("side", "side id of the case"),
        SERIES,
        num(
            "value",
            "persons",
            "killed and wounded in the month, as that publisher counts them; below zero where it took some back",
            FREE,
        ),
    ),
    ("month", "side", "series"),
)

LOSS_SOURCES = Table(
    "loss_sources",
    "Each published series on the attacker's losses beside the estimated true ones",
    (
        name_of("side", "side id of the case whose losses are counted"),
        name_of("root", "whose count the series rests on; one root is one voice"),
        SERIES,
        name_of("kind", "killed or killed_wounded"),
        count("readings", "published figures within two years", 1),
        day("last", "day of the newest figure"),
        Column("used", "flag", "true or false", "informs the estimate; false where it relays the claim"),
        num("claim_ratio", "ratio", "figure over the claim of killed and wounded of the same day", 0),
        *spread("truth", "ratio", "figure over the estimated true losses of its own kind", low=0),
    ),
    ("side", "root", "series", "kind"),
)

STRENGTH = Table(
    "strength",
    "Each side's force over today's if the fighting goes on",
    (
        name_of("side", "side id of the case"),
        Column("week", "whole", "weeks", "weeks after the as-of date", 1),
        *(num(q, "ratio", f"force over today's, quantile {q[1:]}%", 0) for q in ("q10", "q50", "q90")),
        chance("p_below_80", "chance that the force is below four fifths of today's"),
    ),
    ("side", "week"),
)

COLLAPSE = Table(
    "collapse",
    "Chance of a collapse of the defender's line, fighting on, and what collapses add",
    (
        Column("week", "whole", "weeks", "weeks after the as-of date", 1),
        chance("p_collapse", "chance of at least one collapse by then"),
        chance("p_strength_off", "the same if a shortage of people raised nothing"),
        num("added_mean", "km²", "net gain added by collapses, mean over all draws"),
        *spread("added", "km²", "net gain added by collapses, draws that have one"),
    ),
    ("week",),
)

LOSSES_FAN = Table(
    "losses_fan",
    "Forecast of cumulative losses after the as-of date if the fighting goes on",
    (
        name_of("side", "side id of the case"),
        name_of("kind", "killed or killed_wounded"),
        Column("week", "whole", "weeks", "weeks after the as-of date", 0),
        *(num(q, "persons", f"cumulative losses, quantile {q[1:]}%") for q in ("q10", "q50", "q90")),
    ),
    ("side", "kind", "week"),
)

FORECAST_COLUMNS = ("p_26", "p_52", "p_104")
"""Columns of table cells that only a forecast fills."""

CELLS = Table(
    "cells",
    "The map: who held each cell then and now, and the chances of the challenger holding it",
    (
        Column("cell", "text", "H3 index", "hexagon of the theatre"),
        REGION,
        Column("holder_first", "whole", "0 or 1", "1 if held by the challenger on the first day", 0, 1),
        Column("holder_now", "whole", "0 or 1", "1 if held by the challenger on the as-of date", 0, 1),
        *(
            chance(name, f"chance that the challenger holds it after {name[2:]} weeks", True)
            for name in FORECAST_COLUMNS
        ),
        Column(
            "after_*",
            "whole",
            "0, 1 or 2",
            "after the named proposal: 0 defender, 1 challenger, 2 DMZ",
            0,
            2,
        ),
    ),
    ("cell",),
)

TABLES: tuple[Table, ...] = (
    GAIN_FAN,
    OBJECTIVES,
    LINE_FAN,
    THREATS,
    SALIENTS,
    OPENS,
    HUB_STUDY,
    LOSSES_HISTORY,
    LOSS_SOURCES,
    STRENGTH,
    COLLAPSE,
    LOSSES_FAN,
    CELLS,
)
