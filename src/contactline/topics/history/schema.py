"""Tables of an assessment on past wars: every column with its type, unit and meaning."""

from __future__ import annotations

from contactline.core.frame import Column, Table
from contactline.topics.columns import chance, count, day, maybe, name_of, num, text

SEVERITY = name_of(
    "severity", "any (any fatal break), gt100 (over 100 dead) or war, each with the worse ones"
)
_FLAG = ("0 or 1", 0.0, 1.0)


def _flag(name: str, meaning: str) -> Column:
    unit, low, high = _FLAG
    return Column(name, "whole", unit, meaning, low, high)


HISTORY_FIT = Table(
    "history_fit",
    "Chance that a truce in the case's situation sees no break, by severity and age, beside the record",
    (
        SEVERITY,
        num("years", "years", "since the fighting ceased", 0),
        chance("whole", "no such break by then, mean of the posterior"),
        chance("whole_q10", "lower end of the 80% range"),
        chance("whole_q90", "upper end of the 80% range"),
        chance("record", "share of all truces of the record without such a break (Kaplan–Meier, weighted)"),
    ),
    ("severity", "years"),
)

HISTORY_EFFECTS = Table(
    "history_effects",
    "Parameters of the fit to past truces",
    (
        name_of("parameter", "level, log_shape, cause_…, small_… (effect on small breaks), big_… (on mid and war)"),
        num("mean", "log hazard", "posterior mean"),
        num("deviation", "log hazard", "posterior standard deviation", 0),
        *(num(f"with_{c}", "correlation", f"with the log five-year hazard of {c} in the case's situation", -1, 1)
          for c in ("small", "mid", "war")),
    ),
    ("parameter",),
)  # fmt: skip

HISTORY_ENDINGS = Table(
    "history_endings",
    "Chance that a war of the case's age ends within a time, by reference class",
    (
        name_of("reference", "interstate (wars between states) or civil (civil wars with foreign troops)"),
        num("years", "years", "from the as-of date", 0),
        chance("any", "ended in any way"),
        chance("tie", "ended by a tie (interstate) or an agreement (civil)"),
        num("age", "years", "age of the war on the as-of date", 0),
    ),
    ("reference", "years"),
)

HISTORY_SCORE = Table(
    "history_score",
    "Out-of-time scores: mean log probability of the time bin in which a truce broke, tested after a year",
    (
        Column("split", "whole", "year", "trained on what was known when this year began", 1800, 2100),
        SEVERITY,
        name_of(
            "model",
            "fitted, no_big (no covariates of mid and war), free_big (loose ones), prior (assumed before), constant",
        ),
        num("log_score", "nats", "higher is better"),
        count("truces", "truces tested"),
        num("endings", "count", "endings of wars that they stand for", 0),
    ),
    ("split", "severity", "model"),
)

HISTORY_CALIBRATION = Table(
    "history_calibration",
    "Breaks within five years by decade: expected from what was known when the decade began, and observed",
    (
        Column(
            "decade", "whole", "year", "first year of the decade in which the fighting ceased", 1800, 2100
        ),
        SEVERITY,
        count("truces", "truces that began in the decade"),
        num("endings", "count", "endings of wars that they stand for", 0),
        num("expected", "count", "endings expected to be followed by a break, mean", 0),
        num("q10", "count", "lower end of the 80% range", 0),
        num("q90", "count", "upper end of the 80% range", 0),
        num("observed", "count", "endings that were followed by one", 0),
    ),
    ("decade", "severity"),
)

HISTORY_NEAREST = Table(
    "history_nearest",
    "Truces of the record nearest to the case by what was known at signature",
    (
        name_of("id", "war, states and day"),
        text("war_name", "the war"),
        text("states", "the two states"),
        day("end", "the fighting ended"),
        num("distance", "standard deviations", "sum of the differences over the covariates", 0),
        _flag("no_victor", "nobody won"),
        count("prior_fatal_mids25", "fatal disputes in the 25 years before"),
        _flag("post45", "after 1945"),
        _flag("rival_td", "rivals"),
        _flag("major", "a major power among them"),
        _flag("contig", "neighbours"),
        maybe("first_any", "years", "to the first fatal break (missing: none while watched)", 0),
        maybe("first_gt100", "years", "to the first one of over 100 dead", 0),
        maybe("first_war", "years", "to the first war", 0),
        num("watched", "years", "watched until a state's end or the data's", 0),
    ),
    ("id",),
)  # fmt: skip

TABLES: tuple[Table, ...] = (
    HISTORY_FIT, HISTORY_EFFECTS, HISTORY_ENDINGS, HISTORY_SCORE, HISTORY_CALIBRATION, HISTORY_NEAREST,
)  # fmt: skip
