"""The figure of the game: the tree of the first offer, what is played in it, and what play reaches."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from contactline.core.rounding import percent
from contactline.topics.assessment import Assessment
from contactline.topics.bargain.schema import EQUILIBRIA, GAME, GAME_VALUES, GAME_WEIGHTS
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import STATIC_WIDTH, Figure, Recipe, inline, source_line, spec_of
from contactline.topics.showing.theme import ACCEPT, INK, MUTED, PAPER, RULE

REACHED, PLAYED, OTHER = "reached in equilibrium", "played if it comes to it", "not played"
KINDS = {"move": "somebody moves", "draw": "nature draws", "ending": "ending"}
LEAF = 27
"""Pixels of height an ending takes."""
ALONG = 0.58
"""Where on an edge its action is written: past the middle, where edges have parted."""


def tree(assessment: Assessment) -> list[Figure]:
    """The tree of the first offer, with what is played and what is reached in the first equilibrium."""
    nodes, values = assessment.tables[GAME], assessment.tables[GAME_VALUES]
    shown, stubs = _drawn(nodes)
    at = _laid_out(shown)
    played = _played(assessment.tables[EQUILIBRIA], nodes)
    points, edges = [], []
    for row in shown.to_dict("records"):
        x, y = at[row["node"]]
        kind = "ending" if row["node"] in stubs else row["kind"]
        said = str(row["player"] or row["label"] or row["branch"]) if kind != "ending" else ""
        point = {"x": x, "y": y, "kind": KINDS[kind], "said": _brief(said) if kind == "move" else ""}
        points.append(
            point
            | {
                "ends": _pays(values, {str(k): v for k, v in row.items()}, row["node"] in stubs)
                if kind == "ending"
                else ""
            }
        )
        if row["parent"] >= 0:
            use = REACHED if row.get("reach_1", 0) > 0 else PLAYED if row["node"] in played else OTHER
            odds = "" if row["chance"] != row["chance"] else f" {percent(row['chance'])}"
            before = at[row["parent"]]
            edge = {"x": before[0], "y": before[1], "x2": x, "y2": y, "use": use}
            edge |= {"tx": before[0] + ALONG * (x - before[0]), "ty": before[1] + ALONG * (y - before[1])}
            named = "" if row["parent"] == 0 and kind == "ending" else _short(str(row["branch"])) + odds
            edges.append(edge | {"said": named})
    title = _title(values)
    over_weights = _over_weights(assessment.tables.rows(GAME_WEIGHTS))
    subtitle = (
        "At the endings: gains over fighting on with support as it is, in units of each player's own value "
        f"({_key(values)}), at default values and middle weights. Dotted: nodes that who moves cannot tell apart. "
        "Other offers are left out here; table game has every node. "
        + over_weights
        + source_line(assessment, "own model")
    )
    leaves = sum(bool(point["ends"]) for point in points)
    sets = _same_knowledge(shown, at)
    spec = spec_of(_chart(pd.DataFrame(points), pd.DataFrame(edges), sets), 70 + LEAF * leaves)
    return [Figure("game_tree", "choice", title, subtitle, f"Game tree. {title}.", spec, STATIC_WIDTH)]


RECIPES = (
    Recipe(
        "game_tree",
        "choice",
        "the game of a settlement",
        (GAME, EQUILIBRIA, GAME_VALUES),
        tree,
        "The game of a settlement has no equilibrium of the kinds searched: see table game.",
    ),
)


def _over_weights(table: pd.DataFrame) -> str:
    """How far the ending depends on the weights, in a sentence; empty without the table."""
    ranked = table.sort_values("share_some", ascending=False)
    pairs = zip(ranked["ending"].astype(str), ranked["share_some"].astype(float), strict=True)
    shares = ", ".join(f"“{ending}” in {percent(share)}" for ending, share in pairs if share >= 0.01)
    return (
        f"With weights drawn within their ranges, in some equilibrium: {shares} of draws. " if shares else ""
    )


def _chart(points: pd.DataFrame, edges: pd.DataFrame, sets: pd.DataFrame) -> alt.TopLevelMixin:
    x = alt.X("x:Q", scale=alt.Scale(domain=[-0.3, points["x"].max() + 1.7], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[points["y"].max() + 0.7, -0.9], nice=False), axis=None)
    widths = {OTHER: 1.2, PLAYED: 1.8, REACHED: 4.0}
    colour = alt.Color(
        "use:N", title=None, scale=alt.Scale(domain=[REACHED, PLAYED, OTHER], range=[ACCEPT, INK, RULE])
    )
    shape = alt.Shape(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=list(KINDS.values()), range=["circle", "diamond", "square"]),
    )
    layers = [
        alt.Chart(inline(edges[edges["use"] == use]))
        .mark_rule(strokeWidth=width)
        .encode(x=x, y=y, x2="x2:Q", y2="y2:Q", color=colour)
        for use, width in widths.items()
        if (edges["use"] == use).any()
    ]
    if not sets.empty:
        joined = alt.Chart(inline(sets)).mark_rule(color=MUTED, strokeDash=[2, 4], strokeWidth=1.2)
        layers.append(joined.encode(x=x, y=y, y2="y2:Q"))
    actions = alt.Chart(inline(edges[["tx", "ty", "said"]].rename(columns={"tx": "x", "ty": "y"})))
    moves, leaves = points[points["said"] != ""], points[points["ends"] != ""]
    names = alt.Chart(inline(moves))
    dots = alt.Chart(inline(points)).mark_point(filled=True, size=55, opacity=1, color=INK)
    layers += [
        dots.encode(x=x, y=y, shape=shape),
        actions.mark_text(fontSize=10, stroke=PAPER, strokeWidth=4).encode(x=x, y=y, text="said:N"),
        actions.mark_text(fontSize=10, color=MUTED).encode(x=x, y=y, text="said:N"),
        names.mark_text(dy=-12, fontSize=11, stroke=PAPER, strokeWidth=4).encode(x=x, y=y, text="said:N"),
        names.mark_text(dy=-12, fontSize=11, fontWeight="bold", color=INK).encode(x=x, y=y, text="said:N"),
        alt.Chart(inline(leaves))
        .mark_text(align="left", dx=9, fontSize=10, color=INK)
        .encode(x=x, y=y, text="ends:N"),
    ]
    return alt.layer(*layers)


def _same_knowledge(shown: pd.DataFrame, at: Mapping[int, tuple[float, float]]) -> pd.DataFrame:
    """Joins between nodes that who moves cannot tell apart: x, y, y2."""
    rows = []
    moves = shown[shown["infoset"] != ""]
    for _, own in moves.groupby("infoset"):
        nodes = sorted(own["node"], key=lambda node: at[node][1])
        for first, second in pairwise(nodes):
            rows.append({"x": at[first][0], "y": at[first][1], "y2": at[second][1]})
    return pd.DataFrame(rows, columns=["x", "y", "y2"])


def _drawn(nodes: pd.DataFrame) -> tuple[pd.DataFrame, set[int]]:
    """The root, all that follows the first offer, and the other offers as stubs without what follows."""
    first = nodes[nodes["parent"] == 0]["node"].to_numpy()
    stubs = set(first[1:].tolist())
    keep = {0, *first.tolist()}
    for row in nodes.to_dict("records"):
        if row["parent"] in keep and row["parent"] not in stubs and row["parent"] != 0:
            keep.add(row["node"])
    return nodes[nodes["node"].isin(keep)], stubs


def _laid_out(shown: pd.DataFrame) -> dict[int, tuple[float, float]]:
    """Node → depth and height: leaves one below the other, others in the middle of what follows."""
    below: dict[int, list[int]] = {}
    for row in shown.to_dict("records"):
        below.setdefault(row["parent"], []).append(row["node"])
    depth = dict(zip(shown["node"], shown["depth"], strict=True))
    at: dict[int, tuple[float, float]] = {}
    leaves = 0
    for node in sorted(depth, reverse=True):
        if node in below:
            heights = [at[child][1] for child in below[node]]
            at[node] = (float(depth[node]), (heights[0] + heights[-1]) / 2)
        else:
            at[node] = (float(depth[node]), -float(leaves))
            leaves += 1
    low = min(y for _, y in at.values())
    return {node: (x, y - low) for node, (x, y) in at.items()}


def _played(equilibria: pd.DataFrame, nodes: pd.DataFrame) -> set[int]:
    """Nodes that the first equilibrium's play leads to from the node before, whether that is reached or not."""
    first = equilibria[equilibria["equilibrium"] == 1]
    chosen = {(row["infoset"], row["action"]) for row in first.to_dict("records") if row["chance"] > 0}
    infoset = dict(zip(nodes["node"], nodes["infoset"], strict=True))
    return {
        row["node"]
        for row in nodes.to_dict("records")
        if (infoset.get(row["parent"], ""), row["branch"]) in chosen
    }


