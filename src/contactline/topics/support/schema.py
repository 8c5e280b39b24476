"""Tables of an assessment on support: every column with its type, unit and meaning."""

from __future__ import annotations

import numpy as np

from contactline.core.frame import Column, Table
from contactline.topics.columns import FREE, NAME, chance, day, maybe, name_of, num, spread, text

PATH = name_of("path", "support path of the case")
PATH_NAME = text("path_name", "what the path is called")
CAPABILITY = name_of("capability", "capability of the case")
DONOR = name_of("donor", "actor of the case who gives; 'all' for all who still give")
DONOR_NAME = text("donor_name", "what the donor is called")
FLAG = "flag"


def difference(stem: str, unit: str, meaning: str) -> tuple[Column, ...]:
    """A paired difference to the path as today with the 90% range of its simulation noise.

    Between two chances it lies between −1 and 1; its range, of a normal form, may reach beyond.
    """
    chances = unit == "probability"
    ends, wide = ((-1, 1), (-2, 2)) if chances else ((FREE, np.inf), (FREE, np.inf))
    return (
        maybe(f"{stem}_diff", unit, f"{meaning}: mean difference to the path as today, draw by draw", *ends),
        maybe(f"{stem}_diff_low", unit, "lower end of the 90% range of that mean", *wide),
        maybe(f"{stem}_diff_high", unit, "upper end of the 90% range of that mean", *wide),
    )


def belt(weeks: int) -> tuple[Column, ...]:
    """Columns on the belt after some weeks."""
    stem = f"belt_{weeks}"
    return (
        chance(f"p_{stem}", f"chance that every town of a belt still stands after {weeks} weeks", optional=True),
        chance(f"p_{stem}_low", "lower end of the 90% range of that chance, simulation noise alone", optional=True),
        chance(f"p_{stem}_high", "upper end of the 90% range of that chance", optional=True),
        chance(f"{stem}_held", f"share of today's free belt ground held after {weeks} weeks, mean", optional=True),
        *difference(stem, "probability", f"chance to hold the belt for {weeks} weeks"),
    )  # fmt: skip


SUPPORT_LEDGER = Table(
    "support_ledger",
    "Who provides what: one row per capability and donor, with the sources of the row or the word assumption",
    (
        CAPABILITY, NAME, name_of("kind", "supply, or pressure on the challenger"), DONOR, DONOR_NAME,
        num("share", "share of need", "present share of need that is met, in the case's own reading", 0),
        num("share_low", "share of need", "lowest of the readings", 0),
        num("share_high", "share of need", "highest of the readings", 0),
        maybe("promised", "see unit", "promised, a month unless the unit says otherwise", 0),
        maybe("allocated", "see unit", "allocated: tied to a purpose", 0),
        maybe("delivered", "see unit", "delivered", 0),
        text("unit", "unit of promised, allocated and delivered", optional=True),
        maybe("growth", "per year", "growth of the donor's own production"),
        num("substitute_share", "share of need", "further share the donor could take over if another stopped", 0),
        num("substitute_weeks", "weeks", "after so many weeks", 0),
        day("substitute_date", "and not before this day", optional=True),
        text("sources", "ids of the bibliography", optional=True),
        text("assumption", "why the number is assumed, where it is", optional=True),
        text("owner", "who assumes it", optional=True),
        text("readings", "whose other readings name this donor", optional=True),
    ),
    ("capability", "donor"),
)  # fmt: skip

SUPPORT_RELIANCE = Table(
    "support_reliance",
    "What the loss of one donor would leave of each capability, and for how long",
    (
        CAPABILITY, NAME, DONOR, DONOR_NAME,
        chance("today", "adequacy today: supplied over needed, halfway between readings"),
        chance("at_once", "adequacy when the donor stops, before substitutes and stock"),
        chance("year", "adequacy a year later, with substitutes and growth"),
        chance("best", "the most that substitutes bring it back to within ten years"),
        num("weeks_to_best", "weeks", "when they have", 0),
        maybe("stock_weeks", "weeks", "how long stock fills the gap; missing where it lasts"),
        Column("alone", FLAG, "true or false", "whether less than half of today's supply is left without the donor"),
    ),
    ("capability", "donor"),
)  # fmt: skip

