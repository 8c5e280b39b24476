"""What a figure is: a Vega-Lite chart with a title that states the finding, a subtitle with units and source,
and an alternative text. Turns figures into SVG and PNG, and tables into compact chart data.
"""

from __future__ import annotations

import copy
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import vl_convert

from contactline.core.frame import Table
from contactline.topics.assessment import Assessment
from contactline.topics.showing import charts as alt
from contactline.topics.showing.judgements import plain_day
from contactline.topics.showing.legends import Legend, for_page, written_out
from contactline.topics.showing.theme import CONFIG

STATIC_WIDTH = 720
"""Pixels; the width of a chart in print (on the page it takes the width it is given)."""

TIME_STEPS = ((1400, 12), (480, 6), (240, 3), (60, 1))
"""Days that an axis spans at least → months from one label to the next; below the last, labels are days."""

TITLE_PIXELS = 6.2
"""Width of a character of an axis title, on average."""

TITLE_CHARACTERS = 52
"""Characters of a horizontal axis title that a phone has room for."""

SHORT = 28
"""Characters of a name that a legend has room for."""


@dataclass(frozen=True)
class Figure:
    """One chart. `spec` is Vega-Lite without title, which the page sets in its own type.

    least_width : number of pixels below which the chart cannot be read; on a narrower screen it scrolls. 0: any width.
    """

    id: str
    section: str
    title: str
    subtitle: str
    alt: str
    spec: dict[str, Any]
    least_width: int = 0


@dataclass(frozen=True)
class Recipe:
    """How to build the figures of one kind, and the tables they need, the one that is drawn first.

    `empty` is what a table without rows means, where that is a finding; else the page says that it has none.
    """

    id: str
    section: str
    what: str
    tables: tuple[Table, ...]
    build: Callable[[Assessment], Sequence[Figure]]
    empty: str = ""

    def figures(self, assessment: Assessment) -> list[Figure]:
        """The figures; their alternative text begins with what the drawn table is declared to hold."""
        about = self.tables[0].meaning
        return [replace(figure, alt=f"{about}. {figure.alt}") for figure in self.build(assessment)]


def chart_data(frame: pd.DataFrame, digits: int = 4) -> list[dict[str, Any]]:
    """Rows as plain values: days as ISO text, numbers to `digits` significant digits, missing as None."""
    return [
        {str(key): _plain(value, digits) for key, value in row.items()} for row in frame.to_dict("records")
    ]


def inline(frame: pd.DataFrame, digits: int = 4) -> alt.InlineData:
    """The rows of `frame`, rounded to `digits`, as chart data that travels inside the page."""
    return alt.InlineData(values=chart_data(frame, digits))


def spec_of(chart: alt.TopLevelMixin, height: int) -> dict[str, Any]:
    """Vega-Lite of a chart that is as wide as its container and high by a number of pixels, `height`."""
    spec: dict[str, Any] = chart.to_dict(validate=alt.utils.schemapi.DEBUG_MODE)
    spec.pop("config", None)
    spec = _titles_wrapped(written_out(spec), height)
    spec.update(width="container", height=height, autosize={"type": "fit-x", "contains": "padding"})
    return spec


def page_spec(figure: Figure) -> dict[str, Any]:
    """The figure for the page, which draws its legends of names itself (`legends_of`)."""
    return for_page(figure.spec)[0]


def legends_of(figure: Figure) -> tuple[Legend, ...]:
    """The legends of names that stand beside the figure on the page."""
    return for_page(figure.spec)[1]


def static_spec(figure: Figure) -> dict[str, Any]:
    """The figure for print: fixed width, title and subtitle inside, theme included."""
    spec = copy.deepcopy(figure.spec)
    spec["width"] = STATIC_WIDTH
    spec["config"] = CONFIG
    spec["padding"] = 16
    title, subtitle = textwrap.wrap(figure.title, 78), textwrap.wrap(figure.subtitle, 108)
    spec["title"] = {"text": title, "subtitle": subtitle, "anchor": "start", "frame": "bounds", "offset": 12}
    return spec


def to_svg(figure: Figure) -> str:
    """The figure as an SVG document."""
    svg: str = vl_convert.vegalite_to_svg(static_spec(figure))
    return svg


