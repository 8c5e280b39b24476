"""The report as one self-contained page: opens offline, prints, and says what is missing and why.

Scripts, styles and data travel inside the file; the only addresses in it are links to sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import vl_convert
from markupsafe import Markup

from contactline.core.code import code_of
from contactline.core.files import data_dir, sha256_of, write_bytes, write_text
from contactline.core.folders import replaced_folder
from contactline.core.frame import Tables
from contactline.core.graph import digest
from contactline.core.rounding import measured, number, percent
from contactline.topics.assessment import Assessment
from contactline.topics.contents import RECIPES, SECTIONS, TOPICS, key_numbers, section_findings
from contactline.topics.fighting.schema import CELLS, LINE_FAN
from contactline.topics.front.show import series_gap
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    legends_of,
    page_spec,
    region_name,
    to_png,
    to_svg,
)
from contactline.topics.showing.judgements import (
    BANDS,
    band,
    before,
    focus_proposal,
    plain_day,
    proposal_name,
)
from contactline.topics.showing.mapdata import map_data
from contactline.topics.showing.maps import map_png, map_svg, print_layers
from contactline.topics.showing.precision import sets_of, too_few
from contactline.topics.showing.script_json import script_json
from contactline.topics.showing.summary import as_of_line, shown, shown_range
from contactline.topics.showing.theme import BAND_COLOURS, CONFIG, ink_on, share_colour
from contactline.topics.tables import declared
from contactline.topics.trust.show.scores import bar_words

FILTERS: Mapping[str, Callable[..., Any]] = {
    "num": number,
    "measured": measured,
    "pct": lambda p: "–" if p != p or p is None else percent(float(p)),
    "day": lambda d: "" if d is None or d != d else plain_day(pd.Timestamp(d).date()),
    "words": band,
    "before": before,
    "bar": bar_words,
    "plain": lambda text: str(text).replace("_", " "),
    "bandcolour": lambda p: _cell_colour(BAND_COLOURS[[name for _, _, name in BANDS].index(band(float(p)))]),
    "sharecolour": lambda share: _cell_colour(share_colour(share)),
}
WORDS: Mapping[str, Callable[..., Any]] = {
    "shown": shown,
    "shown_range": shown_range,
    "region_name": region_name,
    "plain_day": plain_day,
    "legends_of": legends_of,
    "scroll": lambda label: Markup('<div class="scroll" tabindex="0" role="region" aria-label="{}">').format(
        label
    ),
}
"""What templates call beside the words of the topics; `scroll` opens a box that scrolls sideways: named, and reached by
the keyboard, whose arrows then move it."""


class PrintedTables:
    """Tables as the page prints them, row by row: `t.verdict`; without rows where a run has no such table."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> list[dict[str, Any]]:
        """Plain records. Raises UnknownNameError for a table that no topic declares."""
        rows = self._tables.rows(declared(name)).to_dict("records")
        return [{str(column): value for column, value in row.items()} for row in rows]


def render_html(assessment: Assessment, figures: Sequence[Figure] | None = None) -> str:
    """The whole report as one HTML document; `figures` are those of `all_figures` where already built."""
    figures = all_figures(assessment) if figures is None else figures
    return page(
        "report.html.j2",
        assessment,
        figures,
        sections=[(section.id, section.title) for section in SECTIONS],
        run=assessment.run,
        a=assessment,
        t=PrintedTables(assessment.tables),
        figures=_by_section(figures),
        missing=missing_figures(assessment),
        numbers=key_numbers(assessment),
        on_map=LINE_FAN in assessment.tables,
        nearest_first=any("nearest to the line" in note for note in assessment.run.notes),
        as_of_line=as_of_line(assessment),
        too_few=too_few(sets_of(assessment)),
        focus=focus_proposal(assessment.case, assessment.tables),
        name_of=lambda proposal: proposal_name(assessment.case, proposal),
        findings=section_findings(assessment),
        **{name: of(assessment) for topic in TOPICS for name, of in topic.values.items()},
    )


def render_front(assessment: Assessment) -> str:
    """The page of `contactline front`: the map and the gains, without any forecast."""
    figures = front_figures(assessment)
    present = {"map": "The line then and now", "gains": "Gains by month"}
    if CELLS not in assessment.tables:
        del present["map"]
    if series_gap(assessment):
        present["disagree"] = "Sources disagree"
    shown_sections = (*present.items(), ("sources", "Sources"))
    return page("front.html.j2", assessment, figures, sections=shown_sections, figures=figures)


def report_code() -> str:
    """Digest of all that makes a page of an assessment: code, templates, styles and scripts."""
    parts = sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix in (".j2", ".css", ".js"))
    return digest(code_of(__name__), *(sha256_of(path) for path in parts), version("vl-convert-python"))


def write_report(assessment: Assessment, out: Path, figures: bool = True, png: bool = False) -> list[Path]:
    """Write report.html and, unless `figures` is False, figures/*.svg for print; `png` adds PNG beside them.

    Everything comes from the saved tables: nothing is simulated.
    """
    out = Path(out)
    with alt.utils.schemapi.debug_mode(
        False
    ):  # the schema check of every part of a chart is for tests: it takes two seconds
        drawn = all_figures(assessment)
    write_text(out / "report.html", render_html(assessment, drawn))
    written = [out / "report.html"]
    if figures:
        written += write_figures(drawn, out / "figures", png)
        written += write_maps(assessment, out / "figures", print_layers(assessment), png)
    return written


