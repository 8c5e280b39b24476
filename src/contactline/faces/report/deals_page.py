"""The page of `contactline deal compare`: proposals side by side, with a map of each, from the map and texts alone."""

from __future__ import annotations

from pathlib import Path

from contactline.core.files import write_text
from contactline.core.folders import replaced_folder
from contactline.faces.report.html import all_figures, page, write_figures, write_maps
from contactline.topics.assessment import Assessment
from contactline.topics.fighting.schema import CELLS


def render_deals(assessment: Assessment) -> str:
    """The page as one self-contained HTML document."""
    sections = (
        ("map", "The line now, and after"),
        ("compare", "Side by side"),
        ("clauses", "Clause by clause"),
    )
    drawn = all_figures(assessment)
    return page(
        "deals.html.j2",
        assessment,
        drawn,
        sections=(*sections, ("sources", "Sources")),
        figures=drawn,
        tables=assessment.tables,
    )


def write_deals(assessment: Assessment, out: Path) -> list[Path]:
    """Write deals.html, and its chart and a map of each proposal as SVG and PNG, into folder `out`.

    Raises InputError for a folder that no run of ours wrote.
    """
    out = Path(out)
    layers = ["now", *(name for name in assessment.tables[CELLS].columns if name.startswith("after_"))]
    with replaced_folder(out, "--out", "deal compare") as folder:
        write_text(folder / "deals.html", render_deals(assessment))
        written = [folder / "deals.html"]
        written += write_figures(all_figures(assessment), folder, png=True)
        written += write_maps(assessment, folder, layers, png=True)
    return [out / path.relative_to(folder) for path in written]
