"""One look for every figure, map and page: a restrained palette that colour-blind readers can tell apart.

Hues follow Okabe & Ito (2008): the challenger is vermilion, the defender blue, a demilitarised zone ochre;
probabilities run from pale to dark in the ICD 203 bands, so that map, table and sentence use the same steps.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import Any

CHALLENGER = "#c8553d"
DEFENDER = "#3b7ea1"
DMZ = "#e2b84f"
INK = "#1f2933"
MUTED = "#66727f"
RULE = "#d5dae0"
PAPER = "#ffffff"
LAND = "#eef1f4"

CATEGORIES = ("#2a7f7f", "#8a6aa8", "#d9a520", "#7f8c3d", "#a0623a", "#9aa5b1", "#44546a", "#c78fb1")
"""For regions, proposals and forecasters, in this order; none is a side's colour. See `palette` for more of them."""

GOLDEN = 0.618034
"""Step of hue that never comes back to where it was."""

READABLE = 4.5
"""Contrast that WCAG 2.2 (AA, 1.4.3) asks of text against what lies behind it."""

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
    "axisX": {"grid": False, "titleAnchor": "end"},
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


def palette(count: int) -> tuple[str, ...]:
    """`count` colours, no two the same: the categories, then their darker and lighter kin, then steps of hue."""
    darker = (between(colour, "#000000", 0.4) for colour in CATEGORIES)
    kin = (*CATEGORIES, *darker, *(between(colour, PAPER, 0.45) for colour in CATEGORIES))
    more = (colorsys.hsv_to_rgb(k * GOLDEN % 1.0, 0.55, 0.7) for k in range(max(count - len(kin), 0)))
    return (*kin, *(_hex([255 * part for part in colour]) for colour in more))[:count]


def contrast(first: str, second: str) -> float:
    """The WCAG contrast ratio of two colours as #rrggbb, from 1 to 21."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def ink_on(background: str) -> str:
    """The colour of text on `background`: the page's ink where it reads there, else white or black.

    One of the last two always reads: at worst both have a contrast of 4.58.
    """
    return next(c for c in (INK, PAPER, "#000000") if contrast(c, background) >= READABLE)


def share_colour(share: float) -> str:
    """A share preferring to accept as a colour: amber below one half, violet above, pale in the middle."""
    return between(EVEN, ACCEPT if share >= 0.5 else FIGHT, min(abs(share - 0.5) * 2, 1.0))


def between(first: str, second: str, part: float) -> str:
    """The colour `part` (0 to 1) of the way from `first` to `second`."""
    pairs = zip(_parts(first), _parts(second), strict=True)
    return _hex([a * (1 - part) + b * part for a, b in pairs])


def _parts(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _hex(parts: Sequence[float]) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in parts)


def _luminance(colour: str) -> float:
    linear = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (p / 255 for p in _parts(colour))
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
