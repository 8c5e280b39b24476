"""Charts of the share in which accepting is better: its axis, its colours, and how far a belief moves it."""

from __future__ import annotations

import pandas as pd

from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import inline
from contactline.topics.showing.theme import ACCEPT, EVEN, FIGHT, INK, MUTED

ACCEPTING = "share in which accepting is better"
UNIT = {"domain": [0, 1]}
PERCENT = {"format": ".0%", "tickCount": 5}
COLOURS = {"domain": [0, 0.5, 1], "range": [FIGHT, EVEN, ACCEPT], "interpolate": "lab"}


def colour_of_share() -> alt.Color:
    """Colour by `share_accept`, with its legend."""
    legend = alt.Legend(format=".0%", gradientLength=180, tickCount=3)
    return alt.Color("share_accept:Q", title=ACCEPTING, scale=COLOURS, legend=legend)


def swings(rows: pd.DataFrame, lower: str, upper: str, y: alt.Y) -> list[alt.Chart]:
    """A bar from `share_low` to `share_high` for each row, and a dot at each of its ends, named `lower` and `upper`."""
    ends = rows.melt(["row"], ["share_low", "share_high"], "end", "share")
    ends["end"] = ends["end"].map({"share_low": lower, "share_high": upper})
    x = alt.X("share_low:Q", title=ACCEPTING, scale=UNIT, axis=PERCENT)
    return [
        alt.Chart(inline(rows)).mark_bar(height=6, color="#cbd2d9").encode(x=x, x2="share_high:Q", y=y),
        alt.Chart(inline(ends))
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            x=alt.X("share:Q", title=ACCEPTING),
            y=y,
            color=alt.Color("end:N", title=None, scale=alt.Scale(range=[MUTED, INK]), sort=None),
            tooltip=["row:N", "end:N", alt.Tooltip("share:Q", format=".0%")],
        ),
    ]


def outlined(box: pd.DataFrame) -> alt.Chart:
    """A dashed rectangle from `x`, `y` to `x2`, `y2`."""
    drawn: alt.Chart = (
        alt.Chart(inline(box))
        .mark_rect(fillOpacity=0, stroke=INK, strokeWidth=1.6, strokeDash=[5, 3])
        .encode(x="x:Q", x2="x2:Q", y="y:Q", y2="y2:Q")
    )
    return drawn
