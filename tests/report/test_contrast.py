"""Every text can be read against what lies behind it: WCAG 2.2 AA asks for a contrast of 4.5."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from importlib.resources import files

import numpy as np
import pytest

from contactline.faces.report.html import _environment, all_figures
from contactline.topics.assessment import Assessment
from contactline.topics.showing import theme
from contactline.topics.showing.figures import to_svg
from contactline.topics.showing.judgements import BANDS
from contactline.topics.showing.maps import map_svg
from contactline.topics.showing.theme import READABLE, contrast, ink_on, palette, share_colour

CSS = files("contactline.faces.report").joinpath("static", "report.css").read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"
MARKS = set("▸")
"""Text marks that are drawings; WCAG asks 3.0 of those (1.4.11)."""


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#bd7a58", "#1f2933") == pytest.approx(4.28, abs=0.01)  # what the tables once had


def test_ink_reads_on_any_background() -> None:
    rng = np.random.default_rng(2)
    for parts in rng.integers(0, 256, (3_000, 3)):
        background = "#" + "".join(f"{p:02x}" for p in parts)
        assert contrast(ink_on(background), background) >= READABLE
    assert contrast(ink_on("#757575"), "#757575") >= READABLE


def test_cells_of_tables_read_at_every_value() -> None:
    filters = _environment().filters
    for name in ("bandcolour", "sharecolour"):
        for value in np.linspace(0, 1, 1_001):
            background, ink = re.fullmatch(
                r"background:(#\w{6});color:(#\w{6})", str(filters[name](value))
            ).groups()
            assert contrast(ink, background) >= READABLE, (name, value)
    assert len({str(filters["bandcolour"]((low + high) / 2)) for low, high, _ in BANDS}) == len(BANDS)
    assert {share_colour(0.0), share_colour(0.5), share_colour(1.0)} == {
        theme.FIGHT,
        theme.EVEN,
        theme.ACCEPT,
    }


def test_styles_of_the_page_read() -> None:
    named = dict(re.findall(r"(--\w+): (#\w{3,6});", CSS))
    pages = ["#ffffff", "#fff6dc", named["--soft"]]
    pairs = []
    for selectors, body in re.findall(r"([^{}@]+)\{([^{}]*)\}", CSS):
        colour = re.search(r"(?:^|[;\s])color: ?(#\w+|var\(--\w+\))", body)
        behind = re.search(r"background(?:-color)?: ?(#\w+|var\(--\w+\))", body)
        if colour:
            grounds = [resolved(behind.group(1), named)] if behind else pages
            pairs += [(selectors.strip(), resolved(colour.group(1), named), ground) for ground in grounds]
    assert len(pairs) > 30
    assert [pair for pair in pairs if contrast(pair[1], pair[2]) < READABLE] == []


def resolved(colour: str, named: dict[str, str]) -> str:
    """A colour of the style sheet as #rrggbb."""
    found = re.fullmatch(r"var\((--\w+)\)", colour)
    colour = named[found.group(1)] if found else colour
    return colour if len(colour) == 7 else "#" + "".join(2 * part for part in colour[1:4])


def test_texts_of_the_theme_read() -> None:
    for part in ("axis", "legend", "title"):
        for key, value in theme.CONFIG[part].items():
            if key.endswith(("labelColor", "titleColor", "color", "subtitleColor")):
                assert contrast(value, theme.CONFIG["background"]) >= READABLE, (part, key)


def test_texts_in_charts_and_maps_read(sample: Assessment) -> None:
    drawings = {figure.id: to_svg(figure) for figure in all_figures(sample)}
    drawings |= {layer: map_svg(sample, layer) for layer in ("now", "p_104", "after_grand_plan")}
    seen = 0
    for name, svg in drawings.items():
        for node in ET.fromstring(svg).iter(f"{SVG}text"):
            text = "".join(node.itertext()).strip()
            fill = node.get("fill", "#000000")
            if not text or fill in ("none", "transparent") or node.get("stroke") == theme.PAPER:
                continue  # a halo: its text follows, in ink
            least = 3.0 if set(text) <= MARKS else READABLE
            assert contrast(fill, theme.PAPER) >= least, (name, text, fill)
            seen += 1
    assert seen > 500


@pytest.mark.parametrize("count", [1, 8, 9, 24, 40])
def test_no_two_colours_of_a_palette_are_the_same(count: int) -> None:
    assert len(set(palette(count))) == len(palette(count)) == count
