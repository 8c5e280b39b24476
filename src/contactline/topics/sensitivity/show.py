"""Figures of the claims and of what would have to be true: verdicts, flip points, Sobol indices, boxes, information."""

from __future__ import annotations

import json
from itertools import pairwise

import pandas as pd

from contactline.core.frame import Table
from contactline.core.rounding import number, percent
from contactline.topics.assessment import Assessment
from contactline.topics.choice.schema import COURSES
from contactline.topics.choice.show.consent import beside
from contactline.topics.sensitivity.schema import (
    ACCEPTABILITY,
    BOXES,
    FLIPS,
    INFORMATION,
    SOBOL,
    SURFACE,
    WAITING,
)
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    rows_axis,
    source_line,
    spec_of,
    wrapped,
)
from contactline.topics.showing.precision import sets_of
from contactline.topics.showing.shares import PERCENT, UNIT, colour_of_share, swings
from contactline.topics.showing.theme import CATEGORIES, INK, MUTED
from contactline.topics.showing.topic import Section, Topic
from contactline.topics.showing.whose import name_in, of_one_proposal

SHOWN = 8
"""Beliefs that a figure has room for."""

NO_FLIPS = (
    "No belief stands out from the noise of this run's belief sets as moving the ranking of the courses."
)
NO_WAITING = "No belief stands out as worth waiting for."


def flips(assessment: Assessment) -> list[Figure]:
    """How the share preferring acceptance moves over each belief's present range, and where it crosses one half."""
    own, who, about = _own(assessment, FLIPS)
    if own.empty:
        return []
    own = own.assign(swing=(own["share_high"] - own["share_low"]).abs()).sort_values("swing", ascending=False)
    own = own.head(SHOWN).assign(row=[wrapped(label, 34) for label in own.head(SHOWN)["label"]])
    crossing = own[own["flip_value"].notna()]
    title = f"No single belief, wherever it was tried, turns the ranking by the values of “{who}”"
    if not crossing.empty:
        top = crossing.iloc[0]
        title = (
            f"The ranking turns on {len(crossing)} belief{'s' if len(crossing) != 1 else ''}, "
            f"most on “{top['label']}”: "
            f"half and half at {_value(top, 'flip_value')}"
        )
        if top["flip_low"] == top["flip_low"]:
            title += f" ({_value(top, 'flip_low', bare=True)} to {_value(top, 'flip_high')})"
        title += f", {'inside' if top['inside'] else 'outside'} its present range"
    y = alt.Y("row:N", title=None, sort=list(own["row"]), axis=rows_axis(34))
    half = (
        alt.Chart(inline(pd.DataFrame({"x": [0.5]})))
        .mark_rule(color=MUTED, strokeDash=[4, 3])
        .encode(x="x:Q")
    )
    subtitle = (
        f"{about}, by “{who}”: share with the belief held at either end of its 80% range, others as drawn; it was "
        "tried beyond that range too. A range of a flip point comes from resampling the belief sets. "
        + source_line(assessment, "own model")
    )
    spec = spec_of(
        alt.layer(half, *swings(own, "lower end of the belief", "upper end", y)), _height(own["row"])
    )
    return [Figure("flips", "sensitivity", title, subtitle, f"Bars per belief. {title}.", spec)]


