"""Labels of time say which year they mean, columns stand above their month, and no legend repeats or loses a name."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd
import pytest

from contactline.faces.report.html import all_figures, render_html
from contactline.topics.assessment import Assessment
from contactline.topics.showing.figures import Figure, inline, legends_of, page_spec, spec_of, time_x, to_svg
from contactline.topics.trust.show.scores import coverage, score_ratios

SVG = "{http://www.w3.org/2000/svg}"
DATED = re.compile(r"(\d{1,2} )?([A-Z][a-z]{2} )?20\d\d")


@pytest.fixture(scope="module")
def figures(sample: Assessment) -> dict[str, Figure]:
    return {figure.id: figure for figure in all_figures(sample)}


def units(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for layer in spec.get("layer", []):
        yield from units(layer)
    if "encoding" in spec:
        yield spec


def axis_labels(svg: str, axis: str = "X-axis") -> list[tuple[str, float]]:
    """Texts of an axis and where they stand across, in pixels."""
    root = ET.fromstring(svg)
    groups = [g for g in root.iter(f"{SVG}g") if g.get("aria-label", "").startswith(axis)]
    found = []
    for group in groups:
        for part in group.iter(f"{SVG}g"):
            if "role-axis-label" in part.get("class", ""):
                for node in part.iter(f"{SVG}text"):
                    if node.get("opacity") != "0" and node.text:
                        found.append(
                            (
                                node.text,
                                float(re.search(r"translate\(([-\d.]+)", node.get("transform", "")).group(1)),
                            )
                        )
    return found


def test_every_label_of_time_names_its_year(figures: dict[str, Figure]) -> None:
    dated = [
        f for f in figures.values()
        if any(u["encoding"].get("x", {}).get("type") == "temporal" for u in units(f.spec))
    ]  # fmt: skip
    assert len(dated) >= 10
    for figure in dated:
        labels = [text for text, _ in axis_labels(to_svg(figure))]
        assert labels and all(DATED.fullmatch(text) for text in labels), (figure.id, labels)


@pytest.mark.parametrize("days", [5, 40, 100, 300, 700, 1_300, 2_000, 4_000])
def test_labels_of_time_name_their_year_over_any_span(days: int) -> None:
    dates = pd.date_range("2025-12-07", periods=2, freq=f"{days}D")
    frame = pd.DataFrame({"day": dates, "value": [0, 1]})
    chart = alt.Chart(inline(frame)).mark_line().encode(x=time_x("day", frame["day"]), y="value:Q")
    labels = [text for text, _ in axis_labels(to_svg(Figure("f", "s", "t", "u", "v", spec_of(chart, 200))))]
    assert len(labels) >= 2 and all(DATED.fullmatch(text) for text in labels), labels
    assert len(set(labels)) == len(labels)


def test_each_month_stands_under_its_own_column(figures: dict[str, Figure]) -> None:
    svg = to_svg(figures["gains"])
    columns: dict[str, tuple[float, float]] = {}
    for node in ET.fromstring(svg).iter(f"{SVG}path"):
        month = re.search(r"month: ([A-Z][a-z]+ \d{4})", node.get("aria-label", ""))
        shape = re.match(r"M([-\d.]+),[-\d.]+h([-\d.]+)", node.get("d", ""))
        if month and shape:
            day = pd.Timestamp(f"1 {month.group(1)}")
            left, wide = float(shape.group(1)), float(shape.group(2))
            columns[f"{day:%b %Y}"] = (left, left + wide)
    labels = axis_labels(svg)
    assert len(columns) >= 12 and len(labels) >= 4
    for text, at in labels:
        left, right = columns[text]
        assert left < at < right, text


def test_no_legend_repeats_a_mark_or_loses_a_name(figures: dict[str, Figure]) -> None:
    explained = 0
    for figure in figures.values():
        for legend in legends_of(figure):
            marks = [str(entry.mark) for entry in legend.entries]
            assert len(set(marks)) == len(marks), (figure.id, [e.label for e in legend.entries])
            assert len({entry.label for entry in legend.entries}) == len(marks)
            explained += 1
        for unit in units(page_spec(figure)):
            for channel in ("color", "shape", "strokeDash"):
                own = unit["encoding"].get(channel, {})
                if own.get("type") == "nominal" and "field" in own:
                    assert own["legend"] is None, figure.id
    assert explained >= 15


def test_a_legend_names_what_the_table_holds_in_its_order(
    sample: Assessment, figures: dict[str, Figure]
) -> None:
    table = sample.tables["truce"]
    (legend,) = legends_of(figures["truce"])
    assert [entry.label for entry in legend.entries] == list(
        table.loc[table["variant"] == "as_written", "name"]
    )


def test_legends_are_text_of_the_page(sample: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contactline.faces.report.html.vega_bundle", lambda: "")
    page = render_html(sample)
    losses = page.split('id="fig-losses_ahead"')[1].split("</figure>")[0]
    assert re.findall(r"</svg>([^<]+)</li>", losses) == ["Northland", "Southland"]


def test_more_names_than_colours_still_differ() -> None:
    names = [f"name {k:02d}" for k in range(30)]
    frame = pd.DataFrame({"x": range(30), "who": names})
    chart = alt.Chart(inline(frame)).mark_line().encode(x="x:Q", y="x:Q", color="who:N")
    (legend,) = legends_of(Figure("f", "s", "t", "u", "v", spec_of(chart, 200)))
    assert [entry.label for entry in legend.entries] == names
    assert len({str(entry.mark) for entry in legend.entries}) == 30


def test_eleven_forecasters_are_rows_with_their_names(sample: Assessment) -> None:
    for figure in (*score_ratios(sample), *coverage(sample)):
        rows = {text for text, _ in axis_labels(to_svg(figure), "Y-axis")}
        assert "Headline (pool)" in rows and "Climatology" in rows
        explained = [entry.label for legend in legends_of(figure) for entry in legend.entries]
        assert "37 weeks ahead" in explained and "the headline" in explained


def test_titles_of_axes_fit_a_phone(figures: dict[str, Figure]) -> None:
    for figure in figures.values():
        for unit in units(figure.spec):
            title = unit["encoding"].get("x", {}).get("title")
            lines = title if isinstance(title, list) else [title or ""]
            assert max(len(line) for line in lines) <= 52, figure.id


def test_boxes_that_scroll_are_named_and_reached_by_keyboard(
    sample: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactline.faces.report.html.vega_bundle", lambda: "")
    page = render_html(sample)
    boxes = re.findall(r'<div class="scroll"[^>]*>', page)
    assert len(boxes) > 25
    for box in boxes:
        assert (
            'tabindex="0"' in box and 'role="region"' in box and re.search(r'aria-label="[^"]{5,}"', box)
        ), box
    assert not re.search(r"<th[^>]*>\s*</th>", page)
