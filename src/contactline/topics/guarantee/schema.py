"""Tables of an assessment on guarantees and their analogues: every column with its type, unit and meaning."""

from __future__ import annotations

from contactline.core.frame import Column, Table
from contactline.topics.columns import NAME, chance, count, day, maybe, name_of, num, spread, text

_GUARANTEE = name_of("guarantee", "guarantee id of the case")
_PROPOSALS = text("proposals", "names of the assessed proposals that carry it")
_RANGE = spread("", "probability", "chance that enough guarantors act if it is invoked, over belief sets")

GUARANTEE = Table(
    "guarantee",
    "How a guarantee's chance of being honoured comes about: promises of the past, then each reason added in turn",
    (
        _GUARANTEE,
        NAME,
        _PROPOSALS,
        name_of("step", "study (one study of promises by itself), own, record, or the reason added"),
        name_of("study", "id of the study; empty for the other steps"),
        num("position", "number", "order of the steps; -1 for single studies", -1),
        text("label", "the study or the reason in words"),
        text("period", "years that a study covers"),
        Column("years", "whole", "years", "years after signature; 0 for what holds from the start", 0),
        chance(
            "mean",
            "chance that enough guarantors act, mean over belief sets (missing: too few sets drew that study)",
            True,
        ),
        *_RANGE,
    ),
    ("guarantee", "step", "study", "years"),
)

GUARANTEE_PATHS = Table(
    "guarantee_paths",
    "The chance that each guarantee is honoured if invoked in a given week, all reasons counted",
    (
        _GUARANTEE,
        NAME,
        _PROPOSALS,
        Column("week", "whole", "weeks", "weeks after the as-of date", 0),
        chance("mean", "chance that enough guarantors act, mean over belief sets"),
        *_RANGE,
    ),
    ("guarantee", "week"),
)

GUARANTEE_CALENDAR = Table(
    "guarantee_calendar",
    "Dates on which a guarantor's government ends or may change",
    (
        _GUARANTEE,
        NAME,
        _PROPOSALS,
        name_of("guarantor", "actor id of the case"),
        name_of("event", "id of the event in the case's calendar"),
        day("day", "the date"),
        text("what", "what happens"),
        chance("chance", "chance that another government follows"),
        Column("weight", "number", "share", "part of the guarantor's stance that the seat carries", 0, 1),
    ),
    ("guarantee", "guarantor", "event"),
)

ANALOGUES = Table(
    "analogues",
    "Settlements of the past that guarantees are judged by; chosen because they are known, not drawn at random",
    (
        name_of("id", "row of the case's analogues.csv"),
        text("case", "the settlement or promise"),
        num("year", "year", "year of the settlement"),
        name_of("family", "cases of one family are not independent"),
        text("guarantors", "who stood behind it, main one first; empty for nobody"),
        name_of("guarantor_kind", "state, several, organisation or none"),
        name_of("form", "treaty, executive, statement or none"),
        name_of("territory", "ceded, frozen, returned or no"),
        Column("defences_ceded", "flag", "true or false", "prepared defences were handed over"),
        Column("dmz", "flag", "true or false", "a demilitarised zone"),
        Column("troops", "flag", "true or false", "the guarantor's troops in the protected state or zone"),
        maybe("distance_km", "km", "capital of the main guarantor to that of the protected state"),
        name_of("violated", "yes (war or the line overrun), minor or no"),
        text("violated_when", "first such breach; empty for never"),
        name_of("honoured", "yes, partly, no, not_invoked or no_guarantor"),
        num("years_observed", "years", "until the breach, or without one until the end of the record", 0),
        text("url", "source"),
        name_of("confidence", "high, medium or low"),
        text("from_memory", "columns that rest on general knowledge"),
        text("note", "how the row was read, and the wording first recorded"),
    ),
    ("id",),
)

ANALOGUE_EFFECTS = Table(
    "analogue_effects",
    "What each feature does among the analogues, from the hierarchical model",
    (
        name_of(
            "outcome",
            "honoured (odds that a promise called on was kept) or broken (yearly rate of breaks)",
        ),
        name_of("feature", "feature of the settlement or guarantee"),
        text("label", "the feature in words"),
        *spread(
            "ratio",
            "ratio",
            "odds ratio (honoured) or ratio of rates (broken)",
            ("q05", "q50", "q95"),
            low=0,
        ),
        chance("p_above", "chance that the ratio is above one"),
        count("cases", "analogues in the model", 0),
        maybe("cases_with", "count", "of them with the feature"),
        maybe("share_with", "share", "share of those honoured or broken"),
        text("words", "whether the 90% interval leaves one out"),
    ),
    ("outcome", "feature"),
)

TABLES: tuple[Table, ...] = (GUARANTEE, GUARANTEE_PATHS, GUARANTEE_CALENDAR, ANALOGUES, ANALOGUE_EFFECTS)