def to_png(figure: Figure, scale: float = 2) -> bytes:
    """The figure as PNG, `scale` times the nominal size."""
    png: bytes = vl_convert.vegalite_to_png(static_spec(figure), scale=scale)
    return png


def rows_axis(width: int = 24) -> alt.Axis:
    """A vertical axis of names, broken into lines of about `width` characters (marked by `wrapped`)."""
    return alt.Axis(
        labelExpr="split(datum.label, '\\n')", labelLimit=9 * width, labelPadding=8, domain=False, ticks=False
    )


def time_axis(days: Iterable[Any]) -> alt.Axis:
    """A horizontal axis for these days whose every label names its year: "2027", "Oct 2026" or "7 Dec 2025".

    Vega's own labels alternate months and years ("October 2027 …"), and a reader joins an October to the year after.
    """
    ends = pd.to_datetime(pd.Series(list(days)))
    span = (ends.max() - ends.min()).days
    every = next((months for least, months in TIME_STEPS if span > least), 0)
    if not every:
        return alt.Axis(format="%-d %b %Y", tickCount=4)
    if every == 12:
        return alt.Axis(format="%Y", tickCount=alt.TimeIntervalStep(interval="year", step=1))
    return alt.Axis(format="%b %Y", tickCount=alt.TimeIntervalStep(interval="month", step=every))


def time_x(field: str, days: Iterable[Any]) -> alt.X:
    """The horizontal encoding of a field of days, on the axis that fits `days`; without a title."""
    return alt.X(f"{field}:T", title=None, axis=time_axis(days))


def wrapped(name: str, width: int = 24) -> str:
    """`name` with line breaks where `rows_axis` breaks it, `width` characters a line."""
    parted = re.sub(r"(?<=\w)–(?=\w)", "–\0 ", name)  # textwrap knows hyphens but not dashes
    return re.sub("\0 ?", "", "\n".join(textwrap.wrap(parted, width))) or name


def source_line(assessment: Assessment, *parts: str) -> str:
    """ "Sources: …. As of 7 December 2025."; parts that are empty are left out."""
    named = "; ".join(part for part in parts if part)
    return (f"Source: {named}. " if named else "") + f"As of {plain_day(assessment.case.as_of)}."


def series_name(assessment: Assessment, series: str) -> str:
    """The name of a map series of the case, or its id."""
    return next((s.name for s in assessment.case.series if s.id == series), series.replace("_", " "))


def short_name(assessment: Assessment, series: str) -> str:
    """A name of a series short enough for a legend: its first words, or how the name itself writes the id."""
    head = series_name(assessment, series).partition(",")[0]
    if len(head) <= SHORT:
        return head
    spelled = re.search(re.escape(series), series_name(assessment, series), re.IGNORECASE)
    return spelled.group() if spelled else series.replace("_", " ")


def region_name(assessment: Assessment, region: str) -> str:
    """The name of a region of the case, or its id."""
    return next((r.name for r in assessment.case.regions if r.id == region), region.replace("_", " "))


def side_name(assessment: Assessment, side: str) -> str:
    """The name of a side of the case, or its id."""
    return next((s.name for s in assessment.case.sides if s.id == side), side.replace("_", " "))


def headline_of(assessment: Assessment, present: Sequence[str]) -> str:
    """The headline map series if it is among `present`, else the first of them."""
    wanted = assessment.case.headline_series.id
    return wanted if wanted in present else present[0]


def _titles_wrapped(spec: dict[str, Any], height: int) -> dict[str, Any]:
    """Titles of axes in lines that fit: across, a phone; upwards, the height of the chart."""
    for layer in spec.get("layer", []):
        _titles_wrapped(layer, height)
    room = {"x": TITLE_CHARACTERS, "y": max(int(height / TITLE_PIXELS), 12)}
    for channel, characters in room.items():
        own = spec.get("encoding", {}).get(channel)
        if isinstance(own, dict) and isinstance(own.get("title"), str) and len(own["title"]) > characters:
            own["title"] = textwrap.wrap(own["title"], characters)
    return spec


def _plain(value: Any, digits: int) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%dT00:00:00")  # without a zone: the reader's midnight, so no day slips
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if value is None or value is pd.NaT or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, float | np.floating):
        return float(f"{value:.{digits}g}")
    return int(value) if isinstance(value, np.integer) else value
