"""Figures of the claims of a debate."""

from __future__ import annotations

from contactline.topics.assessment import Assessment
from contactline.topics.claims.schema import CLAIMS
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    rows_axis,
    source_line,
    spec_of,
)
from contactline.topics.showing.topic import Section, Topic
from contactline.topics.words import listed

VERDICTS = ("supported", "contested", "not supported", "not testable")


VERDICT_COLOURS = dict(zip(VERDICTS, ("#2a7f7f", "#e2b84f", "#a0623a", "#c3cad1"), strict=True))
"""Told apart by colour-blind readers by lightness as well; none is a side's colour."""


def claims(assessment: Assessment) -> list[Figure]:
    """One tile a claim, by verdict."""
    table = assessment.tables[CLAIMS]
    counts = {verdict: int((table["verdict"] == verdict).sum()) for verdict in VERDICTS}
    tiles = table.assign(place=table.groupby("verdict").cumcount() + 1)[["verdict", "place", "text", "by"]]
    y = alt.Y("verdict:N", title=None, sort=list(VERDICTS), axis=rows_axis())
    x = alt.X("place:O", title=None, axis=alt.Axis(labels=False, ticks=False, domain=False))
    colour = alt.Color(
        "verdict:N", legend=None, scale=alt.Scale(domain=list(VERDICTS), range=list(VERDICT_COLOURS.values()))
    )
    chart = (
        alt.Chart(inline(tiles))
        .mark_rect(stroke="#fff", strokeWidth=3)
        .encode(x=x, y=y, color=colour, tooltip=["text:N", "by:N", "verdict:N"])
    )
    said = [f"{n} {'are' if n != 1 else 'is'} {verdict}" for verdict, n in counts.items() if n]
    title = f"Of {len(table)} claims of the debate, {listed(said)}"
    subtitle = (
        "One tile a claim. Supported: figures agree and no sourced fact contests; contested: figures or facts on both "
        "sides; not testable: nothing measured or simulated bears on it. "
        + source_line(assessment, "claims and facts as listed below; own figures")
    )
    return [Figure("claims", "claims", title, subtitle, f"Tiles by verdict. {title}.", spec_of(chart, 150))]


RECIPES = (Recipe("claims", "claims", "the claims of the debate", (CLAIMS,), claims),)


def finding(assessment: Assessment) -> str:
    """How many claims stand, fall, or cannot be told."""
    table = assessment.tables.rows(CLAIMS)
    if table.empty:
        return ""
    counts = table["verdict"].value_counts()
    stands, falls, both, untold = (
        int(counts.get(v, 0)) for v in ("supported", "not supported", "contested", "not testable")
    )
    stand, do, have = (
        "stands" if stands == 1 else "stand",
        "does" if falls == 1 else "do",
        "has" if both == 1 else "have",
    )
    return (
        f"{stands} of {len(table)} claims {stand} against the figures and the sourced facts and {falls} {do} not; "
        f"{both} {have} figures or facts on both sides, and {untold} cannot be tested."
    )


TOPIC = Topic(
    "claims",
    "Which claims of the debate stand?",
    sections=(Section("claims", "Claims of the debate, checked", finding),),
    recipes=RECIPES,
    values={"verdict_colours": lambda _assessment: VERDICT_COLOURS},
)
