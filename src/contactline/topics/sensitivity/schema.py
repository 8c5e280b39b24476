"""Tables of what would have to be true: every column with its type, unit and meaning."""

from __future__ import annotations

from contactline.core.frame import Column, Table
from contactline.topics.columns import PROPOSAL, TURNING, VIEWPOINT, chance, maybe, name_of, num, share, text

BELIEF = name_of("belief", "belief id of the case, or weight. and an outcome for a weight of the viewpoint")


LABEL = text("label", "what the belief is")


COURSE = name_of("course", "course of action id")


def _flag(name: str, meaning: str) -> Column:
    return Column(name, "flag", "true or false", meaning)


FLIPS = Table(
    "flips",
    "Beliefs that move the ranking, and the value at which it turns, by every viewpoint",
    (
        PROPOSAL,
        VIEWPOINT,
        *TURNING,
    ),
    ("proposal", "viewpoint", "belief"),
)

SOBOL = Table(
    "sobol",
    "How much of the disagreement over a proposal each belief and weight accounts for, by places of the belief sets",
    (
        PROPOSAL,
        VIEWPOINT,
        BELIEF,
        LABEL,
        share("first", "first-order Sobol index: alone"),
        share("first_low", "lower end of its 90% range"),
        share("first_high", "upper end of its 90% range; where not found, the smallest share that would be"),
        share("total", "total Sobol index: with all it does together with others"),
        share("total_low", "lower end of its 90% range"),
        share("total_high", "upper end of its 90% range; where not found, the smallest share that would be"),
        _flag("found", "whether it stands out from the noise; if not, the index is zero"),
        share("unexplained", "share of the variance in no term found: many small effects"),
        share("noise", "share of the variance that is chance within belief sets, taken off beforehand"),
    ),
    ("proposal", "viewpoint", "belief"),
)

BOXES = Table(
    "boxes",
    "Ranges of beliefs in which one course is better, in plain words",
    (
        PROPOSAL,
        VIEWPOINT,
        name_of("better", "accept or fight"),
        text("sentence", "the finding in words"),
        text("limits", "beliefs and their ranges"),
        share("density", "share of belief sets inside in which the course is better"),
        share("fresh", "the same in sets left out of the search"),
        share("coverage", "share of all sets in which it is better that lie inside"),
        share("mass", "share of all sets that lie inside"),
        share("base", "share of all sets in which it is better"),
        _flag("holds", "whether the box is a finding"),
    ),
    ("proposal", "viewpoint", "better"),
)

INFORMATION = Table(
    "information",
    "What it is worth to learn a belief before choosing between a proposal and fighting on",
    (
        PROPOSAL,
        VIEWPOINT,
        name_of("belief", "belief id of the case, or everything"),
        LABEL,
        num(
            "value",
            "units of value",
            "expected gain from knowing it; zero where it does not stand out",
            0,
        ),
        share("share", "the same as a share of that of learning everything"),
        num(
            "by_luck",
            "units of value",
            "what a belief of no account would yield, 95% point less the mean",
        ),
        share("changes", "share of belief sets in which knowing it changes the choice"),
        text("watch", "the evidence that would move it"),
        _flag("stands_out", "whether it stands out from luck"),
        maybe("equals_losses", "persons", "own killed and wounded that weigh as much (missing: not valued)"),
    ),
    ("proposal", "viewpoint", "belief"),
)

WAITING = Table(
    "waiting",
    "What choosing later is worth, as more of the most valuable belief shows by then",
    (
        PROPOSAL,
        VIEWPOINT,
        BELIEF,
        LABEL,
        share("resolved", "share of the belief's variance known by then"),
        num("gain", "units of value", "expected gain over choosing now, before what the wait costs", 0),
        maybe("equals_losses", "persons", "own killed and wounded that weigh as much (missing: not valued)"),
    ),
    ("proposal", "viewpoint", "belief", "resolved"),
)

SURFACE = Table(
    "surface",
    "Share preferring acceptance over two beliefs, from the belief sets drawn (no course run again)",
    (
        PROPOSAL,
        VIEWPOINT,
        name_of("x", "belief on the first axis"),
        name_of("y", "belief on the second axis"),
        num("x_value", "the belief's", "value on the first axis"),
        num("y_value", "the belief's", "value on the second axis"),
        chance("share_accept", "share in which accepting is better"),
        _flag("near", "whether belief sets were drawn near by"),
    ),
    ("proposal", "viewpoint", "x_value", "y_value"),
)

REGRET = Table(
    "regret",
    "How much worse each course is than the best one, were the beliefs known",
    (
        VIEWPOINT,
        COURSE,
        num("mean_value", "units of value", "expected value; only differences mean anything"),
        share("share_best", "share of belief sets in which it is best"),
        num("regret_mean", "units of value", "mean regret", 0),
        num("regret_q95", "units of value", "regret exceeded in one belief set in twenty", 0),
        num("regret_max", "units of value", "largest regret", 0),
        _flag("minimax", "whether its largest regret is the smallest"),
        _flag("minimax_q95", "the same by the 95% point"),
    ),
    ("viewpoint", "course"),
)

ACCEPTABILITY = Table(
    "acceptability",
    "Share of beliefs and weights together in which each course is best",
    (
        VIEWPOINT,
        COURSE,
        share("first", "share of beliefs and weights in which it is best"),
        share("last", "share in which it is worst"),
        share(
            "confidence",
            "share of beliefs in which it is best by its central weights (missing: nobody's choice)",
            True,
        ),
    ),
    ("viewpoint", "course"),
)

CENTRAL_WEIGHTS = Table(
    "central_weights",
    "What those value who would choose a course: mean weights, which sum to one",
    (
        VIEWPOINT,
        COURSE,
        name_of("attribute", "outcome valued"),
        text("label", "what it is called"),
        share("weight", "mean weight (missing: nobody's choice)", True),
    ),
    ("viewpoint", "course", "attribute"),
)

TABLES: tuple[Table, ...] = (
    FLIPS,
    SOBOL,
    BOXES,
    INFORMATION,
    WAITING,
    SURFACE,
    REGRET,
    ACCEPTABILITY,
    CENTRAL_WEIGHTS,
)
