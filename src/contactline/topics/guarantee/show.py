"""Figures of guarantees: the chance that each is honoured over time, and the reasons that it is made of."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from contactline.core.rounding import percent
from contactline.topics.assessment import Assessment
from contactline.topics.guarantee.schema import GUARANTEE, GUARANTEE_CALENDAR, GUARANTEE_PATHS
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    rows_axis,
    source_line,
    spec_of,
    time_x,
    wrapped,
)
from contactline.topics.showing.judgements import focus_proposal, proposal_name
from contactline.topics.showing.shares import UNIT
from contactline.topics.showing.theme import CATEGORIES, INK, MUTED
from contactline.topics.showing.topic import Topic
from contactline.topics.showing.whose import of_one_proposal
from contactline.topics.truce.schema import TRUCE

LINE = CATEGORIES[0]
STUDY = "#9aa5b1"
_PERCENT = {"format": ".0%", "tickCount": 6}
ROW = 30
"""Pixels of height for each step of a decomposition."""


def over_time(assessment: Assessment) -> list[Figure]:
    """One fan per guarantee: the chance of being honoured, with the calendar of its guarantors."""
    table = assessment.tables[GUARANTEE_PATHS]
    dates = assessment.tables.rows(GUARANTEE_CALENDAR)
    return [
        _fan(assessment, own, _on_the_way(assessment, own, dates)) for own in shown_first(assessment, table)
    ]


def reasons(assessment: Assessment) -> list[Figure]:
    """One ladder per guarantee: from the promises of the past, reason by reason, to the last year counted."""
    return [_ladder(assessment, own) for own in shown_first(assessment, assessment.tables[GUARANTEE])]


def shown_first(assessment: Assessment, table: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows of each guarantee that an assessed proposal carries, the focus proposal's first; else all of them."""
    focus = proposal_name(assessment.case, focus_proposal(assessment.case, assessment.tables))
    groups = [own for _, own in table.groupby("guarantee", sort=False)]
    carried = [own for own in groups if own["proposals"].iloc[0]] or groups
    return sorted(carried, key=lambda own: focus not in own["proposals"].iloc[0])


def _fan(assessment: Assessment, own: pd.DataFrame, dates: pd.DataFrame) -> Figure:
    as_of = pd.Timestamp(assessment.case.as_of)
    named = own.assign(date=as_of + pd.to_timedelta(7 * own["week"], unit="D"))
    base = alt.Chart(inline(named[["date", "mean", "q10", "q50", "q90"]])).encode(
        x=time_x("date", named["date"])
    )
    tip = [
        alt.Tooltip("date:T"),
        *(alt.Tooltip(f"{q}:Q", format=".0%") for q in ("mean", "q10", "q50", "q90")),
    ]
    chart = base.mark_area(opacity=0.2, color=LINE).encode(
        y=alt.Y("q10:Q", title="chance that enough guarantors act", scale=UNIT, axis=_PERCENT), y2="q90:Q"
    )
    chart += base.mark_line(strokeWidth=2.2, color=LINE).encode(y="mean:Q", tooltip=tip)
    if len(dates):
        marks = alt.Chart(inline(dates[["day", "what"]])).encode(x="day:T")
        chart += marks.mark_rule(color=MUTED, strokeDash=[3, 3])
        chart += marks.mark_text(angle=270, align="right", dx=-4, dy=-6, color=MUTED, fontSize=11).encode(
            y=alt.value(4), text="what:N"
        )
    first, last = own.iloc[0], own.iloc[-1]
    years = round(last["week"] / 52)
    title = (
        f"{own['name'].iloc[0]}: {percent(first['mean'])} likely to be honoured if the truce breaks now, "
        f"{percent(last['mean'])} in {years} years ({percent(last['q10'])} to {percent(last['q90'])} by belief)"
    )
    subtitle = (
        "Chance that enough guarantors act if the truce is broken then. Line: mean; band: middle 80% of belief sets; "
        f"dashed: a government ends or may change. {_carried(own)}"
        + source_line(assessment, "own model of promises that wars called on and of the case's analogues")
    )
    text = f"Fan chart over time. {title}."
    name = str(own["guarantee"].iloc[0])
    return Figure(f"guarantee_path_{name}", "truce", title, subtitle, text, spec_of(chart, 230))