def sobol(assessment: Assessment) -> list[Figure]:
    """Parts of the variance per belief and weight."""
    own, who, about = _own(assessment, SOBOL)
    found = own[own["found"]].head(SHOWN)
    if found.empty:
        return []
    top, rest = found.iloc[0], float(own["unexplained"].iloc[0])
    weights = found["belief"].str.startswith("weight.")
    title = (
        f"“{top['label']}” accounts for {percent(top['total'])} of the disagreement between sets of beliefs"
    )
    title += "; values divide less than beliefs" if not weights.iloc[0] and len(found) > 1 else ""
    found = found.assign(row=[wrapped(label, 34) for label in found["label"]])
    long = found.melt(["row"], ["first", "total"], "index", "part")
    long["index"] = long["index"].map({"first": "alone", "total": "with others"})
    y = alt.Y("row:N", title=None, sort=list(found["row"]), axis=rows_axis(34))
    reach = max(0.1, float(found["total_high"].max()) * 1.1)
    x = alt.X(
        "total_low:Q",
        title="share of the variance",
        scale=alt.Scale(domain=[0, reach]),
        axis=alt.Axis(format=".0%"),
    )
    spans = (
        alt.Chart(inline(found)).mark_rule(color="#cbd2d9", strokeWidth=4).encode(x=x, x2="total_high:Q", y=y)
    )
    dots = (
        alt.Chart(inline(long))
        .mark_point(filled=True, opacity=1)
        .encode(
            x=alt.X("part:Q", title="share of the variance"),
            y=y,
            color=alt.Color(
                "index:N", title=None, sort=["alone", "with others"], scale=alt.Scale(range=[MUTED, INK])
            ),
            size=alt.Size(
                "index:N", sort=["alone", "with others"], scale=alt.Scale(range=[190, 60]), legend=None
            ),
            tooltip=["row:N", "index:N", alt.Tooltip("part:Q", format=".1%")],
        )
    )
    subtitle = (
        f"{about}, by “{who}”: Sobol indices of the advantage of accepting; bar: 90% range of the total. "
        f"{percent(rest)} lies in effects too small to be told from noise with this many belief sets. "
        + source_line(assessment, "own model")
    )
    spec = spec_of(alt.layer(spans, dots), _height(found["row"]))
    return [Figure("sobol", "sensitivity", title, subtitle, f"Dots per belief. {title}.", spec)]


def information(assessment: Assessment) -> list[Figure]:
    """What learning each belief is worth, as a share of learning everything."""
    own, who, about = _own(assessment, INFORMATION)
    held = own[(own["belief"] != "everything") & own["stands_out"]].head(SHOWN)
    if held.empty:
        return []
    top = held.iloc[0]
    title = (
        f"Learning “{top['label']}” before choosing is worth {percent(top['share'])} of learning everything, and would "
        f"change the choice in {percent(top['changes'])} of cases"
    )
    held = held.assign(row=[wrapped(label, 34) for label in held["label"]])
    y = alt.Y("row:N", title=None, sort=list(held["row"]), axis=rows_axis(34))
    x = alt.X("share:Q", title="share of the value of learning everything", scale=UNIT, axis=PERCENT)
    tip = ["row:N", alt.Tooltip("share:Q", format=".0%"), alt.Tooltip("changes:Q", format=".0%"), "watch:N"]
    chart = alt.Chart(inline(held)).mark_bar(height=14, color=CATEGORIES[0]).encode(x=x, y=y, tooltip=tip)
    whole = own[own["belief"] == "everything"].iloc[0]
    worth = ""
    if whole["equals_losses"] == whole["equals_losses"]:
        worth = f"Learning everything weighs as much as {number(whole['equals_losses'])} killed and wounded fewer. "
    subtitle = (
        f"{about}, by “{who}”: expected gain from choosing after the belief is known. What luck alone yields is "
        f"taken off; beliefs that do not stand out from it are left out. {worth}"
        + source_line(assessment, "own model")
    )
    spec = spec_of(chart, _height(held["row"]))
    return [Figure("information", "sensitivity", title, subtitle, f"Bars per belief. {title}.", spec)]


def waiting(assessment: Assessment) -> list[Figure]:
    """What choosing later is worth, as more of the most valuable belief shows."""
    own, who, about = _own(assessment, WAITING)
    if own.empty:
        return []
    persons = bool(own["equals_losses"].notna().all())
    value = "equals_losses" if persons else "gain"
    half = float(own[value].iloc[int((own["resolved"] - 0.5).abs().argmin())])
    unit = "killed and wounded fewer" if persons else "units of value"
    title = f"If half of “{own['label'].iloc[0]}” shows by the deadline, waiting is worth up to {number(half)} {unit}"
    x = alt.X("resolved:Q", title="share of the belief known by then", scale=UNIT, axis=PERCENT)
    y = alt.Y(f"{value}:Q", title=unit)
    chart = alt.Chart(inline(own)).mark_line(point=True, color=CATEGORIES[0]).encode(x=x, y=y)
    subtitle = (
        f"{about}, by “{who}”: waiting pays where it costs less than the line; that cost is not in it. "
        + source_line(assessment, "own model")
    )
    return [Figure("waiting", "sensitivity", title, subtitle, f"Line. {title}.", spec_of(chart, 220))]