SUPPORT_CAPABILITIES = Table(
    "support_capabilities",
    "Each capability: need, stock, cost, and what it moves by whose word",
    (
        CAPABILITY, NAME, name_of("kind", "supply, or pressure on the challenger"), text("need", "what is needed"),
        maybe("needed", "see unit", "need as a number", 0), text("unit", "its unit", optional=True),
        num("stock_weeks", "weeks", "weeks of full need in store", 0),
        chance("leaks_today", "share of what is fired that gets through today", optional=True),
        maybe("cost", "billion EUR", "cost of the whole need", 0),
        text("cost_per", "month, unit or once", optional=True),
        num("tempo_low", "log tempo per unit of need", "η on the tempo, 5% quantile"),
        num("tempo_median", "log tempo per unit of need", "η on the tempo, median"),
        num("tempo_high", "log tempo per unit of need", "η on the tempo, 95% quantile"),
        text("effects", "what it moves"),
        text("by_data", "which of these effects data identify; none where empty", optional=True),
        text("sources", "ids of the bibliography", optional=True),
        text("assumption", "why η is taken so"),
    ),
    ("capability",),
)  # fmt: skip

SUPPORT_ADEQUACY = Table(
    "support_adequacy",
    "Adequacy of each capability under each path, every fourth week, halfway between readings",
    (
        PATH, PATH_NAME, CAPABILITY, NAME, name_of("kind", "supply or pressure"),
        Column("week", "whole", "weeks", "weeks after the as-of date", 0),
        chance("adequacy", "supplied over needed, 1 at the most"),
        chance("as_today", "the same under the path as today"),
    ),
    ("path", "capability", "week"),
)  # fmt: skip

SUPPORT_FACTORS = Table(
    "support_factors",
    "What each path does to tempo, losses, collapse, recruits and leakage at some weeks",
    (
        PATH, PATH_NAME, name_of("factor", "tempo, losses, collapse, recruits or leakage_<capability>"),
        text("label", "what it is"), Column("week", "whole", "weeks", "weeks after the as-of date", 0),
        *spread("", "factor or share", "over belief sets", low=0),
    ),
    ("path", "factor", "week"),
)  # fmt: skip

SUPPORT_FRONTIER = Table(
    "support_frontier",
    "What fighting on can achieve under each support path, on the same futures",
    (
        PATH, NAME, Column("weeks", "whole", "weeks", "weeks looked ahead", 0),
        *spread("gain", "km²", "challenger's net gain"),
        *spread("losses", "persons", "killed and wounded of the defender"),
        chance("p_collapse", "chance of at least one collapse"),
        *difference("gain", "km²", "challenger's net gain"),
        *difference("losses", "persons", "killed and wounded of the defender"),
        *difference("collapse", "probability", "chance of a collapse"),
        *belt(52), *belt(104),
        maybe("cost_monthly", "billion EUR", "money a month beyond the path as today, where priced"),
        maybe("cost_total", "billion EUR", "the same over all weeks, single payments included"),
        text("unpriced", "capabilities that the path changes and nobody prices", optional=True),
        maybe("belt_per_billion", "probability per billion EUR", "change in the chance to hold the belt for a year"),
        maybe("gain_per_billion", "km² per billion EUR", "change in the challenger's gain"),
    ),
    ("path",),
)  # fmt: skip

SUPPORT_DRIVERS = Table(
    "support_drivers",
    "Which beliefs drive a path's difference to the path as today: the first six of each",
    (
        PATH, PATH_NAME, name_of("outcome", "gain or losses"), name_of("belief", "belief of the run"),
        text("label", "what it means"),
        Column("is_support", FLAG, "true or false", "whether it belongs to the support room"),
        chance("share", "share of the rank variance over belief sets that it carries alone"),
        chance("noise", "what pure chance would give"),
    ),
    ("path", "outcome", "belief"),
)  # fmt: skip

SUPPORT_PACKAGES = Table(
    "support_packages",
    "The smallest raise of supply that holds the belt as long and as likely as wanted, under paths that cut supply",
    (
        PATH, PATH_NAME, DONOR, DONOR_NAME,
        Column("hold_weeks", "whole", "weeks", "how long every town of a belt must stand", 0),
        chance("likelihood", "how likely; by default as on the path as today"),
        chance("p_as_is", "chance under the path without a package"),
        maybe("factor", "multiplier", "smallest factor on the donor's supply; missing where the most fails", 1),
        chance("p_reached", "chance with that factor, or with the most tried"),
        num("most_tried", "multiplier", "largest factor tried", 1),
        maybe("cost_monthly", "billion EUR", "money a month for it, where priced"),
    ),
    ("path", "donor"),
)  # fmt: skip

TABLES: tuple[Table, ...] = (
    SUPPORT_LEDGER,
    SUPPORT_RELIANCE,
    SUPPORT_CAPABILITIES,
    SUPPORT_ADEQUACY,
    SUPPORT_FACTORS,
    SUPPORT_FRONTIER,
    SUPPORT_DRIVERS,
    SUPPORT_PACKAGES,
)