def _pays(values: pd.DataFrame, row: Mapping[str, Any], stub: bool) -> str:
    """ "US +15, Uk +46, Ru +2"; for an offer that is not drawn out its name and where to look."""
    if stub:
        return f"{row['branch']}: {'in table game' if row['kind'] != 'ending' else row['label'] + ', 0'}"
    names = dict(zip(values["player"], values["name"], strict=True))
    paid = {names[key[4:]]: value for key, value in row.items() if key.startswith("pay_")}
    if not any(paid.values()):
        return f"{row['label']}: 0"
    return ", ".join(f"{_initials(name)} {_signed(value)}" for name, value in paid.items())


def _key(values: pd.DataFrame) -> str:
    return ", ".join(f"{_initials(name)} {name}" for name in dict.fromkeys(values["name"]))


def _signed(value: float) -> str:
    text = f"{value:+.1f}" if abs(value) < 9.95 else f"{value:+.0f}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def _brief(name: str) -> str:
    """The name where it is short, else its initials, as the key has them."""
    return name if len(name) <= 9 else _initials(name)


def _initials(name: str) -> str:
    """ "US" for United States, "Uk" for Ukraine."""
    words = name.split()
    return "".join(word[0] for word in words) if len(words) > 1 else name[:2]


def _short(branch: str) -> str:
    """The action, cut at a colon and to what an edge has room for."""
    text = branch.partition(":")[0]
    return text if len(text) <= 26 else text[:25].rstrip() + "…"


def _title(values: pd.DataFrame) -> str:
    ways = values.drop_duplicates("outcome")
    count = values["equilibrium"].nunique()
    if len(ways) == 1:
        end = str(ways["endings"].iloc[0]).replace(" 100%", "")
        found = "The one equilibrium found ends so" if count == 1 else f"All {count} equilibria found end so"
        return f"{found}: {end}"
    ends = "; or ".join(ways["endings"].astype(str))
    return f"{count} equilibria with {len(ways)} outcomes: {ends}"