def surface(assessment: Assessment) -> list[Figure]:
    """Share preferring acceptance over the two beliefs that matter most."""
    own, who, about = _own(assessment, SURFACE)
    if own.empty:
        return []
    names = dict(assessment.tables[SOBOL][["belief", "label"]].itertuples(index=False, name=None))
    x_label, y_label = (str(names.get(own[axis].iloc[0], own[axis].iloc[0])) for axis in ("x", "y"))
    near = own[own["near"]]
    cells = near.assign(
        x2=near["x_value"].map(_next(own["x_value"])), y2=near["y_value"].map(_next(own["y_value"]))
    ).dropna(subset=["x2", "y2"])
    chart = (
        alt.Chart(inline(cells[["x_value", "x2", "y_value", "y2", "share_accept"]], 3))
        .mark_rect()
        .encode(
            x=alt.X("x_value:Q", title=x_label[:110], scale=alt.Scale(zero=False, nice=False)),
            x2="x2:Q",
            y=alt.Y(
                "y_value:Q", title=wrapped(y_label, 44).split("\n"), scale=alt.Scale(zero=False, nice=False)
            ),
            y2="y2:Q",
            color=colour_of_share(),
            tooltip=[alt.Tooltip("share_accept:Q", format=".0%")],
        )
    )
    low, high = near["share_accept"].min(), near["share_accept"].max()
    span = f"{percent(low)} to {percent(high)}"
    title = f"The two beliefs that move most, together: accepting is better in {span} of cases"
    subtitle = (
        f"{about}, by “{who}”: smoothed over the belief sets drawn, others as drawn; white where none lies near. "
        + source_line(assessment, "own model")
    )
    return [Figure("surface", "sensitivity", title, subtitle, f"Heat map. {title}.", spec_of(chart, 300))]


def acceptability(assessment: Assessment) -> list[Figure]:
    """Share of beliefs and weights in which each course is best, by viewpoint."""
    table = assessment.tables[ACCEPTABILITY]
    if table.empty:
        return []
    named = table.assign(
        who=[wrapped(v, 34) for v in table["viewpoint"]],
        deal=[course_name(assessment, c) for c in table["course"]],
    )
    order = list(dict.fromkeys(named["deal"]))
    both = beside(assessment.case, assessment.tables, sets_of(assessment))
    best = named.loc[named.groupby("viewpoint", sort=False)["first"].idxmax()]
    leaders = best["deal"].value_counts()
    title = (
        f"Were every course on offer, “{leaders.index[0]}” would be best by most beliefs and weights of "
        f"{leaders.iloc[0]} of {len(best)} viewpoints"
    )
    leading = best.loc[best["deal"] == leaders.index[0], "course"].astype(str).head(1).tolist()
    signed = beside(assessment.case, assessment.tables, sets_of(assessment), leading)
    title += f"; {signed}" if signed else ""
    chart = (
        alt.Chart(inline(named[["who", "deal", "first"]]))
        .mark_bar(height=16)
        .encode(
            x=alt.X("first:Q", title="share of beliefs and weights", stack="zero", scale=UNIT, axis=PERCENT),
            y=alt.Y("who:N", title=None, sort=list(dict.fromkeys(named["who"])), axis=rows_axis(34)),
            color=alt.Color(
                "deal:N", title="best course", scale=alt.Scale(domain=order, range=list(CATEGORIES)),
                legend=alt.Legend(columns=2, labelLimit=360),
            ),
            order=alt.Order("rank:Q"),
            tooltip=["who:N", "deal:N", alt.Tooltip("first:Q", format=".0%")],
        )
        .transform_calculate(rank=f"indexof({json.dumps(order)}, datum.deal)")
    )  # fmt: skip
    subtitle = (
        f"All courses compared at once, as if each could be had{f'; but {both}' if both else ''}. A course that a "
        "viewpoint calls unacceptable is left out of it. "
        + source_line(assessment, "own model; values as published viewpoints put them")
    )
    spec = spec_of(chart, _height(named["who"].drop_duplicates()))
    return [Figure("acceptability", "sensitivity", title, subtitle, f"Stacked bars. {title}.", spec)]


