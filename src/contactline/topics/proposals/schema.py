"""Tables of an assessment on proposals, their price and the truce: every column with its type, unit and meaning."""

from __future__ import annotations

from contactline.core.frame import Column, Table
from contactline.topics.columns import (
    NAME,
    PROPOSAL,
    REGION,
    chance,
    count,
    day,
    maybe,
    name_of,
    num,
    spread,
    text,
)

PRICE = Table(
    "price",
    "What a proposal hands over, and what seizing the same by force would take",
    (
        PROPOSAL,
        NAME,
        REGION,
        num("km2", "km²", "area handed over", 0),
        count("settlements", "settlements of 500 people or more in it", 0),
        num("people", "persons", "GeoNames population of those settlements, before the war", 0),
        text("belts", "fortified belts in it"),
        Column("share_of_region", "number", "share", "share of the region's area", 0, 1),
        *spread("months", "months", "time to seize it by force (missing: beyond the horizon)"),
        chance("p_within_horizon", "chance that it is seized within the horizon"),
        *spread(
            "attacker_losses",
            "persons",
            "killed and wounded of the challenger on the whole front by then, draws in which it falls",
        ),
        *spread(
            "defender_losses",
            "persons",
            "killed and wounded of the defender on the whole front by then, draws in which it falls",
        ),
    ),
    ("proposal", "region"),
)

DEALS = Table(
    "deals",
    "The proposals side by side, as their terms apply to the map",
    (
        PROPOSAL,
        NAME,
        text("author", "who made it"),
        day("published", "day of publication"),
        num("km2_given_up", "km²", "area that the defender leaves", 0),
        num("km2_returned", "km²", "area that the challenger leaves", 0),
        num("people_given_up", "persons", "GeoNames population of the area left by the defender", 0),
        count("settlements_given_up", "settlements of 500 people or more in it", 0),
        text("belt_given_up", "fortified belts given up"),
        num("line_km_before", "km", "length of the line on the as-of date", 0),
        num("line_km_after", "km", "length of the line after the terms", 0),
        text("guarantee", "the guarantee it carries"),
        count("clauses_total", "clauses of the proposal", 0),
        count("clauses_modelled", "clauses with an effect in the model", 0),
    ),
    ("proposal",),
)

CLAUSES = Table(
    "clauses",
    "The clauses of each proposal as data, and whether the model uses them",
    (
        PROPOSAL,
        Column("clause", "whole", "count", "number of the clause in the case's file, from 1", 1),
        text("point", "where it stands in the text"),
        name_of("kind", "kind of clause"),
        text("text", "paraphrase"),
        Column("modelled", "flag", "true or false", "whether the clause has an effect in the model"),
        text("effect", "what effect, or why none"),
        text("sources", "ids of the bibliography"),
    ),
    ("proposal", "clause"),
)

DEAL_COMPARE = Table(
    "deal_compare",
    "Proposals side by side, item by item, from the map and the texts alone: nothing is simulated",
    (
        PROPOSAL,
        NAME,
        name_of("part", "ground, line, asked or clauses: what the item belongs to"),
        name_of("item", "the item; after a dot, the place or the kind of clause"),
        text("label", "the item in words"),
        maybe("value", "see unit", "the figure, missing where the item is a text"),
        name_of("unit", "unit of the figure, or text"),
        text("text", "the item's text, or a remark on the figure"),
    ),
    ("proposal", "item"),
)

TABLES: tuple[Table, ...] = (PRICE, DEALS, CLAUSES, DEAL_COMPARE)
