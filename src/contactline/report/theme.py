"""One look for every figure, map and page: a restrained palette that colour-blind readers can tell apart.

Hues follow Okabe & Ito (2008): the challenger is vermilion, the defender blue, a demilitarised zone ochre;
probabilities run from pale to dark in the ICD 203 bands, so that map, table and sentence use the same steps.
"""

from __future__ import annotations

from typing import Any

import altair as alt

CHALLENGER = "#c8553d"
DEFENDER = "#3b7ea1"
DMZ = "#e2b84f"
INK = "#1f2933"
MUTED = "#66727f"
RULE = "#d5dae0"
PAPER = "#ffffff"
LAND = "#eef1f4"

CATEGORIES = ("#2a7f7f", "#8a6aa8", "#d9a520", "#7f8c3d", "#a0623a", "#9aa5b1", "#44546a", "#c78fb1")
"""For regions, proposals and forecasters, in this order; none is a side's colour."""

BAND_COLOURS = (
    "#f4f1ea",
    "#eadfcb",
    "#dcbf9b",
    "#cc9a72",
    "#bd7a58",
    "#a85642",
    "#8a3a31",
    "#652626",
    "#4a1a1c",
)
"""One per band of `judgements.BANDS`, pale to dark."""

ACCEPT, FIGHT, EVEN = "#7a5ea6", "#c98a2b", "#f6f4ef"
"""Shares preferring acceptance or fighting on, and the middle; neither is a side's colour."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

CONFIG: dict[str, Any] = {
    "background": PAPER,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "titleFontWeight": "normal",
        "titleFontSize": 12,
        "labelFontSize": 12,
        "domainColor": RULE,
        "tickColor": RULE,
        "gridColor": "#e9ecef",
        "labelLimit": 220,
    },
    "axisX": {"grid": False},
    "axisY": {"domain": False, "ticks": False},
    "legend": {
        "labelColor": INK,
        "titleColor": MUTED,
        "titleFontWeight": "normal",
        "titleFontSize": 12,
        "labelFontSize": 12,
        "labelLimit": 300,
        "titleLimit": 400,
        "orient": "top",
        "symbolStrokeWidth": 2,
        "columns": {"expr": "width < 320 ? 1 : width < 480 ? 2 : width < 640 ? 3 : 4"},
    },
    "title": {
        "anchor": "start",
        "color": INK,
        "fontSize": 16,
        "subtitleColor": MUTED,
        "subtitleFontSize": 12,
    },
    "range": {"category": list(CATEGORIES)},
}


@alt.theme.register("contactline", enable=False)
def theme() -> alt.theme.ThemeConfig:
    """The look as an Altair theme: `alt.theme.enable("contactline")` in a notebook."""
    return alt.theme.ThemeConfig(config=CONFIG)  # type: ignore[typeddict-item]
