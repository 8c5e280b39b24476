"""Tables of an assessment on bargaining and the game: every column with its type, unit and meaning."""

from __future__ import annotations

from dataclasses import replace

from contactline.core.frame import Column, Table
from contactline.topics.columns import chance, maybe, name_of, num, share, text

_SETTING = (
    name_of("order", "order of handing over: nearest_first (as the ground would fall) or belt_last"),
    name_of("scenario", "support path id of the case (as_today: no change), or slower, faster"),
    text("scenario_name", "what the scenario is"),
    name_of("guarantee", "guarantee id of the case, or none"),
    text("guarantee_name", "what the guarantee is called"),
)


BARGAINING_RANGE = Table(
    "bargaining_range",
    "Who prefers which line to fighting on: lines from the present one (0) to the whole region (1)",
    (
        *_SETTING,
        share("line", "share of the region's remaining ground that is handed over"),
        num("km2_given_up", "km²", "ground handed over", 0),
        name_of("actor", "actor id of the case; both: the two belligerents, if they share their beliefs"),
        text("actor_name", "who that is"),
        text("viewpoint", "whose values, as published"),
        chance("share_accept", "share of belief sets in which the line is better than fighting on"),
        maybe(
            "gain", "units of that player's value", "median gain over fighting on (missing: both, or no line)"
        ),
        maybe(
            "depth",
            "share of the stakes",
            "gain set against what the whole family is worth to the actor; of both the smaller (missing: refused)",
        ),
        text("blocked_by", "clauses that the viewpoint calls unacceptable; empty if none"),
    ),
    ("order", "scenario", "guarantee", "line", "actor"),
)

RANGE_SUMMARY = Table(
    "range_summary",
    "Where what each belligerent accepts in at least half of the belief sets overlaps, and what blocks it",
    (
        *_SETTING,
        name_of("region", "region whose remaining ground is at stake"),
        name_of("defender", "actor id of the defender"),
        text("defender_viewpoint", "whose values stand for it, as published"),
        name_of("challenger", "actor id of the challenger"),
        text("challenger_viewpoint", "whose values stand for it, as published"),
        share("defender_most", "the most that the defender hands over (missing: accepts no line)", True),
        share("challenger_least", "the least that the challenger signs for (missing: accepts no line)", True),
        share("range_low", "lower end of the bargaining range (missing: the range is empty)", True),
        share("range_high", "upper end of the bargaining range (missing: the range is empty)", True),
        chance("share_with_range", "share of belief sets that leave a line both accept"),
        share("deepest_line", "the line at which the side that gains least gains most (missing: none)", True),
        maybe(
            "depth",
            "share of the stakes",
            "that gain, set against what the whole family is worth to that side; below zero: short of a range",
        ),
        text("finding", "the range in words, or what blocks it"),
        share(
            "demand", "the challenger's best take-it-or-leave-it demand (missing: fighting is better)", True
        ),
        chance("demand_refused", "share of belief sets in which the defender refuses that demand"),
        Column("sets", "whole", "belief sets", "belief sets used", 1),
    ),
    ("order", "scenario", "guarantee"),
)

GAME = Table(
    "game",
    "The game of a settlement, node by node; pay-offs are gains over fighting on with support as it is",
    (
        Column("node", "whole", "count", "number of the node, depth first", 0),
        Column("parent", "whole", "count", "node before it (−1: none)", -1),
        Column("depth", "whole", "count", "moves and draws before it", 0),
        text("branch", "the action or draw that leads to it"),
        name_of("kind", "move, draw (by nature) or ending"),
        name_of("actor", "actor id of the case who moves; empty where nobody does"),
        text("player", "who that is"),
        name_of("infoset", "information set: nodes of the same name are not told apart by who moves"),
        text("label", "what is drawn, or how it ends"),
        chance("chance", "nature's chance of the branch (missing: a player chose it)", True),
        chance("reach_*", "chance of passing the node in the equilibria of that outcome", True),
        replace(
            maybe(
                "pay_*", "units of that player's value", "expected gain over fighting on (missing: no ending)"
            ),
            each="actor",
        ),
    ),
    ("node",),
)

EQUILIBRIA = Table(
    "equilibria",
    "Play at every information set in every equilibrium of the game",
    (
        Column("equilibrium", "whole", "count", "number of the equilibrium", 1),
        Column(
            "outcome", "whole", "count", "equilibria with the same chances of the same endings share it", 1
        ),
        name_of("infoset", "information set of the game"),
        name_of("actor", "actor id of the case who moves"),
        text("player", "who that is"),
        text("action", "what can be done"),
        chance("chance", "chance that it is done"),
        Column("reached", "flag", "true or false", "whether play gets there"),
        text("belief", "what the player believes where it cannot tell; empty where it knows all"),
        Column("sequential", "flag", "true or false", "beliefs are limits of small trembles"),
        Column("pure", "flag", "true or false", "nobody mixes"),
    ),
    ("equilibrium", "infoset", "action"),
)

GAME_VALUES = Table(
    "game_values",
    "What every equilibrium of the game is worth to each player, and how it ends",
    (
        Column("equilibrium", "whole", "count", "number of the equilibrium", 1),
        Column(
            "outcome", "whole", "count", "equilibria with the same chances of the same endings share it", 1
        ),
        name_of("player", "actor id of the case"),
        text("name", "who that is"),
        num("value", "units of that player's value", "expected gain over fighting on"),
        text("endings", "how it ends, with chances"),
        Column("sequential", "flag", "true or false", "beliefs are limits of small trembles"),
        Column("pure", "flag", "true or false", "nobody mixes"),
    ),
    ("equilibrium", "player"),
)

GAME_WEIGHTS = Table(
    "game_weights",
    "How the game ends when each player's weights are drawn within their published ranges",
    (
        text("ending", "how it ends"),
        chance(
            "share_some",
            "share of weight draws in which some pure equilibrium ends so, likely as not or more",
        ),
        chance(
            "share_all",
            "share of weight draws in which every pure equilibrium ends so, likely as not or more",
        ),
        Column("draws", "whole", "count", "weight draws", 1),
    ),
    ("ending",),
)

TABLES: tuple[Table, ...] = (BARGAINING_RANGE, RANGE_SUMMARY, GAME, EQUILIBRIA, GAME_VALUES, GAME_WEIGHTS)