def write_front(assessment: Assessment, out: Path) -> list[Path]:
    """Write front.html, and its charts and the map of the line as SVG and PNG, into folder `out`.

    Raises InputError for a folder that no run of ours wrote.
    """
    out = Path(out)
    with replaced_folder(out, "--out", "front") as folder:
        write_text(folder / "front.html", render_front(assessment))
        written = [folder / "front.html", *write_figures(front_figures(assessment), folder, png=True)]
        layers = ["now"] if CELLS in assessment.tables else []
        written += write_maps(assessment, folder, layers, png=True)
    return [out / path.relative_to(folder) for path in written]


def write_maps(assessment: Assessment, folder: Path, layers: Sequence[str], png: bool = False) -> list[Path]:
    """Write map_LAYER.svg for each layer, and .png beside it if asked."""
    svgs = {f"map_{layer}": map_svg(assessment, layer) for layer in layers}
    return _write_drawings(svgs, folder, (lambda name: map_png(svgs[name])) if png else None)


def front_figures(assessment: Assessment) -> list[Figure]:
    """The measured figures of section "front" alone."""
    return _drawn(assessment, (recipe for recipe in RECIPES if recipe.section == "front"))


def all_figures(assessment: Assessment) -> list[Figure]:
    """Every figure whose tables are there, in the page's order."""
    return _drawn(assessment, RECIPES)


def _drawn(assessment: Assessment, wanted: Iterable[Recipe]) -> list[Figure]:
    return [
        figure
        for recipe in wanted
        if not _absent(assessment, recipe)
        for figure in recipe.figures(assessment)
    ]


def missing_figures(assessment: Assessment) -> dict[str, list[str]]:
    """Section → sentences on figures that are not drawn: which table lacks, or what its having no rows means."""
    sentences: dict[str, list[str]] = {}
    for recipe in RECIPES:
        absent = _absent(assessment, recipe)
        if absent and recipe.empty and all(name in assessment.tables for name in absent):
            sentences.setdefault(recipe.section, []).append(recipe.empty)
        elif absent:
            word = "tables" if len(absent) > 1 else "table"
            text = f"Not shown: {recipe.what}. This assessment has no {word} {', '.join(absent)}."
            sentences.setdefault(recipe.section, []).append(text)
    if CELLS not in assessment.tables:
        sentences.setdefault("front", []).insert(0, "Not shown: the map. This assessment has no table cells.")
    return sentences


@cache
def vega_bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, from the installed vl-convert; kept: packing takes a second."""
    kept = data_dir() / "scripts" / f"vega-{version('vl-convert-python')}.js"
    with suppress(OSError):
        return kept.read_text(encoding="utf-8")
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    bundle = bundle.replace("</script", "<\\/script")
    with suppress(OSError):
        write_text(kept, bundle)
    return bundle


def page(template: str, assessment: Assessment, drawn: Sequence[Figure], **context: Any) -> str:
    """A page with the styles, scripts and data that every page carries."""
    hexmap = map_data(assessment)
    rendered: str = (
        _environment()
        .get_template(template)
        .render(
            case=assessment.case,
            version=assessment.run.version,
            series_gap=series_gap(assessment),
            map_data=script_json(hexmap) if hexmap else "",
            specs=script_json({figure.id: page_spec(figure) for figure in drawn}),
            config=script_json(CONFIG),
            vega=Markup(vega_bundle()),
            css=Markup(_static("report.css")),
            scripts=[Markup(_static(name)) for name in ("hexmap.js", "report.js")],
            **context,
        )
    )
    return rendered


def write_figures(figures: Sequence[Figure], folder: Path, png: bool) -> list[Path]:
    """Write each figure as SVG, and as PNG beside it if asked; the files written."""
    by_name = {figure.id: figure for figure in figures}
    svgs = {name: to_svg(figure) for name, figure in by_name.items()}
    return _write_drawings(svgs, folder, (lambda name: to_png(by_name[name])) if png else None)


def _write_drawings(svgs: Mapping[str, str], folder: Path, png: Callable[[str], bytes] | None) -> list[Path]:
    written = []
    for name, svg in svgs.items():
        written.append(folder / f"{name}.svg")
        write_text(written[-1], svg)
        if png is not None:
            written.append(folder / f"{name}.png")
            write_bytes(written[-1], png(name))
    return written


def _absent(assessment: Assessment, recipe: Recipe) -> list[str]:
    return [table.name for table in recipe.tables if not assessment.tables.filled(table)]


def _by_section(figures: Sequence[Figure]) -> dict[str, list[Figure]]:
    grouped: dict[str, list[Figure]] = {}
    for figure in figures:
        grouped.setdefault(figure.section, []).append(figure)
    return grouped


def _static(name: str) -> str:
    return files("contactline.faces.report").joinpath("static", name).read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("contactline.faces.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(WORDS)
    for topic in TOPICS:
        environment.globals.update(topic.words)
    return environment


def _cell_colour(background: str) -> Markup:
    """Colours of a cell: its background, and ink that reads on it."""
    return Markup("background:{};color:{}").format(background, ink_on(background))
