"""Sample tables of bargaining and the game: made-up acceptances, and a small game solved for real."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from contactline.choice.equilibria import solve
from contactline.choice.settlement_game import LIMITED, MAXIMAL, Offer, Seats, Threat, settlement_game
from contactline.topics.bargain.make.tables import game_tables

SIDES = {"south": "Southland", "north": "Northland"}
SETTINGS = (
    ("nearest_first", "as_today", "As today", "none", "No guarantee", 0.3, 0.6),
    ("nearest_first", "as_today", "As today", "promise", "Executive promise", 0.55, 0.4),
    ("belt_last", "as_today", "As today", "promise", "Executive promise", 0.7, 0.5),
    ("nearest_first", "cut", "A donor stops", "promise", "Executive promise", 0.8, np.nan),
)


def game_sample() -> dict[str, pd.DataFrame]:
    """Tables bargaining_range, range_summary, game, equilibria and game_values."""
    rows, summary = [], []
    for order, scenario, name, guarantee, guarantee_name, most, least in SETTINGS:
        key = {"order": order, "scenario": scenario, "scenario_name": name}
        key |= {"guarantee": guarantee, "guarantee_name": guarantee_name}
        for line in (0.0, 0.25, 0.5, 0.75, 1.0):
            share = {"south": 1 / (1 + np.exp(6 * (line - most)))}
            share["north"] = 0.1 if np.isnan(least) else 1 / (1 + np.exp(-6 * (line - least)))
            share["both"] = max(share["south"] + share["north"] - 1, 0.0)
            for actor, value in share.items():
                about = {"line": line, "km2_given_up": 5800 * line, "actor": actor}
                about |= {"actor_name": SIDES.get(actor, "Southland and Northland"), "viewpoint": "its own"}
                about |= {"gain": np.nan if actor == "both" else 20 * value - 10, "depth": value - 0.5}
                rows.append(key | about | {"share_accept": value, "blocked_by": ""})
        met = least <= most
        summary.append(
            key
            | {"defender": "south", "defender_viewpoint": "its own"}
            | {"challenger": "north", "challenger_viewpoint": "its own"}
            | {"region": "east", "defender_most": most, "challenger_least": least}
            | {"range_low": least if met else np.nan, "range_high": most if met else np.nan}
            | {
                "share_with_range": 0.4,
                "deepest_line": 0.5,
                "depth": 0.1 if met else -0.2,
                "finding": "both accept some" if met else "they stay apart",
            }
            | {"demand": 0.5, "demand_refused": 0.3, "sets": 60}
        )
    return {
        "bargaining_range": pd.DataFrame(rows),
        "range_summary": pd.DataFrame(summary),
        "game_weights": pd.DataFrame(
            [
                {"ending": "war goes on", "share_some": 0.7, "share_all": 0.6, "draws": 40},
                {"ending": "truce honoured", "share_some": 0.4, "share_all": 0.3, "draws": 40},
            ]
        ),
        **game_tables(SimpleNamespace(game=_game(), solution=solve(_game()))),
    }


def _game():
    def pays(far: float, south: float, north: float):
        return {kind: {"far": far, "south": south, "north": north} for kind in (LIMITED, MAXIMAL)}

    offer = Offer(
        "grand_plan", "Grand plan", pays(3, 4, 1), pays(0, -3, 2), {LIMITED: {"far": 1, "south": 1, "north": -2},
        MAXIMAL: {"far": 1, "south": 1, "north": 1.5}}, "far", 0.4, 3.0,
    )  # fmt: skip
    freeze = Offer("plain_freeze", "Freeze on the line", pays(3, 5, -1), pays(0, 1, -1), pays(0, 1, -1))
    return settlement_game(
        "The game of the sample",
        Seats({"far": "Farland", "south": "Southland", "north": "Northland"}, "far", "south", "north"),
        [offer, freeze],
        0.5,
        Threat({"far": -0.5, "south": -4, "north": 2}),
    )
