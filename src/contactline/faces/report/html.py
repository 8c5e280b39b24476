"""The report as one self-contained page: opens offline, prints, and says what is missing and why.

Scripts, styles and data travel inside the file; the only addresses in it are links to sources.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import vl_convert
from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from contactline.core.files import data_dir, write_bytes, write_text
from contactline.core.folders import replaced_folder
from contactline.core.rounding import measured, number, percent
from contactline.topics.allies import show as charts_cohesion
from contactline.topics.allies.show import allies_sentences
from contactline.topics.assessment import Assessment
from contactline.topics.bargain.show import game as charts_game
from contactline.topics.bargain.show import lines as charts_bargaining
from contactline.topics.choice.show import choice as charts_choice
from contactline.topics.choice.show.page import (
    actor_sentences,
    centre_rows,
    proposals_shown,
    regret_sentence,
    waiting_sentence,
)
from contactline.topics.claims import show as claims_show
from contactline.topics.fighting.schema import CELLS, LINE_FAN
from contactline.topics.fighting.show import cost as charts_cost
from contactline.topics.fighting.show import ground as charts_ground
from contactline.topics.fighting.show import outlook as charts_war
from contactline.topics.fighting.show import people as charts_people
from contactline.topics.fighting.show.people import collapse_words, publisher
from contactline.topics.front import show as charts_front
from contactline.topics.front.schema import AREA_HISTORY
from contactline.topics.guarantee import show as charts_guarantee
from contactline.topics.proposals import show as charts_deal
from contactline.topics.sensitivity import show as charts_claims
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    legends_of,
    page_spec,
    region_name,
    short_name,
    to_png,
    to_svg,
)
from contactline.topics.showing.findings import guarantor_words, section_findings
from contactline.topics.showing.judgements import (
    BANDS,
    band,
    before,
    focus_proposal,
    plain_day,
    proposal_name,
)
from contactline.topics.showing.key_assumptions import key_assumptions, would_change
from contactline.topics.showing.mapdata import map_data
from contactline.topics.showing.maps import map_png, map_svg, print_layers
from contactline.topics.showing.precision import sets_of, too_few
from contactline.topics.showing.script_json import script_json
from contactline.topics.showing.side_by_side import finding, side_by_side
from contactline.topics.showing.summary import (
    as_of_line,
    broken_rows,
    key_hinges,
    key_numbers,
    no_hinges,
    outcome_rows,
    shown,
    shown_range,
)
from contactline.topics.showing.theme import BAND_COLOURS, CONFIG, ink_on, share_colour
from contactline.topics.support import show as charts_support
from contactline.topics.truce import show as charts_truce
from contactline.topics.trust.show import places as charts_places
from contactline.topics.trust.show import scores as charts_score
from contactline.topics.trust.show.scores import bar_words

RECIPES: tuple[Recipe, ...] = (
    *charts_front.RECIPES,
    *charts_war.RECIPES,
    *charts_ground.RECIPES,
    *charts_cost.RECIPES,
    *charts_people.RECIPES,
    *charts_deal.RECIPES,
    *charts_truce.RECIPES,
    *charts_guarantee.RECIPES,
    *charts_support.RECIPES,
    *charts_cohesion.RECIPES,
    *charts_choice.RECIPES,
    *charts_claims.RECIPES,
    *claims_show.RECIPES,
    *charts_bargaining.RECIPES,
    *charts_game.RECIPES,
    *charts_score.RECIPES,
    *charts_places.RECIPES,
)

PRINTED: tuple[str, ...] = (
    "deals",
    "clauses",
    "price",
    "objectives",
    "hinges",
    "backtest_bars",
    "assumptions",
)
PRINTED += ("references", "benchmarks", "threats", "events", "wedge")
PRINTED += (
    "support_ledger",
    "support_reliance",
    "support_capabilities",
    "support_frontier",
    "support_drivers",
)
PRINTED += ("support_packages", "support_factors")
PRINTED += ("salients", "loss_sources", "backtest_places")
PRINTED += ("guarantee", "analogues", "analogue_effects")
PRINTED += ("truce", "deterrence", "readings", "if_broken", "morale", "timing")
PRINTED += ("claims", "claim_tests", "flips", "regret")
"""Tables that the page prints row by row."""

SECTIONS: tuple[tuple[str, str], ...] = (
    ("front", "The front"),
    ("fighting", "What fighting can still achieve"),
    ("proposals", "The proposals"),
    ("price", "The price of the land by force"),
    ("truce", "Would a truce hold"),
    ("support", "Who can provide what"),
    ("allies", "Positions and cohesion"),
    ("choice", "The choice"),
    ("sensitivity", "What would have to be true"),
    ("claims", "Claims of the debate, checked"),
    ("trust", "How far to trust this"),
    ("assumptions", "Assumptions and their owners"),
    ("sources", "Sources"),
    ("made", "How this was made"),
)


def render_html(assessment: Assessment, figures: Sequence[Figure] | None = None) -> str:
    """The whole report as one HTML document; `figures` are those of `all_figures` where already built."""
    figures = all_figures(assessment) if figures is None else figures
    return page(
        "report.html.j2",
        assessment,
        figures,
        sections=SECTIONS,
        run=assessment.run,
        a=assessment,
        t=_rows(assessment),
        figures=_by_section(figures),
        missing=missing_figures(assessment),
        numbers=key_numbers(assessment),
        hinges=key_hinges(assessment),
        boxes=charts_claims.boxes(assessment),
        verdict_colours=claims_show.VERDICT_COLOURS,
        no_hinges=no_hinges(assessment),
        on_map=LINE_FAN in assessment.tables,
        nearest_first=any("nearest to the line" in note for note in assessment.run.notes),
        as_of_line=as_of_line(assessment),
        too_few=too_few(sets_of(assessment)),
        focus=focus_proposal(assessment.case, assessment.tables),
        name_of=lambda proposal: proposal_name(assessment.case, proposal),
        allies=allies_sentences(assessment),
        findings=section_findings(assessment),
        guarantor_words=guarantor_words(assessment),
    )


def render_front(assessment: Assessment) -> str:
    """The page of `contactline front`: the map and the gains, without any forecast."""
    figures = front_figures(assessment)
    present = {"map": "The line then and now", "gains": "Gains by month"}
    if CELLS not in assessment.tables:
        del present["map"]
    if series_gap(assessment):
        present["disagree"] = "Sources disagree"
    sections = (*present.items(), ("sources", "Sources"))
    return page("front.html.j2", assessment, figures, sections=sections, figures=figures)


def write_report(assessment: Assessment, out: Path, figures: bool = True, png: bool = False) -> list[Path]:
    """Write report.html and, unless `figures` is False, figures/*.svg for print; `png` adds PNG beside them.

    Everything comes from the saved tables: nothing is simulated.
    """
    out = Path(out)
    with debug_mode(False):  # the schema check of every part of a chart is for tests: it takes two seconds
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
    wanted = [recipe for recipe in RECIPES if recipe.section == "front" and not _absent(assessment, recipe)]
    return [figure for recipe in wanted for figure in recipe.build(assessment)]


def all_figures(assessment: Assessment) -> list[Figure]:
    """Every figure whose tables are there, in the page's order."""
    return [
        figure for recipe in RECIPES if not _absent(assessment, recipe) for figure in recipe.build(assessment)
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


def series_gap(assessment: Assessment) -> str:
    """One sentence on how far the map series disagree; empty with fewer than two."""
    table = assessment.tables.get(AREA_HISTORY)
    if table is None or table["series"].nunique() < 2:
        return ""
    wide = table.pivot_table(index="date", columns="series", values="km2").dropna()
    if len(wide) < 6:
        return ""
    first, second = wide.columns[:2]
    gap = wide[first] - wide[second]
    four = gap.diff(4).dropna().abs().mean()
    end = gap.iloc[-1] - gap.iloc[0]
    names = [short_name(assessment, str(s)) for s in (first, second)]
    return (
        f"{names[0]} and {names[1]} overlap for {len(wide)} weeks. Over four weeks their net changes differ by "
        f"{number(four, 0, four)} km² on average; over the whole overlap {names[0]} counts "
        f"{number(abs(end), 0, abs(end))} km² {'more' if end > 0 else 'less'}. "
        "Neither is corrected to the other: the disagreement is carried as error of observation."
    )


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


def _rows(assessment: Assessment) -> Mapping[str, list[dict[str, Any]]]:
    """Tables that the page prints row by row, as plain records; absent ones are empty."""
    none = pd.DataFrame()
    frames = {name: assessment.tables.get(name, none).to_dict("records") for name in PRINTED}
    return {name: [{str(k): v for k, v in row.items()} for row in rows] for name, rows in frames.items()}


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
    environment.filters.update(
        num=number,
        measured=measured,
        pct=lambda p: "–" if p != p or p is None else percent(float(p)),
        day=lambda d: "" if d is None or d != d else plain_day(pd.Timestamp(d).date()),
        words=band,
        before=before,
        bar=bar_words,
        plain=lambda text: str(text).replace("_", " "),
        bandcolour=_band_colour,
        sharecolour=_share_colour,
    )
    environment.globals.update(
        shown=shown,
        shown_range=shown_range,
        region_name=region_name,
        plain_day=plain_day,
        legends_of=legends_of,
        scroll=_scroll,
        outcome_rows=outcome_rows,
        broken_rows=broken_rows,
        course_name=charts_claims.course_name,
        collapse_words=collapse_words,
        publisher=publisher,
        side_by_side=side_by_side,
        deal_finding=finding,
        centre_rows=centre_rows,
        proposals_shown=proposals_shown,
        actor_sentences=actor_sentences,
        key_assumptions=key_assumptions,
        would_change=would_change,
        waiting_sentence=waiting_sentence,
        regret_sentence=regret_sentence,
    )
    return environment


def _scroll(label: str) -> Markup:
    """The opening of a box that scrolls sideways: named, and reached by the keyboard, whose arrows then move it."""
    return Markup('<div class="scroll" tabindex="0" role="region" aria-label="{}">').format(label)


def _band_colour(p: float) -> Markup:
    """Cell colours for a probability: the background of its band, and ink that reads on it."""
    return _cell_colour(BAND_COLOURS[[words for _, _, words in BANDS].index(band(float(p)))])


def _share_colour(share: float) -> Markup:
    """Cell colours for a share preferring to accept, and ink that reads on them."""
    return _cell_colour(share_colour(share))


def _cell_colour(background: str) -> Markup:
    return Markup("background:{};color:{}").format(background, ink_on(background))
