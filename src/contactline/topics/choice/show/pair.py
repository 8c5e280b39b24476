"""The map of `contactline choice --x --y`: share preferring acceptance over two beliefs, as a figure file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.case.schema import Case
from contactline.choice.pair import Pair
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import Figure, inline, spec_of, wrapped
from contactline.topics.showing.judgements import plain_day
from contactline.topics.showing.shares import ACCEPTING, COLOURS, outlined
from contactline.topics.showing.theme import INK


def pair_figure(case: Case, found: Pair) -> Figure:
    """A heat map with the line of half and half and the present 80% ranges."""
    half = [float(np.diff(values).min() / 2) for values in (found.x_values, found.y_values)]
    mesh_y, mesh_x = np.meshgrid(found.y_values, found.x_values, indexing="ij")
    cells = pd.DataFrame(
        {
            "x": mesh_x.ravel() - half[0], "x2": mesh_x.ravel() + half[0],
            "y": mesh_y.ravel() - half[1], "y2": mesh_y.ravel() + half[1], "share": found.share.ravel(),
        }
    )  # fmt: skip
    spans = [
        alt.Scale(domain=[float(v[0] - h), float(v[-1] + h)], nice=False, zero=False)
        for v, h in zip((found.x_values, found.y_values), half, strict=True)
    ]
    colour = alt.Color(
        "share:Q", title=ACCEPTING, legend=alt.Legend(format=".0%", tickCount=3), scale=COLOURS
    )
    x = alt.X(
        "x:Q",
        title=wrapped(f"{found.x_label}{_unit(found.x_unit)}", 80).split("\n"),
        scale=spans[0],
        axis=_axis(found.x_unit),
    )
    y = alt.Y(
        "y:Q",
        title=wrapped(f"{found.y_label}{_unit(found.y_unit)}", 44).split("\n"),
        scale=spans[1],
        axis=_axis(found.y_unit),
    )
    tip = [alt.Tooltip("share:Q", format=".0%")]
    layers = [
        alt.Chart(inline(cells)).mark_rect().encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=colour, tooltip=tip)
    ]
    (x_low, x_high), (y_low, y_high) = found.present
    box = pd.DataFrame([{"x": x_low, "x2": x_high, "y": y_low, "y2": y_high}])
    layers.append(outlined(box))
    turns = pd.DataFrame({"x": found.curve, "y": found.y_values}).dropna()
    if len(turns) > 1:
        line = alt.Chart(inline(turns)).mark_line(color=INK, strokeWidth=2.4)
        layers.append(line.encode(x="x:Q", y="y:Q", order=alt.Order("y:Q")))
    title = f"{found.proposal_name}: {found.finding[0].lower()}{found.finding[1:].rstrip('.')}"
    subtitle = (
        f"Violet: accepting is better in most belief sets; amber: fighting on. Line: half and half. Dashed frame: the "
        f"present 80% ranges. Values: {found.viewpoint}. {found.sets} belief sets. Source: own model. As of "
        f"{plain_day(case.as_of)}."
    )
    return Figure(
        "pair",
        "choice",
        title,
        subtitle,
        f"Heat map over two beliefs. {title}.",
        spec_of(alt.layer(*layers), 320),
    )


def _unit(unit: str) -> str:
    return "" if unit in ("share", "probability") else f" ({unit})"


def _axis(unit: str) -> alt.Axis:
    return alt.Axis(format=".0%", tickCount=6) if unit in ("share", "probability") else alt.Axis(tickCount=6)
