"""Figures of people: what published counts of losses stand for, and how each force lasts while the fighting goes on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.core.rounding import amount, number, percent
from contactline.topics.assessment import Assessment
from contactline.topics.fighting.schema import COLLAPSE, LOSS_SOURCES, STRENGTH
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    rows_axis,
    series_name,
    short_name,
    side_name,
    source_line,
    spec_of,
    time_x,
    wrapped,
)
from contactline.topics.showing.theme import CHALLENGER, DEFENDER, MUTED
from contactline.topics.words import listed

KINDS = {"killed_wounded": "killed and wounded", "killed": "killed alone"}
TWO_YEARS = 104


def loss_sources(assessment: Assessment) -> list[Figure]:
    """Each published series over the estimated true losses, by the root that it rests on."""
    table = assessment.tables[LOSS_SOURCES]
    name = assessment.case.challenger.name
    shown = table.assign(
        row=[
            wrapped(_voice(_plain(root), publisher(assessment, series)), 34)
            for root, series in zip(table["root"], table["series"], strict=True)
        ],
        of=table["kind"].map(lambda kind: KINDS.get(kind, kind)),
        part=np.where(table["used"], "informs the estimate", "repeats the claim"),
    )
    order = shown.sort_values(["root", "series"])["row"].drop_duplicates().tolist()
    kinds = [kind for kind in KINDS.values() if (shown["of"] == kind).any()]
    base = alt.Chart(
        inline(shown[["row", "of", "part", "readings", "truth_q10", "truth_q50", "truth_q90"]])
    ).encode(
        y=alt.Y("row:N", title=None, sort=order, axis=rows_axis(34)),
        yOffset=alt.YOffset("of:N", sort=kinds),
        color=alt.Color(
            "of:N", title=None, sort=kinds, scale=alt.Scale(domain=kinds, range=[CHALLENGER, MUTED][: len(kinds)])
        ),
    )  # fmt: skip
    axis = "published figure over the estimated true losses of its kind"
    x = alt.X("truth_q10:Q", title=axis, scale=alt.Scale(zero=False))
    tip = ["row:N", "of:N", "part:N", "readings:Q"] + [
        alt.Tooltip(f"truth_{q}:Q", title=f"{int(q[1:])}%", format=".2f") for q in ("q10", "q50", "q90")
    ]
    even = alt.Chart(inline(pd.DataFrame([{"even": 1.0}]))).mark_rule(color=MUTED, strokeDash=[3, 3])
    shape = alt.Shape(
        "part:N", title=None, scale=alt.Scale(domain=["informs the estimate", "repeats the claim"],
                                              range=["circle", "triangle-right"])
    )  # fmt: skip
    chart = alt.layer(
        even.encode(x=alt.X("even:Q", title=axis)),
        base.mark_bar(height=5, opacity=0.5).encode(x=x, x2="truth_q90:Q", tooltip=tip),
        base.mark_point(filled=True, size=60, opacity=1).encode(x="truth_q50:Q", shape=shape, tooltip=tip),
    )
    title = _sources_title(table, name)
    subtitle = (
        "One line a publisher, headed by whose count it rests on: one root is one voice, however many repeat it. Dot: "
        "median; bar: 80% range, the estimate's own doubt. Figures cumulated since the war began, of the last two "
        f"years. {assessment.case.defender.name}'s losses have no such estimate: too few have named them. "
        + source_line(assessment, "published series; own model of their biases")
    )
    height = 60 + 34 * shown["row"].nunique()
    alt_text = f"Intervals per publisher. {title}."
    return [Figure("loss_sources", "fighting", title, subtitle, alt_text, spec_of(chart, height))]


def strength_ahead(assessment: Assessment) -> list[Figure]:
    """Each side's force over today's, median and 80% band."""
    table = assessment.tables[STRENGTH]
    case = assessment.case
    today = pd.DataFrame(
        {"side": table["side"].unique(), "week": 0, "q10": 1.0, "q50": 1.0, "q90": 1.0, "p_below_80": 0.0}
    )
    table = pd.concat([today, table], ignore_index=True)
    dated = table.assign(
        date=pd.Timestamp(case.as_of) + pd.to_timedelta(7 * table["week"], unit="D"),
        side=table["side"].map(lambda side: side_name(assessment, side)),
    )
    scale = alt.Scale(domain=[case.challenger.name, case.defender.name], range=[CHALLENGER, DEFENDER])
    colour = alt.Color("side:N", title=None, scale=scale)
    base = alt.Chart(inline(dated[["side", "date", "q10", "q50", "q90"]])).encode(
        x=time_x("date", dated["date"])
    )
    tip = ["side:N", alt.Tooltip("date:T")]
    tip += [alt.Tooltip(f"{q}:Q", title=f"{int(q[1:])}%", format=".2f") for q in ("q10", "q50", "q90")]
    even = alt.Chart(inline(pd.DataFrame([{"even": 1.0}]))).mark_rule(color=MUTED, strokeDash=[3, 3])
    chart = alt.layer(
        base.mark_area(opacity=0.2).encode(
            y=alt.Y("q10:Q", title="force over today's"), y2="q90:Q", color=colour
        ),
        base.mark_line(strokeWidth=2.2).encode(y="q50:Q", color=colour, tooltip=tip),
        even.encode(y="even:Q"),
    )
    parts = []
    for side in (case.challenger.id, case.defender.id):
        own = table[(table["side"] == side) & (table["week"] <= TWO_YEARS)].sort_values("week")
        row = own.iloc[-1]
        parts.append(f"{side_name(assessment, side)}'s force to {row['q10']:.1f}–{row['q90']:.1f}")
    last = table.loc[table["week"] <= TWO_YEARS, "week"].max()
    when = "In two years" if last == TWO_YEARS else f"In {last:.0f} weeks"
    title = f"{when} of fighting, today's flows take {' and '.join(parts)} times today's (80% ranges)"
    subtitle = (
        "Line: median; band: middle 80%. Every flow (recruits, losses, return of wounded, absence) is a belief of the "
        "case with its source or owner, held constant: nobody reacts to a shortage here, so late years are what the "
        "flows alone would do. The whole force, not the infantry on the line. "
        + source_line(assessment, "own model")
    )
    return [
        Figure(
            "strength", "fighting", title, subtitle, f"Fan chart by side. {title}.", spec_of(chart, 240)
        )
    ]  # fmt: skip


def collapse_words(assessment: Assessment) -> str:
    """A sentence on the chance of a collapse and what it adds; empty without the table."""
    table = assessment.tables.rows(COLLAPSE)
    if table.empty:
        return ""
    case, last = assessment.case, table.iloc[-1]
    within = _span(int(last["week"]))
    chances = listed(
        [
            f"{percent(row['p_collapse'])} of the draws within {_span(int(row['week']))}"
            for row in table.to_dict("records")
        ]
    )
    text = (
        f"Were the fighting to go on without end, {case.defender.name}'s line would collapse at least once (a spell of "
        f"weeks in which it moves many times faster) in {chances}; with a shortage of people raising "
        f"nothing, {percent(last['p_strength_off'])} within {within}."
    )
    if np.isfinite(last["added_q50"]):
        text += (
            f" Where one comes, collapses add {amount(last['added_q50'], last['added_q10'], last['added_q90'], 'km²')} "
            f"within {within}; over all draws the mean is {number(last['added_mean'], 0, last['added_mean'])} km². "
            "How often lines collapse is a belief of the case: no record of this war can tell."
        )
    return text


def _span(weeks: int) -> str:
    """Weeks as whole years in words, where they are that."""
    return {52: "one year", 104: "two years", 260: "five years"}.get(weeks, f"{weeks} weeks")


def publisher(assessment: Assessment, series: str) -> str:
    """Who published a series: the case's name for it, else its id in words."""
    known = any(own.id == series for own in assessment.case.series)
    return short_name(assessment, series) if known and series_name(assessment, series) else _plain(series)