def course_name(assessment: Assessment, course: str) -> str:
    """A course as it is called: the proposal's name, "Fight on", or the name that table courses gives."""
    names = {"fight_on": "Fight on"} | {p.id: p.name for p in assessment.case.proposals}
    table = assessment.tables.get(COURSES)
    if course not in names and table is not None and (table["course"] == course).any():
        return str(table.loc[table["course"] == course, "name"].iloc[0])
    return names.get(course, course.replace("_", " "))


def boxes(assessment: Assessment) -> list[dict[str, str]]:
    """The box sentences of each viewpoint and the proposal they are about, for the page."""
    table = assessment.tables.rows(BOXES)
    if table.empty:
        return []
    return [
        {
            "viewpoint": str(own["viewpoint"].iloc[0]),
            "sentence": " ".join(map(str, own["sentence"])),
            "deal": f"“{name_in(assessment, own)}”",
        }
        for _, own in table.groupby(["viewpoint", "proposal"], sort=False)
    ]


RECIPES = (
    Recipe("flips", "sensitivity", "the value at which the ranking turns", (FLIPS,), flips, NO_FLIPS),
    Recipe("sobol", "sensitivity", "Sobol indices", (SOBOL,), sobol),
    Recipe("surface", "sensitivity", "the two beliefs that move most, together", (SURFACE, SOBOL), surface),
    Recipe("information", "sensitivity", "the value of learning a belief", (INFORMATION,), information),
    Recipe("waiting", "sensitivity", "the value of waiting", (WAITING,), waiting, NO_WAITING),
    Recipe("acceptability", "sensitivity", "which course is best, by beliefs and weights", (ACCEPTABILITY,),
           acceptability),
)  # fmt: skip


def _own(assessment: Assessment, wanted: Table) -> tuple[pd.DataFrame, str, str]:
    """A table's rows of the defender's viewpoint (else the first), whose they are, and the proposal's name."""
    table = assessment.tables[wanted]
    if table.empty:
        return table, "", ""
    defender = next(
        (a.name for a in assessment.case.actors if a.role == "defender"), assessment.case.defender.name
    )
    own = table[table["viewpoint"].str.startswith(f"{defender}: ")]
    who = str((own if not own.empty else table)["viewpoint"].iloc[0])
    rows, name = of_one_proposal(assessment, table[table["viewpoint"] == who].reset_index(drop=True))
    return rows, who, name


def _value(row: pd.Series, column: str, bare: bool = False) -> str:
    """A belief's value with its unit, two digits."""
    value, unit = float(row[column]), str(row["unit"])
    if unit in ("share", "probability") and 0 <= value <= 1:
        return percent(value)
    plain = bare or unit in ("multiplier", "logit", "log hazard")
    return number(value) if plain else f"{number(value)} {unit}"


def _next(values: pd.Series) -> dict[float, float]:
    """Each value of an axis → the next one up."""
    held = sorted(values.unique())
    return dict(pairwise(held))


def _height(rows: pd.Series) -> int:
    lines = 1 + max(str(name).count("\n") for name in rows)
    return 46 + max(30, 14 * lines + 8) * len(rows)


def finding(assessment: Assessment) -> str:
    """For how many viewpoints one belief alone turns the ranking."""
    flips = assessment.tables.rows(FLIPS)
    if flips.empty:
        return ""
    flips, name = of_one_proposal(assessment, flips)
    views = flips.groupby("viewpoint", sort=False)["inside"].any()
    turned, of = int(views.sum()), len(views)
    beyond = int((flips.groupby("viewpoint", sort=False)["flip_value"].count() > 0).sum()) - turned
    further = f" (for {beyond} one does beyond that range)" if beyond else ""
    about = f"between accepting “{name}” and fighting on"
    if not turned:
        return (
            f"No single belief, moved over its present range, turns the ranking {about} for any viewpoint examined"
            f"{further}."
        )
    return (
        f"For {turned} of {of} viewpoints one belief alone, moved over its present range, turns the ranking {about}; "
        f"for the other {of - turned} none does{further}."
    )


TOPIC = Topic(
    "sensitivity",
    "What would have to be true for the choice to turn?",
    sections=(Section("sensitivity", "What would have to be true", finding),),
    recipes=RECIPES,
    values={"boxes": boxes},
    words={"course_name": course_name},
)