def _ladder(assessment: Assessment, own: pd.DataFrame) -> Figure:
    last = own["years"].max()
    rows = own[(own["years"] == 0) | (own["years"] == last)].sort_values("position", kind="stable")
    named = rows.assign(
        row=[
            wrapped(f"{label}, year {years:.0f}" if years else label, 30)
            for label, years in zip(rows["label"], rows["years"], strict=True)
        ],
        kind=["one study" if step == "study" else "all so far" for step in rows["step"]],
    )
    order = list(named["row"])
    colour = alt.Color(
        "kind:N", title=None, scale=alt.Scale(domain=["one study", "all so far"], range=[STUDY, LINE])
    )
    y = alt.Y("row:N", title=None, sort=order, axis=rows_axis(30))
    base = alt.Chart(inline(named[["row", "kind", "mean", "q10", "q50", "q90"]]))
    tip = ["row:N", *(alt.Tooltip(f"{q}:Q", format=".0%") for q in ("mean", "q10", "q50", "q90"))]
    chart = base.mark_rule(strokeWidth=3, opacity=0.5).encode(
        x=alt.X("q10:Q", title="chance of being honoured if invoked", scale=UNIT, axis=_PERCENT),
        x2="q90:Q", y=y, color=colour,
    )  # fmt: skip
    chart += base.mark_point(filled=True, size=80, opacity=1).encode(
        x="mean:Q", y=y, color=colour, tooltip=tip
    )
    chart += base.mark_text(dy=-10, color=INK, fontSize=11).encode(
        x="mean:Q", y=y, text=alt.Text("mean:Q", format=".0%")
    )
    title = _finding(rows)
    tested = (
        "Only promises that a war put to the test are counted. " if (rows["step"] == "study").any() else ""
    )
    subtitle = (
        "Each row adds one reason to those above it. Dot: mean; bar: middle 80% of belief sets (of one study: its own "
        f"width). {tested}{_carried(own)}"
        + source_line(assessment, "promises that wars called on, by study, and the case's analogues")
    )
    name = str(own["guarantee"].iloc[0])
    text = f"Dot chart of steps. {title}."
    return Figure(
        f"guarantee_steps_{name}", "truce", title, subtitle, text, spec_of(chart, ROW * len(order) + 20)
    )


def _finding(rows: pd.DataFrame) -> str:
    """Where it starts, where it ends, and which reason moves the mean most."""
    steps = rows[rows["step"] != "study"]
    means, labels = steps["mean"].tolist(), steps["label"].tolist()
    name, moves = rows["name"].iloc[0], [after - before for before, after in pairwise(means)]
    if not moves:
        return f"{name}: {percent(means[0])}"
    at = max(range(len(moves)), key=lambda i: abs(moves[i]))
    verb = "takes" if moves[at] < 0 else "adds"
    reason, size = labels[at + 1], percent(abs(moves[at])).rstrip("%")
    step = f"the largest step is {reason[0].lower()}{reason[1:]}, which {verb} {size} points"
    return f"{name}: from {percent(means[0])} to {percent(means[-1])}; {step}"


def _on_the_way(assessment: Assessment, own: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """The dates of this guarantee within the horizon."""
    if dates.empty:
        return dates
    end = pd.Timestamp(assessment.case.as_of) + pd.to_timedelta(7 * own["week"].max(), unit="D")
    found: pd.DataFrame = dates[(dates["guarantee"] == own["guarantee"].iloc[0]) & (dates["day"] <= end)]
    return found


def _carried(own: pd.DataFrame) -> str:
    names = own["proposals"].iloc[0]
    return f"Carried by: {names}. " if names else "No assessed proposal carries it. "


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "guarantee_paths",
        "truce",
        "how credible each guarantee is over time",
        (GUARANTEE_PATHS,),
        over_time,
    ),
    Recipe("guarantee_steps", "truce", "what a guarantee's credibility is made of", (GUARANTEE,), reasons),
)


def guarantor_words(assessment: Assessment) -> str:
    """Why the chance that the guarantor acts has several figures on one page; empty without the table of reasons."""
    steps, truces = assessment.tables.rows(GUARANTEE), assessment.tables.rows(TRUCE)
    own, name = of_one_proposal(
        assessment, truces[truces["variant"] == "as_written"] if len(truces) else truces
    )
    if steps.empty or own.empty or not own["credibility_q50"].iloc[0] > 0:
        return ""
    rows = steps[(steps["step"] != "study") & steps["proposals"].astype(str).str.contains(name, regex=False)]
    if rows.empty:
        return ""
    rows = rows[rows["guarantee"] == rows["guarantee"].iloc[0]].sort_values("position")
    last, now = rows.iloc[-1], own.iloc[0]
    text = (
        "The chance that the guarantor acts is given on this page as it stands if the truce breaks at once: "
        f"{percent(now['credibility_mean'])} on average (80% of belief sets: {percent(now['credibility_q10'])} to "
        f"{percent(now['credibility_q90'])})"
    )
    if last["years"] > 0:
        text += (
            f"; what time brings makes that {percent(last['mean'])} on average in year {last['years']:.0f}"
        )
    return text + ". How it comes about stands step by step below."


TOPIC = Topic(
    "guarantee",
    "Would a guarantee be honoured if it is invoked?",
    recipes=RECIPES,
    values={"guarantor_words": guarantor_words},
)