def _voice(root: str, series: str) -> str:
    """Root and series in one line, the root once."""
    return series if series.casefold().startswith(root.casefold()) else f"{root}: {series}"


def _plain(name: str) -> str:
    """An id in words: abbreviations in capitals, the paper that printed it in brackets."""
    words = name.split("_")
    paper = _PAPERS.get(words[-1], "") if len(words) > 1 else ""
    kept = [_SPELLED.get(word, word) for word in (words[:-1] if paper else words)]
    text = " ".join(kept)
    return text[0].upper() + text[1:] + (f" ({paper})" if paper else "")


_PAPERS = {
    "nyt": "New York Times",
    "wp": "Washington Post",
    "wsj": "Wall Street Journal",
    "economist": "The Economist",
}
_SPELLED = {word: word.upper() for word in ("us", "uk", "nato", "csis", "iiss", "bbc", "cia")} | {
    "mod": "Ministry of Defence",
    "dod": "Department of Defense",
    "french": "French",
    "russia": "Russia",
    "western": "Western",
}


def _sources_title(table: pd.DataFrame, name: str) -> str:
    """How far publishers lie apart, in killed and wounded where two or more speak."""
    kind = "killed_wounded" if (table["kind"] == "killed_wounded").sum() > 1 else str(table["kind"].iloc[0])
    own = table[(table["kind"] == kind) & table["used"]]
    own = own if len(own) else table[table["kind"] == kind]
    voices = own["root"].nunique()
    return (
        f"Published counts of {name}'s {KINDS.get(kind, kind)} lie between {own['truth_q50'].min():.2f} and "
        f"{own['truth_q50'].max():.2f} times the estimate that {voices} independent "
        f"{'voices' if voices != 1 else 'voice'} support"
    )


RECIPES = (
    Recipe("loss_sources", "fighting", "what published counts of losses stand for", (LOSS_SOURCES,), loss_sources),
    Recipe("strength", "fighting", "each side's force ahead", (STRENGTH,), strength_ahead),
)  # fmt: skip
