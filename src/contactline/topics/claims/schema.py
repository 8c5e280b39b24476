"""Tables of the claims of a debate: every column with its type, unit and meaning."""

from __future__ import annotations

from contactline.core.frame import Column, Table
from contactline.topics.columns import maybe, name_of, text

CLAIMS = Table(
    "claims",
    "Claims of the debate, each with a verdict by one rule for all",
    (
        name_of("claim", "claim id of the case"),
        text("text", "the claim, paraphrased"),
        text("by", "who made it"),
        name_of("verdict", "supported, contested, not supported or not testable"),
        text("reason", "the figures and facts behind the verdict"),
        text("reading", "how the case's authors read it against the facts"),
        text("support", "ids of facts that support it"),
        text("contest", "ids of facts that contest it"),
        text("context", "ids of facts that frame it"),
        text("sources", "ids of where it was made"),
    ),
    ("claim",),
)

CLAIM_TESTS = Table(
    "claim_tests",
    "What each claim needs of a named quantity, and what the quantity is",
    (
        name_of("claim", "claim id of the case"),
        Column("test", "whole", "count", "number of the test within the claim, from 1", 1),
        name_of("quantity", "name of the quantity, as contactline claims --quantities lists them"),
        text("label", "what the quantity is, or why this run has no value of it"),
        text("unit", "its unit"),
        name_of("kind", "measured, published, simulated, assumed or text; empty without a value"),
        maybe("low", "the quantity's", "lower end (missing: beyond the horizon, or no value)"),
        maybe("central", "the quantity's", "central value"),
        maybe("high", "the quantity's", "upper end"),
        text("spans", "what the range spans"),
        text("says", "what the claim needs"),
        maybe("claim_low", "the quantity's", "lowest value at which the claim holds (missing: none)"),
        maybe("claim_high", "the quantity's", "highest value at which the claim holds (missing: none)"),
        name_of("agrees", "agrees, disagrees, straddles, says nothing (a mere assumption) or no value"),
        text("note", "why the claim's words are read this way"),
    ),
    ("claim", "test"),
)

TABLES: tuple[Table, ...] = (CLAIMS, CLAIM_TESTS)
