"""The page stands alone, every figure speaks, and what is missing is said."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from contactline.core.frame import Tables
from contactline.faces.report.front import measured_assessment
from contactline.faces.report.html import (
    all_figures,
    missing_figures,
    render_front,
    render_html,
    write_report,
)
from contactline.topics.assessment import Assessment
from contactline.topics.contents import RECIPES, SECTIONS
from contactline.topics.fighting.schema import FORECAST_COLUMNS
from contactline.topics.front.show import series_gap
from contactline.topics.showing.figures import to_svg
from contactline.topics.tables import TABLES

PRESS_KEYS = """<script>
const map = document.querySelector("[data-map]"), canvas = map.querySelector("canvas"), seen = [];
const press = (key) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
const says = () => seen.push(map.querySelector(".hexmap-status").textContent.split(": ").pop());
press(","); says();
press("."); press("."); says();
map.querySelector("[data-group=chance]").click(); press(","); press(","); says();
const before = canvas.toDataURL();
press("+"); press("ArrowLeft");
setTimeout(() => {
  seen.push("moved:" + (canvas.toDataURL() !== before));
  map.querySelector("[data-group=after]").click(); says();
  const note = document.createElement("p");
  note.id = "seen"; note.textContent = seen.join("|");
  document.body.append(note);
}, 500);
</script>"""
"""Works the map by keyboard and buttons, and writes down what it says."""

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Collects elements and complains about tags that do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.current: str | None = None
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        self.current = dict(attrs).get("id") if tag == "script" else None

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()
        self.current = None

    def handle_data(self, data: str) -> None:
        if self.current:
            self.scripts[self.current] = self.scripts.get(self.current, "") + data


@pytest.fixture(scope="module")
def page(sample: Assessment) -> Page:
    return Page(render_html(sample))


@pytest.fixture(scope="module")
def text(sample: Assessment) -> str:
    return render_html(sample)


def test_nothing_is_loaded_from_outside(page: Page) -> None:
    for tag, attributes in page.elements:
        for name in ("src", "srcset", "poster", "data"):
            assert name not in attributes or tag == "param", (tag, attributes)
        if tag == "link":
            assert (attributes["href"] or "").startswith("data:")
        if tag == "a":
            assert re.match(r"(#|https?://)", attributes["href"] or "")


def test_styles_and_own_scripts_reach_for_nothing(sample: Assessment) -> None:
    folder = Path(__import__("contactline.faces.report").faces.report.__path__[0]) / "static"
    for path in folder.iterdir():
        assert not re.search(r"https?://|@import|url\(|fetch\(|XMLHttpRequest", path.read_text()), path.name


def test_sections_stand_in_the_readers_order(page: Page) -> None:
    ids = [attributes.get("id") for tag, attributes in page.elements if tag == "h2"]
    assert [i for i in ids if i] == [section.id for section in SECTIONS]
    links = {attributes["href"] for tag, attributes in page.elements if tag == "a"}
    assert {f"#{section.id}" for section in SECTIONS} <= links


def test_ids_are_unique_and_every_chart_has_its_spec(page: Page, sample: Assessment) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    specs = json.loads(page.scripts["chart-specs"])
    shown = [attributes["data-chart"] for _, attributes in page.elements if "data-chart" in attributes]
    assert sorted(shown) == sorted(specs) == sorted(figure.id for figure in all_figures(sample))


def test_every_figure_has_title_alternative_text_source_and_day(page: Page, sample: Assessment) -> None:
    figures = all_figures(sample)
    assert {recipe.section for recipe in RECIPES} == {figure.section for figure in figures}
    for figure in figures:
        assert len(figure.title) > 15 and len(figure.alt) > 30, figure.id
        assert "As of 7 December 2025" in figure.subtitle, figure.id
    for _, attributes in page.elements:
        if "data-chart" in attributes:
            assert attributes["role"] == "img" and attributes["aria-label"]
        if "data-map" in attributes:
            assert attributes["data-label"]


def test_titles_say_what_the_tables_say(sample: Assessment) -> None:
    titles = {figure.id: figure.title for figure in all_figures(sample)}
    monthly = sample.tables["front_monthly"]
    total = monthly[(monthly["series"] == "mapa") & (monthly["region"] == "total")].set_index("month")["km2"]
    assert f"gained a net {total['2025-11-01']:.0f} km² in November 2025" in titles["gains"]
    row = sample.tables["objectives"].query("objective == 'rest_east' and model == 'headline'").iloc[0]
    assert f"by December 2027 in {100 * row['p_104']:.0f}% of draws" in titles["objectives"]
    assert "0.62 times" in titles["score"]


def test_a_loss_of_ground_is_not_called_a_gain(sample: Assessment) -> None:
    monthly = sample.tables["front_monthly"].assign(km2=lambda frame: -frame["km2"])
    turned = dataclasses.replace(sample, tables={**sample.tables, "front_monthly": monthly})
    title = next(figure.title for figure in all_figures(turned) if figure.id == "gains")
    assert title.startswith("Northland lost a net")


def test_text_from_tables_cannot_break_out(text: str) -> None:
    assert "A study &lt;of&gt; wars" in text
    assert "<of>" not in text


def test_no_missing_value_leaks_into_the_page(text: str) -> None:
    body = text.split('<script type="application/json"')[0]
    assert not re.search(r"\b(nan|NaN|NaT|None|inf)\b", body)


@pytest.mark.parametrize(
    "name", sorted({table.name for recipe in RECIPES for table in recipe.tables} | {"cells"})
)
def test_each_missing_table_is_said(sample: Assessment, name: str) -> None:
    rest = {key: frame for key, frame in sample.tables.items() if key != name}
    said = missing_figures(dataclasses.replace(sample, tables=rest))
    text = " ".join(sentence for sentences in said.values() for sentence in sentences)
    assert re.search(rf"Not shown: [^.]*. This assessment has no tables? {name}\b", text)
    assert missing_figures(sample) == {}


@pytest.mark.parametrize("gone", [("deals", "hinges", "cells"), ("truce", "breakeven_curve", "area_history")])
def test_the_rest_stands_where_tables_are_missing(
    sample: Assessment, gone: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactline.faces.report.html.vega_bundle", lambda: "")
    rest = {key: frame for key, frame in sample.tables.items() if key not in gone}
    text = render_html(dataclasses.replace(sample, tables=rest))
    Page(text)
    assert "Not shown: " in text
    assert 'id="made"' in text


def test_an_empty_assessment_still_makes_a_page(sample: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contactline.faces.report.html.vega_bundle", lambda: "")
    text = render_html(dataclasses.replace(sample, tables={}, judgements=()))
    assert text.count("Not shown:") >= len(RECIPES)


def test_every_table_of_the_dictionary_is_in_the_sample(sample: Assessment) -> None:
    assert set(TABLES) - set(sample.tables) == {"changes"}


def test_one_map_series_says_nothing_about_disagreement(sample: Assessment) -> None:
    assert "overlap for" in series_gap(sample)
    area = sample.tables["area_history"]
    alone = dataclasses.replace(sample, tables={"area_history": area[area["series"] == "mapa"]})
    assert series_gap(alone) == ""


def test_the_front_page_needs_no_forecast(sample: Assessment) -> None:
    kept = {
        k: sample.tables[k] for k in ("front_monthly", "line_history", "outlines", "settlements", "places")
    }
    cells = sample.tables["cells"].assign(**dict.fromkeys(FORECAST_COLUMNS, np.nan))
    cells = cells.drop(columns=[name for name in cells if name.startswith("after_")])
    front = measured_assessment(sample.case, Tables({**kept, "cells": cells}), "0" * 64, "0.1")
    text = render_front(front)
    Page(text)
    assert "Chance that Northland holds it" not in text
    assert "Northland gained a net" in text


def test_the_report_folder_is_written_whole(sample: Assessment, tmp_path: Path) -> None:
    some = {k: sample.tables[k] for k in ("front_monthly", "cells", "outlines", "settlements")}
    written = write_report(dataclasses.replace(sample, tables=some), tmp_path, png=True)
    names = {path.relative_to(tmp_path).as_posix() for path in written}
    assert {"report.html", "figures/gains.svg", "figures/gains.png", "figures/map_now.svg"} <= names
    assert all(path.stat().st_size > 500 for path in written)


def test_figures_for_print_carry_their_title(sample: Assessment) -> None:
    figure = next(figure for figure in all_figures(sample) if figure.id == "gains")
    svg = to_svg(figure)
    assert figure.title.split(";")[0] in re.sub(r"<[^>]+>", " ", svg)


def test_the_page_runs_without_errors_in_a_browser(text: str, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium to open the page in")
    target = tmp_path / "report.html"
    head, _, tail = text.rpartition("</body>")
    target.write_text(head + PRESS_KEYS + "</body>" + tail, encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr", "--v=0"]
    command += ["--virtual-time-budget=30000", "--window-size=1200,9000", "--dump-dom", target.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert complaints == []
    seen = re.findall(r"<p id=\"seen\">(.*?)</p>", done.stdout)
    assert seen == ["14 July 2024.|7 December 2025.|in 26 weeks.|moved:true|Grand plan."]
    body = done.stdout.split('<script type="application/json"')[0]
    assert body.count("<canvas") == 3
    assert "could not be drawn" not in body
    assert body.count('class="marks"') == text.count("data-chart=")


def test_alternative_texts_begin_with_what_the_table_holds(sample: Assessment) -> None:
    for recipe in RECIPES:
        for figure in recipe.figures(sample):
            assert figure.alt.startswith(f"{recipe.tables[0].meaning}. "), figure.id
            assert figure.title in figure.alt
